// Texts, pages and models from files, and what must not come in with them.

import { expect, test } from "@playwright/test";
import { hashed } from "./hashed";
import { open, painted, paste, served, summary, write } from "./page";

test("a text file can be opened, CRLF and all", async ({ page }) => {
  await open(page);
  const text = "The army shelled the port.\r\n\r\nشكرا للوفد على الاتفاق. 🎉 Both sides signed the accord.\r\n";
  await page.setInputFiles("#file", { name: "article.txt", mimeType: "text/plain", buffer: Buffer.from(text) });
  await expect(page.locator("#editor")).toContainText("shelled the port");
  await page.locator("#threshold").fill("0.34");
  await expect.poll(async () => Object.values(await painted(page)).flat()).toContain("🎉 Both sides signed the accord.");
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

test("a broken model says so and the old one stays", { tag: "@firefox" }, async ({ page }) => {
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
  const model = await (await request.get(`/stancelight/${hashed("models/news-sentiment.stance")}`)).body();
  await page.setInputFiles("#file", { name: "mine.stance", mimeType: "application/octet-stream", buffer: model });
  await expect(page.locator("#legend")).toContainText("positive");
  await expect(page.locator("#topic")).toContainText("mine.stance");
  // Nobody wrote a card for it.
  await expect(page.locator("#cards a")).toHaveCount(0);
});

test("the cards of the page's models can be read beside the article, offline too", async ({ page, context }) => {
  await open(page);
  await served(page);
  await page.getByText("About this model").click();
  await context.setOffline(true);
  for (const name of ["The model's card", "The larger model's card"]) {
    const coming = context.waitForEvent("page");
    await page.getByRole("link", { name, exact: true }).click();
    const card = await coming;
    await expect(card.locator("body")).toHaveText(/^# Model card: Cooperation or threat/);
    await expect(card.locator("body")).toContainText("What it must not be used for");
    await card.close();
  }
  await context.setOffline(false);
  expect(await summary(page)).toMatch(/painted/);
});

test("the same file again takes its own place on the menu", async ({ page, request }) => {
  await open(page);
  const before = await page.locator("#topic option").count();
  const model = await (await request.get(`/stancelight/${hashed("models/news-sentiment.stance")}`)).body();
  await page.evaluate(async () => {
    const { Stancelight } = (await import(new URL("stancelight/index.js", document.baseURI).href)) as typeof import("stancelight");
    const { dispose } = Stancelight.prototype;
    Object.assign(window, { freed: 0 });
    Stancelight.prototype.dispose = function () {
      (window as unknown as { freed: number }).freed += 1;
      dispose.call(this);
    };
  });
  const freed = () => page.evaluate(() => (window as unknown as { freed: number }).freed);
  for (let time = 0; time < 2; time += 1) {
    expect(await freed()).toBe(0);
    await page.setInputFiles("#file", { name: "mine.stance", mimeType: "application/octet-stream", buffer: model });
    await expect(page.locator("#topic option:checked")).toHaveText(/mine\.stance/);
    await expect(page.locator("#legend")).toContainText("positive");
  }
  await expect(page.locator("#topic option")).toHaveCount(before + 1);
  // The one before is not kept in memory, and nothing asks for it.
  await expect.poll(freed).toBe(1);
  await page.locator("#timeline button").first().click();
  await expect(page.locator("#why table")).toContainText("sum (logit)");
});

test("both topics are read with what a file holds now, if both were read with what it held before", async ({ page, request }) => {
  await open(page);
  await page.getByLabel("Show").selectOption({ label: "two topics" });
  for (const [topic, label] of [["news-sentiment", "positive"], ["cooperation-threat", "cooperation"]] as const) {
    const model = await (await request.get(`/stancelight/${hashed(`models/${topic}.stance`)}`)).body();
    await page.setInputFiles("#file", { name: "mine.stance", mimeType: "application/octet-stream", buffer: model });
    await expect(page.locator("#legend")).toContainText(label);
    if (topic === "news-sentiment") await page.locator("#topic-2").selectOption({ label: "News sentiment (mine.stance)" });
    await expect(page.locator("#topic-2 option:checked")).toHaveText(/mine\.stance/);
    await expect(page.locator("#legend-2")).toContainText(label);
  }
});

test.describe("without what the service worker keeps", () => {
  test.use({ serviceWorkers: "block" });

  test("a model that cannot be had leaves menu, view and article as they are, and says so", async ({ page, request }) => {
    await open(page);
    const model = await (await request.get(`/stancelight/${hashed("models/news-sentiment.stance")}`)).body();
    await page.setInputFiles("#file", { name: "mine.stance", mimeType: "application/octet-stream", buffer: model });
    await expect(page.locator("#topic option:checked")).toHaveText(/mine\.stance/);
    await page.route("**/*.stance", (route) => route.abort());
    await page.locator("#topic").selectOption({ label: "News sentiment" });
    await expect(page.getByRole("alert")).toContainText("News sentiment cannot be used");
    await expect(page.locator("#topic option:checked")).toHaveText(/mine\.stance/);
    await page.reload();
    await expect(page.getByRole("alert")).toContainText("cannot be used");
    await page.unroute("**/*.stance");
    await open(page);
    await page.route("**/*.stance", (route) => route.abort());
    await page.getByLabel("Show").selectOption({ label: "two topics" });
    await expect(page.getByRole("alert")).toContainText("News sentiment cannot be used");
    await expect(page.getByLabel("Show")).toHaveValue("one");
    await expect(page.locator("#editor-2")).toHaveCount(0);
    // Typing goes on, and the complaint goes.
    await write(page, "Both sides signed the accord.");
    await expect(page.getByRole("alert")).toBeHidden();
    await expect(page.locator("#timeline button")).toHaveCount(1);
  });

  test("a topic that comes late does not take the place of the one chosen since", async ({ page }) => {
    await open(page);
    let release = () => {};
    const released = new Promise<void>((resolve) => (release = resolve));
    await page.route("**/*.stance", async (route) => {
      await released;
      await route.continue();
    });
    const topic = page.locator("#topic");
    await topic.selectOption({ label: "News sentiment" });
    await topic.selectOption({ label: "Cooperation or threat" });
    release();
    // Once the second pane has it, it has come.
    await page.getByLabel("Show").selectOption({ label: "two topics" });
    await expect(page.locator("#legend-2")).toContainText("positive");
    await expect(page.locator("#legend")).toContainText("threat");
    await expect(topic.locator("option:checked")).toHaveText("Cooperation or threat");
  });
});

test("of a web page pasted whole the menus stay behind, and the paste can be taken back", { tag: "@firefox" }, async ({ page }) => {
  await open(page);
  const text = () => page.locator("#editor").evaluate((editor) => editor.textContent);
  await write(page, "Before. ");
  await page.keyboard.press("Control+End");
  const html = "<nav><a href='/'>Home</a></nav><main><h1>Talks</h1><p>The army <b>shelled</b> the port.</p><p>Both sides signed.</p><form><button>Subscribe</button></form></main><footer>Imprint</footer>";
  await paste(page, "Home\nTalks\nThe army shelled the port.\n\nBoth sides signed.\nSubscribe\nImprint", html);
  expect(await text()).toBe("Before. Talks\n\nThe army shelled the port.\n\nBoth sides signed.");
  await page.keyboard.press("Control+z");
  expect(await text()).toBe("Before. ");
  // Words alone come in as any browser pastes them.
  await paste(page, "The port.", "<span>The <i>port</i>.</span>");
  expect(await text()).toBe("Before. The port.");
});

test("pasted markup stays inert text", { tag: "@firefox" }, async ({ page }) => {
  await open(page);
  await page.getByRole("button", { name: "Clear" }).click();
  const markup = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script> The army shelled the port.';
  await paste(page, markup, markup);
  await expect(page.locator("#editor")).toHaveText(markup);
  await page.locator("#threshold").fill("0.34");
  await page.locator("#findings button").first().click();
  await expect(page.locator("#why-body")).toContainText("onerror");
  expect(await page.evaluate(() => "hacked" in window)).toBe(false);
  expect(await page.locator("#editor img, #why img, #findings img").count()).toBe(0);
});

test("awkward text: every painted range is a sentence of the text", { tag: "@firefox" }, async ({ page }) => {
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

test("works offline after the first visit, from a sub-path too", async ({ page, context }) => {
  for (const path of ["/", "/some/sub/path/"]) {
    await open(page, path);
    await served(page);
    await context.setOffline(true);
    await page.reload();
    expect(await summary(page)).toMatch(/painted/);
    await page.locator("#topic").selectOption({ label: "News sentiment" });
    await expect(page.locator("#legend")).toContainText("negative");
    await context.setOffline(false);
  }
});

test("copies of the page on one origin leave each other what they keep for offline", async ({ page, baseURL }) => {
  const keys = () => page.evaluate(() => caches.keys());
  const nameOf = (path: string, build: string) => `stancelight ${baseURL}${path} ${build}`;
  const [other, old] = [nameOf("/other/", "0"), nameOf("/", "0")];
  await page.goto("/hosts/plain.html");
  await page.evaluate((names) => Promise.all(names.map((name) => caches.open(name))), [other, old]);
  await open(page);
  await served(page);
  expect(await keys()).toContain(other);
  expect(await keys()).not.toContain(old);
  const sub = "/some/sub/path/";
  await open(page, sub);
  await expect.poll(() => page.evaluate(async (sub) => (await navigator.serviceWorker.getRegistration(sub))?.active?.state, sub)).toBe("activated");
  const found = await keys();
  expect(found.filter((name) => name.startsWith(nameOf("/", "")) || name.startsWith(nameOf(sub, "")))).toHaveLength(2);
  expect(found).toHaveLength(3);
});

test("no request goes anywhere else, and nothing breaks the policy", { tag: "@firefox" }, async ({ page, baseURL }) => {
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
