//! AdamW (Loshchilov and Hutter 2019) under a one-cycle rate (Smith and Topin 2018): parameters and their gradient
//! come in, better parameters go out.

use crate::parameters::Plan;
use std::f64::consts::PI;

/// What the optimiser remembers between steps.
#[derive(Clone, Debug, PartialEq)]
pub struct AdamW {
    /// Running means of the gradient.
    pub first: Vec<f32>,
    /// Running means of its square.
    pub second: Vec<f32>,
    /// Steps taken.
    pub steps: u32,
}

const BETA_1: f32 = 0.9;
const BETA_2: f32 = 0.98;
const EPSILON: f32 = 1e-8;
/// A gradient longer than this is shortened to it (Pascanu, Mikolov and Bengio 2013).
const LONGEST: f64 = 1.0;

impl AdamW {
    /// Before the first step on so many numbers.
    pub fn new(numbers: usize) -> Self {
        Self { first: vec![0.0; numbers], second: vec![0.0; numbers], steps: 0 }
    }

    /// Takes one step.
    pub fn step(&mut self, plan: &Plan, numbers: &mut [f32], gradient: &[f32], rate: f32, decay: f32) {
        self.steps += 1;
        let length = gradient.chunks(4096).map(|part| f64::from(squares(part))).sum::<f64>().sqrt();
        #[allow(clippy::cast_possible_truncation, reason = "a factor")]
        let shorten = if length > LONGEST { (LONGEST / length) as f32 } else { 1.0 };
        #[allow(clippy::cast_possible_wrap, reason = "steps are millions at most")]
        let steps = self.steps as i32;
        let (unbias_1, unbias_2) = (1.0 / (1.0 - BETA_1.powi(steps)), 1.0 / (1.0 - BETA_2.powi(steps)));
        for block in plan.blocks.iter().filter(|block| block.pace > 0.0) {
            let rate = rate * block.pace;
            let range = block.range.clone();
            let keep = if block.decays { 1.0 - rate * decay } else { 1.0 };
            let (x, g) = (&mut numbers[range.clone()], &gradient[range.clone()]);
            let (m, v) = (&mut self.first[range.clone()], &mut self.second[range]);
            pulp::Arch::new().dispatch(
                #[inline(always)]
                move || {
                    for (((x, g), m), v) in x.iter_mut().zip(g).zip(m).zip(v) {
                        let g = g * shorten;
                        *m = BETA_1 * *m + (1.0 - BETA_1) * g;
                        *v = BETA_2 * *v + (1.0 - BETA_2) * g * g;
                        *x = *x * keep - rate * (*m * unbias_1) / ((*v * unbias_2).sqrt() + EPSILON);
                    }
                },
            );
        }
    }
}

fn squares(part: &[f32]) -> f32 {
    pulp::Arch::new().dispatch(
        #[inline(always)]
        move || {
            let mut lanes = [0.0_f32; 16];
            for chunk in part.chunks(16) {
                lanes.iter_mut().zip(chunk).for_each(|(lane, x)| *lane += x * x);
            }
            lanes.iter().sum()
        },
    )
}

/// The rate at a point of the way, 0 to 1: up along half a cosine for the first part, `warm`, then down along one.
pub fn one_cycle(highest: f64, warm: f64, at: f64) -> f64 {
    const START: f64 = 1.0 / 25.0;
    const END: f64 = 1e-4;
    let between = |from: f64, to: f64, at: f64| to + (from - to) * 0.5 * (1.0 + libm::cos(PI * at));
    highest
        * if at < warm {
            between(START, 1.0, at / warm)
        } else {
            between(1.0, END, (at - warm) / (1.0 - warm).max(1e-9))
        }
}

#[cfg(test)]
mod tests {
    use super::{AdamW, one_cycle};
    use crate::parameters::Plan;
    use stancelight::encoder::Shape;

    #[test]
    fn the_rate_rises_and_falls() {
        let rate = |at| one_cycle(1.0, 0.1, at);
        assert!((rate(0.0) - 0.04).abs() < 1e-9 && (rate(0.1) - 1.0).abs() < 1e-9 && rate(1.0) < 1e-3);
        assert!(rate(0.05) < rate(0.1) && rate(0.5) > rate(0.9));
    }

    #[test]
    fn steps_lead_downhill() {
        let shape = Shape { layers: 1, width: 8, heads: 2, feed_forward: 8, positions: 4 };
        let plan = Plan::new(shape, 5, 2, 0);
        let mut numbers = plan.initial(1);
        let mut adam = AdamW::new(numbers.len());
        // The parabola with its lowest point at 0.5 everywhere.
        for _ in 0..600 {
            let gradient: Vec<f32> = numbers.iter().map(|x| 2.0 * (x - 0.5)).collect();
            adam.step(&plan, &mut numbers, &gradient, 0.01, 0.0);
        }
        assert!(numbers.iter().all(|x| (x - 0.5).abs() < 0.01));
    }
}
