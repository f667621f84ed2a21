//! Where a larger transformer places sentences: texts and its folder come in, a hint for each goes out, which an encoder
//! learns to guess beside the labels.
//!
//! A distribution over a few labels says little of a sentence. What a transformer that has read a thousand times as much
//! makes of it says more, and nobody need have labelled anything: an encoder that must be able to tell that too learns
//! what words do to each other, of which a label is but a small part. That is Romero et al.'s way (*FitNets: Hints for
//! Thin Deep Nets*, 2015), with the mean of the last layer for a hint, as in Reimers and Gurevych's (*Making Monolingual
//! Sentence Embeddings Multilingual*, 2020). The head that guesses is thrown away: nothing of it is in the model's file.

use crate::bert::Bert;
use crate::checkpoint::Checkpoints;
use crate::error::EncodeError;
use crate::network::{in_batches, place};
use crate::principal::Principal;
use rayon::ThreadPool;
use stancelight::encoder::Piece;
use stancelight_train::{Progress, Row};
use std::path::Path;

/// From so many sentences the directions are found in which all differ most.
const SAMPLE: usize = 10_000;

/// A hint for each row, of so many numbers; their mean squared length is 1. They are noted with the checkpoints, if there
/// are any, or taken from there.
///
/// # Errors
/// If the folder holds no such model, or what was noted is of something else. That the model has as many numbers, reading
/// its word vectors has made sure of.
pub fn read(
    folder: &Path,
    rows: &[Row],
    numbers: usize,
    pool: &ThreadPool,
    checkpoints: Option<&Checkpoints>,
    progress: &Progress<'_>,
) -> Result<Vec<Vec<f32>>, EncodeError> {
    let bert = Bert::read(folder, 1)?;
    let texts: Vec<&str> = rows.iter().map(|row| row.text.as_str()).collect();
    let find = || find(&bert, &texts, numbers, pool, progress);
    match checkpoints {
        Some(checkpoints) => checkpoints.hints(fingerprint(&bert, &texts, numbers), numbers, find),
        None => find(),
    }
}

/// Tells hints of one transformer for one list of texts from others.
fn fingerprint(bert: &Bert, texts: &[&str], numbers: usize) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(format!("{numbers} {texts:?}").as_bytes());
    bert.numbers.iter().for_each(|x| hasher.update(&x.to_le_bytes()));
    hasher.finalize()
}

fn find(
    bert: &Bert,
    texts: &[&str],
    numbers: usize,
    pool: &ThreadPool,
    progress: &Progress<'_>,
) -> Result<Vec<Vec<f32>>, EncodeError> {
    let cut = bert.cut(texts)?;
    let cut: Vec<&[Piece]> = cut.iter().map(Vec::as_slice).collect();
    let wide = bert.plan.shape.width;
    let variables = bert.plan.variables(&bert.numbers)?;
    let placed = |batch: &[&[Piece]]| place(&bert.plan, &variables, &bert.numbers, batch.iter().copied());
    // These are placed twice, so that of all sentences no more than a hint need be kept.
    let some: Vec<&[Piece]> = cut.iter().step_by(cut.len().div_ceil(SAMPLE).max(1)).copied().collect();
    let tell = |done| progress("placing sentences", done, some.len() + cut.len());
    let some = in_batches(&some, pool, |batch| placed(batch)?.to_vec2(), tell)?;
    let principal = Principal::of(&some.concat(), wide, numbers, 1.0)?;
    let count = some.len();
    let read = |batch: &[&[Piece]]| {
        let narrow = principal.narrow(&placed(batch)?.flatten_all()?.to_vec1::<f32>()?)?;
        Ok(narrow.chunks_exact(numbers).map(<[f32]>::to_vec).collect())
    };
    Ok(in_batches(&cut, pool, read, |done| progress("placing sentences", count + done, count + cut.len()))?)
}

#[cfg(test)]
mod tests {
    use super::read;
    use crate::checkpoint::Checkpoints;
    use crate::{bert, learn};
    use stancelight_train::Row;
    use std::sync::atomic::{AtomicUsize, Ordering};

    fn rows() -> Vec<Row> {
        let row = |text: &str| Row {
            text: text.to_owned(),
            target: vec![1.0, 0.0],
            weight: 1.0,
            groups: Vec::new(),
            source: 0,
        };
        ["envoys of chad", "Envoys of CHAD", "signing", "chad signing of envoys", ""].map(row).to_vec()
    }

    #[test]
    fn are_of_the_length_said_and_the_same_on_any_number_of_threads() {
        let hints = |jobs| {
            read(bert::tests::folder(), &rows(), 3, &learn::threads(jobs).unwrap(), None, &|_, _, _| {}).unwrap()
        };
        let found = hints(1);
        assert_eq!(found, hints(2));
        assert!(found.len() == rows().len() && found.iter().all(|hint| hint.len() == 3));
        let square: f32 = found.iter().flatten().map(|x| x * x).sum();
        assert!((square / 5.0 - 1.0).abs() < 1e-3, "{found:?}");
        assert_eq!(found[0], found[1], "the transformer does not tell capitals apart");
        assert_ne!(found[0], found[2]);
    }

    #[test]
    fn are_found_once_and_noted_with_the_checkpoints() {
        let folder = tempfile::tempdir().unwrap();
        let read = |rows: &[Row], resume| {
            let placed = AtomicUsize::new(0);
            let count = |_: &str, _, _| {
                placed.fetch_add(1, Ordering::Relaxed);
            };
            let checkpoints = Checkpoints { folder: folder.path().to_owned(), resume };
            let pool = learn::threads(1).unwrap();
            let hints = read(bert::tests::folder(), rows, 3, &pool, Some(&checkpoints), &count);
            hints.map(|hints| (hints, placed.into_inner() > 0)).map_err(|e| e.to_string())
        };
        let (hints, placed) = read(&rows(), true).unwrap();
        assert!(placed, "nothing was noted before");
        assert_eq!(read(&rows(), true), Ok((hints.clone(), false)));
        assert_eq!(read(&rows(), false), Ok((hints, true)), "nobody asked to go on");
        assert!(read(&rows()[1..], true).unwrap_err().contains("other data or settings"));
        std::fs::write(folder.path().join("hints.safetensors"), "torn").unwrap();
        assert!(read(&rows(), true).unwrap_err().contains("not a whole checkpoint"));
    }

    #[test]
    fn a_folder_that_holds_no_transformer_is_named() {
        let nowhere = std::path::Path::new("nowhere");
        let refused =
            read(nowhere, &rows(), 3, &learn::threads(1).unwrap(), None, &|_, _, _| {}).unwrap_err().to_string();
        assert!(refused.contains("nowhere") && refused.contains("config.json"), "{refused}");
    }
}
