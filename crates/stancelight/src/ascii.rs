//! What most of a text is made of, read without decoding: a class for every ASCII byte from one table, and
//! runs of letters and digits measured eight bytes at a time.
//!
//! Nothing here decides anything of its own. [`crate::token`] takes these short cuts where they give what its
//! general rules would, and its tests hold the two against each other.

use crate::token::{Case, Kind};

/// What a byte of a text is to the tokenizer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// White space, or a sign that says nothing.
    Blank,
    /// The letter or digit that a word or number begins with.
    Word(Kind, Case),
    /// A token of its own.
    Sign(Kind),
    /// Part of a character beyond ASCII.
    Beyond,
}

const CLASSES: [Class; 256] = {
    let mut out = [Class::Beyond; 256];
    let mut byte = 0;
    while byte < 128 {
        out[byte as usize] = match byte {
            b'a'..=b'z' => Class::Word(Kind::Word, Case::Lower),
            b'A'..=b'Z' => Class::Word(Kind::Word, Case::Capital),
            b'0'..=b'9' => Class::Word(Kind::Number, Case::Lower),
            b'.' | b',' | b';' | b':' | b'?' | b'!' | b'(' | b')' | b'[' | b']' | b'{' | b'}' | b'/' | b'|' => {
                Class::Sign(Kind::Clause)
            }
            b'"' | b'\'' | b'`' => Class::Sign(Kind::Quote),
            0..=b' ' | b'-' | b'_' | b'*' | b'~' | b'^' | b'\\' | 0x7f => Class::Blank,
            _ => Class::Sign(Kind::Symbol),
        };
        byte += 1;
    }
    out
};

/// The class of a byte.
pub(crate) const fn class(byte: u8) -> Class {
    CLASSES[byte as usize]
}

/// What to put behind a text, so that the words at its end can be read eight bytes at a time, too.
pub(crate) const PADDING: &str = "\0\0\0\0\0\0\0\0";

/// The first eight bytes at `at`, the first of them lowest; `None` near the end of unpadded bytes.
#[inline]
pub(crate) fn eight(bytes: &[u8], at: usize) -> Option<u64> {
    bytes.get(at..).and_then(<[u8]>::first_chunk).map(|&chunk| u64::from_le_bytes(chunk))
}

/// Where the run of small ASCII letters and digits that begins at `at` ends.
#[inline]
pub(crate) fn run_end(bytes: &[u8], mut at: usize) -> usize {
    while let Some(chunk) = eight(bytes, at) {
        let others = others(chunk);
        if others != 0 {
            return at + others.trailing_zeros() as usize / 8;
        }
        at += 8;
    }
    let rest = bytes.get(at..).unwrap_or_default();
    at + rest.iter().take_while(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()).count()
}

/// The first of the bytes from `at` to `to` in whose place `flags` sets the highest bit, or `to`. It is given eight
/// bytes at a time, and sees no byte but its own: it may not carry from one to the next.
#[inline]
pub(crate) fn find(bytes: &[u8], mut at: usize, to: usize, flags: impl Fn(u64) -> u64) -> usize {
    while at < to {
        let chunk = eight(bytes, at).unwrap_or_else(|| {
            let mut rest = [0; 8];
            rest.iter_mut().zip(&bytes[at..]).for_each(|(copy, &byte)| *copy = byte);
            u64::from_le_bytes(rest)
        });
        let flagged = flags(chunk);
        if flagged != 0 {
            return to.min(at + flagged.trailing_zeros() as usize / 8);
        }
        at += 8;
    }
    to
}

/// Flags, for [`find`], bytes beyond ASCII and control characters up to U+000D: whatever may break a line.
pub(crate) const fn breaking(chunk: u64) -> u64 {
    (!reaching(chunk, b'\r' + 1) | chunk) & HIGH
}

/// Flags bytes beyond ASCII and those signs that end sentences.
pub(crate) const fn terminating(chunk: u64) -> u64 {
    (is(chunk, b'.') | is(chunk, b'!') | is(chunk, b'?') | chunk) & HIGH
}

/// Flags all but small letters and digits.
const fn others(chunk: u64) -> u64 {
    let letter = reaching(chunk, b'a') & !reaching(chunk, b'z' + 1);
    let digit = reaching(chunk, b'0') & !reaching(chunk, b'9' + 1);
    (!(letter | digit) | chunk) & HIGH
}

/// The highest bit of every byte.
const HIGH: u64 = each(0x80);

/// Eight times the same byte.
const fn each(byte: u8) -> u64 {
    u64::from_le_bytes([byte; 8])
}

/// Sets the highest bit of bytes whose lower seven reach `least`. Sums of seven-bit numbers do not carry.
const fn reaching(chunk: u64, least: u8) -> u64 {
    (chunk & !HIGH) + each(0x80 - least)
}

/// Sets the highest bit of bytes whose lower seven are those of `byte`.
const fn is(chunk: u64, byte: u8) -> u64 {
    !reaching(chunk ^ each(byte), 1)
}

#[cfg(test)]
mod tests {
    use super::{PADDING, breaking, find, run_end, terminating};

    #[test]
    fn a_run_ends_at_every_other_byte() {
        for byte in 0..=255 {
            for len in 0..20 {
                let mut bytes = vec![b'z'; len];
                bytes.push(byte);
                bytes.extend(b"09a");
                let end = if byte.is_ascii_lowercase() || byte.is_ascii_digit() { len + 4 } else { len };
                assert_eq!(run_end(&bytes, 0), end, "{byte} after {len}");
                bytes.extend(PADDING.as_bytes());
                assert_eq!(run_end(&bytes, 0), end, "{byte} after {len}, padded");
            }
        }
    }
    #[test]
    fn a_find_ends_at_every_wanted_byte() {
        for byte in 0..=255 {
            for len in 0..20 {
                // A byte before, whose carry would be seen, and others behind.
                let mut bytes = vec![0x7f; len];
                bytes.extend([byte, b'x', b'.', b'\n', 0xff]);
                for to in len..bytes.len() {
                    let naive = |wanted: fn(u8) -> bool| bytes[..to].iter().position(|&b| wanted(b)).unwrap_or(to);
                    let breaks = naive(|b| b <= b'\r' || b >= 0x80);
                    let terminates = naive(|b| matches!(b, b'.' | b'!' | b'?') || b >= 0x80);
                    assert_eq!(find(&bytes, 0, to, breaking), breaks, "{byte} after {len} of {to}");
                    assert_eq!(find(&bytes, 0, to, terminating), terminates, "{byte} after {len} of {to}");
                }
            }
        }
    }
}
