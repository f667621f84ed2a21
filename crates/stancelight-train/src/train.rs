//! The whole of training: a corpus and a topic come in; a calibrated model and an honest report go out.
//!
//! Cross-validation does four jobs on the same folds: it picks the penalty along a regularisation path,
//! calibrates the probabilities, chooses the threshold, and measures the result. Calibration and
//! measurement use models fitted, pruned and rounded exactly as the final one and scored by the engine
//! itself. Outside data (from the topic file) is only ever trained on, never held out: what is measured is
//! the labelled data the caller named.

use crate::calibrate::Calibration;
use crate::compile::{FitOptions, fit, fit_model};
use crate::corpus::{Corpus, Row};
use crate::error::TrainError;
use crate::evaluate::{Estimate, Evaluation, Judged, evaluate, threshold_for};
use crate::folds;
use crate::learning_curve::{LearningPoint, learning_curve};
use crate::topic_file::{Threshold, TopicFile};
use crate::validate::Validation;
use crate::vocabulary::{Keep, Vocabulary, extract};
use stancelight::{Model, softmax};
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// How to train.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// How each model is fitted; its `l2` is used when `search` is off.
    pub fit: FitOptions,
    /// Pick the penalty by cross-validation.
    pub search: bool,
    /// Cross-validation folds, at least 2.
    pub folds: usize,
    /// Drives folds and intervals.
    pub seed: u64,
    /// Measure with parts of the rows as well.
    pub learning_curve: bool,
    /// Threads; the result does not depend on it.
    pub jobs: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self { fit: FitOptions::default(), search: true, folds: 5, seed: 1, learning_curve: false, jobs: 1 }
    }
}

/// A model and what was measured while making it.
#[derive(Clone, Debug)]
pub struct Trained {
    /// Calibrated, with its facts filled in.
    pub model: Model,
    /// Cross-validated figures.
    pub report: Report,
}

impl Trained {
    /// Whether the file of this name was trained on.
    pub fn uses(&self, source: &str) -> bool {
        self.report.sources.iter().any(|name| name == source)
    }
}

/// Cross-validated figures.
#[derive(Clone, Debug)]
pub struct Report {
    /// Every file that was read.
    pub sources: Vec<String>,
    /// Over all held-out rows.
    pub overall: Evaluation,
    /// Per file, where there are several.
    pub by_source: Vec<(String, Evaluation)>,
    /// By the number of labelled rows, where it was asked for.
    pub learning_curve: Vec<LearningPoint>,
    /// The penalty that was picked, and the mean log-loss of each that was tried.
    pub path: Vec<(f64, f64)>,
    /// The chosen penalty.
    pub l2: f64,
    /// Folds actually used.
    pub folds: usize,
    /// What a reader should be warned of.
    pub warnings: Vec<String>,
}

/// Penalties tried, strongest first: a factor of three apart, as wide as text ever needs.
const PATH: [f64; 7] = [10.0, 3.0, 1.0, 0.3, 0.1, 0.03, 0.01];

/// A fold's loss that has grown by this much from one penalty to the next will not come down again.
const WORSE: f64 = 1.02;

/// Fewer held-out sentences than this make a figure that no paper should quote.
const FEW: usize = 300;

/// Of fewer than this, resamples are too much alike for the bootstrap's interval to cover 95 %.
const TOO_FEW: usize = 50;

