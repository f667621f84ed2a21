//! The model's two look-ups, compiled from plain data at load: words by their form, pairs of words by their
//! numbers.
//!
//! What costs time here is neither arithmetic nor memory but what a processor cannot foresee: whether a word is
//! known, whether a pair is a feature, in which slot it lies. So one line of memory holds several keys, of which
//! the right one is chosen without a branch, and what is not there is found like anything else, as 0.

use crate::ascii::eight;
use crate::feature::{Feature, Lexicon, Settings, WordId};
use crate::table::Words;
use crate::token::{Token, Tokens};

/// An odd number near 2⁶⁴ over the golden ratio: its products' high bits depend on all bits below.
const SPREAD: u64 = 0x9E37_79B9_7F4A_7C15;

/// How many lines hold so many keys of which `ways` fit a line: at most half of the ways are taken.
fn lines_for(keys: usize, ways: usize) -> usize {
    (2 * keys).div_ceil(ways).next_power_of_two().max(2)
}

/// What is found where a line is full and the key not in it: look elsewhere, too. To find this is the only question
/// that is asked, for it is hardly ever found.
const ELSEWHERE: u32 = u32::MAX;

// ---- words --------------------------------------------------------------------------------------

/// The words of a model or of one in the making, found by their form. Behind them the negators that are not among
/// them, so that one look-up a token answers both questions.
#[derive(Clone, Debug)]
pub struct Known {
    table: WordTable,
    words: WordId,
}

impl Known {
    /// `words` are in ascending byte order, each once; a word's number is its index.
    pub fn new(words: &Words, settings: &Settings) -> Self {
        let table = WordTable::new(words, settings.negators.iter().map(String::as_str));
        let words = WordId::try_from(words.len()).expect("a vocabulary has far fewer than four billion words");
        Self { table, words }
    }
}

impl Lexicon for Known {
    fn id(&self, form: &str) -> Option<WordId> {
        self.table.find(form.as_bytes(), 0, form.len()).map(|(id, _)| id).filter(|&id| id < self.words)
    }

    #[inline]
    fn look_up(&self, tokens: &Tokens, token: Token, _: &Settings) -> (Option<WordId>, bool) {
        let (forms, from, to) = tokens.place(token);
        let found = self.table.find(forms, from, to);
        found.map_or((None, false), |(id, negates)| ((id < self.words).then_some(id), negates))
    }
}

/// Words, found by their form, each with a mark that its owner chose to give it or not.
///
/// What is found is an *entry*: the word's number plus one, times two, plus one if it is marked; or 0.
#[derive(Clone, Debug)]
pub(crate) struct WordTable {
    /// Words of at most eight bytes, by [`eight_of`] them.
    short: Keyed,
    /// Words of at most sixteen, by the first number of [`long_key`].
    long: Keyed,
    /// For each word's number plus one: the second number, which must be the same as well.
    tails: Vec<u64>,
    /// In ascending order: still longer words, and those whose key another word has.
    others: Vec<(Box<[u8]>, u32)>,
}

