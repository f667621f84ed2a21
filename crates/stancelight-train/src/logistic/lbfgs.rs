//! The optimiser: a smooth function with its gradient comes in, the point where it (plus an L1 penalty)
//! is least goes out. OWL-QN; with no L1 it is L-BFGS. Deterministic: no randomness, one thread.

use std::collections::VecDeque;

/// What is minimised.
pub(super) trait Objective {
    /// The smooth part's value at `x`; its gradient is written to `gradient`.
    fn evaluate(&mut self, x: &[f64], gradient: &mut [f64]) -> f64;
    /// A positive estimate of each coordinate's second derivative.
    fn curvature(&self) -> &[f64];
    /// Each coordinate's L1 penalty.
    fn l1(&self, coordinate: usize) -> f64;
}

/// When to stop.
#[derive(Clone, Copy, Debug)]
pub(super) struct Limits {
    /// At this part of the first gradient's length.
    pub tolerance: f64,
    /// After this many steps.
    pub max_iterations: usize,
}

/// Steps remembered. More buys little on problems whose curvature is mostly diagonal.
const MEMORY: usize = 8;

/// One remembered step: how far, and how the gradient changed.
struct Step {
    s: Vec<f64>,
    y: Vec<f64>,
    rho: f64,
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn norm(a: &[f64]) -> f64 {
    dot(a, a).sqrt()
}

/// Moves `x` to the minimum; returns how many steps it took.
pub(super) fn minimise(objective: &mut impl Objective, x: &mut [f64], has_l1: bool, limits: Limits) -> usize {
    let n = x.len();
    let mut gradient = vec![0.0; n];
    let mut value = objective.evaluate(x, &mut gradient) + penalty(objective, x, has_l1);
    let mut memory: VecDeque<Step> = VecDeque::new();
    let mut pseudo = gradient.clone();
    let mut candidate = vec![0.0; n];
    let mut next_gradient = vec![0.0; n];
    pseudo_gradient(objective, x, &gradient, has_l1, &mut pseudo);
    // Progress is measured against the gradient at zero: a warm start's own is small already.
    let mut start = norm(&pseudo);
    if x.iter().any(|x| *x != 0.0) {
        let zero = vec![0.0; n];
        objective.evaluate(&zero, &mut next_gradient);
        pseudo_gradient(objective, &zero, &next_gradient, has_l1, &mut candidate);
        start = norm(&candidate);
    }
    for iteration in 0..limits.max_iterations {
        if norm(&pseudo) <= limits.tolerance * start {
            return iteration;
        }
        let mut direction = direction(&pseudo, &memory, objective.curvature());
        if has_l1 {
            // Only move where the pseudo-gradient agrees (Andrew and Gao, section 3.2).
            for (d, p) in direction.iter_mut().zip(&pseudo) {
                if *d * *p >= 0.0 {
                    *d = 0.0;
                }
            }
        }
        let mut slope = dot(&direction, &pseudo);
        if slope >= 0.0 || !slope.is_finite() {
            memory.clear();
            direction = pseudo.iter().zip(objective.curvature()).map(|(p, c)| -p / c).collect();
            slope = dot(&direction, &pseudo);
        }
        let mut step = 1.0;
        let mut moved = false;
        for _ in 0..40 {
            for i in 0..n {
                candidate[i] = x[i] + step * direction[i];
                if has_l1 && objective.l1(i) > 0.0 {
                    let orthant = if x[i] == 0.0 { -pseudo[i] } else { x[i] };
                    if candidate[i] * orthant <= 0.0 {
                        candidate[i] = 0.0;
                    }
                }
            }
            let next = objective.evaluate(&candidate, &mut next_gradient) + penalty(objective, &candidate, has_l1);
            // Near the minimum the second term is lost in rounding; a step must still improve on what there is.
            if next < value && next <= value + 1e-4 * step * slope {
                value = next;
                moved = true;
                break;
            }
            step *= 0.5;
        }
        if !moved {
            // No step improves: this is the minimum as far as floating point can tell.
            return iteration;
        }
        let s: Vec<f64> = candidate.iter().zip(x.iter()).map(|(c, x)| c - x).collect();
        let y: Vec<f64> = next_gradient.iter().zip(&gradient).map(|(n, g)| n - g).collect();
        let sy = dot(&s, &y);
        if sy > 1e-12 * dot(&y, &y).sqrt() * dot(&s, &s).sqrt() {
            if memory.len() == MEMORY {
                memory.pop_front();
            }
            memory.push_back(Step { s, y, rho: 1.0 / sy });
        }
        x.copy_from_slice(&candidate);
        gradient.copy_from_slice(&next_gradient);
        pseudo_gradient(objective, x, &gradient, has_l1, &mut pseudo);
    }
    limits.max_iterations
}

fn penalty(objective: &impl Objective, x: &[f64], has_l1: bool) -> f64 {
    if has_l1 { x.iter().enumerate().map(|(i, x)| objective.l1(i) * x.abs()).sum() } else { 0.0 }
}

/// The one-sided derivative of steepest descent, zero where the penalty holds a coordinate at zero.
fn pseudo_gradient(objective: &impl Objective, x: &[f64], gradient: &[f64], has_l1: bool, out: &mut [f64]) {
    out.copy_from_slice(gradient);
    if !has_l1 {
        return;
    }
    for i in 0..x.len() {
        let l1 = objective.l1(i);
        out[i] = if x[i] != 0.0 {
            gradient[i] + l1 * x[i].signum()
        } else if gradient[i] + l1 < 0.0 {
            gradient[i] + l1
        } else if gradient[i] - l1 > 0.0 {
            gradient[i] - l1
        } else {
            0.0
        };
    }
}

/// Two-loop recursion from the diagonal estimate of the Hessian.
fn direction(gradient: &[f64], memory: &VecDeque<Step>, curvature: &[f64]) -> Vec<f64> {
    let mut q: Vec<f64> = gradient.iter().map(|g| -g).collect();
    let mut alphas = Vec::with_capacity(memory.len());
    for step in memory.iter().rev() {
        let alpha = step.rho * dot(&step.s, &q);
        q.iter_mut().zip(&step.y).for_each(|(q, y)| *q -= alpha * y);
        alphas.push(alpha);
    }
    // The estimate's overall scale comes from the last step: s·y against y·H⁻¹·y.
    let gamma = memory.back().map_or(1.0, |step| {
        let scaled: f64 = step.y.iter().zip(curvature).map(|(y, c)| y * y / c).sum();
        1.0 / (step.rho * scaled)
    });
    q.iter_mut().zip(curvature).for_each(|(q, c)| *q *= gamma / c);
    for (step, alpha) in memory.iter().zip(alphas.into_iter().rev()) {
        let beta = step.rho * dot(&step.y, &q);
        q.iter_mut().zip(&step.s).for_each(|(q, s)| *q += (alpha - beta) * s);
    }
    q
}
