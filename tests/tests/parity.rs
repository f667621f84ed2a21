//! What the native engine says of many awkward texts, written down with UTF-16 offsets. The browser's tests
//! read the same file and must say the same.

use serde_json::{Value, json};
use stancelight::offset::Utf16;
use stancelight::view::{ExplanationView, SentenceView};
use stancelight::{Model, Predictor, Span, analyze, explain};
use stancelight_tests::encoder::{toy_encoder, toy_wide_and_deep};
use stancelight_tests::{golden, toy_model};

/// Pieces that texts are put together from: each case is several of them in a fixed order.
const PIECES: &[&str] = &[
    "They sign the accord. ",
    "The army shelled the port! ",
    "He didn’t attack… ",
    "\"No,\" said Iran's envoy. ",
    "👩‍👩‍👧 met 🎉. ",
    "שתי הממשלות attack. ",
    "e\u{301}cole shelled\u{ad} it? ",
    "\r\n\r\n",
    "• 40 ships\n",
    "停火协议。",
    "U.S. and U.N. sign. ",
    "THE SECURITY COUNCIL ATTACK ",
    "İSTANBUL ﬁrst ǅ. ",
    "\u{202e}port\u{202c} of Ørland shelled. ",
    "attack attack attack attack ",
    "हमला न करें। ",
    "1,000.5 men vs. 10th of 3. ",
    "\u{feff}\u{200b}sign\u{200d} ",
];

fn texts() -> Vec<String> {
    let n = PIECES.len();
    let mut out: Vec<String> = PIECES.iter().map(|piece| (*piece).to_owned()).collect();
    for i in 0..180 {
        // A fixed walk through the pieces, of growing length.
        let length = 2 + i % 7;
        out.push((0..length).map(|j| PIECES[(i * 5 + j * (3 + i % 4)) % n]).collect());
    }
    out
}

#[test]
fn says_what_it_said() {
    check("toy", toy_model(), &texts());
}

#[test]
fn an_encoder_says_what_it_said() {
    // Fewer: it explains every token, and what texts can do to offsets the linear model has shown.
    check("encoder", toy_encoder(), &texts()[..60]);
}

#[test]
fn an_encoder_with_a_branch_says_what_it_said() {
    // Every piece by itself, and a few together.
    check("wide-and-deep", toy_wide_and_deep(), &texts()[..30]);
}

/// A model's file and what it says of the texts, against the goldens of this name.
fn check(name: &str, model: Model, texts: &[String]) {
    let bytes = model.to_bytes();
    golden::check(&format!("{name}.stance"), &bytes);
    let predictor = Predictor::new(model);
    let topic = predictor.topic();
    let mut out = String::new();
    for text in texts {
        let mut cursor = Utf16::new(text);
        let mut place = |span: Span| Span::new(cursor.at(span.start), cursor.at(span.end));
        let found = analyze(text, &predictor);
        let mut sentences: Vec<Value> = Vec::new();
        let mut explanations: Vec<Value> = Vec::new();
        for sentence in &found {
            let span = place(sentence.span);
            sentences.push(json!(SentenceView { span, verdict: &sentence.verdict, topic }));
            let explanation = explain(&text[sentence.span.range()], &predictor);
            let words = explanation.words.iter().map(|word| place(word.span.shift(sentence.span.start))).collect();
            explanations.push(json!(ExplanationView { span, words, explanation: &explanation, topic }));
        }
        out.push_str(&json!({ "text": text, "sentences": sentences, "explanations": explanations }).to_string());
        out.push('\n');
    }
    golden::check(&format!("{name}-parity.jsonl"), out.as_bytes());
}
