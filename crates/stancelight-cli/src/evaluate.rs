//! `stancelight evaluate`: a model and labelled sentences in, figures out.

use crate::output::{stdout, written};
use crate::{input, report};
use anyhow::Result;
use clap::Parser;
use serde_json::json;
use stancelight::{Verdict, score_all};
use stancelight_train::{Corpus, Evaluation, Row, clusters, evaluate_rows, length, slices};
use std::collections::BTreeSet;
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
    /// Measure the rows of each value of this field apart as well; of a list, a row has each
    #[arg(long, value_name = "FIELD")]
    by: Option<String>,
    /// Field whose equal values (a document, a speaker) make sentences hang together; or several, such as
    /// `document,speaker`: intervals are then drawn by group
    #[arg(long, value_name = "FIELD", value_delimiter = ',')]
    group: Vec<String>,
    /// Seed of the bootstrap
    #[arg(long, default_value_t = 1)]
    seed: u64,
}

pub fn run(args: &Args) -> Result<()> {
    let predictor = input::predictor(&args.model)?;
    let topic = predictor.topic();
    input::once_each(&args.data)?;
    // What slices rows is read as what groups them is; which is which, its place in this list tells.
    let fields: Vec<String> = args.group.iter().chain(&args.by).cloned().collect();
    let mut corpus = Corpus::default();
    for path in &args.data {
        corpus.read_file(path, topic, &fields)?;
    }
    input::has_fields(&corpus, "--by", args.by.as_slice())?;
    input::has_fields(&corpus, "--group", &args.group)?;
    let by = Some(args.group.len());
    let rows: Vec<&Row> = corpus.rows.iter().collect();
    let verdicts: Vec<Verdict> = score_all(rows.iter().map(|row| row.text.as_str()), &predictor).collect();
    let clusters = (!args.group.is_empty()).then(|| clusters(&rows, |group| group.field != by));
    let clusters = clusters.as_deref();
    let overall = evaluate_rows(&rows, &verdicts, clusters, topic, args.seed);
    let mut by_source = slices(&rows, &verdicts, clusters, topic, args.seed, |row| [row.source]);
    if corpus.sources.len() == 1 {
        by_source.clear();
    }
    let by_length = slices(&rows, &verdicts, clusters, topic, args.seed, |row| [length(&row.text)]);
    let by_field = args.by.as_ref().map(|field| {
        let values = |row: &Row| {
            let values = row.groups.iter().filter(|group| group.field == by).map(|group| group.value.clone());
            let values: BTreeSet<String> = values.collect();
            if values.is_empty() { BTreeSet::from([format!("(no {field})")]) } else { values }
        };
        let mut found = slices(&rows, &verdicts, clusters, topic, args.seed, values);
        // The largest first.
        found.sort_by_key(|(_, e)| std::cmp::Reverse(e.sentences));
        (field, found)
    });
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
