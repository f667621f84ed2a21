//! Training as a library: what is measured is what the model file says was measured.

use stancelight_train::{Corpus, Options, TopicFile, train};

const TOPIC: &str = crate::command::TOPIC;

fn corpus(topic: &TopicFile) -> Corpus {
    let fixture = crate::command::Fixture::new();
    let mut corpus = Corpus::default();
    corpus.read_file(&fixture.path("data.jsonl"), &topic.topic, &[]).unwrap();
    corpus
}

#[test]
fn what_was_measured_is_what_the_file_says() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("topic.toml");
    std::fs::write(&path, TOPIC).unwrap();
    let topic = TopicFile::read(&path).unwrap();
    let corpus = corpus(&topic);
    let trained = train(&corpus, corpus.rows.len(), &[], &topic, &Options::default(), &|_, _, _| {}).unwrap();
    assert!(trained.report.overall.macro_f1.value > 0.95);
    assert_eq!(trained.report.overall.sentences, 120);
    assert!((trained.report.overall.majority.accuracy - 1.0 / 3.0).abs() < 1e-9);
    let fact =
        |name: &str| trained.model.facts.iter().find(|(n, _)| n == name).map(|(_, value)| value.clone()).unwrap();
    assert!(fact("macro-F1").starts_with(&format!("{:.3}", trained.report.overall.macro_f1.value)));
    assert_eq!(fact("labelled sentences"), "120 (40 good, 40 plain, 40 bad)");
}
