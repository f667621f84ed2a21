// How painted sentences look: a topic's labels come in, a style sheet goes out, for `::highlight()` or for marks.
// Hue and underline style tell the label, the depth of the tint how sure the model is. Hues are those for light pages or
// for dark ones, whichever the text stands on. A page has the last word by custom properties: `--stance-color-<label>`,
// and `--stance-decoration-<label>` for the underline.

import type { Topic } from "stancelight-wasm";

type Label = Topic["labels"][number];

/** Depths of tint, from barely sure to certain; as many as the painter has strengths. */
const LIGHT = [0.1, 0.19, 0.3];
const DARK = [0.16, 0.27, 0.4];

/** Which of the depths: 0 is barely sure. */
export function depthOf(strength: number): number {
  return Math.min(Math.floor(Math.min(Math.max(strength, 0), 1) * LIGHT.length), LIGHT.length - 1);
}

/** When the reader's system asks for dark pages. */
const PREFERS_DARK = "(prefers-color-scheme:dark)";

/**
 * The media query that holds where an element stands on a dark page, which its text's lightness tells: what the system
 * prefers where the page follows that; but many are only light, or have a switch of their own.
 */
export function darkWhere(element: Element): string {
  const { color } = getComputedStyle(element);
  const space = color[0];
  const [a = 0, b = a, c = a] = color.split(/[( ]/).map(parseFloat).filter((number) => number >= 0);
  // Of `rgb()` and `color()` there are three parts; `lab()`, `oklch()` and the like begin with the lightness.
  const lightness = space === "r" ? (a + b + c) / 765 : space === "c" ? (a + b + c) / 3 : space === "l" ? a / 100 : a;
  const isDark = lightness > 0.5;
  return isDark === globalThis.matchMedia?.(PREFERS_DARK).matches ? PREFERS_DARK : isDark ? "all" : "not all";
}

/** How spans are shown: by the CSS Custom Highlight API, or in `<mark>` elements. */
export type Renderer = "highlight" | "mark";

/** `#rrggbb` with an opacity, as CSS has it. */
function tint(color: string, opacity: number): string {
  return color + Math.round(opacity * 255).toString(16).padStart(2, "0");
}

function line(style: string, color: string): string {
  return style === "none" ? "none" : `underline ${style} ${color}`;
}

/** A label's colour and underline as a page may wish them by custom properties, with what they are if it does not. */
export function wished({ name, underline }: Label, color: string): { color: string; decoration: string } {
  const id = name.replace(/[^\w-]/g, "-");
  const wish = `var(--stance-color-${id},${color})`;
  return { color: wish, decoration: `var(--stance-decoration-${id},${line(underline, wish)})` };
}

/** The rules for spans named `${prefix}-${label}-${strength}`; `dark` is the media query for the hues of dark pages. */
export function looks(topic: Topic, prefix: string, renderer: Renderer = "highlight", dark = PREFERS_DARK): string {
  const name = renderer === "mark"
    ? (at: string) => `mark[data-stancelight="${at}"]`
    : (at: string) => `::highlight(${at})`;
  const sheet = (pick: (label: Label, strength: number) => string) =>
    topic.labels.flatMap((label, i) => LIGHT.map((_, s) => `${name(`${prefix}-${i}-${s}`)}{${pick(label, s)}}`)).join("");
  const plain = (color: (label: Label) => string, depths: number[]) =>
    sheet((label, s) => `background-color:${tint(color(label), depths[s] ?? 0)};text-decoration:${line(label.underline, color(label))}`);
  const custom = (color: (label: Label) => string, depths: number[]) => sheet((label, s) => {
    const wish = wished(label, color(label));
    const percent = Math.round((depths[s] ?? 0) * 100);
    return `background-color:color-mix(in srgb,${wish.color} ${percent}%,transparent);text-decoration:${wish.decoration}`;
  });
  const forced = sheet(({ underline }) => `background-color:Canvas;color:CanvasText;text-decoration:${line(underline, "Highlight")}`);
  const both = (rules: typeof plain) =>
    `${rules(({ color }) => color, LIGHT)}@media ${dark}{${rules(({ colorDark }) => colorDark, DARK)}}`;
  // A mark brings the browser's own black on yellow; the text keeps the colour it had.
  const base = renderer === "mark" ? `mark[data-stancelight^="${prefix}-"]{color:inherit}` : "";
  return `${base}${both(plain)}@supports(color:color-mix(in srgb,red,red)){${both(custom)}}@media(forced-colors:active){${forced}}`;
}

/** Adds the rules to a document or a shadow tree; gives a function that takes them away. */
export function addLooks(topic: Topic, prefix: string, scope: Document | ShadowRoot, renderer?: Renderer, dark?: string): () => void {
  return addSheet(looks(topic, prefix, renderer, dark), scope);
}

/** Adds a style sheet; gives a function that takes it away. */
export function addSheet(css: string, scope: Document | ShadowRoot): () => void {
  // A constructed sheet needs no inline style, so the strictest policy allows it.
  const Sheet = (scope.ownerDocument ?? (scope as Document)).defaultView?.CSSStyleSheet ?? CSSStyleSheet;
  const sheet = new Sheet();
  sheet.replaceSync(css);
  scope.adoptedStyleSheets = [...scope.adoptedStyleSheets, sheet];
  return () => {
    scope.adoptedStyleSheets = scope.adoptedStyleSheets.filter((other) => other !== sheet);
  };
}
