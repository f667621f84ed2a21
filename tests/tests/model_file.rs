//! The model file: what is written is what is read, and nothing else is.

use proptest::prelude::*;
use stancelight::encoder::EncoderWeights;
use stancelight::feature::Feature;
use stancelight::file::{MAGIC, VERSION};
use stancelight::{Encoder, Model, Predictor, score};
use stancelight_tests::encoder::{SHAPE, toy_encoder, toy_encoder_of, toy_pieces, toy_wide_and_deep};
use stancelight_tests::{altered_toy, toy_model};

#[test]
fn round_trip() {
    let packed = (2..=8).map(toy_encoder_of);
    for model in [toy_model(), toy_wide_and_deep()].into_iter().chain(packed) {
        let bytes = model.to_bytes();
        assert_eq!(Model::from_bytes(&bytes).unwrap(), model);
        assert_eq!(bytes, model.to_bytes());
        // Compiling loses nothing either.
        assert_eq!(Predictor::new(model.clone()).into_model(), model);
    }
}

/// An encoder's branch stands behind it, as its own file has it but for the topic and the facts.
#[test]
fn a_branch_stands_behind_its_encoder() {
    let [wide, deep, both] = [toy_model(), toy_encoder(), toy_wide_and_deep()].map(|model| model.to_bytes());
    let after = |bytes: &[u8], what: &[u8]| {
        let at = bytes.windows(what.len()).position(|window| window == what).unwrap();
        bytes[at + what.len()..bytes.len() - 4].to_vec()
    };
    let encoder = after(&deep, b"\x07encoder");
    let rest = after(&both, b"\x0dwide and deep");
    let branch = rest.strip_prefix(&encoder[..]).unwrap();
    let words = after(&wide, b"\x07made by\x04hand");
    assert!(branch.ends_with(&words) && branch.len() - words.len() < 100);
}

#[test]
fn an_unknown_kind_of_scorer_is_refused_by_name() {
    let mut body = toy_wide_and_deep().to_bytes();
    body.truncate(body.len() - 4);
    let kind = body.windows(13).position(|window| window == b"wide and deep").unwrap();
    body[kind] = b'h';
    let error = Model::from_bytes(&sealed(body)).unwrap_err().to_string();
    assert!(error.contains("unknown kind, \"hide and deep\"; update Stancelight"), "{error}");
}

#[test]
fn a_file_is_of_the_oldest_version_that_can_hold_it() {
    for (version, model) in
        [(1, toy_model()), (2, toy_encoder()), (2, toy_wide_and_deep()), (VERSION, toy_encoder_of(4))]
    {
        assert_eq!(model.to_bytes()[MAGIC.len()..][..4], version.to_le_bytes());
    }
}

#[test]
fn every_truncation_is_an_error() {
    for bytes in [toy_model(), toy_encoder(), toy_encoder_of(4), toy_wide_and_deep()].map(|model| model.to_bytes()) {
        for n in 0..bytes.len() {
            let error = Model::from_bytes(&bytes[..n]).unwrap_err().to_string();
            assert!(n == 0 || error.contains("cut short") || error.contains("damaged"), "{n} bytes: {error}");
        }
        assert!(Model::from_bytes(&[bytes, vec![0]].concat()).is_err());
    }
}

