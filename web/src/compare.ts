// Two articles side by side: their sentences and scores come in; how the means differ goes out, and, of two
// versions of one article, which sentences are new, gone or changed. The differences are found by Myers'
// algorithm as the library jsdiff has it: exact, small, and kept for many years.

import { diffArrays } from "diff";
import { student, meanOf, type Mean } from "./figures";

/** How far the mean of `b` lies above that of `a`, with Welch's interval, kept on the scale. */
export function differenceOf(a: number[], b: number[]): Mean {
  const spread = (scores: number[]) => {
    const { mean } = meanOf(scores);
    return scores.reduce((sum, score) => sum + (score - mean) ** 2, 0) / (scores.length - 1) / scores.length;
  };
  const mean = meanOf(b).mean - meanOf(a).mean;
  if (a.length < 3 || b.length < 3) return { mean, interval: undefined };
  const [va, vb] = [spread(a), spread(b)];
  const both = va + vb;
  if (both === 0) return { mean, interval: [mean, mean] };
  const degrees = both ** 2 / (va ** 2 / (a.length - 1) + vb ** 2 / (b.length - 1));
  const half = student(Math.max(degrees, 2)) * Math.sqrt(both);
  return { mean, interval: [Math.max(mean - half, -2), Math.min(mean + half, 2)] };
}

/** A sentence's index in the one article and in the other; −1 where it is not. */
export interface Pair {
  a: number;
  b: number;
  changed: boolean;
  /** Set where so much was rewritten that nobody looked whether it became another. */
  skipped?: boolean;
}

/** Shared words from which two sentences are one, changed; Dice's coefficient. */
const ALIKE = 0.5;
/** Sentences of a stretch rewritten altogether, beyond which nobody pairs them one by one. */
const STRETCH = 60;
/** Sentences laid beside each other in all, some milliseconds' work. */
const LAID = 3000;
/** Sentences of both articles together, and of these such as both have but elsewhere: beyond, the search would hold up the page. */
const MOST = 10_000;
const MOVED = 200;

/**
 * Which sentence became which, in reading order; nothing at all if there are too many, or too many that both articles
 * have stand elsewhere in the other. White space makes no difference.
 */
export function pairs(a: string[], b: string[]): Pair[] {
  if (a.length + b.length > MOST) return [];
  // Looked for first: there is hardly ever any to put right.
  const plain = (sentence: string) => (/\s\s|[^\S ]/.test(sentence) ? sentence.replace(/\s+/g, " ") : sentence);
  const [one, other] = [a.map(plain), b.map(plain)];
  // A sentence that only one of them has is kept nowhere. Without these, what is searched is short or much the same.
  const [inOne, inOther] = [new Set(one), new Set(other)];
  const common = range(0, one.length).filter((i) => inOther.has(one[i] ?? ""));
  const commonOther = range(0, other.length).filter((j) => inOne.has(other[j] ?? ""));
  const found = diffArrays(common.map((i) => one[i]), commonOther.map((j) => other[j]), { maxEditLength: MOVED });
  if (!found) return [];
  const out: Pair[] = [];
  const match = matcher(one, other);
  let [i, j] = [0, 0];
  const settle = (nextI: number, nextJ: number) => {
    if (i < nextI || j < nextJ) out.push(...match(range(i, nextI), range(j, nextJ)));
    [i, j] = [nextI, nextJ];
  };
  let [x, y] = [0, 0];
  for (const { count, added, removed } of found) {
    const kept = added || removed ? 0 : count;
    for (let n = 0; n < kept; n += 1) {
      settle(common[x + n] ?? 0, commonOther[y + n] ?? 0);
      out.push({ a: i++, b: j++, changed: false });
    }
    if (!added) x += count;
    if (!removed) y += count;
  }
  settle(one.length, other.length);
  return out;
}

/** Whether two articles are versions of one: half of the shorter stands in the other, word for word or changed. */
export function areVersions(found: Pair[]): boolean {
  const kept = found.filter(({ a, b }) => a >= 0 && b >= 0).length;
  const shorter = Math.min(found.filter(({ a }) => a >= 0).length, found.filter(({ b }) => b >= 0).length);
  return shorter > 0 && kept >= shorter / 2;
}

const range = (from: number, to: number) => Array.from({ length: to - from }, (_, n) => from + n);

/** Pairs what was taken out with what was put in at the same place, in order, where enough words are shared. */
function matcher(a: string[], b: string[]): (gone: number[], fresh: number[]) => Pair[] {
  const known = new Map<string, Set<string>>();
  const words = (sentence = "") => {
    const found = known.get(sentence) ?? new Set(sentence.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []);
    known.set(sentence, found);
    return found;
  };
  let left = LAID;
  const isAlike = (i: number, j: number) => {
    left -= 1;
    return alike(words(a[i]), words(b[j])) >= ALIKE;
  };
  return (gone, fresh) => {
    const skipped = gone.length * fresh.length > (left > 0 ? STRETCH ** 2 : 0);
    const alone = (a: number, b: number): Pair => ({ a, b, changed: false, ...(skipped && { skipped }) });
    const out: Pair[] = [];
    let next = 0;
    for (const i of gone) {
      const candidates = skipped ? [] : fresh.slice(next);
      const at = candidates.findIndex((j) => isAlike(i, j));
      if (at < 0) {
        out.push(alone(i, -1));
        continue;
      }
      for (const j of candidates.slice(0, at)) out.push(alone(-1, j));
      out.push({ a: i, b: candidates[at] ?? -1, changed: true });
      next += at + 1;
    }
    for (const j of fresh.slice(next)) out.push(alone(-1, j));
    return out;
  };
}

function alike(one: Set<string>, other: Set<string>): number {
  const shared = [...one].filter((word) => other.has(word)).length;
  return (2 * shared) / Math.max(one.size + other.size, 1);
}
