// What the bookmarklet fetches: importing it does nothing, `toggle` paints the page's article or takes the paint away.

import { shared } from "stancelight";
import { toggle as turn } from "./toggle";

/** Paints or unpaints the page it was imported into. */
export function toggle(): Promise<void> {
  // On this thread: a page starts no worker of another origin.
  return turn(() => shared());
}
