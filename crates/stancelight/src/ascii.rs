//! What most of a text is made of, read without decoding: a class for every ASCII byte from one table, and
//! runs of letters and digits from one bit a byte.
//!
//! Nothing here decides anything of its own. [`crate::token`] takes these short cuts where they give what its
//! general rules would, and its tests hold the two against each other.

use crate::token::Kind;

/// What a byte of a text that is no letter or digit is to the tokenizer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Class {
    /// White space, or a sign that says nothing.
    Blank,
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
            b'.' | b',' | b';' | b':' | b'?' | b'!' | b'(' | b')' | b'[' | b']' | b'{' | b'}' | b'/' | b'|' => {
                Class::Sign(Kind::Clause)
            }
            b'"' | b'\'' | b'`' => Class::Sign(Kind::Quote),
            0..=b' ' | b'-' | b'_' | b'*' | b'~' | b'^' | b'\\' | 0x7f => Class::Blank,
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' => Class::Beyond,
            _ => Class::Sign(Kind::Symbol),
        };
        byte += 1;
    }
    out
};

/// The class of a byte that is no letter or digit.
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

/// Where in a text small ASCII letters and digits are: one bit a byte, the first lowest. Reuse one value for many.
#[derive(Clone, Debug, Default)]
pub(crate) struct Runs {
    bits: Vec<u64>,
}

impl Runs {
    /// Replaces what was here by the bits of `bytes`.
    pub(crate) fn fill(&mut self, bytes: &[u8]) {
        self.bits.clear();
        let (groups, rest) = bytes.as_chunks::<64>();
        self.bits.extend(groups.iter().map(runs_of));
        let mut last = [0; 64];
        last[..rest.len()].copy_from_slice(rest);
        // Of two halves, the second is always there.
        self.bits.extend([runs_of(&last), 0]);
    }

    /// The bits of the 64 bytes from `at`, which is no further than the end.
    #[inline]
    pub(crate) fn from(&self, at: usize) -> u64 {
        let (here, bit) = (at / 64, at % 64);
        self.bits[here] >> bit | self.bits[here + 1] << 1 << (63 - bit)
    }

    /// Where the run of small letters and digits that begins at `at` ends; `bits` are those from there.
    #[inline]
    pub(crate) fn end(&self, mut at: usize, mut bits: u64) -> usize {
        while bits == u64::MAX {
            at += 64;
            bits = self.from(at);
        }
        at + bits.trailing_ones() as usize
    }
}

/// The bits of 64 bytes.
#[inline]
fn runs_of(bytes: &[u8; 64]) -> u64 {
    let (chunks, _) = bytes.as_chunks::<8>();
    // In bit i of byte j, what chunk i says of its byte j ...
    let bits =
        (0..8).zip(chunks).fold(0, |bits, (i, &chunk)| bits | (!others(u64::from_le_bytes(chunk)) & HIGH) >> (7 - i));
    // ... and bits change places with bytes: in each square of two by two, of squares of these, and of squares of those.
    let swap = |bits: u64, by: u32, which: u64| {
        let changed = (bits ^ bits >> by) & which;
        bits ^ changed ^ changed << by
    };
    swap(swap(swap(bits, 7, 0x00aa_00aa_00aa_00aa), 14, 0x0000_cccc_0000_cccc), 28, 0x0000_0000_f0f0_f0f0)
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
    use super::{Runs, breaking, find, terminating};

    #[test]
    fn a_run_ends_at_every_other_byte() {
        let mut runs = Runs::default();
        for byte in 0..=255_u8 {
            for len in (0..20).chain(55..70).chain(120..135) {
                let mut bytes = vec![b'z'; len];
                bytes.push(byte);
                bytes.extend(b"09a");
                let end = if byte.is_ascii_lowercase() || byte.is_ascii_digit() { len + 4 } else { len };
                runs.fill(&bytes);
                assert_eq!(runs.end(0, runs.from(0)), end, "{byte} after {len}");
                for at in 0..=bytes.len() {
                    let end = if at <= end { end } else { len + 4 };
                    assert_eq!(runs.end(at, runs.from(at)), end, "{byte} after {len} from {at}");
                }
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
