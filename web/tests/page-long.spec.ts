// Long articles: nothing blocks, and after an edit only what was written anew is read.

import { pathToFileURL } from "node:url";
import { expect, test, type Page } from "@playwright/test";
import { Reader, type Judged } from "../src/reader";
import { open, painted, paste, write } from "./page";

const PARAGRAPH = "The army shelled the port on Monday. Both sides signed the accord in Bergen. The strait is 38 kilometres wide.\n\n";

/** Pastes in one go, without the clipboard, which takes longer than all the rest. */
async function pasteAtOnce(page: Page, text: string): Promise<void> {
  await page.evaluate((text) => {
    const data = new DataTransfer();
    data.setData("text/plain", text);
    const editor = document.getElementById("editor") as HTMLElement;
    getSelection()?.selectAllChildren(editor);
    editor.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
  }, text);
}

test("five megabytes are read to the end, and painted where one looks", async ({ page }) => {
  test.slow();
  await open(page);
  const paragraphs = Math.ceil(5_000_000 / PARAGRAPH.length);
  const text = PARAGRAPH.repeat(paragraphs);
  await pasteAtOnce(page, text);
  await expect(page.locator("#summary")).toHaveText(new RegExp(`of ${3 * paragraphs} sentences`), { timeout: 90_000 });
  expect(await page.locator("#editor").evaluate((editor) => editor.textContent)).toBe(text);
  await expect(page.locator("#timeline-hint")).toContainText(`stands for ${Math.ceil((3 * paragraphs) / 240)} sentences`);
  await page.locator("#findings button").first().click();
  await expect(page.locator("#why")).toBeVisible();
  // Where the reader scrolls to, there is paint.
  await page.evaluate(() => scrollTo(0, document.body.scrollHeight / 2));
  await expect.poll(async () => Object.values(await painted(page)).flat().length).toBeGreaterThan(100);
});

test("a keystroke calls a long reading off and starts it anew", async ({ page }) => {
  await open(page);
  // Every sentence another: none is known from before.
  const text = Array.from({ length: 20_000 }, (_, i) => `The army shelled port ${i}. Both sides of strait ${i} signed the accord.\n\n`).join("");
  // Every count that is shown, and, before each, whether the key had been pressed.
  await page.evaluate(() => {
    const seen = window as unknown as { counts: [boolean, number][]; pressed: boolean };
    Object.assign(seen, { counts: [], pressed: false });
    const count = document.getElementById("painted-count");
    new MutationObserver(() => seen.counts.push([seen.pressed, Number(/of (\d+)/.exec(count?.textContent ?? "")?.[1])]))
      .observe(count as Node, { childList: true, characterData: true, subtree: true });
    document.getElementById("editor")?.addEventListener("beforeinput", () => (seen.pressed = true));
  });
  await pasteAtOnce(page, text);
  await page.waitForFunction(() => (window as unknown as { counts: unknown[] }).counts.length > 0);
  await page.keyboard.type("Nine.");
  await expect(page.locator("#summary")).toHaveText(/of 40001 sentences/, { timeout: 30_000 });
  const counts = await page.evaluate(() => (window as unknown as { counts: [boolean, number][] }).counts);
  const before = counts.filter(([pressed]) => !pressed).map(([, count]) => count);
  expect(before.length).toBeGreaterThan(0);
  // The first reading never came to its end; the second did.
  expect(counts.map(([, count]) => count)).not.toContain(40_000);
  expect(counts.at(-1)).toEqual([true, 40_001]);
});

test("a long article can be edited like a short one, and a great paste taken back", { tag: "@firefox" }, async ({ page }) => {
  await open(page);
  const before = "The ferry is late.";
  await write(page, before);
  await page.keyboard.press("Control+End");
  const added = `\r\n\r\n${PARAGRAPH.repeat(400).trimEnd()}`;
  const text = () => page.locator("#editor").evaluate((editor) => editor.textContent ?? "");
  const whole = `${before}\n\n${PARAGRAPH.repeat(400).trimEnd()}`;
  await paste(page, added);
  expect(await text()).toBe(whole);
  await page.keyboard.press("Control+z");
  expect(await text()).toBe(before);
  await page.keyboard.press("Control+End");
  await paste(page, added);
  await page.keyboard.type("Nine.");
  expect(await text()).toBe(`${whole}Nine.`);
  await page.keyboard.press("Control+Home");
  await page.keyboard.type("Ten. ");
  expect(await text()).toBe(`Ten. ${whole}Nine.`);
  // On the empty line at a block's end: what follows stays a paragraph of its own.
  await page.evaluate(() => {
    const block = document.querySelector(".block")?.firstChild;
    getSelection()?.collapse(block ?? null, block?.nodeValue?.length);
  });
  await page.keyboard.type("Eleven.");
  expect(await text()).toMatch(/\nEleven\.\n+The army/);
});

