// Loading the module: from whatever the caller has, to an object or an error with a code, in every case.

import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { expect, test } from "@playwright/test";
import { hashed } from "./hashed";

type Module = typeof import("stancelight");
const INDEX = "/stancelight/index.js";
const MODEL = `/stancelight/${hashed("models/cooperation-threat.stance")}`;
const WASM = `/stancelight/${hashed("stancelight_wasm_bg.wasm")}`;
const TEXT = "Both sides signed the accord. The army shelled the port.";

test("a model comes as address, answer or bytes, the engine compiled too", async ({ page }) => {
  await page.goto("/");
  const found = await page.evaluate(async ({ INDEX, MODEL, WASM, TEXT }) => {
    const { load } = (await import(INDEX)) as Module;
    const bytes = await (await fetch(MODEL)).arrayBuffer();
    const parts = new Set<string>();
    const wasm = await WebAssembly.compile(await (await fetch(WASM)).arrayBuffer());
    // A buffer of another frame is of another class.
    const frame = document.body.appendChild(document.createElement("iframe"));
    const foreign = new (frame.contentWindow as Window & typeof globalThis).Uint8Array(bytes).buffer;
    const models = [MODEL, new URL(MODEL, location.href), await fetch(MODEL), bytes, new Uint8Array(bytes), new DataView(bytes), foreign];
    const out: string[] = [];
    for (const model of models) {
      const stance = await load({ model, wasm, onProgress: ({ part, loaded }) => { if (loaded > 0) parts.add(part); } });
      out.push(stance.analyze(TEXT).map(({ label }) => label).join());
      stance.dispose();
    }
    return { out, parts: [...parts], kept: bytes.byteLength };
  }, { INDEX, MODEL, WASM, TEXT });
  expect(found.out).toEqual(Array(7).fill("cooperation,threat"));
  expect(found.parts).toEqual(["model"]);
  expect(found.kept).toBeGreaterThan(0);
});

test("what is freed or taken away may be so again, and a disposed model says that it is", async ({ page }) => {
  const complaints: string[] = [];
  page.on("pageerror", ({ message }) => complaints.push(message));
  await page.goto("/hosts/plain.html");
  const found = await page.evaluate(async ({ INDEX, TEXT }) => {
    const { load } = (await import(INDEX)) as Module;
    const article = document.querySelector("article") as HTMLElement;
    const out: unknown[] = [];
    for (const worker of [false, true]) {
      const stance = worker ? await load({ worker }) : await load();
      const codes: unknown[] = [];
      const code = async (ask: () => unknown) => {
        try {
          codes.push(await ask());
        } catch (error) {
          codes.push((error as { code: string }).code);
        }
      };
      const once = await stance.highlight(article);
      const failed = new Promise((resolve) => { stance.watch(article, { onError: (error) => resolve((error as { code: string }).code) }); });
      const stopped = stance.watch(article);
      for (let i = 0; i < 2; i++) {
        once.clear();
        stopped.stop();
        stance.dispose();
      }
      await code(() => stance.analyze(TEXT));
      await code(() => stance.explain(0));
      await code(() => stance.highlight(article));
      // A page that is still watched goes on changing.
      article.append(TEXT);
      out.push([...codes, await failed]);
    }
    return out;
  }, { INDEX, TEXT });
  const aborted = Array(4).fill("E_ABORTED");
  expect(found).toEqual([aborted, aborted]);
  expect(complaints).toEqual([]);
});

test("progress is told of a file's bytes, and of all of them where the server says how many", async ({ page }) => {
  await page.goto("/hosts/plain.html");
  const told = await page.evaluate(async ({ INDEX, MODEL }) => {
    const { load } = (await import(INDEX)) as Module;
    const bytes = await (await fetch(MODEL)).arrayBuffer();
    const length = { "Content-Length": String(bytes.byteLength) };
    return Promise.all([length, { ...length, "Content-Encoding": "br" }].map(async (headers) => {
      const told: unknown[] = [];
      await load({ model: new Response(bytes, { headers }), onProgress: ({ part, loaded, total }) => { if (part === "model") told.push([loaded === bytes.byteLength, total === bytes.byteLength, total]); } });
      return told.at(-1);
    }));
  }, { INDEX, MODEL });
  expect(told).toEqual([[true, true, expect.any(Number)], [true, false, undefined]]);
});

