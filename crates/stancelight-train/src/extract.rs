//! Sentences to a sparse matrix: texts and the words to know come in; the features that are frequent enough (or asked
//! for) go out as columns, with each sentence's counts of them.
//!
//! The core's extractor reads each text once; what it finds is kept as one number a term. Words are counted in a
//! table by their numbers. Pairs are many and most of them rare: [`Sieve`] tells which cannot be frequent, and only the
//! others are counted one by one. Where each of those was counted is kept: it is looked up once.

use crate::records::{Matrix, SparseRecords};
use crate::sieve::Sieve;
use crate::vocabulary::{HashMap, Numbered, Vocabulary};
use stancelight::feature::{Feature, Known, Lexicon, Markers, Settings, Terms, WordId, marker};
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
    let mut found = Found::read(texts, settings, vocabulary);
    let mut columns = Columns::new(vocabulary.words().len(), keep);
    match keep {
        Keep::Frequent(least) => {
            let sieve = found.sieve();
            found.count(&mut columns, |columns, key| sieve.may_reach(*least, key).then(|| columns.slot(key)));
        }
        Keep::Only(_) => found.count(&mut columns, |columns, key| columns.slots.get(&key).copied()),
    }
    let least = match keep {
        Keep::Frequent(n) => *n,
        Keep::Only(_) => 1,
    };
    let (features, sentences) = columns.number(least);
    let records = matrix(found, columns, &sentences, settings.length_norm);
    Extracted { features, sentences, records }
}

/// What the core's extractor found: for each sentence its known terms, one after the other, and how many terms it has.
struct Found {
    /// A word's number, with [`NEGATED`] and [`PAIRED`].
    terms: Vec<u32>,
    /// Where each sentence's terms end, and how many it has, known or not.
    ends: Vec<(usize, u32)>,
    /// Once counted, for each term that is still paired where its pair was counted.
    slots: Vec<u32>,
    start: Option<WordId>,
}

/// A negator reaches the term.
const NEGATED: u32 = 1 << 31;
/// The term makes a pair with the known one before it, or with the sentence's beginning.
const PAIRED: u32 = 1 << 30;
/// The bits of a word's number.
const WORD: u32 = PAIRED - 1;

impl Found {
    fn read<'t>(texts: impl Iterator<Item = &'t str>, settings: &Settings, vocabulary: &Vocabulary) -> Self {
        let lexicon = Known::new(vocabulary.words(), settings);
        let markers = Markers::of(&lexicon);
        let (terms, ends, slots) = (Vec::new(), Vec::new(), Vec::new());
        let mut found = Self { terms, ends, slots, start: lexicon.id(marker::START) };
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

    /// Every pair's key, counted.
    fn sieve(&self) -> Sieve {
        let mut sieve = Sieve::new(self.terms.iter().filter(|term| *term & PAIRED != 0).count());
        for (terms, _) in self.rows() {
            let mut before = self.start;
            for term in terms {
                let word = term & WORD;
                if term & PAIRED != 0
                    && let Some(before) = before
                {
                    sieve.count(Feature::Pair(before, word).key());
                }
                before = Some(word);
            }
        }
        sieve
    }

    /// Counts every sentence's features. `slot` says where the pair with this key is counted; a pair that is not, is
    /// none any more.
    fn count(&mut self, columns: &mut Columns, slot: impl Fn(&mut Columns, u64) -> Option<u32>) {
        let mut begin = 0;
        for (row, &(end, _)) in (1..).zip(&self.ends) {
            let mut before = self.start;
            for term in &mut self.terms[begin..end] {
                let word = *term & WORD;
                columns.words[word as usize].count(row);
                if *term & NEGATED != 0 {
                    columns.negated[word as usize].count(row);
                }
                if *term & PAIRED != 0 {
                    match before.and_then(|before| slot(columns, Feature::Pair(before, word).key())) {
                        Some(slot) => {
                            columns.pairs[slot as usize].count(row);
                            self.slots.push(slot);
                        }
                        None => *term &= !PAIRED,
                    }
                }
                before = Some(word);
            }
            begin = end;
        }
    }
}

/// In how many sentences a feature is, and which was the last; later its column.
#[derive(Clone, Copy, Default)]
struct Seen {
    sentences: u32,
    last: u32,
}

impl Seen {
    /// Sentence `row`, counted from 1, has this feature.
    #[inline]
    fn count(&mut self, row: u32) {
        if self.last != row && self.last != NONE {
            self.last = row;
            self.sentences += 1;
        }
    }
}

/// No column, or no sentence.
const NONE: u32 = u32::MAX;

