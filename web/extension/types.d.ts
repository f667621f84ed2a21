// What the build puts into the extension as bytes, and the little of the browser's extension interface that is used.

declare module "stancelight/wasm-simd" {
  const bytes: Uint8Array;
  export default bytes;
}

declare module "stancelight/models/*" {
  const bytes: Uint8Array;
  export default bytes;
}

declare const chrome: {
  action: {
    onClicked: { addListener(listener: (tab: { id?: number }) => void): void };
    setBadgeText(badge: { tabId: number; text: string }): Promise<void>;
    setTitle(title: { tabId: number; title: string }): Promise<void>;
  };
  runtime: {
    onMessage: { addListener(listener: (call: import("./calls").Call, sender: unknown, respond: (answer: import("./calls").Answer) => void) => boolean): void };
    sendMessage(call: import("./calls").Call): Promise<import("./calls").Answer>;
  };
  scripting: { executeScript(script: { target: { tabId: number }; files: string[] }): Promise<unknown> };
  /** For scripts in pages only. */
  dom: { openOrClosedShadowRoot(element: HTMLElement): ShadowRoot | null };
};
