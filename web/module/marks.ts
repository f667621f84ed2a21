// Painting without the CSS Custom Highlight API: spans of an element's `textContent` come in, `<mark>` elements go
// around them. This alone changes a page's nodes, so it remembers every cut: afterwards the same text nodes hold the
// same text between the same neighbours.

import type { Paint } from "stancelight-wasm";
import { depthOf } from "./looks";
import { SKIPPED } from "./text";

const ATTRIBUTE = "data-stancelight";

/** Marks that somebody will take away; others are copies made by cloning a painted page. */
const live = new WeakSet<Element>();

/** A text node that was cut: the node itself first, what was cut off it after. */
type Cut = Text[];

function unwrap(mark: Element): void {
  mark.replaceWith(...mark.childNodes);
}

/** Takes away the marks that came along when painted nodes were cloned. */
export function removeStrayMarks(root: Element): void {
  for (const mark of root.querySelectorAll(`mark[${ATTRIBUTE}]`)) if (!live.has(mark)) unwrap(mark);
}

/** Paints the text of one element with marks; a stand-in for the engine's `Painter`. */
export class MarkPainter {
  private cuts: Cut[] = [];
  private marks: Element[] = [];

  constructor(private readonly root: Element, private readonly prefix: string) {}

  /** Paints these spans, ascending and without overlap, instead of whatever was painted before. */
  paint(spans: Paint[]): void {
    this.clear();
    const { ownerDocument: document } = this.root;
    const walker = document.createTreeWalker(this.root, 4); // NodeFilter.SHOW_TEXT
    const nodes: { node: Text; start: number }[] = [];
    for (let at = 0, node = walker.nextNode() as Text | null; node; node = walker.nextNode() as Text | null) {
      nodes.push({ node, start: at });
      at += node.data.length;
    }
    let first = 0;
    for (const { node, start } of nodes) {
      const end = start + node.data.length;
      while ((spans[first]?.end ?? Infinity) <= start) first += 1;
      const inside: Paint[] = [];
      for (let i = first; (spans[i]?.start ?? Infinity) < end; i += 1) inside.push(spans[i] as Paint);
      // Space between blocks takes no mark: a list or a table may hold none there.
      if (inside.length === 0 || node.data.trim() === "" || this.isSkipped(node)) continue;
      const cut: Cut = [node];
      // From the end, so that the offsets before stay true.
      for (const span of inside.reverse()) {
        const from = Math.max(span.start - start, 0);
        const to = span.end - start;
        if (to < node.data.length) cut.splice(1, 0, node.splitText(to));
        let middle: Text = node;
        if (from > 0) {
          middle = node.splitText(from);
          cut.splice(1, 0, middle);
        }
        const mark = document.createElement("mark");
        mark.setAttribute(ATTRIBUTE, `${this.prefix}-${span.group}-${depthOf(span.strength)}`);
        live.add(mark);
        this.marks.push(mark);
        middle.replaceWith(mark);
        mark.append(middle);
      }
      this.cuts.push(cut);
    }
  }

  /** Takes this painter's marks away and joins what was cut. */
  clear(): void {
    for (const mark of this.marks) unwrap(mark);
    for (const [node, ...rest] of this.cuts) {
      // What the page has moved or thrown away in the meantime is its own affair.
      const whole = node && rest.every((part, i) => part.previousSibling === (rest[i - 1] ?? node));
      if (!whole || rest.length === 0) continue;
      const text = node.data + rest.map(({ data }) => data).join("");
      for (const part of rest) part.remove();
      node.data = text;
    }
    this.marks = [];
    this.cuts = [];
  }

  private isSkipped(node: Text): boolean {
    const skipped = node.parentElement?.closest(SKIPPED);
    return skipped !== null && skipped !== undefined && skipped !== this.root && this.root.contains(skipped);
  }
}
