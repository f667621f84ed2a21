//! The primitives that a model file is made of: numbers, floats, texts, ascending lists. A reader checks every length
//! against what is left, before anything is allocated.

use super::{Kind, ModelError, Result};
use crate::ascii::eight;

#[derive(Default)]
pub(super) struct Writer(pub(super) Vec<u8>);

impl Writer {
    pub(super) fn number(&mut self, mut n: u64) {
        while n >= 0x80 {
            self.0.push((n & 0x7f) as u8 | 0x80);
            n >>= 7;
        }
        self.0.push(n as u8);
    }

    pub(super) fn len(&mut self, n: usize) {
        self.number(n as u64);
    }

    pub(super) fn float(&mut self, x: f32) {
        self.0.extend(x.to_le_bytes());
    }

    /// Numbers of so many bits each, 1 to 8, in two's complement, the lowest bit first, without gaps but at the end.
    pub(super) fn packed(&mut self, numbers: impl Iterator<Item = i8>, bits: u32) {
        let (mut held, mut count) = (0_u32, 0);
        for n in numbers {
            held |= u32::from(n.cast_unsigned() & u8::MAX >> (8 - bits)) << count;
            count += bits;
            if count >= 8 {
                self.0.push(held as u8);
                (held, count) = (held >> 8, count - 8);
            }
        }
        if count > 0 {
            self.0.push(held as u8);
        }
    }

    pub(super) fn text(&mut self, text: &str) {
        self.len(text.len());
        self.0.extend(text.as_bytes());
    }

    /// Ascending numbers as their differences, which are small.
    pub(super) fn ascending(&mut self, numbers: impl ExactSizeIterator<Item = u64>) {
        self.len(numbers.len());
        let mut last = 0;
        for n in numbers {
            self.number(n - last);
            last = n;
        }
    }
}

pub(super) struct Reader<'b> {
    pub(super) bytes: &'b [u8],
    pub(super) at: usize,
}

impl<'b> Reader<'b> {
    #[inline]
    pub(super) fn take(&mut self, n: usize) -> Result<&'b [u8]> {
        let Some(out) = self.bytes[self.at..].get(..n) else {
            return Err(ModelError { kind: Kind::Truncated { at: self.bytes.len() } });
        };
        self.at += n;
        Ok(out)
    }

    #[inline]
    pub(super) fn number(&mut self) -> Result<u64> {
        let (n, end) = number(self.bytes, self.at)?;
        self.at = end;
        Ok(n)
    }

    /// How many items follow, each of at least `size` bytes: checked before anything is allocated.
    #[inline]
    pub(super) fn len(&mut self, size: usize) -> Result<usize> {
        let at = self.at;
        let n = self.number()?;
        let fits = usize::try_from(n).ok().filter(|&n| n <= (self.bytes.len() - self.at) / size.max(1));
        fits.ok_or_else(|| ModelError::invalid(at, "a length is greater than the file"))
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        let mut out = [0; N];
        out.copy_from_slice(self.take(N)?);
        Ok(out)
    }

    /// So many numbers, as [`Writer::packed`] writes them.
    pub(super) fn packed(&mut self, count: usize, bits: u32) -> Result<impl Iterator<Item = i8> + use<'b>> {
        let mut bytes = self.take((count * bits as usize).div_ceil(8))?.iter();
        let (mut held, mut there) = (0_u32, 0);
        Ok((0..count).map(move |_| {
            if there < bits {
                held |= u32::from(bytes.next().copied().unwrap_or_default()) << there;
                there += 8;
            }
            // Shifted up and down again, its highest bit is its sign.
            let n = ((held << (8 - bits)) as u8).cast_signed() >> (8 - bits);
            (held, there) = (held >> bits, there - bits);
            n
        }))
    }

    pub(super) fn float(&mut self) -> Result<f32> {
        let at = self.at;
        let x = f32::from_le_bytes(self.array()?);
        if x.is_finite() { Ok(x) } else { Err(ModelError::invalid(at, "a number is not finite")) }
    }

    pub(super) fn text(&mut self) -> Result<String> {
        let n = self.len(1)?;
        let at = self.at;
        let text = std::str::from_utf8(self.take(n)?);
        text.map(str::to_owned).map_err(|_| ModelError::invalid(at, "text is not UTF-8"))
    }

    /// What `each` makes of strictly ascending numbers; one of which it makes nothing is refused as being `what`.
    pub(super) fn ascending<T>(&mut self, each: impl Fn(u64) -> Option<T>, what: &'static str) -> Result<Vec<T>> {
        let n = self.len(1)?;
        let mut out = Vec::with_capacity(n);
        let (mut at, mut last) = (self.at, 0_u64);
        for i in 0..n {
            let (step, end) = number(self.bytes, at)?;
            let next = last.wrapping_add(step);
            if next <= last && (i > 0 || next < last) {
                return Err(ModelError::invalid(at, "numbers are not in ascending order or too large"));
            }
            let Some(made) = each(next) else { return Err(ModelError::invalid(at, what)) };
            out.push(made);
            (at, last) = (end, next);
        }
        self.at = at;
        Ok(out)
    }
}

