// Models in a worker: the same questions as of a model on this thread, answered by promises, so that a long text does
// not hold up the page. One worker serves all who name the same script. Every promise settles: with the worker's
// answer, or with an error when the worker breaks or the model is disposed of.

import type { Explanation, Kind, Removal, Sentence, Topic } from "stancelight-wasm";
import { StancelightError, coded } from "./errors";
import { explained, type AnalyzeOptions, type Explained, type Reader } from "./reader";
import { inOne, sentencesOf } from "./rows";
import { unlessAborted } from "./source";
import { paintOnce, type Highlighted, type PaintOptions } from "./surface";
import { readElement } from "./text";
import { Watch, type WatchOptions } from "./watch";

/** A message to the worker, about one of its models. */
export interface Call {
  id: number;
  model: number;
  method: "load" | "analyze" | "begin" | "next" | "removals" | "explain" | "explainSentence" | "scoreAll" | "free";
  args: unknown[];
}

/** Its answer. */
export interface Answer {
  id: number;
  value?: unknown;
  error?: { code: string | undefined; message: string | undefined };
}

interface Waiting {
  model: number;
  resolve(value: unknown): void;
  reject(error: StancelightError): void;
}

/** The workers that run, by their scripts' addresses. */
const lines = new Map<string, Line>();

/** A worker: sends calls, and keeps those that are not answered yet. */
class Line {
  private readonly waiting = new Map<number, Waiting>();
  private readonly models = new Set<number>();
  private ended: StancelightError | undefined;
  private last = 0;

  constructor(private readonly worker: Worker, private readonly name: string) {
    lines.set(name, this);
    worker.addEventListener("message", ({ data }: MessageEvent<Answer>) => {
      const call = this.waiting.get(data.id);
      this.waiting.delete(data.id);
      if (data.error) call?.reject(coded(data.error, "E_FETCH"));
      else call?.resolve(data.value);
    });
    worker.addEventListener("error", (event) => {
      event.preventDefault();
      this.end(new StancelightError("E_FETCH", `the worker does not run: ${event.message || "its script cannot be loaded"}`));
    });
    worker.addEventListener("messageerror", () => this.end(new StancelightError("E_FETCH", "the worker's answer cannot be read")));
  }

  /** A number for a new model. */
  open(): number {
    const model = (this.last += 1);
    this.models.add(model);
    return model;
  }

  has(model: number): boolean {
    return this.models.has(model);
  }

  call<T>(model: number, method: Call["method"], ...args: unknown[]): Promise<T> {
    return new Promise((resolve, reject: (error: StancelightError) => void) => {
      if (this.ended) return reject(this.ended);
      if (!this.models.has(model)) return reject(new StancelightError("E_ABORTED", "the model was disposed of"));
      const id = (this.last += 1);
      this.waiting.set(id, { model, resolve: resolve as Waiting["resolve"], reject });
      try {
        this.worker.postMessage({ id, model, method, args } satisfies Call);
      } catch (cause) {
        this.waiting.delete(id);
        reject(coded(cause, "E_FETCH"));
      }
    });
  }

  /** Forgets a model; with the last one the worker ends. */
  close(model: number, error: StancelightError): void {
    if (!this.models.has(model)) return;
    for (const [id, call] of this.waiting) {
      if (call.model !== model) continue;
      this.waiting.delete(id);
      call.reject(error);
    }
    // Nobody waits for this answer.
    if (this.models.size > 1) this.call(model, "free").catch(() => undefined);
    this.models.delete(model);
    if (this.models.size === 0) this.end(error);
  }

  private end(error: StancelightError): void {
    this.ended ??= error;
    this.worker.terminate();
    if (lines.get(this.name) === this) lines.delete(this.name);
    this.models.clear();
    for (const { reject } of this.waiting.values()) reject(error);
    this.waiting.clear();
  }
}

/** A model loaded into a worker. */
export class StancelightWorker implements Reader {
  /** Use `load({ worker: true })`. */
  constructor(
    private readonly line: Line,
    private readonly model: number,
    /** What judges: "linear" or "encoder". */
    readonly kind: Kind,
    /** The model's question, labels, colours and threshold. */
    readonly topic: Topic,
    /** What is known of the model's making. */
    readonly facts: [string, string][],
  ) {}

  /** Whether nothing is answered any more: disposed of, or the worker broke. */
  get isEnded(): boolean {
    return !this.line.has(this.model);
  }

