//! The sets that a topic file keeps for measuring: read here, and judged by whatever was trained or tuned.

use anyhow::Result;
use stancelight::{Topic, Verdict};
use stancelight_train::{Corpus, Evaluation, Row, TopicFile, evaluate_rows};
use std::path::Path;

/// A set kept from learning.
pub struct Kept {
    /// What reports call it.
    pub name: String,
    pub corpus: Corpus,
    /// The temperature is fitted to it.
    pub calibrates: bool,
}

/// The sets, those of outside data only where its folder is given.
pub fn measured_on(file: &TopicFile, data_dir: Option<&Path>) -> Result<Vec<Kept>> {
    let mut out = Vec::new();
    for source in file.data.iter().filter(|source| source.measure) {
        let Some(path) = source.path(data_dir) else { continue };
        let mut corpus = Corpus::default();
        corpus.read_source(&path, source, &file.topic)?;
        out.push(Kept { name: source.name().to_owned(), corpus, calibrates: source.calibrate });
    }
    Ok(out)
}

/// An evaluation on each set of what `judge` says of its texts.
pub fn measure(
    sets: Vec<Kept>,
    topic: &Topic,
    seed: u64,
    judge: impl Fn(&[&str]) -> Result<Vec<Verdict>>,
) -> Result<Vec<(String, Evaluation)>> {
    let evaluate = |Kept { name, corpus, .. }: Kept| {
        let rows: Vec<&Row> = corpus.rows.iter().collect();
        let texts: Vec<&str> = rows.iter().map(|row| row.text.as_str()).collect();
        Ok((name, evaluate_rows(&rows, &judge(&texts)?, None, topic, seed)))
    };
    sets.into_iter().map(evaluate).collect()
}
