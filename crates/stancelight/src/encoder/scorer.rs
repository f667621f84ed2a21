//! An encoder ready to score: a sentence comes in, each word's share of each logit goes out.
//!
//! Shares are rounded to the [grid](crate::grid) and bounded, so that they and the bias add up exactly, in any order.

use super::matrix::{Product, Rounded};
use super::pieces::{Piece, spans};
use super::{Encoder, Layer, NormWeights, Rows, math};
use crate::grid::{MOST, number, units};
use crate::span::Span;
use crate::token::Tokens;

/// An encoder with its matrices laid out for products.
#[derive(Clone, Debug)]
pub(crate) struct EncoderScorer {
    encoder: Encoder,
    layers: Vec<Products>,
    /// In units.
    bias: Vec<i64>,
}

#[derive(Clone, Debug)]
struct Products {
    query: Product,
    key: Product,
    value: Product,
    output: Product,
    inner: Product,
    outer: Product,
}

/// Buffers for scoring many sentences.
#[derive(Clone, Debug, Default)]
pub(crate) struct Scratch {
    pieces: Vec<Piece>,
    /// A vector a piece of the window: the stream that layers add to.
    stream: Vec<f32>,
    rounded: Rounded,
    query: Vec<f32>,
    key: Vec<f32>,
    value: Vec<f32>,
    inner: Vec<f32>,
    added: Vec<f32>,
    scores: Vec<f32>,
    vector: Vec<f32>,
    /// A row of shares a token, in units.
    shares: Vec<i64>,
}

impl EncoderScorer {
    pub(crate) fn new(encoder: Encoder) -> Self {
        let layers = encoder.layers.iter().map(|layer| Products {
            query: Product::new(&layer.query),
            key: Product::new(&layer.key),
            value: Product::new(&layer.value),
            output: Product::new(&layer.output),
            inner: Product::new(&layer.inner),
            outer: Product::new(&layer.outer),
        });
        Self {
            layers: layers.collect(),
            bias: encoder.head.bias.iter().map(|&b| units(f64::from(b))).collect(),
            encoder,
        }
    }

    pub(crate) fn into_encoder(self) -> Encoder {
        self.encoder
    }

    /// What each logit is before any word.
    pub(crate) fn bias(&self) -> Vec<f64> {
        self.bias.iter().map(|&bias| number(bias)).collect()
    }

    /// The same in units.
    pub(crate) fn bias_units(&self) -> &[i64] {
        &self.bias
    }

    /// The logits of a sentence's tokens, whose shares are then in `scratch`.
    pub(crate) fn logits(&self, tokens: &Tokens, scratch: &mut Scratch) -> Vec<f64> {
        self.read(tokens, scratch);
        let mut sums = self.bias.clone();
        for row in self.shares(scratch) {
            sums.iter_mut().zip(row).for_each(|(sum, share)| *sum += share);
        }
        sums.into_iter().map(number).collect()
    }

    /// Leaves the shares of a sentence's tokens in `scratch`.
    pub(crate) fn read(&self, tokens: &Tokens, scratch: &mut Scratch) {
        self.encoder.vocabulary.cut(tokens, &mut scratch.pieces);
        let labels = self.bias.len();
        scratch.shares.clear();
        scratch.shares.resize(tokens.as_slice().len() * labels, 0);
        let pieces = std::mem::take(&mut scratch.pieces);
        for window in pieces.chunks(self.encoder.shape.positions) {
            self.read_window(window, scratch);
            self.share(window, pieces.len(), scratch);
        }
        scratch.pieces = pieces;
    }

