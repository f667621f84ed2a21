//! The encoder: that it computes what its definition says, explains itself exactly, and can be given any text.

use proptest::prelude::*;
use stancelight::encoder::{AffineWeights, EncoderWeights, NormWeights, Piece, Pieces, Shape};
use stancelight::token::Tokens;
use stancelight::{Encoder, Predictor, explain, score, score_all};
use stancelight_tests::encoder::{SHAPE, encoder_model, random_weights, toy_encoder, toy_pieces, toy_wide_and_deep};
use stancelight_tests::words_in_order;

// ---- against the definition -----------------------------------------------------------------------

/// The definition, in `f64` and on the weights as training has them, with no thought of speed.
fn defined(weights: &EncoderWeights, shape: Shape, vocabulary: &Pieces, sentence: &str) -> Vec<f64> {
    let (mut tokens, mut pieces) = (Tokens::default(), Vec::new());
    tokens.fill(sentence);
    vocabulary.cut(&tokens, &mut pieces);
    let mut logits: Vec<f64> = weights.head.bias.iter().map(|&b| f64::from(b)).collect();
    for window in pieces.chunks(shape.positions) {
        for h in hidden(weights, shape, window) {
            let read = affine(&weights.head, &normed(&weights.norm, &h));
            for ((logit, read), &bias) in logits.iter_mut().zip(read).zip(&weights.head.bias) {
                *logit += (read - f64::from(bias)) / pieces.len() as f64;
            }
        }
    }
    logits
}

fn hidden(weights: &EncoderWeights, shape: Shape, window: &[Piece]) -> Vec<Vec<f64>> {
    let width = shape.width;
    let row = |table: &[f32], i: usize| table[i * width..][..width].to_vec();
    let mut stream: Vec<Vec<f64>> = (window.iter().enumerate())
        .map(|(i, piece)| {
            let rows = [
                row(&weights.pieces, piece.id as usize),
                row(&weights.positions, i),
                row(&weights.cases, piece.case as usize),
            ];
            (0..width).map(|j| rows.iter().map(|row| f64::from(row[j])).sum()).collect()
        })
        .collect();
    for layer in &weights.layers {
        let normal: Vec<_> = stream.iter().map(|x| normed(&layer.attention_norm, x)).collect();
        let map = |weights: &AffineWeights| normal.iter().map(|x| affine(weights, x)).collect::<Vec<_>>();
        let (query, key, value) = (map(&layer.query), map(&layer.key), map(&layer.value));
        let part = width / shape.heads;
        for (x, query) in stream.iter_mut().zip(&query) {
            let mut joined = vec![0.0; width];
            for from in (0..width).step_by(part) {
                let head = from..from + part;
                let product = |key: &Vec<f64>| head.clone().map(|j| query[j] * key[j]).sum::<f64>();
                let scores: Vec<f64> = key.iter().map(|key| product(key) / (part as f64).sqrt()).collect();
                for (p, value) in stancelight::softmax(&scores).iter().zip(&value) {
                    head.clone().for_each(|j| joined[j] += p * value[j]);
                }
            }
            add(x, &affine(&layer.output, &joined));
        }
        for x in &mut stream {
            let mut inner = affine(&layer.inner, &normed(&layer.feed_norm, x));
            for u in &mut inner {
                let root = (2.0 / std::f64::consts::PI).sqrt();
                *u = 0.5 * *u * (1.0 + (root * (*u + 0.044_715 * u.powi(3))).tanh());
            }
            add(x, &affine(&layer.outer, &inner));
        }
    }
    stream
}

fn affine(map: &AffineWeights, x: &[f64]) -> Vec<f64> {
    let rows = map.weights.chunks_exact(x.len());
    let product = |row: &[f32]| row.iter().zip(x).map(|(&w, x)| f64::from(w) * x).sum::<f64>();
    rows.zip(&map.bias).map(|(row, &bias)| product(row) + f64::from(bias)).collect()
}

fn normed(norm: &NormWeights, x: &[f64]) -> Vec<f64> {
    let mean = x.iter().sum::<f64>() / x.len() as f64;
    let variance = x.iter().map(|x| (x - mean).powi(2)).sum::<f64>() / x.len() as f64;
    let unit = x.iter().map(|x| (x - mean) / (variance + 1e-5).sqrt());
    unit.zip(norm.gain.iter().zip(&norm.bias)).map(|(x, (&g, &b))| x * f64::from(g) + f64::from(b)).collect()
}

fn add(x: &mut [f64], y: &[f64]) {
    x.iter_mut().zip(y).for_each(|(x, y)| *x += y);
}

