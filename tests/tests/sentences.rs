//! Sentence boundaries: a file of readable cases, and what must hold of any text.

use proptest::prelude::*;
use stancelight::sentence::sentences;
use stancelight_tests::golden_path;

/// Each case is a line: sentences divided by `⏐`; line breaks are written `⏎`, tabs `⇥`, CRLF `␍⏎`. What stands
/// between `⟦` and `⟧` belongs to no sentence (bullets, rules).
#[test]
fn cases() {
    let cases = std::fs::read_to_string(golden_path("sentences.txt")).unwrap();
    let mut wrong = Vec::new();
    let mut seen = 0;
    for (number, line) in (1..).zip(cases.lines()).filter(|(_, line)| !line.is_empty() && !line.starts_with("# ")) {
        seen += 1;
        let line = line.replace('␍', "\r").replace('⏎', "\n").replace('⇥', "\t");
        let text: String = line.chars().filter(|c| !matches!(c, '⏐' | '⟦' | '⟧')).collect();
        let mut expected = String::new();
        let mut inside = true;
        for c in line.chars() {
            match c {
                '⟦' => inside = false,
                '⟧' => inside = true,
                _ if inside => expected.push(c),
                _ => {}
            }
        }
        let expected: Vec<&str> = expected.split('⏐').map(str::trim).filter(|s| !s.is_empty()).collect();
        let actual: Vec<&str> = sentences(&text).into_iter().map(|span| &text[span.range()]).collect();
        if expected != actual {
            wrong.push(format!("line {number}:\n  expected {expected:?}\n  actual   {actual:?}"));
        }
    }
    assert!(seen >= 90, "only {seen} cases were read");
    assert!(wrong.is_empty(), "{} of {seen} cases:\n{}", wrong.len(), wrong.join("\n"));
}

proptest! {
    #[test]
    fn spans_hold_every_letter_in_order(text in "(\\PC|[ .!?\n\r\t\"'“”’.A-Za-z0-9])*") {
        let spans = sentences(&text);
        let mut at = 0;
        for span in &spans {
            prop_assert!(span.start >= at && span.end > span.start && span.end <= text.len());
            // Indexing panics off character boundaries.
            let between = &text[at..span.start];
            prop_assert!(!between.contains(char::is_alphanumeric), "lost {between:?}");
            prop_assert_eq!(text[span.range()].trim(), &text[span.range()]);
            at = span.end;
        }
        prop_assert!(!text[at..].contains(char::is_alphanumeric), "lost {:?}", &text[at..]);
    }
}
