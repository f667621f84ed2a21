// Builds the page and the module. What the build tool has put into dist/stancelight (engine, models) is
// there already; this adds the scripts, the types and the package, and last the service worker, which
// lists every file with its content's hash so that an update is taken whole or not at all.

import { build, transform } from "esbuild";
import { createHash } from "node:crypto";
import { execFileSync } from "node:child_process";
import { cpSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";

const dist = "dist";
const module = join(dist, "stancelight");

/** Imports that stay imports, and where the file behind them lies when served. */
function external(paths) {
  return {
    name: "external",
    setup({ onResolve }) {
      onResolve({ filter: /^stancelight/ }, ({ path }) => {
        const target = paths[path];
        return target ? { path: target, external: true } : undefined;
      });
    },
  };
}

/** The shipped models by name, each address written out in full, which is how bundlers find a file. */
const shippedModels = {
  name: "shipped-models",
  setup({ onResolve, onLoad }) {
    onResolve({ filter: /^stancelight-models$/ }, ({ path }) => ({ path, namespace: "shipped-models" }));
    onLoad({ filter: /.*/, namespace: "shipped-models" }, () => {
      const models = JSON.parse(readFileSync(join(module, "models/index.json"), "utf8"));
      const entries = models.map(({ name, file }) => `${JSON.stringify(name)}: () => new URL(${JSON.stringify(`./models/${file}`)}, import.meta.url)`);
      return { contents: `export default { ${entries.join(", ")} };` };
    });
  },
};

const common = { bundle: true, format: "esm", target: "es2022", minify: true, legalComments: "none", logLevel: "warning" };

await build({
  ...common,
  entryPoints: { index: "module/index.ts", auto: "module/auto.ts", worker: "module/worker.ts", element: "module/element.ts" },
  outdir: module,
  plugins: [shippedModels, external({ "stancelight-wasm": "./stancelight_wasm.js", stancelight: "./index.js" })],
});
await build({
  ...common,
  entryPoints: { app: "src/app.ts", style: "src/style.css" },
  outdir: dist,
  plugins: [external({ stancelight: "./stancelight/index.js" })],
});

// The bookmarklet's page, and the extension; its background has the engine and a model in one file.
const extension = join(dist, "extension");
await build({
  ...common,
  entryPoints: { bookmarklet: "extension/bookmarklet.ts", mark: "extension/mark.ts" },
  outdir: extension,
  plugins: [external({ stancelight: "../stancelight/index.js" })],
});
await build({
  ...common,
  entryPoints: { background: "extension/background.ts", content: "extension/content.ts" },
  outdir: extension,
  format: "iife",
  alias: { stancelight: "./module/index.ts", "stancelight-wasm": `./${module}/stancelight_wasm.js` },
  plugins: [shippedModels],
  loader: { ".wasm": "binary", ".stance": "binary" },
  // Such scripts have no address, and need none: nothing is fetched.
  define: { "import.meta.url": "location.href" },
});
const { version } = JSON.parse(readFileSync("module/package.json", "utf8"));
writeFileSync(join(extension, "manifest.json"), JSON.stringify({ ...JSON.parse(readFileSync("extension/manifest.json", "utf8")), version }, null, 2));
for (const name of ["bookmarklet.html", "icon.png"]) cpSync(join("extension", name), join(extension, name));

cpSync("public", dist, { recursive: true });

// The bindings come with comments, long names (their exports keep theirs), and ways of starting that the module does not
// go: it hands over a compiled engine, never a request's answer.
const bindings = join(module, "stancelight_wasm.js");
const { minify, target, legalComments } = common;
writeFileSync(bindings, (await transform(readFileSync(bindings, "utf8"), { minify, target, legalComments, drop: ["console"], define: { Response: "undefined" } })).code);

// Types for the package: what TypeScript makes of the sources, with the engine's file named as it lies.
execFileSync(process.execPath, [
  "node_modules/typescript/bin/tsc", "--project", "tsconfig.json", "--noEmit", "false", "--declaration",
  "--emitDeclarationOnly", "--outDir", join(dist, "types"),
], { stdio: "inherit" });
for (const name of readdirSync(join(dist, "types/module"))) {
  const text = readFileSync(join(dist, "types/module", name), "utf8");
  // Relative names with endings, which is what Node's way of finding types asks for.
  const named = text
    .replaceAll('"stancelight-wasm"', '"./stancelight_wasm.js"')
    .replaceAll('"stancelight"', '"./index.js"')
    .replace(/(["'])(\.\/[a-z]+)\1/g, '"$2.js"');
  writeFileSync(join(module, name), named);
}
rmSync(join(dist, "types"), { recursive: true });
cpSync("module/README.md", join(module, "README.md"));
cpSync("module/package.json", join(module, "package.json"));
for (const name of ["LICENSE-APACHE", "LICENSE-MIT"]) cpSync(join("..", name), join(module, name));

/** Every file below a folder, in a fixed order. */
function files(folder) {
  return readdirSync(folder).sort().flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? files(path) : [path];
  });
}

// What a page can hold the module to: printed, and kept beside the files for those who did not see it.
const integrity = Object.fromEntries(files(module)
  .filter((path) => /\.(js|wasm|stance)$/.test(path))
  .map((path) => [relative(module, path), `sha384-${createHash("sha384").update(readFileSync(path)).digest("base64")}`]));
writeFileSync(join(module, "integrity.json"), `${JSON.stringify(integrity, null, 2)}\n`);
for (const [name, hash] of Object.entries(integrity)) console.log(`${hash}  ${name}`);

// What the page needs offline; types and package files are for developers, the extension is for itself, the larger
// models for those who ask.
const needed = files(dist).map((path) => relative(dist, path))
  .filter((path) => !/^extension\b|LICENSE|\.(d\.ts|md)$|(package|integrity)\.json$|encoder\.stance$/.test(path));
const hash = createHash("sha256");
for (const path of needed) hash.update(path).update(readFileSync(join(dist, path)));
await build({
  ...common,
  entryPoints: { sw: "src/sw.ts" },
  outdir: dist,
  define: {
    BUILD: JSON.stringify(`${version}-${hash.digest("hex").slice(0, 16)}`),
    FILES: JSON.stringify(["./", ...needed.filter((path) => path !== "index.html")]),
  },
});
