//! What each word of a sentence adds, in a form that a person can check against the toy model's table.

use stancelight::{Predictor, explain};
use stancelight_tests::{LABELS, golden, toy_model};
use std::fmt::Write;

const SENTENCES: &[&str] = &[
    "Georgia and Russia signed the peace treaty.",
    "Georgia and Russia didn't sign the peace treaty.",
    "The army attacked the village!",
    "The army did not attack the village.",
    "The Security Council agreed.",
    "THE ARMY ATTACKED THE VILLAGE",
    "Peace Talks Begin In Geneva",
    "Peace talks, war: 3 treaties.",
    "They never agreed, but peace holds.",
    "Attack on a friendly village; then peace.",
    "We won’t attack. 🎉",
    "双方停火",
    "мир, سلام ושלום",
    "Nothing here is known at all",
    "",
];

/// Six digits are plenty to check by hand; that the sum is exact is proven elsewhere.
fn row(out: &mut String, name: &str, values: &[f64]) {
    let values: String = values.iter().map(|value| format!("{:>10}", signed(*value))).collect();
    *out += &format!("  {name:<24}{values}\n");
}

fn signed(value: f64) -> String {
    let rounded = format!("{value:+.4}");
    if rounded.trim_start_matches(['+', '-']).chars().all(|c| matches!(c, '0' | '.')) { "·".into() } else { rounded }
}

#[test]
fn shares_are_what_was_looked_at() {
    let predictor = Predictor::new(toy_model());
    let mut out = String::from(
        "What each word adds to each label's logit in the toy model (table in tests/src/lib.rs). A share is the\n\
         word's weights times the label's scale, divided by the root of the number of terms; a pair counts half\n\
         for each of its two words. A dot is nothing at all.\n",
    );
    for sentence in SENTENCES {
        let why = explain(sentence, &predictor);
        let labels: String = LABELS.iter().map(|label| format!("{label:>10}")).collect();
        writeln!(out, "\n=== {sentence}\n  {:<24}{labels}", "").unwrap();
        for word in &why.words {
            row(&mut out, &sentence[word.span.range()], &word.shares);
        }
        row(&mut out, "(bias)", &why.bias);
        row(&mut out, "= logit", &why.verdict.logits);
        let percent: String = why.verdict.probabilities.iter().map(|p| format!("{:>9.1}%", p * 100.0)).collect();
        writeln!(out, "  {:<24}{percent}", "probability").unwrap();
        let sure = if why.verdict.sure { "sure" } else { "not sure" };
        let painted = if why.verdict.is_painted(predictor.topic(), 0.6) { ", painted" } else { "" };
        let score = why.verdict.score;
        writeln!(out, "  → {}, {sure}{painted}, score {score:+.3}", LABELS[why.verdict.label]).unwrap();
    }
    golden::check("explanations.txt", out.as_bytes());
}
