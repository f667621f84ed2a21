// Files of the built module whose names carry their content's hash: a plain name comes in, the name the file has goes out.

import { readFileSync } from "node:fs";
import { parse } from "node:path";

const names = Object.keys(JSON.parse(readFileSync(new URL("../dist/stancelight/integrity.json", import.meta.url), "utf8")) as object);

/** `core.js` with its hash, below the module's folder. */
export function hashed(name: string): string {
  const { dir, name: stem, ext } = parse(name);
  const start = `${dir ? `${dir}/` : ""}${stem}-`;
  const found = names.filter((one) => one.startsWith(start) && /^[0-9a-f]{8}\.\w+$/.test(one.slice(start.length)) && one.endsWith(ext));
  if (found.length !== 1) throw new Error(`${found.length} files are ${name}`);
  return found[0] as string;
}
