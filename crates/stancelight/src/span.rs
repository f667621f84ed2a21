//! Where something stands in the caller's text: byte offsets that always index the original,
//! never a normalised copy, so that `&text[span.range()]` is the thing itself.

use std::ops::Range;

/// A half-open range of bytes, `start..end`, on character boundaries of the text it was made from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Span {
    /// First byte.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
}

impl Span {
    /// The span `start..end`.
    pub const fn new(start: usize, end: usize) -> Self {
        Self { start, end }
    }

    /// The same span as a range, to index a string with.
    pub const fn range(self) -> Range<usize> {
        self.start..self.end
    }

    /// The same span in a text that begins `by` bytes earlier.
    pub const fn shift(self, by: usize) -> Self {
        Self { start: self.start + by, end: self.end + by }
    }
}
