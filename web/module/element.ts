// <stance-highlight model threshold explain renderer skip worker lang>: whatever text it holds is painted, and stays
// painted as it changes. The text is read in a worker where there can be one. Its children are the page's and are not
// touched (but for `renderer="mark"`); a list of the findings for screen readers, and with `explain` the reasons, live in
// its shadow tree.

import { Watch, addSheet, shared, type Explanation, type Reader, type Sentence, type Topic } from "stancelight";
import { listFindings, FINDINGS } from "./findings";
import { showWhy, WHY } from "./why";
import { rendererOf, thresholdOf } from "./written";

/** A sentence as `stance-analyzed` tells it. */
export interface Finding extends Sentence {
  text: string;
  painted: boolean;
}

/** The detail of `stance-analyzed`; plain JSON. */
export interface Analysis {
  topic: string;
  threshold: number;
  sentences: Finding[];
}

/** The detail of `stance-select`. */
export interface Selected {
  index: number;
  sentence: Finding;
  explanation: Explanation;
}

// Importing must work where there is no page.
const Base = (globalThis.HTMLElement ?? class {}) as typeof HTMLElement;
/** What is on lines of its own: a word in another language does not take itself out of its sentence. */
const PARAGRAPHS = ":is(p,div,section,article,aside,blockquote,ul,ol,dl,li,dd,table,figure,h1,h2,h3,h4,h5,h6)";
const STYLE = `:host{display:contents}:host([hidden]){display:none}${FINDINGS}${WHY}`;

/** The element. */
export class StanceHighlight extends Base {
  static readonly observedAttributes = ["model", "threshold", "explain", "renderer", "skip", "worker", "lang"];

  private watch: Watch | undefined;
  private stance: Reader | undefined;
  private found: Analysis | undefined;
  private turn = 0;
  private readonly shadow: ShadowRoot;

  constructor() {
    super();
    this.shadow = this.attachShadow({ mode: "open" });
    addSheet(STYLE, this.shadow);
    this.shadow.append(this.ownerDocument.createElement("slot"));
    this.addEventListener("click", (event) => this.clicked(event));
  }

  /** A model's address, or the name of one that lies beside the module. */
  get model(): string {
    return this.getAttribute("model") ?? "";
  }

  set model(model: string | null | undefined) {
    this.write("model", model);
  }

  /** Smallest probability that is painted. */
  get threshold(): number {
    return thresholdOf(this.getAttribute("threshold")) ?? this.stance?.topic.threshold ?? 0.5;
  }

  set threshold(threshold: number | null | undefined) {
    this.write("threshold", threshold);
  }

  /** Whether choosing a sentence shows why it was judged so. */
  get explain(): boolean {
    return this.hasAttribute("explain");
  }

  set explain(explain: boolean) {
    this.toggleAttribute("explain", explain);
  }

  /** `"highlight"`, `"mark"` or `"auto"`. */
  get renderer(): "highlight" | "mark" | "auto" {
    return rendererOf(this.getAttribute("renderer"));
  }

  set renderer(renderer: "highlight" | "mark" | "auto" | null | undefined) {
    this.write("renderer", renderer);
  }

  /** A selector of what in it is not to be read. */
  get skip(): string {
    return this.getAttribute("skip") ?? "";
  }

  set skip(skip: string | null | undefined) {
    this.write("skip", skip);
  }

  /** Whether the text is read in a worker, if there can be one; `worker="off"` says no. */
  get worker(): boolean {
    return this.getAttribute("worker") !== "off";
  }

  // A framework that finds a property sets that, and with what the attribute would have been.
  set worker(worker: boolean | "off" | null | undefined) {
    this.write("worker", worker === false || worker === "off" ? "off" : undefined);
  }

  /** What was found last; plain JSON. */
  get analysis(): Analysis | undefined {
    return this.found;
  }

  /** The model's question, labels and colours, once it is loaded. */
  get topic(): Topic | undefined {
    return this.stance?.topic;
  }

  /** Reads and paints now, without waiting for the page to be quiet. */
  refresh(): void {
    this.watch?.refresh();
  }

  /** Chooses a sentence, as a click on it does. */
  async select(index: number, x?: number, y?: number): Promise<void> {
    const { watch, stance, found } = this;
    const sentence = found?.sentences[index];
    const explanation = await watch?.explain(index).catch((error: unknown) => this.fail(error));
    // The text may have changed in the meantime.
    if (!watch || !stance || !explanation || !sentence || watch !== this.watch || found !== this.found) return;
    this.tell("stance-select", { index, sentence, explanation } satisfies Selected);
    if (!this.explain) return;
    const box = watch.range(index)?.getBoundingClientRect();
    showWhy(this.shadow, stance.topic, watch.text, explanation, x ?? box?.left ?? 0, y ?? box?.bottom ?? 0);
  }

