//! From rows to a model with eight-bit weights: learn the vocabulary, fit, keep the features that matter,
//! fit again on those, round.

use crate::corpus::Row;
use crate::error::TrainError;
use crate::extract::{Extracted, Keep, extract};
use crate::logistic::MultinomialLogistic;
use crate::records::SparseRecords;
use crate::vocabulary::{Numbered, Vocabulary};
use linfa::dataset::DatasetBase;
use linfa::traits::Fit;
use ndarray::{Array1, Array2, ArrayView2, Axis};
use stancelight::feature::{Feature, Settings};
use stancelight::{Linear, Model, Scorer, Topic};

/// How one model is fitted.
#[derive(Clone, Debug, PartialEq)]
pub struct FitOptions {
    /// How features are made.
    pub settings: Settings,
    /// At most this many features are kept.
    pub max_features: usize,
    /// Features that are much commoner with one label are penalised less.
    pub ratios: bool,
    /// Weight of the squared coefficients; [`FitOptions::penalty`] where none is given.
    pub l2: Option<f64>,
    /// Fit's tolerance.
    pub tolerance: f64,
    /// Threads that share one fit; the result does not depend on it.
    pub threads: usize,
}

impl Default for FitOptions {
    fn default() -> Self {
        Self {
            settings: Settings::default(),
            max_features: 20_000,
            ratios: true,
            l2: None,
            tolerance: 1e-2,
            threads: 1,
        }
    }
}

impl FitOptions {
    /// A word or feature in fewer of the sentences is left out. Two of few; of many, what stands in three of
    /// them is as likely chance, and would be most of the columns.
    pub fn min_sentences(rows: usize) -> u32 {
        const STEP: usize = 40_000;
        2 + u32::try_from(rows / STEP).unwrap_or(u32::MAX - 2)
    }

    /// The penalty that suits rows of this weight together, where nobody searches for a better one.
    pub fn penalty(weight: f64) -> f64 {
        Self::stronger(weight) / 10.0
    }

    /// How many times stronger penalties are for rows of this weight together than for few. So many sentences repeat
    /// one another, and what is repeated is learned by heart; where they do not, each feature is seen so often that
    /// the penalty hardly matters. On a million sentences made of 75,000, 20 times is worth 0.026 of accuracy.
    pub fn stronger(weight: f64) -> f64 {
        const FEW: f64 = 50_000.0;
        (weight / FEW).max(1.0)
    }
}

/// What a fit should find: for each row a distribution over the labels, and what the row counts.
#[derive(Clone, Debug)]
pub struct Targets {
    /// Rows × labels.
    pub shares: Array2<f64>,
    /// One a row; a row that counts nothing is held out.
    pub weights: Array1<f32>,
}

impl Targets {
    /// Those of the rows.
    pub fn of(rows: &[&Row], labels: usize) -> Self {
        Self {
            shares: Array2::from_shape_fn((rows.len(), labels), |(i, k)| f64::from(rows[i].target[k])),
            weights: rows.iter().map(|row| row.weight).collect(),
        }
    }

    /// What all rows count together.
    pub fn weight(&self) -> f64 {
        self.weights.iter().copied().map(f64::from).sum()
    }
}

/// Fits a model, not yet calibrated.
///
/// # Errors
/// If the learner refuses the data.
pub fn fit_model(rows: &[&Row], topic: &Topic, options: &FitOptions) -> Result<Linear, TrainError> {
    let texts = || rows.iter().map(|row| row.text.as_str());
    let targets = Targets::of(rows, topic.labels.len());
    let ranked = rank(rows, &targets, options)?;
    let (vocabulary, kept) = ranked.strongest(options.max_features);
    let coefficients = ranked.coefficients(options.max_features);
    drop(ranked);
    // Extracting again under the smaller vocabulary, even when nothing was dropped, is what makes the model
    // see in training exactly what it will see in use.
    let few = extract(texts(), &options.settings, &vocabulary, &Keep::Only(&kept));
    // What the ranking fit found is where this one begins.
    let last = coefficients.nrows() - 1;
    let places: Vec<usize> = few.features.iter().map(|feature| kept[feature] as usize).chain([last]).collect();
    let fitted = fit(&few.records, &targets, options, Some(coefficients.select(Axis(0), &places)))?;
    Ok(round(options, &vocabulary, &few.features, &fitted))
}

/// The largest number of features whose model file is at most this long, with so many bytes said of its making.
///
/// # Errors
/// If the learner refuses the data, or even a model of a few features is longer.
pub fn features_within(
    rows: &[&Row],
    topic: &Topic,
    options: &FitOptions,
    bytes: usize,
    facts: usize,
) -> Result<usize, TrainError> {
    let labels = topic.labels.len();
    let ranked = rank(rows, &Targets::of(rows, labels), options)?;
    // The file's length depends on which words and features it lists and not on what they weigh.
    let length = |features: usize| {
        let (vocabulary, kept) = ranked.strongest(features);
        let mut features: Vec<Feature> = kept.into_keys().collect();
        features.sort_unstable_by_key(|feature| feature.key());
        let weights = vec![1; features.len() * labels];
        let words = vocabulary.words().clone();
        let settings = options.settings.clone();
        let (bias, scale) = (vec![0.0; labels], vec![1.0; labels]);
        length(topic, Linear { settings, words, features, bias, scale, weights })
    };
    let budget = bytes.saturating_sub(facts);
    let (mut fits, mut exceeds) = (0, ranked.order.len() + 1);
    while exceeds - fits > 1 {
        let middle = fits.midpoint(exceeds);
        if length(middle) <= budget { fits = middle } else { exceeds = middle }
    }
    if fits == 0 {
        let least = length(1) + facts;
        return Err(TrainError::Corpus(format!("no model fits into {bytes} bytes; allow at least {least}")));
    }
    Ok(fits)
}

