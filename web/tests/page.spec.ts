// The page as a reader uses it.

import { readFile } from "node:fs/promises";
import { expect, test, type Page } from "@playwright/test";
import AxeBuilder from "@axe-core/playwright";
import { meanOf, student } from "../src/figures";

const shots = "test-results";

/** Waits until the article was read, and gives the summary. */
async function summary(page: Page): Promise<string> {
  await expect(page.locator("#summary")).toHaveText(/sentences/);
  return (await page.locator("#summary").textContent()) ?? "";
}

/** What is painted: the text of every highlighted range, by highlight name. */
function painted(page: Page): Promise<Record<string, string[]>> {
  return page.evaluate(() => Object.fromEntries([...CSS.highlights].filter(([name]) => name.startsWith("stance-"))
    .map(([name, highlight]) => [name, [...highlight].map(String)])));
}

async function open(page: Page, path = "/"): Promise<void> {
  await page.goto(path);
  await summary(page);
}

async function write(page: Page, text: string): Promise<void> {
  await page.locator("#editor").focus();
  await page.evaluate((value) => {
    const editor = document.getElementById("editor") as HTMLElement;
    editor.textContent = value;
    editor.dispatchEvent(new InputEvent("input", { bubbles: true }));
  }, text);
}

test("the sample is painted on the first visit", async ({ page }) => {
  await open(page);
  const [, shown, all] = /^(\d+) of (\d+) sentences/.exec(await summary(page)) ?? [];
  expect(Number(all)).toBeGreaterThanOrEqual(15);
  expect(Number(shown)).toBeGreaterThan(0);
  const ranges = Object.values(await painted(page)).flat();
  expect(ranges.length).toBe(Number(shown));
  await expect(page.locator("#findings li")).toHaveCount(Number(shown));
  await page.screenshot({ path: `${shots}/sample.png`, fullPage: true });
});

