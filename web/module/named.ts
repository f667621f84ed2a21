// A model by its name: a word comes in, the address of the model that lies beside this module goes out. Shipped models'
// files have their content's hash in their names, so a page names the model and not the file.

import shipped from "stancelight-models";

/** The address of a shipped model, or of one's own that was put beside those; nothing for what is an address itself. */
export function named(model: string): URL | undefined {
  const known = shipped.get(model)?.();
  if (known || !/^[\w-]+$/.test(model)) return known;
  // Bundlers move the shipped models and know where to. Others they must not look for.
  const beside = import.meta.url;
  return new URL(`models/${model}.stance`, beside);
}
