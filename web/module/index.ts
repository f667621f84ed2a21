// The module other sites import: a model's address comes in, an object that reads texts and paints elements
// goes out. Importing it does nothing by itself and needs no browser; loading does.

import { Analyzer, Painter } from "stancelight-wasm";
import type { Explanation, Paint, Sentence, Topic } from "stancelight-wasm";
import { compileEngine, startEngine } from "./engine";
import { coded } from "./errors";
import { strengthOf } from "./looks";
import { StancelightWorker, startWorker } from "./remote";
import { read, unlessAborted, type Progress, type Source } from "./source";
import { readElement } from "./text";
import { Watch, surfaceOn, type PaintOptions, type WatchOptions } from "./watch";

export type { Explanation, Label, Paint, Sentence, Topic, Verdict, Word } from "stancelight-wasm";
export { StancelightError, type ErrorCode } from "./errors";
export { addLooks, addSheet, strengthOf } from "./looks";
export type { StancelightWorker } from "./remote";
export { shared } from "./shared";
export type { Progress, Source } from "./source";
export { Watch, type PaintOptions, type WatchOptions } from "./watch";
export { Painter };

/** What {@link load} can be told. */
export interface LoadOptions {
  /** The model file; by default the cooperation-or-threat model beside this module. */
  model?: Source;
  /** The engine's `.wasm`; by default the one beside this module. Only the first load decides. */
  wasm?: Source | WebAssembly.Module;
  /** Read in a worker of this model's own: `true`, or the address of `worker.js`, on the page's own origin. */
  worker?: boolean | string | URL;
  /** Gives up waiting; `AbortSignal.timeout(10_000)` is a time limit. */
  signal?: AbortSignal;
  /** Told as the files come in. */
  onProgress?: (progress: Progress) => void;
}

/** Paint on an element. */
export interface Highlighted {
  /** What was found; offsets count in the text that was read, not in `textContent`. */
  sentences: Sentence[];
  /** How many of them are painted. */
  painted: number;
  /** Takes the paint away. */
  clear(): void;
}

/**
 * Loads a model, and with the first one the engine. The promise always settles if the network does, and at
 * once when the signal is aborted.
 *
 * @throws {StancelightError} `E_FETCH`, `E_MODEL_FORMAT`, `E_MODEL_VERSION`, `E_CSP_WASM` or `E_ABORTED`.
 */
export function load(options: LoadOptions & { worker: true | string | URL }): Promise<StancelightWorker>;
export function load(options?: LoadOptions & { worker?: false }): Promise<Stancelight>;
export async function load(options: LoadOptions = {}): Promise<Stancelight | StancelightWorker> {
  const { worker = false, signal } = options;
  const model = options.model ?? new URL("models/cooperation-threat.stance", import.meta.url);
  const [data, engine] = await Promise.all([read(model, "model", options), compileEngine(options.wasm, options)]);
  if (worker !== false) return startWorker(worker, engine, data, signal);
  await unlessAborted(startEngine(engine), signal);
  try {
    return new Stancelight(Analyzer.load(data));
  } catch (cause) {
    throw coded(cause, "E_MODEL_FORMAT");
  }
}

/** A loaded model. */
export class Stancelight {
  /** The model's question, labels, colours and threshold. */
  readonly topic: Topic;
  /** What is known of the model's making. */
  readonly facts: [string, string][];

  /** Use {@link load}. */
  constructor(private readonly analyzer: Analyzer) {
    this.topic = analyzer.topic;
    this.facts = analyzer.facts;
  }

  /** The sentences of a text and what the model says of each. */
  analyze(text: string): Sentence[] {
    return this.analyzer.analyze(text);
  }

  /** Why a sentence of the text last analysed was judged so; `undefined` if there is no such sentence. */
  explain(index: number): Explanation | undefined {
    return this.analyzer.explain(index);
  }

  /** Explains `text` as one sentence; offsets count from its start. */
  explainSentence(text: string): Explanation {
    return this.analyzer.explainSentence(text);
  }

  /** Judges `text` as one sentence. */
  score(text: string): Sentence {
    return this.analyzer.score(text);
  }

  /** Whether a sentence is painted: probable enough, and of a label off the middle. */
  isPainted(sentence: Sentence, threshold = this.topic.threshold): boolean {
    const label = this.topic.labels.find(({ name }) => name === sentence.label);
    return label !== undefined && label.pole !== 0 && (sentence.probabilities[sentence.label] ?? 0) >= threshold;
  }

  /** Those of the sentences that are painted, as {@link Painter} takes them. */
  paint(sentences: Sentence[], threshold = this.topic.threshold): Paint[] {
    return sentences.filter((sentence) => this.isPainted(sentence, threshold)).map((sentence) => ({
      start: sentence.start,
      end: sentence.end,
      group: this.topic.labels.findIndex(({ name }) => name === sentence.label),
      strength: strengthOf(sentence.probabilities[sentence.label] ?? 0, threshold),
    }));
  }

  /**
   * Paints the sentences of an element, once. Its nodes stay as they are, unless marks are used: then until `clear`.
   *
   * @throws {StancelightError} `E_NO_HIGHLIGHTS` if only highlights are allowed and the browser has none.
   */
  highlight(element: Element, { threshold, renderer }: PaintOptions = {}): Highlighted {
    const { text, place } = readElement(element);
    const sentences = this.analyze(text);
    const spans = this.paint(sentences, threshold);
    const surface = surfaceOn(element, this, renderer);
    surface.paint(spans.map((span) => ({ ...span, start: place(span.start, false), end: place(span.end, true) })));
    return { sentences, painted: spans.length, clear: () => surface.remove() };
  }

  /** Paints an element and keeps it painted as its text changes, until `stop`. */
  watch(element: Element, options: WatchOptions = {}): Watch {
    return new Watch(this, element, options);
  }

  /** Frees the model's memory; the object is of no use afterwards. */
  dispose(): void {
    this.analyzer.free();
  }
}
