//! The steps of a transformer that candle would do in a dozen passes over memory, each in one, with its gradient:
//! tensors come in, a tensor goes out, and backpropagation knows how to come back.
//!
//! Sentences lie one behind the other without padding, a row a piece; what must not cross from one to the next
//! (attention, the mean) is told where each begins and ends. Loops are plain and keep sums in lanes; `pulp` compiles
//! them for the widest vectors that the processor has. A loop's closure takes its result in and hands it out: such a one
//! is compiled where it is dispatched, while one that could be called twice would be called as it is, without vectors.

use candle_core::{CpuStorage, CustomOp1, CustomOp2, CustomOp3, Layout, Result, Shape, Tensor, bail};
use stancelight::encoder::exp;
use std::ops::Range;
use std::sync::Arc;

const EPSILON: f32 = 1e-5;
const LANES: usize = 16;

/// The numbers of a tensor that lies in one piece.
fn numbers<'s>(storage: &'s CpuStorage, layout: &Layout) -> Result<&'s [f32]> {
    let all: &[f32] = storage.as_slice()?;
    match layout.contiguous_offsets() {
        Some((from, to)) => Ok(&all[from..to]),
        None => bail!("a fused step needs its tensors in one piece"),
    }
}

fn rows(layout: &Layout) -> Result<(usize, usize)> {
    layout.shape().dims2()
}

/// The sum of what `term` makes of the numbers at each place of slices of one length. By whole chunks, for an index that
/// might lie outside keeps a loop from using vectors.
#[inline(always)]
fn sum<const N: usize>(of: [&[f32]; N], term: impl Fn([f32; N]) -> f32) -> f32 {
    let cut = of.map(<[f32]>::as_chunks::<LANES>);
    let mut lanes = [0.0_f32; LANES];
    for at in 0..cut[0].0.len() {
        let chunk = cut.map(|(chunks, _)| &chunks[at]);
        for (i, lane) in lanes.iter_mut().enumerate() {
            *lane += term(chunk.map(|x| x[i]));
        }
    }
    let mut half = LANES / 2;
    while half > 0 {
        for i in 0..half {
            lanes[i] += lanes[i + half];
        }
        half /= 2;
    }
    (0..cut[0].1.len()).fold(lanes[0], |total, i| total + term(cut.map(|(_, rest)| rest[i])))
}

#[inline(always)]
fn dot(a: &[f32], b: &[f32]) -> f32 {
    sum([a, b], |[a, b]| a * b)
}

#[inline(always)]
fn add_scaled(out: &mut [f32], row: &[f32], factor: f32) {
    for (out, x) in out.iter_mut().zip(row) {
        *out += factor * x;
    }
}

// ---- layer norm ---------------------------------------------------------------------------------

/// Layer norm over rows (Ba, Kiros and Hinton 2016): rows, gain and bias come in.
pub struct LayerNorm;

#[allow(clippy::cast_precision_loss, reason = "widths are small")]
#[inline(always)]
fn moments(x: &[f32]) -> (f32, f32) {
    let n = x.len() as f32;
    let mean = sum([x], |[x]| x) / n;
    let variance = sum([x], |[x]| (x - mean) * (x - mean)) / n;
    (mean, 1.0 / (variance + EPSILON).sqrt())
}

impl CustomOp3 for LayerNorm {
    fn name(&self) -> &'static str {
        "layer-norm"
    }

    fn cpu_fwd(
        &self,
        x: &CpuStorage,
        lx: &Layout,
        gain: &CpuStorage,
        lg: &Layout,
        bias: &CpuStorage,
        lb: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (_, width) = rows(lx)?;
        let (x, gain, bias) = (numbers(x, lx)?, numbers(gain, lg)?, numbers(bias, lb)?);
        let mut out = vec![0.0; x.len()];
        let out = pulp::Arch::new().dispatch(
            #[inline(always)]
            move || {
                for (out, x) in out.chunks_exact_mut(width).zip(x.chunks_exact(width)) {
                    let (mean, factor) = moments(x);
                    for (((out, x), gain), bias) in out.iter_mut().zip(x).zip(gain).zip(bias) {
                        *out = (x - mean) * factor * gain + bias;
                    }
                }
                out
            },
        );
        Ok((CpuStorage::F32(out), lx.shape().clone()))
    }

    fn bwd(
        &self,
        x: &Tensor,
        gain: &Tensor,
        _: &Tensor,
        _: &Tensor,
        gradient: &Tensor,
    ) -> Result<(Option<Tensor>, Option<Tensor>, Option<Tensor>)> {
        let gradient = gradient.contiguous()?;
        let of_rows = x.apply_op3_no_bwd(gain, &gradient, &NormRows)?;
        let of_parameters = x.apply_op2_no_bwd(&gradient, &NormParameters)?;
        Ok((Some(of_rows), Some(of_parameters.get(0)?), Some(of_parameters.get(1)?)))
    }
}

