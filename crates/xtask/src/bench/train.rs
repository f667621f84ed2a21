//! `bench train`: for every set and program, from a file of labelled text to a model file, and how well that
//! model then does on text it never saw.

use super::child::{Cost, measure, said_work};
use super::data::{Set, sets};
use super::judge::{Score, judge};
use super::table::{Table, bytes, ratio, seconds};
use super::{Sizes, folder, machine, peers};
use crate::models;
use crate::process::step;
use anyhow::Result;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Below so many rows a run is short, and the best of several is told.
const SHORT: usize = 50_000;
const ROUNDS: usize = 3;

/// A program that was trained.
struct Trained {
    cost: Cost,
    /// CPU seconds from the first line read to the model written, without starting an interpreter.
    work: f64,
    size: u64,
    score: Score,
}

/// Measures and prints.
pub fn run(data: &Path, sizes: Sizes) -> Result<()> {
    peers::check_python()?;
    let cli = models::build_cli()?;
    let installed: Vec<(peers::Peer, Result<(), String>)> =
        peers::ALL.into_iter().map(|peer| (peer, peer.install())).collect();
    for set in sets(data, sizes)? {
        println!("\n### {}: {} sentences, measured on {}\n", set.name, set.rows, set.truths.len());
        let mut rows = Vec::new();
        for (name, options) in OURS {
            rows.push((name.to_owned(), train_ours(&cli, &set, name, options)?));
        }
        for (peer, installed) in &installed {
            let row = match installed {
                Ok(()) => train_peer(peer, &set)?,
                Err(reason) => Err(reason.clone()),
            };
            rows.push((peer.name.to_owned(), row));
        }
        println!("{}", table(&rows));
    }
    println!("{}.", machine());
    println!(
        "CPU: the whole process. At work: without starting Python and loading libraries; the ratio is of these, to our \
         first row. Ours also validates and calibrates."
    );
    Ok(())
}

/// Our ways of training: one fit, and the search that is the default.
const OURS: [(&str, &[&str]); 2] = [("stancelight --no-search", &["--no-search"]), ("stancelight", &[])];

fn train_ours(cli: &Path, set: &Set, name: &str, options: &[&str]) -> Result<Result<Trained, String>> {
    let model = models_of(set)?.join("stancelight");
    let mut train = Command::new(cli);
    train.arg("train").arg("--topic").arg(&set.topic).arg(&set.train).arg("-o").arg(&model);
    train.args(["--jobs", "1"]).args(options);
    let (cost, _) = match best(name, set, &train)? {
        Ok(best) => best,
        Err(reason) => return Ok(Err(reason)),
    };
    let mut predict = Command::new(cli);
    let guesses = step("asking it", predict.arg("predict").arg(&model).arg(&set.test))?.stdout;
    let out = model.with_extension("jsonl");
    std::fs::write(&out, guesses)?;
    let size = std::fs::metadata(&model)?.len();
    Ok(Ok(Trained { cost, work: cost.cpu, size, score: judge(&set.truths, &out)? }))
}

fn train_peer(peer: &peers::Peer, set: &Set) -> Result<Result<Trained, String>> {
    let model = models_of(set)?.join(peer.file());
    let (cost, said) = match best(peer.name, set, &peer.train(&set.train, &model))? {
        Ok(best) => best,
        Err(reason) => return Ok(Err(reason)),
    };
    let work = said_work(&said)?;
    let out = model.with_extension("jsonl");
    step("asking it", &mut peer.predict(&model, &set.test, &out))?;
    let size = std::fs::metadata(&model)?.len();
    Ok(Ok(Trained { cost, work, size, score: judge(&set.truths, &out)? }))
}

/// The run that cost the least, of one or several.
fn best(name: &str, set: &Set, command: &Command) -> Result<Result<(Cost, String), String>> {
    let mut best: Option<(Cost, String)> = None;
    let rounds = if set.rows < SHORT { ROUNDS } else { 1 };
    for round in 1..=rounds {
        match measure(&format!("{}: {name}, {round} of {rounds}", set.name), command)? {
            Ok(run) if best.as_ref().is_none_or(|best| run.0.cpu < best.0.cpu) => best = Some(run),
            Ok(_) => {}
            Err(reason) => return Ok(Err(reason)),
        }
    }
    Ok(best.ok_or_else(|| "was not run".to_owned()))
}

fn models_of(set: &Set) -> Result<PathBuf> {
    let folder = folder().join("models").join(&set.name);
    std::fs::create_dir_all(&folder)?;
    Ok(folder)
}

fn table(rows: &[(String, Result<Trained, String>)]) -> Table {
    let mut table = Table::new(&[
        "program",
        "wall s",
        "CPU s",
        "at work s",
        "× ours",
        "peak memory",
        "model",
        "accuracy",
        "macro-F1",
    ]);
    let base = rows.first().and_then(|(_, row)| row.as_ref().ok()).map(|row| row.work);
    for (name, row) in rows {
        match row {
            Ok(Trained { cost, work, size, score }) => table.row([
                name.clone(),
                seconds(cost.wall),
                seconds(cost.cpu),
                seconds(*work),
                base.map_or_else(String::new, |base| ratio(*work, base)),
                bytes(cost.peak),
                bytes(*size),
                format!("{:.3}", score.accuracy),
                format!("{:.3}", score.macro_f1),
            ]),
            Err(reason) => table.row([format!("{name}: {reason}")]),
        }
    }
    table
}
