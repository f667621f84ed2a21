//! An encoder with a linear branch: its logits are the sums of both, and its words are explained by both, exactly.

use proptest::prelude::*;
use stancelight::{Explanation, Model, Predictor, Scorer, analyze, explain, removals, score, score_all};
use stancelight_tests::encoder::{
    SHAPE, encoder_model, random_weights, toy_encoder, toy_pieces, toy_wide_and_deep, wide_and_deep,
};
use stancelight_tests::{altered_toy, toy_model, words_in_order};

/// Names of several words and of one, marks, negation, other scripts, nothing.
const SENTENCES: &[&str] = &[
    "",
    " ",
    "…",
    "-- ,;: (“”)",
    "?!",
    "🎉🎉",
    "They sign the accord.",
    "Yesterday the United Arab Emirates shelled the port of North Korea!",
    "The Security Council of the United Nations did not attack, said Iran's envoy.",
    "“No,” said the U.S. envoy: it didn’t attack Port Said.",
    "the Bank, the Council and the The Hague",
    "THE SECURITY COUNCIL ATTACK",
    "停火协议。 e\u{301}cole 🎉 \u{202e}שלום\u{202c} İSTANBUL",
    "not not not attack attack no attack",
];

/// The words' shares and the bias are the logits, bit for bit, from whichever end; and the words stand in order.
fn add_up(text: &str, why: &Explanation) {
    for k in 0..why.bias.len() {
        let shares = || why.words.iter().map(|word| word.shares[k]);
        assert_eq!(shares().sum::<f64>() + why.bias[k], why.verdict.logits[k], "{text:?}");
        assert_eq!(shares().rev().fold(why.bias[k], |sum, share| sum + share), why.verdict.logits[k], "{text:?}");
    }
    words_in_order(text, why);
}

fn words<'t>(text: &'t str, why: &Explanation) -> Vec<&'t str> {
    why.words.iter().map(|word| &text[word.span.range()]).collect()
}

#[test]
fn says_the_sum_of_what_both_say() {
    let [wide, deep, both] = [toy_model(), toy_encoder(), toy_wide_and_deep()].map(Predictor::new);
    for text in SENTENCES {
        let [wide, deep, both] = [&wide, &deep, &both].map(|predictor| explain(text, predictor));
        add_up(text, &both);
        // Two roundings a word to 2⁻³⁰.
        let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-7, "{text:?}: {a} is not {b}");
        for k in 0..3 {
            close(both.verdict.logits[k], wide.verdict.logits[k] + deep.verdict.logits[k]);
            close(both.bias[k], wide.bias[k] + deep.bias[k]);
            // Every word is one of the linear scorer's or a mark; and each of either scorer's is in exactly one.
            let mut counted = 0;
            for word in &both.words {
                let within = |why: &Explanation| -> Vec<f64> {
                    let inside = |span: stancelight::Span| word.span.start <= span.start && span.end <= word.span.end;
                    why.words.iter().filter(|part| inside(part.span)).map(|part| part.shares[k]).collect()
                };
                let (linear, encoder) = (within(&wide), within(&deep));
                assert!(linear.len() <= 1 && !encoder.is_empty());
                close(word.shares[k], linear.iter().chain(&encoder).sum());
                counted += linear.len() + encoder.len();
            }
            assert_eq!(counted, wide.words.len() + deep.words.len(), "{text:?}");
        }
    }
}

#[test]
fn a_name_of_several_words_is_one_word() {
    let predictor = Predictor::new(toy_wide_and_deep());
    let text = "Yesterday the United Arab Emirates, not Chad, shelled the port.";
    let why = explain(text, &predictor);
    let expected = ["Yesterday", "the United Arab Emirates", ",", "not", "Chad", ",", "shelled", "the", "port", "."];
    assert_eq!(words(text, &why), expected);
    let without: Vec<&str> = removals(text, &predictor).map(|removal| &text[removal.span.range()]).collect();
    assert_eq!(without, expected);
    // Without the name it is another sentence, judged anew.
    let second = removals(text, &predictor).nth(1).unwrap();
    assert_eq!(second.verdict, score("Yesterday  , not Chad, shelled the port.", &predictor));
}

