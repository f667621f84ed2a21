//! `stancelight train`: files in, a model file out, the evaluation on standard output.

use crate::output::{stdout, write_whole, written};
use crate::report;
use anyhow::{Result, bail};
use clap::Parser;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use stancelight::{Model, Predictor, Verdict, score_all};
use stancelight_train::{Corpus, Evaluation, FitOptions, Options, Row, TopicFile, card, evaluate_rows, train};
use std::io::Write;
use std::path::{Path, PathBuf};

/// Fit a model to labelled sentences and measure it by cross-validation
#[derive(Parser)]
pub struct Args {
    /// Labelled sentences: JSON Lines with `text` and `label` fields, or .csv/.tsv with such columns
    #[arg(required = true)]
    data: Vec<PathBuf>,
    /// What the labels are and mean
    #[arg(long, value_name = "TOPIC.toml")]
    topic: PathBuf,
    /// Where to write the model
    #[arg(short, long, value_name = "MODEL")]
    output: PathBuf,
    /// Folder of the outside data that the topic file lists; without it they are left out
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// Also write a model card (Markdown)
    #[arg(long, value_name = "FILE")]
    card: Option<PathBuf>,
    /// Field whose equal values (a document, a speaker) never stand in two folds
    #[arg(long, value_name = "FIELD")]
    group: Option<String>,
    /// Cross-validation folds
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u16).range(2..=100))]
    folds: u16,
    /// Seed of every random choice; the same seed and data give the same bytes
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Penalty on squared weights (1/C); found by cross-validation when left out
    #[arg(long, value_name = "L2")]
    l2: Option<f64>,
    /// Keep at most this many features
    #[arg(long, default_value_t = FitOptions::default().max_features, value_name = "N")]
    features: usize,
    /// Do not treat runs of capitalised words as names (for languages that capitalise nouns)
    #[arg(long)]
    keep_names: bool,
    /// Also measure with 10, 20, 40, 60 and 80 % of the labelled sentences: would more of them help?
    #[arg(long)]
    learning_curve: bool,
    /// Threads; the result does not depend on it
    #[arg(long, value_name = "N", default_value_t = std::thread::available_parallelism().map_or(1, std::num::NonZero::get))]
    jobs: usize,
}

pub fn run(args: &Args) -> Result<()> {
    if let Some(l2) = args.l2
        && !(l2.is_finite() && l2 > 0.0)
    {
        bail!("--l2 must be a number above 0, not {l2}");
    }
    let file = TopicFile::read(&args.topic)?;
    let mut corpus = Corpus::default();
    for path in &args.data {
        corpus.read_file(path, &file.topic, args.group.as_deref())?;
    }
    let held = corpus.rows.len();
    if let Some(folder) = &args.data_dir {
        for source in file.data.iter().filter(|source| !source.measure) {
            corpus.read_source(folder, source, &file.topic)?;
        }
    }
    let mut fit = FitOptions { max_features: args.features, ..FitOptions::default() };
    fit.settings.mask_names = !args.keep_names;
    fit.l2 = args.l2.unwrap_or(fit.l2);
    let options = Options {
        fit,
        search: args.l2.is_none(),
        folds: args.folds.into(),
        seed: args.seed,
        learning_curve: args.learning_curve,
        jobs: args.jobs,
    };
    let bar = progress_bar();
    let trained = train(&corpus, held, &file, &options, &|what, done, all| {
        bar.set_length(all as u64);
        bar.set_position(done as u64);
        bar.set_message(what.to_owned());
    });
    bar.finish_and_clear();
    let trained = trained?;
    let bytes = trained.model.to_bytes();
    let measured = match &args.data_dir {
        Some(folder) => measure(&file, folder, &corpus, &trained.model, options.seed)?,
        None => Vec::new(),
    };
    write_whole(&args.output, &bytes)?;
    if let Some(path) = &args.card {
        write_whole(path, card(&file, &trained, &measured).as_bytes())?;
    }
    for warning in &trained.report.warnings {
        anstream::eprintln!("stancelight: warning: {warning}");
    }
    let mut out = stdout();
    let title = format!("{}, {}-fold cross-validation", file.topic.title, trained.report.folds);
    written(out.write_all(report::evaluation(&title, &trained.report.overall).as_bytes()))?;
    for (name, evaluation) in trained.report.by_source.iter().chain(&measured) {
        written(out.write_all(report::evaluation(name, evaluation).as_bytes()))?;
    }
    written(out.write_all(report::learning_curve(&trained.report.learning_curve).as_bytes()))?;
    let left_out = file.data.iter().filter(|source| !source.measure).count();
    if args.data_dir.is_none() && left_out > 0 {
        written(writeln!(
            out,
            "trained without the topic's {left_out} outside data sets; give --data-dir to add them"
        ))?;
    }
    written(writeln!(
        out,
        "wrote {} ({} features, {} bytes)",
        args.output.display(),
        trained.model.features.len(),
        bytes.len()
    ))?;
    written(out.flush())
}

/// Evaluates on the sets the topic file keeps for measuring, less what was trained on.
fn measure(
    file: &TopicFile,
    folder: &Path,
    trained_on: &Corpus,
    model: &Model,
    seed: u64,
) -> Result<Vec<(String, Evaluation)>> {
    let predictor = Predictor::new(model.clone());
    let mut out = Vec::new();
    for source in file.data.iter().filter(|source| source.measure) {
        let mut corpus = Corpus::default();
        corpus.read_source(folder, source, &file.topic)?;
        let shared = corpus.drop_shared(trained_on);
        if corpus.rows.is_empty() {
            bail!("{}: every sentence was trained on; name another set to measure on", source.file);
        }
        let name = match shared {
            0 => source.file.clone(),
            n => format!("{} (less {n} sentences trained on)", source.file),
        };
        let rows: Vec<&Row> = corpus.rows.iter().collect();
        let verdicts: Vec<Verdict> = score_all(rows.iter().map(|row| row.text.as_str()), &predictor).collect();
        out.push((name, evaluate_rows(&rows, &verdicts, predictor.topic(), seed)));
    }
    Ok(out)
}

/// A bar on a terminal; silence elsewhere.
fn progress_bar() -> ProgressBar {
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
    if let Ok(style) = ProgressStyle::with_template("{msg:>10} {wide_bar} {pos}/{len} {elapsed}") {
        bar.set_style(style);
    }
    bar.enable_steady_tick(std::time::Duration::from_millis(200));
    bar
}
