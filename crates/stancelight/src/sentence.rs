//! Text to sentences: any string comes in, the byte spans of its sentences go out, in order, without
//! overlap, and with every letter and digit of the text inside one of them.
//!
//! Rules rather than a model, so that a reader can predict them. The text is first cut into *segments*
//! that no sentence crosses (paragraphs, headlines, list items), then each segment at its terminators,
//! unless the full stop belongs to an abbreviation, an initial, a list number or a quotation that
//! goes on in lower case. Two passes, each linear in the text.

use crate::ascii;
use crate::span::Span;
use crate::token::is_invisible;

/// Longest sentence in bytes. Real ones stay far below; a "sentence" without any end (base64, a
/// table) is cut at the last space before this, so that no later stage meets unbounded input.
pub const MAX_SENTENCE_BYTES: usize = 16 * 1024;

/// How far past a terminator the decision looks; bounded so that a long run of signs or letters
/// behind every full stop stays linear.
const LOOK_AHEAD: usize = 512;

/// The sentences of `text`, in order. Never fails; text without letters or digits has none.
pub fn sentences(text: &str) -> Vec<Span> {
    let mut out = Vec::new();
    for segment in segments(text) {
        split_segment(text, segment, &mut out);
    }
    out
}

// ---- segments: what no sentence crosses -------------------------------------------------------

/// One line: its span without the line break.
fn lines(text: &str) -> impl Iterator<Item = Span> + '_ {
    let mut rest = 0;
    std::iter::from_fn(move || {
        if rest > text.len() {
            return None;
        }
        let start = rest;
        let (end, width) = line_end(text, start);
        rest = end + width;
        Some(Span::new(start, end))
    })
}

/// Where the line that begins at `start` ends, and the bytes of the break; the text's last line counts one.
fn line_end(text: &str, start: usize) -> (usize, usize) {
    let mut at = start;
    loop {
        at = ascii::find(text.as_bytes(), at, text.len(), ascii::breaking);
        match text.as_bytes()[at..] {
            [] | [b'\n' | 0xb | 0xc, ..] => return (at, 1),
            [b'\r', b'\n', ..] | [0xc2, 0x85, ..] => return (at, 2),
            [b'\r', ..] => return (at, 1),
            [0xe2, 0x80, 0xa8 | 0xa9, ..] => return (at, 3),
            _ => at += 1,
        }
    }
}

/// Paragraphs whose lines were wrapped by hand become one segment; everywhere else a line break ends
/// a segment, because headlines and list items end without a full stop.
fn segments(text: &str) -> Vec<Span> {
    let mut out = Vec::new();
    let mut block: Vec<Span> = Vec::new();
    for line in lines(text) {
        let trimmed = trim(text, line);
        if trimmed.start == trimmed.end {
            flush(text, &mut block, &mut out);
        } else {
            block.push(trimmed);
        }
    }
    flush(text, &mut block, &mut out);
    out
}

fn flush(text: &str, block: &mut Vec<Span>, out: &mut Vec<Span>) {
    let hard_wrapped = is_hard_wrapped(text, block);
    for (i, &line) in block.iter().enumerate() {
        match out.last_mut() {
            Some(last) if i > 0 && hard_wrapped && !starts_list_item(text, line) => last.end = line.end,
            _ => out.push(line),
        }
    }
    block.clear();
}

/// Plain-text mail and agency copy wrap at a fixed column: all lines but the last are then about
/// equally long. A line that could have taken the next line's first word was not wrapped, and a list of
/// headlines shows itself by its capitals.
fn is_hard_wrapped(text: &str, block: &[Span]) -> bool {
    let [first @ .., _] = block else { return false };
    if first.is_empty() {
        return false;
    }
    let width = |line: Span| text[line.range()].chars().count();
    let longest = block.iter().map(|&line| width(line)).max().unwrap_or(0);
    if !(30..=120).contains(&longest) {
        return false;
    }
    let joints = || block.windows(2).filter(|pair| !starts_list_item(text, pair[1]));
    let is_full = |pair: &&[Span]| {
        let next_word = text[pair[1].range()].split_whitespace().next().map_or(0, |word| word.chars().count());
        width(pair[0]) + 1 + next_word >= longest.saturating_sub(3)
    };
    let runs_on = |pair: &&[Span]| {
        let next = text[pair[1].range()].chars().find(|c| c.is_alphanumeric());
        next.is_some_and(|c| c.is_alphabetic() && !c.is_uppercase())
    };
    joints().all(|pair| is_full(&pair)) && joints().filter(runs_on).count() * 2 >= joints().count()
}

