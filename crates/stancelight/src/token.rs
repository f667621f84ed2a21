//! Sentence to tokens: words, numbers, punctuation and symbols, each with its span in the original,
//! its case, and its *form*: lower case, straight apostrophes, invisible characters left out.
//!
//! Training and every browser go through this one tokenizer. Words split at hyphens ("cease-fire" is
//! two words, so that "cease fire" is the same pair), keep inner apostrophes, lose a possessive 's,
//! and give up "n't" as a token of its own, because it negates. Scripts written without spaces give
//! one token a character.
//!
//! The rules are written once, for any character. Plain ASCII, which is nearly all of English news, takes a
//! short cut through them: its form is its place in one lower-case copy of the text, and nothing is copied a token.

use crate::ascii::{self, Class, PADDING, Runs};
use crate::span::Span;

/// What a token is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Letters, with inner marks and apostrophes.
    Word,
    /// Starts with a digit: `3`, `1.5`, `10th`, `2,000`.
    Number,
    /// Ends a clause: `. , ; : ? !`, brackets, dashes.
    Clause,
    /// A quotation mark.
    Quote,
    /// Anything else that shows: `%`, `€`, emoji.
    Symbol,
}

/// How a word is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Case {
    /// Starts with a small letter, or its script has no case.
    Lower,
    /// Starts with a capital letter.
    Capital,
}

/// One token; its form lies in the [`Tokens`] it came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token {
    /// Where it stands in the text that was tokenized.
    pub span: Span,
    /// What it is made of.
    pub kind: Kind,
    /// How it is written.
    pub case: Case,
    form: (u32, u32),
}

/// The tokens of one text. Reuse one value for many texts: its buffers are then allocated once.
#[derive(Clone, Debug, Default)]
pub struct Tokens {
    tokens: Vec<Token>,
    /// The text with its ASCII letters small, padding, the forms that stand nowhere in it, and padding again.
    forms: String,
    /// Where the text has letters and digits.
    runs: Runs,
}

impl Tokens {
    /// The tokens, in order.
    pub fn iter(&self) -> impl Iterator<Item = (Token, &str)> {
        self.tokens.iter().map(|&token| (token, self.form(token)))
    }

    /// The normalised form of one of these tokens.
    pub fn form(&self, token: Token) -> &str {
        &self.forms[token.form_range()]
    }

    /// The tokens without their forms.
    pub(crate) fn as_slice(&self) -> &[Token] {
        &self.tokens
    }

    /// All forms, and where among them that of one of these tokens begins and ends. At least eight bytes follow.
    pub(crate) fn place(&self, token: Token) -> (&[u8], usize, usize) {
        (self.forms.as_bytes(), token.form.0 as usize, token.form.1 as usize)
    }

    /// Replaces what was here by the tokens of `text`. Never fails.
    pub fn fill(&mut self, text: &str) {
        self.start(text);
        let mut at = 0;
        while let Some(&byte) = text.as_bytes().get(at) {
            let run = self.runs.from(at);
            // Nearly every token begins so, and asking for anything else first would be a guess each time.
            at = if run & 1 == 1 {
                self.plain_word(text, at, byte, run)
            } else {
                match ascii::class(byte) {
                    Class::Blank => at + 1,
                    Class::Sign(kind) => self.plain_sign(at, kind),
                    Class::Beyond => self.any(text, at),
                }
            };
        }
        self.forms.push_str(PADDING);
    }

    fn start(&mut self, text: &str) {
        self.tokens.clear();
        self.forms.clear();
        self.forms.push_str(text);
        self.forms.make_ascii_lowercase();
        self.runs.fill(self.forms.as_bytes());
        self.forms.push_str(PADDING);
    }

    // ---- the short cut ----------------------------------------------------------------------------

    fn plain_sign(&mut self, at: usize, kind: Kind) -> usize {
        self.push_form(Span::new(at, at + 1), kind, Case::Lower, (at, at + 1));
        at + 1 + usize::from(self.forms.as_bytes()[at + 1] == b' ')
    }

