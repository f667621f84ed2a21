//! Makes probabilities honest: logits on sentences the model was not fitted on come in, the factors
//! and the shifts that make their softmax match what was true go out.
//!
//! Temperature scaling with a bias a class ("bias-corrected temperature scaling", Alexandari, Kundaje and
//! Shrikumar, ICML 2020; after Guo et al., *On Calibration of Modern Neural Networks*, ICML 2017). One
//! scalar cannot change a ranking; the shifts undo priors that weighting has moved. Where several scorers judge
//! together each has a factor, and what they say is weighed in the same step ("logarithmic opinion pool", Genest and
//! Zidek 1986).

/// Calibrated logits are `Σ factor · logit + shift`. A sentence's logits are those of each scorer, one scorer after
/// the other.
#[derive(Clone, Debug, PartialEq)]
pub struct Calibration {
    /// What each scorer's logits are multiplied by. Of a single one it is the inverse temperature: below 1 softens,
    /// above 1 sharpens.
    pub factors: Vec<f64>,
    /// One a label; they add up to 0.
    pub shift: Vec<f64>,
}

impl Calibration {
    /// The mean of so many scorers; of one, its logits as they are.
    pub fn mean(scorers: usize, labels: usize) -> Self {
        Self { factors: vec![even(scorers); scorers], shift: vec![0.0; labels] }
    }

    /// Minimises the cross-entropy of `targets` (distributions over labels) by damped Newton steps on
    /// the factors and the shifts, beginning at `start`; the problem is convex. The first factor stays above 0.
    pub fn fit(start: &Self, logits: &[&[f64]], targets: &[&[f32]], weights: &[f32]) -> Self {
        let all = start.factors.len() + start.shift.len();
        descend(start, all, logits, targets, weights)
    }

    /// Applies it to one sentence's logits.
    pub fn apply(&self, logits: &[f64]) -> Vec<f64> {
        weighed(&self.factors, &self.shift, logits).collect()
    }
}

/// The temperature (1 changes nothing, above 1 softens) that logits are to be divided by to make the cross-entropy of
/// `targets`, one row a sentence, smallest; 1 without any.
pub fn temperature(logits: &[&[f64]], targets: &[&[f32]], weights: &[f32]) -> f64 {
    let labels = targets.first().map_or(0, |target| target.len());
    1.0 / descend(&Calibration::mean(1, labels), 1, logits, targets, weights).factors[0]
}

