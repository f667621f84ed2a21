//! What holds for every text and every model, tried on random ones.

use proptest::collection::{btree_set, vec};
use proptest::prelude::*;
use stancelight::feature::{Feature, Settings, WordId, marker};
use stancelight::sentence::{MAX_SENTENCE_BYTES, sentences};
use stancelight::token::Tokens;
use stancelight::{Label, Linear, Model, Predictor, Topic, Underline, analyze, explain, score, score_all};
use stancelight_tests::toy_model;
use std::collections::BTreeSet;
use std::path::Path;
use std::sync::OnceLock;

/// Pieces that rules look at; random characters alone would hardly ever form an abbreviation.
const PIECES: &[&str] = &[
    "Mr.",
    "U.S.",
    "e.g.",
    "No.",
    "10",
    "3.5",
    "...",
    "…",
    ".",
    "!",
    "?",
    "?!",
    "\"",
    "“",
    "”",
    "'",
    "’",
    "«",
    "»",
    "(",
    ")",
    "[1]",
    "- ",
    "* ",
    "1. ",
    "(a) ",
    "\n",
    "\r\n",
    "\r",
    "\n\n",
    "\u{2028}",
    " ",
    "  ",
    "\u{a0}",
    "\u{200b}",
    "\u{200f}",
    "\u{feff}",
    "\u{ad}",
    "\u{301}",
    "🎉",
    "👩‍👩‍👧",
    "。",
    "？",
    "．",
    "؟",
    "।",
    "talks",
    "The",
    "Roe",
    "army",
    "attack",
    "peace",
    "sign",
    "signed",
    "won't",
    "didn't",
    "don’t",
    "not",
    "village",
    "treaty",
    "мир",
    "سلام",
    "שלום",
    "停火",
    "สันติ",
    "მშვიდობა",
    "ǅ",
    "İ",
    "ﬁ",
    "²",
    "٣",
    "\u{0}",
    "_",
    "http://a.b/c?d",
    "a@b.ge",
];

fn text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![6 => prop::sample::select(PIECES).prop_map(String::from), 1 => any::<char>().prop_map(String::from)];
    let pieces = vec((piece, prop::bool::weighted(0.6)), 0..60).prop_map(|pieces| {
        pieces.iter().map(|(piece, space)| format!("{piece}{}", if *space { " " } else { "" })).collect()
    });
    prop_oneof![3 => pieces, 1 => any::<String>()]
}

/// Models of the words in [`PIECES`] and of arbitrary ones, with any weight and any scale that a file can hold.
fn model() -> impl Strategy<Value = Model> {
    const KNOWN: &[&str] =
        &["attack", "army", "peace", "sign", "the", "talks", "n't", "not", "停", "火", "🎉", "!", "roe"];
    let settings = (any::<[bool; 4]>(), 0..=Settings::MAX_SKIP).prop_map(|(on, skip)| Settings {
        mask_names: on[0],
        negation: on[1],
        pairs: on[2],
        length_norm: on[3],
        skip,
        ..Settings::default()
    });
    let words =
        btree_set(prop_oneof![3 => prop::sample::select(KNOWN).prop_map(String::from), 1 => "\\PC{1,5}"], 1..20);
    let label = (-1.0_f32..=1.0, 0..Underline::ALL.len(), ".{0,12}");
    (settings, words, vec(label, 2..5), vec(any::<(u8, u32, u32, [i8; 4])>(), 0..80), vec(floats(), 5), any::<bool>())
        .prop_map(|(settings, mut words, labels, picks, floats, function)| {
            words.extend(marker::ALL.map(String::from));
            let n = labels.len();
            let id = |pick: u32| pick % u32::try_from(words.len()).expect("a few words");
            let rows: std::collections::BTreeMap<u64, (Feature, [i8; 4])> = picks
                .iter()
                .map(|&(kind, a, b, weights)| {
                    let feature = match kind % 4 {
                        0 => Feature::Word(id(a)),
                        1 => Feature::Negated(id(a)),
                        2 => Feature::Pair(id(a), id(b)),
                        _ => Feature::Skip(id(a), id(b)),
                    };
                    (feature.key(), (feature, weights))
                })
                .collect();
            let function: BTreeSet<WordId> = picks.iter().filter(|_| function).map(|pick| id(pick.2)).take(3).collect();
            Model {
                topic: topic(&labels, floats[4].0.abs().min(1.0)),
                settings,
                facts: vec![("seed".into(), labels[0].2.clone())],
                words: words.iter().map(String::as_str).collect(),
                function_words: function.into_iter().collect(),
                features: rows.values().map(|row| row.0).collect(),
                linear: Linear {
                    bias: floats.iter().map(|f| f.0).take(n).collect(),
                    scale: floats.iter().map(|f| f.1).take(n).collect(),
                    weights: rows.values().flat_map(|row| row.1.into_iter().take(n)).collect(),
                },
            }
        })
}

