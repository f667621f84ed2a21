// The worker's side: a compiled engine and models' bytes come in first, then calls by name; every message is
// answered once, with a value or with an error's code and message. Rows of numbers are handed over, not copied.

import init, { Analyzer } from "stancelight-wasm";
import type { Answer, Call } from "./remote";

const scope = globalThis as unknown as {
  onmessage: ((event: MessageEvent<Call>) => void) | null;
  postMessage(answer: Answer, handedOver: Transferable[]): void;
};
const models = new Map<number, Analyzer>();
let started: Promise<unknown> | undefined;

async function answer({ model, method, args }: Call): Promise<unknown> {
  if (method === "load") {
    const [wasm, data] = args as [WebAssembly.Module, Uint8Array];
    await (started ??= init({ module_or_path: wasm }));
    const analyzer = Analyzer.load(data);
    models.set(model, analyzer);
    return { kind: analyzer.kind, topic: analyzer.topic, facts: analyzer.facts };
  }
  const analyzer = models.get(model);
  if (method === "free") models.delete(model);
  return (analyzer?.[method] as ((...args: unknown[]) => unknown) | undefined)?.apply(analyzer, args);
}

scope.onmessage = ({ data: call }) => {
  answer(call).then(
    (value) => scope.postMessage({ id: call.id, value }, value instanceof Float64Array ? [value.buffer] : []),
    (error: { code?: string; message?: string }) => scope.postMessage({ id: call.id, error: { code: error.code, message: error.message } }, []),
  );
};
