//! The engine timed from inside: a model and sentences come in, the nanoseconds that each stage takes of a
//! sentence go out as JSON. A stage's time is that of the calls up to and with it, less those before it.

use anyhow::{Context, Result, ensure};
use cpu_time::ThreadTime;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use stancelight::sentence::sentences;
use stancelight::token::Tokens;
use stancelight::{Model, Predictor, Verdict, analyze, score_all};
use std::hint::black_box;
use std::path::Path;

/// Sentences a paragraph, in the article that is made of them.
const PARAGRAPH: usize = 5;

/// Nanoseconds a sentence, unless it says otherwise.
#[derive(Debug, Serialize, Deserialize)]
pub struct Stages {
    /// Text to sentences.
    pub segment: f64,
    /// Sentence to tokens in small letters.
    pub tokenise: f64,
    /// Tokens to terms the model knows, to features, to sums of weights.
    pub sum: f64,
    /// Sums to probabilities and the label.
    pub verdict: f64,
    /// Sentences to verdicts, one after the other: all but the first stage.
    pub score: f64,
    /// An article to sentences with their verdicts.
    pub analyze: f64,
    /// Nanoseconds from a model file's bytes to a model ready to score.
    pub load: f64,
    /// Nanoseconds for the checksum of these bytes alone.
    pub checksum: f64,
    /// How many bytes they are.
    pub size: u64,
    /// How many sentences the article has.
    pub sentences: u64,
}

/// Measures and prints. Of no rounds the article is read once, for others to count what that takes.
pub fn run(model: &Path, rows: &Path, rounds: usize) -> Result<()> {
    let bytes = std::fs::read(model).with_context(|| model.display().to_string())?;
    let file = std::fs::read_to_string(rows).with_context(|| rows.display().to_string())?;
    let texts = file.lines().map(|line| {
        let row: Value = serde_json::from_str(line)?;
        Ok(row["text"].as_str().context("a row without `text`")?.to_owned())
    });
    let texts: Vec<String> = texts.collect::<Result<_>>()?;
    ensure!(!texts.is_empty(), "{} holds no rows", rows.display());
    let article: Vec<String> = texts.chunks(PARAGRAPH).map(|paragraph| paragraph.join(" ")).collect();
    let article = article.join("\n\n");
    if rounds == 0 {
        drop(black_box(analyze(&article, &Predictor::new(Model::from_bytes(&bytes)?))));
    } else {
        println!("{}", serde_json::to_string(&stages(&bytes, &texts, &article, rounds)?)?);
    }
    Ok(())
}

fn stages(bytes: &[u8], texts: &[String], article: &str, rounds: usize) -> Result<Stages> {
    let predictor = Predictor::new(Model::from_bytes(bytes)?);
    let found = sentences(article).len();
    let all = || texts.iter().map(String::as_str);
    let logits: Vec<Vec<f64>> = score_all(all(), &predictor).map(|verdict| verdict.logits).collect();

    let load = best(rounds, 1, || drop(black_box(Model::from_bytes(bytes).map(Predictor::new))));
    let checksum = best(rounds, 1, || {
        black_box(crc32fast::hash(bytes));
    });
    let segment = best(rounds, found, || drop(black_box(sentences(article))));
    let mut tokens = Tokens::default();
    let tokenise = best(rounds, texts.len(), || all().for_each(|text| black_box(&mut tokens).fill(text)));
    let score = best(rounds, texts.len(), || score_all(all(), &predictor).for_each(|verdict| drop(black_box(verdict))));
    let topic = predictor.topic();
    let verdict = best(rounds, texts.len(), || {
        logits.iter().for_each(|logits| drop(black_box(Verdict::from_logits(logits.clone(), topic))));
    });
    let analyze = best(rounds, found, || drop(black_box(analyze(article, &predictor))));
    let (size, sentences) = (bytes.len() as u64, found as u64);
    Ok(Stages {
        segment,
        tokenise,
        sum: score - tokenise - verdict,
        verdict,
        score,
        analyze,
        load,
        checksum,
        size,
        sentences,
    })
}

/// Nanoseconds of the processor that `work` takes for each of `n`, in the best round.
#[allow(clippy::cast_precision_loss, reason = "counts are far below 2^52")]
fn best(rounds: usize, n: usize, mut work: impl FnMut()) -> f64 {
    let round = |_| {
        let began = ThreadTime::now();
        work();
        began.elapsed().as_secs_f64() * 1e9 / n as f64
    };
    (0..rounds).map(round).fold(f64::INFINITY, f64::min)
}
