//! `distill` from end to end, with a teacher of a few thousand numbers.

use crate::command::{Ran, TOPIC, run};
use serde_json::Value;
use std::path::Path;

/// A folder with labelled and unlabelled sentences of the teacher's few words.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new(topic: &str) -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        let row = |text: &str, label: &str| format!("{{\"text\": \"{text}\", \"label\": \"{label}\"}}\n");
        let row = |who: &str| {
            [("thanked", "good"), ("shelled", "bad"), ("signed", "plain")]
                .map(|(did, label)| row(&format!("{who} {did}"), label))
                .concat()
        };
        folder.write("topic.toml", topic);
        folder.write("labelled.jsonl", &["envoys of", "Chad", "of Chad", "signing"].map(row).concat());
        let asked = "{\"text\": \"Envoys of Chad thanked\", \"n\": 1.50}\n\n{\"text\": \"Envoys shelled\"}\n";
        folder.write("asked.jsonl", asked);
        folder
    }

    fn write(&self, name: &str, text: &str) {
        std::fs::write(self.0.path().join(name), text).unwrap();
    }

    fn read(&self, name: &str) -> String {
        std::fs::read_to_string(self.path(name)).unwrap()
    }

    fn path(&self, name: &str) -> String {
        self.0.path().join(name).display().to_string()
    }

    fn distill(&self, more: &[&str]) -> Ran {
        let teacher = Path::new(env!("CARGO_MANIFEST_DIR")).join("goldens/bert").display().to_string();
        let [topic, labelled] = ["topic.toml", "labelled.jsonl"].map(|name| self.path(name));
        let quick = ["--epochs", "40", "--batch", "8", "--rate", "0.003"];
        run(&[&["distill", "--topic", &topic, &labelled, "--teacher", &teacher], &quick[..], more].concat())
    }
}

#[test]
fn writes_rows_that_train_reads_the_same_each_time() {
    let folder = Folder::new(TOPIC);
    let [asked, a, b] = ["asked.jsonl", "a.jsonl", "b.jsonl"].map(|name| folder.path(name));
    let out = folder.distill(&["--unlabelled", &asked, "-o", &a, "--jobs", "1", "--teachers", "2"]).ok();
    assert!(out.contains("tuned on 12 labelled sentences") && out.contains("(2 opinions)"), "{out}");
    folder.distill(&["--unlabelled", &asked, "-o", &b, "--jobs", "3", "--teachers", "2"]).ok();
    assert_eq!(folder.read("a.jsonl"), folder.read("b.jsonl"));
    let rows: Vec<Value> = folder.read("a.jsonl").lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let of = |row: &Value, label: &str| row["label"][label].as_f64().unwrap();
    assert!(of(&rows[0], "good") > 0.5 && of(&rows[1], "bad") > 0.5, "{rows:?}");
    assert_eq!(rows[0]["n"], 1.5);
    let [topic, labelled, model] = ["topic.toml", "labelled.jsonl", "m.stance"].map(|name| folder.path(name));
    let report = run(&["train", "--topic", &topic, &labelled, &a, "--folds", "2", "--no-search", "-o", &model]).ok();
    assert!(report.contains("14 sentences"), "{report}");
}

#[test]
fn writes_the_tables_that_a_topic_lists_and_measures_what_it_was_not_tuned_on() {
    let more = r#"
[[data]]
file = "./asked.jsonl"
opinions = "asked.tsv"
licence = "CC0"
citation = "us"
[[data]]
file = "./kept.jsonl"
measure = true
licence = "CC0"
citation = "us"
[[teacher]]
file = "./also.jsonl"
weight = 0.5
licence = "CC0"
citation = "us"
"#;
    let folder = Folder::new(&format!("{TOPIC}{more}"));
    folder.write("kept.jsonl", "{\"text\": \"Chad signed of envoys\", \"label\": \"good\"}\n");
    folder.write("also.jsonl", "{\"text\": \"thanked\", \"label\": \"good\"}\n");
    let out = folder.distill(&[]).ok();
    assert!(out.contains("tuned on 13 labelled sentences") && out.contains("kept.jsonl: 1 sentences"), "{out}");
    let table = folder.read("asked.tsv");
    let lines: Vec<&str> = table.lines().collect();
    assert_eq!((lines[0], lines.len()), ("good\tplain\tbad", 3));
}

#[test]
fn says_what_is_wrong() {
    let folder = Folder::new(TOPIC);
    let [asked, labelled, out, none, nowhere] =
        ["asked.jsonl", "labelled.jsonl", "o.jsonl", "none", "none/o.jsonl"].map(|name| folder.path(name));
    folder.write("broken.jsonl", "{\"text\": \"Chad\"}\n{\"title\": 1}\n");
    folder.write("number.jsonl", "{\"text\": 3}\n");
    let [broken, number] = ["broken.jsonl", "number.jsonl"].map(|name| folder.path(name));
    let cases: &[(&[&str], &str)] = &[
        (&[], "lists no data with `opinions`"),
        (&["--unlabelled", &none, "-o", &out], "none"),
        (
            &["--unlabelled", &asked, "-o", &nowhere],
            "none/o.jsonl: cannot be written, and what stood there is unchanged: the folder does not exist; make it first",
        ),
        (&["--unlabelled", &labelled, "-o", &out], ":1: the row has a `label` already"),
        (&["--unlabelled", &broken, "-o", &out], "broken.jsonl:2: no field `text`"),
        (&["--unlabelled", &number, "-o", &out], "number.jsonl:1: `text` is not a string"),
        (&["--unlabelled", &asked, "-o", &out, "--teachers", "0"], "at least 1"),
        (&["--unlabelled", &asked, "-o", &out, "--dropout", "1"], "dropout"),
    ];
    folder.distill(&["--unlabelled", &asked]).fails_with_usage("--output");
    for (more, part) in cases {
        folder.distill(more).fails_with(&[part]);
        assert!(!Path::new(&out).exists());
    }
}
