//! `stancelight explain`: one sentence in, each word's share of each logit out.

use crate::input;
use crate::output::{stdout, written};
use anyhow::Result;
use clap::Parser;
use serde_json::{Value, json};
use stancelight::view::{ExplanationView, SentenceView};
use stancelight::{Explanation, Removal, Span, Topic, explain, removals};
use std::io::Write;
use std::path::PathBuf;

/// Show what every word of a sentence adds to each label
#[derive(Parser)]
pub struct Args {
    /// The model file
    model: PathBuf,
    /// The sentence
    text: String,
    /// Also judge the sentence again without each of its words
    #[arg(long)]
    removal: bool,
    /// Print one JSON object; offsets are bytes
    #[arg(long)]
    json: bool,
}

pub fn run(args: &Args) -> Result<()> {
    let predictor = input::predictor(&args.model)?;
    let topic = predictor.topic();
    let explanation = explain(&args.text, &predictor);
    let removed: Option<Vec<Removal>> = args.removal.then(|| removals(&args.text, &predictor).collect());
    let mut out = stdout();
    if args.json {
        let view = ExplanationView {
            span: Span::new(0, args.text.len()),
            words: explanation.words.iter().map(|word| word.span).collect(),
            explanation: &explanation,
            topic,
        };
        let mut value = serde_json::to_value(&view)?;
        if let Some(removed) = &removed {
            let views = removed.iter().map(|removal| {
                let Removal { span, verdict } = removal;
                json!(SentenceView { span: *span, verdict, topic })
            });
            value["removals"] = Value::Array(views.collect());
        }
        written(serde_json::to_writer_pretty(&mut out, &value).map_err(Into::into))?;
        written(writeln!(out))?;
    } else {
        written(table(&mut out, &args.text, &explanation, removed.as_deref(), topic))?;
    }
    written(out.flush())
}

fn table(
    out: &mut impl Write,
    text: &str,
    explanation: &Explanation,
    removed: Option<&[Removal]>,
    topic: &Topic,
) -> std::io::Result<()> {
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
    let probabilities = |values: &[f64]| values.iter().map(|p| format!("{p:.4}")).collect::<Vec<_>>();
    row(out, "probability", &probabilities(&verdict.probabilities))?;
    let name = &topic.labels[verdict.label].name;
    let sure = if verdict.sure { "sure" } else { "not sure" };
    writeln!(out, "{name} ({sure}: the threshold is {:.2}); stance score {:+.3}", topic.threshold, verdict.score)?;
    let Some(removed) = removed else { return Ok(()) };
    writeln!(out, "\nprobabilities without each word")?;
    for (name, removal) in words().zip(removed) {
        let mut cells = probabilities(&removal.verdict.probabilities);
        if removal.verdict.label != verdict.label {
            cells[removal.verdict.label].insert_str(0, "→ ");
        }
        row(out, name, &cells)?;
    }
    Ok(())
}
