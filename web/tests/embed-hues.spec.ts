// Hues are those for the page the text stands on, whatever the reader's system prefers.

import { expect, test, type Page } from "@playwright/test";

type Module = typeof import("stancelight");
const INDEX = "/stancelight/index.js";

/** Paints the host's article; what it gives then says whether its hues are those for light pages or for dark ones. */
async function painted(page: Page, renderer: "highlight" | "mark", css: string): Promise<() => Promise<string>> {
  await page.goto("/hosts/plain.html");
  const hues = await page.evaluate(async ({ INDEX, renderer, css }) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(css);
    document.adoptedStyleSheets.push(sheet);
    const { load } = (await import(INDEX)) as Module;
    const article = document.querySelector("article") as HTMLElement;
    const stance = await load();
    stance.watch(article, { renderer });
    return stance.topic.labels.flatMap(({ color, colorDark }) => [["light", color], ["dark", colorDark]] as const);
  }, { INDEX, renderer, css });
  return () => page.evaluate((hues) => {
    const article = document.querySelector("article") as HTMLElement;
    const name = [...CSS.highlights.keys()].find((name) => CSS.highlights.get(name)?.size);
    const mark = article.querySelector("mark");
    const { textDecorationColor: found } = name ? getComputedStyle(article, `::highlight(${name})`) : getComputedStyle(mark as HTMLElement);
    const rgb = (hex: string) => `rgb(${[1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16)).join(", ")})`;
    return hues.find(([, hex]) => rgb(hex) === found)?.[0] ?? found;
  }, hues);
}

/** What a page says of its colours, and which hues it is to have if the reader's system prefers light, and if dark. */
const PAGES: [css: string, light: string, dark: string][] = [
  ["", "light", "light"],
  [":root{color-scheme:light dark}", "light", "dark"],
  [":root{color-scheme:dark}", "dark", "dark"],
  ["@media(prefers-color-scheme:dark){body{background:#111;color:#ddd}}", "light", "dark"],
  ["body{background:#111;color:#bbb}", "dark", "dark"],
  ["article{background:#111;color:rgb(255 255 255 / 70%)}", "dark", "dark"],
  ["article{color:color(display-p3 0.9 0.9 0.85)}", "dark", "dark"],
  ["article{color:color(srgb 0.1 0.1 0.2)}", "light", "light"],
  ["article{color:oklch(0.93 0.02 250)}", "dark", "dark"],
  ["article{color:oklab(0.3 0.1 0.1)}", "light", "light"],
  ["article{color:lab(90 5 5)}", "dark", "dark"],
  ["article{color:lch(20 10 5)}", "light", "light"],
  ["article{color:hsl(210 40% 90%)}", "dark", "dark"],
];

for (const renderer of ["highlight", "mark"] as const) {
  for (const colorScheme of ["light", "dark"] as const) {
    // Firefox does not say how highlights look.
    const tag = renderer === "highlight" ? [] : colorScheme === "light" ? "@firefox" : "@firefox-dark";
    test(`${renderer}: hues suit the text's lightness where the system prefers ${colorScheme}`, { tag }, async ({ page }) => {
      await page.emulateMedia({ colorScheme });
      const found: [string, string][] = [];
      for (const [css] of PAGES) found.push([css, await (await painted(page, renderer, css))()]);
      expect(found).toEqual(PAGES.map(([css, light, dark]) => [css, colorScheme === "light" ? light : dark]));
    });
  }

  test(`${renderer}: hues follow the page's own switch`, { tag: renderer === "highlight" ? [] : "@firefox" }, async ({ page }) => {
    const hue = await painted(page, renderer, ".night{color:#eee;background:#111}");
    for (const [change, expected] of [["add", "dark"], ["remove", "light"], ["add", "dark"]] as const) {
      await page.evaluate((change) => document.body.classList[change]("night"), change);
      await expect.poll(hue).toBe(expected);
    }
  });

  test(`${renderer}: hues follow the system where the page does`, async ({ page }) => {
    const hue = await painted(page, renderer, ":root{color-scheme:light dark}");
    for (const colorScheme of ["dark", "light"] as const) {
      await page.emulateMedia({ colorScheme });
      await expect.poll(hue).toBe(colorScheme);
    }
  });
}
