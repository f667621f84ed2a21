//! Evaluations as text for people.

use crate::output::printable;
use stancelight_train::{Estimate, Evaluation, LearningPoint, Operating, Size, known};
use std::fmt::Write;

fn estimate(e: Estimate) -> String {
    format!("{:.3} [{:.3}, {:.3}]", e.value, e.low, e.high)
}

/// Slices of one kind, a line each.
pub fn slices<'a>(title: &str, slices: impl IntoIterator<Item = (&'a str, &'a Evaluation)>) -> String {
    let mut out = format!("  {title:24} sentences  macro-F1 [95 %]       accuracy [95 %]         ECE  Brier\n");
    for (name, e) in slices {
        // A name may be any value of the data's.
        let name = printable(name).replace('\n', " ");
        let (f1, accuracy) = (estimate(e.macro_f1), estimate(e.accuracy));
        let _ = writeln!(out, "  {name:24} {:>9}  {f1}  {accuracy}  {:.3}  {:.3}", e.sentences, e.ece, e.brier);
    }
    out
}

/// A learning curve, a line a point; nothing if there is none.
pub fn learning_curve(points: &[LearningPoint]) -> String {
    let mut out = String::new();
    if !points.is_empty() {
        out.push_str("learning curve, by labelled sentences trained on\n   share  sentences  macro-F1 [95 %]\n");
    }
    for LearningPoint { share, sentences, macro_f1 } in points {
        let _ = writeln!(out, "  {:>4.0} %  {sentences:>9}  {}", 100.0 * share, estimate(*macro_f1));
    }
    out
}

/// One evaluation, a dozen lines.
pub fn evaluation(title: &str, e: &Evaluation) -> String {
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = write_evaluation(&mut out, title, e);
    printable(&out)
}

fn write_evaluation(out: &mut String, title: &str, e: &Evaluation) -> std::fmt::Result {
    let width = e.labels.iter().map(|label| label.label.chars().count()).max().unwrap_or(0).max(8);
    let clusters = if e.clusters < e.sentences { format!(" by {} groups", e.clusters) } else { String::new() };
    writeln!(out, "{title}: {} sentences (95 % bootstrap intervals{clusters})", e.sentences)?;
    writeln!(out, "  macro-F1  {}   majority label {:.3}", estimate(e.macro_f1), e.majority.macro_f1)?;
    writeln!(out, "  accuracy  {}   majority label {:.3}", estimate(e.accuracy), e.majority.accuracy)?;
    writeln!(
        out,
        "  ECE {:.3}   Brier {:.3}, prior {:.3}   log-loss {:.3}, prior {:.3}",
        e.ece, e.brier, e.prior.brier, e.log_loss, e.prior.log_loss
    )?;
    write!(out, "  {:width$}  precision  recall     F1  sentences   said:", "label")?;
    for label in &e.labels {
        write!(out, " {:>width$}", label.label)?;
    }
    writeln!(out)?;
    for (label, row) in e.labels.iter().zip(&e.confusion) {
        write!(
            out,
            "  {:width$}  {:>9.3}  {:>6.3}  {:>5.3}  {:>9}        ",
            label.label, label.precision, label.recall, label.f1, label.support
        )?;
        for count in row {
            write!(out, " {count:>width$}")?;
        }
        writeln!(out)?;
    }
    write!(out, "  surest sentences")?;
    for at in &e.coverage {
        write!(out, " {:>5}%", (100.0 * at.coverage).round())?;
    }
    write!(out, "\n  confidence from ")?;
    for at in &e.coverage {
        write!(out, " {:>6.3}", at.confidence)?;
    }
    write!(out, "\n  right of those  ")?;
    for at in &e.coverage {
        write!(out, " {:>6.3}", at.precision)?;
    }
    writeln!(out)?;
    let percent = |share: f64| known(share, |share| format!("{:.1} %", 100.0 * share));
    let Operating { threshold, painted, precision, recall, left_alone } = e.operating;
    writeln!(
        out,
        "  at threshold {threshold:.2}: {} painted, {} of that right; {} of the events found, {} of the rest left alone",
        percent(painted),
        percent(precision),
        percent(recall),
        percent(left_alone)
    )
}

/// What models of several lengths reach, and so what the last kilobytes are worth.
pub fn sizes(sizes: &[Size]) -> String {
    if sizes.is_empty() {
        return String::new();
    }
    let rows: Vec<String> =
        sizes.iter().map(|size| format!("  {:>9}  {:>9}  {:.3}\n", size.features, size.bytes, size.macro_f1)).collect();
    format!("what the model's size buys:\n   features      bytes  macro-F1\n{}", rows.concat())
}
