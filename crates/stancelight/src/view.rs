//! Results with the labels' names written out, ready to serialise: the one JSON shape that the
//! command line prints and the browser receives. Spans are given by the caller, in its own units.

use crate::analysis::{Explanation, Sentence, Verdict};
use crate::span::Span;
use crate::topic::{Label, Topic};
use serde::ser::{Serialize, SerializeMap, SerializeStruct, Serializer};

/// A topic as JSON.
#[derive(Clone, Copy, Debug)]
pub struct TopicView<'a>(pub &'a Topic);

struct LabelView<'a>(&'a Label);

/// A verdict as JSON: `label`, `sure`, `score`, `probabilities`.
#[derive(Clone, Copy, Debug)]
pub struct VerdictView<'a> {
    /// What was judged.
    pub verdict: &'a Verdict,
    /// Under which topic.
    pub topic: &'a Topic,
}

/// A sentence as JSON: `start`, `end` and its verdict.
#[derive(Clone, Copy, Debug)]
pub struct SentenceView<'a> {
    /// Where it stands, in the caller's units.
    pub span: Span,
    /// What was judged.
    pub verdict: &'a Verdict,
    /// Under which topic.
    pub topic: &'a Topic,
}

/// An explanation as JSON: a sentence's fields, `bias`, `logits`, and `words`.
#[derive(Clone, Debug)]
pub struct ExplanationView<'a> {
    /// The sentence's place, in the caller's units.
    pub span: Span,
    /// Each word's place in the same text and units.
    pub words: Vec<Span>,
    /// What is explained.
    pub explanation: &'a Explanation,
    /// Under which topic.
    pub topic: &'a Topic,
}

impl<'a> SentenceView<'a> {
    /// The view of a sentence whose span is already in the caller's units.
    pub const fn new(sentence: &'a Sentence, topic: &'a Topic) -> Self {
        Self { span: sentence.span, verdict: &sentence.verdict, topic }
    }
}

/// One number a label, as an object keyed by the labels' names.
struct ByLabel<'a>(&'a Topic, &'a [f64]);

impl Serialize for ByLabel<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.1.len()))?;
        for (label, value) in self.0.labels.iter().zip(self.1) {
            map.serialize_entry(&label.name, value)?;
        }
        map.end()
    }
}

impl Serialize for TopicView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("Topic", 6)?;
        out.serialize_field("name", &self.0.name)?;
        out.serialize_field("title", &self.0.title)?;
        out.serialize_field("question", &self.0.question)?;
        out.serialize_field("threshold", &shortest(self.0.threshold))?;
        let labels: Vec<LabelView<'_>> = self.0.labels.iter().map(LabelView).collect();
        out.serialize_field("labels", &labels)?;
        out.serialize_field("provenance", &self.0.provenance)?;
        out.end()
    }
}

impl Serialize for LabelView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("Label", 6)?;
        out.serialize_field("name", &self.0.name)?;
        out.serialize_field("pole", &shortest(self.0.pole))?;
        out.serialize_field("color", &self.0.color)?;
        out.serialize_field("colorDark", &self.0.color_dark)?;
        out.serialize_field("underline", self.0.underline.name())?;
        out.serialize_field("meaning", &self.0.meaning)?;
        out.end()
    }
}

impl Serialize for VerdictView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("Verdict", 4)?;
        verdict_fields::<S>(&mut out, self.verdict, self.topic)?;
        out.end()
    }
}

impl Serialize for SentenceView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("Sentence", 6)?;
        out.serialize_field("start", &self.span.start)?;
        out.serialize_field("end", &self.span.end)?;
        verdict_fields::<S>(&mut out, self.verdict, self.topic)?;
        out.end()
    }
}

impl Serialize for ExplanationView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let (explanation, topic) = (self.explanation, self.topic);
        let mut out = serializer.serialize_struct("Explanation", 9)?;
        out.serialize_field("start", &self.span.start)?;
        out.serialize_field("end", &self.span.end)?;
        verdict_fields::<S>(&mut out, &explanation.verdict, topic)?;
        out.serialize_field("bias", &ByLabel(topic, &explanation.bias))?;
        out.serialize_field("logits", &ByLabel(topic, &explanation.verdict.logits))?;
        let words: Vec<WordView<'_>> = self
            .words
            .iter()
            .zip(&explanation.words)
            .map(|(&span, word)| WordView { span, shares: ByLabel(topic, &word.shares) })
            .collect();
        out.serialize_field("words", &words)?;
        out.end()
    }
}

struct WordView<'a> {
    span: Span,
    shares: ByLabel<'a>,
}

impl Serialize for WordView<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut out = serializer.serialize_struct("Word", 3)?;
        out.serialize_field("start", &self.span.start)?;
        out.serialize_field("end", &self.span.end)?;
        out.serialize_field("shares", &self.shares)?;
        out.end()
    }
}

fn verdict_fields<S: Serializer>(
    out: &mut S::SerializeStruct,
    verdict: &Verdict,
    topic: &Topic,
) -> Result<(), S::Error> {
    out.serialize_field("label", &topic.labels[verdict.label].name)?;
    out.serialize_field("sure", &verdict.sure)?;
    out.serialize_field("score", &verdict.score)?;
    out.serialize_field("probabilities", &ByLabel(topic, &verdict.probabilities))
}

/// The `f64` that prints like this `f32`: 0.6, not 0.6000000238418579.
///
/// Found as the first number of decimals that tells it from all others, as topics have few. To print it and to read
/// that again would do too, and would bring the tables of both to every browser.
fn shortest(value: f32) -> f64 {
    const MOST: usize = 17;
    let exact = f64::from(value);
    // Powers of ten are exact so far, and the quotient is rounded once: that is what reading the decimals gives.
    let units = std::iter::successors(Some(1.0), |unit| Some(unit * 10.0)).take(MOST);
    #[allow(clippy::cast_possible_truncation, reason = "the rounding is asked about")]
    units.map(|unit| (exact * unit).round() / unit).find(|&near| near as f32 == value).unwrap_or(exact)
}

#[cfg(test)]
mod tests {
    use super::shortest;
    use proptest::prelude::*;

    #[test]
    fn few_decimals_stay_few() {
        for n in -1000..=1000_i16 {
            let value = f32::from(n) / 1000.0;
            assert_eq!(shortest(value).to_string(), value.to_string());
        }
    }

    proptest! {
        #[test]
        fn a_number_prints_as_it_did(value in -1.0..1.0_f32) {
            prop_assume!(value.abs() > 1e-6);
            prop_assert_eq!(shortest(value).to_string(), value.to_string());
        }
    }
}
