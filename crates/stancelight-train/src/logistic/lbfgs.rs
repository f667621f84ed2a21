//! The optimiser: a smooth function with its gradient comes in, the point where it (plus an L1 penalty)
//! is least goes out. OWL-QN; with no L1 it is L-BFGS. Deterministic: no randomness.

use std::borrow::Cow;
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
    /// At this part of the [`length`] of the gradient at zero.
    pub tolerance: f64,
    /// After this many steps.
    pub max_iterations: usize,
}

/// Steps remembered. More buys little on problems whose curvature is mostly diagonal.
const MEMORY: usize = 8;

/// One remembered step: how far, and how the gradient changed. Half the precision is plenty for what only bends the
/// next direction, and the memory is what a step reads most of.
struct Step {
    s: Vec<f32>,
    y: Vec<f32>,
    rho: f64,
}

impl Step {
    fn new(len: usize) -> Self {
        Self { s: vec![0.0; len], y: vec![0.0; len], rho: 0.0 }
    }

    /// Makes it the step between two points and their gradients; says whether that tells anything of the curvature.
    fn fill(&mut self, from: &[f64], to: &[f64], before: &[f64], after: &[f64]) -> bool {
        #[allow(clippy::cast_possible_truncation, reason = "see the type")]
        let difference = |out: &mut [f32], a: &[f64], b: &[f64]| {
            out.iter_mut().zip(a.iter().zip(b)).for_each(|(out, (a, b))| *out = (a - b) as f32);
        };
        difference(&mut self.s, to, from);
        difference(&mut self.y, after, before);
        let sy = dot(&self.s, &self.y);
        self.rho = 1.0 / sy;
        sy > 1e-12 * (dot(&self.y, &self.y) * dot(&self.s, &self.s)).sqrt()
    }
}

/// The sum of products, in eight sums side by side: one sum would wait for itself at every term.
fn dot<A: Copy + Into<f64>, B: Copy + Into<f64>>(a: &[A], b: &[B]) -> f64 {
    let (a, a_rest) = a.as_chunks::<8>();
    let (b, b_rest) = b.as_chunks::<8>();
    let mut sums = [0.0; 8];
    for (a, b) in a.iter().zip(b) {
        for k in 0..8 {
            sums[k] += a[k].into() * b[k].into();
        }
    }
    let rest: f64 = a_rest.iter().zip(b_rest).map(|(&a, &b)| a.into() * b.into()).sum();
    sums.iter().sum::<f64>() + rest
}

/// `a += factor · b`.
fn add<B: Copy + Into<f64>>(a: &mut [f64], factor: f64, b: &[B]) {
    a.iter_mut().zip(b).for_each(|(a, &b)| *a += factor * b.into());
}

/// A gradient's length where every coordinate is measured by what it takes to turn it: rare features count as common
/// ones do.
fn length(gradient: &[f64], curvature: &[f64]) -> f64 {
    let mut sums = [0.0; 8];
    let (g, g_rest) = gradient.as_chunks::<8>();
    let (c, c_rest) = curvature.as_chunks::<8>();
    for (g, c) in g.iter().zip(c) {
        for k in 0..8 {
            sums[k] += g[k] * g[k] / c[k];
        }
    }
    let rest: f64 = g_rest.iter().zip(c_rest).map(|(g, c)| g * g / c).sum();
    (sums.iter().sum::<f64>() + rest).sqrt()
}

