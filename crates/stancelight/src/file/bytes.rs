//! The primitives that a model file is made of: numbers, floats, texts, ascending lists. A reader checks every length
//! against what is left, before anything is allocated.

use super::{Kind, ModelError, Result};

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
    pub(super) fn take(&mut self, n: usize) -> Result<&'b [u8]> {
        let end = self.at.checked_add(n).filter(|&end| end <= self.bytes.len());
        let end = end.ok_or(ModelError { kind: Kind::Truncated { at: self.bytes.len() } })?;
        let out = &self.bytes[self.at..end];
        self.at = end;
        Ok(out)
    }

    pub(super) fn number(&mut self) -> Result<u64> {
        let at = self.at;
        let mut out = 0;
        // Most are small, and files have tens of thousands.
        if let Some(&byte) = self.bytes.get(at).filter(|&&byte| byte < 0x80) {
            self.at += 1;
            return Ok(u64::from(byte));
        }
        for shift in (0..64).step_by(7) {
            let byte = self.take(1)?[0];
            out |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(out);
            }
        }
        Err(ModelError::invalid(at, "a number is too long"))
    }

    /// How many items follow, each of at least `size` bytes: checked before anything is allocated.
    pub(super) fn len(&mut self, size: usize) -> Result<usize> {
        let at = self.at;
        let n = self.number()?;
        let fits = usize::try_from(n).ok().filter(|&n| n <= (self.bytes.len() - self.at) / size.max(1));
        fits.ok_or(ModelError::invalid(at, "a length is greater than the file"))
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        let mut out = [0; N];
        out.copy_from_slice(self.take(N)?);
        Ok(out)
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

    /// Strictly ascending numbers below `limit`.
    pub(super) fn ascending(&mut self, limit: u64, mut each: impl FnMut(usize, u64) -> Result<()>) -> Result<usize> {
        let n = self.len(1)?;
        let mut last = 0_u64;
        for i in 0..n {
            let at = self.at;
            let step = self.number()?;
            last = last
                .checked_add(step)
                .filter(|&next| next < limit && (i == 0 || step > 0))
                .ok_or(ModelError::invalid(at, "numbers are not in ascending order or too large"))?;
            each(at, last)?;
        }
        Ok(n)
    }
}
