//! The TypeScript side of every result, written by hand so that it says units and meaning.

use wasm_bindgen::prelude::*;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = r##"
/** What a model answers. */
export interface Topic {
  /** Machine name, such as "cooperation-threat". */
  name: string;
  /** Name for people. */
  title: string;
  /** The question the labels answer. */
  question: string;
  /** Smallest probability, 0 to 1, from which a sentence counts as sure. */
  threshold: number;
  /** The possible answers. */
  labels: Label[];
  /** Where the training data came from. */
  provenance: string;
}

/** One possible answer of a topic. */
export interface Label {
  name: string;
  /** Where it lies between the poles, -1 to +1; labels at 0 are never painted. */
  pole: number;
  /** "#rrggbb" on a light page. */
  color: string;
  /** "#rrggbb" on a dark page. */
  colorDark: string;
  /** A CSS text-decoration-style, or "none". */
  underline: "none" | "solid" | "double" | "dotted" | "dashed" | "wavy";
  /** What the label means. */
  meaning: string;
}

/** What a model says of a sentence. */
export interface Verdict {
  /** The most probable label's name. */
  label: string;
  /** Whether its probability reaches the topic's threshold. */
  sure: boolean;
  /** Stance score: the sum of probability times pole, -1 to +1. */
  score: number;
  /** Calibrated, by label; they add up to 1. */
  probabilities: Record<string, number>;
}

/** A sentence of a text; `text.slice(start, end)` is the sentence. */
export interface Sentence extends Verdict {
  /** First UTF-16 code unit. */
  start: number;
  /** One past the last UTF-16 code unit. */
  end: number;
}

/** What judges: weights of words and pairs of words, or a small transformer that reads the whole sentence. */
export type Kind = "linear" | "encoder";

/** What a model says of a sentence without one of its words, which stands at `text.slice(start, end)`. */
export interface Removal extends Verdict {
  start: number;
  end: number;
}

/** Why a sentence was judged as it was. For each label, all shares added up, plus the bias, are the logit. */
export interface Explanation extends Sentence {
  bias: Record<string, number>;
  logits: Record<string, number>;
  words: Word[];
}

/** A word, number or name, placed in the whole text, and what it adds to each label's logit. */
export interface Word {
  start: number;
  end: number;
  shares: Record<string, number>;
}
"##;
