// Why a sentence was judged so, in a small box beside it: the words that did most, and how much each did.

import type { Explanation, Topic } from "stancelight";
import { BOX } from "./findings";
import { percent } from "./written";

/** Its style, for the shadow tree it stands in. */
export const WHY = `
.why{position:fixed;z-index:2147483647;max-width:min(20rem,calc(100vw - 1rem));${BOX}}
.why p{margin:0 0 .4rem;font-weight:600}
.why ul{margin:0;padding:0;list-style:none}
.why li{display:flex;justify-content:space-between;gap:1rem}
.why b{font-weight:400;font-variant-numeric:tabular-nums}
`;

/** Words shown. */
const MOST = 5;

/** Shows the box near a point of the viewport, instead of the one before; Escape closes it. */
export function showWhy(shadow: ShadowRoot, topic: Topic, text: string, explanation: Explanation, x: number, y: number): void {
  const document = shadow.ownerDocument;
  shadow.querySelector(".why")?.remove();
  const box = document.createElement("div");
  box.className = "why";
  box.part.add("why");
  box.tabIndex = -1;
  box.setAttribute("role", "dialog");
  box.setAttribute("aria-label", topic.question);
  const { label } = explanation;
  const head = box.appendChild(document.createElement("p"));
  head.textContent = `${label}, ${percent(explanation.probabilities[label])}`;
  const list = box.appendChild(document.createElement("ul"));
  const share = (shares: Record<string, number>) => shares[label] ?? 0;
  const words = explanation.words.filter(({ shares }) => share(shares) !== 0)
    .sort((a, b) => Math.abs(share(b.shares)) - Math.abs(share(a.shares))).slice(0, MOST);
  for (const { start, end, shares } of words) {
    const item = list.appendChild(document.createElement("li"));
    item.append(text.slice(start, end));
    const amount = share(shares);
    item.appendChild(document.createElement("b")).textContent = `${amount < 0 ? "−" : "+"}${Math.abs(amount).toFixed(2)}`;
  }
  shadow.append(box);
  const { width, height } = box.getBoundingClientRect();
  box.style.left = `${Math.max(8, Math.min(x, innerWidth - width - 8))}px`;
  box.style.top = `${Math.max(8, Math.min(y + 12, innerHeight - height - 8))}px`;
  const previous = shadow.activeElement as HTMLElement | null;
  box.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    box.remove();
    previous?.focus();
  });
  box.focus({ preventScroll: true });
}
