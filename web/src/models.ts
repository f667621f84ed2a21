// The models a reader can choose from: those that lie beside the page, by the list that lies with them, and
// their own, opened from files. Each is loaded once and stays, so that two panes may share it.

import { load, type Stancelight } from "stancelight";

const FOLDER = new URL("stancelight/models/", document.baseURI);

/** Where a file of the models' folder is. */
export const addressOf = (file: string) => new URL(file, FOLDER);

/** A model on offer. */
export interface Offered {
  /** The topic's machine name, or for a reader's own model the file's name. */
  name: string;
  /** For people. */
  title: string;
  /** The file in the models' folder, or the file's bytes. */
  file: string | Uint8Array;
  /** Its card, in the same folder; a reader's own model has none. */
  card?: string;
  /** A larger model of the same topic, where there is one. */
  encoder?: { file: string; bytes: number; card?: string };
}

/** Models on offer. */
export class Models {
  /** In the order of the menu, the flagship first. */
  readonly offered: Offered[] = [];
  private readonly loaded = new Map<Offered, Promise<Stancelight>>();
  /** Readers' own of before, in whose place another stands. */
  private replaced: Offered[] = [];

  /** Reads the list. */
  async begin(): Promise<void> {
    const list = (await (await fetch(addressOf("index.json"))).json()) as Offered[];
    list.sort((a, b) => Number(b.name === "cooperation-threat") - Number(a.name === "cooperation-threat"));
    this.offered.push(...list);
  }

  /** The model, loaded; rejects if it cannot be. */
  load(model: Offered): Promise<Stancelight> {
    let found = this.loaded.get(model);
    if (!found) {
      found = load({ model: typeof model.file === "string" ? addressOf(model.file) : model.file });
      this.loaded.set(model, found);
      // The next to ask may have more luck.
      found.catch(() => this.loaded.delete(model));
    }
    return found;
  }

  /** Takes a reader's own model onto the menu, if it is one. */
  async add(name: string, bytes: Uint8Array): Promise<Offered> {
    const model: Offered = { name, title: name, file: bytes };
    const { topic } = await this.load(model);
    model.title = `${topic.title} (${name})`;
    // The same file again, trained anew perhaps, takes its own place.
    const old = this.offered.findIndex((one) => one.name === name && typeof one.file !== "string");
    this.replaced.push(...this.offered.splice(old < 0 ? this.offered.length : old, 1, model));
    return model;
  }

  /** Frees the memory of those replaced, but for those in use. */
  tidy(used: (Offered | undefined)[]): void {
    for (const model of this.replaced.filter((one) => !used.includes(one))) {
      void this.loaded.get(model)?.then((stance) => stance.dispose());
      this.loaded.delete(model);
    }
    this.replaced = this.replaced.filter((one) => used.includes(one));
  }
}
