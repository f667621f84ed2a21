// Two topics over one article, two articles under one topic, and who is quoted.

import { expect, test, type Page } from "@playwright/test";
import { differenceOf, areVersions, pairs } from "../src/compare";
import { open, painted, shots, write } from "./page";

const show = (page: Page, view: string) => page.getByLabel("Show").selectOption({ label: view });

test("two topics read the same article, and a sentence chosen in one is chosen in the other", async ({ page }) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await open(page);
  await show(page, "two topics");
  await expect(page.locator("#legend")).toContainText("threat");
  await expect(page.locator("#legend-2")).toContainText("negative");
  const text = await page.locator("#editor").evaluate((editor) => editor.textContent);
  expect(await page.locator("#editor-2").evaluate((editor) => editor.textContent)).toBe(text);
  await expect.poll(async () => Object.values(await painted(page, "other")).flat().length).toBeGreaterThan(0);
  // Side by side, bar by bar and line by line.
  expect((await page.locator("#topic-2").boundingBox())?.y).toBe((await page.locator("#topic").boundingBox())?.y);
  const [a, b] = [await page.locator("#editor").boundingBox(), await page.locator("#editor-2").boundingBox()];
  expect(a?.y).toBe(b?.y);
  expect((a?.x ?? 0) + (a?.width ?? 0)).toBeLessThan(b?.x ?? 0);
  await page.locator("#timeline-2 button").nth(2).click();
  await expect(page.locator("#timeline button").nth(2)).toHaveAttribute("aria-current", "true");
  const chosen = () => page.evaluate(() => ["chosen-stance", "chosen-other"].map((name) => [...(CSS.highlights.get(name) ?? [])].map(String)[0]));
  const [one, other] = await chosen();
  expect(one).toMatch(/^Both governments thanked Norway/);
  expect(other).toBe(one);
  // The reasons are those of the topic that was turned to.
  await expect(page.locator("#why")).toContainText(/positive|negative/);
  await page.screenshot({ path: `${shots}/topics.png`, fullPage: true });
  await page.locator("#timeline button").nth(2).click();
  await expect(page.locator("#why")).toContainText(/cooperation|threat/);
});

test("what is typed under one topic is read under the other", async ({ page }) => {
  await open(page);
  await show(page, "two topics");
  await page.locator("#editor-2").click();
  await page.keyboard.press("Control+a");
  await page.keyboard.type("The army shelled the port.");
  await expect(page.locator("#editor")).toHaveText("The army shelled the port.");
  await expect(page.locator("#timeline button")).toHaveCount(1);
  await show(page, "one article");
  await expect(page.locator("#editor-2")).toBeHidden();
  await expect(page.locator("#editor")).toHaveText("The army shelled the port.");
});

test("on a narrow screen the second topic follows the first, and nothing overflows", async ({ page }) => {
  await page.setViewportSize({ width: 360, height: 740 });
  await open(page);
  for (const view of ["two topics", "two articles"]) {
    await show(page, view);
    await expect(page.locator("#editor-2")).toBeVisible();
    const [a, b] = [await page.locator("#editor").boundingBox(), await page.locator("#editor-2").boundingBox()];
    expect(b?.y).toBeGreaterThan((a?.y ?? 0) + (a?.height ?? 0));
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(360);
    await page.screenshot({ path: `${shots}/${view.replace(" ", "-")}-360.png`, fullPage: true });
  }
});

test("two articles are compared: counts, means, an interval, and one axis", async ({ page }) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await open(page);
  await show(page, "two articles");
  await expect(page.locator("#comparison-body")).toContainText(/95\s% interval [+−]\d/);
  await expect(page.locator("#changes-section")).toBeHidden();
  const count = async (suffix: string) => Number(await page.locator(`#legend${suffix} li`, { hasText: "threat" }).locator(".count").textContent());
  const cells = await page.locator("#comparison-body tr", { hasText: "threat" }).locator("td").allTextContents();
  expect(cells.slice(0, 2).map(Number)).toEqual([await count(""), await count("-2")]);
  expect(Number(cells[2]?.replace("−", "-"))).toBe((await count("-2")) - (await count("")));
  const width = async (suffix: string) => (await page.locator(`#timeline${suffix} button`).first().boundingBox())?.width;
  expect(Math.abs(((await width("")) ?? 0) - ((await width("-2")) ?? NaN))).toBeLessThan(0.1);
  await page.screenshot({ path: `${shots}/articles.png`, fullPage: true });
});

