// A model loaded on this thread: texts come in, sentences, reasons and painted elements go out, all at once.

import type { Analyzer, Explanation, Kind, Paint, Removal, Sentence, Topic } from "stancelight-wasm";
import { StancelightError } from "./errors";
import type { AnalyzeOptions, Explained, Reader } from "./reader";
import { inOne, sentencesOf } from "./rows";
import { aborted } from "./source";
import { isPainted, spanOf } from "./spans";
import { paintOnce, type Highlighted, type PaintOptions } from "./surface";
import { readElement } from "./text";
import { Watch, type WatchOptions } from "./watch";

/** A loaded model. */
export class Stancelight implements Reader {
  /** What judges: "linear" or "encoder". */
  readonly kind: Kind;
  /** The model's question, labels, colours and threshold. */
  readonly topic: Topic;
  /** What is known of the model's making. */
  readonly facts: [string, string][];
  private loaded: Analyzer | undefined;

  /** Use `load()`. */
  constructor(analyzer: Analyzer) {
    this.loaded = analyzer;
    this.kind = analyzer.kind;
    this.topic = analyzer.topic;
    this.facts = analyzer.facts;
  }

  /**
   * The sentences of a text and what the model says of each; with `explain` also why.
   *
   * @throws {StancelightError} `E_ABORTED` if the signal is aborted already, or the model was disposed of.
   */
  analyze(text: string, options: AnalyzeOptions & { explain: true }): Explained[];
  analyze(text: string, options?: AnalyzeOptions): Sentence[];
  analyze(text: string, { signal, explain }: AnalyzeOptions = {}): Sentence[] {
    if (signal?.aborted) throw aborted(signal.reason);
    const found = sentencesOf(this.topic, this.analyzer.analyze(text));
    return explain ? found.map((sentence, i) => ({ ...sentence, explanation: this.analyzer.explain(i) })) : found;
  }

  /** Begins to read a text as `analyze` does, and says how many sentences it has; `next` then gives these. */
  begin(text: string): number {
    return this.analyzer.begin(text);
  }

  /** The next `count` sentences of the text last begun: fewer at its end, none after it. */
  next(count: number): Sentence[] {
    return sentencesOf(this.topic, this.analyzer.next(count));
  }

  /** What the model says of a sentence of the text last analysed without each of its words; `undefined` as for `explain`. */
  removals(index: number): Removal[] | undefined {
    const rows = this.analyzer.removals(index);
    return rows && sentencesOf(this.topic, rows);
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
    return this.scoreAll([text])[0] as Sentence;
  }

  /** Judges each of the texts as one sentence: headlines, an archive. Quicker than as many calls of `score`. */
  scoreAll(texts: string[]): Sentence[] {
    return sentencesOf(this.topic, this.analyzer.scoreAll(...inOne(texts)));
  }

  /** Whether a sentence is painted: probable enough, and of a label off the middle. */
  isPainted(sentence: Sentence, threshold?: number): boolean {
    return isPainted(this.topic, sentence, threshold);
  }

  /** Those of the sentences that are painted, as `Painter` takes them. */
  paint(sentences: Sentence[], threshold?: number): Paint[] {
    return sentences.filter((sentence) => this.isPainted(sentence, threshold)).map((sentence) => spanOf(this.topic, sentence, threshold));
  }

  /**
   * Paints the sentences of an element, once. Its nodes stay as they are, unless marks are used: then until `clear`.
   *
   * @throws {StancelightError} `E_NO_HIGHLIGHTS` if only highlights are allowed and the browser has none.
   */
  highlight(element: Element, options: PaintOptions = {}): Highlighted {
    const read = readElement(element, options.skip);
    return paintOnce(element, this.topic, read, this.analyze(read.text), options);
  }

  /** Paints an element and keeps it painted as its text changes, until `stop`. */
  watch(element: Element, options: WatchOptions = {}): Watch {
    return new Watch(this, element, options);
  }

  /** Frees the model's memory; whatever is asked of it afterwards fails with `E_ABORTED`. */
  dispose(): void {
    this.loaded?.free();
    this.loaded = undefined;
  }

  private get analyzer(): Analyzer {
    if (!this.loaded) throw new StancelightError("E_ABORTED", "the model was disposed of");
    return this.loaded;
  }
}
