//! From rows to a model with eight-bit weights: learn the vocabulary, fit, keep the features that matter,
//! fit again on those, round.

use crate::corpus::Row;
use crate::error::TrainError;
use crate::logistic::MultinomialLogistic;
use crate::records::SparseRecords;
use crate::vocabulary::{Extracted, Keep, Vocabulary, extract};
use linfa::dataset::DatasetBase;
use linfa::traits::Fit;
use ndarray::{Array1, Array2, ArrayView2, Axis};
use stancelight::feature::{Feature, Settings};
use stancelight::{Linear, Model, Topic, Words};
use std::collections::BTreeSet;

/// How one model is fitted.
#[derive(Clone, Debug, PartialEq)]
pub struct FitOptions {
    /// How features are made.
    pub settings: Settings,
    /// At most this many features are kept.
    pub max_features: usize,
    /// Weight of the squared coefficients.
    pub l2: f64,
    /// Fit's tolerance.
    pub tolerance: f64,
}

impl Default for FitOptions {
    fn default() -> Self {
        Self { settings: Settings::default(), max_features: 20_000, l2: 0.3, tolerance: 1e-3 }
    }
}

impl FitOptions {
    /// A word or feature in fewer of the sentences is left out. Two of few; of many, what stands in three of
    /// them is as likely chance, and would be most of the columns.
    pub fn min_sentences(rows: usize) -> u32 {
        const STEP: usize = 40_000;
        2 + u32::try_from(rows / STEP).unwrap_or(u32::MAX - 2)
    }
}

/// Fits a model, not yet calibrated.
///
/// # Errors
/// If the learner refuses the data.
pub fn fit_model(rows: &[&Row], topic: &Topic, options: &FitOptions) -> Result<Model, TrainError> {
    let texts = || rows.iter().map(|row| row.text.as_str());
    let least = FitOptions::min_sentences(rows.len());
    let vocabulary = Vocabulary::learn(texts(), &options.settings, least);
    let all = extract(texts(), &options.settings, &vocabulary, &Keep::Frequent(least));
    let fitted = fit(&all.records, rows, topic.labels.len(), options, None)?;
    let best = strongest(&all, fitted.weights(), options.max_features);
    let (vocabulary, kept) = vocabulary.shrink(best.iter().map(|&i| all.features[i]));
    // Extracting again under the smaller vocabulary, even when nothing was dropped, is what makes the model
    // see in training exactly what it will see in use.
    let few = extract(texts(), &options.settings, &vocabulary, &Keep::Only(&kept));
    let fitted = fit(&few.records, rows, topic.labels.len(), options, None)?;
    Ok(round(topic, options, &vocabulary, &few.features, &fitted))
}

/// Fits on extracted records.
///
/// # Errors
/// If the learner refuses the data.
pub fn fit(
    records: &SparseRecords,
    rows: &[&Row],
    labels: usize,
    options: &FitOptions,
    warm_start: Option<Array2<f64>>,
) -> Result<MultinomialLogistic, TrainError> {
    let targets = Array2::from_shape_fn((rows.len(), labels), |(i, k)| f64::from(rows[i].target[k]));
    let weights: Array1<f32> = rows.iter().map(|row| row.weight).collect();
    let dataset = DatasetBase::new(records.clone(), targets).with_weights(weights);
    let factors = ratio_penalties(dataset.records(), rows, labels);
    let mut params = MultinomialLogistic::params().l2(options.l2).tolerance(options.tolerance).penalty_factors(factors);
    if let Some(start) = warm_start {
        params = params.warm_start(start);
    }
    Ok(params.fit(&dataset)?)
}

/// Log-count ratios below this count as this: a feature that says nothing about a label yet may still be needed
/// beside others.
const RATIO_FLOOR: f64 = 0.5;

/// One over the squared log-count ratio of each feature and label, as penalty factors: a feature that is much
/// commoner with a label than without may weigh more at the same price. This is NBSVM's feature scaling (Wang
/// and Manning 2012), with counts of sentences, each counted for a label as far as it has it, smoothed by one.
#[allow(clippy::cast_precision_loss, reason = "counts of sentences")]
fn ratio_penalties(records: &SparseRecords, rows: &[&Row], labels: usize) -> Array2<f64> {
    let features = records.matrix().cols();
    let mut with = Array2::from_elem((features, labels), 1.0);
    for (columns, row) in records.matrix().outer_iterator().zip(rows) {
        for &feature in columns.indices() {
            for (count, &p) in with.row_mut(feature).iter_mut().zip(&row.target) {
                *count += f64::from(p * row.weight);
            }
        }
    }
    let by_label = with.sum_axis(Axis(0));
    let total = by_label.sum();
    let by_feature = with.sum_axis(Axis(1));
    Array2::from_shape_fn((features, labels), |(f, k)| {
        let inside = with[[f, k]] / by_label[k];
        let outside = (by_feature[f] - with[[f, k]]) / (total - by_label[k]);
        libm::log(inside / outside).abs().max(RATIO_FLOOR).powi(-2)
    })
}

/// The columns that move logits the most over the data: weight × √frequency.
#[allow(clippy::cast_precision_loss, reason = "labels are few")]
fn strongest(extracted: &Extracted, weights: ArrayView2<'_, f64>, most: usize) -> BTreeSet<usize> {
    let mut order: Vec<(f64, usize)> = weights
        .axis_iter(Axis(0))
        .zip(&extracted.sentences)
        .enumerate()
        .map(|(i, (row, &sentences))| {
            let mean = row.sum() / row.len() as f64;
            (row.iter().map(|w| (w - mean).powi(2)).sum::<f64>() * f64::from(sentences), i)
        })
        .filter(|&(strength, _)| strength > 0.0)
        .collect();
    order.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    order.into_iter().take(most).map(|(_, i)| i).collect()
}

/// Eight-bit weights: each label's largest becomes ±127. Features whose weights all round to nothing go.
#[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "rounding is the point")]
fn round(
    topic: &Topic,
    options: &FitOptions,
    vocabulary: &Vocabulary,
    features: &[Feature],
    fitted: &MultinomialLogistic,
) -> Model {
    let labels = topic.labels.len();
    // Softmax ignores what all labels share; taken out, a share of 0 means "says nothing".
    let centred = |row: ndarray::ArrayView1<'_, f64>| {
        let mean = row.sum() / labels as f64;
        row.iter().map(|w| w - mean).collect::<Vec<f64>>()
    };
    let rows: Vec<Vec<f64>> = fitted.weights().axis_iter(Axis(0)).map(centred).collect();
    let largest = |k: usize| rows.iter().map(|row| row[k].abs()).fold(0.0, f64::max);
    let scale: Vec<f64> = (0..labels).map(|k| (largest(k) / 127.0).max(1e-9)).collect();
    let mut kept = Vec::new();
    let mut weights = Vec::new();
    for (row, &feature) in rows.iter().zip(features) {
        let rounded: Vec<i8> = row.iter().zip(&scale).map(|(w, s)| (w / s).round() as i8).collect();
        if rounded.iter().any(|&w| w != 0) {
            kept.push(feature);
            weights.extend(rounded);
        }
    }
    Model {
        topic: topic.clone(),
        settings: options.settings.clone(),
        facts: Vec::new(),
        words: vocabulary.words().iter().map(String::as_str).collect::<Words>(),
        features: kept,
        linear: Linear {
            bias: centred(fitted.intercepts()).into_iter().map(|b| b as f32).collect(),
            scale: scale.into_iter().map(|s| s as f32).collect(),
            weights,
        },
    }
}
