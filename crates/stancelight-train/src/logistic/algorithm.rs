//! Fitting and predicting.

use super::error::LogisticError;
use super::hyperparams::{MultinomialLogisticParams, MultinomialLogisticValidParams};
use super::lbfgs::{Limits, Objective, minimise};
use crate::records::SparseRecords;
use linfa::dataset::{DatasetBase, Records};
use linfa::traits::{Fit, PredictInplace};
use ndarray::{Array1, Array2, ArrayView1, Axis};
use stancelight::softmax;

/// A fitted regression.
#[derive(Clone, Debug, PartialEq)]
pub struct MultinomialLogistic {
    /// `(features + 1) × classes`, intercepts in the last row.
    coefficients: Array2<f64>,
    iterations: usize,
}

impl MultinomialLogistic {
    /// Settings to begin with.
    pub fn params() -> MultinomialLogisticParams {
        MultinomialLogisticParams::default()
    }

    /// Weights, features × classes.
    pub fn weights(&self) -> ndarray::ArrayView2<'_, f64> {
        self.coefficients.slice_axis(Axis(0), (..-1).into())
    }

    /// Intercepts, one a class.
    pub fn intercepts(&self) -> ArrayView1<'_, f64> {
        self.coefficients.row(self.coefficients.nrows() - 1)
    }

    /// Weights and intercepts as [`MultinomialLogisticParams::warm_start`] takes them.
    pub const fn coefficients(&self) -> &Array2<f64> {
        &self.coefficients
    }

    /// How many steps the fit took.
    pub const fn iterations(&self) -> usize {
        self.iterations
    }

    /// Logits, samples × classes.
    pub fn logits(&self, records: &SparseRecords) -> Array2<f64> {
        let mut out = Array2::zeros((records.nsamples(), self.coefficients.ncols()));
        for (row, mut logits) in records.matrix().outer_iterator().zip(out.axis_iter_mut(Axis(0))) {
            logits.assign(&self.intercepts());
            for (feature, &x) in row.iter() {
                logits.scaled_add(f64::from(x), &self.coefficients.row(feature));
            }
        }
        out
    }

    /// Probabilities, samples × classes.
    pub fn predict_probabilities(&self, records: &SparseRecords) -> Array2<f64> {
        let mut out = self.logits(records);
        for mut row in out.axis_iter_mut(Axis(0)) {
            let probabilities = softmax(&row.to_vec());
            row.assign(&ArrayView1::from(&probabilities));
        }
        out
    }
}

impl PredictInplace<SparseRecords, Array1<usize>> for MultinomialLogistic {
    fn predict_inplace<'a>(&'a self, records: &'a SparseRecords, classes: &mut Array1<usize>) {
        for (logits, class) in self.logits(records).axis_iter(Axis(0)).zip(classes) {
            *class = (1..logits.len()).fold(0, |best, k| if logits[k] > logits[best] { k } else { best });
        }
    }

    fn default_target(&self, records: &SparseRecords) -> Array1<usize> {
        Array1::zeros(records.nsamples())
    }
}

/// Targets are distributions: a row a sample, a column a class, each row adding up to 1.
impl Fit<SparseRecords, Array2<f64>, LogisticError> for MultinomialLogisticValidParams {
    type Object = MultinomialLogistic;

    fn fit(&self, dataset: &DatasetBase<SparseRecords, Array2<f64>>) -> Result<MultinomialLogistic, LogisticError> {
        let records = dataset.records();
        let (samples, features) = (records.nsamples(), records.nfeatures());
        let targets = dataset.targets().as_standard_layout();
        let classes = targets.ncols();
        let shape = |what, found: &[usize], expected: &[usize]| {
            if found == expected {
                return Ok(());
            }
            Err(LogisticError::Shape { what, found: found.to_vec(), expected: expected.to_vec() })
        };
        if samples == 0 {
            return Err(LogisticError::Empty);
        }
        if classes < 2 {
            return Err(LogisticError::Classes(classes));
        }
        shape("targets", targets.shape(), &[samples, classes])?;
        let weights: Vec<f64> = match dataset.weights() {
            None => vec![1.0; samples],
            Some(weights) => {
                shape("sample weights", &[weights.len()], &[samples])?;
                weights.iter().map(|&w| f64::from(w)).collect()
            }
        };
        let mut factors = vec![1.0; features * classes];
        if let Some(given) = &self.penalty_factors {
            shape("penalty factors", given.shape(), &[features, classes])?;
            factors = given.iter().copied().collect();
        }
        let mut x = vec![0.0; (features + 1) * classes];
        if let Some(start) = &self.warm_start {
            shape("warm start", start.shape(), &[features + 1, classes])?;
            x = start.iter().copied().collect();
        }
        let targets = targets.as_slice().expect("standard layout was asked for");
        let mut loss = Loss::new(records, targets, &weights, classes, self, factors);
        let limits = Limits { tolerance: self.tolerance, max_iterations: self.max_iterations };
        let iterations = minimise(&mut loss, &mut x, self.l1 > 0.0, limits);
        let coefficients = Array2::from_shape_vec((features + 1, classes), x).expect("the shape it was made with");
        Ok(MultinomialLogistic { coefficients, iterations })
    }
}

