//! Held-out verdicts: rows and their folds come in; what models fitted, pruned and rounded exactly as the
//! final one say of the rows they were not fitted on goes out.

use crate::calibrate::Calibration;
use crate::compile::{FitOptions, fit_model, uncalibrated};
use crate::corpus::Row;
use crate::error::TrainError;
use crate::parallel::parallel;
use crate::train::Progress;
use crate::transfer::Transfer;
use stancelight::{Linear, Predictor, Scorer, Topic, Verdict, score_all};

/// One cross-validation: everything that stays the same whatever is trained on and however.
pub struct Validation<'a> {
    /// May be held out.
    pub inside: &'a [&'a Row],
    /// Only ever trained on.
    pub outside: &'a [&'a Row],
    /// The fold of each inside row, `0..folds`.
    pub assigned: &'a [usize],
    /// Which inside rows hang together: a number for each, the same for those of one group and near-repeats.
    pub together: &'a [usize],
    /// The folds of the inside rows that an outside row nearly repeats or was made of.
    pub kin: &'a [Vec<usize>],
    pub folds: usize,
    /// The first so many folds are held out, one after the other.
    pub held_out: usize,
    pub topic: &'a Topic,
    pub jobs: usize,
    pub progress: &'a Progress<'a>,
}

/// The rows that were held out, in the corpus' order, and what was said of them.
pub struct HeldOut<'a> {
    /// The rows.
    pub rows: Vec<&'a Row>,
    /// What was said of each, not yet calibrated: one logit a label, of several scorers one after the other.
    pub logits: Vec<Vec<f64>>,
    /// The scorer of each fold that was held out, where they are linear.
    pub scorers: Vec<Linear>,
    /// Which rows hang together: a number for each, the same for those of one group and near-repeats.
    pub clusters: Vec<usize>,
    /// Which part each row is in when calibrating for measurement, `0..of`.
    pub parts: Vec<usize>,
    /// How many parts.
    pub of: usize,
}

impl<'a> Validation<'a> {
    /// The inside rows that a fold's model may be fitted on.
    pub fn training(&self, fold: usize) -> impl Iterator<Item = usize> {
        (0..self.inside.len()).filter(move |&i| self.assigned[i] != fold)
    }

    /// Fits a model for each held-out fold on the outside rows and on those inside rows that `choose` gives.
    pub fn run(
        &self,
        what: &str,
        fit: &FitOptions,
        choose: impl Fn(usize) -> Vec<usize> + Sync,
    ) -> Result<HeldOut<'a>, TrainError> {
        (self.progress)(what, 0, self.held_out);
        let finished = |done| (self.progress)(what, done, self.held_out);
        // Threads that have no fold of their own share one.
        let fit = FitOptions { threads: (self.jobs / self.held_out.max(1)).max(1), ..fit.clone() };
        let by_fold = parallel(self.held_out, self.jobs, finished, |fold| {
            let chosen = choose(fold).into_iter().map(|i| self.inside[i]);
            let outside =
                self.outside.iter().zip(self.kin).filter(|(_, kin)| !kin.contains(&fold)).map(|(row, _)| *row);
            let train: Vec<&Row> = chosen.chain(outside).collect();
            let linear = fit_model(&train, self.topic, &fit)?;
            let test: Vec<usize> = (0..self.inside.len()).filter(|&i| self.assigned[i] == fold).collect();
            let rows: Vec<&Row> = test.iter().map(|&i| self.inside[i]).collect();
            let said = logits(&rows, Scorer::Linear(linear.clone()), self.topic);
            Ok((linear, test.into_iter().zip(said).collect::<Vec<_>>()))
        })?;
        let (scorers, logits): (Vec<Linear>, Vec<_>) = by_fold.into_iter().unzip();
        let mut logits: Vec<(usize, Vec<f64>)> = logits.into_iter().flatten().collect();
        logits.sort_unstable_by_key(|(i, _)| *i);
        // Of a single fold every so-many-th sentence is a part.
        let parts = logits.iter().enumerate().map(|(n, (i, _))| match self.held_out {
            1 => n % self.folds,
            _ => self.assigned[*i],
        });
        Ok(HeldOut {
            parts: parts.collect(),
            of: self.folds,
            rows: logits.iter().map(|(i, _)| self.inside[*i]).collect(),
            clusters: logits.iter().map(|(i, _)| self.together[*i]).collect(),
            logits: logits.into_iter().map(|(_, logits)| logits).collect(),
            scorers,
        })
    }
}

/// What the engine says of rows with a scorer, one logit a label.
pub fn logits(rows: &[&Row], scorer: Scorer, topic: &Topic) -> Vec<Vec<f64>> {
    let predictor = Predictor::new(uncalibrated(topic, scorer));
    score_all(rows.iter().map(|row| row.text.as_str()), &predictor).map(|verdict| verdict.logits).collect()
}

pub(crate) fn targets<'a>(rows: &[&'a Row]) -> Vec<&'a [f32]> {
    rows.iter().map(|row| row.target.as_slice()).collect()
}

pub(crate) fn weights(rows: &[&Row]) -> Vec<f32> {
    rows.iter().map(|row| row.weight).collect()
}

impl HeldOut<'_> {
    /// Leaves the first `n` rows.
    pub fn truncate(&mut self, n: usize) {
        self.rows.truncate(n);
        self.logits.truncate(n);
        self.parts.truncate(n);
        self.clusters.truncate(n);
    }

    /// What makes all these logits honest.
    pub fn calibration(&self) -> Calibration {
        let labels = self.rows.first().map_or(0, |row| row.target.len());
        let scorers = self.logits.first().map_or(1, |logits| logits.len() / labels.max(1));
        self.calibration_on(&Calibration::mean(scorers, labels), |_| true)
    }

    fn calibration_on(&self, start: &Calibration, keep: impl Fn(usize) -> bool) -> Calibration {
        let kept: Vec<usize> = (0..self.rows.len()).filter(|&i| keep(i)).collect();
        let logits: Vec<&[f64]> = kept.iter().map(|&i| self.logits[i].as_slice()).collect();
        let rows: Vec<&Row> = kept.iter().map(|&i| self.rows[i]).collect();
        Calibration::fit(start, &logits, &targets(&rows), &weights(&rows))
    }

    /// Verdicts for measuring: each part calibrated on the other parts only, so that the reliability figures
    /// never saw what they are measured on. `whole` is the calibration on all: where to begin does not matter for where
    /// it ends, and from there it is not far. All are changed by `transfer`.
    pub fn verdicts(&self, topic: &Topic, whole: &Calibration, transfer: &Transfer) -> Vec<Verdict> {
        let calibrations: Vec<Calibration> =
            (0..self.of).map(|part| transfer.apply(&self.calibration_on(whole, |i| self.parts[i] != part))).collect();
        let each = self.logits.iter().zip(&self.parts);
        each.map(|(logits, &part)| Verdict::from_logits(calibrations[part].apply(logits), topic)).collect()
    }
}
