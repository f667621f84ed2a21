//! `bench score`: sentences a second, of us and of peers that give probabilities, in memory and from file to
//! file; and where our time goes. Every program learned from the same sentences and is asked about the same
//! others. fastText is asked through its Python binding, which on these is no slower than its own program.

use super::child::{measure, said_work};
use super::counts::{self, Counts};
use super::data::{Set, large};
use super::engine::Stages;
use super::peers::{FASTTEXT, LOGISTIC, Peer, check_python};
use super::table::{Table, bytes, ratio};
use super::{machine, trained};
use crate::models;
use crate::process::step;
use anyhow::{Context, Result};
use serde_json::Value;
use std::path::Path;
use std::process::Command;

/// The best of so many rounds is told.
const ROUNDS: usize = 5;

/// The held-out sentences are asked about so many times over, or the quickest would be done before a clock can tell.
const TIMES: usize = 5;

/// Sentences a second.
struct Speed {
    in_memory: f64,
    file_to_file: f64,
}

/// Measures and prints.
pub fn run(data: &Path) -> Result<()> {
    check_python()?;
    let cli = models::build_cli()?;
    let xtask = models::build("xtask", "xtask")?;
    let set = large(data, "100k", 100_000)?;
    let rows = set.test.with_file_name("score.jsonl");
    std::fs::write(&rows, std::fs::read_to_string(&set.test)?.repeat(TIMES))?;
    #[allow(clippy::cast_precision_loss, reason = "far below 2^52")]
    let count = (set.truths.len() * TIMES) as f64;

    let model = trained::ours(&cli, &set)?;
    let mut engine = Command::new(&xtask);
    engine.args(["bench", "engine"]).args([&model, &rows]).arg(ROUNDS.to_string());
    let output = step("timing the engine", &mut engine)?;
    let stages: Stages = serde_json::from_slice(&output.stdout).context("the engine's times cannot be read")?;
    let mut predict = Command::new(&cli);
    predict.arg("predict").args([&model, &rows]);
    let mut speeds = vec![(
        "stancelight".to_owned(),
        file_to_file("stancelight predict", &predict, false)?
            .map(|seconds| Speed { in_memory: 1e9 / stages.score, file_to_file: count / seconds }),
    )];
    for peer in [FASTTEXT, LOGISTIC] {
        speeds.push((peer.name.to_owned(), peer_speed(&peer, &set, &rows, count)?));
    }
    println!("\n{}", speed_table(&speeds));
    println!("{}", stage_table(&stages, &counts::count(&xtask, &model, &rows, stages.sentences)?));
    println!("{}", load_table(&stages));
    println!("{} sentences, each asked {TIMES} times; best of {ROUNDS}. {}.", set.truths.len(), machine());
    println!(
        "All in CPU seconds, without starting Python. In memory: texts to probabilities; fastText's texts were prepared \
         before. From file to file: JSON Lines to JSON Lines, model and all; peers write the label alone."
    );
    Ok(())
}

fn peer_speed(peer: &Peer, set: &Set, rows: &Path, count: f64) -> Result<Result<Speed, String>> {
    let model = match trained::peer(peer, set)? {
        Ok(model) => model,
        Err(reason) => return Ok(Err(reason)),
    };
    let output = step(&format!("timing {}", peer.name), &mut peer.score(&model, rows, ROUNDS))?;
    let said: Value = serde_json::from_slice(output.stdout.trim_ascii()).context("the peer's time cannot be read")?;
    let seconds = said["seconds"].as_f64().context("the peer did not say how long it took")?;
    let predict = peer.predict(&model, rows, &model.with_extension("jsonl"));
    let whole = file_to_file(&format!("{}, from file to file", peer.name), &predict, true)?;
    Ok(whole.map(|whole| Speed { in_memory: count / seconds, file_to_file: count / whole }))
}

/// CPU seconds of the best round; of a peer those it says it worked.
fn file_to_file(name: &str, command: &Command, peer: bool) -> Result<Result<f64, String>> {
    let mut best = f64::INFINITY;
    for _ in 0..ROUNDS {
        match measure(name, command)? {
            Ok((cost, said)) => best = best.min(if peer { said_work(&said)? } else { cost.cpu }),
            Err(reason) => return Ok(Err(reason)),
        }
    }
    Ok(Ok(best))
}

fn speed_table(speeds: &[(String, Result<Speed, String>)]) -> Table {
    let mut table = Table::new(&["program", "in memory, sentences/s", "ours ×", "file to file, sentences/s", "ours ×"]);
    let base = speeds.first().and_then(|(_, speed)| speed.as_ref().ok());
    for (name, speed) in speeds {
        match speed {
            Ok(Speed { in_memory, file_to_file }) => {
                let times = |ours: fn(&Speed) -> f64, its| base.map_or_else(String::new, |base| ratio(ours(base), its));
                table.row([
                    name.clone(),
                    format!("{in_memory:.0}"),
                    times(|speed| speed.in_memory, *in_memory),
                    format!("{file_to_file:.0}"),
                    times(|speed| speed.file_to_file, *file_to_file),
                ]);
            }
            Err(reason) => table.row([format!("{name}: {reason}")]),
        }
    }
    table
}

fn stage_table(stages: &Stages, counts: &Counts) -> Table {
    let mut table = Table::new(&["stage", "ns a sentence", "part", "instructions", "mispredicted"]);
    let sum = stages.segment + stages.tokenise + stages.sum + stages.verdict;
    // Of two stages only the sum can be timed.
    let parts = [
        ("segment: text to sentences", Some(stages.segment), counts.segment),
        ("tokenise and fold", Some(stages.tokenise), counts.tokenise),
        ("look up, terms", Some(stages.sum), counts.terms),
        ("pairs, sum", None, counts.sum),
        ("probabilities, label", Some(stages.verdict), counts.verdict),
    ];
    let both = |count: Option<[f64; 2]>| count.map_or_else(Default::default, |both| both.map(|n| format!("{n:.0}")));
    for (name, ns, count) in parts {
        let time = ns.map_or(["see above".to_owned(), String::new()], |ns| {
            [format!("{ns:.0}"), format!("{:.0} %", 100.0 * ns / sum)]
        });
        table.row(std::iter::once(name.to_owned()).chain(time).chain(both(count)));
    }
    table.row(["sum of the stages".to_owned(), format!("{sum:.0}"), "100 %".to_owned()]);
    let whole = ["`analyze`, measured as a whole".to_owned(), format!("{:.0}", stages.analyze), String::new()];
    table.row(whole.into_iter().chain(both(counts.analyze)));
    table
}

fn load_table(stages: &Stages) -> Table {
    let mut table = Table::new(&["a model", "ms", "× checksum"]);
    let names = [format!("load {}, ready to score", bytes(stages.size)), "its checksum alone".to_owned()];
    for (name, ns) in names.into_iter().zip([stages.load, stages.checksum]) {
        table.row([name, format!("{:.2}", ns / 1e6), ratio(ns, stages.checksum)]);
    }
    table
}
