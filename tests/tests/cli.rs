//! The command line from end to end.

use crate::command::{CALIBRATED, Fixture, one_wrong_in, run, run_with, shell, temperature_between};
use serde_json::{Value, json};
use stancelight_tests::encoder::toy_encoder;

#[test]
fn training_is_reproducible_and_reports() {
    let fixture = Fixture::new();
    let out = fixture.train("a.stance").ok();
    for word in ["macro-F1", "majority label", "ECE", "wrote"] {
        assert!(out.contains(word), "{word} in {out}");
    }
    fixture.train("b.stance").ok();
    assert_eq!(std::fs::read(fixture.path("a.stance")).unwrap(), std::fs::read(fixture.path("b.stance")).unwrap());
    let [topic, data, model] =
        ["topic.toml", "data.jsonl", "c.stance"].map(|name| fixture.path(name).display().to_string());
    run(&["train", "--topic", &topic, &data, "-o", &model, "--jobs", "1"]).ok();
    assert_eq!(std::fs::read(fixture.path("a.stance")).unwrap(), std::fs::read(fixture.path("c.stance")).unwrap());
}

#[test]
fn sentences_of_another_source_set_the_temperature_and_no_label() {
    let fixture = Fixture::new();
    let (data, elsewhere) = (fixture.path("data.jsonl"), fixture.path("elsewhere.jsonl"));
    let all = std::fs::read_to_string(&data).unwrap();
    let rows: Vec<&str> = all.lines().collect();
    let (own, others) = rows.split_at(60);
    std::fs::write(&data, own.join("\n")).unwrap();
    let brier = |output: &str| {
        let paths = ["topic.toml", "data.jsonl", output].map(|name| fixture.path(name).display().to_string());
        let report = run(&["train", "--topic", &paths[0], &paths[1], "-o", &paths[2], "--json"]).ok();
        serde_json::from_str::<Value>(&report).unwrap()["cross_validation"]["brier"].as_f64().unwrap()
    };
    let untempered = brier("first.stance");
    let topic = format!("{}{CALIBRATED}", std::fs::read_to_string(fixture.path("topic.toml")).unwrap());
    std::fs::write(fixture.path("topic.toml"), topic).unwrap();
    for (wrong, softer) in [(3, true), (usize::MAX, false)] {
        std::fs::write(&elsewhere, one_wrong_in(wrong, others)).unwrap();
        let out = fixture.train("second.stance").ok();
        assert!(out.contains("elsewhere.jsonl (which set the temperature)"), "{out}");
        let models = ["first.stance", "second.stance"].map(|name| fixture.path(name).display().to_string());
        let temperature = temperature_between(&models, &elsewhere.display().to_string());
        assert_eq!(temperature > 1.0, softer, "{temperature}");
        assert!(run(&["inspect", &models[1]]).ok().contains(&format!("{temperature:.2}, found on 60 sentences")));
        // What cross-validation says is said of the model as it is: the folds' own labels are all right.
        assert_eq!(brier("second.stance") > untempered, softer);
    }
    std::fs::write(&elsewhere, own.join("\n")).unwrap();
    fixture.train("third.stance").fails_with(&["elsewhere.jsonl", "every sentence was trained on"]);
}

#[test]
fn labels_weigh_what_their_shares_are_expected_to_be() {
    let fixture = Fixture::new();
    let topic = std::fs::read_to_string(fixture.path("topic.toml")).unwrap();
    // Of its words nothing was learned.
    std::fs::write(fixture.path("asked.jsonl"), "{\"text\": \"grey tiles glisten\"}\n").unwrap();
    let shares_of_bad = [0.1, 0.3, 0.8].map(|bad| {
        let rest = (1.0 - bad) / 2.0;
        let with = |topic: String, (pole, prior): (&str, f64)| topic.replace(pole, &format!("{pole}\nprior = {prior}"));
        let poles = [("pole = 1.0", rest), ("pole = 0.0", rest), ("pole = -1.0", bad)];
        std::fs::write(fixture.path("topic.toml"), poles.into_iter().fold(topic.clone(), with)).unwrap();
        fixture.train("model.stance").ok();
        let model = fixture.model();
        let told = format!("good {rest}, plain {rest}, bad {bad}; of the sentences calibrated on 0.33, 0.33, 0.33");
        let inspected = run(&["inspect", &model]).ok();
        assert!(inspected.contains(&told), "{told} in {inspected}");
        let said = run(&["predict", &model, &fixture.path("asked.jsonl").display().to_string()]).ok();
        serde_json::from_str::<Value>(&said).unwrap()["stance"]["probabilities"]["bad"].as_f64().unwrap()
    });
    assert!(shares_of_bad.is_sorted() && shares_of_bad[2] > shares_of_bad[0] + 0.1, "{shares_of_bad:?}");
}

