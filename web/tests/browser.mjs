// How every test starts a browser: the system's own, headless, talking to nobody.

/** @type {import("@playwright/test").LaunchOptions} */
export const launchOptions = {
  executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
  args: [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
  ],
};

const executablePath = process.env.FIREFOX;

/**
 * Firefox with these preferences, by the protocol that the system's own understands; Playwright's needs one built for it.
 * Undefined where none is named.
 */
export const firefox = executablePath
  ? (/** @type {Record<string, number>} */ firefoxUserPrefs = {}) =>
    /** @type {const} */ ({ browserName: "firefox", channel: "moz-firefox", launchOptions: { executablePath, firefoxUserPrefs } })
  : undefined;