/// Bullets, and numbers or letters followed by a stop or bracket and a space.
fn starts_list_item(text: &str, line: Span) -> bool {
    let line = &text[line.range()];
    bullet_len(line) > 0 || enumerator_len(line) > 0
}

const BULLETS: [char; 12] = ['•', '◦', '▪', '▫', '‣', '●', '○', '■', '*', '-', '–', '—'];

/// Bytes of leading bullets with the white space after them.
fn bullet_len(line: &str) -> usize {
    if line.starts_with(|c: char| c.is_ascii_alphanumeric()) {
        return 0;
    }
    let after = line.trim_start_matches(BULLETS);
    let rest = after.trim_start();
    if after.len() < line.len() && rest.len() < after.len() { line.len() - rest.len() } else { 0 }
}

/// Bytes of a leading `12.`, `3)`, `(b)`, `iv.` when white space follows, without that space.
fn enumerator_len(line: &str) -> usize {
    let body = line.strip_prefix('(').unwrap_or(line);
    let digits = body.bytes().take_while(u8::is_ascii_digit).count();
    let name = if (1..=3).contains(&digits) {
        digits
    } else if digits == 0 && body.as_bytes().first().is_some_and(u8::is_ascii_lowercase) {
        let roman = body.bytes().take_while(|b| b"ivx".contains(b)).count();
        if roman > 0 { roman } else { 1 }
    } else {
        return 0;
    };
    let after = &body[name..];
    let stop = after.starts_with(['.', ')']);
    if stop && after[1..].starts_with(char::is_whitespace) { line.len() - after.len() + 1 } else { 0 }
}

/// Without white space at either end, and without what is as good as it: zero-width spaces, byte-order marks.
fn trim(text: &str, span: Span) -> Span {
    let blank = |c: char| c.is_whitespace() || matches!(c, '\u{200b}' | '\u{2060}' | '\u{feff}');
    let raw = &text[span.range()];
    let shows = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_graphic);
    if shows(raw.as_bytes().first()) && shows(raw.as_bytes().last()) {
        return span;
    }
    let start = span.start + (raw.len() - raw.trim_start_matches(blank).len());
    Span::new(start, start + raw.trim_matches(blank).len())
}

// ---- terminators inside a segment -------------------------------------------------------------

/// Ends a sentence wherever it stands: these scripts write no space after it.
fn is_wide_terminator(c: char) -> bool {
    matches!(c, '。' | '！' | '？' | '｡' | '．')
}

fn is_terminator(c: char) -> bool {
    matches!(c, '.' | '!' | '?' | '…' | '؟' | '۔' | '।' | '॥' | '։' | '።' | '፧' | '။' | '។' | '‼' | '⁇' | '⁈' | '⁉')
        || is_wide_terminator(c)
}

fn is_closer(c: char) -> bool {
    matches!(c, '"' | '\'' | '”' | '’' | '»' | '›' | ')' | ']' | '}' | '」' | '』' | '）' | '》' | '“' | '‘')
}

/// Written right behind a terminator, it belongs to the sentence that ends: marks that do not show,
/// emoji, raised numbers of footnotes.
fn is_appendage(c: char) -> bool {
    is_unseen(c) || matches!(c, '\u{2600}'..='\u{27bf}' | '\u{1f000}'..='\u{1faff}' | '¹' | '²' | '³' | '⁰' | '⁴'..='⁹')
}

fn is_unseen(c: char) -> bool {
    is_invisible(c) || (c.is_control() && !c.is_whitespace())
}

