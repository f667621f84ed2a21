// Holds both builds of the engine against the native one: `node parity.mjs ENGINE PLAIN SIMD MODEL`. Each line of the
// input is a text with what the native engine said of it; counts go out as JSON, the first differences as words.

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";

const [engine, plain, simd, model] = process.argv.slice(2);
if (!model) {
  console.error("usage: node parity.mjs ENGINE PLAIN SIMD MODEL < NATIVE.jsonl");
  process.exit(2);
}
const NEAR = 1e-6;
const TOLD = 5;
const script = pathToFileURL(join(engine, "stancelight_wasm.js"));

const builds = [];
for (const [name, wasm] of [["WASM", plain], ["WASM with vectors", simd]]) {
  // Another address is another module, with an engine of its own.
  const { initSync, Analyzer } = await import(`${script}?${wasm}`);
  initSync({ module: readFileSync(join(engine, wasm)) });
  const analyzer = Analyzer.load(readFileSync(model));
  builds.push({ name, analyzer, topic: analyzer.topic, texts: 0, sentences: 0, words: 0, different: 0, largest: 0 });
}

/** Whether two values are the same, numbers nearly; the greatest distance between numbers is kept. */
function same(build, a, b) {
  if (typeof a === "number" && typeof b === "number") {
    const apart = Math.abs(a - b);
    build.largest = Math.max(build.largest, apart);
    return apart <= NEAR;
  }
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return a === b;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => key in b && same(build, a[key], b[key]));
}

/** A sentence as the row of numbers that the engine hands over. */
const row = ({ labels }, { start, end, label, sure, score, probabilities }) =>
  [start, end, labels.findIndex(({ name }) => name === label), Number(sure), score, ...labels.map(({ name }) => probabilities[name])];

/** Compares what is said of one text. */
function compare({ text, sentences, explanations }) {
  for (const build of builds) {
    const rows = [...build.analyzer.analyze(text)];
    const expected = sentences.flatMap((sentence) => row(build.topic, sentence));
    const why = sentences.map((_, i) => build.analyzer.explain(i));
    build.texts += 1;
    build.sentences += sentences.length;
    build.words += why.reduce((sum, reasons) => sum + (reasons?.words.length ?? 0), 0);
    if (same(build, rows, expected) && same(build, why, explanations)) continue;
    build.different += 1;
    if (build.different <= TOLD) console.error(`${build.name} differs on ${JSON.stringify(text)}`);
  }
}

// By hand, for to Node's reader of lines a line ends at more characters than the one that ends ours.
let rest = "";
for await (const chunk of process.stdin.setEncoding("utf8")) {
  const lines = (rest + chunk).split("\n");
  rest = lines.pop() ?? "";
  for (const line of lines) compare(JSON.parse(line));
}
console.log(JSON.stringify(Object.fromEntries(builds.map(({ name, analyzer, topic, ...counts }) => [name, counts]))));
