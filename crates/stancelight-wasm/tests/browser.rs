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
const PARITY: &str = include_str!("../../../tests/goldens/parity.jsonl");

fn analyzer() -> Analyzer {
    Analyzer::load(MODEL).unwrap_or_else(|_| panic!("the toy model loads"))
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
    let mut analyzer = analyzer();
    let mut cases = 0;
    for line in PARITY.lines() {
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
            }
        }
        cases += 1;
    }
    assert!(cases > 190);
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