impl WordTable {
    /// Holds `words`, which ascend, under their indices and then, marked, those of `marked` that are not among
    /// them; those that are, are marked where they stand.
    pub(crate) fn new<'m>(words: &Words, marked: impl Iterator<Item = &'m str>) -> Self {
        let (pool, places) = words.places();
        let mut marks: Vec<(usize, &str)> =
            marked.map(|mark| (words.partition_point(0..words.len(), |word| word < mark.as_bytes()), mark)).collect();
        marks.sort_unstable();
        marks.dedup();
        let (here, missing): (Vec<_>, Vec<_>) =
            marks.into_iter().partition(|&(at, mark)| at < words.len() && words.get(at) == mark);
        let (mut short, mut long) = (0, 0);
        for len in words.places().1.map(|(from, to)| to - from).chain(missing.iter().map(|(_, word)| word.len())) {
            short += usize::from(len <= 8);
            long += usize::from((9..=16).contains(&len));
        }
        let (short, long) = (Keyed::new(short), Keyed::new(long));
        let mut tails = Vec::with_capacity(1 + words.len() + missing.len());
        tails.push(0);
        let mut table = Self { short, long, tails, others: Vec::new() };
        let mut here = here.into_iter().map(|(at, _)| at).peekable();
        let all_plain = is_plain(pool);
        for (at, (from, to)) in places.enumerate() {
            let plain = all_plain || is_plain(&pool[from..to]);
            table.push(pool, from, to, here.next_if_eq(&at).is_some(), plain);
        }
        for word in missing.iter().map(|(_, word)| word.as_bytes()) {
            table.push(word, 0, word.len(), true, is_plain(word));
        }
        table.others.sort_unstable();
        table
    }

    /// Adds the word `text[from..to]`, which is not here, under the next number; unless it is `plain`, it is never found.
    fn push(&mut self, text: &[u8], from: usize, to: usize, mark: bool, plain: bool) {
        let entry = u32::try_from(2 * self.tails.len()).expect("a vocabulary has far fewer than two billion words");
        let entry = entry | u32::from(mark);
        // Of a short word that is what `eight_of` gives, and 0.
        let (key, tail) = long_key(text, from, to);
        self.tails.push(tail);
        // No token is like that, and the keys count on it.
        if !plain {
            return;
        }
        let table = if to - from > 8 { &mut self.long } else { &mut self.short };
        if to - from > 16 || key == NO_KEY || !table.insert(key, entry) {
            self.others.push((text[from..to].into(), entry));
        }
    }

    /// The word that is `text[from..to]`, if it is here, and whether it is marked. Quickest with eight bytes of
    /// whatever else behind it.
    #[inline]
    pub(crate) fn find(&self, text: &[u8], from: usize, to: usize) -> Option<(WordId, bool)> {
        let entry = self.look_up(text, from, to);
        (entry != 0).then_some(((entry >> 1).wrapping_sub(1), entry & 1 == 1))
    }

    #[inline]
    fn look_up(&self, text: &[u8], from: usize, to: usize) -> u32 {
        if to - from <= 8 { self.short.find(eight_of(text, from, to)) } else { self.look_up_long(text, from, to) }
    }

    fn look_up_long(&self, text: &[u8], from: usize, to: usize) -> u32 {
        if to - from <= 16 {
            let (key, tail) = long_key(text, from, to);
            let entry = self.long.find(key);
            if self.tails[entry as usize / 2] == tail {
                return entry;
            }
        }
        // In most models there is nothing else.
        let found = self.others.binary_search_by(|(other, _)| (**other).cmp(&text[from..to]));
        found.map_or(0, |at| self.others[at].1)
    }
}

/// Whether a word has no control characters: a token never has.
fn is_plain(word: &[u8]) -> bool {
    // All are asked, for so the compiler asks many at once.
    word.iter().fold(true, |plain, &byte| plain & (byte >= b' '))
}

/// Entries under keys of eight bytes.
#[derive(Clone, Debug)]
struct Keyed {
    /// A key lies in its own line or, where that is full, in the next that is not.
    lines: Vec<Line>,
    bits: u32,
}

/// As many keys as fit one line of memory.
const WAYS: usize = 5;

/// A key that no word has: no byte of a text is like its bytes.
const NO_KEY: u64 = u64::MAX;

#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
struct Line {
    /// Those in use come first.
    keys: [u64; WAYS],
    /// First what is under any other key: 0, or [`ELSEWHERE`]. Then for each key what is under it, or 0.
    entries: [u32; 1 + WAYS],
}

impl Keyed {
    fn new(keys: usize) -> Self {
        let lines = lines_for(keys, WAYS);
        let line = Line { keys: [NO_KEY; WAYS], entries: [0; 1 + WAYS] };
        Self { lines: vec![line; lines], bits: lines.trailing_zeros() }
    }

    #[inline]
    #[allow(clippy::cast_possible_truncation, reason = "an index of a line")]
    fn line(&self, key: u64) -> usize {
        (key.wrapping_mul(SPREAD) >> (u64::BITS - self.bits)) as usize
    }

    /// Adds a key, or says that it is here already.
    fn insert(&mut self, key: u64, entry: u32) -> bool {
        let mut at = self.line(key);
        loop {
            let Line { keys, entries } = &mut self.lines[at];
            if keys.contains(&key) {
                return false;
            }
            // Those in use come first; to count them is quicker than to guess where they end.
            let way = keys.iter().map(|&key| usize::from(key != NO_KEY)).sum::<usize>();
            if way < WAYS {
                (keys[way], entries[1 + way]) = (key, entry);
                if way + 1 == WAYS {
                    entries[0] = ELSEWHERE;
                }
                return true;
            }
            at = (at + 1) & (self.lines.len() - 1);
        }
    }

    /// What is under a key, or 0.
    #[inline]
    fn find(&self, key: u64) -> u32 {
        let mut at = self.line(key);
        loop {
            let Line { keys, entries } = &self.lines[at];
            // A sum, and no choice, of which the compiler would make branches.
            let way = (0..WAYS).map(|way| (way + 1) * usize::from(keys[way] == key)).sum::<usize>();
            let found = entries[way.min(WAYS)];
            if found != ELSEWHERE {
                return found;
            }
            at = (at + 1) & (self.lines.len() - 1);
        }
    }
}

