// Paint that leaves no trace: the page's nodes before, during and after, for both renderers.

import { expect, test } from "@playwright/test";

type Module = typeof import("stancelight");
const INDEX = "/stancelight/index.js";

/** Awkward on purpose: nested inline elements, text nodes side by side, entities, lists, code, a form, comments. */
const ARTICLE = `<h1>Both governments signed an accord</h1><!-- kept -->
<p id="split">The navy <a href="#x">shel<b>led</b></a> the&nbsp;port &amp; accused
its neighbour of an attack. Then both sides <em>signed</em> a peace treaty.</p>
<ul>
  <li>The rebels bombed the <code>capital</code>.</li>
</ul><table><tbody><tr>
<td>They thanked Norway for its help &lt;3 🕊️.</td> </tr></tbody></table>
<textarea>The army attacked.</textarea><script type="text/plain">The army attacked.</script>`;

for (const renderer of ["highlight", "mark"] as const) {
  test(`${renderer}: the page is the same to the byte and to the node once the paint is gone`, async ({ page }) => {
    await page.goto("/hosts/plain.html");
    const found = await page.evaluate(async ({ INDEX, ARTICLE, renderer }) => {
      const { load } = (await import(INDEX)) as Module;
      const article = document.querySelector("article") as HTMLElement;
      article.append(document.createRange().createContextualFragment(ARTICLE));
      // Neighbouring text nodes must not be joined, nor an empty one lost.
      document.querySelector("#split")?.append("The army ", "", "attacked the border.");
      const nodes = () => {
        const out: [Node, string | null][] = [];
        const walker = document.createTreeWalker(document, NodeFilter.SHOW_ALL);
        for (let node = walker.nextNode(); node; node = walker.nextNode()) out.push([node, node.nodeValue]);
        return out;
      };
      const whole = () => new XMLSerializer().serializeToString(document);
      const before = nodes();
      const [html, xml, sheets] = [document.documentElement.outerHTML, whole(), document.adoptedStyleSheets.length];
      const stance = await load();
      const rounds: unknown[] = [];
      for (const paint of [() => stance.highlight(article, { renderer, threshold: 0.4 }), () => stance.watch(article, { renderer, threshold: 0.4 })]) {
        const painted = paint();
        const marks = document.querySelectorAll("mark").length;
        const text = article.textContent;
        const during = document.documentElement.outerHTML === html;
        const misplaced = document.querySelectorAll("textarea mark, script mark, ul > mark, tr > mark, tbody > mark, code mark").length;
        if ("clear" in painted) painted.clear();
        else painted.stop();
        const after = nodes();
        rounds.push({
          during, marks: marks > 5, misplaced, text: text === article.textContent,
          html: document.documentElement.outerHTML === html, xml: whole() === xml,
          nodes: after.length === before.length && after.every(([node, value], i) => node === before[i]?.[0] && value === before[i]?.[1]),
          left: CSS.highlights.size + document.adoptedStyleSheets.length - sheets,
        });
      }
      return rounds;
    }, { INDEX, ARTICLE, renderer });
    const isMark = renderer === "mark";
    const round = { during: !isMark, marks: isMark, misplaced: 0, text: true, html: true, xml: true, nodes: true, left: 0 };
    expect(found).toEqual([round, round]);
  });
}

test("both renderers paint the same text", async ({ page }) => {
  await page.goto("/hosts/plain.html");
  const [ranges, marks] = await page.evaluate(async ({ INDEX, ARTICLE }) => {
    const { load } = (await import(INDEX)) as Module;
    const article = document.querySelector("article") as HTMLElement;
    article.replaceChildren(document.createRange().createContextualFragment(ARTICLE.replace(/<code>|<\/code>/g, "")));
    const stance = await load();
    const squeeze = (text: string) => text.replace(/\s/g, "");
    const painted = stance.highlight(article, { renderer: "highlight" });
    const ranges = [...CSS.highlights.values()].flatMap((highlight) => [...highlight] as Range[])
      .sort((a, b) => a.compareBoundaryPoints(Range.START_TO_START, b)).map(String).join("");
    painted.clear();
    stance.highlight(article, { renderer: "mark" });
    return [squeeze(ranges), squeeze([...article.querySelectorAll("mark")].map(({ textContent }) => textContent).join(""))];
  }, { INDEX, ARTICLE });
  expect(marks).toBe(ranges);
  expect(marks).toContain("signedapeacetreaty");
});

test("without the highlight API marks are used, unless only highlights are allowed", async ({ page }) => {
  await page.addInitScript(() => { Reflect.deleteProperty(window, "Highlight"); });
  await page.goto("/hosts/plain.html");
  const found = await page.evaluate(async (INDEX) => {
    const { load } = (await import(INDEX)) as Module;
    const article = document.querySelector("article") as HTMLElement;
    const stance = await load();
    stance.highlight(article);
    const marks = document.querySelectorAll("mark").length;
    try {
      stance.highlight(article, { renderer: "highlight" });
      return [marks];
    } catch (error) {
      return [marks, (error as { code: string }).code];
    }
  }, INDEX);
  expect(found).toEqual([2, "E_NO_HIGHLIGHTS"]);
});

test("marks survive a page that edits between them", async ({ page }) => {
  await page.goto("/hosts/plain.html");
  const found = await page.evaluate(async (INDEX) => {
    const { load } = (await import(INDEX)) as Module;
    const article = document.querySelector("article") as HTMLElement;
    const stance = await load();
    const watch = stance.watch(article, { renderer: "mark" });
    (document.querySelector("mark") as HTMLElement).textContent = "They met.";
    document.querySelector("mark:last-of-type")?.append(document.createElement("br"));
    await new Promise((resolve) => setTimeout(resolve, 600));
    watch.stop();
    return article.innerHTML;
  }, INDEX);
  expect(found).toBe("<p>They met. The navy shelled the port.<br></p>");
});

test("the hidden findings are in the accessibility tree, outside the page's own nodes", async ({ page }) => {
  await page.goto("/hosts/element.html");
  const region = page.locator("#one").getByRole("region");
  await expect(region.getByRole("listitem")).toHaveText(/cooperation, (>99\.9|99\.\d|\d\d)\s%: Both governments signed an accord/);
  const box = await region.boundingBox();
  expect(Math.max(box?.width ?? 9, box?.height ?? 9)).toBeLessThanOrEqual(1);
});
