// The extension and the bookmarklet, as a reader uses them: on pages like those they would meet, by a press of the
// button, with every request recorded.

import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { chromium, expect, test, type BrowserContext, type Page } from "@playwright/test";
import { launchOptions } from "./browser.mjs";

const dist = fileURLToPath(new URL("../dist", import.meta.url));
const extension = join(dist, "extension");
const hosts = fileURLToPath(new URL("hosts/read", import.meta.url));
const ACCORD = "Both governments signed an accord and thanked Norway for its help.";
const ATTACK = "The navy shelled the port and accused its neighbour of an attack.";
const types: Record<string, string> = { ".html": "text/html", ".js": "text/javascript", ".wasm": "application/wasm" };

/** A page's server. Its policies: none, or one that lets nothing run but its own scripts. */
function serve(folder: string, headers: Record<string, string>): Promise<Server> {
  const server = createServer((request, response) => {
    const path = join(folder, normalize(new URL(request.url ?? "/", "http://localhost").pathname));
    if (!existsSync(path)) return void response.writeHead(404).end();
    response.writeHead(200, { "Content-Type": types[extname(path)] ?? "application/octet-stream", ...headers }).end(readFileSync(path));
  });
  return new Promise((resolve) => server.listen(0, "127.0.0.1", () => resolve(server)));
}

const address = (server: Server) => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
const STRICT = { "Content-Security-Policy": "default-src 'none'; script-src 'self'; require-trusted-types-for 'script'; trusted-types 'none'" };

let free: Server;
let strict: Server;
let module: Server;
let context: BrowserContext;
let profile: string;
const asked: string[] = [];

test.beforeAll(async () => {
  [free, strict, module] = await Promise.all([serve(hosts, {}), serve(hosts, STRICT), serve(dist, { "Access-Control-Allow-Origin": "*" })]);
  profile = mkdtempSync(join(tmpdir(), "stancelight-profile-"));
  context = await chromium.launchPersistentContext(profile, {
    ...launchOptions,
    args: [
      ...(launchOptions.args ?? []).filter((arg) => arg !== "--headless"), "--headless=new", "--enable-unsafe-extension-debugging",
      `--load-extension=${extension}`, `--disable-extensions-except=${extension}`,
    ],
    ignoreDefaultArgs: ["--disable-extensions"],
    viewport: { width: 1280, height: 900 },
  });
  if (context.serviceWorkers().length === 0) await context.waitForEvent("serviceworker");
  context.on("request", (request) => asked.push(request.url()));
});

test.afterAll(async () => {
  await context.close();
  for (const server of [free, strict, module]) server.close();
  rmSync(profile, { recursive: true });
});

/** Presses the extension's button. */
async function press(page: Page): Promise<void> {
  const browser = context.browser();
  const session = await browser?.newBrowserCDPSession();
  if (!session) throw new Error("no way to the browser");
  const send = session.send.bind(session) as unknown as (method: string, parameters?: object) => Promise<Record<string, { id: string; targetId: string; url: string; type: string }[]>>;
  const [installed] = (await send("Extensions.getExtensions"))["extensions"] ?? [];
  const targets = (await send("Target.getTargets", { filter: [{ type: "tab" }] }))["targetInfos"] ?? [];
  await page.bringToFront();
  await send("Extensions.triggerAction", { id: installed?.id, targetId: targets.find(({ url }) => url === page.url())?.targetId });
  await session.detach();
}

/** Presses until the page shows that it was heard: a browser that is busy with another tab may drop a press. */
async function turnOn(page: Page): Promise<void> {
  const panel = page.locator("[data-stancelight-panel]");
  await expect(async () => {
    if ((await panel.count()) === 0) await press(page);
    await expect(panel).toHaveCount(1, { timeout: 5_000 });
  }).toPass({ timeout: 30_000 });
}

const painted = (page: Page) =>
  page.evaluate(() => [...CSS.highlights.values()].flatMap((highlight) => [...highlight].map((range) => String(range).replace(/\s+/g, " "))).sort());

async function open(url: string): Promise<Page> {
  const page = await context.newPage();
  await page.goto(url);
  asked.length = 0;
  return page;
}

test("it may do no more than it needs", () => {
  const manifest = JSON.parse(readFileSync(join(extension, "manifest.json"), "utf8")) as Record<string, unknown>;
  expect(manifest["permissions"]).toEqual(["activeTab", "scripting"]);
  expect(Object.keys(manifest)).not.toContain("host_permissions");
  expect(Object.keys(manifest)).not.toContain("web_accessible_resources");
});

