//! Near-duplicates: texts come in; those that repeat one another, word for word or nearly, are put in one
//! set. A model that has seen one of them has as good as seen the other (Lee et al., *Deduplicating Training
//! Data Makes Language Models Better*, ACL 2022).
//!
//! Two texts nearly repeat one another when at least 60 % of the word 5-grams of one stand in the other, or
//! when one word changed, moved, added or taken out makes one of the other. Pairs are found by an index
//! of the shared 5-grams, asked only for the rarest of each text (prefix filtering: Chaudhuri, Ganti and
//! Kaushik, *A Primitive Operator for Similarity Joins in Data Cleaning*, ICDE 2006), and by what is left of
//! short texts when any one word is taken out. Both are exact but for families of thousands of variants,
//! of which each is compared with its nearest in the file only; time grows about as the texts do.

use crate::sets::Sets;
use crate::sieve::Sieve;
use foldhash::fast::FixedState;
use std::hash::BuildHasher;

/// Words in a gram; a shorter text is one gram.
const GRAM: usize = 5;

/// The share of a text's grams, in tenths, that makes it a near-duplicate.
const TENTHS: usize = 6;

/// A text with more words than this shares 60 % of its grams with whatever differs in one word: a word is in
/// at most five of its thirteen.
const SHORT: usize = 16;

/// What two texts must have in common, in words, for one word not to be all that matters.
const COMMON: usize = 4;

/// Texts of one gram that a text is compared with.
const WINDOW: usize = 100;

/// Puts the texts that nearly repeat one another in one set.
pub fn join_near_duplicates<'t>(texts: impl Iterator<Item = &'t str>, sets: &mut Sets) {
    // The same letters and digits, however spaced and punctuated, or short texts of which at most one word taken out of
    // each leaves the same; and the grams of every text.
    let (mut equal, mut postings, mut sizes) = (Signatures::new(), Signatures::new(), Vec::new());
    let (mut words, mut grams) = (Words::default(), Vec::new());
    for (text, row) in texts.zip(0..) {
        words.read(text);
        // What is empty is like nothing.
        if text.is_empty() {
            sizes.push(0);
            continue;
        }
        equal.push(words.letters, row);
        edits(&words.hashes).for_each(|hash| equal.push(hash, row));
        fill_grams(&mut grams, &words.hashes);
        sizes.push(grams.len());
        grams.iter().for_each(|&gram| postings.push(gram, row));
    }
    equal.each_shared(|rows| rows.windows(2).for_each(|pair| sets.join(pair[0].1 as usize, pair[1].1 as usize)));
    join_overlapping(sizes, postings, sets);
}

/// A text's words as hashes. One hash in 2⁶⁴ for all: a collision would only join two texts.
#[derive(Default)]
struct Words {
    /// Of each word, in lower case.
    hashes: Vec<u64>,
    /// Of all letters and digits in lower case, wherever words end.
    letters: u64,
    lower: String,
    joined: String,
}

impl Words {
    /// Replaces what was here by the words of `text`.
    fn read(&mut self, text: &str) {
        let hasher = FixedState::default();
        self.lower.clear();
        if text.is_ascii() {
            self.lower.push_str(text);
            self.lower.make_ascii_lowercase();
        } else {
            self.lower.push_str(&text.to_lowercase());
        }
        self.hashes.clear();
        self.joined.clear();
        for word in self.lower.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()) {
            self.hashes.push(hasher.hash_one(word));
            self.joined.push_str(word);
        }
        // Of what has no letter, such as an emoji, all of it counts.
        self.letters = hasher.hash_one(if self.joined.is_empty() { self.lower.trim() } else { &self.joined });
    }
}

/// Which texts have which hash, in parts by the hashes' first bits: each is sorted, and given back, by itself.
struct Signatures {
    /// Hashes, and beside them the text each is of: as pairs they would take a third more.
    parts: Vec<(Vec<u64>, Vec<u32>)>,
}

/// Bits that say in which part a hash is.
const PART: u32 = 8;

impl Signatures {
    fn new() -> Self {
        Self { parts: vec![Default::default(); 1 << PART] }
    }

    #[inline]
    fn push(&mut self, hash: u64, text: u32) {
        #[allow(clippy::cast_possible_truncation, reason = "a few bits")]
        let (hashes, texts) = &mut self.parts[(hash >> (u64::BITS - PART)) as usize];
        hashes.push(hash);
        texts.push(text);
    }

