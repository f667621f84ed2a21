//! The whole of training an encoder: a corpus and a topic come in; a calibrated, rounded model and an honest report go
//! out.
//!
//! One tenth of the labelled sentences is held out, whole groups and near-duplicates together. With the sentences that
//! the caller keeps as `dev`, if any, it says which epoch was best and makes the probabilities honest; alone it gives
//! the figures and the threshold. All of this is measured by the engine on the rounded model, never on the one that
//! was learned. Unlike the linear model, the shipped one never sees that tenth: learning again would take as long again.
//! What the linear [`branch`] weighs is found together with the calibration.

use crate::branch;
use crate::checkpoint::{Checkpoints, learn_on};
use crate::error::EncodeError;
use crate::example::{Augmentation, Examples};
use crate::learn::{Epoch, Schedule, State, threads};
use crate::parameters::Plan;
use crate::{hints, pieces, vectors};
use stancelight::encoder::{Shape, check_bits};
use stancelight::{Encoder, Model, Scorer};
use stancelight_train::folds::{self, Folds};
use stancelight_train::judge::{Judgement, facts, judge};
use stancelight_train::{Corpus, Evaluation, HeldOut, Progress, Row, TopicFile, Transfer, logits};
use std::collections::HashMap;
use std::path::PathBuf;

/// How to train.
#[derive(Clone, Debug, PartialEq)]
pub struct Options {
    /// The encoder's sizes.
    pub shape: Shape,
    /// Most word pieces.
    pub pieces: usize,
    /// Passes over the sentences, at most.
    pub epochs: usize,
    /// Sentences a step.
    pub batch: usize,
    /// The highest rate of learning.
    pub rate: f64,
    /// Part of the numbers that dropout takes.
    pub dropout: f64,
    /// Part of the sentences whose names are exchanged at each reading.
    pub swap: f64,
    /// Part of the sentences that are read without capitals.
    pub lower: f64,
    /// Drives every random choice.
    pub seed: u64,
    /// Threads; the result does not depend on it.
    pub jobs: usize,
    /// Train however few the sentences are.
    pub anyway: bool,
    /// Folder of a BERT-like model, not tuned to anything: the pieces begin with its word vectors, and where it places a
    /// sentence is learned beside the labels. Otherwise they begin with random ones, and the labels teach alone.
    pub vectors: Option<PathBuf>,
    /// It places so many sentences at most, the first: labelled files come before outside data. To place one takes about as
    /// long as to learn from it five times over.
    pub hints: usize,
    /// How many bits a number has in the file, 2 to 8.
    pub bits: u32,
    /// Where to note how far learning is.
    pub checkpoints: Option<Checkpoints>,
}

impl Default for Options {
    fn default() -> Self {
        Self {
            shape: Shape::default(),
            // More than twice as many were no better, 4,000 worse (SIZES.md of the flagship).
            pieces: 7_200,
            // Of the flagship, which learns hints too, the kept loss still falls at the seventh.
            epochs: 7,
            batch: 64,
            rate: 1e-3,
            dropout: 0.1,
            swap: 0.5,
            lower: 0.1,
            seed: 1,
            jobs: 1,
            anyway: false,
            vectors: None,
            hints: usize::MAX,
            bits: 4,
            checkpoints: None,
        }
    }
}

/// Fewer sentences than this, labelled or with a teacher's opinion, teach an encoder less than they teach the linear
/// model: measured on kept sentences, 7,754 labelled ones gave accuracies of 0.75 and 0.82.
pub const ENOUGH: usize = 20_000;

/// Of the labelled sentences one in so many is held out.
const FOLDS: usize = 10;
/// The part of the way on which the rate rises.
const WARM: f64 = 0.06;
/// What is taken from a label without doubt and dealt out among all.
const SMOOTHING: f32 = 0.045;
/// Pulls matrices to nothing.
const DECAY: f32 = 0.05;

/// A model and what was measured while making it.
#[derive(Clone, Debug)]
pub struct Trained {
    /// Calibrated, rounded, with its facts filled in.
    pub model: Model,
    /// Figures on what was held out.
    pub report: Report,
}

/// Figures on what was held out.
#[derive(Clone, Debug)]
pub struct Report {
    /// Every file that was read.
    pub sources: Vec<String>,
    /// Over all held-out rows.
    pub overall: Evaluation,
    /// Per file, where there are several.
    pub by_source: Vec<(String, Evaluation)>,
    /// How learning went.
    pub epochs: Vec<Epoch>,
    /// The epoch whose parameters were taken, counted from 0.
    pub best: usize,
    /// What a reader should be warned of.
    pub warnings: Vec<String>,
}

