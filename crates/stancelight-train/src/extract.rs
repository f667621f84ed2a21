//! Sentences to a sparse matrix: texts and the words to know come in; the features that are frequent enough (or asked
//! for) go out as columns, with each sentence's counts of them.
//!
//! The core's extractor reads each text once; what it finds is kept as one number a term. Words are counted in a
//! table by their numbers. Pairs are many and most of them rare: a table of small counters, several pairs to a counter,
//! first tells which cannot be frequent (as Park, Chen and Yu's *An Effective Hash-Based Algorithm for Mining
//! Association Rules*, SIGMOD 1995, does with item sets), and only the others are counted one by one.

use crate::records::{Matrix, SparseRecords};
use crate::vocabulary::{HashMap, Known, Numbered, Vocabulary};
use stancelight::feature::{Feature, Lexicon, Markers, Settings, Terms, WordId, marker};
use stancelight::token::Tokens;

/// Which features there are, in ascending order of their keys, and how often each sentence has each.
#[derive(Clone, Debug)]
pub struct Extracted {
    /// The columns.
    pub features: Vec<Feature>,
    /// In how many sentences each stands.
    pub sentences: Vec<u32>,
    /// Sentences × features: counts, over the square root of the number of terms where the settings say so.
    pub records: SparseRecords,
}

/// Which features become columns.
pub enum Keep<'a> {
    /// Those in at least this many sentences.
    Frequent(u32),
    /// These.
    Only(&'a Numbered),
}

/// Extracts the features of every text.
pub fn extract<'t>(
    texts: impl Iterator<Item = &'t str>,
    settings: &Settings,
    vocabulary: &Vocabulary,
    keep: &Keep<'_>,
) -> Extracted {
    let found = Found::read(texts, settings, vocabulary);
    let mut columns = Columns::new(vocabulary.words().len(), keep, &found);
    for (row, (terms, _)) in (1..).zip(found.rows()) {
        found.features(terms, |feature| columns.count(feature, row));
    }
    let least = match keep {
        Keep::Frequent(n) => *n,
        Keep::Only(_) => 1,
    };
    let (features, sentences) = columns.number(least);
    let records = matrix(&found, &columns, features.len(), &sentences, settings.length_norm);
    Extracted { features, sentences, records }
}

/// What the core's extractor found: for each sentence its known terms, one after the other, and how many terms it has.
struct Found {
    /// A word's number, with [`NEGATED`] and [`PAIRED`].
    terms: Vec<u32>,
    /// Where each sentence's terms end, and how many it has, known or not.
    ends: Vec<(usize, u32)>,
    start: Option<WordId>,
}

/// A negator reaches the term.
const NEGATED: u32 = 1 << 31;
/// The term makes a pair with the known one before it, or with the sentence's beginning.
const PAIRED: u32 = 1 << 30;

impl Found {
    fn read<'t>(texts: impl Iterator<Item = &'t str>, settings: &Settings, vocabulary: &Vocabulary) -> Self {
        let lexicon = Known::new(vocabulary, settings);
        let markers = Markers::of(&lexicon);
        let mut found = Self { terms: Vec::new(), ends: Vec::new(), start: lexicon.id(marker::START) };
        let (mut tokens, mut terms) = (Tokens::default(), Terms::default());
        for text in texts {
            tokens.fill(text);
            terms.fill(&tokens, settings, &lexicon, markers);
            let out = &mut found.terms;
            terms.features(settings, markers, |feature, _, _| match (feature, out.last_mut()) {
                (Feature::Word(word), _) => out.push(word),
                (Feature::Negated(_), Some(last)) => *last |= NEGATED,
                (Feature::Pair(..), Some(last)) => *last |= PAIRED,
                // The core gives a term's word first.
                (_, None) => {}
            });
            #[allow(clippy::cast_possible_truncation, reason = "terms of one sentence")]
            found.ends.push((found.terms.len(), terms.as_slice().len() as u32));
        }
        found
    }

    /// Each sentence's terms, and how many it has.
    fn rows(&self) -> impl Iterator<Item = (&[u32], u32)> {
        let begins = std::iter::once(0).chain(self.ends.iter().map(|&(end, _)| end));
        begins.zip(&self.ends).map(|(begin, &(end, count))| (&self.terms[begin..end], count))
    }

    /// The features that a sentence's terms give, as the core's extractor gives them.
    #[inline]
    fn features(&self, terms: &[u32], mut emit: impl FnMut(Feature)) {
        let mut before = self.start;
        for term in terms {
            let word = term & !(NEGATED | PAIRED);
            emit(Feature::Word(word));
            if term & NEGATED != 0 {
                emit(Feature::Negated(word));
            }
            if term & PAIRED != 0
                && let Some(before) = before
            {
                emit(Feature::Pair(before, word));
            }
            before = Some(word);
        }
    }
}

