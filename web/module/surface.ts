// An element made ready to be painted: a topic and a wish for a renderer come in, a surface with its looks in place
// goes out. Here it is decided whether highlights or marks are used.

import { Painter, type Paint, type Sentence, type Topic } from "stancelight-wasm";
import { StancelightError } from "./errors";
import { addLooks, type Renderer } from "./looks";
import { MarkPainter } from "./marks";
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
  const removeLooks = addLooks(topic, prefix, scope, used);
  return {
    paint: (spans, { place }) => painter.paint(spans.map((span) => ({ ...span, start: place(span.start, false), end: place(span.end, true) }))),
    remove() {
      painter.clear();
      painter.free();
      removeLooks();
    },
  };
}

/** Paints an element with what was found in it. */
export function paintOnce(root: Element, topic: Topic, read: ElementText, sentences: Sentence[], options: PaintOptions): Highlighted {
  const spans = sentences.filter((sentence) => isPainted(topic, sentence, options.threshold)).map((sentence) => spanOf(topic, sentence, options.threshold));
  const surface = surfaceOn(root, topic, options.renderer);
  surface.paint(spans, read);
  return { sentences, painted: spans.length, clear: () => surface.remove() };
}