/// What is counted, and then numbered.
struct Columns {
    words: Vec<Seen>,
    negated: Vec<Seen>,
    pairs: Vec<Seen>,
    /// Where among the pairs is the one with a key.
    slots: HashMap<u64, u32>,
}

impl Columns {
    fn new(words: usize, keep: &Keep<'_>) -> Self {
        let none = match keep {
            Keep::Frequent(_) => Seen::default(),
            Keep::Only(_) => Seen { sentences: 0, last: NONE },
        };
        let all = vec![none; words];
        let mut out = Self { words: all.clone(), negated: all, pairs: Vec::new(), slots: HashMap::default() };
        if let Keep::Only(wanted) = keep {
            for feature in wanted.keys() {
                match *feature {
                    Feature::Word(word) => out.words[word as usize].last = 0,
                    Feature::Negated(word) => out.negated[word as usize].last = 0,
                    Feature::Pair(..) => _ = out.slot(feature.key()),
                }
            }
        }
        out
    }

    /// Where the pair with this key is counted, from now on if it was not.
    #[inline]
    fn slot(&mut self, key: u64) -> u32 {
        *self.slots.entry(key).or_insert_with(|| {
            self.pairs.push(Seen::default());
            u32::try_from(self.pairs.len() - 1).expect("a corpus has far fewer than four billion frequent pairs")
        })
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
        let mut pairs: Vec<(u64, u32)> = std::mem::take(&mut self.slots).into_iter().collect();
        pairs.sort_unstable();
        for (key, slot) in pairs {
            if let Some(feature) = Feature::from_key(key) {
                number(feature, &mut self.pairs[slot as usize]);
            }
        }
        (features, sentences)
    }
}

#[allow(clippy::cast_precision_loss, reason = "counts in a sentence are small")]
fn matrix(found: Found, columns: Columns, sentences: &[u32], length_norm: bool) -> SparseRecords {
    let kept = sentences.iter().map(|&n| n as usize).sum();
    let (mut pointers, mut indices) = (vec![0], Vec::with_capacity(kept));
    // Nearly every feature stands in a sentence once; these do not: where, and how often.
    let mut repeated: Vec<(usize, f32)> = Vec::new();
    // Words come before negated words and these before pairs: three short rows are sorted sooner than a long one.
    let mut row: [Vec<u32>; 3] = Default::default();
    let mut slots = found.slots.iter();
    for (terms, _) in found.rows() {
        for term in terms {
            let word = (term & WORD) as usize;
            row[0].push(columns.words[word].last);
            if term & NEGATED != 0 {
                row[1].push(columns.negated[word].last);
            }
            if term & PAIRED != 0 {
                row[2].extend(slots.next().map(|&slot| columns.pairs[slot as usize].last));
            }
        }
        for part in &mut row {
            part.retain(|&column| column != NONE);
            part.sort_unstable();
            for same in part.chunk_by(|a, b| a == b) {
                if same.len() > 1 {
                    repeated.push((indices.len(), same.len() as f32));
                }
                indices.push(same[0]);
            }
            part.clear();
        }
        pointers.push(indices.len());
    }
    // Before as much memory again is filled with the values.
    let Found { terms, ends, slots, .. } = found;
    drop((terms, slots, columns));
    let mut repeated = repeated.into_iter().peekable();
    let mut data = Vec::with_capacity(indices.len());
    for (&end, (_, count)) in pointers[1..].iter().zip(ends) {
        let norm = if length_norm { (count.max(1) as f32).sqrt() } else { 1.0 };
        data.resize(end, 1.0 / norm);
        while let Some((at, times)) = repeated.next_if(|&(at, _)| at < end) {
            data[at] = times / norm;
        }
    }
    SparseRecords::from(Matrix::new((pointers.len() - 1, sentences.len()), pointers, indices, data))
}

#[cfg(test)]
mod tests {
    use super::{Keep, extract};
    use crate::vocabulary::Vocabulary;
    use proptest::prelude::*;
    use stancelight::feature::{Feature, Known, Markers, Settings, Terms};
    use stancelight::token::Tokens;
    use std::collections::BTreeMap;

    /// The features of each text in at least so many of them, by the core's extractor and plain counting.
    fn slow(texts: &[&str], settings: &Settings, vocabulary: &Vocabulary, least: u32) -> Vec<BTreeMap<Feature, u32>> {
        let known = Known::new(vocabulary.words(), settings);
        let markers = Markers::of(&known);
        let mut rows: Vec<BTreeMap<Feature, u32>> = Vec::new();
        let mut sentences: BTreeMap<Feature, u32> = BTreeMap::new();
        for text in texts {
            let (mut tokens, mut terms) = (Tokens::default(), Terms::default());
            tokens.fill(text);
            terms.fill(&tokens, settings, &known, markers);
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
