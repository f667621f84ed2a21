//! Measures: true labels and verdicts come in, the figures a referee asks for go out.

use crate::corpus::Row;
use crate::coverage::{Coverage, coverage};
use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use serde::Serialize;
use stancelight::{Topic, Verdict};

/// A share or score with its bootstrap 95 % interval (percentile method, Efron 1979).
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Estimate {
    /// On the data itself.
    pub value: f64,
    /// 2.5th percentile over resamples.
    pub low: f64,
    /// 97.5th percentile.
    pub high: f64,
}

/// Precision, recall and F1 of one label.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LabelScore {
    /// The label.
    pub label: String,
    /// Of those predicted, the share that is right; 0 when none is predicted.
    pub precision: f64,
    /// Of those there are, the share that is found; 0 when there are none.
    pub recall: f64,
    /// Their harmonic mean.
    pub f1: f64,
    /// How many there are.
    pub support: usize,
}

/// What would be painted at one threshold.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Operating {
    /// Smallest probability painted.
    pub threshold: f64,
    /// Of all sentences, the share painted.
    pub painted: f64,
    /// Of the painted, the share whose label is right; 1 when nothing is painted.
    pub precision: f64,
    /// Of the sentences whose label is off the middle, the share painted with the right label.
    pub recall: f64,
    /// Of the sentences whose label is in the middle, the share left unpainted.
    pub left_alone: f64,
}

/// What always saying the most frequent label scores: what any figure of labels must beat.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Majority {
    /// Its accuracy.
    pub accuracy: f64,
    /// Its macro-F1.
    pub macro_f1: f64,
}

/// What always giving each label the share it has scores: what any figure of probabilities must beat.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Prior {
    /// Its Brier score.
    pub brier: f64,
    /// Its log-loss, the entropy of the labels.
    pub log_loss: f64,
}

/// Everything measured on one set of sentences.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Evaluation {
    /// How many sentences.
    pub sentences: usize,
    /// Share of right labels.
    pub accuracy: Estimate,
    /// Unweighted mean of the labels' F1, over labels that occur or are predicted.
    pub macro_f1: Estimate,
    /// Each label's figures.
    pub labels: Vec<LabelScore>,
    /// `confusion[true][predicted]`, counts, in the order of `labels`.
    pub confusion: Vec<Vec<usize>>,
    /// Expected calibration error: |confidence − accuracy| over ten equal bins of confidence, weighted by size.
    pub ece: f64,
    /// Brier score summed over labels, 0 to 2.
    pub brier: f64,
    /// Mean of −ln p(true label), p taken for at least 2⁻⁵², as scikit-learn does.
    pub log_loss: f64,
    /// At the topic's threshold.
    pub operating: Operating,
    /// At several others.
    pub curve: Vec<Operating>,
    /// On the surest sentences only.
    pub coverage: Vec<Coverage>,
    /// The baseline without probabilities.
    pub majority: Majority,
    /// The baseline with probabilities.
    pub prior: Prior,
}

/// What is measured: the true label's index and the verdict.
pub type Judged<'a> = (usize, &'a Verdict);

const RESAMPLES: usize = 1000;

