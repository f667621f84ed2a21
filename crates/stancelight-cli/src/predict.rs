//! `stancelight predict`: sentences in, the same rows with their stance out, in the same order.
//!
//! Rows are read here and judged in batches on all cores; only a few batches are under way at a time, so an input
//! of any length takes the same memory.

use crate::input::{self, malformed, object};
use crate::output::{stdout, written};
use anyhow::{Result, bail};
use clap::Parser;
use serde::de::{IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use serde_json::value::RawValue;
use serde_json::{Value, json};
use stancelight::sentence::sentences;
use stancelight::view::VerdictView;
use stancelight::{Predictor, Span, Topic, Verdict, score_all};
use stancelight_train::{Lines, TrainError, read_error, without_text};
use std::borrow::Cow;
use std::fmt;
use std::io::{BufRead, BufReader, Write};
use std::num::NonZero;
use std::path::{Path, PathBuf};
use std::sync::mpsc::sync_channel;
use std::thread;

/// Add a `stance` object to every row of a JSON Lines file; all else stays as it was written
#[derive(Parser)]
pub struct Args {
    /// The model file
    model: PathBuf,
    /// JSON Lines with a `text` field, one sentence a row; `-` for standard input
    #[arg(default_value = "-")]
    file: PathBuf,
    /// The input is plain text: cut it into sentences, one output row each, with `start` and `end` in bytes
    #[arg(long)]
    text: bool,
}

pub fn run(args: &Args) -> Result<()> {
    let predictor = input::predictor(&args.model)?;
    let mut out = stdout();
    if args.text {
        plain_text(&args.file, &predictor, &mut out)?;
    } else if args.file.as_os_str() == "-" {
        rows(std::io::stdin().lock(), &args.file, &predictor, &mut out)?;
    } else {
        if args
            .file
            .extension()
            .is_some_and(|ending| ["csv", "tsv"].iter().any(|table| ending.eq_ignore_ascii_case(table)))
        {
            bail!("{}: rows are read from JSON Lines only, or with --text from plain text", args.file.display());
        }
        let file = std::fs::File::open(&args.file).map_err(|error| read_error(&args.file, &error))?;
        rows(BufReader::with_capacity(1 << 16, file), &args.file, &predictor, &mut out)?;
    }
    written(out.flush())
}

fn plain_text(path: &Path, predictor: &Predictor, out: &mut impl Write) -> Result<()> {
    const BATCH: usize = 256;
    let text = input::text(path)?;
    let spans = sentences(&text);
    let judge = |spans: &[Span]| {
        let mut rows = String::new();
        let verdicts = score_all(spans.iter().map(|span| &text[span.range()]), predictor);
        for (span, verdict) in spans.iter().zip(verdicts) {
            let stance = VerdictView { verdict: &verdict, topic: predictor.topic() };
            let row = json!({ "text": &text[span.range()], "start": span.start, "end": span.end, "stance": stance });
            rows.push_str(&row.to_string());
            rows.push('\n');
        }
        rows
    };
    in_order(spans.chunks(BATCH), judge, |rows| written(out.write_all(rows.as_bytes())))
}

/// What is needed of a row. The rest is passed through as it was written, digit for digit.
#[derive(Deserialize)]
#[serde(expecting = "an object")]
struct Wanted<'l> {
    #[serde(borrow)]
    text: Option<Cow<'l, str>>,
    /// An earlier opinion, which may be null.
    #[serde(default, deserialize_with = "whatever")]
    stance: Option<()>,
}

fn whatever<'de, D: Deserializer<'de>>(field: D) -> Result<Option<()>, D::Error> {
    IgnoredAny::deserialize(field).map(|_| Some(()))
}

/// A row's fields in their order, each value as it was written.
struct Fields<'l>(Vec<(Cow<'l, str>, &'l RawValue)>);

impl<'de> Deserialize<'de> for Fields<'de> {
    fn deserialize<D: Deserializer<'de>>(row: D) -> Result<Self, D::Error> {
        struct Each;
        impl<'de> Visitor<'de> for Each {
            type Value = Fields<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut fields = Vec::new();
                while let Some(field) = map.next_entry()? {
                    fields.push(field);
                }
                Ok(Fields(fields))
            }
        }
        row.deserialize_map(Each)
    }
}

/// Some of the input's lines.
struct Batch {
    text: String,
    /// The number of its first line.
    first: usize,
}

/// Rows as they are to be written, and what is wrong with the row behind them, on which line.
struct Judged {
    rows: String,
    error: Option<(usize, String)>,
}