struct NormRows;

impl CustomOp3 for NormRows {
    fn name(&self) -> &'static str {
        "layer-norm-rows"
    }

    #[allow(clippy::cast_precision_loss, reason = "widths are small")]
    fn cpu_fwd(
        &self,
        x: &CpuStorage,
        lx: &Layout,
        gain: &CpuStorage,
        lg: &Layout,
        gradient: &CpuStorage,
        ld: &Layout,
    ) -> Result<(CpuStorage, Shape)> {
        let (_, width) = rows(lx)?;
        let (x, gain, gradient) = (numbers(x, lx)?, numbers(gain, lg)?, numbers(gradient, ld)?);
        let mut out = vec![0.0; x.len()];
        let out = pulp::Arch::new().dispatch(
            #[inline(always)]
            move || {
                let all = out.chunks_exact_mut(width).zip(x.chunks_exact(width)).zip(gradient.chunks_exact(width));
                for ((out, x), d) in all {
                    let (mean, factor) = moments(x);
                    let n = width as f32;
                    let plain = dot(d, gain) / n;
                    let along = sum([d, gain, x], |[d, gain, x]| d * gain * (x - mean) * factor) / n;
                    for (((out, x), d), gain) in out.iter_mut().zip(x).zip(d).zip(gain) {
                        *out = factor * (d * gain - plain - (x - mean) * factor * along);
                    }
                }
                out
            },
        );
        Ok((CpuStorage::F32(out), lx.shape().clone()))
    }
}

struct NormParameters;

impl CustomOp2 for NormParameters {
    fn name(&self) -> &'static str {
        "layer-norm-parameters"
    }

    fn cpu_fwd(&self, x: &CpuStorage, lx: &Layout, gradient: &CpuStorage, ld: &Layout) -> Result<(CpuStorage, Shape)> {
        let (_, width) = rows(lx)?;
        let (x, gradient) = (numbers(x, lx)?, numbers(gradient, ld)?);
        let mut out = vec![0.0; 2 * width];
        let out = pulp::Arch::new().dispatch(
            #[inline(always)]
            move || {
                let (gain, bias) = out.split_at_mut(width);
                for (x, d) in x.chunks_exact(width).zip(gradient.chunks_exact(width)) {
                    let (mean, factor) = moments(x);
                    for (((gain, bias), x), d) in gain.iter_mut().zip(&mut *bias).zip(x).zip(d) {
                        *gain += d * (x - mean) * factor;
                        *bias += d;
                    }
                }
                out
            },
        );
        Ok((CpuStorage::F32(out), Shape::from((2, width))))
    }
}

// ---- bias ---------------------------------------------------------------------------------------

/// Adds one vector to every row.
pub struct AddBias;

impl CustomOp2 for AddBias {
    fn name(&self) -> &'static str {
        "add-bias"
    }

    fn cpu_fwd(&self, x: &CpuStorage, lx: &Layout, bias: &CpuStorage, lb: &Layout) -> Result<(CpuStorage, Shape)> {
        let (x, bias) = (numbers(x, lx)?, numbers(bias, lb)?);
        let mut out = x.to_vec();
        for row in out.chunks_exact_mut(bias.len()) {
            add_scaled(row, bias, 1.0);
        }
        Ok((CpuStorage::F32(out), lx.shape().clone()))
    }

    fn bwd(&self, _: &Tensor, _: &Tensor, _: &Tensor, gradient: &Tensor) -> Result<(Option<Tensor>, Option<Tensor>)> {
        let gradient = gradient.contiguous()?;
        let sums = gradient.apply_op1_no_bwd(&ColumnSums)?;
        Ok((Some(gradient), Some(sums)))
    }
}

struct ColumnSums;

impl CustomOp1 for ColumnSums {
    fn name(&self) -> &'static str {
        "column-sums"
    }

    fn cpu_fwd(&self, x: &CpuStorage, lx: &Layout) -> Result<(CpuStorage, Shape)> {
        let (_, width) = rows(lx)?;
        let x = numbers(x, lx)?;
        let mut out = vec![0.0; width];
        let out = pulp::Arch::new().dispatch(
            #[inline(always)]
            move || {
                for row in x.chunks_exact(width) {
                    add_scaled(&mut out, row, 1.0);
                }
                out
            },
        );
        Ok((CpuStorage::F32(out), Shape::from(width)))
    }
}

