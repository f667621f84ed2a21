//! An encoder's part of the file.
//!
//! Every tensor's length follows from the shape, which is checked first, and from the number of pieces that were
//! read; nothing is allocated that the file has no bytes for. Where numbers have fewer than eight bits, each group's step
//! stands before them.

use super::bytes::{Reader, Writer};
use super::words::{read_words, write_words};
use super::{Kind, ModelError, Result};
use crate::encoder::{
    Affine, AffineWeights, Case, Encoder, EncoderError, GROUP, Layer, MAX_PARAMETER, NormWeights, Pieces, Rows, Shape,
    check_bits, most, step,
};

/// Bits of a number, if the version does not say.
pub(super) const BITS: u32 = 8;

pub(super) fn write(out: &mut Writer, encoder: &Encoder) {
    let Shape { layers, width, heads, feed_forward, positions } = encoder.shape;
    for size in [layers, width, heads, feed_forward, positions] {
        out.len(size);
    }
    let bits = encoder.bits;
    if bits != BITS {
        out.number(bits.into());
    }
    write_words(out, encoder.vocabulary.words());
    for rows in [&encoder.pieces, &encoder.positions, &encoder.cases] {
        write_rows(out, rows, width, bits);
    }
    for layer in &encoder.layers {
        write_norm(out, &layer.attention_norm);
        for affine in [&layer.query, &layer.key, &layer.value, &layer.output] {
            write_affine(out, affine, width, bits);
        }
        write_norm(out, &layer.feed_norm);
        write_affine(out, &layer.inner, width, bits);
        write_affine(out, &layer.outer, feed_forward, bits);
    }
    write_norm(out, &encoder.norm);
    floats(out, &encoder.head.weights);
    floats(out, &encoder.head.bias);
}

fn write_affine(out: &mut Writer, affine: &Affine, inputs: usize, bits: u32) {
    write_rows(out, &affine.rows, inputs, bits);
    floats(out, &affine.bias);
}

fn write_norm(out: &mut Writer, norm: &NormWeights) {
    floats(out, &norm.gain);
    floats(out, &norm.bias);
}

fn write_rows(out: &mut Writer, rows: &Rows, width: usize, bits: u32) {
    floats(out, &rows.scales);
    if bits == BITS {
        out.0.extend(rows.values.iter().map(|value| value.cast_unsigned()));
        return;
    }
    let groups = || rows.values.chunks(width).flat_map(|row| row.chunks(GROUP));
    // An encoder has a step for each group; the smallest, so that the same encoder gives the same bytes.
    let steps: Vec<i8> = groups().map(|group| step(group, bits).unwrap_or(1)).collect();
    out.0.extend(steps.iter().map(|step| step.cast_unsigned()));
    out.packed(groups().zip(&steps).flat_map(|(group, step)| group.iter().map(move |x| x / step)), bits);
}

fn floats(out: &mut Writer, numbers: &[f32]) {
    numbers.iter().for_each(|&x| out.float(x));
}

pub(super) fn read(input: &mut Reader<'_>, labels: usize, tells_bits: bool) -> Result<Encoder> {
    let invalid = |error: EncoderError| ModelError { kind: Kind::Encoder(error) };
    let mut size = || Ok(usize::try_from(input.number()?).unwrap_or(usize::MAX));
    let shape = Shape { layers: size()?, width: size()?, heads: size()?, feed_forward: size()?, positions: size()? };
    shape.validate().map_err(invalid)?;
    let bits = if tells_bits { u32::try_from(input.number()?).unwrap_or(u32::MAX) } else { BITS };
    check_bits(bits).map_err(invalid)?;
    let read_rows = |input: &mut Reader<'_>, count, width| read_rows(input, count, width, bits);
    let read_affine = |input: &mut Reader<'_>, outputs, inputs| -> Result<Affine> {
        Ok(Affine { rows: read_rows(input, outputs, inputs)?, bias: read_floats(input, outputs)? })
    };
    let vocabulary = Pieces::from_ascending(read_words(input)?).map_err(invalid)?;
    let Shape { width, feed_forward, .. } = shape;
    let pieces = read_rows(input, vocabulary.len(), width)?;
    let positions = read_rows(input, shape.positions, width)?;
    let cases = read_rows(input, Case::COUNT, width)?;
    let mut layers = Vec::new();
    for _ in 0..shape.layers {
        layers.push(Layer {
            attention_norm: read_norm(input, width)?,
            query: read_affine(input, width, width)?,
            key: read_affine(input, width, width)?,
            value: read_affine(input, width, width)?,
            output: read_affine(input, width, width)?,
            feed_norm: read_norm(input, width)?,
            inner: read_affine(input, feed_forward, width)?,
            outer: read_affine(input, width, feed_forward)?,
        });
    }
    let norm = read_norm(input, width)?;
    let head = AffineWeights { weights: read_floats(input, labels * width)?, bias: read_floats(input, labels)? };
    Ok(Encoder { shape, bits, vocabulary, pieces, positions, cases, layers, norm, head })
}

fn read_norm(input: &mut Reader<'_>, width: usize) -> Result<NormWeights> {
    Ok(NormWeights { gain: read_floats(input, width)?, bias: read_floats(input, width)? })
}

fn read_rows(input: &mut Reader<'_>, count: usize, width: usize, bits: u32) -> Result<Rows> {
    let at = input.at;
    let scales = read_floats(input, count)?;
    if scales.iter().any(|&scale| !(0.0..=MAX_PARAMETER / 127.0).contains(&scale)) {
        return Err(ModelError::invalid(at, "a scale is out of its range"));
    }
    // The shape bounds the product far below what overflows.
    if bits == BITS {
        let values = input.take(count * width)?.iter().map(|value| value.cast_signed()).collect();
        return Ok(Rows { values, scales });
    }
    let at = input.at;
    let most = most(bits);
    let steps = input.take(count * width.div_ceil(GROUP))?;
    let fits = |step: u8| step.cast_signed() > 0 && step.cast_signed() <= i8::MAX / most;
    let mut numbers = input.packed(count * width, bits)?;
    let mut values = Vec::with_capacity(count * width);
    let mut all_fit = steps.iter().all(|&step| fits(step));
    for steps in steps.chunks(width.div_ceil(GROUP)) {
        for (i, step) in steps.iter().enumerate() {
            let group = GROUP.min(width - i * GROUP);
            values.extend(numbers.by_ref().take(group).map(|n| {
                all_fit &= n >= -most;
                n.wrapping_mul(step.cast_signed())
            }));
        }
    }
    if all_fit { Ok(Rows { values, scales }) } else { Err(ModelError::invalid(at, "a number is out of its range")) }
}

fn read_floats(input: &mut Reader<'_>, count: usize) -> Result<Vec<f32>> {
    let at = input.at;
    let (numbers, _) = input.take(count * 4)?.as_chunks::<4>();
    let numbers: Vec<f32> = numbers.iter().map(|&bytes| f32::from_le_bytes(bytes)).collect();
    if numbers.iter().all(|x| x.abs() <= MAX_PARAMETER) {
        Ok(numbers)
    } else {
        Err(ModelError::invalid(at, "a number is not finite or too large"))
    }
}
