// The package: what is packed is what its exports, types and hashes promise.

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "@playwright/test";
import { repository } from "../build/repository.mjs";
import { hashed } from "./hashed";
import { pack, type Packed } from "./packed";

let packed: Packed;
test.beforeAll(() => { packed = pack(); });
test.afterAll(() => rmSync(packed.project, { recursive: true }));

/** What package.json says. */
const described = () => JSON.parse(readFileSync(join(packed.folder, "package.json"), "utf8")) as Record<string, unknown> & { exports: Record<string, unknown>; sideEffects: string[] };

test("every export is in the tarball under the name it always has, and Node finds each", () => {
  const { exports, sideEffects } = described();
  const models = ["cooperation-threat", "news-sentiment"].flatMap((name) => [`./models/${name}.stance`, `./models/${name}/encoder.stance`]);
  expect(Object.keys(exports).sort()).toEqual([".", "./auto", "./element", "./models/index.json", ...models, "./package.json", "./wasm", "./wasm-simd", "./worker"].sort());
  const named = Object.values(exports).flatMap((target) => Object.values(Object(target) === target ? (target as object) : { target }) as string[]);
  for (const path of named) expect(existsSync(join(packed.folder, path)), path).toBe(true);
  // A bundler that believes it may leave out the worker would.
  const patterns = sideEffects.map((path) => new RegExp(`^${path.replaceAll(".", "\\.").replace("*", "\\w+")}$`));
  const scripts = packed.files.filter((path) => /^(auto|element|worker).*\.js$/.test(path)).map((path) => `./${path}`);
  expect(scripts).toHaveLength(4);
  for (const script of scripts) expect(patterns.filter((pattern) => pattern.test(script)), script).toHaveLength(1);
  const program = `
    const names = ${JSON.stringify(Object.keys(exports).map((name) => `stancelight${name.slice(1)}`))};
    const { existsSync } = await import("node:fs");
    const lost = names.filter((name) => !existsSync(new URL(import.meta.resolve(name))));
    await import("stancelight/element");
    const { load } = await import("stancelight");
    const models = [undefined, "news-sentiment", "news-sentiment/encoder"];
    const loaded = await Promise.all(models.map((model) => load({ model })));
    console.log(JSON.stringify([lost, loaded.map(({ kind, topic }) => [kind, topic.name])]));`;
  const script = join(packed.project, "try.mjs");
  writeFileSync(script, program);
  const said = JSON.parse(execFileSync(process.execPath, [script], { encoding: "utf8" })) as unknown;
  expect(said).toEqual([[], [["linear", "cooperation-threat"], ["linear", "news-sentiment"], ["encoder", "news-sentiment"]]]);
});

test("whatever a script names has its content's hash in its name, so old files never meet new ones", () => {
  const digest = (path: string) => createHash("sha256").update(readFileSync(join(packed.folder, path))).digest("hex");
  const parts = packed.files.filter((path) => /\.(js|wasm|stance)$/.test(path));
  const entries = parts.filter((path) => {
    const [, hash] = /-([0-9a-f]{8})\.\w+$/.exec(path) ?? [];
    if (hash) expect(digest(path).slice(0, hash.length), path).toBe(hash);
    return !hash;
  });
  expect(entries.sort()).toEqual(["auto.js", "element.js", "index.js", "worker.js"]);
  const named = new Set(parts.filter((path) => path.endsWith(".js")).flatMap((path) => {
    const text = readFileSync(join(packed.folder, path), "utf8");
    // A key, such as what the engine calls its imports, is no file.
    return [...text.matchAll(/"(?:\.\/)?([\w./-]+\.(?:js|wasm|stance))"(?!:)/g)].map(([, name]) => name ?? "");
  }));
  expect([...named].sort()).toEqual(parts.filter((path) => !entries.includes(path)).sort());
});

test("the package says whose it is and on what terms", () => {
  expect(described()).toMatchObject({ license: "MIT OR Apache-2.0", publishConfig: { provenance: true }, type: "module" });
  expect(packed.files).toEqual(expect.arrayContaining(["LICENSE-APACHE", "LICENSE-MIT", "README.md", "integrity.json"]));
});

test("the package names its repository where the publisher does, and only what may be published of the address", () => {
  const url = (environment: Record<string, string>) => repository(environment)?.url;
  const github = { GITHUB_SERVER_URL: "https://git.example", GITHUB_REPOSITORY: "owner/name" };
  expect(repository(github)).toEqual({ type: "git", url: "git+https://git.example/owner/name.git", directory: "web/module" });
  expect(url({ CI_PROJECT_URL: "https://lab.example/group/owner/name" })).toBe("git+https://lab.example/group/owner/name.git");
  expect(url({ ...github, STANCELIGHT_REPOSITORY: "https://user:secret@own.example/name.git/?token=secret" })).toBe("git+https://own.example/name.git");
  for (const named of ["", "http://own.example/name", "git@own.example:name.git", "file:///home/name"]) expect(url({ STANCELIGHT_REPOSITORY: named })).toBe(undefined);
  expect(repository({})).toBe(undefined);
  // The tarball says what the same function says of the environment it was built in, or nothing.
  const built = described()["repository"] as { url: string } | undefined;
  if (built) expect(built).toEqual(repository({ STANCELIGHT_REPOSITORY: built.url.replace("git+", "") }));
});

