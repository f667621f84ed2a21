//! Picks how to fit: rows in folds come in, the settings and the penalty with the least held-out log-loss
//! go out, with everything that was tried.
//!
//! For each way of making features (pairs or words alone; scaled by length or not) a regularisation path is
//! walked from the strongest penalty to the weakest, each fit beginning at the one before. Features are
//! extracted once: a fold is held out by weighing its rows nothing, so nothing is copied. The words to know
//! are decided on all rows, without their labels; the figures that are reported come from folds that did
//! not even share these.

use crate::compile::{FitOptions, Targets, fit};
use crate::corpus::Row;
use crate::error::TrainError;
use crate::extract::{Keep, extract};
use crate::parallel::parallel;
use crate::train::Progress;
use crate::vocabulary::Vocabulary;
use ndarray::Array2;
use serde::Serialize;
use stancelight::feature::Settings;
use stancelight::softmax;
use std::sync::Mutex;
use std::time::Instant;

/// One way of fitting, and how well it did.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Trial {
    /// Neighbouring words are features.
    pub pairs: bool,
    /// Scores are divided by the square root of the sentence's length.
    pub length_norm: bool,
    /// The penalty on squared weights.
    pub l2: f64,
    /// Mean held-out log-loss.
    pub loss: f64,
}

/// What a search found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Search {
    /// In the order they were tried.
    pub trials: Vec<Trial>,
    /// The time ran out before all were tried.
    pub cut_short: bool,
}

/// Penalties tried, strongest first: a factor of three apart, as wide as text ever needs. Of very many rows all of
/// them are so much stronger as the usual one is.
const PATH: [f64; 7] = [10.0, 3.0, 1.0, 0.3, 0.1, 0.03, 0.01];

/// A loss that has grown by this much from one penalty to the next will not come down again.
const WORSE: f64 = 1.02;

/// Settings must beat the ones before by this much to replace them: less is chance.
const BETTER: f64 = 0.995;

/// The rows to search on.
pub struct Split<'a> {
    /// Rows that may be held out, then rows that never are.
    pub rows: &'a [&'a Row],
    /// The fold of each row that may be held out.
    pub assigned: &'a [usize],
    /// Of each row that never is, the folds of the rows it nearly repeats or was made of.
    pub kin: &'a [Vec<usize>],
    /// The folds to hold out, one after the other.
    pub folds: std::ops::Range<usize>,
}

/// Walks the paths and changes `options` to what did best.
///
/// # Errors
/// If the learner refuses the data.
pub fn search(
    split: &Split<'_>,
    labels: usize,
    options: &mut FitOptions,
    jobs: usize,
    until: Option<Instant>,
    progress: &Progress<'_>,
) -> Result<Search, TrainError> {
    // What the caller has left out stays out.
    let given = options.settings.clone();
    let alternatives = [Settings { pairs: false, ..given.clone() }, Settings { length_norm: false, ..given.clone() }];
    let candidates: Vec<Settings> =
        std::iter::once(given.clone()).chain(alternatives.into_iter().filter(|other| *other != given)).collect();
    let mut found = Search::default();
    let mut best = f64::INFINITY;
    for (i, settings) in candidates.iter().enumerate() {
        let trial = FitOptions { settings: settings.clone(), ..options.clone() };
        let done = (i * PATH.len(), candidates.len() * PATH.len());
        let (losses, finished) = walk(split, labels, &trial, jobs, until, (best, done), progress)?;
        let (pairs, length_norm) = (settings.pairs, settings.length_norm);
        found.trials.extend(losses.iter().map(|&(l2, loss)| Trial { pairs, length_norm, l2, loss }));
        let least = losses.iter().copied().reduce(|a, b| if b.1 < a.1 { b } else { a });
        if let Some((l2, loss)) = least
            && (loss < best * BETTER || best.is_infinite())
        {
            // A path that was cut while the loss still fell says only that the penalty is no stronger.
            let falling = !finished && losses.last().is_some_and(|last| last.0 == l2);
            options.l2 = Some(if falling { options.l2.map_or(l2, |usual| l2.min(usual)) } else { l2 });
            options.settings = settings.clone();
            best = loss;
        }
        if !finished {
            found.cut_short = true;
            break;
        }
    }
    Ok(found)
}

/// The mean held-out loss of each penalty, and whether time sufficed.
fn walk(
    split: &Split<'_>,
    labels: usize,
    options: &FitOptions,
    jobs: usize,
    until: Option<Instant>,
    (best_before, (done, all)): (f64, (usize, usize)),
    progress: &Progress<'_>,
) -> Result<(Vec<(f64, f64)>, bool), TrainError> {
    let over = || until.is_some_and(|until| Instant::now() >= until);
    if over() {
        return Ok((Vec::new(), false));
    }
    let texts = || split.rows.iter().map(|row| row.text.as_str());
    let least = FitOptions::min_sentences(split.rows.len());
    let vocabulary = Vocabulary::learn(texts(), &options.settings, least);
    let records = extract(texts(), &options.settings, &vocabulary, &Keep::Frequent(least)).records;
    let targets = Targets::of(split.rows, labels);
    let held = |fold: usize| (0..split.assigned.len()).filter(move |&i| split.assigned[i] == fold);
    let total: f64 = split.folds.clone().flat_map(held).map(|i| f64::from(split.rows[i].weight)).sum();
    let warm_starts: Vec<Mutex<Option<Array2<f64>>>> = split.folds.clone().map(|_| Mutex::new(None)).collect();
    let mut losses: Vec<(f64, f64)> = Vec::new();
    let stronger = FitOptions::stronger(targets.weight());
    for (step, l2) in PATH.map(|l2| l2 * stronger).into_iter().enumerate() {
        let best = losses.iter().fold(best_before, |best, tried| best.min(tried.1));
        let so_far = if best.is_finite() { format!("searching, best log-loss {best:.3}") } else { "searching".into() };
        progress(&so_far, done + step, all);
        if over() {
            return Ok((losses, false));
        }
        let threads = (jobs / split.folds.len().max(1)).max(1);
        let options = FitOptions { l2: Some(l2), threads, ..options.clone() };
        let by_fold = parallel(
            split.folds.len(),
            jobs,
            |_| {},
            |i| {
                let fold = split.folds.start + i;
                let mut targets = targets.clone();
                let outside = split.assigned.len()..;
                let kin = outside.zip(split.kin).filter(|(_, kin)| kin.contains(&fold)).map(|(i, _)| i);
                held(fold).chain(kin).for_each(|i| targets.weights[i] = 0.0);
                let mut warm_start = warm_starts[i].lock().map_err(|_| TrainError::Corpus("a fit failed".into()))?;
                let fitted = fit(&records, &targets, &options, warm_start.take())?;
                let mut loss = 0.0;
                for i in held(fold) {
                    let p = softmax(&fitted.sample_logits(records.matrix(), i));
                    let each =
                        p.iter().zip(&split.rows[i].target).map(|(p, &t)| -f64::from(t) * libm::log(p.max(1e-15)));
                    loss += f64::from(split.rows[i].weight) * each.sum::<f64>();
                }
                *warm_start = Some(fitted.into_coefficients());
                Ok(loss)
            },
        )?;
        let loss = by_fold.iter().sum::<f64>() / total;
        let past = losses.last().is_some_and(|before| loss > before.1 * WORSE);
        losses.push((l2, loss));
        // Past the valley every weaker penalty only fits noise, and takes longest.
        if past {
            break;
        }
    }
    Ok((losses, true))
}
