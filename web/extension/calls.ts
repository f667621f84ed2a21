// What the script in a page and the extension's background say to each other.

/** A question. */
export interface Call {
  method: "open" | "analyze" | "explainSentence";
  text: string;
}

/** Its answer. */
export interface Answer {
  value?: unknown;
  error?: { code: string | undefined; message: string | undefined };
}