test("the types hold for a strict project, found in Node's way and a bundler's", () => {
  writeFileSync(join(packed.project, "use.mts"), `
    import { load, StancelightError, type Explanation, type Sentence, type StancelightWorker } from "stancelight";
    import { StanceHighlight, type Analysis } from "stancelight/element";
    const stance = await load({ signal: AbortSignal.timeout(1000), onProgress: ({ loaded }) => loaded.toFixed() });
    export const sentences: Sentence[] = stance.analyze("");
    export const remote: StancelightWorker = await load({ worker: true });
    export const later: Promise<Sentence[]> = remote.analyze("", { signal: AbortSignal.timeout(1000) });
    export const why: Explanation | undefined = stance.analyze("", { explain: true })[0]?.explanation;
    export const found: Analysis | undefined = new StanceHighlight().analysis;
    export const code: "E_FETCH" | string = new StancelightError("E_FETCH", "").code;
    // @ts-expect-error: no such option
    await load({ modle: "" });
  `);
  const tsc = fileURLToPath(new URL("../node_modules/typescript/bin/tsc", import.meta.url));
  for (const [module, resolution] of [["NodeNext", "NodeNext"], ["ESNext", "Bundler"]] as const) {
    const args = [tsc, "--noEmit", "--strict", "--target", "ES2022", "--lib", "ES2022,DOM,DOM.Iterable,ESNext.Disposable", "--module", module, "--moduleResolution", resolution, "use.mts"];
    let said = "";
    try {
      execFileSync(process.execPath, args, { cwd: packed.project, encoding: "utf8" });
    } catch (error) {
      said = (error as { stdout: string }).stdout;
    }
    expect(said).toBe("");
  }
});

test("the hashes are those of the files", () => {
  const hashes = JSON.parse(readFileSync(join(packed.folder, "integrity.json"), "utf8")) as Record<string, string>;
  expect(Object.keys(hashes).sort()).toEqual(packed.files.filter((path) => /\.(js|wasm|stance)$/.test(path)).sort());
  for (const [path, hash] of Object.entries(hashes)) {
    expect(`sha384-${createHash("sha384").update(readFileSync(join(packed.folder, path))).digest("base64")}`, path).toBe(hash);
  }
});

test("a browser runs the element when held to the hashes, and not when one is wrong", async ({ page }) => {
  const hashes = JSON.parse(readFileSync(join(packed.folder, "integrity.json"), "utf8")) as Record<string, string>;
  for (const [hash, defined] of [[hashes["element.js"], true], [hashes["index.js"], false]] as const) {
    await page.route("**/hosts/element.html", async (route) => {
      const response = await route.fetch();
      await route.fulfill({ response, body: (await response.text()).replace('src="/stancelight/element.js"', `$& integrity="${hash}"`) });
    });
    const refused = defined ? undefined : page.waitForEvent("console", (message) => message.text().includes("integrity"));
    await page.goto("/hosts/element.html");
    await refused;
    await expect.poll(() => page.evaluate(() => customElements.get("stance-highlight") !== undefined)).toBe(defined);
    await page.unrouteAll();
  }
});

test("the README's import map covers all that the element imports, and holds it to that", async ({ page }) => {
  const hashes = JSON.parse(readFileSync(join(packed.folder, "integrity.json"), "utf8")) as Record<string, string>;
  const readme = readFileSync(join(packed.folder, "README.md"), "utf8");
  const [, map = ""] = /<script type="importmap">\n(.*)\n<\/script>/.exec(readme) ?? [];
  const { integrity } = JSON.parse(map) as { integrity: Record<string, string> };
  const names = Object.keys(integrity).map((path) => hashed(path.replace("/stancelight/", "").replace("-….", ".")));
  const asked = new Set<string>();
  page.on("request", (request) => {
    const name = new URL(request.url()).pathname.replace("/stancelight/", "");
    if (name.endsWith(".js")) asked.add(name);
  });
  for (const wrong of [undefined, ...names]) {
    asked.clear();
    await page.route("**/hosts/element.html", async (route) => {
      const response = await route.fetch();
      const filled = JSON.stringify({ integrity: Object.fromEntries(names.map((name) => [`/stancelight/${name}`, hashes[name === wrong ? "auto.js" : name]])) });
      const body = (await response.text()).replace("<head>", `<head><script type="importmap" nonce="1">${filled}</script>`).replaceAll("<stance-highlight ", '$&worker="off" ');
      const policy = (response.headers()["content-security-policy"] ?? "").replace("script-src", "script-src 'nonce-1'");
      await route.fulfill({ response, body, headers: { ...response.headers(), "content-security-policy": policy } });
    });
    const refused = wrong && page.waitForEvent("console", (message) => message.text().includes("integrity"));
    await page.goto("/hosts/element.html");
    await refused;
    await expect.poll(() => page.evaluate(() => CSS.highlights.size > 0)).toBe(!wrong);
    if (!wrong) expect([...asked].sort()).toEqual(["element.js", ...names].sort());
    await page.unrouteAll();
  }
});
