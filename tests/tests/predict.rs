//! `predict` over inputs of many batches: they are judged side by side, and nobody may notice.

use crate::command::{Fixture, Ran, run_with};
use serde_json::Value;
use std::fmt::Write;

const ROWS: usize = 20_000;

/// Rows with their number, of many lengths, some of them on blank lines.
fn rows() -> Vec<String> {
    let text = |i: usize| ["they shelled the port ", "they signed a pact "][i % 2].repeat(1 + i % 13);
    (0..ROWS)
        .map(|i| format!("{}{{\"id\":{i},\"text\":\"{}\"}}", ["", "\r\n"][usize::from(i % 7 == 0)], text(i)))
        .collect()
}

fn predict(rows: &[String]) -> Ran {
    run_with(&["predict", &Fixture::new().model(), "-"], rows.join("\n").as_bytes())
}

/// The rows' numbers, in the order in which they came back.
fn ids(out: &str) -> Vec<u64> {
    out.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["id"].as_u64().unwrap()).collect()
}

#[test]
fn order_is_kept() {
    let rows = rows();
    let out = predict(&rows).ok();
    assert_eq!(ids(&out), (0..ROWS as u64).collect::<Vec<_>>());
    for line in out.lines() {
        let row: Value = serde_json::from_str(line).unwrap();
        let expected = if row["text"].as_str().unwrap().contains("shelled") { "bad" } else { "good" };
        assert_eq!(row["stance"]["label"], expected, "{line}");
    }
}

#[test]
fn what_stands_before_a_bad_row_is_not_lost() {
    for (at, bad) in [(0, "{}"), (77, "[\"they signed\", null]"), (9_000, "{\"text\": 3}"), (ROWS - 1, "{")] {
        let mut rows = rows();
        bad.clone_into(&mut rows[at]);
        // A later mistake must not be told first.
        if let Some(last) = rows[at + 1..].last_mut() {
            last.push('\u{0}');
        }
        let line = 1 + rows[..at].iter().map(|row| row.lines().count().max(1)).sum::<usize>();
        let ran = predict(&rows);
        ran.fails_with(&[&format!("-:{line}:")]);
        assert_eq!(ids(&ran.out), (0..at as u64).collect::<Vec<_>>(), "{bad}");
    }
}

#[test]
fn sentences_of_a_long_text_stay_in_order() {
    let mut text = String::new();
    (0..5_000).for_each(|i| write!(text, "Then they shelled {i} ports. ").unwrap());
    let out = run_with(&["predict", &Fixture::new().model(), "-", "--text"], text.as_bytes()).ok();
    let rows: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rows.len(), 5_000);
    let mut end = 0;
    for row in rows {
        let start = row["start"].as_u64().unwrap();
        assert!(start >= end);
        end = row["end"].as_u64().unwrap();
        assert_eq!(row["text"].as_str().unwrap(), &text[start as usize..end as usize]);
    }
}
