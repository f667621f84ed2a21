// The buttons by which a reader agrees or disagrees with a verdict, and what becomes of the answers.

import type { Sentence, Topic } from "stancelight";
import { byId, make } from "./dom";
import { Opinions } from "./opinions";
import { save } from "./save";

/** Asks about the chosen sentence and keeps the answers. */
export class Disagree {
  private readonly choices = byId("opinion-choices");
  private topic: Topic | undefined;
  private opinions: Opinions | undefined;

  /** `onChange` is told after every answer. */
  constructor(private readonly onChange: () => void) {
    byId("opinions-save").addEventListener("click", () => {
      if (this.opinions && this.topic) save(`${this.topic.name}-corrections.jsonl`, "application/jsonl", this.opinions.lines);
    });
    byId("opinions-clear").addEventListener("click", () => {
      if (!confirm("Forget what you said of every sentence on this topic?")) return;
      this.opinions?.clear();
      this.choices.querySelectorAll("button").forEach((button) => button.setAttribute("aria-pressed", "false"));
      this.changed();
    });
  }

  /** Takes up the answers given on a topic before. */
  dress(topic: Topic): void {
    this.topic = topic;
    this.opinions = new Opinions(topic);
    this.changed();
  }

  /** A tick or a cross where the reader has judged what is said of a sentence, with words for those who listen. */
  markOf(text: string, said: string): string {
    const opinion = this.opinions?.of(text);
    if (!opinion) return "";
    // "Not that" was said of one label; the model may say another by now.
    if (opinion.label === null) return opinion.said === said ? "✗ wrong" : "";
    return opinion.label === said ? "✓ right" : `✗ ${opinion.label}`;
  }

  /** Asks about this sentence. */
  ask(text: string, { label: said }: Sentence): void {
    const others = this.topic?.labels.filter(({ name }) => name !== said) ?? [];
    const choice = (words: string, label: string | null) => {
      const button = make("button", "", words);
      button.type = "button";
      button.addEventListener("click", () => {
        this.opinions?.toggle({ text, said, label });
        press();
        this.changed();
      });
      return { button, label };
    };
    const all = [choice("Right", said), choice("Wrong", null), ...others.map(({ name }) => choice(`It is ${name}`, name))];
    const press = () => {
      const opinion = this.opinions?.of(text);
      for (const { button, label } of all) {
        button.setAttribute("aria-pressed", String(opinion?.label === label && (label !== null || opinion.said === said)));
      }
    };
    press();
    this.choices.replaceChildren(...all.map(({ button }) => button));
  }

  private changed(): void {
    const { all, right } = this.opinions?.count ?? { all: 0, right: 0 };
    byId("opinions").hidden = all === 0;
    byId("opinions-count").textContent = `You judged ${all} ${all === 1 ? "sentence" : "sentences"}; the model was right on ${right}.`;
    this.onChange();
  }
}
