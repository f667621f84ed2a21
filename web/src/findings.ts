// The list of painted sentences: what keyboards and screen readers go by, since paint is only for eyes.

import type { Sentence, Topic } from "stancelight";
import { byId, hueOf, make, percent, settle } from "./dom";

/** One painted sentence and its index among all. */
export interface Finding {
  index: number;
  sentence: Sentence;
}

/** Rows added at a time: a list of thousands would slow the page and help nobody. */
const PAGE = 60;

/** The list, kept in step with what is painted. */
export class Findings {
  private readonly list = byId<HTMLOListElement>("findings");
  private readonly more = byId<HTMLButtonElement>("more");
  private findings: Finding[] = [];
  private text = "";
  private topic: Topic | undefined;
  private shown = PAGE;
  private current = -1;

  /** `markOf` says what the reader thinks of what is said of a sentence. */
  constructor(choose: (index: number) => void, private readonly markOf: (text: string, said: string) => string) {
    this.list.addEventListener("click", (event) => {
      const row = (event.target as Element).closest<HTMLElement>("[data-index]");
      if (row) choose(Number(row.dataset["index"]));
    });
    this.more.addEventListener("click", () => {
      this.shown += PAGE;
      this.render();
    });
  }

  /** Shows these of so many sentences. */
  show(findings: Finding[], text: string, topic: Topic, all: number): void {
    byId("list").hidden = all === 0;
    byId("list-hint").hidden = findings.length === 0;
    byId("list-none").hidden = findings.length > 0;
    this.findings = findings;
    this.text = text;
    this.topic = topic;
    this.render();
  }

  /** Marks one as chosen; −1 for none. */
  mark(index: number): void {
    this.current = index;
    for (const button of this.list.querySelectorAll<HTMLElement>("[data-index]")) {
      button.setAttribute("aria-current", String(Number(button.dataset["index"]) === index));
    }
  }

  /** The painted sentence `step` places after the chosen one, or the first. */
  neighbour(step: 1 | -1): number | undefined {
    if (this.current < 0) return this.findings[0]?.index;
    const after = this.findings.find(({ index }) => index > this.current);
    const before = this.findings.findLast(({ index }) => index < this.current);
    return (step > 0 ? after : before)?.index;
  }

  /** Brings the chosen one into view where the list scrolls in a column of its own, below `head` pixels of it. */
  reveal(head: number): void {
    const row = this.list.querySelector('[aria-current="true"]')?.getBoundingClientRect();
    const column = this.list.closest("aside");
    if (!row || !column || getComputedStyle(column).overflowY !== "auto") return;
    const box = column.getBoundingClientRect();
    const [top, bottom] = [box.top + head, Math.min(box.bottom, innerHeight)];
    if (row.top < top) column.scrollBy(0, row.top - top);
    else if (row.bottom > bottom) column.scrollBy(0, row.bottom - bottom);
  }

  private render(): void {
    settle(this.list, this.findings.slice(0, this.shown).map((finding) => this.row(finding)));
    this.more.hidden = this.findings.length <= this.shown;
  }

  private row({ index, sentence }: Finding): Element {
    const words = this.text.slice(sentence.start, sentence.end);
    const sure = percent(sentence.probabilities[sentence.label] ?? 0);
    const mark = this.markOf(words, sentence.label);
    const button = make("button", "", make("span", "label", sentence.label), make("span", "sure", sure), make("span", "mark", mark), make("span", "text", words));
    button.type = "button";
    button.dataset["index"] = String(index);
    button.setAttribute("aria-current", String(index === this.current));
    button.style.setProperty("--hue", hueOf(this.topic?.labels.find(({ name }) => name === sentence.label)));
    return make("li", "", button);
  }
}