  connectedCallback(): void {
    // What was set before the element was defined, or by a clone's maker.
    for (const name of ["model", "threshold", "explain", "renderer", "skip", "worker"] as const) {
      if (!Object.hasOwn(this, name)) continue;
      const value = this[name];
      delete this[name];
      (this as Record<typeof name, unknown>)[name] = value;
    }
    void this.start();
  }

  disconnectedCallback(): void {
    this.end();
  }

  attributeChangedCallback(name: string, before: string | null, after: string | null): void {
    if (before === after || !this.isConnected) return;
    if (name === "threshold" && this.watch) this.watch.threshold = this.threshold;
    else if (name !== "threshold" && name !== "explain") void this.start();
  }

  /** A selector of paragraphs in other languages than the element says it is in; none if it says nothing. */
  private get foreign(): string {
    return /^[a-z-]+$/i.test(this.lang) ? `${PARAGRAPHS}[lang]:not(:lang(${this.lang.split("-")[0]}))` : "";
  }

  /** Writes an attribute; where a framework has no value for it, there is none. */
  private write(name: string, value: unknown): void {
    if (value === undefined || value === null) this.removeAttribute(name);
    else this.setAttribute(name, String(value));
  }

  private async start(): Promise<void> {
    this.end();
    // Whoever starts or ends after us makes our answer stale.
    const turn = this.turn;
    try {
      const stance = await shared(this.model || undefined, { worker: this.worker });
      if (turn !== this.turn || !this.isConnected) return;
      const isNews = this.stance !== stance;
      this.stance = stance;
      if (isNews) this.tell("stance-ready", { topic: stance.topic });
      this.watch = new Watch(stance, this, {
        threshold: this.threshold,
        renderer: this.renderer,
        skip: [this.skip, this.foreign].filter(Boolean).join(),
        onChange: (watch) => this.changed(watch),
        onError: (error) => this.fail(error),
      });
    } catch (error) {
      if (turn === this.turn) this.fail(error);
    }
  }

  /** A guest does not break its host: the text stays as it is, its developer is told. */
  private fail(error: unknown): undefined {
    const { code, message } = error as { code: unknown; message: string };
    console.warn("stancelight:", error);
    // A browser's own errors have numbers there, which are no codes of ours.
    this.tell("stance-error", { code: typeof code === "string" ? code : undefined, message });
  }

  private end(): void {
    this.turn += 1;
    this.watch?.stop();
    this.watch = undefined;
    for (const part of this.shadow.querySelectorAll(".findings,.why")) part.remove();
  }

  private changed(watch: Watch): void {
    const { stance } = this;
    if (!stance) return;
    const { painted } = watch;
    const isPainted = new Set(painted);
    const sentences = watch.sentences.map((sentence, i) => ({
      ...sentence, text: watch.text.slice(sentence.start, sentence.end), painted: isPainted.has(i),
    }));
    this.found = { topic: stance.topic.name, threshold: watch.threshold, sentences };
    this.shadow.querySelector(".why")?.remove();
    listFindings(this.shadow, stance.topic, sentences.filter((sentence) => sentence.painted), (place) => {
      const index = painted[place] ?? -1;
      watch.show(index);
      void this.select(index);
    });
    this.tell("stance-analyzed", this.found);
  }

  private clicked(event: MouseEvent): void {
    // Ours are the children's clicks: not those in the shadow tree, nor those that work a link or a button.
    const target = event.composedPath()[0];
    if (!(target instanceof Element) || target.getRootNode() === this.shadow) return;
    if (target.closest("a[href],button,input,select,textarea,label,summary")) return;
    const index = this.watch?.at(event.clientX, event.clientY);
    if (index === undefined) this.shadow.querySelector(".why")?.remove();
    else void this.select(index, event.clientX, event.clientY);
  }

  private tell(type: string, detail: unknown): void {
    this.dispatchEvent(new CustomEvent(type, { detail, bubbles: true, composed: true }));
  }
}

declare global {
  interface HTMLElementTagNameMap {
    "stance-highlight": StanceHighlight;
  }
}

if (globalThis.customElements && !customElements.get("stance-highlight")) {
  customElements.define("stance-highlight", StanceHighlight);
}
