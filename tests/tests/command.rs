//! Runs the `stancelight` command as a person would.

use serde_json::{Value, json};
use std::ffi::OsStr;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::OnceLock;

/// The built command: the one `STANCELIGHT_BIN` names, else built now.
fn binary() -> &'static Path {
    static BINARY: OnceLock<PathBuf> = OnceLock::new();
    BINARY.get_or_init(|| {
        if let Some(path) = std::env::var_os("STANCELIGHT_BIN") {
            return path.into();
        }
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
        let mut cargo = Command::new(env!("CARGO"));
        cargo.current_dir(root).args(["build", "--release", "-p", "stancelight-cli"]);
        let mut build = cargo.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        assert!(build.wait().unwrap().success(), "the command does not build");
        let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root.join("target"), PathBuf::from);
        target.join("release/stancelight")
    })
}

/// What a run did.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub out: String,
    pub err: String,
}

impl Ran {
    /// The output of a run that must succeed.
    pub fn ok(self) -> String {
        assert_eq!(self.code, 0, "{}", self.err);
        self.out
    }

    /// Asserts the manners of failure: exit code 2, nothing on standard output of value, one line that has
    /// all these words.
    pub fn fails_with(&self, words: &[&str]) {
        assert_eq!(self.code, 2, "{self:?}");
        assert_eq!(self.err.trim_end().lines().count(), 1, "{}", self.err);
        assert!(!self.err.contains("panicked"), "{}", self.err);
        for word in words {
            assert!(self.err.contains(word), "no {word:?} in: {}", self.err);
        }
    }
}

impl Ran {
    /// Asserts that the arguments were refused, with these words.
    pub fn fails_with_usage(&self, words: &str) {
        assert_eq!(self.code, 2, "{self:?}");
        assert!(self.err.contains(words), "no {words:?} in: {}", self.err);
    }
}

/// Runs the command with this standard input.
pub fn run_with<S: AsRef<OsStr>>(args: &[S], input: &[u8]) -> Ran {
    run_command(Command::new(binary()).args(args), input)
}

/// Runs the command.
pub fn run<S: AsRef<OsStr>>(args: &[S]) -> Ran {
    run_with(args, b"")
}

/// Runs the command through a shell line in which `$BIN` is the command.
pub fn shell(line: &str, folder: &Path) -> Ran {
    run_command(Command::new("bash").arg("-c").arg(line).current_dir(folder).env("BIN", binary()), b"")
}

fn run_command(command: &mut Command, input: &[u8]) -> Ran {
    let mut child =
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the command runs");
    let mut stdin = child.stdin.take().unwrap();
    let input = input.to_vec();
    let writer = std::thread::spawn(move || {
        // A command that fails early does not read everything.
        let _ = stdin.write_all(&input);
    });
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("the command prints UTF-8");
    Ran { code: output.status.code().unwrap_or(-1), out: text(output.stdout), err: text(output.stderr) }
}

/// A folder with a small topic, labelled sentences, and a model trained on them.
pub struct Fixture {
    pub folder: tempfile::TempDir,
}

impl Fixture {
    pub fn new() -> Self {
        Self::with_rows(40)
    }

    /// With this many sentences of each of the three labels, at most 40.
    pub fn with_rows(n: usize) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let fixture = Self { folder };
        std::fs::write(fixture.path("topic.toml"), TOPIC).unwrap();
        let rows: String = (0..n).map(rows).collect();
        std::fs::write(fixture.path("data.jsonl"), rows).unwrap();
        fixture
    }

    pub fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    pub fn train(&self, output: &str) -> Ran {
        let [topic, data, model] =
            ["topic.toml", "data.jsonl", output].map(|name| self.path(name).display().to_string());
        run(&["train", "--topic", &topic, &data, "-o", &model])
    }

    /// The path of a trained model.
    pub fn model(&self) -> String {
        let path = self.path("model.stance");
        if !path.exists() {
            self.train("model.stance").ok();
        }
        path.display().to_string()
    }
}

