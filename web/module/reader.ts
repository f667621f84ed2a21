// Whoever answers about texts: what a model on this thread and one in a worker have in common, which is all that
// painting needs to know of either.

import type { Explanation, Kind, Sentence, Topic } from "stancelight-wasm";

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
