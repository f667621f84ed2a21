//! Names and the like: the words of part of a sentence come in, with a place where somebody ought to be named;
//! where that name begins and ends goes out.
//!
//! There is no parser here. A name is a run of capitals ("Admiral Ines Karo"); anyone else is an article or the
//! like and the small words up to the next word that cannot belong to them ("a spokesman for the ministry");
//! bare plurals ("officials", "police") count too. Everything else names nobody.
//!
//! Nothing here is worth the space that inlining it would take in a browser's download.

use crate::span::Span;
use crate::token::{Case, Kind, Tokens};
use std::ops::Range;

/// A word or sign, as the tokenizer cuts it.
#[derive(Clone, Copy, Debug)]
pub struct Word<'t> {
    /// Where it stands.
    pub span: Span,
    /// In small letters.
    pub form: &'t str,
    kind: Kind,
    capital: bool,
}

/// The words that a rule looks at.
#[inline(never)]
pub fn words(tokens: &Tokens) -> Vec<Word<'_>> {
    tokens
        .iter()
        .map(|(token, form)| Word { span: token.span, form, kind: token.kind, capital: token.case == Case::Capital })
        .collect()
}

/// Most small words in a row that name somebody.
const MOST: usize = 6;

const ARTICLES: &[&str] = &[
    "the", "a", "an", "this", "that", "his", "her", "its", "their", "our", "my", "one", "another", "some", "two",
    "three", "four", "five", "several", "many", "both", "most", "other", "every", "each", "no",
];
const TITLES: &[&str] = &[
    "mr", "mrs", "ms", "dr", "gen", "sen", "rep", "gov", "lt", "col", "capt", "prof", "sgt", "st", "rev", "hon", "sir",
    "lord", "lady",
];
/// Join the parts of a name.
const PARTICLES: &[&str] =
    &["of", "de", "del", "la", "van", "von", "der", "den", "bin", "al", "el", "and", "for", "the"];
/// Join what somebody is and where: "a spokesman for the ministry".
const JOINTS: &[&str] = &["of", "for", "from", "at", "in"];
/// No name, though a capital may begin them, and no part of what anybody is called.
const OTHERS: &[&str] = &[
    "monday",
    "tuesday",
    "wednesday",
    "thursday",
    "friday",
    "saturday",
    "sunday",
    "january",
    "february",
    "march",
    "april",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
    "i",
    "you",
    "he",
    "she",
    "it",
    "we",
    "they",
    "him",
    "them",
    "us",
    "me",
    "who",
    "which",
    "what",
    "when",
    "where",
    "while",
    "why",
    "how",
    "if",
    "whether",
    "because",
    "since",
    "until",
    "unless",
    "although",
    "though",
    "as",
    "than",
    "and",
    "or",
    "but",
    "nor",
    "so",
    "yet",
    "of",
    "for",
    "from",
    "at",
    "in",
    "on",
    "to",
    "by",
    "with",
    "into",
    "onto",
    "about",
    "after",
    "before",
    "during",
    "under",
    "over",
    "against",
    "between",
    "through",
    "without",
    "within",
    "near",
    "despite",
    "amid",
    "is",
    "are",
    "was",
    "were",
    "be",
    "been",
    "being",
    "has",
    "have",
    "had",
    "do",
    "does",
    "did",
    "will",
    "would",
    "can",
    "could",
    "may",
    "might",
    "must",
    "should",
    "not",
    "n't",
    "there",
    "here",
    "then",
    "now",
    "later",
    "earlier",
    "today",
    "yesterday",
    "tomorrow",
    "however",
    "meanwhile",
    "also",
    "still",
    "again",
    "once",
    "only",
    "even",
    "just",
    "too",
    "asked",
    "according",
    "these",
    "those",
    "such",
    "all",
];
const PLURALS: &[&str] = &["police", "people", "media", "staff", "crew"];

/// Whether a word is part of a name: a capital where no other reason for it is known.
#[inline(never)]
pub fn is_name(word: &Word<'_>) -> bool {
    word.kind == Kind::Word && word.capital && !OTHERS.contains(&word.form) && !ARTICLES.contains(&word.form)
}

/// Whether mentions of the same somebody may differ in this word.
pub fn varies(form: &str) -> bool {
    form == "." || ARTICLES.contains(&form) || TITLES.contains(&form)
}

/// Whether a small word may be part of what somebody is called.
#[inline(never)]
fn is_small(word: &Word<'_>) -> bool {
    let other = OTHERS.contains(&word.form) || ARTICLES.contains(&word.form) || super::attribution::is_said(word.form);
    word.kind == Kind::Word && !word.capital && !other && !is_adverb(word.form)
}

/// Whether a word may stand between a subject and its verb and say nothing of either.
#[inline(never)]
pub fn is_adverb(form: &str) -> bool {
    (form.ends_with("ly") && form.len() > 4 && form != "family")
        || matches!(
            form,
            "also"
                | "later"
                | "then"
                | "once"
                | "again"
                | "still"
                | "has"
                | "have"
                | "had"
                | "himself"
                | "herself"
                | "now"
                | "earlier"
                | "further"
        )
}

#[inline(never)]
fn is_plural(form: &str) -> bool {
    (form.ends_with('s') && !form.ends_with("ss") && form.len() > 3) || PLURALS.contains(&form)
}

