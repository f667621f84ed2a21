// What the extension puts into a page when its button is clicked: the page's article is painted, and with the next
// click it is as it was. Texts are read in the extension's background.

import type { Explanation, Reader, Sentence } from "stancelight";
import { coded } from "../module/errors";
import type { Call } from "./calls";
import { toggle } from "./toggle";

/** Asks the background. */
async function ask<T>(method: Call["method"], text = ""): Promise<T> {
  const { value, error } = await chrome.runtime.sendMessage({ method, text });
  if (error) throw coded(error, "E_FETCH");
  return value as T;
}

/** Opens the background's model. */
async function open(): Promise<Reader> {
  const known = await ask<Pick<Reader, "kind" | "topic" | "facts">>("open");
  return { ...known, analyze: (text) => ask<Sentence[]>("analyze", text), explainSentence: (text) => ask<Explanation>("explainSentence", text) };
}

/** Closed shadow trees too: the page hides them from other pages' scripts, not from its reader. */
function look(element: Element): ShadowRoot | null {
  return element instanceof HTMLElement ? chrome.dom.openOrClosedShadowRoot(element) : null;
}

toggle(open, look).catch((error: unknown) => console.warn("stancelight:", error));
