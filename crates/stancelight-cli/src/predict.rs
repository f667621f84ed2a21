//! `stancelight predict`: sentences in, the same rows with their stance out, in the same order.

use crate::input;
use crate::output::{stdout, written};
use anyhow::Result;
use clap::Parser;
use serde::Deserialize;
use serde::de::IgnoredAny;
use serde_json::{Map, Value, json};
use stancelight::view::VerdictView;
use stancelight::{Predictor, analyze, score};
use stancelight_train::{Lines, read_error};
use std::borrow::Cow;
use std::io::{BufRead, BufReader, Write};
use std::path::{Path, PathBuf};

/// Add a `stance` object to every row of a JSON Lines file
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
        let file = std::fs::File::open(&args.file).map_err(|error| read_error(&args.file, &error))?;
        rows(BufReader::with_capacity(1 << 16, file), &args.file, &predictor, &mut out)?;
    }
    written(out.flush())
}

fn plain_text(path: &Path, predictor: &Predictor, out: &mut impl Write) -> Result<()> {
    let text = input::text(path)?;
    for sentence in analyze(&text, predictor) {
        let stance = VerdictView { verdict: &sentence.verdict, topic: predictor.topic() };
        let (start, end) = (sentence.span.start, sentence.span.end);
        let row = json!({ "text": &text[start..end], "start": start, "end": end, "stance": stance });
        written(writeln!(out, "{row}"))?;
    }
    Ok(())
}

/// What is needed of a row. The rest is passed through as it was written, digit for digit.
#[derive(Deserialize)]
struct Wanted<'l> {
    #[serde(borrow)]
    text: Option<Cow<'l, str>>,
    stance: Option<IgnoredAny>,
}

fn rows(reader: impl BufRead, path: &Path, predictor: &Predictor, out: &mut impl Write) -> Result<()> {
    let mut lines = Lines::new(reader, path);
    let mut seen = false;
    while let Some(line) = lines.next_line()? {
        let line = line.trim();
        if line.is_empty() {
            continue;
        }
        seen = true;
        let row = add_stance(line, predictor);
        let row = row.map_err(|message| lines.error(message));
        // Whatever was done before a bad row is not lost.
        match row {
            Ok(row) => written(writeln!(out, "{row}"))?,
            Err(error) => {
                written(out.flush())?;
                return Err(error.into());
            }
        }
    }
    if !seen {
        return Err(lines.error("there are no rows; give one JSON object with a `text` field a line").into());
    }
    Ok(())
}

fn add_stance(line: &str, predictor: &Predictor) -> Result<String, String> {
    let malformed = |error: serde_json::Error| {
        let text = error.to_string();
        let message = text.rsplit_once(" at line ").map_or(text.as_str(), |(message, _)| message);
        format!("not a JSON object with a `text` string (column {}): {message}", error.column())
    };
    let wanted: Wanted<'_> = serde_json::from_str(line).map_err(malformed)?;
    let Some(text) = wanted.text else {
        let object: Map<String, Value> = serde_json::from_str(line).map_err(malformed)?;
        let there: Vec<&str> = object.keys().map(String::as_str).collect();
        return Err(format!("no field `text`; the fields here are: {}", there.join(", ")));
    };
    let verdict = score(&text, predictor);
    let stance = serde_json::to_string(&VerdictView { verdict: &verdict, topic: predictor.topic() })
        .map_err(|error| error.to_string())?;
    if wanted.stance.is_some() {
        // The row was predicted before: the new opinion replaces the old one in its place.
        let mut object: Map<String, Value> = serde_json::from_str(line).map_err(malformed)?;
        let stance = serde_json::from_str(&stance).map_err(|error| error.to_string())?;
        object.insert("stance".to_owned(), stance);
        return serde_json::to_string(&object).map_err(|error| error.to_string());
    }
    let body = line.strip_suffix('}').ok_or("not a JSON object; put the row in braces")?;
    Ok(format!("{},\"stance\":{stance}}}", body.trim_end()))
}
