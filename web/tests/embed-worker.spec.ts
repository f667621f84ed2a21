// Reading off the page's thread: one worker for all, the page's own thread where there can be none, and very long
// pages read in parts and painted where they are seen.

import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { expect, test, type Page } from "@playwright/test";
import { hashed } from "./hashed";

type Module = typeof import("stancelight");
const INDEX = "/stancelight/index.js";
const ACCORD = "Both governments signed an accord and thanked Norway for its help.";
const ATTACK = "The navy shelled the port and accused its neighbour of an attack.";
const PRAISE = "The minister was widely praised for her excellent work.";
const painted = (page: Page) =>
  page.evaluate(() => [...CSS.highlights.values()].flatMap((highlight) => [...highlight].map(String)).sort());

/** Opens a host page with one change to its source and, if given, another policy. */
async function open(page: Page, name: string, change: (html: string) => string, policy?: string): Promise<void> {
  await page.route(`**/hosts/${name}`, async (route) => {
    const response = await route.fetch();
    const headers = { ...response.headers(), ...(policy ? { "content-security-policy": policy } : {}) };
    await route.fulfill({ response, headers, body: change(await response.text()) });
  });
  await page.goto(`/hosts/${name}`);
}

test("elements and the one line share one worker, and each model in it", async ({ page }) => {
  const workers: string[] = [];
  const asked: string[] = [];
  page.on("worker", (worker) => workers.push(new URL(worker.url()).pathname));
  page.on("request", (request) => asked.push(new URL(request.url()).pathname));
  await open(page, "element.html", (html) => html.replace("</body>", `<article>${ATTACK}</article>
    <stance-highlight model="news-sentiment"><p>${PRAISE}</p></stance-highlight>
    <script type="module" src="/stancelight/auto.js" data-for="body > article"></script></body>`));
  await expect.poll(() => painted(page)).toEqual([ACCORD, PRAISE, ATTACK, ATTACK]);
  expect(workers).toEqual([`/stancelight/${hashed("worker.js")}`]);
  const once = (ending: string) => asked.filter((path) => path.endsWith(ending)).sort();
  expect(once(".stance")).toEqual(["models/cooperation-threat.stance", "models/news-sentiment.stance"].map((name) => `/stancelight/${hashed(name)}`));
  expect(once(".wasm")).toHaveLength(1);
  await page.locator("#one em").click();
  await expect(page.locator("#one .why")).toContainText("cooperation");
});

for (const [why, change, policy] of [
  ["a policy forbids workers", (html: string) => html, "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; worker-src 'none'"],
  ["the page says so", (html: string) => html.replaceAll("<stance-highlight ", '$&worker="off" '), undefined],
] as const) {
  test(`the page's own thread reads where ${why}`, async ({ page }) => {
    const workers: string[] = [];
    page.on("worker", (worker) => workers.push(worker.url()));
    await open(page, "element.html", change, policy);
    await expect.poll(() => painted(page)).toEqual([ACCORD, ATTACK]);
    if (!policy) expect(workers).toEqual([]);
  });
}

test("where the module is on another origin, a worker of the page's own imports it", async ({ page, baseURL }) => {
  const workers: string[] = [];
  page.on("worker", (worker) => workers.push(worker.url()));
  const policy = `default-src 'none'; script-src ${baseURL} 'wasm-unsafe-eval'; connect-src ${baseURL}; worker-src blob:`;
  const html = readFileSync(new URL("hosts/element.html", import.meta.url), "utf8").replaceAll("/stancelight/", `${baseURL}/stancelight/`);
  const headers = { "Content-Type": "text/html", "Content-Security-Policy": policy };
  const site = createServer((_, response) => void response.writeHead(200, headers).end(html));
  await new Promise<void>((resolve) => site.listen(0, "127.0.0.1", () => resolve()));
  const { port } = site.address() as AddressInfo;
  await page.goto(`http://127.0.0.1:${port}/`);
  await expect.poll(() => painted(page)).toEqual([ACCORD, ATTACK]);
  expect(workers).toEqual([expect.stringContaining(`blob:http://127.0.0.1:${port}/`)]);
  await page.close();
  site.close();
});

