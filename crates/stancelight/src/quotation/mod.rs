//! Who is quoted saying what: any text comes in, its quotations go out, in order, each with the words that name
//! its speaker, where that can be told.
//!
//! Rules rather than a model, so that a reader can predict them: [`marks`] pairs quotation marks,
//! [`attribution`] looks in the quotation's own sentence for a said-verb and its subject ("…", X said / said X /
//! X said: "…" / according to X), [`phrase`] finds where a name begins and ends. What is left to this module is
//! what one sentence cannot say: a quotation that goes on after its speaker was named, "he" and "she", and the
//! second mention of a name. Where any of this is unclear, the speaker is not told. English only.

mod attribution;
mod marks;
mod phrase;

use crate::sentence::sentences;
use crate::span::Span;
use crate::token::Tokens;
use attribution::Said;
use marks::Marked;
use phrase::{Word, is_name, words};

/// A quotation and its speaker.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quotation {
    /// What is quoted, its marks included.
    pub span: Span,
    /// The words that name the speaker, "Admiral Ines Karo": of a speaker quoted more than once the first mention
    /// beside a quotation, so that the same speaker has the same span. `None` where it is not told.
    pub speaker: Option<Span>,
}

/// The quotations of `text`, in order, without overlap. Never fails.
///
/// Marks around one or two words are a name or irony, not speech, and are left out unless somebody says them.
pub fn quotations(text: &str) -> Vec<Quotation> {
    let sentences = sentences(text);
    let marked = marks::pairs(text);
    let mut reader = Reader { text, speakers: Vec::new(), last: None, tokens: Tokens::default() };
    let mut out = Vec::with_capacity(marked.len());
    for (i, &Marked { span, .. }) in marked.iter().enumerate() {
        let holding = |byte: usize| sentences.partition_point(|sentence| sentence.end <= byte);
        let first = sentences.get(holding(span.start));
        let last = sentences.get(holding(span.end - 1));
        let previous = i.checked_sub(1).map(|i| marked[i]);
        let next = marked.get(i + 1).map_or(text.len(), |next| next.span.start);
        let from = first.map_or(span.start, |sentence| sentence.start).max(previous.map_or(0, |p| p.span.end));
        let to = last.map_or(span.end, |sentence| sentence.end).min(next);
        let said = reader
            .look(Span::new(span.end, to.max(span.end)), attribution::after)
            .or_else(|| reader.look(Span::new(from.min(span.start), span.start), attribution::before));
        let speaker = match said {
            Some(said) => reader.resolve(said, span),
            None => reader.go_on(previous, &sentences, span),
        };
        if speaker.is_some() {
            reader.last = Some(Last { sentence: to.max(span.end), quotation: span.end, speaker });
        }
        if speaker.is_some() || is_speech(&text[span.range()]) {
            out.push(Quotation { span, speaker });
        }
    }
    out
}

/// Three words, or a sentence of fewer: more than a name in quotation marks.
fn is_speech(quoted: &str) -> bool {
    let inside = quoted.trim_matches(marks::is_mark);
    quoted.split_whitespace().nth(2).is_some() || inside.ends_with(['.', '!', '?', ',', '…'])
}

/// Speakers that later mentions are compared with; no article has so many.
const MOST_SPEAKERS: usize = 256;

/// How many bytes after its sentence a speaker may still be meant by "he" or "she".
const FARTHEST: usize = 2000;

/// The last quotation whose speaker was told.
struct Last {
    /// Where its sentence ends, attribution and all.
    sentence: usize,
    /// Where it ends itself.
    quotation: usize,
    speaker: Option<Span>,
}

/// Reads on through a text and remembers who spoke.
struct Reader<'t> {
    text: &'t str,
    /// Those named so far, by their first mention, and their [`Reader::key`].
    speakers: Vec<(Span, Vec<String>)>,
    last: Option<Last>,
    tokens: Tokens,
}

impl Reader<'_> {
    /// What a rule finds in a part of the text, placed in the whole of it.
    fn look(&mut self, part: Span, rule: impl Fn(&[Word<'_>]) -> Option<Said>) -> Option<Said> {
        self.tokens.fill(&self.text[part.range()]);
        let said = rule(&words(&self.tokens))?;
        Some(match said {
            Said::Named(span) => Said::Named(span.shift(part.start)),
            pronoun => pronoun,
        })
    }

    /// The speaker's first mention; for a pronoun the one who spoke last, if nobody else can be meant.
    fn resolve(&mut self, said: Said, quotation: Span) -> Option<Span> {
        let Said::Named(span) = said else {
            let last = self.last.as_ref()?;
            let speaker = last.speaker?;
            return self.is_meant(speaker, last.sentence.min(quotation.start), quotation.start).then_some(speaker);
        };
        let key = self.key(span);
        let mut same = self.speakers.iter().filter(|(_, known)| known.ends_with(&key) || key.ends_with(known));
        match (same.next(), same.next()) {
            (Some(&(known, _)), None) => return Some(known),
            // Two of that name so far: the mention stands for itself.
            (Some(_), Some(_)) => {}
            (None, _) if self.speakers.len() < MOST_SPEAKERS => self.speakers.push((span, key)),
            (None, _) => {}
        }
        Some(span)
    }

    /// Whether "he" or "she" is this speaker: said in the same or the next paragraph, and no other name between.
    fn is_meant(&self, speaker: Span, from: usize, to: usize) -> bool {
        if to - from > FARTHEST {
            return false;
        }
        let between = &self.text[from..to];
        // Blank lines between two paragraphs count once.
        let paragraphs = between.split('\n').skip(1).filter(|line| !line.trim().is_empty()).count()
            + usize::from(between.ends_with('\n'));
        let own = self.key(speaker);
        let mut tokens = Tokens::default();
        tokens.fill(between);
        let others = words(&tokens).iter().any(|word| is_name(word) && !own.iter().any(|name| name == word.form));
        paragraphs <= 1 && !others && !own.iter().any(|name| name == "and")
    }

    /// A quotation without an attribution of its own goes on where the one before it left off: in the same
    /// sentence, right behind the sentence that named its speaker, or in the next paragraph if no mark closed it.
    fn go_on(&self, previous: Option<Marked>, sentences: &[Span], span: Span) -> Option<Span> {
        let previous = previous?;
        let last = self.last.as_ref().filter(|last| last.quotation == previous.span.end)?;
        let between = &self.text[previous.span.end..span.start];
        let behind = || {
            let start = sentences.partition_point(|sentence| sentence.start < last.sentence);
            let next = sentences.get(start).map_or(span.start, |sentence| sentence.start);
            next >= span.start && last.sentence > previous.span.end && !between.trim_end_matches(' ').contains('\n')
        };
        (previous.goes_on || last.sentence >= span.end || behind()).then_some(last.speaker)?
    }

    /// A name without what varies from mention to mention: articles and titles.
    fn key(&self, span: Span) -> Vec<String> {
        let mut tokens = Tokens::default();
        tokens.fill(&self.text[span.range()]);
        let all = words(&tokens);
        let key = all.iter().filter(|word| !phrase::varies(word.form)).map(|word| word.form.to_owned());
        key.collect()
    }
}
