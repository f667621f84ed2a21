//! Learning itself: examples and settings come in, the parameters that did best on sentences kept apart go out.
//!
//! Cross-entropy against distributions is the loss, whether a person gave one label or a teacher a distribution
//! (Hinton, Vinyals and Dean 2015). A batch is always cut into the same parts, whose gradients are added up in the same
//! order, and every random choice is drawn from the seed and the place it is made at: so the result depends neither
//! on the number of threads nor on where learning was interrupted and resumed.

use crate::error::EncodeError;
use crate::example::{Augmentation, Example, Examples, Reading};
use crate::network::{Batch, Dropout, Head, in_batches, judge, means};
use crate::optimizer::{AdamW, one_cycle};
use crate::parameters::Plan;
use candle_core::{Device, Result, Tensor, Var};
use rand::seq::SliceRandom;
use rand::{RngCore, SeedableRng};
use rand_xoshiro::{SplitMix64, Xoshiro256PlusPlus};
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use serde::{Deserialize, Serialize};
use stancelight::encoder::Piece;

/// Into so many parts a batch is cut.
const PARTS: usize = 4;
/// Batches that are sorted by length together: long enough for little spread within one, short enough that they mix.
const BLOCK: usize = 50;

/// What a squared distance of 1 from guess to hint weighs beside a cross-entropy of 1. Measured on the flagship: with 0
/// the loss on kept sentences was 0.432, with 1 0.402, with 4 0.429.
const HINTED: f64 = 1.0;

/// How to learn.
#[derive(Clone, Debug, PartialEq)]
pub struct Schedule {
    pub epochs: usize,
    pub batch: usize,
    /// The highest rate.
    pub rate: f64,
    /// Part of the way on which the rate rises.
    pub warm: f64,
    pub decay: f32,
    /// Part of the numbers that dropout takes.
    pub dropout: f64,
    pub augmentation: Augmentation,
    pub seed: u64,
}

impl Schedule {
    /// Checks what a type cannot.
    ///
    /// # Errors
    /// The first setting that is wrong, and what it must be.
    pub fn validate(&self) -> std::result::Result<(), EncodeError> {
        let wrong = |message: String| Err(EncodeError::Settings(message));
        if self.epochs == 0 || self.batch == 0 {
            return wrong("epochs and sentences a step must be at least 1".into());
        }
        if !(self.rate > 0.0 && self.rate <= 1.0) {
            return wrong(format!("the rate must be above 0 and at most 1, not {}", self.rate));
        }
        let Augmentation { swap, lower } = self.augmentation;
        for (name, part, most) in
            [("dropout", self.dropout, 0.9), ("names exchanged", swap, 1.0), ("capitals taken away", lower, 1.0)]
        {
            if !(0.0..=most).contains(&part) {
                return wrong(format!("{name}: a part from 0 to {most}, not {part}"));
            }
        }
        Ok(())
    }
}

/// Threads to learn and to judge with.
///
/// # Errors
/// If the system has none to give.
pub fn threads(jobs: usize) -> std::result::Result<rayon::ThreadPool, EncodeError> {
    let pool = rayon::ThreadPoolBuilder::new().num_threads(jobs.max(1)).build();
    pool.map_err(|error| EncodeError::Settings(format!("threads cannot be started: {error}")))
}

/// What one epoch came to.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub struct Epoch {
    /// Mean loss while learning.
    pub loss: f64,
    /// Mean loss on the sentences kept apart.
    pub kept_loss: f64,
    /// Its standard error.
    pub kept_error: f64,
    /// Share of right labels there.
    pub kept_accuracy: f64,
}

/// Where learning stands: all that is needed to go on.
#[derive(Clone, Debug, PartialEq)]
pub struct State {
    pub numbers: Vec<f32>,
    pub adam: AdamW,
    /// Batches done of the epoch under way.
    pub batches: usize,
    /// Sum of their losses.
    pub loss: f64,
    /// Epochs done.
    pub epochs: Vec<Epoch>,
    /// The parameters after the best of them.
    pub best: Vec<f32>,
}

