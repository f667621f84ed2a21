// A text read by paragraphs: a text and whoever answers come in, its sentences go out, a part at a time. No sentence
// crosses a blank line, so a paragraph is judged once however often the page around it changes, and a long text
// never holds up the page.

import type { Sentence } from "stancelight-wasm";
import type { Reader } from "./reader";

/** Characters asked about at once: some milliseconds' work, for either kind of model. */
const PART = { linear: 20_000, encoder: 2_000 };
const GAP = "\n\n";

interface Paragraph {
  start: number;
  text: string;
}

/** What stands between blank lines. */
function cut(text: string): Paragraph[] {
  const out: Paragraph[] = [];
  for (let start = 0; start < text.length;) {
    const gap = text.indexOf(GAP, start);
    const end = gap < 0 ? text.length : gap;
    const paragraph = text.slice(start, end);
    if (paragraph.trim() !== "") out.push({ start, text: paragraph });
    start = end + GAP.length;
  }
  return out;
}

/** Paragraphs, so many together as are asked about at once. */
function parts(paragraphs: Iterable<string>, most: number): string[][] {
  const out: string[][] = [];
  let size = most;
  for (const paragraph of paragraphs) {
    if (size >= most) {
      out.push([]);
      size = 0;
    }
    out.at(-1)?.push(paragraph);
    size += paragraph.length + GAP.length;
  }
  return out;
}

/** Reads texts, and remembers the paragraphs of the last. */
export class Paragraphs {
  private known = new Map<string, Sentence[]>();

  constructor(private readonly reader: Pick<Reader, "analyze" | "kind">) {}

  /**
   * Reads a text. `take` is called with the sentences found so far whenever there are more, and with `true` at last;
   * before this returns, if the reader is on this thread and the text is short.
   */
  read(text: string, isStale: () => boolean, take: (sentences: Sentence[], isWhole: boolean) => void): Promise<void> | undefined {
    const paragraphs = cut(text);
    const asked = parts(new Set(paragraphs.map(({ text }) => text).filter((text) => !this.known.has(text))), PART[this.reader.kind]);
    const found = () => paragraphs.flatMap(({ start, text }) =>
      (this.known.get(text) ?? []).map((sentence) => ({ ...sentence, start: sentence.start + start, end: sentence.end + start })));
    const next = (at: number): Promise<void> | undefined => {
      const part = asked[at];
      if (!part) {
        // What no longer stands in the text is forgotten.
        this.known = new Map(paragraphs.map(({ text }) => [text, this.known.get(text) ?? []]));
        take(found(), true);
        return undefined;
      }
      const answered = (sentences: Sentence[]) => {
        this.learn(part, sentences);
        if (isStale()) return undefined;
        if (at + 1 < asked.length) take(found(), false);
        return next(at + 1);
      };
      let answer;
      try {
        answer = this.reader.analyze(part.join(GAP));
      } catch (error) {
        // Disposed of: told as a worker tells it.
        return Promise.reject(error);
      }
      if (answer instanceof Promise) return answer.then(answered);
      if (at + 1 === asked.length) return answered(answer);
      // The page's turn, before there is more.
      return new Promise((resume) => setTimeout(resume)).then(() => answered(answer));
    };
    return next(0);
  }

  /** Gives every paragraph of a part its sentences. */
  private learn(part: string[], sentences: Sentence[]): void {
    let at = 0;
    let start = 0;
    for (const text of part) {
      const end = start + text.length;
      const own: Sentence[] = [];
      for (let sentence = sentences[at]; sentence && sentence.start < end; sentence = sentences[at += 1]) {
        own.push({ ...sentence, start: sentence.start - start, end: sentence.end - start });
      }
      this.known.set(text, own);
      start = end + GAP.length;
    }
  }
}
