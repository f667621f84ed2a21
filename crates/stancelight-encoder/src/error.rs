//! What can go wrong between labelled sentences and an encoder.

use stancelight::encoder::EncoderError;
use stancelight_train::TrainError;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Why there is no encoder.
#[derive(Debug, Error)]
pub enum EncodeError {
    /// Reading or dealing out the data.
    #[error(transparent)]
    Data(#[from] TrainError),
    /// The data or settings cannot make an encoder.
    #[error("{0}")]
    Settings(String),
    /// The word pieces.
    #[error("word pieces cannot be learned from this text: {0}")]
    Pieces(String),
    /// The engine refused what was learned.
    #[error(transparent)]
    Encoder(#[from] EncoderError),
    /// Reckoning went wrong.
    #[error("learning failed: {0}")]
    Tensor(#[from] candle_core::Error),
    /// A checkpoint or a teacher's file.
    #[error("{}: {message}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What is wrong and what to do.
        message: String,
    },
}

impl EncodeError {
    pub(crate) fn file(path: &Path, message: impl Into<String>) -> Self {
        Self::File { path: path.to_owned(), message: message.into() }
    }
}
