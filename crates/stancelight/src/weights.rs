//! A linear model's weights as scoring wants them: a sentence's terms come in, whole numbers go out, the sum of
//! their features' weights for each label or what of it is each term's share.
//!
//! Sum and shares go through the same look-ups, so that they cannot disagree. What the model does not know has
//! weights too, all of them 0: to add nothing is quicker than to ask whether there is something to add.

use crate::feature::{Feature, Markers, Term, WordId};
use crate::linear::Linear;
use crate::lookup::PairTable;

/// What a sum counts in: halves of a weight, for a pair gives half to each of its words.
pub(crate) const UNITS: i64 = 2;

/// As many labels are added at once. Nearly every topic has two or three, and a loop over so few costs more than its work.
const LANES: usize = 4;

/// A model's features with their weights, in rows: a weight a label.
#[derive(Clone, Debug)]
pub(crate) struct Weights {
    labels: usize,
    /// For each word, and then for any unknown one, the row of the word itself, so that it is found in one step; and
    /// [`LANES`] more, so that as many can be read at a row's beginning.
    words: Vec<i8>,
    /// Likewise, the number of the row of the word under negation.
    negated: Vec<u32>,
    pairs: PairTable,
    /// First a row of zeros, then one a feature, and again [`LANES`] more.
    rows: Vec<i8>,
    /// The left neighbour of a sentence's first term.
    start: WordId,
    /// The number that stands for any unknown word.
    unknown: WordId,
}

/// Terms whose sum is far from too great for 32 bits.
const BLOCK: usize = 1 << 16;

impl Weights {
    /// A model's weights in this order; `markers` are what its lexicon says of them.
    pub(crate) fn new(linear: &Linear, markers: Markers) -> Self {
        let (words, labels, features) = (linear.words.len(), linear.bias.len(), &linear.features);
        let unknown = WordId::try_from(words).expect("a vocabulary has far fewer than four billion words");
        let mut rows = Vec::with_capacity((features.len() + 1) * labels + LANES);
        rows.resize(labels, 0);
        rows.extend_from_slice(&linear.weights);
        rows.resize(rows.len() + LANES, 0);
        let mut out = Self {
            labels,
            words: vec![0; (words + 1) * labels + LANES],
            negated: vec![0; words + 1],
            pairs: PairTable::new(if linear.settings.pairs { features } else { &[] }, words),
            rows,
            start: markers.start.unwrap_or(unknown),
            unknown,
        };
        for (row, &feature) in (1..).zip(features) {
            match feature {
                Feature::Word(a) => {
                    let (to, from) = (&mut out.words[a as usize * labels..], &out.rows[row as usize * labels..]);
                    to.iter_mut().zip(&from[..labels]).for_each(|(to, from)| *to = *from);
                }
                Feature::Negated(a) => out.negated[a as usize] = row,
                // Keys ascend by kind: from here on there are only pairs.
                Feature::Pair(..) => break,
            }
        }
        out
    }

    /// For each label the sum of all features' weights, in half units.
    pub(crate) fn sum(&self, terms: &[Term], sums: &mut Vec<i64>) {
        sums.clear();
        sums.resize(self.labels, 0);
        for from in (0..terms.len()).step_by(BLOCK) {
            let block = from..terms.len().min(from + BLOCK);
            if self.labels <= LANES {
                let mut block_sums = [0_i32; LANES];
                self.each(terms, block, |_, row| {
                    // What stands behind the row is added up as well, where nobody asks for it.
                    let row: &[i8; LANES] = row.first_chunk().expect("as many stand behind every row");
                    block_sums.iter_mut().zip(row).for_each(|(sum, &weight)| *sum += i32::from(weight));
                });
                sums.iter_mut().zip(block_sums).for_each(|(sum, part)| *sum += UNITS * i64::from(part));
            } else {
                self.each(terms, block, |_, row| {
                    sums.iter_mut().zip(row).for_each(|(sum, &weight)| *sum += UNITS * i64::from(weight));
                });
            }
        }
    }

    /// For each term and label, one row a term, its share of that sum.
    pub(crate) fn shares(&self, terms: &[Term]) -> Vec<i64> {
        let mut shares = vec![0_i64; terms.len() * self.labels];
        self.each(terms, 0..terms.len(), |of, row| {
            for term in of {
                let share = &mut shares[term * self.labels..][..self.labels];
                share.iter_mut().zip(row).for_each(|(share, &weight)| *share += UNITS / 2 * i64::from(weight));
            }
        });
        shares
    }

