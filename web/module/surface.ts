// An element made ready to be painted: a topic and a wish for a renderer come in, a surface with its looks in place
// goes out. Here it is decided whether highlights or marks are used.

import { Painter, type Paint, type Sentence, type Topic } from "stancelight-wasm";
import { isEngineHere } from "./engine";
import { coded } from "./errors";
import { addLooks, darkWhere, type Renderer } from "./looks";
import { MarkPainter } from "./marks";
import { Quiet } from "./quiet";
import { RangePainter } from "./ranges";
import { isPainted, spanOf } from "./spans";
import type { ElementText } from "./text";

/** How to paint. */
export interface PaintOptions {
  /** Smallest probability that is painted; by default the topic's. */
  threshold?: number | undefined;
  /** `"highlight"` changes no node; `"mark"` wraps in `<mark>`; `"auto"`, the default, takes the first that works. */
  renderer?: Renderer | "auto" | undefined;
  /** A selector of what in the element is not to be read, such as `"aside, .advert"`. */
  skip?: string | undefined;
}

/** Paint on an element. */
export interface Highlighted {
  /** What was found; offsets count in the text that was read, not in `textContent`. */
  sentences: Sentence[];
  /** How many of them are painted. */
  painted: number;
  /** Takes the paint away. */
  clear(): void;
}

/** A renderer with its looks in place. */
export interface Surface {
  /** Paints these spans of what was read, instead of those before. */
  paint(spans: Paint[], read: ElementText): void;
  /** Whether paint cuts the page's text nodes: places in what was read before are no longer where they were. */
  readonly cuts: boolean;
  /** Takes paint and looks away. */
  remove(): void;
}

let surfaces = 0;

/**
 * Makes an element ready to be painted.
 *
 * @throws {StancelightError} `E_NO_HIGHLIGHTS` if only highlights are allowed and there are none.
 */
export function surfaceOn(root: Element, topic: Topic, renderer: PaintOptions["renderer"] = "auto"): Surface {
  const prefix = `stancelight-${(surfaces += 1)}`;
  const { used, painter } = painterOn(root, prefix, renderer);
  const home = root.getRootNode();
  const scope = home instanceof ShadowRoot ? home : root.ownerDocument;
  let dark: string | undefined;
  let removeLooks = () => {};
  const suit = () => {
    const now = darkWhere(root);
    if (now === dark) return;
    dark = now;
    removeLooks();
    removeLooks = addLooks(topic, prefix, scope, used, dark);
  };
  // A page's switch between light and dark shows there; its colours may take a moment.
  const quiet = new Quiet(suit);
  const observer = new MutationObserver(() => quiet.soon());
  const { documentElement, body } = root.ownerDocument;
  for (const outer of [documentElement, body]) if (outer) observer.observe(outer, { attributes: true });
  let isGone = false;
  return {
    cuts: used === "mark",
    paint(spans, read) {
      suit();
      if (painter instanceof RangePainter) painter.paint(spans, read);
      else painter.paint(spans.map((span) => ({ ...span, start: read.place(span.start, false), end: read.place(span.end, true) })));
    },
    remove() {
      if (isGone) return;
      isGone = true;
      observer.disconnect();
      quiet.cancel();
      painter.clear();
      if (painter instanceof Painter) painter.free();
      removeLooks();
    },
  };
}

function painterOn(root: Element, prefix: string, wish: Renderer | "auto"): { used: Renderer; painter: Painter | RangePainter | MarkPainter } {
  if (wish !== "mark") {
    try {
      return { used: "highlight", painter: isEngineHere() ? new Painter(root, prefix) : new RangePainter(prefix) };
    } catch (cause) {
      if (wish === "highlight") throw coded(cause, "E_NO_HIGHLIGHTS");
    }
  }
  return { used: "mark", painter: new MarkPainter(root, prefix) };
}

/** Paints an element with what was found in it. */
export function paintOnce(root: Element, topic: Topic, read: ElementText, sentences: Sentence[], options: PaintOptions): Highlighted {
  const spans = sentences.filter((sentence) => isPainted(topic, sentence, options.threshold)).map((sentence) => spanOf(topic, sentence, options.threshold));
  const surface = surfaceOn(root, topic, options.renderer);
  surface.paint(spans, read);
  return { sentences, painted: spans.length, clear: () => surface.remove() };
}
