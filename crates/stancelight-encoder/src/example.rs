//! Rows as the network reads them, and the two ways in which each reading differs from the last: names are exchanged
//! for others, so that who acts does not decide what the act is; and now and then all capitals are taken away, so that
//! text without them does not fall apart.
//!
//! What a name is, the training text says: a word that, where it does not open a sentence, nearly always has a
//! capital. Headlines with a capital on every word therefore keep their verbs.

use rand::Rng;
use stancelight::encoder::{Case, Piece, Pieces};
use stancelight::token::{self, Kind, Tokens};
use stancelight_train::Row;
use std::collections::BTreeMap;
use std::ops::Range;

/// One sentence to learn from.
#[derive(Clone, Debug, PartialEq)]
pub struct Example {
    pub pieces: Vec<Piece>,
    /// Probability of each label.
    pub target: Vec<f32>,
    pub weight: f32,
    /// What the encoder is to guess of it beside the labels; nothing, if there are no hints.
    pub hint: Vec<f32>,
    /// Which of the pieces are names, a range a name.
    names: Vec<Range<usize>>,
}

/// One reading of an example.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    pub pieces: Vec<Piece>,
    /// Whether it is the sentence that the hint is of: names are as they stand there.
    pub is_hinted: bool,
}

/// How readings differ.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Augmentation {
    /// Part of the sentences whose names are exchanged.
    pub swap: f64,
    /// Part of the sentences read without capitals.
    pub lower: f64,
}

/// A word with a capital in more than this part of its places inside sentences is a name.
const NAME: f64 = 0.8;

/// A longer sentence is learned from by its beginning.
const MAX_PIECES: usize = 256;

/// What to learn from, and the names to exchange.
#[derive(Clone, Debug, PartialEq)]
pub struct Examples {
    pub all: Vec<Example>,
    /// The pieces of every name, as often as it is read.
    names: Vec<Vec<u32>>,
}

impl Examples {
    /// Cuts rows; those without a single token are left out. `hints` has one for each of the first rows.
    pub fn new(rows: &[Row], hints: Vec<Vec<f32>>, pieces: &Pieces) -> Self {
        let mut counts: BTreeMap<String, [u32; 2]> = BTreeMap::new();
        let mut tokens = Tokens::default();
        for row in rows {
            tokens.fill(&row.text);
            for (token, form) in words(&tokens).skip(1) {
                let capital = usize::from(token.case == token::Case::Capital);
                match counts.get_mut(form) {
                    Some(count) => count[capital] += 1,
                    None => counts.entry(form.to_owned()).or_default()[capital] = 1,
                }
            }
        }
        let is_name = |form: &str| {
            counts.get(form).is_some_and(|&[small, capital]| f64::from(capital) > NAME * f64::from(small + capital))
        };
        let (mut all, mut names) = (Vec::new(), Vec::new());
        let hints = hints.into_iter().chain(std::iter::repeat(Vec::new()));
        for (row, hint) in rows.iter().zip(hints) {
            let mut cut = Vec::new();
            tokens.fill(&row.text);
            pieces.cut(&tokens, &mut cut);
            cut.truncate(MAX_PIECES);
            if cut.is_empty() {
                continue;
            }
            let mut found = Vec::new();
            for (index, (token, form)) in (0..).zip(tokens.iter()) {
                if token.case == token::Case::Capital && token.kind == Kind::Word && is_name(form) {
                    let from = cut.partition_point(|piece| piece.token < index);
                    let to = cut.partition_point(|piece| piece.token <= index);
                    if from < to {
                        names.push(cut[from..to].iter().map(|piece| piece.id).collect());
                        found.push(from..to);
                    }
                }
            }
            all.push(Example { pieces: cut, target: row.target.clone(), weight: row.weight, hint, names: found });
        }
        Self { all, names }
    }

