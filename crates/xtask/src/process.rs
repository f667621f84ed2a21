//! Running other programs: a step's name and a command come in; progress on the terminal while it runs,
//! its output when it fails.

use anyhow::{Context, Result, bail};
use indicatif::{ProgressBar, ProgressStyle};
use std::io::IsTerminal;
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

/// A running step's line on the terminal.
pub struct Step {
    name: String,
    bar: Option<ProgressBar>,
    start: Instant,
}

impl Step {
    /// Begins a step: a spinner with seconds on a terminal, a plain line elsewhere.
    pub fn begin(name: impl Into<String>) -> Self {
        let name = name.into();
        let bar = std::io::stderr().is_terminal().then(|| {
            let bar = ProgressBar::new_spinner();
            if let Ok(style) = ProgressStyle::with_template("  {spinner} {msg} ({elapsed})") {
                bar.set_style(style);
            }
            bar.set_message(name.clone());
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        });
        if bar.is_none() {
            eprintln!("  … {name}");
        }
        Self { name, bar, start: Instant::now() }
    }

    /// Ends the step; its line stays.
    pub fn end(self, ok: bool) -> Duration {
        let elapsed = self.start.elapsed();
        if let Some(bar) = self.bar {
            bar.finish_and_clear();
        }
        let sign = if ok { '✓' } else { '✗' };
        eprintln!("  {sign} {} ({:.1} s)", self.name, elapsed.as_secs_f64());
        elapsed
    }
}

/// Runs a command quietly as a step; fails with its output when it does.
pub fn step(name: &str, command: &mut Command) -> Result<Output> {
    let step = Step::begin(name);
    let output = capture(command);
    step.end(output.as_ref().is_ok_and(|output| output.status.success()));
    let output = output?;
    if !output.status.success() {
        bail!("{name} failed ({}): {}\n{}", output.status, display(command), text(&output).trim_end());
    }
    Ok(output)
}

/// Runs a command and keeps what it prints.
pub fn capture(command: &mut Command) -> Result<Output> {
    command.stdin(Stdio::null()).output().with_context(|| {
        let program = command.get_program().to_string_lossy().into_owned();
        format!("`{program}` cannot be run; is it installed?")
    })
}

/// What a command prints on standard output, trimmed, if it succeeds.
pub fn stdout_of(command: &mut Command) -> Option<String> {
    let output = capture(command).ok()?;
    output.status.success().then(|| String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

/// Both of a command's streams as text.
pub fn text(output: &Output) -> String {
    format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr))
}

fn display(command: &Command) -> String {
    let words = std::iter::once(command.get_program()).chain(command.get_args());
    words.map(|word| word.to_string_lossy().into_owned()).collect::<Vec<_>>().join(" ")
}