test("in a comparison one slider and one set of ticks rule both articles", async ({ page }) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await open(page);
  await show(page, "two articles");
  const shown = async () => [Object.values(await painted(page)).flat().length, Object.values(await painted(page, "other")).flat().length] as const;
  await expect.poll(shown).toEqual([9, expect.any(Number)]);
  const [, before] = await shown();
  await page.locator("#threshold").fill("0.99");
  await expect.poll(async () => (await shown())[1]).toBeLessThan(before);
  await page.getByRole("checkbox", { name: /threat/ }).uncheck();
  await page.getByRole("checkbox", { name: /cooperation/ }).uncheck();
  expect(await shown()).toEqual([0, 0]);
  const row = page.locator("#comparison-body tr", { hasText: "threat" }).locator("td");
  await expect(row.nth(0)).toHaveText("0");
  await expect(row.nth(1)).toHaveText("0");
  // Under two topics each pane has its own again.
  await show(page, "two topics");
  await expect.poll(async () => (await shown())[1]).toBeGreaterThan(0);
});

test("of two versions the new, gone and changed sentences are listed and lead to their place", async ({ page }) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await open(page);
  await show(page, "two articles");
  const first = "The envoys met in Bergen.\n\nBoth sides signed the accord and thanked Norway. The strait is wide.\n\nThe harbour is old.";
  const second = "The envoys met in Bergen.\n\nBoth sides rejected the accord and threatened Norway. The strait is wide.\n\nThe army shelled the port.";
  await write(page, first);
  await write(page, second, "editor-2");
  await expect(page.locator("#changes-count")).toHaveText(/^1 new, 1 gone, 1 changed/);
  await expect(page.locator("#changes li")).toHaveCount(3);
  const changed = page.locator("#changes li", { hasText: "changed" });
  await expect(changed.locator("del")).toHaveText(["signed", "thanked"]);
  await expect(changed.locator("ins")).toHaveText(["rejected", "threatened"]);
  await page.screenshot({ path: `${shots}/versions.png`, fullPage: true });
  await changed.getByRole("button").click();
  await expect(page.locator("#why .quote")).toHaveText(/Both sides rejected/);
  // What it was before is marked in the first.
  const marked = await page.evaluate(() => [...(CSS.highlights.get("chosen-stance") ?? [])].map(String)[0]);
  expect(marked).toBe("Both sides signed the accord and thanked Norway.");
});

test("in the list of changes the focus stays on the sentence it is on, however that is changed further", async ({ page }) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await open(page);
  await show(page, "two articles");
  const first = "Both sides signed the accord and thanked Norway. The strait is wide. The harbour is old.";
  await write(page, first);
  await write(page, "Both sides rejected the accord and thanked Norway. The strait is wide.", "editor-2");
  await expect(page.locator("#changes li")).toHaveCount(2);
  const changed = page.locator("#changes li", { hasText: "changed" });
  await changed.getByRole("button").focus();
  await page.evaluate(() => {
    const editor = document.getElementById("editor-2") as HTMLElement;
    editor.textContent = "Both sides rejected the accord and threatened Norway. The strait is wide.";
    editor.dispatchEvent(new InputEvent("input", { bubbles: true }));
  });
  await expect(changed.locator("ins")).toHaveText(["rejected", "threatened"]);
  await expect(changed.getByRole("button")).toBeFocused();
});

test("where both articles have many sentences, but in another order, it is said that nothing is told of each", async ({ page }) => {
  await page.setViewportSize({ width: 1440, height: 900 });
  await open(page);
  await show(page, "two articles");
  const sentences = Array.from({ length: 300 }, (_, i) => `The ferry number ${i} is late.`);
  const untold = page.getByText("What became of each sentence is not told");
  await write(page, sentences.join(" "));
  await write(page, [...sentences].reverse().join(" "), "editor-2");
  await expect(untold).toBeVisible();
  await expect(page.locator("#changes-section")).toBeHidden();
  await write(page, sentences.slice(3).join(" "), "editor-2");
  await expect(page.locator("#changes-count")).toHaveText(/^0 new, 3 gone, 0 changed/);
  await expect(untold).toBeHidden();
});

