//! `bench web`: our engine in headless Chromium beside other text engines in WebAssembly. Each reads what it is made
//! for: fastText the same sentences for the same labels, Harper the same thousand words for mistakes; of
//! transformers.js only the engine is loaded, for want of a model.

use super::data::large;
use super::peers::FASTTEXT_SMALL;
use super::table::{Table, bytes, ratio};
use super::{folder, machine, script, trained};
use crate::process::step;
use crate::{browser, models, root, stamp, web};
use anyhow::{Context, Result};
use serde::Deserialize;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What a probe found; times in milliseconds, sizes in bytes after brotli.
#[derive(Deserialize)]
struct Found {
    error: Option<String>,
    load: Option<f64>,
    article: Option<f64>,
    engine: Option<u64>,
    model: Option<u64>,
    speed: Option<f64>,
    accuracy: Option<f64>,
}

/// The probes in the order they are told, with their names for people.
const PROBES: [(&str, &str); 4] = [
    ("stancelight", "stancelight"),
    ("fasttext", "fastText (fasttext.wasm.js), quantised"),
    ("harper", "Harper (harper.js)"),
    ("transformers", "transformers.js, engine alone"),
];

/// Measures and prints.
pub fn run(data: &Path) -> Result<()> {
    let browser = browser::find().context(browser::ADVICE)?;
    let cli = models::build_cli()?;
    web::build()?;
    let packages = install()?;
    let set = large(data, "100k", 100_000)?;
    trained::ours(&cli, &set)?;
    let without = trained::peer(&FASTTEXT_SMALL, &set)?.err();
    let mut node = Command::new("node");
    node.arg(script("web/bench.mjs")).arg(root()).arg(packages).arg(trained::folder()?).arg(&set.test);
    let output = step("measuring in headless Chromium", node.env("CHROMIUM", browser.chromium))?;
    let mut found: BTreeMap<String, Found> =
        serde_json::from_slice(&output.stdout).context("what the browser said cannot be read")?;
    if let (Some(reason), Some(fasttext)) = (without, found.get_mut("fasttext")) {
        // Without its model it fails with something less telling.
        fasttext.error = Some(reason);
    }
    println!("\n{}", table(&found));
    println!("{} sentences for the speed, 1,000 words for the article. {}.", set.truths.len(), machine());
    println!(
        "Load: from nothing to ready, files from this machine, best of 5. Speed: short pieces, each one's best of 7; \
         fastText's sentences were prepared before. Article: the best of 7, each read once; ours finds and explains every \
         sentence, Harper looks for mistakes. Sizes after brotli, of the files the browser fetched."
    );
    Ok(())
}

/// Installs the peers' packages unless they are there; gives the folder they lie in.
fn install() -> Result<PathBuf> {
    let place = folder().join("web");
    let list = script("web/package.json");
    std::fs::create_dir_all(&place)?;
    let packages = place.join("node_modules");
    let inputs = stamp::Inputs::default().path(&list)?;
    stamp::unless_fresh("bench-web", inputs, &packages, || {
        std::fs::copy(&list, place.join("package.json"))?;
        let mut npm = Command::new("npm");
        // Scripts would fetch what only servers need.
        npm.args(["install", "--ignore-scripts", "--no-package-lock", "--no-audit", "--no-fund"]).current_dir(&place);
        step("installing the peers' npm packages", &mut npm)?;
        Ok(())
    })?;
    Ok(packages)
}

fn table(found: &BTreeMap<String, Found>) -> Table {
    let mut table = Table::new(&[
        "engine",
        "load ms",
        "× ours",
        "sentences/s",
        "ours ×",
        "article ms",
        "× ours",
        "engine",
        "model",
        "× ours",
        "accuracy",
    ]);
    let ours = found.get("stancelight");
    let text = |value: Option<String>| value.unwrap_or_default();
    #[allow(clippy::cast_precision_loss, reason = "sizes are far below 2^52")]
    let size = |found: &Found| Some((found.engine? + found.model.unwrap_or(0)) as f64);
    for (key, name) in PROBES {
        let Some(one) = found.get(key) else { continue };
        if let Some(error) = &one.error {
            table.row([format!("{name}: {error}")]);
            continue;
        }
        let times =
            |of: &dyn Fn(&Found) -> Option<f64>| text(of(one).zip(ours.and_then(of)).map(|(its, our)| ratio(its, our)));
        let slower = text(one.speed.zip(ours.and_then(|ours| ours.speed)).map(|(its, our)| ratio(our, its)));
        table.row([
            name.to_owned(),
            text(one.load.map(|ms| format!("{ms:.0}"))),
            times(&|found| found.load),
            text(one.speed.map(|speed| format!("{speed:.0}"))),
            slower,
            text(one.article.map(|ms| format!("{ms:.2}"))),
            times(&|found| found.article),
            text(one.engine.map(bytes)),
            text(one.model.filter(|&model| model > 0).map(bytes)),
            times(&size),
            text(one.accuracy.map(|accuracy| format!("{accuracy:.3}"))),
        ]);
    }
    table
}