/// In how many sentences a feature is, and which was the last; later its column.
#[derive(Clone, Copy, Default)]
struct Seen {
    sentences: u32,
    last: u32,
}

/// No column, or no sentence.
const NONE: u32 = u32::MAX;

/// What is counted, and then numbered.
struct Columns {
    words: Vec<Seen>,
    negated: Vec<Seen>,
    pairs: HashMap<u64, Seen>,
    /// Tells pairs that may be new columns; `None` when all are known.
    sieve: Option<Sieve>,
}

impl Columns {
    fn new(words: usize, keep: &Keep<'_>, found: &Found) -> Self {
        match keep {
            Keep::Frequent(least) => {
                let sieve = Sieve::new(found, *least);
                let all = vec![Seen::default(); words];
                Self { words: all.clone(), negated: all, pairs: HashMap::default(), sieve: Some(sieve) }
            }
            Keep::Only(wanted) => {
                let none = vec![Seen { sentences: 0, last: NONE }; words];
                let mut out = Self { words: none.clone(), negated: none, pairs: HashMap::default(), sieve: None };
                for feature in wanted.keys() {
                    match *feature {
                        Feature::Word(word) => out.words[word as usize].last = 0,
                        Feature::Negated(word) => out.negated[word as usize].last = 0,
                        Feature::Pair(..) => _ = out.pairs.insert(feature.key(), Seen::default()),
                    }
                }
                out
            }
        }
    }

    /// Sentence `row`, counted from 1, has this feature.
    #[inline]
    fn count(&mut self, feature: Feature, row: u32) {
        let seen = match feature {
            Feature::Word(word) => &mut self.words[word as usize],
            Feature::Negated(word) => &mut self.negated[word as usize],
            Feature::Pair(..) => {
                let key = feature.key();
                match &self.sieve {
                    Some(sieve) if sieve.may_be_frequent(key) => self.pairs.entry(key).or_default(),
                    Some(_) => return,
                    None => match self.pairs.get_mut(&key) {
                        Some(seen) => seen,
                        None => return,
                    },
                }
            }
        };
        if seen.last != row && seen.last != NONE {
            seen.last = row;
            seen.sentences += 1;
        }
    }

    /// Gives the features that are in at least so many sentences their columns, in ascending order of keys; returns
    /// them and in how many each is.
    fn number(&mut self, least: u32) -> (Vec<Feature>, Vec<u32>) {
        let (mut features, mut sentences) = (Vec::new(), Vec::new());
        let mut number = |feature, seen: &mut Seen| {
            seen.last = NONE;
            if seen.sentences >= least.max(1) {
                seen.last = u32::try_from(features.len()).unwrap_or(NONE);
                features.push(feature);
                sentences.push(seen.sentences);
            }
        };
        for (word, seen) in (0..).zip(&mut self.words) {
            number(Feature::Word(word), seen);
        }
        for (word, seen) in (0..).zip(&mut self.negated) {
            number(Feature::Negated(word), seen);
        }
        self.pairs.retain(|_, seen| seen.sentences >= least.max(1));
        let mut pairs: Vec<(&u64, &mut Seen)> = self.pairs.iter_mut().collect();
        pairs.sort_unstable_by_key(|(key, _)| **key);
        for (&key, seen) in pairs {
            if let Some(feature) = Feature::from_key(key) {
                number(feature, seen);
            }
        }
        (features, sentences)
    }

    /// Once numbered, the column of a feature, or [`NONE`].
    #[inline]
    fn column(&self, feature: Feature) -> u32 {
        match feature {
            Feature::Word(word) => self.words[word as usize].last,
            Feature::Negated(word) => self.negated[word as usize].last,
            Feature::Pair(..) => {
                let key = feature.key();
                let rare = self.sieve.as_ref().is_some_and(|sieve| !sieve.may_be_frequent(key));
                if rare { NONE } else { self.pairs.get(&key).map_or(NONE, |seen| seen.last) }
            }
        }
    }
}

/// Counters that several pairs share: where one stays low, all of them are rare.
struct Sieve {
    counters: Vec<u8>,
    shift: u32,
    least: u8,
}

impl Sieve {
    fn new(found: &Found, least: u32) -> Self {
        let pairs = found.terms.iter().filter(|term| *term & PAIRED != 0).count();
        let bits = (2 * pairs).next_power_of_two().trailing_zeros().clamp(8, 26);
        let mut sieve =
            Self { counters: vec![0; 1 << bits], shift: 64 - bits, least: u8::try_from(least).unwrap_or(u8::MAX) };
        for (terms, _) in found.rows() {
            found.features(terms, |feature| {
                if matches!(feature, Feature::Pair(..)) {
                    let place = sieve.place(feature.key());
                    sieve.counters[place] = sieve.counters[place].saturating_add(1);
                }
            });
        }
        sieve
    }

