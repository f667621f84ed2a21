//! Quotation marks to pairs: a text comes in, the spans from an opening mark to its closing one go out, in order.
//!
//! Straight, curly, low and angle marks. Single ones are apostrophes as well, so they count only where they can
//! be nothing else: opened before a letter, closed behind a comma or stop. A quotation within a quotation is
//! part of it. One that no mark closes goes to the paragraph's end if the next paragraph opens with a mark, as
//! printers have it; else its mark is taken for a slip, and opens nothing.

use crate::span::Span;

/// Longest quotation in bytes; beyond, the opening mark was a slip.
const LONGEST: usize = 8 * 1024;

/// A pair of marks.
#[derive(Clone, Copy, Debug)]
pub struct Marked {
    /// From the opening mark to the closing one, both included.
    pub span: Span,
    /// No mark closed it: the next paragraph goes on with it.
    pub goes_on: bool,
}

/// Whether a character opens or closes quotations.
pub fn is_mark(c: char) -> bool {
    matches!(c, '"' | '“' | '”' | '„' | '«' | '»' | '\'' | '‘' | '’' | '‚')
}

/// The pairs of `text`, without overlap.
pub fn pairs(text: &str) -> Vec<Marked> {
    let mut out = Vec::new();
    let mut before = ' ';
    let mut resume = 0;
    // No single mark closes anything before this.
    let mut no_single = 0;
    for (at, c) in text.char_indices() {
        if at >= resume && is_mark(c) {
            let next = text[at + c.len_utf8()..].chars().next().unwrap_or(' ');
            let single = matches!(c, '\'' | '‘');
            if opens(c, before, next) && !(single && at < no_single) {
                match close(text, at, c) {
                    Ok(marked) => {
                        resume = marked.span.end;
                        out.push(marked);
                    }
                    Err(seen) if single => no_single = seen,
                    Err(_) => {}
                }
            }
        }
        before = c;
    }
    out
}

fn opens(c: char, before: char, next: char) -> bool {
    match c {
        '"' => !before.is_alphanumeric() && !next.is_whitespace(),
        '\'' | '‘' => !before.is_alphanumeric() && next.is_alphabetic(),
        '“' | '„' | '«' => true,
        // As German books have it.
        '»' => next.is_alphanumeric(),
        _ => false,
    }
}

/// The pair that opens at `start`, or how far was looked in vain.
fn close(text: &str, start: usize, mark: char) -> Result<Marked, usize> {
    let mut before = mark;
    let mut chars = text[start + mark.len_utf8()..].char_indices().peekable();
    let from = start + mark.len_utf8();
    while let Some((at, c)) = chars.next() {
        let (at, next) = (from + at, chars.peek().map_or(' ', |&(_, next)| next));
        let closes = match mark {
            '"' => c == '"',
            '“' => c == '”',
            '„' => matches!(c, '“' | '”'),
            '«' => c == '»',
            '»' => c == '«',
            _ => {
                matches!(c, '\'' | '’')
                    && !next.is_alphanumeric()
                    && matches!(before, ',' | '.' | '!' | '?' | '…' | '—')
            }
        };
        if closes {
            return Ok(Marked { span: Span::new(start, at + c.len_utf8()), goes_on: false });
        }
        if c == mark || at - start > LONGEST {
            return Err(at);
        }
        if c == '\n' {
            let rest = &text[at + 1..];
            let next = rest.trim_start();
            let blank = rest[..rest.len() - next.len()].contains('\n');
            if next.starts_with(mark) {
                let end = start + text[start..at].trim_end().len();
                return Ok(Marked { span: Span::new(start, end), goes_on: true });
            }
            if blank || next.is_empty() {
                return Err(at);
            }
        }
        before = c;
    }
    Err(text.len())
}
