//! The `stancelight` command: arguments come in, files and exit codes go out. Everything it knows about
//! text and learning it asks of the two crates below it.
//!
//! Exit codes: 0 done; 2 something is wrong with the input or the system, told in one line on standard
//! error that names the file, the place and the remedy.

mod distill;
mod evaluate;
mod explain;
mod highlight;
mod input;
mod inspect;
mod measure;
mod output;
mod predict;
mod progress;
mod report;
mod threads;
mod train;

use clap::{Parser, Subcommand};
use std::process::ExitCode;

/// Train small stance and sentiment classifiers, and see sentence by sentence what they find and why.
#[derive(Parser)]
#[command(version, max_term_width = 100)]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    // Boxed: it has far more to say than the others.
    Train(Box<train::Args>),
    Distill(distill::Args),
    Evaluate(evaluate::Args),
    Predict(predict::Args),
    Highlight(highlight::Args),
    Explain(explain::Args),
    Inspect(inspect::Args),
}

fn main() -> ExitCode {
    let result = match Cli::parse().command {
        Command::Train(args) => train::run(&args),
        Command::Distill(args) => distill::run(&args),
        Command::Evaluate(args) => evaluate::run(&args),
        Command::Predict(args) => predict::run(&args),
        Command::Highlight(args) => highlight::run(&args),
        Command::Explain(args) => explain::run(&args),
        Command::Inspect(args) => inspect::run(&args),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        // Whoever reads our output has heard enough (`| head`): not an error.
        Err(error) if output::is_broken_pipe(&error) => ExitCode::SUCCESS,
        Err(error) => {
            // One line, whatever the parts: scripts and people read it alike.
            let chain: Vec<String> = error.chain().map(ToString::to_string).collect();
            anstream::eprintln!("stancelight: {}", chain.join(": ").replace('\n', " "));
            ExitCode::from(2)
        }
    }
}
