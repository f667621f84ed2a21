//! The engine in a real browser says what the native one wrote down.

#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]

use js_sys::{JSON, Reflect};
use serde_json::{Map, Value, json};
use stancelight_wasm::Analyzer;
use wasm_bindgen::prelude::*;
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

const MODEL: &[u8] = include_bytes!("../../../tests/goldens/toy.stance");
const ENCODER: &[u8] = include_bytes!("../../../tests/goldens/encoder.stance");
const WIDE_AND_DEEP: &[u8] = include_bytes!("../../../tests/goldens/wide-and-deep.stance");

fn analyzer() -> Analyzer {
    loaded(MODEL)
}

fn loaded(model: &[u8]) -> Analyzer {
    Analyzer::load(model).unwrap_or_else(|_| panic!("the model loads"))
}

fn value(js: &JsValue) -> Value {
    let text = JSON::stringify(js).ok().and_then(|text| text.as_string()).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// What rows say, in the words that results have everywhere else.
fn told(analyzer: &Analyzer, rows: &[f64]) -> Value {
    let topic = value(&analyzer.topic());
    let labels: Vec<&str> =
        topic["labels"].as_array().unwrap().iter().map(|label| label["name"].as_str().unwrap()).collect();
    let sentence = |row: &[f64]| {
        let probabilities: Map<String, Value> =
            labels.iter().zip(&row[5..]).map(|(&label, &p)| (label.to_owned(), json!(p))).collect();
        let (start, end, label) = (row[0] as u64, row[1] as u64, labels[row[2] as usize]);
        json!({
            "start": start, "end": end, "label": label, "sure": row[3] == 1.0, "score": row[4],
            "probabilities": probabilities,
        })
    };
    rows.chunks(5 + labels.len()).map(sentence).collect()
}

/// What a model says of a text's sentences.
fn analysis(analyzer: &mut Analyzer, text: &str) -> Value {
    let rows = analyzer.analyze(&text.into());
    told(analyzer, &rows)
}

/// Equal, numbers to within 1e-6.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(a), Value::Number(b)) => (a.as_f64().unwrap() - b.as_f64().unwrap()).abs() <= 1e-6,
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| same(a, b)))
        }
        _ => a == b,
    }
}

#[wasm_bindgen_test]
fn says_what_the_native_engine_says() {
    check_parity(MODEL, include_str!("../../../tests/goldens/toy-parity.jsonl"), 190);
}

#[wasm_bindgen_test]
fn an_encoder_says_what_the_native_engine_says() {
    check_parity(ENCODER, include_str!("../../../tests/goldens/encoder-parity.jsonl"), 60);
}

#[wasm_bindgen_test]
fn an_encoder_with_a_branch_says_what_the_native_engine_says() {
    check_parity(WIDE_AND_DEEP, include_str!("../../../tests/goldens/wide-and-deep-parity.jsonl"), 30);
}

/// That a model says of at least so many texts what was written down.
fn check_parity(model: &[u8], parity: &str, least: usize) {
    let mut analyzer = loaded(model);
    let mut cases = 0;
    for line in parity.lines() {
        let case: Value = serde_json::from_str(line).unwrap();
        let text = case["text"].as_str().unwrap().to_owned();
        let sentences = analysis(&mut analyzer, &text);
        assert!(same(&sentences, &case["sentences"]), "{text:?}\n{sentences}\n{}", case["sentences"]);
        for (i, expected) in case["explanations"].as_array().unwrap().iter().enumerate() {
            let explanation = value(&analyzer.explain(i));
            assert!(same(&explanation, expected), "{text:?}\n{explanation}\n{expected}");
            for (label, logit) in explanation["logits"].as_object().unwrap() {
                let words = explanation["words"].as_array().unwrap().iter();
                let sum: f64 = words.map(|word| word["shares"][label].as_f64().unwrap()).sum();
                assert_eq!(sum + explanation["bias"][label].as_f64().unwrap(), logit.as_f64().unwrap());
                // Not close: the same bits.
                assert_eq!(logit.as_f64(), expected["logits"][label].as_f64(), "{text:?}");
            }
        }
        cases += 1;
    }
    assert!(cases >= least);
}

