//! Stancelight in the browser.
//!
//! A model's bytes come in; [`Analyzer`] then turns strings into rows of numbers and, where a person asks why, into
//! plain JavaScript objects, with offsets in UTF-16 code units, so that `text.slice(start, end)` is the sentence.
//! [`Painter`] shows sentences on a page without touching its nodes. Everything about text and scores is the engine's;
//! this crate only translates.
//!
//! Verdicts go out as rows because objects cost more to hand over, one call a property, than sentences cost to judge;
//! what makes objects of them is a few lines of script, on whichever thread wants them.

mod painter;
pub mod text;
mod types;

pub use painter::Painter;

use js_sys::{Error, JsString, Reflect};
use serde::Serialize;
use serde_wasm_bindgen::Serializer;
use stancelight::offset::Utf16;
use stancelight::sentence::sentences;
use stancelight::view::{ExplanationView, TopicView};
use stancelight::{Model, Predictor, Span, Verdict, explain, judge_each, removals, score_all};
use std::cell::RefCell;
use std::rc::{Rc, Weak};
use wasm_bindgen::prelude::*;

/// A model ready to read texts.
#[wasm_bindgen]
pub struct Analyzer {
    predictor: Predictor,
    /// The text last begun, for `next` and `explain`.
    text: Rc<Text>,
    /// How many of its sentences `next` has given.
    given: usize,
    /// Where the last of those ends, in bytes and in UTF-16 code units.
    reached: (usize, usize),
}

/// A text and where its sentences are.
#[derive(Default)]
struct Text {
    text: String,
    sentences: Vec<Span>,
}

impl Text {
    /// Cuts a text, unless it is the one that was cut last and another model still has: several models mostly read the
    /// same.
    fn new(text: String) -> Rc<Self> {
        thread_local! {
            static LAST: RefCell<Weak<Text>> = RefCell::default();
        }
        LAST.with_borrow_mut(|last| {
            last.upgrade().filter(|last| last.text == text).unwrap_or_else(|| {
                let new = Rc::new(Self { sentences: sentences(&text), text });
                *last = Rc::downgrade(&new);
                new
            })
        })
    }
}

#[wasm_bindgen]
impl Analyzer {
    /// Loads a model from the bytes of its file.
    ///
    /// Throws an `Error` whose `code` is `"E_MODEL_VERSION"` when a newer Stancelight wrote the file, and
    /// `"E_MODEL_FORMAT"` when the bytes are no sound model.
    pub fn load(bytes: &[u8]) -> Result<Analyzer, JsValue> {
        match Model::from_bytes(bytes) {
            Ok(model) => Ok(Self { predictor: Predictor::new(model), text: Rc::default(), given: 0, reached: (0, 0) }),
            Err(error) => {
                let code = if error.is_newer_version() { "E_MODEL_VERSION" } else { "E_MODEL_FORMAT" };
                Err(coded_error(code, &error.to_string()))
            }
        }
    }

    /// The model's topic: its question, labels, colours and threshold.
    #[wasm_bindgen(getter, unchecked_return_type = "Topic")]
    pub fn topic(&self) -> JsValue {
        to_js(&TopicView(self.predictor.topic()))
    }

    /// What is known of the model's making, as pairs of a name and a value.
    #[wasm_bindgen(getter, unchecked_return_type = "[string, string][]")]
    pub fn facts(&self) -> JsValue {
        to_js(&self.predictor.facts())
    }

    /// What judges: `"linear"` or `"encoder"`.
    #[wasm_bindgen(getter, unchecked_return_type = "Kind")]
    pub fn kind(&self) -> String {
        self.predictor.kind().to_owned()
    }

    /// The sentences of `text` and what the model says of each, as rows. Never throws.
    pub fn analyze(&mut self, text: &JsString) -> Vec<f64> {
        let count = self.begin(text);
        self.next(count)
    }

    /// Begins to read `text` as `analyze` does, and gives how many sentences it has; `next` then gives these, a few at
    /// a time, so that a page can show the first while the others are still to come.
    pub fn begin(&mut self, text: &JsString) -> usize {
        self.text = Text::new(utf8(text));
        (self.given, self.reached) = (0, (0, 0));
        self.text.sentences.len()
    }

    /// The next `count` sentences of the text last begun, fewer at its end, none after it, as rows.
    pub fn next(&mut self, count: usize) -> Vec<f64> {
        let Text { text, sentences } = &*self.text;
        let spans = &sentences[self.given..];
        let spans = &spans[..count.min(spans.len())];
        let (bytes, units) = self.reached;
        let mut cursor = Utf16::new(&text[bytes..]);
        let mut place = |byte: usize| units + cursor.at(byte - bytes);
        let mut rows = self.rows(spans.len());
        for sentence in judge_each(text, spans.iter().copied(), &self.predictor) {
            let span = Span::new(place(sentence.span.start), place(sentence.span.end));
            push_row(&mut rows, span, &sentence.verdict);
            self.reached = (sentence.span.end, span.end);
        }
        self.given += spans.len();
        rows
    }