/// A bias and a scale: sensible ones mostly, sometimes anything finite.
fn floats() -> impl Strategy<Value = (f32, f32)> {
    use proptest::num::f32::{NORMAL, SUBNORMAL, ZERO};
    let any_finite = NORMAL | SUBNORMAL | ZERO;
    prop_oneof![4 => (-3.0_f32..3.0, 0.0001_f32..0.2), 1 => (any_finite, any_finite)]
}

fn topic(labels: &[(f32, usize, String)], threshold: f32) -> Topic {
    let labels = labels.iter().enumerate().map(|(i, (pole, underline, meaning))| Label {
        name: format!("label {i}"),
        pole: *pole,
        color: "#0072B2".into(),
        color_dark: "#56b4e9".into(),
        underline: Underline::ALL[*underline],
        meaning: meaning.clone(),
    });
    let (title, question) = ("Random".to_owned(), "Why?".to_owned());
    Topic { name: "random".into(), title, question, labels: labels.collect(), threshold, provenance: String::new() }
}

/// The repository's own models.
fn shipped() -> &'static [Predictor] {
    static MODELS: OnceLock<Vec<Predictor>> = OnceLock::new();
    MODELS.get_or_init(|| {
        let models = Path::new(env!("CARGO_MANIFEST_DIR")).join("../models");
        ["cooperation-threat", "news-sentiment"]
            .iter()
            .map(|topic| {
                let path = models.join(topic).join("model.stance");
                let bytes = std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
                Predictor::new(Model::from_bytes(&bytes).unwrap_or_else(|error| panic!("{}: {error}", path.display())))
            })
            .collect()
    })
}

