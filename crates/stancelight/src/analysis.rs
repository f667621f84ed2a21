//! Text in, verdicts out: the four calls that everything else is built on.
//!
//! The arithmetic is arranged so that explanations are exact. A sentence's score for a label is a
//! whole number, the sum of its features' weights; the logit is that number times one `f32` factor, in
//! `f64`, plus the bias. Each product and each partial sum is then exact in `f64`, so adding the shares
//! of the words in any order, and the bias last, gives the logit bit for bit.

use crate::feature::Terms;
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
    sums: Vec<i64>,
}

/// Twice a feature's weight, so that half of it is still a whole number.
const UNITS: i64 = 2;

impl Scratch {
    /// Sums the weights of `sentence`'s features, in half units, and gives the factor that makes a
    /// label's sum its logit. `share` is told what each term receives.
    fn sum(&mut self, sentence: &str, predictor: &Predictor, mut share: impl FnMut(usize, &[i8], i64)) {
        let settings = &predictor.model().settings;
        let (lexicon, markers) = (predictor.lexicon(), predictor.markers);
        self.sums.clear();
        self.sums.resize(predictor.topic().labels.len(), 0);
        self.terms.fill(sentence, settings, lexicon, markers);
        let sums = &mut self.sums;
        self.terms.features(settings, markers, |feature, i, j| {
            let Some(weights) = predictor.weights(feature) else { return };
            for (sum, &weight) in sums.iter_mut().zip(weights) {
                *sum += i64::from(weight) * UNITS;
            }
            share(i, weights, UNITS / 2);
            share(j, weights, UNITS / 2);
        });
    }

    /// What one half unit is worth to each label in the sentence last summed. Rounded to `f32`: products
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
        self.sum(sentence, predictor, |_, _, _| {});
        self.verdict(predictor)
    }
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
    let mut shares: Vec<i64> = Vec::new();
    scratch.sum(sentence, predictor, |term, weights, units| {
        let needed = (term + 1) * labels;
        if shares.len() < needed {
            shares.resize(needed, 0);
        }
        for (share, &weight) in shares[term * labels..].iter_mut().zip(weights) {
            *share += i64::from(weight) * units;
        }
    });
    let terms = scratch.terms.as_slice();
    shares.resize(terms.len() * labels, 0);
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