/// Bytes of a file of a scorer and its topic, with nothing said of its making.
pub fn length(topic: &Topic, linear: Linear) -> usize {
    uncalibrated(topic, Scorer::Linear(linear)).to_bytes().len()
}

/// A model of a scorer, of which nothing else is known yet.
pub fn uncalibrated(topic: &Topic, scorer: Scorer) -> Model {
    Model { topic: topic.clone(), facts: Vec::new(), scorer }
}

/// Every feature, the ones that move logits the most first.
struct Ranked {
    vocabulary: Vocabulary,
    features: Vec<Feature>,
    order: Vec<usize>,
    fitted: MultinomialLogistic,
}

impl Ranked {
    /// The vocabulary and the features of a model with at most this many.
    fn strongest(&self, most: usize) -> (Vocabulary, Numbered) {
        self.vocabulary.shrink(self.order.iter().take(most).map(|&i| self.features[i]))
    }

    /// The weights of those features, in their order, and the intercepts.
    fn coefficients(&self, most: usize) -> Array2<f64> {
        let intercepts = self.features.len();
        let rows: Vec<usize> = self.order.iter().take(most).copied().chain([intercepts]).collect();
        self.fitted.coefficients().select(Axis(0), &rows)
    }
}

/// A fit that only ranks features need not be a close one.
const RANKING_TOLERANCE: f64 = 1e-1;

fn rank(rows: &[&Row], targets: &Targets, options: &FitOptions) -> Result<Ranked, TrainError> {
    let texts = || rows.iter().map(|row| row.text.as_str());
    let least = FitOptions::min_sentences(rows.len());
    let vocabulary = Vocabulary::learn(texts(), &options.settings, least);
    let all = extract(texts(), &options.settings, &vocabulary, &Keep::Frequent(least));
    let options = FitOptions { tolerance: options.tolerance.max(RANKING_TOLERANCE), ..options.clone() };
    let fitted = fit(&all.records, targets, &options, None)?;
    let order = by_strength(&all, fitted.weights());
    Ok(Ranked { vocabulary, features: all.features, order, fitted })
}

/// Fits on extracted records.
///
/// # Errors
/// If the learner refuses the data.
pub fn fit(
    records: &SparseRecords,
    targets: &Targets,
    options: &FitOptions,
    warm_start: Option<Array2<f64>>,
) -> Result<MultinomialLogistic, TrainError> {
    let dataset = DatasetBase::new(records.clone(), targets.shares.view()).with_weights(targets.weights.clone());
    let l2 = options.l2.unwrap_or_else(|| FitOptions::penalty(targets.weight()));
    let mut params = MultinomialLogistic::params().l2(l2).tolerance(options.tolerance).threads(options.threads);
    if options.ratios {
        params = params.penalty_factors(ratio_penalties(records, targets));
    }
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
fn ratio_penalties(records: &SparseRecords, targets: &Targets) -> Array2<f64> {
    let features = records.matrix().cols();
    let labels = targets.shares.ncols();
    let mut with = vec![1.0; features * labels];
    // Most rows have one label: what the others would count is nothing.
    let mut counted: Vec<(usize, f64)> = Vec::new();
    let counts = targets.shares.outer_iter().zip(&targets.weights);
    for (columns, (shares, &weight)) in records.matrix().outer_iterator().zip(counts) {
        if weight == 0.0 {
            continue;
        }
        counted.clear();
        let each = shares.iter().map(|p| p * f64::from(weight)).enumerate();
        counted.extend(each.filter(|&(_, counted)| counted != 0.0));
        for &feature in columns.indices() {
            let with = &mut with[feature as usize * labels..][..labels];
            counted.iter().for_each(|&(k, counted)| with[k] += counted);
        }
    }
    let with = Array2::from_shape_vec((features, labels), with).expect("the shape it was made with");
    let by_label = with.sum_axis(Axis(0));
    let total = by_label.sum();
    let by_feature = with.sum_axis(Axis(1));
    Array2::from_shape_fn((features, labels), |(f, k)| {
        let inside = with[[f, k]] / by_label[k];
        let outside = (by_feature[f] - with[[f, k]]) / (total - by_label[k]);
        libm::log(inside / outside).abs().max(RATIO_FLOOR).powi(-2)
    })
}

/// Columns in the order of how much they move logits over the data: weight × √frequency.
#[allow(clippy::cast_precision_loss, reason = "labels are few")]
fn by_strength(extracted: &Extracted, weights: ArrayView2<'_, f64>) -> Vec<usize> {
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
    order.into_iter().map(|(_, i)| i).collect()
}

/// Eight-bit weights: each label's largest becomes ±127. Features whose weights all round to nothing go.
#[allow(clippy::cast_possible_truncation, clippy::cast_precision_loss, reason = "rounding is the point")]
fn round(options: &FitOptions, vocabulary: &Vocabulary, features: &[Feature], fitted: &MultinomialLogistic) -> Linear {
    let labels = fitted.intercepts().len();
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
    Linear {
        settings: options.settings.clone(),
        words: vocabulary.words().clone(),
        features: kept,
        bias: centred(fitted.intercepts()).into_iter().map(|b| b as f32).collect(),
        scale: scale.into_iter().map(|s| s as f32).collect(),
        weights,
    }
}

#[cfg(test)]
mod tests {
    use super::FitOptions;

    #[test]
    fn many_rows_are_penalised_more() {
        let penalties = [0.0, 60.0, 50_000.0, 100_000.0, 1_000_000.0].map(FitOptions::penalty);
        assert_eq!(penalties, [0.1, 0.1, 0.1, 0.2, 2.0]);
    }
}
