//! The model as plain data, and the compiled form that scores with it.
//!
//! [`Model`] is what the file holds and what tools inspect; [`Predictor`] adds what scoring needs. Keeping the two
//! apart lets the file stay small and stable while tables and layouts change with the engine. The seam between the
//! kinds of scorers is here too: a sentence goes in, logits and each word's shares come out, and nobody else asks
//! which kind it was.

use crate::encoder::{self, Encoder, EncoderScorer};
use crate::linear::{self, Linear, LinearScorer};
use crate::span::Span;
use crate::token::Tokens;
use crate::topic::Topic;
use crate::wide_and_deep::WideAndDeepScorer;

/// Everything a model file says.
#[derive(Clone, Debug, PartialEq)]
pub struct Model {
    /// The question and its labels.
    pub topic: Topic,
    /// What a reader should know of the training, as names and values in order.
    pub facts: Vec<(String, String)>,
    /// What sentences are judged with.
    pub scorer: Scorer,
}

/// What sentences are judged with. Whatever the kind, a logit is a bias plus one share a word, exactly.
#[derive(Clone, Debug, PartialEq)]
pub enum Scorer {
    /// Weights of words and pairs of words.
    Linear(Linear),
    /// A small transformer.
    Encoder(Encoder),
    /// A small transformer with a linear branch (Cheng et al., *Wide & Deep Learning*, 2016): the logits are the sum
    /// of both.
    WideAndDeep {
        /// The branch.
        linear: Linear,
        /// The transformer.
        encoder: Encoder,
    },
}

const LINEAR: &str = "linear";
const ENCODER: &str = "encoder";

impl Scorer {
    /// The kind's name: `linear`, or `encoder` for a transformer with or without a branch.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Linear(_) => LINEAR,
            Self::Encoder(_) | Self::WideAndDeep { .. } => ENCODER,
        }
    }
}

impl Model {
    /// The linear scorer, if the model has one, by itself or as a branch.
    pub const fn linear(&self) -> Option<&Linear> {
        match &self.scorer {
            Scorer::Linear(linear) | Scorer::WideAndDeep { linear, .. } => Some(linear),
            Scorer::Encoder(_) => None,
        }
    }

    /// The transformer, if the model has one, with or without a branch.
    pub const fn encoder(&self) -> Option<&Encoder> {
        match &self.scorer {
            Scorer::Encoder(encoder) | Scorer::WideAndDeep { encoder, .. } => Some(encoder),
            Scorer::Linear(_) => None,
        }
    }
}

/// A model ready to score: make it once, use it for any number of texts.
#[derive(Clone, Debug)]
pub struct Predictor {
    topic: Topic,
    facts: Vec<(String, String)>,
    compiled: Compiled,
}

#[derive(Clone, Debug)]
enum Compiled {
    Linear(Box<LinearScorer>),
    Encoder(Box<EncoderScorer>),
    WideAndDeep(Box<WideAndDeepScorer>),
}

/// Buffers for scoring many sentences; hidden from callers, who have one text at a time.
#[derive(Default)]
pub(crate) struct Scratch {
    /// The sentence's; several predictors may read them one after the other.
    pub(crate) tokens: Tokens,
    linear: linear::Scratch,
    encoder: encoder::Scratch,
}

impl Predictor {
    /// Compiles the model's tables.
    pub fn new(model: Model) -> Self {
        let compiled = match model.scorer {
            Scorer::Linear(linear) => Compiled::Linear(Box::new(LinearScorer::new(linear))),
            Scorer::Encoder(encoder) => Compiled::Encoder(Box::new(EncoderScorer::new(encoder))),
            Scorer::WideAndDeep { linear, encoder } => Compiled::WideAndDeep(Box::new(WideAndDeepScorer {
                linear: LinearScorer::new(linear),
                encoder: EncoderScorer::new(encoder),
            })),
        };
        Self { topic: model.topic, facts: model.facts, compiled }
    }

    /// The model this was made from.
    pub fn into_model(self) -> Model {
        let scorer = match self.compiled {
            Compiled::Linear(scorer) => Scorer::Linear(scorer.into_linear()),
            Compiled::Encoder(scorer) => Scorer::Encoder(scorer.into_encoder()),
            Compiled::WideAndDeep(both) => {
                Scorer::WideAndDeep { linear: both.linear.into_linear(), encoder: both.encoder.into_encoder() }
            }
        };
        Model { topic: self.topic, facts: self.facts, scorer }
    }

    /// The model's topic.
    pub const fn topic(&self) -> &Topic {
        &self.topic
    }

    /// What a reader should know of the model's training.
    pub fn facts(&self) -> &[(String, String)] {
        &self.facts
    }

    /// The kind of its scorer: `linear`, or `encoder` for a transformer with or without a branch.
    pub const fn kind(&self) -> &'static str {
        match self.compiled {
            Compiled::Linear(_) => LINEAR,
            Compiled::Encoder(_) | Compiled::WideAndDeep(_) => ENCODER,
        }
    }

    /// What each logit is before any word.
    pub(crate) fn bias(&self) -> Vec<f64> {
        match &self.compiled {
            Compiled::Linear(scorer) => scorer.bias(),
            Compiled::Encoder(scorer) => scorer.bias(),
            Compiled::WideAndDeep(both) => both.bias(),
        }
    }

    /// The logits of the tokens in `scratch`; how they came about is then in it, too.
    #[inline]
    pub(crate) fn logits(&self, scratch: &mut Scratch) -> Vec<f64> {
        match &self.compiled {
            Compiled::Linear(scorer) => scorer.logits(&scratch.tokens, &mut scratch.linear),
            Compiled::Encoder(scorer) => scorer.logits(&scratch.tokens, &mut scratch.encoder),
            Compiled::WideAndDeep(both) => both.logits(&scratch.tokens, &mut scratch.linear, &mut scratch.encoder),
        }
    }

    /// Where each word of the sentence last scored stands, and its share of each logit.
    pub(crate) fn words(&self, scratch: &Scratch) -> Vec<(Span, Vec<f64>)> {
        match &self.compiled {
            Compiled::Linear(scorer) => scorer.words(&scratch.linear),
            Compiled::Encoder(scorer) => scorer.words(&scratch.tokens, &scratch.encoder).collect(),
            Compiled::WideAndDeep(both) => both.words(&scratch.tokens, &scratch.linear, &scratch.encoder),
        }
    }
}
