// What of a page is its article: trees come in, one element goes out. It is the smallest that holds most of the
// page's prose, wherever that lies; what is around and between the prose is named, so as not to be read.

/** What stands beside an article, or between its paragraphs, and is not part of it. */
export const NOISE = [
  "nav", "aside", "footer", "form", "dialog", "figcaption",
  ..."navigation complementary contentinfo banner search dialog".split(" ").map((role) => `[role=${role}]`),
  ..."advert sponsor promo newsletter related share-".split(" ").flatMap((word) => [`[class*="${word}" i]`, `[id*="${word}" i]`]),
  '[class~="ad" i]', '[class^="ad-" i]', '[class*=" ad-" i]', '[id^="ad-" i]', '[aria-label*="advertisement" i]',
].join(",");

/** Where prose stands. Of a `div` only the text that is its own counts. */
const PROSE = "p,li,blockquote,dd,td,div,section,article";
/** Shorter ones are labels, bylines and links. */
const SHORT = 60;
/** How much of all prose "most" is. */
const MOST = 0.7;

/** The length of an element's own words, not those of the blocks in it. */
function proseIn(element: Element): number {
  if (/^(p|li|blockquote|dd|td)$/.test(element.localName) && !element.querySelector("p,div")) return element.textContent.trim().length;
  let length = 0;
  for (const { nodeType, nodeValue } of element.childNodes) if (nodeType === 3) length += nodeValue?.trim().length ?? 0;
  return length;
}

/** The article of a page that consists of these trees, alone in a list; nothing if there is no prose. */
export function findArticle(trees: (Document | ShadowRoot)[]): [Element] | undefined {
  let best: { element: Element; prose: number } | undefined;
  for (const tree of trees) {
    const weights = new Map<Element, number>();
    let total = 0;
    for (const element of tree.querySelectorAll(PROSE)) {
      const prose = proseIn(element);
      if (prose < SHORT || element.closest(NOISE)) continue;
      total += prose;
      for (let up: Element | null = element; up; up = up.parentElement) weights.set(up, (weights.get(up) ?? 0) + prose);
    }
    if (total <= (best?.prose ?? 0)) continue;
    // No two that hold most lie side by side, so each lies in the one before or around it.
    const enough = [...weights].filter(([, prose]) => prose >= MOST * total).map(([element]) => element);
    best = { element: enough.reduce((inner, next) => (inner.contains(next) ? next : inner)), prose: total };
  }
  return best && [best.element];
}