// ---- gelu ---------------------------------------------------------------------------------------

/// Gaussian error linear unit in its tanh form (Hendrycks and Gimpel 2016), as the engine computes it.
pub struct Gelu;

const TWICE_ROOT: f32 = 1.595_769; // 2·√(2/π)
const CUBE: f32 = 0.044_715;

impl CustomOp1 for Gelu {
    fn name(&self) -> &'static str {
        "gelu"
    }

    fn cpu_fwd(&self, x: &CpuStorage, lx: &Layout) -> Result<(CpuStorage, Shape)> {
        let x = numbers(x, lx)?;
        let mut out = vec![0.0; x.len()];
        let out = pulp::Arch::new().dispatch(
            #[inline(always)]
            move || {
                for (out, &x) in out.iter_mut().zip(x) {
                    *out = x / (1.0 + exp(-TWICE_ROOT * (x + CUBE * x * x * x)));
                }
                out
            },
        );
        Ok((CpuStorage::F32(out), lx.shape().clone()))
    }

    fn bwd(&self, x: &Tensor, _: &Tensor, gradient: &Tensor) -> Result<Option<Tensor>> {
        Ok(Some(x.apply_op2_no_bwd(&gradient.contiguous()?, &GeluGradient)?))
    }
}

struct GeluGradient;

impl CustomOp2 for GeluGradient {
    fn name(&self) -> &'static str {
        "gelu-gradient"
    }

    fn cpu_fwd(&self, x: &CpuStorage, lx: &Layout, gradient: &CpuStorage, ld: &Layout) -> Result<(CpuStorage, Shape)> {
        let (x, gradient) = (numbers(x, lx)?, numbers(gradient, ld)?);
        let mut out = vec![0.0; x.len()];
        let out = pulp::Arch::new().dispatch(
            #[inline(always)]
            move || {
                for ((out, &x), &d) in out.iter_mut().zip(x).zip(gradient) {
                    let share = 1.0 / (1.0 + exp(-TWICE_ROOT * (x + CUBE * x * x * x)));
                    let slope = TWICE_ROOT * (1.0 + 3.0 * CUBE * x * x);
                    *out = d * (share + x * share * (1.0 - share) * slope);
                }
                out
            },
        );
        Ok((CpuStorage::F32(out), lx.shape().clone()))
    }
}

// ---- attention ----------------------------------------------------------------------------------

/// Scaled dot-product attention of several heads within windows (Vaswani et al. 2017): rows of query, key and value
/// side by side come in. By how far a row is from another, a head may look at it more or less (Raffel et al. 2020).
#[derive(Clone)]
pub struct Attention {
    /// Among which a row is divided.
    pub heads: usize,
    /// The rows that see each other.
    pub windows: Arc<[Range<usize>]>,
    /// As in [`Plan`](crate::parameters::Plan): an odd count of numbers a head, whose middle is for a row itself, or none.
    pub distances: Arc<[f32]>,
}

impl Attention {
    #[inline(always)]
    fn head<'a>(&'a self, rows: &'a [f32], width: usize, from: usize) -> Head<'a> {
        let size = width / self.heads;
        let per_head = self.distances.len() / self.heads;
        Head { rows, width, from, size, distances: &self.distances[from / size * per_head..][..per_head] }
    }
}

/// One head of one window, read from rows of query, key and value.
#[derive(Clone, Copy)]
struct Head<'a> {
    rows: &'a [f32],
    width: usize,
    from: usize,
    size: usize,
    distances: &'a [f32],
}

impl<'a> Head<'a> {
    #[inline(always)]
    fn part(&self, row: usize, which: usize) -> &'a [f32] {
        let at = row * 3 * self.width + which * self.width + self.from;
        &self.rows[at..at + self.size]
    }

    /// How much row `i` looks at each row of its window.
    #[allow(clippy::cast_precision_loss, reason = "heads are small")]
    #[inline(always)]
    fn looks(&self, i: usize, window: &Range<usize>, out: &mut [f32]) {
        let factor = 1.0 / (self.size as f32).sqrt();
        let query = self.part(i, 0);
        for (out, j) in out.iter_mut().zip(window.clone()) {
            *out = dot(query, self.part(j, 1)) * factor;
        }
        if !self.distances.is_empty() {
            let first = self.distances.len() / 2 + window.start - i;
            add_scaled(out, &self.distances[first..], 1.0);
        }
        let most = out.iter().fold(f32::NEG_INFINITY, |most, &x| most.max(x));
        for x in out.iter_mut() {
            *x = exp(*x - most);
        }
        let all = 1.0 / sum([out], |[x]| x);
        for x in out {
            *x *= all;
        }
    }
}

