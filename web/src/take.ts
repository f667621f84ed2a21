// Taking the findings along: the menu's buttons, and what they copy, download or put into the address.

import { byId } from "./dom";
import { asCsv, asHtml, asJson, type Reading } from "./forms";
import { pack } from "./link";
import { png } from "./picture";
import { save, saveBlob } from "./save";

/** Wires the menu; `reading` gives the article at hand when a button is pressed, `all` every one on the page. */
export function offer(reading: () => Reading | undefined, all: () => Reading[]): void {
  const said = byId("take-said");
  const menu = byId<HTMLDetailsElement>("take");
  addEventListener("pointerdown", ({ target }) => {
    if (!menu.contains(target as Node)) menu.open = false;
  });
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape" || !menu.open) return;
    // Not the reasons as well.
    event.stopPropagation();
    menu.open = false;
    menu.querySelector("summary")?.focus();
  });
  const on = (id: string, act: (now: Reading) => Promise<string> | string) =>
    byId(id).addEventListener("click", () => {
      const now = reading();
      if (!now || now.sentences.length === 0) {
        said.textContent = "There is nothing to take along yet.";
        return;
      }
      void Promise.resolve(act(now)).then((words) => (said.textContent = words),
        (error: unknown) => (said.textContent = `That did not work: ${(error as Error).message}`));
    });
  on("take-copy", async (now) => {
    await navigator.clipboard.writeText(asJson(now));
    return "Copied as JSON.";
  });
  on("take-json", (now) => {
    save("stancelight.json", "application/json", asJson(now));
    return "";
  });
  on("take-csv", (now) => {
    save("stancelight.csv", "text/csv", asCsv(now));
    return "";
  });
  on("take-html", (now) => {
    save("stancelight.html", "text/html", asHtml(now));
    return "";
  });
  on("take-png", async () => {
    saveBlob("stancelight.png", await png(all()));
    return "";
  });
  on("take-link", async ({ text, topic, threshold }) => {
    const hash = await pack({ text, topic: topic.name, threshold });
    if (hash === undefined) return "This article is too long for a link; download the page instead.";
    history.replaceState(null, "", hash);
    try {
      await navigator.clipboard.writeText(location.href);
      return "Link copied. It holds the whole article: whoever has the link can read it.";
    } catch {
      return "The link is in the address bar. It holds the whole article: whoever has the link can read it.";
    }
  });
  on("take-print", () => {
    print();
    return "";
  });
}