/// A small letter where a sentence would begin with a capital. Georgian letters count as small in
/// Unicode, but Georgian has no capitals there.
fn is_small(c: char) -> bool {
    c.is_lowercase() && !matches!(c, '\u{10d0}'..='\u{10ff}')
}

fn is_opener(c: char) -> bool {
    matches!(
        c,
        '"' | '\'' | '“' | '‘' | '«' | '‹' | '„' | '‚' | '(' | '[' | '{' | '「' | '『' | '（' | '《' | '¿' | '¡'
    ) || BULLETS.contains(&c)
}

fn split_segment(text: &str, segment: Span, out: &mut Vec<Span>) {
    let mut start = segment.start;
    let mut at = segment.start;
    let bytes = text.as_bytes();
    // A list number's full stop ends nothing: look for terminators after it.
    let head = &text[segment.range()];
    let bullet = bullet_len(head);
    at += bullet + enumerator_len(&head[bullet..]);
    while at < segment.end {
        // No further than an endless sentence may go.
        let limit = segment.end.min(start + MAX_SENTENCE_BYTES - LOOK_AHEAD + 1).max(at + 1);
        at = ascii::find(bytes, at, limit, ascii::terminating);
        if at < limit
            && let Some(c) = text[at..segment.end].chars().next()
        {
            let next = at + c.len_utf8();
            if is_terminator(c) {
                let (end, resume) = boundary(text, start, at, segment.end);
                if let Some(end) = end {
                    push(text, Span::new(start, end), out);
                    start = end;
                }
                at = resume.max(next);
            } else {
                at = next;
            }
        }
        // Early: the next terminator may take this much with it.
        if at - start + LOOK_AHEAD > MAX_SENTENCE_BYTES {
            let cut = last_space(text, start, at);
            push(text, Span::new(start, cut), out);
            start = cut;
        }
    }
    push(text, Span::new(start, segment.end), out);
}

/// Where to cut an endless sentence: at its last space, else where the reader of bytes stands.
fn last_space(text: &str, start: usize, at: usize) -> usize {
    text[start..at]
        .trim_end()
        .rfind(char::is_whitespace)
        .map_or(at, |space| if space == 0 { at } else { start + space })
}

/// Decides at the terminator that starts at `at`: the sentence's end if it ends here, and where to
/// go on looking.
fn boundary(text: &str, start: usize, at: usize, limit: usize) -> (Option<usize>, usize) {
    let mut seen = limit.min(at + LOOK_AHEAD);
    while !text.is_char_boundary(seen) {
        seen -= 1;
    }
    let (before, tail) = (&text[start..at], &text[at..seen]);
    let run = tail.len() - tail.trim_start_matches(is_terminator).len();
    let (stop, after) = tail.split_at(run);
    let (closers, closed) = closing(after);
    let rest = &after[closers..];
    let end = at + run + closers;
    let (ends, goes_on) = ((Some(end), end), (None, end));
    if rest.is_empty() {
        return ends;
    }
    if is_omission(before, stop, after) || (stop == "." && !closed && is_numbering(before)) {
        return goes_on;
    }
    let following = rest.trim_start();
    if following.len() == rest.len() {
        let decimal = stop == "．" && before.ends_with(char::is_numeric) && rest.starts_with(char::is_numeric);
        let wide = stop.chars().any(is_wide_terminator) && !decimal;
        let glued = matches!(stop, "." | "!" | "?") && !closed && lost_space(before, rest);
        return if wide || glued { ends } else { goes_on };
    }
    let following = following.trim_start_matches(|c: char| is_opener(c) || is_unseen(c) || c.is_whitespace());
    let Some(next) = following.chars().next() else { return ends };
    // Of ". . ." the last stop decides.
    if is_small(next) || is_terminator(next) {
        return goes_on;
    }
    let spoken = closed && !stop.starts_with('.') && names_speaker(following);
    let abbreviated = stop == "." && !closed && is_abbreviation(before, following);
    if spoken || abbreviated { goes_on } else { ends }
}

