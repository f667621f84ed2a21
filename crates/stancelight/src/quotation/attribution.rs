//! The sentence around a quotation to its speaker: the words behind or before it come in; who says it goes out,
//! if a said-verb and its subject can be found there.

use super::phrase::{self, Word, is_adverb, is_name, names_from};
use crate::span::Span;
use std::ops::Range;

/// How a speaker is named.
#[derive(Clone, Copy, Debug)]
pub enum Said {
    /// By these words.
    Named(Span),
    /// As "he" or "she".
    Pronoun,
}

/// Words between a verb and what is quoted after it.
const FAR: usize = 30;
/// Words of an insertion between commas.
const INSERTED: usize = 16;

/// In the order of the alphabet.
const SAID: &[&str] = &[
    "acknowledged",
    "added",
    "adding",
    "adds",
    "admitted",
    "announced",
    "announcing",
    "answered",
    "argued",
    "argues",
    "arguing",
    "asked",
    "asking",
    "asks",
    "boasted",
    "called",
    "calling",
    "cautioned",
    "cautioning",
    "claimed",
    "claiming",
    "claims",
    "commented",
    "complained",
    "complaining",
    "conceded",
    "concluded",
    "confirmed",
    "continued",
    "cried",
    "declared",
    "declaring",
    "demanded",
    "demanding",
    "denied",
    "described",
    "describing",
    "dubbed",
    "explained",
    "explaining",
    "explains",
    "insisted",
    "insisting",
    "insists",
    "joked",
    "lamented",
    "noted",
    "noting",
    "observed",
    "pledged",
    "posted",
    "posting",
    "predicted",
    "predicting",
    "promised",
    "quipped",
    "recalled",
    "recalls",
    "reiterated",
    "remarked",
    "repeated",
    "repeating",
    "replied",
    "replies",
    "replying",
    "responded",
    "said",
    "say",
    "saying",
    "says",
    "shouted",
    "shouting",
    "stated",
    "stating",
    "stressed",
    "stressing",
    "suggested",
    "telling",
    "tells",
    "testified",
    "threatened",
    "told",
    "tweeted",
    "urged",
    "urging",
    "vowed",
    "vowing",
    "warned",
    "warning",
    "warns",
    "whispered",
    "writes",
    "writing",
    "wrote",
    "yelled",
];

/// Whether a word says that somebody says something.
#[inline(never)]
pub fn is_said(form: &str) -> bool {
    SAID.binary_search(&form).is_ok()
}

/// "…", said X / X said / according to X / — X.
pub fn after(words: &[Word<'_>]) -> Option<Said> {
    let dash = words.first().is_some_and(|word| matches!(word.form, "–" | "—"));
    let start = usize::from(dash || words.first().is_some_and(|word| word.form == ","));
    let is = |at: usize, form: &str| words.get(at).is_some_and(|word| word.form == form);
    if is(start, "according") && is(start + 1, "to") {
        return named(words, phrase::from(words, start + 2)?);
    }
    if dash {
        let names = names_from(words, start);
        if !names.is_empty() && (names.end == words.len() || is(names.end, ",")) {
            return named(words, names);
        }
    }
    let verb = (start..words.len().min(start + FAR)).find(|&at| is_said(words[at].form))?;
    if (start..verb).all(|at| is_adverb(words[at].form)) {
        // "said Karo"; "told Karo" and "called" want somebody else behind them.
        let inverts = !matches!(words[verb].form, "told" | "tells" | "called" | "described" | "dubbed")
            && !is_participle(words[verb].form);
        return inverts.then(|| pronoun(words, verb + 1).or_else(|| named(words, phrase::from(words, verb + 1)?)))?;
    }
    let (said, begins) = subject(words, verb)?;
    // Nobody but the one named first: "…", a claim that Karo denied.
    (begins == start).then_some(said)
}

/// X said: "…" / X said that "…" / according to X, "…" / X: "…".
pub fn before(words: &[Word<'_>]) -> Option<Said> {
    let from = words.len().saturating_sub(FAR + INSERTED);
    let words = &words[from..];
    let names = names_from(words, 0);
    if from == 0 && names.end > 0 && names.end + 1 == words.len() && words[names.end].form == ":" {
        return named(words, names);
    }
    let near = words.len().saturating_sub(FAR);
    for at in (near..words.len()).rev() {
        let form = words[at].form;
        if form == "according" && words.get(at + 1).is_some_and(|word| word.form == "to") {
            return named(words, phrase::from(words, at + 2)?);
        }
        if !is_said(form) {
            continue;
        }
        let earlier = at.checked_sub(1).map(|before| words[before].form);
        if is_participle(form) || matches!(earlier, Some("and" | "but")) {
            return first(words, at);
        }
        if let Some((said, _)) = subject(words, at) {
            return Some(said);
        }
    }
    None
}

fn is_participle(form: &str) -> bool {
    form.ends_with("ing")
}

#[inline(never)]
fn named(words: &[Word<'_>], range: Range<usize>) -> Option<Said> {
    phrase::span(words, &range).map(Said::Named)
}

#[inline(never)]
fn pronoun(words: &[Word<'_>], at: usize) -> Option<Said> {
    words.get(at).filter(|word| matches!(word.form, "he" | "she")).map(|_| Said::Pronoun)
}

/// The subject of the verb at `verb`, and the word it begins with.
#[inline(never)]
fn subject(words: &[Word<'_>], verb: usize) -> Option<(Said, usize)> {
    let mut end = verb;
    while end > 0 && is_adverb(words[end - 1].form) {
        end -= 1;
    }
    let last = words.get(end.checked_sub(1)?)?;
    let relative = matches!(last.form, "who" | "which");
    if relative {
        end -= 1;
    }
    if let Some(said) = pronoun(words, end.checked_sub(1)?) {
        return Some((said, end - 1));
    }
    let range = if words[end - 1].form == "," {
        // "Karo, who commands the fleet, said"; but "Karo, who said" has one comma only.
        let inner = if relative {
            end - 1
        } else {
            (end.saturating_sub(INSERTED)..end - 1).rev().find(|&at| words[at].form == ",")?
        };
        let inserted = names_from(words, inner + 1);
        if !relative && !inserted.is_empty() && inserted.end == end - 1 && !words[..inner].last().is_some_and(is_name) {
            // "The defence minister, Ines Karo, said".
            let begins = phrase::before(words, inner)?.start;
            return Some((named(words, inserted)?, begins));
        }
        phrase::before(words, inner)?
    } else {
        phrase::before(words, end)?
    };
    Some((named(words, range.clone())?, range.start))
}

/// The subject of the whole sentence, for verbs that share it: "Karo rejected the charge, saying".
#[inline(never)]
fn first(words: &[Word<'_>], verb: usize) -> Option<Said> {
    if let Some(said) = pronoun(words, 0) {
        return Some(said);
    }
    let names = names_from(words, 0);
    if !names.is_empty() && names.end <= verb {
        return named(words, names);
    }
    // "The minister rejected": the first word in -ed can be the verb.
    let acts = |word: &Word<'_>| word.form.ends_with("ed") || is_said(word.form);
    let end = words[..verb].iter().position(acts)?;
    let range = phrase::before(words, end)?;
    (range.start == 0).then(|| named(words, range))?
}