    /// The word or number at `start`, which begins in ASCII; if it may not go on so, by the general rules. Gives
    /// where to go on: the one space behind nearly every word is not worth a turn of its own.
    #[inline]
    fn plain_word(&mut self, text: &str, start: usize, first: u8, run: u64) -> usize {
        let kind = if first.is_ascii_digit() { Kind::Number } else { Kind::Word };
        let case = if first.is_ascii_uppercase() { Case::Capital } else { Case::Lower };
        let end = self.runs.end(start, run);
        if self.forms.as_bytes()[end] == b' ' {
            self.push_form(Span::new(start, end), kind, case, (start, end));
            return end + 1;
        }
        self.joined_word(text, start, end, kind, case)
    }

    /// The same, where behind the first letters, at `end`, is what may join more to them.
    fn joined_word(&mut self, text: &str, start: usize, end: usize, kind: Kind, case: Case) -> usize {
        let Some((end, apostrophe)) = self.plain_end(text, start, end, kind) else { return self.any(text, start) };
        let form = &self.forms.as_bytes()[start..end];
        let shown = Span::new(start, end);
        if apostrophe && form.ends_with(b"'s") {
            self.push_form(shown, kind, case, (start, end - 2));
        } else if apostrophe && form.len() > 3 && form.ends_with(b"n't") {
            let middle = end - 3;
            self.push_form(Span::new(start, middle), kind, case, (start, middle));
            self.push_form(Span::new(middle, end), kind, Case::Lower, (middle, end));
        } else {
            self.push_form(shown, kind, case, (start, end));
        }
        end
    }

    /// Where the word at `start` ends, no earlier than at `end`, and whether it has an apostrophe; `None` where a
    /// character beyond ASCII has a say.
    fn plain_end(&self, text: &str, start: usize, mut end: usize, kind: Kind) -> Option<(usize, bool)> {
        // The text in small letters, padded.
        let lower = self.forms.as_bytes();
        let mut apostrophe = false;
        loop {
            let stop = lower[end];
            if !stop.is_ascii() {
                let c = text[end..].chars().next()?;
                return (!goes_on(c) && !is_invisible(c) && c != '’').then_some((end, apostrophe));
            }
            if !matches!(stop, b'\'' | b'.' | b',') {
                return Some((end, apostrophe));
            }
            let (next, after) = (lower[end + 1], lower[end + 2]);
            if !next.is_ascii() || !after.is_ascii() {
                return None;
            }
            let joined = match stop {
                b'\'' => next.is_ascii_lowercase(),
                _ if kind == Kind::Number => next.is_ascii_digit(),
                b'.' => {
                    let single = end - start == 1 || lower[end - 2] == b'.';
                    single && next.is_ascii_lowercase() && !after.is_ascii_alphanumeric() && after != b'\''
                }
                _ => false,
            };
            if !joined {
                return Some((end, apostrophe));
            }
            apostrophe |= stop == b'\'';
            end = self.runs.end(end + 1, self.runs.from(end + 1));
        }
    }

    // ---- the general rules ------------------------------------------------------------------------

    /// Takes one character, or the word that begins with it; gives where the next begins.
    fn any(&mut self, text: &str, at: usize) -> usize {
        let Some(c) = text[at..].chars().next() else { return text.len() };
        if c.is_whitespace() || is_invisible(c) {
            at + c.len_utf8()
        } else if c.is_alphanumeric() && !is_unspaced(c) {
            self.word(text, at, c)
        } else {
            self.sign(at, c)
        }
    }

    fn sign(&mut self, start: usize, c: char) -> usize {
        let end = start + c.len_utf8();
        let kind = match c {
            '.' | ',' | ';' | ':' | '?' | '!' | '(' | ')' | '[' | ']' | '{' | '}' | '–' | '—' | '…' | '、' | '。'
            | '，' | '；' | '：' | '？' | '！' | '؟' | '،' | '؛' | '।' | '॥' | '۔' | '։' | '።' | '፧' | '။' | '។'
            | '/' | '|' => Kind::Clause,
            '"' | '\'' | '“' | '”' | '‘' | '’' | '„' | '‚' | '«' | '»' | '‹' | '›' | '`' | '「' | '」' | '『'
            | '』' => Kind::Quote,
            // A lone hyphen or mark says nothing, and "cease-fire" must equal "cease fire".
            '-' | '‐' | '‑' | '_' | '*' | '~' | '^' | '\\' => return end,
            _ if c.is_control() => return end,
            _ if is_unspaced(c) => Kind::Word,
            _ => Kind::Symbol,
        };
        let from = self.forms.len();
        push_folded(&mut self.forms, c);
        self.push(Span::new(start, end), kind, Case::Lower, from);
        end
    }

