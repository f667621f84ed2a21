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

/** In whole per cent; nothing is certain. */
export const percent = (p = 0) => `${p > 0.995 ? ">99" : Math.round(p * 100)} %`;
