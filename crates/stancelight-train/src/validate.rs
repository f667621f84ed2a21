//! Held-out verdicts: rows and their folds come in; what models fitted, pruned and rounded exactly as the
//! final one say of the rows they were not fitted on goes out.

use crate::calibrate::Calibration;
use crate::compile::{FitOptions, fit_model};
use crate::corpus::Row;
use crate::error::TrainError;
use crate::train::parallel;
use stancelight::{Predictor, Topic, Verdict, score_all};

/// One cross-validation: everything that stays the same whatever part of the rows is trained on.
pub struct Validation<'a> {
    /// May be held out.
    pub inside: &'a [&'a Row],
    /// Only ever trained on.
    pub outside: &'a [&'a Row],
    /// The fold of each inside row, `0..folds`.
    pub assigned: &'a [usize],
    pub folds: usize,
    pub topic: &'a Topic,
    pub fit: &'a FitOptions,
    pub jobs: usize,
}

impl Validation<'_> {
    /// The inside rows that a fold's model may be fitted on.
    pub fn training(&self, fold: usize) -> impl Iterator<Item = usize> {
        (0..self.inside.len()).filter(move |&i| self.assigned[i] != fold)
    }

    /// Each inside row's logits from the model of its fold, fitted on the outside rows and on those inside
    /// rows that `choose` gives.
    pub fn logits(
        &self,
        what: &str,
        progress: &(dyn Fn(&str, usize, usize) + Sync),
        choose: impl Fn(usize) -> Vec<usize> + Sync,
    ) -> Result<Vec<Vec<f64>>, TrainError> {
        let scored = parallel(self.folds, self.jobs, what, progress, |fold| {
            let train: Vec<&Row> =
                choose(fold).into_iter().map(|i| self.inside[i]).chain(self.outside.iter().copied()).collect();
            let predictor = Predictor::new(fit_model(&train, self.topic, self.fit)?);
            let test: Vec<usize> = (0..self.inside.len()).filter(|&i| self.assigned[i] == fold).collect();
            let verdicts: Vec<Verdict> =
                score_all(test.iter().map(|&i| self.inside[i].text.as_str()), &predictor).collect();
            Ok(test.into_iter().zip(verdicts).collect::<Vec<_>>())
        })?;
        let mut logits = vec![Vec::new(); self.inside.len()];
        for (i, verdict) in scored.into_iter().flatten() {
            logits[i] = verdict.logits;
        }
        Ok(logits)
    }

    /// Verdicts for measuring: each fold calibrated on the other folds only, so that the reliability figures
    /// never saw what they are measured on.
    pub fn verdicts(&self, logits: &[Vec<f64>]) -> Vec<Verdict> {
        let calibrations: Vec<Calibration> = (0..self.folds)
            .map(|fold| {
                let others: Vec<usize> = self.training(fold).collect();
                let z: Vec<Vec<f64>> = others.iter().map(|&i| logits[i].clone()).collect();
                let t: Vec<&[f32]> = others.iter().map(|&i| self.inside[i].target.as_slice()).collect();
                let w: Vec<f32> = others.iter().map(|&i| self.inside[i].weight).collect();
                Calibration::fit(&z, &t, &w)
            })
            .collect();
        let each = logits.iter().zip(self.assigned);
        each.map(|(z, &fold)| Verdict::from_logits(calibrations[fold].apply(z), self.topic)).collect()
    }
}
