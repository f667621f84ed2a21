// The letters j and k walk through the findings, until the box beside the list turns them off: who speaks to the
// machine instead of typing would set them off by accident (WCAG 2.2, 2.1.4 Character Key Shortcuts).

import { byId } from "./dom";

const KEY = "stancelight-letters";

/** Calls `step` with 1 for j and −1 for k, unless the letter is being written somewhere or the reader wants none. */
export function letters(step: (by: 1 | -1) => void): void {
  const box = byId<HTMLInputElement>("letters");
  try {
    box.checked = localStorage.getItem(KEY) !== "no";
  } catch {
    // Storage is forbidden: the choice lasts as long as the page.
  }
  box.addEventListener("change", () => {
    try {
      if (box.checked) localStorage.removeItem(KEY);
      else localStorage.setItem(KEY, "no");
    } catch {
      // As above.
    }
  });
  addEventListener("keydown", (event) => {
    const { key, ctrlKey, metaKey, altKey } = event;
    const target = event.target as HTMLElement;
    if (!box.checked || ctrlKey || metaKey || altKey || (key !== "j" && key !== "k")) return;
    if (target.isContentEditable || target.matches('select, input:not([type="checkbox"])')) return;
    step(key === "j" ? 1 : -1);
  });
}
