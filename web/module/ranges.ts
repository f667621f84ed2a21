// Painting with the CSS Custom Highlight API where the engine, and with it its own painter, is not on this thread: in a
// page whose texts a worker reads, or a page in which WebAssembly is forbidden. Spans and what was read come in, ranges
// with names go out; no node of the page changes.

import type { Paint } from "stancelight-wasm";
import { StancelightError } from "./errors";
import { depthOf } from "./looks";
import type { ElementText } from "./text";

/** Paints what was read of an element. */
export class RangePainter {
  private names: string[] = [];

  /** @throws {StancelightError} `E_NO_HIGHLIGHTS` where the browser has no such API. */
  constructor(private readonly prefix: string) {
    if (!globalThis.CSS?.highlights || !globalThis.Highlight) throw new StancelightError("E_NO_HIGHLIGHTS", "this browser has no CSS Custom Highlight API");
  }

  /** Paints these spans of what was read, instead of whatever was painted before. */
  paint(spans: Paint[], read: ElementText): void {
    this.clear();
    const ranges = new Map<string, Range[]>();
    for (const { start, end, group, strength } of spans) {
      const range = read.range(start, end);
      if (!range) continue;
      const name = `${this.prefix}-${group}-${depthOf(strength)}`;
      const alike = ranges.get(name);
      if (alike) alike.push(range);
      else ranges.set(name, [range]);
    }
    for (const [name, alike] of ranges) CSS.highlights.set(name, new Highlight(...alike));
    this.names = [...ranges.keys()];
  }

  /** Takes this painter's paint away. */
  clear(): void {
    for (const name of this.names) CSS.highlights.delete(name);
    this.names = [];
  }
}
