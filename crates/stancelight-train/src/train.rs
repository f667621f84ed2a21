//! The whole of training: a corpus and a topic come in; a calibrated model and an honest report go out.
//!
//! Cross-validation does four jobs on the same folds: it picks the settings and the penalty
//! ([`crate::search`]), calibrates the probabilities, chooses the threshold, and measures the result.
//! Calibration and measurement use models fitted, pruned and rounded exactly as the final one and scored by
//! the engine itself. Outside data (from the topic file) is only ever trained on, never held out, and not
//! where it nearly repeats what is: what is measured is the labelled data the caller named. Where there are many rows,
//! some folds say as much as all. How sure the model may be of other text, [`crate::transfer`] says.

use crate::compile::{FitOptions, features_within, fit_model, length};
use crate::corpus::{Corpus, Row};
use crate::error::TrainError;
use crate::evaluate::{Evaluation, evaluate_rows};
use crate::folds::{self, Folds};
use crate::judge::{Judgement, facts, facts_length, judge};
use crate::learning_curve::{LearningPoint, learning_curve};
use crate::search::{Search, Split, search};
use crate::topic_file::TopicFile;
use crate::transfer::Transfer;
use crate::validate::{HeldOut, Validation, logits};
use serde::Serialize;
use stancelight::{Model, Scorer};
use std::time::{Duration, Instant};

/// How to train.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// How each model is fitted; what `search` does not change.
    pub fit: FitOptions,
    /// Pick settings and penalty by cross-validation.
    pub search: bool,
    /// Begin no further step of the search after this time. The model then depends on the machine's speed.
    pub budget: Option<Duration>,
    /// The model file's largest length; features are left out until it fits.
    pub max_bytes: Option<usize>,
    /// Cross-validation folds, at least 2; by default 5, or, where many rows are fitted without a search, a tenth held out
    /// once.
    pub folds: Option<usize>,
    /// Measure with parts of the rows as well.
    pub learning_curve: bool,
    /// Drives folds and intervals.
    pub seed: u64,
    /// Threads; the result does not depend on it.
    pub jobs: usize,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            fit: FitOptions::default(),
            search: true,
            budget: None,
            max_bytes: None,
            learning_curve: false,
            folds: None,
            seed: 1,
            jobs: 1,
        }
    }
}

/// Hears what is being done, how many parts of it are done, and of how many.
pub type Progress<'a> = dyn Fn(&str, usize, usize) + Sync + 'a;

/// A model and what was measured while making it.
#[derive(Clone, Debug)]
pub struct Trained {
    /// Calibrated, with its facts filled in.
    pub model: Model,
    /// Cross-validated figures.
    pub report: Report,
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
    /// What was tried.
    pub search: Search,
    /// What was chosen.
    pub fit: FitOptions,
    /// Folds the rows were dealt into.
    pub folds: usize,
    /// Folds that were held out.
    pub held_out: usize,
    /// So many sentences were held out and are not learned from by the model either; 0 if it learned from all in the end.
    pub spared: usize,
    /// Where a length was asked for: what models of more and of fewer features reach.
    pub sizes: Vec<Size>,
    /// What a reader should be warned of.
    pub warnings: Vec<String>,
}

/// What a model of some length reaches.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Size {
    /// How many features it has at most.
    pub features: usize,
    /// The file's length; the mean over the folds.
    pub bytes: usize,
    /// Macro-F1 on what was held out.
    pub macro_f1: f64,
}

/// So many held-out sentences tell two penalties apart, and give figures to a percent: no further fold is held out.
const ENOUGH: usize = 10_000;

/// Folds, if nobody says how many.
const FOLDS: usize = 5;

