//! The linear branch beside the transformer ("wide & deep", Cheng et al. 2016): the rows the transformer was taught and
//! those that judge come in; a linear scorer and what each of the two weighs go out.
//!
//! The two err differently: one knows words and pairs by heart, the other reads in context. Unlike Cheng et al. they are
//! learned one after the other, so that neither leaves to its neighbour what it could have learned; and then weighed
//! together, on sentences that neither was taught.

use crate::error::EncodeError;
use stancelight::encoder::EncoderWeights;
use stancelight::{Linear, Scorer, Topic};
use stancelight_train::calibrate::Calibration;
use stancelight_train::{FitOptions, HeldOut, Row, fit_model, logits};

/// Learns the linear scorer with the defaults, for a search would ask for folds of what the transformer was taught.
///
/// # Errors
/// If the learner refuses the rows.
pub fn learn(taught: &[&Row], topic: &Topic, jobs: usize) -> Result<Linear, EncodeError> {
    Ok(fit_model(taught, topic, &FitOptions { threads: jobs, ..FitOptions::default() })?)
}

/// Finds what the linear scorer weighs beside the transformer, whose logits `held` has, and adds its own to them.
/// Where it weighs nothing or less it is left out, and the transformer calibrated alone.
pub fn weigh(held: &mut HeldOut<'_>, linear: Linear, topic: &Topic) -> (Calibration, Option<Linear>) {
    let alone = held.logits.clone();
    append(&mut held.logits, &held.rows, &linear, topic);
    let calibration = held.calibration();
    if matches!(calibration.factors[..], [_, weight] if weight > 0.0) {
        return (calibration, Some(linear));
    }
    held.logits = alone;
    (held.calibration(), None)
}

/// Adds what the linear scorer says of rows to what the transformer does.
pub fn append(deep: &mut [Vec<f64>], rows: &[&Row], linear: &Linear, topic: &Topic) {
    let wide = logits(rows, Scorer::Linear(linear.clone()), topic);
    deep.iter_mut().zip(wide).for_each(|(deep, wide)| deep.extend(wide));
}

/// Makes the transformer's head and the branch give logits that add up to calibrated ones.
#[allow(clippy::cast_possible_truncation, reason = "models store f32")]
pub fn fold_in(calibration: &Calibration, weights: &mut EncoderWeights, branch: Option<&mut Linear>) {
    let times = |numbers: &mut [f32], factor: f64| {
        numbers.iter_mut().for_each(|x| *x = (f64::from(*x) * factor) as f32);
    };
    let head = &mut weights.head;
    times(&mut head.weights, calibration.factors[0]);
    for (bias, shift) in head.bias.iter_mut().zip(&calibration.shift) {
        *bias = (f64::from(*bias) * calibration.factors[0] + shift) as f32;
    }
    if let Some(linear) = branch {
        times(&mut linear.scale, calibration.factors[1]);
        times(&mut linear.bias, calibration.factors[1]);
    }
}

#[cfg(test)]
mod tests {
    use super::{fold_in, learn, weigh};
    use stancelight::encoder::{AffineWeights, EncoderWeights};
    use stancelight::{Label, Scorer, Topic, Underline};
    use stancelight_train::{HeldOut, Row, logits};

    fn topic() -> Topic {
        let label = |name: &str, pole| Label {
            name: name.into(),
            pole,
            color: "#0072b2".into(),
            color_dark: "#56b4e9".into(),
            underline: Underline::Solid,
            meaning: name.into(),
        };
        Topic {
            name: "toy".into(),
            title: "Toy".into(),
            question: "Which?".into(),
            labels: vec![label("good", 1.0), label("bad", -1.0)],
            threshold: 0.5,
            provenance: String::new(),
        }
    }

    /// Sentences of which one word decides and another half.
    fn rows() -> Vec<Row> {
        let row = |i: usize| {
            let good = i.is_multiple_of(2);
            let text = format!("we {} the {} today", ["met", "hit"][i % 2], ["port", "town", "ship"][i / 2 % 3]);
            let target = if good { vec![1.0, 0.0] } else { vec![0.0, 1.0] };
            Row { text, target, weight: 1.0, groups: Vec::new(), source: 0 }
        };
        (0..60).map(row).collect()
    }

    fn held<'a>(rows: &[&'a Row], logits: Vec<Vec<f64>>) -> HeldOut<'a> {
        let parts = (0..rows.len()).map(|i| i % 5).collect();
        HeldOut { rows: rows.to_vec(), logits, scorers: Vec::new(), clusters: (0..rows.len()).collect(), parts, of: 5 }
    }

    #[test]
    fn a_branch_that_knows_more_is_weighed_and_folded_in() {
        let (rows, topic) = (rows(), topic());
        let rows: Vec<&Row> = rows.iter().collect();
        let linear = learn(&rows, &topic, 1).unwrap();
        assert_eq!(linear, learn(&rows, &topic, 3).unwrap());
        // Another scorer that says something, but now and then the wrong thing.
        let deep = |i: usize| if i.is_multiple_of(7) { [0.3, 0.0] } else { [0.0, 0.3] };
        let deep: Vec<Vec<f64>> = (0..rows.len()).map(|i| deep(i).to_vec()).collect();
        let mut held = held(&rows, deep.clone());
        let (calibration, branch) = weigh(&mut held, linear.clone(), &topic);
        let mut branch = branch.unwrap();
        assert!(calibration.factors[1] > 0.5, "{calibration:?}");
        let mut weights = EncoderWeights {
            head: AffineWeights { weights: vec![2.0, -4.0], bias: vec![0.5, 1.0] },
            ..EncoderWeights::default()
        };
        fold_in(&calibration, &mut weights, Some(&mut branch));
        let expected = |x: f64, shift: f64| x * calibration.factors[0] + shift;
        let close = |a: f32, b: f64| assert!((f64::from(a) - b).abs() < 1e-6, "{a} is not {b}");
        close(weights.head.weights[1], expected(-4.0, 0.0));
        close(weights.head.bias[0], expected(0.5, calibration.shift[0]));
        // What the engine says of the branch now, with the transformer's part, are the calibrated logits.
        for ((branch, deep), both) in logits(&rows, Scorer::Linear(branch), &topic).iter().zip(&deep).zip(&held.logits)
        {
            for (k, calibrated) in calibration.apply(both).into_iter().enumerate() {
                assert!((branch[k] + expected(deep[k], calibration.shift[k]) - calibrated).abs() < 1e-6);
            }
        }
    }

    #[test]
    fn a_branch_that_misleads_is_left_out() {
        let (rows, topic) = (rows(), topic());
        let wrong: Vec<Row> =
            rows.iter().map(|row| Row { target: vec![row.target[1], row.target[0]], ..row.clone() }).collect();
        let linear = learn(&wrong.iter().collect::<Vec<_>>(), &topic, 1).unwrap();
        let rows: Vec<&Row> = rows.iter().collect();
        let deep: Vec<Vec<f64>> = rows.iter().map(|row| vec![f64::from(row.target[0]), 0.0]).collect();
        let mut held = held(&rows, deep.clone());
        let (calibration, branch) = weigh(&mut held, linear, &topic);
        assert_eq!((branch, calibration.factors.len(), &held.logits), (None, 1, &deep));
    }
}
