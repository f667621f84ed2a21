//! The settings of a fit, unchecked and checked.

use super::error::LogisticError;
use linfa::ParamGuard;
use ndarray::{Array2, ArrayView2, Axis};

/// How much each class counts.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum ClassWeights {
    /// As much as its samples do.
    #[default]
    Equal,
    /// All alike, however many samples each has: n / (classes · n of the class), as in scikit-learn.
    Balanced,
    /// This much, one number above 0 a class.
    Given(Vec<f64>),
}

impl ClassWeights {
    /// The weight of each class.
    pub(super) fn of(&self, targets: ArrayView2<'_, f64>, weights: &[f64]) -> Vec<f64> {
        match self {
            Self::Equal => vec![1.0; targets.ncols()],
            Self::Given(given) => given.clone(),
            Self::Balanced => {
                let mut counts = vec![0.0; targets.ncols()];
                for (target, weight) in targets.axis_iter(Axis(0)).zip(weights) {
                    counts.iter_mut().zip(target).for_each(|(count, p)| *count += weight * p);
                }
                // A class without samples has no part in this.
                let there = counts.iter().filter(|count| **count > 0.0);
                let mean = there.clone().sum::<f64>() / there.map(|_| 1.0).sum::<f64>();
                counts.iter().map(|&count| if count > 0.0 { mean / count } else { 1.0 }).collect()
            }
        }
    }
}

/// Checked settings; made by [`ParamGuard::check`] from [`MultinomialLogisticParams`].
#[derive(Clone, Debug, PartialEq)]
pub struct MultinomialLogisticValidParams {
    pub(super) l2: f64,
    pub(super) l1: f64,
    pub(super) tolerance: f64,
    pub(super) max_iterations: usize,
    pub(super) class_weights: ClassWeights,
    pub(super) penalty_factors: Option<Array2<f64>>,
    pub(super) warm_start: Option<Array2<f64>>,
    pub(super) threads: usize,
}

/// Settings as they were given.
#[derive(Clone, Debug, PartialEq)]
pub struct MultinomialLogisticParams(MultinomialLogisticValidParams);

impl Default for MultinomialLogisticParams {
    fn default() -> Self {
        Self(MultinomialLogisticValidParams {
            l2: 1.0,
            l1: 0.0,
            tolerance: 1e-4,
            max_iterations: 200,
            class_weights: ClassWeights::Equal,
            penalty_factors: None,
            warm_start: None,
            threads: 1,
        })
    }
}

impl MultinomialLogisticParams {
    /// Weight of the squared coefficients; `1/C` in scikit-learn's terms. 1 by default.
    #[must_use]
    pub const fn l2(mut self, l2: f64) -> Self {
        self.0.l2 = l2;
        self
    }

    /// Weight of the absolute coefficients; 0 by default. With [`Self::l2`] this is the elastic net.
    #[must_use]
    pub const fn l1(mut self, l1: f64) -> Self {
        self.0.l1 = l1;
        self
    }

    /// Stop when the gradient has shrunk to this part of what it is where all weights are 0, each part of it measured
    /// by its curvature; 10⁻⁴ by default.
    #[must_use]
    pub const fn tolerance(mut self, tolerance: f64) -> Self {
        self.0.tolerance = tolerance;
        self
    }

    /// Stop after this many steps in any case; 200 by default.
    #[must_use]
    pub const fn max_iterations(mut self, n: usize) -> Self {
        self.0.max_iterations = n;
        self
    }

    /// How much each class counts, beside any sample weights; [`ClassWeights::Equal`] by default.
    #[must_use]
    pub fn class_weights(mut self, weights: ClassWeights) -> Self {
        self.0.class_weights = weights;
        self
    }

    /// Multiplies the penalties of each feature and class (features × classes, as glmnet's
    /// `penalty.factor`). With the inverse squared log-count ratios this is NBSVM (Wang and Manning, *Baselines
    /// and Bigrams*, ACL 2012) written as a penalty.
    #[must_use]
    pub fn penalty_factors(mut self, factors: Array2<f64>) -> Self {
        self.0.penalty_factors = Some(factors);
        self
    }

    /// Threads that share a large data set; 1 by default. The result does not depend on it.
    #[must_use]
    pub const fn threads(mut self, n: usize) -> Self {
        self.0.threads = n;
        self
    }

    /// Starts from these coefficients, `(features + 1) × classes`, intercepts last: along a
    /// regularisation path each fit starts where the last one ended.
    #[must_use]
    pub fn warm_start(mut self, coefficients: Array2<f64>) -> Self {
        self.0.warm_start = Some(coefficients);
        self
    }
}

impl ParamGuard for MultinomialLogisticParams {
    type Checked = MultinomialLogisticValidParams;
    type Error = LogisticError;

    fn check_ref(&self) -> Result<&Self::Checked, Self::Error> {
        let params = &self.0;
        for (name, penalty) in [("l2", params.l2), ("l1", params.l1)] {
            if !(penalty.is_finite() && penalty >= 0.0) {
                return Err(LogisticError::Penalty(name, penalty));
            }
        }
        if !(params.tolerance.is_finite() && params.tolerance > 0.0) {
            return Err(LogisticError::Tolerance(params.tolerance));
        }
        if params.max_iterations == 0 {
            return Err(LogisticError::Iterations);
        }
        if let ClassWeights::Given(given) = &params.class_weights
            && let Some(&wrong) = given.iter().find(|weight| !(weight.is_finite() && **weight > 0.0))
        {
            return Err(LogisticError::ClassWeight(wrong));
        }
        Ok(params)
    }

    fn check(self) -> Result<Self::Checked, Self::Error> {
        self.check_ref()?;
        Ok(self.0)
    }
}
