//! `train --encoder` from end to end, with an encoder small enough to be learned in seconds.

use crate::command::{CALIBRATED, Ran, one_wrong_in, run, temperature_between};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// Every so-many-th of the repository's own sentences, in a folder with their topic.
struct Own {
    folder: tempfile::TempDir,
    /// All of them.
    all: String,
}

impl Own {
    fn new() -> Self {
        let topic = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().join("models/cooperation-threat");
        let folder = tempfile::tempdir().unwrap();
        let all = std::fs::read_to_string(topic.join("corpus.jsonl")).unwrap();
        let some: String = all.lines().step_by(25).map(|line| format!("{line}\n")).collect();
        std::fs::write(folder.path().join("data.jsonl"), some).unwrap();
        let file = std::fs::read_to_string(topic.join("topic.toml")).unwrap();
        let own = file.split("[[data]]").next().unwrap();
        std::fs::write(folder.path().join("topic.toml"), own).unwrap();
        Self { folder, all }
    }

    fn path(&self, name: &str) -> String {
        let path: PathBuf = self.folder.path().join(name);
        path.display().to_string()
    }

    fn train(&self, output: &str, more: &[&str]) -> Ran {
        let [topic, data, model] = ["topic.toml", "data.jsonl", output].map(|name| self.path(name));
        let small = "train --encoder --layers 1 --width 16 --pieces 700 --batch 16 --rate 0.01 --epochs 3";
        let mut args: Vec<&str> = small.split(' ').collect();
        args.extend(["--topic", &topic, &data, "-o", &model]);
        args.extend(more);
        run(&args)
    }
}

#[test]
fn learns_reports_and_explains_like_any_model() {
    let own = Own::new();
    let card = own.path("card.md");
    let out = own.train("a.stance", &["--anyway", "--json", "--card", &card]).ok();
    let report: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(report["kind"], "encoder");
    let figures = &report["cross_validation"];
    let (found, chance) = (&figures["macro_f1"]["value"], &figures["majority"]["macro_f1"]);
    assert!(found.as_f64().unwrap() > chance.as_f64().unwrap() + 0.1, "{found} against {chance}");
    assert_eq!(report["epochs"].as_array().unwrap().len(), 3);
    let card = std::fs::read_to_string(card).unwrap();
    for words in [
        "encoder of",
        "word pieces",
        "linear branch",
        "features, weighed",
        "one sentence in 10 held out",
        "Where it fails",
    ] {
        assert!(card.contains(words), "{words} in {card}");
    }
    let model = own.path("a.stance");
    let features = report["features"].as_u64().unwrap();
    assert!(features > 100, "{features}");
    let inspected = run(&["inspect", &model]).ok();
    for words in [
        "1 layers of width 16",
        "linear branch",
        &format!("{features} features of"),
        "negation, pairs",
        "strongest for threat",
    ] {
        assert!(inspected.contains(words), "{words} in {inspected}");
    }
    let why =
        run(&["explain", &model, "The army of the United Arab Emirates shelled the port.", "--removal", "--json"]).ok();
    let why: Value = serde_json::from_str(&why).unwrap();
    let words = why["words"].as_array().unwrap();
    // A name of several words, and a mark.
    assert_eq!((words.len(), why["removals"].as_array().unwrap().len()), (8, 8), "{why}");
    for (label, logit) in why["logits"].as_object().unwrap() {
        let sum: f64 = words.iter().map(|word| word["shares"][label].as_f64().unwrap()).sum();
        assert_eq!(sum + why["bias"][label].as_f64().unwrap(), logit.as_f64().unwrap());
    }
    assert!(run(&["evaluate", &model, &own.path("data.jsonl")]).ok().contains("macro-F1"));
}

/// Sentences of one kind, held out together, are not as much evidence as as many of several.
#[test]
fn draws_intervals_by_group() {
    let own = Own::new();
    let counted = |more: &[&str]| {
        let out = own.train("a.stance", &[&["--anyway", "--json"], more].concat()).ok();
        let report: Value = serde_json::from_str(&out).unwrap();
        ["clusters", "sentences"].map(|name| report["cross_validation"][name].as_u64().unwrap())
    };
    let [clusters, sentences] = counted(&["--group", "category"]);
    assert!((2..10).contains(&clusters) && sentences > 50, "{clusters} of {sentences}");
    let [clusters, sentences] = counted(&[]);
    assert!(clusters > sentences - 5, "{clusters} of {sentences}");
}