test("what is typed right after a jump to either end of a long article stands there", async ({ page }) => {
  await open(page);
  const text = PARAGRAPH.repeat(400);
  await pasteAtOnce(page, text);
  const place = () => page.evaluate(() => getSelection()?.anchorNode?.nodeName);
  await page.keyboard.press("Control+Home");
  expect(await place()).toBe("#text");
  await page.keyboard.press("Control+End");
  expect(await place()).toBe("#text");
  // All keys at once: there is no frame between them.
  const { keyboard } = page;
  const jump = [keyboard.down("Control"), keyboard.down("Home"), keyboard.up("Home"), keyboard.up("Control")];
  await Promise.all([...jump, ...[..."ten."].flatMap((key) => [keyboard.down(key), keyboard.up(key)])]);
  expect(await page.locator("#editor").evaluate((editor) => editor.textContent)).toBe(`ten.${text}`);
});

test("after an edit only the sentences written anew are asked of the engine", async () => {
  // The real engine, here in Node; what is asked of it is written down on the way.
  const address = pathToFileURL(`${import.meta.dirname}/../dist/stancelight/index.js`).href;
  const { load, sentences } = (await import(address)) as typeof import("stancelight");
  const stance = await load();
  const asked: string[] = [];
  const cut: string[] = [];
  const reader = new Reader({
    sentences: (text) => {
      cut.push(text);
      return sentences(text);
    },
    score: (sentence) => {
      asked.push(sentence);
      return stance.score(sentence);
    },
  });
  const read = async (text: string) => {
    asked.length = cut.length = 0;
    return (await reader.read(text, () => false, () => {})) ?? [];
  };
  const whole = (text: string) => stance.analyze(text).map(({ start, end, label }) => [start, end, label]);
  const told = (found: Judged[]) => found.map(({ start, end, label }) => [start, end, label]);
  const text = "A headline\n\nThe army shelled the port. Both sides signed the accord.\n\n\n\n🎉 The strait is wide.\r\n\r\nIt rained.";
  expect(told(await read(text))).toEqual(whole(text));
  expect(asked).toHaveLength(5);
  expect(told(await read(text))).toEqual(whole(text));
  expect([asked, cut]).toEqual([[], []]);
  const edited = text.replace("signed", "rejected");
  expect(told(await read(edited))).toEqual(whole(edited));
  expect(asked).toEqual(["Both sides rejected the accord."]);
  expect(cut).toEqual(["The army shelled the port. Both sides rejected the accord.\n\n\n\n"]);
  // Moved, not changed.
  const moved = `It rained.\n\n${edited}`;
  expect(told(await read(moved))).toEqual(whole(moved));
  expect(asked).toEqual([]);
});

test("a reading that nobody wants any more stops, and what it found is not lost", async () => {
  const address = pathToFileURL(`${import.meta.dirname}/../dist/stancelight/index.js`).href;
  const { load, sentences } = (await import(address)) as typeof import("stancelight");
  const stance = await load();
  let asked = 0;
  const reader = new Reader({
    sentences,
    score: (sentence) => {
      asked += 1;
      return stance.score(sentence);
    },
  });
  const text = Array.from({ length: 20_000 }, (_, i) => `The army shelled port ${i}.\n\n`).join("");
  let looks = 0;
  expect(await reader.read(text, () => true, () => (looks += 1))).toBeUndefined();
  const first = asked;
  expect(first).toBeGreaterThan(0);
  expect(first).toBeLessThan(20_000);
  expect(looks).toBe(1);
  await reader.read(text, () => false, () => {});
  expect(asked).toBe(20_000);
});
