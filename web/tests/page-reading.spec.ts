// The article is read, painted and explained.

import { expect, test } from "@playwright/test";
import { percent, signed } from "../src/dom";
import { meanOf, student } from "../src/figures";
import { open, painted, shots, summary, write } from "./page";

test("the sample is painted on the first visit", { tag: "@firefox" }, async ({ page }) => {
  await open(page);
  const [, shown, all] = /^(\d+) of (\d+) sentences/.exec(await summary(page)) ?? [];
  expect(Number(all)).toBeGreaterThanOrEqual(15);
  expect(Number(shown)).toBeGreaterThan(0);
  const ranges = Object.values(await painted(page)).flat();
  expect(ranges.length).toBe(Number(shown));
  await expect(page.locator("#findings li")).toHaveCount(Number(shown));
  await page.screenshot({ path: `${shots}/sample.png`, fullPage: true });
});

test("typing paints as one types, and the caret stays", { tag: "@firefox" }, async ({ page }) => {
  await open(page);
  await page.locator("#threshold").fill("0.34");
  await page.getByRole("button", { name: "Clear" }).click();
  await expect(page.locator("#findings li")).toHaveCount(0);
  await page.keyboard.type("The army shelled the port and threatened to attack again. ");
  await expect(page.locator("#findings li")).not.toHaveCount(0);
  await page.keyboard.type("Nine.");
  const caret = await page.evaluate(() => [getSelection()?.focusOffset, document.getElementById("editor")?.textContent?.length]);
  expect(caret[0]).toBe(caret[1]);
  await page.keyboard.press("Enter");
  await page.keyboard.type("Both sides signed the accord");
  expect(await page.locator("#editor").evaluate((editor) => editor.textContent)).toContain("Nine.\nBoth sides");
});

test("a chosen sentence shows words whose shares add up to the logit", { tag: "@firefox" }, async ({ page }) => {
  await open(page);
  await page.locator("#findings button").first().click();
  await expect(page.locator("#why")).toBeVisible();
  await expect(page.locator("#why table")).toContainText("sum (logit)");
  await page.screenshot({ path: `${shots}/why.png`, fullPage: true });
  const sums = await page.evaluate(async () => {
    const url = new URL("stancelight/index.js", document.baseURI).href;
    const { load } = (await import(url)) as typeof import("stancelight");
    const stance = await load();
    const text = document.getElementById("editor")?.textContent ?? "";
    return stance.analyze(text).flatMap((_, i) => {
      const why = stance.explain(i);
      return why ? stance.topic.labels.map(({ name }) => {
        const sum = why.words.reduce((total, word) => total + (word.shares[name] ?? 0), 0);
        return [sum + (why.bias[name] ?? 0), why.logits[name] ?? 0] as const;
      }) : [];
    });
  });
  expect(sums.length).toBeGreaterThan(30);
  for (const [sum, logit] of sums) expect(sum).toBe(logit);
});

test("the sum is written out, and the words the verdict hangs on are the engine's word", async ({ page }) => {
  await open(page);
  await write(page, "Both governments signed the accord in Norway.");
  await page.locator("#timeline button").first().click();
  await expect(page.locator("#why")).toContainText("next ");
  const line = await page.locator(".sum").innerText();
  const [, bias = "", words = "", logit = ""] = /bias (\S+), words (\S+) = logit (\S+)/.exec(line) ?? [];
  const number = (figure: string) => Number(figure.replace("−", "-"));
  expect(Math.abs(number(bias) + number(words) - number(logit))).toBeLessThan(0.016);
  expect(line).toMatch(/(= |[<>])\d+(\.\d)?\s%\n/);
  const struck = await page.locator(".flip del").allTextContents();
  expect(struck.length).toBeGreaterThan(0);
  const said = (await page.locator(".flip strong").textContent()) ?? "";
  const labels = await page.evaluate(async (words) => {
    const url = new URL("stancelight/index.js", document.baseURI).href;
    const { load } = (await import(url)) as typeof import("stancelight");
    const stance = await load();
    const text = document.getElementById("editor")?.textContent ?? "";
    const shorter = words.reduce((sentence, word) => sentence.replace(new RegExp(`\\b${word}\\b`), ""), text);
    return [stance.score(text).label, stance.score(shorter).label];
  }, struck);
  expect(labels[1]).toBe(said);
  expect(labels[0]).not.toBe(said);
});

