//! Counting what is many and mostly rare: keys come in, and which of them cannot be frequent goes out, before any is
//! counted by itself (as Park, Chen and Yu's *An Effective Hash-Based Algorithm for Mining Association Rules*, SIGMOD
//! 1995, does with item sets).

/// Counters that several keys share: where one stays low, all of them are rare.
pub struct Sieve {
    counters: Vec<u8>,
    shift: u32,
}

impl Sieve {
    /// A sieve of at least so many counters: the more there are, the fewer keys share one.
    pub fn new(counters: usize) -> Self {
        let bits = counters.next_power_of_two().trailing_zeros().clamp(8, 26);
        Self { counters: vec![0; 1 << bits], shift: u64::BITS - bits }
    }

    /// Counts a key once more.
    #[inline]
    pub fn count(&mut self, key: u64) {
        let place = self.place(key);
        self.counters[place] = self.counters[place].saturating_add(1);
    }

    /// Whether the key may have been counted so many times; if not, it was not. No more than 255 are told apart.
    #[inline]
    pub fn may_reach(&self, least: u32, key: u64) -> bool {
        u32::from(self.counters[self.place(key)]) >= least.min(u8::MAX.into())
    }

    #[inline]
    fn place(&self, key: u64) -> usize {
        #[allow(clippy::cast_possible_truncation, reason = "the shift leaves no more bits than there are counters")]
        let place = (key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> self.shift) as usize;
        place
    }
}

#[cfg(test)]
mod tests {
    use super::Sieve;

    #[test]
    fn what_is_frequent_passes_and_most_of_the_rest_does_not() {
        let mut sieve = Sieve::new(22_000);
        let rare = (0..10_000).map(|i| i << 28);
        let frequent = (0..1000).map(|i| i << 28 | 1);
        rare.clone().chain(frequent.clone()).chain(frequent.clone()).for_each(|key| sieve.count(key));
        assert!(frequent.clone().all(|key| sieve.may_reach(2, key)));
        assert!(rare.filter(|&key| sieve.may_reach(2, key)).count() < 5000);
        (0..300).for_each(|_| sieve.count(7));
        assert!(sieve.may_reach(300, 7));
    }
}
