// The article: a plain-text editor over which sentences are painted. Keeps caret, selection, undo and
// scroll, because painting changes no node; where a browser cannot paint so, a marked copy stands in.
//
// A long article lies in the editor in blocks, cut at blank lines: the browser then lays out the ones on screen
// only, and a keystroke costs one block. Their texts together are the article, with nothing added.

import { Painter, addLooks, type Paint, type Topic } from "stancelight";
import { hueOf, make } from "./dom";
import { proseIn } from "./files";

/** Ranges painted at once; of longer articles only what is near the screen. */
const MOST = 1500;
/** Characters from which an article is laid out in blocks, and of a block at least. */
const LONG = 20_000;
const BLOCK = 4000;

/** Whether the browser has the CSS Custom Highlight API. */
const CAN_HIGHLIGHT = "highlights" in CSS && typeof Highlight !== "undefined";

/** The blocks of an article; a short one is its own. */
function blocksOf(text: string): string[] {
  if (text.length < LONG) return [text];
  const out: string[] = [];
  let from = 0;
  while (from < text.length) {
    const gap = text.indexOf("\n\n", from + BLOCK);
    // Where nobody left a line blank, a line's end must do, or in the end any place.
    const line = gap < 0 || gap > from + 4 * BLOCK ? text.indexOf("\n", from + BLOCK) + 1 : gap + 2;
    const to = line <= 0 || line > from + 4 * BLOCK ? from + 4 * BLOCK : line;
    out.push(text.slice(from, to));
    from = to;
  }
  return out;
}

/** Paints spans over the editor's text. */
export class Editor {
  private painter: Painter | undefined;
  private spans: Paint[] = [];
  private topic: Topic | undefined;
  private removeLooks = () => {};
  /** What was last put in by script, which the browser's own undo knows nothing of, and what stood there before. */
  private step: { before: string; after: string } | undefined;

