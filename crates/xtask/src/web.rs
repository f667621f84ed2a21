//! The page and the self-hostable module: engine, models and scripts come in, `web/dist/` goes out.

use crate::process::step;
use crate::{engine, root, stamp, system};
use anyhow::{Context, Result, bail};
use serde_json::{Value, json};
use stancelight::Model;
use std::path::{Path, PathBuf};
use std::process::Command;

/// What is built, in `web/`.
const SOURCES: [&str; 9] = [
    "src",
    "module",
    "extension",
    "public",
    "build",
    "build.mjs",
    "package.json",
    "package-lock.json",
    "tsconfig.json",
];

/// Where the environment says whose package this is; `web/build/repository.mjs` reads it.
const PUBLISHER: [&str; 4] = ["STANCELIGHT_REPOSITORY", "GITHUB_SERVER_URL", "GITHUB_REPOSITORY", "CI_PROJECT_URL"];

/// Builds what changed.
pub fn build() -> Result<PathBuf> {
    install_packages()?;
    let built = engine::build()?;
    let web = root().join("web");
    let dist = web.join("dist");
    let mut inputs = stamp::Inputs::default().path(&built)?.path(&root().join("models"))?;
    for part in SOURCES {
        inputs = inputs.path(&web.join(part))?;
    }
    for name in PUBLISHER {
        inputs = inputs.text(&std::env::var(name).unwrap_or_default());
    }
    stamp::unless_fresh("web", inputs, &dist.join("index.html"), || {
        let module = root().join("target/xtask/module");
        if module.exists() {
            std::fs::remove_dir_all(&module)?;
        }
        std::fs::create_dir_all(&module)?;
        for name in engine::FILES {
            std::fs::copy(built.join(name), module.join(name)).with_context(|| format!("copying {name}"))?;
        }
        copy_models(&module.join("models"))?;
        step("building the page", npm(&["run", "--silent", "build"]).current_dir(&web))?;
        Ok(())
    })?;
    Ok(dist)
}

/// Prints the hashes a page can hold the module to, and what its package lacks to be published.
pub fn report(module: &Path) -> Result<()> {
    println!("{}", std::fs::read_to_string(module.join("integrity.json"))?.trim_end());
    let package: Value = serde_json::from_str(&std::fs::read_to_string(module.join("package.json"))?)?;
    if package["repository"].is_null() {
        println!("the package names no repository, which publishing with provenance needs: set STANCELIGHT_REPOSITORY");
    }
    Ok(())
}

/// An npm command in `web/`.
pub fn npm(args: &[&str]) -> Command {
    let mut command = Command::new("npm");
    command.args(args).current_dir(root().join("web"));
    command
}

/// Installs the packages of the lock file unless they are there.
pub fn install_packages() -> Result<()> {
    for program in ["node", "npm"] {
        if !system::has(program) {
            bail!("`{program}` is not installed; install Node.js 20 or newer (it brings npm) and run this again");
        }
    }
    let web = root().join("web");
    let inputs = stamp::Inputs::default().path(&web.join("package.json"))?.path(&web.join("package-lock.json"))?;
    stamp::unless_fresh("npm", inputs, &web.join("node_modules"), || {
        step("installing npm packages", &mut npm(&["ci", "--no-audit", "--no-fund"]))?;
        Ok(())
    })?;
    Ok(())
}

/// The topics in the repository: their folders, in order of name.
pub fn topics() -> Result<Vec<PathBuf>> {
    let mut out = Vec::new();
    for entry in std::fs::read_dir(root().join("models"))? {
        let path = entry?.path();
        if path.join("topic.toml").is_file() {
            out.push(path);
        }
    }
    out.sort();
    Ok(out)
}

/// Copies every shipped model and lists them with the titles they carry themselves.
fn copy_models(folder: &Path) -> Result<()> {
    std::fs::create_dir_all(folder)?;
    let mut index: Vec<Value> = Vec::new();
    for topic in topics()? {
        let path = topic.join("model.stance");
        let bytes =
            std::fs::read(&path).with_context(|| format!("{} is missing; `cargo xtask models`", path.display()))?;
        let model = Model::from_bytes(&bytes).with_context(|| path.display().to_string())?;
        let file = format!("{}.stance", model.topic.name);
        std::fs::write(folder.join(&file), bytes)?;
        let mut entry = json!({ "name": model.topic.name, "title": model.topic.title, "file": file });
        let larger = topic.join("encoder.stance");
        if larger.is_file() {
            // In a folder of its own: by its name the service worker knows not to fetch it unasked.
            let file = format!("{}/encoder.stance", model.topic.name);
            std::fs::create_dir_all(folder.join(&model.topic.name))?;
            let bytes = std::fs::copy(&larger, folder.join(&file)).with_context(|| larger.display().to_string())?;
            entry["encoder"] = json!({ "file": file, "bytes": bytes });
        }
        index.push(entry);
    }
    std::fs::write(folder.join("index.json"), serde_json::to_string_pretty(&index)?)?;
    Ok(())
}
