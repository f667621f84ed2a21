//! Word vectors to begin with: a larger transformer's folder comes in, a row for each of our pieces goes out.
//!
//! What a word means, a large model has learned from far more text than any corpus here has; an encoder that starts
//! from there needs fewer epochs and fewer labels. A piece that the other vocabulary has takes its vector, another the
//! mean of those it falls into; the rows are then brought to our width.

use crate::error::EncodeError;
use crate::principal::Principal;
use crate::tensors::{self, Tensors};
use stancelight::encoder::Pieces;
use std::collections::HashMap;
use std::path::Path;

const CONTINUES: &str = "##";
/// The spread of a number in a table to begin with.
pub const SPREAD: f32 = 0.1;

/// Vectors of a width for these pieces, from the folder of a BERT-like model with `model.safetensors` and
/// `tokenizer.json`. A piece without one has nothing but zeros.
///
/// # Errors
/// If a file cannot be read or is of another kind, or its vectors are narrower than wanted.
pub fn read(folder: &Path, pieces: &Pieces, width: usize) -> Result<Vec<f32>, EncodeError> {
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
    // What each known piece has, one behind the other.
    let (mut known, mut rows) = (Vec::new(), Vec::new());
    for id in 0..pieces.len() {
        #[allow(clippy::cast_possible_truncation, reason = "pieces have numbers of 32 bits")]
        let name = pieces.get(id as u32);
        let mut found: Vec<&[f32]> = row(name).into_iter().collect();
        if found.is_empty() && id > 0 {
            theirs.cut_form(name.strip_prefix(CONTINUES).unwrap_or(name), |id| {
                found.extend((id > 0).then(|| row(theirs.get(id))).flatten());
            });
        }
        if found.is_empty() {
            continue;
        }
        #[allow(clippy::cast_precision_loss, reason = "pieces of one piece")]
        let share = 1.0 / found.len() as f32;
        known.push(id);
        rows.extend((0..wide).map(|i| found.iter().fold(0.0, |sum, vector| sum + share * vector[i])));
    }
    #[allow(clippy::cast_precision_loss, reason = "a width")]
    let square = f64::from(SPREAD).powi(2) * width as f64;
    let narrow = Principal::of(&rows, wide, width, square)?.narrow(&rows)?;
    let mut out = vec![0.0; pieces.len() * width];
    for (id, row) in known.into_iter().zip(narrow.chunks_exact(width)) {
        out[id * width..(id + 1) * width].copy_from_slice(row);
    }
    Ok(out)
}

/// The other vocabulary: numbers by name, and a cutter for what it lacks.
fn vocabulary(path: &Path) -> Result<(HashMap<String, usize>, Pieces), EncodeError> {
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
