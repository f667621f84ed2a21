//! `stancelight evaluate`: a model and labelled sentences in, figures out.

use crate::output::{stdout, written};
use crate::{input, report};
use anyhow::Result;
use clap::Parser;
use serde_json::json;
use stancelight::{Verdict, score_all};
use stancelight_train::{Corpus, Evaluation, Row, evaluate_rows};
use std::io::Write;
use std::path::PathBuf;

/// Measure a model on labelled sentences it was not trained on
#[derive(Parser)]
pub struct Args {
    /// The model file
    model: PathBuf,
    /// Labelled sentences: JSON Lines with `text` and `label` fields, or .csv/.tsv with such columns
    #[arg(required = true)]
    data: Vec<PathBuf>,
    /// Print one JSON object instead of tables
    #[arg(long)]
    json: bool,
    /// Seed of the bootstrap
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

pub fn run(args: &Args) -> Result<()> {
    let predictor = input::predictor(&args.model)?;
    let topic = predictor.topic();
    let mut corpus = Corpus::default();
    for path in &args.data {
        corpus.read_file(path, topic, None)?;
    }
    let evaluate = |rows: &[&Row]| -> Evaluation {
        let verdicts: Vec<Verdict> = score_all(rows.iter().map(|row| row.text.as_str()), &predictor).collect();
        evaluate_rows(rows, &verdicts, topic, args.seed)
    };
    let all: Vec<&Row> = corpus.rows.iter().collect();
    let overall = evaluate(&all);
    let by_source: Vec<(&str, Evaluation)> = corpus
        .sources
        .iter()
        .enumerate()
        .filter(|_| corpus.sources.len() > 1)
        .map(|(i, name)| {
            let rows: Vec<&Row> = all.iter().copied().filter(|row| row.source == i).collect();
            (name.as_str(), evaluate(&rows))
        })
        .collect();
    let mut out = stdout();
    if args.json {
        let sources: Vec<_> = by_source.iter().map(|(name, e)| json!({ "source": name, "evaluation": e })).collect();
        let value = json!({ "topic": topic.name, "overall": overall, "sources": sources });
        written(serde_json::to_writer_pretty(&mut out, &value).map_err(Into::into))?;
        written(writeln!(out))?;
    } else {
        written(out.write_all(report::evaluation(&topic.title, &overall).as_bytes()))?;
        for (name, evaluation) in &by_source {
            written(out.write_all(report::evaluation(name, evaluation).as_bytes()))?;
        }
    }
    written(out.flush())
}
