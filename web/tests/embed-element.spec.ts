// <stance-highlight> on somebody else's page, under the policy the module promises to be content with.

import { expect, test, type Page } from "@playwright/test";
import type { Analysis, StanceHighlight } from "../module/element";

const painted = (page: Page) =>
  page.evaluate(() => [...CSS.highlights.values()].flatMap((highlight) => [...highlight].map(String)).sort());
const ACCORD = "Both governments signed an accord and thanked Norway for its help.";
const ATTACK = "The navy shelled the port and accused its neighbour of an attack.";

test("elements paint their text, share one engine and each model, and touch no child", async ({ page }) => {
  const asked: string[] = [];
  const complaints: string[] = [];
  page.on("request", (request) => asked.push(new URL(request.url()).pathname));
  page.on("console", (message) => complaints.push(message.text()));
  await page.goto("/hosts/element.html");
  await expect.poll(() => painted(page)).toEqual([ACCORD, ATTACK]);
  expect(asked.filter((path) => path.endsWith(".wasm"))).toHaveLength(1);
  expect(asked.filter((path) => path.endsWith(".stance"))).toHaveLength(1);
  const source = await (await page.request.get("/hosts/element.html")).text();
  const elements = (html: string) => /<stance-highlight.*<\/stance-highlight>/s.exec(html)?.[0];
  expect(elements(await page.content())).toBe(elements(source));
  expect(await page.locator("#one .findings li").allTextContents()).toEqual([expect.stringContaining(ACCORD)]);
  expect(complaints).toEqual([]);
});

test("events tell of the model, the findings as JSON, and the sentence chosen", async ({ page }) => {
  await page.addInitScript(() => {
    const told: [string, unknown][] = [];
    (window as unknown as { told: unknown }).told = told;
    for (const type of ["stance-ready", "stance-analyzed", "stance-select"]) {
      document.addEventListener(type, (event) => {
        if ((event.target as Element).id === "one") told.push([type, JSON.parse(JSON.stringify((event as CustomEvent).detail))]);
      });
    }
  });
  await page.goto("/hosts/element.html");
  const told = () => page.evaluate(() => (window as unknown as { told: [string, unknown][] }).told);
  await expect.poll(async () => (await told()).map(([type]) => type)).toEqual(["stance-ready", "stance-analyzed"]);
  const { sentences, threshold } = (await told())[1]?.[1] as Analysis;
  expect(threshold).toBe(0.6);
  expect(sentences.filter((sentence) => sentence.painted).map(({ text }) => text)).toEqual([ACCORD]);
  await page.locator("#one em").click();
  expect((await told()).at(-1)).toMatchObject(["stance-select", { sentence: { text: ACCORD, label: "cooperation" } }]);
  await expect(page.locator("#one .why")).toContainText("cooperation");
  await expect(page.locator("#one .why li").first()).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.locator("#one .why")).toHaveCount(0);
  // The same by keyboard, from the list.
  await page.locator("#one .findings button").focus();
  await page.keyboard.press("Enter");
  await expect(page.locator("#one .why")).toBeVisible();
});

test("attributes, properties and changing text are followed", async ({ page }) => {
  await page.goto("/hosts/element.html");
  await expect.poll(() => painted(page)).toEqual([ACCORD, ATTACK]);
  await page.evaluate(() => { (document.getElementById("one") as StanceHighlight).threshold = 1; });
  await expect.poll(() => painted(page)).toEqual([ATTACK]);
  await page.evaluate(() => document.getElementById("one")?.removeAttribute("threshold"));
  await page.evaluate(() => document.querySelector("#two a")?.replaceChildren("bombed"));
  await expect.poll(() => painted(page)).toContain(ATTACK.replace("shelled", "bombed"));
  await page.evaluate(() => document.getElementById("two")?.setAttribute("model", "/nowhere.stance"));
  await expect.poll(async () => (await painted(page)).join()).not.toContain("bombed");
  await page.evaluate(() => document.getElementById("two")?.removeAttribute("model"));
  await expect.poll(async () => (await painted(page)).join()).toContain("bombed");
});

test("an element survives being moved, cloned and removed", async ({ page }) => {
  for (const renderer of ["highlight", "mark"]) {
    await page.goto("/hosts/element.html");
    const shown = () => page.evaluate(() => {
      const highlights = [...CSS.highlights.values()].flatMap((highlight) => [...highlight].map(String));
      // A sentence may be in several marks.
      const marks = [...document.querySelectorAll("stance-highlight")].map((element) => [...element.querySelectorAll("mark")].map((mark) => mark.textContent).join(""));
      return [...highlights, ...marks].filter(Boolean).sort();
    });
    await page.evaluate((renderer) => document.querySelectorAll("stance-highlight").forEach((element) => element.setAttribute("renderer", renderer)), renderer);
    await expect.poll(shown).toEqual([ACCORD, ATTACK]);
    await page.evaluate(() => document.getElementById("elsewhere")?.append(document.getElementById("two") as Element));
    await expect.poll(shown).toEqual([ACCORD, ATTACK]);
    await page.evaluate(() => document.body.append((document.getElementById("two") as Element).cloneNode(true)));
    await expect.poll(shown).toEqual([ACCORD, ATTACK, ATTACK]);
    await page.evaluate(() => document.querySelectorAll("#two").forEach((element) => element.remove()));
    await expect.poll(shown).toEqual([ACCORD]);
    await page.evaluate(() => document.querySelectorAll("stance-highlight").forEach((element) => element.remove()));
    await expect.poll(shown).toEqual([]);
    expect(await page.evaluate(() => document.adoptedStyleSheets.length)).toBe(0);
  }
});

test("the page's custom properties decide the colours", async ({ page }) => {
  await page.goto("/hosts/element.html");
  await expect.poll(() => painted(page)).toEqual([ACCORD, ATTACK]);
  await page.evaluate(() => {
    document.documentElement.style.setProperty("--stance-color-cooperation", "rgb(1, 2, 3)");
    document.getElementById("one")?.setAttribute("renderer", "mark");
  });
  await expect(page.locator("#one mark").first()).toHaveCSS("text-decoration-color", "rgb(1, 2, 3)");
});
