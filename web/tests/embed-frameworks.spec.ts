// The module in other people's tool chains: each example is built from the packed tarball and driven in the browser.
// Next and Deno are large, so they run only with EXAMPLES=all, which is what `cargo xtask examples` sets; that also
// prints the table of all.

import { spawn } from "node:child_process";
import { join } from "node:path";
import { expect, test, type Page } from "@playwright/test";
import { Table, build, examples, install, sent, serve } from "./examples";

const ALL = process.env["EXAMPLES"] === "all";
const ACCORD = "Both governments signed an accord and thanked Norway for its help.";
const ATTACK = "A week before, the navy had shelled the port and accused its neighbour of an attack.";
const MORE = "The rebels bombed the capital.";

interface Example {
  name: string;
  /** Whose packages it uses. */
  packages: string;
  builds: boolean;
  /** The address below the examples. */
  path: string;
  /** A button that makes the page bring more. */
  button?: string;
  isLarge?: boolean;
}

const EXAMPLES: Example[] = [
  { name: "jquery", packages: ".", builds: false, path: "/jquery/", button: "Continue reading" },
  { name: "vite", packages: ".", builds: true, path: "/vite/dist/" },
  { name: "react", packages: ".", builds: true, path: "/react/dist/", button: "More" },
  { name: "vue", packages: ".", builds: true, path: "/vue/dist/", button: "More" },
  { name: "svelte", packages: ".", builds: true, path: "/svelte/dist/", button: "More" },
  { name: "webpack", packages: ".", builds: true, path: "/webpack/" },
  { name: "next", packages: "next", builds: true, path: "/", button: "More", isLarge: true },
];

const table = new Table();
const installed = new Set<string>();

test.describe.configure({ timeout: 600_000 });
test.afterAll(() => table.print());

function prepare(folder: string): void {
  if (installed.has(folder)) return;
  install(folder);
  installed.add(folder);
}

const painted = (page: Page) => page.evaluate(() => [...CSS.highlights.values()].flatMap((highlight) => [...highlight].map(String)).sort());

for (const { name, packages, builds, path, button, isLarge } of EXAMPLES) {
  if (isLarge && !ALL) continue;
  test(name, async ({ page }) => {
    prepare(packages);
    if (builds) build(name);
    const { base, close } = await serve(isLarge ? join(examples, name, "out") : examples);
    const complaints: string[] = [];
    const loaded = sent(page);
    page.on("pageerror", ({ message }) => complaints.push(message));
    page.on("console", (message) => {
      if (!message.location().url.endsWith("favicon.ico")) complaints.push(message.text());
    });
    try {
      await page.goto(`${base}${path}`);
      await expect.poll(() => painted(page), { timeout: 15_000 }).toEqual([ATTACK, ACCORD].sort());
      const sizes = await loaded();
      if (button) {
        await page.getByRole("button", { name: button, exact: true }).click();
        await expect.poll(() => painted(page), { timeout: 15_000 }).toContain(MORE);
      }
      expect(complaints).toEqual([]);
      table.add(name, builds, true, sizes);
    } catch (error) {
      table.add(name, builds, false);
      throw error;
    } finally {
      close();
    }
  });
}

if (ALL) {
  test("deno", async () => {
    prepare("deno");
    const port = 18_000 + (process.pid % 1000);
    const server = spawn("npm", ["start", "--silent", "--", String(port)], { cwd: join(examples, "deno"), detached: true, stdio: "ignore" });
    try {
      const ask = () => fetch(`http://127.0.0.1:${port}/`, { method: "POST", body: `${ACCORD} ${ATTACK}` }).then((answer) => answer.json(), () => []) as Promise<{ text: string; label: string }[]>;
      await expect.poll(async () => (await ask()).map(({ text, label }) => [text, label]), { timeout: 60_000 }).toEqual([[ACCORD, "cooperation"], [ATTACK, "threat"]]);
      table.add("deno", false, true);
    } finally {
      // npm starts Deno as a process of its own: all of its group end.
      if (server.pid !== undefined) process.kill(-server.pid);
    }
  });
}
