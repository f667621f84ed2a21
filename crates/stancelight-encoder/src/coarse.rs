//! Fewer bits than the file has: an encoder's numbers come in and go out as they would be if a file held them in groups
//! with a scale each. It is for measuring what a smaller format would cost; the file's own rounding follows.

use stancelight::encoder::{AffineWeights, EncoderWeights, Shape};

/// Numbers that share a scale.
pub const GROUP: usize = 32;

/// Rounds all that the file holds in rows to whole numbers of so many bits, 2 to 8.
pub fn round(weights: &mut EncoderWeights, shape: Shape, bits: u32) {
    let Shape { width, feed_forward, .. } = shape;
    for table in [&mut weights.pieces, &mut weights.positions, &mut weights.cases] {
        rows(table, width, bits);
    }
    for layer in &mut weights.layers {
        let within: [&mut AffineWeights; 5] =
            [&mut layer.query, &mut layer.key, &mut layer.value, &mut layer.output, &mut layer.inner];
        within.into_iter().for_each(|affine| rows(&mut affine.weights, width, bits));
        rows(&mut layer.outer.weights, feed_forward, bits);
    }
}

/// How many bytes smaller a file of so many bits a number would be, with two bytes for a group's scale.
pub const fn saved(parameters: usize, bits: u32) -> usize {
    if bits < 8 { parameters * (8 - bits as usize) / 8 - 2 * parameters / GROUP } else { 0 }
}

fn rows(numbers: &mut [f32], width: usize, bits: u32) {
    #[allow(clippy::cast_precision_loss, reason = "127 at most")]
    let most = ((1_u32 << (bits - 1)) - 1) as f32;
    for group in numbers.chunks_mut(width).flat_map(|row| row.chunks_mut(GROUP)) {
        let scale = group.iter().fold(0.0_f32, |largest, x| largest.max(x.abs())) / most;
        if scale > 0.0 {
            group.iter_mut().for_each(|x| *x = (*x / scale).round_ties_even() * scale);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{GROUP, round, saved};
    use stancelight::encoder::{EncoderWeights, Shape};

    #[test]
    fn half_the_bits_and_a_scale_a_group() {
        assert_eq!((saved(3200, 4), saved(3200, 8)), (1600 - 100 * 2, 0));
    }

    #[test]
    fn a_group_keeps_its_largest_and_has_few_values() {
        let shape = Shape { width: 40, ..Shape::default() };
        #[allow(clippy::cast_precision_loss, reason = "made-up numbers")]
        let pieces: Vec<f32> = (0..80).map(|i| 0.01 * ((i * 37 % 80) as f32 - 40.0)).collect();
        let mut weights = EncoderWeights { pieces: pieces.clone(), ..EncoderWeights::default() };
        round(&mut weights, shape, 4);
        // A row of forty is a group of thirty-two and one of eight.
        for (row, before) in weights.pieces.chunks(40).zip(pieces.chunks(40)) {
            for (group, before) in row.chunks(GROUP).zip(before.chunks(GROUP)) {
                let largest = |x: &[f32]| x.iter().fold(0.0_f32, |most, x| most.max(x.abs()));
                assert!((largest(group) - largest(before)).abs() < 1e-6);
                let step = largest(group) / 7.0;
                for (a, b) in group.iter().zip(before) {
                    assert!((a - b).abs() <= step / 2.0 + 1e-6 && ((a / step).round() - a / step).abs() < 1e-4);
                }
            }
        }
    }
}
