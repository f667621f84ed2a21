// The examples, from the packed tarball as a reader of them would have it: a plain static server, no policy but
// what the pages themselves say. They need no registry, so they are driven apart from those in tool chains.

import { execFileSync } from "node:child_process";
import { cpSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test, type Page } from "@playwright/test";
import { Table, examples, sent, serve } from "./examples";
import { pack, type Packed } from "./packed";

const table = new Table();
let packed: Packed;
let base: string;
let close: () => void;

test.beforeAll(async () => {
  packed = pack();
  for (const name of ["plain", "strict-csp", "sandbox", "node"]) cpSync(join(examples, name), join(packed.project, name), { recursive: true });
  ({ base, close } = await serve(packed.project));
});

test.afterAll(() => {
  table.print();
  close();
  rmSync(packed.project, { recursive: true });
});

/** What the page complains of; a missing favicon is not the example's doing. */
function complaints(page: Page): string[] {
  const out: string[] = [];
  page.on("pageerror", ({ message }) => out.push(message));
  page.on("console", (message) => {
    if (!message.location().url.endsWith("favicon.ico")) out.push(message.text());
  });
  return out;
}

const painted = (page: Page) => page.evaluate(() => [...CSS.highlights.values()].flatMap((highlight) => [...highlight].map(String)).sort());
const BOTH = [
  "A week before, the navy had shelled the port and accused its neighbour of an attack.",
  "Both governments signed an accord and thanked Norway for its help.",
];

test("plain", async ({ page }) => {
  const said = complaints(page);
  const loaded = sent(page);
  await page.goto(`${base}/plain/`);
  await expect.poll(() => painted(page)).toEqual(expect.arrayContaining(BOTH));
  await page.locator("article p").first().click({ position: { x: 20, y: 8 } });
  await expect(page.locator("stance-highlight .why")).toContainText("cooperation");
  expect(said).toEqual([]);
  table.add("plain", false, true, await loaded());
});

test("strict policy", async ({ page }) => {
  const said = complaints(page);
  const loaded = sent(page);
  await page.goto(`${base}/strict-csp/`);
  await expect.poll(() => painted(page)).toEqual(expect.arrayContaining(BOTH));
  await expect(page.locator("[data-stancelight-panel] ul")).toContainText("threat 1");
  expect(said).toEqual([]);
  table.add("strict-csp", false, true, await loaded());
});

test("sandboxed iframe", async ({ page }) => {
  const said = complaints(page);
  const loaded = sent(page);
  await page.goto(`${base}/sandbox/`);
  const items = page.getByRole("listitem");
  await expect(items).toHaveText([/^cooperation: Both/, /^threat: The navy/]);
  await page.getByLabel("A text").fill("The navy shelled the port.");
  await expect(items).toHaveText([/^threat: The navy/]);
  expect(await page.frames()[1]?.evaluate(() => self.origin)).toBe("null");
  expect(said).toEqual([]);
  table.add("sandbox", false, true, await loaded());
});

test("Node", () => {
  const said = execFileSync(process.execPath, [join(packed.project, "node/index.mjs")], { encoding: "utf8" });
  expect(said.trim().split("\n")).toEqual([/cooperation/, /neutral/, /threat/].map((label) => expect.stringMatching(label)));
  table.add("node", false, true);
});
