//! All numbers that are learned, in one long vector, and where in it each tensor lies: what the optimiser steps on,
//! what a checkpoint holds, and what core's quantiser is handed.
//!
//! Matrices lie here with a row an *input*, as products of rows want them; core has a row an output.

use candle_core::{Device, Result, Var};
use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use stancelight::encoder::{AffineWeights, Case, EncoderWeights, LayerWeights, NormWeights, Shape};
use std::ops::Range;
use std::sync::Arc;

/// A tensor's place.
#[derive(Clone, Debug, PartialEq)]
pub struct Block {
    /// Where among all numbers.
    pub range: Range<usize>,
    /// Rows and columns; a vector is one row.
    pub dims: (usize, usize),
    /// Whether decay pulls it to nothing: matrices, not tables, gains and biases.
    pub decays: bool,
    /// How fast it learns beside the others; one that is 0 stays as it is.
    pub pace: f32,
}

/// Where a layer's norms stand.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Norms {
    /// Before attention and before feed-forward, and once behind the last layer: ours (Xiong et al. 2020).
    Before,
    /// Behind the embeddings, behind attention and behind feed-forward: BERT's (Vaswani et al. 2017). There are as many,
    /// met in the same order.
    Behind,
}

/// The tables of embeddings, which come first.
pub const TABLES: usize = 3;
/// Tensors a layer.
pub const PER_LAYER: usize = 12;

/// Where every tensor lies: pieces, positions, cases; for each layer norm (gain, bias), query-key-value, output, norm,
/// inner, outer (matrix, bias each); last norm; head; the head of hints, if there are any. Where norms stand behind, the
/// first of a layer is the one its input has just been through.
#[derive(Clone, Debug, PartialEq)]
pub struct Plan {
    pub shape: Shape,
    pub norms: Norms,
    pub labels: usize,
    /// How many numbers a hint has; their head is for learning alone.
    pub hints: usize,
    pub blocks: Vec<Block>,
    /// What each head adds to a look at a row by how far away it is, `2·positions − 1` numbers a head, from the furthest
    /// behind to the furthest ahead; not learned. Empty where only positions tell (all but MPNet).
    pub distances: Arc<[f32]>,
}

impl Plan {
    /// An encoder's.
    pub fn new(shape: Shape, pieces: usize, labels: usize, hints: usize) -> Self {
        let mut plan = Self::lay(shape, Norms::Before, [pieces, shape.positions, Case::COUNT], labels);
        if hints > 0 {
            plan.hints = hints;
            plan.push_affine(shape.width, hints);
        }
        plan
    }

    /// That of a BERT with a head of ours, to be tuned: its words stay as they are, being half of its weights and most of
    /// them in no corpus of a usual size; the head, which begins with nothing, goes ahead of the rest.
    pub fn of_bert(shape: Shape, words: usize, labels: usize) -> Self {
        const HEAD: f32 = 12.5;
        const TYPES: usize = 2;
        let mut plan = Self::lay(shape, Norms::Behind, [words, shape.positions, TYPES], labels);
        plan.blocks[0].pace = 0.0;
        let head = plan.head();
        plan.blocks[head..].iter_mut().for_each(|block| block.pace = HEAD);
        plan
    }

    fn lay(shape: Shape, norms: Norms, tables: [usize; TABLES], labels: usize) -> Self {
        let Shape { layers, width, feed_forward, .. } = shape;
        let mut plan = Self { shape, norms, labels, hints: 0, blocks: Vec::new(), distances: Arc::new([]) };
        for rows in tables {
            plan.push((rows, width), false);
        }
        for _ in 0..layers {
            plan.push_norm(width);
            plan.push_affine(width, 3 * width);
            plan.push_affine(width, width);
            plan.push_norm(width);
            plan.push_affine(width, feed_forward);
            plan.push_affine(feed_forward, width);
        }
        plan.push_norm(width);
        plan.push_affine(width, labels);
        plan
    }

    fn push(&mut self, dims: (usize, usize), decays: bool) {
        let from = self.len();
        self.blocks.push(Block { range: from..from + dims.0 * dims.1, dims, decays, pace: 1.0 });
    }

    fn push_norm(&mut self, width: usize) {
        self.push((1, width), false);
        self.push((1, width), false);
    }

    fn push_affine(&mut self, inputs: usize, outputs: usize) {
        self.push((inputs, outputs), true);
        self.push((1, outputs), false);
    }

    /// How many numbers.
    pub fn len(&self) -> usize {
        self.blocks.last().map_or(0, |block| block.range.end)
    }

