//! The model file as an attacker, a bad disk or an old program would hand it over.

use stancelight::{Model, ModelError};
use stancelight_tests::toy_model;

/// Where the version stands, and how long the file's head is.
const VERSION_AT: usize = 8;
const HEAD: usize = 12;

fn load(bytes: &[u8]) -> Result<Model, ModelError> {
    Model::from_bytes(bytes)
}

/// The body with the checksum that fits it: gets past the first gate.
fn sealed(body: &[u8]) -> Vec<u8> {
    let mut out = body.to_vec();
    out.extend(crc32fast::hash(body).to_le_bytes());
    out
}

#[test]
fn the_same_model_comes_back_and_gives_the_same_bytes() {
    let model = toy_model();
    let bytes = model.to_bytes();
    let back = load(&bytes).unwrap();
    assert_eq!(back, model);
    assert_eq!(back.to_bytes(), bytes);
}

#[test]
fn a_file_cut_anywhere_is_an_error_that_says_so() {
    let bytes = toy_model().to_bytes();
    assert!(load(&[]).unwrap_err().to_string().contains("not a Stancelight model"));
    for len in 1..bytes.len() {
        let error = load(&bytes[..len]).unwrap_err();
        assert!(!error.is_newer_version(), "{len}: {error}");
        if len <= HEAD {
            assert!(error.to_string().contains("cut short"), "{len}: {error}");
        }
    }
}

#[test]
fn any_single_flipped_bit_is_an_error() {
    let mut bytes = toy_model().to_bytes();
    for at in 0..bytes.len() {
        for bit in 0..8 {
            bytes[at] ^= 1 << bit;
            let error = load(&bytes).expect_err("a flipped bit was read as a model");
            let in_version = (VERSION_AT..HEAD).contains(&at);
            assert!(in_version || !error.is_newer_version(), "byte {at}, bit {bit}: {error}");
            bytes[at] ^= 1 << bit;
        }
    }
    assert!(load(&bytes).is_ok());
}

#[test]
fn a_newer_version_is_refused_by_its_number() {
    let mut bytes = toy_model().to_bytes();
    for version in [2_u32, 7, 4_000_000_000] {
        bytes[VERSION_AT..HEAD].copy_from_slice(&version.to_le_bytes());
        // Nothing behind the version can be known, not even a checksum.
        for bytes in [&bytes[..], &bytes[..HEAD]] {
            let error = load(bytes).unwrap_err();
            assert!(error.is_newer_version());
            let said = error.to_string();
            assert!(said.contains(&version.to_string()) && said.contains("update"), "{said}");
        }
    }
    bytes[VERSION_AT..HEAD].copy_from_slice(&0_u32.to_le_bytes());
    assert!(!load(&bytes).unwrap_err().is_newer_version());
}

#[test]
fn a_transfer_that_rewrote_line_ends_is_no_model() {
    let bytes = toy_model().to_bytes();
    let unix: Vec<u8> = bytes.iter().copied().filter(|&b| b != b'\r').collect();
    assert!(load(&unix).unwrap_err().to_string().contains("not a Stancelight model"));
}

/// A length of terabytes, written over every byte of a file whose checksum then fits: were one believed
/// before it is checked, the allocation would abort this program.
#[test]
fn absurd_lengths_are_refused_before_anything_is_allocated() {
    let bytes = toy_model().to_bytes();
    let body = &bytes[..bytes.len() - 4];
    for exponent in [31, 40, 47, 62] {
        let mut absurd = Vec::new();
        let mut n = 1_u64 << exponent;
        while n >= 0x80 {
            absurd.push((n & 0x7f) as u8 | 0x80);
            n >>= 7;
        }
        absurd.push(n as u8);
        for at in HEAD..body.len() {
            let mut altered = body[..at].to_vec();
            altered.extend(&absurd);
            altered.extend(&body[at + 1..]);
            // Most are errors; in the middle of a text the bytes may pass as text. None may panic.
            let _ = load(&sealed(&altered));
            let _ = load(&sealed(&altered[..at + absurd.len()]));
        }
    }
}

#[test]
fn altered_bytes_under_a_fitting_checksum_never_panic_and_what_loads_can_be_used() {
    let bytes = toy_model().to_bytes();
    let body = &bytes[..bytes.len() - 4];
    for at in HEAD..body.len() {
        for value in [0, 1, body[at] ^ 1, body[at].wrapping_add(1), 0x7f, 0x80, 0xff] {
            let mut altered = body.to_vec();
            altered[at] = value;
            if let Ok(model) = load(&sealed(&altered)) {
                assert_eq!(load(&model.to_bytes()).as_ref(), Ok(&model), "byte {at} as {value}");
                let predictor = stancelight::Predictor::new(model);
                let text = "The army won't attack 3 villages. Roe signed the peace treaty! 停火";
                for sentence in stancelight::analyze(text, &predictor) {
                    assert!(sentence.verdict.probabilities.iter().all(|p| p.is_finite()), "byte {at} as {value}");
                }
            }
        }
    }
}

#[test]
fn bytes_behind_the_model_are_refused() {
    let bytes = toy_model().to_bytes();
    let mut body = bytes[..bytes.len() - 4].to_vec();
    body.push(0);
    assert!(load(&sealed(&body)).unwrap_err().to_string().contains("more than a model"));
    let mut twice = bytes.clone();
    twice.extend(&bytes);
    assert!(load(&twice).is_err());
}

/// Errors say where, so that one can look.
#[test]
fn an_invalid_topic_is_named_by_its_field() {
    let mut model = toy_model();
    model.topic.labels[1].pole = 3.0;
    let said = load(&model.to_bytes()).unwrap_err().to_string();
    assert!(said.contains("labels[1].pole"), "{said}");
    let mut model = toy_model();
    model.linear.bias[0] = f32::NAN;
    let said = load(&model.to_bytes()).unwrap_err().to_string();
    assert!(said.contains("not finite"), "{said}");
}
