// The module's files that others load: a name and a content come in; the file is written under that name with its
// content's hash in it, so that a server may call it immutable and no update mixes old files with new ones. Sources go
// on calling each by its plain name, which the build exchanges.

import { createHash } from "node:crypto";
import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join, parse } from "node:path";

/** So much of the hash that two builds of a file do not meet by chance. */
const DIGITS = 8;

/** `core.js` as `core-3f2a….js`. */
export function hashedName(name, content) {
  const { dir, name: stem, ext } = parse(name);
  const hash = createHash("sha256").update(content).digest("hex").slice(0, DIGITS);
  return join(dir, `${stem}-${hash}${ext}`);
}

/** The files below one folder that carry their hash. */
export class HashedFiles {
  #folder;
  #names = new Map();

  constructor(folder) {
    this.#folder = folder;
  }

  /** Writes a file; gives the name it now has. */
  write(name, content) {
    const hashed = hashedName(name, content);
    const path = join(this.#folder, hashed);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    this.#names.set(name, hashed);
    return hashed;
  }

  /** The name a file has; one that was not written is a mistake of whoever asks. */
  get(name) {
    const hashed = this.#names.get(name);
    if (!hashed) throw new Error(`the module has no ${name}`);
    return hashed;
  }

  /** A text with every name that `pattern` finds, in its second group, exchanged. */
  exchange(text, pattern) {
    return text.replace(pattern, (_, before, name, after) => before + this.get(name) + after);
  }
}