#[test]
fn every_flipped_bit_is_an_error() {
    for (model, bits) in [(toy_model(), 8), (toy_encoder(), 1), (toy_encoder_of(3), 1), (toy_wide_and_deep(), 1)] {
        let bytes = model.to_bytes();
        for (at, bit) in (0..bytes.len()).flat_map(|at| (0..bits).map(move |bit| (at, (at + bit) % 8))) {
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

/// An encoder's file with `bytes` in place of what follows its kind's name, `at` bytes on.
fn overwritten(at: usize, bytes: &[u8]) -> Vec<u8> {
    let mut body = toy_encoder().to_bytes();
    body.truncate(body.len() - 4);
    let kind = body.windows(8).position(|window| window == b"\x07encoder").unwrap();
    body[kind + 8 + at..][..bytes.len()].copy_from_slice(bytes);
    sealed(body)
}

/// In the toy's rows of sixteen numbers each has one step: with fewer bits a number and with it a file is smaller, and
/// what it says no further from the whole one's than the bits allow.
#[test]
fn fewer_bits_are_fewer_bytes_of_nearly_the_same() {
    let logits = |bits| score("The army did not attack the port.", &Predictor::new(toy_encoder_of(bits))).logits;
    let whole = logits(8);
    for (bits, apart) in [(7, 0.05), (6, 0.1), (5, 0.2), (4, 0.4)] {
        let found = logits(bits);
        let most = whole.iter().zip(&found).map(|(a, b)| (a - b).abs()).fold(0.0, f64::max);
        assert!(most < apart, "{bits} bits: {found:?} but {whole:?}");
        assert!(toy_encoder_of(bits).to_bytes().len() < toy_encoder_of(bits + 1).to_bytes().len(), "{bits} bits");
    }
    let error =
        |bits| Encoder::quantize(SHAPE, bits, toy_pieces(), &EncoderWeights::default()).unwrap_err().to_string();
    assert!([1, 9].iter().all(|&bits| error(bits).contains("`bits` must be 2 to 8")), "{}", error(9));
}

/// A step of none, and one with which a number would not fit its byte.
#[test]
fn steps_out_of_range_are_refused() {
    let mut body = toy_encoder_of(4).to_bytes();
    body.truncate(body.len() - 4);
    // Behind the last piece sixty rows: their scales, then their steps.
    let words = body.windows(4).rposition(|window| window == "🎉".as_bytes()).unwrap() + 4;
    for (step, is_fine) in [(0, false), (1, true), (18, true), (19, false), (0x80, false)] {
        let mut body = body.clone();
        body[words + 60 * 4] = step;
        let read = Model::from_bytes(&sealed(body));
        assert_eq!(read.is_ok(), is_fine, "{step}: {:?}", read.err());
    }
}

#[test]
fn an_encoder_that_lies_of_its_shape_is_refused() {
    // layers, width, heads, feed-forward, positions; each a byte here, and a number goes on where the high bit is set.
    let cases: [(usize, &[u8], &str); 13] = [
        (0, &[0], "`layers` must be"),
        (0, &[1], "invalid"),
        (0, &[3], "invalid"),
        (0, &[0xff, 0xff, 0x7f], "`layers` must be"),
        (1, &[0], "`width` must be"),
        (1, &[12], "`width` must be"),
        (1, &[64], "invalid"),
        (1, &[0xff; 11], "a number is too long"),
        (2, &[0], "`heads` must divide"),
        (2, &[3], "`heads` must divide"),
        (3, &[4], "`feed_forward` must be"),
        (4, &[0], "`positions` must be"),
        (5, &[0xff, 0xff, 0x7f], "a length is greater than the file"),
    ];
    for (at, bytes, expected) in cases {
        let error = Model::from_bytes(&overwritten(at, bytes)).unwrap_err().to_string();
        assert!(error.contains(expected), "{at} {bytes:?}: {error}");
    }
}

#[test]
fn nonsense_in_a_sound_envelope_is_refused() {
    let infinite = altered_toy(|linear| linear.scale[1] = f32::NAN);
    let foreign = altered_toy(|linear| {
        linear.features.push(Feature::Pair(9999, 9999));
        linear.weights.extend([1, 1, 1]);
    });
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
    fn mutations_in_a_sound_envelope_never_panic(
        kind in 0_usize..4,
        at in 0_usize..20_000,
        from_the_end: bool,
        byte: u8,
        cut in 0_usize..40_000,
    ) {
        let bytes = [toy_model, toy_encoder, toy_wide_and_deep, || toy_encoder_of(5)][kind]().to_bytes();
        let mut body = bytes[..bytes.len() - 4].to_vec();
        let n = body.len();
        // A branch is a small part at the end.
        let at = if from_the_end { n - 1 - at % (n - 12).min(600) } else { 12 + at % (n - 12) };
        body[at] = byte;
        if cut < n - 12 {
            body.truncate(n - cut);
        }
        // Either refused, or a model that can be used and written again.
        if let Ok(model) = Model::from_bytes(&sealed(body)) {
            let predictor = Predictor::new(model.clone());
            let _ = stancelight::analyze("The army shelled the port. They did not sign the accord.", &predictor);
            prop_assert_eq!(Model::from_bytes(&model.to_bytes()).unwrap(), model);
        }
    }
}
