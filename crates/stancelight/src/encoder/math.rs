//! Arithmetic on slices of `f32` that is the same on every platform, to the last bit: only sums, products, quotients
//! and square roots, which IEEE 754 defines exactly, in an order that is written down here. Sums are kept in eight
//! lanes, so that a compiler may use vectors and can change nothing.

use super::NormWeights;

const LANES: usize = 8;

/// Adding and then taking away this number rounds to a whole one, as long as that is below 2²².
const ROUNDER: f32 = 12_582_912.0;

fn total(lanes: [f32; LANES]) -> f32 {
    let [a, b, c, d, e, f, g, h] = lanes;
    ((a + e) + (c + g)) + ((b + f) + (d + h))
}

/// The sum of what `term` makes of each pair of numbers, lane by lane and what is left over last.
#[inline]
fn sum(a: &[f32], b: &[f32], term: impl Fn(f32, f32) -> f32) -> f32 {
    let mut lanes = [0.0; LANES];
    let (a, rest_a) = a.as_chunks::<LANES>();
    let (b, rest_b) = b.as_chunks::<LANES>();
    for (a, b) in a.iter().zip(b) {
        for i in 0..LANES {
            lanes[i] += term(a[i], b[i]);
        }
    }
    for (i, (&a, &b)) in rest_a.iter().zip(rest_b).enumerate() {
        lanes[i] += term(a, b);
    }
    total(lanes)
}

/// The scalar product.
#[inline]
pub(super) fn dot(a: &[f32], b: &[f32]) -> f32 {
    sum(a, b, |a, b| a * b)
}

/// Normalises `x` into `out`.
#[allow(clippy::cast_precision_loss, reason = "widths are small")]
pub(super) fn layer_norm(x: &[f32], norm: &NormWeights, out: &mut [f32]) {
    const EPSILON: f32 = 1e-5;
    let n = x.len() as f32;
    let mean = sum(x, x, |x, _| x) / n;
    let variance = sum(x, x, |x, _| (x - mean) * (x - mean)) / n;
    let factor = 1.0 / (variance + EPSILON).sqrt();
    for ((out, &x), (gain, bias)) in out.iter_mut().zip(x).zip(norm.gain.iter().zip(&norm.bias)) {
        *out = (x - mean) * factor * gain + bias;
    }
}

/// eˣ for x up to 88, to about two units in the last place; below −87 it is as good as nothing and stays there.
/// Training computes with this one too, in loops compiled for wider vectors: so it must be inlined.
#[inline(always)]
pub fn exp(x: f32) -> f32 {
    // Cody and Waite's reduction: x = n·ln 2 + r, with ln 2 in two parts of which the first times n is exact.
    const LN2_HIGH: f32 = 355.0 / 512.0;
    const LN2_LOW: f32 = -2.121_944_4e-4;
    let x = x.clamp(-87.0, 88.0);
    let shifted = x * std::f32::consts::LOG2_E + ROUNDER;
    let n = shifted - ROUNDER;
    let r = (x - n * LN2_HIGH) - n * LN2_LOW;
    // The polynomial of Cephes' expf (Moshier).
    let p = 1.987_569_1e-4;
    let p = p * r + 1.398_199_9e-3;
    let p = p * r + 8.333_452e-3;
    let p = p * r + 4.166_579_6e-2;
    let p = p * r + 1.666_666_5e-1;
    let p = p * r + 0.5;
    let e = p * (r * r) + r + 1.0;
    // The shifted number's lowest bits are n; in an exponent's place they are 2ⁿ.
    e * f32::from_bits(shifted.to_bits().wrapping_add(127) << 23)
}

/// Gaussian error linear unit in its tanh form (Hendrycks and Gimpel 2016): x/2·(1 + tanh u) is x/(1 + e⁻²ᵘ).
pub(super) fn gelu(x: &mut [f32]) {
    const TWICE_ROOT: f32 = 1.595_769; // 2·√(2/π)
    for x in x {
        let u = TWICE_ROOT * (*x + 0.044_715 * (*x * *x * *x));
        *x /= 1.0 + exp(-u);
    }
}

