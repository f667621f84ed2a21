// How the page looks: every colour scheme, every view, narrow and wide; contrast and palette are computed from
// what the browser paints.

import { expect, test, type Page } from "@playwright/test";
import AxeBuilder from "@axe-core/playwright";
import { open, shots, write } from "./page";

const VIEWS = ["one article", "two topics", "two articles"];

/** Shows a view with a sentence chosen. */
async function show(page: Page, view: string): Promise<void> {
  await page.getByLabel("Show").selectOption({ label: view });
  if (view !== "one article") await expect(page.locator("#timeline-2 button").first()).toBeVisible();
  await page.locator("#findings button").first().click();
  await expect(page.locator("#why")).toBeVisible();
}

const SPEECH = ["Admiral Ines Karo", "Minister Pell Adren", "the ambassador of Norway", "Orsolya Vint", "President Adama Sirou of the Northern and Southern Islands"]
  .map((who) => `“We sign the accord and thank you,” said ${who}. “We will answer with force,” said ${who}.`).join("\n\n");
const LONG_WORDS = `${"Donaudampfschifffahrtsgesellschaft".repeat(4)} threatened them. See https://example.org/${"a-long-way-down/".repeat(9)}`;
const SCRIPTS = "الجيش قصف الميناء وهدد بالهجوم مرة أخرى.\n\nשתי הממשלות חתמו על ההסכם.\n\nThe army shelled the port.";

/** What else a reader may come to see, each from a page just opened. */
const STATES: Record<string, (page: Page) => Promise<unknown>> = {
  empty: (page) => page.getByRole("button", { name: "Clear" }).click(),
  menu: (page) => page.getByText("Save or share").click(),
  "none painted": async (page) => {
    for (const box of await page.locator("#legend").getByRole("checkbox").all()) await box.uncheck();
    await expect(page.getByText("None as things stand")).toBeVisible();
  },
  "broken model": async (page) => {
    await page.setInputFiles("#file", { name: "mine.stance", mimeType: "application/octet-stream", buffer: Buffer.from("noise") });
    await expect(page.getByRole("alert")).toBeVisible();
  },
  speakers: async (page) => {
    await write(page, SPEECH);
    await expect(page.locator("#speakers > li")).toHaveCount(5);
  },
  judged: async (page) => {
    await page.locator("#findings button").first().click();
    await page.getByRole("button", { name: "Right", exact: true }).click();
    await expect(page.locator("#opinions")).toBeVisible();
  },
  "long words": async (page) => {
    await write(page, LONG_WORDS);
    await page.locator("#threshold").fill("0.34");
    await page.locator("#timeline button").first().click();
  },
  scripts: async (page) => {
    await write(page, SCRIPTS);
    await page.locator("#timeline button").first().click();
    await expect(page.locator("#why .quote")).toContainText("الجيش");
  },
};

for (const [name, media, query, tag] of [
  ["light", { colorScheme: "light" }, "(prefers-color-scheme: light)", "@firefox"],
  ["dark", { colorScheme: "dark" }, "(prefers-color-scheme: dark)", "@firefox-dark"],
  ["forced", { forcedColors: "active" }, "(forced-colors: active)", "@firefox-forced"],
] as const) {
  test(`axe finds nothing in ${name} colours, whatever is shown`, { tag }, async ({ page }) => {
    test.setTimeout(120_000);
    await page.emulateMedia(media);
    await open(page);
    expect(await page.evaluate((query) => matchMedia(query).matches, query)).toBe(true);
    for (const view of VIEWS) {
      await show(page, view);
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(violations.map(({ id, nodes }) => [view, id, nodes.map(({ html }) => html)])).toEqual([]);
      await page.screenshot({ path: `${shots}/${name}-${view.replace(" ", "-")}.png`, fullPage: true });
    }
  });

  test(`nor in the states between, in ${name} colours`, async ({ page }) => {
    test.setTimeout(120_000);
    await page.emulateMedia(media);
    for (const [state, come] of Object.entries(STATES)) {
      await open(page);
      await come(page);
      const { violations } = await new AxeBuilder({ page }).analyze();
      expect(violations.map(({ id, nodes }) => [state, id, nodes.map(({ html }) => html)])).toEqual([]);
      await page.screenshot({ path: `${shots}/${name}-${state.replace(" ", "-")}.png` });
    }
  });
}

test("nothing overflows at 320 pixels in the states between, and what is chosen stands above its reasons", async ({ page }) => {
  await page.setViewportSize({ width: 320, height: 640 });
  for (const [state, come] of Object.entries(STATES)) {
    await open(page);
    await come(page);
    expect(await page.evaluate(() => document.documentElement.scrollWidth), state).toBeLessThanOrEqual(320);
    await page.screenshot({ path: `${shots}/320-${state.replace(" ", "-")}.png` });
  }
  await open(page);
  // At the foot of the screen, where the reasons come up.
  await page.evaluate(() => {
    const text = document.getElementById("editor")?.firstChild as Text;
    const range = new Range();
    const at = text.data.indexOf("In a gesture");
    range.setStart(text, at);
    range.setEnd(text, at + 5);
    scrollBy(0, range.getBoundingClientRect().bottom - innerHeight + 20);
  });
  const y = await page.evaluate(() => innerHeight - 30);
  await page.mouse.click(80, y);
  await expect(page.locator("#why .quote")).toContainText("In a gesture");
  const [bottom, foot] = await page.evaluate(() => {
    const [range] = CSS.highlights.get("chosen-stance") as unknown as Set<Range>;
    return [range?.getBoundingClientRect().bottom ?? NaN, document.getElementById("why")?.getBoundingClientRect().top ?? NaN];
  });
  expect(bottom).toBeLessThanOrEqual(foot as number);
});

