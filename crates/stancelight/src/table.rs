//! Many strings as one: the vocabulary as the file holds it and tools list it.

use std::ops::Range;

/// Many strings in one allocation, each found by its index.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words {
    pool: String,
    ends: Vec<u32>,
}

impl Words {
    /// The strings that end at `ends` in `pool`, each of which begins where the one before ends; or the index of the
    /// first that is not UTF-8. All are checked at once, which takes a fraction of checking each.
    pub(crate) fn from_pool(pool: Vec<u8>, ends: Vec<u32>) -> Result<Self, usize> {
        let first = |wrong: usize| ends.partition_point(|&end| end as usize <= wrong);
        let pool = String::from_utf8(pool).map_err(|error| first(error.utf8_error().valid_up_to()))?;
        match ends.iter().position(|&end| !pool.is_char_boundary(end as usize)) {
            Some(index) => Err(index),
            None => Ok(Self { pool, ends }),
        }
    }

    /// How many.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    /// Adds one at the end.
    pub fn push(&mut self, word: &str) {
        self.pool.push_str(word);
        self.ends.push(u32::try_from(self.pool.len()).expect("a vocabulary stays far below four gigabytes"));
    }

    /// The word at `index`; an index that is not there is the caller's mistake and panics.
    pub fn get(&self, index: usize) -> &str {
        let start = if index == 0 { 0 } else { self.ends[index - 1] as usize };
        &self.pool[start..self.ends[index] as usize]
    }

    /// All of them, in order.
    pub fn iter(&self) -> impl Iterator<Item = &str> {
        (0..self.len()).map(|index| self.get(index))
    }

    /// All of them in one, and where each begins and ends in it.
    pub(crate) fn places(&self) -> (&[u8], impl Iterator<Item = (usize, usize)>) {
        let places = self.ends.iter().scan(0, |from, &end| Some((std::mem::replace(from, end as usize), end as usize)));
        (self.pool.as_bytes(), places)
    }

    /// The first index in `range` of which `before` does not hold; it holds of the first so many.
    pub(crate) fn partition_point(&self, range: Range<usize>, before: impl Fn(&[u8]) -> bool) -> usize {
        let (mut low, mut high) = (range.start, range.end);
        while low < high {
            let middle = low.midpoint(high);
            if before(self.get(middle).as_bytes()) { low = middle + 1 } else { high = middle }
        }
        low
    }
}

impl<'w> FromIterator<&'w str> for Words {
    fn from_iter<I: IntoIterator<Item = &'w str>>(words: I) -> Self {
        let mut out = Self::default();
        for word in words {
            out.push(word);
        }
        out
    }
}
