//! `cargo xtask bench`: how quick, how small and how good beside other programs, all measured in one run on
//! one machine. Everything it needs it installs itself, below `target/bench`; what goes out is Markdown.

mod child;
mod counts;
mod data;
mod engine;
mod judge;
mod page;
mod peers;
mod perturb;
mod score;
pub mod table;
mod train;
mod trained;
mod web;

use crate::root;
use anyhow::{Context, Result};
use clap::{Subcommand, ValueEnum};
use std::path::{Path, PathBuf};

/// What to measure.
#[derive(Subcommand)]
pub enum What {
    /// From labelled text to a model file: time, memory, size, and how well the model does
    Train {
        /// Folder of the data sets
        #[arg(long, value_name = "DIR")]
        data: PathBuf,
        /// How much text to train on
        #[arg(long, value_enum, default_value_t = Sizes::Small)]
        sizes: Sizes,
    },
    /// Sentences a second, and where a sentence's time goes
    Score {
        /// Folder of the data sets
        #[arg(long, value_name = "DIR")]
        data: PathBuf,
    },
    /// The engine in headless Chromium beside others in WebAssembly: load, speed, size
    Web {
        /// Folder of the data sets
        #[arg(long, value_name = "DIR")]
        data: PathBuf,
    },
    /// The page in headless Chromium: how soon it paints, and whether a very long paste blocks it
    Page,
    /// Time the engine inside one process; `score` calls this, built as users get it
    #[command(hide = true)]
    Engine {
        /// The model file
        model: PathBuf,
        /// JSON Lines with a `text` field
        rows: PathBuf,
        /// The best of so many is told
        rounds: usize,
    },
}

/// How much text to train on.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Sizes {
    /// Real sets of some thousand sentences
    Small,
    /// A hundred thousand sentences, made from real ones
    #[value(name = "100k")]
    HundredThousand,
    /// A million
    #[value(name = "1m")]
    Million,
    /// Every one of these
    All,
}

/// Measures.
pub fn run(what: &What) -> Result<()> {
    std::fs::create_dir_all(folder())?;
    match what {
        What::Train { data, sizes } => train::run(&full(data)?, *sizes),
        What::Score { data } => score::run(&full(data)?),
        What::Web { data } => web::run(&full(data)?),
        What::Page => page::run(),
        What::Engine { model, rows, rounds } => engine::run(model, rows, *rounds),
    }
}

/// Where everything the benchmarks make lies.
fn folder() -> PathBuf {
    root().join("target/bench")
}

/// A script the benchmarks run.
fn script(name: &str) -> PathBuf {
    root().join("benches").join(name)
}

/// The folder the caller named, from wherever a child is started.
fn full(data: &Path) -> Result<PathBuf> {
    data.canonicalize()
        .with_context(|| format!("{} cannot be opened; name the folder of the data sets", data.display()))
}

/// The line under a table that says where its figures are from.
fn machine() -> String {
    let cpu = std::fs::read_to_string("/proc/cpuinfo").ok().and_then(|text| {
        let line = text.lines().find(|line| line.starts_with("model name"))?;
        Some(line.split_once(':')?.1.trim().to_owned())
    });
    let cores = std::thread::available_parallelism().map_or(1, std::num::NonZero::get);
    format!("{}, {cores} cores, every program on one", cpu.unwrap_or_else(|| std::env::consts::ARCH.to_owned()))
}
