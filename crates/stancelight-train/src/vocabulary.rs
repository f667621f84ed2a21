//! Which words are known: sentences come in; words that are frequent enough, and not names, go out.
//!
//! Words are counted, and their case tells which capitalised ones are names; `extract` then finds features
//! under the vocabulary so decided. Pruning a model later means deciding a smaller vocabulary and extracting again,
//! never editing the matrix: what a known word changes about its neighbours then stays the same in training and in use.

use foldhash::fast::FixedState;
use hashbrown::HashTable;
use stancelight::feature::{Evidence, Feature, Lexicon, Settings, WordId, marker, observe};
use stancelight::token::{Token, Tokens};
use std::collections::BTreeSet;
use std::hash::BuildHasher;

/// Looked up once a token: a fast hash with a fixed seed pays, and nothing here depends on an order.
pub type HashMap<K, V> = std::collections::HashMap<K, V, FixedState>;
/// Features, and of each a number of the caller's.
pub type Numbered = HashMap<Feature, u32>;

/// The words features may be made of, in ascending byte order.
#[derive(Clone, Debug, Default)]
pub struct Vocabulary {
    words: Vec<String>,
    ids: HashMap<String, WordId>,
}

impl Lexicon for Vocabulary {
    fn id(&self, form: &str) -> Option<WordId> {
        self.ids.get(form).copied()
    }
}

/// A vocabulary beside the settings' negators, so that one look-up a token answers both questions.
pub struct Known {
    ids: HashMap<String, (Option<WordId>, bool)>,
}

impl Known {
    /// The words of a vocabulary, and the negators whether they are among them or not.
    pub fn new(vocabulary: &Vocabulary, settings: &Settings) -> Self {
        let words = vocabulary.words.iter().zip(0..).map(|(word, id)| (word.clone(), (Some(id), false)));
        let mut ids: HashMap<_, _> = words.collect();
        for negator in &settings.negators {
            ids.entry(negator.clone()).or_default().1 = true;
        }
        Self { ids }
    }
}

impl Lexicon for Known {
    fn id(&self, form: &str) -> Option<WordId> {
        self.ids.get(form).and_then(|known| known.0)
    }

    fn look_up(&self, tokens: &Tokens, token: Token, _: &Settings) -> (Option<WordId>, bool) {
        self.ids.get(tokens.form(token)).copied().unwrap_or_default()
    }
}

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
        let words = counts.into_iter().map(|(form, _)| form).chain(marker::ALL.map(String::from)).collect();
        Self::new(words)
    }

    /// A vocabulary of these words.
    pub fn new(words: BTreeSet<String>) -> Self {
        let words: Vec<String> = words.into_iter().collect();
        let ids = words.iter().zip(0..).map(|(word, id)| (word.clone(), id)).collect();
        Self { words, ids }
    }

    /// Only the words that these features need, and the features made of their new numbers, each with its place
    /// among those given.
    pub fn shrink(&self, features: impl Iterator<Item = Feature>) -> (Self, Numbered) {
        let features: Vec<Feature> = features.collect();
        let mut needed: BTreeSet<WordId> = marker::ALL.iter().filter_map(|&name| self.id(name)).collect();
        for feature in &features {
            let (a, b) = feature.words();
            needed.insert(a);
            needed.extend(b);
        }
        let name = |id: WordId| self.words[id as usize].clone();
        let small = Self::new(needed.iter().map(|&id| name(id)).collect());
        let new = |id: WordId| small.ids[&self.words[id as usize]];
        let renumbered = features.iter().map(|feature| match *feature {
            Feature::Word(a) => Feature::Word(new(a)),
            Feature::Negated(a) => Feature::Negated(new(a)),
            Feature::Pair(a, b) => Feature::Pair(new(a), new(b)),
        });
        let renumbered = renumbered.zip(0..).collect();
        (small, renumbered)
    }

    /// The words, ascending.
    pub fn words(&self) -> &[String] {
        &self.words
    }
}
