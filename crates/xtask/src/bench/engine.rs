//! The engine timed from inside: a model and sentences come in, the nanoseconds that each stage takes of a
//! sentence go out as JSON. A stage's time is that of the calls up to and with it, less those before it.

use anyhow::{Context, Result, ensure};
use cpu_time::ThreadTime;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use stancelight::feature::{Lexicon, Markers, Terms, WordId};
use stancelight::sentence::sentences;
use stancelight::token::Tokens;
use stancelight::{Model, Predictor, Verdict, Words, analyze, score_all};
use std::collections::HashMap;
use std::hint::black_box;
use std::path::Path;

/// Sentences a paragraph, in the article that is made of them.
const PARAGRAPH: usize = 5;

/// Nanoseconds a sentence.
#[derive(Debug, Serialize, Deserialize)]
pub struct Stages {
    /// Text to sentences.
    pub segment: f64,
    /// Sentence to tokens in small letters.
    pub tokenise: f64,
    /// Tokens to terms the model knows.
    pub terms: f64,
    /// Terms to features to sums of weights.
    pub sum: f64,
    /// Sums to probabilities and the label.
    pub verdict: f64,
    /// Sentences to verdicts, one after the other: all but the first stage.
    pub score: f64,
    /// An article to sentences with their verdicts.
    pub analyze: f64,
}

/// The words of a model, in a table like the engine's own, which is private to it.
struct Known<'w>(HashMap<&'w str, WordId, foldhash::fast::FixedState>);

impl<'w> Known<'w> {
    fn new(words: &'w Words) -> Self {
        Self(words.iter().zip(0..).collect())
    }
}

impl Lexicon for Known<'_> {
    fn id(&self, form: &str) -> Option<WordId> {
        self.0.get(form).copied()
    }
}

/// Measures and prints.
pub fn run(model: &Path, rows: &Path, rounds: usize) -> Result<()> {
    let model = Model::from_bytes(&std::fs::read(model).with_context(|| model.display().to_string())?)?;
    let file = std::fs::read_to_string(rows).with_context(|| rows.display().to_string())?;
    let texts = file.lines().map(|line| {
        let row: Value = serde_json::from_str(line)?;
        Ok(row["text"].as_str().context("a row without `text`")?.to_owned())
    });
    let texts: Vec<String> = texts.collect::<Result<_>>()?;
    ensure!(!texts.is_empty(), "{} holds no rows", rows.display());
    println!("{}", serde_json::to_string(&stages(model, &texts, rounds)?)?);
    Ok(())
}

fn stages(model: Model, texts: &[String], rounds: usize) -> Result<Stages> {
    let linear = model.linear().context("only a linear model has these stages")?;
    let (words, settings) = (linear.words.clone(), linear.settings.clone());
    let predictor = Predictor::new(model);
    let lexicon = Known::new(&words);
    let markers = Markers::of(&lexicon);
    let article: Vec<String> = texts.chunks(PARAGRAPH).map(|paragraph| paragraph.join(" ")).collect();
    let article = article.join("\n\n");
    let found = sentences(&article).len();
    let all = || texts.iter().map(String::as_str);
    let logits: Vec<Vec<f64>> = score_all(all(), &predictor).map(|verdict| verdict.logits).collect();

    let segment = best(rounds, found, || drop(black_box(sentences(&article))));
    let mut tokens = Tokens::default();
    let tokenise = best(rounds, texts.len(), || all().for_each(|text| black_box(&mut tokens).fill(text)));
    let mut terms = Terms::default();
    let filled = best(rounds, texts.len(), || {
        all().for_each(|text| black_box(&mut terms).fill(text, &settings, &lexicon, markers));
    });
    let score = best(rounds, texts.len(), || score_all(all(), &predictor).for_each(|verdict| drop(black_box(verdict))));
    let topic = predictor.topic();
    let verdict = best(rounds, texts.len(), || {
        logits.iter().for_each(|logits| drop(black_box(Verdict::from_logits(logits.clone(), topic))));
    });
    let analyze = best(rounds, found, || drop(black_box(analyze(&article, &predictor))));
    Ok(Stages { segment, tokenise, terms: filled - tokenise, sum: score - filled - verdict, verdict, score, analyze })
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
