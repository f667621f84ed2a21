// The engine, started once for a page: its file comes in, a ready WebAssembly instance is left behind. A start
// that failed is forgotten, so that the next one may do better.

import init from "stancelight-wasm";
import { StancelightError } from "./errors";
import { hasSimd } from "./simd";
import { read, unlessAborted, type Reading, type Source } from "./source";

let compiled: Promise<WebAssembly.Module> | undefined;
let started: Promise<unknown> | undefined;
let isHere = false;

/** The smallest module there is: where this does not compile, nothing does. */
const EMPTY = new Uint8Array([0, 0x61, 0x73, 0x6d, 1, 0, 0, 0]);

/** The build for this browser, beside this module. Each name stands here whole, for bundlers that look for such. */
function beside(): URL {
  return hasSimd() ? new URL("stancelight_wasm_simd_bg.wasm", import.meta.url) : new URL("stancelight_wasm_bg.wasm", import.meta.url);
}

async function compile(source: Source, onProgress: Reading["onProgress"]): Promise<WebAssembly.Module> {
  if (typeof WebAssembly === "undefined") throw new StancelightError("E_CSP_WASM", "this browser has no WebAssembly");
  const bytes = await read(source, "engine", { onProgress });
  try {
    return await WebAssembly.compile(bytes as BufferSource);
  } catch (cause) {
    try {
      await WebAssembly.compile(EMPTY);
    } catch {
      throw new StancelightError("E_CSP_WASM", "the page's policy forbids WebAssembly; script-src needs 'wasm-unsafe-eval'", { cause });
    }
    throw new StancelightError("E_FETCH", "what came instead of the engine is no WebAssembly", { cause });
  }
}

function attempt(source: Source | WebAssembly.Module | undefined, onProgress: Reading["onProgress"]): Promise<WebAssembly.Module> {
  const work: Promise<WebAssembly.Module> = (async () => {
    if (Object.prototype.toString.call(source) === "[object WebAssembly.Module]") return source as WebAssembly.Module;
    return compile((source as Source | undefined) ?? beside(), onProgress);
  })().catch((error: unknown) => {
    if (compiled === work) compiled = undefined;
    throw error;
  });
  compiled = work;
  return work;
}

/**
 * The engine's compiled module; the first caller's source decides for the page, unless it fails: then each who
 * waited tries their own. An abort ends the waiting, not the loading, for others may wait too.
 */
export function compileEngine(source: Source | WebAssembly.Module | undefined, { signal, onProgress }: Reading): Promise<WebAssembly.Module> {
  const work = compiled?.catch(() => compiled ?? attempt(source, onProgress)) ?? attempt(source, onProgress);
  return unlessAborted(work, signal);
}

/** Starts the engine on this thread. */
export function startEngine(module: WebAssembly.Module): Promise<unknown> {
  started ??= init({ module_or_path: module }).then(() => {
    isHere = true;
  }, (cause: unknown) => {
    started = undefined;
    compiled = undefined;
    throw new StancelightError("E_FETCH", "the engine does not start; its files are of different versions", { cause });
  });
  return started;
}

/** Whether the engine runs on this thread, and its painter with it. */
export function isEngineHere(): boolean {
  return isHere;
}