/// The penalised cross-entropy over one data set.
struct Loss<'d> {
    records: &'d SparseRecords,
    targets: &'d [f64],
    weights: &'d [f64],
    classes: usize,
    l2: Vec<f64>,
    l1: f64,
    factors: Vec<f64>,
    curvature: Vec<f64>,
}

impl<'d> Loss<'d> {
    fn new(
        records: &'d SparseRecords,
        targets: &'d [f64],
        weights: &'d [f64],
        classes: usize,
        params: &MultinomialLogisticValidParams,
        factors: Vec<f64>,
    ) -> Self {
        let l2: Vec<f64> = factors.iter().map(|f| f * params.l2).collect();
        // p(1−p) averages to this at equal probabilities; the true value only shrinks later.
        #[allow(clippy::cast_precision_loss, reason = "classes are few")]
        let spread = (classes - 1) as f64 / (classes * classes) as f64;
        let mut curvature = vec![1e-8; (records.nfeatures() + 1) * classes];
        let intercepts = records.nfeatures() * classes;
        for (row, &weight) in records.matrix().outer_iterator().zip(weights) {
            for (feature, &x) in row.iter() {
                curvature[feature * classes] += weight * spread * f64::from(x * x);
            }
            curvature[intercepts] += weight * spread;
        }
        for group in curvature.chunks_mut(classes) {
            group.fill(group[0]);
        }
        curvature.iter_mut().zip(&l2).for_each(|(c, l2)| *c += l2);
        Self { records, targets, weights, classes, l2, l1: params.l1, factors, curvature }
    }
}

impl Objective for Loss<'_> {
    fn evaluate(&mut self, x: &[f64], gradient: &mut [f64]) -> f64 {
        // The inner loops run over a handful of classes; knowing how many lets the compiler unroll them.
        match self.classes {
            2 => self.pass::<2>(x, gradient),
            3 => self.pass::<3>(x, gradient),
            4 => self.pass::<4>(x, gradient),
            5 => self.pass::<5>(x, gradient),
            n if n <= 16 => self.pass::<16>(x, gradient),
            _ => self.pass::<{ stancelight::Topic::MAX_LABELS }>(x, gradient),
        }
    }

    fn curvature(&self) -> &[f64] {
        &self.curvature
    }

    fn l1(&self, coordinate: usize) -> f64 {
        self.factors.get(coordinate).map_or(0.0, |f| f * self.l1)
    }
}

impl Loss<'_> {
    /// One pass over the data; `K` is at least the number of classes.
    fn pass<const K: usize>(&self, x: &[f64], gradient: &mut [f64]) -> f64 {
        let classes = self.classes.min(K);
        let intercepts = self.records.nfeatures() * classes;
        gradient.fill(0.0);
        let mut value = 0.0;
        for (i, l2) in self.l2.iter().enumerate() {
            value += 0.5 * l2 * x[i] * x[i];
            gradient[i] = l2 * x[i];
        }
        let matrix = self.records.matrix();
        for ((row, target), &weight) in
            matrix.outer_iterator().zip(self.targets.chunks_exact(classes)).zip(self.weights)
        {
            let mut logits = [0.0; K];
            logits[..classes].copy_from_slice(&x[intercepts..]);
            for (&feature, &count) in row.indices().iter().zip(row.data()) {
                let column = &x[feature * classes..][..classes];
                for (z, w) in logits[..classes].iter_mut().zip(column) {
                    *z += f64::from(count) * w;
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
                gradient[intercepts + k] += residual[k];
            }
            for (&feature, &count) in row.indices().iter().zip(row.data()) {
                let column = &mut gradient[feature * classes..][..classes];
                for (g, r) in column.iter_mut().zip(&residual) {
                    *g += f64::from(count) * r;
                }
            }
        }
        value
    }
}
