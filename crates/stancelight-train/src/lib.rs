//! Labelled sentences in, a model and honest figures out.
//!
//! ```text
//! files → corpus → vocabulary → sparse records → logistic regression → pruned, rounded model
//!                                     ↘ folds → calibration, threshold, evaluation → card
//! ```
//!
//! Features come from the engine's own extractor ([`stancelight::feature`]), so what is learned is what
//! will be seen. The learner ([`logistic`]) is a linfa algorithm and stands on its own.

pub mod calibrate;
mod card;
mod compile;
mod corpus;
mod coverage;
mod duplicates;
mod error;
mod evaluate;
mod extract;
pub mod folds;
pub mod judge;
mod learning_curve;
mod lines;
pub mod logistic;
mod parallel;
mod records;
mod search;
mod sets;
mod sieve;
mod slices;
mod topic_file;
mod train;
mod transfer;
mod validate;
pub mod vocabulary;

pub use card::{Subject, card};
pub use compile::{FitOptions, fit_model};
pub use corpus::{Corpus, Group, Row, without_text};
pub use coverage::Coverage;
pub use error::{TrainError, read_error};
pub use evaluate::{
    Estimate, Evaluation, Judged, LabelScore, Majority, Operating, Prior, evaluate, evaluate_rows, known,
};
pub use folds::clusters;
pub use learning_curve::LearningPoint;
pub use lines::{Lines, MAX_LINE_BYTES};
pub use records::SparseRecords;
pub use search::{Search, Trial};
pub use slices::{length, slices};
pub use topic_file::{CardText, DataSource, Threshold, TopicFile};
pub use train::{Options, Progress, Report, Size, Trained, train};
pub use transfer::Transfer;
pub use validate::{HeldOut, logits};
