//! The third kind of scorer: a linear and a transformer that judge together ("wide & deep", Cheng et al. 2016). A
//! sentence's tokens come in; each logit is the sum of both scorers' biases and of both scorers' shares.
//!
//! What either weighs stands in its own numbers, so here is nothing but addition. The linear scorer's shares are
//! rounded to the encoder's grid, on which the sum is exact in any order. A word is what the linear scorer takes for
//! one: where that is a name of several words, the encoder's shares of these are added up.

use crate::encoder::{self, EncoderScorer};
use crate::grid::{MOST, number, units};
use crate::linear::{self, LinearScorer};
use crate::span::Span;
use crate::token::Tokens;

/// Both scorers, ready.
#[derive(Clone, Debug)]
pub(crate) struct WideAndDeepScorer {
    pub(crate) linear: LinearScorer,
    pub(crate) encoder: EncoderScorer,
}

impl WideAndDeepScorer {
    /// What each logit is before any word.
    pub(crate) fn bias(&self) -> Vec<f64> {
        self.bias_units().map(number).collect()
    }

    fn bias_units(&self) -> impl Iterator<Item = i64> {
        self.encoder.bias_units().iter().zip(self.linear.bias()).map(|(bias, linear)| bias + units(linear))
    }

    /// The logits of a sentence's tokens, of which each scorer then has what it needs to know in its scratch.
    pub(crate) fn logits(
        &self,
        tokens: &Tokens,
        linear: &mut linear::Scratch,
        encoder: &mut encoder::Scratch,
    ) -> Vec<f64> {
        self.linear.read(tokens, linear);
        self.encoder.read(tokens, encoder);
        let mut sums: Vec<i64> = self.bias_units().collect();
        for row in self.encoder.shares(encoder) {
            add(&mut sums, row.iter().copied());
        }
        for (_, row) in self.terms(linear) {
            add(&mut sums, row);
        }
        sums.into_iter().map(number).collect()
    }

    /// Where each word of the sentence last scored stands, and its shares.
    pub(crate) fn words(
        &self,
        tokens: &Tokens,
        linear: &linear::Scratch,
        encoder: &encoder::Scratch,
    ) -> Vec<(Span, Vec<f64>)> {
        // A term begins where a token does, and ends where one ends; marks are tokens only.
        let mut terms = self.terms(linear).peekable();
        let mut words: Vec<(Span, Vec<i64>)> = Vec::new();
        for (token, row) in tokens.as_slice().iter().zip(self.encoder.shares(encoder)) {
            match words.last_mut() {
                Some((word, shares)) if token.span.start < word.end => add(shares, row.iter().copied()),
                _ => {
                    let mut word = (token.span, row.to_vec());
                    if let Some((term, row)) = terms.next_if(|(term, _)| term.start == token.span.start) {
                        word.0 = term;
                        add(&mut word.1, row);
                    }
                    words.push(word);
                }
            }
        }
        words.into_iter().map(|(span, row)| (span, row.into_iter().map(number).collect())).collect()
    }

    /// The linear scorer's words and their shares, in units: of so many words none has a greater part of what all may
    /// add up to.
    #[allow(clippy::cast_precision_loss, reason = "no sentence has 2^52 words")]
    fn terms(&self, scratch: &linear::Scratch) -> impl Iterator<Item = (Span, impl Iterator<Item = i64>)> {
        let terms = self.linear.words(scratch);
        let most = MOST / terms.len().max(1) as f64;
        // Not `clamp`: its check of bounds that are reckoned brings the formatting of floats into the browser, 9 KB of it.
        let row = move |row: Vec<f64>| row.into_iter().map(move |share| units(share.max(-most).min(most)));
        terms.into_iter().map(move |(span, shares)| (span, row(shares)))
    }
}

fn add(sums: &mut [i64], row: impl IntoIterator<Item = i64>) {
    sums.iter_mut().zip(row).for_each(|(sum, share)| *sum += share);
}
