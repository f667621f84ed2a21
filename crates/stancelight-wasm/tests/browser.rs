//! The engine in a real browser says what the native one wrote down.

#![cfg(target_arch = "wasm32")]
#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]

use js_sys::{JSON, Reflect};
use serde_json::Value;
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
        let sentences = value(&analyzer.analyze(text.clone()));
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
    let sentences = value(&analyzer.analyze(text.to_owned()));
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
    let sentences = value(&analyzer.analyze(String::from(text.clone())));
    let second = &sentences[1];
    let sliced = text.slice(second["start"].as_u64().unwrap() as u32, second["end"].as_u64().unwrap() as u32);
    assert_eq!(sliced.length(), 14);
    assert!(String::from(sliced).starts_with("They sign"));
}

#[wasm_bindgen_test]
fn an_index_out_of_range_is_undefined() {
    let mut analyzer = analyzer();
    assert!(analyzer.explain(0).is_undefined());
    analyzer.analyze("They sign.".to_owned());
    assert!(analyzer.explain(0).is_object());
    assert!(analyzer.explain(1).is_undefined());
}

#[wasm_bindgen_test]
fn a_text_can_be_read_a_few_sentences_at_a_time() {
    let text = "🎉 They sign. שלום attack! 👩‍👩‍👧 e\u{301}cole. The army shelled the port.\r\n\r\nNo.";
    for model in [MODEL, ENCODER] {
        let (mut whole, mut parts) = (loaded(model), loaded(model));
        let expected = value(&whole.analyze(text.to_owned()));
        let count = parts.begin(text.to_owned());
        assert_eq!(count, expected.as_array().unwrap().len());
        let mut found = Vec::new();
        for n in [0, 1, 2, 0, 100, 1] {
            found.extend(value(&parts.next(n)).as_array().unwrap().clone());
        }
        assert_eq!(Value::from(found), expected);
        assert_eq!(value(&parts.explain(2)), value(&whole.explain(2)));
        // Begun anew, nothing of the text before is left.
        assert_eq!(parts.begin("No.".to_owned()), 1);
        assert_eq!(value(&parts.next(9))[0]["end"], 3);
    }
}

#[wasm_bindgen_test]
fn a_removal_is_the_sentence_without_the_word() {
    let text = "🎉 They sign. The army shelled the port!";
    for model in [MODEL, ENCODER] {
        let mut analyzer = loaded(model);
        analyzer.analyze(text.to_owned());
        let (removals, words) = (value(&analyzer.removals(1)), value(&analyzer.explain(1)));
        let (removals, words) = (removals.as_array().unwrap(), words["words"].as_array().unwrap());
        assert_eq!(removals.len(), words.len());
        for (removal, word) in removals.iter().zip(words) {
            assert_eq!((&removal["start"], &removal["end"]), (&word["start"], &word["end"]));
        }
        // "shelled": in UTF-16 units two more than in characters before it.
        let without = value(&analyzer.score("The army   the port!"));
        let shelled = removals.iter().find(|removal| removal["start"] == 23).unwrap();
        assert_eq!(shelled["probabilities"], without["probabilities"]);
        assert!(analyzer.removals(2).is_undefined());
    }
}

#[wasm_bindgen_test]
fn models_of_both_kinds_live_side_by_side() {
    let mut handles: Vec<Analyzer> = [MODEL, ENCODER, MODEL, ENCODER].into_iter().map(loaded).collect();
    let said: Vec<Value> =
        handles.iter_mut().map(|analyzer| value(&analyzer.analyze("They sign the accord.".to_owned()))).collect();
    assert_eq!((&said[0], &said[1]), (&said[2], &said[3]));
    assert_ne!(said[0], said[1]);
    assert_eq!(handles.iter().map(Analyzer::kind).collect::<Vec<_>>(), ["linear", "encoder", "linear", "encoder"]);
    drop(handles.remove(0));
    assert_eq!(value(&handles[1].analyze("They sign the accord.".to_owned())), said[2]);
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
    let found = value(&stancelight_wasm::text::quotations(text));
    let units: Vec<u16> = text.encode_utf16().collect();
    let slice = |place: &Value| {
        let [start, end] = ["start", "end"].map(|key| usize::try_from(place[key].as_u64().unwrap()).unwrap());
        String::from_utf16(&units[start..end]).unwrap()
    };
    let said: Vec<String> = found.as_array().unwrap().iter().map(slice).collect();
    assert_eq!(said, ["“We agree,”", "“É 🎉 is done,”"]);
    assert_eq!(slice(&found[1]["speaker"]), "Karo");
    assert_eq!(found[0]["speaker"], found[1]["speaker"]);
    let sentences = stancelight_wasm::text::sentences(text);
    let spans = sentences.chunks(2).map(|span| String::from_utf16(&units[span[0] as usize..span[1] as usize]).unwrap());
    assert_eq!(spans.collect::<Vec<_>>(), ["🎉 “We agree,” said Karo.", "It rained.", "“É 🎉 is done,” said Karo."]);
}
