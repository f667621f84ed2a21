//! `cargo xtask`: one command that sets up, builds, checks and serves the whole project. What comes in
//! is a clone on a machine with Rust and Node; what goes out is in `target/` and `web/dist/`, never in git.

mod bench;
mod browser;
mod check;
mod demo;
mod engine;
mod examples;
mod models;
mod names;
mod parity;
mod process;
mod serve;
mod stamp;
mod study;
mod system;
mod wasm_target;
mod web;

use anyhow::Result;
use clap::{Parser, Subcommand};
use std::num::NonZeroUsize;
use std::path::PathBuf;
use std::process::ExitCode;

/// Set up, build, check and serve Stancelight.
#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Train both models from the repository's sentences, build the page, and serve it
    Demo {
        /// Port on 127.0.0.1
        #[arg(long, default_value_t = 8787)]
        port: u16,
        /// Build, check in headless Chromium that the page highlights its sample, and exit
        #[arg(long)]
        once: bool,
    },
    /// Run every check there is
    Test,
    /// Build the page into web/dist and the self-hostable module into web/dist/stancelight
    Web,
    /// Install, build and drive every example, and print what each sends to its reader
    Examples,
    /// Train the shipped models again; with the outside data sets if their folder is given
    Models {
        /// Folder of the outside data sets that the topic files list
        #[arg(long, value_name = "DIR")]
        data: Option<PathBuf>,
        /// Only those with this in their name, such as `encoder` or `news-sentiment/model`
        #[arg(long, value_name = "NAME")]
        only: Option<String>,
        /// Folder of the BERT-like model that encoders learn from beside the labels: MiniLM's
        #[arg(long, value_name = "DIR")]
        vectors: Option<PathBuf>,
    },
    /// Measure what each part of the features is worth, into models/*/FEATURES.md, or what an encoder's sizes are, into
    /// models/*/SIZES.md
    Study {
        /// Folder of the outside data sets that the topic files list
        #[arg(long, value_name = "DIR")]
        data: PathBuf,
        /// The encoders' sizes: about half an hour a topic on two cores
        #[arg(long)]
        encoders: bool,
        /// Folder of the BERT-like model that encoders learn from beside the labels
        #[arg(long, value_name = "DIR", requires = "encoders")]
        vectors: Option<PathBuf>,
        /// Only topics with this in their name
        #[arg(long, value_name = "NAME")]
        only: Option<String>,
    },
    /// Compare the native engine with both WebAssembly builds, sentence by sentence
    Parity {
        /// Folder of data sets, of each the files whose names do not begin with "test"; our own sentences by default
        #[arg(long, value_name = "DIR")]
        data: Option<PathBuf>,
        /// Of their rows only every so-many-th
        #[arg(long, value_name = "N", default_value = "1")]
        every: NonZeroUsize,
        /// So many random texts as well
        #[arg(long, default_value_t = 20_000)]
        random: usize,
    },
    /// Measure training, scoring or the page's engine beside other programs
    Bench {
        #[command(subcommand)]
        what: bench::What,
    },
    /// Run one WebAssembly test binary in headless Chromium; cargo calls this
    #[command(hide = true)]
    WasmTestRunner {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
}

fn main() -> ExitCode {
    match run(Cli::parse().command) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::from(2)
        }
    }
}

fn run(command: Command) -> Result<ExitCode> {
    match command {
        Command::Demo { port, once } => demo::run(port, once)?,
        Command::Test => return check::run(),
        Command::Web => {
            let dist = web::build()?;
            web::report(&dist.join("stancelight"))?;
            println!("built web/dist and web/dist/stancelight");
        }
        Command::Examples => examples::run()?,
        Command::Models { data, only, vectors } => models::run(data.as_deref(), only.as_deref(), vectors.as_deref())?,
        Command::Study { data, encoders, vectors, only } => {
            study::run(&data, encoders, vectors.as_deref(), only.as_deref())?;
        }
        Command::Parity { data, every, random } => println!("\n{}", parity::run(data.as_deref(), every, random)?),
        Command::Bench { what } => bench::run(&what)?,
        Command::WasmTestRunner { args } => {
            let args = std::iter::once("wasm-bindgen-test-runner".to_owned()).chain(args);
            wasm_bindgen_cli::wasm_bindgen_test_runner::run_cli_with_args(args)?;
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The root of the clone.
fn root() -> PathBuf {
    // CARGO_MANIFEST_DIR is <root>/crates/xtask.
    let here = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).map_or(here.clone(), PathBuf::from)
}