test("a worker's script that does not come leaves the work to the page's thread, and is asked for again", async ({ page }) => {
  let isThere = false;
  await page.route("**/worker-*.js", (route) => (isThere ? route.continue() : route.fulfill({ status: 404 })));
  await page.goto("/hosts/element.html");
  await expect.poll(() => painted(page)).toEqual([ACCORD, ATTACK]);
  isThere = true;
  const labels = await page.evaluate(async ({ INDEX, ATTACK }) => {
    const { load } = (await import(INDEX)) as Module;
    const stance = await load({ worker: true });
    return (await stance.analyze(ATTACK)).map(({ label }) => label);
  }, { INDEX, ATTACK });
  expect(labels).toEqual(["threat"]);
});

test("models of one worker are disposed of one by one", async ({ page }) => {
  await page.goto("/hosts/plain.html");
  const found = await page.evaluate(async ({ INDEX, ATTACK }) => {
    const { load } = (await import(INDEX)) as Module;
    const code = (work: Promise<unknown>) => work.then(() => "none", (error: { code: string }) => error.code);
    const [one, two] = await Promise.all([load({ worker: true }), load({ worker: true, model: "news-sentiment" })]);
    const broken = code(load({ worker: true, model: new Uint8Array(3) }));
    const cut = code(one.analyze(ATTACK));
    one.dispose();
    one.dispose();
    const out = [one.isEnded, two.isEnded, await cut, await broken, (await two.analyze(ATTACK)).length];
    two.dispose();
    return [...out, two.isEnded, (await (await load({ worker: true })).analyze(ATTACK)).length];
  }, { INDEX, ATTACK });
  expect(found).toEqual([true, false, "E_ABORTED", "E_MODEL_FORMAT", 1, true, 1]);
});

test("a worker paints an element once, and keeps one painted", { tag: "@firefox" }, async ({ page }) => {
  await page.goto("/hosts/plain.html");
  const found = await page.evaluate(async (INDEX) => {
    const { load } = (await import(INDEX)) as Module;
    const stance = await load({ worker: true });
    const article = document.querySelector("article") as HTMLElement;
    const count = () => [...CSS.highlights.values()].reduce((sum, { size }) => sum + size, 0);
    const once = await stance.highlight(article);
    const out = [once.painted, count()];
    once.clear();
    out.push(count());
    await new Promise<void>((resolve) => { stance.watch(article, { onChange: () => resolve() }); });
    return [...out, count()];
  }, INDEX);
  expect(found).toEqual([2, 2, 0, 2]);
});

