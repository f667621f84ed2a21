//! Fewer numbers for a row: rows come in, what brings such rows to a smaller width goes out, along the directions in which
//! they differ most, so that as much of their distances is kept as can be (principal components, found by orthogonal
//! iteration).

use candle_core::{Device, Result, Tensor};
use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

/// So many iterations turn any directions into the leading ones, near enough.
const ITERATIONS: usize = 40;

/// The leading directions of some rows.
pub struct Principal {
    mean: Vec<f32>,
    /// A column a direction.
    directions: Tensor,
}

impl Principal {
    /// Those of rows of `wide` numbers; at most as many are wanted. What it makes of these rows has a mean squared length of
    /// `square`.
    ///
    /// # Errors
    /// None in practice: tensors are of the sizes said.
    pub fn of(rows: &[f32], wide: usize, width: usize, square: f64) -> Result<Self> {
        let mean = mean(rows, wide);
        let centred = centred(rows, &mean)?;
        let spread = centred.t()?.matmul(&centred)?;
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(0);
        let mut directions: Vec<Vec<f64>> =
            (0..width).map(|_| (0..wide).map(|_| rng.random_range(-1.0..1.0)).collect()).collect();
        for _ in 0..ITERATIONS {
            orthonormalise(&mut directions);
            let turned = tensor(&directions, 1.0)?.matmul(&spread)?.to_vec2::<f32>()?;
            directions = turned.into_iter().map(|row| row.into_iter().map(f64::from).collect()).collect();
        }
        orthonormalise(&mut directions);
        let narrow = centred.matmul(&tensor(&directions, 1.0)?.t()?)?.flatten_all()?.to_vec1::<f32>()?;
        #[allow(clippy::cast_precision_loss, reason = "a mean")]
        let found = narrow.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>() / (rows.len() / wide).max(1) as f64;
        let factor = (square / found.max(1e-18)).sqrt();
        Ok(Self { mean, directions: tensor(&directions, factor)?.t()?.contiguous()? })
    }

    /// Brings rows to the smaller width.
    ///
    /// # Errors
    /// None in practice, as of [`Self::of`].
    pub fn narrow(&self, rows: &[f32]) -> Result<Vec<f32>> {
        centred(rows, &self.mean)?.matmul(&self.directions)?.flatten_all()?.to_vec1()
    }
}

fn mean(rows: &[f32], wide: usize) -> Vec<f32> {
    let mut sums = vec![0.0_f64; wide];
    for row in rows.chunks_exact(wide) {
        sums.iter_mut().zip(row).for_each(|(sum, x)| *sum += f64::from(*x));
    }
    #[allow(clippy::cast_precision_loss, reason = "a mean")]
    let count = (rows.len() / wide).max(1) as f64;
    sums.into_iter().map(|sum| single(sum / count)).collect()
}

fn centred(rows: &[f32], mean: &[f32]) -> Result<Tensor> {
    let numbers: Vec<f32> =
        rows.chunks_exact(mean.len()).flat_map(|row| row.iter().zip(mean).map(|(x, mean)| x - mean)).collect();
    Tensor::from_vec(numbers, (rows.len() / mean.len(), mean.len()), &Device::Cpu)
}

fn tensor(rows: &[Vec<f64>], factor: f64) -> Result<Tensor> {
    let wide = rows.first().map_or(0, Vec::len);
    Tensor::from_vec(rows.iter().flatten().map(|&x| single(factor * x)).collect(), (rows.len(), wide), &Device::Cpu)
}

#[allow(clippy::cast_possible_truncation, reason = "directions need no more precision")]
const fn single(x: f64) -> f32 {
    x as f32
}

/// Gram and Schmidt's, in the order of the rows.
fn orthonormalise(rows: &mut [Vec<f64>]) {
    for i in 0..rows.len() {
        let (before, rest) = rows.split_at_mut(i);
        let row = &mut rest[0];
        for other in before {
            let along: f64 = row.iter().zip(&*other).map(|(x, y)| x * y).sum();
            row.iter_mut().zip(&*other).for_each(|(x, y)| *x -= along * y);
        }
        let length = row.iter().map(|x| x * x).sum::<f64>().sqrt().max(1e-12);
        row.iter_mut().for_each(|x| *x /= length);
    }
}

#[cfg(test)]
mod tests {
    use super::Principal;

    #[test]
    fn keeps_what_rows_differ_by() {
        // Along the first number they differ most, along the third somewhat, along the second not at all.
        let rows = [[3.0, 7.0, 1.0], [-3.0, 7.0, 1.0], [3.0, 7.0, -1.0], [-3.0, 7.0, -1.0]].concat();
        for (width, square, apart) in [(1, 9.0, [6.0, 0.0]), (2, 10.0, [6.0, 2.0]), (2, 2.5, [3.0, 1.0])] {
            let principal = Principal::of(&rows, 3, width, square).unwrap();
            let narrow = principal.narrow(&rows).unwrap();
            let row = |i: usize| &narrow[i * width..(i + 1) * width];
            let found = [[0, 1], [0, 2]]
                .map(|[a, b]| row(a).iter().zip(row(b)).map(|(x, y)| (x - y).powi(2)).sum::<f32>().sqrt());
            assert!(found.iter().zip(apart).all(|(a, b)| (a - b).abs() < 1e-4), "{width}: {found:?}");
            // A row it was not made of is moved and turned like the others.
            let other = principal.narrow(&[0.0, 7.0, 0.0]).unwrap();
            assert!(other.iter().all(|x| x.abs() < 1e-4), "{other:?}");
        }
    }
}