#[test]
fn a_learning_curve_ends_at_the_figure_of_all_sentences() {
    let fixture = Fixture::new();
    let [topic, data, model] =
        ["topic.toml", "data.jsonl", "a.stance"].map(|name| fixture.path(name).display().to_string());
    let out = run(&["train", "--topic", &topic, &data, "-o", &model, "--learning-curve"]).ok();
    let figure = |start: &str| {
        let line = out.lines().find(|line| line.trim_start().starts_with(start)).unwrap();
        line[line.find('[').unwrap() - 6..=line.find(']').unwrap()].to_owned()
    };
    assert_eq!(figure("100 %"), figure("macro-F1"));
    assert!(out.contains("    10 %         12  ") && out.contains("    80 %         78  "), "{out}");
    // A script is told the same.
    let json = run(&["train", "--topic", &topic, &data, "-o", &model, "--learning-curve", "--json"]).ok();
    let json: Value = serde_json::from_str(&json).unwrap();
    let points = json["learning_curve"].as_array().unwrap();
    assert_eq!((points.len(), &points[0]["sentences"]), (6, &json!(12)));
    assert_eq!(points[5]["macro_f1"], json["cross_validation"]["macro_f1"]);
    // Looking does not change what is made.
    fixture.train("b.stance").ok();
    assert_eq!(std::fs::read(fixture.path("a.stance")).unwrap(), std::fs::read(fixture.path("b.stance")).unwrap());
}

#[test]
fn sixty_short_sentences_work_from_end_to_end_and_earn_a_warning() {
    let fixture = Fixture::with_rows(20);
    let ran = fixture.train("model.stance");
    let line = ran.out.lines().find(|line| line.contains("macro-F1")).unwrap();
    let figures: Vec<&str> = line.split([' ', '[', ']', ',']).filter(|word| word.starts_with(['0', '1'])).collect();
    let [value, low, high, _majority] = figures[..] else { panic!("{line}") };
    let words =
        format!("warning: only 60 labelled sentences: macro-F1 {value} has a 95 % interval from {low} to {high};");
    assert!(ran.err.contains(&words), "{words} in {}", ran.err);
    assert!(value.parse::<f64>().unwrap() > 0.8, "{line}");
    let (model, data) = (fixture.model(), fixture.path("data.jsonl").display().to_string());
    assert!(run(&["evaluate", &model, &data]).ok().contains("60 sentences"));
    assert_eq!(run(&["predict", &model, &data]).ok().lines().count(), 60);
    assert!(run(&["explain", &model, "they shelled the harbour"]).ok().contains("shelled"));
    assert!(run(&["inspect", &model]).ok().contains("strongest for bad"));
}

#[test]
fn the_fewest_sentences_train_and_are_not_flattered() {
    let fixture = Fixture::with_rows(2);
    let ran = fixture.train("model.stance");
    for words in
        ["only 6 labelled sentences", "even the interval too narrow", "no better, as far as 6 sentences can tell"]
    {
        assert!(ran.err.contains(words), "{words} in {}", ran.err);
    }
    assert!(run(&["inspect", &fixture.model()]).ok().contains("macro-F1"));
}

