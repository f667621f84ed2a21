//! A file's lines, one at a time, with their numbers, bounded in length and checked to be UTF-8, so
//! that a damaged or wrong file gets a clear error instead of eating the memory.

use crate::error::{TrainError, read_error};
use std::io::{BufRead, Read};
use std::path::{Path, PathBuf};

/// Longest line in bytes. A labelled sentence is a thousandth of it.
pub const MAX_LINE_BYTES: usize = 16 << 20;

/// The lines of one input.
pub struct Lines<R> {
    reader: R,
    path: PathBuf,
    number: usize,
    buffer: Vec<u8>,
}

impl<R: BufRead> Lines<R> {
    /// Lines of `reader`; `path` is only for messages.
    pub fn new(reader: R, path: &Path) -> Self {
        Self { reader, path: path.to_owned(), number: 0, buffer: Vec::new() }
    }

    /// The number of the line last given, counted from 1.
    pub const fn number(&self) -> usize {
        self.number
    }

    /// An error about the line last given.
    pub fn error(&self, message: impl Into<String>) -> TrainError {
        TrainError::Row { path: self.path.clone(), line: self.number, message: message.into() }
    }

    /// The next line without its line break, or `None` at the end.
    ///
    /// # Errors
    /// If reading fails, the line is longer than [`MAX_LINE_BYTES`], or is not UTF-8.
    pub fn next_line(&mut self) -> Result<Option<&str>, TrainError> {
        self.buffer.clear();
        let limit = MAX_LINE_BYTES as u64 + 2;
        let mut limited = Read::take(&mut self.reader, limit);
        let read = limited.read_until(b'\n', &mut self.buffer).map_err(|error| read_error(&self.path, &error))?;
        if read == 0 {
            return Ok(None);
        }
        self.number += 1;
        while self.buffer.last().is_some_and(|b| matches!(b, b'\n' | b'\r')) {
            self.buffer.pop();
        }
        if self.buffer.len() > MAX_LINE_BYTES {
            return Err(self.error(format!(
                "this line is longer than {} MB; give one object or sentence a line",
                MAX_LINE_BYTES >> 20
            )));
        }
        if self.number == 1 && self.buffer.starts_with(b"\xEF\xBB\xBF") {
            self.buffer.drain(..3);
        }
        match std::str::from_utf8(&self.buffer) {
            Ok(_) => {}
            Err(error) => {
                let at = error.valid_up_to() + 1;
                return Err(self.error(format!("not valid UTF-8 at byte {at} of the line; save the file as UTF-8")));
            }
        }
        Ok(std::str::from_utf8(&self.buffer).ok())
    }
}
