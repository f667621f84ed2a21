//! Makes probabilities honest: logits on sentences the model was not fitted on come in, the temperature
//! and the shifts that make their softmax match what was true go out.
//!
//! Temperature scaling with a bias a class ("bias-corrected temperature scaling", Alexandari, Kundaje and
//! Shrikumar, ICML 2020; after Guo et al., *On Calibration of Modern Neural Networks*, ICML 2017). One
//! scalar cannot change a ranking; the shifts undo priors that weighting has moved.

/// Calibrated logits are `logit / temperature + shift`.
#[derive(Clone, Debug, PartialEq)]
pub struct Calibration {
    /// Above 1 softens, below 1 sharpens.
    pub temperature: f64,
    /// One a label; they add up to 0.
    pub shift: Vec<f64>,
}

impl Calibration {
    /// Leaves logits as they are.
    pub fn identity(labels: usize) -> Self {
        Self { temperature: 1.0, shift: vec![0.0; labels] }
    }

    /// Minimises the cross-entropy of `targets` (distributions over labels) by damped Newton steps on
    /// the inverse temperature and the shifts, beginning at `start`; the problem is convex.
    pub fn fit(start: &Self, logits: &[&[f64]], targets: &[&[f32]], weights: &[f32]) -> Self {
        // Parameters: inverse temperature, then the shifts.
        let mut x = vec![1.0 / start.temperature];
        x.extend(&start.shift);
        let mut here = Bend::at(&x, logits, targets, weights);
        for _ in 0..50 {
            let Some(step) = solve(here.hessian.clone(), here.gradient.clone()) else { break };
            let slope: f64 = here.gradient.iter().zip(&step).map(|(g, s)| g * s).sum();
            if slope < 1e-10 * (1.0 + here.value.abs()) {
                break;
            }
            let mut damping = 1.0;
            let next = loop {
                let next: Vec<f64> = x.iter().zip(&step).map(|(x, s)| x - damping * s).collect();
                if next[0] > 1e-3 {
                    let there = Bend::at(&next, logits, targets, weights);
                    if there.value < here.value {
                        break Some((next, there));
                    }
                }
                damping *= 0.5;
                if damping < 1e-6 {
                    break None;
                }
            };
            let Some(next) = next else { break };
            (x, here) = next;
        }
        Self { temperature: 1.0 / x[0], shift: x[1..].to_vec() }
    }

    /// Applies it to one sentence's logits.
    pub fn apply(&self, logits: &[f64]) -> Vec<f64> {
        logits.iter().zip(&self.shift).map(|(z, shift)| z / self.temperature + shift).collect()
    }
}

/// The loss at one point with its first and second derivatives.
struct Bend {
    value: f64,
    gradient: Vec<f64>,
    hessian: Vec<Vec<f64>>,
}

impl Bend {
    fn at(x: &[f64], logits: &[&[f64]], targets: &[&[f32]], weights: &[f32]) -> Self {
        let n = x.len();
        // A ridge keeps a handful of sentences from asking for infinite certainty, and the shifts' sum at zero.
        let mut gradient: Vec<f64> = (0..n).map(|i| x[i] - if i == 0 { 1.0 } else { 0.0 }).collect();
        let mut value = gradient.iter().map(|g| 0.5 * g * g).sum();
        let mut hessian = vec![vec![0.0; n]; n];
        for (i, row) in hessian.iter_mut().enumerate() {
            row[i] = 1.0;
        }
        let mut p = vec![0.0; n - 1];
        for ((z, target), &w) in logits.iter().zip(targets).zip(weights) {
            let w = f64::from(w);
            p.iter_mut().zip(*z).zip(&x[1..]).for_each(|((p, z), shift)| *p = z * x[0] + shift);
            let max = p.iter().copied().fold(f64::NEG_INFINITY, f64::max);
            let mut sum = 0.0;
            for (p, &t) in p.iter_mut().zip(*target) {
                let z = *p - max;
                value -= w * f64::from(t) * z;
                *p = libm::exp(z);
                sum += *p;
            }
            // Targets add up to 1.
            value += w * libm::log(sum);
            p.iter_mut().for_each(|p| *p /= sum);
            let mean: f64 = p.iter().zip(*z).map(|(p, z)| p * z).sum();
            for k in 0..p.len() {
                let residual = w * (p[k] - f64::from(target[k]));
                gradient[0] += residual * z[k];
                gradient[k + 1] += residual;
                hessian[0][0] += w * p[k] * (z[k] - mean) * (z[k] - mean);
                let cross = w * p[k] * (z[k] - mean);
                hessian[0][k + 1] += cross;
                hessian[k + 1][0] += cross;
                for j in 0..p.len() {
                    hessian[k + 1][j + 1] += w * p[k] * (if j == k { 1.0 } else { 0.0 } - p[j]);
                }
            }
        }
        Self { value, gradient, hessian }
    }
}

/// Gaussian elimination with pivoting; the matrix is a few rows wide.
fn solve(mut a: Vec<Vec<f64>>, mut b: Vec<f64>) -> Option<Vec<f64>> {
    let n = b.len();
    for column in 0..n {
        let pivot = (column..n).max_by(|&i, &j| a[i][column].abs().total_cmp(&a[j][column].abs()))?;
        if a[pivot][column].abs() < 1e-12 {
            return None;
        }
        a.swap(column, pivot);
        b.swap(column, pivot);
        for row in column + 1..n {
            let factor = a[row][column] / a[column][column];
            let (above, below) = a.split_at_mut(row);
            below[0][column..].iter_mut().zip(&above[column][column..]).for_each(|(x, p)| *x -= factor * p);
            b[row] -= factor * b[column];
        }
    }
    for row in (0..n).rev() {
        let known: f64 = (row + 1..n).map(|k| a[row][k] * b[k]).sum();
        b[row] = (b[row] - known) / a[row][row];
    }
    Some(b)
}

#[cfg(test)]
mod tests {
    use super::Calibration;

    #[test]
    fn finds_the_temperature_and_the_shift_it_was_given() {
        // Each target is exactly what temperature 2 and shifts ±0.5 make of its logits.
        let truth = Calibration { temperature: 2.0, shift: vec![0.5, -0.5] };
        let logits: Vec<Vec<f64>> = (-50..=50).flat_map(|i| vec![vec![f64::from(i) / 10.0, 0.0]; 40]).collect();
        let targets: Vec<Vec<f32>> = logits
            .iter()
            .map(|z| stancelight::softmax(&truth.apply(z)).into_iter().map(|p| p as f32).collect())
            .collect();
        let rows: Vec<&[f32]> = targets.iter().map(Vec::as_slice).collect();
        let logits: Vec<&[f64]> = logits.iter().map(Vec::as_slice).collect();
        let found = Calibration::fit(&Calibration::identity(2), &logits, &rows, &vec![1.0; rows.len()]);
        assert!((found.temperature - 2.0).abs() < 0.02, "{found:?}");
        assert!((found.shift[0] - found.shift[1] - 1.0).abs() < 0.05, "{found:?}");
    }
}