    fn word(&mut self, text: &str, start: usize, first: char) -> usize {
        let number = first.is_numeric();
        let from = self.forms.len();
        let mut end = start;
        let mut rest = text[start..].chars();
        while let Some(c) = rest.next() {
            if goes_on(c) {
                push_folded(&mut self.forms, c);
            } else if !is_invisible(c) {
                let joined = match c {
                    '\'' | '’' => rest.clone().next().is_some_and(char::is_alphabetic),
                    '.' | ',' if number => rest.clone().next().is_some_and(char::is_numeric),
                    '.' => joins_initials(&self.forms[from..], rest.clone()),
                    _ => false,
                };
                if !joined {
                    break;
                }
                self.forms.push(if c == '’' { '\'' } else { c });
            }
            end = text.len() - rest.as_str().len();
        }
        // A word that ends in invisible characters ends before them.
        let end = start + text[start..end].trim_end_matches(is_invisible).len();
        let case = if first.is_uppercase() { Case::Capital } else { Case::Lower };
        let kind = if number { Kind::Number } else { Kind::Word };
        let form = &self.forms[from..];
        if form.ends_with("'s") {
            self.forms.truncate(self.forms.len() - 2);
        } else if form.len() > 3 && form.ends_with("n't") {
            // Three characters of the form are three that show in the text: "n", an apostrophe, "t".
            let shown = text[start..end].char_indices().rev().filter(|&(_, c)| !is_invisible(c));
            let tail = shown.take(3).last().map_or(0, |(at, _)| end - start - at);
            let middle = self.forms.len() - 3;
            self.push_form(Span::new(start, end - tail), kind, case, (from, middle));
            self.push_form(Span::new(end - tail, end), kind, Case::Lower, (middle, middle + 3));
            return end;
        }
        self.push(Span::new(start, end), kind, case, from);
        end
    }

    fn push(&mut self, span: Span, kind: Kind, case: Case, from: usize) {
        self.push_form(span, kind, case, (from, self.forms.len()));
    }

    fn push_form(&mut self, span: Span, kind: Kind, case: Case, (from, to): (usize, usize)) {
        // Forms are at most four times as long as a text; one of over a gigabyte never gets here
        // in one piece, because sentences are bounded.
        let narrow = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        self.tokens.push(Token { span, kind, case, form: (narrow(from), narrow(to)) });
    }
}

impl Token {
    /// Bytes of its form.
    pub(crate) const fn form_len(self) -> usize {
        (self.form.1 - self.form.0) as usize
    }

    /// Where its form stands among the forms.
    fn form_range(self) -> std::ops::Range<usize> {
        self.form.0 as usize..self.form.1 as usize
    }
}

/// Whether a character shows and continues a word wherever it stands in it.
fn goes_on(c: char) -> bool {
    (c.is_alphanumeric() && !is_unspaced(c)) || is_mark(c)
}

/// `u.s` goes on through its stops: single letters on both sides.
fn joins_initials(form: &str, mut rest: std::str::Chars<'_>) -> bool {
    let last = form.rsplit('.').next().unwrap_or("");
    last.chars().count() == 1
        && rest.next().is_some_and(char::is_alphabetic)
        && rest.next().is_none_or(|c| !c.is_alphanumeric() && c != '\'' && c != '’')
}

fn push_folded(forms: &mut String, c: char) {
    if c.is_ascii() {
        forms.push(c.to_ascii_lowercase());
    } else {
        forms.extend(c.to_lowercase());
    }
}

/// Soft hyphens, zero-width spaces and joiners, byte-order marks, variation selectors.
pub(crate) fn is_invisible(c: char) -> bool {
    matches!(c, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2064}' | '\u{feff}' | '\u{fe00}'..='\u{fe0f}')
}

/// Combining marks that continue a word although they are no letters themselves.
fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{591}'..='\u{5bd}' | '\u{64b}'..='\u{65f}' | '\u{93c}' | '\u{94d}' | '\u{1ab0}'..='\u{1aff}' | '\u{1dc0}'..='\u{1dff}' | '\u{20d0}'..='\u{20ff}' | '\u{fe20}'..='\u{fe2f}')
}

