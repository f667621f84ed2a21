// Page tests: the built page in the system's Chromium, served under the policy it promises to need; and where
// FIREFOX names one, what a reader mainly does once more in the system's Firefox, which is driven by WebDriver BiDi.
// Playwright's releases after 1.64 send such a Firefox commands that no released one knows. By this protocol no media
// can be emulated, so colours and motion are asked for by preferences, each in a Firefox of its own; for paper there is
// no preference, so how the page prints is looked at in Chromium alone. Downloads are not told of either: see page.ts.

import { defineConfig } from "@playwright/test";
import { firefox, launchOptions } from "./tests/browser.mjs";

const port = Number(process.env["PORT"] ?? 8799);

export default defineConfig({
  testDir: "tests",
  testMatch: "*.spec.ts",
  timeout: 60_000,
  // A machine may have more to do than these tests.
  expect: { timeout: 15_000 },
  workers: 1,
  reporter: "list",
  forbidOnly: true,
  use: { baseURL: `http://127.0.0.1:${port}`, viewport: { width: 1280, height: 900 } },
  projects: [
    { name: "chromium", use: { launchOptions } },
    ...(firefox ? [
      { name: "firefox", grep: /@firefox(?!-)/, use: firefox() },
      { name: "firefox-dark", grep: /@firefox-dark/, use: firefox({ "layout.css.prefers-color-scheme.content-override": 0, "ui.prefersReducedMotion": 1 }) },
      { name: "firefox-forced", grep: /@firefox-forced/, use: firefox({ "browser.display.document_color_use": 2 }) },
    ] : []),
  ],
  webServer: { command: "node tests/server.mjs", url: `http://127.0.0.1:${port}/`, env: { PORT: String(port) } },
});
