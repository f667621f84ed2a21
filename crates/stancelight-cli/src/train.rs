//! `stancelight train`: files in, a model file out, the evaluation on standard output; whichever learner made it.

mod encoder;

use crate::input::{has_fields, once_each};
use crate::measure::{Kept, measure, measured_on};
use crate::output::{can_be_written, spare, stdout, write_whole, written};
use crate::progress::bar;
use crate::report;
use crate::threads::quiet_threads;
use anyhow::{Result, bail};
use bytesize::ByteSize;
use clap::{Parser, ValueEnum};
use serde_json::json;
use stancelight::{Model, Predictor, score_all};
use stancelight_train::{
    Corpus, DataSource, Evaluation, FitOptions, Options, Row, Subject, TopicFile, Trained, card, train,
};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::Duration;

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
    /// Field whose equal values (a document, a speaker) never stand in two folds; or several, such as
    /// `document,speaker`
    #[arg(long, value_name = "FIELD", value_delimiter = ',')]
    group: Vec<String>,
    /// Cross-validation folds; by default 5, or with --no-search and 20,000 sentences a tenth that is held out once and not
    /// learned from
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(2..=100))]
    folds: Option<u16>,
    /// Seed of every random choice; the same seed and data give the same bytes
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Penalty on squared weights (1/C); found by cross-validation, or with --no-search by the amount of data
    #[arg(long, value_name = "L2")]
    l2: Option<f64>,
    /// Fit with the default settings and penalty instead of searching for better ones
    #[arg(long)]
    no_search: bool,
    /// Begin no further step of the search after this time, such as 60s or 5m
    #[arg(long, value_name = "TIME", value_parser = humantime::parse_duration, conflicts_with = "no_search")]
    budget: Option<Duration>,
    /// Largest model file, such as 300KB: features are left out until it fits
    #[arg(long, value_name = "SIZE")]
    size: Option<ByteSize>,
    /// Keep at most this many features
    #[arg(long, default_value_t = FitOptions::default().max_features, value_name = "N")]
    features: usize,
    /// Leave a part of the features out: to measure what it is worth, or `names` for languages that capitalise nouns
    #[arg(long, value_name = "PART", value_enum, value_delimiter = ',')]
    without: Vec<Part>,
    /// Print one JSON object instead of tables
    #[arg(long)]
    json: bool,
    /// Also measure with 10, 20, 40, 60 and 80 % of the labelled sentences: would more of them help?
    #[arg(long)]
    learning_curve: bool,
    /// Threads; the result does not depend on it
    #[arg(long, value_name = "N", default_value_t = std::thread::available_parallelism().map_or(1, std::num::NonZero::get))]
    jobs: usize,
    #[command(flatten)]
    encoder: encoder::Args,
}

/// What features are made with.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Runs of capitalised words count as one name
    Names,
    /// Words after a negator count apart
    Negation,
    /// Pairs of neighbours
    Pairs,
    /// Scores scaled by the sentence's length
    Length,
    /// Penalties by log-count ratio
    Ratios,
}

/// What is trained on: the first `held` rows may be held out.
struct Read {
    corpus: Corpus,
    held: usize,
}

