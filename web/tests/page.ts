// What every page test does: opens the page, writes into it as a person would, and asks what is painted.

import { expect, type Page } from "@playwright/test";

/** Where pictures of the page's states go, to be looked at. */
export const shots = "test-results";

/** Waits until the article was read, and gives the summary. */
export async function summary(page: Page): Promise<string> {
  await expect(page.locator("#summary")).toHaveText(/sentences/);
  return (await page.locator("#summary").textContent()) ?? "";
}

/** What is painted: the text of every highlighted range, by highlight name. */
export function painted(page: Page, name = "stance"): Promise<Record<string, string[]>> {
  return page.evaluate((prefix) => Object.fromEntries([...CSS.highlights].filter(([name]) => name.startsWith(`${prefix}-`))
    .map(([name, highlight]) => [name, [...highlight].map(String)])), name);
}

/** The page, its article read. */
export async function open(page: Page, path = "/"): Promise<void> {
  await page.goto(path);
  await summary(page);
}

/** Waits until the page's requests go through its service worker. */
export async function served(page: Page): Promise<void> {
  await page.evaluate(async () => {
    await navigator.serviceWorker.ready;
    while (!navigator.serviceWorker.controller) await new Promise((resume) => setTimeout(resume, 50));
  });
}

/** Puts a text into an editor, as a paste would. */
export async function write(page: Page, text: string, editor = "editor"): Promise<void> {
  await page.locator(`#${editor}`).focus();
  await page.evaluate(([id, value]) => {
    const editor = document.getElementById(id) as HTMLElement;
    editor.textContent = value;
    editor.dispatchEvent(new InputEvent("input", { bubbles: true }));
  }, [editor, text] as const);
}

/** Copies a text and pastes it where the caret is, both by their keys: what a browser makes of a paste is its own. */
export async function paste(page: Page, text: string, html = ""): Promise<void> {
  await page.evaluate(([text, html]) => addEventListener("copy", (event) => {
    event.clipboardData?.setData("text/plain", text);
    if (html) event.clipboardData?.setData("text/html", html);
    event.preventDefault();
  }, { once: true }), [text, html] as const);
  await page.keyboard.press("Control+c");
  await page.keyboard.press("Control+v");
}
