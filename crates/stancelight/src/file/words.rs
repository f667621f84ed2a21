//! Front coding, for words in ascending byte order: how many bytes a word shares with the one before, then the rest.

use super::bytes::{Reader, Writer};
use super::{ModelError, Result};
use crate::feature::Feature;
use crate::table::Words;

pub(super) fn write_words(out: &mut Writer, words: &Words) {
    out.len(words.len());
    let mut last = "";
    for word in words.iter() {
        let shared = word.bytes().zip(last.bytes()).take_while(|(a, b)| a == b).count();
        out.len(shared);
        out.len(word.len() - shared);
        out.0.extend(&word.as_bytes()[shared..]);
        last = word;
    }
}

pub(super) fn read_words(input: &mut Reader<'_>) -> Result<Words> {
    // Front coding must not let a small file swell to a huge vocabulary.
    const LONGEST: usize = 1024;
    const MOST: usize = 64 << 20;
    let mut total = 0;
    let mut words = Words::default();
    let mut last: Vec<u8> = Vec::new();
    let n = input.len(2)?;
    if n as u64 > u64::from(Feature::MAX_WORD) {
        return Err(ModelError::invalid(input.at, "there are too many words"));
    }
    for i in 0..n {
        let at = input.at;
        let shared = usize::try_from(input.number()?).ok().filter(|&shared| shared <= last.len());
        let shared = shared.ok_or(ModelError::invalid(at, "a word shares more than its neighbour has"))?;
        let rest = input.len(1)?;
        let rest = input.take(rest)?;
        // As far as they share they are the same.
        if i > 0 && rest <= &last[shared..] {
            return Err(ModelError::invalid(at, "words are not in ascending order"));
        }
        last.truncate(shared);
        last.extend(rest);
        total += last.len();
        if last.len() > LONGEST || total > MOST {
            return Err(ModelError::invalid(at, "words are too long"));
        }
        words.push(std::str::from_utf8(&last).map_err(|_| ModelError::invalid(at, "a word is not UTF-8"))?);
    }
    Ok(words)
}
