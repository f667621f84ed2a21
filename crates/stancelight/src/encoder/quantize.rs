//! What training makes, and the one way from there to an [`Encoder`]: `f32` tensors come in, signed bytes with one
//! scale a row go out.
//!
//! Where a number is to have fewer than eight bits, a row's bytes are, in groups of [`GROUP`], whole multiples of a step:
//! scales of groups as they are usual (Dettmers and Zettlemoyer 2023), but in units of the row's, so that the scorer
//! computes with signed bytes and one scale a row whatever the file has.

use super::{Affine, Case, Encoder, EncoderError, Layer, MAX_PARAMETER, Pieces, Rows, Shape};

/// Every parameter of an encoder as training has it. Matrices lie row after row, a row for each output.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EncoderWeights {
    /// Pieces × width.
    pub pieces: Vec<f32>,
    /// Positions × width.
    pub positions: Vec<f32>,
    /// [`Case::COUNT`] × width.
    pub cases: Vec<f32>,
    /// One a layer.
    pub layers: Vec<LayerWeights>,
    /// Before the head.
    pub norm: NormWeights,
    /// Labels × width; calibration is folded into it.
    pub head: AffineWeights,
}

/// The parameters of one layer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LayerWeights {
    /// Before attention.
    pub attention_norm: NormWeights,
    /// Width × width.
    pub query: AffineWeights,
    /// Width × width.
    pub key: AffineWeights,
    /// Width × width.
    pub value: AffineWeights,
    /// Width × width.
    pub output: AffineWeights,
    /// Before the feed-forward half.
    pub feed_norm: NormWeights,
    /// Feed-forward × width.
    pub inner: AffineWeights,
    /// Width × feed-forward.
    pub outer: AffineWeights,
}

/// A matrix and what is added to its product.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct AffineWeights {
    /// Outputs × inputs.
    pub weights: Vec<f32>,
    /// One an output.
    pub bias: Vec<f32>,
}

/// A layer norm.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct NormWeights {
    /// What the normalised vector is multiplied by.
    pub gain: Vec<f32>,
    /// What is then added.
    pub bias: Vec<f32>,
}

impl Encoder {
    /// Rounds an encoder's parameters to what its file holds.
    ///
    /// # Errors
    /// If the shape or the number of bits (2 to 8) is not allowed, or a tensor is not of the shape's size or not finite.
    pub fn quantize(
        shape: Shape,
        bits: u32,
        vocabulary: Pieces,
        weights: &EncoderWeights,
    ) -> Result<Self, EncoderError> {
        shape.validate()?;
        check_bits(bits)?;
        let affine = |name: &str, map: &AffineWeights, outputs, inputs| affine(name, map, outputs, inputs, bits);
        let Shape { width, feed_forward, .. } = shape;
        if weights.layers.len() != shape.layers {
            return Err(wrong_size("layers", shape.layers, weights.layers.len()));
        }
        let layers = weights.layers.iter().enumerate().map(|(i, layer)| {
            let name = |part: &str| format!("layers[{i}].{part}");
            Ok(Layer {
                attention_norm: norm(&name("attention_norm"), &layer.attention_norm, width)?,
                query: affine(&name("query"), &layer.query, width, width)?,
                key: affine(&name("key"), &layer.key, width, width)?,
                value: affine(&name("value"), &layer.value, width, width)?,
                output: affine(&name("output"), &layer.output, width, width)?,
                feed_norm: norm(&name("feed_norm"), &layer.feed_norm, width)?,
                inner: affine(&name("inner"), &layer.inner, feed_forward, width)?,
                outer: affine(&name("outer"), &layer.outer, width, feed_forward)?,
            })
        });
        let labels = weights.head.bias.len();
        if labels < 2 {
            return Err(EncoderError::new("head.bias", "must be one number a label, of at least two"));
        }
        check("head.weights", &weights.head.weights, labels * width)?;
        check("head.bias", &weights.head.bias, labels)?;
        Ok(Self {
            shape,
            bits,
            pieces: rows("pieces", &weights.pieces, vocabulary.len(), width, bits)?,
            positions: rows("positions", &weights.positions, shape.positions, width, bits)?,
            cases: rows("cases", &weights.cases, Case::COUNT, width, bits)?,
            layers: layers.collect::<Result<_, _>>()?,
            norm: norm("norm", &weights.norm, width)?,
            head: weights.head.clone(),
            vocabulary,
        })
    }
}

