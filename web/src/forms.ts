// The findings in forms to take along: a text, its sentences and the topic come in; JSON, a CSV table or a
// page of its own goes out. Pure functions of what they are given.

import { strengthOf, type Sentence, type Topic } from "stancelight";
import { percent } from "./dom";

/** What was read, and what of it is painted. */
export interface Reading {
  text: string;
  sentences: Sentence[];
  isPainted: (sentence: Sentence) => boolean;
  threshold: number;
  topic: Topic;
}

/** One row a sentence, the same fields in JSON and in CSV; offsets count UTF-16 code units. */
function rows({ text, sentences, isPainted }: Reading) {
  return sentences.map((sentence) => {
    const { start, end, label, score, probabilities } = sentence;
    return { start, end, text: text.slice(start, end), label, painted: isPainted(sentence), score, probabilities };
  });
}

/** The topic, the threshold and every sentence. */
export function asJson(reading: Reading): string {
  const { topic: { name: topic }, threshold } = reading;
  return `${JSON.stringify({ topic, threshold, sentences: rows(reading) }, null, 2)}\n`;
}

/** A table with a column for each label's probability. */
export function asCsv(reading: Reading): string {
  const names = reading.topic.labels.map(({ name }) => name);
  const cell = (value: unknown) => {
    // A spreadsheet would take a sentence that begins so for a formula, and do what it says; figures are only figures.
    const words = typeof value === "string" && /^[=+\-@\t\r]/.test(value) ? `'${value}` : String(value);
    return /[",\r\n]/.test(words) ? `"${words.replaceAll('"', '""')}"` : words;
  };
  const line = (cells: unknown[]) => `${cells.map(cell).join(",")}\r\n`;
  return line(["start", "end", "text", "label", "painted", "score", ...names])
    + rows(reading).map(({ start, end, text, label, painted, score, probabilities }) =>
      line([start, end, text, label, painted, score, ...names.map((name) => probabilities[name])])).join("");
}

const escape = (text: string) =>
  text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");

/** A page that needs nothing else: no script, no request, its look inside it, and a policy that says so. */
export function asHtml(reading: Reading): string {
  const { text, sentences, isPainted, threshold, topic } = reading;
  const sides = topic.labels.map((label, i) => ({ ...label, i })).filter(({ pole }) => pole !== 0);
  const looks = sides.map(({ i, color, colorDark, underline }) =>
    `.l${i}{--hue:light-dark(${color},${colorDark});text-decoration:underline ${underline === "none" ? "transparent" : `${underline} var(--hue)`} .12em}`).join("\n");
  let body = "";
  let at = 0;
  for (const sentence of sentences.filter(isPainted)) {
    const p = sentence.probabilities[sentence.label] ?? 0;
    const i = topic.labels.findIndex(({ name }) => name === sentence.label);
    const tint = Math.min(2, Math.floor(3 * strengthOf(p, threshold)));
    body += `${escape(text.slice(at, sentence.start))}<mark class="l${i} t${tint}" title="${escape(`${sentence.label} ${percent(p)}`)}">`
      + `${escape(text.slice(sentence.start, sentence.end))}</mark>`;
    at = sentence.end;
  }
  body += escape(text.slice(at));
  const title = text.trim().split("\n", 1)[0] ?? "";
  const legend = sides.map(({ i, name, meaning }) => `<li><mark class="l${i} t1">${escape(name)}</mark> ${escape(meaning)}</li>`).join("\n");
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escape(title)}</title>
<style>
:root{color-scheme:light dark}
body{font:1.1rem/1.7 Charter,Georgia,serif;max-width:68ch;margin:2rem auto;padding:0 1rem}
article{white-space:pre-wrap;overflow-wrap:anywhere;unicode-bidi:plaintext;text-align:start}
mark{color:inherit;background:color-mix(in srgb,var(--hue) var(--tint),transparent);text-underline-offset:.22em;print-color-adjust:exact}
.t0{--tint:10%}.t1{--tint:19%}.t2{--tint:30%}
footer{font:.9rem/1.5 system-ui,sans-serif;margin-top:2rem;border-top:1px solid;padding-top:1rem}
${looks}
</style>
</head>
<body>
<article>${body}</article>
<footer>
<p>${escape(topic.question)} Painted from a probability of ${threshold.toFixed(2)}; each sentence was judged by its words alone, by a small model that errs.</p>
<ul>
${legend}
</ul>
</footer>
</body>
</html>
`;
}
