// The worker's side: a compiled engine and a model's bytes come in first, then calls by name; every message is
// answered once, with a value or with an error's code and message.

import { load, type Stancelight } from "stancelight";
import type { Answer, Call } from "./remote";

const scope = globalThis as unknown as {
  onmessage: ((event: MessageEvent<Call>) => void) | null;
  postMessage(answer: Answer): void;
};
let stance: Stancelight | undefined;

async function answer({ method, args }: Call): Promise<unknown> {
  if (method === "load") {
    const [wasm, model] = args as [WebAssembly.Module, Uint8Array];
    stance = await load({ wasm, model });
    return { topic: stance.topic, facts: stance.facts };
  }
  return (stance?.[method] as ((...args: unknown[]) => unknown) | undefined)?.apply(stance, args);
}

scope.onmessage = ({ data: call }) => {
  answer(call).then(
    (value) => scope.postMessage({ id: call.id, value }),
    (error: { code?: string; message?: string }) => scope.postMessage({ id: call.id, error: { code: error.code, message: error.message } }),
  );
};
