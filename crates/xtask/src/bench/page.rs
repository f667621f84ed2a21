//! `bench page`: the built page as its reader has it. It is opened again and again from the browser's cache, and
//! 100,000 words are pasted into it; out goes how long each took beside what we allow ourselves.

use super::table::Table;
use super::{machine, script};
use crate::process::step;
use crate::{browser, root, web};
use anyhow::{Context, Result};
use serde::Deserialize;
use std::process::Command;

/// Milliseconds, one a round.
#[derive(Deserialize)]
struct Found {
    load: Vec<f64>,
    first: Vec<f64>,
    longest: Vec<f64>,
    busiest: Vec<f64>,
}

/// Measures and prints.
pub fn run() -> Result<()> {
    let browser = browser::find().context(browser::ADVICE)?;
    web::build()?;
    let mut node = Command::new("node");
    node.arg(script("web/page.mjs")).arg(root()).env("CHROMIUM", browser.chromium);
    let output = step("measuring the page in headless Chromium", &mut node)?;
    let Found { load, first, longest, busiest } =
        serde_json::from_slice(&output.stdout).context("what the browser said cannot be read")?;
    let mut table = Table::new(&["page", "best ms", "median ms", "budget ms"]);
    for (name, times, budget) in [
        ("opened from cache, until the article is painted", load, 150.0),
        ("100,000 words pasted, until the first are painted", first, 100.0),
        ("the same, longest task of the page's thread", longest, 50.0),
        ("the same, by the processor's time", busiest, 50.0),
    ] {
        let mut times = times;
        times.sort_by(f64::total_cmp);
        let at = |n: usize| times.get(n).map(|ms| format!("{ms:.0}")).unwrap_or_default();
        table.row([name.to_owned(), at(0), at(times.len() / 2), format!("{budget:.0}")]);
    }
    println!("\n{table}");
    println!("Tasks of less than 50 ms are told as 50. A busy machine lengthens all but the last row. {}.", machine());
    Ok(())
}