#[wasm_bindgen_test]
fn spans_slice_the_javascript_string() {
    let mut analyzer = analyzer();
    let text = "🎉 They sign.\r\n\r\nשלום attack! 👩‍👩‍👧 e\u{301}cole.";
    let sentences = analysis(&mut analyzer, text);
    let units = js_sys::JsString::from(text);
    let sliced: Vec<String> = sentences
        .as_array()
        .unwrap()
        .iter()
        .map(|s| units.slice(s["start"].as_u64().unwrap() as u32, s["end"].as_u64().unwrap() as u32).into())
        .collect();
    assert_eq!(sliced, ["🎉 They sign.", "שלום attack!", "👩‍👩‍👧 e\u{301}cole."]);
}

#[wasm_bindgen(inline_js = "export function loneSurrogates() { return 'a\\uD800 attack. They sign\\uDC00 it.'; }")]
extern "C" {
    #[wasm_bindgen(js_name = loneSurrogates)]
    fn lone_surrogates() -> js_sys::JsString;
}

#[wasm_bindgen_test]
fn lone_surrogates_keep_every_offset() {
    let mut analyzer = analyzer();
    let text = lone_surrogates();
    let sentences = {
        let rows = analyzer.analyze(&text);
        told(&analyzer, &rows)
    };
    let second = &sentences[1];
    let sliced = text.slice(second["start"].as_u64().unwrap() as u32, second["end"].as_u64().unwrap() as u32);
    assert_eq!(sliced.length(), 14);
    assert!(String::from(sliced).starts_with("They sign"));
}

#[wasm_bindgen_test]
fn an_index_out_of_range_is_undefined() {
    let mut analyzer = analyzer();
    assert!(analyzer.explain(0).is_undefined());
    analyzer.analyze(&"They sign.".into());
    assert!(analyzer.explain(0).is_object());
    assert!(analyzer.explain(1).is_undefined());
}

#[wasm_bindgen_test]
fn a_text_can_be_read_a_few_sentences_at_a_time() {
    let text = "🎉 They sign. שלום attack! 👩‍👩‍👧 e\u{301}cole. The army shelled the port.\r\n\r\nNo.";
    for model in [MODEL, ENCODER] {
        let (mut whole, mut parts) = (loaded(model), loaded(model));
        let expected = analysis(&mut whole, text);
        let count = parts.begin(&text.into());
        assert_eq!(count, expected.as_array().unwrap().len());
        let mut found = Vec::new();
        for n in [0, 1, 2, 0, 100, 1] {
            let rows = parts.next(n);
            found.extend(told(&parts, &rows).as_array().unwrap().clone());
        }
        assert_eq!(Value::from(found), expected);
        assert_eq!(value(&parts.explain(2)), value(&whole.explain(2)));
        // Begun anew, nothing of the text before is left.
        assert_eq!(parts.begin(&"No.".into()), 1);
        assert_eq!(parts.next(9)[1], 3.0);
    }
}

#[wasm_bindgen_test]
fn a_removal_is_the_sentence_without_the_word() {
    let text = "🎉 They sign. The army shelled the port!";
    for model in [MODEL, ENCODER] {
        let mut analyzer = loaded(model);
        analyzer.analyze(&text.into());
        let removals = told(&analyzer, &analyzer.removals(1).unwrap());
        let words = value(&analyzer.explain(1));
        let (removals, words) = (removals.as_array().unwrap(), words["words"].as_array().unwrap());
        assert_eq!(removals.len(), words.len());
        for (removal, word) in removals.iter().zip(words) {
            assert_eq!((&removal["start"], &removal["end"]), (&word["start"], &word["end"]));
        }
        // "shelled": in UTF-16 units two more than in characters before it.
        let without = told(&analyzer, &analyzer.score_all(&"The army   the port!".into(), &[20]));
        let shelled = removals.iter().find(|removal| removal["start"] == 23).unwrap();
        assert_eq!(shelled["probabilities"], without[0]["probabilities"]);
        assert!(analyzer.removals(2).is_none());
    }
}