#[test]
fn ends_the_same_on_any_number_of_threads_and_from_a_checkpoint() {
    let own = Own::new();
    let folder = own.path("checkpoints");
    let read = |name: &str| std::fs::read(own.path(name)).unwrap();
    own.train("a.stance", &["--anyway", "--jobs", "1", "--checkpoint", &folder]).ok();
    own.train("b.stance", &["--anyway", "--jobs", "2"]).ok();
    assert!(read("a.stance") == read("b.stance"));
    // Learning is done there: only the last steps are left.
    own.train("c.stance", &["--anyway", "--checkpoint", &folder, "--resume"]).ok();
    assert!(read("a.stance") == read("c.stance"));
    own.train("d.stance", &["--anyway", "--checkpoint", &folder, "--resume", "--seed", "2"])
        .fails_with(&["checkpoint", "other data or settings"]);
}

/// Learning is not done again for it: only the last steps are.
#[test]
fn takes_its_temperature_from_another_source() {
    let own = Own::new();
    let folder = own.path("checkpoints");
    // An expected share would move logits as well.
    let topic = std::fs::read_to_string(own.path("topic.toml")).unwrap();
    let topic: String = topic.lines().filter(|l| !l.starts_with("prior")).map(|line| format!("{line}\n")).collect();
    std::fs::write(own.path("topic.toml"), &topic).unwrap();
    own.train("first.stance", &["--anyway", "--checkpoint", &folder]).ok();
    let others: Vec<&str> = own.all.lines().skip(12).step_by(100).collect();
    std::fs::write(own.path("elsewhere.jsonl"), one_wrong_in(2, &others)).unwrap();
    std::fs::write(own.path("topic.toml"), format!("{topic}{CALIBRATED}")).unwrap();
    let card = own.path("card.md");
    let out = own.train("second.stance", &["--anyway", "--checkpoint", &folder, "--resume", "--card", &card]).ok();
    assert!(out.contains("elsewhere.jsonl (which set the temperature)"), "{out}");
    let models = ["first.stance", "second.stance"].map(|name| own.path(name));
    let temperature = temperature_between(&models, &own.path("elsewhere.jsonl"));
    assert!(temperature > 1.2, "{temperature}");
    let card = std::fs::read_to_string(card).unwrap();
    assert!(card.contains(&format!("| temperature | {temperature:.2}, found on {} sentences", others.len())), "{card}");
}

/// A larger transformer helps to learn and leaves nothing behind in the file but what was learned.
#[test]
fn learns_from_a_larger_transformer_too() {
    let own = Own::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("goldens/bert").display().to_string();
    let card = own.path("card.md");
    own.train("a.stance", &["--anyway", "--card", &card, "--vectors", &folder]).ok();
    let words = std::fs::read_to_string(&card).unwrap();
    for part in ["begin with | the word vectors of", "beside the labels | where that transformer places each sentence,"]
    {
        assert!(words.contains(part), "{part} in {words}");
    }
    own.train("few.stance", &["--anyway", "--card", &card, "--vectors", &folder, "--hints", "3"]).ok();
    let words = std::fs::read_to_string(card).unwrap();
    assert!(words.contains("that transformer places each of 3 sentences,"), "{words}");
    own.train("b.stance", &["--anyway"]).ok();
    let encoder =
        |name: &str| run(&["inspect", &own.path(name)]).ok().lines().find(|l| l.contains("layers")).map(str::to_owned);
    assert!(encoder("a.stance").is_some());
    assert_eq!(encoder("a.stance"), encoder("b.stance"));
}

#[test]
fn refuses_what_cannot_come_to_good() {
    let own = Own::new();
    own.train("a.stance", &[]).fails_with(&["too few for an encoder", "without --encoder", "--anyway"]);
    own.train("a.stance", &["--anyway", "--heads", "3"]).fails_with(&["heads", "divide"]);
    own.train("a.stance", &["--anyway", "--dropout", "1.5"]).fails_with(&["dropout", "0.9"]);
    own.train("a.stance", &["--anyway", "--bits", "9"]).fails_with(&["bits", "2 to 8, not 9"]);
    own.train("a.stance", &["--anyway", "--dev", &own.path("data.jsonl")]).fails_with(&["--dev", "name another set"]);
    own.train("a.stance", &["--anyway", "--dev", "nowhere.jsonl"]).fails_with(&["nowhere.jsonl", "no such file"]);
    own.train("a.stance", &["--anyway", "--no-search"]).fails_with_usage("--no-search");
    own.train("a.stance", &["--anyway", "--hints", "3"]).fails_with_usage("--vectors");
    own.train("a.stance", &["--anyway", "--vectors", &own.path("")]).fails_with(&["tokenizer.json", "cannot be read"]);
    assert!(!Path::new(&own.path("a.stance")).exists());
}
