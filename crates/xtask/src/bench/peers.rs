//! The programs we are measured beside: their names come in, commands that train and ask them go out. They live
//! in a virtual environment of their own, with pinned versions; one that cannot be had is told, not fatal.

use super::child::one_thread;
use super::{folder, script};
use crate::process::{capture, step, text};
use crate::stamp;
use anyhow::Result;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What runs the scripts before there is a virtual environment.
pub const PYTHON: &str = "python3";

/// One way of training one program.
#[derive(Clone, Copy, Debug)]
pub struct Peer {
    /// For people.
    pub name: &'static str,
    /// The file of pinned packages, without its ending.
    package: &'static str,
    /// The script that trains and asks it.
    pub script: &'static str,
    kind: &'static str,
}

/// Tf-idf and logistic regression.
pub const LOGISTIC: Peer = Peer {
    name: "scikit-learn, tf-idf and logistic regression",
    package: "scikit-learn",
    script: "scikit.py",
    kind: "logistic",
};

/// fastText.
pub const FASTTEXT: Peer = Peer { name: "fastText", package: "fasttext", script: "fast_text.py", kind: "supervised" };

/// The same, made small.
pub const FASTTEXT_SMALL: Peer = Peer { name: "fastText, quantised", kind: "quantised", ..FASTTEXT };

/// Those that are trained beside us.
pub const ALL: [Peer; 4] = [
    LOGISTIC,
    Peer { name: "scikit-learn, tf-idf and LinearSVC", kind: "svc", ..LOGISTIC },
    FASTTEXT,
    Peer { name: "Vowpal Wabbit", package: "vowpalwabbit", script: "vowpal.py", kind: "oaa" },
];

impl Peer {
    /// Installs what it needs unless it is there; on failure says why in a line.
    pub fn install(&self) -> Result<(), String> {
        let pins = self.pins();
        let work = || -> Result<()> {
            let inputs = stamp::Inputs::default().path(&pins)?;
            stamp::unless_fresh(&format!("bench-{}", self.package), inputs, &python(), || {
                if !python().exists() {
                    step("making a virtual environment", Command::new(PYTHON).args(["-m", "venv"]).arg(venv()))?;
                }
                let mut pip = Command::new(python());
                // Wheels alone: a compiler's mood is not to decide what is measured.
                pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--only-binary", ":all:"]);
                step(&format!("installing {}", self.package), pip.arg("--requirement").arg(&pins))?;
                Ok(())
            })?;
            Ok(())
        };
        work().map_err(|error| {
            let said = error.to_string();
            let last = said.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default();
            format!("not installed: {}", last.trim())
        })
    }

    /// Trains it: labelled rows in, a model file out.
    pub fn train(&self, rows: &Path, model: &Path) -> Command {
        self.command("train", &[rows, model])
    }

    /// Asks it for the labels of rows.
    pub fn predict(&self, model: &Path, rows: &Path, out: &Path) -> Command {
        self.command("predict", &[model, rows, out])
    }

    /// Has it give the probabilities of rows again and again; it prints the seconds of its best round.
    pub fn score(&self, model: &Path, rows: &Path, rounds: usize) -> Command {
        let mut command = self.command("score", &[model, rows]);
        command.arg(rounds.to_string());
        command
    }

    fn command(&self, verb: &str, paths: &[&Path]) -> Command {
        let mut command = Command::new(python());
        command.arg(script(self.script)).args([verb, self.kind]).args(paths);
        // The scripts' folder is the repository's: nothing compiled is left there.
        one_thread(&mut command).env("PYTHONDONTWRITEBYTECODE", "1");
        command
    }

    /// The list of packages it needs, each with its version.
    pub fn pins(&self) -> PathBuf {
        script("pins").join(format!("{}.txt", self.package))
    }

    /// A name for its files.
    pub fn file(&self) -> String {
        format!("{}-{}", self.package, self.kind)
    }
}

/// Whether Python is there; nothing is measured without it.
pub fn check_python() -> Result<()> {
    let output = capture(Command::new(PYTHON).arg("--version"))?;
    anyhow::ensure!(output.status.success(), "`{PYTHON}` does not run: {}", text(&output).trim_end());
    Ok(())
}

fn venv() -> PathBuf {
    folder().join("venv")
}

fn python() -> PathBuf {
    venv().join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" })
}
