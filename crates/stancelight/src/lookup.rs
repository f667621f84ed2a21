//! The model's two look-ups, compiled from plain data at load: words by their form, pairs of words by their
//! numbers.
//!
//! What costs time here is neither arithmetic nor memory but what a processor cannot foresee: whether a word is
//! known, whether a pair is a feature, in which slot it lies. So one line of memory holds several words, of which
//! the right one is chosen without a branch, and of pairs a bit each says beforehand that most are nothing.

use crate::ascii::eight;
use crate::feature::{Feature, WordId};
use crate::table::Words;

/// An odd number near 2⁶⁴ over the golden ratio: its products' high bits depend on all bits below.
const SPREAD: u64 = 0x9E37_79B9_7F4A_7C15;

/// The highest `bits` bits of what the product makes of `n`.
#[allow(clippy::cast_possible_truncation, reason = "a table's index")]
const fn spread(n: u64, bits: u32) -> usize {
    (n.wrapping_mul(SPREAD) >> (u64::BITS - bits)) as usize
}

// ---- words --------------------------------------------------------------------------------------

/// Words, found by their form, each with a mark that its owner chose to give it or not.
#[derive(Clone, Debug)]
pub(crate) struct WordTable {
    words: Words,
    /// At most a third full. A word lies in its key's bucket or, where that is full, in the next that is not.
    buckets: Vec<Bucket>,
    bits: u32,
}

/// As many words as fit one line of memory.
const WAYS: usize = 5;

#[derive(Clone, Copy, Debug, Default)]
#[repr(align(64))]
struct Bucket {
    /// See [`key`]; those in use come first.
    keys: [u64; WAYS],
    /// First 0, for none; then for each key its word's number plus one, times two, plus one if it is marked, or 0.
    entries: [u32; 1 + WAYS],
}

impl WordTable {
    /// Holds `words` under their indices and then, marked, those of `marked` that are not among them; those
    /// that are, are marked where they stand.
    pub(crate) fn new<'m>(words: &Words, marked: impl ExactSizeIterator<Item = &'m str>) -> Self {
        let buckets = (3 * (words.len() + marked.len())).div_ceil(WAYS).next_power_of_two().max(2);
        let bits = buckets.trailing_zeros();
        let mut table = Self { words: words.clone(), buckets: vec![Bucket::default(); buckets], bits };
        for id in 0..words.len() {
            table.insert(words.get(id), |_| id, 0);
        }
        for word in marked {
            let new = |words: &mut Words| {
                words.push(word);
                words.len() - 1
            };
            table.insert(word, new, 1);
        }
        table
    }

    /// Makes room for a word, if it has none, under the number that `new` gives it, and marks it.
    fn insert(&mut self, word: &str, new: impl FnOnce(&mut Words) -> usize, mark: u32) {
        // No token is like that, and `key` counts on it.
        if word.bytes().any(|byte| byte < b' ') {
            return;
        }
        let key = key(word.as_bytes(), 0, word.len());
        let (bucket, way) = self.seek(key, word.as_bytes());
        let Bucket { keys, entries } = &mut self.buckets[bucket];
        let entry = &mut entries[1 + way];
        if *entry == 0 {
            let id = u32::try_from(new(&mut self.words)).expect("a vocabulary has far fewer than two billion words");
            (keys[way], *entry) = (key, 2 * (id + 1));
        }
        *entry |= mark;
    }

    /// The word that is `text[from..to]`, if it is here, and whether it is marked. Quickest with eight bytes of
    /// whatever else behind it.
    #[inline]
    pub(crate) fn find(&self, text: &[u8], from: usize, to: usize) -> Option<(WordId, bool)> {
        let key = key(text, from, to);
        let entry = if to - from <= 8 { self.short(key) } else { self.long(key, &text[from..to]) };
        (entry != 0).then_some(((entry >> 1).wrapping_sub(1), entry & 1 == 1))
    }

    /// The entry of a word of at most eight bytes, or 0.
    #[inline]
    fn short(&self, key: u64) -> u32 {
        let mut at = spread(key, self.bits);
        loop {
            let Bucket { keys, entries } = &self.buckets[at];
            // A sum, and no choice, of which the compiler would make branches.
            let found = entries[(0..WAYS).map(|way| (way + 1) * usize::from(keys[way] == key)).sum::<usize>()];
            // Hardly any bucket is full: asked first, that is the only question.
            if entries[WAYS] == 0 || found != 0 {
                return found;
            }
            at = (at + 1) & (self.buckets.len() - 1);
        }
    }

    /// The entry of a longer word, or 0.
    fn long(&self, key: u64, word: &[u8]) -> u32 {
        let (bucket, way) = self.seek(key, word);
        self.buckets[bucket].entries[1 + way]
    }

    /// Where a word lies or, if it is not here, belongs.
    fn seek(&self, key: u64, word: &[u8]) -> (usize, usize) {
        let mut at = spread(key, self.bits);
        loop {
            let Bucket { keys, entries } = &self.buckets[at];
            for way in 0..WAYS {
                let entry = entries[1 + way];
                let same = || word.len() <= 8 || self.words.get((entry as usize >> 1) - 1).as_bytes() == word;
                if entry == 0 || (keys[way] == key && same()) {
                    return (at, way);
                }
            }
            at = (at + 1) & (self.buckets.len() - 1);
        }
    }
}

