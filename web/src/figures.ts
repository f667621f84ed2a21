// Figures of a whole article: which sentences make a paragraph; and of sentences' scores the mean, with how far it would
// wander if the article were written again from sentences of the same kind.

/** For each sentence which paragraph of `text` it stands in, counted from 0. */
export function paragraphsOf(sentences: { start: number; end: number }[], text: string): number[] {
  let paragraph = 0;
  let end = 0;
  return sentences.map((sentence, i) => {
    if (i > 0 && text.slice(end, sentence.start).includes("\n")) paragraph += 1;
    end = sentence.end;
    return paragraph;
  });
}

/** A mean and its 95 % interval; none from fewer than three values. */
export interface Mean {
  mean: number;
  interval: [number, number] | undefined;
}

/** Student's t at 97.5 %, by the Cornish-Fisher expansion; from two degrees of freedom on within 2 %. */
export function student(degrees: number): number {
  const z = 1.959964;
  const terms = [(z ** 3 + z) / 4, (5 * z ** 5 + 16 * z ** 3 + 3 * z) / 96, (3 * z ** 7 + 19 * z ** 5 + 17 * z ** 3 - 15 * z) / 384];
  return terms.reduce((sum, term, i) => sum + term / degrees ** (i + 1), z);
}

/** The mean of scores between −1 and +1 and its interval, by Student's t, kept on the scale. */
export function meanOf(scores: number[]): Mean {
  const n = scores.length;
  const mean = scores.reduce((sum, score) => sum + score, 0) / n;
  if (n < 3) return { mean, interval: undefined };
  const variance = scores.reduce((sum, score) => sum + (score - mean) ** 2, 0) / (n - 1);
  const half = student(n - 1) * Math.sqrt(variance / n);
  return { mean, interval: [Math.max(mean - half, -1), Math.min(mean + half, 1)] };
}