/// Weights that eight bits hold without loss, so that only the engine's own rounding is left to see.
fn on_the_grid(weights: &mut EncoderWeights, width: usize, feed_forward: usize) {
    let snap = |numbers: &mut Vec<f32>, width: usize| {
        for row in numbers.chunks_mut(width) {
            // Whole 64ths, of which the largest is 127: the scale is then 1/64.
            row.iter_mut().for_each(|x| *x = (*x * 64.0).round().clamp(-127.0, 127.0) / 64.0);
            row[0] = 127.0 / 64.0;
        }
    };
    for rows in [&mut weights.pieces, &mut weights.positions, &mut weights.cases] {
        snap(rows, width);
    }
    for layer in &mut weights.layers {
        for map in [&mut layer.query, &mut layer.key, &mut layer.value, &mut layer.output, &mut layer.inner] {
            snap(&mut map.weights, width);
        }
        snap(&mut layer.outer.weights, feed_forward);
    }
}

#[test]
fn computes_what_is_defined() {
    let shapes = [
        SHAPE,
        Shape { layers: 1, width: 8, heads: 1, feed_forward: 8, positions: 3 },
        Shape { layers: 3, width: 24, heads: 3, feed_forward: 48, positions: 5 },
        Shape { layers: 1, width: 40, heads: 8, feed_forward: 16, positions: 128 },
    ];
    for (seed, shape) in (1..).zip(shapes) {
        let vocabulary = toy_pieces();
        let mut weights = random_weights(shape, vocabulary.len(), seed);
        on_the_grid(&mut weights, shape.width, shape.feed_forward);
        let encoder = Encoder::quantize(shape, 8, vocabulary.clone(), &weights).unwrap();
        let predictor = Predictor::new(encoder_model(encoder));
        for sentence in SENTENCES {
            let (got, exact) = (score(sentence, &predictor).logits, defined(&weights, shape, &vocabulary, sentence));
            for (got, exact) in got.iter().zip(&exact) {
                assert!((got - exact).abs() < 3e-3, "{shape:?} {sentence:?}: {got} is not {exact}");
            }
        }
    }
}

const SENTENCES: &[&str] = &[
    "",
    "They sign.",
    "The army shelled the port!",
    "“No,” said Iran's envoy: the U.N. did n't sign it.",
    "They attack and attack and attack and attack and attack and attack and attack and attack and attack.",
    "qqq zzz xxx",
    "停火协议。",
    "e\u{301}cole 🎉 \u{202e}שלום\u{202c}",
];

// ---- what the types cannot say ---------------------------------------------------------------------

#[test]
fn weights_of_another_shape_are_refused() {
    type Alter = fn(&mut EncoderWeights, &mut Shape);
    let refused = |alter: Alter| {
        let (mut weights, mut shape) = (random_weights(SHAPE, toy_pieces().len(), 1), SHAPE);
        alter(&mut weights, &mut shape);
        Encoder::quantize(shape, 8, toy_pieces(), &weights).unwrap_err().to_string()
    };
    let cases: [(&str, Alter); 10] = [
        ("`heads` must divide the width", |_, shape| shape.heads = 3),
        ("`heads` must divide the width", |_, shape| shape.heads = 0),
        ("`width` must be a multiple of 8", |_, shape| shape.width = 0),
        ("`layers` must be 2 in number, not 1", |weights, _| weights.layers.truncate(1)),
        ("`pieces` must be 960 in number, not 961", |weights, _| weights.pieces.push(0.0)),
        ("`layers[1].outer.weights` must be", |weights, _| weights.layers[1].outer.weights.truncate(9)),
        ("`layers[0].query.bias` must be numbers", |weights, _| weights.layers[0].query.bias[3] = f32::NAN),
        ("`cases` must be numbers within", |weights, _| weights.cases[0] = f32::INFINITY),
        ("`head.bias` must be one number a label", |weights, _| weights.head = AffineWeights::default()),
        ("`norm.gain` must be 16 in number", |weights, _| weights.norm.gain.clear()),
    ];
    for (expected, alter) in cases {
        let message = refused(alter);
        assert!(message.contains(expected), "{message}");
    }
}

// ---- any text -------------------------------------------------------------------------------------

/// Text that often holds the toy encoder's pieces, and anything else besides.
fn text() -> impl Strategy<Value = String> {
    let words =
        ["accord", "Army", "attacked", "Council", "not", "didn't", "port", "shelling", "sign", "the", "40", "?", ","];
    let word = prop_oneof![8 => prop::sample::select(words.to_vec()).prop_map(String::from), 2 => "\\PC{1,6}"];
    prop::collection::vec(word, 0..40).prop_map(|words| words.join(" "))
}