    #[inline]
    fn place(&self, key: u64) -> usize {
        #[allow(clippy::cast_possible_truncation, reason = "the shift leaves no more bits than there are counters")]
        let place = (key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> self.shift) as usize;
        place
    }

    #[inline]
    fn may_be_frequent(&self, key: u64) -> bool {
        self.counters[self.place(key)] >= self.least
    }
}

#[allow(clippy::cast_precision_loss, reason = "counts in a sentence are small")]
fn matrix(found: &Found, columns: &Columns, width: usize, sentences: &[u32], length_norm: bool) -> SparseRecords {
    let kept = sentences.iter().map(|&n| n as usize).sum();
    let (mut pointers, mut indices, mut data) = (vec![0], Vec::with_capacity(kept), Vec::with_capacity(kept));
    let mut row: Vec<u32> = Vec::new();
    for (terms, count) in found.rows() {
        row.clear();
        found.features(terms, |feature| {
            let column = columns.column(feature);
            if column != NONE {
                row.push(column);
            }
        });
        row.sort_unstable();
        let norm = if length_norm { (count.max(1) as f32).sqrt() } else { 1.0 };
        for group in row.chunk_by(|a, b| a == b) {
            indices.push(group[0]);
            data.push(group.len() as f32 / norm);
        }
        pointers.push(indices.len());
    }
    SparseRecords::from(Matrix::new((pointers.len() - 1, width), pointers, indices, data))
}

#[cfg(test)]
mod tests {
    use super::{Keep, extract};
    use crate::vocabulary::Vocabulary;
    use proptest::prelude::*;
    use stancelight::feature::{Feature, Markers, Settings, Terms};
    use stancelight::token::Tokens;
    use std::collections::BTreeMap;

    /// The features of each text in at least so many of them, by the core's extractor and plain counting.
    fn slow(texts: &[&str], settings: &Settings, vocabulary: &Vocabulary, least: u32) -> Vec<BTreeMap<Feature, u32>> {
        let markers = Markers::of(vocabulary);
        let mut rows: Vec<BTreeMap<Feature, u32>> = Vec::new();
        let mut sentences: BTreeMap<Feature, u32> = BTreeMap::new();
        for text in texts {
            let (mut tokens, mut terms) = (Tokens::default(), Terms::default());
            tokens.fill(text);
            terms.fill(&tokens, settings, vocabulary, markers);
            let mut row = BTreeMap::new();
            terms.features(settings, markers, |feature, _, _| *row.entry(feature).or_default() += 1);
            row.keys().for_each(|feature| *sentences.entry(*feature).or_default() += 1);
            rows.push(row);
        }
        rows.iter_mut().for_each(|row| row.retain(|feature, _| sentences[feature] >= least));
        rows
    }

    proptest! {
        #[test]
        fn as_counting_plainly(
            texts in prop::collection::vec("((Bob|bob|run|not|Ann|red|[.,?]|7) ){0,12}", 0..12),
            least in 1_u32..4,
            length_norm: bool,
        ) {
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            let settings = Settings { length_norm, ..Settings::default() };
            let vocabulary = Vocabulary::learn(texts.iter().copied(), &settings, 1);
            let slow = slow(&texts, &settings, &vocabulary, least);
            let fast = extract(texts.iter().copied(), &settings, &vocabulary, &Keep::Frequent(least));
            let numbered = fast.features.iter().copied().zip(0..).collect();
            let again = extract(texts.iter().copied(), &settings, &vocabulary, &Keep::Only(&numbered));
            prop_assert_eq!(&again.records, &fast.records);
            prop_assert_eq!(&again.features, &fast.features);
            prop_assert!(fast.features.is_sorted_by_key(|feature| feature.key()));
            for (i, row) in slow.iter().enumerate() {
                let least_value = fast.records.matrix().outer_view(i).unwrap();
                let found: BTreeMap<Feature, f32> =
                    least_value.iter().map(|(column, &x)| (fast.features[column], x)).collect();
                prop_assert_eq!(row.keys().collect::<Vec<_>>(), found.keys().collect::<Vec<_>>());
                let scales: Vec<f32> = row.iter().map(|(feature, &n)| found[feature] / n as f32).collect();
                prop_assert!(scales.iter().all(|scale| (scale - scales[0]).abs() < 1e-6));
                prop_assert!(length_norm || scales.iter().all(|scale| *scale == 1.0));
            }
            for (feature, n) in fast.features.iter().zip(&fast.sentences) {
                prop_assert_eq!(slow.iter().filter(|row| row.contains_key(feature)).count(), *n as usize);
            }
        }
    }
}