/// Moves `x` to the minimum; returns how many steps it took.
pub(super) fn minimise(objective: &mut impl Objective, x: &mut Vec<f64>, has_l1: bool, limits: Limits) -> usize {
    let n = x.len();
    let mut gradient = vec![0.0; n];
    let mut value = objective.evaluate(x, &mut gradient) + penalty(objective, x, has_l1);
    let mut memory: VecDeque<Step> = VecDeque::new();
    let mut next_step = Step::new(n);
    let mut direction = vec![0.0; n];
    let mut candidate = vec![0.0; n];
    let mut next_gradient = vec![0.0; n];
    // Progress is measured against the gradient at zero: a warm start's own is small already.
    let start = if x.iter().all(|x| *x == 0.0) {
        length(&pseudo_gradient(objective, x, &gradient, has_l1), objective.curvature())
    } else {
        // The candidate is still zero.
        objective.evaluate(&candidate, &mut next_gradient);
        length(&pseudo_gradient(objective, &candidate, &next_gradient, has_l1), objective.curvature())
    };
    for iteration in 0..limits.max_iterations {
        let pseudo = pseudo_gradient(objective, x, &gradient, has_l1);
        if length(&pseudo, objective.curvature()) <= limits.tolerance * start {
            return iteration;
        }
        fill_direction(&mut direction, &pseudo, &memory, objective.curvature());
        if has_l1 {
            // Only move where the pseudo-gradient agrees (Andrew and Gao, section 3.2).
            for (d, p) in direction.iter_mut().zip(&*pseudo) {
                if *d * *p >= 0.0 {
                    *d = 0.0;
                }
            }
        }
        let mut slope = dot(&direction, &pseudo);
        if slope >= 0.0 || !slope.is_finite() {
            memory.clear();
            let steepest = pseudo.iter().zip(objective.curvature()).map(|(p, c)| -p / c);
            direction.iter_mut().zip(steepest).for_each(|(d, steepest)| *d = steepest);
            slope = dot(&direction, &pseudo);
        }
        let mut step = 1.0;
        let mut moved = false;
        for attempt in 0..40 {
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
            // Where the parabola through both values and the slope is least.
            let bend = next - value - step * slope;
            let least = -0.5 * step * step * slope / bend;
            step = if attempt < 5 && least.is_finite() { least.clamp(0.05 * step, 0.5 * step) } else { 0.5 * step };
        }
        if !moved {
            // No step improves: this is the minimum as far as floating point can tell.
            return iteration;
        }
        if next_step.fill(x, &candidate, &gradient, &next_gradient) {
            // The oldest step's memory is the next one's.
            let oldest = if memory.len() == MEMORY { memory.pop_back() } else { None };
            memory.push_front(std::mem::replace(&mut next_step, oldest.unwrap_or_else(|| Step::new(n))));
        }
        std::mem::swap(x, &mut candidate);
        std::mem::swap(&mut gradient, &mut next_gradient);
    }
    limits.max_iterations
}

fn penalty(objective: &impl Objective, x: &[f64], has_l1: bool) -> f64 {
    if has_l1 { x.iter().enumerate().map(|(i, x)| objective.l1(i) * x.abs()).sum() } else { 0.0 }
}

/// The one-sided derivative of steepest descent, zero where the penalty holds a coordinate at zero.
fn pseudo_gradient<'g>(objective: &impl Objective, x: &[f64], gradient: &'g [f64], has_l1: bool) -> Cow<'g, [f64]> {
    if !has_l1 {
        return gradient.into();
    }
    let one_sided = |(i, (&x, &gradient)): (usize, (&f64, &f64))| {
        let l1 = objective.l1(i);
        if x != 0.0 {
            gradient + l1 * x.signum()
        } else if gradient + l1 < 0.0 {
            gradient + l1
        } else if gradient - l1 > 0.0 {
            gradient - l1
        } else {
            0.0
        }
    };
    x.iter().zip(gradient).enumerate().map(one_sided).collect()
}

/// Two-loop recursion from the diagonal estimate of the Hessian; the latest step comes first.
fn fill_direction(q: &mut [f64], gradient: &[f64], memory: &VecDeque<Step>, curvature: &[f64]) {
    q.iter_mut().zip(gradient).for_each(|(q, g)| *q = -g);
    let mut alphas = Vec::with_capacity(memory.len());
    for step in memory {
        let alpha = step.rho * dot(&step.s, q);
        add(q, -alpha, &step.y);
        alphas.push(alpha);
    }
    // The estimate's overall scale comes from the last step: s·y against y·H⁻¹·y.
    let gamma = memory.front().map_or(1.0, |step| {
        let scaled: f64 = step.y.iter().zip(curvature).map(|(&y, c)| f64::from(y) * f64::from(y) / c).sum();
        1.0 / (step.rho * scaled)
    });
    q.iter_mut().zip(curvature).for_each(|(q, c)| *q *= gamma / c);
    for (step, alpha) in memory.iter().zip(alphas).rev() {
        let beta = step.rho * dot(&step.y, q);
        add(q, alpha - beta, &step.s);
    }
}
