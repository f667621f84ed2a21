//! Models that are only asked, not measured in the making: made once from a set, and again when something
//! they depend on has changed.

use super::data::Set;
use super::peers::Peer;
use super::script;
use crate::process::step;
use crate::stamp;
use anyhow::Result;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where they lie.
pub fn folder() -> Result<PathBuf> {
    let folder = super::folder().join("models/trained");
    std::fs::create_dir_all(&folder)?;
    Ok(folder)
}

/// Our model of the set.
pub fn ours(cli: &Path, set: &Set) -> Result<PathBuf> {
    let model = folder()?.join("stancelight");
    let inputs = stamp::Inputs::default().path(cli)?.path(&set.train)?;
    stamp::unless_fresh("bench-trained-stancelight", inputs, &model, || {
        let mut train = Command::new(cli);
        train.arg("train").arg("--topic").arg(&set.topic).arg(&set.train).arg("-o").arg(&model).arg("--no-search");
        step("training stancelight", &mut train)?;
        Ok(())
    })?;
    Ok(model)
}

/// A peer's, which is installed first; or why there is none.
pub fn peer(peer: &Peer, set: &Set) -> Result<Result<PathBuf, String>> {
    if let Err(reason) = peer.install() {
        return Ok(Err(reason));
    }
    let model = folder()?.join(peer.file());
    let scripts = stamp::Inputs::default().path(&script("peer.py"))?.path(&script(peer.script))?;
    let inputs = scripts.path(&peer.pins())?.path(&set.train)?;
    stamp::unless_fresh(&format!("bench-trained-{}", peer.file()), inputs, &model, || {
        step(&format!("training {}", peer.name), &mut peer.train(&set.train, &model))?;
        Ok(())
    })?;
    Ok(Ok(model))
}
