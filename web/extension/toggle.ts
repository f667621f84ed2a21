// On and off: a way to a model comes in; the page's article is kept painted, or if it was, is so no longer.

import type { Reader } from "stancelight";
import type { Look } from "../module/deep";
import { Keeper } from "../module/keeper";
import { NOISE, findArticle } from "./article";

// Script that is put into a page again finds what the last one left there.
const page = globalThis as { stancelightKeeper?: Promise<Keeper> };

/** Paints the article of this page, or takes the paint away; fails as the model fails to come. */
export async function toggle(open: () => Promise<Reader>, look?: Look): Promise<void> {
  const before = page.stancelightKeeper;
  if (before) {
    delete page.stancelightKeeper;
    (await before).stop();
    return;
  }
  const find = (trees: (Document | ShadowRoot)[]) => findArticle(trees) ?? [];
  const keeper = open().then((reader) => new Keeper(reader, { find, skip: NOISE, ...(look ? { look } : {}) }));
  page.stancelightKeeper = keeper;
  try {
    await keeper;
  } catch (error) {
    delete page.stancelightKeeper;
    throw error;
  }
}