#[test]
fn a_label_made_of_near_duplicates_is_not_measured_in_silence() {
    let fixture = Fixture::new();
    let data = fixture.path("data.jsonl");
    let others = std::fs::read_to_string(&data).unwrap();
    let mut rows: String = others.lines().filter(|row| !row.contains("good")).map(|row| format!("{row}\n")).collect();
    for i in 0..40 {
        rows.push_str(&format!("{{\"text\": \"they signed a pact for {i} years\", \"label\": \"good\"}}\n"));
    }
    std::fs::write(data, rows).unwrap();
    let ran = fixture.train("a.stance");
    for words in ["all sentences labelled `good` nearly repeat one another", "40 of 120 sentences nearly repeat"] {
        assert!(ran.err.contains(words), "{words} in {}", ran.err);
    }
    let good = ran.out.lines().find(|line| line.trim_start().starts_with("good")).unwrap();
    assert_eq!(good.split_whitespace().nth(3), Some("0.000"), "{good}");
}

/// A misspelt field would keep nothing together, and the figures would flatter in silence; an empty one is no group.
#[test]
fn a_group_is_of_a_field_that_there_is() {
    let fixture = Fixture::new();
    let group = |field: &str| train_with(&fixture, &["--no-search", "--group", field]);
    let plain = train_with(&fixture, &["--no-search"]).ok();
    group("artcle").fails_with(&["--group artcle", "no row has a field `artcle`"]);
    group("label,artcle").fails_with(&["--group artcle"]);
    let rows = std::fs::read_to_string(fixture.path("data.jsonl")).unwrap();
    let with = |value: &str| rows.replace("{\"text\"", &format!("{{\"article\": {value}, \"text\""));
    for value in ["null", "\"\"", "[]"] {
        std::fs::write(fixture.path("data.jsonl"), with(value)).unwrap();
        group("article").fails_with(&["no row has a field `article`"]);
        // One row suffices, and the others are not of one group for that.
        std::fs::write(fixture.path("data.jsonl"), with(value).replacen(value, "7", 1)).unwrap();
        assert_eq!(group("article").ok(), plain);
    }
}

#[test]
fn csv_and_tsv_are_read_like_json_lines() {
    let fixture = Fixture::new();
    let rows: Vec<Value> = std::fs::read_to_string(fixture.path("data.jsonl"))
        .unwrap()
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .collect();
    for (name, delimiter) in [("data.csv", ","), ("data.tsv", "\t")] {
        let mut table = format!("id{delimiter}text{delimiter}label\n");
        for row in &rows {
            table.push_str(&format!(
                "7{delimiter}{}{delimiter}{}\n",
                row["text"].as_str().unwrap(),
                row["label"].as_str().unwrap()
            ));
        }
        std::fs::write(fixture.path(name), table).unwrap();
        let out = run(&["evaluate", &fixture.model(), &fixture.path(name).display().to_string()]).ok();
        assert!(out.contains("120 sentences"), "{out}");
    }
}

/// Many write sentences between tabs as they are; others put marks around them. Both are read whole.
#[test]
fn quotation_marks_swallow_no_rows() {
    let fixture = Fixture::new();
    let path = fixture.path("marks.tsv");
    let raw = "text\tlabel\n\"They signed, he said.\tgood\n\"They shelled it,\" she said.\tbad\n\"Again.\"\tbad\n";
    let quoted = "text\tlabel\n\"\"\"They signed,\"\" he said.\"\tgood\n\"They shelled\tit.\"\tbad\n";
    for (table, sentences) in [(raw, "3 sentences"), (quoted, "2 sentences")] {
        std::fs::write(&path, table).unwrap();
        let out = run(&["evaluate", &fixture.model(), &path.display().to_string()]).ok();
        assert!(out.contains(sentences), "{out}");
    }
}

/// Sentences of one document say less than as many of several: their interval is wider.
#[test]
fn intervals_are_drawn_by_group() {
    let fixture = Fixture::new();
    let path = fixture.path("grouped.jsonl").display().to_string();
    // Whole documents are right or wrong.
    let row = |i: usize| {
        let (text, label) = [("they signed a pact", "good"), ("they shelled a port", "good")][i / 10 % 2];
        format!("{{\"text\": \"{text} {i}\", \"label\": \"{label}\", \"document\": {}}}\n", i / 10)
    };
    std::fs::write(&path, (0..200).map(row).collect::<String>()).unwrap();
    let model = fixture.model();
    let accuracy = |group: &[&str]| {
        let args = [&["evaluate", &model, &path, "--json"][..], group].concat();
        let value: Value = serde_json::from_str(&run(&args).ok()).unwrap();
        let found = |figure: &str| value["overall"]["accuracy"][figure].as_f64().unwrap();
        assert!((found("value") - 0.5).abs() < 1e-9, "{value}");
        (value["overall"]["clusters"].as_u64().unwrap(), found("high") - found("low"))
    };
    let (sentences, narrow) = accuracy(&[]);
    let (documents, wide) = accuracy(&["--group", "document"]);
    assert_eq!((sentences, documents), (200, 20));
    assert!(wide > 2.0 * narrow, "{wide} {narrow}");
    run(&["evaluate", &fixture.model(), &path, "--group", "dokument"]).fails_with(&["--group dokument", "no row has"]);
}