  /** `name` tells this editor's paint from that of another on the page. */
  constructor(
    readonly element: HTMLElement, private readonly marked: HTMLElement, private readonly name: string,
    private readonly onInput: () => void, onCaret: (offset: number) => void,
  ) {
    element.addEventListener("input", () => {
      this.mend();
      onInput();
    });
    element.addEventListener("paste", (event) => this.paste(event));
    element.addEventListener("keydown", (event) => {
      const key = event.key.toLowerCase();
      if (!this.step || !(event.ctrlKey || event.metaKey) || (key !== "z" && key !== "y")) return;
      const { before, after } = this.step;
      const [from, to] = key === "z" && !event.shiftKey ? [after, before] : [before, after];
      if (this.text !== from) return;
      event.preventDefault();
      // To the end of what changed.
      let same = 0;
      while (same < Math.min(from.length, to.length) && from.at(-1 - same) === to.at(-1 - same)) same += 1;
      this.replace(to, to.length - same);
    });
    element.addEventListener("click", () => {
      const [start, end] = this.selection() ?? [];
      if (start !== undefined && start === end) onCaret(start);
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

  /** Blocks that stay as they are keep their nodes. */
  set text(text: string) {
    // Line ends as the editor itself makes them.
    const blocks = blocksOf(text.replace(/\r\n?/g, "\n"));
    const old = [...this.element.children];
    if (blocks.length === 1 || old.length === 0 || old.length !== this.element.childNodes.length) {
      this.element.replaceChildren(...(blocks.length === 1 ? blocks : blocks.map((block) => make("div", "block", block))));
      return;
    }
    let first = 0;
    while (first < Math.min(old.length, blocks.length) && old[first]?.textContent === blocks[first]) first += 1;
    let last = 0;
    while (last < Math.min(old.length, blocks.length) - first && old.at(-1 - last)?.textContent === blocks.at(-1 - last)) last += 1;
    old.slice(first, old.length - last).forEach((block) => block.remove());
    const before = old[old.length - last] ?? null;
    for (const block of blocks.slice(first, blocks.length - last)) this.element.insertBefore(make("div", "block", block), before);
  }

  /** Puts in another article, as a step that can be undone and done again. */
  put(text: string): void {
    const before = this.text;
    this.text = text;
    if (this.text !== before) this.step = { before, after: this.text };
  }

  /** Takes over a topic's looks. Only after a model was loaded: painting needs the engine. */
  dress(topic: Topic): void {
    this.topic = topic;
    try {
      this.painter ??= new Painter(this.element, this.name);
    } catch {
      // No highlights here: read below the editor instead.
      this.marked.hidden = false;
    }
    this.removeLooks();
    this.removeLooks = addLooks(topic, this.name, document);
  }

  /** Paints these spans instead of those before. */
  paint(spans: Paint[]): void {
    this.spans = spans;
    this.repaint();
  }

  /** Shows a span as chosen and, if asked to, brings it into view, which ends at `foot`. */
  select(start: number, end: number, scroll: boolean, foot: number): void {
    const range = this.range(start, end);
    if (!range) return;
    if (CAN_HIGHLIGHT) {
      const chosen = new Highlight(range);
      // Over the paint, whenever that was put there.
      chosen.priority = 1;
      CSS.highlights.set(`chosen-${this.name}`, chosen);
    }
    const box = range.getBoundingClientRect();
    if (scroll && (box.top < 0 || box.bottom > foot)) scrollBy({ top: box.top - foot / 3, behavior: "auto" });
  }

  /** Shows nothing as chosen. */
  deselect(): void {
    if (CAN_HIGHLIGHT) CSS.highlights.delete(`chosen-${this.name}`);
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

  /**
   * A web page with its menus is pasted without them. A great paste goes in as one: the browser's own way puts in line
   * after line, for minutes if there are many. The rest is left to the browser.
   */
  private paste(event: ClipboardEvent): void {
    const prose = proseIn(event.clipboardData?.getData("text/html") ?? "");
    const pasted = prose ?? event.clipboardData?.getData("text/plain") ?? "";
    const [start, end] = this.selection() ?? [];
    if ((prose === undefined && pasted.length < LONG) || start === undefined || end === undefined) return;
    event.preventDefault();
    const before = this.text;
    const insertion = pasted.replace(/\r\n?/g, "\n");
    this.replace(before.slice(0, start) + insertion + before.slice(end), start + insertion.length);
    this.step = { before, after: this.text };
  }

  /** A block ends a line; where typing took its last line break, the next block would run on from it. */
  private mend(): void {
    for (const block of this.element.children) {
      if (block.nextSibling && block.className === "block" && !block.textContent?.endsWith("\n")) block.append("\n");
    }
  }

  private replace(text: string, caret: number): void {
    this.text = text;
    const range = this.range(Math.max(caret - 1, 0), caret);
    if (range) getSelection()?.collapse(range.endContainer, range.endOffset);
    this.onInput();
  }

  /** The nodes that hold the text, each with where it begins. */
  private *nodes(): Generator<[Node, number]> {
    const walker = document.createTreeWalker(this.element, NodeFilter.SHOW_TEXT);
    let at = 0;
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      yield [node, at];
      at += node.nodeValue?.length ?? 0;
    }
  }

  private range(start: number, end: number): Range | undefined {
    const range = document.createRange();
    let begun = false;
    for (const [node, at] of this.nodes()) {
      const length = node.nodeValue?.length ?? 0;
      if (!begun && start < at + length) {
        range.setStart(node, start - at);
        begun = true;
      }
      if (begun && end <= at + length) {
        range.setEnd(node, end - at);
        return range;
      }
    }
    return undefined;
  }

  /** Where in the text the selection begins and ends; `undefined` if it is elsewhere. */
  private selection(): [number, number] | undefined {
    const selection = getSelection();
    if (!selection || selection.rangeCount === 0) return undefined;
    const range = selection.getRangeAt(0);
    if (!this.element.contains(range.startContainer) || !this.element.contains(range.endContainer)) return undefined;
    const place = (container: Node, offset: number) => {
      const before = document.createRange();
      before.selectNodeContents(this.element);
      before.setEnd(container, offset);
      return before.toString().length;
    };
    return [place(range.startContainer, range.startOffset), place(range.endContainer, range.endOffset)];
  }
}
