//! `train --encoder`: its arguments, and the way from them to a trained encoder.

use super::{Made, Read};
use crate::progress::bar;
use anyhow::{Result, bail};
use clap::Parser;
use serde_json::json;
use stancelight::encoder::Shape;
use stancelight_encoder::{Checkpoints, Options, train};
use stancelight_train::{Corpus, Row, TopicFile};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};

/// What only encoders are asked.
#[derive(Parser)]
#[command(next_help_heading = "Encoders")]
pub struct Args {
    /// Train a small transformer, with a linear model as its branch: better with tens of thousands of (soft) labels,
    /// larger, slower
    #[arg(long, conflicts_with_all = ["l2", "no_search", "budget", "size", "features", "without", "learning_curve", "folds"])]
    pub encoder: bool,
    /// Layers
    #[arg(long, value_name = "N", default_value_t = Shape::default().layers, requires = "encoder")]
    layers: usize,
    /// Numbers a word piece is represented by; the middle of a layer's second half has four times as many
    #[arg(long, value_name = "N", default_value_t = Shape::default().width, requires = "encoder")]
    width: usize,
    /// Heads of attention a layer
    #[arg(long, value_name = "N", default_value_t = Shape::default().heads, requires = "encoder")]
    heads: usize,
    /// Most word pieces
    #[arg(long, value_name = "N", default_value_t = Options::default().pieces, requires = "encoder")]
    pieces: usize,
    /// Passes over the sentences, at most
    #[arg(long, value_name = "N", default_value_t = Options::default().epochs, requires = "encoder")]
    epochs: usize,
    /// Sentences a step
    #[arg(long, value_name = "N", default_value_t = Options::default().batch, requires = "encoder")]
    batch: usize,
    /// Highest rate of learning
    #[arg(long, value_name = "RATE", default_value_t = Options::default().rate, requires = "encoder")]
    rate: f64,
    /// Part of the numbers left out at random while learning
    #[arg(long, value_name = "PART", default_value_t = Options::default().dropout, requires = "encoder")]
    dropout: f64,
    /// Part of the sentences whose names are exchanged for others at each reading
    #[arg(long, value_name = "PART", default_value_t = Options::default().swap, requires = "encoder")]
    swap: f64,
    /// Part of the sentences that are read without capitals
    #[arg(long, value_name = "PART", default_value_t = Options::default().lower, requires = "encoder")]
    lower: f64,
    /// Learn from the BERT-like model in this folder as well (`config.json`, `model.safetensors`, `tokenizer.json`): begin
    /// with its word vectors, and learn beside the labels where it places each sentence
    #[arg(long, value_name = "DIR", requires = "encoder")]
    vectors: Option<PathBuf>,
    /// Place only the first N sentences: each takes about as long as to learn from it five times over
    #[arg(long, value_name = "N", requires = "vectors")]
    hints: Option<NonZeroUsize>,
    /// Bits that a number has in the file, 2 to 8
    #[arg(long, value_name = "N", default_value_t = Options::default().bits, requires = "encoder")]
    bits: u32,
    /// Never train on this set, but pick the epoch and the weights of both parts with it as well: a file, or a set that
    /// the topic file measures on
    #[arg(long, value_name = "SET", requires = "encoder")]
    pub dev: Vec<PathBuf>,
    /// Note in this folder, each minute, how far learning is
    #[arg(long, value_name = "DIR", requires = "encoder")]
    checkpoint: Option<PathBuf>,
    /// Go on from the checkpoint, to the same result as without a break
    #[arg(long, requires = "checkpoint")]
    resume: bool,
    /// Train however few the sentences are
    #[arg(long, requires = "encoder")]
    anyway: bool,
}

pub fn run(
    args: &Args,
    file: &TopicFile,
    read: &Read,
    calibrating: &[&Row],
    seed: u64,
    jobs: usize,
    data_dir: Option<&Path>,
) -> Result<Made> {
    let dev = dev(&args.dev, file, &read.corpus, data_dir)?;
    let shape = Shape {
        layers: args.layers,
        width: args.width,
        heads: args.heads,
        feed_forward: 4 * args.width,
        ..Shape::default()
    };
    let checkpoints = args.checkpoint.clone().map(|folder| Checkpoints { folder, resume: args.resume });
    let options = Options {
        shape,
        pieces: args.pieces,
        epochs: args.epochs,
        batch: args.batch,
        rate: args.rate,
        dropout: args.dropout,
        swap: args.swap,
        lower: args.lower,
        seed,
        jobs,
        anyway: args.anyway,
        vectors: args.vectors.clone(),
        hints: args.hints.map_or(usize::MAX, NonZeroUsize::get),
        bits: args.bits,
        checkpoints,
    };
    let bar = bar("{msg} {wide_bar} {pos}/{len} {elapsed}, {eta} left");
    let trained =
        train(&read.corpus, read.held, &dev, calibrating, file, &options, &|what, done, all| bar.tell(what, done, all));
    drop(bar);
    let trained = trained?;
    let epochs: String = (1..)
        .zip(&trained.report.epochs)
        .map(|(n, e)| {
            let taken = if n == trained.report.best + 1 { "  taken" } else { "" };
            format!("  {n:>5}  {:.4}  {:>9.4}  {:.4}{taken}\n", e.loss, e.kept_loss, e.kept_accuracy)
        })
        .collect();
    let pieces = trained.model.encoder().map_or(0, |encoder| encoder.vocabulary().len());
    let features = trained.model.linear().map_or(0, |linear| linear.features.len());
    Ok(Made {
        validation: trained.report.validation(),
        consists_of: format!("{pieces} word pieces, {features} features"),
        text: format!("  epoch    loss  kept: loss, accuracy\n{epochs}"),
        json: vec![
            ("features", json!(features)),
            ("epochs", json!(trained.report.epochs)),
            ("best_epoch", json!(trained.report.best + 1)),
        ],
        model: trained.model,
        sources: trained.report.sources,
        overall: trained.report.overall,
        by_source: trained.report.by_source,
        warnings: trained.report.warnings,
    })
}

/// The sets kept from training that pick the epoch.
fn dev(sets: &[PathBuf], file: &TopicFile, trained_on: &Corpus, data_dir: Option<&Path>) -> Result<Corpus> {
    let mut dev = Corpus::default();
    for set in sets {
        let listed = file.data.iter().find(|source| source.measure && Path::new(source.name()) == set);
        match listed {
            Some(source) => match source.path(data_dir) {
                Some(path) => dev.read_source(&path, source, &file.topic)?,
                None => bail!("--dev {}: outside data; give its folder with --data-dir", set.display()),
            },
            None => dev.read_file(set, &file.topic, &[])?,
        }
    }
    dev.drop_shared(trained_on);
    if dev.rows.is_empty() && !sets.is_empty() {
        bail!("--dev: every sentence is trained on; name another set");
    }
    Ok(dev)
}
