// The module on somebody else's page, under the policy it promises to be content with.

import { expect, test } from "@playwright/test";
import { hashed } from "./hashed";

test("one line paints an article and changes nothing of the page", { tag: "@firefox" }, async ({ page }) => {
  const complaints: string[] = [];
  page.on("console", (message) => complaints.push(message.text()));
  await page.route("**/auto.js", async (route) => {
    // The page before the module ran, kept for comparison.
    await page.evaluate(() => {
      (window as unknown as { before: string }).before = document.documentElement.outerHTML;
    }).catch(() => undefined);
    await route.continue();
  });
  await page.goto("/hosts/article.html");
  await expect.poll(() => page.evaluate(() => CSS.highlights.size)).toBeGreaterThan(0);
  const painted = await page.evaluate(() => [...CSS.highlights.values()].flatMap((highlight) => [...highlight].map(String)));
  expect(painted).toContain("Both governments signed an accord and thanked Norway for its help.");
  expect(painted).toContain("The navy shelled the port and accused its neighbour of an attack.");
  expect(painted.join()).not.toContain("for threat in");
  const source = await (await page.request.get("/hosts/article.html")).text();
  const article = (html: string) => /<article>.*<\/article>/s.exec(html)?.[0];
  expect(article(await page.content())).toBe(article(source));
  expect(complaints).toEqual([]);
});

test("errors are told apart by their codes", async ({ page }) => {
  await page.goto("/");
  const codes = await page.evaluate(async () => {
    const url = new URL("stancelight/index.js", document.baseURI).href;
    const { load } = (await import(url)) as typeof import("stancelight");
    const code = (model: string | Uint8Array) => load({ model }).then(() => "none", (error: { code: string }) => error.code);
    const newer = new Uint8Array([...new TextEncoder().encode("STANCE\r\n"), 99, 0, 0, 0]);
    return [await code("/nowhere.stance"), await code(new Uint8Array([1, 2, 3])), await code(newer)];
  });
  expect(codes).toEqual(["E_FETCH", "E_MODEL_FORMAT", "E_MODEL_VERSION"]);
});

test("the one line's panel counts, turns paint off and on, and hides nothing from a screen reader", async ({ page }) => {
  await page.goto("/hosts/auto.html");
  const panel = page.locator("[data-stancelight-panel]");
  const ranges = () => page.evaluate(() => [...CSS.highlights.values()].reduce((sum, { size }) => sum + size, 0));
  await expect(panel.locator("ul")).toContainText("cooperation 1");
  await expect(panel.locator("ul")).toContainText("threat 1");
  await expect(panel.locator(".findings li")).toHaveText([/accord/, /shelled/]);
  const entry = panel.locator(".findings button").last();
  await entry.press("Enter");
  expect(await page.evaluate(() => String(getSelection()))).toMatch(/^The navy shelled/);
  await entry.blur();
  const button = panel.locator(".panel button");
  await expect(button).toHaveAttribute("aria-pressed", "true");
  await button.click();
  await expect(button).toHaveAttribute("aria-pressed", "false");
  expect(await ranges()).toBe(0);
  await button.click();
  // A worker reads, so the paint comes when it has answered.
  await expect.poll(ranges).toBe(2);
});

test("the panel's legend is in the colours the page wishes", async ({ page }) => {
  await page.goto("/hosts/auto.html");
  const name = page.locator("[data-stancelight-panel] ul span").filter({ hasText: "threat" });
  await expect(name).toHaveCSS("text-decoration-style", "wavy");
  await page.evaluate(() => {
    document.documentElement.style.setProperty("--stance-color-threat", "rgb(1, 2, 3)");
  });
  await expect(name).toHaveCSS("text-decoration-color", "rgb(1, 2, 3)");
  await page.evaluate(() => document.documentElement.style.setProperty("--stance-decoration-threat", "underline dotted"));
  await expect(name).toHaveCSS("text-decoration-style", "dotted");
});

