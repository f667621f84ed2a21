// The models of a page: an address or a shipped model's name comes in, a loaded model goes out, the same for all
// who ask for the same. They are kept for as long as the page is: an element may be moved or come back.

import shipped from "stancelight-models";
import { load, loadAside } from "./load";
import { StancelightWorker } from "./remote";
import type { Stancelight } from "./stancelight";

/** How to have a model. */
export interface SharedOptions {
  /** In the page's worker, if there can be one; otherwise on this thread. */
  worker?: boolean;
}

const models = new Map<string, Promise<Stancelight | StancelightWorker>>();

/** The page's one copy of a model, here or in the worker. Nobody disposes of it. */
export async function shared(model = "cooperation-threat", { worker = false }: SharedOptions = {}): Promise<Stancelight | StancelightWorker> {
  // What is no shipped model's name is relative to the page.
  const address = (shipped.get(model)?.() ?? new URL(model, globalThis.document?.baseURI ?? import.meta.url)).href;
  const key = `${worker} ${address}`;
  const kept = models.get(key);
  const before = await kept?.catch(() => undefined);
  // It may not have come, and a worker may have broken since: the next to ask may have more luck.
  if (before && !(before instanceof StancelightWorker && before.isEnded)) return before;
  if (models.get(key) === kept) models.set(key, worker ? loadAside({ model: address }) : load({ model: address }));
  return models.get(key) as Promise<Stancelight | StancelightWorker>;
}
