// The second, closer reading. The quick model has painted the article; where a topic has a larger one as well,
// the reader may ask for it. Only then its file is fetched, and a worker reads sentence after sentence, those on
// screen first, while the page stays as it is. The choice is kept in this browser, until it is taken back.

import { load, type StancelightWorker } from "stancelight";
import { addressOf, type Models, type Offered } from "./models";
import type { Pane } from "./pane";

/** Milliseconds between two repaints while verdicts come in. */
const LOOK = 200;

/** The larger models and what they have yet to read. */
export class Closer {
  private readonly workers = new Map<Offered, Promise<StancelightWorker>>();

  /** `together` gives the panes that one button speaks for: articles compared are read by the same model. */
  constructor(
    private readonly models: Models, private readonly together: (pane: Pane) => Pane[], private readonly onChange: (pane: Pane) => void,
  ) {}

  /** Offers a pane's model the closer reading, or begins it where it was chosen before. */
  dress(pane: Pane, model: Offered): void {
    const button = pane.part<HTMLButtonElement>("closer");
    const { encoder } = model;
    pane.closer = undefined;
    pane.part("closer-said").textContent = "";
    button.hidden = !encoder;
    if (!encoder) return;
    button.onclick = () => {
      const act = wanted(model) ? this.end.bind(this) : this.begin.bind(this);
      for (const one of this.together(pane)) void act(one, model);
    };
    this.label(pane, model);
    if (wanted(model)) void this.begin(pane, model);
  }

  /** Reads what of the pane's article is not yet read closely. */
  async read(pane: Pane): Promise<void> {
    const { closer, version } = pane;
    const isStale = () => pane.version !== version || pane.closer !== closer;
    if (!closer || pane.isReading) return;
    const said = pane.part("closer-said");
    let left = order(pane).filter((index) => !pane.sentences[index]?.closer);
    const all = pane.sentences.length;
    let looked = performance.now();
    try {
      while (left.length > 0) {
        // As many as make a message worth sending; the next keystroke waits for no more.
        const batch = left.slice(0, 8);
        left = left.slice(8);
        await Promise.all(batch.map(async (index) => {
          const sentence = pane.sentences[index];
          if (!sentence) return;
          const words = pane.text.slice(sentence.start, sentence.end);
          const verdict = await closer.score(words);
          if (!isStale()) pane.amend(index, words, verdict);
        }));
        if (isStale()) return;
        if (left.length > 0 && performance.now() - looked < LOOK) continue;
        said.textContent = left.length > 0 ? `${all - left.length} of ${all} read closely` : `All ${all} read closely`;
        pane.repaint();
        this.onChange(pane);
        looked = performance.now();
      }
      said.textContent = `All ${all} read closely`;
    } catch (error) {
      if (isStale()) return;
      said.textContent = `The closer reading stopped: ${(error as Error).message}`;
    }
  }

  private async begin(pane: Pane, model: Offered): Promise<void> {
    const said = pane.part("closer-said");
    want(model, true);
    this.label(pane, model);
    said.textContent = "Fetching the larger model…";
    try {
      const worker = await this.worker(model);
      // Another model was chosen meanwhile, or the wish taken back.
      if (pane.model !== model || !wanted(model)) return;
      pane.closer = worker;
      await this.read(pane);
    } catch (error) {
      want(model, false);
      if (pane.model !== model) return;
      this.label(pane, model);
      said.textContent = `The larger model cannot be had: ${(error as Error).message}`;
    }
  }

  private async end(pane: Pane, model: Offered): Promise<void> {
    want(model, false);
    this.label(pane, model);
    pane.closer = undefined;
    pane.part("closer-said").textContent = "";
    pane.reader?.forget();
    await pane.refresh();
  }

  private label(pane: Pane, { encoder }: Offered): void {
    const button = pane.part<HTMLButtonElement>("closer");
    const chosen = pane.model !== undefined && wanted(pane.model);
    button.textContent = chosen ? "Read closely" : `Read more closely (${size(encoder?.bytes ?? 0)})`;
    button.setAttribute("aria-pressed", String(chosen));
  }

  private async worker(model: Offered): Promise<StancelightWorker> {
    const kept = this.workers.get(model);
    const before = await kept?.catch(() => undefined);
    // It may not have come, or have broken since: the next to ask may have more luck.
    if (before && !before.isEnded) return before;
    if (this.workers.get(model) === kept) this.workers.set(model, this.fetch(model));
    return this.workers.get(model) as Promise<StancelightWorker>;
  }

  private async fetch(model: Offered): Promise<StancelightWorker> {
    const worker = await load({ model: addressOf(model.encoder?.file ?? ""), worker: true });
    const quick = await this.models.load(model);
    const names = (topic: StancelightWorker["topic"]) => topic.labels.map(({ name }) => name).join();
    if (names(worker.topic) === names(quick.topic)) return worker;
    worker.dispose();
    throw new Error("it answers another question");
  }
}

/** The sentences of a pane, from the first on screen on; those above come last. */
function order(pane: Pane): number[] {
  const box = pane.editor.element.getBoundingClientRect();
  const seen = Math.min(Math.max(-box.top / Math.max(box.height, 1), 0), 1) * pane.text.length;
  const first = Math.max(pane.sentences.findIndex(({ end }) => end >= seen), 0);
  const all = pane.sentences.map((_, index) => index);
  return [...all.slice(first), ...all.slice(0, first)];
}

const size = (bytes: number) => (bytes < 100_000 ? `${Math.ceil(bytes / 1000)} KB` : `${(bytes / 1e6).toFixed(1)} MB`);

const key = ({ name }: Offered) => `stancelight-closer-${name}`;

/** Wishes as long as the page is, for where nothing can be kept. */
const wishes = new Map<string, boolean>();

function wanted(model: Offered): boolean {
  try {
    return wishes.get(key(model)) ?? localStorage.getItem(key(model)) === "yes";
  } catch {
    return wishes.get(key(model)) ?? false;
  }
}

function want(model: Offered, wish: boolean): void {
  wishes.set(key(model), wish);
  try {
    if (wish) localStorage.setItem(key(model), "yes");
    else localStorage.removeItem(key(model));
  } catch {
    // Storage is full or forbidden: it lasts as long as the page.
  }
}