/// What stands behind a link is written, and the link stays; others may read a result as the user's mask allows.
#[cfg(unix)]
#[test]
fn outputs_go_where_a_link_leads_and_are_as_readable_as_any() {
    let fixture = Fixture::new();
    let line = "umask 077 && ln -s far.stance near.stance && $BIN train --topic topic.toml data.jsonl -o near.stance && \
                test -L near.stance && stat -c %a far.stance && $BIN train --topic topic.toml data.jsonl -o near.stance && \
                test -L near.stance && $BIN train --topic topic.toml data.jsonl -o /dev/null && test -c /dev/null && \
                $BIN highlight near.stance topic.toml --html /dev/stdout | grep -c doctype";
    let out = shell(line, fixture.folder.path()).ok();
    assert!(out.lines().any(|line| line == "600") && out.ends_with("\n1\n"), "{out}");
}

/// An earlier opinion is replaced where it stands, and nothing else is touched.
#[test]
fn rows_with_an_earlier_opinion_keep_every_digit() {
    let fixture = Fixture::new();
    let rows = "{\"id\":12345678901234567890123,\"stance\":null,\"text\":\"they signed\",\"x\":1.10,\"y\": [1e2, \"\\u00e9\"]}\n";
    let out = run_with(&["predict", &fixture.model(), "-"], rows.as_bytes()).ok();
    assert!(out.starts_with("{\"id\":12345678901234567890123,\"stance\":{"), "{out}");
    assert!(out.ends_with("},\"text\":\"they signed\",\"x\":1.10,\"y\":[1e2, \"\\u00e9\"]}\n"), "{out}");
    assert_eq!(run_with(&["predict", &fixture.model(), "-"], out.as_bytes()).ok(), out);
}

#[test]
fn soft_labels_and_weights_are_learned_from() {
    let fixture = Fixture::new();
    let mut rows = std::fs::read_to_string(fixture.path("data.jsonl")).unwrap();
    for i in 0..30 {
        rows.push_str(&format!("{{\"text\": \"they haggled over the {i} crates\", \"label\": {{\"good\": 0.5, \"bad\": 0.5}}, \"weight\": 2}}\n"));
    }
    std::fs::write(fixture.path("data.jsonl"), rows).unwrap();
    let out = run(&["explain", &fixture.model(), "they haggled over the 5 crates", "--json"]).ok();
    let value: Value = serde_json::from_str(&out).unwrap();
    let p = |label: &str| value["probabilities"][label].as_f64().unwrap();
    assert!((p("good") - p("bad")).abs() < 0.3 && p("plain") < 0.3, "{out}");
}

#[test]
fn predict_keeps_every_field_and_the_order() {
    let fixture = Fixture::new();
    let rows = "{\"id\": 12345678901234567890, \"text\": \"they shelled the port\", \"x\": 1.10, \"n\": {\"a\":[1]}}\n\n\
                {\"text\": \"the port is 3 metres wide\"}\r\n{\"text\":\"\",\"note\":\"}\"}\n";
    let out = run_with(&["predict", &fixture.model(), "-"], rows.as_bytes()).ok();
    let lines: Vec<&str> = out.lines().collect();
    assert_eq!(lines.len(), 3);
    assert!(lines[0].starts_with("{\"id\": 12345678901234567890, \"text\": \"they shelled the port\", \"x\": 1.10, \"n\": {\"a\":[1]},\"stance\":{"), "{}", lines[0]);
    for line in &lines {
        let row: Value = serde_json::from_str(line).unwrap();
        let stance = &row["stance"];
        let sum: f64 = stance["probabilities"].as_object().unwrap().values().map(|p| p.as_f64().unwrap()).sum();
        assert!((sum - 1.0).abs() < 1e-9 && stance["sure"].is_boolean() && stance["score"].is_f64(), "{line}");
    }
    assert_eq!(serde_json::from_str::<Value>(lines[0]).unwrap()["stance"]["label"], "bad");
    // Predicting again replaces the opinion.
    let again = run_with(&["predict", &fixture.model()], out.as_bytes()).ok();
    assert_eq!(again.lines().next().unwrap().matches("\"stance\"").count(), 1);
}