    /// Those that candle computes with: all behind the tables.
    pub fn dense(&self) -> &[Block] {
        &self.blocks[TABLES..]
    }

    /// The head's matrix, counted from the first tensor of all.
    const fn head(&self) -> usize {
        TABLES + Self::layer(self.shape.layers) + 2
    }

    /// The first tensor of a layer, counted from the first dense one; of the layer behind the last, the last norm.
    pub const fn layer(layer: usize) -> usize {
        layer * PER_LAYER
    }

    /// Numbers to begin with. Matrices as is usual for their inputs' number (He et al. 2015's reasoning), but those that
    /// add to the stream small, so that a layer begins as nearly nothing.
    pub fn initial(&self, seed: u64) -> Vec<f32> {
        const SMALL: f32 = 0.035;
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
        let mut out = vec![0.0; self.len()];
        let head = self.head();
        for (i, block) in self.blocks.iter().enumerate() {
            let numbers = &mut out[block.range.clone()];
            let reach = match i {
                0 => 0.17,
                1..TABLES => SMALL,
                // A head of nothing says "as likely as not" of everything, and learns fastest from there.
                _ if i == head => 0.0,
                _ if block.dims.0 == 1 => {
                    numbers.fill(if self.is_gain(i) { 1.0 } else { 0.0 });
                    0.0
                }
                _ if matches!((i - TABLES) % PER_LAYER, 4 | 10) => SMALL,
                #[allow(clippy::cast_precision_loss, reason = "tensors are small")]
                _ => 1.0 / (block.dims.0 as f32).sqrt(),
            };
            if reach > 0.0 {
                numbers.iter_mut().for_each(|x| *x = rng.random_range(-reach..reach));
            }
        }
        out
    }

    fn is_gain(&self, block: usize) -> bool {
        let dense = block - TABLES;
        let layers = Self::layer(self.shape.layers);
        if dense < layers { matches!(dense % PER_LAYER, 0 | 6) } else { dense == layers }
    }

    /// The dense tensors as candle's variables.
    ///
    /// # Errors
    /// None in practice: sizes are those of the plan.
    pub fn variables(&self, numbers: &[f32]) -> Result<Vec<Var>> {
        let variable = |block: &Block| match (&numbers[block.range.clone()], block.dims) {
            (vector, (1, n)) => Var::from_slice(vector, n, &Device::Cpu),
            (matrix, dims) => Var::from_slice(matrix, dims, &Device::Cpu),
        };
        self.dense().iter().map(variable).collect()
    }

    /// What core makes a model of.
    pub fn weights(&self, numbers: &[f32]) -> EncoderWeights {
        let mut blocks = self.blocks.iter();
        let mut next = || {
            let block = blocks.next().expect("the plan has as many blocks as this reads");
            (&numbers[block.range.clone()], block.dims)
        };
        let (pieces, positions, cases) = (next().0.to_vec(), next().0.to_vec(), next().0.to_vec());
        let mut layers = Vec::new();
        for _ in 0..self.shape.layers {
            let attention_norm = norm(&mut next);
            let mut three = affine(&mut next);
            let (value, rest) = (split(&mut three, 2), &mut three);
            let (key, query) = (split(rest, 1), rest.clone());
            let output = affine(&mut next);
            let feed_norm = norm(&mut next);
            let (inner, outer) = (affine(&mut next), affine(&mut next));
            layers.push(LayerWeights { attention_norm, query, key, value, output, feed_norm, inner, outer });
        }
        let norm = norm(&mut next);
        EncoderWeights { pieces, positions, cases, layers, norm, head: affine(&mut next) }
    }
}

type Taken<'a> = (&'a [f32], (usize, usize));

fn norm<'a>(next: &mut impl FnMut() -> Taken<'a>) -> NormWeights {
    NormWeights { gain: next().0.to_vec(), bias: next().0.to_vec() }
}

fn affine<'a>(next: &mut impl FnMut() -> Taken<'a>) -> AffineWeights {
    let (matrix, (inputs, outputs)) = next();
    let weights = (0..outputs).flat_map(|o| (0..inputs).map(move |i| matrix[i * outputs + o])).collect();
    AffineWeights { weights, bias: next().0.to_vec() }
}

/// Cuts off what is behind the first `keep` of `keep + 1` equal parts.
fn split(affine: &mut AffineWeights, keep: usize) -> AffineWeights {
    let part = |n: usize| n / (keep + 1) * keep;
    AffineWeights {
        weights: affine.weights.split_off(part(affine.weights.len())),
        bias: affine.bias.split_off(part(affine.bias.len())),
    }
}
