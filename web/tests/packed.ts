// The module as npm packs it: a tarball comes out of the built folder, and goes into a project's node_modules.

import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const dist = fileURLToPath(new URL("../dist/stancelight", import.meta.url));

/** What npm says of the tarball. */
export interface Packed {
  /** A project that has it installed. */
  project: string;
  /** The package's folder in there. */
  folder: string;
  /** What is in it. */
  files: string[];
}

/** Packs and installs. npm is not asked to install, for that would ask its registry. */
export function pack(): Packed {
  const project = mkdtempSync(join(tmpdir(), "stancelight-"));
  const said = execFileSync("npm", ["pack", "--json", "--pack-destination", project], { cwd: dist, encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  const [{ filename, files }] = JSON.parse(said) as [{ filename: string; files: { path: string }[] }];
  const folder = join(project, "node_modules/stancelight");
  mkdirSync(folder, { recursive: true });
  execFileSync("tar", ["-xzf", join(project, filename), "-C", folder, "--strip-components=1"]);
  return { project, folder, files: files.map(({ path }) => path) };
}
