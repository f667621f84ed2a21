// The examples, from the packed tarball as a reader of them would have it: a plain static server, no policy but
// what the pages themselves say.

import { execFileSync } from "node:child_process";
import { cpSync, rmSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test, type Page } from "@playwright/test";
import { pack, type Packed } from "./packed";

const types: Record<string, string> = { ".html": "text/html", ".js": "text/javascript", ".wasm": "application/wasm" };
let packed: Packed;
let server: Server;
let base: string;

test.beforeAll(async () => {
  packed = pack();
  cpSync(fileURLToPath(new URL("../examples", import.meta.url)), packed.project, { recursive: true });
  server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    const path = join(packed.project, normalize(pathname.endsWith("/") ? `${pathname}index.html` : pathname));
    readFile(path).then(
      (body) => response.writeHead(200, { "Content-Type": types[extname(path)] ?? "application/octet-stream" }).end(body),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});

test.afterAll(async () => {
  await new Promise((resolve) => server.close(resolve));
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
  await page.goto(`${base}/plain/`);
  await expect.poll(() => painted(page)).toEqual(expect.arrayContaining(BOTH));
  await page.locator("article p").first().click({ position: { x: 20, y: 8 } });
  await expect(page.locator("stance-highlight .why")).toContainText("cooperation");
  expect(said).toEqual([]);
});

test("strict policy", async ({ page }) => {
  const said = complaints(page);
  await page.goto(`${base}/strict-csp/`);
  await expect.poll(() => painted(page)).toEqual(expect.arrayContaining(BOTH));
  await expect(page.locator("[data-stancelight-panel] ul")).toContainText("threat 1");
  expect(said).toEqual([]);
});

test("sandboxed iframe", async ({ page }) => {
  const said = complaints(page);
  await page.goto(`${base}/sandbox/`);
  const items = page.getByRole("listitem");
  await expect(items).toHaveText([/^cooperation: Both/, /^threat: The navy/]);
  await page.getByLabel("A text").fill("The navy shelled the port.");
  await expect(items).toHaveText([/^threat: The navy/]);
  expect(await page.frames()[1]?.evaluate(() => self.origin)).toBe("null");
  expect(said).toEqual([]);
});

test("Node", () => {
  const said = execFileSync(process.execPath, [join(packed.project, "node/index.mjs")], { encoding: "utf8" });
  expect(said.trim().split("\n")).toEqual([/cooperation/, /neutral/, /threat/].map((label) => expect.stringMatching(label)));
});
