//! The engine in a real browser, against the goldens that the native engine gives bit for bit.
//!
//! Everything goes through the JavaScript objects, not their Rust side, because strings and numbers
//! change on the way: that way is what is tested.
#![cfg(target_arch = "wasm32")]

use js_sys::{Array, Function, JSON, JsString, Reflect, Uint8Array};
use serde_json::Value;
use stancelight_wasm::Analyzer;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_test::{wasm_bindgen_test, wasm_bindgen_test_configure};

wasm_bindgen_test_configure!(run_in_browser);

const MODEL: &[u8] = include_bytes!("../../../tests/goldens/toy.stance");
const PARITY: &str = include_str!("../../../tests/goldens/parity.json");

/// Where a model file's version stands: behind the magic word.
const VERSION_AT: usize = 8;

fn analyzer() -> JsValue {
    Analyzer::load(MODEL).unwrap_or_else(|error| panic!("{error:?}")).into()
}

fn get(object: &JsValue, name: &str) -> JsValue {
    Reflect::get(object, &name.into()).unwrap_or_else(|_| panic!("no {name} in {object:?}"))
}

fn call(object: &JsValue, name: &str, argument: &JsValue) -> Result<JsValue, JsValue> {
    get(object, name).unchecked_into::<Function>().call1(object, argument)
}

fn analyze(analyzer: &JsValue, text: &JsValue) -> Array {
    call(analyzer, "analyze", text).unwrap_or_else(|error| panic!("{error:?}")).unchecked_into()
}

fn explain(analyzer: &JsValue, index: u32) -> JsValue {
    call(analyzer, "explain", &index.into()).unwrap_or_else(|error| panic!("{error:?}"))
}

fn number(object: &JsValue, name: &str) -> f64 {
    get(object, name).as_f64().unwrap_or_else(|| panic!("{name} of {object:?} is no number"))
}

fn plain(value: &JsValue) -> Value {
    let json = JSON::stringify(value).map(String::from).unwrap_or_default();
    serde_json::from_str(&json).unwrap_or_else(|error| panic!("{error}: {json}"))
}

fn parity() -> Value {
    serde_json::from_str(PARITY).unwrap_or_else(|error| panic!("parity.json: {error}"))
}

/// The same names and strings, equal offsets, other numbers within a millionth.
fn assert_alike(found: &Value, golden: &Value, at: &str) {
    match (found, golden) {
        (Value::Object(a), Value::Object(b)) => {
            let names = |map: &serde_json::Map<String, Value>| map.keys().cloned().collect::<Vec<_>>();
            assert_eq!(names(a), names(b), "{at}");
            for (name, value) in b {
                assert_alike(&a[name], value, &format!("{at}.{name}"));
            }
        }
        (Value::Array(a), Value::Array(b)) => {
            assert_eq!(a.len(), b.len(), "{at}");
            for (i, (a, b)) in a.iter().zip(b).enumerate() {
                assert_alike(a, b, &format!("{at}[{i}]"));
            }
        }
        (Value::Number(a), Value::Number(b)) => {
            let (a, b) = (a.as_f64().unwrap_or(f64::NAN), b.as_f64().unwrap_or(f64::NAN));
            let offset = at.ends_with(".start") || at.ends_with(".end");
            assert!(if offset { a == b } else { (a - b).abs() <= 1e-6 }, "{at}: {a} is not {b}");
        }
        _ => assert_eq!(found, golden, "{at}"),
    }
}

#[wasm_bindgen_test]
fn the_topic_is_the_golden_one() {
    assert_alike(&plain(&get(&analyzer(), "topic")), &parity()["topic"], "topic");
}

#[wasm_bindgen_test]
fn every_text_is_judged_and_explained_like_the_golden() {
    let (analyzer, parity) = (analyzer(), parity());
    let texts = parity["texts"].as_array().map_or(&[][..], Vec::as_slice);
    assert!(texts.len() >= 200);
    for golden in texts {
        let text = golden["text"].as_str().unwrap_or_else(|| panic!("no text in {golden}"));
        let sentences = analyze(&analyzer, &text.into());
        let expected = golden["sentences"].as_array().map_or(&[][..], Vec::as_slice);
        assert_eq!(sentences.length() as usize, expected.len(), "{text:?}");
        for (i, (sentence, expected)) in (0u32..).zip(sentences.iter().zip(expected)) {
            let why = plain(&explain(&analyzer, i));
            assert_alike(&why, expected, &format!("{text:?}[{i}]"));
            // The sentence is its explanation, less why.
            let sentence = plain(&sentence);
            let fields = sentence.as_object().map_or(0, serde_json::Map::len);
            assert_eq!(fields, 6, "{sentence}");
            for name in ["start", "end", "label", "sure", "score", "probabilities"] {
                assert_eq!(sentence[name], why[name], "{text:?}[{i}].{name}");
            }
        }
    }
}