/// What either learner made, and what it has to say beside the figures.
struct Made {
    model: Model,
    sources: Vec<String>,
    validation: String,
    overall: Evaluation,
    by_source: Vec<(String, Evaluation)>,
    warnings: Vec<String>,
    /// "7 features".
    consists_of: String,
    text: String,
    json: Vec<(&'static str, serde_json::Value)>,
}

pub fn run(args: &Args) -> Result<()> {
    if let Some(l2) = args.l2
        && !(l2.is_finite() && l2 > 0.0)
    {
        bail!("--l2 must be a number above 0, not {l2}");
    }
    if args.encoder.encoder {
        // Before anything is read: what comes through a pipe comes once.
        quiet_threads()?;
    }
    let file = TopicFile::read(&args.topic)?;
    let data_dir = args.data_dir.as_deref();
    let outputs = || std::iter::once(&args.output).chain(&args.card);
    let listed = file.files(data_dir);
    spare(args.data.iter().chain([&args.topic]).chain(&args.encoder.dev).chain(&listed), outputs())?;
    can_be_written(outputs())?;
    once_each(&args.data)?;
    let file = if args.encoder.encoder { file.for_encoder() } else { file };
    let mut corpus = Corpus::default();
    for path in &args.data {
        corpus.read_file(path, &file.topic, &args.group)?;
    }
    has_fields(&corpus, "--group", &args.group)?;
    let mut read_outside = |validate: bool| -> Result<usize> {
        for source in file.data.iter().filter(|source| !source.measure && source.validate == validate) {
            if let Some(path) = source.path(data_dir) {
                corpus.read_source(&path, source, &file.topic)?;
            }
        }
        Ok(corpus.rows.len())
    };
    let held = read_outside(true)?;
    read_outside(false)?;
    corpus.drop_copies_of_held(held);
    let read = Read { corpus, held };
    let sets = kept(&file, data_dir, &read.corpus)?;
    let calibrating: Vec<&Row> = sets.iter().filter(|set| set.calibrates).flat_map(|set| &set.corpus.rows).collect();
    let made = match args.encoder.encoder {
        true => encoder::run(&args.encoder, &file, &read, &calibrating, args.seed, args.jobs, data_dir)?,
        false => linear(args, &file, &read, &calibrating)?,
    };
    let bytes = made.model.to_bytes();
    let predictor = Predictor::new(made.model.clone());
    let judge = |texts: &[&str]| Ok(score_all(texts.iter().copied(), &predictor).collect());
    let measured = measure(sets, predictor.topic(), args.seed, judge)?;
    write_whole(&args.output, &bytes)?;
    if let Some(path) = &args.card {
        let Made { model, sources, validation, overall, by_source, .. } = &made;
        let subject = Subject { model, sources, validation, overall, by_source, measured: &measured };
        write_whole(path, card(&file, &subject).as_bytes())?;
    }
    for warning in &made.warnings {
        anstream::eprintln!("stancelight: warning: {warning}");
    }
    let mut out = stdout();
    if args.json {
        let named = |list: &[(String, Evaluation)]| -> Vec<_> {
            list.iter().map(|(name, e)| json!({ "source": name, "evaluation": e })).collect()
        };
        let mut value = json!({
            "topic": file.topic.name,
            "kind": made.model.scorer.kind(),
            "bytes": bytes.len(),
            "cross_validation": made.overall,
            "sources": named(&made.by_source),
            "measured": named(&measured),
            "warnings": made.warnings,
        });
        for (name, more) in made.json {
            value[name] = more;
        }
        written(serde_json::to_writer_pretty(&mut out, &value).map_err(Into::into))?;
        written(writeln!(out))?;
        return written(out.flush());
    }
    let title = format!("{}, {}", file.topic.title, made.validation);
    written(out.write_all(report::evaluation(&title, &made.overall).as_bytes()))?;
    for (name, evaluation) in made.by_source.iter().chain(&measured) {
        written(out.write_all(report::evaluation(name, evaluation).as_bytes()))?;
    }
    written(out.write_all(made.text.as_bytes()))?;
    let counts = |source: &&DataSource| !source.measure || source.calibrate;
    let left_out = file.data.iter().filter(counts).filter(|source| source.path(data_dir).is_none()).count();
    if left_out > 0 {
        written(writeln!(
            out,
            "trained without the topic's {left_out} outside data sets; give --data-dir to add them"
        ))?;
    }
    written(writeln!(out, "wrote {} ({}, {} bytes)", args.output.display(), made.consists_of, bytes.len()))?;
    written(out.flush())
}

/// Fits a linear model.
fn linear(args: &Args, file: &TopicFile, read: &Read, calibrating: &[&Row]) -> Result<Made> {
    let mut fit = FitOptions { max_features: args.features, ..FitOptions::default() };
    for part in &args.without {
        match part {
            Part::Names => fit.settings.mask_names = false,
            Part::Negation => fit.settings.negation = false,
            Part::Pairs => fit.settings.pairs = false,
            Part::Length => fit.settings.length_norm = false,
            Part::Ratios => fit.ratios = false,
        }
    }
    fit.l2 = args.l2;
    let options = Options {
        fit,
        search: args.l2.is_none() && !args.no_search,
        budget: args.budget,
        max_bytes: args.size.map(|size| usize::try_from(size.as_u64()).unwrap_or(usize::MAX)),
        folds: args.folds.map(Into::into),
        seed: args.seed,
        learning_curve: args.learning_curve,
        jobs: args.jobs,
    };
    let bar = bar("{msg} {wide_bar} {pos}/{len} {elapsed}");
    let trained =
        train(&read.corpus, read.held, calibrating, file, &options, &|what, done, all| bar.tell(what, done, all));
    drop(bar);
    let Trained { model, report } = trained?;
    let features = model.linear().map_or(0, |linear| linear.features.len());
    Ok(Made {
        validation: report.validation(),
        consists_of: format!("{features} features"),
        text: report::learning_curve(&report.learning_curve) + &report::sizes(&report.sizes),
        json: vec![
            ("features", json!(features)),
            ("folds", json!(report.folds)),
            ("held_out_folds", json!(report.held_out)),
            ("search", json!(report.search.trials)),
            ("learning_curve", json!(report.learning_curve)),
            ("sizes", json!(report.sizes)),
        ],
        model,
        sources: report.sources,
        overall: report.overall,
        by_source: report.by_source,
        warnings: report.warnings,
    })
}

/// The sets the topic file keeps for measuring, less what was trained on.
fn kept(file: &TopicFile, data_dir: Option<&Path>, trained_on: &Corpus) -> Result<Vec<Kept>> {
    let mut sets = measured_on(file, data_dir)?;
    for Kept { name, corpus, calibrates } in &mut sets {
        let shared = corpus.drop_shared(trained_on);
        if corpus.rows.is_empty() {
            bail!("{name}: every sentence was trained on; name another set to measure on");
        }
        let mut notes = Vec::new();
        if shared > 0 {
            notes.push(format!("less {shared} sentences trained on"));
        }
        if *calibrates {
            notes.push("which set the temperature".to_owned());
        }
        if !notes.is_empty() {
            *name = format!("{name} ({})", notes.join("; "));
        }
    }
    Ok(sets)
}
