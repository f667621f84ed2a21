//! The model's two look-ups, compiled from plain data at load: words by their form, pairs of words by their
//! numbers.
//!
//! Both are one flat array, at most half full, in which what is sought stands at its hash or right behind. A
//! slot holds all that tells it from others, so that a look-up reads one line of memory, whether it finds
//! something or, like most pairs, nothing. Only words of more than eight bytes are compared elsewhere.

use crate::ascii::eight;
use crate::feature::{Feature, WordId};
use crate::table::Words;

/// An odd number near 2⁶⁴ over the golden ratio: its products' high bits depend on all bits below.
const SPREAD: u64 = 0x9E37_79B9_7F4A_7C15;

/// How many slots for so many entries, as a power of two.
const fn bits_for(entries: usize) -> u32 {
    (2 * entries + 2).next_power_of_two().trailing_zeros()
}

/// Looks through a table, whose size is a power of two, from one slot on until one is `right`. The table must
/// hold one that is: a vacant one, if need be.
#[inline]
fn probe<S: Copy>(slots: &[S], mut at: usize, right: impl Fn(S) -> bool) -> (usize, S) {
    loop {
        let slot = slots[at];
        if right(slot) {
            return (at, slot);
        }
        at = (at + 1) & (slots.len() - 1);
    }
}

// ---- words --------------------------------------------------------------------------------------

/// Words, found by their form, each with a mark that its owner chose to give it or not.
#[derive(Clone, Debug)]
pub(crate) struct WordTable {
    words: Words,
    slots: Vec<WordSlot>,
    bits: u32,
}

#[derive(Clone, Copy, Debug)]
struct WordSlot {
    /// See [`key`].
    key: u64,
    len: u32,
    /// The word's number, times two, plus one if it is marked; or [`VACANT`].
    entry: u32,
}

const VACANT: u32 = u32::MAX;

impl WordTable {
    /// Holds `words` under their indices and then, marked, those of `marked` that are not among them; those
    /// that are, are marked where they stand.
    pub(crate) fn new<'m>(words: &Words, marked: impl ExactSizeIterator<Item = &'m str>) -> Self {
        let bits = bits_for(words.len() + marked.len());
        let vacant = WordSlot { key: 0, len: 0, entry: VACANT };
        let mut table = Self { words: words.clone(), slots: vec![vacant; 1 << bits], bits };
        for id in 0..words.len() {
            let (from, to) = table.words.range(id);
            let (at, _) = table.slot(table.words.bytes(), from, to);
            table.take(at, id, (from, to));
        }
        for word in marked {
            let (at, _) = table.slot(word.as_bytes(), 0, word.len());
            if table.slots[at].entry == VACANT {
                let id = table.words.len();
                table.words.push(word);
                table.take(at, id, table.words.range(id));
            }
            table.slots[at].entry |= 1;
        }
        table
    }

    /// Gives the slot at `at`, if it is vacant, to the word `id`.
    fn take(&mut self, at: usize, id: usize, (from, to): (usize, usize)) {
        if self.slots[at].entry == VACANT {
            let narrow = |n: usize| u32::try_from(n).expect("a vocabulary has far fewer than two billion words");
            let key = key(self.words.bytes(), from, to);
            self.slots[at] = WordSlot { key, len: narrow(to - from), entry: narrow(2 * id) };
        }
    }

    /// The word that is `text[from..to]`, if it is here, and whether it is marked. Quickest with eight bytes of
    /// whatever else behind it.
    #[inline]
    pub(crate) fn find(&self, text: &[u8], from: usize, to: usize) -> Option<(WordId, bool)> {
        let (_, WordSlot { entry, .. }) = self.slot(text, from, to);
        (entry != VACANT).then_some((entry >> 1, entry & 1 == 1))
    }

    /// The slot of this word, or the vacant one where it belongs.
    #[inline(always)] // Once for every token; the callers that build a table would keep it apart.
    fn slot(&self, text: &[u8], from: usize, to: usize) -> (usize, WordSlot) {
        let (key, len) = (key(text, from, to), to - from);
        #[allow(clippy::cast_possible_truncation, reason = "a table fits in memory")]
        let first = (key.wrapping_mul(SPREAD) >> (u64::BITS - self.bits)) as usize;
        probe(&self.slots, first, |slot| {
            let same = slot.key == key
                && slot.len as usize == len
                && (len <= 8 || self.words.get(slot.entry as usize >> 1).as_bytes() == &text[from..to]);
            same || slot.entry == VACANT
        })
    }
}

