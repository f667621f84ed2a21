//! A linear scorer's part of the file.

use super::bytes::{Reader, Writer};
use super::words::{read_words, write_words};
use super::{ModelError, Result};
use crate::feature::{Feature, Settings};
use crate::linear::Linear;

pub(super) fn write_settings(out: &mut Writer, settings: &Settings) {
    let flags = [settings.mask_names, settings.negation, settings.pairs, settings.length_norm, settings.articles];
    out.number(flags.iter().enumerate().map(|(bit, &on)| u64::from(on) << bit).sum());
    out.len(settings.negators.len());
    for negator in &settings.negators {
        out.text(negator);
    }
}

pub(super) fn read_settings(input: &mut Reader<'_>) -> Result<Settings> {
    let at = input.at;
    let flags = input.number()?;
    if flags > 0b1_1111 {
        return Err(ModelError::invalid(at, "there is no such setting"));
    }
    let mut negators = Vec::new();
    for _ in 0..input.len(1)? {
        negators.push(input.text()?);
    }
    let on = |bit: u32| flags >> bit & 1 == 1;
    Ok(Settings { mask_names: on(0), negation: on(1), pairs: on(2), length_norm: on(3), articles: on(4), negators })
}

pub(super) fn write(out: &mut Writer, linear: &Linear) {
    write_words(out, &linear.words);
    out.ascending(linear.features.iter().map(|feature| feature.key()));
    for (&bias, &scale) in linear.bias.iter().zip(&linear.scale) {
        out.float(bias);
        out.float(scale);
    }
    // A label's weights together: alike neighbours compress better than a row's three strangers.
    let labels = linear.bias.len();
    for label in 0..labels {
        out.0.extend(linear.weights.iter().skip(label).step_by(labels).map(|&w| w.cast_unsigned()));
    }
}

pub(super) fn read(input: &mut Reader<'_>, settings: Settings, labels: usize) -> Result<Linear> {
    let words = read_words(input)?;
    let known = |feature: &Feature| {
        let (a, b) = feature.words();
        (a.max(b.unwrap_or(0)) as usize) < words.len()
    };
    let known = |key| Feature::from_key(key).filter(known);
    let features = input.ascending(known, "a feature names a word that is not there")?;
    let (mut bias, mut scale) = (Vec::new(), Vec::new());
    for _ in 0..labels {
        bias.push(input.float()?);
        scale.push(input.float()?);
    }
    let too_many = || ModelError::invalid(input.at, "there are too many weights");
    let size = features.len().checked_mul(labels).ok_or_else(too_many)?;
    let columns = input.take(size)?;
    let weights = match labels {
        2 => rows::<2>(columns),
        3 => rows::<3>(columns),
        _ => (0..size).map(|i| columns[i % labels * features.len() + i / labels].cast_signed()).collect(),
    };
    Ok(Linear { settings, words, features, bias, scale, weights })
}

/// A row of a weight a label for each feature, of a column a label; nearly every topic has two labels or three.
fn rows<const LABELS: usize>(columns: &[u8]) -> Vec<i8> {
    let features = columns.len() / LABELS;
    let columns: [&[u8]; LABELS] = std::array::from_fn(|label| &columns[label * features..][..features]);
    (0..features).map(|i| columns.map(|column| column[i].cast_signed())).collect::<Vec<_>>().into_flattened()
}
