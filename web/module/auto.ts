// The one line: a script element comes in, the elements it names are painted.
//
//   <script type="module" src="…/stancelight/auto.js" data-for="article"></script>

import { load } from "stancelight";

const own = [...document.scripts].find((script) => script.src === import.meta.url);
const { for: selector = "article", model, threshold } = own?.dataset ?? {};

try {
  const stance = await load(model === undefined ? {} : { model: new URL(model, document.baseURI) });
  const limit = Number(threshold);
  for (const element of document.querySelectorAll(selector)) {
    stance.highlight(element, threshold !== undefined && limit >= 0 && limit <= 1 ? { threshold: limit } : {});
  }
} catch (error) {
  // A guest does not break its host: the page stays as it is, its developer is told.
  console.warn("stancelight:", error);
}