#[wasm_bindgen_test]
fn shares_and_bias_are_exactly_the_logit() {
    let (analyzer, parity) = (analyzer(), parity());
    let mut sums = 0;
    for golden in parity["texts"].as_array().into_iter().flatten() {
        let sentences = analyze(&analyzer, &golden["text"].as_str().unwrap_or_default().into());
        for i in 0..sentences.length() {
            let why = explain(&analyzer, i);
            let (bias, logits) = (get(&why, "bias"), get(&why, "logits"));
            let words: Array = get(&why, "words").unchecked_into();
            for label in Reflect::own_keys(&logits).unwrap_or_default().iter() {
                let label = label.as_string().unwrap_or_default();
                let shares: f64 = words.iter().map(|word| number(&get(&word, "shares"), &label)).sum();
                assert_eq!(shares + number(&bias, &label), number(&logits, &label), "{label} of {golden}");
                sums += 1;
            }
        }
    }
    assert!(sums > 600, "only {sums} sums");
}

#[wasm_bindgen_test]
fn slices_are_the_sentences() {
    let text = JsString::from("🎉🎉 The army attacked. שלום לכולם!\r\nне мир? e\u{301}tat");
    let sentences = analyze(&analyzer(), &text);
    let slices: Vec<String> =
        sentences.iter().map(|s| text.slice(number(&s, "start") as u32, number(&s, "end") as u32).into()).collect();
    assert_eq!(slices, ["🎉🎉 The army attacked.", "שלום לכולם!", "не мир? e\u{301}tat"]);
}

/// Half an emoji, as a careless `slice` leaves it, counts as the one unit that it is.
#[wasm_bindgen_test]
fn lone_surrogates_keep_offsets() {
    let half = |unit: u16| JsString::from_char_code(&[unit]);
    let text = half(0xd83c)
        .concat(&" The army attacked.".into())
        .concat(&half(0xdf89))
        .concat(&" They agreed".into())
        .concat(&half(0xd83c))
        .concat(&half(0xd83c))
        .concat(&" on peace.".into());
    let analyzer = analyzer();
    let sentences = analyze(&analyzer, &text);
    let slices: Vec<JsString> =
        sentences.iter().map(|s| text.slice(number(&s, "start") as u32, number(&s, "end") as u32)).collect();
    assert_eq!(text.length(), 45);
    let last = sentences.get(sentences.length() - 1);
    assert_eq!(number(&last, "end"), 45.0);
    assert!(String::from(slices.last().cloned().unwrap_or_else(|| "".into())).ends_with("on peace."));
    let words: Array = get(&explain(&analyzer, sentences.length() - 1), "words").unchecked_into();
    let word = words.get(words.length() - 1);
    assert_eq!(String::from(text.slice(number(&word, "start") as u32, number(&word, "end") as u32)), "peace");
}

#[wasm_bindgen_test]
fn explaining_what_is_not_there_is_undefined() {
    let analyzer = analyzer();
    assert!(explain(&analyzer, 0).is_undefined(), "before any text");
    assert_eq!(analyze(&analyzer, &"They agreed. They signed.".into()).length(), 2);
    assert!(!explain(&analyzer, 1).is_undefined());
    assert!(explain(&analyzer, 2).is_undefined());
    assert!(explain(&analyzer, u32::MAX).is_undefined());
    assert_eq!(analyze(&analyzer, &"".into()).length(), 0);
    assert!(explain(&analyzer, 0).is_undefined(), "of the text before");
}

/// Loads through the class, as a page does.
fn load(bytes: &[u8]) -> Result<JsValue, JsValue> {
    call(&get(&analyzer(), "constructor"), "load", &Uint8Array::from(bytes))
}

fn code(error: &JsValue) -> String {
    assert!(error.is_instance_of::<js_sys::Error>(), "{error:?}");
    assert!(!String::from(error.unchecked_ref::<js_sys::Error>().message()).is_empty());
    get(error, "code").as_string().unwrap_or_default()
}

#[wasm_bindgen_test]
fn broken_bytes_have_their_code() {
    assert!(load(MODEL).is_ok());
    let mut flipped = MODEL.to_vec();
    flipped[MODEL.len() / 2] ^= 1;
    for bytes in [&[][..], b"<!doctype html>", &MODEL[..20], &MODEL[..MODEL.len() - 1], &flipped] {
        let error = load(bytes).expect_err("broken bytes were loaded");
        assert_eq!(code(&error), "E_MODEL_FORMAT");
    }
}

#[wasm_bindgen_test]
fn a_newer_model_has_its_code() {
    let mut newer = MODEL.to_vec();
    newer[VERSION_AT] = 99;
    let error = load(&newer).expect_err("a newer model was loaded");
    assert_eq!(code(&error), "E_MODEL_VERSION");
    let message = String::from(error.unchecked_into::<js_sys::Error>().message());
    assert!(message.contains("99"), "{message}");
}
