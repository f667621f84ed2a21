// What a reader takes along, and what they say of the verdicts.

import { writeFile } from "node:fs/promises";
import { expect, test, type Page } from "@playwright/test";
import { downloaded, open, shots, summary, write } from "./page";

test("a reader's judgements are kept, exported for training, and forgotten on request", { tag: "@firefox" }, async ({ page }) => {
  await open(page);
  await expect(page.locator("#opinions")).toBeHidden();
  const rows = page.locator("#findings button");
  const judge = async (row: number, name: string) => {
    await rows.nth(row).click();
    await page.locator("#opinion-choices").getByRole("button", { name, exact: true }).click();
  };
  const words = (row: number) => rows.nth(row).locator(".text").textContent();
  await judge(0, "Right");
  await judge(1, "It is neutral");
  await judge(2, "Wrong");
  await judge(3, "Right");
  await page.locator("#opinion-choices").getByRole("button", { name: "Right" }).click();
  await expect(rows.nth(1)).toContainText("✗ neutral");
  await page.reload();
  await summary(page);
  await expect(page.locator("#opinions-count")).toHaveText("You judged 3 sentences; the model was right on 1.");
  await rows.nth(0).click();
  await expect(page.getByRole("button", { name: "Right", exact: true })).toHaveAttribute("aria-pressed", "true");
  const [first, second, third] = [await words(0), await words(1), await words(2)];
  const said = (await rows.nth(0).locator(".label").textContent()) ?? "";
  const { name, bytes } = await downloaded(page, () => page.getByRole("button", { name: "Download for training" }).click());
  expect(name).toBe("cooperation-threat-corrections.jsonl");
  const lines = bytes.toString("utf8").trimEnd().split("\n").map((line) => JSON.parse(line) as { text: string; label: unknown });
  expect(lines.map(({ text }) => text)).toEqual([first, second, third]);
  expect(lines[0]?.label).toBe(said);
  expect(lines[1]?.label).toBe("neutral");
  expect(Object.values(lines[2]?.label as Record<string, number>)).toEqual([0.5, 0.5]);
  // Each topic has its own.
  await page.locator("#topic").selectOption({ label: "News sentiment" });
  await expect(page.locator("#opinions")).toBeHidden();
  await page.locator("#topic").selectOption({ label: "Cooperation or threat" });
  await expect(page.locator("#opinions")).toBeVisible();
  page.on("dialog", (dialog) => void dialog.accept());
  await page.getByRole("button", { name: "Forget them" }).click();
  await expect(page.locator("#opinions")).toBeHidden();
  expect(await page.evaluate(() => localStorage.length)).toBe(0);
});

test("a judgement goes with what is said of a sentence now, and none is lost to a model with other labels", async ({ page }) => {
  await open(page);
  await write(page, "Both governments signed the accord.\n\nThe ministers thanked Norway.\n\nThe envoys shook hands and agreed.");
  const said = [["Both governments signed the accord.", "neutral", null], ["The ministers thanked Norway.", "neutral", "cooperation"], ["The envoys shook hands and agreed.", "warm", "cold"]];
  await page.evaluate((said) => localStorage.setItem("stancelight-opinions-cooperation-threat",
    JSON.stringify(said.map(([text, said, label]) => ({ text, said, label })))), said);
  const text = await page.locator("#editor").evaluate((editor) => editor.textContent ?? "");
  await page.reload();
  await summary(page);
  await write(page, text);
  await page.locator("#threshold").fill("0.34");
  const rows = page.locator("#findings button");
  await expect(rows).toHaveCount(3);
  for (let row = 0; row < 3; row += 1) await expect(rows.nth(row).locator(".label")).toHaveText("cooperation");
  // "Not neutral" says nothing against cooperation.
  await expect(rows.nth(0).locator(".mark")).toHaveText("");
  await expect(rows.nth(1).locator(".mark")).toHaveText("✓ right");
  await rows.nth(0).click();
  await expect(page.locator('#opinion-choices [aria-pressed="true"]')).toHaveCount(0);
  await page.locator("#opinion-choices").getByRole("button", { name: "Wrong", exact: true }).click();
  await expect(rows.nth(0).locator(".mark")).toHaveText("✗ wrong");
  const kept = await page.evaluate(() => JSON.parse(localStorage.getItem("stancelight-opinions-cooperation-threat") ?? "") as { label: string | null }[]);
  expect(kept.map(({ label }) => label).sort()).toEqual(["cold", "cooperation", null]);
});

