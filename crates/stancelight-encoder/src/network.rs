//! The forward pass, written once for learning and for measuring while learning: a batch of sentences and the
//! parameters come in, logits go out, and candle can go back from there.
//!
//! It computes what core's scorer computes, before rounding; a test holds the two together.

use crate::ops::{AddBias, Attention, Gelu, LayerNorm, Mean};
use crate::parameters::{Norms, PER_LAYER, Plan};
use candle_core::{Device, Result, Tensor, Var};
use rand::RngCore;
use rand_xoshiro::Xoshiro256PlusPlus;
use rayon::ThreadPool;
use rayon::iter::{IntoParallelRefIterator, ParallelIterator};
use stancelight::encoder::Piece;
use std::ops::Range;
use std::sync::Arc;

/// Sentences one behind the other.
pub struct Batch {
    /// Each row's piece, position and case.
    pub rows: Vec<[usize; 3]>,
    /// Rows of each sentence.
    sentences: Arc<[Range<usize>]>,
    /// Rows that see each other.
    windows: Arc<[Range<usize>]>,
}

impl Batch {
    /// Lays sentences out; each has at least one piece.
    pub fn new<'p>(sentences: impl Iterator<Item = &'p [Piece]>, positions: usize) -> Self {
        let (mut rows, mut ranges, mut windows) = (Vec::new(), Vec::new(), Vec::new());
        for pieces in sentences {
            let from = rows.len();
            for window in pieces.chunks(positions) {
                windows.push(rows.len()..rows.len() + window.len());
                rows.extend(window.iter().enumerate().map(|(i, p)| [p.id as usize, i, p.case as usize]));
            }
            ranges.push(from..rows.len());
        }
        Self { rows, sentences: ranges.into(), windows: windows.into() }
    }

    /// The sum of each row's three embeddings. Tables lie first in `numbers`, one behind the other.
    pub fn embed(&self, plan: &Plan, numbers: &[f32]) -> Vec<f32> {
        let width = plan.shape.width;
        let mut out = vec![0.0; self.rows.len() * width];
        for (out, row) in out.chunks_exact_mut(width).zip(&self.rows) {
            for (block, &at) in plan.blocks.iter().zip(row) {
                let embedding = &numbers[block.range.start + at * width..][..width];
                out.iter_mut().zip(embedding).for_each(|(x, e)| *x += e);
            }
        }
        out
    }

    /// Adds the gradient of [`Self::embed`]'s result to that of the tables.
    pub fn embed_gradient(&self, plan: &Plan, gradient: &[f32], of_numbers: &mut [f32]) {
        let width = plan.shape.width;
        for (d, row) in gradient.chunks_exact(width).zip(&self.rows) {
            // Tables that stay as they are need no gradient.
            for (block, &at) in plan.blocks.iter().zip(row).filter(|(block, _)| block.pace > 0.0) {
                let embedding = &mut of_numbers[block.range.start + at * width..][..width];
                embedding.iter_mut().zip(d).for_each(|(x, d)| *x += d);
            }
        }
    }
}

/// Sets numbers to nothing at random, so that none is relied on (Srivastava et al. 2014).
pub struct Dropout {
    rng: Xoshiro256PlusPlus,
    /// How many of 256 numbers go.
    of_256: u8,
}

impl Dropout {
    /// Of a part of all numbers, to the nearest 256th.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a part of 256")]
    pub fn of(part: f64, rng: Xoshiro256PlusPlus) -> Self {
        Self { rng, of_256: (part * 256.0).round() as u8 }
    }

    fn apply(&mut self, x: &Tensor) -> Result<Tensor> {
        if self.of_256 == 0 {
            return Ok(x.clone());
        }
        let mut bytes = vec![0; x.elem_count()];
        self.rng.fill_bytes(&mut bytes);
        let kept = 256.0 / (256.0 - f32::from(self.of_256));
        let mask: Vec<f32> = bytes.iter().map(|&b| if b < self.of_256 { 0.0 } else { kept }).collect();
        x.mul(&Tensor::from_vec(mask, x.shape(), &Device::Cpu)?)
    }
}

