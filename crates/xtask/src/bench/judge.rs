//! Accuracy and macro-F1: the labels that are right and those a program gave come in; one place computes the
//! figures of every program.

use anyhow::{Context, Result, bail};
use serde::Deserialize;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// How well labels were guessed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Score {
    /// Part that is right.
    pub accuracy: f64,
    /// Mean over the labels of the harmonic mean of precision and recall.
    pub macro_f1: f64,
}

/// A row as any program writes it: peers a label, we a stance.
#[derive(Deserialize)]
struct Guess {
    label: String,
    stance: Option<Stance>,
}

#[derive(Deserialize)]
struct Stance {
    label: String,
}

/// Judges a file of guesses, one a row of `truths`.
pub fn judge(truths: &[String], guesses: &Path) -> Result<Score> {
    let read = || -> Result<Vec<String>> {
        let text = std::fs::read_to_string(guesses)?;
        let rows = text.lines().map(serde_json::from_str::<Guess>);
        Ok(rows
            .map(|row| row.map(|row| row.stance.map_or(row.label, |stance| stance.label)))
            .collect::<Result<_, _>>()?)
    };
    let guesses = read().with_context(|| format!("{} cannot be read", guesses.display()))?;
    if guesses.len() != truths.len() {
        bail!("{} guesses for {} sentences", guesses.len(), truths.len());
    }
    Ok(score(truths, &guesses))
}

#[allow(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
fn score(truths: &[String], guesses: &[String]) -> Score {
    let mut right: BTreeMap<&str, usize> = BTreeMap::new();
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    for (truth, guess) in truths.iter().zip(guesses) {
        *seen.entry(truth).or_default() += 1;
        *seen.entry(guess).or_default() += 1;
        if truth == guess {
            *right.entry(truth).or_default() += 1;
        }
    }
    // Only labels that occur: one that is guessed but never right is a label of F1 0.
    let labels: BTreeSet<&str> = seen.keys().copied().collect();
    let f1 = |label: &&str| 2.0 * right.get(*label).copied().unwrap_or(0) as f64 / seen[*label] as f64;
    Score {
        accuracy: right.values().sum::<usize>() as f64 / truths.len() as f64,
        macro_f1: labels.iter().map(f1).sum::<f64>() / labels.len() as f64,
    }
}

#[cfg(test)]
mod tests {
    use super::score;

    #[test]
    fn figures_by_hand() {
        let of = |text: &str| text.split(' ').map(String::from).collect::<Vec<_>>();
        let all = score(&of("a b c a"), &of("a b c a"));
        assert_eq!((all.accuracy, all.macro_f1), (1.0, 1.0));
        // a: precision 2/3, recall 1, F1 0.8; b: F1 0.
        let most = score(&of("a b a"), &of("a a a"));
        assert!((most.accuracy - 2.0 / 3.0).abs() < 1e-12 && (most.macro_f1 - 0.4).abs() < 1e-12);
    }
}