/// Trains a model. The first `held` rows of the corpus may be held out; the rest is outside data. To `calibrating`,
/// sentences of a source that is not learned from, the temperature is fitted; there may be none.
/// `progress` is told what is being done and how much of it is done.
///
/// # Errors
/// If the corpus is too small, lacks a label, or the learner refuses it.
pub fn train(
    corpus: &Corpus,
    held: usize,
    calibrating: &[&Row],
    file: &TopicFile,
    options: &Options,
    progress: &Progress<'_>,
) -> Result<Trained, TrainError> {
    let began = Instant::now();
    let topic = &file.topic;
    let labels = topic.labels.len();
    let rows: Vec<&Row> = corpus.rows.iter().collect();
    let (inside, outside) = rows.split_at(held.min(rows.len()));
    // Fitted once and without a search, a model of many rows is measured and calibrated on a tenth it never saw.
    let once = !options.search && options.folds.is_none() && inside.len() >= 2 * ENOUGH;
    let wanted = if once { 10 } else { options.folds.unwrap_or(FOLDS) };
    let Folds { count: folds, assigned, together, kin, mut warnings } =
        folds::deal(&rows, inside.len(), topic, wanted, options.seed)?;
    let held_out = if once { 1 } else { (ENOUGH * folds).div_ceil(inside.len()).min(folds) };

    // Decided once, on all rows: a part of them is then penalised as the whole is.
    let usual = FitOptions::penalty(rows.iter().map(|row| f64::from(row.weight)).sum());
    let l2 = Some(options.fit.l2.unwrap_or(usual));
    let mut fit_options = FitOptions { l2, threads: options.jobs, ..options.fit.clone() };
    let mut searched = Search::default();
    if options.search {
        let split = Split { rows: &rows, assigned: &assigned, kin: &kin, folds: 0..held_out };
        // A time without end is none.
        let until = options.budget.and_then(|budget| began.checked_add(budget));
        searched = search(&split, labels, &mut fit_options, options.jobs, until, progress)?;
        if searched.cut_short {
            warnings.push(format!(
                "the search was cut short after {} fits a fold; with more time it may find better, and on another \
                 machine something else",
                searched.trials.len()
            ));
        }
    }
    if let Some(bytes) = options.max_bytes {
        progress("sizing", 0, 1);
        let within = features_within(&rows, topic, &fit_options, bytes, facts_length(corpus, topic))?;
        fit_options.max_features = fit_options.max_features.min(within);
    }

    let validation = Validation {
        inside,
        outside,
        assigned: &assigned,
        together: &together,
        kin: &kin,
        folds,
        held_out,
        topic,
        jobs: options.jobs,
        progress,
    };
    let whole = |fold| validation.training(fold).collect();
    let mut validated = validation.run("validating", &fit_options, whole)?;
    let calibration = validated.calibration();

    progress("fitting", 0, 1);
    let mut linear = if once { validated.scorers.swap_remove(0) } else { fit_model(&rows, topic, &fit_options)? };
    progress("fitting", 1, 1);
    let said = logits(calibrating, Scorer::Linear(linear.clone()), topic);
    let transfer = Transfer::find(&validated, &calibration, calibrating, &said, file.prior.as_deref());
    let shipped = transfer.apply(&calibration);
    #[allow(clippy::cast_possible_truncation, reason = "models store f32")]
    for (k, shift) in shipped.shift.iter().enumerate() {
        linear.scale[k] = (f64::from(linear.scale[k]) * shipped.factors[0]) as f32;
        linear.bias[k] = (f64::from(linear.bias[k]) * shipped.factors[0] + shift) as f32;
    }

    let Judgement { topic, overall, by_source, warnings: doubts } =
        judge(&validated, &calibration, &transfer, file, &corpus.sources, options.seed);
    warnings.extend(doubts);
    let sizes = match options.max_bytes {
        Some(_) => sizes(&validation, &fit_options, &validated, &transfer)?,
        None => Vec::new(),
    };
    let learning_curve = match options.learning_curve {
        true => learning_curve(&validation, &fit_options, overall.macro_f1, &transfer, options.seed)?,
        false => Vec::new(),
    };
    let report = Report {
        sources: corpus.sources.clone(),
        overall,
        by_source,
        learning_curve,
        search: searched,
        fit: fit_options,
        folds,
        held_out,
        spared: if once { validated.rows.len() } else { 0 },
        sizes,
        warnings,
    };
    let own = [
        ("features", linear.features.len().to_string()),
        ("words", linear.words.len().to_string()),
        ("feature kinds", kinds(&report.fit).to_owned()),
        ("l2 penalty", report.fit.l2.unwrap_or(usual).to_string()),
        ("seed", options.seed.to_string()),
        ("cross-validation", report.validation()),
    ];
    let own = own.into_iter().chain(transfer.facts(&topic));
    let facts = facts(corpus, held, &topic, &report.overall, own);
    Ok(Trained { model: Model { topic, facts, scorer: Scorer::Linear(linear) }, report })
}

/// What a quarter, a half and twice the features would reach beside those that were kept.
fn sizes(
    validation: &Validation<'_>,
    fit: &FitOptions,
    whole: &HeldOut<'_>,
    transfer: &Transfer,
) -> Result<Vec<Size>, TrainError> {
    let most = fit.max_features;
    let mut out = Vec::new();
    for features in [most / 4, most / 2, most, most * 2] {
        let fit = FitOptions { max_features: features, ..fit.clone() };
        let other = if features == most {
            None
        } else {
            Some(validation.run("comparing sizes", &fit, |fold| validation.training(fold).collect())?)
        };
        let held = other.as_ref().unwrap_or(whole);
        let bytes: usize = held.scorers.iter().map(|linear| length(validation.topic, linear.clone())).sum();
        let verdicts = held.verdicts(validation.topic, &held.calibration(), transfer);
        let macro_f1 = evaluate_rows(&held.rows, &verdicts, None, validation.topic, 1).macro_f1;
        out.push(Size { features, bytes: bytes / held.scorers.len().max(1), macro_f1: macro_f1.value });
    }
    Ok(out)
}

impl Report {
    /// How the figures were got, in words.
    pub fn validation(&self) -> String {
        match self.held_out {
            _ if self.spared > 0 => format!("{} sentences held out and not learned from", self.spared),
            all if all == self.folds => format!("{all}-fold cross-validation"),
            some => format!("{some} of {} folds held out", self.folds),
        }
    }
}

fn kinds(fit: &FitOptions) -> &'static str {
    match (fit.settings.pairs, fit.settings.length_norm) {
        (true, true) => "words and pairs of neighbours, scaled by length",
        (true, false) => "words and pairs of neighbours",
        (false, true) => "words, scaled by length",
        (false, false) => "words",
    }
}
