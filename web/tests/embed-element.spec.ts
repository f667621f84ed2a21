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
  // The worker is asked for the reasons first.
  await expect.poll(async () => (await told()).at(-1)?.[0]).toBe("stance-select");
  expect((await told()).at(-1)).toMatchObject(["stance-select", { sentence: { text: ACCORD, label: "cooperation" } }]);
  // As sure as it may be, it is never certain.
  await expect(page.locator("#one .why p")).toHaveText(/^cooperation, (>99\.9|99\.\d|\d\d)\s%$/);
  await expect(page.locator("#one .why li").first()).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(page.locator("#one .why")).toHaveCount(0);
  // The same by keyboard, from the list.
  await page.locator("#one .findings button").focus();
  await page.keyboard.press("Enter");
  await expect(page.locator("#one .why")).toBeVisible();
});

test("the hidden list is one stop of the keyboard's, and leads to each sentence, reasons or none", async ({ page }) => {
  await page.goto("/hosts/element.html");
  await expect.poll(() => painted(page)).toEqual([ACCORD, ATTACK]);
  const selected = () => page.evaluate(() => String(getSelection()));
  await page.evaluate(({ ACCORD, ATTACK }) => {
    const two = document.getElementById("two") as HTMLElement;
    two.innerHTML = `<p>${ATTACK}</p><p style="margin-top: 3000px">${ACCORD}</p><button type="button">after</button>`;
  }, { ACCORD, ATTACK });
  const buttons = page.locator("#two .findings button");
  await expect(buttons).toHaveCount(2);
  const before = await page.locator("#two").evaluate((two) => two.innerHTML);
  await buttons.first().focus();
  await page.keyboard.press("ArrowDown");
  await expect(buttons.last()).toBeFocused();
  await page.keyboard.press("Enter");
  expect(await selected()).toBe(ACCORD);
  await expect(page.locator("#two p").last()).toBeInViewport();
  // Without `explain` that is all.
  await expect(page.locator("#two .why")).toHaveCount(0);
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("Enter");
  expect(await selected()).toBe(ATTACK);
  await expect(page.locator("#two p").first()).toBeInViewport();
  await page.keyboard.press("Tab");
  await expect(buttons.last()).not.toBeFocused();
  expect(await page.locator("#two").evaluate((two) => two.innerHTML)).toBe(before);
});

test("whoever stands in the hidden list stays there while the text changes", async ({ page }) => {
  await page.goto("/hosts/element.html");
  await expect.poll(() => painted(page)).toEqual([ACCORD, ATTACK]);
  const change = (...sentences: string[]) => page.evaluate((sentences) => {
    const two = document.getElementById("two") as HTMLElement;
    two.innerHTML = sentences.map((sentence) => `<p>${sentence}</p>`).join("");
  }, sentences);
  await change(ATTACK, ACCORD);
  const buttons = page.locator("#two .findings button");
  await expect(buttons).toHaveCount(2);
  await buttons.first().focus();
  await page.keyboard.press("ArrowDown");
  await change(ATTACK, ACCORD, ATTACK);
  await expect(buttons).toHaveCount(3);
  await expect(buttons.nth(1)).toBeFocused();
  // From there the keys go on.
  await page.keyboard.press("ArrowDown");
  await expect(buttons.last()).toBeFocused();
  await change(ATTACK);
  await expect(buttons).toHaveCount(1);
  await expect(buttons).toBeFocused();
  await expect(buttons).toHaveAttribute("tabindex", "0");
});

test("paragraphs marked as in another language are not read if the element says which it is in", async ({ page }) => {
  await page.goto("/hosts/element.html");
  await expect.poll(() => painted(page)).toEqual([ACCORD, ATTACK]);
  const change = (html: string, lang: string) => page.evaluate(({ html, lang }) => {
    const one = document.getElementById("one") as HTMLElement;
    one.innerHTML = html;
    one.lang = lang;
  }, { html, lang });
  // A word in another language stays part of its sentence.
  const html = `<p lang="en-GB">${ACCORD.replace("accord", '<i lang="fr">accord</i>')}</p><p lang="fr">${ATTACK}</p>`;
  await change(html, "en-US");
  await expect.poll(() => painted(page)).toEqual([ACCORD, ATTACK]);
  await change(html, "");
  await expect.poll(() => painted(page)).toEqual([ACCORD, ATTACK, ATTACK]);
});

