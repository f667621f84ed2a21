//! Sentences to a sparse matrix: decides which words are known, extracts every feature with the core's
//! extractor, keeps the frequent ones.
//!
//! Two passes. The first counts words and learns from their case which capitalised ones are names; the
//! second extracts features under the vocabulary so decided. Pruning a model later means deciding a
//! smaller vocabulary and extracting again, never editing the matrix: what a known word changes
//! about its neighbours then stays the same in training and in use.

use crate::records::{Matrix, SparseRecords};
use foldhash::fast::FixedState;
use stancelight::feature::{Evidence, Feature, Lexicon, Markers, Settings, Terms, WordId, marker, observe};
use stancelight::token::Tokens;
use std::collections::{BTreeMap, BTreeSet};

/// Looked up once a token: a fast hash with a fixed seed pays, and nothing here depends on an order.
type HashMap<K, V> = std::collections::HashMap<K, V, FixedState>;
/// Likewise.
pub type HashSet<K> = std::collections::HashSet<K, FixedState>;

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
        let mut counts: HashMap<String, Seen> = HashMap::default();
        let mut tokens = Tokens::default();
        for (text, sentence) in texts.zip(1..) {
            observe(text, &mut tokens, |form, evidence| {
                if !counts.contains_key(form) {
                    counts.insert(form.to_owned(), Seen::default());
                }
                let Some(seen) = counts.get_mut(form) else { return };
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
        counts.retain(|_, seen| seen.sentences >= min_sentences && !is_name(seen));
        let words: BTreeSet<String> = counts.into_keys().chain(marker::ALL.map(String::from)).collect();
        Self::new(words)
    }

    /// A vocabulary of these words.
    pub fn new(words: BTreeSet<String>) -> Self {
        let words: Vec<String> = words.into_iter().collect();
        let ids = words.iter().zip(0..).map(|(word, id)| (word.clone(), id)).collect();
        Self { words, ids }
    }

    /// Only the words that these features need, and the features under their new numbers.
    pub fn shrink(&self, features: impl Iterator<Item = Feature>) -> (Self, HashSet<Feature>) {
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
        let renumbered = renumbered.collect();
        (small, renumbered)
    }

    /// The words, ascending.
    pub fn words(&self) -> &[String] {
        &self.words
    }
}

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

impl Extracted {}

/// Which features become columns.
pub enum Keep<'a> {
    /// Those in at least this many sentences.
    Frequent(u32),
    /// These.
    Only(&'a HashSet<Feature>),
}

/// Extracts the features of every text.
#[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "counts in a sentence are small")]
pub fn extract<'t>(
    texts: impl Iterator<Item = &'t str>,
    settings: &Settings,
    vocabulary: &Vocabulary,
    keep: &Keep<'_>,
) -> Extracted {
    let markers = Markers::of(vocabulary);
    let (mut tokens, mut terms) = (Tokens::default(), Terms::default());
    // Provisional columns in the order of appearance; sorted out below.
    let mut columns: HashMap<u64, u32> = HashMap::default();
    let mut found: Vec<(Feature, u32)> = Vec::new();
    // Four bytes for every occurrence is what a large corpus needs most memory for; where each row ends in them,
    // and how many terms its sentence has.
    let mut cells: Vec<u32> = Vec::new();
    let mut rows: Vec<(usize, u32)> = Vec::new();
    for text in texts {
        let begin = cells.len();
        tokens.fill(text);
        terms.fill(&tokens, settings, vocabulary, markers);
        terms.features(settings, markers, |feature, _, _| {
            if let Keep::Only(wanted) = keep
                && !wanted.contains(&feature)
            {
                return;
            }
            let column = *columns.entry(feature.key()).or_insert_with(|| {
                found.push((feature, 0));
                found.len() as u32 - 1
            });
            cells.push(column);
        });
        let row = &mut cells[begin..];
        row.sort_unstable();
        for group in row.chunk_by(|a, b| a == b) {
            found[group[0] as usize].1 += 1;
        }
        rows.push((cells.len(), terms.as_slice().len() as u32));
    }
    drop(columns);
    let least = match keep {
        Keep::Frequent(n) => *n,
        Keep::Only(_) => 1,
    };
    let sorted: BTreeMap<Feature, usize> =
        found.iter().enumerate().filter(|(_, (_, n))| *n >= least).map(|(i, (feature, _))| (*feature, i)).collect();
    let mut position = vec![u32::MAX; found.len()];
    for (new, &old) in (0..).zip(sorted.values()) {
        position[old] = new;
    }
    let sentences: Vec<u32> = sorted.values().map(|&old| found[old].1).collect();
    drop(found);
    let kept = sentences.iter().map(|&n| n as usize).sum();
    let (mut pointers, mut indices, mut data) = (vec![0], Vec::with_capacity(kept), Vec::with_capacity(kept));
    let mut row: Vec<u32> = Vec::new();
    let mut begin = 0;
    for (end, terms) in rows {
        row.clear();
        row.extend(cells[begin..end].iter().map(|&old| position[old as usize]).filter(|&column| column != u32::MAX));
        row.sort_unstable();
        let norm = if settings.length_norm { (terms.max(1) as f32).sqrt() } else { 1.0 };
        for group in row.chunk_by(|a, b| a == b) {
            indices.push(group[0]);
            data.push(group.len() as f32 / norm);
        }
        pointers.push(indices.len());
        begin = end;
    }
    let shape = (pointers.len() - 1, sorted.len());
    let records = SparseRecords::from(Matrix::new(shape, pointers, indices, data));
    Extracted { features: sorted.into_keys().collect(), sentences, records }
}
