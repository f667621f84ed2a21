// Small helpers: finding what the page is known to hold, making elements from plain text only, and writing
// figures and hues the same way everywhere.

import type { Label } from "stancelight";

export { percent } from "../module/written";

/** The element with this id; the page's own markup promises it. */
export function byId<T extends HTMLElement = HTMLElement>(id: string): T {
  const element = document.getElementById(id);
  if (!element) throw new Error(`the page has no #${id}`);
  return element as T;
}

/** An element with a class, holding texts and elements. Text stays text: nothing is parsed. */
export function make<K extends keyof HTMLElementTagNameMap>(
  tag: K,
  className: string,
  ...children: (Node | string)[]
): HTMLElementTagNameMap[K] {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...children);
  return element;
}

/**
 * Makes these the children of a list; rows that are there already, just so, stay the elements they were. One that
 * changed hands on the focus, if a button of it has it.
 */
export function settle(list: Element, rows: Element[]): void {
  const focused = list.contains(document.activeElement) ? (document.activeElement as HTMLElement).dataset["index"] : undefined;
  const old = [...list.children];
  let from = 0;
  const settled = rows.map((row) => {
    const at = old.findIndex((one, place) => place >= from && one.isEqualNode(row));
    if (at < 0) return row;
    from = at + 1;
    return old[at] ?? row;
  });
  for (const one of old) if (!settled.includes(one)) one.remove();
  settled.forEach((row, at) => {
    if (list.children[at] !== row) list.insertBefore(row, list.children[at] ?? null);
  });
  if (focused && !list.contains(document.activeElement)) list.querySelector<HTMLElement>(`[data-index="${focused}"]`)?.focus({ preventScroll: true });
}

/** A label's name as it is painted, perhaps with a figure. */
export function swatch(label: Label, words = label.name): HTMLElement {
  const swatch = make("span", "swatch", words);
  swatch.style.setProperty("--hue", hueOf(label));
  swatch.style.setProperty("--style", label.underline);
  return swatch;
}

/** A label's hue, as CSS: it follows the page's colour scheme by itself. */
export const hueOf = (label: Label | undefined): string => (label ? `light-dark(${label.color}, ${label.colorDark})` : "gray");

/** A figure with its sign, a true minus included; what is rounded to nothing has none. */
export function signed(x: number): string {
  const figure = Math.abs(x).toFixed(2);
  return Number(figure) === 0 ? figure : (x < 0 ? "−" : "+") + figure;
}