/// Trains a model. The first `held` rows of the corpus may be held out; the rest is outside data.
/// `progress` is told what is being done and how much of it is done.
///
/// # Errors
/// If the corpus is too small, lacks a label, or the learner refuses it.
pub fn train(
    corpus: &Corpus,
    held: usize,
    file: &TopicFile,
    options: &Options,
    progress: &(dyn Fn(&str, usize, usize) + Sync),
) -> Result<Trained, TrainError> {
    let topic = &file.topic;
    let labels = topic.labels.len();
    let rows: Vec<&Row> = corpus.rows.iter().collect();
    let (inside, outside) = rows.split_at(held.min(rows.len()));
    let groups = folds::inseparable(inside);
    let folds = folds::usable(inside, &groups, topic, options.folds)?;
    let mut warnings = folds::warnings(inside, &groups, topic, folds);
    let assigned = folds::assign(inside, groups, labels, folds, options.seed);
    let split = |fold: usize| -> (Vec<&Row>, Vec<usize>) {
        let train = inside.iter().zip(&assigned).filter(|(_, f)| **f != fold).map(|(row, _)| *row);
        let test = (0..inside.len()).filter(|&i| assigned[i] == fold).collect();
        (train.chain(outside.iter().copied()).collect(), test)
    };

    let mut fit_options = options.fit.clone();
    let mut path = Vec::new();
    if options.search {
        let losses = parallel(folds, options.jobs, "searching", progress, |fold| {
            let (train, test) = split(fold);
            path_losses(&train, &test.iter().map(|&i| inside[i]).collect::<Vec<_>>(), labels, &fit_options)
        })?;
        let total: f64 = inside.iter().map(|row| f64::from(row.weight)).sum();
        path = PATH.iter().enumerate().map(|(i, &l2)| (l2, losses.iter().map(|l| l[i]).sum::<f64>() / total)).collect();
        let best = path.iter().fold(path[0], |best, &tried| if tried.1 < best.1 { tried } else { best });
        fit_options.l2 = best.0;
    }

    let validation =
        Validation { inside, outside, assigned: &assigned, folds, topic, fit: &fit_options, jobs: options.jobs };
    let logits = validation.logits("validating", progress, |fold| validation.training(fold).collect())?;
    let targets: Vec<&[f32]> = inside.iter().map(|row| row.target.as_slice()).collect();
    let weights: Vec<f32> = inside.iter().map(|row| row.weight).collect();
    let calibration = Calibration::fit(&logits, &targets, &weights);

    progress("fitting", 0, 1);
    let mut model = fit_model(&rows, topic, &fit_options)?;
    progress("fitting", 1, 1);
    #[allow(clippy::cast_possible_truncation, reason = "models store f32")]
    for (k, shift) in calibration.shift.iter().enumerate() {
        model.linear.scale[k] = (f64::from(model.linear.scale[k]) / calibration.temperature) as f32;
        model.linear.bias[k] = (f64::from(model.linear.bias[k]) / calibration.temperature + shift) as f32;
    }

    let truths: Vec<usize> = inside.iter().map(|row| row.label()).collect();
    let mut verdicts = validation.verdicts(&logits);
    if let Threshold::Precision(precision) = file.threshold {
        let judged: Vec<Judged<'_>> = truths.iter().copied().zip(&verdicts).collect();
        #[allow(clippy::cast_possible_truncation, reason = "two decimals")]
        let threshold = threshold_for(&judged, topic, precision) as f32;
        model.topic.threshold = threshold;
        for verdict in &mut verdicts {
            verdict.sure = verdict.confidence() >= f64::from(threshold);
        }
    }
    let topic = &model.topic;
    let judged: Vec<Judged<'_>> = truths.iter().copied().zip(&verdicts).collect();
    let overall = evaluate(&judged, topic, options.seed);
    warnings.extend(doubts(&overall));
    let learning_curve = if options.learning_curve {
        learning_curve(&validation, overall.macro_f1, options.seed, progress)?
    } else {
        Vec::new()
    };
    let sources = inside.iter().map(|row| row.source).max().unwrap_or(0);
    let by_source = (0..=sources)
        .filter(|_| sources > 0)
        .map(|source| {
            let of: Vec<Judged<'_>> =
                judged.iter().zip(inside).filter(|(_, row)| row.source == source).map(|(j, _)| *j).collect();
            (corpus.sources[source].clone(), evaluate(&of, topic, options.seed))
        })
        .collect();
    let report = Report {
        sources: corpus.sources.clone(),
        overall,
        by_source,
        learning_curve,
        path,
        l2: fit_options.l2,
        folds,
        warnings,
    };
    model.facts = facts(corpus, held, &model, &report, options);
    Ok(Trained { model, report })
}

/// What too few sentences leave open, said with the interval that they leave it open by.
fn doubts(overall: &Evaluation) -> Vec<String> {
    let Evaluation { sentences, macro_f1: Estimate { value, low, high }, majority, .. } = overall;
    let mut out = Vec::new();
    if *sentences < FEW {
        let narrow = if *sentences < TOO_FEW { ", and so few make even the interval too narrow" } else { "" };
        out.push(format!(
            "only {sentences} labelled sentences: macro-F1 {value:.3} has a 95 % interval from {low:.3} to {high:.3}{narrow}; \
             label at least {FEW} before you rely on it"
        ));
    }
    if *low <= majority.macro_f1 {
        out.push(format!(
            "no better, as far as {sentences} sentences can tell, than always saying the most frequent label \
             (macro-F1 {:.3})",
            majority.macro_f1
        ));
    }
    out
}

