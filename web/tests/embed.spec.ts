// The module on somebody else's page, under the policy it promises to be content with.

import { expect, test } from "@playwright/test";

test("one line paints an article and changes nothing of the page", async ({ page }) => {
  const complaints: string[] = [];
  page.on("console", (message) => complaints.push(message.text()));
  await page.route("**/auto.js", async (route) => {
    // The page before the module ran, kept for comparison.
    await page.evaluate(() => {
      (window as unknown as { before: string }).before = document.documentElement.outerHTML;
    }).catch(() => undefined);
    await route.continue();
  });
  await page.goto("/hosts/article.html");
  await expect.poll(() => page.evaluate(() => CSS.highlights.size)).toBeGreaterThan(0);
  const painted = await page.evaluate(() => [...CSS.highlights.values()].flatMap((highlight) => [...highlight].map(String)));
  expect(painted).toContain("Both governments signed an accord and thanked Norway for its help.");
  expect(painted).toContain("The navy shelled the port and accused its neighbour of an attack.");
  expect(painted.join()).not.toContain("for threat in");
  const source = await (await page.request.get("/hosts/article.html")).text();
  const article = (html: string) => /<article>.*<\/article>/s.exec(html)?.[0];
  expect(article(await page.content())).toBe(article(source));
  expect(complaints).toEqual([]);
});

test("errors are told apart by their codes", async ({ page }) => {
  await page.goto("/");
  const codes = await page.evaluate(async () => {
    const url = new URL("stancelight/index.js", document.baseURI).href;
    const { load } = (await import(url)) as typeof import("stancelight");
    const code = (model: string | Uint8Array) => load({ model }).then(() => "none", (error: { code: string }) => error.code);
    const newer = new Uint8Array([...new TextEncoder().encode("STANCE\r\n"), 99, 0, 0, 0]);
    return [await code("/nowhere.stance"), await code(new Uint8Array([1, 2, 3])), await code(newer)];
  });
  expect(codes).toEqual(["E_FETCH", "E_MODEL_FORMAT", "E_MODEL_VERSION"]);
});
