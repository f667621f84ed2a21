//! Bad input: one clear line that names the place and the remedy, exit code 2, nothing half-written.

use crate::command::{Fixture, TOPIC, run, run_with, shell};
use std::path::Path;

/// Trains on these bytes in place of the fixture's data.
fn train_on(name: &str, bytes: &[u8]) -> crate::command::Ran {
    let fixture = Fixture::new();
    let data = fixture.path(name);
    std::fs::write(&data, bytes).unwrap();
    let model = fixture.path("m.stance");
    let args = [
        "train",
        "--topic",
        &fixture.path("topic.toml").display().to_string(),
        &data.display().to_string(),
        "-o",
        &model.display().to_string(),
    ]
    .map(str::to_owned);
    let ran = run(&args);
    assert!(!model.exists(), "a model was written");
    ran
}

#[test]
fn rows() {
    let good = "{\"text\":\"they signed\",\"label\":\"good\"}\n";
    let cases: &[(&str, &[u8], &[&str])] = &[
        ("a.jsonl", b"", &["a.jsonl", "holds no labelled rows", "text"]),
        ("a.jsonl", b"\n\n  \n", &["holds no labelled rows"]),
        ("a.jsonl", b"{\"label\":\"good\"}", &["a.jsonl:1:", "no field `text`", "label"]),
        ("a.jsonl", b"{\"text\":\"x\"}", &["a.jsonl:1:", "no field `label`", "text"]),
        ("a.jsonl", b"{\"text\":\"x\",\"label\":\"goood\"}", &["unknown label `goood`", "good, plain, bad"]),
        ("a.jsonl", b"{\"text\":\"  \",\"label\":\"good\"}", &["`text` is empty"]),
        ("a.jsonl", b"{\"text\":7,\"label\":\"good\"}", &["`text` is not a string"]),
        ("a.jsonl", b"{\"text\":\"x\",\"label\":{\"good\":0.3}}", &["add up to 0.300"]),
        ("a.jsonl", b"{\"text\":\"x\",\"label\":{\"god\":1}}", &["unknown label `god`"]),
        ("a.jsonl", b"{\"text\":\"x\",\"label\":\"good\",\"weight\":-1}", &["`weight` must be a number above 0"]),
        ("a.jsonl", b"{\"text\":\"x\",\"label\":\"good\"", &["a.jsonl:1:", "not a JSON object"]),
        ("a.jsonl", b"[1,2]", &["a.jsonl:1:", "not a JSON object"]),
        ("a.jsonl", b"text,label\nx,good\n", &["a.jsonl:1:", "not a JSON object"]),
        ("a.jsonl", b"{\"text\":\"\xff\",\"label\":\"good\"}", &["a.jsonl:1:", "not valid UTF-8 at byte 10"]),
        ("a.csv", b"id,body\n1,x\n", &["a.csv:2:", "no field `text`", "id, body"]),
        ("a.csv", b"text,label\nx,good,extra\n", &["a.csv:2:"]),
        ("a.csv", b"text,label\nx,\xff\n", &["a.csv:2:", "UTF-8"]),
        ("a.csv", b"text,label\n", &["holds no labelled rows", "a line for each sentence"]),
        ("a.csv", b"text,label\r\nx,good\r\n\r\nx,goood\r\n", &["a.csv:4:", "unknown label `goood`"]),
        ("a.csv", b"text,label\n\"x\ny\",good\nz,\n", &["a.csv:4:", "unknown label ``"]),
        ("a.csv", b"label,text\ngood,x\nbad,\"y, he said.\ngood,z\n", &["a.csv:3:", "quotation mark", "doubled"]),
        ("a.csv", b"text;label\nx;good\n", &["a.csv:1:", "separated by `;` and not by commas"]),
        ("a.tsv", b"text,label\nx,good\n", &["a.tsv:1:", "separated by `,` and not by tabs"]),
        ("a.csv", b"text,label,text\nx,good,y\n", &["a.csv:1:", "two columns are called `text`"]),
        ("a.csv", b"\xff\xfet\0e\0", &["a.csv:1:", "save the file as UTF-8"]),
        ("a.jsonl", b"{\"text\":null,\"label\":\"good\"}", &["`text` is null"]),
        ("a.jsonl", b"{\"text\":\"x\",\"label\":\"good\",\"weight\":2e6}", &["above 0 and at most 1000000"]),
        ("a.jsonl", b"{\"text\":\"x\",\"label\":\"good\",\"weight\":1e-50}", &["`weight` must be a number above 0"]),
        ("a.jsonl", b"{\"text\":\"x\",\"label\":{\"good\":\"1\"}}", &["must be a number of at least 0, not \"1\""]),
    ];
    for (name, bytes, words) in cases {
        train_on(name, bytes).fails_with(words);
    }
    let late = format!("{good}{good}{{\"text\":\"x\",\"label\":\"nope\"}}\n");
    train_on("a.jsonl", late.as_bytes()).fails_with(&["a.jsonl:3:", "unknown label `nope`"]);
    train_on("a.jsonl", good.as_bytes()).fails_with(&["label `good` has 1 labelled sentences", "at least 2"]);
}

