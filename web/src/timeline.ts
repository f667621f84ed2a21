// The article at a glance: one mark a sentence, in reading order, up for the one pole and down for the other,
// with a gap where a paragraph ends; each tells what it stands for, and where its paragraph stands. A list of buttons, of
// which one takes part in the tab order and the arrow keys reach the rest, so that a long article is one stop on the way
// through the page.

import type { Sentence, Topic } from "stancelight";
import { hueOf, make, percent, signed } from "./dom";
import { meanOf, paragraphsOf } from "./figures";

/** Marks that still can be told apart; of longer articles each mark stands for several sentences. */
const MOST = 240;

/** The strip of marks. */
export class Timeline {
  private marks: { button: HTMLButtonElement; first: number; last: number }[] = [];
  private shape = "";
  private current = -1;
  /** Sentences that the width stands for; 0 for as many as there are. */
  private axis = 0;
  private again = () => {};

  constructor(private readonly list: HTMLElement, private readonly hint: HTMLElement, choose: (index: number) => void) {
    this.list.addEventListener("click", (event) => {
      const button = (event.target as Element).closest<HTMLElement>("[data-index]");
      if (button) choose(Number(button.dataset["index"]));
    });
    this.list.addEventListener("keydown", (event) => {
      const at = this.marks.findIndex(({ button }) => button === document.activeElement);
      const to = { ArrowRight: at + 1, ArrowDown: at + 1, ArrowLeft: at - 1, ArrowUp: at - 1, Home: 0, End: this.marks.length - 1 }[event.key];
      const next = to === undefined ? undefined : this.marks[to]?.button;
      if (at < 0 || !next) return;
      event.preventDefault();
      this.stop(next);
      next.focus();
    });
  }

  /** Puts the focus on the mark that a Tab would lead to: the last chosen. */
  focus(): void {
    this.marks.find(({ button }) => button.tabIndex === 0)?.button.focus({ preventScroll: true });
  }

  /** Makes room for so many sentences, so that two strips have one axis; 0 for as many as there are. */
  scale(sentences: number): void {
    if (sentences === this.axis) return;
    this.axis = sentences;
    this.again();
  }

  /** Shows these sentences of `text`; those that are not painted are faint. */
  show(sentences: Sentence[], text: string, topic: Topic, isPainted: (sentence: Sentence) => boolean): void {
    this.again = () => this.show(sentences, text, topic, isPainted);
    const run = Math.max(1, Math.ceil(Math.max(sentences.length, this.axis) / MOST));
    this.list.classList.toggle("scaled", this.axis > 0);
    this.list.style.setProperty("--marks", String(Math.ceil(this.axis / run)));
    const shape = `${sentences.length}/${run}`;
    if (shape !== this.shape) {
      this.shape = shape;
      this.build(sentences.length, run);
    }
    const paragraphs = paragraphsOf(sentences, text);
    const scores: number[][] = [];
    sentences.forEach(({ score }, i) => (scores[paragraphs[i] ?? 0] ??= []).push(score));
    const told = scores.map((own, i) => `Paragraph ${i + 1} of ${scores.length}: mean stance ${signed(meanOf(own).mean)}`);
    this.marks.forEach((mark, at) => {
      const some = sentences.slice(mark.first, mark.last + 1);
      // Of several the one that says most.
      const strongest = some.reduce((best, sentence) => (Math.abs(sentence.score) > Math.abs(best.score) ? sentence : best));
      const index = mark.first + some.indexOf(strongest);
      const { label, score, probabilities, start, end } = strongest;
      const isParagraph = at > 0 && paragraphs[mark.first] !== paragraphs[mark.first - 1];
      const { button } = mark;
      button.dataset["index"] = String(index);
      button.dataset["painted"] = String(isPainted(strongest));
      button.style.setProperty("--hue", hueOf(topic.labels.find(({ name }) => name === label)));
      button.style.setProperty("--height", Math.abs(score).toFixed(3));
      button.classList.toggle("down", score < 0);
      button.parentElement?.classList.toggle("paragraph", isParagraph && run === 1);
      button.setAttribute("aria-label", spoken(index, strongest));
      const said = `${label} ${percent(probabilities[label] ?? 0)}: ${shortened(text.slice(start, end))}`;
      button.title = [said, ...(scores.length > 1 ? [told[paragraphs[index] ?? 0]] : [])].join("\n");
    });
    this.hint.textContent = run > 1 ? `Each mark stands for ${run} sentences and shows the one that says most.` : "";
    this.hint.hidden = run === 1;
    this.list.hidden = sentences.length === 0;
    this.mark(this.current);
  }

  /** Marks the chosen sentence; −1 for none. */
  mark(index: number): void {
    this.current = index;
    for (const { button, first, last } of this.marks) {
      const isCurrent = first <= index && index <= last;
      button.setAttribute("aria-current", String(isCurrent));
      if (isCurrent) this.stop(button);
    }
  }

  /** As many marks as are needed; the strip is built anew only when their number changes. */
  private build(sentences: number, run: number): void {
    this.marks = Array.from({ length: Math.ceil(sentences / run) }, (_, at) => {
      const button = make("button", "", make("span", "rod"));
      button.type = "button";
      button.tabIndex = at === 0 ? 0 : -1;
      return { button, first: at * run, last: Math.min((at + 1) * run, sentences) - 1 };
    });
    this.list.replaceChildren(...this.marks.map(({ button }) => make("li", "", button)));
  }

  /** Makes this mark the one in the tab order. */
  private stop(button: HTMLButtonElement): void {
    for (const other of this.marks) other.button.tabIndex = other.button === button ? 0 : -1;
  }
}

/** A sentence's verdict as a screen reader tells it. */
export const spoken = (index: number, { label, probabilities, score }: Sentence) =>
  `Sentence ${index + 1}: ${label}, ${percent(probabilities[label] ?? 0)}, stance ${signed(score)}`;

const shortened = (text: string) => (text.length > 160 ? `${text.slice(0, 159)}…` : text);