fn rows(reader: impl BufRead, path: &Path, predictor: &Predictor, out: &mut impl Write) -> Result<()> {
    /// Bytes that are worth sending to another core.
    const BATCH: usize = 64 << 10;
    let mut lines = Lines::new(reader, path);
    let (mut seen, mut ended) = (false, Ok(false));
    let batches = std::iter::from_fn(|| {
        let mut batch = Batch { text: String::new(), first: lines.number() + 1 };
        while matches!(ended, Ok(false)) && batch.text.len() < BATCH {
            match lines.next_line() {
                Ok(Some(line)) => {
                    seen |= !line.trim().is_empty();
                    batch.text.push_str(line);
                    batch.text.push('\n');
                }
                Ok(None) => ended = Ok(true),
                Err(error) => ended = Err(error),
            }
        }
        (!batch.text.is_empty()).then_some(batch)
    });
    in_order(
        batches,
        |batch| judge(&batch, predictor),
        |judged| {
            written(out.write_all(judged.rows.as_bytes()))?;
            let Some((line, message)) = judged.error else { return Ok(()) };
            // Whatever was done before a bad row is not lost.
            written(out.flush())?;
            Err(TrainError::Row { path: path.to_owned(), line, message }.into())
        },
    )?;
    ended?;
    if !seen {
        let message = "there are no rows; give one JSON object with a `text` field a line".to_owned();
        return Err(TrainError::Read { path: path.to_owned(), message }.into());
    }
    Ok(())
}

/// Runs `work` on all cores and gives what came of the jobs to `take`, in their order. At most a few jobs a core
/// are under way: neither a slow reader nor a slow writer makes memory grow.
fn in_order<J: Send, R: Send>(
    jobs: impl Iterator<Item = J>,
    work: impl Fn(J) -> R + Sync,
    mut take: impl FnMut(R) -> Result<()>,
) -> Result<()> {
    const AHEAD: usize = 2;
    let cores = thread::available_parallelism().map_or(1, NonZero::get);
    let work = &work;
    thread::scope(|scope| {
        // Each core has a queue of its own and gets every so-manieth job, so that order needs no numbers.
        let queues: Vec<_> = (0..cores)
            .map(|_| {
                let (jobs, todo) = sync_channel(AHEAD);
                let (done, results) = sync_channel(AHEAD);
                scope.spawn(move || todo.into_iter().map(work).try_for_each(|result| done.send(result)));
                (jobs, results)
            })
            .collect();
        let (mut sent, mut taken) = (0, 0);
        // A queue breaks only when its thread has panicked, which the scope tells.
        for job in jobs {
            if sent - taken == cores * AHEAD {
                let Ok(result) = queues[taken % cores].1.recv() else { break };
                take(result)?;
                taken += 1;
            }
            if queues[sent % cores].0.send(job).is_err() {
                break;
            }
            sent += 1;
            // What is ready need not wait for a slow reader.
            while let Ok(result) = queues[taken % cores].1.try_recv() {
                take(result)?;
                taken += 1;
            }
        }
        while taken < sent {
            let Ok(result) = queues[taken % cores].1.recv() else { break };
            take(result)?;
            taken += 1;
        }
        Ok(())
    })
}

/// Judges the rows of a batch, up to the first that is none.
fn judge(batch: &Batch, predictor: &Predictor) -> Judged {
    let mut wanted = Vec::new();
    let mut judged = Judged { rows: String::new(), error: None };
    let lines = (batch.first..).zip(batch.text.split('\n').map(str::trim));
    for (number, line) in lines.filter(|(_, line)| !line.is_empty()) {
        match text_of(line) {
            Ok((text, has_stance)) => wanted.push((number, line, text, has_stance)),
            Err(message) => {
                judged.error = Some((number, message));
                break;
            }
        }
    }
    let verdicts = score_all(wanted.iter().map(|(_, _, text, _)| &**text), predictor);
    for (&(number, line, _, has_stance), verdict) in wanted.iter().zip(verdicts) {
        match add_stance(line, has_stance, &verdict, predictor.topic()) {
            Ok(row) => judged.rows.extend([&row, "\n"]),
            Err(message) => {
                judged.error = Some((number, message));
                break;
            }
        }
    }
    judged
}

/// A row's text, and whether it was predicted before.
fn text_of(line: &str) -> Result<(Cow<'_, str>, bool), String> {
    let wanted: Wanted<'_> = serde_json::from_str(line).map_err(|error| malformed(&error))?;
    if let Some(text) = wanted.text {
        return Ok((text, wanted.stance.is_some()));
    }
    Err(without_text(&object(line)?))
}

fn add_stance(line: &str, has_stance: bool, verdict: &Verdict, topic: &Topic) -> Result<String, String> {
    let stance = serde_json::to_string(&VerdictView { verdict, topic }).map_err(|error| error.to_string())?;
    if has_stance {
        // The new opinion replaces the old one in its place.
        let Fields(fields) = serde_json::from_str(line).map_err(|error| malformed(&error))?;
        let field = |(name, value): (Cow<'_, str>, &RawValue)| {
            let value = if name == "stance" { stance.as_str() } else { value.get() };
            format!("{}:{value}", Value::from(name))
        };
        return Ok(format!("{{{}}}", fields.into_iter().map(field).collect::<Vec<_>>().join(",")));
    }
    let body = line.strip_suffix('}').ok_or("not a JSON object; put the row in braces")?;
    Ok(format!("{},\"stance\":{stance}}}", body.trim_end()))
}