test("the box and the list take the page's style by their parts", async ({ page }) => {
  await page.goto("/hosts/element.html");
  await expect.poll(() => painted(page)).toEqual([ACCORD, ATTACK]);
  await page.evaluate(() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync("stance-highlight::part(why), stance-highlight::part(findings) { border-width: 7px; }");
    document.adoptedStyleSheets.push(sheet);
  });
  await page.locator("#one .findings button").focus();
  await expect(page.locator("#one .findings")).toHaveCSS("border-top-width", "7px");
  await page.keyboard.press("Enter");
  await expect(page.locator("#one .why")).toHaveCSS("border-top-width", "7px");
});

test("a click shows why wherever in a paragraph the sentence is, and however it is painted", async ({ page }) => {
  for (const renderer of ["highlight", "mark"]) {
    await page.goto("/hosts/element.html");
    await expect.poll(() => painted(page)).toEqual([ACCORD, ATTACK]);
    await page.evaluate(({ renderer, text }) => {
      const one = document.getElementById("one") as HTMLElement;
      one.setAttribute("renderer", renderer);
      one.innerHTML = `<p>It rained. ${text} <em>Both</em> sides signed an accord.</p>`;
    }, { renderer, text: ATTACK });
    await expect(page.locator("#one .findings li")).toHaveText([/shelled/, /signed/]);
    for (const [word, label] of [["shelled", "threat"], ["signed", "cooperation"]] as const) {
      const { x, y } = await page.evaluate((word) => {
        const walker = document.createTreeWalker(document.getElementById("one") as HTMLElement, NodeFilter.SHOW_TEXT);
        while (walker.nextNode() && !(walker.currentNode as Text).data.includes(word)) continue;
        const range = document.createRange();
        const start = (walker.currentNode as Text).data.indexOf(word);
        range.setStart(walker.currentNode, start);
        range.setEnd(walker.currentNode, start + word.length);
        const { x, y, width, height } = range.getBoundingClientRect();
        return { x: x + width / 2, y: y + height / 2 };
      }, word);
      await page.mouse.click(x, y);
      await expect(page.locator("#one .why"), renderer).toContainText(label);
      await page.keyboard.press("Escape");
      await expect(page.locator("#one .why")).toHaveCount(0);
    }
  }
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

test("a property takes what a framework gives it, and an attribute that makes no sense is as if it were not there", async ({ page }) => {
  await page.goto("/hosts/element.html");
  await expect.poll(() => painted(page)).toEqual([ACCORD, ATTACK]);
  const found = await page.evaluate(() => {
    const one = document.getElementById("one") as StanceHighlight;
    const attributes = () => one.getAttributeNames().filter((name) => name !== "id").sort().join();
    const out: unknown[] = [];
    for (const off of ["off", false] as const) {
      one.worker = off;
      out.push(one.getAttribute("worker"), one.worker);
      one.worker = true;
      out.push(one.worker);
    }
    Object.assign(one, { model: "news-sentiment", skip: "em", renderer: "mark", explain: true });
    out.push(attributes());
    Object.assign(one, { model: undefined, skip: null, renderer: undefined, threshold: undefined, worker: undefined, explain: false });
    out.push(attributes(), one.renderer);
    for (const nonsense of ["", " ", "half", "1.5"]) {
      one.setAttribute("threshold", nonsense);
      out.push(one.threshold === one.topic?.threshold);
    }
    one.setAttribute("renderer", "crayon");
    return [...out, one.renderer];
  });
  expect(found).toEqual(["off", false, true, "off", false, true, "explain,model,renderer,skip,threshold", "", "auto", true, true, true, true, "auto"]);
});

test("a selector that is none is told, and leaves nothing behind", async ({ page }) => {
  const complaints: string[] = [];
  page.on("pageerror", ({ message }) => complaints.push(message));
  await page.goto("/hosts/element.html");
  await expect.poll(() => painted(page)).toEqual([ACCORD, ATTACK]);
  const told = await page.evaluate(() => new Promise((resolve) => {
    const two = document.getElementById("two") as StanceHighlight;
    two.addEventListener("stance-error", (event) => resolve(Object.entries((event as CustomEvent).detail).map(([, value]) => typeof value)));
    two.skip = "[[";
  }));
  expect(told).toEqual(["undefined", "string"]);
  await expect.poll(() => painted(page)).toEqual([ACCORD]);
  expect(await page.evaluate(() => document.adoptedStyleSheets.length)).toBe(1);
  await page.evaluate(() => document.querySelector("#two a")?.replaceChildren("bombed"));
  await page.evaluate(() => document.getElementById("two")?.removeAttribute("skip"));
  await expect.poll(() => painted(page)).toEqual([ACCORD, ATTACK.replace("shelled", "bombed")]);
  expect(complaints).toEqual([]);
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
