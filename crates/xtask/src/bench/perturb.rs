//! More text from little: sentences come in, any number of sentences like them go out, the same for the same
//! seed. The first of each is the sentence itself, later ones lose words and have neighbours change places,
//! so that the vocabulary grows with the text as it does in life.

use rand::seq::SliceRandom;
use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;

const SEED: u64 = 1;

/// Each word is left out, and each changes places with the next, this often.
const RATE: f64 = 0.1;

/// An endless stream over `0..len` and whatever many times again, each time in another order.
pub struct Repeats {
    order: Vec<usize>,
    at: usize,
    first: bool,
    rng: Xoshiro256PlusPlus,
}

impl Repeats {
    /// A stream over so many sentences.
    pub fn new(len: usize) -> Self {
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(SEED);
        let mut order: Vec<usize> = (0..len).collect();
        order.shuffle(&mut rng);
        Self { order, at: 0, first: true, rng }
    }

    /// The next sentence's index and its text.
    pub fn next<'t>(&mut self, text: impl Fn(usize) -> &'t str) -> (usize, String) {
        if self.at == self.order.len() {
            self.order.shuffle(&mut self.rng);
            (self.at, self.first) = (0, false);
        }
        let index = self.order[self.at];
        self.at += 1;
        let text = text(index);
        (index, if self.first { text.to_owned() } else { self.perturb(text) })
    }

    fn perturb(&mut self, text: &str) -> String {
        let mut words: Vec<&str> = text.split_whitespace().filter(|_| !self.rng.random_bool(RATE)).collect();
        for i in 1..words.len() {
            if self.rng.random_bool(RATE) {
                words.swap(i - 1, i);
            }
        }
        // A sentence of one word may have lost it.
        if words.is_empty() { text.to_owned() } else { words.join(" ") }
    }
}

#[cfg(test)]
mod tests {
    use super::Repeats;

    #[test]
    fn the_first_round_is_the_text_and_the_second_is_like_it() {
        let texts = ["the army shelled the port at dawn and then again at noon", "no", "both sides signed the accord"];
        let stream = || {
            let mut repeats = Repeats::new(texts.len());
            (0..9).map(|_| repeats.next(|i| texts[i])).collect::<Vec<_>>()
        };
        let first = stream();
        assert_eq!(first, stream());
        assert!(first[..3].iter().all(|(i, text)| text == texts[*i]));
        assert!(first[3..].iter().all(|(i, text)| text.split(' ').all(|word| texts[*i].contains(word))));
        assert!(first[3..].iter().any(|(i, text)| text != texts[*i]));
    }
}
