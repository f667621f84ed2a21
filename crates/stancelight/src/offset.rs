//! Byte offsets to UTF-16 offsets, for JavaScript: offsets in ascending order come in, the same
//! places counted in UTF-16 code units go out, in one pass over the text however many there are.

/// A cursor over one text; ask it for ascending byte offsets.
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
        for &b in self.text.as_bytes()[self.byte..].iter().take(byte - self.byte) {
            // A character is counted at its first byte; four-byte characters take two units.
            self.unit += match b {
                0x80..=0xBF => 0,
                0xF0..=0xFF => 2,
                _ => 1,
            };
        }
        self.byte = byte.min(self.text.len());
        self.unit
    }
}

#[cfg(test)]
mod tests {
    use super::Utf16;

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