test("differences of means and of sentences are what they should be", () => {
  // Welch's t by hand: means 0 and 0.5, variances 0.01 and 0.04 of five each, 5.88 degrees of freedom, t = 2.459.
  const a = [-0.1, 0.1, 0, -0.1, 0.1];
  const b = [0.3, 0.7, 0.5, 0.3, 0.7];
  const { mean, interval } = differenceOf(a, b);
  expect(mean).toBeCloseTo(0.5, 12);
  expect(interval?.[0]).toBeCloseTo(0.5 - 2.459 * 0.1, 2);
  expect(interval?.[1]).toBeCloseTo(0.5 + 2.459 * 0.1, 2);
  expect(differenceOf([0, 0, 0], [1, 1, 1]).interval).toEqual([1, 1]);
  expect(differenceOf([0], [1]).interval).toBeUndefined();
  const found = (one: string[], other: string[]) => pairs(one, other).map(({ a, b, changed }) => `${a}${changed ? "~" : "="}${b}`).join(" ");
  expect(found([], [])).toBe("");
  expect(found(["a b", "c"], ["a  b", "c"])).toBe("0=0 1=1");
  expect(found(["one", "two"], ["two", "three"])).toBe("0=-1 1=0 -1=1");
  expect(found(["the army left the port"], ["the army shelled the port"])).toBe("0~0");
  expect(areVersions(pairs(["a", "b", "c"], ["a", "x", "c"]))).toBe(true);
  expect(areVersions(pairs(["a", "b", "c"], ["x", "y", "c"]))).toBe(false);
  expect(areVersions(pairs([], ["x"]))).toBe(false);
});

test("of long articles as much is compared as holds nobody up, and what is not is told apart", () => {
  const many = (count: number, words: (i: number) => string) => Array.from({ length: count }, (_, i) => words(i));
  const article = many(4000, (i) => `The army left port ${i} at dawn`);
  const alone = pairs(article, many(4000, (i) => `Wine${i}`));
  expect(alone).toHaveLength(8000);
  expect(alone.every(({ a, b, skipped }) => (a < 0) !== (b < 0) && skipped)).toBe(true);
  // Half of them changed, each alone between two that stayed.
  const found = pairs(article, article.map((words, i) => (i % 2 ? words.replace("left", "shelled") : words)));
  expect(found.map(({ a, b }) => [a, b])).toEqual(article.map((_, i) => [i, i]));
  expect(found.filter(({ changed }) => changed)).toHaveLength(2000);
  expect(pairs(article, [...article].reverse())).toEqual([]);
  expect(pairs(many(6000, String), many(6000, String))).toEqual([]);
});

test("speakers are listed with what they say, and lead to the sentence", async ({ page }) => {
  await open(page);
  await write(page, "“We will shell the port and attack again,” said Admiral Ines Karo. “We threaten nobody,” Karo added.\n\nThe delegation said: “Both sides signed the accord.” “Never was a summer so long.”");
  await page.locator("#threshold").fill("0.7");
  const rows = page.locator("#speakers > li");
  await expect(rows).toHaveCount(3);
  await expect(rows.nth(0)).toContainText("Admiral Ines Karo");
  await expect(rows.nth(0).locator("button")).toHaveCount(2);
  await expect(rows.nth(0)).toContainText(/threat 1/);
  await expect(rows.nth(2)).toContainText("Speaker not told");
  await rows.filter({ hasText: "The delegation" }).locator("button").click();
  await expect(page.locator("#why .quote")).toHaveText(/^The delegation said/);
  await page.screenshot({ path: `${shots}/speakers.png`, fullPage: true });
  await page.locator("#threshold").fill("0.99");
  await expect(rows.nth(2)).not.toContainText(/threat \d/);
  await write(page, "Nobody speaks here.");
  await expect(page.locator("#quoted")).toBeHidden();
});

test("while an article is read anew, nobody is said to have said what they did not", async ({ page }) => {
  await open(page);
  await write(page, "It rained. “We will shell the port,” said Admiral Ines Karo.");
  const said = page.locator("#speakers button");
  await expect(said).toHaveText([/We will shell the port/]);
  await page.evaluate(() => {
    const list = document.getElementById("speakers") as HTMLElement;
    const seen = ((window as unknown as { seen: (string | null)[] }).seen = []) as (string | null)[];
    new MutationObserver(() => seen.push(...[...list.querySelectorAll("button")].map((button) => button.textContent)))
      .observe(list, { childList: true, subtree: true, characterData: true });
  });
  await write(page, "It rained. Nobody was there. “We thank Norway,” said Admiral Ines Karo.");
  await expect(said).toHaveText([/We thank Norway/]);
  const seen = await page.evaluate(() => (window as unknown as { seen: string[] }).seen);
  expect(seen.length).toBeGreaterThan(0);
  for (const words of seen) expect(words).toContain("We thank Norway");
});
