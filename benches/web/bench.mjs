// Drives the probes in headless Chromium and prints what they say as JSON, with the size of every file that a
// reader's browser had to fetch: `node bench.mjs ROOT NPM MODELS ROWS.jsonl`.

import { createServer } from "node:http";
import { createRequire } from "node:module";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { extname, join, normalize } from "node:path";
import { brotliCompressSync, constants } from "node:zlib";

const [root, npm, models, rows] = process.argv.slice(2);
if (!rows) {
  console.error("usage: node bench.mjs ROOT NPM MODELS ROWS.jsonl");
  process.exit(2);
}
// The page's own tests bring the browser driver.
const { chromium } = createRequire(join(root, "web/package.json"))("@playwright/test");
const { launchOptions } = await import(join(root, "web/tests/browser.mjs"));

const LOADS = 5;
const WORDS = 1000;
const ARTICLES = 7;
const folders = {
  "/ours/": join(root, "web/dist/stancelight"), "/npm/": npm, "/models/": models, "/bench/": import.meta.dirname,
};
const types = { ".html": "text/html", ".js": "text/javascript", ".mjs": "text/javascript", ".wasm": "application/wasm" };

let fetched = new Set();
const server = createServer((request, response) => {
  const path = normalize(new URL(request.url, "http://localhost").pathname);
  const prefix = Object.keys(folders).find((prefix) => path.startsWith(prefix));
  const file = prefix && join(folders[prefix], path.slice(prefix.length));
  if (!file || !existsSync(file) || !statSync(file).isFile()) return void response.writeHead(404).end();
  if (prefix !== "/bench/") fetched.add(file);
  response.writeHead(200, {
    "Content-Type": types[extname(file)] ?? "application/octet-stream",
    "Cache-Control": "no-store",
    // Only pages that are isolated have a clock finer than a tenth of a millisecond.
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Embedder-Policy": "require-corp",
  }).end(readFileSync(file));
}).listen(0, "127.0.0.1");
await new Promise((ready) => server.once("listening", ready));
const page = `http://127.0.0.1:${server.address().port}/bench/page.html`;

/** The tutorial's preparation for fastText, as in fast_text.py. */
const prepare = (text) => text.toLowerCase().replace(/([.!?,'"/():;])/g, " $1 ").trim().split(/\s+/).join(" ");

const texts = readFileSync(rows, "utf8").trim().split("\n").map((line) => JSON.parse(line));
const words = texts.map(({ text }) => text).join(" ").split(/\s+/);
const articles = Array.from({ length: ARTICLES }, (_, i) => words.slice(i * WORDS, (i + 1) * WORDS).join(" "));
const work = { texts: texts.map(({ text }) => text), prepared: texts.map(({ text }) => prepare(text)), articles };

// The largest files take a minute each: what was once compressed is remembered by its place and length.
const notes = join(npm, "../brotli.json");
const known = existsSync(notes) ? JSON.parse(readFileSync(notes, "utf8")) : {};
function compressed(file) {
  const bytes = readFileSync(file);
  const hint = { params: { [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length } };
  if (!file.startsWith(npm)) return brotliCompressSync(bytes, hint).length;
  known[`${file} ${bytes.length}`] ??= brotliCompressSync(bytes, hint).length;
  writeFileSync(notes, JSON.stringify(known));
  return known[`${file} ${bytes.length}`];
}

const out = {};
const browser = await chromium.launch(launchOptions);
try {
  for (const name of ["stancelight", "fasttext", "harper", "transformers"]) {
    try {
      let load = Infinity;
      let said = {};
      fetched = new Set();
      for (let i = 0; i < LOADS; i++) {
        const context = await browser.newContext();
        const tab = await context.newPage();
        await tab.goto(page);
        const probe = ([name, work]) => import("/bench/probes.js").then((probes) => probes[name](work));
        said = await tab.evaluate(probe, [name, i + 1 === LOADS ? work : null]);
        load = Math.min(load, said.load);
        await context.close();
      }
      const files = [...fetched].map((file) => ({ model: file.startsWith(models), size: compressed(file) }));
      const sum = (model) => files.filter((file) => file.model === model).reduce((sum, { size }) => sum + size, 0);
      const { labels, sentences, article } = said;
      const right = labels?.filter((label, i) => label === texts[i].label).length;
      out[name] = {
        load, article, engine: sum(false), model: sum(true),
        speed: sentences && (1000 * texts.length) / sentences, accuracy: right && right / texts.length,
      };
    } catch (error) {
      out[name] = { error: String(error.message).split("\n")[0] };
    }
  }
} finally {
  await browser.close();
  server.close();
}
console.log(JSON.stringify(out));
