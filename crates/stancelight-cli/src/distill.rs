//! `stancelight distill`: labelled sentences and a large transformer come in, its opinions on sentences that nobody
//! labelled go out, for a smaller model to learn from.
//!
//! What the topic file keeps for measuring is kept from the teacher too, and it is measured there: a student will hardly
//! be better than its teacher.

use crate::input::{object, once_each};
use crate::measure::{measure, measured_on};
use crate::output::{can_be_written, spare, stdout, write_whole, written};
use crate::progress::bar;
use crate::report;
use crate::threads::quiet_threads;
use anyhow::{Result, bail};
use clap::Parser;
use serde_json::{Map, Value};
use stancelight::{Topic, Verdict, softmax};
use stancelight_encoder::{Checkpoints, Teacher, Tuning};
use stancelight_train::{Corpus, Lines, Row, TopicFile, read_error, without_text};
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
    /// Folder of a BERT or an MPNet: config.json, model.safetensors, tokenizer.json
    #[arg(long, value_name = "DIR")]
    teacher: PathBuf,
    /// JSON Lines with a `text` field; without it, the teacher is asked of every file that the topic file lists with
    /// `opinions`, and these tables are written anew
    #[arg(long, value_name = "FILE", requires = "output")]
    unlabelled: Option<PathBuf>,
    /// Where to write the rows of FILE, their `label` a probability for each label
    #[arg(short, long, value_name = "ROWS", requires = "unlabelled")]
    output: Option<PathBuf>,
    /// Folder of the outside data that the topic file lists; without it the teacher is not tuned on them
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
    /// Note in this folder, each minute, how far tuning is
    #[arg(long, value_name = "DIR")]
    checkpoint: Option<PathBuf>,
    /// Go on from the checkpoint, to the same result as without a break
    #[arg(long, requires = "checkpoint")]
    resume: bool,
}

pub fn run(args: &Args) -> Result<()> {
    quiet_threads()?;
    let file = TopicFile::read(&args.topic)?;
    let data_dir = args.data_dir.as_deref();
    let listed = file.files(data_dir);
    spare(args.labelled.iter().chain([&args.topic]).chain(&args.unlabelled).chain(&listed), &args.output)?;
    once_each(&args.labelled)?;
    // Whatever is wrong with what is asked is said before an hour of tuning, not after it.
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
    for set in &sets {
        corpus.drop_shared(&set.corpus);
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
        checkpoints: args.checkpoint.clone().map(|folder| Checkpoints { folder, resume: args.resume }),
    };
    let bar = bar("{msg} {wide_bar} {pos}/{len} {elapsed}, {eta} left");
    let progress = |what: &str, done, all| bar.tell(what, done, all);
    let teacher = Teacher::tune(&rows, file.topic.labels.len(), &tuning, &progress)?;
    let measured = measure(sets, &file.topic, args.seed, |texts| {
        let logits = teacher.logits(texts, &progress)?;
        Ok(logits.into_iter().map(|logits| Verdict::from_logits(logits, &file.topic)).collect())
    })?;
    let mut wrote = String::new();
    for asked in asked {
        let opinions: Vec<_> = teacher.logits(&asked.texts(), &progress)?.iter().map(|z| softmax(z)).collect();
        let Asked { output, form, .. } = &asked;
        let text = match form {
            Form::Rows => asked.labelled(&opinions, &file.topic)?,
            Form::Table => table(&opinions, &file.topic),
        };
        write_whole(output, text.as_bytes())?;
        // Writing to a string cannot fail.
        let _ = writeln!(wrote, "wrote {} ({} opinions)", output.display(), opinions.len());
    }
    drop(bar);
    let mut out = stdout();
    written(writeln!(out, "tuned on {} labelled sentences", rows.len()))?;
    for (name, evaluation) in &measured {
        written(out.write_all(report::evaluation(name, evaluation).as_bytes()))?;
    }
    written(out.write_all(wrote.as_bytes()))?;
    written(out.flush())
}

/// All that a teacher is to be asked.
fn asked(args: &Args, file: &TopicFile) -> Result<Vec<Asked>> {
    if let (Some(output), Some(input)) = (&args.output, &args.unlabelled) {
        return Ok(vec![Asked::read(input, output, Form::Rows)?]);
    }
    // Several entries may be of one file, with one table.
    let mut tables = BTreeMap::new();
    for source in &file.data {
        let Some(table) = source.opinions() else { continue };
        let Some(path) = source.path(args.data_dir.as_deref()) else {
            bail!("{}: outside data; give its folder with --data-dir", source.file);
        };
        tables.insert(table, path);
    }
    if tables.is_empty() {
        bail!(
            "{}: lists no data with `opinions`; name sentences with --unlabelled FILE, and with --output where to \
             write them",
            args.topic.display()
        );
    }
    tables.iter().map(|(table, path)| Asked::read(path, table, Form::Table)).collect()
}

/// How opinions are written.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Form {
    /// The rows as they were, and with a label.
    Rows,
    /// Apart from the rows, which may not be given away.
    Table,
}

/// A file of sentences to ask a teacher of, and where its opinions go.
struct Asked {
    output: PathBuf,
    form: Form,
    rows: Vec<Map<String, Value>>,
}

impl Asked {
    fn read(input: &Path, output: &Path, form: Form) -> Result<Self> {
        can_be_written([output])?;
        let file = File::open(input).map_err(|error| read_error(input, &error))?;
        let mut lines = Lines::new(BufReader::with_capacity(1 << 16, file), input);
        let mut rows = Vec::new();
        while let Some(line) = lines.next_line()? {
            if line.trim().is_empty() {
                continue;
            }
            let row = object(line).map_err(|message| lines.error(message))?;
            if !row.get("text").is_some_and(Value::is_string) {
                return Err(lines.error(without_text(&row)).into());
            }
            if form == Form::Rows && row.contains_key("label") {
                return Err(lines.error("the row has a `label` already; leave it out, or name it otherwise").into());
            }
            rows.push(row);
        }
        if rows.is_empty() {
            return Err(lines.error("there are no rows; give one JSON object with a `text` field a line").into());
        }
        Ok(Self { output: output.to_owned(), form, rows })
    }

    fn texts(&self) -> Vec<&str> {
        self.rows.iter().filter_map(|row| row.get("text")?.as_str()).collect()
    }

    /// The rows with the opinions as their labels, as `train` reads them.
    fn labelled(&self, opinions: &[Vec<f64>], topic: &Topic) -> Result<String> {
        let mut out = String::new();
        for (row, opinion) in self.rows.iter().zip(opinions) {
            let parts = thousandths(opinion);
            let label = topic.labels.iter().zip(parts).map(|(label, n)| (label.name.clone(), f64::from(n) / 1000.0));
            let mut row = row.clone();
            row.insert("label".to_owned(), label.map(|(name, p)| (name, Value::from(p))).collect());
            out.push_str(&serde_json::to_string(&row)?);
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