    /// Every feature of some of the terms: the one or two terms it belongs to, and its row with whatever is behind it.
    #[inline]
    fn each(&self, terms: &[Term], block: std::ops::Range<usize>, mut see: impl FnMut([usize; 2], &[i8])) {
        let number = |term: &Term| term.id.unwrap_or(self.unknown);
        let mut before = block.start.checked_sub(1).map_or(self.start, |before| number(&terms[before]));
        for (i, term) in block.clone().zip(&terms[block]) {
            let id = number(term);
            see([i, i], self.row(&self.words, id));
            if term.negated {
                see([i, i], self.row(&self.rows, self.negated[id as usize]));
            }
            // A neighbour across a break is as good as unknown, of which there are no pairs.
            let left = if term.after_break { self.unknown } else { before };
            see([i.saturating_sub(1), i], self.row(&self.rows, self.pairs.find(left, id)));
            before = id;
        }
    }

    #[inline]
    fn row<'w>(&self, rows: &'w [i8], at: u32) -> &'w [i8] {
        &rows[at as usize * self.labels..]
    }
}

#[cfg(test)]
mod tests {
    use super::{UNITS, Weights};
    use crate::feature::{Feature, Lexicon, Markers, Settings, Terms, WordId, marker};
    use crate::linear::Linear;
    use crate::table::Words;
    use crate::token::Tokens;
    use proptest::prelude::*;
    use std::collections::BTreeMap;

    impl Lexicon for Words {
        fn id(&self, form: &str) -> Option<WordId> {
            self.iter().zip(0..).find(|(word, _)| *word == form).map(|(_, id)| id)
        }
    }

    const WORDS: [&str; 9] = [marker::NAME, marker::NUMBER, marker::START, "?", "army", "not", "port", "signed", "the"];

    /// A model of these words with whatever features and weights.
    fn linear() -> impl Strategy<Value = Linear> {
        let word = || 0..WORDS.len() as WordId;
        let feature = prop_oneof![
            word().prop_map(Feature::Word),
            word().prop_map(Feature::Negated),
            (word(), word()).prop_map(|(left, right)| Feature::Pair(left, right)),
        ];
        let features = prop::collection::btree_set(feature.prop_map(Feature::key), 0..60);
        (1..10_usize, features, any::<bool>(), prop::collection::vec(any::<i8>(), 600)).prop_map(
            |(labels, keys, pairs, mut weights)| {
                weights.truncate(keys.len() * labels);
                Linear {
                    settings: Settings { pairs, ..Settings::default() },
                    words: WORDS.into_iter().collect(),
                    features: keys.into_iter().filter_map(Feature::from_key).collect(),
                    bias: vec![0.0; labels],
                    scale: vec![1.0; labels],
                    weights,
                }
            },
        )
    }

    proptest! {
        #[test]
        fn sums_are_those_of_the_features_one_by_one(
            linear in linear(),
            words in prop::collection::vec(prop::sample::select(&["the", "army", "not", "Port", "signed", "7", "?", ",", "Iran", "dog"][..]), 0..30),
        ) {
            let markers = Markers::of(&linear.words);
            let labels = linear.bias.len();
            let mut terms = Terms::default();
            let mut tokens = Tokens::default();
            tokens.fill(&words.join(" "));
            terms.fill(&tokens, &linear.settings, &linear.words, markers);
            let rows: BTreeMap<_, _> = linear.features.iter().copied().zip(linear.weights.chunks(labels)).collect();
            let mut expected = vec![0; labels];
            let mut shared = vec![0; terms.as_slice().len() * labels];
            terms.features(&linear.settings, markers, |feature, i, j| {
                for (label, &weight) in rows.get(&feature).copied().unwrap_or_default().iter().enumerate() {
                    expected[label] += UNITS * i64::from(weight);
                    shared[i * labels + label] += i64::from(weight);
                    shared[j * labels + label] += i64::from(weight);
                }
            });
            let weights = Weights::new(&linear, markers);
            let mut sums = vec![9; 3];
            weights.sum(terms.as_slice(), &mut sums);
            prop_assert_eq!(sums, expected);
            prop_assert_eq!(weights.shares(terms.as_slice()), shared);
        }
    }
}
