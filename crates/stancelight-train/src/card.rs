//! The model card: what the topic file says and what was measured come in, Markdown goes out, in the
//! order of Mitchell et al., *Model Cards for Model Reporting* (FAT* 2019), but failures first.

use crate::evaluate::{Evaluation, known};
use crate::topic_file::TopicFile;
use stancelight::Model;
use std::borrow::Cow;
use std::fmt::Write;

/// What a card tells of one model, whichever learner made it.
#[derive(Clone, Copy, Debug)]
pub struct Subject<'a> {
    /// The model, with its facts.
    pub model: &'a Model,
    /// Every file that was read.
    pub sources: &'a [String],
    /// How `overall` was got.
    pub validation: &'a str,
    /// On what was held out of the labelled sentences.
    pub overall: &'a Evaluation,
    /// The same per file, where there are several.
    pub by_source: &'a [(String, Evaluation)],
    /// On sets the model was not trained on, by name.
    pub measured: &'a [(String, Evaluation)],
}

/// Writes the card.
pub fn card(file: &TopicFile, subject: &Subject<'_>) -> String {
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = write_card(&mut out, file, subject);
    out
}

fn write_card(out: &mut String, file: &TopicFile, subject: &Subject<'_>) -> std::fmt::Result {
    let Subject { model, sources, validation, overall, by_source, measured } = *subject;
    let topic = &model.topic;
    writeln!(out, "# Model card: {}\n\n{}\n", topic.title, topic.question)?;
    list(out, "Where it fails", &file.card.failures)?;
    list(out, "What it is for", &file.card.intended_use)?;
    list(out, "What it must not be used for", &file.card.not_for)?;
    writeln!(out, "## Labels\n\n| label | pole | meaning |\n|---|---|---|")?;
    for label in &topic.labels {
        writeln!(out, "| {} | {:+} | {} |", cell(&label.name), label.pole, cell(&label.meaning))?;
    }
    writeln!(out, "\n## Training\n\n| | |\n|---|---|")?;
    for (name, value) in &model.facts {
        writeln!(out, "| {} | {} |", cell(name), cell(value))?;
    }
    writeln!(out)?;
    list(out, "How the labels were made", &file.card.annotation)?;
    let read = |name: &str| sources.iter().any(|source| source == name);
    let used: Vec<_> = file.data.iter().filter(|source| !source.measure && read(source.name())).collect();
    if !used.is_empty() {
        writeln!(out, "## Outside data\n\n| file | weight | terms | source |\n|---|---|---|---|")?;
        for source in used {
            let [name, licence, citation] = [source.name(), &source.licence, &source.citation].map(cell);
            writeln!(out, "| {name} | {} | {licence} | {citation} |", source.weight)?;
        }
        writeln!(out)?;
    }
    writeln!(
        out,
        "## Figures\n\n95 % bootstrap intervals in brackets{}. Baselines: the macro-F1 of always saying the \
         majority label, the Brier score of always giving each label its share (prior).\n",
        if overall.clusters < overall.sentences {
            "; what was held out was drawn by group, with what nearly repeats it"
        } else {
            ""
        }
    )?;
    writeln!(
        out,
        "| measured on | sentences | accuracy | macro-F1 | majority | ECE | Brier | prior |\n|---|---|---|---|---|---|---|---|"
    )?;
    summary(out, validation, overall)?;
    for (name, evaluation) in by_source.iter().chain(measured) {
        summary(out, name, evaluation)?;
    }
    for (name, evaluation) in std::iter::once((validation, overall))
        .chain(measured.iter().map(|(name, evaluation)| (name.as_str(), evaluation)))
    {
        details(out, name, evaluation)?;
    }
    Ok(())
}

/// What stands in one cell of a table, whatever is in it.
fn cell(text: &str) -> Cow<'_, str> {
    if text.contains(['|', '\n']) { text.replace('|', "\\|").replace('\n', " ").into() } else { text.into() }
}

fn list(out: &mut String, title: &str, items: &[String]) -> std::fmt::Result {
    if items.is_empty() {
        return Ok(());
    }
    writeln!(out, "## {title}\n")?;
    for item in items {
        writeln!(out, "- {item}")?;
    }
    writeln!(out)
}

fn summary(out: &mut String, name: &str, e: &Evaluation) -> std::fmt::Result {
    let (accuracy, f1) = (e.accuracy, e.macro_f1);
    writeln!(
        out,
        "| {} | {} | {:.3} [{:.3}, {:.3}] | {:.3} [{:.3}, {:.3}] | {:.3} | {:.3} | {:.3} | {:.3} |",
        cell(name),
        e.sentences,
        accuracy.value,
        accuracy.low,
        accuracy.high,
        f1.value,
        f1.low,
        f1.high,
        e.majority.macro_f1,
        e.ece,
        e.brier,
        e.prior.brier
    )
}

fn details(out: &mut String, name: &str, e: &Evaluation) -> std::fmt::Result {
    writeln!(out, "\n### {name}\n\n| label | precision | recall | F1 | sentences |\n|---|---|---|---|---|")?;
    for label in &e.labels {
        writeln!(
            out,
            "| {} | {:.3} | {:.3} | {:.3} | {} |",
            cell(&label.label),
            label.precision,
            label.recall,
            label.f1,
            label.support
        )?;
    }
    let names: Vec<_> = e.labels.iter().map(|label| cell(&label.label)).collect();
    writeln!(out, "\n| true \\ said | {} |\n|---|{}", names.join(" | "), "---|".repeat(names.len()))?;
    for (row, name) in e.confusion.iter().zip(&names) {
        let cells: Vec<String> = row.iter().map(usize::to_string).collect();
        writeln!(out, "| {name} | {} |", cells.join(" | "))?;
    }
    writeln!(
        out,
        "\n| threshold | painted | precision | right events painted | middle left alone |\n|---|---|---|---|---|"
    )?;
    let share = |figure: f64| known(figure, |share| format!("{share:.3}"));
    // The shipped threshold may be one of the curve's, but for what a single-precision number adds to it.
    let others = e.curve.iter().filter(|at| (at.threshold - e.operating.threshold).abs() > 1e-6);
    for at in std::iter::once(&e.operating).chain(others) {
        writeln!(
            out,
            "| {:.2}{} | {:.3} | {} | {} | {} |",
            at.threshold,
            if std::ptr::eq(at, &raw const e.operating) { " (shipped)" } else { "" },
            at.painted,
            share(at.precision),
            share(at.recall),
            share(at.left_alone)
        )?;
    }
    Ok(())
}
