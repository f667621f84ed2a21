//! The learning curve: the same cross-validation with growing parts of the labelled rows, to tell whether
//! more of them would help. Each part holds the one before; what is held out, the outside data and the
//! penalty stay the same, so that nothing but the number of labelled rows differs.

use crate::compile::FitOptions;
use crate::error::TrainError;
use crate::evaluate::{Estimate, evaluate_rows};
use crate::transfer::Transfer;
use crate::validate::Validation;
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_xoshiro::Xoshiro256PlusPlus;
use serde::Serialize;

/// One point of the curve.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct LearningPoint {
    /// Labelled rows that a fold's model was fitted on, the mean over folds.
    pub sentences: usize,
    /// Their share of all that it could have been fitted on.
    pub share: f64,
    /// What it scored on all rows.
    pub macro_f1: Estimate,
}

/// The parts in hundredths; the whole comes last and is what training measures anyway.
const PARTS: [usize; 5] = [10, 20, 40, 60, 80];

/// Measures every part; `whole` is what all rows gave.
pub fn learning_curve(
    validation: &Validation<'_>,
    fit: &FitOptions,
    whole: Estimate,
    transfer: &Transfer,
    seed: u64,
) -> Result<Vec<LearningPoint>, TrainError> {
    let mut order: Vec<usize> = (0..validation.inside.len()).collect();
    order.shuffle(&mut Xoshiro256PlusPlus::seed_from_u64(seed));
    let point = |hundredths: usize, macro_f1| {
        let rows: usize = (0..validation.held_out).map(|fold| part(validation, &order, fold, hundredths).len()).sum();
        #[allow(clippy::cast_precision_loss, reason = "at most a hundred")]
        let share = hundredths as f64 / 100.0;
        LearningPoint { sentences: rows / validation.held_out, share, macro_f1 }
    };
    let measured = PARTS.into_iter().map(|hundredths| {
        let what = format!("{hundredths} %");
        let held = validation.run(&what, fit, |fold| part(validation, &order, fold, hundredths))?;
        let verdicts = held.verdicts(validation.topic, &held.calibration(), transfer);
        let evaluation = evaluate_rows(&held.rows, &verdicts, Some(&held.clusters), validation.topic, seed);
        Ok(point(hundredths, evaluation.macro_f1))
    });
    let mut points: Vec<LearningPoint> = measured.collect::<Result<_, TrainError>>()?;
    points.push(point(100, whole));
    Ok(points)
}

/// The first hundredths, by `order`, of each label's rows that a fold's model may be fitted on; at least one of each.
fn part(validation: &Validation<'_>, order: &[usize], fold: usize, hundredths: usize) -> Vec<usize> {
    let mut by_label = vec![Vec::new(); validation.topic.labels.len()];
    for &i in order.iter().filter(|&&i| validation.assigned[i] != fold) {
        by_label[validation.inside[i].label()].push(i);
    }
    let first = |rows: &Vec<usize>| rows[..(rows.len() * hundredths).div_ceil(100)].to_vec();
    let mut rows: Vec<usize> = by_label.iter().flat_map(first).collect();
    rows.sort_unstable();
    rows
}
