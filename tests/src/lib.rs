//! What the suites share: goldens, and a model small enough to reckon by hand.

use stancelight::feature::{Feature, Settings, marker};
use stancelight::{Explanation, Label, Linear, Model, Scorer, Topic, Underline, Words};

pub mod encoder;
pub mod golden;

/// A topic of three labels.
pub fn toy_topic() -> Topic {
    let label = |name: &str, pole, underline| Label {
        name: name.to_owned(),
        pole,
        color: "#0072b2".to_owned(),
        color_dark: "#56b4e9".to_owned(),
        underline,
        meaning: format!("what is {name}"),
    };
    Topic {
        name: "toy".to_owned(),
        title: "Toy".to_owned(),
        question: "Is it good?".to_owned(),
        labels: vec![
            label("good", 1.0, Underline::Solid),
            label("plain", 0.0, Underline::None),
            label("bad", -1.0, Underline::Wavy),
        ],
        threshold: 0.6,
        provenance: "made up".to_owned(),
    }
}

/// A model of a dozen words whose weights one can add up in one's head.
pub fn toy_model() -> Model {
    let mut words: Vec<&str> = marker::ALL
        .into_iter()
        .chain(["accord", "army", "attack", "council", "no", "not", "port", "shelled", "sign", "the", "?"])
        .collect();
    words.sort_unstable();
    let id = |word: &str| u32::try_from(words.binary_search(&word).expect("a toy word")).expect("few words");
    let mut rows: Vec<(Feature, [i8; 3])> = vec![
        (Feature::Word(id("accord")), [60, -20, -40]),
        (Feature::Word(id("attack")), [-50, -30, 80]),
        (Feature::Word(id("shelled")), [-40, -60, 100]),
        (Feature::Word(id("sign")), [30, -10, -20]),
        (Feature::Word(id("council")), [5, 10, -15]),
        (Feature::Word(id("?")), [-5, 10, -5]),
        (Feature::Negated(id("attack")), [40, 20, -60]),
        (Feature::Negated(id("sign")), [-40, 0, 40]),
        (Feature::Pair(id(marker::NAME), id("shelled")), [-10, -5, 15]),
        (Feature::Pair(id("the"), id("accord")), [7, -3, -4]),
        (Feature::Pair(id(marker::START), id(marker::NUMBER)), [-6, 12, -6]),
        (Feature::Pair(id("port"), id("attack")), [-9, -2, 11]),
        (Feature::Pair(id("no"), id("attack")), [21, -11, -10]),
    ];
    rows.sort_by_key(|(feature, _)| feature.key());
    Model {
        topic: toy_topic(),
        facts: vec![("made by".to_owned(), "hand".to_owned())],
        scorer: Scorer::Linear(Linear {
            settings: Settings::default(),
            words: words.into_iter().collect::<Words>(),
            features: rows.iter().map(|(feature, _)| *feature).collect(),
            bias: vec![-0.25, 0.5, -0.125],
            scale: vec![0.05, 0.04, 0.06],
            weights: rows.iter().flat_map(|(_, weights)| *weights).collect(),
        }),
    }
}

/// The words of an explanation stand one after the other, each a piece of the text.
///
/// # Panics
/// If they do not.
pub fn words_in_order(text: &str, why: &Explanation) {
    let mut at = 0;
    for word in &why.words {
        assert!(word.span.start >= at && word.span.end > word.span.start);
        at = word.span.end;
        assert!(text.get(word.span.range()).is_some());
    }
}

/// The same model, with its scorer altered by `alter`.
pub fn altered_toy(alter: impl FnOnce(&mut Linear)) -> Model {
    let mut model = toy_model();
    if let Scorer::Linear(linear) = &mut model.scorer {
        alter(linear);
    }
    model
}