test("j and k walk through the findings, Escape leaves", { tag: "@firefox" }, async ({ page }) => {
  await open(page);
  await page.locator("#summary-heading").click();
  await page.keyboard.press("j");
  await expect(page.locator('#findings [aria-current="true"]')).toHaveCount(1);
  // A screen reader hears what was chosen.
  await expect(page.locator("#chosen")).toHaveText(/^Sentence \d+: \w+, [\d.]+.%, stance [+−]/);
  const first = await page.locator('#findings [aria-current="true"]').textContent();
  await page.keyboard.press("j");
  expect(await page.locator('#findings [aria-current="true"]').textContent()).not.toBe(first);
  await page.keyboard.press("k");
  expect(await page.locator('#findings [aria-current="true"]').textContent()).toBe(first);
  await page.keyboard.press("Escape");
  await expect(page.locator("#why")).toBeHidden();
  await expect(page.locator("#chosen")).toBeEmpty();
});

test("j and k can be turned off, and stay off", async ({ page }) => {
  await open(page);
  const box = page.getByLabel("j and k go to the next and the one before");
  await box.uncheck();
  await page.locator("#summary-heading").click();
  await page.keyboard.press("j");
  await page.reload();
  await expect(page.locator("#list-heading")).toBeVisible();
  await expect(box).not.toBeChecked();
  await page.locator("#summary-heading").click();
  await page.keyboard.press("j");
  await expect(page.locator("#chosen")).toBeEmpty();
  await box.check();
  await page.keyboard.press("j");
  await expect(page.locator("#chosen")).not.toBeEmpty();
});

test("Escape closes the reasons from the article too, and the focus is never lost with them", async ({ page }) => {
  await open(page);
  await page.locator("#timeline button").nth(2).click();
  await page.locator("#editor").focus();
  await page.keyboard.press("Escape");
  await expect(page.locator("#why")).toBeHidden();
  await expect(page.locator("#editor")).toBeFocused();
  await page.locator("#timeline button").nth(2).click();
  await page.getByRole("button", { name: "Close", exact: true }).press("Enter");
  await expect(page.locator("#why")).toBeHidden();
  await expect(page.locator("#timeline button").nth(2)).toBeFocused();
});

test("wherever the list stands, the reasons come into sight and the chosen row stays there", async ({ page }) => {
  await page.setViewportSize({ width: 1280, height: 700 });
  await open(page);
  const column = page.locator("aside");
  await column.evaluate((column) => column.scrollTo(0, column.scrollHeight));
  for (const row of [page.locator("#findings button").last(), page.locator("#findings button").first()]) {
    await row.click();
    await expect(page.locator("#why .quote")).toBeInViewport();
    const [why, chosen, height] = await row.evaluate((row) => [
      document.getElementById("why")?.getBoundingClientRect().bottom ?? NaN, row.getBoundingClientRect(), innerHeight,
    ] as const);
    expect(chosen.top).toBeGreaterThanOrEqual(why - 1);
    expect(chosen.bottom).toBeLessThanOrEqual(height + 1);
  }
});