impl State {
    /// Before the first batch. `start` are the pieces' vectors, in order; where there are none or nothing but zeros, random
    /// ones stay.
    pub fn new(plan: &Plan, start: &[f32], seed: u64) -> Self {
        let mut numbers = plan.initial(seed);
        let width = plan.shape.width;
        for (vector, given) in numbers.chunks_exact_mut(width).zip(start.chunks_exact(width)) {
            if given.iter().any(|&x| x != 0.0) {
                vector.copy_from_slice(given);
            }
        }
        Self::begin(numbers)
    }

    /// Before the first batch, from these numbers.
    pub fn begin(numbers: Vec<f32>) -> Self {
        Self {
            adam: AdamW::new(numbers.len()),
            best: numbers.clone(),
            numbers,
            batches: 0,
            loss: 0.0,
            epochs: Vec::new(),
        }
    }

    /// The last epoch whose loss on sentences kept apart is no more than a standard error above the smallest (Breiman et
    /// al. 1984's rule): within that a few hundred sentences cannot tell epochs apart, and the later one learned at lower
    /// rates.
    pub fn best_epoch(&self) -> Option<usize> {
        let smallest = self.epochs.iter().min_by(|a, b| a.kept_loss.total_cmp(&b.kept_loss))?;
        self.epochs.iter().rposition(|epoch| epoch.kept_loss <= smallest.kept_loss + smallest.kept_error)
    }

    /// Only at the schedule's end: while the rate is high, the loss goes up and down and says nothing of what it will be
    /// when the rate has fallen.
    fn is_done(&self, schedule: &Schedule) -> bool {
        self.epochs.len() >= schedule.epochs
    }
}

/// Learns until the schedule's end; of all epochs the best is kept. `pool` is where it reckons; `reached` hears after each
/// batch where it stands and of how many batches in all.
///
/// # Errors
/// What `reached` says, or candle.
pub fn learn<E: From<candle_core::Error>>(
    plan: &Plan,
    schedule: &Schedule,
    examples: &Examples,
    kept: &[Example],
    pool: &rayon::ThreadPool,
    state: &mut State,
    mut reached: impl FnMut(&State, usize, usize) -> std::result::Result<(), E>,
) -> std::result::Result<(), E> {
    #[allow(clippy::cast_precision_loss, reason = "counts of sentences")]
    let mean_weight = examples.all.iter().map(|e| f64::from(e.weight)).sum::<f64>() / examples.all.len().max(1) as f64;
    let per_epoch = examples.all.len().div_ceil(schedule.batch);
    let all = per_epoch * schedule.epochs;
    while !state.is_done(schedule) {
        let epoch = state.epochs.len();
        let order = batches(examples, schedule, epoch);
        for (i, batch) in order.iter().enumerate().skip(state.batches) {
            let step = epoch * per_epoch + i;
            #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "a rate")]
            let rate = one_cycle(schedule.rate, schedule.warm, step as f64 / all as f64) as f32;
            #[allow(clippy::cast_precision_loss, reason = "counts of sentences")]
            let norm = mean_weight * batch.len() as f64;
            let (loss, gradient) = gradient(plan, schedule, examples, batch, norm, &state.numbers, step, pool)?;
            state.adam.step(plan, &mut state.numbers, &gradient, rate, schedule.decay);
            state.loss += loss;
            state.batches += 1;
            if state.batches == per_epoch {
                let [kept_loss, kept_error, kept_accuracy] = measure(plan, &state.numbers, kept, pool)?;
                #[allow(clippy::cast_precision_loss, reason = "counts of batches")]
                let loss = state.loss / per_epoch as f64;
                state.epochs.push(Epoch { loss, kept_loss, kept_error, kept_accuracy });
                (state.batches, state.loss) = (0, 0.0);
                if state.best_epoch() == Some(epoch) {
                    state.best.clone_from(&state.numbers);
                }
            }
            reached(state, step + 1, all)?;
        }
    }
    Ok(())
}

