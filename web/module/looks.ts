// How painted sentences look: a topic's labels come in, a style sheet of `::highlight()` rules goes out. Hue
// and underline style tell the label, the depth of the tint how sure the model is.

import type { Topic } from "stancelight-wasm";

/** Depths of tint, from barely sure to certain; as many as the painter has strengths. */
const LIGHT = [0.1, 0.19, 0.3];
const DARK = [0.16, 0.27, 0.4];

/** 0 at the threshold, 1 at certainty. */
export function strengthOf(probability: number, threshold: number): number {
  return threshold >= 1 ? 1 : (probability - threshold) / (1 - threshold);
}

/** `#rrggbb` with an opacity, as CSS has it. */
function tint(color: string, opacity: number): string {
  return color + Math.round(opacity * 255).toString(16).padStart(2, "0");
}

/** The rules for highlights named `${prefix}-${label}-${strength}`. */
export function looks(topic: Topic, prefix: string): string {
  const rule = (label: number, strength: number, body: string) => `::highlight(${prefix}-${label}-${strength}){${body}}`;
  const sheet = (pick: (label: Topic["labels"][number], strength: number) => string) =>
    topic.labels.flatMap((label, i) => LIGHT.map((_, strength) => rule(i, strength, pick(label, strength)))).join("");
  const line = (style: string, color: string) => (style === "none" ? "none" : `underline ${style} ${color}`);
  const light = sheet(({ color, underline }, s) => `background-color:${tint(color, LIGHT[s] ?? 0)};text-decoration:${line(underline, color)}`);
  const dark = sheet(({ colorDark, underline }, s) => `background-color:${tint(colorDark, DARK[s] ?? 0)};text-decoration:${line(underline, colorDark)}`);
  const forced = sheet(({ underline }) => `background-color:Canvas;color:CanvasText;text-decoration:${line(underline, "Highlight")}`);
  return `${light}@media(prefers-color-scheme:dark){${dark}}@media(forced-colors:active){${forced}}`;
}

/** Adds the rules to a document; gives a function that takes them away. */
export function addLooks(topic: Topic, prefix: string, document: Document): () => void {
  // A constructed sheet needs no inline style, so the strictest policy allows it.
  const Sheet = document.defaultView?.CSSStyleSheet ?? CSSStyleSheet;
  const sheet = new Sheet();
  sheet.replaceSync(looks(topic, prefix));
  document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  return () => {
    document.adoptedStyleSheets = document.adoptedStyleSheets.filter((other) => other !== sheet);
  };
}