/// A number for a word without control characters: another for every word of up to eight bytes, and for longer
/// ones a hash, which is none of those.
#[inline]
fn key(text: &[u8], from: usize, to: usize) -> u64 {
    let len = to - from;
    if len > 8 {
        return long_key(&text[from..to]);
    }
    let bytes = eight(text, from).unwrap_or_else(|| {
        let mut bytes = [0; 8];
        bytes[..len].copy_from_slice(&text[from..to]);
        u64::from_le_bytes(bytes)
    });
    let (mask, tag) = SHORT[len];
    bytes & mask | tag
}

/// For words of so many bytes, which they are, and a number for the eighth that no word has there: no key is 0.
const SHORT: [(u64, u64); 9] = {
    let mut out = [(u64::MAX, 0); 9];
    let mut len = 0;
    while len < 8 {
        out[len] = ((1 << (8 * len)) - 1, (len as u64 + 1) << 56);
        len += 1;
    }
    out
};

/// What stands for the eighth byte of all longer words.
const LONG: u64 = 9 << 56;

#[cold]
fn long_key(word: &[u8]) -> u64 {
    // Eight bytes at a time; the last eight may overlap those before.
    let starts = (0..word.len() - 8).step_by(8).chain([word.len() - 8]);
    let hash = starts
        .filter_map(|at| eight(word, at))
        .fold(0, |hash: u64, chunk| (hash.rotate_left(23) ^ chunk).wrapping_mul(SPREAD));
    hash >> 8 | LONG
}

// ---- pairs --------------------------------------------------------------------------------------

/// The features of two words among a model's, found by their keys.
#[derive(Clone, Debug)]
pub(crate) struct PairTable {
    /// At least sixteen times as many bits as there are pairs: set for each of them.
    filter: Vec<u64>,
    /// A pair's index plus one, or 0; at most a quarter full. A pair lies in its slot or, where that is taken, in
    /// the next that is not.
    slots: Vec<u32>,
    keys: Vec<u64>,
    /// The first pair's row.
    first: usize,
    bits: u32,
}

/// How many bits of the filter there are for a slot, as a power of two.
const FINER: u32 = 2;

impl PairTable {
    /// Holds those of a model's features that are pairs: the last.
    pub(crate) fn new(features: &[Feature]) -> Self {
        let first = features.partition_point(|feature| !matches!(feature, Feature::Pair(..)));
        let keys: Vec<u64> = features[first..].iter().map(|pair| pair.key()).collect();
        let slots = (4 * keys.len()).next_power_of_two().max(64 >> FINER);
        let bits = slots.trailing_zeros();
        let mut table = Self { filter: vec![0; (slots << FINER) / 64], slots: vec![0; slots], keys, first, bits };
        for (entry, &key) in (1..).zip(&table.keys) {
            let bit = spread(key, bits + FINER);
            table.filter[bit / 64] |= 1 << (bit % 64);
            let mut at = bit >> FINER;
            while table.slots[at] != 0 {
                at = (at + 1) & (slots - 1);
            }
            table.slots[at] = entry;
        }
        table
    }

