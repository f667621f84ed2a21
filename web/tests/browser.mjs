// How every test starts a browser: the system's own, headless, talking to nobody.

/** @type {import("@playwright/test").LaunchOptions} */
export const launchOptions = {
  executablePath: process.env.CHROMIUM || "/usr/bin/chromium",
  args: [
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
    "--disable-background-networking", "--disable-component-update", "--disable-sync",
  ],
};

/** Firefox by the protocol that the system's own understands; Playwright's needs one built for it. */
export const firefox = process.env.FIREFOX
  ? /** @type {const} */ ({ browserName: "firefox", channel: "moz-firefox", launchOptions: { executablePath: process.env.FIREFOX } })
  : undefined;