#[test]
fn predict_text_gives_sentences_with_byte_spans() {
    let fixture = Fixture::new();
    let text = "Überall they shelled the port. 🎉 They thanked us!\r\n\r\nThe bridge is 4 metres wide";
    let out = run_with(&["predict", &fixture.model(), "-", "--text"], text.as_bytes()).ok();
    let rows: Vec<Value> = out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(rows.len(), 3);
    for row in rows {
        let at = |field: &str| usize::try_from(row[field].as_u64().unwrap()).unwrap();
        assert_eq!(&text[at("start")..at("end")], row["text"].as_str().unwrap());
        assert!(row["stance"]["label"].is_string());
    }
}

#[test]
fn explain_adds_up() {
    let fixture = Fixture::new();
    let out = run(&["explain", &fixture.model(), "They never shelled the harbour, said Iran", "--json"]).ok();
    let value: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(value["words"].as_array().unwrap().len(), 7);
    for label in ["good", "plain", "bad"] {
        let shares: f64 =
            value["words"].as_array().unwrap().iter().map(|word| word["shares"][label].as_f64().unwrap()).sum();
        assert_eq!(shares + value["bias"][label].as_f64().unwrap(), value["logits"][label].as_f64().unwrap());
    }
    let table = run(&["explain", &fixture.model(), "They shelled the harbour"]).ok();
    assert!(table.contains("= logit") && table.contains("shelled") && table.contains("probability"), "{table}");
}

#[test]
fn explain_tells_what_each_words_absence_does() {
    let fixture = Fixture::new();
    let sentence = "They never shelled the harbour, said Iran";
    let out = run(&["explain", &fixture.model(), sentence, "--removal", "--json"]).ok();
    let value: Value = serde_json::from_str(&out).unwrap();
    let [removals, words] = ["removals", "words"].map(|name| value[name].as_array().unwrap());
    assert_eq!(removals.len(), words.len());
    let without = run(&["explain", &fixture.model(), "They   shelled the harbour, said Iran", "--json"]).ok();
    let without: Value = serde_json::from_str(&without).unwrap();
    assert_eq!(removals[1]["probabilities"], without["probabilities"], "{out}");
    let table = run(&["explain", &fixture.model(), "They shelled the harbour", "--removal"]).ok();
    assert!(table.contains("without each word") && table.matches("shelled").count() == 2, "{table}");
}

#[test]
fn an_encoder_answers_like_any_model() {
    let folder = tempfile::tempdir().unwrap();
    let model = folder.path().join("encoder.stance").display().to_string();
    std::fs::write(&model, toy_encoder().to_bytes()).unwrap();
    let told = run(&["inspect", &model]).ok();
    for words in ["Toy (toy)", "parameters, 60 word pieces", "2 layers of width 16", "bytes in"] {
        assert!(told.contains(words), "{words} in {told}");
    }
    let sentence = "The army didn't shell the port!";
    let why: Value = serde_json::from_str(&run(&["explain", &model, sentence, "--json"]).ok()).unwrap();
    let words: Vec<&str> = (why["words"].as_array().unwrap().iter())
        .map(|word| &sentence[word["start"].as_u64().unwrap() as usize..word["end"].as_u64().unwrap() as usize])
        .collect();
    assert_eq!(words, ["The", "army", "did", "n't", "shell", "the", "port", "!"]);
    let row = format!("{{\"text\": {sentence:?}}}\n");
    let predicted: Value = serde_json::from_str(&run_with(&["predict", &model, "-"], row.as_bytes()).ok()).unwrap();
    assert_eq!(predicted["stance"]["probabilities"], why["probabilities"]);
    assert!(run_with(&["highlight", &model, "-"], sentence.as_bytes()).ok().contains("port"));
}

