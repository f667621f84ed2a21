//! `stancelight explain`: one sentence in, each word's share of each logit out.

use crate::input;
use crate::output::{stdout, written};
use anyhow::Result;
use clap::Parser;
use stancelight::view::ExplanationView;
use stancelight::{Explanation, Span, Topic, explain};
use std::io::Write;
use std::path::PathBuf;

/// Show what every word of a sentence adds to each label
#[derive(Parser)]
pub struct Args {
    /// The model file
    model: PathBuf,
    /// The sentence
    text: String,
    /// Print one JSON object; offsets are bytes
    #[arg(long)]
    json: bool,
}

pub fn run(args: &Args) -> Result<()> {
    let predictor = input::predictor(&args.model)?;
    let topic = predictor.topic();
    let explanation = explain(&args.text, &predictor);
    let mut out = stdout();
    if args.json {
        let view = ExplanationView {
            span: Span::new(0, args.text.len()),
            words: explanation.words.iter().map(|word| word.span).collect(),
            explanation: &explanation,
            topic,
        };
        written(serde_json::to_writer_pretty(&mut out, &view).map_err(Into::into))?;
        written(writeln!(out))?;
    } else {
        written(table(&mut out, &args.text, &explanation, topic))?;
    }
    written(out.flush())
}

fn table(out: &mut impl Write, text: &str, explanation: &Explanation, topic: &Topic) -> std::io::Result<()> {
    let verdict = &explanation.verdict;
    let words = || explanation.words.iter().map(|word| &text[word.span.range()]);
    let first = words().map(|word| word.chars().count()).max().unwrap_or(0).max("probability".len());
    let widths: Vec<usize> = topic.labels.iter().map(|label| label.name.chars().count().max(8)).collect();
    let row = |out: &mut dyn Write, name: &str, cells: &[String]| -> std::io::Result<()> {
        write!(out, "{name:first$}")?;
        for (cell, width) in cells.iter().zip(&widths) {
            write!(out, "  {cell:>width$}")?;
        }
        writeln!(out)
    };
    let numbers = |values: &[f64]| values.iter().map(|v| format!("{v:+.4}")).collect::<Vec<_>>();
    row(out, "", &topic.labels.iter().map(|label| label.name.clone()).collect::<Vec<_>>())?;
    row(out, "bias", &numbers(&explanation.bias))?;
    for (name, word) in words().zip(&explanation.words) {
        row(out, name, &numbers(&word.shares))?;
    }
    row(out, "= logit", &numbers(&verdict.logits))?;
    let probabilities = verdict.probabilities.iter().map(|p| format!("{p:.4}")).collect::<Vec<_>>();
    row(out, "probability", &probabilities)?;
    let name = &topic.labels[verdict.label].name;
    let sure = if verdict.sure { "sure" } else { "not sure" };
    writeln!(out, "{name} ({sure}: the threshold is {:.2}); stance score {:+.3}", topic.threshold, verdict.score)
}