/// What reads a sentence's mean.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Head {
    /// Gives a logit a label.
    Labels,
    /// Guesses a hint.
    Hints,
}

impl Head {
    /// What it says, a row a sentence.
    ///
    /// # Errors
    /// None in practice: tensors are of the plan's sizes.
    pub fn read(self, plan: &Plan, variables: &[Var], means: &Tensor) -> Result<Tensor> {
        let at = Plan::layer(plan.shape.layers) + if self == Self::Labels { 2 } else { 4 };
        affine(means, variables, at)
    }
}

fn affine(x: &Tensor, variables: &[Var], at: usize) -> Result<Tensor> {
    x.matmul(&variables[at])?.apply_op2(&variables[at + 1], AddBias)
}

/// What the heads read, a row a sentence, of embedded pieces.
///
/// # Errors
/// None in practice: tensors are of the plan's sizes.
pub fn means(
    plan: &Plan,
    variables: &[Var],
    batch: &Batch,
    embedded: &Tensor,
    mut dropout: Option<Dropout>,
) -> Result<Tensor> {
    let mut drop = |x: Tensor| dropout.as_mut().map_or(Ok(x.clone()), |dropout| dropout.apply(&x));
    let norm = |x: &Tensor, at: usize| x.apply_op3(&variables[at], &variables[at + 1], LayerNorm);
    let affine = |x: &Tensor, at: usize| affine(x, variables, at);
    let attention = Attention {
        heads: plan.shape.heads,
        windows: Arc::clone(&batch.windows),
        distances: Arc::clone(&plan.distances),
    };
    let see = |x: &Tensor, at: usize| affine(&affine(x, at + 2)?.apply_op1(attention.clone())?, at + 4);
    let feed = |x: &Tensor, at: usize| affine(&affine(x, at + 8)?.apply_op1(Gelu)?, at + 10);
    let last = Plan::layer(plan.shape.layers);
    let mut x = drop(embedded.clone())?;
    match plan.norms {
        Norms::Before => {
            for at in (0..plan.shape.layers).map(Plan::layer) {
                x = x.add(&drop(see(&norm(&x, at)?, at)?)?)?;
                x = x.add(&drop(feed(&norm(&x, at + 6)?, at)?)?)?;
            }
            x = norm(&x, last)?;
        }
        Norms::Behind => {
            x = norm(&x, 0)?;
            for at in (0..plan.shape.layers).map(Plan::layer) {
                x = norm(&x.add(&drop(see(&x, at)?)?)?, at + 6)?;
                x = norm(&x.add(&drop(feed(&x, at)?)?)?, at + PER_LAYER)?;
            }
        }
    }
    // The mean of what a head reads is what it reads in the mean.
    x.apply_op1(Mean { sentences: Arc::clone(&batch.sentences) })
}

/// What the heads read, a row a sentence, of sentences that nothing is learned from.
///
/// # Errors
/// None in practice, as of [`means`].
pub fn place<'p>(
    plan: &Plan,
    variables: &[Var],
    numbers: &[f32],
    sentences: impl Iterator<Item = &'p [Piece]>,
) -> Result<Tensor> {
    let batch = Batch::new(sentences, plan.shape.positions);
    let rows = batch.embed(plan, numbers);
    let embedded = Tensor::from_vec(rows, (batch.rows.len(), plan.shape.width), &Device::Cpu)?;
    means(plan, variables, &batch, &embedded, None)
}

/// Logits, a row a sentence, of sentences that nothing is learned from.
///
/// # Errors
/// None in practice, as of [`means`].
pub fn judge<'p>(
    plan: &Plan,
    variables: &[Var],
    numbers: &[f32],
    sentences: impl Iterator<Item = &'p [Piece]>,
) -> Result<Vec<Vec<f32>>> {
    Head::Labels.read(plan, variables, &place(plan, variables, numbers, sentences)?)?.to_vec2()
}

/// Sentences that are read together.
const TOGETHER: usize = 64;

