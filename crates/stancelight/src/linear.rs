//! The first kind of scorer: features with signed-byte weights, ready to score.
//!
//! The arithmetic is arranged so that explanations are exact. A sentence's score for a label is a
//! whole number, the sum of its features' weights; the logit is that number times one `f32` factor, in
//! `f64`, plus the bias. Each product and each partial sum is then exact in `f64`, so adding the shares
//! of the words in any order, and the bias last, gives the logit bit for bit.

use crate::feature::{Feature, Known, Markers, Settings, Terms};
use crate::span::Span;
use crate::table::Words;
use crate::token::Tokens;
use crate::weights::{UNITS, Weights};

/// A linear scorer with eight-bit weights: logit = bias + scale · Σ weight.
///
/// Sums of whole numbers are exact in any order, so every platform and every way of adding up gives
/// the same logit, and the shares of an explanation add up to it without a rounding error.
#[derive(Clone, Debug, PartialEq)]
pub struct Linear {
    /// How features are made.
    pub settings: Settings,
    /// Every word the features are made of, in ascending byte order.
    pub words: Words,
    /// The features, in ascending order of their keys.
    pub features: Vec<Feature>,
    /// One a label: the logit of a sentence without any known feature.
    pub bias: Vec<f32>,
    /// One a label: what a weight of 1 is worth.
    pub scale: Vec<f32>,
    /// A row of one weight a label for each feature.
    pub weights: Vec<i8>,
}

/// A linear scorer with its look-up tables.
#[derive(Clone, Debug)]
pub(crate) struct LinearScorer {
    linear: Linear,
    lexicon: Known,
    markers: Markers,
    weights: Weights,
}

/// Buffers for scoring many sentences; hidden from callers, who have one text at a time.
#[derive(Default)]
pub(crate) struct Scratch {
    terms: Terms,
    sums: Vec<i64>,
}

impl LinearScorer {
    /// Compiles the look-up tables.
    pub(crate) fn new(linear: Linear) -> Self {
        let lexicon = Known::new(&linear.words, &linear.settings);
        let markers = Markers::of(&lexicon);
        let weights = Weights::new(&linear, markers);
        Self { linear, lexicon, markers, weights }
    }

    pub(crate) fn into_linear(self) -> Linear {
        self.linear
    }

    /// What each logit is before any word.
    pub(crate) fn bias(&self) -> Vec<f64> {
        self.linear.bias.iter().map(|&bias| f64::from(bias)).collect()
    }

    /// Leaves the terms of a sentence's tokens in `scratch`.
    #[inline]
    pub(crate) fn read(&self, tokens: &Tokens, scratch: &mut Scratch) {
        scratch.terms.fill(tokens, &self.linear.settings, &self.lexicon, self.markers);
    }

    /// The logits of a sentence's tokens, whose terms are then in `scratch`.
    #[allow(clippy::cast_precision_loss, reason = "sums stay far below 2^52")]
    pub(crate) fn logits(&self, tokens: &Tokens, scratch: &mut Scratch) -> Vec<f64> {
        self.read(tokens, scratch);
        self.weights.sum(scratch.terms.as_slice(), &mut scratch.sums);
        let sums = scratch.sums.iter().zip(self.factors(scratch)).zip(&self.linear.bias);
        sums.map(|((&sum, factor), &bias)| sum as f64 * factor + f64::from(bias)).collect()
    }

    /// Where each word of the sentence last read stands, and its shares.
    #[allow(clippy::cast_precision_loss, reason = "shares stay far below 2^52")]
    pub(crate) fn words(&self, scratch: &Scratch) -> Vec<(Span, Vec<f64>)> {
        let labels = self.linear.bias.len();
        let terms = scratch.terms.as_slice();
        let shares = self.weights.shares(terms);
        let factors: Vec<f64> = self.factors(scratch).collect();
        let worth = |row: &[i64]| row.iter().zip(&factors).map(|(&share, factor)| share as f64 * factor).collect();
        terms.iter().zip(shares.chunks(labels)).map(|(term, row)| (term.span, worth(row))).collect()
    }

    /// The factors that make the labels' sums logits: what one half unit is worth in the sentence last summed.
    /// Rounded to `f32`: products with whole numbers are then exact in `f64`.
    fn factors(&self, scratch: &Scratch) -> impl Iterator<Item = f64> {
        let terms = scratch.terms.as_slice().len().max(1);
        #[allow(clippy::cast_precision_loss, reason = "no sentence has 2^52 terms")]
        let norm = if self.linear.settings.length_norm { libm::sqrt(terms as f64) } else { 1.0 };
        #[allow(clippy::cast_possible_truncation, reason = "the rounding is the point")]
        self.linear.scale.iter().map(move |&scale| f64::from((f64::from(scale) / (norm * UNITS as f64)) as f32))
    }
}
