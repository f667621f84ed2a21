// The panel that sets two articles side by side: a table of what is painted in each, the difference of their
// means, and, of two versions, the sentences that are new, gone or changed, those first that turned most.

import { diffWordsWithSpace } from "diff";
import type { Label } from "stancelight";
import { areVersions, differenceOf, pairs, type Pair } from "./compare";
import { byId, hueOf, make, settle, signed, swatch } from "./dom";
import { meanOf, type Mean } from "./figures";
import type { Pane } from "./pane";

/** Changes listed. */
const LISTED = 40;

/** The comparison of two panes. */
export class Comparison {
  private readonly body = byId("comparison-body");
  private readonly list = byId<HTMLOListElement>("changes");
  private found: Pair[] = [];
  private places: (Pair | undefined)[] = [];

  /** `choose` is told which pair was clicked. */
  constructor(choose: (pair: Pair) => void) {
    this.list.addEventListener("click", (event) => {
      const row = (event.target as Element).closest<HTMLElement>("[data-at]");
      const pair = row && this.places[Number(row.dataset["at"])];
      if (pair) choose(pair);
    });
  }

  /** The sentence of the other pane that a sentence became, or came from; −1 if none. */
  counterpart(index: number, isFirst: boolean): number {
    const pair = this.found.find(({ a, b }) => (isFirst ? a : b) === index);
    return (isFirst ? pair?.b : pair?.a) ?? -1;
  }

  /** Shows how `after` differs from `before`. */
  show(before: Pane, after: Pane): void {
    const words = (pane: Pane) => pane.sentences.map(({ start, end }) => pane.text.slice(start, end));
    this.found = pairs(words(before), words(after));
    const versions = areVersions(this.found);
    const labels = before.stance?.topic.labels.filter(({ pole }) => pole !== 0) ?? [];
    settle(this.body, [table(before, after, labels), difference(before, after, versions)]);
    byId("changes-section").hidden = !versions;
    if (versions) this.changes(before, after);
    // Two articles that have nothing to do with each other have no counterparts.
    else this.found = [];
  }

  private changes(before: Pane, after: Pane): void {
    const score = (pane: Pane, index: number) => pane.sentences[index]?.score ?? 0;
    const turn = ({ a, b }: Pair) => Math.abs(score(after, b) - score(before, a));
    const all = this.found.filter(({ a, b, changed }) => changed || a < 0 || b < 0);
    this.places = [...all].sort((one, other) => turn(other) - turn(one)).slice(0, LISTED);
    const count = (is: (pair: Pair) => boolean) => all.filter(is).length;
    byId("changes-count").textContent = all.length === 0 ? "No sentence differs."
      : `${count(({ b, a }) => a < 0 && b >= 0)} new, ${count(({ b }) => b < 0)} gone, ${count(({ changed }) => changed)} changed; those first that turned most.`;
    settle(this.list, this.places.map((pair, at) => row(pair as Pair, at, before, after)));
  }
}

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
  const count = (pane: Pane, name: string) => pane.findings.filter(({ sentence }) => sentence.label === name).length;
  const rows = labels.map((label) => {
    const [a, b] = [count(before, label.name), count(after, label.name)];
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

function row({ a, b, changed }: Pair, at: number, before: Pane, after: Pane): HTMLElement {
  const words = (pane: Pane, index: number) => {
    const sentence = pane.sentences[index];
    return sentence ? pane.text.slice(sentence.start, sentence.end) : "";
  };
  const score = (pane: Pane, index: number) => signed(pane.sentences[index]?.score ?? 0);
  const [kind, stance] = changed ? ["changed", `${score(before, a)} → ${score(after, b)}`]
    : a < 0 ? ["new", score(after, b)] : ["gone", score(before, a)];
  const parts: (Node | string)[] = changed
    ? diffWordsWithSpace(words(before, a), words(after, b)).map(({ value, added, removed }) =>
      added ? make("ins", "", value) : removed ? make("del", "", value) : value)
    : [a < 0 ? words(after, b) : words(before, a)];
  const button = make("button", "", make("span", "label", kind), make("span", "sure", stance), make("span", "text", ...parts));
  button.type = "button";
  button.dataset["at"] = String(at);
  const pane = b >= 0 ? after : before;
  const label = pane.sentences[b >= 0 ? b : a]?.label;
  button.style.setProperty("--hue", hueOf(pane.stance?.topic.labels.find(({ name }) => name === label)));
  return make("li", "", button);
}
