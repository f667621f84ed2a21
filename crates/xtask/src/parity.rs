//! `cargo xtask parity`: every sentence of a folder of data sets, and as many random texts as one likes, go through
//! the native engine and both WebAssembly builds; where labels, explanations or offsets differ, or a number by more
//! than a millionth, it is told.

use crate::process::Step;
use crate::{bench::table::Table, engine, root, web};
use anyhow::{Context, Result, ensure};
use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use serde::Deserialize;
use serde_json::{Value, json};
use stancelight::offset::Utf16;
use stancelight::view::{ExplanationView, SentenceView};
use stancelight::{Model, Predictor, Span, analyze, explain};
use std::collections::BTreeMap;
use std::io::{BufWriter, Write};
use std::num::NonZeroUsize;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// Of the texts an encoder reads every so-many-th: it takes a thousand times as long.
const ENCODER_READS: usize = 100;

/// What one build said beside the native engine.
#[derive(Deserialize)]
struct Said {
    texts: u64,
    sentences: u64,
    words: u64,
    different: u64,
    largest: f64,
}

/// Compares, gives the counts for people, and fails where anything differs. The texts are every so-many-th of a folder
/// of data sets, of our own sentences if there is none, and random ones.
pub fn run(data: Option<&Path>, every: NonZeroUsize, random: usize) -> Result<String> {
    web::install_packages()?;
    let built = engine::build()?;
    let own = root().join("models");
    let mut texts: Vec<String> = texts(data.unwrap_or(&own))?.into_iter().step_by(every.get()).collect();
    let found = texts.len();
    texts.extend(random_texts(random));
    let mut table =
        Table::new(&["model and build", "texts", "sentences", "explained words", "different", "largest difference"]);
    let mut different = 0;
    for path in models()? {
        let name = path.strip_prefix(root().join("models")).unwrap_or(&path).display().to_string();
        let bytes = std::fs::read(&path)?;
        let model = Model::from_bytes(&bytes).with_context(|| name.clone())?;
        let every = if model.encoder().is_none() { 1 } else { ENCODER_READS };
        let step = Step::begin(format!("comparing {name}"));
        let said = compare(&built, &path, &Predictor::new(model), texts.iter().step_by(every));
        step.end(said.as_ref().is_ok_and(|said| said.values().all(|said| said.different == 0)));
        for (build, said) in said? {
            different += said.different;
            let counts = [said.texts, said.sentences, said.words, said.different].map(|count| count.to_string());
            let first = std::iter::once(format!("{name}, {build}"));
            table.row(first.chain(counts).chain([format!("{:.1e}", said.largest)]));
        }
    }
    ensure!(different == 0, "{table}\n{different} texts read differently; the first of them are told above");
    Ok(format!(
        "{table}\n{found} texts of the data sets and {random} random ones; every {ENCODER_READS}th for an encoder."
    ))
}

/// Every shipped model.
fn models() -> Result<Vec<PathBuf>> {
    let files = |topic: PathBuf| ["model.stance", "encoder.stance"].map(|name| topic.join(name));
    Ok(web::topics()?.into_iter().flat_map(files).filter(|path| path.is_file()).collect())
}

/// The texts of every row of every set, without the files that are for tests.
fn texts(data: &Path) -> Result<Vec<String>> {
    let mut files = Vec::new();
    for set in std::fs::read_dir(data)
        .with_context(|| format!("{} cannot be opened; name the folder of the data sets", data.display()))?
    {
        let set = set?.path();
        if set.is_dir() {
            for file in std::fs::read_dir(set)? {
                files.push(file?.path());
            }
        }
    }
    files.sort();
    let mut out = Vec::new();
    for path in files {
        let name = path.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        if !name.ends_with(".jsonl") || name.starts_with("test") {
            continue;
        }
        for (i, line) in std::fs::read_to_string(&path)?.lines().enumerate() {
            let row: Value =
                serde_json::from_str(line).with_context(|| format!("{}, line {}", path.display(), i + 1))?;
            out.extend(row["text"].as_str().map(str::to_owned));
        }
    }
    ensure!(!out.is_empty(), "{} holds no .jsonl file with a `text` in its rows", data.display());
    Ok(out)
}

/// Texts of whatever Unicode has: letters and signs of news among characters of all planes.
fn random_texts(count: usize) -> impl Iterator<Item = String> {
    const NEWS: [&str; 16] = [
        " ", " ", " ", ". ", "! ", "\n", "\r\n\r\n", "the ", "army ", "Iran ", "n't ", "’s ", "not ", "1,000.5 ",
        "U.S. ", "“",
    ];
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(1);
    (0..count).map(move |_| {
        let mut text = String::new();
        for _ in 0..rng.random_range(1..80) {
            match rng.random_range(0..4) {
                0 => text.push(rng.random::<char>()),
                1 => text.push(rng.random_range('\u{0}'..='\u{2fff}')),
                _ => text.push_str(NEWS[rng.random_range(0..NEWS.len())]),
            }
        }
        text
    })
}

/// Lets both builds read what the native engine read, a line a text, and asks what they make of it.
fn compare<'t>(
    built: &Path,
    model: &Path,
    predictor: &Predictor,
    texts: impl Iterator<Item = &'t String>,
) -> Result<BTreeMap<String, Said>> {
    let mut node = Command::new("node");
    node.arg(root().join("web/tests/parity.mjs")).arg(built).args([engine::PLAIN.wasm, engine::SIMD.wasm]).arg(model);
    let mut child = node.stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().context("`node` cannot be run")?;
    let mut input = BufWriter::new(child.stdin.take().context("node has no input")?);
    for text in texts {
        writeln!(input, "{}", said(text, predictor)).context("the comparison ended early")?;
    }
    drop(input);
    let output = child.wait_with_output()?;
    ensure!(output.status.success(), "the comparison failed");
    serde_json::from_slice(&output.stdout).context("what the comparison found cannot be read")
}

/// Everything the native engine says of a text, with offsets as JavaScript counts them.
fn said(text: &str, predictor: &Predictor) -> Value {
    let topic = predictor.topic();
    let mut cursor = Utf16::new(text);
    let mut place = |span: Span| Span::new(cursor.at(span.start), cursor.at(span.end));
    let (mut sentences, mut explanations) = (Vec::new(), Vec::new());
    for sentence in analyze(text, predictor) {
        let span = place(sentence.span);
        sentences.push(json!(SentenceView { span, verdict: &sentence.verdict, topic }));
        let explanation = explain(&text[sentence.span.range()], predictor);
        let words = explanation.words.iter().map(|word| place(word.span.shift(sentence.span.start))).collect();
        explanations.push(json!(ExplanationView { span, words, explanation: &explanation, topic }));
    }
    json!({ "text": text, "sentences": sentences, "explanations": explanations })
}

#[cfg(test)]
mod tests {
    use super::random_texts;

    #[test]
    fn random_texts_are_the_same_each_time_and_of_all_kinds() {
        let texts = || random_texts(200).collect::<Vec<_>>();
        assert_eq!(texts(), texts());
        let all = texts().concat();
        assert!(all.contains("army") && all.contains('\n') && all.chars().any(|c| c > '\u{ffff}'));
    }
}
