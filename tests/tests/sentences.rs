//! Sentence boundaries: files of readable cases, the mistakes that are known, and what must hold of any text.

use crate::cases::{FILES, found, name, read, show, write};
use proptest::prelude::*;
use stancelight::sentence::{MAX_SENTENCE_BYTES, sentences};
use stancelight_tests::golden;

#[test]
fn cases() {
    let mut wrong = String::new();
    let mut seen = 0;
    for file in FILES {
        for case in read(file).1 {
            seen += 1;
            let found = found(&case);
            if found != case.wanted {
                wrong += &format!("{file}, {}\n  wanted\n{}  found\n{}", case.title, show(&case.wanted), show(&found));
            }
        }
    }
    assert!(seen >= 90, "only {seen} cases were read");
    assert!(wrong.is_empty(), "{wrong}");
}

/// Known mistakes are written down with what comes out today: a change for the better shows as well.
#[test]
fn limits() {
    let (head, mut cases) = read("limits");
    for case in &mut cases {
        let found = found(case);
        assert_ne!(found, case.wanted, "{}: right at last; move it to the cases", case.title);
        case.today = Some(found);
    }
    golden::check(&name("limits"), write(&head, &cases).as_bytes());
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

    #[test]
    fn endless_sentences_are_bounded(unit in "[a-z.]{1,9}[ .!?]{0,3}", times in 1_usize..4000, tail in "[.!? ]{0,2000}") {
        let text = unit.repeat(times) + &tail;
        for span in sentences(&text) {
            prop_assert!(span.end - span.start <= MAX_SENTENCE_BYTES);
        }
    }
}