/// Every fact about spans of sentences that callers rely on.
fn check_sentences(text: &str) -> Result<(), TestCaseError> {
    let mut outside = String::new();
    let mut last = 0;
    for span in sentences(text) {
        prop_assert!(last <= span.start && span.start < span.end && span.end <= text.len(), "{span:?} after {last}");
        // Indexing panics off character boundaries.
        let sentence = &text[span.range()];
        prop_assert!(sentence.len() <= MAX_SENTENCE_BYTES);
        prop_assert!(sentence.contains(char::is_alphanumeric), "{sentence:?}");
        prop_assert!(sentence.trim() == sentence, "{sentence:?}");
        outside += &text[last..span.start];
        last = span.end;
    }
    outside += &text[last..];
    prop_assert!(!outside.contains(char::is_alphanumeric), "left out: {outside:?}");
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 512, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn sentences_are_in_order_and_hold_every_letter_and_digit(text in text()) {
        check_sentences(&text)?;
    }

    /// A sentence alone is that sentence, or what was joined only because of its surroundings.
    #[test]
    fn cutting_again_finds_nothing_new_outside(text in text()) {
        for span in sentences(&text) {
            check_sentences(&text[span.range()])?;
        }
    }

    #[test]
    fn endless_sentences_are_bounded(unit in text(), times in 1_usize..400, tail in "[.!? ]{0,2000}") {
        check_sentences(&(unit.replace(['\n', '\r'], "") + &tail).repeat(times.min(40)))?;
        check_sentences(&(unit + &".".repeat(times * 60)))?;
    }

    #[test]
    fn tokens_are_in_order_and_on_boundaries(text in text()) {
        let mut tokens = Tokens::default();
        // What an earlier text left in the buffers must not matter.
        tokens.fill("Earlier, she didn't.");
        tokens.fill(&text);
        let mut last = 0;
        let mut outside = String::new();
        for (token, form) in tokens.iter() {
            prop_assert!(last <= token.span.start && token.span.start < token.span.end, "{token:?} after {last}");
            outside += &text[last..token.span.start];
            prop_assert!(!text[token.span.range()].contains(char::is_whitespace));
            prop_assert!(!form.is_empty() && !form.contains(char::is_whitespace) && !form.contains('<') | (form == "<"));
            last = token.span.end;
        }
        outside += &text[last..];
        prop_assert!(!outside.contains(char::is_alphanumeric), "left out: {outside:?}");
    }

    #[test]
    fn explanations_add_up_exactly(text in text(), model in model()) {
        let predictor = Predictor::new(model);
        let judged = analyze(&text, &predictor);
        for sentence in &judged {
            check_explanation(&text[sentence.span.range()], &predictor)?;
            prop_assert_eq!(&score(&text[sentence.span.range()], &predictor), &sentence.verdict);
        }
        check_explanation(&text, &predictor)?;
        let again: Vec<_> = score_all(judged.iter().map(|s| &text[s.span.range()]), &predictor).collect();
        prop_assert!(again.iter().eq(judged.iter().map(|s| &s.verdict)));
    }

    #[test]
    fn explanations_of_the_toy_add_up_exactly(text in text()) {
        check_explanation(&text, &Predictor::new(toy_model()))?;
    }

    #[test]
    fn explanations_of_the_shipped_models_add_up_exactly(text in text()) {
        for predictor in shipped() {
            for sentence in analyze(&text, predictor) {
                check_explanation(&text[sentence.span.range()], predictor)?;
            }
        }
    }

    #[test]
    fn models_come_back_from_their_bytes(model in model()) {
        let bytes = model.to_bytes();
        let back = Model::from_bytes(&bytes);
        prop_assert_eq!(back.as_ref(), Ok(&model));
        prop_assert_eq!(model.to_bytes(), bytes);
    }

    #[test]
    fn random_bytes_are_no_model_and_no_panic(tail in vec(any::<u8>(), 0..300), keep in 0_usize..200) {
        prop_assert!(Model::from_bytes(&tail).is_err());
        // Random behind a sound beginning, under a checksum that fits.
        let mut bytes = toy_model().to_bytes();
        bytes.truncate(12 + keep);
        bytes.extend(&tail);
        prop_assert!(Model::from_bytes(&bytes).is_err());
        bytes.extend(crc32fast::hash(&bytes).to_le_bytes());
        prop_assert!(Model::from_bytes(&bytes).is_err());
    }
}

fn check_explanation(sentence: &str, predictor: &Predictor) -> Result<(), TestCaseError> {
    let why = explain(sentence, predictor);
    prop_assert_eq!(&why.verdict, &score(sentence, predictor));
    let verdict = &why.verdict;
    let mut last = 0;
    for word in &why.words {
        prop_assert!(last <= word.span.start && word.span.start < word.span.end);
        prop_assert!(sentence.get(word.span.range()).is_some());
        last = word.span.end;
    }
    for (label, &logit) in verdict.logits.iter().enumerate() {
        let sum = |shares: &mut dyn Iterator<Item = f64>| shares.sum::<f64>() + why.bias[label];
        let forth = sum(&mut why.words.iter().map(|word| word.shares[label]));
        let back = sum(&mut why.words.iter().rev().map(|word| word.shares[label]));
        prop_assert!(logit.is_finite());
        prop_assert_eq!(forth, logit);
        prop_assert_eq!(back, logit);
    }
    let total: f64 = verdict.probabilities.iter().sum();
    prop_assert!((total - 1.0).abs() < 1e-12, "{total}");
    prop_assert!(verdict.probabilities.iter().all(|&p| (0.0..=verdict.confidence()).contains(&p)));
    prop_assert!((-1.0..=1.0).contains(&(verdict.score * (1.0 - 1e-12))));
    prop_assert_eq!(verdict.sure, verdict.confidence() >= f64::from(predictor.topic().threshold));
    Ok(())
}
