//! Cross-validation folds that do not flatter: rows of one group, and rows with the same words, always
//! stand in the same fold; labels are spread evenly.

use crate::corpus::{Row, normalise};
use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_xoshiro::Xoshiro256PlusPlus;
use std::collections::BTreeMap;

/// The fold of each row, `0..folds`.
pub fn assign(rows: &[&Row], labels: usize, folds: usize, seed: u64) -> Vec<usize> {
    let mut groups: BTreeMap<String, Vec<usize>> = BTreeMap::new();
    for (i, row) in rows.iter().enumerate() {
        // A space cannot begin a normalised text, so a group never meets one by accident.
        let key = row.group.as_ref().map_or_else(|| normalise(&row.text), |group| format!(" {} {group}", row.source));
        groups.entry(key).or_default().push(i);
    }
    let mut groups: Vec<Vec<usize>> = groups.into_values().collect();
    groups.shuffle(&mut Xoshiro256PlusPlus::seed_from_u64(seed));
    // Large groups first: the small ones then even out what those left uneven.
    groups.sort_by_key(|group| std::cmp::Reverse(group.len()));
    let mut sizes = vec![vec![0_usize; labels + 1]; folds];
    let mut out = vec![0; rows.len()];
    for group in groups {
        let label = rows[group[0]].label();
        let fold = (0..folds).min_by_key(|&f| (sizes[f][label], sizes[f][labels])).unwrap_or(0);
        for i in group {
            out[i] = fold;
            sizes[fold][rows[i].label()] += 1;
            sizes[fold][labels] += 1;
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{Row, assign};

    fn row(text: &str, label: usize, group: Option<&str>) -> Row {
        let mut target = vec![0.0, 0.0];
        target[label] = 1.0;
        Row { text: text.into(), target, weight: 1.0, group: group.map(Into::into), source: 0 }
    }

    #[test]
    fn keeps_groups_and_repeats_together_and_labels_even() {
        let mut rows: Vec<Row> = (0..100).map(|i| row(&format!("sentence {i}"), i % 2, None)).collect();
        rows.extend((0..10).map(|i| row(&format!("member {i}"), 0, Some("g"))));
        rows.push(row("Sentence 7!", 1, None));
        let rows: Vec<&Row> = rows.iter().collect();
        let folds = assign(&rows, 2, 5, 1);
        assert_eq!(folds[7], folds[110]);
        assert!(folds[100..110].iter().all(|f| *f == folds[100]));
        for fold in 0..5 {
            let size = folds.iter().filter(|f| **f == fold).count();
            assert!((20..=25).contains(&size), "fold {fold} has {size} rows");
        }
        assert_eq!(folds, assign(&rows, 2, 5, 1));
        assert_ne!(folds, assign(&rows, 2, 5, 2));
    }
}