#[test]
fn one_by_one_or_all_together_is_the_same() {
    let predictor = Predictor::new(toy_wide_and_deep());
    let together: Vec<_> = score_all(SENTENCES.iter().copied(), &predictor).collect();
    let alone: Vec<_> = SENTENCES.iter().map(|sentence| score(sentence, &predictor)).collect();
    assert_eq!(together, alone);
    let text = "They sign the accord. The army shelled the port!";
    for sentence in analyze(text, &predictor) {
        assert_eq!(sentence.verdict, score(&text[sentence.span.range()], &predictor));
    }
}

#[test]
fn ten_thousand_tokens_are_a_sentence_too() {
    let predictor = Predictor::new(toy_wide_and_deep());
    let words = ["They ", "shelled ", "🎉 ", "e\u{301}cole ", "Iran ", "中", "qqq ", "didn't ", "attack "];
    let text: String = (0..10_000).map(|i| words[i * 7 % words.len()]).collect();
    let why = explain(&text, &predictor);
    assert!(why.words.len() > 10_000);
    add_up(&text, &why);
}

#[test]
fn answers_to_the_name_of_encoder() {
    let model = toy_wide_and_deep();
    assert_eq!(model.scorer.kind(), "encoder");
    assert_eq!((model.linear(), model.encoder()), (toy_model().linear(), toy_encoder().encoder()));
    assert_eq!(Predictor::new(model).kind(), "encoder");
    assert!(toy_model().encoder().is_none() && toy_encoder().linear().is_none());
}

/// Text that often holds words and names that the toy models know, and anything else besides.
fn text() -> impl Strategy<Value = String> {
    let words = [
        "accord", "Army", "attack", "Security", "Council", "not", "didn't", "port", "shelled", "sign", "the", "The",
        "40", "?", ",", "Iran", "“", ":", "U.N.",
    ];
    let word = prop_oneof![8 => prop::sample::select(words.to_vec()).prop_map(String::from), 2 => "\\PC{1,6}"];
    let joint = prop::sample::select(vec![" ", " ", " ", ""]);
    prop::collection::vec((word, joint), 0..40)
        .prop_map(|parts| parts.into_iter().map(|(word, joint)| word + joint).collect())
}

/// A branch of these scales and biases, and of settings that make other words of the same text.
fn branch(scale: f32, bias: f32, flags: [bool; 4]) -> Model {
    altered_toy(|linear| {
        linear.scale.iter_mut().for_each(|x| *x *= scale);
        linear.bias.iter_mut().for_each(|x| *x *= bias);
        let settings = &mut linear.settings;
        [settings.mask_names, settings.articles, settings.pairs, settings.length_norm] = flags;
    })
}

proptest! {
    #[test]
    fn shares_add_up_exactly(
        text in text(),
        seed in 0_u64..50,
        size in 0.01_f32..300.0,
        scale in prop::sample::select(&[0.001_f32, 0.37, 1.0, 25.0, 1e6, 1e30, f32::MAX / 2.0][..]),
        bias in prop::sample::select(&[0.001_f32, 1.0, 1e5, 1e30][..]),
        flags: [bool; 4],
    ) {
        let mut weights = random_weights(SHAPE, toy_pieces().len(), seed);
        weights.head.weights.iter_mut().for_each(|w| *w *= size);
        let deep = encoder_model(stancelight::Encoder::quantize(SHAPE, 8, toy_pieces(), &weights).unwrap());
        let predictor = Predictor::new(wide_and_deep(deep, branch(scale, bias, flags)));
        let why = explain(&text, &predictor);
        prop_assert_eq!(&why.verdict, &score(&text, &predictor));
        add_up(&text, &why);
    }
}

/// Whatever a file says: bounded, and exact.
#[test]
fn the_largest_numbers_stay_within_numbers() {
    let mut model = wide_and_deep(toy_encoder(), branch(f32::MAX / 2.0, f32::MAX / 2.0, [true, true, true, false]));
    let Scorer::WideAndDeep { linear, .. } = &mut model.scorer else { panic!("both") };
    linear.weights.iter_mut().for_each(|w| *w = if *w < 0 { i8::MIN } else { i8::MAX });
    let predictor = Predictor::new(model);
    let long = "the army shelled the port, no attack, ".repeat(3000);
    for text in SENTENCES.iter().copied().chain([&long[..]]) {
        let why = explain(text, &predictor);
        assert!(why.verdict.logits.iter().all(|z| z.abs() < 5e6), "{text:?}: {:?}", why.verdict);
        add_up(text, &why);
    }
}
