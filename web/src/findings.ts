// The list of painted sentences: what keyboards and screen readers go by, since paint is only for eyes.

import type { Sentence, Topic } from "stancelight";
import { byId, hueOf, make, percent } from "./dom";

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

  /** `markOf` says what the reader thinks of a sentence. */
  constructor(choose: (index: number) => void, private readonly markOf: (text: string) => string) {
    this.list.addEventListener("click", (event) => {
      const row = (event.target as Element).closest<HTMLElement>("[data-index]");
      if (row) choose(Number(row.dataset["index"]));
    });
    this.more.addEventListener("click", () => {
      this.shown += PAGE;
      this.render();
    });
  }

  /** Shows these; rows that did not change stay the elements they were. */
  show(findings: Finding[], text: string, topic: Topic): void {
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

  private render(): void {
    const rows = this.findings.slice(0, this.shown).map((finding, at) => this.row(finding, this.list.children[at]));
    rows.forEach((row, at) => {
      if (this.list.children[at] !== row) this.list.insertBefore(row, this.list.children[at] ?? null);
    });
    while (this.list.children.length > rows.length) this.list.lastElementChild?.remove();
    this.more.hidden = this.findings.length <= this.shown;
  }

  /** The row for a finding: the old one if it says the same. */
  private row({ index, sentence }: Finding, old: Element | undefined): Element {
    const words = this.text.slice(sentence.start, sentence.end);
    const sure = percent(sentence.probabilities[sentence.label] ?? 0);
    const mark = this.markOf(words);
    const key = [index, sentence.label, sure, words, mark].join("\u0000");
    if (old instanceof HTMLElement && old.dataset["key"] === key) return old;
    const button = make("button", "", make("span", "label", sentence.label), make("span", "sure", sure), make("span", "mark", mark), make("span", "text", words));
    button.type = "button";
    button.dataset["index"] = String(index);
    button.setAttribute("aria-current", String(index === this.current));
    button.style.setProperty("--hue", hueOf(this.topic?.labels.find(({ name }) => name === sentence.label)));
    const row = make("li", "", button);
    row.dataset["key"] = key;
    return row;
  }
}
