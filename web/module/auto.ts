// The one line: a script element comes in, the elements it names are painted, and those that come later too. A
// small panel with a switch and a legend stands in a shadow tree at the end of the page.
//
//   <script type="module" src="…/stancelight/auto.js" data-for="article"></script>

import { shared, type Stancelight, type Watch } from "stancelight";
import { Panel } from "./panel";

const own = [...document.scripts].find((script) => script.src === import.meta.url);
const { for: selector = "article", model, threshold, renderer, panel: wanted } = own?.dataset ?? {};

/** How long the page must be quiet before it is searched again, in milliseconds. */
const QUIET = 150;

/** Paints all that the selector names. */
class Auto {
  private readonly watches = new Map<Element, Watch>();
  private readonly panel: Panel | undefined;
  private readonly limit: number | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private on = true;

  constructor(private readonly stance: Stancelight) {
    const value = Number(threshold);
    this.limit = threshold !== undefined && value >= 0 && value <= 1 ? value : undefined;
    if (wanted !== "none") this.panel = new Panel(stance.topic, (on) => this.turn(on));
    this.search();
    // A client-side navigation is known by the nodes it changes; where its address changes first, look then too.
    new MutationObserver(() => this.soon()).observe(document.documentElement, { childList: true, subtree: true, attributeFilter: ["class", "id"] });
    const { navigation } = globalThis as { navigation?: EventTarget };
    navigation?.addEventListener("currententrychange", () => this.soon());
    for (const type of ["popstate", "hashchange", "pageshow"]) addEventListener(type, () => this.soon());
  }

  private soon(): void {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.search(), QUIET);
  }

  private turn(on: boolean): void {
    this.on = on;
    this.search();
  }

  /** Watches what the selector names now, and nothing else. */
  private search(): void {
    const named = new Set(this.on ? document.querySelectorAll(selector) : []);
    // What lies in another named element is painted with that.
    for (const element of named) {
      for (let up = element.parentElement; up; up = up.parentElement) if (named.has(up)) named.delete(element);
    }
    for (const [element, watch] of this.watches) {
      if (named.has(element)) continue;
      watch.stop();
      this.watches.delete(element);
    }
    for (const element of named) {
      if (this.watches.has(element)) continue;
      this.watches.set(element, this.stance.watch(element, {
        threshold: this.limit,
        renderer: renderer === "mark" || renderer === "highlight" ? renderer : "auto",
        onChange: () => this.tell(),
      }));
    }
    this.tell();
  }

  private tell(): void {
    const watches = [...this.watches.values()];
    this.panel?.show(this.on, watches.flatMap((watch) => watch.painted.flatMap((index) => {
      const sentence = watch.sentences[index];
      return sentence ? [{ ...sentence, index, text: watch.text.slice(sentence.start, sentence.end) }] : [];
    })));
  }
}

try {
  const stance = await shared(model);
  new Auto(stance);
} catch (error) {
  // A guest does not break its host: the page stays as it is, its developer is told.
  console.warn("stancelight:", error);
}
