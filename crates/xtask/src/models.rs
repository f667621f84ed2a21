//! Training the models in the repository: with the demo from its own sentences, and for shipping with the
//! outside data as well.

use crate::process::step;
use crate::{root, stamp, web};
use anyhow::{Context, Result};
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

/// Trains every shipped model again.
pub fn run(data: Option<&Path>) -> Result<()> {
    let cli = build_cli()?;
    for topic in web::topics()? {
        let name = name_of(&topic);
        let file = std::fs::read_to_string(topic.join("topic.toml"))?;
        if file.contains("[[data]]") && data.is_none() {
            println!(
                "models/{name}: not rebuilt, it was also taught by outside data; give their folder with --data DIR \
                 (CARD.md lists them)"
            );
            continue;
        }
        let mut command = train(&cli, &topic, &topic.join("model.stance"));
        if file.contains("opinions = ") {
            // The teacher knows the sentences that a search would hold out, so the search would take its word for
            // theirs and penalise too little: measured, the default does better on every set kept from both.
            command.arg("--no-search");
        }
        command.arg("--card").arg(topic.join("CARD.md"));
        if let Some(data) = data {
            command.arg("--data-dir").arg(data);
        }
        let output = step(&format!("training {name}"), &mut command)?;
        print!("{}", String::from_utf8_lossy(&output.stdout));
    }
    Ok(())
}

/// Trains a topic from the sentences in the repository alone and prints its evaluation; again only when
/// something changed.
pub fn demonstrate(cli: &Path, topic: &Path) -> Result<()> {
    let name = name_of(topic);
    let folder = root().join("target/demo").join(&name);
    std::fs::create_dir_all(&folder)?;
    let model = folder.join("model.stance");
    let report = folder.join("evaluation.txt");
    let inputs =
        stamp::Inputs::default().path(cli)?.path(&topic.join("topic.toml"))?.path(&topic.join("corpus.jsonl"))?;
    let trained = stamp::unless_fresh(&format!("demo-{name}"), inputs, &model, || {
        let output = step(&format!("training {name} from its corpus"), &mut train(cli, topic, &model))?;
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
    command.arg("train").arg("--topic").arg(topic.join("topic.toml")).arg(topic.join("corpus.jsonl"));
    // Sentences of one article stay in one fold.
    command.args(["--group", "article", "-o"]).arg(model);
    command
}

/// A topic's name: its folder's.
pub fn name_of(topic: &Path) -> String {
    topic.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default()
}
