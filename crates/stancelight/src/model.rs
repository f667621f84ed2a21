//! The model as plain data, and the compiled form that scores with it.
//!
//! [`Model`] is what the file holds and what tools inspect; [`Predictor`] adds the look-up tables.
//! Keeping the two apart lets the file stay small and stable while the tables change with the engine.

use crate::feature::{Feature, Lexicon, Markers, Settings, WordId};
use crate::table::{Index, Words};
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
    pairs: Index,
    first_pair: usize,
}

const NO_ROW: u32 = u32::MAX;

/// The words of a model, found by their form.
#[derive(Clone, Debug)]
pub(crate) struct Known {
    words: Words,
    index: Index,
}

impl Lexicon for Known {
    fn id(&self, form: &str) -> Option<WordId> {
        self.index.find(form, |index| self.words.get(index) == form)
    }
}

impl Predictor {
    /// Compiles the look-up tables.
    pub fn new(model: Model) -> Self {
        let words = model.words.clone();
        let index = Index::new(words.len(), |i| words.get(i));
        let mut rows = vec![[NO_ROW; 2]; words.len()];
        let mut first_pair = model.features.len();
        for (row, &feature) in (0u32..).zip(&model.features) {
            match feature {
                Feature::Word(a) => rows[a as usize][0] = row,
                Feature::Negated(a) => rows[a as usize][1] = row,
                Feature::Pair(..) => {
                    // Keys ascend by kind, so all features of two words stand at the end.
                    first_pair = row as usize;
                    break;
                }
            }
        }
        let pairs = Index::new(model.features.len() - first_pair, |i| model.features[first_pair + i].key());
        let lexicon = Known { words, index };
        let markers = Markers::of(&lexicon);
        Self { model, lexicon, markers, rows, pairs, first_pair }
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

    /// The weights of a feature, one a label, if the model has it.
    pub(crate) fn weights(&self, feature: Feature) -> Option<&[i8]> {
        let row = match feature {
            Feature::Word(a) => self.rows[a as usize][0],
            Feature::Negated(a) => self.rows[a as usize][1],
            Feature::Pair(..) => {
                let key = feature.key();
                let pair = self
                    .pairs
                    .find(key, |i| self.model.features.get(self.first_pair + i).is_some_and(|f| f.key() == key));
                pair.map_or(NO_ROW, |i| i + u32::try_from(self.first_pair).unwrap_or(NO_ROW))
            }
        };
        let labels = self.model.linear.bias.len();
        (row != NO_ROW).then(|| &self.model.linear.weights[row as usize * labels..][..labels])
    }
}
