// The panel that sets two articles side by side: a table of what is painted in each, the difference of their
// means, and, of two versions, the sentences that are new, gone or changed, those first that turned most.

import { diffWordsWithSpace } from "diff";
import type { Label } from "stancelight";
import { areVersions, differenceOf, pairs, type Pair } from "./compare";
import { byId, hueOf, make, settle, signed, swatch } from "./dom";
import { meanOf, type Mean } from "./figures";
import type { Finding } from "./findings";
import type { Pane } from "./pane";

/** Changes listed. */
const LISTED = 40;
/** Words and gaps of a sentence taken out or put in, beyond which it is shown as it was and as it is. */
const WORDS = 100;

/** The comparison of two panes. */
export class Comparison {
  private readonly body = byId("comparison-body");
  private readonly list = byId<HTMLOListElement>("changes");
  private found: Pair[] = [];
  /** What {@link found} was found in. */
  private read: unknown[] = [];
  private versions = false;

  /** `choose` is told which pair was clicked. */
  constructor(choose: (pair: Pair) => void) {
    this.list.addEventListener("click", (event) => {
      const row = (event.target as Element).closest<HTMLElement>("[data-index]");
      const pair = row && this.found.find((one) => nameOf(one) === row.dataset["index"]);
      if (pair) choose(pair);
    });
  }

  /** The sentence of the other pane that a sentence became, or came from; −1 if none. */
  counterpart(index: number, isFirst: boolean): number {
    // Two articles that have nothing to do with each other have no counterparts.
    const pair = this.versions ? this.found.find(({ a, b }) => (isFirst ? a : b) === index) : undefined;
    return (isFirst ? pair?.b : pair?.a) ?? -1;
  }

  /** Shows how `after` differs from `before`. */
  show(before: Pane, after: Pane): void {
    this.pair(before, after);
    const { found, versions } = this;
    const labels = before.stance?.topic.labels.filter(({ pole }) => pole !== 0) ?? [];
    const isUntold = found.length === 0 && before.sentences.length > 0 && after.sentences.length > 0;
    settle(this.body, [table(before, after, labels), difference(before, after, versions),
      ...(isUntold ? [make("p", "hint", "What became of each sentence is not told: there are too many, or too many that both share stand in another order.")] : [])]);
    byId("changes-section").hidden = !versions;
    if (versions) this.changes(before, after);
  }

  /** Finds what became of each sentence. Of the same two texts it is known: this is asked at every touch of the slider. */
  private pair(before: Pane, after: Pane): void {
    const read = [before, after].flatMap(({ text, sentences }) => [text, sentences.length]);
    if (read.every((one, at) => one === this.read[at])) return;
    const words = (pane: Pane) => pane.sentences.map(({ start, end }) => pane.text.slice(start, end));
    this.read = read;
    this.found = pairs(words(before), words(after));
    this.versions = areVersions(this.found);
  }

  private changes(before: Pane, after: Pane): void {
    const score = (pane: Pane, index: number) => pane.sentences[index]?.score ?? 0;
    const turn = ({ a, b }: Pair) => Math.abs(score(after, b) - score(before, a));
    const all = this.found.filter(({ a, b, changed }) => changed || a < 0 || b < 0);
    const listed = [...all].sort((one, other) => turn(other) - turn(one)).slice(0, LISTED);
    const count = (is: (pair: Pair) => boolean) => all.filter(is).length;
    const skipped = all.some(({ skipped }) => skipped) ? " Where very much was rewritten, what was changed counts as gone and new." : "";
    byId("changes-count").textContent = all.length === 0 ? "No sentence differs."
      : `${count(({ b, a }) => a < 0 && b >= 0)} new, ${count(({ b }) => b < 0)} gone, ${count(({ changed }) => changed)} changed; those first that turned most.${skipped}`;
    settle(this.list, listed.map((pair) => row(pair, before, after)));
  }
}

