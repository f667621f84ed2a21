//! Training the models in the repository: with the demo from its own sentences, and for shipping with the
//! outside data as well.

use crate::process::step;
use crate::{root, stamp, web};
use anyhow::{Context, Result, bail};
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Builds the command and gives its path.
pub fn build_cli() -> Result<PathBuf> {
    build("stancelight-cli", "stancelight")
}

/// Builds a package's program as users get it and gives its path.
pub fn build(package: &str, program: &str) -> Result<PathBuf> {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.current_dir(root()).args(["build", "--release", "--package", package]);
    step(&format!("building {program}"), &mut cargo)?;
    let target = std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), PathBuf::from);
    Ok(target.join("release").join(format!("{program}{}", std::env::consts::EXE_SUFFIX)))
}

/// The files that a topic ships, each with its card: every topic a linear model, and one with a teacher's opinions an
/// encoder as well.
const SHIPPED: [(&str, &str); 2] = [("model.stance", "CARD.md"), (ENCODER, "ENCODER.md")];
const ENCODER: &str = "encoder.stance";

/// How a linear model is trained where a teacher is heard: it knows the sentences that a search would hold out, so the
/// search would take its word for theirs and penalise too little. Measured, the default does better on every set kept
/// from both.
const ONCE: &str = "--no-search";

/// How a topic's encoder is trained, if not by default. That of the flagship reads 243,000 sentences: five times, and with
/// hints for the first 122,000, among them all that are no variations, it takes half an hour on two quick cores.
fn asked(topic: &str, vectors: Option<&Path>) -> Vec<OsString> {
    let many = topic == "cooperation-threat";
    let mut out: Vec<OsString> = Vec::new();
    if many {
        out.extend(["--epochs", "5"].map(Into::into));
    }
    if let Some(vectors) = vectors {
        out.extend(["--vectors".into(), vectors.into()]);
        if many {
            out.extend(["--hints", "122000"].map(Into::into));
        }
    }
    out
}

/// Trains the shipped models again: all, or those whose path, such as `cooperation-threat/encoder.stance`, has `only`
/// in it. Encoders learn from the model in `vectors` as well, if that is given.
pub fn run(data: Option<&Path>, only: Option<&str>, vectors: Option<&Path>) -> Result<()> {
    let cli = build_cli()?;
    let mut found = false;
    for topic in web::topics()? {
        let file = std::fs::read_to_string(topic.join("topic.toml"))?;
        let taught = is_taught(&file);
        for (model, card) in SHIPPED {
            let name = format!("{}/{model}", name_of(&topic));
            if only.is_some_and(|only| !name.contains(only)) || (model == ENCODER && !taught) {
                continue;
            }
            found = true;
            if file.contains("[[data]]") && data.is_none() {
                println!(
                    "models/{name}: not rebuilt, it was also taught by outside data; give their folder with --data DIR \
                     ({card} lists them)"
                );
                continue;
            }
            let mut command = train(&cli, &topic, &topic.join(model));
            let mut noted = None;
            if model == ENCODER {
                let asked = asked(&name_of(&topic), vectors);
                let folder = checkpoints(&cli, &topic, &format!("{data:?} {asked:?}"))?;
                command.args(["--encoder", "--resume", "--checkpoint"]).arg(&folder).args(asked);
                noted = Some(folder);
            } else if taught {
                command.arg(ONCE);
            }
            command.arg("--card").arg(topic.join(card));
            if let Some(data) = data {
                command.arg("--data-dir").arg(data);
            }
            let output = step(&format!("training {name}"), &mut command)?;
            print!("{}", String::from_utf8_lossy(&output.stdout));
            if let Some(folder) = noted.filter(|folder| folder.exists()) {
                std::fs::remove_dir_all(&folder).with_context(|| folder.display().to_string())?;
            }
        }
    }
    if let Some(only) = only.filter(|_| !found) {
        bail!("--only {only}: no shipped model is called so; the names are those of the files below models/");
    }
    Ok(())
}

/// Whether a teacher's opinions are among what a topic is trained on.
fn is_taught(topic_file: &str) -> bool {
    topic_file.contains("opinions = ")
}

/// All in the repository that a topic's models are made of and measured on: one may learn from another's sentences.
fn inputs(cli: &Path, topic: &Path) -> Result<stamp::Inputs> {
    let is_input = |path: &PathBuf| {
        path.is_dir() || path.extension().is_some_and(|extension| extension == "toml" || extension == "jsonl")
    };
    let entries = std::fs::read_dir(topic)?.map(|entry| Ok(entry?.path())).collect::<Result<Vec<_>>>()?;
    let mut parts: Vec<PathBuf> = entries.into_iter().filter(is_input).collect();
    parts.extend(web::topics()?.iter().map(|topic| topic.join("corpus.jsonl")));
    parts.sort();
    parts.dedup();
    parts.iter().try_fold(stamp::Inputs::default().path(cli)?, |all, path| all.path(path))
}

/// Where a training notes how far it is: a folder of what goes in, so that one left by a broken-off training is gone on
/// from only where it fits.
pub fn checkpoints(cli: &Path, topic: &Path, settings: &str) -> Result<PathBuf> {
    let digest = inputs(cli, topic)?.text(settings).digest();
    Ok(root().join("target/checkpoints").join(format!("{}-{digest}", name_of(topic))))
}

/// Trains a topic from the sentences in the repository alone and prints its evaluation; again only when
/// something changed.
pub fn demonstrate(cli: &Path, topic: &Path) -> Result<()> {
    let name = name_of(topic);
    let folder = root().join("target/demo").join(&name);
    std::fs::create_dir_all(&folder)?;
    let model = folder.join("model.stance");
    let report = folder.join("evaluation.txt");
    let trained = stamp::unless_fresh(&format!("demo-{name}"), inputs(cli, topic)?, &model, || {
        let mut command = train(cli, topic, &model);
        if is_taught(&std::fs::read_to_string(topic.join("topic.toml"))?) {
            command.arg(ONCE);
        }
        let output = step(&format!("training {name} from its corpus"), &mut command)?;
        std::fs::write(&report, &output.stdout)?;
        Ok(())
    })?;
    if !trained {
        println!("{name}: unchanged since it was last trained");
    }
    print!("{}", std::fs::read_to_string(&report).context("the last evaluation is gone; delete target/xtask")?);
    let shipped = topic.join("model.stance");
    if std::fs::read(&shipped)? != std::fs::read(&model)? {
        println!("the page carries models/{name}/model.stance, which outside data taught as well; see its CARD.md");
    }
    println!();
    Ok(())
}

/// The command that trains a topic from its own corpus.
pub fn train(cli: &Path, topic: &Path, model: &Path) -> Command {
    let mut command = Command::new(cli);
    let corpus = topic.join("corpus.jsonl");
    command.arg("train").arg("--topic").arg(topic.join("topic.toml")).arg(&corpus);
    // Sentences of one article stay in one fold, and with a sentence what was made of it. Not every corpus has articles.
    let text = std::fs::read_to_string(corpus).unwrap_or_default();
    let group = if text.contains("\"article\":") { "article,id" } else { "id" };
    command.args(["--group", group, "-o"]).arg(model);
    command
}

/// A topic's name: its folder's.
pub fn name_of(topic: &Path) -> String {
    topic.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}