    /// Whether a pair may be here; of those that are not, it says so of nearly all.
    #[inline]
    pub(crate) fn may_hold(&self, key: u64) -> bool {
        let bit = spread(key, self.bits + FINER);
        self.filter[bit / 64] >> (bit % 64) & 1 == 1
    }

    /// The row of a pair, if it is here.
    #[inline]
    pub(crate) fn find(&self, key: u64) -> Option<usize> {
        let mut at = spread(key, self.bits);
        loop {
            let index = (self.slots[at] as usize).checked_sub(1)?;
            if self.keys[index] == key {
                return Some(self.first + index);
            }
            at = (at + 1) & (self.slots.len() - 1);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{PairTable, WordTable};
    use crate::feature::Feature;
    use crate::table::Words;

    #[test]
    fn words_are_found_and_others_are_not() {
        // Alike in their first or last eight bytes, and of every length.
        let mut all: Vec<String> = (1..40).flat_map(|n| ["a".repeat(n), "a".repeat(n) + "b", "é".repeat(n)]).collect();
        all.extend((0..500).map(|n| n.to_string()));
        all.sort();
        all.dedup();
        let (here, missing): (Vec<_>, Vec<_>) = all.iter().enumerate().partition(|(i, _)| i % 3 != 0);
        let words: Words = here.iter().map(|(_, word)| word.as_str()).collect();
        let marked = ["7", "a-word-that-is-not-there", here[5].1.as_str()];
        let table = WordTable::new(&words, marked.into_iter());
        let find = |word: &str| {
            let alone = table.find(word.as_bytes(), 0, word.len());
            let inside = format!("x{word}and more behind it");
            assert_eq!(table.find(inside.as_bytes(), 1, 1 + word.len()), alone, "{word:?}");
            alone
        };
        for (id, (_, word)) in (0..).zip(&here) {
            assert_eq!(find(word), Some((id, marked.contains(&word.as_str()))), "{word:?}");
        }
        for (_, word) in missing {
            assert_eq!(find(word).is_some(), marked.contains(&word.as_str()), "{word:?}");
        }
        assert!(find(marked[1]).is_some_and(|(id, marked)| id as usize >= words.len() && marked));
        assert_eq!(WordTable::new(&Words::default(), [].into_iter()).find(b"", 0, 0), None);
    }

    #[test]
    fn words_that_no_token_is_like_do_no_harm() {
        // The second has the key that the first would have, were it let in.
        let words: Words = ["abc\0\0\0\0\u{4}", "abc", "", "\0"].into_iter().collect();
        let table = WordTable::new(&words, ["", "\u{1}", "b"].into_iter());
        assert_eq!(table.find(b"abc", 0, 3), Some((1, false)));
        assert_eq!(table.find(b"b", 0, 1), Some((4, true)));
        assert_eq!(table.find(b"", 0, 0), Some((2, true)));
        assert_eq!(table.find(b"a", 0, 1), None);
    }

    #[test]
    fn pairs_are_found_and_others_are_not() {
        let all = || (0..60_u32).flat_map(|left| (0..60).map(move |right| (left, right)));
        let here: Vec<_> = all().filter(|(left, right)| (left * 7 + right) % 5 == 0).collect();
        let mut features = vec![Feature::Word(0), Feature::Negated(1)];
        features.extend(here.iter().map(|&(left, right)| Feature::Pair(left, right)));
        let table = PairTable::new(&features);
        let mut held = 0;
        for (left, right) in all() {
            let pair = Feature::Pair(left, right);
            let row = features.iter().position(|&other| other == pair);
            assert_eq!(table.find(pair.key()), row, "{pair:?}");
            held += usize::from(table.may_hold(pair.key()));
            assert!(row.is_none() || table.may_hold(pair.key()), "{pair:?}");
        }
        assert!(held < here.len() * 5 / 4, "{held} of {}", here.len());
        assert_eq!(PairTable::new(&[]).find(Feature::Pair(0, 0).key()), None);
    }
}
