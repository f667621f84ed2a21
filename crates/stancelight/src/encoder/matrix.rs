//! The products that nearly all of an encoder's time goes into: a matrix of signed bytes times vectors rounded to
//! thirteen bits. Sums of such products are whole numbers and exact, so neither the order nor the width of the
//! processor's vectors can change a bit of them.

use super::{Affine, math};

/// The largest number an input is rounded to: products with a byte, added up over the longest row that a shape
/// allows, just stay within 32 bits.
const MOST: i16 = 4095;

/// Vectors rounded to whole numbers, each with what 1 is worth in it.
#[derive(Clone, Debug, Default)]
pub(super) struct Rounded {
    values: Vec<i16>,
    scales: Vec<f32>,
    width: usize,
}

impl Rounded {
    /// Makes room for vectors of `width` numbers, and forgets those that were here.
    pub(super) fn start(&mut self, width: usize) {
        self.values.clear();
        self.scales.clear();
        self.width = width;
    }

    /// Rounds one more vector.
    pub(super) fn push(&mut self, vector: &[f32]) {
        let at = self.values.len();
        self.values.resize(at + self.width, 0);
        self.scales.push(math::round(vector, MOST, &mut self.values[at..]));
    }
}

/// A matrix laid out for products, and what is added to them.
#[derive(Clone, Debug)]
pub(super) struct Product {
    /// Row by row, widened: processors multiply pairs of sixteen bits.
    weights: Vec<i16>,
    scales: Vec<f32>,
    bias: Vec<f32>,
}

impl Product {
    pub(super) fn new(affine: &Affine) -> Self {
        Self {
            weights: affine.rows.values.iter().map(|&w| i16::from(w)).collect(),
            scales: affine.rows.scales.clone(),
            bias: affine.bias.clone(),
        }
    }

    /// Multiplies every vector of `input` and puts the results into `out`, one after the other.
    #[allow(clippy::cast_precision_loss, reason = "rounding is well defined")]
    pub(super) fn apply(&self, input: &Rounded, out: &mut Vec<f32>) {
        let outputs = self.bias.len();
        out.resize(input.scales.len() * outputs, 0.0);
        let vectors = input.values.chunks_exact(input.width).zip(&input.scales);
        for ((vector, &scale), out) in vectors.zip(out.chunks_exact_mut(outputs)) {
            let rows = self.weights.chunks_exact(input.width).zip(self.scales.iter().zip(&self.bias));
            for (out, (row, (worth, bias))) in out.iter_mut().zip(rows) {
                let sum: i32 = row.iter().zip(vector).map(|(&w, &x)| i32::from(w) * i32::from(x)).sum();
                *out = sum as f32 * (scale * worth) + bias;
            }
        }
    }
}
