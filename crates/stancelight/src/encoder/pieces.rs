//! Word forms to word pieces: the tokens that the linear scorer has too come in, numbers of pieces go out. Training
//! and every browser cut with this one function.
//!
//! A form is cut greedily, longest piece first (WordPiece: Schuster and Nakajima 2012; Devlin et al. 2019). The list
//! is kept in byte order and searched where it lies: whatever stands between a piece and a form that begins with it
//! begins with that piece too, so a few binary searches find the longest, and no table is needed.

use super::{EncoderError, MAX_PIECES};
use crate::span::Span;
use crate::table::Words;
use crate::token::{self, Kind, Tokens};

/// The name of piece 0, which stands for every form that cannot be cut. No token has such a form.
pub const UNKNOWN: &str = "<unknown>";

/// What all but a form's first piece begin with. No token has a form that begins so.
const CONTINUES: &str = "##";

/// Longer forms are not words.
const MAX_CHARS: usize = 64;

/// The word pieces an encoder knows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pieces {
    /// All but the first, in ascending byte order: the piece at `i` has the number `i + 1`.
    words: Words,
    /// Where those that continue a word stand among them.
    continuations: (usize, usize),
}

/// What a token's case says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Case {
    /// Begins with a small letter, or has no case.
    Small = 0,
    /// Begins with a capital where other words do not.
    Capital = 1,
    /// Begins with a capital as the sentence's first word, where a capital says nothing.
    Opening = 2,
}

impl Case {
    /// How many there are.
    pub const COUNT: usize = 3;
}

/// A piece of a sentence.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Its number.
    pub id: u32,
    /// Its token's case.
    pub case: Case,
    /// Its token's index in the sentence.
    pub token: u32,
}

impl Pieces {
    /// A vocabulary of these pieces, in whatever order; those that continue a word begin with `##`. The unknown piece
    /// is added to them.
    ///
    /// # Errors
    /// If a piece is empty, or there are too many.
    pub fn new<'p>(pieces: impl IntoIterator<Item = &'p str>) -> Result<Self, EncoderError> {
        let mut pieces: Vec<&str> = pieces.into_iter().filter(|&piece| piece != UNKNOWN).collect();
        pieces.sort_unstable();
        pieces.dedup();
        Self::from_ascending(pieces.into_iter().collect())
    }

    pub(crate) fn from_ascending(words: Words) -> Result<Self, EncoderError> {
        if words.len() >= MAX_PIECES {
            return Err(EncoderError::new("pieces", format!("must be fewer than {MAX_PIECES}")));
        }
        if words.iter().any(|piece| piece.is_empty() || piece == CONTINUES) {
            return Err(EncoderError::new("pieces", "must hold a character each"));
        }
        let start = words.partition_point(0..words.len(), |piece| piece < CONTINUES.as_bytes());
        let end = words.partition_point(start..words.len(), |piece| piece.starts_with(CONTINUES.as_bytes()));
        Ok(Self { words, continuations: (start, end) })
    }

    /// How many, the unknown one among them.
    pub fn len(&self) -> usize {
        self.words.len() + 1
    }

    /// Never: the unknown piece is always there.
    pub const fn is_empty(&self) -> bool {
        false
    }

    /// The piece with this number, as it is written; a number that is not there is the caller's mistake and panics.
    pub fn get(&self, id: u32) -> &str {
        match (id as usize).checked_sub(1) {
            Some(index) => self.words.get(index),
            None => UNKNOWN,
        }
    }

    /// All but the unknown one, in ascending byte order.
    pub(crate) const fn words(&self) -> &Words {
        &self.words
    }

    /// Replaces what is in `out` by the pieces of a sentence's tokens, at least one a token.
    pub fn cut(&self, tokens: &Tokens, out: &mut Vec<Piece>) {
        out.clear();
        let mut opens = true;
        for (index, (token, form)) in (0..).zip(tokens.iter()) {
            let case = match token.case {
                token::Case::Lower => Case::Small,
                token::Case::Capital if opens => Case::Opening,
                token::Case::Capital => Case::Capital,
            };
            opens &= !matches!(token.kind, Kind::Word | Kind::Number);
            self.cut_form(form, |id| out.push(Piece { id, case, token: index }));
        }
    }

    /// Gives the numbers of a form's pieces, in order; that of the unknown one alone if the form cannot be cut.
    pub fn cut_form(&self, form: &str, mut each: impl FnMut(u32)) {
        let cuts = || {
            let mut rest = form.as_bytes();
            std::iter::from_fn(move || {
                let piece = match rest.len() {
                    0 => return None,
                    all if all == form.len() => self.longest(0..self.words.len(), 0, rest),
                    _ => self.longest(self.continuations.0..self.continuations.1, CONTINUES.len(), rest),
                };
                // A rest without a piece ends the cutting, and says that it failed.
                rest = piece.map_or(&[], |(_, len)| &rest[len..]);
                Some(piece)
            })
        };
        let whole = !form.is_empty() && form.chars().nth(MAX_CHARS).is_none() && cuts().all(|piece| piece.is_some());
        if whole {
            cuts().flatten().for_each(|(id, _)| each(id));
        } else {
            each(0);
        }
    }

    /// The longest piece in a range that, less its first `skip` bytes, `text` begins with, and its length less these.
    fn longest(&self, range: std::ops::Range<usize>, skip: usize, text: &[u8]) -> Option<(u32, usize)> {
        let mut text = text;
        loop {
            let after = self.words.partition_point(range.clone(), |piece| &piece[skip..] <= text);
            let index = after.checked_sub(1).filter(|index| range.contains(index))?;
            let piece = &self.words.get(index).as_bytes()[skip..];
            let common = piece.iter().zip(text).take_while(|(a, b)| a == b).count();
            if common == piece.len() {
                return Some((u32::try_from(index + 1).ok()?, common));
            }
            // Every piece that the text begins with comes before this one, which therefore begins with it as well.
            text = &text[..common];
        }
    }
}

