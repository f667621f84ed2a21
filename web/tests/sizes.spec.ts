// What a reader downloads: every part's size, held to its budget. The table goes into the test's output.

import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "@playwright/test";
import { hashed } from "./hashed";

const dist = fileURLToPath(new URL("../dist/stancelight", import.meta.url));
const MODELS = readdirSync(join(dist, "models"), { recursive: true, encoding: "utf8" })
  .filter((name) => name.endsWith(".stance")).sort().map((name) => `models/${name}`);

/** A model that is a small transformer says so by the version of its file, the four bytes behind the first eight. */
const isEncoder = (model: string) => readFileSync(join(dist, model)).readUInt32LE(8) >= 2;

const KB = 1024;

/** What every script of a page loads. */
const CORE = hashed("core.js");

/** A part, the files a page fetches for it, and how many bytes of brotli they may be. */
const PARTS: [part: string, files: string[], budget: number][] = [
  ["engine", [hashed("stancelight_wasm_bg.wasm")], 100 * KB],
  ["engine, vector instructions", [hashed("stancelight_wasm_simd_bg.wasm")], 100 * KB],
  ["script of the one line", ["auto.js", CORE], 12 * KB],
  ["script of the element", ["element.js", CORE], 12 * KB],
  ["script of the worker", [hashed("worker.js")], 4 * KB],
  ...MODELS.map((model): [string, string[], number] => [model.replace(/-[0-9a-f]{8}\./, "."), [model], isEncoder(model) ? 1_600_000 : 250 * KB]),
];

const sum = (numbers: number[]) => numbers.reduce((sum, number) => sum + number, 0);

test("every part is within its budget", () => {
  const rows = PARTS.map(([part, names, budget]) => {
    const files = names.map((name) => readFileSync(join(dist, name)));
    const brotli = sum(files.map((file) => brotliCompressSync(file, { params: { [constants.BROTLI_PARAM_SIZE_HINT]: file.length } }).length));
    return { part, raw: sum(files.map((file) => file.length)), gzip: sum(files.map((file) => gzipSync(file, { level: 9 }).length)), brotli, budget };
  });
  const line = (cells: unknown[]) => `| ${cells.map((cell, i) => (i === 0 ? String(cell).padEnd(36) : String(cell).padStart(9))).join(" | ")} |`;
  console.log(["", line(["bytes", "raw", "gzip", "brotli", "budget"]), ...rows.map((row) => line(Object.values(row)))].join("\n"));
  expect(rows.filter(({ brotli, budget }) => brotli > budget)).toEqual([]);
});
