//! A linear scorer's part of the file.

use super::bytes::{Reader, Writer};
use super::words::{read_words, write_words};
use super::{ModelError, Result};
use crate::feature::{Feature, Settings};
use crate::linear::Linear;

pub(super) fn write_settings(out: &mut Writer, settings: &Settings) {
    let flags = [settings.mask_names, settings.negation, settings.pairs, settings.length_norm];
    out.number(flags.iter().enumerate().map(|(bit, &on)| u64::from(on) << bit).sum());
    out.len(settings.negators.len());
    for negator in &settings.negators {
        out.text(negator);
    }
}

pub(super) fn read_settings(input: &mut Reader<'_>) -> Result<Settings> {
    let at = input.at;
    let flags = input.number()?;
    if flags > 0b1111 {
        return Err(ModelError::invalid(at, "there is no such setting"));
    }
    let mut negators = Vec::new();
    for _ in 0..input.len(1)? {
        negators.push(input.text()?);
    }
    let on = |bit: u32| flags >> bit & 1 == 1;
    Ok(Settings { mask_names: on(0), negation: on(1), pairs: on(2), length_norm: on(3), negators })
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
    let known = words.len() as u64;
    let mut features = Vec::new();
    input.ascending(u64::MAX, |at, key| {
        let feature = Feature::from_key(key).filter(|feature| {
            let (a, b) = feature.words();
            u64::from(a) < known && b.is_none_or(|b| u64::from(b) < known)
        });
        features.push(feature.ok_or(ModelError::invalid(at, "a feature names a word that is not there"))?);
        Ok(())
    })?;
    let (mut bias, mut scale) = (Vec::new(), Vec::new());
    for _ in 0..labels {
        bias.push(input.float()?);
        scale.push(input.float()?);
    }
    let size = features.len().checked_mul(labels).ok_or(ModelError::invalid(input.at, "there are too many weights"))?;
    let columns = input.take(size)?;
    let mut weights = vec![0; size];
    for (label, column) in columns.chunks_exact(features.len().max(1)).enumerate() {
        for (row, &weight) in column.iter().enumerate() {
            weights[row * labels + label] = weight.cast_signed();
        }
    }
    Ok(Linear { settings, words, features, bias, scale, weights })
}
