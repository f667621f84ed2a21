//! Where learning stands, on disk: enough to go on to the very same result, in safetensors files that are always whole;
//! one of what is learned, and one of the hints, which take a third of the time and are found before the first step.
//!
//! Each belongs to one beginning and one set of examples and settings; their fingerprint stands in it, and any other is
//! refused.

use crate::error::EncodeError;
use crate::example::{Example, Examples};
use crate::learn::{Epoch, Schedule, State, learn};
use crate::optimizer::AdamW;
use crate::parameters::Plan;
use safetensors::tensor::{Dtype, SafeTensors, TensorView, serialize};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// How often a checkpoint is written.
const EVERY: Duration = Duration::from_secs(60);

const FILE: &str = "checkpoint.safetensors";
const HINTS: &str = "hints.safetensors";
const TENSORS: [&str; 4] = ["parameters", "first", "second", "best"];

/// All but the tensors.
#[derive(Serialize, Deserialize)]
struct Rest {
    fingerprint: u32,
    steps: u32,
    batches: usize,
    loss: f64,
    epochs: Vec<Epoch>,
}

/// Learns as [`learn`] does, but noting each minute and at each epoch's end how far it is; or goes on from such a note, to
/// the same end. Without `checkpoints` it only learns.
///
/// # Errors
/// If a checkpoint cannot be read or written, is damaged, or of something else; or what candle says.
#[allow(clippy::too_many_arguments, reason = "what learning takes, and where to note it")]
pub fn learn_on(
    plan: &Plan,
    schedule: &Schedule,
    examples: &Examples,
    kept: &[Example],
    pool: &rayon::ThreadPool,
    begin: State,
    checkpoints: Option<&Checkpoints>,
    mut reached: impl FnMut(&State, usize, usize),
) -> Result<State, EncodeError> {
    let noted = checkpoints.map(|kept_in| (kept_in, fingerprint(plan, &begin.numbers, schedule, examples, kept)));
    let found = match noted {
        Some((Checkpoints { folder, resume: true }, fingerprint)) => load(folder, fingerprint, plan)?,
        _ => None,
    };
    let mut state = found.unwrap_or(begin);
    let mut saved = Instant::now();
    learn(plan, schedule, examples, kept, pool, &mut state, |state, done, all| {
        reached(state, done, all);
        match noted {
            Some((Checkpoints { folder, .. }, fingerprint)) if state.batches == 0 || saved.elapsed() > EVERY => {
                saved = Instant::now();
                save(folder, fingerprint, state)
            }
            _ => Ok(()),
        }
    })?;
    Ok(state)
}

/// Tells one beginning and one set of examples and settings from another.
fn fingerprint(plan: &Plan, begin: &[f32], schedule: &Schedule, examples: &Examples, kept: &[Example]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(format!("{plan:?}{schedule:?}").as_bytes());
    begin.iter().for_each(|x| hasher.update(&x.to_le_bytes()));
    for example in examples.all.iter().chain(kept) {
        for piece in &example.pieces {
            hasher.update(&piece.id.to_le_bytes());
            hasher.update(&[piece.case as u8]);
        }
        example
            .target
            .iter()
            .chain([&example.weight])
            .chain(&example.hint)
            .for_each(|x| hasher.update(&x.to_le_bytes()));
    }
    hasher.finalize()
}

/// Writes a checkpoint into a folder, which is made if need be.
///
/// # Errors
/// If it cannot be written; what stood there is then unchanged.
fn save(folder: &Path, fingerprint: u32, state: &State) -> Result<(), EncodeError> {
    let rest = Rest {
        fingerprint,
        steps: state.adam.steps,
        batches: state.batches,
        loss: state.loss,
        epochs: state.epochs.clone(),
    };
    let tensors = [&state.numbers, &state.adam.first, &state.adam.second, &state.best].map(Vec::as_slice);
    write(folder, FILE, &rest, &TENSORS, &tensors)
}

/// Reads the checkpoint in a folder; none if there is none.
///
/// # Errors
/// If it is damaged, or of other data or settings.
fn load(folder: &Path, fingerprint: u32, plan: &Plan) -> Result<Option<State>, EncodeError> {
    let path = folder.join(FILE);
    let Some((rest, tensors)) = read::<Rest, 4>(&path, &TENSORS)? else { return Ok(None) };
    if rest.fingerprint != fingerprint {
        return Err(other(&path));
    }
    if tensors.iter().any(|numbers| numbers.len() != plan.len()) {
        return Err(damaged(&path));
    }
    let [numbers, first, second, best] = tensors;
    let adam = AdamW { first, second, steps: rest.steps };
    Ok(Some(State { numbers, adam, batches: rest.batches, loss: rest.loss, epochs: rest.epochs, best }))
}