/// Where each of a sentence's tokens stands.
pub(crate) fn spans(tokens: &Tokens) -> impl Iterator<Item = Span> {
    tokens.as_slice().iter().map(|token| token.span)
}

#[cfg(test)]
mod tests {
    use super::{Case, Pieces};
    use crate::token::Tokens;
    use proptest::prelude::*;

    fn written(pieces: &Pieces, form: &str) -> String {
        let mut out = Vec::new();
        pieces.cut_form(form, |id| out.push(pieces.get(id)));
        out.join(" ")
    }

    #[test]
    fn forms_are_cut_longest_first() {
        let pieces = Pieces::new(
            ["a", "ab", "abc", "##c", "##cd", "##d", "x", "##é", "é", "#", "$", "##", "sign", "##ed", "##e"]
                .into_iter()
                .filter(|&piece| piece != "##"),
        )
        .unwrap();
        let cases = [
            ("a", "a"),
            ("ab", "ab"),
            ("abcd", "abc ##d"),
            ("abd", "ab ##d"),
            ("acd", "a ##cd"),
            ("acdd", "a ##cd ##d"),
            ("aé", "a ##é"),
            ("éé", "é ##é"),
            ("#", "#"),
            ("$", "$"),
            ("", "<unknown>"),
            ("c", "<unknown>"),
            ("abq", "<unknown>"),
            ("signed", "sign ##ed"),
            ("signe", "sign ##e"),
            ("zz", "<unknown>"),
            ("\u{1}", "<unknown>"),
        ];
        for (form, expected) in cases {
            assert_eq!(written(&pieces, form), expected, "{form:?}");
        }
        assert_eq!(written(&pieces, &format!("a{}", "c".repeat(63))), format!("a{}", " ##c".repeat(63)));
        assert_eq!(written(&pieces, &format!("a{}", "c".repeat(64))), "<unknown>");
    }

    #[test]
    fn pieces_must_hold_something() {
        assert!(Pieces::new(["a", ""]).is_err());
        assert!(Pieces::new(["a", "##"]).is_err());
        let none = Pieces::new([]).unwrap();
        assert_eq!((none.len(), written(&none, "a")), (1, "<unknown>".to_owned()));
    }

    #[test]
    fn case_says_where_a_capital_stands() {
        let pieces = Pieces::new(["iran"]).unwrap();
        let cases = [
            ("Iran shelled Iran", vec![Case::Opening, Case::Small, Case::Capital]),
            ("“Iran", vec![Case::Small, Case::Opening]),
            ("40 Iran", vec![Case::Small, Case::Capital]),
            ("the Iran", vec![Case::Small, Case::Capital]),
        ];
        for (text, expected) in cases {
            let (mut tokens, mut out) = (Tokens::default(), Vec::new());
            tokens.fill(text);
            pieces.cut(&tokens, &mut out);
            assert_eq!(out.iter().map(|piece| piece.case).collect::<Vec<_>>(), expected, "{text}");
        }
    }

    proptest! {
        /// Against the definition, tried length by length.
        #[test]
        fn cutting_is_greedy(list in prop::collection::btree_set("(##)?[ab]{1,4}", 0..30), form in "[abc]{0,12}") {
            let pieces = Pieces::new(list.iter().map(String::as_str)).unwrap();
            let (mut expected, mut rest) = (Vec::new(), form.as_str());
            while !rest.is_empty() {
                let prefix = if rest.len() == form.len() { "" } else { "##" };
                let len = (1..=rest.len()).rev().find(|&len| list.contains(&format!("{prefix}{}", &rest[..len])));
                let Some(len) = len else { break };
                expected.push(format!("{prefix}{}", &rest[..len]));
                rest = &rest[len..];
            }
            if expected.is_empty() || !rest.is_empty() {
                expected = vec!["<unknown>".to_owned()];
            }
            prop_assert_eq!(written(&pieces, &form), expected.join(" "));
        }
    }
}