test("the one line keeps up with a page that changes and navigates", { tag: "@firefox" }, async ({ page }) => {
  await page.goto("/hosts/auto.html");
  const painted = () => page.evaluate(() => [...CSS.highlights.values()].flatMap((highlight) => [...highlight].map(String)).sort());
  await expect.poll(async () => (await painted()).length).toBe(2);
  // A sentence is added, then an article, then the whole body goes as some routers do it.
  await page.evaluate(() => {
    const paragraph = document.createElement("p");
    paragraph.textContent = "The rebels bombed the capital.";
    document.querySelector("article")?.append(paragraph);
  });
  await expect.poll(painted).toContain("The rebels bombed the capital.");
  await page.evaluate(() => {
    history.pushState(null, "", "#second");
    const body = document.createElement("body");
    const article = body.appendChild(document.createElement("article"));
    article.textContent = "The two countries signed a peace treaty.";
    document.body.replaceWith(body);
  });
  await expect.poll(painted).toEqual(["The two countries signed a peace treaty."]);
  await expect(page.locator("[data-stancelight-panel] ul")).toContainText("threat 0");
  await page.evaluate(() => document.querySelector("article")?.remove());
  await expect.poll(painted).toEqual([]);
  // A quiet page is left in peace: nothing of ours feeds the observer.
  const changes = await page.evaluate(() => new Promise<number>((resolve) => {
    let count = 0;
    new MutationObserver((records) => { count += records.length; }).observe(document, { childList: true, subtree: true, attributes: true });
    setTimeout(() => resolve(count), 700);
  }));
  expect(changes).toBe(0);
});

test("a selector that is none is told once, and leaves nothing behind", async ({ page }) => {
  const told: string[] = [];
  page.on("console", (message) => told.push(message.text()));
  page.on("pageerror", ({ message }) => told.push(message));
  // Of the last page's article nothing is there at first.
  for (const [line, tag] of [['data-for="p["', "article"], ['data-for="article" data-skip="[["', "article"], ['data-for="article" data-skip="[["', "main"]] as const) {
    told.length = 0;
    await page.route("**/hosts/auto.html", async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, body: (await response.text()).replace('data-for="article"', line).replaceAll("article>", `${tag}>`) });
    });
    await page.goto("/hosts/auto.html");
    if (tag === "main") {
      await expect(page.locator("[data-stancelight-panel]")).toHaveCount(1);
      await page.evaluate(() => document.body.append(document.createElement("article")));
    }
    await expect.poll(() => told).toEqual([expect.stringMatching(/^stancelight: .*selector/)]);
    await expect(page.locator("[data-stancelight-panel]")).toHaveCount(0);
    await page.evaluate(() => new Promise((resolve) => {
      document.body.append(document.createElement("article"));
      dispatchEvent(new PopStateEvent("popstate"));
      setTimeout(resolve, 700);
    }));
    expect(told).toHaveLength(1);
    await page.unroute("**/hosts/auto.html");
  }
});

test("the one line can paint with marks, use another model, and go without a panel", async ({ page }) => {
  await page.route("**/hosts/auto.html", async (route) => {
    const response = await route.fetch();
    const line = 'data-renderer="mark" data-panel="none" data-model="news-sentiment"';
    await route.fulfill({ response, body: (await response.text()).replace('data-for="article"', `data-for="article" ${line}`) });
  });
  const asked: string[] = [];
  page.on("request", (request) => asked.push(new URL(request.url()).pathname));
  await page.goto("/hosts/auto.html");
  await expect(page.locator("article mark")).not.toHaveCount(0);
  await expect(page.locator("[data-stancelight-panel]")).toHaveCount(0);
  expect(asked.filter((path) => path.endsWith(".stance"))).toEqual([`/stancelight/${hashed("models/news-sentiment.stance")}`]);
  // Marks of our own are no change of the page's: no endless repainting.
  const changes = await page.evaluate(() => new Promise<number>((resolve) => {
    let count = 0;
    new MutationObserver((records) => { count += records.length; }).observe(document, { childList: true, subtree: true });
    setTimeout(() => resolve(count), 700);
  }));
  expect(changes).toBe(0);
});