impl Report {
    /// How the figures were got, in words.
    pub fn validation(&self) -> String {
        format!("one sentence in {FOLDS} held out")
    }
}

/// Trains an encoder. The first `held` rows of the corpus may be held out; the rest is outside data. `dev` is never
/// trained on. To `calibrating`, sentences of a source that is not learned from, the temperature is fitted; there may be
/// none.
///
/// # Errors
/// If the settings are not allowed, there are too few rows, a label is missing, or a checkpoint is of something else.
pub fn train(
    corpus: &Corpus,
    held: usize,
    dev: &Corpus,
    calibrating: &[&Row],
    file: &TopicFile,
    options: &Options,
    progress: &Progress<'_>,
) -> Result<Trained, EncodeError> {
    check(corpus, options)?;
    let labels = file.topic.labels.len();
    let rows: Vec<&Row> = corpus.rows.iter().collect();
    let (inside, outside) = rows.split_at(held.min(rows.len()));
    let Folds { assigned, together, kin, warnings, .. } =
        folds::deal(&rows, inside.len(), &file.topic, FOLDS, options.seed)?;
    let (kept, rest): (Vec<usize>, Vec<usize>) = (0..inside.len()).partition(|&i| assigned[i] == 0);
    let outside = outside.iter().zip(&kin).filter(|(_, kin)| !kin.contains(&0)).map(|(row, _)| *row);
    let taught: Vec<&Row> = rest.iter().map(|&i| inside[i]).chain(outside).collect();
    // Who judges epochs and makes probabilities honest.
    let judges: Vec<&Row> = kept.iter().map(|&i| inside[i]).chain(&dev.rows).collect();

    progress("learning word pieces", 0, 1);
    let pieces = pieces::learn(taught.iter().map(|row| row.text.as_str()), options.pieces)?;
    let start = match &options.vectors {
        Some(folder) => vectors::read(folder, &pieces, options.shape.width)?,
        None => Vec::new(),
    };
    let pool = threads(options.jobs)?;
    let checkpoints = options.checkpoints.as_ref();
    let rows = merged(&taught);
    let hints = match &options.vectors {
        Some(folder) => {
            let placed = &rows[..rows.len().min(options.hints)];
            hints::read(folder, placed, options.shape.width, &pool, checkpoints, progress)?
        }
        None => Vec::new(),
    };
    let plan = Plan::new(options.shape, pieces.len(), labels, hints.first().map_or(0, Vec::len));
    let examples = Examples::new(&rows, hints, &pieces);
    let judging = Examples::new(&judges.iter().map(|row| (*row).clone()).collect::<Vec<_>>(), Vec::new(), &pieces).all;
    let begin = State::new(&plan, &start, options.seed);
    let reached = |state: &State, done, all| {
        let last = state
            .epochs
            .last()
            .map_or(String::new(), |epoch| format!(", {:.1} % right of those kept apart", 100.0 * epoch.kept_accuracy));
        progress(&format!("epoch {} of {}{last}", state.epochs.len() + 1, options.epochs), done, all);
    };
    let state = learn_on(&plan, &schedule(options), &examples, &judging, &pool, begin, checkpoints, reached)?;
    let best = state.best_epoch().ok_or_else(|| EncodeError::Settings("there must be at least one epoch".into()))?;

    progress("fitting the linear branch", 0, 1);
    let linear = branch::learn(&taught, &file.topic, options.jobs)?;
    progress("measuring", 0, 1);
    let mut weights = plan.weights(&state.best);
    let encoder = Encoder::quantize(options.shape, options.bits, pieces.clone(), &weights)?;
    let mut held_out = HeldOut {
        logits: logits(&judges, Scorer::Encoder(encoder.clone()), &file.topic),
        scorers: Vec::new(),
        parts: (0..judges.len()).map(|i| i % FOLDS).collect(),
        // A sentence of `dev` hangs together with none.
        clusters: kept.iter().map(|&i| together[i]).chain(inside.len()..).take(judges.len()).collect(),
        of: FOLDS,
        rows: judges,
    };
    let (calibration, mut linear) = branch::weigh(&mut held_out, linear, &file.topic);
    let mut said = logits(calibrating, Scorer::Encoder(encoder), &file.topic);
    if let Some(linear) = &linear {
        branch::append(&mut said, calibrating, linear, &file.topic);
    }
    let transfer = Transfer::find(&held_out, &calibration, calibrating, &said, file.prior.as_deref());
    branch::fold_in(&transfer.apply(&calibration), &mut weights, linear.as_mut());
    held_out.truncate(kept.len());
    let judgement = judge(&held_out, &held_out.calibration(), &transfer, file, &corpus.sources, options.seed);
    let Judgement { topic, overall, by_source, warnings: doubts } = judgement;
    let encoder = Encoder::quantize(options.shape, options.bits, pieces.clone(), &weights)?;
    let (scorer, beside) = match linear {
        Some(linear) => {
            let [deep, wide] = [0, 1].map(|i| calibration.factors[i]);
            let beside = format!("{} features, weighed {wide:.2} against {deep:.2}", linear.features.len());
            (Scorer::WideAndDeep { linear, encoder }, beside)
        }
        None => (Scorer::Encoder(encoder), "left out: it added nothing on the sentences kept apart".to_owned()),
    };
    let report = Report {
        sources: corpus.sources.clone(),
        overall,
        by_source,
        epochs: state.epochs,
        best,
        warnings: warnings.into_iter().chain(doubts).collect(),
    };
    let (pieces_begin, beside_labels) = match &options.vectors {
        Some(_) => (
            "the word vectors of a larger transformer, brought to the encoder's width",
            format!(
                "where that transformer places each {}, brought to the encoder's width (hints)",
                if options.hints < rows.len() {
                    format!("of {} sentences", options.hints)
                } else {
                    "sentence".to_owned()
                }
            ),
        ),
        None => ("random vectors", "nothing".to_owned()),
    };
    let Shape { layers, width, heads, feed_forward, positions } = options.shape;
    let own = [
        ("kind", format!("encoder of {} parameters, {} bits each", plan.len(), options.bits)),
        (
            "shape",
            format!(
                "{layers} layers, width {width}, {heads} heads, feed-forward {feed_forward}, {positions} positions"
            ),
        ),
        ("word pieces", pieces.len().to_string()),
        ("linear branch", beside),
        (
            "learning",
            format!(
                "{} epochs of which the {}. was taken, {} sentences a step, rate {}, dropout {}",
                report.epochs.len(),
                best + 1,
                options.batch,
                options.rate,
                options.dropout
            ),
        ),
        ("pieces begin with", pieces_begin.to_owned()),
        ("learned beside the labels", beside_labels),
        ("names exchanged, capitals taken away", format!("{} and {} of readings", options.swap, options.lower)),
        ("seed", options.seed.to_string()),
        ("validation", report.validation()),
    ];
    let own = own.into_iter().chain(transfer.facts(&topic));
    let facts = facts(corpus, held, &topic, &report.overall, own);
    Ok(Trained { model: Model { topic, facts, scorer }, report })
}