impl CustomOp1 for Attention {
    fn name(&self) -> &'static str {
        "attention"
    }

    fn cpu_fwd(&self, x: &CpuStorage, lx: &Layout) -> Result<(CpuStorage, Shape)> {
        let (count, triple) = rows(lx)?;
        let width = triple / 3;
        let size = width / self.heads;
        let x = numbers(x, lx)?;
        let mut out = vec![0.0; count * width];
        let mut looks = Vec::new();
        let out = pulp::Arch::new().dispatch(
            #[inline(always)]
            move || {
                for window in self.windows.iter() {
                    looks.resize(window.len(), 0.0);
                    for from in (0..width).step_by(size) {
                        let head = self.head(x, width, from);
                        for i in window.clone() {
                            head.looks(i, window, &mut looks);
                            let out = &mut out[i * width + from..][..size];
                            for (&look, j) in looks.iter().zip(window.clone()) {
                                add_scaled(out, head.part(j, 2), look);
                            }
                        }
                    }
                }
                out
            },
        );
        Ok((CpuStorage::F32(out), Shape::from((count, width))))
    }

    fn bwd(&self, x: &Tensor, _: &Tensor, gradient: &Tensor) -> Result<Option<Tensor>> {
        Ok(Some(x.apply_op2_no_bwd(&gradient.contiguous()?, &AttentionGradient(self.clone()))?))
    }
}

struct AttentionGradient(Attention);

impl CustomOp2 for AttentionGradient {
    fn name(&self) -> &'static str {
        "attention-gradient"
    }

    #[allow(clippy::cast_precision_loss, reason = "heads are small")]
    fn cpu_fwd(&self, x: &CpuStorage, lx: &Layout, gradient: &CpuStorage, ld: &Layout) -> Result<(CpuStorage, Shape)> {
        let (_, triple) = rows(lx)?;
        let width = triple / 3;
        let size = width / self.0.heads;
        let factor = 1.0 / (size as f32).sqrt();
        let (x, gradient) = (numbers(x, lx)?, numbers(gradient, ld)?);
        let mut out = vec![0.0; x.len()];
        let (mut looks, mut slopes) = (Vec::new(), Vec::new());
        let out = pulp::Arch::new().dispatch(
            #[inline(always)]
            move || {
                for window in self.0.windows.iter() {
                    looks.resize(window.len(), 0.0);
                    slopes.resize(window.len(), 0.0);
                    for from in (0..width).step_by(size) {
                        let head = self.0.head(x, width, from);
                        for i in window.clone() {
                            head.looks(i, window, &mut looks);
                            let d = &gradient[i * width + from..][..size];
                            for (slope, j) in slopes.iter_mut().zip(window.clone()) {
                                *slope = dot(d, head.part(j, 2));
                            }
                            let mean = dot(&looks, &slopes);
                            for ((slope, &look), j) in slopes.iter().zip(&looks).zip(window.clone()) {
                                let of_score = look * (slope - mean) * factor;
                                let at = |row: usize, which: usize| (row * 3 + which) * width + from;
                                add_scaled(&mut out[at(i, 0)..][..size], head.part(j, 1), of_score);
                                add_scaled(&mut out[at(j, 1)..][..size], head.part(i, 0), of_score);
                                add_scaled(&mut out[at(j, 2)..][..size], d, look);
                            }
                        }
                    }
                }
                out
            },
        );
        Ok((CpuStorage::F32(out), lx.shape().clone()))
    }
}

// ---- mean ---------------------------------------------------------------------------------------

/// The mean of each sentence's rows.
#[derive(Clone)]
pub struct Mean {
    /// The rows of each; none is empty.
    pub sentences: Arc<[Range<usize>]>,
}

impl CustomOp1 for Mean {
    fn name(&self) -> &'static str {
        "mean"
    }

    #[allow(clippy::cast_precision_loss, reason = "sentences are short")]
    fn cpu_fwd(&self, x: &CpuStorage, lx: &Layout) -> Result<(CpuStorage, Shape)> {
        let (_, width) = rows(lx)?;
        let x = numbers(x, lx)?;
        let mut out = vec![0.0; self.sentences.len() * width];
        for (out, rows) in out.chunks_exact_mut(width).zip(self.sentences.iter()) {
            let factor = 1.0 / rows.len() as f32;
            for row in rows.clone() {
                add_scaled(out, &x[row * width..][..width], factor);
            }
        }
        Ok((CpuStorage::F32(out), Shape::from((self.sentences.len(), width))))
    }

    fn bwd(&self, x: &Tensor, _: &Tensor, gradient: &Tensor) -> Result<Option<Tensor>> {
        let spread = Spread { mean: self.clone(), rows: x.dim(0)? };
        Ok(Some(gradient.contiguous()?.apply_op1_no_bwd(&spread)?))
    }
}

