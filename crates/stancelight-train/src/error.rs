//! What can go wrong between files and a model: each error says what, where, and what to do.

use crate::logistic::LogisticError;
use std::path::{Path, PathBuf};
use thiserror::Error;

/// Why there is no model.
#[derive(Debug, Error)]
pub enum TrainError {
    /// A file cannot be read.
    #[error("{}: {message}", path.display())]
    Read {
        /// The file.
        path: PathBuf,
        /// What the system said, and what to do.
        message: String,
    },
    /// A topic file is wrong.
    #[error("{}:{line}: {message}", path.display())]
    Topic {
        /// The file.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// What is wrong.
        message: String,
    },
    /// A row of labelled data is wrong.
    #[error("{}:{line}: {message}", path.display())]
    Row {
        /// The file.
        path: PathBuf,
        /// Counted from 1.
        line: usize,
        /// What is wrong and what to do.
        message: String,
    },
    /// The data as a whole cannot be learned from.
    #[error("{0}")]
    Corpus(String),
    /// The learner refused.
    #[error(transparent)]
    Fit(#[from] LogisticError),
}

/// The error for a file that cannot be opened or read.
pub fn read_error(path: &Path, error: &std::io::Error) -> TrainError {
    use std::io::ErrorKind;
    let message = match error.kind() {
        ErrorKind::NotFound => "no such file; check the path".to_owned(),
        ErrorKind::PermissionDenied => "permission denied; make the file readable".to_owned(),
        ErrorKind::IsADirectory => "this is a folder; name the files in it".to_owned(),
        ErrorKind::InvalidData => "not valid UTF-8; save the file as UTF-8".to_owned(),
        _ => format!("cannot be read: {error}"),
    };
    TrainError::Read { path: path.to_owned(), message }
}
