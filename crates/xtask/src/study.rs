//! What each part of the features is worth: trains every topic once whole and once without each part, and
//! with fewer and more features, at one and the same penalty; the figures become `FEATURES.md` beside the model.

use crate::process::step;
use crate::{models, root, web};
use anyhow::{Context, Result};
use serde_json::Value;
use std::fmt::Write;
use std::path::Path;

/// What is left out, and how the table calls it. A penalty given keeps `train` from searching: what one part is
/// worth must not be made up for by another.
const VARIANTS: [(&str, &[&str]); 9] = [
    ("as shipped", &[]),
    ("names as words", &["--without", "names"]),
    ("no words under negation", &["--without", "negation"]),
    ("no pairs of neighbours", &["--without", "pairs"]),
    ("not scaled by length", &["--without", "length"]),
    ("no penalties by log-count ratio", &["--without", "ratios"]),
    ("5,000 features", &["--features", "5000"]),
    ("10,000 features", &["--features", "10000"]),
    ("40,000 features", &["--features", "40000"]),
];

/// Writes the table of every topic.
pub fn run(data: &Path) -> Result<()> {
    let cli = models::build_cli()?;
    let folder = root().join("target/study");
    std::fs::create_dir_all(&folder)?;
    for topic in web::topics()? {
        let mut rows = Vec::new();
        for (name, extra) in VARIANTS {
            let mut command = models::train(&cli, &topic, &folder.join("model.stance"));
            command.arg("--data-dir").arg(data).args(["--no-search", "--json"]).args(extra);
            let output = step(&format!("{}: {name}", models::name_of(&topic)), &mut command)?;
            rows.push((name, serde_json::from_slice(&output.stdout).context("`train --json` printed no JSON")?));
        }
        let path = topic.join("FEATURES.md");
        let text = table(&rows);
        std::fs::write(&path, &text)?;
        println!("{}\n{text}", path.display());
    }
    Ok(())
}

fn table(rows: &[(&str, Value)]) -> String {
    let mut out = String::from(
        "# What the features are worth\n\n\
         Each row trains the model anew, at the usual penalty, with one thing changed: `cargo xtask study --data DIR`.\n\
         Macro-F1 where a set has several labels, and the share of its neutral sentences that is left alone.\n\n",
    );
    // Writing to a string cannot fail.
    let _ = write_table(&mut out, rows);
    out
}

fn write_table(out: &mut String, rows: &[(&str, Value)]) -> std::fmt::Result {
    let Some((_, first)) = rows.first() else { return Ok(()) };
    let sets: Vec<&str> = measured(first).map(|set| set["source"].as_str().unwrap_or_default()).collect();
    writeln!(out, "| features | cross-validation | {} | bytes |", sets.join(" | "))?;
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
    let left_alone = format!("{:.1} %", 100.0 * number(&evaluation["operating"]["left_alone"]));
    if labels > 1 { format!("{:.3}, {left_alone}", number(&evaluation["macro_f1"]["value"])) } else { left_alone }
}