/// A generator for one place of one run: a draw there never depends on how many were made before.
fn generator(seed: u64, place: [usize; 2]) -> Xoshiro256PlusPlus {
    let mixed = place.into_iter().fold(seed, |seed, n| SplitMix64::seed_from_u64(seed ^ n as u64).next_u64());
    Xoshiro256PlusPlus::seed_from_u64(mixed)
}

/// An epoch's batches, of sentences of like length, in random order.
fn batches(examples: &Examples, schedule: &Schedule, epoch: usize) -> Vec<Vec<usize>> {
    let mut rng = generator(schedule.seed, [epoch, usize::MAX]);
    let mut order: Vec<usize> = (0..examples.all.len()).collect();
    order.shuffle(&mut rng);
    for block in order.chunks_mut(BLOCK * schedule.batch) {
        block.sort_by_key(|&i| examples.all[i].pieces.len());
    }
    let mut out: Vec<Vec<usize>> = order.chunks(schedule.batch).map(<[_]>::to_vec).collect();
    out.shuffle(&mut rng);
    out
}

/// What a part of a batch adds.
struct Part {
    loss: f64,
    batch: Batch,
    /// Of the rows' embeddings.
    embedded: Vec<f32>,
    /// Of the dense tensors, in their order.
    dense: Vec<Vec<f32>>,
}

#[allow(clippy::too_many_arguments, reason = "each is one thing, and a struct of them would be used once")]
fn gradient(
    plan: &Plan,
    schedule: &Schedule,
    examples: &Examples,
    batch: &[usize],
    norm: f64,
    numbers: &[f32],
    step: usize,
    pool: &rayon::ThreadPool,
) -> Result<(f64, Vec<f32>)> {
    let variables = plan.variables(numbers)?;
    #[allow(clippy::cast_precision_loss, reason = "counts of sentences")]
    let count = batch.len() as f64;
    let parts: Vec<(usize, &[usize])> = batch.chunks(batch.len().div_ceil(PARTS)).enumerate().collect();
    let work = |&(i, rows): &(usize, &[usize])| {
        let mut rng = generator(schedule.seed, [step, i]);
        let rows = rows.iter().map(|&row| &examples.all[row]);
        let read: Vec<Reading> =
            rows.clone().map(|example| examples.read(example, &schedule.augmentation, &mut rng)).collect();
        let dropout = Dropout::of(schedule.dropout, rng);
        part(plan, &variables, numbers, &read, &rows.collect::<Vec<_>>(), [norm, count], dropout)
    };
    let parts: Vec<Part> = pool.install(|| parts.par_iter().map(work).collect::<Result<_>>())?;
    let mut gradient = vec![0.0; numbers.len()];
    for part in &parts {
        part.batch.embed_gradient(plan, &part.embedded, &mut gradient);
        for (block, values) in plan.dense().iter().zip(&part.dense) {
            gradient[block.range.clone()].iter_mut().zip(values).for_each(|(sum, x)| *sum += x);
        }
    }
    Ok((parts.iter().map(|part| part.loss).sum(), gradient))
}

