//! Which words are known: sentences come in; words that are frequent enough, and not names, go out.
//!
//! Words are counted, and their case tells which capitalised ones are names; `extract` then finds features
//! under the vocabulary so decided. Pruning a model later means deciding a smaller vocabulary and extracting again,
//! never editing the matrix: what a known word changes about its neighbours then stays the same in training and in use.

use foldhash::fast::FixedState;
use hashbrown::HashTable;
use stancelight::Words;
use stancelight::feature::{Evidence, Feature, Settings, WordId, marker, observe};
use stancelight::token::Tokens;
use std::hash::BuildHasher;

/// Looked up once a token: a fast hash with a fixed seed pays, and nothing here depends on an order.
pub type HashMap<K, V> = std::collections::HashMap<K, V, FixedState>;
/// Features, and of each a number of the caller's.
pub type Numbered = HashMap<Feature, u32>;

/// What counting one word found.
#[derive(Clone, Copy, Default)]
struct Seen {
    sentences: u32,
    last: u32,
    as_word: u32,
    as_name: u32,
    small: u32,
}

/// A form seen this many times as often as a name than as a word is a name.
const NAME_RATIO: u32 = 4;

/// The words features may be made of, in ascending byte order.
#[derive(Clone, Debug, Default)]
pub struct Vocabulary {
    words: Words,
}

impl Vocabulary {
    /// Decides the vocabulary: forms in at least `min_sentences` sentences that are not names.
    pub fn learn<'t>(texts: impl Iterator<Item = &'t str>, settings: &Settings, min_sentences: u32) -> Self {
        let hasher = FixedState::default();
        let mut counts: HashTable<(String, Seen)> = HashTable::new();
        let mut tokens = Tokens::default();
        for (text, sentence) in texts.zip(1..) {
            observe(text, &mut tokens, |form, evidence| {
                let hash = hasher.hash_one(form);
                let entry = counts.entry(hash, |(known, _)| known == form, |(known, _)| hasher.hash_one(known));
                let mut entry = entry.or_insert_with(|| (form.to_owned(), Seen::default()));
                let seen = &mut entry.get_mut().1;
                if seen.last != sentence {
                    seen.last = sentence;
                    seen.sentences += 1;
                }
                match evidence {
                    Evidence::Word => seen.as_word += 1,
                    Evidence::Name => seen.as_name += 1,
                    Evidence::Small => seen.small += 1,
                    Evidence::Capital => {}
                }
            });
        }
        // What was never once written small is a name too, however little was seen of it.
        let is_name = |seen: &Seen| {
            settings.mask_names && (seen.as_name > NAME_RATIO * seen.as_word || seen.as_word + seen.small == 0)
        };
        counts.retain(|(_, seen)| seen.sentences >= min_sentences && !is_name(seen));
        let mut words: Vec<String> = counts.into_iter().map(|(form, _)| form).collect();
        words.extend(marker::ALL.map(String::from));
        words.sort_unstable();
        Self { words: words.iter().map(String::as_str).collect() }
    }

    /// Only the words that these features need, and the features made of their new numbers, each with its place
    /// among those given.
    pub fn shrink(&self, features: impl Iterator<Item = Feature>) -> (Self, Numbered) {
        let features: Vec<Feature> = features.collect();
        let mut needed = vec![false; self.words.len()];
        let all = self.words.iter().zip(&mut needed);
        all.filter(|(word, _)| marker::ALL.contains(word)).for_each(|(_, needed)| *needed = true);
        for feature in &features {
            let (a, b) = feature.words();
            needed[a as usize] = true;
            b.into_iter().for_each(|b| needed[b as usize] = true);
        }
        // Those that are left keep their order: each one's number is how many are left before it.
        let numbers = needed.iter().scan(0, |left, &needed| {
            *left += WordId::from(needed);
            Some(left.saturating_sub(1))
        });
        let numbers: Vec<WordId> = numbers.collect();
        let new = |id: WordId| numbers[id as usize];
        let words = self.words.iter().zip(&needed).filter(|(_, needed)| **needed).map(|(word, _)| word).collect();
        let renumbered = features.iter().map(|feature| match *feature {
            Feature::Word(a) => Feature::Word(new(a)),
            Feature::Negated(a) => Feature::Negated(new(a)),
            Feature::Pair(a, b) => Feature::Pair(new(a), new(b)),
        });
        (Self { words }, renumbered.zip(0..).collect())
    }

    /// The words, ascending.
    pub fn words(&self) -> &Words {
        &self.words
    }
}