    /// Rows that something else has cut, in which no name is known.
    pub fn of_pieces<'r>(rows: impl Iterator<Item = (Vec<Piece>, &'r Row)>) -> Self {
        let example = |(pieces, row): (Vec<Piece>, &Row)| Example {
            pieces,
            target: row.target.clone(),
            weight: row.weight,
            hint: Vec::new(),
            names: Vec::new(),
        };
        Self { all: rows.map(example).collect(), names: Vec::new() }
    }

    /// One reading of an example.
    pub fn read(&self, example: &Example, how: &Augmentation, rng: &mut impl Rng) -> Reading {
        let mut out = Vec::with_capacity(example.pieces.len());
        let swapped = rng.random_bool(how.swap) && !example.names.is_empty();
        if swapped {
            let mut at = 0;
            for name in &example.names {
                out.extend_from_slice(&example.pieces[at..name.start]);
                let first = example.pieces[name.start];
                let other = &self.names[rng.random_range(0..self.names.len())];
                out.extend(other.iter().map(|&id| Piece { id, ..first }));
                at = name.end;
            }
            out.extend_from_slice(&example.pieces[at..]);
            out.truncate(MAX_PIECES);
        } else {
            out.extend_from_slice(&example.pieces);
        }
        if rng.random_bool(how.lower) {
            out.iter_mut().for_each(|piece| piece.case = Case::Small);
        }
        Reading { pieces: out, is_hinted: !swapped && !example.hint.is_empty() }
    }
}

fn words(tokens: &Tokens) -> impl Iterator<Item = (token::Token, &str)> {
    tokens.iter().filter(|(token, _)| token.kind == Kind::Word)
}

#[cfg(test)]
mod tests {
    use super::{Augmentation, Examples};
    use rand::SeedableRng;
    use rand_xoshiro::Xoshiro256PlusPlus;
    use stancelight::encoder::{Case, Pieces};
    use stancelight_train::Row;

    #[test]
    fn names_are_exchanged_and_nothing_else() {
        let rows: Vec<Row> = [
            "Envoys of Chad met Peru in Oslo.",
            "We saw Envoys and envoys of Chad.",
            "Oslo Signs an accord; she signs.",
        ]
        .iter()
        .map(|text| Row { text: (*text).into(), target: vec![1.0, 0.0], weight: 1.0, groups: Vec::new(), source: 0 })
        .collect();
        let forms = "envoys of chad met peru in oslo . we saw and signs an accord ; she";
        let pieces = Pieces::new(forms.split(' ')).unwrap();
        let hints = [[0.5], [0.6], [0.7]].map(|hint| hint.to_vec()).to_vec();
        let examples = Examples::new(&rows, hints, &pieces);
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(1);
        let mut seen = std::collections::BTreeSet::new();
        for _ in 0..100 {
            let read = examples.read(&examples.all[0], &Augmentation { swap: 1.0, lower: 0.0 }, &mut rng);
            let words: Vec<&str> = read.pieces.iter().map(|piece| pieces.get(piece.id)).collect();
            assert_eq!([words[0], words[1], words[3], words[5], words[7]], ["envoys", "of", "met", "in", "."]);
            assert_eq!(read.pieces[2].case, Case::Capital);
            assert!(!read.is_hinted, "another sentence now, of which nothing is known");
            seen.extend([words[2], words[4], words[6]].map(str::to_owned));
        }
        assert_eq!(seen.into_iter().collect::<Vec<_>>(), ["chad", "oslo", "peru"]);
        let lower = examples.read(&examples.all[2], &Augmentation { swap: 0.0, lower: 1.0 }, &mut rng);
        assert!(lower.pieces.iter().all(|piece| piece.case == Case::Small));
        let plain = examples.read(&examples.all[2], &Augmentation { swap: 0.0, lower: 0.0 }, &mut rng);
        assert_eq!(plain.pieces, examples.all[2].pieces);
        assert!(plain.is_hinted && lower.is_hinted && examples.all[2].hint == [0.7]);
    }
}
