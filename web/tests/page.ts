// What every page test does: opens the page, writes into it as a person would, and asks what is painted.

import { readFile } from "node:fs/promises";
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

/**
 * What the page offers as a download when `act` is done: its name and what is in it. Of Firefox's downloads the driver
 * is not told; there the page's link is caught as it is pressed.
 */
export async function downloaded(page: Page, act: () => Promise<unknown>): Promise<{ name: string; bytes: Buffer }> {
  if (page.context().browser()?.browserType().name() !== "firefox") {
    const coming = page.waitForEvent("download");
    await act();
    const download = await coming;
    return { name: download.suggestedFilename(), bytes: await readFile(await download.path()) };
  }
  await page.evaluate(() => {
    const { createObjectURL } = URL;
    const link = HTMLAnchorElement.prototype;
    const { click } = link;
    Reflect.deleteProperty(window, "offered");
    let file: Blob | undefined;
    URL.createObjectURL = (blob) => {
      file = blob as Blob;
      return createObjectURL(blob);
    };
    link.click = function (this: HTMLAnchorElement) {
      Object.assign(URL, { createObjectURL });
      Object.assign(link, { click });
      Object.assign(window, { offered: { name: this.download, file } });
    };
  });
  await act();
  await page.waitForFunction(() => "offered" in window);
  const { name, bytes } = await page.evaluate(async () => {
    const { name, file } = (window as unknown as { offered: { name: string; file: Blob } }).offered;
    return { name, bytes: [...new Uint8Array(await file.arrayBuffer())] };
  });
  return { name, bytes: Buffer.from(bytes) };
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
