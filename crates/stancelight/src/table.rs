//! The model's two look-ups, compiled from plain data at load: words by their form, pairs of words by
//! their key. Both store indices only, nothing is copied an entry.

use foldhash::fast::FixedState;
use hashbrown::HashTable;
use std::hash::BuildHasher;

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

/// From a value to its index among `len` values, which the caller keeps.
#[derive(Clone, Debug)]
pub(crate) struct Index {
    table: HashTable<u32>,
    state: FixedState,
}

impl Index {
    /// Indexes the values that `value` gives for `0..len`.
    pub(crate) fn new<T: std::hash::Hash>(len: usize, value: impl Fn(usize) -> T) -> Self {
        let state = FixedState::default();
        let mut table = HashTable::with_capacity(len);
        for index in 0..len {
            let narrow = u32::try_from(index).expect("a vocabulary has fewer than four billion entries");
            table.insert_unique(state.hash_one(value(index)), narrow, |&other| state.hash_one(value(other as usize)));
        }
        Self { table, state }
    }

    /// The index of the value that hashes like `probe` and satisfies `same`.
    pub(crate) fn find(&self, probe: impl std::hash::Hash, same: impl Fn(usize) -> bool) -> Option<u32> {
        self.table.find(self.state.hash_one(probe), |&index| same(index as usize)).copied()
    }
}