/// Scripts written without spaces between words: Han, kana, Thai, Lao, Khmer, Burmese.
fn is_unspaced(c: char) -> bool {
    matches!(c, '\u{e00}'..='\u{eff}' | '\u{1000}'..='\u{109f}' | '\u{1780}'..='\u{17ff}' | '\u{2e80}'..='\u{2fdf}' | '\u{3005}'..='\u{3007}' | '\u{3040}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}' | '\u{3400}'..='\u{4dbf}' | '\u{4e00}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{20000}'..='\u{3134f}')
}

#[cfg(test)]
mod tests {
    use super::{Kind, PADDING, Token, Tokens};
    use proptest::prelude::*;

    impl Tokens {
        /// What [`Tokens::fill`] would do without its short cut.
        fn fill_generally(&mut self, text: &str) {
            self.start(text);
            let mut at = 0;
            while at < text.len() {
                at = self.any(text, at);
            }
            self.forms.push_str(PADDING);
        }
    }

    /// All that is known of tokens; where their forms lie is nobody's business.
    fn told(tokens: &Tokens) -> Vec<(Token, String)> {
        tokens.iter().map(|(token, form)| (Token { form: (0, 0), ..token }, form.to_owned())).collect()
    }

    /// What words are made of and what may part or join them, plain and not.
    fn pieces() -> impl Strategy<Value = String> {
        let plain = "[a-zA-Z]{1,20}|[0-9]{1,9}|'|-|\\.|,|'s|n't|N'T|u\\.s|1\\.5| |\r\n|[\u{0}-\u{7f}]";
        let beyond = "’|’s|n’t|“|”|—|…|é|É|İ|ſ|½|٣|中|。|🎉|\u{ad}|\u{200b}|\u{301}|\u{a0}|\u{85}|\\PC";
        let piece = prop_oneof![20 => plain, 1 => beyond];
        prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2000))]
        #[test]
        fn the_short_cut_changes_nothing(text in pieces(), ascii in "[\u{0}-\u{7f}]{0,60}") {
            for text in [&text, &ascii] {
                let (mut short, mut general) = (Tokens::default(), Tokens::default());
                // A longer text before: nothing of it may be left.
                short.fill("An older text, with its n't and ’s");
                short.fill(text);
                general.fill_generally(text);
                prop_assert_eq!(told(&short), told(&general), "{:?}", text);
            }
        }
    }

    #[test]
    fn forms() {
        let cases: &[(&str, &str)] = &[
            ("", ""),
            ("Iran's envoy didn't sign.", "iran envoy did n't sign ."),
            ("Iran’s envoy didn’t sign", "iran envoy did n't sign"),
            ("cease-fire", "cease fire"),
            ("the U.S. and U.N. agree", "the u.s . and u.n . agree"),
            ("1,000.5 men, 10th of 3", "1,000.5 men , 10th of 3"),
            ("O'Brien said: 'no'", "o'brien said : ' no '"),
            ("rock 'n' roll", "rock ' n ' roll"),
            ("co\u{ad}operate now\u{200b}", "cooperate now"),
            ("naïve ÉCOLE e\u{301}", "naïve école e\u{301}"),
            ("停火协议", "停 火 协 议"),
            ("up 5% 🎉", "up 5 % 🎉"),
            ("can't won't", "ca n't wo n't"),
            ("n't", "n't"),
            ("e.g. a.m.x", "e.g . a.m.x"),
        ];
        let mut tokens = Tokens::default();
        for (text, expected) in cases {
            tokens.fill(text);
            let forms: Vec<&str> = tokens.iter().map(|(_, form)| form).collect();
            assert_eq!(forms.join(" "), *expected, "{text}");
        }
    }

    #[test]
    fn spans_are_the_words_as_written() {
        let text = "Don’t “STOP” the O’Neill\u{200b} talks can\u{ad}’t";
        let mut tokens = Tokens::default();
        tokens.fill(text);
        let words: Vec<&str> =
            tokens.iter().filter(|(t, _)| t.kind == Kind::Word).map(|(t, _)| &text[t.span.range()]).collect();
        assert_eq!(words, ["Do", "n’t", "STOP", "the", "O’Neill", "talks", "ca", "n\u{ad}’t"]);
    }
}
