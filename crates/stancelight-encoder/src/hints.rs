//! Where a larger transformer places sentences: texts and its folder come in, a hint for each goes out, which an encoder
//! learns to guess beside the labels.
//!
//! A distribution over a few labels says little of a sentence. What a transformer that has read a thousand times as much
//! makes of it says more, and nobody need have labelled anything: an encoder that must be able to tell that too learns
//! what words do to each other, of which a label is but a small part. That is Romero et al.'s way (*FitNets: Hints for
//! Thin Deep Nets*, 2015), with the mean of the last layer for a hint, as in Reimers and Gurevych's (*Making Monolingual
//! Sentence Embeddings Multilingual*, 2020). The head that guesses is thrown away: nothing of it is in the model's file.

use crate::bert::Bert;
use crate::error::EncodeError;
use crate::network::{in_batches, place};
use crate::principal::Principal;
use rayon::ThreadPool;
use stancelight::encoder::Piece;
use stancelight_train::{Progress, Row};
use std::path::Path;

/// From so many sentences the directions are found in which all differ most.
const SAMPLE: usize = 10_000;

/// A hint for each row, of so many numbers; their mean squared length is 1.
///
/// # Errors
/// If the folder holds no such model. That it has as many numbers, reading its word vectors has made sure of.
pub fn read(
    folder: &Path,
    rows: &[Row],
    numbers: usize,
    pool: &ThreadPool,
    progress: &Progress<'_>,
) -> Result<Vec<Vec<f32>>, EncodeError> {
    let bert = Bert::read(folder, 1)?;
    let texts: Vec<&str> = rows.iter().map(|row| row.text.as_str()).collect();
    let cut = bert.cut(&texts)?;
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
    use crate::{bert, learn};
    use stancelight_train::Row;

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
        let hints =
            |jobs| read(bert::tests::folder(), &rows(), 3, &learn::threads(jobs).unwrap(), &|_, _, _| {}).unwrap();
        let found = hints(1);
        assert_eq!(found, hints(2));
        assert!(found.len() == rows().len() && found.iter().all(|hint| hint.len() == 3));
        let square: f32 = found.iter().flatten().map(|x| x * x).sum();
        assert!((square / 5.0 - 1.0).abs() < 1e-3, "{found:?}");
        assert_eq!(found[0], found[1], "the transformer does not tell capitals apart");
        assert_ne!(found[0], found[2]);
    }

    #[test]
    fn a_folder_that_holds_no_transformer_is_named() {
        let nowhere = std::path::Path::new("nowhere");
        let refused = read(nowhere, &rows(), 3, &learn::threads(1).unwrap(), &|_, _, _| {}).unwrap_err().to_string();
        assert!(refused.contains("nowhere") && refused.contains("config.json"), "{refused}");
    }
}
