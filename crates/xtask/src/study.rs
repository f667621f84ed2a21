//! What each choice is worth: trains every topic once as it is shipped and once with each thing changed; the figures
//! become a table beside the model. Of linear models the things are the parts of the features, at one and the same
//! penalty (`FEATURES.md`); of encoders the sizes (`SIZES.md`).

use crate::process::step;
use crate::{models, root, web};
use anyhow::{Context, Result, bail};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fmt::Write;
use std::path::Path;

/// A kind of model to study.
struct Study {
    file: &'static str,
    heading: &'static str,
    note: &'static str,
    first_column: &'static str,
    /// What every training gets.
    usual: &'static [&'static str],
    /// What is changed, and how the table calls it.
    variants: &'static [(&'static str, &'static [&'static str])],
}

/// Without a search: what one part is worth must not be made up for by another.
const FEATURES: Study = Study {
    file: "FEATURES.md",
    heading: "What the features are worth",
    note: "Each row trains the model anew, at the usual penalty, with one thing changed: `cargo xtask study --data DIR`.",
    first_column: "features",
    usual: &["--no-search"],
    variants: &[
        ("as shipped", &[]),
        ("names as words", &["--without", "names"]),
        ("no words under negation", &["--without", "negation"]),
        ("no pairs of neighbours", &["--without", "pairs"]),
        ("not scaled by length", &["--without", "length"]),
        ("no penalties by log-count ratio", &["--without", "ratios"]),
        ("5,000 features", &["--features", "5000"]),
        ("10,000 features", &["--features", "10000"]),
        ("40,000 features", &["--features", "40000"]),
    ],
};

/// Fewer passes and hints than the shipped encoders': those are better than their row, and so would the others be.
const SIZES: Study = Study {
    file: "SIZES.md",
    heading: "What an encoder's size is worth",
    note: "Each row trains the encoder anew, with one thing changed, in two passes over the sentences, with hints of 20,000 \
           of them: `cargo xtask study --encoders --data DIR --vectors DIR`. Rounding to the file's bits is done after \
           learning, in groups of 32 numbers.",
    first_column: "encoder",
    usual: &["--encoder", "--epochs", "2", "--hints", "20000"],
    variants: &[
        ("as shipped: 2 layers, width 128, 7,200 pieces, 4 bits", &[]),
        ("8 bits", &["--bits", "8"]),
        ("6 bits", &["--bits", "6"]),
        ("3 bits", &["--bits", "3"]),
        ("2 bits", &["--bits", "2"]),
        ("3 layers", &["--layers", "3"]),
        ("width 96", &["--width", "96"]),
        ("width 192", &["--width", "192"]),
        ("4,000 pieces", &["--pieces", "4000"]),
        ("16,000 pieces", &["--pieces", "16000"]),
    ],
};

/// Writes the tables of every topic: those of linear models, or of encoders, which learn from the model in `vectors` as
/// well, if that is given.
pub fn run(data: &Path, encoders: bool, vectors: Option<&Path>, only: Option<&str>) -> Result<()> {
    let study = if encoders { SIZES } else { FEATURES };
    let cli = models::build_cli()?;
    let folder = root().join("target/study");
    std::fs::create_dir_all(&folder)?;
    let mut found = false;
    for topic in web::topics()? {
        let name = models::name_of(&topic);
        if only.is_some_and(|only| !name.contains(only)) {
            continue;
        }
        found = true;
        let mut rows = Vec::new();
        let mut checkpoints = BTreeSet::new();
        for (variant, extra) in study.variants {
            let mut command = models::train(&cli, &topic, &folder.join("model.stance"));
            command.arg("--data-dir").arg(data).args(study.usual).arg("--json").args(*extra);
            if let Some(vectors) = vectors {
                command.arg("--vectors").arg(vectors);
            }
            // What differs in its rounding alone is learned once: the next takes it from where the last stopped.
            if encoders {
                let learned = extra.split(|arg| *arg == "--bits").next().unwrap_or_default();
                let folder = models::checkpoints(&cli, &topic, &format!("{data:?} {vectors:?} {learned:?}"))?;
                command.args(["--resume", "--checkpoint"]).arg(&folder);
                checkpoints.insert(folder);
            }
            let output = step(&format!("{name}: {variant}"), &mut command)?;
            let report: Value = serde_json::from_slice(&output.stdout).context("`train --json` printed no JSON")?;
            rows.push((*variant, report));
        }
        let path = topic.join(study.file);
        let text = table(&study, &rows);
        std::fs::write(&path, &text)?;
        println!("{}\n{text}", path.display());
        for folder in checkpoints {
            std::fs::remove_dir_all(&folder).with_context(|| folder.display().to_string())?;
        }
    }
    if let Some(only) = only.filter(|_| !found) {
        bail!("--only {only}: no topic is called so; the names are those of the folders in models/");
    }
    Ok(())
}

fn table(study: &Study, rows: &[(&str, Value)]) -> String {
    let mut out = format!(
        "# {}\n\n{}\nMacro-F1 where a set has several labels, and the share of its neutral sentences that is left alone.\n\n",
        study.heading, study.note
    );
    // Writing to a string cannot fail.
    let _ = write_table(&mut out, study, rows);
    out
}

fn write_table(out: &mut String, study: &Study, rows: &[(&str, Value)]) -> std::fmt::Result {
    let Some((_, first)) = rows.first() else { return Ok(()) };
    let sets: Vec<&str> = measured(first).map(|set| set["source"].as_str().unwrap_or_default()).collect();
    writeln!(out, "| {} | held out | {} | bytes |", study.first_column, sets.join(" | "))?;
    writeln!(out, "|---|---|{}---|", "---|".repeat(sets.len()))?;
    for (name, report) in rows {
        write!(out, "| {name} | {} |", figures(&report["cross_validation"]))?;
        for set in measured(report) {
            write!(out, " {} |", figures(&set["evaluation"]))?;
        }
        writeln!(out, " {} |", report["bytes"])?;
    }
    Ok(())
}

fn measured(report: &Value) -> impl Iterator<Item = &Value> {
    report["measured"].as_array().into_iter().flatten()
}

fn figures(evaluation: &Value) -> String {
    let labels = evaluation["labels"].as_array().map_or(0, |labels| {
        labels.iter().filter(|label| label["support"].as_u64().is_some_and(|support| support > 0)).count()
    });
    let number = |value: &Value| value.as_f64().unwrap_or(f64::NAN);
    let left_alone = evaluation["operating"]["left_alone"].as_f64();
    let left_alone = left_alone.map_or_else(|| "–".to_owned(), |share| format!("{:.1} %", 100.0 * share));
    if labels > 1 { format!("{:.3}, {left_alone}", number(&evaluation["macro_f1"]["value"])) } else { left_alone }
}
