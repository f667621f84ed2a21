// A page kept painted: a model and a way to find elements come in; those elements are painted, and those that come
// later too. A small panel with a switch and a legend stands in a shadow tree at the end of the page.

import { Watch, type PaintOptions, type Reader } from "stancelight";
import { trees, type Look } from "./deep";
import { Panel } from "./panel";
import { Quiet } from "./quiet";

/** How to keep a page painted. */
export interface KeeperOptions extends PaintOptions {
  /** What is to be painted among these trees: the page and its shadow trees. */
  find(trees: (Document | ShadowRoot)[]): Iterable<Element>;
  /** How shadow trees are entered. */
  look?: Look;
  /** Without the panel. */
  bare?: boolean;
}

/** Paints all that is found. */
export class Keeper {
  private readonly watches = new Map<Element, Watch>();
  private readonly panel: Panel | undefined;
  private readonly quiet = new Quiet(() => this.again());
  private readonly observer = new MutationObserver(() => this.quiet.soon());
  private readonly ends = new AbortController();
  private on = true;

  constructor(private readonly reader: Reader, private readonly options: KeeperOptions) {
    if (!options.bare) this.panel = new Panel(reader.topic, (on) => this.turn(on));
    // A client-side navigation is known by the nodes it changes; where its address changes first, look then too.
    const { navigation } = globalThis as { navigation?: EventTarget };
    const { signal } = this.ends;
    navigation?.addEventListener("currententrychange", () => this.quiet.soon(), { signal });
    for (const type of ["popstate", "hashchange", "pageshow"]) addEventListener(type, () => this.quiet.soon(), { signal });
    try {
      this.search();
    } catch (error) {
      this.stop();
      throw error;
    }
  }

  /** Takes everything away: paint, panel, and every eye kept on the page. */
  stop(): void {
    this.ends.abort();
    this.quiet.cancel();
    this.observer.disconnect();
    for (const watch of this.watches.values()) watch.stop();
    this.watches.clear();
    this.panel?.remove();
  }

  private turn(on: boolean): void {
    this.on = on;
    this.again();
  }

  /** Searches again. What fails now, such as a selector that is none, would fail at every change of the page: it is told once. */
  private again(): void {
    try {
      this.search();
    } catch (error) {
      this.stop();
      console.warn("stancelight:", error);
    }
  }

  /** Watches what is found now, and nothing else. */
  private search(): void {
    const places = [...trees(document, this.options.look)];
    // Looking at the same tree twice is looking once.
    for (const place of places) this.observer.observe(place, { childList: true, subtree: true, attributeFilter: ["class", "id"] });
    const named = new Set(this.on ? this.options.find(places) : []);
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
      this.watches.set(element, new Watch(this.reader, element, {
        ...this.options,
        onChange: () => this.tell(),
        onError: (error) => console.warn("stancelight:", error),
      }));
    }
    this.tell();
  }

  private tell(): void {
    const places = [...this.watches.values()].flatMap((watch) => watch.painted.map((index) => ({ watch, index })));
    this.panel?.show(this.on, places.flatMap(({ watch, index }) => {
      const sentence = watch.sentences[index];
      return sentence ? [{ ...sentence, text: watch.text.slice(sentence.start, sentence.end) }] : [];
    }), (place) => places[place]?.watch.show(places[place].index));
  }
}
