// Opens the built page in headless Chromium and pastes a very long article into it; prints what each round took, in
// milliseconds, as JSON: `node page.mjs ROOT`.

import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";

const [root] = process.argv.slice(2);
if (!root) {
  console.error("usage: node page.mjs ROOT");
  process.exit(2);
}
// The page's own tests bring the browser driver and the server.
const { chromium } = createRequire(join(root, "web/package.json"))("@playwright/test");
const { launchOptions } = await import(join(root, "web/tests/browser.mjs"));
const PORT = "8812";
const ROUNDS = 7;

// Every sentence another, as in an article.
const paragraph = (i) => `The army shelled port ${i} on Monday. Both sides of district ${i} signed the accord in Bergen. The strait is ${i} kilometres wide, and nobody crossed it.\n\n`;
const WORDS = 100_000;
const text = Array.from({ length: Math.ceil(WORDS / paragraph(0).trim().split(/\s+/).length) }, (_, i) => paragraph(i)).join("");

const server = spawn(process.execPath, [join(root, "web/tests/server.mjs")], { env: { ...process.env, PORT }, stdio: "inherit" });
const browser = await chromium.launch(launchOptions);
try {
  const page = await browser.newPage({ viewport: { width: 1280, height: 900 } });
  await page.addInitScript(() => {
    const seen = { painted: 0, first: 0, tasks: [] };
    globalThis.seen = seen;
    const isPainted = () => [...CSS.highlights].some(([name, { size }]) => name.startsWith("stance-") && size > 0);
    const when = (set) => {
      const look = () => (isPainted() ? set(performance.now()) : requestAnimationFrame(look));
      requestAnimationFrame(look);
    };
    new PerformanceObserver((list) => seen.tasks.push(...list.getEntries().map(({ duration }) => duration))).observe({ type: "longtask" });
    when((now) => (seen.painted = now));
    addEventListener("paste", () => {
      const start = performance.now();
      seen.tasks.length = 0;
      when((now) => (seen.first = now - start));
    }, { capture: true });
  });
  const url = `http://127.0.0.1:${PORT}/`;
  for (let tries = 0; ; tries += 1) {
    const isThere = await page.goto(url).then(() => true, () => false);
    if (isThere) break;
    if (tries === 50) throw new Error(`nothing answers at ${url}`);
    await new Promise((resume) => setTimeout(resume, 100));
  }
  // From here on every file comes from the service worker's cache.
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready;
    while (!navigator.serviceWorker.controller) await new Promise((resume) => setTimeout(resume, 50));
  });
  const out = { load: [], first: [], longest: [], busiest: [] };
  for (let i = 0; i < ROUNDS; i += 1) {
    await page.reload();
    await page.waitForFunction(() => globalThis.seen.painted > 0);
    // What is done once the article is painted is no part of what comes next.
    await page.waitForTimeout(500);
    out.load.push(await page.evaluate(() => globalThis.seen.painted));
  }
  for (let i = 0; i < ROUNDS; i += 1) {
    await page.reload();
    await page.waitForFunction(() => globalThis.seen.painted > 0);
    await page.getByRole("button", { name: "Clear" }).click();
    await page.waitForTimeout(500);
    await page.evaluate((text) => addEventListener("copy", (event) => {
      event.clipboardData.setData("text/plain", text);
      event.preventDefault();
    }, { once: true }), text);
    await page.keyboard.press("Control+c");
    const file = join(tmpdir(), `stancelight-page-${process.pid}.json`);
    // Every other round is traced, which alone tells the processor's time, and lengthens the others.
    const isTraced = i % 2 === 1;
    if (isTraced) await browser.startTracing(page, { path: file, categories: ["toplevel", "devtools.timeline"] });
    await page.keyboard.press("Control+v");
    await page.waitForFunction(() => /of \d{4,} sentences/.test(document.getElementById("summary").textContent), undefined, { timeout: 60_000 });
    await page.waitForTimeout(1000);
    if (isTraced) {
      await browser.stopTracing();
      const { traceEvents } = JSON.parse(readFileSync(file, "utf8"));
      const main = new Set(traceEvents.filter(({ name, args }) => name === "thread_name" && args.name === "CrRendererMain").map(({ pid, tid }) => `${pid}/${tid}`));
      const busy = traceEvents.filter(({ ph, pid, tid }) => ph === "X" && main.has(`${pid}/${tid}`)).map(({ tdur = 0 }) => tdur / 1000);
      out.busiest.push(busy.reduce((most, one) => Math.max(most, one), 0));
    } else {
      const { first, tasks } = await page.evaluate(() => globalThis.seen);
      out.first.push(first);
      // Shorter ones are not told.
      out.longest.push(Math.max(50, ...tasks));
    }
  }
  console.log(JSON.stringify(out));
} finally {
  await browser.close();
  server.kill();
}
