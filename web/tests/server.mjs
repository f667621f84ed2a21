// Serves web/dist twice, at / and below /some/sub/path/, under the strictest policy; below /toy/ once more, with the
// goldens' small models on the menu; and web/tests/hosts, pages that embed the module, below /hosts/. Used by the tests
// only; `cargo xtask demo` has its own server.

import { createServer } from "node:http";
import { readFile } from "node:fs/promises";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

const here = fileURLToPath(new URL(".", import.meta.url));
const dist = join(here, "../dist");
// The first that fits: a folder, or a single file.
const mounts = [
  ["/some/sub/path/", dist], ["/hosts/", join(here, "hosts")],
  ["/toy/stancelight/models/index.json", join(here, "toy.json")], ["/toy/stancelight/models/goldens/", join(here, "../../tests/goldens")],
  ["/toy/stancelight/models/shipped/", join(here, "../../models")],
  ["/toy/", dist], ["/", dist],
];
const types = {
  ".html": "text/html; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".css": "text/css; charset=utf-8",
  ".json": "application/json", ".webmanifest": "application/json", ".wasm": "application/wasm", ".svg": "image/svg+xml", ".txt": "text/plain; charset=utf-8",
};
const page = (await readFile(join(here, "../policy.txt"), "utf8")).trim();
const host = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'";

createServer(async (request, response) => {
  const { pathname } = new URL(request.url ?? "/", "http://localhost");
  const [prefix, folder] = mounts.find(([prefix]) => pathname.startsWith(prefix));
  const name = normalize(pathname.slice(prefix.length)) || ".";
  const path = prefix.endsWith("/") ? join(folder, name === "." ? "index.html" : name) : folder;
  try {
    const body = await readFile(path);
    response.writeHead(200, {
      "Content-Type": types[extname(path)] ?? "application/octet-stream",
      "Content-Security-Policy": prefix === "/hosts/" ? host : page,
      "Cache-Control": "no-cache",
      "Access-Control-Allow-Origin": "*",
    });
    response.end(body);
  } catch {
    response.writeHead(404).end("not found");
  }
}).listen(Number(process.env.PORT ?? 8799), "127.0.0.1");