/// Two numbers for a word, of which they hold sixteen bytes: no two words of so many have both in common.
#[inline]
fn long_key(text: &[u8], from: usize, to: usize) -> (u64, u64) {
    let middle = to.min(from + 8);
    let tail = eight_of(text, middle, to.min(from + 16));
    (eight_of(text, from, middle) ^ tail.wrapping_mul(SPREAD).rotate_left(32), tail)
}

/// The at most eight bytes of `text[from..to]` as a number, the first of them lowest: another for every text without
/// control characters.
#[inline]
fn eight_of(text: &[u8], from: usize, to: usize) -> u64 {
    let len = to - from;
    let bytes = eight(text, from).unwrap_or_else(|| {
        let mut bytes = [0; 8];
        bytes[..len].copy_from_slice(&text[from..to]);
        u64::from_le_bytes(bytes)
    });
    bytes & FIRST[len]
}

/// Masks for so many bytes.
const FIRST: [u64; 9] = {
    let mut out = [u64::MAX; 9];
    let mut len = 0;
    while len < 8 {
        out[len] = (1 << (8 * len)) - 1;
        len += 1;
    }
    out
};

// ---- pairs --------------------------------------------------------------------------------------

/// The features of two words among a model's, found by the words' numbers.
#[derive(Clone, Debug)]
pub(crate) struct PairTable {
    lines: Vec<PairLine>,
    bits: u32,
    /// How many bits a word's number has.
    word_bits: u32,
    /// In ascending order: pairs whose line is full, by their two numbers as one, with their rows plus one.
    others: Vec<(u64, u32)>,
}

/// As many pairs as fit one line of memory.
const PAIR_WAYS: usize = 7;

/// What no pair has left.
const NO_REST: u32 = 1;

#[derive(Clone, Copy, Debug)]
#[repr(align(64))]
struct PairLine {
    /// Those bits of a pair's product that do not say in which line it lies. Those in use come first.
    rests: [u32; PAIR_WAYS],
    /// First what any other pair has: 0, or [`ELSEWHERE`]. Then for each pair its row plus one, or 0.
    rows: [u32; 1 + PAIR_WAYS],
}

impl PairTable {
    /// Holds those of a model's features that are pairs, the last, under their indices; the model has so many words.
    pub(crate) fn new(features: &[Feature], words: usize) -> Self {
        let first = features.partition_point(|feature| !matches!(feature, Feature::Pair(..)));
        let pairs = features.len() - first;
        let word_bits = (usize::BITS - words.leading_zeros()).max(1);
        // A rest has room for 32 bits, of which the lowest is to be 0.
        let least = 1 << (2 * word_bits).saturating_sub(31);
        let lines = if pairs == 0 { 2 } else { lines_for(pairs, PAIR_WAYS).max(least) };
        let bits = lines.trailing_zeros();
        let line = PairLine { rests: [NO_REST; PAIR_WAYS], rows: [0; 1 + PAIR_WAYS] };
        let mut table = Self { lines: vec![line; lines], bits, word_bits, others: Vec::new() };
        // How full the lines are is kept apart while they fill: it stays near, and to write need not wait for memory.
        let mut used = vec![0_u8; lines];
        for (row, &feature) in (first..).zip(&features[first..]) {
            let (Feature::Pair(left, right), Ok(row)) = (feature, u32::try_from(row + 1)) else { continue };
            let (line, rest) = table.place(left, right);
            let (used, PairLine { rests, rows }) = (&mut used[line], &mut table.lines[line]);
            let way = usize::from(*used);
            if way < PAIR_WAYS {
                (rests[way], rows[1 + way]) = (rest, row);
                *used += 1;
            } else {
                rows[0] = ELSEWHERE;
                table.others.push((table.pair(left, right), row));
            }
        }
        table
    }

    fn pair(&self, left: WordId, right: WordId) -> u64 {
        u64::from(left) << self.word_bits | u64::from(right)
    }

    /// The line of a pair, and what tells it from all others that lie there: for an odd factor, different numbers
    /// of so many bits have different products, whose highest bits are the line and the others the rest.
    #[inline]
    #[allow(clippy::cast_possible_truncation, reason = "an index of a line, and the 32 highest bits that are left")]
    fn place(&self, left: WordId, right: WordId) -> (usize, u32) {
        let product = self.pair(left, right).wrapping_mul(SPREAD) << (u64::BITS - 2 * self.word_bits);
        ((product >> (u64::BITS - self.bits)) as usize, (product << self.bits >> 32) as u32)
    }