test("a news article is painted, what stands around it is not, and a second press leaves the page as it was", async () => {
  const page = await open(`${address(free)}/news.html`);
  const before = await page.content();
  await turnOn(page);
  await expect.poll(() => painted(page)).toContain(ATTACK);
  const found = (await painted(page)).join("\n");
  expect(found).toContain("Both governments signed an accord and thanked Norway");
  expect(found).toContain("We will bomb the capital");
  for (const noise of ["vendors", "derby", "hotel that", "friends", "Knives", "picture", "central station", "fisheries", "council"]) expect(found).not.toContain(noise);
  await expect(page.locator("[data-stancelight-panel]")).toHaveCount(1);
  await press(page);
  await expect.poll(() => painted(page)).toEqual([]);
  await expect.poll(() => page.content()).toBe(before);
  expect(asked).toEqual([]);
  await page.close();
});

test("components, a closed shadow tree and a strict policy are no obstacle", async () => {
  const page = await open(`${address(strict)}/shadow.html`);
  const complaints: string[] = [];
  page.on("console", (message) => complaints.push(message.text()));
  await turnOn(page);
  await expect.poll(() => painted(page)).toEqual([ACCORD, ATTACK]);
  expect(asked).toEqual([]);
  expect(complaints).toEqual([]);
  await page.close();
});

test("a live blog is painted where it is seen, as posts come", async () => {
  const page = await open(`${address(free)}/live.html`);
  await turnOn(page);
  await expect.poll(() => painted(page)).toContain(ATTACK);
  await page.evaluate(() => (globalThis as unknown as { breaking(text: string): void }).breaking("The rebels bombed the capital."));
  await expect.poll(() => painted(page)).toContain("The rebels bombed the capital.");
  const last = () => page.evaluate(() => {
    scrollTo(0, document.documentElement.scrollHeight);
    const nodes = new Set([...CSS.highlights.values()].flatMap((highlight) => [...highlight].map(({ startContainer }) => startContainer.parentElement?.parentElement)));
    const posts = [...document.querySelectorAll(".post")];
    return [posts.length > 200, posts.slice(-3).some((post) => nodes.has(post as HTMLElement))];
  });
  await expect.poll(last, { timeout: 45_000 }).toEqual([true, true]);
  expect((await painted(page)).length).toBeLessThan(400);
  expect(asked).toEqual([]);
  await page.close();
});

test("where no extension may run, the button says so", async () => {
  const page = await open("chrome://version/");
  await press(page);
  const [background] = context.serviceWorkers();
  const badge = () => background?.evaluate(async () => {
    const { tabs, action } = (globalThis as unknown as { chrome: { tabs: { query(what: object): Promise<{ id: number }[]> }; action: { getBadgeText(of: object): Promise<string> } } }).chrome;
    const [tab] = await tabs.query({ active: true, lastFocusedWindow: true });
    return action.getBadgeText({ tabId: tab?.id });
  });
  await expect.poll(badge).toBe("×");
  await page.close();
});

test("the bookmarklet paints another site's page, and a strict policy stops it", async () => {
  const shelf = await open(`${address(module)}/extension/bookmarklet.html`);
  const link = shelf.getByRole("link", { name: "Stancelight" });
  await expect(link).toHaveAttribute("href", /^javascript:/);
  // What to do is read from top to bottom, not across columns.
  expect(new Set(await shelf.locator("main > *").evaluateAll((parts) => parts.map((part) => part.getBoundingClientRect().left))).size).toBe(1);
  const bookmark = (await link.getAttribute("href")) ?? "";
  await shelf.close();

  const page = await open(`${address(free)}/news.html`);
  const choose = (page: Page) => page.evaluate((bookmark) => { location.href = bookmark; }, bookmark);
  await choose(page);
  await expect.poll(() => painted(page)).toContain(ATTACK);
  expect(asked.filter((url) => !url.startsWith(address(module)))).toEqual([]);
  await choose(page);
  await expect.poll(() => painted(page)).toEqual([]);
  await page.close();

  const guarded = await open(`${address(strict)}/shadow.html`);
  const refused = guarded.waitForEvent("console", (message) => /policy/i.test(message.text()));
  await choose(guarded);
  await refused;
  expect(await painted(guarded)).toEqual([]);
  expect(asked).toEqual([]);
  await guarded.close();
});
