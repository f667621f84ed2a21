//! The penalised cross-entropy of one data set: weights come in, its value and gradient go out.
//!
//! Rows are added up in blocks whose number depends on the data alone, and the blocks' sums in their order: the bytes
//! that come out are the same however many threads share the blocks.

use super::lbfgs::Objective;
use crate::records::Matrix;
use std::ops::{Mul, Range};

/// At most so many blocks: each has a gradient of its own, which takes memory and adding up.
const BLOCKS: usize = 8;

/// A block has at least so many non-zero features; fewer are not worth a thread.
const CELLS: usize = 400_000;

/// What is fitted.
#[derive(Clone, Copy)]
pub(super) struct Data<'d, F> {
    pub records: &'d Matrix<F>,
    /// A distribution over the classes for each row.
    pub targets: &'d [f64],
    /// What each row counts.
    pub weights: &'d [f64],
    pub classes: usize,
}

/// Its loss under given penalties.
pub(super) struct Loss<'d, F> {
    data: Data<'d, F>,
    l2: Vec<f64>,
    l1: f64,
    factors: Vec<f64>,
    curvature: Vec<f64>,
    blocks: Vec<Range<usize>>,
    /// A gradient for each thread, of zeros between the blocks.
    sums: Vec<Vec<f64>>,
}

impl<'d, F: Copy + Into<f64> + Mul<Output = F>> Loss<'d, F> {
    /// `factors` multiply the penalties, one a feature and class.
    pub fn new(data: Data<'d, F>, l2: f64, l1: f64, factors: Vec<f64>, threads: usize) -> Self {
        let Data { records, classes, .. } = data;
        let l2: Vec<f64> = factors.iter().map(|f| f * l2).collect();
        // p(1−p) averages to this at equal probabilities; the true value only shrinks later.
        #[allow(clippy::cast_precision_loss, reason = "classes are few")]
        let spread = (classes - 1) as f64 / (classes * classes) as f64;
        let mut curvature = vec![1e-8; (records.cols() + 1) * classes];
        let intercepts = records.cols() * classes;
        for (row, &weight) in records.outer_iterator().zip(data.weights) {
            for (feature, &x) in row.iter() {
                curvature[feature * classes] += weight * spread * (x * x).into();
            }
            curvature[intercepts] += weight * spread;
        }
        for group in curvature.chunks_mut(classes) {
            group.fill(group[0]);
        }
        curvature.iter_mut().zip(&l2).for_each(|(c, l2)| *c += l2);
        let blocks = blocks(records.rows(), records.nnz());
        let sums = if blocks.len() == 1 { 0 } else { threads.clamp(1, blocks.len()) };
        let sums = vec![vec![0.0; curvature.len()]; sums];
        Self { data, l2, l1, factors, curvature, blocks, sums }
    }
}

/// The numbers of a feature, one a class; of a known number of classes they are found in one step.
#[inline(always)]
fn column<const K: usize>(all: &[f64], feature: u32, classes: usize) -> &[f64] {
    let at = feature as usize;
    if classes == K { &all.as_chunks::<K>().0[at] } else { &all[at * classes..][..classes] }
}

/// The same, to be changed.
#[inline(always)]
fn column_mut<const K: usize>(all: &mut [f64], feature: u32, classes: usize) -> &mut [f64] {
    let at = feature as usize;
    if classes == K { &mut all.as_chunks_mut::<K>().0[at] } else { &mut all[at * classes..][..classes] }
}

/// Adds a block's sum to the gradient and leaves zeros: at once, because both are too long to stay near the processor.
fn move_into(gradient: &mut [f64], sum: &mut [f64]) {
    gradient.iter_mut().zip(sum).for_each(|(gradient, sum)| *gradient += std::mem::take(sum));
}

/// Rows in blocks of equal numbers.
fn blocks(rows: usize, cells: usize) -> Vec<Range<usize>> {
    let n = (cells / CELLS).clamp(1, BLOCKS).min(rows.max(1));
    (0..n).map(|i| rows * i / n..rows * (i + 1) / n).collect()
}

impl<F: Copy + Into<f64> + Mul<Output = F> + Sync> Objective for Loss<'_, F> {
    fn evaluate(&mut self, x: &[f64], gradient: &mut [f64]) -> f64 {
        let mut value = 0.0;
        let (weights, intercepts) = gradient.split_at_mut(self.l2.len());
        for ((gradient, l2), x) in weights.iter_mut().zip(&self.l2).zip(x) {
            value += 0.5 * l2 * x * x;
            *gradient = l2 * x;
        }
        intercepts.fill(0.0);
        let data = self.data;
        match self.sums.as_mut_slice() {
            [] => value += data.add(0..data.records.rows(), x, gradient),
            sums => {
                for blocks in self.blocks.chunks(sums.len()) {
                    for (part, sum) in data.add_apart(blocks, x, sums).into_iter().zip(&mut *sums) {
                        value += part;
                        move_into(gradient, sum);
                    }
                }
            }
        }
        value
    }

    fn curvature(&self) -> &[f64] {
        &self.curvature
    }

    fn l1(&self, coordinate: usize) -> f64 {
        self.factors.get(coordinate).map_or(0.0, |f| f * self.l1)
    }
}

