//! The learner and the measures against scikit-learn: the same data and settings must give the same
//! answers. What it answered stands in `data/`, and so does the script that asked it.

use linfa::dataset::{Dataset, DatasetBase};
use linfa::traits::Fit;
use ndarray::{Array1, Array2, ArrayView1, Axis};
use serde_json::Value;
use sprs::CsMat;
use stancelight::{Label, Topic, Underline, Verdict};
use stancelight_train::logistic::{ClassWeights, MultinomialLogistic, MultinomialLogisticParams};
use stancelight_train::{Judged, SparseRecords, evaluate};
use std::path::Path;

fn stored(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("data").join(name);
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap().iter().map(|x| x.as_f64().unwrap()).collect()
}

fn matrix(value: &Value) -> Array2<f64> {
    let rows: Vec<Vec<f64>> = value.as_array().unwrap().iter().map(numbers).collect();
    Array2::from_shape_vec((rows.len(), rows[0].len()), rows.concat()).unwrap()
}

/// One fit that scikit-learn made.
struct Fitted {
    name: String,
    x: Array2<f64>,
    targets: Array2<f64>,
    weights: Option<Vec<f64>>,
    class_weights: ClassWeights,
    /// What scikit-learn makes of them.
    of_classes: Vec<f64>,
    l1: f64,
    l2: f64,
    coefficients: Array2<f64>,
    loss: f64,
}

fn fits() -> Vec<Fitted> {
    let file = stored("sklearn_logistic.json");
    let fit = |case: &Value| Fitted {
        name: case["name"].as_str().unwrap().to_owned(),
        x: matrix(&file["matrices"][case["matrix"].as_str().unwrap()]),
        targets: matrix(&case["targets"]),
        weights: case["weights"].is_array().then(|| numbers(&case["weights"])),
        class_weights: match &case["class_weights"] {
            Value::Null => ClassWeights::Equal,
            Value::String(_) => ClassWeights::Balanced,
            given => ClassWeights::Given(numbers(given)),
        },
        of_classes: numbers(&case["effective_class_weights"]),
        l1: case["l1"].as_f64().unwrap(),
        l2: case["l2"].as_f64().unwrap(),
        coefficients: matrix(&case["coefficients"]),
        loss: case["loss"].as_f64().unwrap(),
    };
    file["cases"].as_array().unwrap().iter().map(fit).collect()
}

impl Fitted {
    fn params(&self) -> MultinomialLogisticParams {
        let params = MultinomialLogistic::params().l1(self.l1).l2(self.l2).class_weights(self.class_weights.clone());
        params.tolerance(1e-9).max_iterations(10_000)
    }

    /// The objective, written down once more, densely.
    fn objective(&self, coefficients: &Array2<f64>) -> f64 {
        let (w, b) = coefficients.view().split_at(Axis(0), self.x.ncols());
        let logits = self.x.dot(&w) + b;
        let mut value = w.iter().map(|w| self.l2 / 2.0 * w * w + self.l1 * w.abs()).sum::<f64>();
        for (i, (z, y)) in logits.outer_iter().zip(self.targets.outer_iter()).enumerate() {
            let log_sum = z.mapv(f64::exp).sum().ln();
            let weight = self.weights.as_ref().map_or(1.0, |weights| weights[i]);
            let each = z.iter().zip(y).zip(&self.of_classes).map(|((z, y), of_class)| of_class * y * (log_sum - z));
            value += weight * each.sum::<f64>();
        }
        value
    }

    /// Fails unless these coefficients are scikit-learn's.
    fn check(&self, coefficients: &Array2<f64>) {
        let difference = centred(coefficients) - centred(&self.coefficients);
        let difference = difference.iter().fold(0.0_f64, |most, d| most.max(d.abs()));
        assert!(difference < 1e-4, "{}: a coefficient differs by {difference}", self.name);
        let loss = self.objective(coefficients);
        assert!((loss - self.loss).abs() < 1e-6, "{}: {loss} instead of {}", self.name, self.loss);
    }
}

/// The same with intercepts that add up to 0: softmax ignores what all have in common, and no penalty decides it.
fn centred(coefficients: &Array2<f64>) -> Array2<f64> {
    let mut out = coefficients.clone();
    let mut intercepts = out.row_mut(coefficients.nrows() - 1);
    let mean = intercepts.mean().unwrap();
    intercepts -= mean;
    out
}

