// The module other sites import: a model's address comes in, an object that reads texts and paints elements
// goes out. Importing it does nothing by itself and needs no browser; loading does.

import init, { Analyzer, Painter } from "stancelight-wasm";
import type { Explanation, Paint, Sentence, Topic } from "stancelight-wasm";
import { addLooks, strengthOf } from "./looks";
import { readElement } from "./text";

export type { Explanation, Label, Paint, Sentence, Topic, Verdict, Word } from "stancelight-wasm";
export { addLooks, strengthOf } from "./looks";
export { Painter };

/** Where a model or the engine comes from: an address, an answered request, or the bytes themselves. */
export type Source = string | URL | Response | ArrayBuffer | Uint8Array;

/** What {@link load} can be told. */
export interface LoadOptions {
  /** The model file; by default the cooperation-or-threat model beside this module. */
  model?: Source;
  /** The engine's `.wasm`; by default the one beside this module. Only the first load decides. */
  wasm?: Source | WebAssembly.Module;
}

/** Why loading failed, for programs. */
export type ErrorCode = "E_FETCH" | "E_MODEL_FORMAT" | "E_MODEL_VERSION" | "E_NO_HIGHLIGHTS";

/** An error with a `code`. */
export class StancelightError extends Error {
  override readonly name = "StancelightError";
  constructor(readonly code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
  }
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

let engine: Promise<unknown> | undefined;
let painters = 0;

async function bytes(source: Source, what: string): Promise<Uint8Array> {
  if (source instanceof Uint8Array) return source;
  if (source instanceof ArrayBuffer) return new Uint8Array(source);
  let response: Response;
  try {
    response = source instanceof Response ? source : await fetch(source);
  } catch (cause) {
    throw new StancelightError("E_FETCH", `${what} cannot be fetched from ${String(source)}`, { cause });
  }
  if (!response.ok) {
    throw new StancelightError("E_FETCH", `${what} cannot be fetched: ${response.url} answered ${response.status}`);
  }
  return new Uint8Array(await response.arrayBuffer());
}

function start(wasm: Source | WebAssembly.Module | undefined): Promise<unknown> {
  engine ??= (async () => {
    const source = wasm ?? new URL("stancelight_wasm_bg.wasm", import.meta.url);
    const ready = source instanceof WebAssembly.Module ? source : await bytes(source, "the engine");
    await init({ module_or_path: ready as BufferSource | WebAssembly.Module });
  })().catch((error: unknown) => {
    // The next load may try again.
    engine = undefined;
    throw error;
  });
  return engine;
}

/**
 * Loads a model, and with the first one the engine.
 *
 * @throws {StancelightError} `E_FETCH`, `E_MODEL_FORMAT` or `E_MODEL_VERSION`.
 */
export async function load(options: LoadOptions = {}): Promise<Stancelight> {
  const model = options.model ?? new URL("models/cooperation-threat.stance", import.meta.url);
  const [data] = await Promise.all([bytes(model, "the model"), start(options.wasm)]);
  try {
    return new Stancelight(Analyzer.load(data));
  } catch (cause) {
    const { code, message } = cause as { code: ErrorCode; message: string };
    throw new StancelightError(code, message, { cause });
  }
}

/** A loaded model. */
export class Stancelight {
  /** The model's question, labels, colours and threshold. */
  readonly topic: Topic;
  /** What is known of the model's making. */
  readonly facts: [string, string][];

  /** Use {@link load}. */
  constructor(private readonly analyzer: Analyzer) {
    this.topic = analyzer.topic;
    this.facts = analyzer.facts;
  }

  /** The sentences of a text and what the model says of each. */
  analyze(text: string): Sentence[] {
    return this.analyzer.analyze(text);
  }

  /** Why a sentence of the text last analysed was judged so; `undefined` if there is no such sentence. */
  explain(index: number): Explanation | undefined {
    return this.analyzer.explain(index);
  }

  /** Explains `text` as one sentence; offsets count from its start. */
  explainSentence(text: string): Explanation {
    return this.analyzer.explainSentence(text);
  }

  /** Judges `text` as one sentence. */
  score(text: string): Sentence {
    return this.analyzer.score(text);
  }

  /** Whether a sentence is painted: probable enough, and of a label off the middle. */
  isPainted(sentence: Sentence, threshold = this.topic.threshold): boolean {
    const label = this.topic.labels.find(({ name }) => name === sentence.label);
    return label !== undefined && label.pole !== 0 && (sentence.probabilities[sentence.label] ?? 0) >= threshold;
  }

  /** Those of the sentences that are painted, as {@link Painter} takes them. */
  paint(sentences: Sentence[], threshold = this.topic.threshold): Paint[] {
    return sentences.filter((sentence) => this.isPainted(sentence, threshold)).map((sentence) => ({
      start: sentence.start,
      end: sentence.end,
      group: this.topic.labels.findIndex(({ name }) => name === sentence.label),
      strength: strengthOf(sentence.probabilities[sentence.label] ?? 0, threshold),
    }));
  }

  /**
   * Paints the sentences of an element. Its nodes stay as they are.
   *
   * @throws {StancelightError} `E_NO_HIGHLIGHTS` where the browser lacks the CSS Custom Highlight API.
   */
  highlight(element: Element, { threshold }: { threshold?: number } = {}): Highlighted {
    const { text, place } = readElement(element);
    const sentences = this.analyze(text);
    const prefix = `stancelight-${(painters += 1)}`;
    let painter: Painter;
    try {
      painter = new Painter(element, prefix);
    } catch (cause) {
      throw new StancelightError("E_NO_HIGHLIGHTS", (cause as Error).message, { cause });
    }
    const removeLooks = addLooks(this.topic, prefix, element.ownerDocument);
    const spans = this.paint(sentences, threshold);
    painter.paint(spans.map((span) => ({ ...span, start: place(span.start, false), end: place(span.end, true) })));
    return {
      sentences,
      painted: spans.length,
      clear() {
        painter.clear();
        painter.free();
        removeLooks();
      },
    };
  }

  /** Frees the model's memory; the object is of no use afterwards. */
  dispose(): void {
    this.analyzer.free();
  }
}