test("a very long page is read in parts, painted where it is seen, and judged again only where it changes", async ({ page }) => {
  await page.goto("/hosts/plain.html");
  const found = await page.evaluate(async ({ INDEX, ACCORD, ATTACK }) => {
    const { load } = (await import(INDEX)) as Module;
    const stance = await load();
    const article = document.querySelector("article") as HTMLElement;
    const paragraphs = Array.from({ length: 3000 }, (_, i) => {
      const paragraph = document.createElement("p");
      paragraph.textContent = `${i % 2 ? ACCORD : ATTACK} This was report ${i} from the strait.`;
      return paragraph;
    });
    article.replaceChildren(...paragraphs);
    const asked: number[] = [];
    const analyze = stance.analyze.bind(stance);
    const written = (text: string) => {
      asked.push(text.length);
      return analyze(text);
    };
    Object.assign(stance, { analyze: written });
    const ranges = () => [...CSS.highlights.values()].flatMap((highlight) => [...highlight] as Range[]);
    const isSeen = ([range]: Range[]) => {
      const box = range?.getBoundingClientRect();
      return box !== undefined && box.bottom > 0 && box.top < innerHeight;
    };
    const until = async (test: () => boolean) => {
      const end = performance.now() + 10_000;
      while (!test() && performance.now() < end) await new Promise((resume) => setTimeout(resume, 20));
      return test();
    };
    let done = 0;
    const watch = stance.watch(article, { onChange: () => { done += 1; } });
    await until(() => done === 1);
    const out: Record<string, unknown> = {
      parts: asked.length > 5 && Math.max(...asked) < 30_000,
      same: JSON.stringify(watch.sentences) === JSON.stringify(analyze(watch.text)),
      painted: watch.painted.length,
      // Only some, but those on screen.
      first: await until(() => ranges().length > 0 && ranges().length < 300),
    };
    scrollTo(0, document.documentElement.scrollHeight);
    const last = paragraphs.at(-1)?.firstChild;
    out["last"] = await until(() => ranges().some(({ startContainer }) => startContainer === last) && ranges().length < 300);
    const box = watch.range(watch.painted.at(-1) ?? 0)?.getBoundingClientRect();
    out["hit"] = watch.at((box?.left ?? 0) + 5, (box?.top ?? 0) + 5) === watch.painted.at(-1);
    // A post is put first, as in a live blog.
    asked.length = 0;
    const post = document.createElement("p");
    post.textContent = "The rebels bombed the capital.";
    article.prepend(post);
    await until(() => done === 2);
    out["asked"] = [...asked];
    out["shifted"] = JSON.stringify(watch.sentences) === JSON.stringify(analyze(watch.text));
    scrollTo(0, 0);
    out["post"] = await until(() => isSeen(ranges().filter((range) => String(range) === post.textContent)));
    watch.stop();
    out["left"] = ranges().length;
    return out;
  }, { INDEX, ACCORD, ATTACK });
  expect(found).toEqual({
    parts: true, same: true, painted: 3000, first: true, last: true, hit: true,
    asked: ["The rebels bombed the capital.".length], shifted: true, post: true, left: 0,
  });
});

test("an element rendered by a server is painted before and after a framework takes it over, and when moved whole", async ({ page }) => {
  const complaints: string[] = [];
  page.on("console", (message) => complaints.push(message.text()));
  await page.goto("/hosts/element.html");
  await expect.poll(() => painted(page)).toEqual([ACCORD, ATTACK]);
  // What hydration does: it compares the nodes with those it expects, keeps them, and renders anew later.
  const kept = await page.evaluate(() => {
    const element = document.getElementById("two") as HTMLElement;
    const expected = '<p>The navy <a href="#x">shelled</a> the port and accused its neighbour of an attack.</p>';
    const isSame = element.innerHTML === expected && element.getAttributeNames().join() === "id,threshold";
    element.firstChild?.firstChild?.replaceWith("The army ");
    return isSame;
  });
  expect(kept).toBe(true);
  const army = ATTACK.replace("navy", "army");
  await expect.poll(() => painted(page)).toEqual([ACCORD, army]);
  await page.evaluate(() => {
    type Mover = Element & { moveBefore(node: Node, before: Node | null): void };
    (document.getElementById("elsewhere") as unknown as Mover).moveBefore(document.getElementById("two") as Element, null);
  });
  await expect.poll(() => painted(page)).toEqual([ACCORD, army]);
  // Into a shadow tree, where other style sheets count.
  await page.evaluate(() => {
    const host = document.body.appendChild(document.createElement("div"));
    host.attachShadow({ mode: "open" }).append(document.getElementById("two") as Element);
  });
  await expect.poll(() => painted(page)).toEqual([ACCORD, army]);
  expect(await page.evaluate(() => document.body.lastElementChild?.shadowRoot?.adoptedStyleSheets.length)).toBe(1);
  expect(complaints).toEqual([]);
});

test("no model is fetched unasked, least of all a large one", async ({ page }) => {
  const asked: string[] = [];
  page.on("request", (request) => asked.push(new URL(request.url()).pathname));
  for (const host of ["auto", "element", "article"]) {
    await page.goto(`/hosts/${host}.html`);
    await expect.poll(() => page.evaluate(() => CSS.highlights.size)).toBeGreaterThan(0);
  }
  expect(new Set(asked.filter((path) => /\.stance$|encoder/.test(path)))).toEqual(new Set([`/stancelight/${hashed("models/cooperation-threat.stance")}`]));
});
