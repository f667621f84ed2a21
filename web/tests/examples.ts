// The examples made ready: a folder of web/examples comes in, with its packages installed as its lock file says, the
// module as npm packs it beside them, and built, it goes out; and a plain static server for all of them.

import { execFileSync } from "node:child_process";
import { cpSync, existsSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import type { Page } from "@playwright/test";
import { pack } from "./packed";

/** Where they lie. */
export const examples = fileURLToPath(new URL("../examples", import.meta.url));
const types: Record<string, string> = { ".html": "text/html", ".js": "text/javascript", ".css": "text/css", ".wasm": "application/wasm" };

/** What a page was sent: so many files and bytes, before and after gzip. To be asked before it is opened. */
export function sent(page: Page): () => Promise<string> {
  const bodies: Promise<Buffer>[] = [];
  page.on("requestfinished", (request) => bodies.push(request.response().then(async (response) => response?.body() ?? Buffer.of())));
  return async () => {
    const files = await Promise.all(bodies);
    const sum = (size: (file: Buffer) => number) => files.reduce((sum, file) => sum + size(file), 0);
    return `${String(files.length).padStart(5)} ${String(sum(({ length }) => length)).padStart(9)} ${String(sum((file) => gzipSync(file).length)).padStart(9)}`;
  };
}

/** A table of what was driven, a row each. */
export class Table {
  private readonly rows: string[] = [];

  /** `size` is what {@link sent} says, where there is a page. */
  add(name: string, isBuilt: boolean, isDriven: boolean, size = ""): void {
    this.rows.push([name.padEnd(10), isBuilt ? "  yes" : "    -", isDriven ? "   yes" : "    no", size].join(" "));
  }

  print(): void {
    console.log(["", "example    built driven files     bytes   gzipped", ...this.rows].join("\n"));
  }
}

/** Installs a folder's packages unless its lock file is the one they were installed by, and the module anew. */
export function install(folder: string): void {
  const place = join(examples, folder);
  const stamp = join(place, "node_modules/.installed-by");
  const lock = readFileSync(join(place, "package-lock.json"), "utf8");
  if (!existsSync(stamp) || readFileSync(stamp, "utf8") !== lock) {
    execFileSync("npm", ["ci", "--no-audit", "--no-fund", "--prefer-offline"], { cwd: place, stdio: "pipe" });
    writeFileSync(stamp, lock);
  }
  const packed = pack();
  const target = join(place, "node_modules/stancelight");
  rmSync(target, { recursive: true, force: true });
  cpSync(packed.folder, target, { recursive: true });
  rmSync(packed.project, { recursive: true });
}

/** Builds an example. */
export function build(name: string): void {
  const env = { ...process.env, NEXT_TELEMETRY_DISABLED: "1" };
  execFileSync("npm", ["run", "--silent", "build"], { cwd: join(examples, name), stdio: "pipe", env });
}

/** Serves a folder as any static server would; gives its address and a way to end it. */
export async function serve(folder: string): Promise<{ base: string; close(): void }> {
  const server: Server = createServer((request, response) => {
    const { pathname } = new URL(request.url ?? "/", "http://localhost");
    const path = join(folder, normalize(pathname.endsWith("/") ? `${pathname}index.html` : pathname));
    if (!existsSync(path) || !statSync(path).isFile()) return void response.writeHead(404).end();
    response.writeHead(200, { "Content-Type": types[extname(path)] ?? "application/octet-stream" }).end(readFileSync(path));
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { base: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, close: () => void server.close() };
}