/// Writes tensors of one dimension and a note into a file of a folder, which is made if need be.
///
/// # Errors
/// If it cannot be written; what stood there is then unchanged.
fn write(
    folder: &Path,
    file: &str,
    note: &impl Serialize,
    names: &[&str],
    tensors: &[&[f32]],
) -> Result<(), EncodeError> {
    let path = folder.join(file);
    let failed = |what: String| {
        EncodeError::file(&path, format!("cannot be written ({what}); choose another --checkpoint folder"))
    };
    let note = serde_json::to_string(note).map_err(|e| failed(e.to_string()))?;
    let tensors: Vec<Vec<u8>> =
        tensors.iter().map(|numbers| numbers.iter().flat_map(|x| x.to_le_bytes()).collect()).collect();
    let views = names
        .iter()
        .zip(&tensors)
        .map(|(name, bytes)| Ok((*name, TensorView::new(Dtype::F32, vec![bytes.len() / 4], bytes)?)))
        .collect::<Result<Vec<_>, safetensors::SafeTensorError>>()
        .map_err(|e| failed(e.to_string()))?;
    let bytes =
        serialize(views, Some(HashMap::from([("state".to_owned(), note)]))).map_err(|e| failed(e.to_string()))?;
    let write = || -> std::io::Result<()> {
        std::fs::create_dir_all(folder)?;
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(&bytes)?;
        file.as_file().sync_all()?;
        file.persist(&path)?;
        Ok(())
    };
    write().map_err(|e| failed(e.to_string()))
}

/// What a file holds beside its tensors, and these.
type Noted<T, const N: usize> = (T, [Vec<f32>; N]);

/// The note and the tensors in a file; none if there is no file.
///
/// # Errors
/// If it is damaged.
fn read<T: DeserializeOwned, const N: usize>(
    path: &Path,
    names: &[&str; N],
) -> Result<Option<Noted<T, N>>, EncodeError> {
    let bytes = match std::fs::read(path) {
        Ok(bytes) => bytes,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(None),
        Err(e) => return Err(EncodeError::file(path, format!("cannot be read: {e}"))),
    };
    let whole = || -> Option<Noted<T, N>> {
        let (_, metadata) = SafeTensors::read_metadata(&bytes).ok()?;
        let note = serde_json::from_str(metadata.metadata().as_ref()?.get("state")?).ok()?;
        let file = SafeTensors::deserialize(&bytes).ok()?;
        let tensors = names.map(|name| {
            let view = file.tensor(name).ok().filter(|view| view.dtype() == Dtype::F32)?;
            let numbers: Vec<f32> = view.data().as_chunks::<4>().0.iter().map(|b| f32::from_le_bytes(*b)).collect();
            numbers.iter().all(|x| x.is_finite()).then_some(numbers)
        });
        tensors.iter().all(Option::is_some).then(|| (note, tensors.map(Option::unwrap_or_default)))
    };
    whole().map(Some).ok_or_else(|| damaged(path))
}

fn damaged(path: &Path) -> EncodeError {
    EncodeError::file(path, "not a whole checkpoint; delete it to start again")
}

fn other(path: &Path) -> EncodeError {
    EncodeError::file(path, "was made with other data or settings; give the same ones, or delete it to start again")
}

/// The folder of checkpoints and what to do with the one there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoints {
    /// Where.
    pub folder: PathBuf,
    /// Go on from the one that is there.
    pub resume: bool,
}

impl Checkpoints {
    /// The hints noted here, so many numbers each, or those that `find` finds, which are noted then.
    ///
    /// # Errors
    /// What `find` says; or if the note cannot be read or written, is damaged, or of something else.
    pub(crate) fn hints(
        &self,
        fingerprint: u32,
        numbers: usize,
        find: impl FnOnce() -> Result<Vec<Vec<f32>>, EncodeError>,
    ) -> Result<Vec<Vec<f32>>, EncodeError> {
        let path = self.folder.join(HINTS);
        let noted = if self.resume { read::<u32, 1>(&path, &["hints"])? } else { None };
        match noted {
            Some((of, _)) if of != fingerprint => Err(other(&path)),
            Some((_, [hints])) => Ok(hints.chunks_exact(numbers).map(<[f32]>::to_vec).collect()),
            None => {
                let hints = find()?;
                write(&self.folder, HINTS, &fingerprint, &["hints"], &[&hints.concat()])?;
                Ok(hints)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{load, save};
    use crate::learn::State;
    use crate::parameters::Plan;
    use stancelight::encoder::Shape;

    #[test]
    fn comes_back_to_the_last_bit_and_refuses_what_it_is_not() {
        let shape = Shape { layers: 1, width: 8, heads: 1, feed_forward: 8, positions: 4 };
        let plan = Plan::new(shape, 7, 3, 0);
        let mut state = State::new(&plan, &[], 3);
        (state.batches, state.loss, state.adam.steps) = (4, 0.1 + 0.2, 9);
        let folder = tempfile::tempdir().unwrap();
        let folder = folder.path().join("new");
        assert_eq!(load(&folder, 7, &plan).unwrap(), None);
        save(&folder, 7, &state).unwrap();
        assert_eq!(load(&folder, 7, &plan).unwrap(), Some(state));
        assert!(load(&folder, 8, &plan).unwrap_err().to_string().contains("other data or settings"));
        let path = folder.join(super::FILE);
        let bytes = std::fs::read(&path).unwrap();
        for length in [0, 8, 100, bytes.len() - 1] {
            std::fs::write(&path, &bytes[..length]).unwrap();
            assert!(load(&folder, 7, &plan).unwrap_err().to_string().contains("not a whole checkpoint"), "{length}");
        }
    }
}