#[test]
fn inspect_tells_what_is_inside() {
    let fixture = Fixture::new();
    let out = run(&["inspect", &fixture.model()]).ok();
    for words in ["Manners (manners)", "Is it kind?", "strongest for bad", "shelled", "macro-F1", "bytes in"] {
        assert!(out.contains(words), "{words} in {out}");
    }
}

#[test]
fn evaluate_prints_tables_and_json() {
    let fixture = Fixture::new();
    let (model, data) = (fixture.model(), fixture.path("data.jsonl").display().to_string());
    let table = run(&["evaluate", &model, &data]).ok();
    assert!(table.contains("precision") && table.contains("majority label"), "{table}");
    // Of two files that are called the same, one says where it lies.
    std::fs::create_dir(fixture.path("more")).unwrap();
    let other = fixture.path("more/data.jsonl").display().to_string();
    std::fs::copy(&data, &other).unwrap();
    let json: Value = serde_json::from_str(&run(&["evaluate", &model, &data, &other, "--json"]).ok()).unwrap();
    assert_eq!(json["overall"]["sentences"], 240);
    let sources = json["sources"].as_array().unwrap();
    assert_eq!(sources.iter().map(|s| s["source"].as_str().unwrap()).collect::<Vec<_>>(), ["data.jsonl", &other]);
    assert!(json["overall"]["accuracy"]["value"].as_f64().unwrap() > 0.95);
    assert_eq!(json["overall"]["confusion"].as_array().unwrap().len(), 3);
    assert!((json["overall"]["prior"]["brier"].as_f64().unwrap() - 2.0 / 3.0).abs() < 1e-9);
    let coverage = json["overall"]["coverage"].as_array().unwrap();
    assert_eq!((coverage.len(), coverage[9]["coverage"].as_f64()), (10, Some(1.0)));
    assert!(json.get("by").is_none());
}

#[test]
fn evaluate_slices_by_length_and_by_any_field() {
    let fixture = Fixture::new();
    let path = fixture.path("more.jsonl");
    let rows = [
        r#"{"text": "they shelled the port", "label": "bad", "year": 1999}"#,
        r#"{"text": "they thanked us and signed a pact on the valley and the bridge and the port", "label": "good", "year": 2001}"#,
        r#"{"text": "they burned it", "label": "bad", "year": [1999, "war"]}"#,
        r#"{"text": "the bridge is 4 metres wide", "label": "bad"}"#,
    ];
    std::fs::write(&path, rows.join("\n")).unwrap();
    let (model, data) = (fixture.model(), path.display().to_string());
    let json: Value = serde_json::from_str(&run(&["evaluate", &model, &data, "--by", "year", "--json"]).ok()).unwrap();
    let slices = |value: &Value| -> Vec<(String, u64)> {
        let slice = |s: &Value| (s["slice"].as_str().unwrap().into(), s["evaluation"]["sentences"].as_u64().unwrap());
        value.as_array().unwrap().iter().map(slice).collect()
    };
    let named = |pairs: &[(&str, u64)]| pairs.iter().map(|(name, n)| ((*name).to_owned(), *n)).collect::<Vec<_>>();
    assert_eq!(slices(&json["lengths"]), named(&[("1–9 words", 3), ("10–19 words", 1)]));
    assert_eq!(slices(&json["by"]["slices"]), named(&[("1999", 2), ("(no year)", 1), ("2001", 1), ("war", 1)]));
    assert_eq!(json["by"]["slices"][0]["evaluation"]["accuracy"]["value"], 1.0);
    assert_eq!(json["by"]["slices"][1]["evaluation"]["accuracy"]["value"], 0.0);
    let table = run(&["evaluate", &model, &data, "--by", "year"]).ok();
    for words in ["surest sentences", "prior", "by length", "10–19 words", "by year", "1999"] {
        assert!(table.contains(words), "{words} in {table}");
    }
    run(&["evaluate", &model, &data, "--by", "yaer"]).fails_with(&["--by yaer", "no row has a field `yaer`"]);
}

