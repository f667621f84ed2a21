// The package: what is packed is what its exports, types and hashes promise.

import { execFileSync } from "node:child_process";
import { createHash } from "node:crypto";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "@playwright/test";
import { pack, type Packed } from "./packed";

let packed: Packed;
test.beforeAll(() => { packed = pack(); });
test.afterAll(() => rmSync(packed.project, { recursive: true }));

test("every export is in the tarball, and Node finds each", () => {
  const { exports, sideEffects } = JSON.parse(readFileSync(join(packed.folder, "package.json"), "utf8")) as { exports: Record<string, unknown>; sideEffects: string[] };
  expect(Object.keys(exports).sort()).toEqual([".", "./auto", "./element", "./models/*", "./package.json", "./wasm", "./wasm-simd", "./worker"]);
  const named = Object.values(exports).flatMap((target) => Object.values(Object(target) === target ? (target as object) : { target }) as string[]);
  for (const path of [...named.filter((path) => !path.includes("*")), ...sideEffects]) expect(existsSync(join(packed.folder, path)), path).toBe(true);
  const program = `
    const names = ["stancelight", "stancelight/element", "stancelight/auto", "stancelight/worker", "stancelight/wasm", "stancelight/wasm-simd", "stancelight/models/news-sentiment.stance"];
    const { existsSync } = await import("node:fs");
    const found = names.map((name) => existsSync(new URL(import.meta.resolve(name))));
    await import("stancelight/element");
    const stance = await (await import("stancelight")).load();
    console.log([...found, stance.topic.name].join());`;
  const script = join(packed.project, "try.mjs");
  writeFileSync(script, program);
  expect(execFileSync(process.execPath, [script], { encoding: "utf8" }).trim()).toBe(`${"true,".repeat(7)}cooperation-threat`);
});

test("the package says whose it is and on what terms", () => {
  const described = JSON.parse(readFileSync(join(packed.folder, "package.json"), "utf8")) as Record<string, unknown>;
  expect(described).toMatchObject({ license: "MIT OR Apache-2.0", publishConfig: { provenance: true }, type: "module" });
  expect(packed.files).toEqual(expect.arrayContaining(["LICENSE-APACHE", "LICENSE-MIT", "README.md", "integrity.json"]));
});

test("the types hold for a strict project, found in Node's way and a bundler's", () => {
  writeFileSync(join(packed.project, "use.mts"), `
    import { load, StancelightError, type Sentence, type StancelightWorker } from "stancelight";
    import { StanceHighlight, type Analysis } from "stancelight/element";
    const stance = await load({ signal: AbortSignal.timeout(1000), onProgress: ({ loaded }) => loaded.toFixed() });
    export const sentences: Sentence[] = stance.analyze("");
    export const remote: StancelightWorker = await load({ worker: true });
    export const later: Promise<Sentence[]> = remote.analyze("");
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
