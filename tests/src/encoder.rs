//! A small encoder of random weights, the same on every run: what its verdicts are does not matter, but that they
//! are the same everywhere does.

use crate::{toy_model, toy_topic};
use stancelight::encoder::{AffineWeights, Case, EncoderWeights, LayerWeights, NormWeights, Pieces, Shape};
use stancelight::{Encoder, Model, Scorer};

/// Small, and yet every part is there more than once.
pub const SHAPE: Shape = Shape { layers: 2, width: 16, heads: 2, feed_forward: 32, positions: 12 };

/// Words, parts of words, letters of several scripts.
const PIECES: [&str; 59] = [
    "!", "\"", ",", ".", "40", "?", "a", "accord", "and", "army", "at", "attack", "council", "did", "envoy", "f", "he",
    "iran", "it", "n't", "no", "not", "of", "port", "s", "said", "security", "shell", "sign", "the", "they", "u.n",
    "u.s", "é", "ö", "א", "ה", "ह", "中", "停", "议", "协", "🎉", "“", "”", "##a", "##c", "##e", "##ed", "##er",
    "##ing", "##l", "##n", "##o", "##s", "##t", "##u", "##é", "##ה",
];

/// Numbers of a linear congruential generator (Knuth's MMIX), between −1 and 1.
struct Random(u64);

impl Random {
    fn next(&mut self) -> f32 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        #[allow(clippy::cast_precision_loss, reason = "24 bits fit")]
        let fraction = (self.0 >> 40) as f32 / (1_u64 << 23) as f32;
        fraction - 1.0
    }

    fn many(&mut self, n: usize, size: f32) -> Vec<f32> {
        (0..n).map(|_| self.next() * size).collect()
    }

    fn affine(&mut self, outputs: usize, inputs: usize) -> AffineWeights {
        #[allow(clippy::cast_precision_loss, reason = "small")]
        let size = 2.0 / (inputs as f32).sqrt();
        AffineWeights { weights: self.many(outputs * inputs, size), bias: self.many(outputs, 0.1) }
    }

    fn norm(&mut self, width: usize) -> NormWeights {
        let gain = self.many(width, 0.3).into_iter().map(|x| 1.0 + x).collect();
        NormWeights { gain, bias: self.many(width, 0.1) }
    }
}

/// Weights for so many pieces and three labels.
pub fn random_weights(shape: Shape, pieces: usize, seed: u64) -> EncoderWeights {
    let Shape { layers, width, feed_forward, positions, .. } = shape;
    let mut random = Random(seed);
    EncoderWeights {
        pieces: random.many(pieces * width, 1.0),
        positions: random.many(positions * width, 0.3),
        cases: random.many(Case::COUNT * width, 0.3),
        layers: (0..layers)
            .map(|_| LayerWeights {
                attention_norm: random.norm(width),
                query: random.affine(width, width),
                key: random.affine(width, width),
                value: random.affine(width, width),
                output: random.affine(width, width),
                feed_norm: random.norm(width),
                inner: random.affine(feed_forward, width),
                outer: random.affine(width, feed_forward),
            })
            .collect(),
        norm: random.norm(width),
        head: random.affine(3, width),
    }
}

/// The toy encoder's vocabulary.
pub fn toy_pieces() -> Pieces {
    Pieces::new(PIECES).expect("each holds a character")
}

/// A model of [`SHAPE`] that answers the toy topic.
pub fn toy_encoder() -> Model {
    toy_encoder_of(8)
}

/// The toy encoder with so many bits a number.
pub fn toy_encoder_of(bits: u32) -> Model {
    let pieces = toy_pieces();
    let weights = random_weights(SHAPE, pieces.len(), 7);
    encoder_model(Encoder::quantize(SHAPE, bits, pieces, &weights).expect("sound weights"))
}

/// The toy encoder with the toy model as its linear branch.
pub fn toy_wide_and_deep() -> Model {
    wide_and_deep(toy_encoder(), toy_model())
}

/// An encoder with another model's linear scorer as its branch.
///
/// # Panics
/// If the first model has no encoder, or the second no linear scorer.
pub fn wide_and_deep(deep: Model, wide: Model) -> Model {
    let encoder = deep.encoder().expect("an encoder").clone();
    let linear = wide.linear().expect("a linear scorer").clone();
    Model { scorer: Scorer::WideAndDeep { linear, encoder }, ..deep }
}

/// A model of an encoder that answers the toy topic.
pub fn encoder_model(encoder: Encoder) -> Model {
    Model {
        topic: toy_topic(),
        facts: vec![("made by".to_owned(), "chance".to_owned())],
        scorer: Scorer::Encoder(encoder),
    }
}