/// Bytes behind a terminator that still belong to it, and whether there is a closing quote or bracket.
fn closing(after: &str) -> (usize, bool) {
    let (mut rest, mut closed) = (after, false);
    while let Some(c) = rest.chars().next() {
        let next = &rest[c.len_utf8()..];
        // “ closes a German quotation and opens an English one.
        let opens = matches!(c, '“' | '‘') && next.starts_with(char::is_alphanumeric);
        if is_closer(c) && !opens {
            closed = true;
            rest = next;
        } else if is_appendage(c) {
            rest = next;
        } else if let Some(note) = note_len(rest) {
            rest = &rest[note..];
        } else if let Some(next) = rest.trim_start().strip_prefix(['»', '›'])
            && (next.is_empty() || next.starts_with(char::is_whitespace))
        {
            // French puts a space before it.
            closed = true;
            rest = next;
        } else {
            break;
        }
    }
    (after.len() - rest.len(), closed)
}

/// Bytes of a leading `[1]`, `[b]`, `[citation needed]`.
fn note_len(text: &str) -> Option<usize> {
    const LONGEST: usize = 24;
    let inside = text.strip_prefix('[')?;
    let len = inside.char_indices().take(LONGEST).find(|&(_, c)| !(c.is_alphanumeric() || c == ' '))?.0;
    (len > 0 && inside[len..].starts_with(']')).then_some(len + 2)
}

/// `[...]` and `(…)` stand for words left out of a quotation.
fn is_omission(before: &str, stop: &str, after: &str) -> bool {
    before.ends_with(['[', '(']) && after.starts_with([']', ')']) && stop.trim_matches(['.', '…']).is_empty()
}

/// The full stop numbers what follows: all the sentence so far is `2` or `A`, or a colon announced `1`.
fn is_numbering(before: &str) -> bool {
    let word = last_word(before);
    let first = before[..before.len() - word.len()].trim_end();
    let number = (1..=3).contains(&word.len()) && word.bytes().all(|b| b.is_ascii_digit());
    let letter = word.chars().count() == 1 && word.starts_with(char::is_uppercase);
    (first.is_empty() && (number || letter)) || (word == "1" && first.ends_with(':'))
}

/// `"Never!" President Roe said`: capitalised words, then a verb of saying.
fn names_speaker(following: &str) -> bool {
    const MOST: usize = 6;
    let mut words = following.split_whitespace().map(|word| word.trim_matches(|c: char| !c.is_alphanumeric()));
    let name = |word: &str| word.starts_with(char::is_uppercase);
    if !words.next().is_some_and(|word| name(word) && !is_sentence_opener(word)) {
        return false;
    }
    words.take(MOST).find(|word| !name(word)).is_some_and(|word| SPEECH.contains(&word))
}

/// `said.The`, `said.“The`: extracted web pages lose the space between paragraphs.
fn lost_space(before: &str, after: &str) -> bool {
    let after = after.strip_prefix('“').unwrap_or(after);
    let word = last_word(before);
    let mut next = after.chars();
    word.chars().count() >= 3
        && word.chars().rev().take(2).all(char::is_lowercase)
        && next.next().is_some_and(char::is_uppercase)
        && after.split(char::is_whitespace).next().is_some_and(|w| {
            w.chars().skip(1).all(|c| c.is_lowercase() || !c.is_alphanumeric()) && is_sentence_opener(w)
        })
}

/// The letters, digits, inner stops and hyphens before a full stop, bounded so that a long run
/// without spaces stays linear.
fn last_word(before: &str) -> &str {
    const LONGEST: usize = 48;
    let mut from = before.len().saturating_sub(LONGEST);
    while !before.is_char_boundary(from) {
        from += 1;
    }
    let tail = &before[from..];
    tail.rfind(|c: char| !(c.is_alphanumeric() || matches!(c, '.' | '-' | '’' | '\'' | '&')))
        .map_or(tail, |at| &tail[at + tail[at..].chars().next().map_or(1, char::len_utf8)..])
}

