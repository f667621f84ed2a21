// Reads an article with a model, a few milliseconds at a time, so that a very long one never blocks the page
// and the next keystroke can call it off. What a sentence was found to say is kept for as long as the sentence
// stands in the article, so that after an edit only what was written anew is asked of the model.

import type { Sentence, Verdict } from "stancelight";

/** What the page knows of a sentence. */
export interface Judged extends Sentence {
  /** Whether the larger model spoke; else it was the quick one. */
  closer?: boolean;
}

/** What is asked: the engine, or part of it. */
export interface Engine {
  /** Start and end of each sentence in turn. */
  sentences(text: string): Uint32Array;
  score(sentence: string): Verdict;
}

type Kept = Verdict & { closer?: boolean };

/** Milliseconds of work before the page gets a turn: half a frame. */
const TURN = 8;
/** Milliseconds between two looks at what was found so far, and of the time a fifth at most is spent on looking. */
const LOOK = 200;
const SHARE = 5;

/** Lets the browser do what waits: keystrokes, painting. */
export const turn = () => new Promise<void>((resume) => {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = () => {
    port1.close();
    resume();
  };
  port2.postMessage(undefined);
});

/** Parts of a text that no sentence crosses: up to and with the blank lines between. */
function* parts(text: string): Generator<string> {
  let from = 0;
  while (from < text.length) {
    let to = text.indexOf("\n\n", from);
    to = to < 0 ? text.length : to + 2;
    while (text[to] === "\n") to += 1;
    yield text.slice(from, to);
    from = to;
  }
}

/** Reads one article under one model, again and again as it changes. */
export class Reader {
  private verdicts = new Map<string, Kept>();
  private cuts = new Map<string, Uint32Array>();

  constructor(private readonly engine: Engine) {}

  /** The sentences of `text`; `undefined` when `isStale` says that nobody wants them any more. */
  async read(text: string, isStale: () => boolean, progress: (sofar: Judged[]) => void): Promise<Judged[] | undefined> {
    const out: Judged[] = [];
    // What this article holds; the rest is forgotten, unless reading is called off: then the next may need it.
    const verdicts = new Map<string, Kept>();
    const cuts = new Map<string, Uint32Array>();
    let at = 0;
    let begun = performance.now();
    let next = begun;
    for (const part of parts(text)) {
      const spans = this.cuts.get(part) ?? this.engine.sentences(part);
      this.cuts.set(part, spans);
      cuts.set(part, spans);
      for (let i = 0; i + 1 < spans.length; i += 2) {
        const [start = 0, end = 0] = [spans[i], spans[i + 1]];
        const words = part.slice(start, end);
        const verdict = this.verdicts.get(words) ?? this.engine.score(words);
        this.verdicts.set(words, verdict);
        verdicts.set(words, verdict);
        out.push({ ...verdict, start: at + start, end: at + end });
        const now = performance.now();
        if (now - begun < TURN) continue;
        if (now > next) {
          progress(out);
          const after = performance.now();
          next = after + Math.max(LOOK, SHARE * (after - now));
        }
        await turn();
        if (isStale()) return undefined;
        begun = performance.now();
      }
      at += part.length;
    }
    this.verdicts = verdicts;
    this.cuts = cuts;
    return out;
  }

  /** Takes what the larger model said of a sentence in place of what is known. */
  amend(words: string, verdict: Verdict): void {
    this.verdicts.set(words, { ...verdict, closer: true });
  }

  /** Forgets all verdicts. */
  forget(): void {
    this.verdicts.clear();
  }
}
