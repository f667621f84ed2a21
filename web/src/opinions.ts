// What the reader thinks of verdicts: kept in this browser, a list for each topic, until they are taken back
// or forgotten. They go out as JSON Lines, the form `stancelight train` reads, so that disagreeing is the
// first step to a better model.

import type { Topic } from "stancelight";

/** What a reader says of a sentence. */
export interface Opinion {
  text: string;
  /** What the model said. */
  said: string;
  /** What the reader says it is; `null` for "not that". */
  label: string | null;
}

/** The opinions on one topic. */
export class Opinions {
  private readonly key: string;
  private readonly opinions = new Map<string, Opinion>();
  private readonly names: string[];
  /** Said of labels that this model has not: one of the reader's own may have others under the same name. */
  private readonly foreign: Opinion[] = [];
  /** Whether what is kept is what was said last. */
  private isKept = true;

  constructor(topic: Topic) {
    this.key = `stancelight-opinions-${topic.name}`;
    this.names = topic.labels.map(({ name }) => name);
    this.recall();
  }

  /** The opinion on a sentence, if there is one. */
  of(text: string): Opinion | undefined {
    return this.opinions.get(text);
  }

  /** Keeps an opinion; the same again takes it back. */
  toggle(opinion: Opinion): void {
    const old = this.opinions.get(opinion.text);
    // Another tab may have kept or forgotten some since; of this one, what this tab shows was meant.
    this.recall();
    if (old?.label === opinion.label && (opinion.label !== null || old.said === opinion.said)) this.opinions.delete(opinion.text);
    else this.opinions.set(opinion.text, opinion);
    this.keep();
  }

  /** Forgets all of this topic. */
  clear(): void {
    this.opinions.clear();
    this.foreign.length = 0;
    this.keep();
  }

  /** How many there are, and how many agree with the model. */
  get count(): { all: number; right: number } {
    const all = [...this.opinions.values()];
    return { all: all.length, right: all.filter(({ said, label }) => said === label).length };
  }

  /** One object a line, `text` and `label`. "Not that" is every other label, equally likely. */
  get lines(): string {
    return [...this.opinions.values()].map(({ text, said, label }) => {
      const others = this.names.filter((name) => name !== said);
      const target = label ?? Object.fromEntries(others.map((name) => [name, 1 / others.length]));
      return `${JSON.stringify({ text, label: target })}\n`;
    }).join("");
  }

  private recall(): void {
    if (!this.isKept) return;
    this.opinions.clear();
    this.foreign.length = 0;
    for (const opinion of stored(this.key)) {
      const known = [opinion.said, opinion.label].every((name) => name === null || this.names.includes(name));
      if (known) this.opinions.set(opinion.text, opinion);
      else this.foreign.push(opinion);
    }
  }

  private keep(): void {
    try {
      const all = [...this.foreign, ...this.opinions.values()];
      if (all.length === 0) localStorage.removeItem(this.key);
      else localStorage.setItem(this.key, JSON.stringify(all));
      this.isKept = true;
    } catch {
      // Storage is full or forbidden: they last as long as the page.
      this.isKept = false;
    }
  }
}

function stored(key: string): Opinion[] {
  try {
    const found: unknown = JSON.parse(localStorage.getItem(key) ?? "[]");
    const isOpinion = (one: unknown): one is Opinion => {
      const { text, said, label } = (one ?? {}) as Record<string, unknown>;
      return typeof text === "string" && typeof said === "string" && (label === null || typeof label === "string");
    };
    return Array.isArray(found) ? found.filter(isOpinion) : [];
  } catch {
    // Whatever is there is not ours.
    return [];
  }
}
