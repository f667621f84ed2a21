// What is said beside the article at hand: why a sentence was judged so, the list of findings, who is quoted,
// the reader's own judgements, and what the model is. Of two panes the one the reader turned to last is at hand.

import type { Explanation } from "stancelight";
import { Disagree } from "./disagree";
import { byId, make } from "./dom";
import { Findings } from "./findings";
import { addressOf } from "./models";
import type { Pane } from "./pane";
import { Speakers } from "./speakers";
import { spoken } from "./timeline";
import { hideWhy, showWhy } from "./why";

/** The column beside the article. */
export class Aside {
  private pane: Pane | undefined;
  private readonly disagree: Disagree;
  private readonly findings: Findings;
  private readonly speakers: Speakers;
  /** Counts what was asked to be explained: an answer may come late. */
  private asked = 0;
  /** Which model's reasons are shown. */
  private spoke: unknown;

  constructor(choose: (index: number, scroll: boolean) => void) {
    this.disagree = new Disagree(() => this.painted());
    this.findings = new Findings((index) => choose(index, true), (text, said) => this.disagree.markOf(text, said));
    this.speakers = new Speakers((index) => choose(index, true));
    byId("why-close").addEventListener("click", () => choose(-1, false));
  }

  /** Turns to a pane, or to what has become of it. */
  turn(pane: Pane): void {
    this.pane = pane;
    const { stance } = pane;
    if (!stance) return;
    this.disagree.dress(stance.topic);
    byId("facts").replaceChildren(...stance.facts.flatMap(([name, value]) => [make("dt", "", name), make("dd", "", value)]));
    const { card, encoder } = pane.model ?? {};
    byId("cards").replaceChildren(...[[card, "The model's card"], [encoder?.card, "The larger model's card"]].flatMap(([file, words]) => {
      if (!file || !words) return [];
      const link = make("a", "", words);
      link.href = addressOf(file).href;
      // The article stays where it is.
      link.target = "_blank";
      return [link];
    }));
    void this.speakers.read(pane);
  }

  /** Follows what is painted now. */
  painted(): void {
    const { pane } = this;
    if (!pane?.stance) return;
    this.findings.show(pane.findings, pane.text, pane.stance.topic, pane.sentences.length);
    this.speakers.show(pane);
  }

  /** Reads anew who is quoted. */
  read(): void {
    if (this.pane) void this.speakers.read(this.pane);
  }

  /** Says why a sentence was judged so; −1 for none. */
  mark(index: number): void {
    this.findings.mark(index);
    const { pane } = this;
    this.asked += 1;
    const sentence = pane?.sentences[index];
    byId("chosen").textContent = sentence ? spoken(index, sentence) : "";
    if (!pane?.stance || !sentence) {
      hideWhy();
      return;
    }
    const words = pane.text.slice(sentence.start, sentence.end);
    const { stance } = pane;
    this.disagree.ask(words, sentence);
    // Whoever spoke explains, the larger model from its worker.
    const judge = (sentence.closer && pane.closer) || stance;
    const shown = this.asked;
    this.spoke = judge;
    const show = (why: Explanation, spoke: string) => {
      showWhy(words, why, judge, spoke);
      this.findings.reveal(byId("why").offsetHeight);
    };
    if (judge === stance) show(stance.explainSentence(words), pane.model?.encoder ? "Judged by the quick model." : "");
    else void Promise.resolve(judge.explainSentence(words)).then((why) => {
      if (shown === this.asked) show(why, "Judged by the larger model.");
    }, () => hideWhy());
  }

  /** Where the part of the window that the reasons leave free ends. */
  get foot(): number {
    const why = byId("why");
    return !why.hidden && getComputedStyle(why).position === "fixed" ? why.getBoundingClientRect().top : innerHeight;
  }

  /** Says it anew if the larger model has since judged the sentence shown. */
  amended(index: number): void {
    const { pane } = this;
    if (pane?.sentences[index]?.closer && pane.closer !== this.spoke) this.mark(index);
  }

  /** The painted sentence after the chosen one, or before. */
  neighbour(step: 1 | -1): number | undefined {
    return this.findings.neighbour(step);
  }
}
