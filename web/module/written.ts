// What a page writes: an attribute's text comes in, an option goes out. What makes no sense is as if it were not written.

/** A probability. */
export function thresholdOf(written: string | null | undefined): number | undefined {
  const value = Number(written?.trim() || Number.NaN);
  return value >= 0 && value <= 1 ? value : undefined;
}

/** How to paint. */
export function rendererOf(written: string | null | undefined): "highlight" | "mark" | "auto" {
  return written === "mark" || written === "highlight" ? written : "auto";
}