#[allow(clippy::cast_possible_truncation, reason = "the stored numbers are exact in 32 bits, or weights")]
fn single(x: &f64) -> f32 {
    *x as f32
}

/// Fits in every form that records and targets may have.
fn check_every_form(fit: &Fitted) {
    let weights = fit.weights.as_ref().map(|weights| weights.iter().map(single).collect::<Array1<f32>>());
    let weights = weights.unwrap_or_else(|| Array1::ones(fit.x.nrows()));
    let sparse = SparseRecords::new(CsMat::csr_from_dense(fit.x.map(single).view(), 0.0));
    let params = fit.params();
    let dataset = DatasetBase::new(sparse, fit.targets.clone()).with_weights(weights.clone());
    fit.check(params.fit(&dataset).unwrap().coefficients());
    let dataset = Dataset::new(fit.x.clone(), fit.targets.clone()).with_weights(weights.clone());
    fit.check(params.fit(&dataset).unwrap().coefficients());
    if fit.targets.iter().all(|p| *p == 0.0 || *p == 1.0) {
        let class = |row: ArrayView1<'_, f64>| row.iter().position(|p| *p == 1.0).unwrap();
        let classes: Array1<usize> = fit.targets.outer_iter().map(class).collect();
        let dataset = Dataset::new(fit.x.clone(), classes).with_weights(weights);
        fit.check(params.fit(&dataset).unwrap().coefficients());
    }
}

#[test]
fn the_solver_finds_what_scikit_learn_finds() {
    fits().iter().for_each(check_every_form);
}

/// A topic of this many labels, about nothing.
fn topic(labels: usize) -> Topic {
    let label = |i| Label {
        name: format!("label {i}"),
        pole: 0.0,
        color: "#000000".to_owned(),
        color_dark: "#ffffff".to_owned(),
        underline: Underline::None,
        meaning: String::new(),
    };
    Topic { labels: (0..labels).map(label).collect(), ..stancelight_tests::toy_topic() }
}

#[test]
fn the_measures_are_scikit_learns() {
    for case in stored("sklearn_measures.json")["cases"].as_array().unwrap() {
        let logits = matrix(&case["logits"]);
        let topic = topic(logits.ncols());
        let verdicts: Vec<Verdict> =
            logits.outer_iter().map(|logits| Verdict::from_logits(logits.to_vec(), &topic)).collect();
        let truths = case["truth"].as_array().unwrap().iter().map(|i| usize::try_from(i.as_u64().unwrap()).unwrap());
        let judged: Vec<Judged<'_>> = truths.zip(&verdicts).collect();
        let found = evaluate(&judged, None, &topic, 1);
        let same = |name: &str, found: &[f64]| {
            let stored = &case[name];
            let expected = if stored.is_array() { numbers(stored) } else { vec![stored.as_f64().unwrap()] };
            assert_eq!(found.len(), expected.len());
            for (found, expected) in found.iter().zip(expected) {
                assert!((found - expected).abs() < 1e-12, "{}: {name} {found}, not {expected}", case["name"]);
            }
        };
        same("accuracy", &[found.accuracy.value]);
        same("macro_f1", &[found.macro_f1.value]);
        same("precision", &found.labels.iter().map(|label| label.precision).collect::<Vec<_>>());
        same("recall", &found.labels.iter().map(|label| label.recall).collect::<Vec<_>>());
        same("f1", &found.labels.iter().map(|label| label.f1).collect::<Vec<_>>());
        same("brier", &[found.brier]);
        same("log_loss", &[found.log_loss]);
        same("ece", &[found.ece]);
        same("majority_accuracy", &[found.majority.accuracy]);
        same("majority_macro_f1", &[found.majority.macro_f1]);
        same("prior_brier", &[found.prior.brier]);
        same("prior_log_loss", &[found.prior.log_loss]);
        let coverage = matrix(&case["coverage"]);
        assert_eq!(coverage.nrows(), found.coverage.len());
        for (row, expected) in found.coverage.iter().zip(coverage.outer_iter()) {
            let row = [row.coverage, row.confidence, row.precision];
            assert!(row.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-12), "{}: {row:?}", case["name"]);
        }
        assert_eq!(serde_json::to_value(&found.confusion).unwrap(), case["confusion"]);
        let supports: Vec<usize> = found.labels.iter().map(|label| label.support).collect();
        assert_eq!(serde_json::to_value(supports).unwrap(), case["support"]);
    }
}