  /** The sentences of a text and what the model says of each; with `explain` also why. */
  analyze(text: string, options: AnalyzeOptions & { explain: true }): Promise<Explained[]>;
  analyze(text: string, options?: AnalyzeOptions): Promise<Sentence[]>;
  analyze(text: string, { signal, explain }: AnalyzeOptions = {}): Promise<Sentence[]> {
    const work = async () => {
      const found = sentencesOf(this.topic, await this.line.call(this.model, "analyze", text));
      return explain ? Promise.all(found.map(async (sentence) => ({ ...sentence, explanation: await explained(this, text, sentence) }))) : found;
    };
    return unlessAborted(work(), signal);
  }

  /** Begins to read a text as `analyze` does, and says how many sentences it has; `next` then gives these. */
  begin(text: string): Promise<number> {
    return this.line.call(this.model, "begin", text);
  }

  /** The next `count` sentences of the text last begun: fewer at its end, none after it. */
  async next(count: number): Promise<Sentence[]> {
    return sentencesOf(this.topic, await this.line.call(this.model, "next", count));
  }

  /** What the model says of a sentence of the text last analysed without each of its words; `undefined` as for `explain`. */
  async removals(index: number): Promise<Removal[] | undefined> {
    const rows = await this.line.call<Float64Array | undefined>(this.model, "removals", index);
    return rows && sentencesOf(this.topic, rows);
  }

  /** Why a sentence of the text last analysed was judged so; `undefined` if there is no such sentence. */
  explain(index: number): Promise<Explanation | undefined> {
    return this.line.call(this.model, "explain", index);
  }

  /** Explains `text` as one sentence; offsets count from its start. */
  explainSentence(text: string): Promise<Explanation> {
    return this.line.call(this.model, "explainSentence", text);
  }

  /** Judges `text` as one sentence. */
  async score(text: string): Promise<Sentence> {
    return (await this.scoreAll([text]))[0] as Sentence;
  }

  /** Judges each of the texts as one sentence: headlines, an archive. Quicker than as many calls of `score`. */
  async scoreAll(texts: string[]): Promise<Sentence[]> {
    return sentencesOf(this.topic, await this.line.call(this.model, "scoreAll", ...inOne(texts)));
  }

  /** Paints the sentences of an element, once, as they stood when it was called. */
  async highlight(element: Element, options: PaintOptions = {}): Promise<Highlighted> {
    const { text } = readElement(element, options.skip);
    const sentences = await this.analyze(text);
    const read = readElement(element, options.skip);
    if (read.text !== text) return this.highlight(element, options);
    return paintOnce(element, this.topic, read, sentences, options);
  }

  /** Paints an element and keeps it painted as its text changes, until `stop`. */
  watch(element: Element, options: WatchOptions = {}): Watch {
    return new Watch(this, element, options);
  }

  /** Frees the model, and with the last one the worker; what is not answered yet fails with `E_ABORTED`. */
  dispose(): void {
    this.line.close(this.model, new StancelightError("E_ABORTED", "the model was disposed of"));
  }
}

/** Starts the worker whose script lies there; beside this module if there is no address. */
function start(address: string): Worker {
  try {
    // Written out in full: bundlers find a worker by these very words.
    return address ? new Worker(address, { type: "module" }) : new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
  } catch {
    // Another origin's script: a worker may not begin with it, but one of the page's own may import it.
    const beside = import.meta.url;
    const script = `import ${JSON.stringify(address || new URL("worker.js", beside))}`;
    return new Worker(URL.createObjectURL(new Blob([script], { type: "text/javascript" })), { type: "module" });
  }
}

/** The worker with this script, started if there is none. */
function lineTo(address: true | string | URL): Line {
  const name = address === true ? "" : new URL(address, globalThis.document?.baseURI ?? import.meta.url).href;
  const running = lines.get(name);
  if (running) return running;
  try {
    return new Line(start(name), name);
  } catch (cause) {
    throw new StancelightError("E_FETCH", "a worker cannot be started from there", { cause });
  }
}

/** Loads a model into a worker. */
export async function startWorker(
  address: true | string | URL, engine: WebAssembly.Module, data: Uint8Array, signal: AbortSignal | undefined,
): Promise<StancelightWorker> {
  const line = lineTo(address);
  const model = line.open();
  try {
    const { kind, topic, facts } = await unlessAborted(line.call<Pick<StancelightWorker, "kind" | "topic" | "facts">>(model, "load", engine, data), signal);
    return new StancelightWorker(line, model, kind, topic, facts);
  } catch (cause) {
    const error = coded(cause, "E_FETCH");
    line.close(model, error);
    throw error;
  }
}
