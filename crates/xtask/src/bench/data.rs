//! What is trained and measured on: files of the data folder come in; for every set the same three files go
//! out, `train.jsonl`, `test.jsonl` and `topic.toml`, with texts and labels and nothing else.

use super::perturb::Repeats;
use super::{Sizes, folder};
use crate::process::Step;
use crate::stamp;
use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::io::{BufRead, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

/// Sets as they are: a name, what to train on, what to measure on.
const SMALL: [(&str, &str, &str); 3] = [
    ("topic_coop_threat", "topic_coop_threat/train.jsonl", "topic_coop_threat/dev.jsonl"),
    ("newsmtsc", "newsmtsc/train.jsonl", "newsmtsc/devtest_mt.jsonl"),
    ("sst2", "sst2/train.jsonl", "sst2/dev.jsonl"),
];

/// What the large sets are made from: sentences with a teacher's distribution over labels.
const SOFT: &str = "soft/train.jsonl";

/// Of that file every so-many-th row is only measured on; no copy of it is trained on.
const HELD_OUT: usize = 20;

/// A set ready to use.
pub struct Set {
    /// Its name.
    pub name: String,
    /// How many rows are trained on.
    pub rows: usize,
    /// Where they are.
    pub train: PathBuf,
    /// What is measured on.
    pub test: PathBuf,
    /// The topic that names its labels.
    pub topic: PathBuf,
    /// The labels of `test`, in order.
    pub truths: Vec<String>,
}

/// A sentence and its label.
type Row = (String, String);

/// The sets of these sizes, made if they are not there.
pub fn sets(data: &Path, sizes: Sizes) -> Result<Vec<Set>> {
    let mut out = Vec::new();
    if matches!(sizes, Sizes::Small | Sizes::All) {
        for (name, train, test) in SMALL {
            out.push(small(data, name, train, test)?);
        }
    }
    if matches!(sizes, Sizes::HundredThousand | Sizes::All) {
        out.push(large(data, "100k", 100_000)?);
    }
    if matches!(sizes, Sizes::Million | Sizes::All) {
        out.push(large(data, "1m", 1_000_000)?);
    }
    Ok(out)
}

fn small(data: &Path, name: &str, train: &str, test: &str) -> Result<Set> {
    let (train, test) = (read(&data.join(train))?, read(&data.join(test))?);
    make(name, train.len(), &train, &test)
}

/// A set of so many rows made from the teacher's.
pub fn large(data: &Path, name: &str, rows: usize) -> Result<Set> {
    let all = read(&data.join(SOFT))?;
    let (mut train, mut test) = (Vec::new(), Vec::new());
    for (i, row) in all.into_iter().enumerate() {
        if i % HELD_OUT == 0 { test.push(row) } else { train.push(row) }
    }
    // The same sentence may stand in the file twice.
    let held: BTreeSet<&str> = test.iter().map(|(text, _)| text.as_str()).collect();
    train.retain(|(text, _)| !held.contains(text.as_str()));
    make(name, rows, &train, &test)
}

/// Writes a set's files: `rows` rows made from `train`, in an order that favours no program that learns as it
/// reads.
fn make(name: &str, rows: usize, train: &[Row], test: &[Row]) -> Result<Set> {
    let folder = folder().join("data").join(name);
    std::fs::create_dir_all(&folder)?;
    let [to_train, to_test, topic] = ["train.jsonl", "test.jsonl", "topic.toml"].map(|file| folder.join(file));
    let mut inputs = stamp::Inputs::default().text(&rows.to_string()).text(include_str!("perturb.rs"));
    for (text, label) in train.iter().chain(test) {
        inputs = inputs.text(text).text(label);
    }
    stamp::unless_fresh(&format!("bench-{name}"), inputs, &to_train, || {
        let step = Step::begin(format!("writing {rows} sentences"));
        let mut repeats = Repeats::new(train.len());
        let made = (0..rows).map(|_| {
            let (i, text) = repeats.next(|i| &train[i].0);
            (text, train[i].1.clone())
        });
        write(&to_train, made)?;
        write(&to_test, test.iter().cloned())?;
        std::fs::write(&topic, topic_of(name, train)?)?;
        step.end(true);
        Ok(())
    })?;
    let truths = test.iter().map(|(_, label)| label.clone()).collect();
    Ok(Set { name: name.to_owned(), rows, train: to_train, test: to_test, topic, truths })
}

fn read(path: &Path) -> Result<Vec<Row>> {
    let file = std::fs::File::open(path).with_context(|| format!("{} cannot be read", path.display()))?;
    let mut out = Vec::new();
    for line in BufReader::new(file).lines() {
        let row: Value = serde_json::from_str(&line?).with_context(|| path.display().to_string())?;
        if let (Some(text), Some(label)) = (row["text"].as_str(), label_of(&row["label"])) {
            out.push((text.to_owned(), label));
        }
    }
    if out.is_empty() {
        bail!("{} holds no row with a text and a label", path.display());
    }
    Ok(out)
}

/// A label by its name, or of a distribution the most probable.
fn label_of(label: &Value) -> Option<String> {
    if let Value::Object(shares) = label {
        let share = |value: &Value| value.as_f64().unwrap_or(0.0);
        return shares.iter().max_by(|a, b| share(a.1).total_cmp(&share(b.1))).map(|(name, _)| name.clone());
    }
    label.as_str().map(String::from)
}

fn write(path: &Path, rows: impl Iterator<Item = Row>) -> Result<()> {
    let mut file = BufWriter::new(std::fs::File::create(path)?);
    for (text, label) in rows {
        writeln!(file, "{}", json!({ "text": text, "label": label }))?;
    }
    Ok(file.flush()?)
}

/// The least topic file that these labels allow.
fn topic_of(name: &str, rows: &[Row]) -> Result<String> {
    // A topic's name has hyphens where a folder's has underscores.
    let name = name.replace('_', "-");
    let mut out = format!("name = \"{name}\"\ntitle = \"{name}\"\nquestion = \"Which label?\"\nthreshold = 0.5\n");
    for label in rows.iter().map(|(_, label)| label.as_str()).collect::<BTreeSet<_>>() {
        let (pole, color) = match label {
            "cooperation" | "positive" => (1, "#0072b2"),
            "neutral" => (0, "#6e6e6e"),
            "threat" | "negative" => (-1, "#d55e00"),
            _ => bail!("the benchmark does not know where the label `{label}` lies"),
        };
        write!(out, "\n[[labels]]\nname = \"{label}\"\npole = {pole}\ncolor = \"{color}\"\n")?;
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use super::label_of;
    use serde_json::json;

    #[test]
    fn a_label_is_a_name_or_the_most_probable() {
        assert_eq!(label_of(&json!("threat")).as_deref(), Some("threat"));
        assert_eq!(label_of(&json!({ "neutral": 0.2, "threat": 0.7, "cooperation": 0.1 })).as_deref(), Some("threat"));
        assert_eq!(label_of(&json!(null)), None);
    }
}
