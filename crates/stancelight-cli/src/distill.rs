//! `stancelight distill`: labelled sentences and a large transformer come in, its opinions on sentences that nobody
//! labelled go out, for a smaller model to learn from.
//!
//! What the topic file keeps for measuring is kept from the teacher too, and it is measured there: a student will hardly
//! be better than its teacher.

use crate::measure::{measure, measured_on};
use crate::output::{stdout, write_whole, written};
use crate::progress::bar;
use crate::report;
use crate::train::quiet_threads;
use anyhow::{Context, Result, bail};
use clap::Parser;
use serde_json::{Map, Value};
use stancelight::{Topic, Verdict, softmax};
use stancelight_encoder::{Teacher, Tuning};
use stancelight_train::{Corpus, Lines, Row, TopicFile, TrainError, read_error};
use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::File;
use std::io::{BufReader, Write};
use std::path::{Path, PathBuf};

/// Tune a large transformer on labelled sentences and write down its opinions on others, to train a model with
#[derive(Parser)]
pub struct Args {
    /// Labelled sentences: JSON Lines with `text` and `label` fields, or .csv/.tsv with such columns
    #[arg(required = true)]
    labelled: Vec<PathBuf>,
    /// What the labels are and mean; also the files of `[[teacher]]`, which the teacher alone is tuned on
    #[arg(long, value_name = "TOPIC.toml")]
    topic: PathBuf,
    /// Folder of a BERT-like model: config.json, model.safetensors, tokenizer.json
    #[arg(long, value_name = "DIR")]
    teacher: PathBuf,
    /// JSON Lines with a `text` field; without it, the teacher is asked of every file that the topic file lists with
    /// `opinions`, and these tables are written anew
    #[arg(long, value_name = "FILE", requires = "output")]
    unlabelled: Option<PathBuf>,
    /// Where to write the rows of FILE, their `label` a probability for each label
    #[arg(short, long, value_name = "ROWS", requires = "unlabelled")]
    output: Option<PathBuf>,
    /// Folder of the outside data that the topic file lists; without it they are left out
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// Tune so many, each in another order, and take the mean of their opinions
    #[arg(long, value_name = "N", default_value_t = 1)]
    teachers: usize,
    /// Passes over the labelled sentences
    #[arg(long, value_name = "N", default_value_t = 3)]
    epochs: usize,
    /// Sentences a step
    #[arg(long, value_name = "N", default_value_t = 32)]
    batch: usize,
    /// Highest rate of learning
    #[arg(long, value_name = "RATE", default_value_t = 8e-5)]
    rate: f64,
    /// Part of the numbers left out at random while learning
    #[arg(long, value_name = "PART", default_value_t = 0.05)]
    dropout: f64,
    /// Seed of every random choice
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// Threads; the result does not depend on it
    #[arg(long, value_name = "N", default_value_t = std::thread::available_parallelism().map_or(1, std::num::NonZero::get))]
    jobs: usize,
}

pub fn run(args: &Args) -> Result<()> {
    quiet_threads()?;
    let file = TopicFile::read(&args.topic)?;
    let data_dir = args.data_dir.as_deref();
    let asked = asked(args, &file)?;
    let mut corpus = Corpus::default();
    for path in &args.labelled {
        corpus.read_file(path, &file.topic, &[])?;
    }
    for source in &file.teacher {
        if let Some(path) = source.path(data_dir) {
            corpus.read_source(&path, source, &file.topic)?;
        }
    }
    let sets = measured_on(&file, data_dir)?;
    for (_, set) in &sets {
        corpus.drop_shared(set);
    }
    let rows: Vec<&Row> = corpus.rows.iter().collect();
    let tuning = Tuning {
        teacher: args.teacher.clone(),
        teachers: args.teachers,
        epochs: args.epochs,
        batch: args.batch,
        rate: args.rate,
        dropout: args.dropout,
        seed: args.seed,
        jobs: args.jobs,
    };
    let bar = bar("{msg} {wide_bar} {pos}/{len} {elapsed}, {eta} left");
    let progress = |what: &str, done, all| bar.tell(what, done, all);
    let teacher = Teacher::tune(&rows, file.topic.labels.len(), &tuning, &progress)?;
    let measured = measure(sets, &file.topic, args.seed, |texts| {
        let logits = teacher.logits(texts, &progress)?;
        Ok(logits.into_iter().map(|logits| Verdict::from_logits(logits, &file.topic)).collect())
    })?;
    let mut wrote = Vec::new();
    for (output, input) in &asked {
        let read = Unlabelled::read(input)?;
        let texts: Vec<&str> = read.rows.iter().map(|row| row.text.as_str()).collect();
        let opinions: Vec<Vec<f64>> = teacher.logits(&texts, &progress)?.iter().map(|z| softmax(z)).collect();
        let written =
            if args.output.is_some() { read.labelled(&opinions, &file.topic)? } else { table(&opinions, &file.topic) };
        write_whole(output, written.as_bytes())?;
        wrote.push(format!("wrote {} ({} opinions)\n", output.display(), opinions.len()));
    }
    bar.clear();
    let mut out = stdout();
    written(writeln!(out, "tuned on {} labelled sentences", rows.len()))?;
    for (name, evaluation) in &measured {
        written(out.write_all(report::evaluation(name, evaluation).as_bytes()))?;
    }
    written(out.write_all(wrote.concat().as_bytes()))?;
    written(out.flush())
}

