// The article: a plain-text editor over which sentences are painted. Keeps caret, selection, undo and
// scroll, because painting changes no node; where a browser cannot paint so, a marked copy stands in.

import { Painter, addLooks, type Paint, type Topic } from "stancelight";
import { byId, hueOf, make } from "./dom";

/** Ranges painted at once; of longer articles only what is near the screen. */
const MOST = 1500;

/** Paints spans over the editor's text. */
export class Editor {
  readonly element = byId("editor");
  private readonly marked = byId("marked");
  private painter: Painter | undefined;
  private spans: Paint[] = [];
  private topic: Topic | undefined;
  private removeLooks = () => {};

  constructor(onInput: () => void, onCaret: (offset: number) => void) {
    this.element.addEventListener("input", onInput);
    this.element.addEventListener("click", () => {
      const offset = this.caret();
      if (offset !== undefined) onCaret(offset);
    });
    let waiting = false;
    addEventListener("scroll", () => {
      if (waiting || this.spans.length <= MOST) return;
      waiting = true;
      requestAnimationFrame(() => {
        waiting = false;
        this.repaint();
      });
    }, { passive: true });
  }

  /** The article. */
  get text(): string {
    return this.element.textContent ?? "";
  }

  set text(text: string) {
    // One text node, line ends as the editor itself makes them.
    this.element.textContent = text.replace(/\r\n?/g, "\n");
  }

  /** Takes over a topic's looks. Only after a model was loaded: painting needs the engine. */
  dress(topic: Topic): void {
    this.topic = topic;
    try {
      this.painter ??= new Painter(this.element, "stance");
    } catch {
      // No highlights here: read below the editor instead.
      this.marked.hidden = false;
    }
    this.removeLooks();
    this.removeLooks = addLooks(topic, "stance", document);
  }

  /** Paints these spans instead of those before. */
  paint(spans: Paint[]): void {
    this.spans = spans;
    this.repaint();
  }

  private repaint(): void {
    if (this.painter) this.painter.paint(this.near());
    else this.copy();
  }

  /** Of many spans those near the part on screen. */
  private near(): Paint[] {
    if (this.spans.length <= MOST) return this.spans;
    const box = this.element.getBoundingClientRect();
    const seen = Math.min(Math.max(-box.top / Math.max(box.height, 1), 0), 1);
    // Lines are about equally long, so the part scrolled by is about the part of the text.
    const offset = seen * this.text.length;
    const first = this.spans.findIndex(({ end }) => end >= offset);
    const from = Math.max((first < 0 ? this.spans.length : first) - MOST / 3, 0);
    return this.spans.slice(from, from + MOST);
  }

  /** The same in `<mark>` elements, for browsers without highlights. */
  private copy(): void {
    const text = this.text;
    const parts: (Node | string)[] = [];
    let at = 0;
    for (const span of this.spans) {
      const label = this.topic?.labels[span.group];
      const mark = make("mark", "swatch", text.slice(span.start, span.end));
      mark.style.setProperty("--hue", hueOf(label));
      mark.style.setProperty("--style", label?.underline ?? "solid");
      parts.push(text.slice(at, span.start), mark);
      at = span.end;
    }
    parts.push(text.slice(at));
    this.marked.replaceChildren(...parts);
  }

  /** Shows a span as chosen and brings it into view. */
  select(start: number, end: number, scroll: boolean): void {
    const range = this.range(start, end);
    if (!range) return;
    if ("highlights" in CSS) CSS.highlights.set("selected", new Highlight(range));
    const box = range.getBoundingClientRect();
    if (scroll && (box.top < 0 || box.bottom > innerHeight)) {
      scrollBy({ top: box.top - innerHeight / 3, behavior: "auto" });
    }
  }

  /** Shows nothing as chosen. */
  deselect(): void {
    if ("highlights" in CSS) CSS.highlights.delete("selected");
  }

  private range(start: number, end: number): Range | undefined {
    const range = document.createRange();
    const walker = document.createTreeWalker(this.element, NodeFilter.SHOW_TEXT);
    let at = 0;
    let begun = false;
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const length = node.nodeValue?.length ?? 0;
      if (!begun && start < at + length) {
        range.setStart(node, start - at);
        begun = true;
      }
      if (begun && end <= at + length) {
        range.setEnd(node, end - at);
        return range;
      }
      at += length;
    }
    return undefined;
  }

  /** Where the caret stands in the text. */
  private caret(): number | undefined {
    const selection = getSelection();
    if (!selection?.isCollapsed || !selection.focusNode || !this.element.contains(selection.focusNode)) return undefined;
    const walker = document.createTreeWalker(this.element, NodeFilter.SHOW_TEXT);
    let at = 0;
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      if (node === selection.focusNode) return at + selection.focusOffset;
      at += node.nodeValue?.length ?? 0;
    }
    return undefined;
  }
}
