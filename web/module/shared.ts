// The models of a page: an address or a shipped model's name comes in, a loaded model goes out, the same for all
// who ask for the same. They are kept for as long as the page is: an element may be moved or come back.

import { load, type Stancelight } from "./index";

const models = new Map<string, Promise<Stancelight>>();

/** The address of a model: `"news-sentiment"` lies beside this module, anything else is relative to the page. */
export function addressOf(model = "cooperation-threat"): URL {
  if (/^[\w-]+$/.test(model)) return new URL(`models/${model}.stance`, import.meta.url);
  return new URL(model, globalThis.document?.baseURI ?? import.meta.url);
}

/** The page's one copy of a model. Nobody disposes of it. */
export async function shared(model?: string): Promise<Stancelight> {
  const address = addressOf(model).href;
  let found = models.get(address);
  if (!found) {
    found = load({ model: address });
    models.set(address, found);
    // The next to ask may have more luck.
    found.catch(() => models.delete(address));
  }
  return found;
}