#[wasm_bindgen_test]
fn several_sentences_are_judged_as_each_alone() {
    let sentences = ["They sign.", "", "🎉 שלום attack! 👩‍👩‍👧", "The army shelled. They sign.", "e\u{301}cole"];
    let mut ends = Vec::new();
    for sentence in sentences {
        ends.push(ends.last().map_or(0, |end| end + 1) + sentence.encode_utf16().count() as u32);
    }
    for model in [MODEL, ENCODER] {
        let analyzer = loaded(model);
        let alone: Vec<f64> = sentences
            .iter()
            .flat_map(|sentence| analyzer.score_all(&(*sentence).into(), &[sentence.encode_utf16().count() as u32]))
            .collect();
        assert_eq!(analyzer.score_all(&sentences.join("\n").into(), &ends), alone);
    }
    // Nonsense is bounded: ends that go back, or beyond the text.
    assert_eq!(analyzer().score_all(&"🎉 a".into(), &[1, 0, 99]).len(), 3 * 8);
    assert!(analyzer().score_all(&"".into(), &[]).is_empty());
}

#[wasm_bindgen_test]
fn models_of_both_kinds_live_side_by_side() {
    let mut handles: Vec<Analyzer> = [MODEL, ENCODER, MODEL, ENCODER].into_iter().map(loaded).collect();
    let said: Vec<Value> = handles.iter_mut().map(|analyzer| analysis(analyzer, "They sign the accord.")).collect();
    assert_eq!((&said[0], &said[1]), (&said[2], &said[3]));
    assert_ne!(said[0], said[1]);
    assert_eq!(handles.iter().map(Analyzer::kind).collect::<Vec<_>>(), ["linear", "encoder", "linear", "encoder"]);
    drop(handles.remove(0));
    assert_eq!(analysis(&mut handles[1], "They sign the accord."), said[2]);
}

#[wasm_bindgen_test]
fn errors_carry_codes() {
    let code = |bytes: &[u8]| {
        let error = Analyzer::load(bytes).err().unwrap();
        Reflect::get(&error, &"code".into()).unwrap().as_string().unwrap()
    };
    assert_eq!(code(b"no model"), "E_MODEL_FORMAT");
    assert_eq!(code(&MODEL[..40]), "E_MODEL_FORMAT");
    let mut newer = MODEL.to_vec();
    newer[8] = 9;
    assert_eq!(code(&newer), "E_MODEL_VERSION");
}

#[wasm_bindgen_test]
fn the_topic_is_a_plain_object() {
    let topic = value(&analyzer().topic());
    assert_eq!(topic["labels"][2]["underline"], "wavy");
    assert_eq!(topic["threshold"], 0.6);
    assert_eq!(topic["labels"][0]["colorDark"], "#56b4e9");
}

#[wasm_bindgen_test]
fn quotations_and_sentences_count_utf16_units() {
    let text = "🎉 “We agree,” said Karo. It rained.\n“É 🎉 is done,” said Karo.";
    let found = value(&stancelight_wasm::text::quotations(&text.into()));
    let units: Vec<u16> = text.encode_utf16().collect();
    let slice = |place: &Value| {
        let [start, end] = ["start", "end"].map(|key| usize::try_from(place[key].as_u64().unwrap()).unwrap());
        String::from_utf16(&units[start..end]).unwrap()
    };
    let said: Vec<String> = found.as_array().unwrap().iter().map(slice).collect();
    assert_eq!(said, ["“We agree,”", "“É 🎉 is done,”"]);
    assert_eq!(slice(&found[1]["speaker"]), "Karo");
    assert_eq!(found[0]["speaker"], found[1]["speaker"]);
    let sentences = stancelight_wasm::text::sentences(&text.into());
    let spans = sentences.chunks(2).map(|span| String::from_utf16(&units[span[0] as usize..span[1] as usize]).unwrap());
    assert_eq!(spans.collect::<Vec<_>>(), ["🎉 “We agree,” said Karo.", "It rained.", "“É 🎉 is done,” said Karo."]);
}