/// Measures verdicts against true labels. `seed` drives the bootstrap.
#[allow(clippy::cast_precision_loss, reason = "counts of sentences")]
pub fn evaluate(judged: &[Judged<'_>], topic: &Topic, seed: u64) -> Evaluation {
    let k = topic.labels.len();
    let n = judged.len().max(1) as f64;
    let mut confusion = vec![vec![0; k]; k];
    for &(truth, verdict) in judged {
        confusion[truth][verdict.label] += 1;
    }
    let (mut brier, mut log_loss) = (0.0, 0.0);
    let mut bins = [(0.0, 0.0, 0.0); 10];
    for &(truth, verdict) in judged {
        for (i, p) in verdict.probabilities.iter().enumerate() {
            brier += (p - f64::from(u8::from(i == truth))).powi(2);
        }
        log_loss -= libm::log(verdict.probabilities[truth].max(f64::EPSILON));
        let confidence = verdict.confidence();
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 10")]
        let bin = &mut bins[((confidence * 10.0) as usize).min(9)];
        bin.0 += confidence;
        bin.1 += f64::from(u8::from(verdict.label == truth));
        bin.2 += 1.0;
    }
    let ece = bins.iter().map(|(confidence, right, _)| (confidence - right).abs()).sum::<f64>() / n;
    let labels = topic.labels.iter().enumerate().map(|(i, label)| {
        let (precision, recall, f1) = label_scores(&confusion, i);
        LabelScore { label: label.name.clone(), precision, recall, f1, support: confusion[i].iter().sum() }
    });
    let supports: Vec<usize> = confusion.iter().map(|row| row.iter().sum()).collect();
    let most = (1..k).fold(0, |best, i| if supports[i] > supports[best] { i } else { best });
    let mut always = vec![vec![0; k]; k];
    for (row, &support) in always.iter_mut().zip(&supports) {
        row[most] = support;
    }
    let thresholds = (0..10).map(|i| 0.5 + 0.05 * f64::from(i));
    let (accuracy_interval, f1_interval) = bootstrap(&confusion, seed);
    let estimate = |value, (low, high)| Estimate { value, low, high };
    Evaluation {
        sentences: judged.len(),
        accuracy: estimate(accuracy(&confusion), accuracy_interval),
        macro_f1: estimate(macro_f1(&confusion), f1_interval),
        labels: labels.collect(),
        ece,
        brier: brier / n,
        log_loss: log_loss / n,
        operating: operating(judged, topic, f64::from(topic.threshold)),
        curve: thresholds.map(|threshold| operating(judged, topic, threshold)).collect(),
        coverage: coverage(judged),
        majority: Majority { accuracy: accuracy(&always), macro_f1: macro_f1(&always) },
        prior: prior(&supports),
        confusion,
    }
}

fn prior(supports: &[usize]) -> Prior {
    let all = supports.iter().sum();
    let shares = || supports.iter().map(|&n| ratio(n, all)).filter(|p| *p > 0.0);
    // Σ p·((1 − p)² + what the other labels add) comes to Σ p·(1 − p).
    Prior { brier: shares().map(|p| p * (1.0 - p)).sum(), log_loss: shares().map(|p| -p * libm::log(p)).sum() }
}

/// Measures a predictor's verdicts on rows whose target may be a distribution: its most probable label counts.
pub fn evaluate_rows(rows: &[&Row], verdicts: &[Verdict], topic: &Topic, seed: u64) -> Evaluation {
    let judged: Vec<Judged<'_>> = rows.iter().map(|row| row.label()).zip(verdicts).collect();
    evaluate(&judged, topic, seed)
}

#[allow(clippy::cast_precision_loss, reason = "counts of sentences")]
fn ratio(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

fn accuracy(confusion: &[Vec<usize>]) -> f64 {
    let right = (0..confusion.len()).map(|i| confusion[i][i]).sum();
    ratio(right, confusion.iter().flatten().sum())
}

fn label_scores(confusion: &[Vec<usize>], i: usize) -> (f64, f64, f64) {
    let predicted: usize = confusion.iter().map(|row| row[i]).sum();
    let there: usize = confusion[i].iter().sum();
    let right = confusion[i][i];
    (ratio(right, predicted), ratio(right, there), ratio(2 * right, predicted + there))
}

#[allow(clippy::cast_precision_loss, reason = "labels are few")]
fn macro_f1(confusion: &[Vec<usize>]) -> f64 {
    let occurs =
        |&i: &usize| confusion[i].iter().sum::<usize>() + confusion.iter().map(|row| row[i]).sum::<usize>() > 0;
    let labels: Vec<usize> = (0..confusion.len()).filter(occurs).collect();
    labels.iter().map(|&i| label_scores(confusion, i).2).sum::<f64>() / labels.len().max(1) as f64
}

/// 95 % intervals of accuracy and macro-F1. Only the confusion matrix matters to both, so resampling
/// its cells is resampling the sentences.
fn bootstrap(confusion: &[Vec<usize>], seed: u64) -> ((f64, f64), (f64, f64)) {
    let k = confusion.len();
    let cells: Vec<usize> = confusion.iter().flatten().copied().collect();
    let n: usize = cells.iter().sum();
    if n == 0 {
        return ((0.0, 0.0), (0.0, 0.0));
    }
    let n = u32::try_from(n).expect("a corpus has far fewer than four billion sentences");
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
    // Which cell the i-th sentence lies in: in two bytes, for it is looked up a thousand times.
    let sentence_cells: Vec<u16> = (0..).zip(&cells).flat_map(|(cell, &n)| std::iter::repeat_n(cell, n)).collect();
    let (mut accuracies, mut f1s) = (Vec::new(), Vec::new());
    for _ in 0..RESAMPLES {
        let mut sample = vec![0; cells.len()];
        for _ in 0..n {
            sample[usize::from(sentence_cells[rng.random_range(0..n) as usize])] += 1;
        }
        let sample: Vec<Vec<usize>> = sample.chunks(k).map(<[usize]>::to_vec).collect();
        accuracies.push(accuracy(&sample));
        f1s.push(macro_f1(&sample));
    }
    let interval = |mut values: Vec<f64>| {
        values.sort_unstable_by(f64::total_cmp);
        (values[RESAMPLES / 40], values[RESAMPLES - 1 - RESAMPLES / 40])
    };
    (interval(accuracies), interval(f1s))
}

/// What is painted at `threshold`.
pub fn operating(judged: &[Judged<'_>], topic: &Topic, threshold: f64) -> Operating {
    let off_middle = |label: usize| topic.labels[label].pole != 0.0;
    let (mut painted, mut right, mut events, mut middles, mut left_alone) = (0, 0, 0, 0, 0);
    for &(truth, verdict) in judged {
        let paint = verdict.is_painted(topic, threshold);
        painted += usize::from(paint);
        right += usize::from(paint && verdict.label == truth);
        if off_middle(truth) {
            events += 1;
        } else {
            middles += 1;
            left_alone += usize::from(!paint);
        }
    }
    Operating {
        threshold,
        painted: ratio(painted, judged.len()),
        precision: if painted == 0 { 1.0 } else { ratio(right, painted) },
        recall: ratio(right, events),
        left_alone: if middles == 0 { 1.0 } else { ratio(left_alone, middles) },
    }
}

/// The smallest threshold in steps of 0.01 at which what is painted has this precision; if none has, the
/// most precise one.
pub fn threshold_for(judged: &[Judged<'_>], topic: &Topic, precision: f64) -> f64 {
    #[allow(clippy::cast_precision_loss, reason = "labels are few")]
    let chance = 1.0 / topic.labels.len() as f64;
    let candidates = (0..100).map(|i| f64::from(i) / 100.0).filter(|&t| t >= chance);
    let mut best = (0.0, 0.99);
    for threshold in candidates {
        let at = operating(judged, topic, threshold);
        if at.precision >= precision {
            return threshold;
        }
        if at.precision > best.0 {
            best = (at.precision, threshold);
        }
    }
    best.1
}
