// What of a page is read, case by case: a piece of HTML, and the sentences a reader would see in it.

import { expect, test } from "@playwright/test";

// The cases bring styles of their own, which the test server's policy forbids.
test.use({ bypassCSP: true });

type Module = typeof import("stancelight");
const INDEX = "/stancelight/index.js";
const A = "The navy shelled the port.";
const B = "Both sides signed an accord.";
const CLIPPED = "position:absolute;width:1px;height:1px;overflow:hidden;clip:rect(0,0,0,0)";

const CASES: [what: string, html: string, sentences: string[], skip?: string][] = [
  ["inline elements within a word", '<p>The <b>na</b>vy <a href="#">shel<i>led</i></a> the port.</p>', [A]],
  ["a sentence over a line of source", "<p>The navy\n  shelled the port.</p>", [A]],
  ["blocks end sentences", "<div>The navy shelled the port<div>Both sides signed an accord</div></div>", [A.slice(0, -1), B.slice(0, -1)]],
  ["text beside blocks", `<div>${A}<p>${B}</p>${A}</div>`, [A, B, A]],
  ["list items", `<ul><li>${A.slice(0, -1)}<li>${B.slice(0, -1)}</ul>`, [A.slice(0, -1), B.slice(0, -1)]],
  ["table cells", `<table><tr><td>${A.slice(0, -1)}<td>${B.slice(0, -1)}</table>`, [A.slice(0, -1), B.slice(0, -1)]],
  ["a line break ends a line", `<p>${A.slice(0, -1)}<br>${B.slice(0, -1)}</p>`, [A.slice(0, -1), B.slice(0, -1)]],
  ["a style that keeps line breaks", `<p style="white-space:pre-wrap">${A.slice(0, -1)}\n\n${B.slice(0, -1)}</p>`, [A.slice(0, -1), B.slice(0, -1)]],
  ["columns of a flexible box", `<p style="display:flex"><span>${A.slice(0, -1)}</span><span>${B.slice(0, -1)}</span></p>`, [A.slice(0, -1), B.slice(0, -1)]],
  ["a drop cap", '<p><span style="float:left;font-size:3em">T</span>he navy shelled the port.</p>', [A]],
  ["a mark of a note", `<p>${A}<sup><a href="#n1">[1]</a></sup> ${B}</p>`, [A, B]],
  ["words for screen readers alone", `<p>The navy <a href="#">shelled<span style="${CLIPPED}"> (opens elsewhere)</span></a> the port.</p>`, [A]],
  ["a gloss above a word", "<p>The <ruby>navy<rt>ships</rt></ruby> shelled the port.</p>", [A]],
  ["soft hyphens and places to break", "<p>The na&shy;vy shel<wbr>led the port.</p>", ["The na\u00advy shelled the port."]],
  ["hidden in five ways", `<p hidden>${A}</p><p style="display:none">${A}</p><p style="visibility:hidden">${A}</p><p aria-hidden="true">${A}</p><p style="content-visibility:hidden">${A}</p>${B}`, [B]],
  ["seen within hidden", `<div style="visibility:hidden">${A}<p style="visibility:visible">${B}</p></div>`, [B]],
  ["folded, for it may be unfolded", `<details><summary>More</summary><p>${A}</p></details>`, ["More", A]],
  ["code", `<pre>${A}</pre><p><code>${A}</code> <kbd>${A}</kbd></p>${B}`, [B]],
  ["forms", `<form><textarea>${A}</textarea><select><option>${A}</select><button>${A}</button><input value="${A}"></form>${B}`, [B]],
  ["what the reader writes", `<div contenteditable>${A}</div><div contenteditable="false">${B}</div>`, [B]],
  ["frames and fallbacks", `<iframe srcdoc="<p>${A}</p>"></iframe><object>${A}</object><video>${A}</video><canvas>${A}</canvas><noscript>${A}</noscript>${B}`, [B]],
  ["an element that reads for itself", `<stance-highlight><p>${A}</p></stance-highlight>${B}`, [B]],
  ["what the page says to skip", `<aside>${A}</aside><p>${B} <span class="advert">${A}</span></p>`, [B], "aside, .advert"],
];

test("what a reader sees is read, sentence by sentence", async ({ page }) => {
  await page.goto("/hosts/plain.html");
  const found = await page.evaluate(async ({ INDEX, cases }) => {
    const { load } = (await import(INDEX)) as Module;
    const stance = await load();
    const article = document.querySelector("article") as HTMLElement;
    return cases.map(([what, html, , skip]) => {
      article.innerHTML = html;
      const watch = stance.watch(article, { threshold: 0, skip });
      const sentences = watch.sentences.map(({ start, end }) => watch.text.slice(start, end).replace(/\s+/g, " "));
      const begins = watch.sentences.every((_, i) => watch.text.startsWith(watch.range(i)?.toString().slice(0, 2).replace(/\s/g, " ") ?? "-", watch.sentences[i]?.start));
      watch.stop();
      return [what, begins, sentences];
    });
  }, { INDEX, cases: CASES });
  expect(found).toEqual(CASES.map(([what, , sentences]) => [what, true, sentences]));
});

test("a shadow tree is not read with what is around it, but painted when it is named", async ({ page }) => {
  await page.goto("/hosts/auto.html");
  await page.evaluate(({ A }) => {
    const host = document.body.appendChild(document.createElement("div"));
    host.attachShadow({ mode: "open" }).innerHTML = `<article><p>${A}</p></article>`;
    document.querySelector("article")?.append(host.cloneNode());
  }, { A });
  const painted = () => page.evaluate(() => [...CSS.highlights.values()].flatMap((highlight) => [...highlight].map(String)).sort());
  await expect.poll(painted).toContain(A);
  expect((await painted()).filter((text) => text === A)).toHaveLength(1);
  expect(await page.evaluate(() => document.querySelector("body > div")?.shadowRoot?.adoptedStyleSheets.length)).toBe(1);
});

test("text that a style hides or shows is followed, and a page that never rests is read all the same", async ({ page }) => {
  await page.goto("/hosts/plain.html");
  const found = await page.evaluate(async ({ INDEX, A, B }) => {
    const { load } = (await import(INDEX)) as Module;
    const stance = await load();
    const article = document.querySelector("article") as HTMLElement;
    article.innerHTML = `<p>${A}</p><p hidden>${B}</p><p id="ticker">1</p>`;
    const watch = stance.watch(article);
    const texts = () => watch.sentences.map(({ start, end }) => watch.text.slice(start, end));
    const out = [texts().includes(B)];
    const ticker = document.getElementById("ticker") as HTMLElement;
    const tick = setInterval(() => { ticker.style.opacity = String(Math.random()); }, 20);
    article.querySelector("[hidden]")?.removeAttribute("hidden");
    const until = performance.now() + 5000;
    while (!texts().includes(B) && performance.now() < until) await new Promise((resume) => setTimeout(resume, 50));
    clearInterval(tick);
    out.push(texts().includes(B));
    watch.stop();
    return out;
  }, { INDEX, A, B });
  expect(found).toEqual([false, true]);
});
