//! The model as plain data, and the compiled form that scores with it.
//!
//! [`Model`] is what the file holds and what tools inspect; [`Predictor`] adds the look-up tables.
//! Keeping the two apart lets the file stay small and stable while the tables change with the engine.

use crate::feature::{Feature, Lexicon, Markers, Settings, WordId};
use crate::lookup::{PairTable, WordTable};
use crate::table::Words;
use crate::token::{Token, Tokens};
use crate::topic::Topic;

/// Everything a model file says.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    /// The question and its labels.
    pub topic: Topic,
    /// How features are made.
    pub settings: Settings,
    /// What a reader should know of the training, as names and values in order.
    pub facts: Vec<(String, String)>,
    /// Every word the features are made of, in ascending byte order.
    pub words: Words,
    /// The features, in ascending order of their keys.
    pub features: Vec<Feature>,
    /// One weight a feature and label.
    pub linear: Linear,
}

/// A linear scorer with eight-bit weights: logit = bias + scale · Σ weight.
///
/// Sums of whole numbers are exact in any order, so every platform and every way of adding up gives
/// the same logit, and the shares of an explanation add up to it without a rounding error.
#[derive(Clone, Debug, PartialEq)]
pub struct Linear {
    /// One a label: the logit of a sentence without any known feature.
    pub bias: Vec<f32>,
    /// One a label: what a weight of 1 is worth.
    pub scale: Vec<f32>,
    /// A row of one weight a label for each feature.
    pub weights: Vec<i8>,
}

/// A model ready to score: make it once, use it for any number of texts.
#[derive(Clone, Debug)]
pub struct Predictor {
    model: Model,
    lexicon: Known,
    pub(crate) markers: Markers,
    /// For each word, the row of its word feature and of its negated feature, or [`NO_ROW`].
    rows: Vec<[u32; 2]>,
    pub(crate) pairs: PairTable,
}

const NO_ROW: u32 = u32::MAX;

/// The words of a model, found by their form. Behind them its negators that are not among them, so that one
/// look-up a token answers both questions.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    table: WordTable,
    words: WordId,
}

impl Known {
    fn new(model: &Model) -> Self {
        let table = WordTable::new(&model.words, model.settings.negators.iter().map(String::as_str));
        let words = WordId::try_from(model.words.len()).expect("a vocabulary has far fewer than four billion words");
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

impl Predictor {
    /// Compiles the look-up tables.
    pub fn new(model: Model) -> Self {
        let mut rows = vec![[NO_ROW; 2]; model.words.len()];
        for (row, &feature) in (0..).zip(&model.features) {
            match feature {
                Feature::Word(a) => rows[a as usize][0] = row,
                Feature::Negated(a) => rows[a as usize][1] = row,
                // Keys ascend by kind: from here on there are only pairs.
                Feature::Pair(..) => break,
            }
        }
        let pairs = PairTable::new(&model.features);
        let lexicon = Known::new(&model);
        let markers = Markers::of(&lexicon);
        Self { model, lexicon, markers, rows, pairs }
    }

    /// The model this was made from.
    pub const fn model(&self) -> &Model {
        &self.model
    }

    /// The model's topic.
    pub const fn topic(&self) -> &Topic {
        &self.model.topic
    }

    pub(crate) const fn lexicon(&self) -> &Known {
        &self.lexicon
    }

    /// The row of a word's weights, as it stands or negated, if the model has this feature.
    pub(crate) fn row(&self, word: WordId, negated: bool) -> Option<usize> {
        let row = self.rows[word as usize][usize::from(negated)];
        (row != NO_ROW).then_some(row as usize)
    }
}