test("typing paints as one types, and the caret stays", async ({ page }) => {
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

test("a chosen sentence shows words whose shares add up to the logit", async ({ page }) => {
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
  await write(page, "Both governments signed the accord and thanked Norway.");
  await page.locator("#timeline button").first().click();
  await expect(page.locator("#why")).toContainText("next ");
  const line = await page.locator(".sum").innerText();
  const [, bias = "", words = "", logit = ""] = /bias (\S+), words (\S+) = logit (\S+)/.exec(line) ?? [];
  const number = (figure: string) => Number(figure.replace("−", "-"));
  expect(Math.abs(number(bias) + number(words) - number(logit))).toBeLessThan(0.016);
  expect(line).toMatch(/(= |[<>])\d+(\.\d)? %$/);
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

test("a reader's judgements are kept, exported for training, and forgotten on request", async ({ page }) => {
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
  const coming = page.waitForEvent("download");
  await page.getByRole("button", { name: "Download for training" }).click();
  const download = await coming;
  expect(download.suggestedFilename()).toBe("cooperation-threat-corrections.jsonl");
  const lines = (await readFile(await download.path(), "utf8")).trimEnd().split("\n").map((line) => JSON.parse(line) as { text: string; label: unknown });
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

/** Presses a button of the menu and gives the file that comes of it. */
async function taken(page: Page, name: string): Promise<string> {
  const coming = page.waitForEvent("download");
  await page.locator(".take").getByRole("button", { name, exact: true }).click();
  return readFile(await (await coming).path(), "utf8");
}

test("the findings can be taken along as JSON, CSV and a page of their own", async ({ page, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await open(page);
  const text = 'The army "shelled" the port, <b onclick="x()">twice</b> & again.\nBoth sides signed the accord and thanked Norway.';
  await write(page, text);
  await page.locator("#threshold").fill("0.34");
  await expect(page.locator("#timeline button")).toHaveCount(2);
  await page.getByText("Take it along").click();
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

test("a link holds the article, the topic and the threshold; too long or damaged is said", async ({ page, context }) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await open(page);
  await page.locator("#topic").selectOption({ label: "News sentiment" });
  await expect(page.locator("#legend")).toContainText("positive");
  const text = "Le siège 🎉 was lifted.\n\nThe army shelled the port.";
  await write(page, text);
  await page.locator("#threshold").fill("0.41");
  await page.getByText("Take it along").click();
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
});

test("j and k walk through the findings, Escape leaves", async ({ page }) => {
  await open(page);
  await page.locator("#summary-heading").click();
  await page.keyboard.press("j");
  await expect(page.locator('#findings [aria-current="true"]')).toHaveCount(1);
  const first = await page.locator('#findings [aria-current="true"]').textContent();
  await page.keyboard.press("j");
  expect(await page.locator('#findings [aria-current="true"]').textContent()).not.toBe(first);
  await page.keyboard.press("k");
  expect(await page.locator('#findings [aria-current="true"]').textContent()).toBe(first);
  await page.keyboard.press("Escape");
  await expect(page.locator("#why")).toBeHidden();
});

test("a click into a sentence explains it", async ({ page }) => {
  await open(page);
  await page.locator("#editor").click({ position: { x: 120, y: 110 } });
  await expect(page.locator("#why")).toBeVisible();
});

test("the threshold repaints at once", async ({ page }) => {
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
  await expect(marks.nth(4)).toHaveAccessibleName(/^Sentence 5: \w+, [\d.<>]+ %, stance [+−]/);
});

test("the mean stance comes with an interval around it", async ({ page }) => {
  await open(page);
  const numbers = /Mean stance ([+−]\d\.\d\d) \(95 % interval ([+−]\d\.\d\d) to ([+−]\d\.\d\d)\)/.exec(await summary(page));
  const [mean = NaN, low = NaN, high = NaN] = (numbers ?? []).slice(1).map((figure) => Number(figure.replace("−", "-")));
  expect(low).toBeLessThan(mean);
  expect(mean).toBeLessThan(high);
  // From the table of Student's t.
  for (const [degrees, value] of [[4, 2.776], [9, 2.262], [29, 2.045]] as const) expect(Math.abs(student(degrees) / value - 1)).toBeLessThan(0.003);
  expect(meanOf([0.5, -0.5]).interval).toBeUndefined();
});

test("topics can be changed", async ({ page }) => {
  await open(page);
  await expect(page.locator("#legend")).toContainText("threat");
  await page.locator("#topic").selectOption({ label: "News sentiment" });
  await expect(page.locator("#legend")).toContainText("negative");
});

test("a text file can be opened, CRLF and all", async ({ page }) => {
  await open(page);
  const text = "The army shelled the port.\r\n\r\nشكرا للوفد على الاتفاق. 🎉 Both sides signed the accord.\r\n";
  await page.setInputFiles("#file", { name: "article.txt", mimeType: "text/plain", buffer: Buffer.from(text) });
  await expect(page.locator("#editor")).toContainText("shelled the port");
  await page.locator("#threshold").fill("0.34");
  await expect.poll(async () => Object.values(await painted(page)).flat()).toContain("🎉 Both sides signed the accord.");
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

test("of a web page its prose is opened, and nothing in it runs", async ({ page }) => {
  await open(page);
  const foreign: string[] = [];
  page.on("request", (request) => foreign.push(request.url()));
  const html = `<!doctype html><meta charset="windows-1252"><title>T</title><script>window.hacked = 1</script>
    <nav>Home</nav><header>The Post</header><article><h1>Caf\xe9 talks</h1><p>Both sides <b>signed</b> the
    accord.<br>The army   shelled the port.</p><img src="https://example.com/x.png" onerror="window.hacked=1">
    <aside>Read more</aside><ul><li>One.</li><li>Two.</li></ul><style>p{}</style></article><footer>Imprint</footer>`;
  await page.setInputFiles("#file", { name: "article.html", mimeType: "text/html", buffer: Buffer.from(html, "latin1") });
  await expect(page.locator("#editor")).toContainText("Café talks");
  expect(await page.locator("#editor").evaluate((editor) => editor.textContent))
    .toBe("Café talks\n\nBoth sides signed the accord.\nThe army shelled the port.\n\nOne.\n\nTwo.");
  expect(await page.evaluate(() => "hacked" in window)).toBe(false);
  expect(foreign).toEqual([]);
});

test("an article can be dropped onto the page", async ({ page }) => {
  await open(page);
  await page.evaluate(() => {
    const data = new DataTransfer();
    data.items.add(new File(["# Talks\n\nThe army shelled the port."], "article.md", { type: "text/markdown" }));
    document.body.dispatchEvent(new DragEvent("drop", { dataTransfer: data, bubbles: true, cancelable: true }));
  });
  await expect(page.locator("#editor")).toHaveText(/Talks\s+The army shelled the port\./);
});

test("a broken model says so and the old one stays", async ({ page }) => {
  await open(page);
  const before = await summary(page);
  const cases = [["noise", /not a Stancelight model/], ["STANCE\r\n\u0009\u0000\u0000\u0000", /newer/], ["STANCE\r\n\u0001\u0000\u0000\u0000abcdefgh", /cut short|damaged|invalid/]] as const;
  for (const [bytes, message] of cases) {
    await page.setInputFiles("#file", { name: "mine.stance", mimeType: "application/octet-stream", buffer: Buffer.from(bytes, "latin1") });
    await expect(page.getByRole("alert")).toContainText(message);
  }
  expect(await summary(page)).toBe(before);
  await page.locator("#findings button").first().click();
  await expect(page.locator("#why")).toBeVisible();
});

test("a model of one's own is taken over", async ({ page, request }) => {
  await open(page);
  const model = await (await request.get("/stancelight/models/news-sentiment.stance")).body();
  await page.setInputFiles("#file", { name: "mine.stance", mimeType: "application/octet-stream", buffer: model });
  await expect(page.locator("#legend")).toContainText("positive");
  await expect(page.locator("#topic")).toContainText("mine.stance");
});

test("pasted markup stays inert text", async ({ page }) => {
  await open(page);
  await page.getByRole("button", { name: "Clear" }).click();
  const markup = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script> The army shelled the port.';
  await page.evaluate((html) => {
    const data = new DataTransfer();
    data.setData("text/html", html);
    data.setData("text/plain", html);
    document.getElementById("editor")?.dispatchEvent(new ClipboardEvent("paste", { clipboardData: data, bubbles: true, cancelable: true }));
  }, markup);
  await write(page, markup);
  await page.locator("#threshold").fill("0.34");
  await page.locator("#findings button").first().click();
  await expect(page.locator("#why-body")).toContainText("onerror");
  expect(await page.evaluate(() => "hacked" in window)).toBe(false);
  expect(await page.locator("#editor img, #why img, #findings img").count()).toBe(0);
});

test("awkward text: every painted range is a sentence of the text", async ({ page }) => {
  await open(page);
  await page.locator("#threshold").fill("0.34");
  const text = "👩‍👩‍👧 The army shelled the port!\nשתי הממשלות חתמו על ההסכם. \u202eBoth sides signed\u202c the accord.\n\nनेता ने समझौता किया। e\u0301 停火协议。 Police attacked the crowd…";
  await write(page, text);
  await expect.poll(async () => Object.values(await painted(page)).flat().length).toBeGreaterThan(2);
  for (const sentence of Object.values(await painted(page)).flat()) {
    expect(text).toContain(sentence);
    expect(sentence.trim()).toBe(sentence);
  }
});

test("a very long article leaves the page responsive", async ({ page }) => {
  await open(page);
  const paragraph = "The army shelled the port on Monday. Both sides signed the accord in Bergen. The strait is 38 kilometres wide.\n\n";
  const length = await page.evaluate((unit) => {
    const observer = new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) (window as unknown as { longest: number }).longest = Math.max((window as unknown as { longest?: number }).longest ?? 0, entry.duration);
    });
    observer.observe({ type: "longtask" });
    const editor = document.getElementById("editor") as HTMLElement;
    editor.textContent = unit.repeat(5000);
    editor.dispatchEvent(new InputEvent("input", { bubbles: true }));
    return unit.length * 5000;
  }, paragraph);
  expect(length).toBeGreaterThan(500_000);
  await expect(page.locator("#summary")).toHaveText(/of 15000 sentences/, { timeout: 20_000 });
  await expect(page.locator("#timeline-hint")).toContainText("stands for 63 sentences");
  await page.locator("#findings button").first().click();
  await expect(page.locator("#why")).toBeVisible();
});

test("works offline after the first visit, from a sub-path too", async ({ page, context }) => {
  for (const path of ["/", "/some/sub/path/"]) {
    await open(page, path);
    await page.evaluate(async () => {
      await navigator.serviceWorker.ready;
      while (!navigator.serviceWorker.controller) await new Promise((resume) => setTimeout(resume, 50));
    });
    await context.setOffline(true);
    await page.reload();
    expect(await summary(page)).toMatch(/painted/);
    await page.locator("#topic").selectOption({ label: "News sentiment" });
    await expect(page.locator("#legend")).toContainText("negative");
    await context.setOffline(false);
  }
});

test("no request goes anywhere else, and nothing breaks the policy", async ({ page, baseURL }) => {
  const foreign: string[] = [];
  const complaints: string[] = [];
  page.on("request", (request) => {
    if (!request.url().startsWith(baseURL ?? "")) foreign.push(request.url());
  });
  page.on("console", (message) => {
    if (message.type() === "error" || message.type() === "warning") complaints.push(message.text());
  });
  page.on("pageerror", (error) => complaints.push(error.message));
  await open(page);
  await write(page, "The army shelled the port near https://example.com/a.png and http://example.org.");
  await page.locator("#threshold").fill("0.34");
  await page.locator("#findings button").first().click();
  await expect(page.locator("#why")).toBeVisible();
  expect(foreign).toEqual([]);
  expect(complaints).toEqual([]);
});

for (const [name, media] of [
  ["light", { colorScheme: "light" }],
  ["dark", { colorScheme: "dark" }],
  ["forced colours", { forcedColors: "active" }],
] as const) {
  test(`axe finds nothing in ${name}`, async ({ page }) => {
    await page.emulateMedia(media);
    await open(page);
    await page.locator("#findings button").first().click();
    await expect(page.locator("#why")).toBeVisible();
    const { violations } = await new AxeBuilder({ page }).analyze();
    expect(violations.map(({ id, nodes }) => [id, nodes.map(({ html }) => html)])).toEqual([]);
    await page.screenshot({ path: `${shots}/${name.replace(" ", "-")}.png`, fullPage: true });
  });
}

test("fits a screen 320 pixels wide", async ({ page }) => {
  await page.setViewportSize({ width: 320, height: 640 });
  await open(page);
  await page.locator("#findings button").first().click();
  await expect(page.locator("#why")).toBeVisible();
  expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(320);
  await page.screenshot({ path: `${shots}/narrow.png`, fullPage: true });
});

test("without the highlight API a marked copy shows the same", async ({ page }) => {
  await page.addInitScript(() => {
    Reflect.deleteProperty(window, "Highlight");
  });
  await page.goto("/");
  expect(await summary(page)).toMatch(/painted/);
  await expect(page.locator("#marked mark").first()).toBeVisible();
  await page.locator("#findings button").first().click();
  await expect(page.locator("#why")).toBeVisible();
});
