//! `stancelight evaluate`: a model and labelled sentences in, figures out.

use crate::output::{stdout, written};
use crate::{input, report};
use anyhow::Result;
use clap::Parser;
use serde_json::json;
use stancelight::{Topic, Verdict, score_all};
use stancelight_train::{Corpus, Evaluation, Row, evaluate_rows, length, slices};
use std::io::Write;
use std::path::PathBuf;

/// Most values of a field that the table shows.
const MOST_LINES: usize = 30;

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
    /// Measure the rows of each value of this field apart as well
    #[arg(long, value_name = "FIELD")]
    by: Option<String>,
    /// Seed of the bootstrap
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

pub fn run(args: &Args) -> Result<()> {
    let predictor = input::predictor(&args.model)?;
    let topic = predictor.topic();
    let mut corpus = Corpus::default();
    for path in &args.data {
        // Nothing is folded here: what would group rows, slices them.
        corpus.read_file(path, topic, args.by.as_slice())?;
    }
    input::has_fields(&corpus, "--by", args.by.as_slice())?;
    let rows: Vec<&Row> = corpus.rows.iter().collect();
    let verdicts: Vec<Verdict> = score_all(rows.iter().map(|row| row.text.as_str()), &predictor).collect();
    let overall = evaluate_rows(&rows, &verdicts, topic, args.seed);
    let mut by_source = slices(&rows, &verdicts, topic, args.seed, |row| row.source);
    if corpus.sources.len() == 1 {
        by_source.clear();
    }
    let by_length = slices(&rows, &verdicts, topic, args.seed, |row| length(&row.text));
    let by_field = args.by.as_ref().map(|field| (field, by_field(field, &rows, &verdicts, topic, args.seed)));
    let mut out = stdout();
    if args.json {
        let slice = |name: &str, e: &Evaluation| json!({ "slice": name, "evaluation": e });
        let sources: Vec<_> =
            by_source.iter().map(|(i, e)| json!({ "source": corpus.sources[*i], "evaluation": e })).collect();
        let lengths: Vec<_> = by_length.iter().map(|((_, name), e)| slice(name, e)).collect();
        let mut value = json!({ "topic": topic.name, "overall": overall, "sources": sources, "lengths": lengths });
        if let Some((field, found)) = &by_field {
            let found: Vec<_> = found.iter().map(|(name, e)| slice(name, e)).collect();
            value["by"] = json!({ "field": field, "slices": found });
        }
        written(serde_json::to_writer_pretty(&mut out, &value).map_err(Into::into))?;
        written(writeln!(out))?;
    } else {
        written(out.write_all(report::evaluation(&topic.title, &overall).as_bytes()))?;
        let lengths = by_length.iter().map(|((_, name), e)| (name.as_str(), e));
        written(out.write_all(report::slices("by length", lengths).as_bytes()))?;
        if let Some((field, found)) = &by_field {
            let lines = found.iter().take(MOST_LINES).map(|(name, e)| (name.as_str(), e));
            written(out.write_all(report::slices(&format!("by {field}"), lines).as_bytes()))?;
            if let more @ 1.. = found.len().saturating_sub(MOST_LINES) {
                written(writeln!(out, "  … and {more} smaller; --json gives them all"))?;
            }
        }
        for (i, evaluation) in &by_source {
            written(out.write_all(report::evaluation(&corpus.sources[*i], evaluation).as_bytes()))?;
        }
    }
    written(out.flush())
}

/// Slices by a field's value, the largest first.
fn by_field(field: &str, rows: &[&Row], verdicts: &[Verdict], topic: &Topic, seed: u64) -> Vec<(String, Evaluation)> {
    let value = |row: &Row| row.groups.first().map_or_else(|| format!("(no {field})"), |group| group.value.clone());
    let mut found = slices(rows, verdicts, topic, seed, value);
    found.sort_by_key(|(_, e)| std::cmp::Reverse(e.sentences));
    found
}