test("each paragraph is set the way its script runs", async ({ page }) => {
  await open(page);
  await STATES["scripts"]?.(page);
  const [paper, arabic, english] = await page.evaluate(() => {
    const editor = document.getElementById("editor") as HTMLElement;
    const text = editor.firstChild as Text;
    const box = (from: number, to: number) => {
      const range = new Range();
      range.setStart(text, from);
      range.setEnd(text, to);
      return range.getBoundingClientRect();
    };
    const { paddingLeft, paddingRight } = getComputedStyle(editor);
    const { left, right } = editor.getBoundingClientRect();
    const inner = { left: left + parseFloat(paddingLeft), right: right - parseFloat(paddingRight) };
    return [inner, box(0, text.data.indexOf("\n")), box(text.data.indexOf("The army"), text.data.length)];
  });
  expect(Math.abs((arabic?.right ?? NaN) - (paper?.right ?? NaN))).toBeLessThan(3);
  expect(Math.abs((english?.left ?? NaN) - (paper?.left ?? NaN))).toBeLessThan(3);
});

test("fits a screen 320 pixels wide, which is 1280 at 400 %", async ({ page }) => {
  await page.setViewportSize({ width: 320, height: 256 });
  await open(page);
  for (const view of VIEWS) {
    await show(page, view);
    expect(await page.evaluate(() => document.documentElement.scrollWidth), view).toBeLessThanOrEqual(320);
    // The reasons leave room for the article.
    const why = await page.locator("#why").boundingBox();
    expect(why?.height).toBeLessThanOrEqual(0.6 * 256);
  }
  await page.getByText("Save or share").click();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
  await page.getByRole("button", { name: "Close", exact: true }).click();
  await expect(page.locator("#why")).toBeHidden();
});

for (const [width, height] of [[360, 740], [768, 1024], [1440, 900]] as const) {
  for (const colorScheme of ["light", "dark"] as const) {
    test(`nothing overflows at ${width} pixels, ${colorScheme}`, async ({ page }) => {
      await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
      await page.setViewportSize({ width, height });
      await open(page);
      await page.screenshot({ path: `${shots}/${width}-${colorScheme}-first.png` });
      await show(page, "one article");
      await page.screenshot({ path: `${shots}/${width}-${colorScheme}.png`, fullPage: true });
      const wide = await page.evaluate(() => [...document.querySelectorAll("body *")].filter((element) => {
        const { right } = element.getBoundingClientRect();
        return right > innerWidth + 1 && !element.closest(".visually-hidden,.skip,.scroll,.take,[hidden]");
      }).map(({ outerHTML }) => outerHTML.slice(0, 120)));
      expect(wide).toEqual([]);
      // A line holds 60 to 75 characters where there is room for so many.
      if (width < 768) return;
      const measure = await page.evaluate(() => {
        const editor = document.getElementById("editor") as HTMLElement;
        const { paddingLeft, paddingRight, font } = getComputedStyle(editor);
        const context = document.createElement("canvas").getContext("2d") as CanvasRenderingContext2D;
        context.font = font;
        const text = (editor.textContent ?? "").replace(/\s+/g, " ");
        return (editor.clientWidth - parseFloat(paddingLeft) - parseFloat(paddingRight)) / (context.measureText(text).width / text.length);
      });
      expect(measure).toBeGreaterThan(58);
      expect(measure).toBeLessThan(78);
    });
  }
}

type Rgb = [number, number, number];
const linear = (value: number) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4);
const luminance = (rgb: Rgb) => {
  const [r, g, b] = rgb.map((value) => linear(value / 255)) as Rgb;
  return 0.2126 * r + 0.7152 * g + 0.0722 * b;
};
const contrast = (a: Rgb, b: Rgb) => {
  const [dark = 0, light = 0] = [luminance(a), luminance(b)].sort((x, y) => x - y);
  return (light + 0.05) / (dark + 0.05);
};

/** Colours as they end up: each list of CSS colours painted one over the other. */
function composed(page: Page, stacks: string[][]): Promise<Rgb[]> {
  return page.evaluate((stacks) => stacks.map((stack) => {
    const context = document.createElement("canvas").getContext("2d") as CanvasRenderingContext2D;
    for (const color of stack) {
      context.fillStyle = color;
      context.fillRect(0, 0, 1, 1);
    }
    return [...context.getImageData(0, 0, 1, 1).data.slice(0, 3)] as [number, number, number];
  }), stacks);
}