impl<F: Copy + Into<f64> + Sync> Data<'_, F> {
    /// Each block's value, and its gradient added to a sum of its own; all but the first on threads of their own.
    fn add_apart(self, blocks: &[Range<usize>], x: &[f64], sums: &mut [Vec<f64>]) -> Vec<f64> {
        std::thread::scope(|scope| {
            let mut parts = blocks.iter().cloned().zip(sums).map(|(block, sum)| move || self.add(block, x, sum));
            let first = parts.next();
            let others: Vec<_> = parts.map(|part| scope.spawn(part)).collect();
            let first = first.map(|part| part());
            let others = others.into_iter().map(|part| part.join().expect("adding up does not panic"));
            first.into_iter().chain(others).collect()
        })
    }

    /// Adds the gradient of these rows' loss; returns the loss.
    fn add(self, rows: Range<usize>, x: &[f64], gradient: &mut [f64]) -> f64 {
        // The inner loops run over a handful of classes; knowing how many lets the compiler unroll them.
        match self.classes {
            2 => self.add_of::<2>(2, rows, x, gradient),
            3 => self.add_of::<3>(3, rows, x, gradient),
            4 => self.add_of::<4>(4, rows, x, gradient),
            5 => self.add_of::<5>(5, rows, x, gradient),
            n if n <= 16 => self.add_of::<16>(n, rows, x, gradient),
            n => self.add_of::<{ stancelight::Topic::MAX_LABELS }>(n, rows, x, gradient),
        }
    }

    /// `K` is at least the number of classes, which is written at the call.
    #[inline(always)]
    fn add_of<const K: usize>(self, classes: usize, rows: Range<usize>, x: &[f64], gradient: &mut [f64]) -> f64 {
        let intercepts = self.records.cols() * classes;
        let mut value = 0.0;
        let mut by_class = [0.0; K];
        // Where a fit begins, and where its progress is measured from, no row need be added up.
        let zero = x.iter().all(|x| *x == 0.0);
        for i in rows {
            let weight = self.weights[i];
            // Cross-validation holds rows out by weighing them nothing.
            if weight == 0.0 {
                continue;
            }
            let row = self.records.outer_view(i).expect("the blocks are of rows there are");
            let target = &self.targets[i * classes..][..classes];
            let mut logits = [0.0; K];
            logits[..classes].copy_from_slice(&x[intercepts..]);
            let cells = row.indices().iter().zip(row.data());
            if !zero {
                for (&feature, &count) in cells.clone() {
                    let column = column::<K>(x, feature, classes);
                    for (z, w) in logits[..classes].iter_mut().zip(column) {
                        *z += count.into() * w;
                    }
                }
            }
            let max = logits[..classes].iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let mut sum = 0.0;
            let mut residual = [0.0; K];
            for (p, z) in residual[..classes].iter_mut().zip(&logits) {
                *p = libm::exp(z - max);
                sum += *p;
            }
            let log_sum = max + libm::log(sum);
            for k in 0..classes {
                value += weight * target[k] * (log_sum - logits[k]);
                residual[k] = weight * (residual[k] / sum - target[k]);
                by_class[k] += residual[k];
            }
            for (&feature, &count) in cells {
                let column = column_mut::<K>(gradient, feature, classes);
                for (g, r) in column.iter_mut().zip(&residual) {
                    *g += count.into() * r;
                }
            }
        }
        gradient[intercepts..].iter_mut().zip(by_class).for_each(|(g, sum)| *g += sum);
        value
    }
}

#[cfg(test)]
mod tests {
    use super::{BLOCKS, CELLS, Data, Loss, Objective, blocks};
    use crate::records::Matrix;

    #[test]
    fn blocks_are_all_rows_in_order() {
        for (rows, cells) in [(0, 0), (1, 9), (3, 100 * CELLS), (1000, 3 * CELLS), (1001, 100 * CELLS)] {
            let blocks = blocks(rows, cells);
            assert!(blocks.len() <= BLOCKS);
            assert_eq!(blocks.into_iter().flatten().collect::<Vec<_>>(), (0..rows).collect::<Vec<_>>());
        }
    }

    #[test]
    fn threads_change_no_bit() {
        let (rows, width, columns) = (3 * CELLS / 10, 10, 1000);
        let mut state = 1_u32;
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            state >> 8
        };
        let (mut indices, mut values) = (Vec::new(), Vec::new());
        for _ in 0..rows {
            indices.extend((0..width).map(|i| i * (columns / width) + next() % (columns / width)));
            values.extend((0..width).map(|_| (next() % 7) as f32 / 3.0));
        }
        let ends = (0..=rows).map(|i| i * width as usize).collect();
        let records = Matrix::new((rows, columns as usize), ends, indices, values);
        let targets: Vec<f64> = (0..rows).flat_map(|i| [0.1 * (i % 10) as f64, 1.0 - 0.1 * (i % 10) as f64]).collect();
        let weights = vec![0.7; rows];
        let x: Vec<f64> = (0..2 * (columns + 1)).map(|i| f64::from(i % 13) / 9.0 - 0.5).collect();
        let at = |threads| {
            let data = Data { records: &records, targets: &targets, weights: &weights, classes: 2 };
            let mut loss = Loss::new(data, 0.3, 0.0, vec![1.0; 2 * columns as usize], threads);
            assert_eq!(loss.blocks.len(), 3);
            let mut gradient = vec![0.0; x.len()];
            (loss.evaluate(&x, &mut gradient), gradient)
        };
        let one = at(1);
        for threads in 2..5 {
            assert_eq!(one, at(threads));
        }
    }
}
