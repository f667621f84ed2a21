//! Text in, verdicts out: the four calls that everything else is built on.
//!
//! The arithmetic is arranged so that explanations are exact. A sentence's score for a label is a
//! whole number, the sum of its features' weights; the logit is that number times one `f32` factor, in
//! `f64`, plus the bias. Each product and each partial sum is then exact in `f64`, so adding the shares
//! of the words in any order, and the bias last, gives the logit bit for bit.

use crate::feature::{Feature, KnownTerm, Terms};
use crate::model::Predictor;
use crate::sentence::sentences;
use crate::span::Span;
use crate::topic::Topic;

/// What a model says of one sentence. Vectors are in the order of the topic's labels.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// Index of the most probable label; of equal ones the first.
    pub label: usize,
    /// Whether that label's probability reaches the topic's threshold.
    pub sure: bool,
    /// The stance score Σ p(label) · pole, −1 to +1.
    pub score: f64,
    /// Calibrated probabilities, softmax of the logits.
    pub probabilities: Vec<f64>,
    /// Log-odds up to a common constant.
    pub logits: Vec<f64>,
}

/// One sentence of a text and what the model says of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Sentence {
    /// Where it stands in the text.
    pub span: Span,
    /// What the model says.
    pub verdict: Verdict,
}

/// One word, number or name of a sentence and what it adds to each logit.
#[derive(Clone, Debug, PartialEq)]
pub struct Word {
    /// Where it stands in the sentence.
    pub span: Span,
    /// Its part of each label's logit; a pair of words counts half for each.
    pub shares: Vec<f64>,
}

/// Why a sentence was judged as it was.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation {
    /// The verdict explained.
    pub verdict: Verdict,
    /// What each logit is before any word.
    pub bias: Vec<f64>,
    /// Every word; for each label their shares, added up, plus the bias are the logit, exactly.
    pub words: Vec<Word>,
}

impl Verdict {
    /// Probability of the most probable label.
    pub fn confidence(&self) -> f64 {
        self.probabilities[self.label]
    }

    /// Whether the sentence is to be painted at this threshold: sure, and of a label off the middle.
    pub fn is_painted(&self, topic: &Topic, threshold: f64) -> bool {
        self.confidence() >= threshold && topic.labels[self.label].pole != 0.0
    }

    /// The verdict that logits lead to under a topic; one logit a label.
    pub fn from_logits(logits: Vec<f64>, topic: &Topic) -> Self {
        let probabilities = softmax(&logits);
        let mut label = 0;
        for (i, &p) in probabilities.iter().enumerate() {
            if p > probabilities[label] {
                label = i;
            }
        }
        let score = probabilities.iter().zip(&topic.labels).map(|(p, label)| p * f64::from(label.pole)).sum();
        let sure = probabilities[label] >= f64::from(topic.threshold);
        Self { label, sure, score, probabilities, logits }
    }
}

/// Softmax, computed so that it cannot overflow and is the same bits on every platform.
pub fn softmax(logits: &[f64]) -> Vec<f64> {
    let max = logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut out: Vec<f64> = logits.iter().map(|&z| libm::exp(z - max)).collect();
    let sum: f64 = out.iter().sum();
    out.iter_mut().for_each(|p| *p /= sum);
    out
}

/// Buffers for scoring many sentences; hidden from callers, who have one text at a time.
#[derive(Default)]
pub(crate) struct Scratch {
    terms: Terms,
    /// The features that the model knows.
    found: Vec<Found>,
    /// Keys of pairs that may be features, and the second term of each.
    pairs: Vec<(u64, usize)>,
    sums: Vec<i64>,
}

/// A feature's row of weights, and the one or two terms it belongs to.
struct Found {
    row: usize,
    terms: [usize; 2],
}

/// Twice a feature's weight, so that half of it is still a whole number.
const UNITS: i64 = 2;

impl Scratch {
    /// Finds `sentence`'s features and sums their weights, in half units.
    fn sum(&mut self, sentence: &str, predictor: &Predictor) {
        let settings = &predictor.model().settings;
        let (lexicon, markers) = (predictor.lexicon(), predictor.markers);
        self.terms.fill(sentence, settings, lexicon, markers);
        self.found.clear();
        self.pairs.resize(self.terms.as_slice().len(), (0, 0));
        let mut pairs = 0;
        for KnownTerm { term, id, negated, left } in self.terms.known(settings, markers) {
            if let Some(row) = predictor.row(id, false) {
                self.found.push(Found { row, terms: [term, term] });
            }
            if negated && let Some(row) = predictor.row(id, true) {
                self.found.push(Found { row, terms: [term, term] });
            }
            // Written down and, if it is nothing, written over: whether it is, no branch could foresee.
            let pair = Feature::Pair(left.unwrap_or(id), id).key();
            self.pairs[pairs] = (pair, term);
            pairs += usize::from(left.is_some() & predictor.pairs.may_hold(pair));
        }
        for &(pair, term) in &self.pairs[..pairs] {
            if let Some(row) = predictor.pairs.find(pair) {
                self.found.push(Found { row, terms: [term.saturating_sub(1), term] });
            }
        }
        let weights = &predictor.model().linear.weights;
        self.sums.clear();
        match predictor.topic().labels.len() {
            // Nearly every topic has two or three labels, and a loop over so few costs more than its work.
            2 => self.sums.extend(sum_rows::<2>(&self.found, weights)),
            3 => self.sums.extend(sum_rows::<3>(&self.found, weights)),
            labels => {
                self.sums.resize(labels, 0);
                for found in &self.found {
                    let row = &weights[found.row * labels..];
                    self.sums.iter_mut().zip(row).for_each(|(sum, &weight)| *sum += UNITS * i64::from(weight));
                }
            }
        }
    }

