//! Word vectors to begin with: a larger transformer's folder comes in, a row for each of our pieces goes out.
//!
//! What a word means, a large model has learned from far more text than any corpus here has; an encoder that starts
//! from there needs fewer epochs and fewer labels. A piece that the other vocabulary has takes its vector, another the
//! mean of those it falls into; the rows are then brought to our width along the directions in which they differ most
//! (principal components, found by orthogonal iteration), which keeps as much of their distances as can be kept.

use crate::error::EncodeError;
use crate::tensors::{self, Tensors};
use candle_core::{Device, Result, Tensor};
use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use stancelight::encoder::Pieces;
use std::collections::HashMap;
use std::path::Path;

const CONTINUES: &str = "##";
/// The spread of a number in a table to begin with.
pub const SPREAD: f32 = 0.1;
/// So many iterations turn any directions into the leading ones, near enough.
const ITERATIONS: usize = 40;

/// Vectors of a width for these pieces, from the folder of a BERT-like model with `model.safetensors` and
/// `tokenizer.json`. A piece without one has nothing but zeros.
///
/// # Errors
/// If a file cannot be read or is of another kind, or its vectors are narrower than wanted.
pub fn read(folder: &Path, pieces: &Pieces, width: usize) -> std::result::Result<Vec<f32>, EncodeError> {
    let (ids, theirs) = vocabulary(&folder.join("tokenizer.json"))?;
    let path = folder.join("model.safetensors");
    let bytes = tensors::bytes(&path)?;
    let tensors = Tensors::new(&path, &bytes)?;
    let ((_, wide), table) = (tensors.words()?, tensors.table()?);
    if wide < width {
        return Err(EncodeError::file(
            &path,
            format!("its vectors have {wide} numbers, fewer than the encoder's width of {width}"),
        ));
    }
    let row = |name: &str| ids.get(name).and_then(|&id| table.get(id * wide..(id + 1) * wide));
    let mut rows = vec![0.0_f32; pieces.len() * wide];
    let mut known = Vec::new();
    for (id, out) in (0..).zip(rows.chunks_exact_mut(wide)) {
        let name = pieces.get(id);
        let mut found: Vec<&[f32]> = row(name).into_iter().collect();
        if found.is_empty() && id > 0 {
            theirs.cut_form(name.strip_prefix(CONTINUES).unwrap_or(name), |id| {
                found.extend((id > 0).then(|| row(theirs.get(id))).flatten());
            });
        }
        #[allow(clippy::cast_precision_loss, reason = "pieces of one piece")]
        let share = 1.0 / found.len().max(1) as f32;
        known.push(!found.is_empty());
        for vector in found {
            out.iter_mut().zip(vector).for_each(|(x, y)| *x += share * y);
        }
    }
    centre(&mut rows, &known, wide);
    let mut out = narrow(rows, pieces.len(), wide, width)?;
    let square = out.iter().map(|x| f64::from(*x).powi(2)).sum::<f64>();
    #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "a factor")]
    let factor =
        SPREAD / ((square / (known.iter().filter(|k| **k).count() * width).max(1) as f64).sqrt() as f32).max(1e-9);
    out.iter_mut().for_each(|x| *x *= factor);
    Ok(out)
}

/// The other vocabulary: numbers by name, and a cutter for what it lacks.
fn vocabulary(path: &Path) -> std::result::Result<(HashMap<String, usize>, Pieces), EncodeError> {
    let bytes = tensors::bytes(path)?;
    let other = || EncodeError::file(path, "not a tokenizer of word pieces (`model.vocab`) in Hugging Face's format");
    let value: serde_json::Value = serde_json::from_slice(&bytes).map_err(|_| other())?;
    let vocabulary = value["model"]["vocab"].as_object().ok_or_else(other)?;
    let number = |id: &serde_json::Value| id.as_u64().and_then(|id| usize::try_from(id).ok());
    let ids: HashMap<String, usize> =
        vocabulary.iter().filter_map(|(name, id)| Some((name.clone(), number(id)?))).collect();
    let names = vocabulary.keys().map(String::as_str).filter(|name| !name.is_empty() && *name != CONTINUES);
    let theirs = Pieces::new(names)?;
    Ok((ids, theirs))
}