/// The summed log-loss on `test` of each penalty of the path.
fn path_losses(train: &[&Row], test: &[&Row], labels: usize, options: &FitOptions) -> Result<Vec<f64>, TrainError> {
    let settings = &options.settings;
    let least = FitOptions::min_sentences(train.len());
    let vocabulary = Vocabulary::learn(train.iter().map(|row| row.text.as_str()), settings, least);
    let seen = extract(train.iter().map(|row| row.text.as_str()), settings, &vocabulary, &Keep::Frequent(least));
    let unseen = seen.project(test.iter().map(|row| row.text.as_str()), settings, &vocabulary);
    let mut warm_start = None;
    let mut losses: Vec<f64> = Vec::new();
    for l2 in PATH {
        // Past the valley every weaker penalty only fits noise, and takes longest.
        if let [.., before, last] = losses[..]
            && last > before * WORSE
        {
            losses.resize(PATH.len(), f64::INFINITY);
            break;
        }
        let options = FitOptions { l2, ..options.clone() };
        let fitted = fit(&seen.records, train, labels, &options, warm_start.take())?;
        let logits = fitted.logits(&unseen);
        let loss = logits.outer_iter().zip(test).map(|(logits, row)| {
            let p = softmax(&logits.to_vec());
            let each = p.iter().zip(&row.target).map(|(p, &t)| -f64::from(t) * libm::log(p.max(1e-15)));
            f64::from(row.weight) * each.sum::<f64>()
        });
        losses.push(loss.sum());
        warm_start = Some(fitted.coefficients().clone());
    }
    Ok(losses)
}

/// Runs `work` for `0..n` on `jobs` threads; results come back in order.
pub fn parallel<T: Send>(
    n: usize,
    jobs: usize,
    what: &str,
    progress: &(dyn Fn(&str, usize, usize) + Sync),
    work: impl Fn(usize) -> Result<T, TrainError> + Sync,
) -> Result<Vec<T>, TrainError> {
    let next = AtomicUsize::new(0);
    let done = AtomicUsize::new(0);
    let results: Vec<Mutex<Option<Result<T, TrainError>>>> = (0..n).map(|_| Mutex::new(None)).collect();
    progress(what, 0, n);
    std::thread::scope(|scope| {
        for _ in 0..jobs.clamp(1, n) {
            scope.spawn(|| {
                loop {
                    let i = next.fetch_add(1, Ordering::Relaxed);
                    let Some(slot) = results.get(i) else { return };
                    let result = work(i);
                    if let Ok(mut slot) = slot.lock() {
                        *slot = Some(result);
                    }
                    progress(what, done.fetch_add(1, Ordering::Relaxed) + 1, n);
                }
            });
        }
    });
    let take = |slot: Mutex<Option<_>>| slot.into_inner().ok().flatten().expect("every index was worked on");
    results.into_iter().map(take).collect()
}

/// What the model file says of its own making. Nothing here depends on when or where it was made.
fn facts(corpus: &Corpus, held: usize, model: &Model, report: &Report, options: &Options) -> Vec<(String, String)> {
    let topic = &model.topic;
    let mut counts = vec![0_usize; topic.labels.len()];
    for row in &corpus.rows[..held.min(corpus.rows.len())] {
        counts[row.label()] += 1;
    }
    let by_label: Vec<String> = topic.labels.iter().zip(&counts).map(|(l, n)| format!("{n} {}", l.name)).collect();
    let overall = &report.overall;
    let estimate = |e: &Estimate| format!("{:.3} [{:.3}, {:.3}]", e.value, e.low, e.high);
    let operating = &overall.operating;
    [
        ("trained by", format!("stancelight {}", env!("CARGO_PKG_VERSION"))),
        ("labelled sentences", format!("{} ({})", counts.iter().sum::<usize>(), by_label.join(", "))),
        ("outside sentences", (corpus.rows.len() - held.min(corpus.rows.len())).to_string()),
        ("sources", corpus.sources.join(", ")),
        ("features", model.features.len().to_string()),
        ("words", model.words.len().to_string()),
        ("l2 penalty", report.l2.to_string()),
        ("seed", options.seed.to_string()),
        ("cross-validation", format!("{} folds, near-duplicates in one", report.folds)),
        (
            "macro-F1",
            format!("{} against {:.3} for the majority label", estimate(&overall.macro_f1), overall.majority.macro_f1),
        ),
        (
            "accuracy",
            format!("{} against {:.3} for the majority label", estimate(&overall.accuracy), overall.majority.accuracy),
        ),
        ("calibration error (ECE)", format!("{:.3}", overall.ece)),
        ("Brier score", format!("{:.3} against {:.3} for the labels' shares", overall.brier, overall.prior.brier)),
        ("threshold", format!("{:.2}", topic.threshold)),
        (
            "at the threshold",
            format!(
                "precision {:.3} on the {:.1} % of sentences painted; {:.1} % of the middle left alone",
                operating.precision,
                100.0 * operating.painted,
                100.0 * operating.left_alone
            ),
        ),
    ]
    .map(|(name, value)| (name.to_owned(), value))
    .to_vec()
}
