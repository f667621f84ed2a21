//! The readable format of sentence cases.
//!
//! A file is a list of blocks. A block opens with `=== ` and a title; the text follows, then a line
//! `---`, then one sentence a line, with each line break inside it shown as `⏎`. In `limits.txt` a line
//! `+++` and today's output follow. What an editor could not show or would change is written as in Rust:
//! `\r`, `\t`, `\u{a0}`, `\\`. Lines before the first block are comments.

use stancelight::sentence::sentences;
use stancelight_tests::golden;

/// One block.
pub struct Case {
    pub title: String,
    /// The text as the file writes it, for rewriting.
    raw: String,
    pub text: String,
    pub wanted: Vec<String>,
    /// Only in `limits.txt`: what comes out today.
    pub today: Option<Vec<String>>,
}

/// The files of cases in which every expectation holds.
pub const FILES: [&str; 6] = ["abbreviations", "numbers", "quotes", "lines", "scripts", "web"];

/// The comment atop a file, and its cases.
pub fn read(file: &str) -> (String, Vec<Case>) {
    let all = golden::text(&name(file));
    let mut blocks = all.split("=== ");
    let head = blocks.next().unwrap_or_default().to_owned();
    (head, blocks.map(|block| parse(block).unwrap_or_else(|| panic!("{file}: no `---` in\n{block}"))).collect())
}

/// Where a file of cases lies among the goldens.
pub fn name(file: &str) -> String {
    format!("sentences/{file}.txt")
}

fn parse(block: &str) -> Option<Case> {
    let (title, body) = block.split_once('\n')?;
    // The text may be empty: then `---` follows the title at once.
    let (raw, found) = match body.strip_prefix("---\n") {
        Some(found) => ("", found),
        None => body.split_once("\n---\n")?,
    };
    let (wanted, today) = match found.split_once("+++\n") {
        Some((wanted, today)) => (wanted, Some(lines(today))),
        None => (found, None),
    };
    Some(Case { title: title.to_owned(), raw: raw.to_owned(), text: unescape(raw), wanted: lines(wanted), today })
}

fn lines(text: &str) -> Vec<String> {
    text.lines().filter(|line| !line.is_empty()).map(|line| unescape(&line.replace('⏎', "\n"))).collect()
}

/// A file as [`read`] reads it.
pub fn write(head: &str, cases: &[Case]) -> String {
    let mut out = head.to_owned();
    for case in cases {
        let break_ = if case.raw.is_empty() { "" } else { "\n" };
        out += &format!("=== {}\n{}{break_}---\n", case.title, case.raw);
        let parts = [Some(&case.wanted), case.today.as_ref()];
        for (i, part) in parts.into_iter().flatten().enumerate() {
            out += if i > 0 { "+++\n" } else { "" };
            part.iter().for_each(|sentence| out += &format!("{}\n", escape(sentence)));
        }
        out += "\n";
    }
    out.truncate(out.trim_end().len());
    out + "\n"
}

/// What the engine makes of the case today.
pub fn found(case: &Case) -> Vec<String> {
    sentences(&case.text).iter().map(|span| case.text[span.range()].to_owned()).collect()
}

/// For messages: one sentence a line, as the files write it.
pub fn show(sentences: &[String]) -> String {
    sentences.iter().map(|sentence| format!("    {}\n", escape(sentence))).collect()
}

fn escape(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '\n' => out.push('⏎'),
            '\r' => out += "\\r",
            '\t' => out += "\\t",
            '\\' => out += "\\\\",
            // The joiner and the emoji selector show, in emoji, and stay.
            '\u{200d}' | '\u{fe0f}' => out.push(c),
            '\u{a0}'
            | '\u{ad}'
            | '\u{2000}'..='\u{200f}'
            | '\u{2028}'..='\u{202f}'
            | '\u{2060}'..='\u{206f}'
            | '\u{3000}'
            | '\u{feff}' => out += &c.escape_unicode().to_string(),
            c if c.is_control() => out += &c.escape_unicode().to_string(),
            c => out.push(c),
        }
    }
    out
}

fn unescape(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text.chars();
    while let Some(c) = rest.next() {
        if c != '\\' {
            out.push(c);
            continue;
        }
        match rest.next() {
            Some('r') => out.push('\r'),
            Some('t') => out.push('\t'),
            Some('u') => {
                let digits: String = rest.by_ref().skip(1).take_while(|&c| c != '}').collect();
                let c = u32::from_str_radix(&digits, 16).ok().and_then(char::from_u32);
                out.push(c.unwrap_or_else(|| panic!("no character \\u{{{digits}}} in {text:?}")));
            }
            Some(c) => out.push(c),
            None => panic!("a lone backslash ends {text:?}"),
        }
    }
    out
}
