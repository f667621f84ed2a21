// A model in a worker: the same questions as of a model on this thread, answered by promises, so that a long
// text does not hold up the page. Every promise settles: with the worker's answer, or with an error when the
// worker breaks or is disposed of.

import type { Explanation, Sentence, Topic } from "stancelight-wasm";
import { StancelightError, coded } from "./errors";
import { unlessAborted } from "./source";

/** A message to the worker. */
export interface Call {
  id: number;
  method: "load" | "analyze" | "explain" | "explainSentence" | "score";
  args: unknown[];
}

/** Its answer. */
export interface Answer {
  id: number;
  value?: unknown;
  error?: { code: string | undefined; message: string | undefined };
}

interface Waiting {
  resolve(value: unknown): void;
  reject(error: StancelightError): void;
}

/** Sends calls, and keeps those that are not answered yet. */
class Line {
  private readonly waiting = new Map<number, Waiting>();
  private ended: StancelightError | undefined;
  private last = 0;

  constructor(private readonly worker: Worker) {
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

  call<T>(method: Call["method"], ...args: unknown[]): Promise<T> {
    return new Promise((resolve, reject: (error: StancelightError) => void) => {
      if (this.ended) return reject(this.ended);
      const id = (this.last += 1);
      this.waiting.set(id, { resolve: resolve as Waiting["resolve"], reject });
      try {
        this.worker.postMessage({ id, method, args } satisfies Call);
      } catch (cause) {
        this.waiting.delete(id);
        reject(coded(cause, "E_FETCH"));
      }
    });
  }

  end(error: StancelightError): void {
    this.ended ??= error;
    this.worker.terminate();
    for (const { reject } of this.waiting.values()) reject(error);
    this.waiting.clear();
  }
}

/** A model loaded into a worker. */
export class StancelightWorker {
  /** Use `load({ worker: true })`. */
  constructor(
    private readonly line: Line,
    /** The model's question, labels, colours and threshold. */
    readonly topic: Topic,
    /** What is known of the model's making. */
    readonly facts: [string, string][],
  ) {}

  /** The sentences of a text and what the model says of each. */
  analyze(text: string): Promise<Sentence[]> {
    return this.line.call("analyze", text);
  }

  /** Why a sentence of the text last analysed was judged so; `undefined` if there is no such sentence. */
  explain(index: number): Promise<Explanation | undefined> {
    return this.line.call("explain", index);
  }

  /** Explains `text` as one sentence; offsets count from its start. */
  explainSentence(text: string): Promise<Explanation> {
    return this.line.call("explainSentence", text);
  }

  /** Judges `text` as one sentence. */
  score(text: string): Promise<Sentence> {
    return this.line.call("score", text);
  }

  /** Ends the worker; what is not answered yet fails with `E_ABORTED`. */
  dispose(): void {
    this.line.end(new StancelightError("E_ABORTED", "the model was disposed of"));
  }
}

/** Starts a worker with a model in it. */
export async function startWorker(
  address: true | string | URL, engine: WebAssembly.Module, model: Uint8Array, signal: AbortSignal | undefined,
): Promise<StancelightWorker> {
  let line: Line;
  try {
    line = new Line(new Worker(address === true ? new URL("worker.js", import.meta.url) : address, { type: "module" }));
  } catch (cause) {
    throw new StancelightError("E_FETCH", "a worker cannot be started from there", { cause });
  }
  try {
    const { topic, facts } = await unlessAborted(line.call<Pick<StancelightWorker, "topic" | "facts">>("load", engine, model), signal);
    return new StancelightWorker(line, topic, facts);
  } catch (cause) {
    const error = coded(cause, "E_FETCH");
    line.end(error);
    throw error;
  }
}
