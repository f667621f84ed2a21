// The one line: a script element comes in, and the elements it names are kept painted.
//
//   <script type="module" src="…/stancelight/auto.js" data-for="article"></script>

import { shared } from "stancelight";
import { Keeper } from "./keeper";
import { rendererOf, thresholdOf } from "./written";

const own = [...document.scripts].find((script) => script.src === import.meta.url);
const { for: selector = "article", model, threshold, renderer, skip, panel, worker } = own?.dataset ?? {};

try {
  new Keeper(await shared(model, { worker: worker !== "off" }), {
    find: (trees) => trees.flatMap((tree) => [...tree.querySelectorAll(selector)]),
    threshold: thresholdOf(threshold),
    renderer: rendererOf(renderer),
    skip,
    bare: panel === "none",
  });
} catch (error) {
  // A guest does not break its host: the page stays as it is, its developer is told.
  console.warn("stancelight:", error);
}
