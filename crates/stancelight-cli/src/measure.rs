//! The sets that a topic file keeps for measuring: read here, and judged by whatever was trained or tuned.

use anyhow::Result;
use stancelight::{Topic, Verdict};
use stancelight_train::{Corpus, Evaluation, Row, TopicFile, evaluate_rows};
use std::path::Path;

/// The sets with their names, those of outside data only where its folder is given.
pub fn measured_on(file: &TopicFile, data_dir: Option<&Path>) -> Result<Vec<(String, Corpus)>> {
    let mut out = Vec::new();
    for source in file.data.iter().filter(|source| source.measure) {
        let Some(path) = source.path(data_dir) else { continue };
        let mut corpus = Corpus::default();
        corpus.read_source(&path, source, &file.topic)?;
        out.push((source.name().to_owned(), corpus));
    }
    Ok(out)
}

/// An evaluation on each set of what `judge` says of its texts.
pub fn measure(
    sets: Vec<(String, Corpus)>,
    topic: &Topic,
    seed: u64,
    judge: impl Fn(&[&str]) -> Result<Vec<Verdict>>,
) -> Result<Vec<(String, Evaluation)>> {
    let evaluate = |(name, corpus): (String, Corpus)| {
        let rows: Vec<&Row> = corpus.rows.iter().collect();
        let texts: Vec<&str> = rows.iter().map(|row| row.text.as_str()).collect();
        Ok((name, evaluate_rows(&rows, &judge(&texts)?, topic, seed)))
    };
    sets.into_iter().map(evaluate).collect()
}