for (const colorScheme of ["light", "dark"] as const) {
  test(`text stands out on every tint, chosen or not: ${colorScheme}`, async ({ page }) => {
    await page.emulateMedia({ colorScheme });
    await open(page);
    for (const topic of ["Cooperation or threat", "News sentiment"]) {
      await page.locator("#topic").selectOption({ label: topic });
      await expect(page.locator("#legend")).toContainText(topic === "News sentiment" ? "positive" : "threat");
      const { ink, paper, tints, chosen } = await page.evaluate(() => {
        const editor = document.getElementById("editor") as HTMLElement;
        const style = getComputedStyle(editor);
        const behind = (name: string) => getComputedStyle(editor, `::highlight(${name})`).backgroundColor;
        const tints = [0, 1, 2].flatMap((label) => [0, 1, 2].map((strength) => behind(`stance-${label}-${strength}`)));
        return { ink: style.color, paper: style.backgroundColor, tints, chosen: behind("chosen-stance") };
      });
      expect(new Set(tints).size).toBeGreaterThan(5);
      const [text, ...grounds] = await composed(page, [[ink], [paper, chosen], ...tints.flatMap((tint) => [[paper, tint], [paper, tint, chosen]])]);
      for (const ground of grounds) expect(contrast(text as Rgb, ground), `${topic} ${ground.join()}`).toBeGreaterThanOrEqual(4.5);
      // The deepest tint of a word in the reasons.
      const words = await page.locator("#legend .swatch").evaluateAll((swatches) => swatches.map((swatch) => getComputedStyle(swatch).textDecorationColor));
      const panel = await page.locator("#why").evaluate((why) => getComputedStyle(why).backgroundColor);
      const soaked = await composed(page, words.map((hue) => [panel, `color-mix(in srgb, ${hue} 45%, transparent)`]));
      for (const ground of soaked) expect(contrast(text as Rgb, ground)).toBeGreaterThanOrEqual(4.5);
    }
  });
}

/** Machado, Oliveira & Fernandes 2009, severity 1, on linear light. */
const SIGHT: Record<string, [Rgb, Rgb, Rgb]> = {
  protanopia: [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
  deuteranopia: [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.01182, 0.04294, 0.968881]],
  tritanopia: [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.3039]],
};

/** CIE L*a*b* under D65, of a colour as it is seen. */
function lab(rgb: Rgb, sight?: [Rgb, Rgb, Rgb]): Rgb {
  const light = rgb.map((value) => linear(value / 255)) as Rgb;
  const dot = (row: Rgb, column: Rgb) => row[0] * column[0] + row[1] * column[1] + row[2] * column[2];
  const seen = (sight ? sight.map((row) => Math.min(Math.max(dot(row, light), 0), 1)) : light) as Rgb;
  const f = (t: number) => (t > 216 / 24389 ? Math.cbrt(t) : (t * 24389 / 27 + 16) / 116);
  const x = f(dot([0.4124, 0.3576, 0.1805], seen) / 0.95047);
  const y = f(dot([0.2126, 0.7152, 0.0722], seen));
  const z = f(dot([0.0193, 0.1192, 0.9505], seen) / 1.08883);
  return [116 * y - 16, 500 * (x - y), 200 * (y - z)];
}

test("the two sides differ to every eye, and by their lines as well", async ({ page }) => {
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    await open(page);
    for (const topic of ["Cooperation or threat", "News sentiment"]) {
      await page.locator("#topic").selectOption({ label: topic });
      await expect(page.locator("#legend")).toContainText(topic === "News sentiment" ? "positive" : "threat");
      const looks = await page.locator("#legend .swatch").evaluateAll((swatches) => swatches.map((swatch) => {
        const { textDecorationColor, textDecorationStyle } = getComputedStyle(swatch);
        return [textDecorationColor, textDecorationStyle] as const;
      }));
      expect(new Set(looks.map(([, style]) => style)).size).toBe(2);
      const [one, other] = await composed(page, looks.map(([color]) => [color]));
      for (const [name, sight] of [["trichromacy", undefined] as const, ...Object.entries(SIGHT)]) {
        const [a, b] = [lab(one as Rgb, sight), lab(other as Rgb, sight)];
        // Twenty are ten times what can just be told apart side by side.
        expect(Math.hypot(a[0] - b[0], a[1] - b[1], a[2] - b[2]), `${topic}, ${colorScheme}, ${name}`).toBeGreaterThan(20);
      }
    }
  }
});

test("with reduced motion nothing moves", { tag: "@firefox-dark" }, async ({ page }) => {
  await page.emulateMedia({ reducedMotion: "reduce" });
  await open(page);
  expect(await page.evaluate(() => matchMedia("(prefers-reduced-motion: reduce)").matches)).toBe(true);
  await show(page, "two topics");
  const moving = await page.evaluate(() => document.getAnimations().length
    + [...document.querySelectorAll("*")].filter((element) => getComputedStyle(element).transitionDuration.split(", ").some((time) => parseFloat(time) > 0)).length);
  expect(moving).toBe(0);
});