/// What is written, and of which sentences.
fn asked(args: &Args, file: &TopicFile) -> Result<BTreeMap<PathBuf, PathBuf>> {
    if let (Some(output), Some(input)) = (&args.output, &args.unlabelled) {
        return Ok(BTreeMap::from([(output.clone(), input.clone())]));
    }
    let mut out = BTreeMap::new();
    for source in &file.data {
        let Some(table) = source.opinions() else { continue };
        let Some(path) = source.path(args.data_dir.as_deref()) else {
            bail!("{}: outside data; give its folder with --data-dir", source.file);
        };
        out.insert(table, path);
    }
    if out.is_empty() {
        bail!(
            "{}: lists no data with `opinions`; name sentences with --unlabelled FILE, and with --output where to \
             write them",
            args.topic.display()
        );
    }
    Ok(out)
}

/// Sentences to ask a teacher of.
struct Unlabelled {
    path: PathBuf,
    rows: Vec<Asked>,
}

struct Asked {
    number: usize,
    text: String,
    line: String,
}

impl Unlabelled {
    fn read(path: &Path) -> Result<Self> {
        let file = File::open(path).map_err(|error| read_error(path, &error))?;
        let mut lines = Lines::new(BufReader::with_capacity(1 << 16, file), path);
        let mut rows = Vec::new();
        while let Some(line) = lines.next_line()?.map(|line| line.trim().to_owned()) {
            if line.is_empty() {
                continue;
            }
            let row: Map<String, Value> = serde_json::from_str(&line)
                .map_err(|error| lines.error(format!("not a JSON object (column {})", error.column())))?;
            let Some(Value::String(text)) = row.get("text") else {
                return Err(lines.error("no field `text` with a string; give one sentence a row").into());
            };
            rows.push(Asked { number: lines.number(), text: text.clone(), line });
        }
        if rows.is_empty() {
            return Err(lines.error("there are no rows; give one JSON object with a `text` field a line").into());
        }
        Ok(Self { path: path.to_owned(), rows })
    }

    /// The rows with the opinions as their labels, as `train` reads them.
    fn labelled(&self, opinions: &[Vec<f64>], topic: &Topic) -> Result<String> {
        let mut out = String::new();
        for (row, opinion) in self.rows.iter().zip(opinions) {
            let mut object: Map<String, Value> = serde_json::from_str(&row.line)?;
            if object.contains_key("label") {
                let message = "the row has a `label` already; leave it out, or name it otherwise".to_owned();
                return Err(TrainError::Row { path: self.path.clone(), line: row.number, message }.into());
            }
            let parts = thousandths(opinion);
            let label = topic.labels.iter().zip(parts).map(|(label, n)| (label.name.clone(), f64::from(n) / 1000.0));
            object.insert("label".to_owned(), label.map(|(name, p)| (name, Value::from(p))).collect());
            out.push_str(&serde_json::to_string(&object).context("a row cannot be written")?);
            out.push('\n');
        }
        Ok(out)
    }
}

/// A table as the topic file's `opinions` names one: a column a label, a line a row, in parts of a thousand.
fn table(opinions: &[Vec<f64>], topic: &Topic) -> String {
    let names: Vec<&str> = topic.labels.iter().map(|label| label.name.as_str()).collect();
    let mut out = names.join("\t") + "\n";
    for opinion in opinions {
        let parts: Vec<String> = thousandths(opinion).iter().map(u32::to_string).collect();
        // Writing to a string cannot fail.
        let _ = writeln!(out, "{}", parts.join("\t"));
    }
    out
}

/// Digits behind these are noise.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "parts of a thousand")]
fn thousandths(opinion: &[f64]) -> Vec<u32> {
    opinion.iter().map(|p| (p * 1000.0).round() as u32).collect()
}