proptest! {
    #[test]
    fn shares_add_up_exactly(text in text(), seed in 0_u64..50, size in 0.01_f32..300.0, backwards: bool) {
        let mut weights = random_weights(SHAPE, toy_pieces().len(), seed);
        weights.head.weights.iter_mut().for_each(|w| *w *= size);
        let encoder = Encoder::quantize(SHAPE, 8, toy_pieces(), &weights).unwrap();
        let predictor = Predictor::new(encoder_model(encoder));
        let why = explain(&text, &predictor);
        prop_assert_eq!(&why.verdict, &score(&text, &predictor));
        for k in 0..3 {
            let mut shares: Vec<f64> = why.words.iter().map(|word| word.shares[k]).collect();
            if backwards {
                shares.reverse();
            }
            // Not close: equal, and in any order.
            prop_assert_eq!(shares.iter().sum::<f64>() + why.bias[k], why.verdict.logits[k]);
            prop_assert_eq!(shares.iter().fold(why.bias[k], |sum, share| sum + share), why.verdict.logits[k]);
        }
        words_in_order(&text, &why);
    }
}

#[test]
fn the_largest_parameters_stay_within_numbers() {
    let mut weights = random_weights(SHAPE, toy_pieces().len(), 3);
    let huge = |numbers: &mut Vec<f32>| numbers.iter_mut().for_each(|x| *x = 1e4_f32.copysign(*x));
    for numbers in [&mut weights.pieces, &mut weights.positions, &mut weights.cases, &mut weights.head.weights] {
        huge(numbers);
    }
    for layer in &mut weights.layers {
        huge(&mut layer.attention_norm.gain);
        huge(&mut layer.feed_norm.gain);
        for map in
            [&mut layer.query, &mut layer.key, &mut layer.value, &mut layer.output, &mut layer.inner, &mut layer.outer]
        {
            huge(&mut map.weights);
            huge(&mut map.bias);
        }
    }
    huge(&mut weights.norm.gain);
    let predictor = Predictor::new(encoder_model(Encoder::quantize(SHAPE, 8, toy_pieces(), &weights).unwrap()));
    for verdict in score_all(SENTENCES.iter().copied(), &predictor) {
        assert!(verdict.logits.iter().all(|z| z.is_finite()), "{verdict:?}");
        assert!((verdict.probabilities.iter().sum::<f64>() - 1.0).abs() < 1e-9, "{verdict:?}");
    }
}

#[test]
fn a_sentence_without_words_has_the_bias() {
    for predictor in [toy_encoder(), toy_wide_and_deep()].map(Predictor::new) {
        for sentence in ["", " ", "\u{200b}", "--"] {
            let why = explain(sentence, &predictor);
            assert_eq!((why.words.len(), &why.bias), (0, &why.verdict.logits), "{sentence:?}");
        }
    }
}

#[test]
fn windows_of_a_long_sentence_do_not_see_each_other() {
    let predictor = Predictor::new(toy_encoder());
    let first = "they sign the accord and the army at the port said no".to_owned();
    let second = "it did attack the council of the envoy and he did not";
    let (long, alone) = (explain(&format!("{first} {second}"), &predictor), explain(&first, &predictor));
    assert_eq!((alone.words.len(), long.words.len()), (SHAPE.positions, 2 * SHAPE.positions));
    for (long, alone) in long.words.iter().zip(&alone.words) {
        for (long, alone) in long.shares.iter().zip(&alone.shares) {
            // The mean is over twice as many pieces, and shares are rounded.
            assert!((2.0 * long - alone).abs() < 1e-8, "{long} {alone}");
        }
    }
}

#[test]
fn ten_thousand_tokens_are_a_sentence_too() {
    let predictor = Predictor::new(toy_encoder());
    let words = ["They ", "shelled ", "🎉 ", "e\u{301}cole ", "שלום ", "中", "qqq ", "didn't "];
    let text: String = (0..10_000).map(|i| words[i * 7 % words.len()]).collect();
    let why = explain(&text, &predictor);
    assert!(why.words.len() > 10_000);
    let mut at = 0;
    for word in &why.words {
        assert!(word.span.start >= at && !text[word.span.range()].contains(' '));
        at = word.span.end;
    }
    for k in 0..3 {
        let sum: f64 = why.words.iter().map(|word| word.shares[k]).sum();
        assert_eq!(sum + why.bias[k], why.verdict.logits[k]);
    }
}
