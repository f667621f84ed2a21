// Small helpers: finding what the page is known to hold, making elements from plain text only, and writing
// figures and hues the same way everywhere.

import type { Label } from "stancelight";

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

/** A label's hue, as CSS: it follows the page's colour scheme by itself. */
export const hueOf = (label: Label | undefined): string => (label ? `light-dark(${label.color}, ${label.colorDark})` : "gray");

/** A figure with its sign, a true minus included. */
export const signed = (x: number): string => (x < 0 ? "−" : "+") + Math.abs(x).toFixed(2);

/** A probability in per cent; near the ends with a decimal, and never 100, which would be a lie. */
export function percent(p: number): string {
  if (p > 0.999) return ">99.9 %";
  if (p < 0.001) return "<0.1 %";
  return `${(100 * p).toFixed(p > 0.99 || p < 0.01 ? 1 : 0)} %`;
}
