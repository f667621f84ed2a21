// The engine's two builds: a browser fetches the one it can run, and both say the same.

import { expect, test, type Page } from "@playwright/test";
import { hashed } from "./hashed";

const SIMD = hashed("stancelight_wasm_simd_bg.wasm");
const PLAIN = hashed("stancelight_wasm_bg.wasm");

/** What a browser without vector instructions says of a module that uses them. */
const without = () => { WebAssembly.validate = () => false; };

/** The names of the WebAssembly files fetched while a page shows the sample's findings. */
async function fetched(page: Page): Promise<string[]> {
  const names = new Set<string>();
  page.on("request", (request) => {
    const name = new URL(request.url()).pathname.split("/").at(-1) ?? "";
    if (name.endsWith(".wasm")) names.add(name);
  });
  await page.goto("/hosts/plain.html");
  await page.evaluate(async () => {
    const { load } = (await import("/stancelight/index.js" as string)) as typeof import("stancelight");
    const [here, there] = [await load(), await load({ worker: true })];
    there.dispose();
    here.dispose();
  });
  return [...names];
}

test("a browser with vector instructions fetches the build with them, and no other", async ({ page }) => {
  expect(await fetched(page)).toEqual([SIMD]);
});

test("a browser without them fetches the build without", async ({ page }) => {
  await page.addInitScript(without);
  expect(await fetched(page)).toEqual([PLAIN]);
});

test("offline, only the build that runs here is kept", async ({ page }) => {
  await page.goto("/");
  const kept = () => page.evaluate(async () => {
    await navigator.serviceWorker.ready;
    const requests = await Promise.all((await caches.keys()).map(async (name) => (await caches.open(name)).keys()));
    return requests.flat().map(({ url }) => url.split("/").at(-1) ?? "").filter((name) => name.endsWith(".wasm"));
  });
  await expect.poll(kept).toEqual([SIMD]);
});
