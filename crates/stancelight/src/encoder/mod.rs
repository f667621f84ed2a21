//! The second kind of scorer: a small transformer that reads a whole sentence, and whose logits are still sums
//! of its words' shares.
//!
//! Text goes in as [`pieces`](Pieces) of words; each piece becomes a vector, a few pre-norm layers (Vaswani et al.
//! 2017; Xiong et al. 2020) let the vectors see each other, and a linear head reads every one of them by itself.
//! A logit is the bias plus the mean of what the head reads, so what a word adds is a number and no estimate.
//!
//! Training makes [`EncoderWeights`], plain `f32` tensors; [`Encoder::quantize`] rounds them to the bytes that the
//! file holds; the scorer computes with those bytes in a fixed order, so every platform gives the same bits.

mod math;
mod matrix;
mod pieces;
mod quantize;
mod scorer;

pub use math::exp;
pub use pieces::{Case, Piece, Pieces, UNKNOWN};
pub use quantize::{AffineWeights, EncoderWeights, LayerWeights, NormWeights, check_bits};
pub(crate) use quantize::{GROUP, most, step};
pub(crate) use scorer::{EncoderScorer, Scratch};

use std::fmt;

/// The sizes of an encoder.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// How many layers.
    pub layers: usize,
    /// Numbers a vector.
    pub width: usize,
    /// Heads of attention a layer, among which the width is divided.
    pub heads: usize,
    /// Numbers in the middle of a layer's second half.
    pub feed_forward: usize,
    /// Pieces that see each other; a longer sentence is read in windows of as many.
    pub positions: usize,
}

impl Default for Shape {
    fn default() -> Self {
        Self { layers: 2, width: 128, heads: 4, feed_forward: 512, positions: 128 }
    }
}

/// Most pieces a vocabulary can have.
pub const MAX_PIECES: usize = 1 << 16;

/// No parameter is larger: then no logit is beyond the range of `f32`, whatever the text and the file. On the way to one
/// the square of a number may be; the layer's normalisation then leaves nothing but its bias.
pub const MAX_PARAMETER: f32 = 1e4;

impl Shape {
    /// Checks what a type cannot.
    ///
    /// # Errors
    /// The first size that is wrong, and what it must be.
    pub fn validate(&self) -> Result<(), EncoderError> {
        let Self { layers, width, heads, feed_forward, positions } = *self;
        let wrong = |part: &str, message: &str| Err(EncoderError::new(part, message));
        if !(1..=16).contains(&layers) {
            return wrong("layers", "must be 1 to 16");
        }
        // Eights, so that no row leaves a rest behind its vectors.
        if !(8..=1024).contains(&width) || width % 8 != 0 {
            return wrong("width", "must be a multiple of 8, 8 to 1024");
        }
        if heads == 0 || width % heads != 0 {
            return wrong("heads", "must divide the width");
        }
        if !(8..=4096).contains(&feed_forward) || feed_forward % 8 != 0 {
            return wrong("feed_forward", "must be a multiple of 8, 8 to 4096");
        }
        if !(1..=1024).contains(&positions) {
            return wrong("positions", "must be 1 to 1024");
        }
        Ok(())
    }

    /// How many parameters an encoder of this shape has, with so many pieces and labels.
    pub const fn parameters(&self, pieces: usize, labels: usize) -> usize {
        let Self { layers, width, feed_forward, positions, .. } = *self;
        let attention = 4 * (width + 1) * width;
        let inner = (width + 1) * feed_forward + (feed_forward + 1) * width;
        (pieces + positions + Case::COUNT) * width
            + layers * (attention + inner + 4 * width)
            + 2 * width
            + (width + 1) * labels
    }
}

/// Why tensors are not an encoder.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EncoderError {
    /// The part, such as `layers[1].query.weights`.
    pub part: String,
    /// What it must be.
    pub message: String,
}

impl EncoderError {
    pub(crate) fn new(part: impl Into<String>, message: impl Into<String>) -> Self {
        Self { part: part.into(), message: message.into() }
    }
}

impl fmt::Display for EncoderError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the encoder's `{}` {}", self.part, self.message)
    }
}

impl std::error::Error for EncoderError {}

/// An encoder as its file holds it.
#[derive(Clone, Debug, PartialEq)]
pub struct Encoder {
    pub(crate) shape: Shape,
    /// How many bits a number of its rows has in the file. In a row's groups of [`GROUP`] the signed bytes are then whole
    /// multiples, of no more than so many bits, of one step.
    pub(crate) bits: u32,
    pub(crate) vocabulary: Pieces,
    /// A row a piece, a position, a case.
    pub(crate) pieces: Rows,
    pub(crate) positions: Rows,
    pub(crate) cases: Rows,
    pub(crate) layers: Vec<Layer>,
    pub(crate) norm: NormWeights,
    /// A row a label; so small that rounding it would save nothing.
    pub(crate) head: AffineWeights,
}

impl Encoder {
    /// Its sizes.
    pub const fn shape(&self) -> Shape {
        self.shape
    }

    /// How many bits each number of its matrices and tables has.
    pub const fn bits(&self) -> u32 {
        self.bits
    }

    /// How it cuts words.
    pub const fn vocabulary(&self) -> &Pieces {
        &self.vocabulary
    }

    /// How many parameters it has.
    pub fn parameters(&self) -> usize {
        self.shape.parameters(self.vocabulary.len(), self.head.bias.len())
    }
}

/// Rows of signed bytes, each with what 1 is worth in it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Rows {
    pub(crate) values: Vec<i8>,
    pub(crate) scales: Vec<f32>,
}

/// A matrix and what is added to its product: a row an output.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Affine {
    pub(crate) rows: Rows,
    pub(crate) bias: Vec<f32>,
}

/// One layer.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Layer {
    pub(crate) attention_norm: NormWeights,
    pub(crate) query: Affine,
    pub(crate) key: Affine,
    pub(crate) value: Affine,
    pub(crate) output: Affine,
    pub(crate) feed_norm: NormWeights,
    pub(crate) inner: Affine,
    pub(crate) outer: Affine,
}