    /// The factors that make the labels' sums logits: what one half unit is worth in the sentence last summed. Rounded to `f32`: products
    /// with whole numbers are then exact in `f64`.
    fn factors<'a>(&'a self, predictor: &'a Predictor) -> impl Iterator<Item = f64> + 'a {
        let model = predictor.model();
        let terms = self.terms.as_slice().len().max(1);
        #[allow(clippy::cast_precision_loss, reason = "no sentence has 2^52 terms")]
        let norm = if model.settings.length_norm { libm::sqrt(terms as f64) } else { 1.0 };
        #[allow(clippy::cast_possible_truncation, reason = "the rounding is the point")]
        model.linear.scale.iter().map(move |&scale| f64::from((f64::from(scale) / (norm * UNITS as f64)) as f32))
    }

    #[allow(clippy::cast_precision_loss, reason = "sums stay far below 2^52")]
    fn verdict(&self, predictor: &Predictor) -> Verdict {
        let bias = &predictor.model().linear.bias;
        let logits = self.sums.iter().zip(self.factors(predictor)).zip(bias);
        Verdict::from_logits(
            logits.map(|((&sum, factor), &bias)| sum as f64 * factor + f64::from(bias)).collect(),
            predictor.topic(),
        )
    }

    pub(crate) fn score(&mut self, sentence: &str, predictor: &Predictor) -> Verdict {
        self.sum(sentence, predictor);
        self.verdict(predictor)
    }
}

/// The sums of rows of as many weights, in half units.
fn sum_rows<const LABELS: usize>(found: &[Found], weights: &[i8]) -> [i64; LABELS] {
    let (rows, _) = weights.as_chunks::<LABELS>();
    let mut sums = [0; LABELS];
    for found in found {
        let row = rows[found.row];
        (0..LABELS).for_each(|label| sums[label] += UNITS * i64::from(row[label]));
    }
    sums
}

/// Cuts `text` into sentences and judges each. Never fails.
pub fn analyze(text: &str, predictor: &Predictor) -> Vec<Sentence> {
    let mut scratch = Scratch::default();
    sentences(text)
        .into_iter()
        .map(|span| Sentence { span, verdict: scratch.score(&text[span.range()], predictor) })
        .collect()
}

/// Judges `sentence` as one sentence, whatever it holds. Never fails.
pub fn score(sentence: &str, predictor: &Predictor) -> Verdict {
    Scratch::default().score(sentence, predictor)
}

/// Judges every one of `sentences` as one sentence; quicker than as many calls of [`score`].
pub fn score_all<'t>(
    sentences: impl IntoIterator<Item = &'t str>,
    predictor: &Predictor,
) -> impl Iterator<Item = Verdict> {
    let mut scratch = Scratch::default();
    sentences.into_iter().map(move |sentence| scratch.score(sentence, predictor))
}

/// Judges `sentence` as one sentence and says what each of its words added. Never fails.
#[allow(clippy::cast_precision_loss, reason = "shares stay far below 2^52")]
pub fn explain(sentence: &str, predictor: &Predictor) -> Explanation {
    let mut scratch = Scratch::default();
    let labels = predictor.topic().labels.len();
    scratch.sum(sentence, predictor);
    let terms = scratch.terms.as_slice();
    let mut shares = vec![0_i64; terms.len() * labels];
    for found in &scratch.found {
        for term in found.terms {
            let weights = &predictor.model().linear.weights[found.row * labels..];
            for (share, &weight) in shares[term * labels..][..labels].iter_mut().zip(weights) {
                *share += UNITS / 2 * i64::from(weight);
            }
        }
    }
    let factors: Vec<f64> = scratch.factors(predictor).collect();
    let words = terms
        .iter()
        .zip(shares.chunks(labels))
        .map(|(term, row)| Word {
            span: term.span,
            shares: row.iter().zip(&factors).map(|(&share, factor)| share as f64 * factor).collect(),
        })
        .collect();
    let bias = predictor.model().linear.bias.iter().map(|&b| f64::from(b)).collect();
    Explanation { verdict: scratch.verdict(predictor), bias, words }
}