/// Rows of the same text as one, which has their weight and the mean of what they say: the loss is the same, and a
/// sentence on which there are two opinions is read once. A label without doubt is softened a little (Szegedy et al.
/// 2016).
pub(crate) fn merged(rows: &[&Row]) -> Vec<Row> {
    let mut places: HashMap<&str, usize> = HashMap::new();
    let mut out: Vec<Row> = Vec::new();
    for row in rows {
        #[allow(clippy::cast_precision_loss, reason = "labels are few")]
        let even = SMOOTHING / row.target.len() as f32;
        let soften = |p: f32| if row.target.contains(&1.0) { p * (1.0 - SMOOTHING) + even } else { p };
        let target: Vec<f32> = row.target.iter().map(|&p| soften(p)).collect();
        match places.get(row.text.as_str()) {
            Some(&at) => {
                let there = &mut out[at];
                let all = there.weight + row.weight;
                for (p, q) in there.target.iter_mut().zip(&target) {
                    *p = (*p * there.weight + q * row.weight) / all;
                }
                there.weight = all;
            }
            None => {
                places.insert(&row.text, out.len());
                out.push(Row { target, ..(*row).clone() });
            }
        }
    }
    out
}

fn check(corpus: &Corpus, options: &Options) -> Result<(), EncodeError> {
    options.shape.validate()?;
    check_bits(options.bits)?;
    let settings = |message: String| Err(EncodeError::Settings(message));
    if !(100..=60_000).contains(&options.pieces) {
        return settings(format!("the number of word pieces must be 100 to 60000, not {}", options.pieces));
    }
    schedule(options).validate()?;
    let rows = corpus.rows.len();
    if rows < ENOUGH && !options.anyway {
        return settings(format!(
            "{rows} sentences are too few for an encoder, which is worse than a linear model below {ENOUGH}: \
             train without --encoder, or add sentences with a teacher's opinions (`[[data]]` with `opinions` in the \
             topic file, and --data-dir), or say --anyway"
        ));
    }
    Ok(())
}

fn schedule(options: &Options) -> Schedule {
    Schedule {
        epochs: options.epochs,
        batch: options.batch,
        rate: options.rate,
        warm: WARM,
        decay: DECAY,
        dropout: options.dropout,
        augmentation: Augmentation { swap: options.swap, lower: options.lower },
        seed: options.seed,
    }
}
