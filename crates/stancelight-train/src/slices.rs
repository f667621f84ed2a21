//! Slices: rows and their verdicts come in, an evaluation of each kind of row goes out. A figure over all
//! sentences hides the kind a model fails on (Ribeiro et al., *Beyond Accuracy*, ACL 2020).

use crate::corpus::Row;
use crate::evaluate::{Evaluation, evaluate_rows};
use stancelight::{Topic, Verdict};
use std::collections::BTreeMap;

/// Evaluates the rows of each key apart, keys ascending; a row may have several. `clusters` as for [`evaluate_rows`].
pub fn slices<K: Ord, Keys: IntoIterator<Item = K>>(
    rows: &[&Row],
    verdicts: &[Verdict],
    clusters: Option<&[usize]>,
    topic: &Topic,
    seed: u64,
    keys: impl Fn(&Row) -> Keys,
) -> Vec<(K, Evaluation)> {
    let mut parts: BTreeMap<K, Vec<usize>> = BTreeMap::new();
    for (i, row) in rows.iter().enumerate() {
        for key in keys(row) {
            parts.entry(key).or_default().push(i);
        }
    }
    let evaluation = |part: &[usize]| {
        let rows: Vec<&Row> = part.iter().map(|&i| rows[i]).collect();
        let verdicts: Vec<Verdict> = part.iter().map(|&i| verdicts[i].clone()).collect();
        let clusters: Option<Vec<usize>> = clusters.map(|all| part.iter().map(|&i| all[i]).collect());
        evaluate_rows(&rows, &verdicts, clusters.as_deref(), topic, seed)
    };
    parts.into_iter().map(|(key, part)| (key, evaluation(&part))).collect()
}

/// Upper ends of the lengths that are told apart, in words; longer sentences are one slice more.
const LENGTHS: [usize; 4] = [9, 19, 29, 39];

/// Which slice of sentence lengths a text lies in, and what to call it.
pub fn length(text: &str) -> (usize, String) {
    let words = text.split_whitespace().count();
    let slice = LENGTHS.iter().take_while(|&&end| words > end).count();
    let begin = slice.checked_sub(1).map_or(1, |before| LENGTHS[before] + 1);
    let name = LENGTHS.get(slice).map_or_else(|| format!("{begin}+ words"), |end| format!("{begin}–{end} words"));
    (slice, name)
}

#[cfg(test)]
mod tests {
    use super::length;

    #[test]
    fn lengths_have_names() {
        for (words, name) in
            [(1, "1–9 words"), (9, "1–9 words"), (10, "10–19 words"), (39, "30–39 words"), (40, "40+ words")]
        {
            assert_eq!(length(&"word ".repeat(words)).1, name);
        }
    }
}
