//! Fitting and predicting.

use super::data::{ClassTargets, FeatureRows};
use super::error::LogisticError;
use super::hyperparams::{ClassWeights, MultinomialLogisticParams, MultinomialLogisticValidParams};
use super::lbfgs::{Limits, minimise};
use super::loss::{Data, Loss};
use crate::records::Matrix;
use linfa::dataset::DatasetBase;
use linfa::traits::{Fit, PredictInplace};
use ndarray::{Array1, Array2, ArrayView1, Axis, CowArray, Ix2};
use stancelight::{Topic, softmax};

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

    /// The same without a copy.
    pub fn into_coefficients(self) -> Array2<f64> {
        self.coefficients
    }

    /// How many steps the fit took.
    pub const fn iterations(&self) -> usize {
        self.iterations
    }

    /// Logits, samples × classes.
    ///
    /// # Panics
    /// If the records have another number of features than those that were fitted on.
    pub fn logits<R: FeatureRows>(&self, records: &R) -> Array2<f64> {
        let mut out = Array2::zeros((records.nsamples(), self.coefficients.ncols()));
        let rows = records.rows();
        self.check(&rows);
        for (i, mut logits) in out.axis_iter_mut(Axis(0)).enumerate() {
            logits.assign(&ArrayView1::from(&self.logits_of(&rows, i)));
        }
        out
    }

    /// Logits of the sample in this row of a matrix.
    ///
    /// # Panics
    /// If there are not so many rows, or they have another number of features than those that were fitted on.
    pub fn sample_logits<F: Copy + Into<f64>>(&self, rows: &Matrix<F>, sample: usize) -> Vec<f64> {
        self.check(rows);
        self.logits_of(rows, sample)
    }

    /// One feature more would be taken for the intercepts, and fewer for those of other names.
    fn check<F>(&self, rows: &Matrix<F>) {
        let features = self.coefficients.nrows() - 1;
        assert_eq!(rows.cols(), features, "the records must have the features that were fitted on");
    }

    fn logits_of<F: Copy + Into<f64>>(&self, rows: &Matrix<F>, sample: usize) -> Vec<f64> {
        let row = rows.outer_view(sample).expect("the caller names a sample there is");
        let mut logits = self.intercepts().to_vec();
        for (&feature, &x) in row.indices().iter().zip(row.data()) {
            for (z, w) in logits.iter_mut().zip(self.coefficients.row(feature as usize)) {
                *z += x.into() * w;
            }
        }
        logits
    }

    /// Probabilities, samples × classes; each row adds up to 1.
    ///
    /// # Panics
    /// As [`Self::logits`].
    pub fn predict_probabilities<R: FeatureRows>(&self, records: &R) -> Array2<f64> {
        let mut out = self.logits(records);
        for mut row in out.axis_iter_mut(Axis(0)) {
            let probabilities = softmax(&row.to_vec());
            row.assign(&ArrayView1::from(&probabilities));
        }
        out
    }
}

impl<R: FeatureRows> PredictInplace<R, Array1<usize>> for MultinomialLogistic {
    fn predict_inplace<'a>(&'a self, records: &'a R, classes: &mut Array1<usize>) {
        assert_eq!(records.nsamples(), classes.len(), "there must be a place for each sample's class");
        for (logits, class) in self.logits(records).axis_iter(Axis(0)).zip(classes) {
            *class = (1..logits.len()).fold(0, |best, k| if logits[k] > logits[best] { k } else { best });
        }
    }

    fn default_target(&self, records: &R) -> Array1<usize> {
        Array1::zeros(records.nsamples())
    }
}

impl<R: FeatureRows, T: ClassTargets> Fit<R, T, LogisticError> for MultinomialLogisticValidParams {
    type Object = MultinomialLogistic;

