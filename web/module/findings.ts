// What paint cannot tell a screen reader: the painted sentences as a list, seen only while the keyboard is in it, each a
// way to its place. One of them takes part in the tab order and the arrow keys reach the rest, so that a long list is one
// stop on the way through the page.

import type { Topic } from "stancelight";
import { percent } from "./written";

/** A box on the page's text, in the colours of the reader's system. */
export const BOX = "padding:.6rem .8rem;background:Canvas;color:CanvasText;border:1px solid;border-radius:.5rem;font:14px/1.4 system-ui,sans-serif;box-sizing:border-box";
/** Its style, for the shadow tree it stands in. */
export const FINDINGS = `
.findings:not(:focus-within){position:absolute;width:1px;height:1px;margin:-1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.findings:focus-within{position:fixed;inset:auto 1rem 1rem auto;max-width:min(30rem,calc(100vw - 2rem));max-height:50vh;overflow:auto;z-index:2147483646;${BOX}}
.findings ol{margin:0;padding-left:1.5rem}
.findings button{font:inherit;color:inherit;background:none;border:0;padding:.15rem;text-align:start;cursor:pointer}
`;

/** A painted sentence. */
export interface Listed {
  label: string;
  text: string;
  probabilities: Record<string, number>;
}

/**
 * Puts the list into a shadow tree instead of the one before, the focus where it was in that; `choose` is told the place in
 * it of a sentence chosen.
 */
export function listFindings(shadow: ShadowRoot, topic: Topic, findings: Listed[], choose: (place: number) => void): void {
  const document = shadow.ownerDocument;
  const section = document.createElement("section");
  section.className = "findings";
  section.part.add("findings");
  section.setAttribute("aria-label", `${topic.title}: ${findings.length} ${findings.length === 1 ? "sentence" : "sentences"}`);
  const list = section.appendChild(document.createElement("ol"));
  const buttons = findings.map(({ label, text, probabilities }, place) => {
    const button = list.appendChild(document.createElement("li")).appendChild(document.createElement("button"));
    button.tabIndex = place && -1;
    button.textContent = `${label}, ${percent(probabilities[label])}: ${text}`;
    button.addEventListener("click", () => choose(place));
    return button;
  });
  const placeIn = (all: Iterable<Element>) => [...all].indexOf(shadow.activeElement as Element);
  const turn = (next: HTMLButtonElement) => {
    for (const button of buttons) button.tabIndex = button === next ? 0 : -1;
    next.focus();
  };
  section.addEventListener("keydown", (event) => {
    const next = buttons[placeIn(buttons) + ({ ArrowDown: 1, ArrowUp: -1 }[event.key] ?? NaN)];
    if (!next) return;
    // The page may have other plans for these keys.
    event.preventDefault();
    event.stopPropagation();
    turn(next);
  });
  const place = placeIn(shadow.querySelectorAll(".findings button"));
  shadow.querySelector(".findings")?.remove();
  shadow.append(section);
  const next = buttons[Math.min(place, buttons.length - 1)];
  if (next) turn(next);
}