    /// The shares of the tokens last read, in units: a row of one a label for each token.
    pub(crate) fn shares<'s>(&self, scratch: &'s Scratch) -> impl Iterator<Item = &'s [i64]> + use<'s> {
        scratch.shares.chunks_exact(self.bias.len())
    }

    /// Where each of these tokens, which were scored last, stands, and its shares.
    pub(crate) fn words<'s>(
        &self,
        tokens: &'s Tokens,
        scratch: &'s Scratch,
    ) -> impl Iterator<Item = (Span, Vec<f64>)> + 's {
        spans(tokens).zip(self.shares(scratch).map(|row| row.iter().map(|&share| number(share)).collect()))
    }

    /// Reads a window of pieces: leaves a vector each in the stream.
    fn read_window(&self, window: &[Piece], scratch: &mut Scratch) {
        let Encoder { shape, pieces, positions, cases, layers, .. } = &self.encoder;
        let width = shape.width;
        scratch.stream.clear();
        scratch.stream.resize(window.len() * width, 0.0);
        scratch.vector.resize(width, 0.0);
        for (i, (piece, x)) in window.iter().zip(scratch.stream.chunks_exact_mut(width)).enumerate() {
            for (rows, index) in [(pieces, piece.id as usize), (positions, i), (cases, piece.case as usize)] {
                add_row(x, rows, index);
            }
        }
        for (layer, products) in layers.iter().zip(&self.layers) {
            self.attend(layer, products, scratch);
            feed_forward(layer, products, width, scratch);
        }
    }

    #[allow(clippy::cast_precision_loss, reason = "widths are small")]
    fn attend(&self, layer: &Layer, products: &Products, scratch: &mut Scratch) {
        let Scratch { stream, rounded, query, key, value, added, scores, vector, .. } = scratch;
        let (width, heads) = (self.encoder.shape.width, self.encoder.shape.heads);
        normalise(stream, &layer.attention_norm, width, vector, rounded);
        products.query.apply(rounded, query);
        products.key.apply(rounded, key);
        products.value.apply(rounded, value);
        let part = width / heads;
        let factor = 1.0 / (part as f32).sqrt();
        let length = stream.len() / width;
        scores.resize(length, 0.0);
        rounded.start(width);
        for query in query.chunks_exact(width) {
            vector.fill(0.0);
            for head in (0..width).step_by(part).map(|from| from..from + part) {
                for (score, key) in scores.iter_mut().zip(key.chunks_exact(width)) {
                    *score = math::dot(&query[head.clone()], &key[head.clone()]);
                }
                math::softmax(scores, factor);
                for (&score, value) in scores.iter().zip(value.chunks_exact(width)) {
                    math::add_scaled(&mut vector[head.clone()], &value[head.clone()], score);
                }
            }
            rounded.push(vector);
        }
        products.output.apply(rounded, added);
        add(stream, added);
    }

    /// Adds what the head reads in the window's vectors to the shares of their words.
    #[allow(clippy::cast_precision_loss, reason = "no sentence has 2^52 pieces")]
    fn share(&self, window: &[Piece], pieces: usize, scratch: &mut Scratch) {
        let Encoder { shape, norm, head, .. } = &self.encoder;
        let labels = self.bias.len();
        for (piece, x) in window.iter().zip(scratch.stream.chunks_exact(shape.width)) {
            math::layer_norm(x, norm, &mut scratch.vector);
            let row = &mut scratch.shares[piece.token as usize * labels..][..labels];
            for (share, weights) in row.iter_mut().zip(head.weights.chunks_exact(shape.width)) {
                let read = f64::from(math::dot(&scratch.vector, weights)).clamp(-MOST, MOST);
                *share += units(read / pieces as f64);
            }
        }
    }
}

fn feed_forward(layer: &Layer, products: &Products, width: usize, scratch: &mut Scratch) {
    let Scratch { stream, rounded, inner, added, vector, .. } = scratch;
    normalise(stream, &layer.feed_norm, width, vector, rounded);
    products.inner.apply(rounded, inner);
    math::gelu(inner);
    let between = layer.inner.bias.len();
    rounded.start(between);
    inner.chunks_exact(between).for_each(|vector| rounded.push(vector));
    products.outer.apply(rounded, added);
    add(stream, added);
}

/// Normalises and rounds every vector of the stream.
fn normalise(stream: &[f32], norm: &NormWeights, width: usize, vector: &mut [f32], rounded: &mut Rounded) {
    rounded.start(width);
    for x in stream.chunks_exact(width) {
        math::layer_norm(x, norm, vector);
        rounded.push(vector);
    }
}

fn add_row(x: &mut [f32], rows: &Rows, index: usize) {
    let row = &rows.values[index * x.len()..][..x.len()];
    let scale = rows.scales[index];
    x.iter_mut().zip(row).for_each(|(x, &value)| *x += scale * f32::from(value));
}

fn add(stream: &mut [f32], added: &[f32]) {
    stream.iter_mut().zip(added).for_each(|(x, y)| *x += y);
}
