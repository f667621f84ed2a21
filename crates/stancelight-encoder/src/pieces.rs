//! The word pieces that a training text is made of: the core's own tokens come in, a vocabulary goes out.
//!
//! Pieces are grown by merging the commonest neighbours, as WordPiece's trainer in `tokenizers` does; cutting with
//! them is the core's business ([`Pieces::cut`]), so what is learned is what will be seen.

use crate::error::EncodeError;
use ahash::AHashMap;
use stancelight::encoder::Pieces;
use stancelight::token::Tokens;
use std::collections::{BTreeMap, BTreeSet};
use tokenizers::AddedToken;
use tokenizers::models::bpe::{BPE, BpeTrainer};

const CONTINUES: &str = "##";

/// A character that stands in the text fewer times than this is not worth a piece; words with it are unknown.
const RARE: u64 = 5;

/// Learns at most `most` pieces from texts. The same texts, in whatever order, give the same pieces.
///
/// # Errors
/// If the trainer refuses, or there is not one word.
pub fn learn<'t>(texts: impl Iterator<Item = &'t str>, most: usize) -> Result<Pieces, EncodeError> {
    let mut counts: BTreeMap<String, u64> = BTreeMap::new();
    let mut tokens = Tokens::default();
    for text in texts {
        tokens.fill(text);
        for (_, form) in tokens.iter() {
            match counts.get_mut(form) {
                Some(count) => *count += 1,
                None => drop(counts.insert(form.to_owned(), 1)),
            }
        }
    }
    let mut common: BTreeMap<char, u64> = BTreeMap::new();
    for (form, count) in &counts {
        form.chars().for_each(|c| *common.entry(c).or_default() += count);
    }
    common.retain(|_, count| *count >= RARE);
    counts.retain(|form, _| form.chars().all(|c| common.contains_key(&c)));
    // Named beforehand, characters have numbers that do not depend on the order in which the trainer's hash map
    // gives words; and equally common pairs are merged in the order of their numbers.
    let characters: BTreeSet<String> = counts
        .keys()
        .flat_map(|form| form.chars().enumerate())
        .map(|(i, c)| if i == 0 { c.to_string() } else { format!("{CONTINUES}{c}") })
        .collect();
    let trainer = BpeTrainer::builder()
        .show_progress(false)
        .vocab_size(most.saturating_sub(1))
        .min_frequency(2)
        .continuing_subword_prefix(CONTINUES.to_owned())
        .special_tokens(characters.into_iter().map(|piece| AddedToken::from(piece, false)).collect())
        .build();
    let words: AHashMap<_, u64> = counts.iter().map(|(form, &count)| (form.as_str().into(), count)).collect();
    let mut grown = BPE::default();
    trainer.do_train(&words, &mut grown).map_err(|error| EncodeError::Pieces(error.to_string()))?;
    let vocabulary = grown.get_vocab();
    Ok(Pieces::new(vocabulary.keys().map(String::as_str))?)
}

#[cfg(test)]
mod tests {
    use super::learn;
    use stancelight::token::Tokens;

    #[test]
    fn pieces_are_the_same_in_any_order_and_cut_what_they_were_learned_from() {
        let texts: Vec<String> = (0..40)
            .map(|i| format!("The minister of region {i} signed an accord; talks resumed, {} times.", i * i))
            .collect();
        let learned = learn(texts.iter().map(String::as_str), 120).unwrap();
        assert_eq!(learned, learn(texts.iter().rev().map(String::as_str), 120).unwrap());
        assert!(learned.len() <= 120, "{}", learned.len());
        let (mut tokens, mut pieces) = (Tokens::default(), Vec::new());
        tokens.fill("The minister signed; talks resumed.");
        learned.cut(&tokens, &mut pieces);
        let written: Vec<&str> = pieces.iter().map(|piece| learned.get(piece.id)).collect();
        assert_eq!(written, ["the", "minister", "signed", ";", "talks", "resumed", "."]);
        tokens.fill("Ж");
        learned.cut(&tokens, &mut pieces);
        assert_eq!(pieces[0].id, 0);
    }
}
