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
}

/** Shared words from which two sentences are one, changed; Dice's coefficient. */
const ALIKE = 0.5;
/** Sentences of a stretch rewritten altogether, beyond which nobody pairs them one by one. */
const STRETCH = 60;

/** Which sentence became which, in reading order. White space makes no difference. */
export function pairs(a: string[], b: string[]): Pair[] {
  const plain = (sentence: string) => sentence.replace(/\s+/g, " ");
  const out: Pair[] = [];
  let [i, j] = [0, 0];
  let [gone, fresh]: [number[], number[]] = [[], []];
  const settle = () => {
    out.push(...matched(gone, fresh, a, b));
    [gone, fresh] = [[], []];
  };
  for (const { count, added, removed } of diffArrays(a.map(plain), b.map(plain))) {
    if (removed) for (let n = 0; n < count; n += 1) gone.push(i++);
    else if (added) for (let n = 0; n < count; n += 1) fresh.push(j++);
    else {
      settle();
      for (let n = 0; n < count; n += 1) out.push({ a: i++, b: j++, changed: false });
    }
  }
  settle();
  return out;
}

/** Whether two articles are versions of one: half of the shorter stands in the other, word for word or changed. */
export function areVersions(found: Pair[]): boolean {
  const kept = found.filter(({ a, b }) => a >= 0 && b >= 0).length;
  const shorter = Math.min(found.filter(({ a }) => a >= 0).length, found.filter(({ b }) => b >= 0).length);
  return shorter > 0 && kept >= shorter / 2;
}

/** Pairs what was taken out with what was put in at the same place, in order, where enough words are shared. */
function matched(gone: number[], fresh: number[], a: string[], b: string[]): Pair[] {
  const out: Pair[] = [];
  let next = 0;
  for (const i of gone) {
    const candidates = gone.length * fresh.length > STRETCH ** 2 ? [] : fresh.slice(next);
    const at = candidates.findIndex((j) => alike(a[i] ?? "", b[j] ?? "") >= ALIKE);
    if (at < 0) {
      out.push({ a: i, b: -1, changed: false });
      continue;
    }
    for (const j of candidates.slice(0, at)) out.push({ a: -1, b: j, changed: false });
    out.push({ a: i, b: candidates[at] ?? -1, changed: true });
    next += at + 1;
  }
  for (const j of fresh.slice(next)) out.push({ a: -1, b: j, changed: false });
  return out;
}

function alike(a: string, b: string): number {
  const words = (text: string) => new Set(text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []);
  const [one, other] = [words(a), words(b)];
  const shared = [...one].filter((word) => other.has(word)).length;
  return (2 * shared) / Math.max(one.size + other.size, 1);
}
