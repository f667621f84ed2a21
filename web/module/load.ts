// Loading: wherever the engine and a model are comes in, a model that answers goes out, on this thread or in a
// worker. Nothing else in the module fetches anything.

import shipped from "stancelight-models";
import { Analyzer } from "stancelight-wasm";
import { compileEngine, startEngine } from "./engine";
import { StancelightError, coded } from "./errors";
import { startWorker, type StancelightWorker } from "./remote";
import { read, unlessAborted, type Progress, type Source } from "./source";
import { Stancelight } from "./stancelight";

/** What {@link load} can be told. */
export interface LoadOptions {
  /** The model file, or a shipped model's name; by default `"cooperation-threat"`. */
  model?: Source;
  /** The engine's `.wasm`; by default the one beside this module. Only the first load decides. */
  wasm?: Source | WebAssembly.Module;
  /** Read in a worker, which the page's models share: `true`, or the address of `worker.js`. */
  worker?: boolean | string | URL;
  /** Gives up waiting; `AbortSignal.timeout(10_000)` is a time limit. */
  signal?: AbortSignal;
  /** Told as the files come in. */
  onProgress?: (progress: Progress) => void;
}

function fetchBoth(options: LoadOptions): Promise<[Uint8Array, WebAssembly.Module]> {
  const { model = "cooperation-threat" } = options;
  return Promise.all([read(shipped.get(model)?.() ?? model, "model", options), compileEngine(options.wasm, options)]);
}

async function here(engine: WebAssembly.Module, data: Uint8Array, signal: AbortSignal | undefined): Promise<Stancelight> {
  await unlessAborted(startEngine(engine), signal);
  try {
    return new Stancelight(Analyzer.load(data));
  } catch (cause) {
    throw coded(cause, "E_MODEL_FORMAT");
  }
}

/**
 * Loads a model, and with the first one the engine. The promise always settles if the network does, and at
 * once when the signal is aborted.
 *
 * @throws {StancelightError} `E_FETCH`, `E_MODEL_FORMAT`, `E_MODEL_VERSION`, `E_CSP_WASM` or `E_ABORTED`.
 */
export function load(options: LoadOptions & { worker: true | string | URL }): Promise<StancelightWorker>;
export function load(options?: LoadOptions & { worker?: false }): Promise<Stancelight>;
export async function load(options: LoadOptions = {}): Promise<Stancelight | StancelightWorker> {
  const { worker = false, signal } = options;
  const [data, engine] = await fetchBoth(options);
  return worker === false ? here(engine, data, signal) : startWorker(worker, engine, data, signal);
}

/** Loads a model into the page's worker, or onto this thread where a worker cannot be had. */
export async function loadAside(options: Omit<LoadOptions, "worker">): Promise<Stancelight | StancelightWorker> {
  const { signal } = options;
  const [data, engine] = await fetchBoth(options);
  try {
    return await startWorker(true, engine, data, signal);
  } catch (cause) {
    // Both files are here, so what did not come is the worker: another origin's, or against the page's policy.
    if (cause instanceof StancelightError && cause.code === "E_FETCH") return here(engine, data, signal);
    throw cause;
  }
}