    /// Why sentence `index` of the text last analysed was judged as it was; `undefined` if there is no such
    /// sentence. For every label, the words' shares added up, plus the bias, are exactly the logit.
    #[wasm_bindgen(unchecked_return_type = "Explanation | undefined")]
    pub fn explain(&self, index: usize) -> JsValue {
        let Text { text, sentences } = &*self.text;
        sentences.get(index).map_or(JsValue::UNDEFINED, |&span| self.explanation(text, span))
    }

    /// What the model says of sentence `index` of the text last analysed without each of its words in turn, in the
    /// order of its explanation, as rows with the words' places; `undefined` if there is no such sentence. Costs as much
    /// as judging once a word.
    pub fn removals(&self, index: usize) -> Option<Vec<f64>> {
        let Text { text, sentences } = &*self.text;
        let span = *sentences.get(index)?;
        let mut cursor = Utf16::new(text);
        let mut rows = Vec::new();
        for removal in removals(&text[span.range()], &self.predictor) {
            push_row(&mut rows, utf16(&mut cursor, removal.span.shift(span.start)), &removal.verdict);
        }
        Some(rows)
    }

    /// Explains `text` as one sentence, whatever it holds; offsets count from its start.
    #[wasm_bindgen(js_name = explainSentence, unchecked_return_type = "Explanation")]
    pub fn explain_sentence(&self, text: &str) -> JsValue {
        self.explanation(text, Span::new(0, text.len()))
    }

    /// Judges several sentences, whatever they hold: a row each. They come as one `text`, which is handed over once,
    /// and where each ends in it, in UTF-16 code units; one unit stands between one and the next.
    #[wasm_bindgen(js_name = scoreAll)]
    pub fn score_all(&self, text: &JsString, ends: &[u32]) -> Vec<f64> {
        let text = utf8(text);
        let mut cursor = Utf16::new(&text);
        let mut start = 0;
        let sentences = ends.iter().map(|&end| {
            let from = cursor.byte(start);
            start = end as usize + 1;
            text.get(from..cursor.byte(end as usize)).unwrap_or_default()
        });
        let mut rows = self.rows(ends.len());
        let mut start = 0;
        for (verdict, &end) in score_all(sentences, &self.predictor).zip(ends) {
            push_row(&mut rows, Span::new(0, (end as usize).saturating_sub(start)), &verdict);
            start = end as usize + 1;
        }
        rows
    }
}

impl Analyzer {
    /// Room for so many rows.
    fn rows(&self, count: usize) -> Vec<f64> {
        Vec::with_capacity(count * (BEFORE_PROBABILITIES + self.predictor.topic().labels.len()))
    }

    /// The explanation of the sentence at `span`, placed in the whole `text`.
    fn explanation(&self, text: &str, span: Span) -> JsValue {
        let explanation = explain(&text[span.range()], &self.predictor);
        let mut cursor = Utf16::new(text);
        let start = cursor.at(span.start);
        let words = explanation.words.iter().map(|word| utf16(&mut cursor, word.span.shift(span.start))).collect();
        let place = Span::new(start, cursor.at(span.end));
        to_js(&ExplanationView { span: place, words, explanation: &explanation, topic: self.predictor.topic() })
    }
}

/// How many numbers of a row stand before the labels' probabilities.
const BEFORE_PROBABILITIES: usize = 5;

/// A verdict as a row: start and end in UTF-16 code units, the label's index, 1 if sure, the score, and each label's
/// probability.
#[allow(clippy::cast_precision_loss, reason = "no text has 2^52 code units")]
fn push_row(rows: &mut Vec<f64>, span: Span, verdict: &Verdict) {
    let sure = f64::from(u8::from(verdict.sure));
    let before: [f64; BEFORE_PROBABILITIES] =
        [span.start as f64, span.end as f64, verdict.label as f64, sure, verdict.score];
    rows.extend(before);
    rows.extend(&verdict.probabilities);
}

fn utf16(cursor: &mut Utf16<'_>, span: Span) -> Span {
    Span::new(cursor.at(span.start), cursor.at(span.end))
}

/// A string in the engine's encoding; halves of characters become U+FFFD.
///
/// The browser's encoder is asked. What the bindings do with strings is meant for short ones, and takes as long as a
/// third of the judging.
fn utf8(text: &JsString) -> String {
    #[wasm_bindgen]
    extern "C" {
        type TextEncoder;
        #[wasm_bindgen(constructor)]
        fn new() -> TextEncoder;
        #[wasm_bindgen(method)]
        fn encode(this: &TextEncoder, text: &JsString) -> Vec<u8>;
    }
    thread_local! {
        static ENCODER: TextEncoder = TextEncoder::new();
    }
    ENCODER.with(|encoder| String::from_utf8(encoder.encode(text)).unwrap_or_default())
}

/// Plain objects, so that `JSON.stringify` and spreading work on every result.
fn to_js(value: &impl Serialize) -> JsValue {
    value.serialize(&Serializer::json_compatible()).unwrap_or(JsValue::UNDEFINED)
}

/// An `Error` that programs can tell by its `code` and people by its message.
fn coded_error(code: &str, message: &str) -> JsValue {
    let error = Error::new(message);
    // Setting a property of a new object cannot fail.
    let _ = Reflect::set(&error, &"code".into(), &code.into());
    error.into()
}
