// The extension's background: a click on its button comes in, a script is put into that page; texts come in from
// there, and go back judged. Here is the engine, because a page's policy may forbid WebAssembly even to an extension's
// script. It keeps nothing and watches nothing: without a click it does not see a page.

import engine from "stancelight/wasm-simd";
import model from "stancelight/models/cooperation-threat.stance";
import { load, type Stancelight } from "stancelight";
import type { Answer, Call } from "./calls";

// Both are in this file, so that no request is made. The browser ends a background that rests, and starts it again.
let stance: Promise<Stancelight> | undefined;

/** The model; a start that failed is forgotten, so that the next click may do better. */
function ready(): Promise<Stancelight> {
  stance ??= load({ wasm: engine, model }).catch((error: unknown) => {
    stance = undefined;
    throw error;
  });
  return stance;
}

async function answer({ method, text }: Call): Promise<unknown> {
  const loaded = await ready();
  if (method === "analyze") return loaded.analyze(text);
  if (method === "explainSentence") return loaded.explainSentence(text);
  const { kind, topic, facts } = loaded;
  return { kind, topic, facts };
}

chrome.runtime.onMessage.addListener((call, _sender, respond) => {
  answer(call).then(
    (value) => respond({ value }),
    (error: { code?: string; message?: string }) => respond({ error: { code: error.code, message: error.message } } satisfies Answer),
  );
  return true; // The answer comes later.
});

chrome.action.onClicked.addListener(async ({ id }) => {
  if (id === undefined) return;
  try {
    await chrome.scripting.executeScript({ target: { tabId: id }, files: ["content.js"] });
    await chrome.action.setBadgeText({ tabId: id, text: "" });
  } catch (error) {
    // The browser's own pages, its store, or another extension's.
    console.warn("stancelight:", error);
    await chrome.action.setBadgeText({ tabId: id, text: "×" });
    await chrome.action.setTitle({ tabId: id, title: "Stancelight may not run on this page" });
  }
});
