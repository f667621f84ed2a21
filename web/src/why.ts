// Why a sentence was judged as it was: its text and explanation come in; out go its words, tinted, the words the
// verdict hangs on, all shares in a table, and the sum written out. The figures are the engine's, unrounded ones
// added up by it, so the sum is the logit.

import type { Explanation, Sentence, Topic, Word } from "stancelight";
import { byId, hueOf, make, percent, signed } from "./dom";
import { flipOf, type Flip } from "./flip";

/** Words listed before the rest is summed up in one row. */
const LISTED = 10;

/** The model that judged. */
interface Judge {
  topic: Topic;
  score(text: string): Sentence | Promise<Sentence>;
}

/** Shows an explanation whose offsets count in `text`, and which model gave it where there are two. */
export function showWhy(text: string, explanation: Explanation, judge: Judge, spoke: string): void {
  const { topic } = judge;
  const section = byId("why");
  const name = explanation.label;
  const label = topic.labels.find((candidate) => candidate.name === name);
  const others = topic.labels.filter((other) => other.name !== name);
  const second = others.reduce((best, other) =>
    (explanation.probabilities[other.name] ?? 0) > (explanation.probabilities[best.name] ?? 0) ? other : best);
  const verdict = make("p", "", make("strong", "", name), ` ${percent(explanation.probabilities[name] ?? 0)}`,
    `${explanation.sure ? "" : " (not sure)"}; next ${second.name}, ${percent(explanation.probabilities[second.name] ?? 0)}`);
  const quote = make("p", "quote", ...tinted(text, explanation, name));
  quote.style.setProperty("--hue", hueOf(label));
  const last = make("p", "hint", `Deeper: speaks more for “${name}”. Dotted: speaks against it. ${spoke}`);
  byId("why-body").replaceChildren(verdict, quote, last);
  // Up to a hundred readings more: they may come after the rest, or when another sentence is shown.
  void flipOf(text, explanation, (shorter) => judge.score(shorter)).then((flip) => {
    if (quote.isConnected) last.before(hinge(text, flip));
  }, () => undefined);
  byId("why-table").replaceChildren(table(text, explanation, name), sum(explanation, name));
  section.hidden = false;
  section.scrollTop = 0;
}

/** Hides the panel. */
export function hideWhy(): void {
  byId("why").hidden = true;
}

const share = (word: Word, name: string) => word.shares[name] ?? 0;

/** The sentence with its words tinted: deeper for more, dotted beneath where a word speaks against. */
function tinted(text: string, explanation: Explanation, name: string): (Node | string)[] {
  const most = Math.max(...explanation.words.map((word) => Math.abs(share(word, name))), 1e-9);
  const out: (Node | string)[] = [];
  let at = explanation.start;
  for (const word of explanation.words) {
    out.push(text.slice(at, word.start));
    const value = share(word, name);
    const depth = Math.abs(value) / most;
    const span = make("span", depth < 0.08 ? "" : "share", text.slice(word.start, word.end));
    span.title = signed(value);
    span.style.setProperty("--depth", value > 0 ? depth.toFixed(2) : "0");
    span.style.setProperty("--style", value > 0 ? "solid" : "dotted");
    out.push(span);
    at = word.end;
  }
  out.push(text.slice(at, explanation.end));
  return out;
}

/** Bias + words = logit, and how the labels' logits make the probability. Rounded only to be shown. */
function sum(explanation: Explanation, name: string): HTMLElement {
  const words = explanation.words.reduce((total, word) => total + share(word, name), 0);
  const logit = (label: string) => explanation.logits[label] ?? 0;
  const power = (label: string) => {
    const e = make("span", "power", "e", make("sup", "", signed(logit(label))));
    e.title = label;
    return e;
  };
  // Near the ends "> 99.9 %" stands in place of an equation.
  const p = percent(explanation.probabilities[name] ?? 0);
  const below = Object.keys(explanation.logits).flatMap((label, i) => (i > 0 ? [" + ", power(label)] : [power(label)]));
  return make("p", "sum",
    make("span", "", `bias ${signed(explanation.bias[name] ?? 0)}, words ${signed(words)} = logit ${signed(logit(name))}`),
    make("span", "", power(name), " ÷ (", ...below, `) ${/^[<>]/.test(p) ? "" : "= "}${p}`),
    make("span", "", `The sums of all ${Object.keys(explanation.logits).length} labels, each as a power of e, divide 100\u00a0% among them.`));
}

/** The words the verdict hangs on, struck out, and what is said without them. */
function hinge(text: string, flip: Flip | undefined): HTMLElement {
  if (!flip) return make("p", "flip hint", "It does not hang on a few words: without those that matter most the verdict is the same.");
  const struck = flip.words.flatMap((word, i) => {
    const del = make("del", "", text.slice(word.start, word.end));
    return i === 0 ? [del] : [i === flip.words.length - 1 ? " and " : ", ", del];
  });
  const { label, probabilities, sure } = flip.verdict;
  const verb = sure ? "it would be" : "it would lean to";
  return make("p", "flip", "Without ", ...struck, ` ${verb} `, make("strong", "", label), ` ${percent(probabilities[label] ?? 0)}.`);
}

/** Bias + words = logit → probability. */
function table(text: string, explanation: Explanation, name: string): HTMLTableElement {
  const words = [...explanation.words].sort((a, b) => Math.abs(share(b, name)) - Math.abs(share(a, name)));
  const listed = words.slice(0, LISTED);
  const rest = words.slice(LISTED);
  const row = (header: string, value: string) => {
    const th = make("th", "", header);
    th.scope = "row";
    return make("tr", "", th, make("td", "", value));
  };
  const head = make("tr", "", make("th", "", "word"), make("th", "", "share"));
  head.querySelectorAll("th").forEach((th) => (th.scope = "col"));
  const body = make("tbody", "", row("before any word (bias)", signed(explanation.bias[name] ?? 0)),
    ...listed.map((word) => row(text.slice(word.start, word.end), signed(share(word, name)))));
  if (rest.length > 0) {
    const total = rest.reduce((total, word) => total + share(word, name), 0);
    body.append(row(`${rest.length} more words`, signed(total)));
  }
  const foot = make("tfoot", "", row("sum (logit)", signed(explanation.logits[name] ?? 0)),
    row("probability", percent(explanation.probabilities[name] ?? 0)));
  return make("table", "", make("caption", "", `What each word adds to “${name}”`), make("thead", "", head), body, foot);
}
