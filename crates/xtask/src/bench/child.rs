//! Children that are measured: a command comes in, what it cost goes out. Each has the machine's one thread
//! to itself, a time and a memory it must not exceed.

use super::{folder, script};
use crate::process::{Step, capture, text};
use anyhow::{Context, Result, bail};
use serde::Deserialize;
use serde_json::Value;
use std::process::Command;
use std::time::Duration;

/// No child keeps a processor busy for longer than this.
pub const LATEST: Duration = Duration::from_secs(30 * 60);

/// Nor addresses more memory: the machine has other work.
pub const MOST: u64 = 14_000_000_000;

/// Threads are forbidden to every library that would start some.
const ONE_THREAD: [&str; 4] = ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "RAYON_NUM_THREADS"];

/// What a child cost.
#[derive(Clone, Copy, Debug, Deserialize)]
pub struct Cost {
    /// Seconds by the clock on the wall.
    pub wall: f64,
    /// Seconds a processor was busy with it, start-up and all.
    pub cpu: f64,
    /// Most memory it had at once, in bytes.
    pub peak: u64,
    ok: bool,
    late: bool,
}

/// Keeps a command's libraries to one thread.
pub fn one_thread(command: &mut Command) -> &mut Command {
    command.envs(ONE_THREAD.map(|variable| (variable, "1")))
}

/// CPU seconds that a peer says it worked, in the last line it printed.
pub fn said_work(said: &str) -> Result<f64> {
    let line = said.lines().last().and_then(|line| serde_json::from_str::<Value>(line).ok());
    line.and_then(|line| line["cpu"].as_f64()).context("the peer did not say how long it worked")
}

/// Runs a command as a step; gives its cost and what it printed, or in one line why it failed.
pub fn measure(name: &str, command: &Command) -> Result<Result<(Cost, String), String>> {
    let report = folder().join("cost.json");
    let mut measured = Command::new(super::peers::PYTHON);
    // Without the site's packages the measuring process stays small.
    measured.args(["-I", "-S"]).arg(script("measure.py")).arg(&report);
    measured
        .arg(LATEST.as_secs().to_string())
        .arg(MOST.to_string())
        .arg(command.get_program())
        .args(command.get_args());
    if let Some(folder) = command.get_current_dir() {
        measured.current_dir(folder);
    }
    measured.envs(command.get_envs().filter_map(|(name, value)| Some((name, value?))));
    one_thread(&mut measured);
    let step = Step::begin(name);
    let output = capture(&mut measured);
    let ok = output.as_ref().is_ok_and(|output| output.status.success());
    let read = || -> Result<Cost> { Ok(serde_json::from_slice(&std::fs::read(&report)?)?) };
    let cost = if ok { read() } else { Err(anyhow::anyhow!("it was not measured")) };
    step.end(cost.as_ref().is_ok_and(|cost| cost.ok));
    let output = output?;
    let Ok(cost) = cost else { bail!("{name} cannot be measured: {}", text(&output).trim_end()) };
    if cost.ok {
        return Ok(Ok((cost, String::from_utf8(output.stdout).context("it printed what is no text")?)));
    }
    let said = text(&output);
    let last = said.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or("it said nothing");
    Ok(Err(if cost.late { format!("not done after {} s", LATEST.as_secs()) } else { format!("failed: {last}") }))
}