#[test]
fn highlight_paints_terminal_and_html() {
    let fixture = Fixture::new();
    let article = fixture.path("article.txt");
    std::fs::write(&article, "They shelled <b>the</b> port & burned it.\u{1b}[31m\n\nThe bridge is 4 metres wide.\n")
        .unwrap();
    let article = article.display().to_string();
    let plain = run(&["highlight", &fixture.model(), &article, "--threshold", "0.5"]);
    assert!(plain.out.contains("[bad ") && plain.err.contains("2 sentences"), "{plain:?}");
    assert!(!plain.out.contains('\u{1b}'), "an article must not drive the terminal");
    let html = fixture.path("out.html");
    run(&["highlight", &fixture.model(), &article, "--html", &html.display().to_string(), "--threshold", "0.5"]).ok();
    let page = std::fs::read_to_string(html).unwrap();
    assert!(page.contains("&lt;b&gt;") && !page.contains("<b>") && page.contains("<mark class=\"l2\""), "{page}");
    assert!(!page.contains("<script") && !page.contains("http:"), "{page}");
}

#[test]
fn highlight_tells_who_is_quoted() {
    let fixture = Fixture::new();
    let text = "It rained. \u{201c}They shelled the port,\u{201d} said Ines Karo. \u{201c}We saw it. We will tell,\u{201d} she added. \
                They signed. \u{201c}Nobody was asked.\u{201d}\n";
    let said = run_with(&["highlight", &fixture.model(), "-", "--json", "--threshold", "0.5"], text.as_bytes()).ok();
    let found: Value = serde_json::from_str(&said).unwrap();
    let slice = |at: &Value| &text[at["start"].as_u64().unwrap() as usize..at["end"].as_u64().unwrap() as usize];
    let sentences = found["sentences"].as_array().unwrap();
    for sentence in sentences {
        assert_eq!(sentence["text"], slice(sentence));
        let sure = sentence["probabilities"][sentence["label"].as_str().unwrap()].as_f64().unwrap() >= 0.5;
        assert!(sure || sentence["painted"] == false, "{sentence}");
    }
    assert!(sentences.iter().any(|sentence| sentence["painted"] == true), "{said}");
    let quoted: Vec<(&str, &Value)> =
        found["quotations"].as_array().unwrap().iter().map(|one| (slice(one), &one["speaker"]["name"])).collect();
    assert_eq!(
        quoted,
        [
            ("\u{201c}They shelled the port,\u{201d}", &json!("Ines Karo")),
            ("\u{201c}We saw it. We will tell,\u{201d}", &json!("Ines Karo")),
            ("\u{201c}Nobody was asked.\u{201d}", &Value::Null),
        ]
    );
    // The sentences it touches, by their places in the list.
    let second = found["quotations"][1]["sentences"].as_array().unwrap();
    let touched: Vec<&str> = second.iter().map(|at| slice(&sentences[at.as_u64().unwrap() as usize])).collect();
    assert!(touched[0].contains("We saw it.") && touched.last().unwrap().contains("We will tell"), "{touched:?}");
}

#[test]
fn a_closed_pipe_is_no_error() {
    let fixture = Fixture::new();
    let model = fixture.model();
    let ran = shell(
        &format!(
            "set -o pipefail; for i in $(seq 20000); do echo '{{\"text\":\"they shelled the port\"}}'; done > rows; $BIN predict '{model}' rows | head -1"
        ),
        fixture.folder.path(),
    );
    assert_eq!((ran.code, ran.err.as_str()), (0, ""), "{ran:?}");
}

fn train_with(fixture: &Fixture, extra: &[&str]) -> crate::command::Ran {
    let [topic, data, model] =
        ["topic.toml", "data.jsonl", "x.stance"].map(|name| fixture.path(name).display().to_string());
    run(&[&["train", "--topic", &topic, &data, "-o", &model][..], extra].concat())
}