/// Before a name or number, never the end of a sentence. In capitals only: "Gen." but not "gen."
const TITLES: &[&str] = &[
    "adm", "amb", "asst", "brig", "capt", "cmdr", "col", "cpl", "dr", "fr", "gen", "gov", "hon", "insp", "lt", "maj",
    "messrs", "mgr", "mme", "mlle", "mr", "mrs", "ms", "msgr", "mt", "mx", "ph", "pres", "prof", "pvt", "rep", "reps",
    "rev", "rt", "sen", "sens", "sgt", "supt", "treas",
];

/// Likewise, written small as well.
const RUN_ON: &[&str] =
    &["approx", "c", "ca", "cf", "e.g", "eg", "esp", "fig", "i.e", "ie", "incl", "pp", "v", "viz", "vol", "vols", "vs"];

/// May end a sentence, and does when the next word is one that opens sentences. In capitals only.
const AMBIGUOUS: &[&str] = &[
    "ala", "apr", "ariz", "assn", "aug", "ave", "bldg", "blvd", "bros", "calif", "co", "conn", "corp", "dec", "dept",
    "feb", "ga", "ky", "neb", "nev", "fla", "ft", "ill", "inc", "jan", "jr", "jul", "jun", "kan", "llc", "ltd", "mar",
    "mass", "md", "mich", "minn", "mo", "nov", "oct", "okla", "ore", "pa", "ph.d", "plc", "rd", "sec", "sept", "sep",
    "sr", "st", "tenn", "tex", "univ", "va", "vt", "wash", "wis", "wyo",
];

/// Likewise, written small as well.
const AMBIGUOUS_SMALL: &[&str] = &["a.m", "al", "etc", "p.m"];

/// Followed by a number they are abbreviations, by anything else words.
const BEFORE_NUMBER: &[&str] = &["est", "no", "nos", "p", "para", "paras", "art", "ch", "ver", "nr"];

/// Verbs that say who said what was quoted.
const SPEECH: &[&str] = &[
    "added", "answered", "asked", "asks", "cried", "declared", "demanded", "insisted", "joked", "repeated", "replied",
    "said", "says", "shouted", "told", "tweeted", "warned", "wondered", "wrote",
];

/// Capitalised words that start sentences and hardly ever follow an abbreviation inside one.
const OPENERS: &[&str] = &[
    "a",
    "about",
    "after",
    "all",
    "although",
    "an",
    "and",
    "another",
    "anyone",
    "as",
    "asked",
    "at",
    "because",
    "before",
    "both",
    "but",
    "by",
    "during",
    "each",
    "earlier",
    "even",
    "every",
    "few",
    "for",
    "former",
    "from",
    "he",
    "her",
    "here",
    "his",
    "how",
    "however",
    "i",
    "if",
    "in",
    "instead",
    "it",
    "its",
    "last",
    "later",
    "many",
    "meanwhile",
    "most",
    "my",
    "nearly",
    "no",
    "nobody",
    "not",
    "nothing",
    "now",
    "on",
    "once",
    "one",
    "only",
    "or",
    "others",
    "our",
    "over",
    "people",
    "police",
    "several",
    "she",
    "since",
    "so",
    "some",
    "still",
    "such",
    "that",
    "the",
    "their",
    "then",
    "there",
    "these",
    "they",
    "this",
    "those",
    "though",
    "to",
    "two",
    "under",
    "until",
    "we",
    "what",
    "when",
    "where",
    "whether",
    "which",
    "while",
    "who",
    "why",
    "with",
    "witnesses",
    "yet",
    "you",
    "your",
];

fn is_sentence_opener(word: &str) -> bool {
    let letters: String = word.chars().take_while(|c| c.is_alphabetic()).flat_map(char::to_lowercase).collect();
    OPENERS.binary_search(&letters.as_str()).is_ok()
}

