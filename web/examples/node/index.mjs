// Sentences and their stances on the command line: `node index.mjs [TEXT]`.

import { load } from "stancelight";

const text = process.argv[2] ?? "Both governments signed an accord. The strait is 38 kilometres wide. The navy shelled the port.";
const stance = await load();
for (const { start, end, label, sure, score } of stance.analyze(text)) {
  console.log(`${score.toFixed(2).padStart(5)}  ${(sure ? label : "not sure").padEnd(12)} ${text.slice(start, end)}`);
}
stance.dispose();
