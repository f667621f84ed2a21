//! Byte offsets to UTF-16 offsets, for JavaScript, and back: offsets in ascending order come in, the same
//! places counted in the other unit go out, in one pass over the text however many there are.

/// A cursor over one text; ask it for ascending offsets.
#[derive(Clone, Debug)]
pub struct Utf16<'t> {
    text: &'t str,
    byte: usize,
    unit: usize,
}

impl<'t> Utf16<'t> {
    /// A cursor at the start of `text`.
    pub const fn new(text: &'t str) -> Self {
        Self { text, byte: 0, unit: 0 }
    }

    /// How many UTF-16 code units stand before the byte offset `byte`.
    ///
    /// An offset smaller than the one before it starts again from the beginning (right, only slow);
    /// one past the end counts as the end, one inside a character as the end of that character.
    pub fn at(&mut self, byte: usize) -> usize {
        if byte < self.byte {
            *self = Self::new(self.text);
        }
        let bytes = self.text.as_bytes();
        self.unit += units(&bytes[self.byte..byte.min(bytes.len())]);
        self.byte = byte.min(self.text.len());
        self.unit
    }

    /// How many bytes stand before the UTF-16 offset `unit`: always a character's boundary. The way back from [`Self::at`];
    /// a cursor may be asked for either.
    ///
    /// An offset smaller than the one before it starts again from the beginning (right, only slow);
    /// one past the end counts as the end, one inside a character as the end of that character.
    pub fn byte(&mut self, unit: usize) -> usize {
        if unit < self.unit {
            *self = Self::new(self.text);
        }
        while self.unit < unit && self.byte < self.text.len() {
            // So many bytes hold no more units, and at least a third of them.
            let mut end = (self.byte + unit - self.unit).min(self.text.len());
            while !self.text.is_char_boundary(end) {
                end += 1;
            }
            self.unit += units(&self.text.as_bytes()[self.byte..end]);
            self.byte = end;
        }
        self.byte
    }
}

/// How many UTF-16 code units these bytes of a text take. A character is counted at its first byte.
fn units(bytes: &[u8]) -> usize {
    if bytes.is_ascii() {
        return bytes.len();
    }
    // Four-byte characters take two units. Sums of comparisons, which the compiler makes vectors of.
    let begins = |byte: u8| usize::from(!matches!(byte, 0x80..=0xBF));
    bytes.iter().map(|&byte| begins(byte) + usize::from(byte >= 0xF0)).sum()
}

#[cfg(test)]
mod tests {
    use super::Utf16;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn the_way_back_leads_back(text in ".{0,200}") {
            let (mut there, mut back) = (Utf16::new(&text), Utf16::new(&text));
            let mut unit = 0;
            for (byte, c) in text.char_indices() {
                prop_assert_eq!(there.at(byte), unit);
                prop_assert_eq!(back.byte(unit), byte);
                unit += c.len_utf16();
                if c.len_utf16() == 2 {
                    prop_assert_eq!(back.byte(unit - 1), byte + 4);
                }
            }
            // At once, backwards and beyond as well.
            prop_assert_eq!(Utf16::new(&text).byte(unit), text.len());
            prop_assert_eq!(back.byte(0), 0);
            prop_assert_eq!(back.byte(unit + 9), text.len());
        }
    }

    #[test]
    fn agrees_with_the_standard_library() {
        for text in ["", "plain", "naïve café", "👩‍👩‍👧 e\u{301} 中文", "שלום\r\n🎉🎉 end"] {
            let mut cursor = Utf16::new(text);
            for (byte, _) in text.char_indices() {
                assert_eq!(cursor.at(byte), text[..byte].encode_utf16().count(), "{text} at {byte}");
            }
            assert_eq!(cursor.at(text.len()), text.encode_utf16().count());
            assert_eq!(cursor.at(0), 0);
            assert_eq!(cursor.at(text.len() + 9), text.encode_utf16().count());
        }
    }
}
