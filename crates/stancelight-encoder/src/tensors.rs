//! The tensors of a BERT-like model from elsewhere: bytes of a safetensors file come in, numbers of the shape asked for
//! go out.

use crate::error::EncodeError;
use safetensors::tensor::{Dtype, SafeTensors, TensorView};
use std::path::Path;

/// Every BERT has this table, whatever stands before its name.
const WORDS: &str = "embeddings.word_embeddings.weight";

/// A file and how it names things.
pub struct Tensors<'b> {
    path: &'b Path,
    file: SafeTensors<'b>,
    /// Files with a head of their own name the rest, as in `bert.embeddings…`.
    prefix: String,
}

impl<'b> Tensors<'b> {
    /// Of the bytes of the file at `path`.
    ///
    /// # Errors
    /// If it is no safetensors file, or of another kind of model.
    pub fn new(path: &'b Path, bytes: &'b [u8]) -> Result<Self, EncodeError> {
        let wrong = |message: String| EncodeError::file(path, message);
        let file = SafeTensors::deserialize(bytes).map_err(|e| wrong(format!("not a safetensors file: {e}")))?;
        let prefix = file.names().into_iter().find_map(|name| name.strip_suffix(WORDS)).map(ToOwned::to_owned);
        let prefix = prefix.ok_or_else(|| wrong(format!("has no tensor `…{WORDS}`; give a BERT-like model")))?;
        Ok(Self { path, file, prefix })
    }

    /// How many words it knows, and how many numbers each has.
    ///
    /// # Errors
    /// If the table of words is none.
    pub fn words(&self) -> Result<(usize, usize), EncodeError> {
        match *self.view(WORDS)?.shape() {
            [words, width] => Ok((words, width)),
            ref shape => Err(self.wrong(format!("`{WORDS}` is of shape {shape:?}, not a table"))),
        }
    }

    /// The numbers of the table of words.
    ///
    /// # Errors
    /// As [`Self::get`].
    pub fn table(&self) -> Result<Vec<f32>, EncodeError> {
        let (words, width) = self.words()?;
        Ok(self.get(WORDS, &[words, width])?.collect())
    }

    /// The numbers of a tensor of this shape, row after row.
    ///
    /// # Errors
    /// If there is none of this name, or it is of another shape, or not of single floats.
    pub fn get(&self, name: &str, shape: &[usize]) -> Result<impl Iterator<Item = f32> + use<'b>, EncodeError> {
        let view = self.view(name)?;
        if view.dtype() != Dtype::F32 || view.shape() != shape {
            let (kind, found) = (view.dtype(), view.shape());
            return Err(self.wrong(format!("`{name}` is {kind:?} of shape {found:?}, not F32 of {shape:?}")));
        }
        Ok(view.data().as_chunks::<4>().0.iter().map(|bytes| f32::from_le_bytes(*bytes)))
    }

    fn view(&self, name: &str) -> Result<TensorView<'b>, EncodeError> {
        self.file.tensor(&format!("{}{name}", self.prefix)).map_err(|e| self.wrong(e.to_string()))
    }

    fn wrong(&self, message: String) -> EncodeError {
        EncodeError::file(self.path, message)
    }
}

/// The bytes of a file.
///
/// # Errors
/// If it cannot be read.
pub fn bytes(path: &Path) -> Result<Vec<u8>, EncodeError> {
    std::fs::read(path).map_err(|e| EncodeError::file(path, format!("cannot be read: {e}")))
}