/// [`Calibration::fit`], of the factors and then the shifts only the first `free`.
fn descend(start: &Calibration, free: usize, logits: &[&[f64]], targets: &[&[f32]], weights: &[f32]) -> Calibration {
    let scorers = start.factors.len();
    let mut x = [&start.factors[..], &start.shift].concat();
    let mut here = Bend::at(&x, scorers, logits, targets, weights);
    for _ in 0..50 {
        let hessian = here.hessian[..free].iter().map(|row| row[..free].to_vec()).collect();
        let Some(step) = solve(hessian, here.gradient[..free].to_vec()) else { break };
        let slope: f64 = here.gradient.iter().zip(&step).map(|(g, s)| g * s).sum();
        if slope < 1e-10 * (1.0 + here.value.abs()) {
            break;
        }
        let mut damping = 1.0;
        let next = loop {
            let mut next = x.clone();
            next.iter_mut().zip(&step).for_each(|(x, s)| *x -= damping * s);
            if next[0] > 1e-3 {
                let there = Bend::at(&next, scorers, logits, targets, weights);
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
    let shift = x.split_off(scorers);
    Calibration { factors: x, shift }
}

/// Each scorer's factor in a plain mean.
#[allow(clippy::cast_precision_loss, reason = "scorers are one or two")]
fn even(scorers: usize) -> f64 {
    1.0 / scorers as f64
}

/// For each label, the scorers' logits times their factors, and the shift.
fn weighed(factors: &[f64], shift: &[f64], logits: &[f64]) -> impl Iterator<Item = f64> {
    let labels = shift.len();
    let sum =
        move |k: usize| -> f64 { factors.iter().enumerate().map(|(s, factor)| logits[s * labels + k] * factor).sum() };
    shift.iter().enumerate().map(move |(k, shift)| sum(k) + shift)
}

/// The loss at one point with its first and second derivatives.
struct Bend {
    value: f64,
    gradient: Vec<f64>,
    hessian: Vec<Vec<f64>>,
}

impl Bend {
    fn at(x: &[f64], scorers: usize, logits: &[&[f64]], targets: &[&[f32]], weights: &[f32]) -> Self {
        let n = x.len();
        let (factors, shift) = x.split_at(scorers);
        let labels = shift.len();
        // A ridge keeps a handful of sentences from asking for infinite certainty, and the shifts' sum at zero.
        let mean = even(scorers);
        let mut gradient: Vec<f64> = (0..n).map(|i| x[i] - if i < scorers { mean } else { 0.0 }).collect();
        let mut value = gradient.iter().map(|g| 0.5 * g * g).sum();
        let mut hessian = vec![vec![0.0; n]; n];
        for (i, row) in hessian.iter_mut().enumerate() {
            row[i] = 1.0;
        }
        let mut p = vec![0.0; labels];
        let mut means = vec![0.0; scorers];
        for ((z, target), &w) in logits.iter().zip(targets).zip(weights) {
            let w = f64::from(w);
            p.iter_mut().zip(weighed(factors, shift, z)).for_each(|(p, z)| *p = z);
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
            for (mean, z) in means.iter_mut().zip(z.chunks_exact(labels)) {
                *mean = p.iter().zip(z).map(|(p, z)| p * z).sum();
            }
            let (of_factors, of_shifts) = hessian.split_at_mut(scorers);
            let (by_factor, by_shift) = gradient.split_at_mut(scorers);
            let each = p.iter().zip(*target).zip(by_shift).zip(of_shifts).enumerate();
            for (k, (((&pk, &t), by_shift), of_shift)) in each {
                let residual = w * (pk - f64::from(t));
                *by_shift += residual;
                for (j, (h, pj)) in of_shift[scorers..].iter_mut().zip(&p).enumerate() {
                    *h += w * pk * (if j == k { 1.0 } else { 0.0 } - pj);
                }
                for (s, of_factor) in of_factors.iter_mut().enumerate() {
                    by_factor[s] += residual * z[s * labels + k];
                    let cross = w * pk * (z[s * labels + k] - means[s]);
                    of_factor[scorers + k] += cross;
                    for (r, mean) in means.iter().enumerate() {
                        of_factor[r] += cross * (z[r * labels + k] - mean);
                    }
                }
            }
        }
        // It is symmetric.
        let (of_factors, of_shifts) = hessian.split_at_mut(scorers);
        for (s, of_factor) in of_factors.iter().enumerate() {
            of_shifts.iter_mut().zip(&of_factor[scorers..]).for_each(|(of_shift, cross)| of_shift[s] = *cross);
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
    use super::{Calibration, temperature};

    /// Exactly what `truth` makes of logits.
    fn targets(truth: &Calibration, logits: &[Vec<f64>]) -> Vec<Vec<f32>> {
        let target = |z: &Vec<f64>| stancelight::softmax(&truth.apply(z)).into_iter().map(|p| p as f32).collect();
        logits.iter().map(target).collect()
    }

    /// What is found on logits with such targets.
    fn found(truth: &Calibration, logits: &[Vec<f64>]) -> Calibration {
        let targets = targets(truth, logits);
        let rows: Vec<&[f32]> = targets.iter().map(Vec::as_slice).collect();
        let logits: Vec<&[f64]> = logits.iter().map(Vec::as_slice).collect();
        let start = Calibration::mean(truth.factors.len(), truth.shift.len());
        Calibration::fit(&start, &logits, &rows, &vec![1.0; rows.len()])
    }

    #[test]
    fn finds_the_temperature_and_the_shift_it_was_given() {
        let truth = Calibration { factors: vec![0.5], shift: vec![0.5, -0.5] };
        let logits: Vec<Vec<f64>> = (-50..=50).flat_map(|i| vec![vec![f64::from(i) / 10.0, 0.0]; 40]).collect();
        let found = found(&truth, &logits);
        assert!((found.factors[0] - 0.5).abs() < 0.005, "{found:?}");
        assert!((found.shift[0] - found.shift[1] - 1.0).abs() < 0.05, "{found:?}");
    }

    #[test]
    fn finds_how_much_surer_a_model_is_than_it_is_right() {
        let logits: Vec<Vec<f64>> =
            (0..2000).map(|i| [7, 11, 13].map(|by| f64::from(i * by % 97) / 16.0).to_vec()).collect();
        let rows: Vec<&[f64]> = logits.iter().map(Vec::as_slice).collect();
        for truth in [0.8, 1.0, 1.25, 3.0] {
            let honest = Calibration { factors: vec![1.0 / truth], shift: vec![0.0; 3] };
            let targets = targets(&honest, &logits);
            let targets: Vec<&[f32]> = targets.iter().map(Vec::as_slice).collect();
            let found = temperature(&rows, &targets, &vec![1.0; rows.len()]);
            assert!((found - truth).abs() < 0.01 * truth, "{found} for {truth}");
        }
        assert_eq!(temperature(&[], &[], &[]), 1.0);
    }

    #[test]
    fn finds_what_each_of_two_scorers_weighs() {
        let of = |i: u32, by: u32| f64::from(i * by % 101) / 20.0 - 2.5;
        let logits: Vec<Vec<f64>> = (0..4000).map(|i| [7, 11, 13, 29, 31, 37].map(|by| of(i, by)).to_vec()).collect();
        for (transformer, linear) in [(0.4, 0.7), (1.2, 0.0), (0.9, -0.3)] {
            let truth = Calibration { factors: vec![transformer, linear], shift: vec![0.5, -0.25, -0.25] };
            let found = found(&truth, &logits);
            for (found, truth) in found.factors.iter().zip(&truth.factors).chain(found.shift.iter().zip(&truth.shift)) {
                assert!((found - truth).abs() < 0.01, "{found} for {truth}");
            }
        }
    }
}
