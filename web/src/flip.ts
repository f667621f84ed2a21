// The words a verdict hangs on: a sentence and its explanation come in, the fewest words found without which
// the engine judges otherwise go out. Shares only suggest where to look; that the verdict flips is the
// engine's word, which reads the shortened sentence anew.

import type { Explanation, Sentence, Word } from "stancelight";

/** Words taken out together at most: beyond, little of the sentence is left to speak of. */
const MOST = 5;
/** Words tried at each step, those that speak most for the label. */
const TRIED = 24;

/** Words in reading order, and what the engine says of the sentence without them. */
export interface Flip {
  words: Word[];
  verdict: Sentence;
}

/** The sentence without some of its words. */
export function without(text: string, { start, end }: Explanation, words: Word[]): string {
  let out = "";
  let at = start;
  for (const word of [...words].sort((a, b) => a.start - b.start)) {
    out += text.slice(at, word.start);
    at = word.end;
  }
  return out + text.slice(at, end);
}

/** Which words' removal flips the verdict; `undefined` if a handful does not. */
export async function flipOf(text: string, explanation: Explanation, score: (text: string) => Sentence | Promise<Sentence>): Promise<Flip | undefined> {
  const { label } = explanation;
  const judge = async (words: Word[]) => score(without(text, explanation, words));
  const shareOf = (word: Word) => word.shares[label] ?? 0;
  const candidates = explanation.words.filter((word) => shareOf(word) !== 0).sort((a, b) => shareOf(b) - shareOf(a)).slice(0, TRIED);
  let removed: Word[] = [];
  let flipped: Sentence | undefined;
  while (!flipped && removed.length < Math.min(MOST, candidates.length)) {
    const trials = await Promise.all(candidates.filter((word) => !removed.includes(word)).map(async (word) => {
      const words = [...removed, word];
      return { words, verdict: await judge(words) };
    }));
    // A flip if there is one, the clearest first; else whatever shakes the verdict most.
    const best = trials.reduce((a, b) => (lead(b.verdict, label) < lead(a.verdict, label) ? b : a));
    removed = best.words;
    if (best.verdict.label !== label) flipped = best.verdict;
  }
  if (!flipped) return undefined;
  // A word taken out early may not be needed any more.
  for (const word of [...removed]) {
    const fewer = removed.filter((other) => other !== word);
    const verdict = fewer.length > 0 ? await judge(fewer) : undefined;
    if (verdict && verdict.label !== label) {
      removed = fewer;
      flipped = verdict;
    }
  }
  return { words: removed.sort((a, b) => a.start - b.start), verdict: flipped };
}

/** How far a label is ahead of the best other one. */
function lead(verdict: Sentence, label: string): number {
  const others = Object.entries(verdict.probabilities).filter(([name]) => name !== label).map(([, p]) => p);
  return (verdict.probabilities[label] ?? 0) - Math.max(...others);
}
