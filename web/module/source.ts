// Files from wherever the caller has them: an address, an answer or bytes come in, bytes go out. Here alone
// things take long, so here is progress, and here a caller can change their mind.

import { StancelightError } from "./errors";

/** Where a model or the engine comes from: an address, an answered request, or the bytes themselves. */
export type Source = string | URL | Response | ArrayBuffer | ArrayBufferView;

/** How far a file has come. */
export interface Progress {
  /** Which file. */
  part: "model" | "engine";
  /** Bytes so far, after decompression. */
  loaded: number;
  /** Bytes in all, if the server said so of a file it did not compress. */
  total: number | undefined;
}

/** What goes along with a request. */
export interface Reading {
  signal?: AbortSignal | undefined;
  onProgress?: ((progress: Progress) => void) | undefined;
}

/** The error of an aborted signal. */
export function aborted(cause: unknown): StancelightError {
  return new StancelightError("E_ABORTED", "it was aborted", { cause });
}

/** Settles as `work` does, or with `E_ABORTED` as soon as the signal says so, whatever `work` does then. */
export function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (!signal) return work;
  return new Promise((resolve, reject) => {
    const stop = () => reject(aborted(signal.reason));
    if (signal.aborted) stop();
    else signal.addEventListener("abort", stop, { once: true });
    // After an abort these come too late and do nothing, which also keeps a late failure from being unhandled.
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", stop));
  });
}

/** A file beside a module in Node, where `fetch` knows no `file:`. Browsers have no such thing. */
async function localFile(source: string | URL): Promise<Uint8Array | undefined> {
  const { process } = globalThis as { process?: { getBuiltinModule?: (name: string) => unknown } };
  if (!String(source).startsWith("file:") || !process?.getBuiltinModule) return undefined;
  // Not `import`: bundlers for the browser would look for the module.
  const { readFile } = process.getBuiltinModule("node:fs/promises") as { readFile(path: URL): Promise<Uint8Array> };
  return readFile(new URL(source));
}

async function body(response: Response, part: Progress["part"], { signal, onProgress }: Reading): Promise<Uint8Array> {
  if (!onProgress || !response.body || response.bodyUsed) return new Uint8Array(await response.arrayBuffer());
  const { headers } = response;
  // A compressed file's length is not that of what arrives here.
  const total = headers.has("Content-Encoding") ? undefined : Number(headers.get("Content-Length")) || undefined;
  const chunks: Uint8Array[] = [];
  let loaded = 0;
  const reader = response.body.getReader();
  // An answer the caller fetched knows nothing of our signal.
  const stop = () => void reader.cancel().catch(() => undefined);
  signal?.addEventListener("abort", stop, { once: true });
  try {
    for (let next = await reader.read(); !next.done; next = await reader.read()) {
      chunks.push(next.value);
      loaded += next.value.length;
      onProgress({ part, loaded, total });
    }
  } finally {
    signal?.removeEventListener("abort", stop);
  }
  const out = new Uint8Array(loaded);
  let at = 0;
  for (const chunk of chunks) {
    out.set(chunk, at);
    at += chunk.length;
  }
  return out;
}

/**
 * The bytes of a source.
 *
 * @throws {StancelightError} `E_FETCH`, or `E_ABORTED`.
 */
export async function read(source: Source, part: Progress["part"], reading: Reading): Promise<Uint8Array> {
  const { signal } = reading;
  if (signal?.aborted) throw aborted(signal.reason);
  if (ArrayBuffer.isView(source)) return new Uint8Array(source.buffer, source.byteOffset, source.byteLength);
  // By its name, for a buffer from another frame is of another class.
  if (Object.prototype.toString.call(source) === "[object ArrayBuffer]") return new Uint8Array(source as ArrayBuffer);
  const fetchable = source as string | URL | Response;
  const isAnswer = typeof fetchable === "object" && "arrayBuffer" in fetchable;
  const from = isAnswer ? fetchable.url : String(fetchable);
  const work = async () => {
    if (!isAnswer) {
      const local = await localFile(fetchable);
      if (local) return local;
    }
    const response = isAnswer ? fetchable : await fetch(fetchable, signal ? { signal } : {});
    if (!response.ok) throw new StancelightError("E_FETCH", `the ${part} cannot be fetched: ${from} answered ${response.status}`);
    return body(response, part, reading);
  };
  try {
    return await unlessAborted(work(), signal);
  } catch (cause) {
    if (cause instanceof StancelightError) throw cause;
    if (signal?.aborted) throw aborted(cause);
    throw new StancelightError("E_FETCH", `the ${part} cannot be fetched from ${from}`, { cause });
  }
}