test("what is judged in two tabs is kept from both, and what the one forgets the other does not bring back", async ({ page, context }) => {
  const other = await context.newPage();
  const judge = async (page: Page, row: number) => {
    await page.bringToFront();
    await page.locator("#findings button").nth(row).click();
    await page.locator("#opinion-choices").getByRole("button", { name: "Right", exact: true }).click();
  };
  const count = (page: Page) => page.locator("#opinions-count");
  await open(page);
  await open(other);
  await judge(page, 0);
  await judge(other, 1);
  await expect(count(other)).toHaveText(/^You judged 2 sentences/);
  await page.reload();
  await expect(count(page)).toHaveText(/^You judged 2 sentences/);
  page.on("dialog", (dialog) => void dialog.accept());
  await page.getByRole("button", { name: "Forget them" }).click();
  await judge(other, 2);
  await expect(count(other)).toHaveText(/^You judged 1 sentence;/);
});

test("the menu closes by Escape and by a click elsewhere", { tag: "@firefox" }, async ({ page }) => {
  await open(page);
  const button = page.getByRole("button", { name: "Copy link" });
  await page.locator("#timeline button").first().click();
  await page.getByText("Save or share").click();
  await button.focus();
  await page.keyboard.press("Escape");
  await expect(button).toBeHidden();
  await expect(page.locator("#take summary")).toBeFocused();
  // One thing at a time.
  await expect(page.locator("#why")).toBeVisible();
  await page.getByText("Save or share").click();
  await expect(button).toBeVisible();
  await page.locator("#question").click();
  await expect(button).toBeHidden();
});

/** Presses a button of the menu and gives the file that comes of it. */
async function taken(page: Page, name: string): Promise<string> {
  const { bytes } = await downloaded(page, () => page.locator(".take").getByRole("button", { name, exact: true }).click());
  return bytes.toString("utf8");
}