/// Where the words of a range stand.
pub fn span(words: &[Word<'_>], range: &Range<usize>) -> Option<Span> {
    Some(Span::new(words.get(range.start)?.span.start, words.get(range.end.checked_sub(1)?)?.span.end))
}

/// The stop of "Gen." or "J." between two parts of a name.
fn is_name_stop(words: &[Word<'_>], at: usize) -> bool {
    let behind_title = |word: &Word<'_>| {
        TITLES.contains(&word.form) || (word.capital && word.form.chars().count() == 1) || word.form.contains('.')
    };
    words[at].form == "." && at.checked_sub(1).and_then(|at| words.get(at)).is_some_and(behind_title)
}

/// The run of names that ends before `end`.
#[inline(never)]
pub fn names_before(words: &[Word<'_>], end: usize) -> Range<usize> {
    let mut start = end;
    while start > 0 {
        let last = start - 1;
        let joined = start < end
            && last > 0
            && words.get(last).is_some_and(|word| {
                let stop = is_name_stop(words, last);
                stop || PARTICLES.contains(&word.form) && is_name(&words[last - 1])
            });
        if !is_name(&words[last]) && !joined {
            break;
        }
        start = last;
    }
    start..end
}

/// The run of names that begins at `start`.
#[inline(never)]
pub fn names_from(words: &[Word<'_>], start: usize) -> Range<usize> {
    let mut end = start;
    while end < words.len() {
        let named = |at: usize| words.get(at).is_some_and(is_name);
        let particle = |at: usize| words.get(at).is_some_and(|word| PARTICLES.contains(&word.form));
        let joined = end > start && (is_name_stop(words, end) || particle(end)) && named(end + 1);
        // "King of the Isles", "van der": two particles in a row.
        let twice = end > start && particle(end) && particle(end + 1) && named(end + 2);
        if !named(end) && !joined && !twice {
            break;
        }
        end += if twice { 2 } else { 1 };
    }
    start..end
}

/// Who is named right before `end`.
#[inline(never)]
pub fn before(words: &[Word<'_>], end: usize) -> Option<Range<usize>> {
    let names = names_before(words, end);
    let mut range = if names.is_empty() { small_before(words, end)? } else { names };
    // "the president of Maresia", "a spokesman for the ministry": not Maresia, nor the ministry.
    for _ in 0..3 {
        let Some(joint) = range.start.checked_sub(1).filter(|&joint| JOINTS.contains(&words[joint].form)) else {
            break;
        };
        let Some(head) = small_before(words, joint) else { break };
        range = head.start..range.end;
    }
    Some(range)
}

/// Somebody named by small words that end before `end`.
#[inline(never)]
fn small_before(words: &[Word<'_>], end: usize) -> Option<Range<usize>> {
    let mut start = end;
    while start > 0 && end - start < MOST && is_small(&words[start - 1]) {
        start -= 1;
    }
    if start == end {
        return None;
    }
    let names = names_before(words, start);
    let article = |at: usize| at > 0 && ARTICLES.contains(&words[at - 1].form);
    if article(names.start) {
        return Some(names.start - 1..end);
    }
    (!names.is_empty() || is_plural(words[end - 1].form)).then_some(names.start..end)
}

/// Who is named from `start` on.
#[inline(never)]
pub fn from(words: &[Word<'_>], start: usize) -> Option<Range<usize>> {
    let names = names_from(words, start);
    if !names.is_empty() {
        // "Tolen officials", "Maresia's minister": a name that only says whose they are.
        let end = small_end(words, names.end);
        return Some(if end > names.end { joined(words, start..end) } else { names });
    }
    let article = words.get(start).is_some_and(|word| ARTICLES.contains(&word.form));
    let mut end = small_end(words, start + usize::from(article));
    let names = names_from(words, end);
    if !names.is_empty() {
        let behind = small_end(words, names.end);
        if behind == names.end {
            // "the defence minister Ines Karo".
            return Some(names);
        }
        end = behind;
    }
    let last = words.get(end.checked_sub(1)?)?;
    if end == start + usize::from(article) || !(article || is_plural(last.form)) {
        return None;
    }
    let range = joined(words, start..end);
    // "the defence minister, Ines Karo".
    if words.get(range.end).is_some_and(|word| word.form == ",") {
        let names = names_from(words, range.end + 1);
        let ends = words.get(names.end).is_none_or(|word| matches!(word.form, "," | "." | ";"));
        if !names.is_empty() && ends {
            return Some(names);
        }
    }
    Some(range)
}

#[inline(never)]
fn small_end(words: &[Word<'_>], start: usize) -> usize {
    let most = words.len().min(start + MOST);
    (start..most).find(|&at| !is_small(&words[at])).unwrap_or(most.max(start))
}

/// With what comes behind "of" and "for".
#[inline(never)]
fn joined(words: &[Word<'_>], range: Range<usize>) -> Range<usize> {
    let Some(joint) = words.get(range.end).filter(|word| matches!(word.form, "of" | "for" | "from")) else {
        return range;
    };
    let next = range.end + 1;
    let names = names_from(words, next);
    let article = usize::from(words.get(next).is_some_and(|word| ARTICLES.contains(&word.form)));
    let end = small_end(words, names.end.max(next) + if names.is_empty() { article } else { 0 });
    let end = names_from(words, end).end.max(end);
    // "a friend for life": nobody.
    if end > next + article || joint.form == "of" && end > next { range.start..end } else { range }
}
