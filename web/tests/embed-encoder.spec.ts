// An encoder goes through the same doors as a linear model, on this thread and in a worker.

import { readFileSync } from "node:fs";
import { expect, test } from "@playwright/test";

type Module = typeof import("stancelight");
const INDEX = "/stancelight/index.js";
const ENCODER = [...readFileSync(new URL("../../tests/goldens/encoder.stance", import.meta.url))];
const TEXT = "🎉 They sign. The army didn't shell the port! No.";

test("an encoder answers here and in a worker, at once or a few sentences at a time", async ({ page }) => {
  await page.goto("/");
  const found = await page.evaluate(async ({ INDEX, ENCODER, TEXT }) => {
    const { load } = (await import(INDEX)) as Module;
    const model = new Uint8Array(ENCODER);
    const [here, there, other] = await Promise.all([load({ model }), load({ model, worker: true }), load()]);
    const whole = here.analyze(TEXT);
    const parts = [await there.begin(TEXT), await there.next(2), await there.next(2), await there.next(2)];
    const removals = await there.removals(1);
    return {
      kinds: [here.kind, there.kind, other.kind],
      same: JSON.stringify(parts) === JSON.stringify([3, whole.slice(0, 2), whole.slice(2), []]),
      why: JSON.stringify(await there.explain(1)) === JSON.stringify(here.explain(1)),
      removed: JSON.stringify(removals) === JSON.stringify(here.removals(1)),
      words: removals?.map(({ start, end }) => TEXT.slice(start, end)),
      none: [here.removals(3), await there.removals(3)],
    };
  }, { INDEX, ENCODER, TEXT });
  expect(found).toEqual({
    kinds: ["encoder", "encoder", "linear"],
    same: true,
    why: true,
    removed: true,
    words: ["The", "army", "did", "n't", "shell", "the", "port", "!"],
    none: [undefined, undefined],
  });
});