/// The number at `at`, and where it ends. Files have tens of thousands, of a byte or of five: to ask of each byte
/// whether it is the last would be a guess each time, so where eight are left they are read as one.
#[inline]
fn number(bytes: &[u8], at: usize) -> Result<(u64, usize)> {
    const MORE: u64 = u64::from_le_bytes([0x80; 8]);
    let eight = eight(bytes, at).unwrap_or(MORE);
    let last = !eight & MORE;
    if last == 0 {
        return any_number(bytes, at);
    }
    let sevens = eight & (last ^ (last - 1)) & !MORE;
    let fourteens = sevens & 0x007f_007f_007f_007f | sevens >> 1 & 0x3f80_3f80_3f80_3f80;
    let more = fourteens & 0x0000_3fff_0000_3fff | fourteens >> 2 & 0x0fff_c000_0fff_c000;
    let all = more & 0x0fff_ffff | more >> 4 & 0x00ff_ffff_f000_0000;
    Ok((all, at + last.trailing_zeros() as usize / 8 + 1))
}

/// The same of up to ten bytes, wherever they stand.
#[cold]
fn any_number(bytes: &[u8], at: usize) -> Result<(u64, usize)> {
    let mut reader = Reader { bytes, at };
    let mut out = 0;
    for shift in (0..64).step_by(7) {
        let byte = reader.take(1)?[0];
        out |= u64::from(byte & 0x7f) << shift;
        if byte < 0x80 {
            return Ok((out, reader.at));
        }
    }
    Err(ModelError::invalid(at, "a number is too long"))
}

#[cfg(test)]
mod tests {
    use super::{Reader, Writer};

    #[test]
    fn numbers_of_every_length_are_read_as_written() {
        let numbers: Vec<u64> = (0..64).flat_map(|bits| [1 << bits, (1 << bits) - 1, u64::MAX >> bits]).collect();
        for &n in &numbers {
            let mut out = Writer::default();
            out.number(n);
            for behind in 0..12 {
                for fill in [0, 0x7f, 0x80, 0xff] {
                    let bytes = [&out.0[..], &vec![fill; behind]].concat();
                    let mut input = Reader { bytes: &bytes, at: 0 };
                    assert_eq!(input.number(), Ok(n), "{n} and {behind} of {fill}");
                    assert_eq!(input.at, out.0.len());
                }
            }
        }
        let mut ascending = numbers;
        ascending.sort_unstable();
        ascending.dedup();
        let mut out = Writer::default();
        out.ascending(ascending.iter().copied());
        let read = |bytes: &[u8]| Reader { bytes, at: 0 }.ascending(|n| (n != 9).then_some(n), "nine");
        assert_eq!(read(&out.0), Ok(ascending));
        for (bytes, expected) in [
            (&[2, 3, 0][..], "byte 2: numbers are not in ascending order"),
            (
                &[2, 3, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1],
                "byte 2: numbers are not in ascending order",
            ),
            (&[2, 3, 6], "byte 2: nine"),
            (&[1, 0x80, 0x80], "cut short"),
            (&[1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1], "byte 1: a number is too long"),
        ] {
            let error = read(bytes).unwrap_err().to_string();
            assert!(error.contains(expected), "{bytes:?}: {error}");
        }
    }
}
