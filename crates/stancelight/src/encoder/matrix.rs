//! The products that nearly all of an encoder's time goes into: a matrix of signed bytes times vectors rounded to
//! thirteen bits. Sums of such products are whole numbers and exact, so neither the order nor the width of the
//! processor's vectors can change a bit of them.
//!
//! The unit of work is the instruction that multiplies eight pairs of sixteen-bit numbers and adds neighbours; x86
//! has it, and so has WebAssembly. What it needs is arranged beforehand: weights are widened once, when a model is
//! loaded, and two of their rows meet four vectors at a time, so that what is loaded once is used two or four times.

use super::{Affine, math};
use wide::{i16x8, i32x4};

/// Numbers a vector of the processor's.
const LANES: usize = 8;

/// The largest number an input is rounded to: products with a byte, added up over the longest row that a shape
/// allows, just stay within 32 bits.
const MOST: i16 = 4095;

/// Vectors rounded to whole numbers, each with what 1 is worth in it.
#[derive(Clone, Debug, Default)]
pub(super) struct Rounded {
    values: Vec<i16x8>,
    scales: Vec<f32>,
    /// Processor's vectors a vector.
    length: usize,
}

impl Rounded {
    /// Makes room for vectors of `width` numbers, and forgets those that were here.
    pub(super) fn start(&mut self, width: usize) {
        self.values.clear();
        self.scales.clear();
        self.length = width / LANES;
    }

    /// Rounds one more vector.
    pub(super) fn push(&mut self, vector: &[f32]) {
        let (chunks, _) = vector.as_chunks::<LANES>();
        let (inverse, worth) = math::rounding(vector, MOST);
        self.values.extend(chunks.iter().map(|chunk| i16x8::new(chunk.map(|x| math::whole(x * inverse)))));
        self.scales.push(worth);
    }
}

/// A matrix laid out for products, and what is added to them.
#[derive(Clone, Debug)]
pub(super) struct Product {
    /// Row by row.
    weights: Vec<i16x8>,
    scales: Vec<f32>,
    bias: Vec<f32>,
}

/// Rows that meet vectors together; every matrix has a multiple of eight.
const ROWS: usize = 2;

/// Vectors that meet rows together.
const VECTORS: usize = 4;

impl Product {
    pub(super) fn new(affine: &Affine) -> Self {
        let (chunks, _) = affine.rows.values.as_chunks::<LANES>();
        Self {
            weights: chunks.iter().map(|chunk| i16x8::new(chunk.map(i16::from))).collect(),
            scales: affine.rows.scales.clone(),
            bias: affine.bias.clone(),
        }
    }

    /// Multiplies every vector of `input` and puts the results into `out`, one after the other.
    pub(super) fn apply(&self, input: &Rounded, out: &mut Vec<f32>) {
        let (outputs, count) = (self.bias.len(), input.scales.len());
        out.resize(count * outputs, 0.0);
        // Rows outside, vectors inside: the matrix is the larger and passes through the caches once.
        for (row, rows) in self.weights.chunks_exact(ROWS * input.length).enumerate() {
            let rows = rows.split_at(input.length);
            let mut at = 0;
            while at + VECTORS <= count {
                self.block::<VECTORS>(row * ROWS, rows, input, at, out);
                at += VECTORS;
            }
            while at < count {
                self.block::<1>(row * ROWS, rows, input, at, out);
                at += 1;
            }
        }
    }

    /// Two rows, of which the first is `row`, times the `N` vectors from `at` on.
    #[inline]
    #[allow(clippy::cast_precision_loss, reason = "rounding is well defined")]
    fn block<const N: usize>(
        &self,
        row: usize,
        (first, second): (&[i16x8], &[i16x8]),
        input: &Rounded,
        at: usize,
        out: &mut [f32],
    ) {
        let vectors: [&[i16x8]; N] = std::array::from_fn(|i| &input.values[(at + i) * input.length..][..first.len()]);
        let second = &second[..first.len()];
        let mut sums = [[i32x4::ZERO; N]; ROWS];
        for k in 0..first.len() {
            for i in 0..N {
                let x = vectors[i][k];
                sums[0][i] += first[k].dot(x);
                sums[1][i] += second[k].dot(x);
            }
        }
        for (i, scale) in input.scales[at..at + N].iter().enumerate() {
            for (j, sums) in sums.iter().enumerate() {
                let sum = sums[i].reduce_add() as f32;
                out[(at + i) * self.bias.len() + row + j] = sum * (scale * self.scales[row + j]) + self.bias[row + j];
            }
        }
    }
}