test("progress is told of both files", async ({ page }) => {
  await page.goto("/hosts/plain.html");
  const parts = await page.evaluate(async (INDEX) => {
    const { load } = (await import(INDEX)) as Module;
    const parts = new Set<string>();
    await load({ onProgress: ({ part }) => parts.add(part) });
    return [...parts].sort();
  }, INDEX);
  expect(parts).toEqual(["engine", "model"]);
});

test("a worker answers as this thread does, and its promises settle", async ({ page }) => {
  await page.goto("/");
  const found = await page.evaluate(async ({ INDEX, TEXT }) => {
    const { load } = (await import(INDEX)) as Module;
    const code = (work: Promise<unknown>) => work.then(() => "none", (error: { code: string }) => error.code);
    const [here, there] = await Promise.all([load(), load({ worker: true })]);
    const same = JSON.stringify(await there.analyze(TEXT)) === JSON.stringify(here.analyze(TEXT))
      && JSON.stringify(await there.explain(1)) === JSON.stringify(here.explain(1))
      && JSON.stringify(there.topic) === JSON.stringify(here.topic);
    const cut = code(there.analyze(TEXT));
    there.dispose();
    return [same, await cut, await code(there.score(TEXT)), await code(load({ worker: "/nowhere.js" })),
      await code(load({ worker: "https://elsewhere.test/worker.js" })), await code(load({ worker: true, model: new Uint8Array(3) }))];
  }, { INDEX, TEXT });
  expect(found).toEqual([true, "E_ABORTED", "E_ABORTED", "E_FETCH", "E_FETCH", "E_MODEL_FORMAT"]);
});

test("an analysis brings the reasons where they are asked for, here and in a worker, and can be given up", async ({ page }) => {
  await page.goto("/");
  const found = await page.evaluate(async ({ INDEX, TEXT }) => {
    const { load } = (await import(INDEX)) as Module;
    const code = (work: () => unknown) => Promise.resolve().then(work).then(() => "none", (error: { code: string }) => error.code);
    const [here, there] = await Promise.all([load(), load({ worker: true })]);
    const away = there.analyze(TEXT, { explain: true });
    // Another text meanwhile: reasons are still those of the first.
    void there.analyze("It rained. It snowed.");
    const explained = here.analyze(TEXT, { explain: true });
    const plain = here.analyze(TEXT);
    const reasons = plain.map((_, i) => here.explain(i));
    const controller = new AbortController();
    const given = code(() => there.analyze(TEXT, { signal: controller.signal }));
    const later = code(() => there.analyze(TEXT, { signal: controller.signal, explain: true }));
    controller.abort();
    const signal = AbortSignal.abort();
    const codes = [await given, await later, await code(() => there.analyze(TEXT, { signal })), await code(() => here.analyze(TEXT, { signal })),
      await code(() => there.analyze(TEXT, { signal: new AbortController().signal }))];
    return { away: await away, explained, plain, reasons, codes };
  }, { INDEX, TEXT });
  expect(found.explained).toEqual(found.plain.map((sentence, i) => ({ ...sentence, explanation: found.reasons[i] })));
  expect(found.explained.length).toBeGreaterThan(1);
  expect(found.away).toEqual(found.explained);
  expect(found.plain[0]).not.toHaveProperty("explanation");
  expect(found.codes).toEqual(["E_ABORTED", "E_ABORTED", "E_ABORTED", "E_ABORTED", "none"]);
});