    /// Gives the texts of each hash that more than one has, ascending.
    fn each_shared(self, mut give: impl FnMut(&[(u64, u32)])) {
        let mut pairs = Vec::new();
        for (hashes, texts) in self.parts {
            // Most hashes are of one text alone and need not be sorted.
            let mut sieve = Sieve::new(4 * hashes.len());
            hashes.iter().for_each(|&hash| sieve.count(hash));
            pairs.clear();
            pairs.extend(hashes.into_iter().zip(texts).filter(|&(hash, _)| sieve.may_reach(2, hash)));
            pairs.sort_unstable();
            pairs.chunk_by(|a, b| a.0 == b.0).filter(|texts| texts.len() > 1).for_each(&mut give);
        }
    }
}

/// The hash of a sequence of words.
fn sequence<'w>(words: impl Iterator<Item = &'w u64>) -> u64 {
    words.fold(0, |hash, word| (hash ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29))
}

/// Makes `grams` the hashes of the grams of these words, ascending, each once.
fn fill_grams(grams: &mut Vec<u64>, words: &[u64]) {
    grams.clear();
    grams.extend(words.windows(words.len().clamp(1, GRAM)).map(|gram| sequence(gram.iter())));
    grams.sort_unstable();
    grams.dedup();
}

/// The hashes of a short text and of what is left of it when one word is taken out; none of a long text.
fn edits(words: &[u64]) -> impl Iterator<Item = u64> {
    // One more: it may be the longer one of the two.
    let short = (COMMON..=SHORT + 1).contains(&words.len());
    let taken = if short && words.len() > COMMON { words.len() } else { 0 };
    let whole = short.then(|| sequence(words.iter()));
    whole.into_iter().chain((0..taken).map(|out| sequence(words[..out].iter().chain(&words[out + 1..]))))
}

/// Which texts share which grams; a gram that only one text has is no part of it.
struct Index {
    /// The texts of each gram, ascending, one gram after the other.
    texts: Vec<u32>,
    /// Where each gram's texts end.
    ends: Vec<usize>,
    /// The grams of each text, ascending, one text after the other.
    grams: Vec<u32>,
    /// Where each text's grams begin.
    begins: Vec<usize>,
}

impl Index {
    /// `postings` are all grams of all texts.
    fn new(texts: usize, postings: Signatures) -> Self {
        let mut index = Self { texts: Vec::new(), ends: Vec::new(), grams: Vec::new(), begins: vec![0; texts + 1] };
        postings.each_shared(|gram| {
            index.texts.extend(gram.iter().map(|&(_, text)| text));
            index.ends.push(index.texts.len());
        });
        for &text in &index.texts {
            index.begins[text as usize + 1] += 1;
        }
        for text in 0..texts {
            index.begins[text + 1] += index.begins[text];
        }
        let mut grams = vec![0; index.texts.len()];
        let mut next = index.begins.clone();
        for (gram, number) in (0..index.ends.len()).zip(0_u32..) {
            for &text in index.texts_of(gram) {
                grams[next[text as usize]] = number;
                next[text as usize] += 1;
            }
        }
        Self { grams, ..index }
    }

    fn texts_of(&self, gram: usize) -> &[u32] {
        let begin = gram.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.texts[begin..self.ends[gram]]
    }

    fn grams_of(&self, text: usize) -> &[u32] {
        &self.grams[self.begins[text]..self.begins[text + 1]]
    }
}

/// Texts of which one has 60 % of its grams in the other: `sizes` of them has each text, `postings` are all of them.
fn join_overlapping(sizes: Vec<usize>, postings: Signatures, sets: &mut Sets) {
    let index = Index::new(sizes.len(), postings);
    let mut rarest = Vec::new();
    for (text, size) in sizes.into_iter().enumerate() {
        let own = index.grams_of(text);
        let needed = (size * TENTHS).div_ceil(10).max(1);
        if own.len() < needed {
            continue;
        }
        rarest.clear();
        rarest.extend(own.iter().map(|&gram| (index.texts_of(gram as usize).len(), gram)));
        rarest.sort_unstable();
        // A text that has `needed` of them lacks fewer than this many, so it has one of the first.
        for &(_, gram) in &rarest[..=own.len() - needed] {
            for &other in near(index.texts_of(gram as usize), text) {
                let other = other as usize;
                if sets.find(text) != sets.find(other) && overlap(own, index.grams_of(other)) >= needed {
                    sets.join(text, other);
                }
            }
        }
    }
}

/// At most [`WINDOW`] of these texts, the nearest to this one in the file.
fn near(texts: &[u32], text: usize) -> &[u32] {
    let place = texts.partition_point(|&other| (other as usize) < text);
    let begin = place.saturating_sub(WINDOW / 2).min(texts.len().saturating_sub(WINDOW));
    &texts[begin..texts.len().min(begin + WINDOW)]
}

