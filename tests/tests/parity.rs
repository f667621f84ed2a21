//! One truth for every platform: what the engine makes of many texts, down to the last bit.
//!
//! `goldens/toy.stance` is the toy model's file and `goldens/parity.json` what it says, in UTF-16 offsets,
//! as the browser gives them. This suite proves that the native engine gives exactly that; the browser's
//! own suite, beside the WebAssembly crate, reads the same two files.

use crate::cases::{self, FILES};
use stancelight::offset::Utf16;
use stancelight::view::{ExplanationView, TopicView};
use stancelight::{Model, Predictor, Span, analyze, explain};
use stancelight_tests::{golden, toy_model};
use std::fmt::Write;

/// Texts that put known words among everything that makes offsets differ.
const TEXTS: &[&str] = &[
    "Georgia and Russia signed the peace treaty. The army attacked the village! 🎉",
    "🎉🎉 They won’t attack. 👩‍👩‍👧 Peace talks 🇬🇪 hold. ❤️ War?",
    "The army\r\n\r\ndidn't sign.\r\nThe council agreed\r\rTalks",
    "שלום לכולם. הצבא attack תקף! سلام عليكم؟ نعم، سلام.",
    "Nai\u{308}ve? nai\u{308}ve. NAÏVE naïve e\u{301}\u{302}\u{303} peace\u{301} treaty",
    "双方停火。战争结束了！🎉停火？“停火。”",
    "мир и война. МИР! Мир.",
    "\u{feff}The\u{a0}treaty\u{200b} holds.\u{200f} The trea\u{ad}ty can\u{ad}’t hold.",
    "𝕋𝕙𝕖 𝕒𝕣𝕞𝕪 attacked 𝟛 villages. 𐍈𐍈 agreed.",
    "the army … the village: attack; then (friendly) peace, never war!!",
    "\u{0}\u{1}peace\u{7f} talks\u{fffd}\u{ffff} war",
    "Mr. Roe agreed, but the U.S. Council never signed 3.5 treaties at 5 p.m. Friday.",
    "NOT PEACE. NEVER SIGN! NO ATTACK? NO.",
    "ﬁrst İstanbul ǅungla STRASSE straße peace",
];

/// Words that the made-up texts are strung together from.
const WORDS: &[&str] = &[
    "the",
    "The",
    "army",
    "attack",
    "attacked",
    "peace",
    "talks",
    "treaty",
    "war",
    "village",
    "signed",
    "sign",
    "agreed",
    "Roe",
    "Geneva",
    "Council",
    "not",
    "never",
    "didn’t",
    "won't",
    "3",
    "2,000",
    "and",
    "to",
    "friendly",
    "naïve",
    "🎉",
    "👍🏽",
    "停火",
    "мир",
    "سلام",
    "שלום",
    "e\u{301}tat",
    "cease-fire",
    "ceasefire",
    "(so)",
    "“yes”",
    "U.S.",
    "Mr.",
];
const STOPS: &[&str] = &[". ", "! ", "? ", "… ", ".\r\n", "\n\n", "。", ".” ", ", ", "; "];

/// Always the same made-up texts: a fixed generator, no library whose next version draws otherwise.
fn made_up() -> Vec<String> {
    let mut state = 1_u64;
    let mut draw = |n: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(state >> 40).unwrap_or(0) % n
    };
    let mut text = |words: usize| {
        let mut out = String::new();
        for _ in 0..words {
            out += WORDS[draw(WORDS.len())];
            out += if draw(6) == 0 { STOPS[draw(STOPS.len())] } else { " " };
        }
        out
    };
    let mut out: Vec<String> = (0..64).map(|i| text(4 + i % 13)).collect();
    out.push(text(600));
    out
}

fn texts() -> Vec<String> {
    let mut out: Vec<String> = TEXTS.iter().map(|&text| text.to_owned()).collect();
    for file in FILES.into_iter().chain(["limits"]) {
        out.extend(cases::read(file).1.into_iter().map(|case| case.text));
    }
    out.extend(made_up());
    out
}

#[test]
fn the_toy_model_file_is_the_golden_one() {
    golden::check("toy.stance", &toy_model().to_bytes());
}

#[test]
fn every_number_is_the_golden_one() {
    let model = Model::from_bytes(&toy_model().to_bytes()).unwrap();
    let predictor = Predictor::new(model);
    let topic = predictor.topic();
    let texts = texts();
    assert!(texts.len() >= 200, "only {} texts", texts.len());
    let topic_json = serde_json::to_string(&TopicView(topic)).unwrap();
    let mut out = format!("{{\n\"topic\": {topic_json},\n\"texts\": [");
    for (i, text) in texts.iter().enumerate() {
        let text_json = serde_json::to_string(text).unwrap();
        write!(out, "{}\n{{\"text\": {text_json}, \"sentences\": [", if i > 0 { "," } else { "" }).unwrap();
        let mut cursor = Utf16::new(text);
        for (j, sentence) in analyze(text, &predictor).iter().enumerate() {
            let why = explain(&text[sentence.span.range()], &predictor);
            assert_eq!(why.verdict, sentence.verdict);
            let start = cursor.at(sentence.span.start);
            let words = why.words.iter().map(|word| {
                let span = word.span.shift(sentence.span.start);
                Span::new(cursor.at(span.start), cursor.at(span.end))
            });
            let words = words.collect();
            let span = Span::new(start, cursor.at(sentence.span.end));
            let view = ExplanationView { span, words, explanation: &why, topic };
            // Serialised floats are the shortest that read back as the same bits.
            let view = serde_json::to_string(&view).unwrap();
            write!(out, "{}\n  {view}", if j > 0 { "," } else { "" }).unwrap();
        }
        out += "]}";
    }
    out += "\n]}\n";
    golden::check("parity.json", out.as_bytes());
}
