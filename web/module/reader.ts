// Whoever answers about texts: what a model on this thread and one in a worker have in common, which is all that
// painting needs to know of either; and what can be asked for along with an analysis.

import type { Explanation, Kind, Sentence, Topic } from "stancelight-wasm";

/** How to analyse a text. */
export interface AnalyzeOptions {
  /** Gives up: if aborted, the analysis fails with `E_ABORTED`. */
  signal?: AbortSignal | undefined;
  /** Each sentence comes with its {@link Explained.explanation}. */
  explain?: boolean | undefined;
}

/** A sentence and why it was judged so; the explanation's offsets count in the text analysed. */
export interface Explained extends Sentence {
  explanation: Explanation;
}

/** A loaded model, here or in a worker. */
export interface Reader {
  /** What judges: "linear" or "encoder". */
  readonly kind: Kind;
  /** The model's question, labels, colours and threshold. */
  readonly topic: Topic;
  /** What is known of the model's making. */
  readonly facts: [string, string][];
  /** The sentences of a text and what the model says of each. */
  analyze(text: string): Sentence[] | Promise<Sentence[]>;
  /** Explains `text` as one sentence; offsets count from its start. */
  explainSentence(text: string): Explanation | Promise<Explanation>;
}

/**
 * Why a sentence of `text` was judged so. Asked about the sentence, not by its index: the model may have read another text
 * since.
 */
export async function explained(reader: Reader, text: string, { start, end }: Sentence): Promise<Explanation> {
  const found = await reader.explainSentence(text.slice(start, end));
  return { ...found, start, end, words: found.words.map((word) => ({ ...word, start: word.start + start, end: word.end + start })) };
}