/// Softmax of the scores, each multiplied by `factor` first.
pub(super) fn softmax(scores: &mut [f32], factor: f32) {
    let most = scores.iter().fold(f32::NEG_INFINITY, |most, &x| if x > most { x } else { most });
    for x in &mut *scores {
        *x = exp((*x - most) * factor);
    }
    let all = sum(scores, scores, |x, _| x);
    for x in scores {
        *x /= all;
    }
}

/// Adds `factor` times `row` to `out`.
#[inline]
pub(super) fn add_scaled(out: &mut [f32], row: &[f32], factor: f32) {
    for (out, x) in out.iter_mut().zip(row) {
        *out += factor * x;
    }
}

/// How to round `x` to whole numbers of at most `most`: what to multiply by first, and what 1 is then worth.
pub(super) fn rounding(x: &[f32], most: i16) -> (f32, f32) {
    let largest = largest(x);
    // A vector of nothing stays one, without a division by zero.
    let inverse = if largest > f32::MIN_POSITIVE * 65_536.0 { f32::from(most) / largest } else { 0.0 };
    (inverse, largest / f32::from(most))
}

/// The largest magnitude.
fn largest(x: &[f32]) -> f32 {
    let mut lanes = [0.0_f32; LANES];
    let (chunks, rest) = x.as_chunks::<LANES>();
    for chunk in chunks {
        for i in 0..LANES {
            lanes[i] = if chunk[i].abs() > lanes[i] { chunk[i].abs() } else { lanes[i] };
        }
    }
    lanes.iter().chain(rest).fold(0.0, |most, x| if x.abs() > most { x.abs() } else { most })
}

/// The nearest whole number; of two as near the even one. For numbers that `i16` holds.
#[inline]
#[allow(clippy::cast_possible_truncation, reason = "the lowest bits of the shifted number are what it was rounded to")]
pub(super) fn whole(x: f32) -> i16 {
    (x + ROUNDER).to_bits() as i16
}

#[cfg(test)]
mod tests {
    use super::{exp, gelu, rounding, softmax, whole};

    #[test]
    fn exp_is_exp() {
        let mut worst = 0.0_f64;
        for i in -87_000..88_000 {
            #[allow(clippy::cast_precision_loss, reason = "small")]
            let x = i as f32 / 1000.0;
            let exact = libm::exp(f64::from(x));
            worst = worst.max((f64::from(exp(x)) / exact - 1.0).abs());
        }
        assert!(worst < 2.5e-7, "{worst}");
        assert_eq!(exp(0.0), 1.0);
        assert!(exp(-1e30) < 1e-37 && exp(1e30).is_finite());
    }

    #[test]
    fn gelu_is_gelu() {
        for i in -1000..1000 {
            let x = f64::from(i) / 100.0;
            let exact = 0.5 * x * (1.0 + libm::tanh((2.0 / std::f64::consts::PI).sqrt() * (x + 0.044_715 * x * x * x)));
            #[allow(clippy::cast_possible_truncation, reason = "that is what is tested")]
            let mut one = [x as f32];
            gelu(&mut one);
            assert!((f64::from(one[0]) - exact).abs() < 2e-6 * (1.0 + x.abs()), "{x}: {} {exact}", one[0]);
        }
        let mut large = [1e12_f32, -1e12];
        gelu(&mut large);
        assert!(large[0] == 1e12 && large[1].abs() < 1e-20, "{large:?}");
    }

    #[test]
    fn softmax_adds_up() {
        let mut scores = [1.0, 2.0, -1e30, 1e30, 3.0];
        softmax(&mut scores, 0.5);
        assert_eq!(scores[3], 1.0);
        let mut scores = [0.0, 0.0];
        softmax(&mut scores, 1.0);
        assert_eq!(scores, [0.5, 0.5]);
    }

    #[test]
    fn rounding_keeps_the_largest() {
        let round = |x: [f32; 4]| {
            let (inverse, worth) = rounding(&x, 4095);
            (x.map(|x| whole(x * inverse)), worth)
        };
        assert_eq!(round([1.0, -2.0, 0.0, 0.25]), ([2048, -4095, 0, 512], 2.0 / 4095.0));
        assert_eq!(round([0.0; 4]), ([0; 4], 0.0));
        assert_eq!(round([1e-44, 1e-45, 0.0, 0.0]).0, [0; 4]);
    }
}