/** What a pair is known by in the list, wherever it stands there. */
const nameOf = ({ a, b }: Pair) => `${a} ${b}`;

function table(before: Pane, after: Pane, labels: Label[]): HTMLTableElement {
  const head = make("tr", "", ...["", "first", "second", "difference"].map((name) => {
    const th = make(name === "" ? "td" : "th", "", name);
    if (th instanceof HTMLTableCellElement && name !== "") th.scope = "col";
    return th;
  }));
  const row = (name: Node | string, a: string, b: string, difference: string) => {
    const th = make("th", "", name);
    th.scope = "row";
    return make("tr", "", th, make("td", "", a), make("td", "", b), make("td", "", difference));
  };
  const whole = (n: number) => signed(n).replace(/\.00$/, "");
  const [painted, paintedAfter] = [before.findings, after.findings];
  const count = (findings: Finding[], name: string) => findings.filter(({ sentence }) => sentence.label === name).length;
  const rows = labels.map((label) => {
    const [a, b] = [count(painted, label.name), count(paintedAfter, label.name)];
    return row(swatch(label), String(a), String(b), whole(b - a));
  });
  const [a, b] = [before.sentences, after.sentences];
  const mean = (pane: Pane) => (pane.sentences.length === 0 ? "–" : signed(meanOf(scores(pane)).mean));
  const apart = a.length && b.length ? signed(differenceOf(scores(before), scores(after)).mean) : "–";
  return make("table", "", make("caption", "", "Painted sentences, and the mean stance of all"), make("thead", "", head),
    make("tbody", "", ...rows, row("sentences", String(a.length), String(b.length), whole(b.length - a.length)), row("mean stance", mean(before), mean(after), apart)));
}

const scores = (pane: Pane) => pane.sentences.map(({ score }) => score);

/** The difference in words: what can and cannot be said of it. */
function difference(before: Pane, after: Pane, versions: boolean): HTMLElement {
  const { interval }: Mean = differenceOf(scores(before), scores(after));
  if (!interval) return make("p", "hint", "Too few sentences to say how sure the difference is.");
  const [low, high] = interval;
  const said = low > 0 || high < 0 ? `The second ${low > 0 ? "lies higher" : "lies lower"} beyond what chance of wording explains`
    : "The difference may be chance of wording";
  const grain = versions ? " Versions of one article share sentences, so this is cautious." : "";
  return make("p", "hint", `${said}: 95\u00a0% interval ${signed(low)} to ${signed(high)}.${grain}`);
}

function row(pair: Pair, before: Pane, after: Pane): HTMLElement {
  const { a, b, changed } = pair;
  const words = (pane: Pane, index: number) => {
    const sentence = pane.sentences[index];
    return sentence ? pane.text.slice(sentence.start, sentence.end) : "";
  };
  const score = (pane: Pane, index: number) => signed(pane.sentences[index]?.score ?? 0);
  const [kind, stance] = changed ? ["changed", `${score(before, a)} → ${score(after, b)}`]
    : a < 0 ? ["new", score(after, b)] : ["gone", score(before, a)];
  const [was, is] = [words(before, a), words(after, b)];
  const parts: (Node | string)[] = changed
    ? (diffWordsWithSpace(was, is, { maxEditLength: WORDS }) ?? [{ value: was, removed: true }, { value: is, added: true }])
      .map(({ value, added, removed }) => (added ? make("ins", "", value) : removed ? make("del", "", value) : value))
    : [a < 0 ? is : was];
  const button = make("button", "", make("span", "label", kind), make("span", "sure", stance), make("span", "text", ...parts));
  button.type = "button";
  button.dataset["index"] = nameOf(pair);
  const pane = b >= 0 ? after : before;
  const label = pane.sentences[b >= 0 ? b : a]?.label;
  button.style.setProperty("--hue", hueOf(pane.stance?.topic.labels.find(({ name }) => name === label)));
  return make("li", "", button);
}
