// Reads an article with a model, a slice at a time, so that a very long one never blocks the page and the
// next keystroke can call it off.

import type { Sentence, Stancelight } from "stancelight";

/** Characters read without a pause; a few milliseconds' work. */
const SLICE = 60_000;

/** Where the text may be cut without cutting a sentence: after blank lines, which no sentence crosses. */
function slices(text: string): number[] {
  const ends: number[] = [];
  let from = 0;
  while (text.length - from > SLICE) {
    const gap = text.indexOf("\n\n", from + SLICE);
    if (gap < 0) break;
    from = gap + 2;
    ends.push(from);
  }
  ends.push(text.length);
  return ends;
}

/** The sentences of `text`; `undefined` when `isStale` says that nobody wants them any more. */
export async function read(
  stance: Stancelight,
  text: string,
  isStale: () => boolean,
  progress: (sofar: Sentence[]) => void,
): Promise<Sentence[] | undefined> {
  const out: Sentence[] = [];
  let from = 0;
  for (const end of slices(text)) {
    if (from > 0) {
      progress(out);
      await new Promise((resume) => setTimeout(resume));
      if (isStale()) return undefined;
    }
    for (const sentence of stance.analyze(text.slice(from, end))) {
      sentence.start += from;
      sentence.end += from;
      out.push(sentence);
    }
    from = end;
  }
  return out;
}
