//! Text in, explained stance out.
//!
//! Stancelight reads a text sentence by sentence, says of each sentence which of a topic's labels fits
//! it, how sure it is, and exactly how much every word had to do with it.
//!
//! ```text
//! text → sentences → tokens → terms → features ─→ logits → probabilities → label, or "not sure"
//!                           ↘ pieces → vectors ──↗ ↘ each word's share of each logit
//! ```
//!
//! # Example
//!
//! ```no_run
//! use stancelight::{Model, Predictor, analyze, explain};
//!
//! let model = Model::from_bytes(&std::fs::read("models/cooperation-threat/model.stance")?)?;
//! let predictor = Predictor::new(model);
//! let text = "Both sides signed the accord. The army shelled the port.";
//! for sentence in analyze(text, &predictor) {
//!     let label = &predictor.topic().labels[sentence.verdict.label];
//!     println!("{} {}", label.name, &text[sentence.span.range()]);
//! }
//! let why = explain("The army shelled the port.", &predictor);
//! let threat = why.verdict.label;
//! let sum: f64 = why.words.iter().map(|word| word.shares[threat]).sum();
//! assert_eq!(sum + why.bias[threat], why.verdict.logits[threat]); // exactly
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! # In reading order
//!
//! [`Span`] and [`offset`] say where; [`sentence`] and [`token`] cut; [`feature`] is the extractor that
//! training shares; [`encoder`] is the other way from tokens to logits, and a model may go both; [`Topic`], [`Model`]
//! and [`mod@file`] are what is known; [`Predictor`] is that, compiled; [`analyze`], [`score`], [`explain`] and
//! [`removals`] are what it is all for, and they do not ask which kind of scorer a model has.
//!
//! [`quotations`] stands beside all that and needs no model: who is quoted saying what.
//!
//! Analysis never fails, whatever the text. Only [`Model::from_bytes`] does.
//!
//! # Features
//!
//! `serde`: the module `view`, results as JSON-ready values with the labels' names written out.

mod analysis;
mod ascii;
pub mod encoder;
pub mod feature;
pub mod file;
mod grid;
mod linear;
mod lookup;
mod model;
pub mod offset;
mod quotation;
pub mod sentence;
mod span;
mod table;
pub mod token;
mod topic;
#[cfg(feature = "serde")]
pub mod view;
mod weights;
mod wide_and_deep;

pub use analysis::{
    Explanation, Removal, Sentence, Verdict, Word, analyze, explain, judge_each, removals, score, score_all, softmax,
};
pub use encoder::Encoder;
pub use file::ModelError;
pub use linear::Linear;
pub use model::{Model, Predictor, Scorer};
pub use quotation::{Quotation, quotations};
pub use span::Span;
pub use table::Words;
pub use topic::{Label, Topic, TopicError, Underline};