/// The `i`th row of each label, 0 to 39; no two nearly repeat one another.
fn rows(i: usize) -> String {
    const WHO: [&str; 5] = ["they", "pilots", "farmers", "sailors", "guards"];
    const WHEN: [&str; 8] = ["today", "again", "twice", "later", "first", "early", "there", "once"];
    const PLACE: [&str; 8] = ["harbour", "valley", "market", "bridge", "coast", "road", "river", "airport"];
    // Whoever shares one of the three with another row shares neither of the others.
    let (who, when, place) = (WHO[i % 5], WHEN[i / 5], PLACE[(i % 5 + i / 5) % 8]);
    let (good, bad) = if i.is_multiple_of(2) {
        (format!("{who} thanked us {when} for the {place}"), format!("{who} shelled {when} from the {place}"))
    } else {
        (format!("{who} signed a pact {when} near the {place}"), format!("{who} burned it {when} near the {place}"))
    };
    let plain = format!("the {place} is {} metres wide {when}", i + 3);
    [(good, "good"), (bad, "bad"), (plain, "plain")]
        .map(|(text, label)| format!("{{\"text\": \"{text}\", \"label\": \"{label}\"}}\n"))
        .concat()
}

/// What makes a topic take its temperature from `elsewhere.jsonl` beside it.
pub const CALIBRATED: &str = "\n[[data]]\nfile = \"./elsewhere.jsonl\"\nmeasure = true\ncalibrate = true\nlicence = \"CC0\"\ncitation = \"us\"\n";

/// The rows, the first and then one in so many of them with another row's label.
pub fn one_wrong_in(n: usize, rows: &[&str]) -> String {
    let read = |row: &&str| -> Value { serde_json::from_str(row).unwrap() };
    let rows: Vec<Value> = rows.iter().map(read).collect();
    let label = |i: usize| {
        let own = &rows[i]["label"];
        let another = rows.iter().map(|row| &row["label"]).find(|label| *label != own);
        if n < rows.len() && i.is_multiple_of(n) { another.unwrap() } else { own }
    };
    (0..rows.len()).map(|i| format!("{}\n", json!({ "text": rows[i]["text"], "label": label(i) }))).collect()
}

/// What the second model's logits are those of the first divided by. It is the same for all rows, and so are labels.
pub fn temperature_between(models: &[String; 2], rows: &str) -> f64 {
    let [first, second] = models.each_ref().map(|model| {
        let out = run(&["predict", model, rows]).ok();
        out.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()["stance"].clone()).collect::<Vec<_>>()
    });
    let log_odds = |stance: &Value| {
        let p: Vec<f64> = stance["probabilities"].as_object().unwrap().values().map(|p| p.as_f64().unwrap()).collect();
        (p[0] / p[p.len() - 1]).ln()
    };
    let far = |odds: &(f64, f64)| odds.1.abs() > 0.5;
    let odds: Vec<(f64, f64)> =
        first.iter().zip(&second).map(|(a, b)| (log_odds(a), log_odds(b))).filter(far).collect();
    let (a, b) = odds.iter().fold((0.0, 0.0), |(a, b), odds| (a + odds.0.abs(), b + odds.1.abs()));
    let temperature = a / b;
    for (first, second) in &odds {
        assert!((first / second - temperature).abs() < 0.02 * temperature, "{first} / {second} is not {temperature}");
    }
    assert!(first.iter().zip(&second).all(|(a, b)| a["label"] == b["label"]) && odds.len() > 20);
    temperature
}

pub const TOPIC: &str = r##"name = "manners"
title = "Manners"
question = "Is it kind?"
threshold = 0.6

[[labels]]
name = "good"
pole = 1.0
color = "#0072b2"
underline = "solid"

[[labels]]
name = "plain"
pole = 0.0
color = "#777777"

[[labels]]
name = "bad"
pole = -1.0
color = "#d55e00"
underline = "wavy"
"##;
