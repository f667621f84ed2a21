// Opens the page at a URL and says whether it highlights its sample: `node smoke.mjs URL`.

import { chromium } from "@playwright/test";
import { launchOptions } from "./browser.mjs";

const [url] = process.argv.slice(2);
if (!url) {
  console.error("usage: node smoke.mjs URL");
  process.exit(2);
}
const browser = await chromium.launch(launchOptions);
try {
  const page = await browser.newPage();
  const errors = [];
  page.on("pageerror", (error) => errors.push(error.message));
  await page.goto(url);
  const summary = page.locator("#summary");
  await page.waitForFunction(() => /^\d+ of \d+ sentences painted/.test(document.getElementById("summary")?.textContent ?? ""), undefined, { timeout: 15_000 });
  const ranges = await page.evaluate(() => [...CSS.highlights.keys()].filter((name) => name.startsWith("stance-"))
    .reduce((sum, name) => sum + (CSS.highlights.get(name)?.size ?? 0), 0));
  const text = await summary.textContent();
  const painted = Number.parseInt(text ?? "0", 10);
  if (errors.length > 0) throw new Error(`the page reported: ${errors.join("; ")}`);
  if (painted === 0 || ranges !== painted) throw new Error(`${ranges} highlights for “${text}”`);
  console.log(`the page highlights its sample: ${text}`);
} catch (error) {
  console.error(`the page does not highlight its sample: ${error.message}`);
  process.exitCode = 1;
} finally {
  await browser.close();
}
