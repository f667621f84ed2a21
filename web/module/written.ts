// What a page writes: an attribute's text comes in, an option goes out. What makes no sense is as if it were not written.
// And how a probability is written for the page's readers.

/** A probability. */
export function thresholdOf(written: string | null | undefined): number | undefined {
  const value = Number(written?.trim() || NaN);
  return value >= 0 && value <= 1 ? value : undefined;
}

/** How to paint. */
export function rendererOf(written: string | null | undefined): "highlight" | "mark" | "auto" {
  return written === "mark" || written === "highlight" ? written : "auto";
}

/** A probability in per cent, on one line; near the ends with a decimal, and never 100, which would be a lie. */
export function percent(p = 0): string {
  const shown = p > 0.999 ? ">99.9" : p < 0.001 ? "<0.1" : (100 * p).toFixed(p > 0.99 || p < 0.01 ? 1 : 0);
  return `${shown}\u00a0%`;
}
