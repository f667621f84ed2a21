// What of a verdict is painted: a topic and sentences come in, spans with a look each go out.

import type { Paint, Sentence, Topic } from "stancelight-wasm";

/** 0 at the threshold, 1 at certainty. */
export function strengthOf(probability: number, threshold: number): number {
  return threshold >= 1 ? 1 : (probability - threshold) / (1 - threshold);
}

/** Whether a sentence is painted: probable enough, and of a label off the middle. */
export function isPainted(topic: Topic, sentence: Sentence, threshold = topic.threshold): boolean {
  const label = topic.labels.find(({ name }) => name === sentence.label);
  return label !== undefined && label.pole !== 0 && (sentence.probabilities[sentence.label] ?? 0) >= threshold;
}

/** A sentence's span, and its label's look. */
export function spanOf(topic: Topic, { start, end, label, probabilities }: Sentence, threshold = topic.threshold): Paint {
  return {
    start,
    end,
    group: topic.labels.findIndex(({ name }) => name === label),
    strength: strengthOf(probabilities[label] ?? 0, threshold),
  };
}