/// How many numbers two ascending lists share.
fn overlap(a: &[u32], b: &[u32]) -> usize {
    let mut rest = b;
    let shares = |gram: &&u32| {
        let place = rest.partition_point(|other| other < *gram);
        rest = &rest[place..];
        rest.first() == Some(*gram)
    };
    a.iter().filter(shares).count()
}

#[cfg(test)]
mod tests {
    use super::{COMMON, Words, fill_grams, join_near_duplicates, overlap};
    use crate::sets::Sets;
    use proptest::prelude::*;

    fn words(text: &str) -> Vec<u64> {
        let mut words = Words::default();
        words.read(text);
        words.hashes
    }

    fn grams(text: &str) -> Vec<u64> {
        let mut grams = Vec::new();
        fill_grams(&mut grams, &words(text));
        grams
    }

    fn sets(texts: &[&str]) -> Vec<Vec<usize>> {
        let mut sets = Sets::new(texts.len());
        join_near_duplicates(texts.iter().copied(), &mut sets);
        sets.into_groups()
    }

    fn joined(a: &str, b: &str) -> bool {
        sets(&[a, b]).len() == 1
    }

    #[test]
    fn finds_repeats_edits_and_quotations() {
        let text =
            "The envoys of both sides signed the accord in the harbour town after nine weeks of talks on prisoners";
        let edits = [
            "the envoys of both sides signed the accord in the harbour town after nine weeks of talks on prisoners!",
            "The envoys of both sides refused the accord in the harbour town after nine weeks of talks on prisoners",
            "After nine weeks of talks on prisoners, the envoys of both sides signed the accord in the harbour town.",
            "Both sides signed the accord in the harbour town",
            "The envoys of both sides signed the accord in the harbour town before six months of quarrels about fish",
        ];
        assert_eq!(edits.map(|edit| joined(text, edit)), [true, true, true, true, false]);
        assert!(joined("The river rises in Chad.", "The river ends in Chad."));
        assert!(joined("They never signed the pact", "They signed the pact"));
        assert!(joined("Cease-fire!", "cease fire"));
        assert!(!joined("Markets rally", "Markets fall"), "one word in two is no edit");
        assert!(!joined("They signed the pact", "They burned the port"));
    }

    #[test]
    fn sets_are_closed_and_nothing_is_said_of_texts_without_words() {
        let texts = ["one two three four five", "one two three four six", "one two three eight six", "", "nine"];
        assert_eq!(sets(&texts), [vec![0, 1, 2], vec![3], vec![4]]);
        assert_eq!(sets(&[]), Vec::<Vec<usize>>::new());
    }

    #[test]
    fn families_larger_than_the_window_stay_together() {
        let texts: Vec<String> = (0..1000)
            .map(|i| format!("story {} the index of the exchange closed lower today for the {i} time", i * 7))
            .collect();
        let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
        assert_eq!(sets(&texts).len(), 1);
    }

    /// Whether word `i` changed, moved, added or taken out makes `b` of `a`, or their grams overlap; by trying all.
    fn slow(a: &str, b: &str) -> bool {
        let without = |text: &str| -> Vec<Vec<u64>> {
            let words = words(text);
            let less = (0..words.len()).map(|out| [&words[..out], &words[out + 1..]].concat());
            less.chain([words.clone()]).filter(|rest| rest.len() >= COMMON).collect()
        };
        let number = |text: &str, of: &[u64]| -> Vec<u32> {
            grams(text).iter().filter_map(|gram| of.binary_search(gram).ok()).map(|i| i as u32).collect()
        };
        let (ga, gb) = (grams(a), grams(b));
        let shared = overlap(&number(a, &gb), &number(b, &gb)) * 10;
        let words_equal = words(a) == words(b);
        words_equal
            || shared >= 6 * ga.len()
            || shared >= 6 * gb.len()
            || without(a).iter().any(|rest| without(b).contains(rest))
    }

    proptest! {
        /// The index finds what comparing every pair finds.
        #[test]
        fn as_comparing_all_pairs(texts in prop::collection::vec("[ab]( [abc]){0,15}", 1..20)) {
            let texts: Vec<&str> = texts.iter().map(String::as_str).collect();
            let mut all = Sets::new(texts.len());
            for (i, a) in texts.iter().enumerate() {
                for (j, b) in texts[..i].iter().enumerate() {
                    if slow(a, b) {
                        all.join(i, j);
                    }
                }
            }
            prop_assert_eq!(sets(&texts), all.into_groups());
        }
    }
}