fn part(
    plan: &Plan,
    variables: &[Var],
    numbers: &[f32],
    read: &[Reading],
    examples: &[&Example],
    [norm, count]: [f64; 2],
    dropout: Dropout,
) -> Result<Part> {
    let batch = Batch::new(read.iter().map(|reading| reading.pieces.as_slice()), plan.shape.positions);
    let embedded = Var::from_vec(batch.embed(plan, numbers), (batch.rows.len(), plan.shape.width), &Device::Cpu)?;
    let means = means(plan, variables, &batch, &embedded, Some(dropout))?;
    let logits = Head::Labels.read(plan, variables, &means)?;
    // The loss and its gradient by the logits, in double precision; candle goes on from there.
    let mut loss = 0.0;
    let mut slopes = Vec::with_capacity(read.len() * plan.labels);
    for (row, example) in logits.to_vec2::<f32>()?.iter().zip(examples) {
        let weight = f64::from(example.weight) / norm;
        let p = probabilities(row);
        loss += weight * cross_entropy(&p, &example.target);
        #[allow(clippy::cast_possible_truncation, reason = "gradients need no more precision")]
        slopes.extend(p.iter().zip(&example.target).map(|(p, &t)| (weight * (p - f64::from(t))) as f32));
    }
    let mut slope = logits.mul(&Tensor::from_vec(slopes, logits.shape(), &Device::Cpu)?)?.sum_all()?;
    if plan.hints > 0 {
        let guesses = Head::Hints.read(plan, variables, &means)?;
        // That of the squared distance from guess to hint.
        #[allow(clippy::cast_possible_truncation, reason = "gradients need no more precision")]
        let weight = (2.0 * HINTED / count) as f32;
        let mut slopes = Vec::with_capacity(read.len() * plan.hints);
        for ((row, example), reading) in guesses.to_vec2::<f32>()?.iter().zip(examples).zip(read) {
            if reading.is_hinted {
                slopes.extend(row.iter().zip(&example.hint).map(|(guess, hint)| weight * (guess - hint)));
            } else {
                slopes.resize(slopes.len() + plan.hints, 0.0);
            }
        }
        slope = slope.add(&guesses.mul(&Tensor::from_vec(slopes, guesses.shape(), &Device::Cpu)?)?.sum_all()?)?;
    }
    let store = slope.backward()?;
    let of = |variable: &Var| match store.get(variable) {
        Some(gradient) => gradient.flatten_all()?.to_vec1::<f32>(),
        None => Ok(vec![0.0; variable.elem_count()]),
    };
    let dense = variables.iter().map(of).collect::<Result<_>>()?;
    Ok(Part { loss, embedded: of(&embedded)?, batch, dense })
}

fn probabilities(logits: &[f32]) -> Vec<f64> {
    stancelight::softmax(&logits.iter().map(|&z| f64::from(z)).collect::<Vec<_>>())
}

fn cross_entropy(p: &[f64], target: &[f32]) -> f64 {
    p.iter().zip(target).map(|(p, &t)| -f64::from(t) * libm::log(p.max(1e-300))).sum()
}

/// Mean loss, its standard error, and accuracy on examples, each counting the same.
fn measure(plan: &Plan, numbers: &[f32], examples: &[Example], pool: &rayon::ThreadPool) -> Result<[f64; 3]> {
    let variables = plan.variables(numbers)?;
    let sentences: Vec<&[Piece]> = examples.iter().map(|example| example.pieces.as_slice()).collect();
    let read = |batch: &[&[Piece]]| judge(plan, &variables, numbers, batch.iter().copied());
    let mut sums = [0.0; 3];
    for (row, example) in in_batches(&sentences, pool, read, |_| {})?.iter().zip(examples) {
        let p = probabilities(row);
        let most = |x: &dyn Fn(usize) -> f64| (1..p.len()).fold(0, |best, k| if x(k) > x(best) { k } else { best });
        let right = most(&|k| p[k]) == most(&|k| f64::from(example.target[k]));
        let loss = cross_entropy(&p, &example.target);
        sums.iter_mut().zip([loss, loss * loss, f64::from(u8::from(right))]).for_each(|(sum, x)| *sum += x);
    }
    #[allow(clippy::cast_precision_loss, reason = "counts of sentences")]
    let n = examples.len().max(1) as f64;
    let [loss, square, accuracy] = sums.map(|sum| sum / n);
    Ok([loss, ((square - loss * loss).max(0.0) / n).sqrt(), accuracy])
}

#[cfg(test)]
mod tests {
    use super::{Epoch, Schedule, State, learn};
    use crate::example::{Augmentation, Examples};
    use crate::network::{Head, place};
    use crate::parameters::Plan;
    use crate::pieces;
    use stancelight::encoder::Shape;
    use stancelight_train::Row;

