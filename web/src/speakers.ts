// Who is quoted: the engine's quotations come in, with the sentences they stand in; out goes a list of speakers,
// how many of their sentences each label has, and a way to each. Who speaks is the engine's word; those it
// cannot tell come last, and say so.

import { quotations, type Quotation } from "stancelight";
import { byId, hueOf, make, settle, swatch } from "./dom";
import type { Pane } from "./pane";

/** Speakers listed, and sentences to each. */
const MOST = 30;
/** Characters searched for quotations in one go. */
const SLICE = 100_000;

interface Speaker {
  name: string;
  /** Indices of the sentences quoted, ascending. */
  sentences: number[];
}

/** The quotations of a text; of a long one between other work, cut at blank lines. */
async function quotationsIn(text: string, isStale: () => boolean): Promise<Quotation[]> {
  const out: Quotation[] = [];
  for (let from = 0; from < text.length;) {
    const gap = text.length - from > SLICE ? text.indexOf("\n\n", from + SLICE) : -1;
    const to = gap < 0 ? text.length : gap + 2;
    for (const { start, end, speaker } of quotations(text.slice(from, to))) {
      out.push({ start: start + from, end: end + from, ...(speaker && { speaker: { start: speaker.start + from, end: speaker.end + from } }) });
    }
    from = to;
    if (from < text.length) await new Promise((resume) => setTimeout(resume));
    if (isStale()) return [];
  }
  return out;
}

/** The list of those quoted. */
export class Speakers {
  private readonly list = byId("speakers");
  private speakers: Speaker[] = [];
  /** What their indices count in: a pane, its text, and how many sentences that had. */
  private found: { pane: Pane; text: string; count: number } | undefined;
  private version = 0;

  constructor(private readonly choose: (index: number) => void) {
    this.list.addEventListener("click", (event) => {
      const button = (event.target as Element).closest<HTMLElement>("[data-index]");
      if (button && this.found && this.isOf(this.found.pane)) this.choose(Number(button.dataset["index"]));
    });
  }

  /** Reads who is quoted in a pane's article. */
  async read(pane: Pane): Promise<void> {
    const mine = (this.version += 1);
    const { text, sentences } = pane;
    const found = await quotationsIn(text, () => mine !== this.version);
    if (mine !== this.version) return;
    const byName = new Map<string, Speaker>();
    for (const { start, end, speaker } of found) {
      const name = speaker ? text.slice(speaker.start, speaker.end).replace(/\s+/g, " ") : "";
      const key = name.toLowerCase();
      const entry = byName.get(key) ?? { name, sentences: [] };
      byName.set(key, entry);
      // Sentences are in order: those that the quotation touches are neighbours.
      let low = 0;
      let high = sentences.length;
      while (low < high) {
        const middle = (low + high) >> 1;
        if ((sentences[middle]?.end ?? 0) <= start) low = middle + 1;
        else high = middle;
      }
      for (let index = low; (sentences[index]?.start ?? end) < end; index += 1) if (entry.sentences.at(-1) !== index) entry.sentences.push(index);
    }
    const told = [...byName.values()].filter(({ name }) => name !== "").sort((a, b) => b.sentences.length - a.sentences.length);
    const rest = byName.get("");
    this.speakers = [...told.slice(0, MOST), ...(rest ? [rest] : [])];
    this.found = { pane, text, count: sentences.length };
    this.show(pane);
  }

  /** Shows them with the counts as painted now. */
  show(pane: Pane): void {
    // Of another article their indices say nothing; that is about to be read.
    if (!this.isOf(pane)) return;
    byId("quoted").hidden = this.speakers.length === 0;
    settle(this.list, this.speakers.map(({ name, sentences }) => {
      const labels = pane.stance?.topic.labels.filter(({ pole }) => pole !== 0) ?? [];
      const isOf = (label: string) => (index: number) => {
        const sentence = pane.sentences[index];
        return sentence !== undefined && sentence.label === label && pane.isPainted(sentence);
      };
      const counts = labels.flatMap((label) => {
        const n = sentences.filter(isOf(label.name)).length;
        return n === 0 ? [] : [swatch(label, `${label.name} ${n}`)];
      });
      const title = make("p", "speaker", make("span", name ? "" : "hint", name || "Speaker not told"), ...counts);
      const places = sentences.slice(0, MOST).map((index) => {
        const sentence = pane.sentences[index];
        const words = sentence ? pane.text.slice(sentence.start, sentence.end) : "";
        const button = make("button", "said", words);
        button.type = "button";
        button.dataset["index"] = String(index);
        const label = sentence && pane.isPainted(sentence) ? pane.stance?.topic.labels.find((one) => one.name === sentence.label) : undefined;
        button.style.setProperty("--hue", label ? hueOf(label) : "var(--line)");
        return make("li", "", button);
      });
      return make("li", "", title, make("ul", "", ...places));
    }));
  }

  /** Whether they are those of the pane as it is now. */
  private isOf(pane: Pane): boolean {
    const { found } = this;
    return found?.pane === pane && found.text === pane.text && found.count === pane.sentences.length;
  }
}
