// An element kept painted: a model and an element come in, paint goes on and follows whatever the page does with
// the element's text. A text is read again only when it is another; paint is laid again whenever nodes changed.

import { Painter, type Explanation, type Paint, type Sentence } from "stancelight-wasm";
import { StancelightError } from "./errors";
import type { Stancelight } from "./index";
import { addLooks, type Renderer } from "./looks";
import { MarkPainter, removeStrayMarks } from "./marks";
import { readElement, type ElementText } from "./text";

/** How to paint. */
export interface PaintOptions {
  /** Smallest probability that is painted; by default the topic's. */
  threshold?: number | undefined;
  /** `"highlight"` changes no node; `"mark"` wraps in `<mark>`; `"auto"`, the default, takes the first that works. */
  renderer?: Renderer | "auto" | undefined;
}

/** How to keep painted. */
export interface WatchOptions extends PaintOptions {
  /** Called after the first reading, and again when text or threshold changed. */
  onChange?: (watch: Watch) => void;
}

/** A renderer with its looks in place. */
export interface Surface {
  paint(spans: Paint[]): void;
  remove(): void;
}

/** How long the page must be quiet before its changes are looked at, in milliseconds. */
const QUIET = 150;
let surfaces = 0;

/**
 * Makes an element ready to be painted.
 *
 * @throws {StancelightError} `E_NO_HIGHLIGHTS` if only highlights are allowed and there are none.
 */
export function surfaceOn(root: Element, stance: Stancelight, renderer: PaintOptions["renderer"] = "auto"): Surface {
  const prefix = `stancelight-${(surfaces += 1)}`;
  let used: Renderer = "highlight";
  let painter: Painter | MarkPainter;
  if (renderer === "mark") {
    used = "mark";
    painter = new MarkPainter(root, prefix);
  } else {
    try {
      painter = new Painter(root, prefix);
    } catch (cause) {
      if (renderer === "highlight") throw new StancelightError("E_NO_HIGHLIGHTS", (cause as Error).message, { cause });
      used = "mark";
      painter = new MarkPainter(root, prefix);
    }
  }
  const home = root.getRootNode();
  const scope = home instanceof ShadowRoot ? home : root.ownerDocument;
  const removeLooks = addLooks(stance.topic, prefix, scope, used);
  return {
    paint: (spans) => painter.paint(spans),
    remove() {
      painter.clear();
      painter.free();
      removeLooks();
    },
  };
}

/** Paint that follows an element's text. */
export class Watch {
  /** The text as read; sentences' offsets count in it. */
  text = "";
  /** What was found. */
  sentences: Sentence[] = [];
  private readonly surface: Surface;
  private readonly observer: MutationObserver;
  private read: ElementText | undefined;
  private limit: number;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private stopped = false;

  /** Use `stance.watch(element)`. */
  constructor(private readonly stance: Stancelight, readonly element: Element, private readonly options: WatchOptions) {
    this.limit = options.threshold ?? stance.topic.threshold;
    removeStrayMarks(element);
    this.surface = surfaceOn(element, stance, options.renderer);
    this.observer = new MutationObserver(() => {
      clearTimeout(this.timer);
      this.timer = setTimeout(() => this.refresh(), QUIET);
    });
    this.refresh();
  }

  /** Smallest probability that is painted. */
  get threshold(): number {
    return this.limit;
  }

  set threshold(threshold: number) {
    if (threshold === this.limit) return;
    this.limit = threshold;
    this.lay();
    this.options.onChange?.(this);
  }

  /** The indices of the sentences that are painted. */
  get painted(): number[] {
    return this.sentences.flatMap((sentence, i) => (this.stance.isPainted(sentence, this.limit) ? [i] : []));
  }

  /** Reads and paints now, without waiting for the page to be quiet. */
  refresh(): void {
    if (this.stopped) return;
    clearTimeout(this.timer);
    const isFirst = this.read === undefined;
    this.read = readElement(this.element);
    const isNew = isFirst || this.read.text !== this.text;
    if (isNew) {
      this.text = this.read.text;
      this.sentences = this.stance.analyze(this.text);
    }
    this.lay();
    if (isNew) this.options.onChange?.(this);
  }

  /** Why sentence `index` was judged so; offsets count in {@link text}. */
  explain(index: number): Explanation | undefined {
    const sentence = this.sentences[index];
    if (!sentence) return undefined;
    // The model may have read other texts since, so it is asked about the sentence, not about an index.
    const { start, end } = sentence;
    const found = this.stance.explainSentence(this.text.slice(start, end));
    const words = found.words.map((word) => ({ ...word, start: word.start + start, end: word.end + start }));
    return { ...found, start, end, words };
  }

  /** The page's range of sentence `index`. */
  range(index: number): Range | undefined {
    const sentence = this.sentences[index];
    if (!sentence || !this.read) return undefined;
    const range = this.element.ownerDocument.createRange();
    const places = [this.read.place(sentence.start, false), this.read.place(sentence.end, true)] as const;
    const walker = this.element.ownerDocument.createTreeWalker(this.element, 4);
    let at = 0;
    let begun = false;
    for (let node = walker.nextNode(); node; node = walker.nextNode()) {
      const length = node.nodeValue?.length ?? 0;
      if (!begun && places[0] < at + length) {
        range.setStart(node, places[0] - at);
        begun = true;
      }
      if (begun && places[1] <= at + length) {
        range.setEnd(node, places[1] - at);
        return range;
      }
      at += length;
    }
    return undefined;
  }

  /** The painted sentence below a point of the viewport. */
  at(x: number, y: number): number | undefined {
    return this.painted.find((index) =>
      [...(this.range(index)?.getClientRects() ?? [])].some((box) => x >= box.left && x <= box.right && y >= box.top && y <= box.bottom));
  }

  /** Takes the paint away and looks no longer. */
  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
    this.observer.disconnect();
    this.surface.remove();
  }

  private lay(): void {
    this.observer.disconnect();
    const place = this.read?.place;
    if (place) {
      const spans = this.stance.paint(this.sentences, this.limit);
      this.surface.paint(spans.map((span) => ({ ...span, start: place(span.start, false), end: place(span.end, true) })));
    }
    // Only now, so that our own marks do not count as the page's changes.
    this.observer.observe(this.element, { childList: true, characterData: true, subtree: true });
  }
}
