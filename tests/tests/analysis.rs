//! Scores and explanations: a golden that can be reckoned by hand, and exact additivity on anything.

use proptest::prelude::*;
use stancelight::{Predictor, analyze, explain, removals, score};
use stancelight_tests::encoder::toy_encoder;
use stancelight_tests::{altered_toy, golden, toy_model, words_in_order};
use std::fmt::Write;

const SENTENCES: &[&str] = &[
    "They sign the accord.",
    "They did not sign the accord.",
    "Iran shelled the port.",
    "Norway shelled the port.",
    "The army shelled the port.",
    "The army left the old port.",
    "The Security Council met.",
    "Will they attack?",
    "There was no attack.",
    "They never did. Attack!",
    "40 ships",
    "ATTACK SHELLED PORT",
    "“Sign,” said the United Nations",
    "naïve ★ 中文",
    "",
];

#[test]
fn explanations() {
    let predictor = Predictor::new(toy_model());
    let labels: Vec<&str> = predictor.topic().labels.iter().map(|label| label.name.as_str()).collect();
    let mut out = String::new();
    let cells = |values: &[f64]| {
        labels.iter().zip(values).map(|(label, value)| format!("{label} {value:+.4}")).collect::<Vec<_>>().join("  ")
    };
    for sentence in SENTENCES {
        let why = explain(sentence, &predictor);
        writeln!(out, "{sentence:?}\n  bias: {}", cells(&why.bias)).unwrap();
        for word in &why.words {
            writeln!(out, "  {:?}: {}", &sentence[word.span.range()], cells(&word.shares)).unwrap();
        }
        let verdict = &why.verdict;
        let sure = if verdict.sure { "sure" } else { "not sure" };
        writeln!(out, "  logits: {}", cells(&verdict.logits)).unwrap();
        writeln!(
            out,
            "  → {} {:.4}, {sure}, stance {:+.4}\n",
            labels[verdict.label],
            verdict.confidence(),
            verdict.score
        )
        .unwrap();
    }
    golden::check("explanations.txt", out.as_bytes());
}

#[test]
fn who_acts_does_not_decide() {
    let predictor = Predictor::new(toy_model());
    let verdict = |name: &str| score(&format!("Yesterday {name} shelled the port of {name}."), &predictor);
    let first = verdict("Iran");
    for name in ["Norway", "France", "the Central African Republic", "Al-Shabaab", "U.N."] {
        let other = verdict(name);
        assert_eq!(other.label, first.label, "{name}");
    }
    assert_eq!(verdict("Norway"), first);
}

#[test]
fn a_removal_is_the_sentence_without_the_word() {
    for model in [toy_model(), toy_encoder()] {
        let predictor = Predictor::new(model);
        for sentence in SENTENCES {
            let found: Vec<_> = removals(sentence, &predictor).collect();
            let words = explain(sentence, &predictor).words;
            assert_eq!(found.len(), words.len());
            for (removal, word) in found.iter().zip(words) {
                assert_eq!(removal.span, word.span);
                let rest = format!("{} {}", &sentence[..word.span.start], &sentence[word.span.end..]);
                assert_eq!(removal.verdict, score(&rest, &predictor), "{rest:?}");
            }
        }
    }
}

/// Text that often holds the toy model's words, and anything else besides.
fn text() -> impl Strategy<Value = String> {
    let word = prop_oneof![
        8 => prop::sample::select(vec!["accord", "Army", "attack", "Council", "not", "didn't", "port", "shelled", "sign", "the", "No", "40", "?", "!", ",", "."]).prop_map(String::from),
        2 => "\\PC{1,6}",
    ];
    prop::collection::vec(word, 0..40).prop_map(|words| words.join(" "))
}

proptest! {
    #[test]
    fn shares_add_up_exactly(
        text in text(),
        scale in prop::collection::vec(1e-6_f32..10.0, 3),
        bias in prop::collection::vec(-10.0_f32..10.0, 3),
        norm: bool,
    ) {
        let model = altered_toy(|linear| {
            linear.scale = scale;
            linear.bias = bias;
            linear.settings.length_norm = norm;
        });
        let predictor = Predictor::new(model);
        let why = explain(&text, &predictor);
        prop_assert_eq!(&why.verdict, &score(&text, &predictor));
        for k in 0..3 {
            let sum: f64 = why.words.iter().map(|word| word.shares[k]).sum();
            // Not close: equal.
            prop_assert_eq!(sum + why.bias[k], why.verdict.logits[k]);
        }
        let total: f64 = why.verdict.probabilities.iter().sum();
        prop_assert!((total - 1.0).abs() < 1e-12);
        words_in_order(&text, &why);
    }

    #[test]
    fn analysis_never_fails(text in "(\\PC|[\n\r\t\u{0}\u{ad}\u{200b}\u{301}])*") {
        for model in [toy_model(), toy_encoder()] {
            let predictor = Predictor::new(model);
            for sentence in analyze(&text, &predictor) {
                // One after the other or alone, in buffers used before or not.
                let alone = score(&text[sentence.span.range()], &predictor);
                prop_assert_eq!(alone, sentence.verdict);
            }
        }
    }
}