/// What `read` says of each of many sentences, a row a sentence: those of like length together, since the parts of a batch
/// should take equally long. `reached` hears how many are done.
///
/// # Errors
/// What `read` says.
pub fn in_batches(
    sentences: &[&[Piece]],
    pool: &ThreadPool,
    read: impl Fn(&[&[Piece]]) -> Result<Vec<Vec<f32>>> + Sync,
    mut reached: impl FnMut(usize),
) -> Result<Vec<Vec<f32>>> {
    let mut order: Vec<usize> = (0..sentences.len()).collect();
    order.sort_by_key(|&i| sentences[i].len());
    let mut out = vec![Vec::new(); sentences.len()];
    let mut done = 0;
    // A few batches a thread at a time, so that progress can be told.
    for some in order.chunks(TOGETHER * 4 * pool.current_num_threads()) {
        reached(done);
        let batches: Vec<&[usize]> = some.chunks(TOGETHER).collect();
        let work = |batch: &&[usize]| read(&batch.iter().map(|&i| sentences[i]).collect::<Vec<_>>());
        let found: Vec<_> = pool.install(|| batches.par_iter().map(work).collect::<Result<_>>())?;
        for (&i, row) in some.iter().zip(found.into_iter().flatten()) {
            out[i] = row;
        }
        done += some.len();
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::judge;
    use crate::parameters::Plan;
    use stancelight::encoder::{Encoder, Pieces, Shape};
    use stancelight::token::Tokens;
    use stancelight::{Label, Model, Predictor, Scorer, Topic, Underline, score};

    fn topic() -> Topic {
        let label = |name: &str| Label {
            name: name.to_owned(),
            pole: 0.0,
            color: "#000000".to_owned(),
            color_dark: "#ffffff".to_owned(),
            underline: Underline::None,
            meaning: String::new(),
        };
        let [name, title, question, provenance] = ["t", "T", "Q?", "here"].map(str::to_owned);
        Topic { name, title, question, labels: ["a", "b", "c"].map(label).to_vec(), threshold: 0.5, provenance }
    }

    #[test]
    fn computes_what_the_engine_computes_but_for_rounding() {
        let shape = Shape { layers: 2, width: 32, heads: 4, feed_forward: 64, positions: 6 };
        let pieces = Pieces::new("envoys of chad ##d met s ##ig ##ned the port . , Ж".split(' ')).unwrap();
        let plan = Plan::new(shape, pieces.len(), 3, 0);
        // Tables, matrices, gains and biases that are all something else, none of them as learning begins.
        let mut numbers = plan.initial(5);
        for (i, x) in (0_u32..).zip(&mut numbers) {
            *x += (f64::from(i % 97) * 0.01 - 0.48) as f32 * 0.3;
        }
        let encoder = Encoder::quantize(shape, 8, pieces.clone(), &plan.weights(&numbers)).unwrap();
        let model = Model { topic: topic(), facts: Vec::new(), scorer: Scorer::Encoder(encoder) };
        let predictor = Predictor::new(model);
        let texts =
            ["Envoys of Chad met.", "signed", "The port of Chad, the port met envoys of the port of Chadd, signed."];
        let cut = |text: &str| {
            let (mut tokens, mut out) = (Tokens::default(), Vec::new());
            tokens.fill(text);
            pieces.cut(&tokens, &mut out);
            out
        };
        let sentences: Vec<_> = texts.iter().map(|text| cut(text)).collect();
        let variables = plan.variables(&numbers).unwrap();
        let found = judge(&plan, &variables, &numbers, sentences.iter().map(Vec::as_slice)).unwrap();
        let spread = found.iter().flatten().fold(0.0_f32, |most, z| most.max(z.abs()));
        for (text, row) in texts.iter().zip(&found) {
            for (z, engine) in row.iter().zip(score(text, &predictor).logits) {
                assert!((f64::from(*z) - engine).abs() < 0.02 * f64::from(spread), "{text}: {z} but {engine}");
            }
        }
    }
}
