// The closer reading, with the goldens' toy models: fetched when asked for and not before, by a worker, said of every
// sentence who judged it, kept for offline and for the next visit, taken back.

import { expect, test, type Page } from "@playwright/test";
import { signed } from "../src/dom";
import { open, served, write } from "./page";

const TEXT = "The soup was good and warm. It rained all day. Nobody liked the bad bread.\n\nA fine evening, they said.";

/** What the timeline says of each sentence. */
const verdicts = (page: Page, suffix = "") => page.locator(`#timeline${suffix} button`).evaluateAll((marks) => marks.map((mark) => mark.getAttribute("aria-label") ?? ""));

/** What a model of the goldens says of each, without the page. */
const told = (page: Page, model: string) => page.evaluate(async ([model, text]) => {
  const { load } = (await import(new URL("stancelight/index.js", document.baseURI).href)) as typeof import("stancelight");
  const stance = await load({ model: new URL(`stancelight/models/goldens/${model}.stance`, document.baseURI) });
  return stance.analyze(text).map(({ label, score }) => [label, score] as const);
}, [model, TEXT] as const);

async function expectVerdicts(page: Page, model: string): Promise<void> {
  const expected = (await told(page, model)).map(([label, score], i) => new RegExp(`^Sentence ${i + 1}: ${label}, .* stance ${signed(score).replace("+", "\\+")}$`));
  await expect.poll(async () => {
    const found = await verdicts(page);
    return found.length === expected.length && expected.every((wanted, i) => wanted.test(found[i] ?? ""));
  }, { message: String(expected) }).toBe(true);
}

test("the larger model is fetched when asked for, judges every sentence, and says so", async ({ page }) => {
  const fetched: string[] = [];
  page.on("request", (request) => fetched.push(request.url()));
  await open(page, "/toy/");
  await write(page, TEXT);
  await expectVerdicts(page, "toy");
  await page.locator("#timeline button").first().click();
  await expect(page.locator("#why")).toContainText("Judged by the quick model.");
  const larger = () => fetched.filter((url) => url.endsWith("/encoder.stance")).length;
  expect(larger()).toBe(0);
  await page.getByRole("button", { name: "Read more closely (9 KB)" }).click();
  await expect(page.locator("#closer-said")).toHaveText("All 4 read closely");
  expect(larger()).toBe(1);
  // The reasons on show are the larger model's from now on, and add up.
  await expect(page.locator("#why")).toContainText("Judged by the larger model.");
  const [, bias = "", words = "", logit = ""] = /bias (\S+), words (\S+) = logit (\S+)/.exec(await page.locator(".sum").innerText()) ?? [];
  const number = (figure: string) => Number(figure.replace("−", "-"));
  expect(Math.abs(number(bias) + number(words) - number(logit))).toBeLessThan(0.016);
  await expectVerdicts(page, "encoder");
  // What is typed is read by both, one after the other.
  await page.locator("#editor").click();
  await page.keyboard.press("Control+End");
  await page.keyboard.type(" So be it.");
  await expect(page.locator("#closer-said")).toHaveText("All 5 read closely");
  await write(page, TEXT);
  await page.getByRole("button", { name: "Read closely" }).click();
  await expect(page.locator("#closer-said")).toHaveText("");
  await expectVerdicts(page, "toy");
});

test("articles compared are read closely together, and together not", async ({ page }) => {
  await open(page, "/toy/");
  await write(page, TEXT);
  await page.getByLabel("Show").selectOption({ label: "two articles" });
  await write(page, TEXT, "editor-2");
  await expectVerdicts(page, "toy");
  const both = async () => (await Promise.all(["", "-2"].map((suffix) => verdicts(page, suffix)))).map(String);
  await page.getByRole("button", { name: "Read more closely" }).click();
  await expectVerdicts(page, "encoder");
  await expect.poll(async () => new Set(await both()).size).toBe(1);
  await page.getByRole("button", { name: "Read closely" }).click();
  await expectVerdicts(page, "toy");
  await expect.poll(async () => new Set(await both()).size).toBe(1);
});

test("the wish is kept, and fulfilled offline as well", async ({ page, context }) => {
  await open(page, "/toy/");
  await served(page);
  await page.reload();
  await page.getByRole("button", { name: "Read more closely" }).click();
  await expect(page.locator("#closer-said")).toHaveText(/^All \d+ read closely$/);
  await context.setOffline(true);
  await page.reload();
  await expect(page.getByRole("button", { name: "Read closely" })).toHaveAttribute("aria-pressed", "true");
  await expect(page.locator("#closer-said")).toHaveText(/^All \d+ read closely$/);
  await write(page, TEXT);
  await expectVerdicts(page, "encoder");
  await context.setOffline(false);
});

test("a larger model that cannot be had, or answers another question, changes nothing", async ({ page, context }) => {
  await open(page, "/toy/");
  // What is asked for now must be there when there is no network.
  await served(page);
  await write(page, TEXT);
  await expectVerdicts(page, "toy");
  await context.setOffline(true);
  await page.getByRole("button", { name: "Read more closely" }).click();
  await expect(page.locator("#closer-said")).toContainText("cannot be had");
  await expect(page.getByRole("button", { name: "Read more closely" })).toHaveAttribute("aria-pressed", "false");
  await expectVerdicts(page, "toy");
  await context.setOffline(false);
  await page.locator("#topic").selectOption({ label: "Mismatched" });
  await expect(page.locator("#legend")).toContainText("threat");
  await page.getByRole("button", { name: "Read more closely" }).click();
  await expect(page.locator("#closer-said")).toContainText("it answers another question");
  // A topic without a larger model offers none.
  await page.locator("#topic").selectOption({ label: "News sentiment" });
  await expect(page.locator("#closer")).toBeHidden();
});

test("a worker that broke is replaced when the closer reading is asked for again", async ({ page }) => {
  await open(page, "/toy/");
  await write(page, TEXT);
  await page.getByRole("button", { name: "Read more closely" }).click();
  await expect(page.locator("#closer-said")).toHaveText("All 4 read closely");
  const [worker] = page.workers();
  const closed = worker?.waitForEvent("close");
  await worker?.evaluate(() => void setTimeout(() => { throw new Error("broken"); }));
  await closed;
  await write(page, `${TEXT} So be it.`);
  await expect(page.locator("#closer-said")).toContainText("The closer reading stopped");
  await page.getByRole("button", { name: "Read closely" }).click();
  await page.getByRole("button", { name: "Read more closely" }).click();
  await expect(page.locator("#closer-said")).toHaveText("All 5 read closely");
});

test.describe("without what the service worker keeps", () => {
  test.use({ serviceWorkers: "block" });

  test("a larger model that fails when another topic is on show says nothing there", async ({ page }) => {
    await open(page, "/toy/");
    let fail = () => {};
    const failing = new Promise<void>((resolve) => (fail = resolve));
    await page.route("**/encoder.stance", async (route) => {
      await failing;
      await route.abort();
    });
    await page.getByRole("button", { name: "Read more closely" }).click();
    await expect(page.locator("#closer-said")).toHaveText("Fetching the larger model…");
    await page.locator("#topic").selectOption({ label: "News sentiment" });
    await expect(page.locator("#legend")).toContainText("positive");
    fail();
    // The wish is taken back.
    await expect.poll(() => page.evaluate(() => localStorage.getItem("stancelight-closer-toy"))).toBeNull();
    expect(await page.locator("#closer-said").textContent()).toBe("");
    await page.locator("#topic").selectOption({ label: "Toy" });
    await expect(page.getByRole("button", { name: "Read more closely" })).toHaveAttribute("aria-pressed", "false");
  });
});
