//! The machine: its cache folder, and Debian packages where there are such.

use crate::process::{capture, step};
use anyhow::{Context, Result, bail};
use std::path::PathBuf;
use std::process::Command;

/// Where this project keeps what every clone can share.
pub fn cache() -> Result<PathBuf> {
    let base = std::env::var_os("XDG_CACHE_HOME")
        .map(PathBuf::from)
        .filter(|path| path.is_absolute())
        .or_else(|| std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".cache")))
        .context("neither XDG_CACHE_HOME nor HOME is set; set one, downloads are kept there")?;
    let folder = base.join("stancelight");
    std::fs::create_dir_all(&folder).with_context(|| format!("{} cannot be made", folder.display()))?;
    Ok(folder)
}

/// Whether a program answers when asked for its version.
pub fn has(program: &str) -> bool {
    capture(Command::new(program).arg("--version")).is_ok()
}

/// `apt-get` with the rights to install, if there is a way to have them.
fn apt_get() -> Option<Command> {
    if !has("apt-get") {
        return None;
    }
    let root = capture(Command::new("id").arg("-u")).is_ok_and(|out| out.stdout.trim_ascii() == b"0");
    let mut command = if root {
        Command::new("apt-get")
    } else if capture(Command::new("sudo").args(["-n", "true"])).is_ok_and(|out| out.status.success()) {
        let mut command = Command::new("sudo");
        command.args(["-n", "apt-get"]);
        command
    } else {
        return None;
    };
    command.env("DEBIAN_FRONTEND", "noninteractive");
    Some(command)
}

/// Installs Debian packages.
pub fn install_debian(packages: &[&str]) -> Result<()> {
    let names = packages.join(" ");
    let (Some(mut update), Some(mut install)) = (apt_get(), apt_get()) else {
        bail!("installing `{names}` needs apt-get as root; install it yourself and run this again");
    };
    step("refreshing Debian's package lists", update.arg("update"))?;
    step(&format!("installing {names}"), install.args(["install", "--yes", "--no-install-recommends"]).args(packages))?;
    Ok(())
}

/// Refreshes the package lists if this user may; look-ups find nothing, or the past, without them.
pub fn refresh_debian_lists() {
    if let Some(mut update) = apt_get() {
        // Without rights or network the old lists may still do; what needs them says so itself.
        let _ = step("refreshing Debian's package lists", update.arg("update"));
    }
}