/// Takes the mean of the known rows from each of them.
fn centre(rows: &mut [f32], known: &[bool], wide: usize) {
    let mut mean = vec![0.0_f64; wide];
    let count = known.iter().filter(|known| **known).count().max(1);
    for (row, _) in rows.chunks_exact(wide).zip(known).filter(|(_, known)| **known) {
        mean.iter_mut().zip(row).for_each(|(mean, x)| *mean += f64::from(*x));
    }
    for (row, _) in rows.chunks_exact_mut(wide).zip(known).filter(|(_, known)| **known) {
        #[allow(clippy::cast_precision_loss, clippy::cast_possible_truncation, reason = "a mean")]
        row.iter_mut().zip(&mean).for_each(|(x, mean)| *x -= (mean / count as f64) as f32);
    }
}

/// Projects rows onto the directions in which they differ most.
fn narrow(rows: Vec<f32>, count: usize, wide: usize, width: usize) -> Result<Vec<f32>> {
    let rows = Tensor::from_vec(rows, (count, wide), &Device::Cpu)?;
    let spread = rows.t()?.matmul(&rows)?;
    let mut rng = Xoshiro256PlusPlus::seed_from_u64(0);
    let mut directions: Vec<Vec<f64>> =
        (0..width).map(|_| (0..wide).map(|_| rng.random_range(-1.0..1.0)).collect()).collect();
    for _ in 0..ITERATIONS {
        orthonormalise(&mut directions);
        let flat: Vec<f32> = directions.iter().flatten().map(|&x| single(x)).collect();
        let turned = Tensor::from_vec(flat, (width, wide), &Device::Cpu)?.matmul(&spread)?.to_vec2::<f32>()?;
        directions = turned.into_iter().map(|row| row.into_iter().map(f64::from).collect()).collect();
    }
    orthonormalise(&mut directions);
    let flat: Vec<f32> = directions.iter().flatten().map(|&x| single(x)).collect();
    rows.matmul(&Tensor::from_vec(flat, (width, wide), &Device::Cpu)?.t()?)?.flatten_all()?.to_vec1()
}

#[allow(clippy::cast_possible_truncation, reason = "vectors need no more precision")]
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
    use super::{SPREAD, read};
    use safetensors::tensor::{Dtype, TensorView, serialize};
    use stancelight::encoder::Pieces;

    /// A folder as models are shared: five pieces, vectors of three numbers that differ along two directions alone.
    fn folder() -> tempfile::TempDir {
        let folder = tempfile::tempdir().unwrap();
        let vocabulary = r###"{"model":{"vocab":{"[UNK]":0,"port":1,"sign":2,"##ed":3,"talk":4}}}"###;
        std::fs::write(folder.path().join("tokenizer.json"), vocabulary).unwrap();
        let rows: [[f32; 3]; 5] =
            [[9.0, 9.0, 9.0], [1.0, 0.0, 5.0], [-1.0, 0.0, 5.0], [0.0, 1.0, 5.0], [0.0, -1.0, 5.0]];
        let bytes: Vec<u8> = rows.iter().flatten().flat_map(|x| x.to_le_bytes()).collect();
        let view = TensorView::new(Dtype::F32, vec![5, 3], &bytes).unwrap();
        let file = serialize([("bert.embeddings.word_embeddings.weight", view)], None).unwrap();
        std::fs::write(folder.path().join("model.safetensors"), file).unwrap();
        folder
    }

    #[test]
    fn distances_are_kept_in_fewer_numbers() {
        let folder = folder();
        // "talked" is not in their vocabulary but falls into pieces that are; "ж" has none.
        let pieces = Pieces::new(["port", "sign", "##ed", "talked", "ж"]).unwrap();
        let rows = read(folder.path(), &pieces, 2).unwrap();
        let row = |name: &str| {
            let id = (0..6).find(|&id| pieces.get(id) == name).unwrap() as usize;
            [rows[2 * id], rows[2 * id + 1]]
        };
        let apart = |a: &str, b: &str| {
            let (a, b) = (row(a), row(b));
            ((a[0] - b[0]).powi(2) + (a[1] - b[1]).powi(2)).sqrt()
        };
        assert!((apart("port", "sign") / apart("port", "##ed") - 2.0_f32.sqrt()).abs() < 1e-3, "{rows:?}");
        assert!(apart("talked", "##ed") < apart("port", "##ed"));
        assert_eq!(row("ж"), [0.0, 0.0]);
        let square: f32 = rows.iter().map(|x| x * x).sum();
        assert!(((square / 8.0).sqrt() - SPREAD).abs() < 1e-4);
        let message = read(folder.path(), &pieces, 4).unwrap_err().to_string();
        assert!(message.contains("model.safetensors") && message.contains("fewer than"), "{message}");
        std::fs::write(folder.path().join("model.safetensors"), "no").unwrap();
        assert!(read(folder.path(), &pieces, 2).unwrap_err().to_string().contains("not a safetensors file"));
    }
}