test("a row that says the same stays the element it was, and keeps the focus", async ({ page }) => {
  await open(page);
  await page.locator("#speakers button").first().focus();
  await page.locator("#findings li").evaluateAll((rows) => Object.assign(window, { rows, words: rows.map(({ textContent }) => textContent) }));
  // One row in the middle goes, another comes.
  await page.getByRole("checkbox", { name: /threat/ }).evaluate((box) => (box as HTMLInputElement).click());
  await page.getByRole("checkbox", { name: /threat/ }).evaluate((box) => (box as HTMLInputElement).click());
  const kept = await page.locator("#findings li").evaluateAll((now) => {
    const { rows, words } = window as unknown as { rows: Element[]; words: string[] };
    return now.map((row) => ({ isThreat: /^threat/.test(row.textContent ?? ""), isOld: rows.includes(row), isKnown: words.includes(row.textContent ?? "") }));
  });
  expect(kept.length).toBeGreaterThan(5);
  for (const { isThreat, isOld, isKnown } of kept) expect([isOld, isKnown]).toEqual([!isThreat, true]);
  await page.locator("#editor").evaluate((editor) => {
    editor.append("x");
    editor.dispatchEvent(new InputEvent("input", { bubbles: true }));
  });
  await expect(page.locator("#painted-count")).toContainText("18");
  await expect(page.locator("#speakers button").first()).toBeFocused();
});

test("a cleared article can be had back, and cleared again", { tag: "@firefox" }, async ({ page }) => {
  await open(page);
  const text = () => page.locator("#editor").evaluate((editor) => editor.textContent);
  await write(page, "My own words, not kept anywhere.");
  await page.getByRole("button", { name: "Clear" }).click();
  expect(await text()).toBe("");
  await page.keyboard.press("Control+z");
  expect(await text()).toBe("My own words, not kept anywhere.");
  await expect(page.locator("#timeline button")).toHaveCount(1);
  await page.keyboard.press("Control+Shift+z");
  expect(await text()).toBe("");
});

test("figures: a true minus, no sign before nothing, never 100 %", () => {
  expect([0.5, -0.5, 0.004, -0.004].map(signed)).toEqual(["+0.50", "−0.50", "0.00", "0.00"]);
  expect([0.5, 0.995, 0.9999, 0.0001].map(percent)).toEqual(["50\u00a0%", "99.5\u00a0%", ">99.9\u00a0%", "<0.1\u00a0%"]);
});

test("a click into a sentence explains it", async ({ page }) => {
  await open(page);
  await page.locator("#editor").click({ position: { x: 120, y: 110 } });
  await expect(page.locator("#why")).toBeVisible();
});

test("the threshold repaints at once", { tag: "@firefox" }, async ({ page }) => {
  await open(page);
  const before = await page.locator("#findings li").count();
  await page.locator("#threshold").fill("0.99");
  expect(await page.locator("#findings li").count()).toBeLessThan(before);
  await page.locator("#threshold").fill("0.34");
  expect(await page.locator("#findings li").count()).toBeGreaterThanOrEqual(before);
});

test("labels can be left out, and the count beside the slider follows", async ({ page }) => {
  await open(page);
  await page.locator("#threshold").fill("0.34");
  const all = await page.locator("#findings li").count();
  await expect(page.locator("#painted-count")).toHaveText(new RegExp(`^${all} of \\d+ painted$`));
  const threats = Number(await page.locator("#legend li", { hasText: "threat" }).locator(".count").textContent());
  expect(threats).toBeGreaterThan(0);
  await page.getByRole("checkbox", { name: /threat/ }).uncheck();
  await expect(page.locator("#findings li")).toHaveCount(all - threats);
  await expect(page.locator("#painted-count")).toHaveText(new RegExp(`^${all - threats} of`));
  expect(Object.values(await painted(page)).flat()).toHaveLength(all - threats);
  // How many there are stays in sight.
  await expect(page.locator("#legend li", { hasText: "threat" }).locator(".count")).toHaveText(String(threats));
  await page.getByRole("checkbox", { name: /threat/ }).check();
  await expect(page.locator("#findings li")).toHaveCount(all);
  await page.locator("#threshold").fill("0.99");
  await expect(page.locator("#painted-count")).not.toHaveText(new RegExp(`^${all} of`));
});