    /// Sentences of two kinds, told apart by one word.
    fn rows() -> Vec<Row> {
        let row = |i: usize| {
            let (word, target) = if i.is_multiple_of(2) { ("thanked", [1.0, 0.0]) } else { ("shelled", [0.0, 1.0]) };
            let text = format!(
                "Envoys of {} {word} the {} of Peru.",
                ["Chad", "Mali", "Oman"][i % 3],
                ["port", "town"][i / 6 % 2]
            );
            Row { text, target: target.to_vec(), weight: 1.0, groups: Vec::new(), source: 0 }
        };
        (0..48).map(row).collect()
    }

    #[test]
    fn takes_the_last_epoch_that_is_as_good_as_the_best() {
        for (losses, best) in [
            (&[][..], None),
            (&[0.5], Some(0)),
            (&[0.5, 0.4, 0.42], Some(2)),
            (&[0.5, 0.4, 0.44], Some(1)),
            (&[0.5, 0.4, 0.42, 0.44], Some(2)),
            (&[0.0, 0.0], Some(1)),
        ] {
            let mut state = State::begin(Vec::new());
            let epoch = |&kept_loss: &f64| Epoch { loss: 0.0, kept_loss, kept_error: 0.03, kept_accuracy: 0.0 };
            state.epochs = losses.iter().map(epoch).collect();
            assert_eq!(state.best_epoch(), best, "{losses:?}");
        }
    }

    #[test]
    fn learns_labels_and_hints_and_ends_the_same_on_more_threads_and_after_a_break() {
        let rows = rows();
        let pieces = pieces::learn(rows.iter().map(|row| row.text.as_str()), 100).unwrap();
        // Of what no label tells.
        let hint = |row: &Row| if row.text.contains("port") { vec![0.6, 0.8] } else { vec![-0.6, -0.8] };
        let examples = Examples::new(&rows, rows.iter().map(hint).collect(), &pieces);
        let shape = Shape { layers: 1, width: 16, heads: 2, feed_forward: 32, positions: 16 };
        let plan = Plan::new(shape, pieces.len(), 2, 2);
        let schedule = Schedule {
            epochs: 6,
            batch: 10,
            rate: 0.01,
            warm: 0.1,
            decay: 0.01,
            dropout: 0.05,
            augmentation: Augmentation { swap: 0.5, lower: 0.2 },
            seed: 1,
        };
        let pool = |jobs| rayon::ThreadPoolBuilder::new().num_threads(jobs).build().unwrap();
        let go_on = |state: &mut State, jobs, until: usize| {
            let reached =
                |_: &State, done, _| if done == until { Err(candle_core::Error::msg("a break")) } else { Ok(()) };
            learn(&plan, &schedule, &examples, &examples.all, &pool(jobs), state, reached)
        };
        let mut whole = State::new(&plan, &[], 1);
        go_on(&mut whole, 1, usize::MAX).unwrap();
        assert_eq!(whole.epochs.last().unwrap().kept_accuracy, 1.0, "{:?}", whole.epochs);
        let mut broken = State::new(&plan, &[], 1);
        go_on(&mut broken, 3, 7).unwrap_err();
        go_on(&mut broken, 2, usize::MAX).unwrap();
        assert!(whole == broken);
        let variables = plan.variables(&whole.best).unwrap();
        let sentences = examples.all.iter().map(|example| example.pieces.as_slice());
        let means = place(&plan, &variables, &whole.best, sentences).unwrap();
        let guesses = Head::Hints.read(&plan, &variables, &means).unwrap().to_vec2::<f32>().unwrap();
        for (guess, example) in guesses.iter().zip(&examples.all) {
            let off: f32 = guess.iter().zip(&example.hint).map(|(x, y)| (x - y).powi(2)).sum();
            assert!(off < 0.3, "{guess:?} for {:?}", example.hint);
        }
    }
}