test("the findings can be taken along as JSON, CSV and a page of their own", { tag: "@firefox" }, async ({ page, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await open(page);
  const text = 'The army "shelled" the port, <b onclick="x()">twice</b> & again.\nBoth sides signed the accord and thanked Norway.';
  await write(page, text);
  await page.locator("#threshold").fill("0.34");
  await expect(page.locator("#timeline button")).toHaveCount(2);
  await page.getByText("Save or share").click();
  const json = await taken(page, "JSON");
  const found = JSON.parse(json) as { topic: string; sentences: { start: number; end: number; text: string; label: string; painted: boolean }[] };
  expect(found.topic).toBe("cooperation-threat");
  expect(found.sentences.map(({ start, end }) => text.slice(start, end))).toEqual(found.sentences.map((sentence) => sentence.text));
  await page.getByRole("button", { name: "Copy JSON" }).click();
  await expect(page.locator("#take-said")).toHaveText("Copied as JSON.");
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(json);
  const csv = (await taken(page, "CSV")).trimEnd().split("\r\n");
  expect(csv[0]).toBe("start,end,text,label,painted,score,cooperation,neutral,threat");
  expect(csv[1]).toContain('"The army ""shelled"" the port, <b onclick=""x()"">twice</b> & again."');
  const html = await taken(page, "Web page");
  const marks = found.sentences.filter(({ painted }) => painted);
  const complaints: string[] = [];
  const other = await context.newPage();
  other.on("console", (message) => complaints.push(message.text()));
  other.on("request", (request) => complaints.push(request.url()));
  await other.setContent(html);
  expect(await other.locator("article").evaluate((article) => article.textContent)).toBe(text);
  expect(await other.locator("article mark").allTextContents()).toEqual(marks.map((sentence) => sentence.text));
  expect(await other.locator("article b").count()).toBe(0);
  expect(complaints).toEqual([]);
});

test("no sentence in a CSV table is a formula, and figures are figures", async ({ page }) => {
  await open(page);
  const sentences = ['=HYPERLINK("x") was shelled.', "@army shelled the port.", "+49 is the number.", "-5 degrees were threatened."];
  await write(page, sentences.join("\n\n"));
  await expect(page.locator("#timeline button")).toHaveCount(4);
  await page.getByText("Save or share").click();
  const rows = (await taken(page, "CSV")).trimEnd().split("\r\n").slice(1);
  expect(rows.map((row) => /^\d+,\d+,("(?:[^"]|"")*"|[^,]*),/.exec(row)?.[1]))
    .toEqual(['"\'=HYPERLINK(""x"") was shelled."', "'@army shelled the port.", "'+49 is the number.", "'-5 degrees were threatened."]);
  for (const row of rows) expect(row).toMatch(/,(true|false),-?\d[\d.e-]*(,\d[\d.e-]*){3}$/);
});

test("a link holds the article, the topic and the threshold; too long or damaged is said", { tag: "@firefox" }, async ({ page, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await open(page);
  await page.locator("#topic").selectOption({ label: "News sentiment" });
  await expect(page.locator("#legend")).toContainText("positive");
  const text = "Le siège 🎉 was lifted.\n\nThe army shelled the port.";
  await write(page, text);
  await page.locator("#threshold").fill("0.41");
  await page.getByText("Save or share").click();
  await page.getByRole("button", { name: "Copy link" }).click();
  await expect(page.locator("#take-said")).toContainText("Link copied");
  const link = await page.evaluate(() => navigator.clipboard.readText());
  expect(link).toBe(page.url());
  const other = await context.newPage();
  await other.goto(link);
  await expect(other.locator("#editor")).toContainText("shelled the port");
  expect(await other.locator("#editor").evaluate((editor) => editor.textContent)).toBe(text);
  await expect(other.locator("#legend")).toContainText("positive");
  await expect(other.locator("#threshold")).toHaveValue("0.41");
  await other.goto("/");
  await other.goto("/#text=AAAA_notpacked");
  await expect(other.getByRole("alert")).toContainText("The link is damaged");
  await write(page, Array.from({ length: 9000 }, (_, i) => `word${(i * 7919) % 10007}`).join(" "));
  await expect(page.locator("#timeline button")).not.toHaveCount(2);
  await page.getByRole("button", { name: "Copy link" }).click();
  await expect(page.locator("#take-said")).toContainText("too long for a link");
});

test("on paper there is the article and no button", async ({ page }) => {
  await open(page);
  await page.emulateMedia({ media: "print", colorScheme: "dark" });
  await expect(page.locator("#editor")).toBeVisible();
  await expect(page.locator("#summary")).toBeVisible();
  for (const hidden of [".bar", ".take", "#threshold", "#findings"]) await expect(page.locator(hidden)).toBeHidden();
  await page.screenshot({ path: `${shots}/print.png`, fullPage: true });
  await page.pdf({ path: `${shots}/print.pdf`, printBackground: true });
  await page.emulateMedia({ media: "screen" });
  await page.getByLabel("Show").selectOption({ label: "two articles" });
  await expect(page.locator("#comparison-body")).toContainText("interval");
  await page.emulateMedia({ media: "print" });
  await expect(page.getByText("The difference may be chance of wording")).toBeVisible();
});

test("the timeline can be taken along as a picture", { tag: "@firefox" }, async ({ page }) => {
  await open(page);
  await page.getByText("Save or share").click();
  for (const [view, strips] of [["one article", 1], ["two topics", 2], ["two articles", 2]] as const) {
    await page.getByLabel("Show").selectOption({ label: view });
    if (strips === 2) await expect(page.locator("#timeline-2 button").first()).toBeVisible();
    const { name, bytes } = await downloaded(page, () => page.getByRole("button", { name: "Timeline as PNG" }).click());
    expect(name).toBe("stancelight.png");
    expect(bytes.subarray(1, 4).toString("latin1")).toBe("PNG");
    await writeFile(`${shots}/timeline-${view.replace(" ", "-")}.png`, bytes);
    // Twice 960 pixels; each strip and the legend in the labels' colours.
    const seen = await page.evaluate(async (base64) => {
      const blob = new Blob([Uint8Array.from(atob(base64), (char) => char.charCodeAt(0))], { type: "image/png" });
      const image = await createImageBitmap(blob);
      const canvas = new OffscreenCanvas(image.width, image.height);
      const context = canvas.getContext("2d") as OffscreenCanvasRenderingContext2D;
      context.drawImage(image, 0, 0);
      const { data } = context.getImageData(0, 0, image.width, image.height);
      const rows = new Set<number>();
      for (let at = 0; at < data.length; at += 4) if (data[at] === 0xd5 && data[at + 1] === 0x5e && data[at + 2] === 0) rows.add(Math.floor(at / 4 / image.width));
      return { width: image.width, height: image.height, threat: rows.size };
    }, bytes.toString("base64"));
    expect(seen.width).toBe(1920);
    expect(seen.height).toBe(2 * (184 + strips * 154));
    expect(seen.threat).toBeGreaterThan(60);
  }
});
