// How the bundler finds what sources name and no folder holds under that name: the package itself, the files with a hash
// in their names, the shipped models and the engine's bindings.

import { transform } from "esbuild";
import { readFileSync } from "node:fs";

/** Imports that stay imports, and where the file behind them lies when served. */
export function external(paths) {
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

/** The files beside the module, which its sources call by their plain names. */
export function beside(hashed) {
  return {
    name: "beside",
    setup({ onLoad }) {
      onLoad({ filter: /[\\/]module[\\/]\w+\.ts$/ }, ({ path }) => (
        { loader: "ts", contents: hashed.exchange(readFileSync(path, "utf8"), /(new URL\("(?:\.\/)?)([\w./-]+)(")/g) }));
    },
  };
}

/**
 * The shipped models by name, each address written out in full, which is how bundlers find a file. The larger ones they are
 * not to find: a site would carry megabytes that it may never use.
 */
export function shippedModels(models) {
  const entry = (name, address) => `[${JSON.stringify(name)}, ${address}]`;
  const entries = models.flatMap(({ name, file, encoder }) => [
    entry(name, `() => new URL(${JSON.stringify(`./models/${file}`)}, import.meta.url)`),
    ...(encoder ? [entry(`${name}/encoder`, `beside(${JSON.stringify(`./models/${encoder.file}`)})`)] : []),
  ]);
  const contents = `const beside = (file, here = import.meta.url) => () => new URL(file, here); export default new Map([${entries.join(", ")}]);`;
  return virtual("stancelight-models", () => contents);
}

/**
 * The engine's bindings, without the ways of starting that the module does not go: it hands over a compiled engine, never
 * an address or an answer. They are part of every script that calls the engine: a file more would be a round trip more.
 */
export function bindings(path) {
  const define = { Response: "undefined" };
  return virtual("stancelight-wasm", async () => {
    let code = readFileSync(path, "utf8");
    for (const part of UNUSED) {
      if (code.search(part) < 0) throw new Error(`the bindings no longer have ${part}`);
      code = code.replace(part, "");
    }
    return (await transform(code, { define, drop: ["console"], minifySyntax: true })).code;
  });
}

/**
 * What the bundler cannot know to be unused: how an address or an answer is taken, what browsers older than constructed
 * style sheets are given, and texts put in without room to grow.
 */
const UNUSED = [
  /^ {4}if \(typeof module_or_path === 'string'.*?^ {4}\}\n/ms,
  /^ {4}function expectedResponseType\(type\) \{.*?^ {4}\}\n/ms,
  /^if \(!\('encodeInto' in cachedTextEncoder\)\) \{.*?^\}\n/ms,
  /\(typeof FinalizationRegistry === 'undefined'\)\s+\? \{[^\n]*\}\s+:/g,
  /^ {4}if \(realloc === undefined\) \{.*?^ {4}\}\n/ms,
];

/** A module of that name, with what `write` gives. */
function virtual(name, write) {
  return {
    name,
    setup({ onResolve, onLoad }) {
      onResolve({ filter: new RegExp(`^${name}$`) }, ({ path }) => ({ path, namespace: name }));
      onLoad({ filter: /.*/, namespace: name }, async () => ({ contents: await write() }));
    },
  };
}