    /// The row of a pair plus one, or 0 if it is not here. Numbers that no word has are here in no pair.
    #[inline]
    pub(crate) fn find(&self, left: WordId, right: WordId) -> u32 {
        let (line, rest) = self.place(left, right);
        let PairLine { rests, rows } = &self.lines[line];
        let way = (0..PAIR_WAYS).map(|way| (way + 1) * usize::from(rests[way] == rest)).sum::<usize>();
        let found = rows[way & PAIR_WAYS];
        if found == ELSEWHERE { self.find_other(left, right) } else { found }
    }

    #[cold]
    fn find_other(&self, left: WordId, right: WordId) -> u32 {
        let pair = self.pair(left, right);
        self.others.binary_search_by_key(&pair, |&(other, _)| other).map_or(0, |at| self.others[at].1)
    }
}

#[cfg(test)]
mod tests {
    use super::{PairTable, WordTable};
    use crate::feature::Feature;
    use crate::table::Words;
    use std::collections::BTreeMap;

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
        // The fourth has the key that the third would have, were it let in.
        let words: Words = ["", "\0", "abc", "abc\0"].into_iter().collect();
        let table = WordTable::new(&words, ["", "\u{1}", "b"].into_iter());
        assert_eq!(table.find(b"abc", 0, 3), Some((2, false)));
        assert_eq!(table.find(b"b", 0, 1), Some((5, true)));
        assert_eq!(table.find(b"", 0, 0), Some((0, true)));
        assert_eq!(table.find(b"a", 0, 1), None);
    }

    #[test]
    fn words_made_to_have_the_same_key_are_still_told_apart() {
        // The first eight bytes make up for what the last say, so that `long_key` begins with the same number.
        let made = |tail: u64| {
            let wanted = u64::from_le_bytes(*b"together");
            let head = wanted ^ tail.wrapping_mul(super::SPREAD).rotate_left(32);
            String::from_utf8([head.to_le_bytes(), tail.to_le_bytes()].concat())
                .ok()
                .filter(|word| word.bytes().all(|b| b >= b' '))
        };
        let tails = (0..2_000_000_u64).map(|n| u64::from_le_bytes(*b"aaaaaaaa") + ((n * 0x9E37) & 0x0f0f_0f0f_0f0f));
        let mut all: Vec<String> = tails.filter_map(made).take(9).collect();
        all.sort();
        all.dedup();
        assert!(all.len() > 4, "{}", all.len());
        let words: Words = all.iter().map(String::as_str).collect();
        let table = WordTable::new(&words, [].into_iter());
        for (id, word) in (0..).zip(&all) {
            assert_eq!(super::long_key(word.as_bytes(), 0, 16).0, u64::from_le_bytes(*b"together"));
            assert_eq!(table.find(word.as_bytes(), 0, 16), Some((id, false)), "{word:?}");
        }
    }

    #[test]
    fn pairs_are_found_and_others_are_not() {
        // Many words and few; so few pairs that all have a place, and so many that some lines are full.
        for (words, apart) in [(60, 5), (60, 1), (1 << 16, 3), (1 << 20, 7)] {
            let step = words / 60;
            let all = || (0..60_u32).flat_map(|left| (0..60).map(move |right| (left * step, right * step)));
            let here: Vec<_> = all().filter(|(left, right)| (left / step * 7 + right / step) % apart == 0).collect();
            let mut features = vec![Feature::Word(0), Feature::Negated(1)];
            features.extend(here.iter().map(|&(left, right)| Feature::Pair(left, right)));
            let table = PairTable::new(&features, words as usize);
            let rows: BTreeMap<_, _> = here.iter().copied().zip(3..).collect();
            for (left, right) in all().chain((0..60).map(|left| (left, words))) {
                let row = rows.get(&(left, right)).copied().unwrap_or(0);
                assert_eq!(table.find(left, right), row, "{left} {right} of {words}");
            }
        }
        assert_eq!(PairTable::new(&[], 0).find(0, 0), 0);
    }

    #[test]
    fn pairs_made_to_lie_in_one_line_are_found() {
        let words = 1 << 12;
        let probe = PairTable::new(&[Feature::Pair(0, 0); 64], words as usize);
        let all = (0..words).flat_map(|left| (0..64).map(move |right| (left, right)));
        let here: Vec<_> = all.filter(|&(left, right)| probe.place(left, right).0 == 5).take(64).collect();
        assert_eq!(here.len(), 64);
        let features: Vec<Feature> = here.iter().map(|&(left, right)| Feature::Pair(left, right)).collect();
        let table = PairTable::new(&features, words as usize);
        for (row, &(left, right)) in (1..).zip(&here) {
            assert_eq!(table.find(left, right), row);
            assert_eq!(table.find(left, words), 0);
        }
    }
}