    fn fit(&self, dataset: &DatasetBase<R, T>) -> Result<MultinomialLogistic, LogisticError> {
        let records = dataset.records().rows();
        let (samples, features) = records.shape();
        let weighted = match &self.class_weights {
            ClassWeights::Given(given) => given.len(),
            ClassWeights::Equal | ClassWeights::Balanced => 0,
        };
        let mut targets = dataset.targets().distributions(weighted);
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
        if !(2..=Topic::MAX_LABELS).contains(&classes) {
            return Err(LogisticError::Classes(classes));
        }
        if records.data().iter().any(|&x| !x.into().is_finite()) {
            return Err(LogisticError::Records);
        }
        shape("targets", targets.shape(), &[samples, classes])?;
        if !targets.outer_iter().all(is_distribution) {
            return Err(LogisticError::Targets);
        }
        let mut weights: Vec<f64> = match dataset.weights() {
            None => vec![1.0; samples],
            Some(weights) => {
                shape("sample weights", &[weights.len()], &[samples])?;
                weights.iter().map(|&w| f64::from(w)).collect()
            }
        };
        if let Some(&wrong) = weights.iter().find(|weight| !is_amount(**weight)) {
            return Err(LogisticError::Weight(wrong));
        }
        if self.class_weights != ClassWeights::Equal {
            let of_classes = self.class_weights.of(targets.view(), &weights);
            shape("class weights", &[of_classes.len()], &[classes])?;
            weigh(&mut targets, &mut weights, &of_classes);
        }
        let mut factors = vec![1.0; features * classes];
        if let Some(given) = &self.penalty_factors {
            shape("penalty factors", given.shape(), &[features, classes])?;
            if let Some(&wrong) = given.iter().find(|factor| !is_amount(**factor)) {
                return Err(LogisticError::PenaltyFactor(wrong));
            }
            factors = given.iter().copied().collect();
        }
        let mut x = vec![0.0; (features + 1) * classes];
        if let Some(start) = &self.warm_start {
            shape("warm start", start.shape(), &[features + 1, classes])?;
            if !start.iter().all(|x| x.is_finite()) {
                return Err(LogisticError::WarmStart);
            }
            x = start.iter().copied().collect();
        }
        let targets = targets.as_slice().expect("standard layout was asked for");
        let data = Data { records: &records, targets, weights: &weights, classes };
        let mut loss = Loss::new(data, self.l2, self.l1, factors, self.threads);
        let limits = Limits { tolerance: self.tolerance, max_iterations: self.max_iterations };
        let iterations = minimise(&mut loss, &mut x, self.l1 > 0.0, limits);
        let coefficients = Array2::from_shape_vec((features + 1, classes), x).expect("the shape it was made with");
        Ok(MultinomialLogistic { coefficients, iterations })
    }
}

/// A number of at least 0.
fn is_amount(x: f64) -> bool {
    x.is_finite() && x >= 0.0
}

/// As far as single-precision numbers can add up to 1.
fn is_distribution(target: ArrayView1<'_, f64>) -> bool {
    target.iter().all(|&p| is_amount(p)) && (target.sum() - 1.0).abs() < 1e-4
}

/// Counts each class as often as its weight says: a sample's weight is shared out over its classes.
fn weigh(targets: &mut CowArray<'_, f64, Ix2>, weights: &mut [f64], of_classes: &[f64]) {
    for (mut target, weight) in targets.outer_iter_mut().zip(weights) {
        target.iter_mut().zip(of_classes).for_each(|(p, of_class)| *p *= of_class);
        let sum = target.sum();
        target /= sum;
        *weight *= sum;
    }
}

#[cfg(test)]
mod tests {
    use super::{ClassWeights, LogisticError, MultinomialLogistic};
    use crate::records::SparseRecords;
    use linfa::dataset::DatasetBase;
    use linfa::traits::{Fit, Predict};
    use ndarray::{Array1, Array2, array};
    use sprs::CsMat;