#[test]
fn the_search_says_what_it_tried_and_can_be_left_out_or_cut() {
    let fixture = Fixture::new();
    let report = |extra: &[&str]| -> Value {
        serde_json::from_str(&train_with(&fixture, &[extra, &["--json"]].concat()).ok()).unwrap()
    };
    let full = report(&[]);
    let trials = full["search"].as_array().unwrap();
    assert!(trials.iter().any(|t| t["pairs"] == true) && trials.iter().any(|t| t["pairs"] == false), "{trials:?}");
    assert_eq!(full["cross_validation"]["sentences"], 120);
    assert!(report(&["--no-search"])["search"].as_array().unwrap().is_empty());
    assert!(report(&["--without", "pairs"])["search"].as_array().unwrap().iter().all(|t| t["pairs"] == false));
    let cut = report(&["--budget", "0s"]);
    assert!(cut["search"].as_array().unwrap().is_empty());
    assert!(cut["warnings"].to_string().contains("cut short"), "{}", cut["warnings"]);
    train_with(&fixture, &["--budget", "soon"]).fails_with_usage("--budget");
    train_with(&fixture, &["--budget", "5s", "--no-search"]).fails_with_usage("--no-search");
}

#[test]
fn a_model_is_no_larger_than_asked() {
    let fixture = Fixture::new();
    // Words of two syllables, each in three sentences: a model with room to shrink.
    let syllables = ["ba", "ko", "li", "mu", "ne", "po", "ra", "su", "ti", "vo", "wa", "ze"];
    let mut rows = std::fs::read_to_string(fixture.path("data.jsonl")).unwrap();
    for (i, a) in syllables.iter().enumerate() {
        for (j, b) in syllables.iter().enumerate() {
            let label = ["good", "plain", "bad"][(i + j) % 3];
            for verb in ["saw", "met", "left"] {
                rows.push_str(&format!("{{\"text\": \"they {verb} the {a}{b}\", \"label\": \"{label}\"}}\n"));
            }
        }
    }
    std::fs::write(fixture.path("data.jsonl"), rows).unwrap();
    let free: Value = serde_json::from_str(&train_with(&fixture, &["--json"]).ok()).unwrap();
    let limit = free["bytes"].as_u64().unwrap() - 500;
    let out = train_with(&fixture, &["--size", &limit.to_string()]).ok();
    assert!(out.contains("what the model's size buys"), "{out}");
    assert!(std::fs::metadata(fixture.path("x.stance")).unwrap().len() <= limit);
    // What the file says of its making counts, too: every data set is named there.
    let rows = std::fs::read_to_string(fixture.path("data.jsonl")).unwrap();
    let rows: Vec<&str> = rows.lines().collect();
    let parts: Vec<String> = (rows.chunks(8).zip(0..))
        .map(|(part, i)| {
            let path = fixture.path(&format!("{}-{i}.jsonl", "sentences".repeat(9)));
            std::fs::write(&path, part.join("\n")).unwrap();
            path.display().to_string()
        })
        .collect();
    let trained = |extra: &[&str]| {
        let parts = parts.iter().map(String::as_str);
        train_with(&fixture, &parts.chain(extra.iter().copied()).collect::<Vec<_>>()).ok();
        std::fs::metadata(fixture.path("x.stance")).unwrap().len()
    };
    let limit = trained(&[]) - 500;
    let sized = trained(&["--size", &limit.to_string()]);
    assert!(sized <= limit, "{sized} bytes, not {limit}");
    train_with(&fixture, &["--size", "10B"]).fails_with(&["no model fits into 10 bytes", "at least"]);
}

/// Interrupted in the middle, it stops and leaves nothing behind.
#[cfg(unix)]
#[test]
fn an_interrupted_training_writes_nothing() {
    let fixture = Fixture::new();
    let rows = std::fs::read_to_string(fixture.path("data.jsonl")).unwrap();
    let many: String = (0..400)
        .flat_map(|i| rows.lines().map(move |row| row.replace("\"text\": \"", &format!("\"text\": \"w{i} ")) + "\n"))
        .collect();
    std::fs::write(fixture.path("data.jsonl"), many).unwrap();
    let before = std::fs::read_dir(fixture.folder.path()).unwrap().count();
    let line = "timeout --preserve-status -s INT 0.3 $BIN train --topic topic.toml data.jsonl -o x.stance";
    let ran = shell(line, fixture.folder.path());
    assert_ne!(ran.code, 0);
    assert_eq!(std::fs::read_dir(fixture.folder.path()).unwrap().count(), before);
}