#[test]
fn a_line_of_200_megabytes() {
    let mut line = b"{\"text\":\"".to_vec();
    line.resize(200 << 20, b'a');
    train_on("long.jsonl", &line).fails_with(&["long.jsonl:1:", "longer than 16 MB"]);
    let fixture = Fixture::new();
    run_with(&["predict", &fixture.model(), "-"], &line).fails_with(&["-:1:", "longer than 16 MB"]);
}

#[test]
fn topics() {
    let cases: &[(&str, &str, &[&str])] = &[
        ("title = ", "titel = ", &["topic.toml:2:", "unknown field `titel`"]),
        ("pole = 1.0", "pole = 3.0", &["topic.toml:8:", "pole", "between -1 and 1"]),
        ("pole = 1.0", "pole = \"one\"", &["topic.toml:8:"]),
        ("#0072b2", "blue", &["color", "#0072b2"]),
        ("wavy", "wavey", &["wavey", "solid"]),
        ("threshold = 0.6", "threshold = 60", &["threshold", "between 0 and 1"]),
        ("name = \"bad\"", "name = \"good\"", &["differ"]),
        ("name = \"manners\"", "name = \"Good Manners\"", &["lower-case"]),
        ("question", "= question", &["topic.toml:3:"]),
    ];
    for (from, to, words) in cases {
        let fixture = Fixture::new();
        let path = fixture.path("topic.toml");
        assert!(TOPIC.contains(from), "{from}");
        std::fs::write(path, TOPIC.replacen(from, to, 1)).unwrap();
        fixture.train("m.stance").fails_with(words);
    }
}

/// A teacher's opinions belong to the rows of one file, in its order.
#[test]
fn opinions() {
    let train = |opinions: &str, extra: &str| {
        let fixture = Fixture::new();
        let entry = "[[data]]\nfile = \"texts.jsonl\"\nopinions = \"said.tsv\"\nlicence = \"\"\ncitation = \"\"\n";
        std::fs::write(fixture.path("topic.toml"), format!("{TOPIC}\n{entry}{extra}")).unwrap();
        std::fs::write(fixture.path("said.tsv"), opinions).unwrap();
        std::fs::write(fixture.path("texts.jsonl"), "{\"text\":\"they embraced\"}\n\n{\"text\":\"they spat\"}\n")
            .unwrap();
        let folder = fixture.folder.path().display().to_string();
        let [topic, data, model] =
            ["topic.toml", "data.jsonl", "taught.stance"].map(|name| fixture.path(name).display().to_string());
        run(&["train", "--topic", &topic, &data, "--data-dir", &folder, "-o", &model])
    };
    train("bad\tgood\tplain\n1\t98\t1\n0.9\t0.1\t0\n", "").ok();
    let cases: &[(&str, &str, &[&str])] = &[
        ("bad\tgood\n", "", &["said.tsv:1:", "good, plain, bad"]),
        ("bad\tgood\tplain\n1\t2\t3\n1\t2\n", "", &["said.tsv:3:", "not 3 numbers", "`1\t2`"]),
        ("bad\tgood\tplain\n0\t0\t0\n", "", &["said.tsv:2:"]),
        ("bad\tgood\tplain\n1\t-2\t3\n", "", &["said.tsv:2:"]),
        ("bad\tgood\tplain\n1\t0\t0\n", "", &["texts.jsonl:3:", "said.tsv holds 1"]),
        ("bad\tgood\tplain\n1\t0\t0\n1\t0\t0\n1\t0\t0\n", "", &["texts.jsonl", "3 rows, but here are 2"]),
        ("bad\tgood\tplain\n", "fields = [\"mood\"]", &["topic.toml", "leave out `labels` and `fields`"]),
    ];
    for (opinions, extra, words) in cases {
        train(opinions, extra).fails_with(words);
    }
}

#[test]
fn files_that_are_not_there() {
    let fixture = Fixture::new();
    let folder = fixture.folder.path().display().to_string();
    let model = fixture.model();
    run(&["inspect", "nowhere.stance"]).fails_with(&["nowhere.stance", "no such file"]);
    run(&["predict", &model, "nowhere.jsonl"]).fails_with(&["nowhere.jsonl", "no such file"]);
    run(&["evaluate", &model, &folder]).fails_with(&[&folder, "folder"]);
    run(&["highlight", &model, "nowhere.txt"]).fails_with(&["nowhere.txt", "no such file"]);
    let [topic, data] = ["topic.toml", "data.jsonl"].map(|name| fixture.path(name).display().to_string());
    run(&["train", "--topic", &topic, &data, "-o", "/nowhere/m.stance"])
        .fails_with(&["/nowhere/m.stance", "folder does not exist"]);
}