test("the timeline has a mark a sentence, reached by click and by arrow keys", async ({ page }) => {
  await open(page);
  const [, , all] = /^(\d+) of (\d+) sentences/.exec(await summary(page)) ?? [];
  const marks = page.locator("#timeline button");
  await expect(marks).toHaveCount(Number(all));
  await expect(page.locator("#timeline .paragraph")).not.toHaveCount(0);
  await expect(marks.last()).toHaveAttribute("title", /\nParagraph (\d+) of \1: mean stance [+−]?\d\.\d\d$/);
  const shown = await page.locator("#findings li").count();
  await expect(page.locator('#timeline [data-painted="true"]')).toHaveCount(shown);
  await marks.nth(2).click();
  await expect(marks.nth(2)).toHaveAttribute("aria-current", "true");
  await expect(page.locator("#why .quote")).toHaveText(/Both governments thanked Norway/);
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("ArrowRight");
  await page.keyboard.press("Enter");
  await expect(marks.nth(4)).toHaveAttribute("aria-current", "true");
  await expect(page.locator('#timeline [tabindex="0"]')).toHaveCount(1);
  await expect(marks.nth(4)).toHaveAccessibleName(/^Sentence 5: \w+, [\d.<>]+\s%, stance (?:0\.00|[+−]\d\.\d\d)$/);
});

test("the mean stance comes with an interval around it", async ({ page }) => {
  await open(page);
  const numbers = /Mean stance ([+−]\d\.\d\d) \(95\s% interval ([+−]\d\.\d\d) to ([+−]\d\.\d\d)\)/.exec(await summary(page));
  const [mean = NaN, low = NaN, high = NaN] = (numbers ?? []).slice(1).map((figure) => Number(figure.replace("−", "-")));
  expect(low).toBeLessThan(mean);
  expect(mean).toBeLessThan(high);
  // From the table of Student's t.
  for (const [degrees, value] of [[4, 2.776], [9, 2.262], [29, 2.045]] as const) expect(Math.abs(student(degrees) / value - 1)).toBeLessThan(0.003);
  expect(meanOf([0.5, -0.5]).interval).toBeUndefined();
});

test("the scale of the mean is told in the topic's words", async ({ page }) => {
  await open(page);
  await expect(page.locator("#summary")).toContainText("from −1, all threat, to +1, all cooperation");
  await expect(page.locator("#question")).toContainText("cooperation with someone");
});

test("topics can be changed", { tag: "@firefox" }, async ({ page }) => {
  await open(page);
  await expect(page.locator("#legend")).toContainText("threat");
  await page.locator("#topic").selectOption({ label: "News sentiment" });
  await expect(page.locator("#legend")).toContainText("negative");
});

test("every sample has sentences of both sides and plain ones", async ({ page }) => {
  await open(page);
  const names = (await page.locator("#sample option").allTextContents()).slice(1);
  expect(names.length).toBeGreaterThanOrEqual(4);
  for (const name of names) {
    await page.locator("#sample").selectOption({ label: name });
    await expect(page.locator("#sample")).toHaveValue("");
    await expect(page.locator("#painted-count")).toHaveText(/of 1\d painted/);
    for (const side of ["cooperation", "threat"]) {
      await expect(page.locator("#legend li", { hasText: side }).locator(".count"), name).not.toHaveText("0");
    }
    await expect(page.locator('#timeline [data-painted="false"]'), name).not.toHaveCount(0);
  }
});

test("without the highlight API a marked copy shows the same", { tag: "@firefox" }, async ({ page }) => {
  await page.addInitScript(() => {
    Reflect.deleteProperty(window, "Highlight");
  });
  await page.goto("/");
  expect(await summary(page)).toMatch(/painted/);
  await expect(page.locator("#marked mark").first()).toBeVisible();
  await page.locator("#findings button").first().click();
  await expect(page.locator("#why")).toBeVisible();
});
