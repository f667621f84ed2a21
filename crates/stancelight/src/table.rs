//! Many strings as one: the vocabulary as the file holds it and tools list it.

/// Many strings in one allocation, each found by its index.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Words {
    pool: String,
    ends: Vec<u32>,
}

impl Words {
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