    /// 60 samples, 12 features, 3 classes, from a fixed linear congruence.
    fn problem() -> (SparseRecords, Array2<f64>) {
        let mut state = 7_u32;
        let mut next = move || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            f64::from(state >> 8) / f64::from(1 << 24)
        };
        let x = Array2::from_shape_fn((60, 12), |_| if next() < 0.4 { (next() * 2.0) as f32 } else { 0.0 });
        let y = Array2::from_shape_fn((60, 3), |(i, k)| {
            let sum = x[[i, 0]] + 2.0 * x[[i, 1]] - x[[i, 2]];
            f64::from(u8::from(k == if sum > 1.5 { 0 } else { 1 + i % 2 }))
        });
        (SparseRecords::new(CsMat::csr_from_dense(x.view(), 0.0)), y)
    }

    /// The loss's gradient at the fitted weights, computed densely and independently.
    fn gradient(records: &SparseRecords, targets: &Array2<f64>, fitted: &MultinomialLogistic) -> Array2<f64> {
        let x = records.matrix().to_dense().mapv(f64::from);
        let residual = fitted.predict_probabilities(records) - targets;
        x.t().dot(&residual)
    }

    #[test]
    fn with_l2_the_gradient_vanishes() {
        let (x, y) = problem();
        let dataset = DatasetBase::new(x.clone(), y.clone());
        let fitted = MultinomialLogistic::params().l2(0.5).tolerance(1e-9).max_iterations(1000).fit(&dataset).unwrap();
        let rest = gradient(&x, &y, &fitted) + fitted.weights().to_owned() * 0.5;
        assert!(rest.iter().all(|g| g.abs() < 1e-6), "{rest}");
    }

    #[test]
    fn with_l1_zeros_are_where_the_gradient_is_small() {
        let (x, y) = problem();
        let dataset = DatasetBase::new(x.clone(), y.clone());
        let params = MultinomialLogistic::params().l2(0.01).l1(1.5).tolerance(1e-9).max_iterations(3000);
        let fitted = params.fit(&dataset).unwrap();
        let gradient = gradient(&x, &y, &fitted);
        let mut zeros = 0;
        for (w, g) in fitted.weights().iter().zip(&gradient) {
            let smooth = g + 0.01 * w;
            if *w == 0.0 {
                zeros += 1;
                assert!(smooth.abs() <= 1.5 + 1e-4, "{smooth}");
            } else {
                assert!((smooth + 1.5 * w.signum()).abs() < 1e-3, "{w} {smooth}");
            }
        }
        assert!(zeros > 5, "only {zeros} zeros");
    }

    #[test]
    fn a_soft_label_is_a_mixture_of_weighted_hard_ones() {
        let x = CsMat::csr_from_dense(array![[1.0_f32, 0.0], [0.0, 1.0]].view(), 0.0);
        let soft = DatasetBase::new(SparseRecords::new(x), array![[0.7, 0.3], [0.1, 0.9]]);
        let x = array![[1.0_f32, 0.0], [1.0, 0.0], [0.0, 1.0], [0.0, 1.0]];
        let x = SparseRecords::new(CsMat::csr_from_dense(x.view(), 0.0));
        let hard = DatasetBase::new(x, array![[1.0, 0.0], [0.0, 1.0], [1.0, 0.0], [0.0, 1.0]])
            .with_weights(Array1::from(vec![0.7, 0.3, 0.1, 0.9]));
        let params = MultinomialLogistic::params().l2(0.1).tolerance(1e-10);
        let (a, b) = (params.fit(&soft).unwrap(), params.fit(&hard).unwrap());
        for (a, b) in a.coefficients().iter().zip(b.coefficients()) {
            assert!((a - b).abs() < 1e-6, "{a} {b}");
        }
    }

    #[test]
    fn a_warm_start_at_the_answer_stays_there() {
        let (x, y) = problem();
        let dataset = DatasetBase::new(x, y);
        let params = MultinomialLogistic::params().l2(0.5).tolerance(1e-6);
        let fitted = params.fit(&dataset).unwrap();
        let again = params.clone().warm_start(fitted.coefficients().clone()).fit(&dataset).unwrap();
        assert!(again.iterations() <= 1, "{}", again.iterations());
        assert_eq!(fitted.predict(&dataset), again.predict(&dataset));
    }

    #[test]
    fn refuses_what_it_cannot_use() {
        let (x, y) = problem();
        let dataset = DatasetBase::new(x.clone(), y);
        let fit = |params: super::MultinomialLogisticParams| params.fit(&dataset).unwrap_err();
        assert!(matches!(fit(MultinomialLogistic::params().l2(-1.0)), LogisticError::Penalty("l2", _)));
        assert!(matches!(fit(MultinomialLogistic::params().l1(f64::NAN)), LogisticError::Penalty("l1", _)));
        assert!(matches!(fit(MultinomialLogistic::params().tolerance(0.0)), LogisticError::Tolerance(_)));
        assert!(matches!(fit(MultinomialLogistic::params().max_iterations(0)), LogisticError::Iterations));
        let shape = fit(MultinomialLogistic::params().penalty_factors(Array2::ones((2, 2))));
        assert!(matches!(shape, LogisticError::Shape { what: "penalty factors", .. }));
        let given =
            |weights: &[f64]| fit(MultinomialLogistic::params().class_weights(ClassWeights::Given(weights.to_vec())));
        assert!(matches!(given(&[1.0, 0.0, 1.0]), LogisticError::ClassWeight(0.0)));
        assert!(matches!(given(&[1.0, 1.0]), LogisticError::Shape { what: "class weights", .. }));
        let factor =
            |factor: f64| fit(MultinomialLogistic::params().penalty_factors(Array2::from_elem((12, 3), factor)));
        assert!(matches!(factor(f64::NAN), LogisticError::PenaltyFactor(_)));
        assert!(matches!(factor(-1.0), LogisticError::PenaltyFactor(_)));
        let start = MultinomialLogistic::params().warm_start(Array2::from_elem((13, 3), f64::INFINITY));
        assert!(matches!(fit(start), LogisticError::WarmStart));
        for wrong in [-1.0, f32::NAN] {
            let weighed = dataset.clone().with_weights(Array1::from_elem(60, wrong));
            assert!(matches!(MultinomialLogistic::params().fit(&weighed).unwrap_err(), LogisticError::Weight(_)));
        }
        for wrong in [[0.5, 0.4], [1.5, -0.5], [f64::NAN, 1.0]] {
            let soft = DatasetBase::new(array![[1.0, 0.0], [0.0, 1.0]], ndarray::arr2(&[[1.0, 0.0], wrong]));
            assert!(matches!(MultinomialLogistic::params().fit(&soft).unwrap_err(), LogisticError::Targets));
        }
        let holes = DatasetBase::new(array![[1.0, f64::NAN], [0.0, 1.0]], array![0_usize, 1]);
        assert!(matches!(MultinomialLogistic::params().fit(&holes).unwrap_err(), LogisticError::Records));
        let one = DatasetBase::new(x, Array2::ones((60, 1)));
        assert!(matches!(MultinomialLogistic::params().fit(&one).unwrap_err(), LogisticError::Classes(1)));
        let classes = |n: usize| DatasetBase::new(Array2::<f64>::eye(n), Array1::from_iter(0..n));
        assert!(matches!(MultinomialLogistic::params().fit(&classes(65)).unwrap_err(), LogisticError::Classes(65)));
        let most = classes(64);
        let fitted = MultinomialLogistic::params().l2(0.01).fit(&most).unwrap();
        assert_eq!(fitted.predict(&most), *most.targets());
    }

    #[test]
    #[should_panic(expected = "the features that were fitted on")]
    fn does_not_take_one_feature_more_for_the_intercepts() {
        let (x, y) = problem();
        let fitted = MultinomialLogistic::params().fit(&DatasetBase::new(x, y)).unwrap();
        fitted.predict(&Array2::<f64>::ones((1, 13)));
    }
}