/// Checks how many bits a number is to have.
///
/// # Errors
/// If they are not 2 to 8.
pub fn check_bits(bits: u32) -> Result<(), EncoderError> {
    if (2..=8).contains(&bits) { Ok(()) } else { Err(EncoderError::new("bits", format!("must be 2 to 8, not {bits}"))) }
}

/// Numbers of a row that share a step.
pub const GROUP: usize = 32;

/// The largest number of so many bits; the smallest is as far from 0.
pub const fn most(bits: u32) -> i8 {
    (1_i8 << (bits - 1)).wrapping_sub(1)
}

/// The smallest step of which a group's numbers are whole multiples of so many bits; an encoder has one for each.
pub fn step(group: &[i8], bits: u32) -> Option<i8> {
    let most = most(bits);
    (1..=i8::MAX / most).find(|&step| group.iter().all(|x| x % step == 0 && (-most..=most).contains(&(x / step))))
}

fn wrong_size(name: &str, wanted: usize, got: usize) -> EncoderError {
    EncoderError::new(name, format!("must be {wanted} in number, not {got}"))
}

fn check(name: &str, numbers: &[f32], wanted: usize) -> Result<(), EncoderError> {
    if numbers.len() != wanted {
        return Err(wrong_size(name, wanted, numbers.len()));
    }
    // Not a number is not within the range either.
    if numbers.iter().all(|x| x.abs() <= MAX_PARAMETER) {
        Ok(())
    } else {
        Err(EncoderError::new(name, format!("must be numbers within ±{MAX_PARAMETER}")))
    }
}

fn norm(name: &str, norm: &NormWeights, width: usize) -> Result<NormWeights, EncoderError> {
    check(&format!("{name}.gain"), &norm.gain, width)?;
    check(&format!("{name}.bias"), &norm.bias, width)?;
    Ok(norm.clone())
}

fn affine(
    name: &str,
    affine: &AffineWeights,
    outputs: usize,
    inputs: usize,
    bits: u32,
) -> Result<Affine, EncoderError> {
    check(&format!("{name}.bias"), &affine.bias, outputs)?;
    let rows = rows(&format!("{name}.weights"), &affine.weights, outputs, inputs, bits)?;
    Ok(Affine { rows, bias: affine.bias.clone() })
}

/// Rounds each row so that its largest number is just within ±127, or what is nearest to that in whole steps.
#[allow(clippy::cast_possible_truncation, reason = "rounding is the point")]
fn rows(name: &str, numbers: &[f32], count: usize, width: usize, bits: u32) -> Result<Rows, EncoderError> {
    check(name, numbers, count * width)?;
    let mut out = Rows { values: Vec::with_capacity(numbers.len()), scales: Vec::with_capacity(count) };
    for row in numbers.chunks_exact(width) {
        let largest = row.iter().fold(0.0_f32, |most, x| most.max(x.abs()));
        let most = most(bits);
        let scale = short(largest / f32::from(i8::MAX / most * most));
        let inverse = if scale > 0.0 { 1.0 / f64::from(scale) } else { 0.0 };
        for group in row.chunks(GROUP) {
            let largest = group.iter().fold(0.0_f32, |most, x| most.max(x.abs()));
            let step = libm::ceil(f64::from(largest) * inverse / f64::from(most)).clamp(1.0, (i8::MAX / most).into());
            out.values.extend(group.iter().map(|&x| (libm::rint(f64::from(x) * inverse / step) * step) as i8));
        }
        out.scales.push(scale);
    }
    Ok(out)
}

/// The next number up that needs only half of an `f32`'s bits: rounding a row hides the difference, and the file is
/// two bytes a row shorter once compressed.
fn short(x: f32) -> f32 {
    const LOW: u32 = 0xffff;
    f32::from_bits((x.to_bits() + LOW) & !LOW)
}
