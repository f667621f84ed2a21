// Builds the page and the module. What the build tool has made (engine, models) comes in from ../target/xtask/module;
// dist goes out, made anew: the scripts, the types and the package, and last the service worker, which lists every file
// with its content's hash so that an update is taken whole or not at all. Of the module, what a page or a package names
// keeps its name; whatever these load has its hash in it.

import { build } from "esbuild";
import { createHash } from "node:crypto";
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { HashedFiles } from "./build/names.mjs";
import { beside, bindings, external, shippedModels } from "./build/plugins.mjs";
import { repository } from "./build/repository.mjs";

const made = "../target/xtask/module";
const dist = "dist";
const module = join(dist, "stancelight");
// Nothing of a build before may be left, for it would be published too.
rmSync(dist, { recursive: true, force: true });
mkdirSync(module, { recursive: true });

const json = (path) => JSON.parse(readFileSync(path, "utf8"));
const writeJson = (path, value) => writeFileSync(path, `${JSON.stringify(value, null, 2)}\n`);
const common = { bundle: true, format: "esm", target: "es2022", minify: true, legalComments: "none", logLevel: "warning" };
const hashed = new HashedFiles(module);

for (const name of ["stancelight_wasm_bg.wasm", "stancelight_wasm_simd_bg.wasm"]) hashed.write(name, readFileSync(join(made, name)));
const models = json(join(made, "models/index.json"));
for (const model of models) {
  for (const part of [model, model.encoder].filter(Boolean)) {
    const name = `models/${part.file}`;
    part.file = relative("models", hashed.write(name, readFileSync(join(made, name))));
  }
  // As plain text, which every server and browser shows.
  mkdirSync(join(module, "models", model.name), { recursive: true });
  for (const [part, card] of [[model, "CARD"], ...(model.encoder ? [[model.encoder, "ENCODER"]] : [])]) {
    part.card = `${model.name}/${card}.txt`;
    cpSync(join("../models", model.name, `${card}.md`), join(module, "models", part.card));
  }
}
writeJson(join(module, "models/index.json"), models);

/** What the module's sources import and name, found: for scripts that hold it. */
const inside = [beside(hashed), shippedModels(models), bindings(join(made, "stancelight_wasm.js"))];

/** A script of one file, as text. */
async function script(entry) {
  const { outputFiles: [{ contents }] } = await build({ ...common, entryPoints: [entry], write: false, plugins: inside });
  return contents;
}

// What has its hash is written before what names it. The entries keep their names and hold no more than they must: one of
// this build never runs with the rest of another.
const worker = hashed.write("worker.js", await script("module/worker.ts"));
const core = hashed.write("core.js", await script("module/index.ts"));
writeFileSync(join(module, "worker.js"), `import "./${worker}";\n`);
writeFileSync(join(module, "index.js"), `export * from "./${core}";\n`);
await build({
  ...common,
  entryPoints: { auto: "module/auto.ts", element: "module/element.ts" },
  outdir: module,
  plugins: [external({ stancelight: `./${core}` })],
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
  alias: {
    stancelight: "./module/index.ts",
    "stancelight/wasm-simd": `./${module}/${hashed.get("stancelight_wasm_simd_bg.wasm")}`,
    "stancelight/models": `./${made}/models`,
  },
  plugins: inside,
  loader: { ".wasm": "binary", ".stance": "binary" },
  // Such scripts have no address, and need none: nothing is fetched.
  define: { "import.meta.url": "location.href" },
});
const described = JSON.parse(hashed.exchange(readFileSync("module/package.json", "utf8"), /("\.\/)(\w+\.wasm)(")/g));
const { version } = described;
writeFileSync(join(extension, "manifest.json"), JSON.stringify({ ...json("extension/manifest.json"), version }, null, 2));
for (const name of ["bookmarklet.html", "icon.png"]) cpSync(join("extension", name), join(extension, name));

cpSync("public", dist, { recursive: true });
const page = join(dist, "index.html");
writeFileSync(page, hashed.exchange(readFileSync(page, "utf8"), /(<link rel="modulepreload" href="stancelight\/)((?!index)[\w.]+)(")/g));

// Types for the package: what TypeScript makes of the sources, with the engine's file named as it lies.
cpSync(join(made, "stancelight_wasm.d.ts"), join(module, "stancelight_wasm.d.ts"));
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
for (const name of ["LICENSE-APACHE", "LICENSE-MIT"]) cpSync(join("..", name), join(module, name));

// The package's own names for files stay, whatever hash these carry.
const shipped = models.flatMap(({ name, file, encoder }) => [
  [`./models/${name}.stance`, `./models/${file}`], ...(encoder ? [[`./models/${name}/encoder.stance`, `./models/${encoder.file}`]] : []),
]);
const source = repository(process.env);
writeJson(join(module, "package.json"), {
  ...described,
  ...(source && { repository: source }),
  exports: { ...described.exports, ...Object.fromEntries(shipped) },
});

/** Every file below a folder, in a fixed order. */
function files(folder) {
  return readdirSync(folder).sort().flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? files(path) : [path];
  });
}

// What a page can hold the module to.
writeJson(join(module, "integrity.json"), Object.fromEntries(files(module)
  .filter((path) => /\.(js|wasm|stance)$/.test(path))
  .map((path) => [relative(module, path), `sha384-${createHash("sha384").update(readFileSync(path)).digest("base64")}`])));

// What the page needs offline; types and package files are for developers, the extension is for itself, the larger
// models for those who ask.
const needed = files(dist).map((path) => relative(dist, path))
  .filter((path) => !/^extension\b|LICENSE|\.(d\.ts|md)$|(package|integrity)\.json$|encoder-\w+\.stance$/.test(path));
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
