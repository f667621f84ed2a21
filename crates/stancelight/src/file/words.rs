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
    const AT_ONCE: usize = 16;
    let n = input.len(2)?;
    if n as u64 > u64::from(Feature::MAX_WORD) {
        return Err(ModelError::invalid(input.at, "there are too many words"));
    }
    let start = input.at;
    let (mut pool, mut ends) = (Vec::with_capacity(8 * n), Vec::with_capacity(n));
    let (mut word, mut len) = ([0; LONGEST + AT_ONCE], 0);
    for i in 0..n {
        let at = input.at;
        let (shared, rest) = read_word(input)?;
        if shared > len {
            return Err(ModelError::invalid(at, "a word shares more than its neighbour has"));
        }
        // As far as they share they are the same, and nearly always the next byte decides.
        let before = &word[shared..len];
        if i > 0 && rest.first() <= before.first() && rest <= before {
            return Err(ModelError::invalid(at, "words are not in ascending order"));
        }
        len = shared + rest.len();
        if len > LONGEST || pool.len() + len > MOST {
            return Err(ModelError::invalid(at, "words are too long"));
        }
        // To copy as many bytes as nearly every word has, whatever they are, is quicker than to copy just so many.
        match input.bytes[input.at - rest.len()..].first_chunk::<AT_ONCE>() {
            Some(chunk) if rest.len() <= AT_ONCE => word[shared..shared + AT_ONCE].copy_from_slice(chunk),
            _ => word[shared..len].copy_from_slice(rest),
        }
        let end = pool.len() + len;
        if len <= AT_ONCE {
            pool.extend_from_slice(&word[..AT_ONCE]);
            pool.truncate(end);
        } else {
            pool.extend_from_slice(&word[..len]);
        }
        ends.push(u32::try_from(end).expect("no more than the most"));
    }
    Words::from_pool(pool, ends).map_err(|index| {
        let mut input = Reader { bytes: input.bytes, at: start };
        let before = (0..index).try_for_each(|_| read_word(&mut input).map(drop));
        before.map_or_else(|error| error, |()| ModelError::invalid(input.at, "a word is not UTF-8"))
    })
}

/// How many bytes a word shares with the one before, and the others.
#[inline]
fn read_word<'b>(input: &mut Reader<'b>) -> Result<(usize, &'b [u8])> {
    let (shared, rest) = match input.bytes[input.at..] {
        // Nearly always both are that small.
        [shared, rest, ..] if (shared | rest) < 0x80 => {
            input.at += 2;
            (usize::from(shared), usize::from(rest))
        }
        _ => (usize::try_from(input.number()?).unwrap_or(usize::MAX), input.len(1)?),
    };
    Ok((shared, input.take(rest)?))
}

#[cfg(test)]
mod tests {
    use super::{Reader, Writer, read_words, write_words};
    use crate::table::Words;

    /// What is read where so many bytes of something else stand behind.
    fn read(mut bytes: Vec<u8>, behind: usize) -> Result<Words, String> {
        let end = bytes.len();
        bytes.extend(vec![b'x'; behind]);
        let mut input = Reader { bytes: &bytes, at: 0 };
        let words = read_words(&mut input).map_err(|error| error.to_string());
        assert!(words.is_err() || input.at == end);
        words
    }

    #[test]
    fn words_of_every_length_are_read_as_written() {
        let mut words: Vec<String> =
            (0..200).flat_map(|n| ["ab".repeat(n), "ab".repeat(n) + "é", "c".repeat(n)]).collect();
        words.extend(["é", "è", "e\u{301}", &"停".repeat(341)].map(str::to_owned));
        words.sort();
        words.dedup();
        let words: Words = words.iter().map(String::as_str).collect();
        let mut out = Writer::default();
        write_words(&mut out, &words);
        for behind in [0, 1, 15, 16, 40] {
            assert_eq!(read(out.0.clone(), behind), Ok(words.clone()), "{behind}");
        }
    }

    #[test]
    fn what_is_no_list_of_words_is_refused_where_it_goes_wrong() {
        let long = [&[1, 0, 0x81, 0x08][..], &[b'a'; 1025]].concat();
        let cases: [(&[u8], &str); 9] = [
            (&[2, 0, 1, b'b', 0, 1, b'a'], "byte 4: words are not in ascending order"),
            (&[2, 0, 1, b'a', 1, 0], "byte 4: words are not in ascending order"),
            (&[2, 0, 1, b'a', 2, 1, b'b'], "byte 4: a word shares more than its neighbour has"),
            (&[2, 0, 1, b'a', 0xff, 0xff, 0x03, 1, b'b'], "byte 4: a word shares more than its neighbour has"),
            (&[3, 0, 1, b'a', 0, 1, 0xc3, 1, 1, 0xa9], "byte 4: a word is not UTF-8"),
            (&[3, 0, 1, b'a', 0, 2, 0xc3, 0xa9, 0, 1, 0xff], "byte 8: a word is not UTF-8"),
            (&[1, 0, 0xff, 0x7f, b'a'], "byte 2: a length is greater than the file"),
            (&[2, 0, 1, b'a', 0], "cut short at byte 5"),
            (&long, "byte 1: words are too long"),
        ];
        for (bytes, expected) in cases {
            let error = read(bytes.to_vec(), 0).unwrap_err();
            assert!(error.contains(expected), "{bytes:?}: {error}");
        }
    }
}
