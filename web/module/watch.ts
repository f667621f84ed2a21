// An element kept painted: a model and an element come in, paint goes on and follows whatever the page does with
// the element's text. A paragraph is read again only when it is another; paint is laid again whenever nodes changed,
// and of very many sentences only on those near the screen.

import type { Explanation, Sentence } from "stancelight-wasm";
import { removeStrayMarks } from "./marks";
import { Near } from "./near";
import { Paragraphs } from "./paragraphs";
import { Quiet } from "./quiet";
import { explained, type Reader } from "./reader";
import { isPainted, spanOf } from "./spans";
import { surfaceOn, type PaintOptions, type Surface } from "./surface";
import { readElement, type ElementText } from "./text";

/** How to keep painted. */
export interface WatchOptions extends PaintOptions {
  /** Called after the first reading, and again when text or threshold changed. */
  onChange?: (watch: Watch) => void;
  /** Called if a text could not be read, because the worker broke or the model was disposed of. */
  onError?: (error: unknown) => void;
}

/** Painted sentences from which on only those near the screen are laid. */
const MANY = 300;

/** What a page changes when it changes what its reader sees. */
const CHANGES = { childList: true, characterData: true, subtree: true, attributeFilter: ["class", "style", "hidden", "aria-hidden", "contenteditable"] };

/** Paint that follows an element's text. */
export class Watch {
  /** The text as read; sentences' offsets count in it. */
  text = "";
  /** What was found. */
  sentences: Sentence[] = [];
  private readonly surface: Surface;
  private readonly paragraphs: Paragraphs;
  private readonly observer: MutationObserver;
  private readonly quiet = new Quiet(() => this.refresh());
  private near: Near | undefined;
  private read: ElementText | undefined;
  private asked: string | undefined;
  private limit: number;
  private isCut = false;
  private stopped = false;

  /** Use `stance.watch(element)`. */
  constructor(private readonly reader: Reader, readonly element: Element, private readonly options: WatchOptions = {}) {
    this.limit = options.threshold ?? reader.topic.threshold;
    // A selector that is none throws here, before there is anything to take away.
    element.matches(options.skip || "*");
    this.paragraphs = new Paragraphs(reader);
    removeStrayMarks(element);
    this.surface = surfaceOn(element, reader.topic, options.renderer);
    this.observer = new MutationObserver(() => this.quiet.soon());
    this.observer.observe(element, CHANGES);
    this.refresh();
  }

  /** Smallest probability that is painted. */
  get threshold(): number {
    return this.limit;
  }

  set threshold(threshold: number) {
    if (threshold === this.limit) return;
    this.limit = threshold;
    this.lay();
    this.options.onChange?.(this);
  }

  /** The indices of the sentences that are painted. */
  get painted(): number[] {
    return this.sentences.flatMap((sentence, i) => (isPainted(this.reader.topic, sentence, this.limit) ? [i] : []));
  }

  /** Reads now, without waiting for the page to be quiet, and paints. */
  refresh(): void {
    if (this.stopped) return;
    this.quiet.cancel();
    const read = readElement(this.element, this.options.skip);
    this.read = read;
    if (read.text === this.asked) {
      // Read already, or being read.
      if (read.text === this.text) this.lay();
      return;
    }
    this.asked = read.text;
    const isStale = () => this.stopped || this.asked !== read.text;
    this.paragraphs.read(read.text, isStale, (sentences, isWhole) => {
      this.text = read.text;
      this.sentences = sentences;
      this.lay();
      if (isWhole) this.options.onChange?.(this);
    })?.catch((error: unknown) => {
      if (isStale()) return;
      this.asked = undefined;
      this.options.onError?.(error);
    });
  }

  /** Why sentence `index` was judged so; offsets count in {@link text}. */
  async explain(index: number): Promise<Explanation | undefined> {
    const sentence = this.sentences[index];
    return sentence && explained(this.reader, this.text, sentence);
  }

  /** The page's range of sentence `index`. */
  range(index: number): Range | undefined {
    const sentence = this.sentences[index];
    if (this.isCut) this.read = readElement(this.element, this.options.skip);
    this.isCut = false;
    return sentence && this.read?.text === this.text ? this.read.range(sentence.start, sentence.end) : undefined;
  }

  /** Brings sentence `index` into view and selects it, so that eyes find it and a screen reader reads on from there. */
  show(index: number): void {
    const range = this.range(index);
    if (!range) return;
    range.startContainer.parentElement?.scrollIntoView();
    // Of a block higher than the screen that may be another part.
    scrollBy(0, range.getBoundingClientRect().top - innerHeight / 2);
    const selection = getSelection();
    selection?.removeAllRanges();
    selection?.addRange(range);
  }

  /** The painted sentence below a point of the viewport. */
  at(x: number, y: number): number | undefined {
    return this.painted.find((index) => this.isNear(index)
      && [...(this.range(index)?.getClientRects() ?? [])].some((box) => x >= box.left && x <= box.right && y >= box.top && y <= box.bottom));
  }

  /** Takes the paint away and looks no longer. */
  stop(): void {
    this.stopped = true;
    this.quiet.cancel();
    this.observer.disconnect();
    this.near?.stop();
    this.surface.remove();
  }

  private isNear(index: number): boolean {
    const start = this.sentences[index]?.start;
    return !this.near || !this.read || start === undefined || this.near.has(this.read.block(start));
  }

  private lay(): void {
    if (this.observer.takeRecords().length > 0) this.quiet.soon();
    // Of nodes that have changed since they were read nothing is known: they are read again in a moment.
    if (this.stopped || this.quiet.isPending || this.read?.text !== this.text) return;
    const { read } = this;
    let painted = this.painted;
    if (painted.length > MANY && "IntersectionObserver" in globalThis) {
      this.near ??= new Near(() => this.lay());
      this.near.watch(new Set(painted.map((index) => read.block(this.sentences[index]?.start ?? 0))));
      painted = painted.filter((index) => this.isNear(index));
    } else {
      this.near?.stop();
      this.near = undefined;
    }
    const spans = painted.flatMap((index) => this.sentences[index] ?? []).map((sentence) => spanOf(this.reader.topic, sentence, this.limit));
    // Our own marks must not count as the page's changes.
    this.observer.disconnect();
    this.surface.paint(spans, read);
    this.isCut = this.surface.cuts;
    this.observer.observe(this.element, CHANGES);
  }
}
