//! From the source that a model learned from to the text it is for: a calibration on folds comes in, with sentences of
//! another source and the shares of the labels that are expected there; what that changes goes out.
//!
//! Folds are of the same source as what was learned from, and a model is less often right elsewhere: a last temperature is
//! fitted to sentences of another source. And a corpus is rarely made with as many sentences of each label as there are in
//! the text that is read: the logits move by what the logarithms of these shares differ by (Saerens, Latinne and
//! Decaestecker, *Adjusting the Outputs of a Classifier to New a Priori Probabilities*, Neural Computation 2002).

use crate::calibrate::{Calibration, temperature};
use crate::corpus::Row;
use crate::validate::{HeldOut, targets, weights};
use stancelight::Topic;

/// What changes of a calibration.
#[derive(Clone, Debug, PartialEq)]
pub struct Transfer {
    /// What all logits are divided by.
    temperature: f64,
    /// How many sentences it was found on.
    sentences: usize,
    /// The expected share of each label and its share among the rows that were calibrated on.
    shares: Option<Vec<(f64, f64)>>,
}

impl Transfer {
    /// `whole` is the calibration on all of `held`; the scorers said `logits` of the rows of another source,
    /// `calibrating`, of which there may be none; `prior` has the expected shares of the labels, which add up to 1.
    pub fn find(
        held: &HeldOut<'_>,
        whole: &Calibration,
        calibrating: &[&Row],
        logits: &[Vec<f64>],
        prior: Option<&[f64]>,
    ) -> Self {
        let calibrated: Vec<Vec<f64>> = logits.iter().map(|logits| whole.apply(logits)).collect();
        let calibrated: Vec<&[f64]> = calibrated.iter().map(Vec::as_slice).collect();
        Self {
            temperature: temperature(&calibrated, &targets(calibrating), &weights(calibrating)),
            sentences: calibrating.len(),
            shares: prior.map(|prior| prior.iter().copied().zip(shares(&held.rows, prior.len())).collect()),
        }
    }

    /// The calibration after the change.
    pub fn apply(&self, calibration: &Calibration) -> Calibration {
        let divided = |numbers: &[f64]| -> Vec<f64> { numbers.iter().map(|x| x / self.temperature).collect() };
        let mut shift = divided(&calibration.shift);
        if let Some(shares) = &self.shares {
            let moves: Vec<f64> = shares.iter().map(|(prior, share)| libm::log(prior / share)).collect();
            #[allow(clippy::cast_precision_loss, reason = "labels are few")]
            let mean = moves.iter().sum::<f64>() / moves.len() as f64;
            shift.iter_mut().zip(&moves).for_each(|(shift, by)| *shift += by - mean);
        }
        Calibration { factors: divided(&calibration.factors), shift }
    }

    /// What a model file tells of it.
    pub fn facts(&self, topic: &Topic) -> impl Iterator<Item = (&'static str, String)> {
        let temperature = (self.sentences > 0).then(|| {
            let Self { temperature, sentences, .. } = self;
            (
                "temperature",
                format!("{temperature:.2}, found on {sentences} sentences kept from learning and the folds"),
            )
        });
        let prior = self.shares.as_ref().map(|shares| {
            let each = topic.labels.iter().zip(shares);
            let expected: Vec<String> = each.map(|(label, (prior, _))| format!("{} {prior}", label.name)).collect();
            let found: Vec<String> = shares.iter().map(|(_, share)| format!("{share:.2}")).collect();
            ("prior", format!("{}; of the sentences calibrated on {}", expected.join(", "), found.join(", ")))
        });
        temperature.into_iter().chain(prior)
    }
}

/// The labels' shares of the rows' weight; none is nothing.
fn shares(rows: &[&Row], labels: usize) -> Vec<f64> {
    let mut sums = vec![0.5; labels];
    for row in rows {
        for (sum, &p) in sums.iter_mut().zip(&row.target) {
            *sum += f64::from(row.weight) * f64::from(p);
        }
    }
    let all: f64 = sums.iter().sum();
    sums.into_iter().map(|sum| sum / all).collect()
}

#[cfg(test)]
mod tests {
    use super::Transfer;
    use crate::calibrate::Calibration;
    use crate::corpus::Row;
    use crate::validate::HeldOut;

    fn row(label: usize) -> Row {
        let target = (0..3).map(|k| if k == label { 1.0 } else { 0.0 }).collect();
        Row { text: String::new(), target, weight: 1.0, groups: Vec::new(), source: 0 }
    }

    #[test]
    fn a_sentence_that_says_nothing_has_the_expected_shares() {
        // As the folds are, such a sentence has their shares: 1, 8, 1 of ten.
        let rows: Vec<Row> = [0, 1, 1, 1, 1, 1, 1, 1, 1, 2].repeat(1000).into_iter().map(row).collect();
        let rows: Vec<&Row> = rows.iter().collect();
        let whole = Calibration { factors: vec![1.0], shift: vec![0.1_f64.ln(), 0.8_f64.ln(), 0.1_f64.ln()] };
        let held = HeldOut {
            logits: vec![vec![0.0; 3]; rows.len()],
            scorers: Vec::new(),
            clusters: (0..rows.len()).collect(),
            parts: Vec::new(),
            of: 1,
            rows,
        };
        let prior = [0.3, 0.5, 0.2];
        let transfer = Transfer::find(&held, &whole, &[], &[], Some(&prior));
        let found = stancelight::softmax(&transfer.apply(&whole).apply(&[0.0; 3]));
        for (found, prior) in found.iter().zip(prior) {
            assert!((found - prior).abs() < 1e-3, "{found} is not {prior}");
        }
        assert_eq!(Transfer::find(&held, &whole, &[], &[], None).apply(&whole), whole);
    }
}