/// Whether the full stop after `before` belongs to its last word, given what `following` says.
fn is_abbreviation(before: &str, following: &str) -> bool {
    // Of "non-U.S" and "ex-Gen" what follows the hyphen decides.
    let word = last_word(before).rsplit('-').next().unwrap_or("");
    let lower = word.to_lowercase();
    if lower.is_empty() {
        return false;
    }
    let capital = word.starts_with(char::is_uppercase);
    let listed = |list: &[&str]| list.contains(&lower.as_str());
    let single = |part: &str| part.chars().count() == 1 && !part.starts_with(char::is_numeric);
    // "v." and "c." run on, but "Article V." may end a sentence.
    if (listed(RUN_ON) && !(capital && single(word))) || (capital && listed(TITLES)) {
        return true;
    }
    let number_follows = following.starts_with(|c: char| c.is_numeric());
    if listed(BEFORE_NUMBER) {
        return number_follows;
    }
    // "U.S." and "J.K." however they are composed, and a lone initial.
    let initials = if word.contains('.') { word.split('.').all(single) } else { capital && single(word) };
    let ambiguous = initials || listed(AMBIGUOUS_SMALL) || (capital && listed(AMBIGUOUS));
    // A full stop behind the next word makes it one more initial or "No." rather than an opener.
    let next = following.split(char::is_whitespace).next().unwrap_or("");
    let opens = is_sentence_opener(next) && !next.trim_start_matches(char::is_alphabetic).starts_with('.');
    ambiguous && !opens
}

fn push(text: &str, span: Span, out: &mut Vec<Span>) {
    let mut span = trim(text, span);
    let bullet = bullet_len(&text[span.range()]);
    span.start += bullet;
    if text[span.range()].contains(char::is_alphanumeric) {
        out.push(span);
    }
}

#[cfg(test)]
mod tests {
    use super::{OPENERS, is_terminator, lines, sentences, trim};
    use crate::span::Span;
    use proptest::prelude::*;

    #[test]
    fn openers_are_sorted_for_binary_search() {
        assert!(OPENERS.is_sorted());
    }

    #[test]
    fn endless_text_is_cut_at_spaces() {
        let text = "word ".repeat(20_000);
        let spans = sentences(&text);
        assert!(spans.len() > 1);
        for span in spans {
            assert!(span.end - span.start <= super::MAX_SENTENCE_BYTES);
            assert!(text[span.range()].starts_with("word") && text[span.range()].ends_with("word"));
        }
        let solid = "x".repeat(100_000);
        assert_eq!(sentences(&solid).iter().map(|s| s.end - s.start).sum::<usize>(), 100_000);
    }

    /// The lines of a text, looked for character by character.
    fn lines_generally(text: &str) -> Vec<Span> {
        let (mut out, mut start) = (Vec::new(), 0);
        for (at, c) in text.char_indices() {
            // Of a carriage return and a line feed, the second is no break of its own.
            let second = c == '\n' && text[..at].ends_with('\r');
            if second {
                start = at + 1;
            } else if matches!(c, '\n' | '\u{b}' | '\u{c}' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}') {
                out.push(Span::new(start, at));
                start = at + c.len_utf8();
            }
        }
        out.push(Span::new(start, text.len()));
        out
    }

    proptest! {
        #[test]
        fn the_short_cuts_change_nothing(
            text in "([a-z.!? ]{0,12}|\r\n|[\u{0}-\u{20}\u{7f}]|[\u{85}\u{a0}\u{2028}\u{2029}\u{200b}\u{2060}\u{feff}é。]|\\PC){0,20}"
        ) {
            let found: Vec<Span> = lines(&text).collect();
            prop_assert_eq!(&found, &lines_generally(&text), "{:?}", text);
            let blank = |c: char| c.is_whitespace() || matches!(c, '\u{200b}' | '\u{2060}' | '\u{feff}');
            for line in found {
                prop_assert_eq!(&text[trim(&text, line).range()], text[line.range()].trim_matches(blank), "{:?}", text);
            }
        }
    }

    #[test]
    fn plain_signs_that_end_sentences_are_the_three_looked_for() {
        for c in '\0'..'\u{80}' {
            assert_eq!(is_terminator(c), matches!(c, '.' | '!' | '?'), "{c:?}");
        }
    }
}
