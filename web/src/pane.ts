// One article under one model: the editor, the legend, the slider and the timeline that belong together. The
// page has one such pane, or two side by side.

import { sentences, type Stancelight, type StancelightWorker, type Verdict } from "stancelight";
import { byId, percent } from "./dom";
import { Editor } from "./editor";
import { Filter } from "./filter";
import type { Finding } from "./findings";
import type { Reading } from "./forms";
import type { Offered } from "./models";
import { Reader, turn, type Judged } from "./reader";
import { Timeline } from "./timeline";

/** What a pane tells the page. */
export interface Listener {
  /** The reader typed. */
  edited(pane: Pane): void;
  /** The reader chose a sentence. */
  chose(pane: Pane, index: number, scroll: boolean): void;
  /** The reader moved the slider, or ticked a label. */
  ruled(pane: Pane): void;
  /** What is known or painted has changed. */
  painted(pane: Pane): void;
  /** An article was read to its end. */
  read(pane: Pane): void;
}

/** A pane of the page. */
export class Pane {
  readonly editor: Editor;
  readonly timeline: Timeline;
  /** The sentences of {@link text}. */
  sentences: Judged[] = [];
  /** The text last read; what is being typed may be further. */
  text = "";
  stance: Stancelight | undefined;
  /** Which of the menu's models that is. */
  model: Offered | undefined;
  /** The larger model, while the reader wants it. */
  closer: StancelightWorker | undefined;
  reader: Reader | undefined;
  /** Counts what makes an earlier reading useless: keystrokes, another model. */
  version = 0;
  /** Counts the models asked for: one may come when another is wanted already. */
  asked = 0;
  /** Whether the quick model is not through yet. */
  isReading = false;
  /** The pane whose slider and ticks say what is painted here: itself, or where two articles are compared the first. */
  rules: Pane = this;
  private readonly filter: Filter;
  private readonly slider: HTMLInputElement;

  /** `suffix` is what the ids of this pane's elements end in. */
  constructor(readonly suffix: string, private readonly listener: Listener) {
    const name = suffix === "" ? "stance" : "other";
    this.editor = new Editor(this.part("editor"), this.part("marked"), name, () => {
      listener.edited(this);
      void this.refresh();
    }, (offset) => {
      const index = this.sentences.findIndex(({ start, end }) => start <= offset && offset <= end);
      if (index >= 0) listener.chose(this, index, false);
    });
    this.timeline = new Timeline(this.part("timeline"), this.part("timeline-hint"), (index) => listener.chose(this, index, true));
    this.filter = new Filter(this.part("legend"), () => listener.ruled(this));
    this.slider = this.part<HTMLInputElement>("threshold");
    this.slider.addEventListener("input", () => listener.ruled(this));
  }

  /** An element of this pane. */
  part<T extends HTMLElement = HTMLElement>(id: string): T {
    return byId<T>(`${id}${this.suffix}`);
  }

  /** The probability from which sentences are painted. */
  get threshold(): number {
    return Number(this.rules.slider.value);
  }

  set threshold(threshold: number) {
    this.slider.value = String(threshold);
  }

  /** Puts an article into the pane; `isStep`: so that undoing takes it back. */
  async show(text: string, isStep = false): Promise<void> {
    if (isStep) this.editor.put(text);
    else this.editor.text = text;
    await this.refresh();
  }

  /** Makes a model the pane's own. */
  async adopt(stance: Stancelight, model: Offered): Promise<void> {
    this.stance = stance;
    this.model = model;
    this.reader = new Reader({ sentences, score: (words) => stance.score(words) });
    const { topic } = stance;
    this.threshold = topic.threshold;
    this.editor.dress(topic);
    this.filter.dress(topic);
    // What the model before it said is no verdict of this one.
    this.sentences = [];
    await this.refresh();
  }

  /** Whether a sentence is painted as things stand. */
  isPainted(sentence: Judged): boolean {
    return (this.stance?.isPainted(sentence, this.threshold) ?? false) && this.rules.filter.allows(sentence.label);
  }

  /** What is painted. */
  get findings(): Finding[] {
    return this.sentences.flatMap((sentence, index) => (this.isPainted(sentence) ? [{ index, sentence }] : []));
  }

  /** What is here now, for taking along. */
  get reading(): Reading | undefined {
    const { stance, text, sentences, threshold } = this;
    return stance && { text, sentences, threshold, topic: stance.topic, isPainted: (sentence) => this.isPainted(sentence) };
  }

  /** Takes what the larger model says of a sentence. */
  amend(index: number, words: string, verdict: Verdict): void {
    const sentence = this.sentences[index];
    if (!sentence) return;
    const { start, end } = sentence;
    this.reader?.amend(words, verdict);
    this.sentences[index] = { ...verdict, start, end, closer: true };
  }

  /** Reads the article anew. */
  async refresh(): Promise<void> {
    if (!this.reader) return;
    const mine = (this.version += 1);
    const text = this.editor.text;
    const show = (found: Judged[]) => {
      this.sentences = found;
      this.text = text;
      this.repaint();
    };
    const isStale = () => mine !== this.version;
    this.isReading = true;
    const found = await this.reader.read(text, isStale, show);
    if (!found || isStale()) return;
    // Of a long article each of these takes its time: the last words were just read, then painted, then looked into.
    await turn();
    if (isStale()) return;
    this.isReading = false;
    show(found);
    await turn();
    if (!isStale()) this.listener.read(this);
  }

  /** Paints what is known at the slider's threshold. */
  repaint(): void {
    const { stance, sentences, threshold } = this;
    if (!stance) return;
    this.part("threshold-value").textContent = percent(threshold);
    this.slider.setAttribute("aria-valuetext", percent(threshold));
    const sure = sentences.filter((sentence) => stance.isPainted(sentence, threshold));
    const painted = sure.filter(({ label }) => this.rules.filter.allows(label));
    this.filter.count(sure.map(({ label }) => label));
    this.part("painted-count").textContent = `${painted.length} of ${sentences.length} painted`;
    this.editor.paint(stance.paint(painted, threshold));
    const isPainted = new Set(painted);
    this.timeline.show(sentences, this.text, stance.topic, (sentence) => isPainted.has(sentence));
    this.listener.painted(this);
  }

  /** Shows a sentence as chosen, and above `foot` if asked to bring it into view; −1 for none. */
  mark(index: number, scroll: boolean, foot: number): void {
    this.timeline.mark(index);
    const sentence = this.sentences[index];
    if (sentence) this.editor.select(sentence.start, sentence.end, scroll, foot);
    else this.editor.deselect();
  }
}
