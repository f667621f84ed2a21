//! The model file: what is written is what is read, and nothing else is.

use proptest::prelude::*;
use stancelight::Model;
use stancelight::feature::Feature;
use stancelight::file::{MAGIC, VERSION};
use stancelight_tests::toy_model;

#[test]
fn round_trip() {
    let model = toy_model();
    let bytes = model.to_bytes();
    assert_eq!(Model::from_bytes(&bytes).unwrap(), model);
    assert_eq!(bytes, model.to_bytes());
}

#[test]
fn every_truncation_is_an_error() {
    let bytes = toy_model().to_bytes();
    for n in 0..bytes.len() {
        let error = Model::from_bytes(&bytes[..n]).unwrap_err().to_string();
        assert!(n == 0 || error.contains("cut short") || error.contains("damaged"), "{n} bytes: {error}");
    }
    assert!(Model::from_bytes(&[bytes, vec![0]].concat()).is_err());
}

#[test]
fn every_flipped_bit_is_an_error() {
    let bytes = toy_model().to_bytes();
    for at in 0..bytes.len() {
        for bit in 0..8 {
            let mut altered = bytes.clone();
            altered[at] ^= 1 << bit;
            assert!(Model::from_bytes(&altered).is_err(), "bit {bit} of byte {at}");
        }
    }
}

#[test]
fn a_newer_version_is_refused_by_name() {
    let mut bytes = toy_model().to_bytes();
    bytes[MAGIC.len()..MAGIC.len() + 4].copy_from_slice(&(VERSION + 7).to_le_bytes());
    let error = Model::from_bytes(&bytes).unwrap_err();
    assert!(error.is_newer_version());
    assert!(error.to_string().contains(&format!("version {}", VERSION + 7)), "{error}");
}

/// A file whose checksum is right but whose content is not: what a careless or hostile writer makes.
fn sealed(mut body: Vec<u8>) -> Vec<u8> {
    let checksum = crc32(&body);
    body.extend(checksum.to_le_bytes());
    body
}

/// The checksum as its specification defines it, bit by bit, independently of the library.
fn crc32(bytes: &[u8]) -> u32 {
    let mut crc = !0_u32;
    for &byte in bytes {
        crc ^= u32::from(byte);
        for _ in 0..8 {
            crc = if crc & 1 == 1 { (crc >> 1) ^ 0xEDB8_8320 } else { crc >> 1 };
        }
    }
    !crc
}

#[test]
fn colours_are_nothing_but_colours() {
    let mut model = toy_model();
    model.topic.labels[0].color = "red;}*{x:y".to_owned();
    let error = Model::from_bytes(&model.to_bytes()).unwrap_err().to_string();
    assert!(error.contains("labels[0].color"), "{error}");
}

#[test]
fn nonsense_in_a_sound_envelope_is_refused() {
    let mut infinite = toy_model();
    infinite.linear.scale[1] = f32::NAN;
    let mut foreign = toy_model();
    foreign.features.push(Feature::Pair(9999, 9999));
    foreign.linear.weights.extend([1, 1, 1]);
    let mut threshold = toy_model();
    threshold.topic.threshold = 2.0;
    for (name, model) in [("scale", infinite), ("feature", foreign), ("threshold", threshold)] {
        assert!(Model::from_bytes(&model.to_bytes()).is_err(), "{name}");
    }
}

proptest! {
    #[test]
    fn random_bytes_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        prop_assert!(Model::from_bytes(&bytes).is_err());
        let mut ours = MAGIC.to_vec();
        ours.extend(VERSION.to_le_bytes());
        ours.extend(bytes);
        prop_assert!(Model::from_bytes(&sealed(ours)).is_err());
    }

    #[test]
    fn mutations_in_a_sound_envelope_never_panic(at in 0_usize..2000, byte: u8, cut in 0_usize..2000) {
        let bytes = toy_model().to_bytes();
        let mut body = bytes[..bytes.len() - 4].to_vec();
        let n = body.len();
        body[12 + at % (n - 12)] = byte;
        if cut < n - 12 {
            body.truncate(n - cut);
        }
        // Either refused, or a model that can be used and written again.
        if let Ok(model) = Model::from_bytes(&sealed(body)) {
            let predictor = stancelight::Predictor::new(model.clone());
            let _ = stancelight::analyze("The army shelled the port. They did not sign the accord.", &predictor);
            prop_assert_eq!(Model::from_bytes(&model.to_bytes()).unwrap(), model);
        }
    }
}