/// A word of up to eight bytes as a number, different for different words of one length; a longer one's hash.
#[inline]
fn key(text: &[u8], from: usize, to: usize) -> u64 {
    let len = to - from;
    if len <= 8 {
        let short = eight(text, from).unwrap_or_else(|| {
            let mut bytes = [0; 8];
            bytes[..len].copy_from_slice(&text[from..to]);
            u64::from_le_bytes(bytes)
        });
        #[allow(clippy::cast_possible_truncation, reason = "at most eight")]
        return short & u64::MAX.checked_shr(64 - 8 * len as u32).unwrap_or(0);
    }
    long_key(&text[from..to])
}

/// The hash of a word of more than eight bytes.
#[cold]
fn long_key(word: &[u8]) -> u64 {
    // Eight bytes at a time; the last eight may overlap those before.
    let starts = (0..word.len() - 8).step_by(8).chain([word.len() - 8]);
    starts
        .filter_map(|at| eight(word, at))
        .fold(0, |hash: u64, chunk| (hash.rotate_left(23) ^ chunk).wrapping_mul(SPREAD))
}

// ---- pairs --------------------------------------------------------------------------------------

/// The features of two words among a model's, found by the words' numbers. The features themselves stay with
/// their owner, who shows them again for every look-up.
#[derive(Clone, Debug)]
pub(crate) struct PairTable {
    /// A feature's index plus one in the low bits, bits of its hash above; 0 where there is none. Four bytes a
    /// slot, because most pairs of words are no feature and the first look says so.
    slots: Vec<u32>,
    bits: u32,
    /// The bits that are an index.
    index: u32,
}

impl PairTable {
    /// Holds those of these features that are pairs.
    pub(crate) fn new(features: &[Feature]) -> Self {
        let pairs = || (0_u32..).zip(features).filter(|(_, feature)| matches!(feature, Feature::Pair(..)));
        let bits = bits_for(pairs().count());
        let index = u32::MAX.checked_shr(u32::try_from(features.len()).unwrap_or(0).leading_zeros()).unwrap_or(0);
        let mut table = Self { slots: vec![0; 1 << bits], bits, index };
        for (at, &feature) in pairs() {
            let (slot, tag) = table.place(feature);
            let (slot, _) = probe(&table.slots, slot, |held| held == 0);
            table.slots[slot] = tag | (at + 1);
        }
        table
    }

    /// The index of a pair among these features, the same as [`Self::new`] was given.
    #[inline]
    pub(crate) fn find(&self, pair: Feature, features: &[Feature]) -> Option<usize> {
        let (mut at, tag) = self.place(pair);
        loop {
            let held = self.slots[at];
            // Only one branch that no processor can foresee: `|` and not `||`.
            if (held == 0) | (held & !self.index == tag) {
                let index = (held & self.index).wrapping_sub(1) as usize;
                if held == 0 || features.get(index) == Some(&pair) {
                    return (held != 0).then_some(index);
                }
            }
            at = (at + 1) & (self.slots.len() - 1);
        }
    }

    /// Where to look for a pair first, and the bits of its hash that its slot holds.
    fn place(&self, pair: Feature) -> (usize, u32) {
        let hash = pair.key().wrapping_mul(SPREAD);
        #[allow(clippy::cast_possible_truncation, reason = "the highest bits, and those right below")]
        ((hash >> (u64::BITS - self.bits)) as usize, (hash << self.bits >> 32) as u32 & !self.index)
    }
}

#[cfg(test)]
mod tests {
    use super::{PairTable, WordTable};
    use crate::feature::Feature;
    use crate::table::Words;

    #[test]
    fn words_are_found_and_others_are_not() {
        // Alike in their first or last eight bytes, of every length, with zeros, and none.
        let mut all: Vec<String> = (0..40).flat_map(|n| ["a".repeat(n), "a".repeat(n) + "b", "\0".repeat(n)]).collect();
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
    fn pairs_are_found_and_others_are_not() {
        let all = || (0..60_u32).flat_map(|left| (0..60).map(move |right| (left, right)));
        let here: Vec<_> = all().filter(|(left, right)| (left * 7 + right) % 5 == 0).collect();
        let mut features = vec![Feature::Word(0), Feature::Negated(1)];
        features.extend(here.iter().map(|&(left, right)| Feature::Pair(left, right)));
        let table = PairTable::new(&features);
        for (left, right) in all() {
            let pair = Feature::Pair(left, right);
            let index = features.iter().position(|&other| other == pair);
            assert_eq!(table.find(pair, &features), index, "{pair:?}");
        }
        assert_eq!(PairTable::new(&[]).find(Feature::Pair(0, 0), &[]), None);
    }
}