struct Spread {
    mean: Mean,
    rows: usize,
}

impl CustomOp1 for Spread {
    fn name(&self) -> &'static str {
        "mean-gradient"
    }

    #[allow(clippy::cast_precision_loss, reason = "sentences are short")]
    fn cpu_fwd(&self, gradient: &CpuStorage, ld: &Layout) -> Result<(CpuStorage, Shape)> {
        let (_, width) = rows(ld)?;
        let gradient = numbers(gradient, ld)?;
        let mut out = vec![0.0; self.rows * width];
        for (d, rows) in gradient.chunks_exact(width).zip(self.mean.sentences.iter()) {
            let factor = 1.0 / rows.len() as f32;
            for row in rows.clone() {
                add_scaled(&mut out[row * width..][..width], d, factor);
            }
        }
        Ok((CpuStorage::F32(out), Shape::from((self.rows, width))))
    }
}

#[cfg(test)]
mod tests {
    use super::{AddBias, Attention, Gelu, LayerNorm, Mean};
    use candle_core::{Device, Result, Tensor, Var};
    use rand::{Rng, SeedableRng};
    use rand_xoshiro::Xoshiro256PlusPlus;
    use std::sync::Arc;

    fn random(rng: &mut impl Rng, rows: usize, columns: usize) -> Vec<f32> {
        (0..rows * columns).map(|_| rng.random_range(-1.0..1.0)).collect()
    }

    /// The gradient of Σ weights·f(x) must be what small steps along each number show.
    fn check(name: &str, rows: usize, columns: usize, f: impl Fn(&Tensor) -> Result<Tensor>) {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(1);
        let x = random(&mut rng, rows, columns);
        let tensor = |x: &[f32]| Tensor::from_slice(x, (rows, columns), &Device::Cpu).unwrap();
        let shape = f(&tensor(&x)).unwrap().dims2().unwrap();
        let weights = Tensor::from_vec(random(&mut rng, shape.0, shape.1), shape, &Device::Cpu).unwrap();
        let value = |t: &Tensor| f(t).unwrap().mul(&weights).unwrap().sum_all().unwrap();
        let var = Var::from_tensor(&tensor(&x)).unwrap();
        let store = value(&var).backward().unwrap();
        let found = store.get(&var).unwrap().flatten_all().unwrap().to_vec1::<f32>().unwrap();
        for i in 0..x.len() {
            const STEP: f32 = 1e-2;
            let at = |step: f32| {
                let mut x = x.clone();
                x[i] += step;
                f64::from(value(&tensor(&x)).to_scalar::<f32>().unwrap())
            };
            let slope = (at(STEP) - at(-STEP)) / (2.0 * f64::from(STEP));
            assert!((slope - f64::from(found[i])).abs() < 4e-3, "{name}[{i}]: {slope} but {}", found[i]);
        }
    }

    #[test]
    fn gradients_are_what_small_steps_show() {
        let device = &Device::Cpu;
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(2);
        let vector = |values: Vec<f32>| Tensor::from_slice(&values, values.len(), device).unwrap();
        let (gain, bias) = (vector(random(&mut rng, 1, 24)), vector(random(&mut rng, 1, 24)));
        let x = Tensor::from_vec(random(&mut rng, 5, 24), (5, 24), device).unwrap();
        check("layer norm", 3, 24, |x| x.apply_op3(&gain, &bias, LayerNorm));
        check("layer norm's gain", 1, 24, |gain| x.apply_op3(&gain.flatten_all()?, &bias, LayerNorm));
        check("layer norm's bias", 1, 24, |bias| x.apply_op3(&gain, &bias.flatten_all()?, LayerNorm));
        check("bias", 1, 24, |bias| x.apply_op2(&bias.flatten_all()?, AddBias));
        check("gelu", 4, 20, |x| x.apply_op1(Gelu));
        let attention = Attention { heads: 2, windows: vec![0..3, 3..4, 4..9].into(), distances: Arc::new([]) };
        check("attention", 9, 24, |x| x.apply_op1(attention.clone()));
        let attention = Attention { distances: random(&mut rng, 2, 9).into(), ..attention };
        check("attention by distance", 9, 24, |x| x.apply_op1(attention.clone()));
        let mean = Mean { sentences: vec![0..3, 3..4, 4..9].into() };
        check("mean", 9, 5, |x| x.apply_op1(mean.clone()));
    }
}
