//! Text in, verdicts out: the calls that everything else is built on.

use crate::model::{Predictor, Scratch};
use crate::sentence::sentences;
use crate::span::Span;
use crate::topic::Topic;

/// What a model says of one sentence. Vectors are in the order of the topic's labels.
#[derive(Clone, Debug, PartialEq)]
pub struct Verdict {
    /// Index of the most probable label; of equal ones the first.
    pub label: usize,
    /// Whether that label's probability reaches the topic's threshold.
    pub sure: bool,
    /// The stance score Σ p(label) · pole, −1 to +1.
    pub score: f64,
    /// Calibrated probabilities, softmax of the logits.
    pub probabilities: Vec<f64>,
    /// Log-odds up to a common constant.
    pub logits: Vec<f64>,
}

/// One sentence of a text and what the model says of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Sentence {
    /// Where it stands in the text.
    pub span: Span,
    /// What the model says.
    pub verdict: Verdict,
}

/// One word, number or name of a sentence and what it adds to each logit.
#[derive(Clone, Debug, PartialEq)]
pub struct Word {
    /// Where it stands in the sentence.
    pub span: Span,
    /// Its part of each label's logit; a pair of words counts half for each.
    pub shares: Vec<f64>,
}

/// Why a sentence was judged as it was.
#[derive(Clone, Debug, PartialEq)]
pub struct Explanation {
    /// The verdict explained.
    pub verdict: Verdict,
    /// What each logit is before any word.
    pub bias: Vec<f64>,
    /// Every word; for each label their shares, added up, plus the bias are the logit, exactly.
    pub words: Vec<Word>,
}

/// A sentence judged again without one of its words.
#[derive(Clone, Debug, PartialEq)]
pub struct Removal {
    /// Where the word stands in the sentence.
    pub span: Span,
    /// What the model says of the sentence without it.
    pub verdict: Verdict,
}

impl Verdict {
    /// Probability of the most probable label.
    pub fn confidence(&self) -> f64 {
        self.probabilities[self.label]
    }

    /// Whether the sentence is to be painted at this threshold: sure, and of a label off the middle.
    pub fn is_painted(&self, topic: &Topic, threshold: f64) -> bool {
        self.confidence() >= threshold && topic.labels[self.label].pole != 0.0
    }

    /// The verdict that logits lead to under a topic; one logit a label.
    pub fn from_logits(logits: Vec<f64>, topic: &Topic) -> Self {
        let probabilities = softmax(&logits);
        let mut label = 0;
        for (i, &p) in probabilities.iter().enumerate() {
            if p > probabilities[label] {
                label = i;
            }
        }
        let score = probabilities.iter().zip(&topic.labels).map(|(p, label)| p * f64::from(label.pole)).sum();
        let sure = probabilities[label] >= f64::from(topic.threshold);
        Self { label, sure, score, probabilities, logits }
    }
}

/// Softmax, computed so that it cannot overflow and is the same bits on every platform.
pub fn softmax(logits: &[f64]) -> Vec<f64> {
    let max = logits.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let mut out: Vec<f64> = logits.iter().map(|&z| libm::exp(z - max)).collect();
    let sum: f64 = out.iter().sum();
    out.iter_mut().for_each(|p| *p /= sum);
    out
}

fn judge(sentence: &str, predictor: &Predictor, scratch: &mut Scratch) -> Verdict {
    scratch.tokens.fill(sentence);
    Verdict::from_logits(predictor.logits(scratch), predictor.topic())
}

/// Cuts `text` into sentences and judges each. Never fails.
pub fn analyze(text: &str, predictor: &Predictor) -> Vec<Sentence> {
    judge_each(text, sentences(text), predictor).collect()
}

/// Judges sentences that [`sentences`] found in `text`, each when it is asked for: what comes first can be shown
/// before the rest is read.
///
/// A span that does not lie on `text`'s character boundaries is the caller's mistake and panics.
pub fn judge_each(
    text: &str,
    spans: impl IntoIterator<Item = Span>,
    predictor: &Predictor,
) -> impl Iterator<Item = Sentence> {
    let mut scratch = Scratch::default();
    spans.into_iter().map(move |span| Sentence { span, verdict: judge(&text[span.range()], predictor, &mut scratch) })
}

/// Judges `sentence` as one sentence, whatever it holds. Never fails.
pub fn score(sentence: &str, predictor: &Predictor) -> Verdict {
    judge(sentence, predictor, &mut Scratch::default())
}

/// Judges every one of `sentences` as one sentence; quicker than as many calls of [`score`].
pub fn score_all<'t>(
    sentences: impl IntoIterator<Item = &'t str>,
    predictor: &Predictor,
) -> impl Iterator<Item = Verdict> {
    let mut scratch = Scratch::default();
    sentences.into_iter().map(move |sentence| judge(sentence, predictor, &mut scratch))
}

/// Judges `sentence` as one sentence and says what each of its words added. Never fails.
pub fn explain(sentence: &str, predictor: &Predictor) -> Explanation {
    let mut scratch = Scratch::default();
    let verdict = judge(sentence, predictor, &mut scratch);
    let words = predictor.words(&scratch).into_iter().map(|(span, shares)| Word { span, shares }).collect();
    Explanation { verdict, bias: predictor.bias(), words }
}

/// Judges `sentence` again without each of its words in turn, as they stand in its [`Explanation`].
///
/// A share says what a word added to this sentence's logit; a removal says what the model makes of the sentence that
/// is left, in which other words may come to mean something else. Each costs as much as judging anew, and is worked
/// out when it is asked for. A space takes the word's place, so that what stood around it does not grow together.
pub fn removals(sentence: &str, predictor: &Predictor) -> impl Iterator<Item = Removal> {
    let mut scratch = Scratch::default();
    scratch.tokens.fill(sentence);
    predictor.logits(&mut scratch);
    let words = predictor.words(&scratch);
    let mut rest = String::with_capacity(sentence.len());
    words.into_iter().map(move |(span, _)| {
        rest.clear();
        rest.extend([&sentence[..span.start], " ", &sentence[span.end..]]);
        Removal { span, verdict: judge(&rest, predictor, &mut scratch) }
    })
}
