// The engine's verdicts: rows of numbers come in, objects go out. Made here, where they are wanted, because an object
// handed over by the engine, or copied from a worker, costs more than the sentence it tells of.

import type { Sentence, Topic } from "stancelight-wasm";

/** How many numbers of a row stand before the labels' probabilities: start, end, label, whether sure, score. */
const BEFORE = 5;

/** What rows say of sentences, or of a sentence without each of its words. */
export function sentencesOf({ labels }: Topic, rows: Float64Array): Sentence[] {
  const names = labels.map(({ name }) => name);
  const found: Sentence[] = [];
  for (let at = 0; at < rows.length; at += BEFORE + names.length) {
    const number = (place: number) => rows[at + place] as number;
    const probabilities: Record<string, number> = {};
    for (let i = 0; i < names.length; i += 1) probabilities[names[i] as string] = number(BEFORE + i);
    found.push({
      start: number(0), end: number(1), label: names[number(2)] as string, sure: number(3) === 1, score: number(4), probabilities,
    });
  }
  return found;
}

/** Texts as the engine takes several: in one piece, and where each ends. A line break keeps halves of characters apart. */
export function inOne(texts: string[]): [text: string, ends: Uint32Array] {
  const ends = new Uint32Array(texts.length);
  texts.reduce((start, { length }, i) => (ends[i] = start + length) + 1, 0);
  return [texts.join("\n"), ends];
}
