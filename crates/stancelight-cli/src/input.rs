//! Reading models and texts, from files or standard input.

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value};
use stancelight::{Model, Predictor};
use stancelight_train::{Corpus, TrainError, read_error};
use std::collections::BTreeSet;
use std::io::Read;
use std::path::{Path, PathBuf};

/// Longest article in bytes; some two hundred novels.
const MAX_TEXT_BYTES: u64 = 256 << 20;

/// Reads a model file.
pub fn model(path: &Path) -> Result<Model> {
    let bytes = std::fs::read(path).map_err(|error| read_error(path, &error))?;
    Model::from_bytes(&bytes).with_context(|| path.display().to_string())
}

/// A model file, ready to score.
pub fn predictor(path: &Path) -> Result<Predictor> {
    Ok(Predictor::new(model(path)?))
}

/// The whole of a text file, or of standard input for `-`.
pub fn text(path: &Path) -> Result<String> {
    let mut bytes = Vec::new();
    let read = if path.as_os_str() == "-" {
        std::io::stdin().lock().take(MAX_TEXT_BYTES + 1).read_to_end(&mut bytes)
    } else {
        std::fs::File::open(path).and_then(|file| file.take(MAX_TEXT_BYTES + 1).read_to_end(&mut bytes))
    };
    read.map_err(|error| read_error(path, &error))?;
    let fail = |message: String| Err(TrainError::Read { path: path.to_owned(), message }.into());
    if bytes.len() as u64 > MAX_TEXT_BYTES {
        return fail(format!("larger than {} MB; split it", MAX_TEXT_BYTES >> 20));
    }
    match String::from_utf8(bytes) {
        Ok(text) => Ok(text),
        Err(error) => {
            let valid = error.utf8_error().valid_up_to();
            let line = 1 + error.as_bytes()[..valid].iter().filter(|&&b| b == b'\n').count();
            let message = format!("not valid UTF-8 at byte {}; save the file as UTF-8", valid + 1);
            Err(TrainError::Row { path: path.to_owned(), line, message }.into())
        }
    }
}

/// Refuses a file that is given twice: its rows would count twice, and figures seem surer than they are.
pub fn once_each(paths: &[PathBuf]) -> Result<()> {
    let mut seen = BTreeSet::new();
    match paths.iter().find(|path| path.canonicalize().is_ok_and(|path| !seen.insert(path))) {
        Some(path) => bail!("{}: this file is given twice; name it once", path.display()),
        None => Ok(()),
    }
}

/// Refuses a field, named by `option`, that no row of the data has: misspelt, it would do nothing and say nothing.
pub fn has_fields(corpus: &Corpus, option: &str, fields: &[String]) -> Result<()> {
    match fields.iter().find(|field| !corpus.grouped_by.contains(*field)) {
        Some(field) => bail!("{option} {field}: no row has a field `{field}`; name one that the data have"),
        None => Ok(()),
    }
}

/// A row of JSON Lines, with all its fields.
pub fn object(line: &str) -> std::result::Result<Map<String, Value>, String> {
    serde_json::from_str(line).map_err(|error| malformed(&error))
}

/// What is said of a line that is no such row.
pub fn malformed(error: &serde_json::Error) -> String {
    let text = error.to_string();
    let message = text.rsplit_once(" at line ").map_or(text.as_str(), |(message, _)| message);
    format!("not a JSON object with a `text` string (column {}): {message}", error.column())
}