test("what is said of a sentence is the same however it is asked for", async ({ page }) => {
  await page.goto("/");
  const found = await page.evaluate(async (INDEX) => {
    const { load } = (await import(INDEX)) as Module;
    const texts = ["Both sides signed the accord.", "", "👩‍👩‍👧 The army shelled the port.", "half \ud83d", "\udc69 and half"];
    const [here, there] = await Promise.all([load(), load({ worker: true })]);
    const all = here.scoreAll(texts);
    const alone = texts.map((text) => here.score(text));
    const explained = texts.map((text) => here.explainSentence(text));
    const away = [await there.scoreAll(texts), await Promise.all(texts.map((text) => there.score(text)))];
    const removals = [here, there].map(async (stance) => {
      await stance.analyze(texts[0] as string);
      return stance.removals(0);
    });
    const [removed, removedThere] = await Promise.all(removals);
    here.dispose();
    there.dispose();
    return { all, alone, explained, away, removed, removedThere };
  }, INDEX);
  expect(found.alone).toEqual(found.all);
  expect(found.away).toEqual([found.all, found.all]);
  expect(found.removedThere).toEqual(found.removed);
  expect(found.all.map(({ start, end }) => [start, end])).toEqual([[0, 29], [0, 0], [0, 35], [0, 6], [0, 10]]);
  expect(found.all[0]).toMatchObject({ label: "cooperation", sure: true });
  // An explanation comes as an object, with the same verdict in it.
  for (const [i, sentence] of found.all.entries()) expect(found.explained[i]).toMatchObject({ ...sentence });
});

test("aborting settles at once, and a failed start can be tried again", async ({ page }) => {
  let hold = true;
  await page.route("**/*.stance", async (route) => {
    if (!hold) await route.continue();
  });
  await page.goto("/hosts/plain.html");
  const codes = await page.evaluate(async ({ INDEX, WASM }) => {
    const { load } = (await import(INDEX)) as Module;
    const code = (work: Promise<unknown>) => work.then(() => "none", (error: { code: string }) => error.code);
    const controller = new AbortController();
    const waiting = code(load({ signal: controller.signal, wasm: "/nowhere.wasm", model: new Response(new ReadableStream()) }));
    controller.abort();
    return [await waiting, await code(load({ signal: AbortSignal.abort() })), await code(load({ signal: AbortSignal.timeout(50), wasm: WASM })),
      await code(load({ model: "http://[" }))];
  }, { INDEX, WASM });
  expect(codes).toEqual(["E_ABORTED", "E_ABORTED", "E_ABORTED", "E_FETCH"]);
  hold = false;
  expect(await page.evaluate(async (INDEX) => (await ((await import(INDEX)) as Module).load()).topic.name, INDEX)).toBe("cooperation-threat");
});

test("a wrong engine and a policy against it are told apart", async ({ page }) => {
  const code = () => page.evaluate(async ({ INDEX, MODEL }) => {
    const { load } = (await import(INDEX)) as Module;
    return load({ wasm: MODEL }).then(() => "none", (error: { code: string }) => error.code);
  }, { INDEX, MODEL });
  await page.goto("/hosts/plain.html");
  expect(await code()).toBe("E_FETCH");
  await page.route("**/hosts/plain.html", async (route) => {
    const response = await route.fetch();
    await route.fulfill({ response, headers: { ...response.headers(), "content-security-policy": "script-src 'self'; connect-src 'self'" } });
  });
  await page.goto("/hosts/plain.html");
  expect(await code()).toBe("E_CSP_WASM");
});

test("in Node, importing does nothing and loading works", () => {
  const index = new URL("../dist/stancelight/index.js", import.meta.url).href;
  const program = `
    const before = Object.keys(globalThis).length;
    const { load } = await import(${JSON.stringify(index)});
    const same = Object.keys(globalThis).length === before;
    const stance = await load();
    console.log([same, ...stance.analyze(${JSON.stringify(TEXT)}).map(({ label }) => label)].join());`;
  const said = execFileSync(process.execPath, ["--input-type=module", "--eval", program], { cwd: fileURLToPath(new URL(".", import.meta.url)), encoding: "utf8" });
  expect(said.trim()).toBe("true,cooperation,threat");
});