/// Labelling took longer than training does.
#[test]
fn what_is_read_is_not_overwritten() {
    let fixture = Fixture::new();
    let [topic, data, model] =
        ["topic.toml", "data.jsonl", "m.stance"].map(|name| fixture.path(name).display().to_string());
    let before = [&topic, &data].map(|path| std::fs::read(path).unwrap());
    let data_again = fixture.path("./data.jsonl").display().to_string();
    for written in
        [["-o", &data_again, "--card", &model], ["-o", &topic, "--card", &model], ["-o", &model, "--card", &data]]
    {
        let args = [&["train", "--topic", &topic, &data][..], &written].concat();
        run(&args).fails_with(&["would be overwritten"]);
    }
    // What the topic lists is read as well, and what is made must not replace what was made a moment before.
    let mut text = std::fs::read_to_string(&topic).unwrap();
    text.push_str("\n[[data]]\nfile = \"./more.jsonl\"\nmeasure = true\nlicence = \"CC0\"\ncitation = \"us\"\n");
    let [listing, more] = ["listing.toml", "more.jsonl"].map(|name| fixture.path(name).display().to_string());
    std::fs::write(&listing, text).unwrap();
    std::fs::write(&more, "{\"text\": \"they wed\", \"label\": \"good\"}\n").unwrap();
    run(&["train", "--topic", &listing, &data, "-o", &more]).fails_with(&["more.jsonl", "would be overwritten"]);
    let same = fixture.path("./m.stance").display().to_string();
    run(&["train", "--topic", &topic, &data, "-o", &model, "--card", &same]).fails_with(&["two things"]);
    assert!(!fixture.path("m.stance").exists());
    let trained = fixture.model();
    run(&["highlight", &trained, &data, "--html", &data_again]).fails_with(&["would be overwritten"]);
    run(&["distill", "--topic", &topic, &data, "--teacher", ".", "--unlabelled", &trained, "-o", &data])
        .fails_with(&["would be overwritten"]);
    assert_eq!([&topic, &data].map(|path| std::fs::read(path).unwrap()), before);
}

#[test]
fn a_file_given_twice() {
    let fixture = Fixture::new();
    let [topic, data, again, model] =
        ["topic.toml", "data.jsonl", "./data.jsonl", "m.stance"].map(|name| fixture.path(name).display().to_string());
    run(&["train", "--topic", &topic, &data, &again, "-o", &model]).fails_with(&["data.jsonl", "given twice"]);
    run(&["evaluate", &fixture.model(), &data, &again]).fails_with(&["data.jsonl", "given twice"]);
}

#[test]
fn models() {
    let fixture = Fixture::new();
    let bytes = std::fs::read(fixture.model()).unwrap();
    let broken = fixture.path("broken.stance");
    let inspect = |bytes: &[u8]| {
        std::fs::write(&broken, bytes).unwrap();
        run(&["inspect", &broken.display().to_string()])
    };
    inspect(b"").fails_with(&["broken.stance", "not a Stancelight model"]);
    inspect(b"PK\x03\x04 something").fails_with(&["not a Stancelight model"]);
    inspect(&bytes[..bytes.len() / 2]).fails_with(&["broken.stance", "copy or train it again"]);
    inspect(&bytes[..5]).fails_with(&["cut short"]);
    let mut altered = bytes.clone();
    let middle = altered.len() - 20;
    altered[middle] ^= 1;
    inspect(&altered).fails_with(&["broken.stance", "damaged", "checksum"]);
    let mut newer = bytes;
    newer[8] = 200;
    inspect(&newer).fails_with(&["broken.stance", "version 200", "update"]);
}

#[test]
fn prediction() {
    let fixture = Fixture::new();
    let model = fixture.model();
    let ran = run_with(&["predict", &model], b"{\"text\":\"they signed\"}\n{\"txt\":1}\n");
    ran.fails_with(&["-:2:", "no field `text`", "txt"]);
    assert_eq!(ran.out.lines().count(), 1, "the good row before the bad one is not lost");
    run_with(&["predict", &model], b"").fails_with(&["no rows"]);
    run_with(&["predict", &model], b"{\"text\":null}").fails_with(&["text"]);
    run_with(&["predict", &model], b"\"text\"").fails_with(&["-:1:"]);
    run_with(&["predict", &model, "-", "--text"], b"abc\n\xff").fails_with(&["-:2:", "UTF-8"]);
    run(&["highlight", &model, "-", "--threshold", "7"]).fails_with(&["--threshold", "between 0 and 1"]);
}

/// A file size limit stands in for a full disk: the write fails half-way either way.
#[test]
fn a_full_disk_leaves_the_old_model() {
    let fixture = Fixture::new();
    let model = fixture.model();
    let before = std::fs::read(&model).unwrap();
    let ran = shell(
        "trap '' XFSZ; ulimit -f 1; exec $BIN train --topic topic.toml data.jsonl -o model.stance --seed 2",
        fixture.folder.path(),
    );
    ran.fails_with(&["model.stance", "unchanged"]);
    assert_eq!(std::fs::read(&model).unwrap(), before);
    let left: Vec<_> =
        std::fs::read_dir(fixture.folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
    assert_eq!(left.len(), 3, "something was left behind: {left:?}");
    if Path::new("/dev/full").exists() {
        let ran = shell("$BIN inspect model.stance > /dev/full", fixture.folder.path());
        ran.fails_with(&["standard output", "disk"]);
    }
}
