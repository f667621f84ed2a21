// The module called by hand, in a worker: the bundler finds the engine, the worker and the model by itself.

import { load } from "stancelight";

const stance = await load({ worker: true });
stance.watch(document.querySelector("article"), {
  onChange: ({ painted, sentences }) => {
    document.querySelector("output").textContent = `${painted.length} of ${sentences.length} sentences painted`;
  },
});
