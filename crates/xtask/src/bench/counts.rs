//! Instructions and mispredicted branches, counted by valgrind's callgrind: the engine reading one article comes in,
//! what each stage takes of a sentence goes out. Other work on the machine cannot change it. The branches are those of
//! a simple processor; a real one foresees more.

use crate::process::{capture, step};
use anyhow::{Context, Result};
use std::path::Path;
use std::process::Command;

/// Instructions and mispredicted branches a sentence; nothing where valgrind is not installed, or where the compiler
/// has made a stage part of another function.
#[derive(Debug, Default)]
pub struct Counts {
    /// Text to sentences.
    pub segment: Option<[f64; 2]>,
    /// Sentence to tokens in small letters.
    pub tokenise: Option<[f64; 2]>,
    /// Tokens to terms the model knows.
    pub terms: Option<[f64; 2]>,
    /// Terms to features to sums of weights.
    pub sum: Option<[f64; 2]>,
    /// Sums to probabilities and the label.
    pub verdict: Option<[f64; 2]>,
    /// All of it.
    pub analyze: Option<[f64; 2]>,
}

/// Counts what `xtask bench engine` of no rounds takes of each of so many sentences.
pub fn count(xtask: &Path, model: &Path, rows: &Path, sentences: u64) -> Result<Counts> {
    if !capture(Command::new("valgrind").arg("--version")).is_ok_and(|output| output.status.success()) {
        eprintln!("  valgrind is not installed: no instructions are counted");
        return Ok(Counts::default());
    }
    let out = super::folder().join("callgrind.out");
    let mut valgrind = Command::new("valgrind");
    valgrind.args(["--tool=callgrind", "--branch-sim=yes"]).arg(format!("--callgrind-out-file={}", out.display()));
    valgrind.arg(xtask).args(["bench", "engine"]).args([model, rows]).arg("0");
    step("counting instructions", &mut valgrind)?;
    let mut annotate = Command::new("callgrind_annotate");
    annotate.args(["--inclusive=yes", "--threshold=100", "--show=Ir,Bcm,Bim"]).arg(&out);
    let said = step("adding them up", &mut annotate)?;
    let said = String::from_utf8(said.stdout).context("callgrind_annotate printed what is no text")?;
    #[allow(clippy::cast_precision_loss, reason = "far below 2^52")]
    let of = |function: &str| find(&said, function).map(|both| both.map(|n| n / sentences as f64));
    Ok(Counts {
        segment: of("stancelight::sentence::sentences"),
        tokenise: of("stancelight::token::Tokens::fill"),
        terms: of("stancelight::feature::Terms::fill"),
        sum: of("stancelight::weights::Weights::sum"),
        verdict: of("stancelight::analysis::Verdict::from_logits"),
        analyze: of("stancelight::analysis::analyze"),
    })
}

/// What callgrind_annotate says a function took, all it called included: instructions, and mispredictions of both kinds.
fn find(said: &str, function: &str) -> Option<[f64; 2]> {
    let is_it = |name: &str| name.split(" [").next().is_some_and(|name| name.ends_with(&format!(":{function}")));
    let line = said.lines().find(|line| is_it(line.trim()))?;
    // "1,234 ( 5.00%)  56 ( 7.00%)  .  file:function"
    let mut rest = line.trim_start();
    let mut numbers = [0.0; 3];
    for number in &mut numbers {
        let (figure, behind) = rest.split_once(' ')?;
        *number = if figure == "." { 0.0 } else { figure.replace(',', "").parse().ok()? };
        let behind = behind.trim_start();
        rest = if behind.starts_with('(') { behind.split_once(')')?.1.trim_start() } else { behind };
    }
    Some([numbers[0], numbers[1] + numbers[2]])
}

#[cfg(test)]
mod tests {
    use super::find;

    #[test]
    fn reads_what_callgrind_annotate_prints() {
        let said = "Ir  Bcm  Bim  file:function\n\
                    11,589,166 (100.0%) 66,886 (100.0%) 456 (100.0%)  ???:0x01ab70 [/usr/lib/ld.so]\n \
                    5,121,173 (44.19%) 28,827 (43.10%)      .          /a/model.rs:a::Model::new [/b/prof]\n \
                    900 ( 0.01%)  4 ( 0.10%)  3 ( 0.20%)  /a/model.rs:a::Model::newer\n";
        assert_eq!(find(said, "a::Model::new"), Some([5_121_173.0, 28_827.0]));
        assert_eq!(find(said, "a::Model::newer"), Some([900.0, 7.0]));
        assert_eq!(find(said, "a::Model::old"), None);
    }
}
