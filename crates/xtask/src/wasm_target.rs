//! The wasm32-unknown-unknown target: nothing comes in, how to call cargo for it goes out.
//!
//! Where rustup can add the target, it does. Where it cannot (closed networks), Debian's newer rustc, which
//! has the target built in and ships the library's source, is unpacked into the user's cache without being
//! installed, and the standard library is built with it once. Everything is made under a temporary name and
//! under a lock, so a broken download is never taken for a whole one and two clones never collide.

use crate::process::{capture, stdout_of, step};
use crate::system;
use anyhow::{Context, Result, bail};
use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;

/// The target's name.
pub const TRIPLE: &str = "wasm32-unknown-unknown";

/// How to build for WebAssembly here.
#[derive(Clone, Debug)]
pub struct Toolchain {
    /// A compiler other than rustup's, with what it needs to run.
    debian: Option<PathBuf>,
    /// Artefacts of one standard library must never meet those of another: cargo does not notice.
    id: String,
}

impl Toolchain {
    /// A cargo command set up for the target.
    pub fn cargo(&self) -> Command {
        let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.current_dir(crate::root()).env("CARGO_TARGET_DIR", self.target_dir());
        if let Some(prefix) = &self.debian {
            command.env("RUSTC", prefix.join("usr/bin/rustc")).env("LD_LIBRARY_PATH", library_path(prefix));
            // The workspace's cargo runs under rustup, which would hand its own flags and wrapper down.
            command.env_remove("RUSTC_WRAPPER").env_remove("RUSTC_WORKSPACE_WRAPPER");
        }
        command
    }

    /// Where its artefacts go.
    pub fn target_dir(&self) -> PathBuf {
        crate::root().join("target").join(format!("wasm-{}", self.id))
    }
}

fn library_path(prefix: &Path) -> std::ffi::OsString {
    let mut out = prefix.join("usr/lib/x86_64-linux-gnu").into_os_string();
    out.push(":");
    out.push(prefix.join("usr/lib"));
    out
}

/// Finds or makes the target.
pub fn prepare() -> Result<Toolchain> {
    let sysroot = stdout_of(Command::new("rustc").args(["--print", "sysroot"])).context("`rustc` cannot be run")?;
    let version = stdout_of(Command::new("rustc").arg("--version")).unwrap_or_default();
    let installed = Path::new(&sysroot).join("lib/rustlib").join(TRIPLE).join("lib").is_dir();
    let rustup = Toolchain { debian: None, id: id_of(&version) };
    if installed {
        return Ok(rustup);
    }
    let cache = system::cache()?;
    let lock_path = cache.join("wasm.lock");
    let lock = File::create(&lock_path).with_context(|| format!("{} cannot be made", lock_path.display()))?;
    lock.lock().with_context(|| format!("{} cannot be locked", lock_path.display()))?;
    let prefix = cache.join("rust-web");
    let ready = prefix.join("ready");
    if let Ok(id) = std::fs::read_to_string(&ready) {
        return Ok(Toolchain { debian: Some(prefix), id: id.trim().to_owned() });
    }
    if capture(Command::new("rustup").args(["target", "add", TRIPLE])).is_ok_and(|out| out.status.success()) {
        return Ok(rustup);
    }
    eprintln!("  rustup cannot add {TRIPLE}; taking Debian's compiler instead (once, about 140 MB)");
    let fresh = cache.join("rust-web.new");
    if fresh.exists() {
        std::fs::remove_dir_all(&fresh)?;
    }
    std::fs::create_dir_all(&fresh)?;
    let id = unpack(&fresh, Path::new(&sysroot)).context(
        "the WebAssembly target cannot be had: run `rustup target add wasm32-unknown-unknown` with network access, \
         or use Debian 12 or newer on x86-64 with apt",
    )?;
    std::fs::write(fresh.join("ready"), &id)?;
    if prefix.exists() {
        std::fs::remove_dir_all(&prefix)?;
    }
    std::fs::rename(&fresh, &prefix)?;
    Ok(Toolchain { debian: Some(prefix), id })
}

/// Letters and digits of a version, as part of a folder's name.
fn id_of(version: &str) -> String {
    let words: Vec<&str> =
        version.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty()).collect();
    words.join("-")
}

/// Downloads, unpacks and completes the compiler in `prefix`; gives an id of what was made.
fn unpack(prefix: &Path, sysroot: &Path) -> Result<String> {
    system::refresh_debian_lists();
    let depends = stdout_of(Command::new("apt-cache").args(["depends", "libstd-rust-web-dev"]))
        .context("`apt-cache` knows no package libstd-rust-web-dev")?;
    let library = versioned_library(&depends).context("libstd-rust-web-dev names no library package")?;
    let compiler = stdout_of(Command::new("apt-cache").args(["depends", &library])).unwrap_or_default();
    let llvm = dependency(&compiler, "libllvm").unwrap_or_else(|| "libllvm22".to_owned());
    let downloads = prefix.join("downloads");
    std::fs::create_dir_all(&downloads)?;
    let packages = ["rustc-web", "rust-web-src", "libstd-rust-web-dev", &library, &llvm];
    // apt drops to a user of its own when it can; a folder only root can enter earns a harmless warning.
    step(
        "downloading Debian's compiler",
        Command::new("apt-get").arg("download").args(packages).current_dir(&downloads),
    )?;
    let mut id = library.clone();
    for entry in std::fs::read_dir(&downloads)? {
        let file = entry?.path();
        let name = file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
        step(&format!("unpacking {name}"), Command::new("dpkg-deb").arg("-x").arg(&file).arg(prefix))?;
        if name.starts_with("rustc-web") {
            id = id_of(&name);
        }
    }
    std::fs::remove_dir_all(&downloads)?;
    prune_sources(prefix);
    let host = host_triple()?;
    let linker = sysroot.join("lib/rustlib").join(&host).join("bin/rust-lld");
    if !linker.exists() {
        bail!("{} is missing; reinstall the Rust toolchain", linker.display());
    }
    let tools = prefix.join("usr/lib/rustlib").join(&host).join("bin");
    std::fs::create_dir_all(&tools)?;
    // A link, not a copy: it finds its LLVM by its own place.
    #[cfg(unix)]
    std::os::unix::fs::symlink(&linker, tools.join("rust-lld")).or_else(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => Ok(()),
        _ => Err(error),
    })?;
    build_std(prefix)?;
    Ok(id)
}

fn host_triple() -> Result<String> {
    let verbose = stdout_of(Command::new("rustc").arg("-vV")).context("`rustc` cannot be run")?;
    let host = verbose.lines().find_map(|line| line.strip_prefix("host: ")).context("rustc names no host")?;
    Ok(host.to_owned())
}

/// The package `libstd-rust-web-1.NN` that the -dev package depends on.
fn versioned_library(depends: &str) -> Option<String> {
    dependency(depends, "libstd-rust-web-")
}

/// The first dependency whose name begins so, in `apt-cache depends` output.
fn dependency(depends: &str, prefix: &str) -> Option<String> {
    depends
        .lines()
        .filter_map(|line| line.trim().strip_prefix("Depends: "))
        .find(|name| name.starts_with(prefix))
        .map(str::to_owned)
}

/// Of the compiler's sources only the library is needed; the rest is most of the disk space.
fn prune_sources(prefix: &Path) {
    let Ok(entries) = std::fs::read_dir(prefix.join("usr/src")) else { return };
    for source in entries.flatten() {
        for part in ["compiler", "src"] {
            // Only space is lost when this fails.
            let _ = std::fs::remove_dir_all(source.path().join(part));
        }
    }
    let _ = std::fs::remove_dir_all(prefix.join("usr/share/doc"));
}

/// Builds the target's standard library with an empty crate, and puts it where the compiler looks for it.
fn build_std(prefix: &Path) -> Result<()> {
    let work = prefix.join("std-build");
    std::fs::create_dir_all(work.join("src"))?;
    std::fs::write(
        work.join("Cargo.toml"),
        "[package]\nname = \"emptycrate\"\nversion = \"0.0.0\"\nedition = \"2021\"\n[workspace]\n",
    )?;
    std::fs::write(work.join("src/lib.rs"), "")?;
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo
        .current_dir(&work)
        .args(["build", "--release", "--target", TRIPLE, "-Zbuild-std=std,panic_abort,test"])
        .env("RUSTC_BOOTSTRAP", "1")
        // Bitcode is what lets whole-program optimisation reach into the library later.
        .env("RUSTFLAGS", "-Cembed-bitcode=yes")
        .env("RUSTC", prefix.join("usr/bin/rustc"))
        .env("LD_LIBRARY_PATH", library_path(prefix))
        .env("CARGO_TARGET_DIR", work.join("target"))
        .env_remove("CARGO_ENCODED_RUSTFLAGS")
        .env_remove("RUSTC_WRAPPER")
        .env_remove("RUSTC_WORKSPACE_WRAPPER");
    step("building the standard library for WebAssembly", &mut cargo)?;
    let place = prefix.join("usr/lib/rustlib").join(TRIPLE).join("lib");
    std::fs::create_dir_all(&place)?;
    let built = work.join("target").join(TRIPLE).join("release/deps");
    for entry in std::fs::read_dir(&built)? {
        let file = entry?.path();
        let Some(name) = file.file_name().and_then(|name| name.to_str()) else { continue };
        if Path::new(name).extension().is_some_and(|e| e == "rlib") && !name.starts_with("libemptycrate") {
            std::fs::copy(&file, place.join(name))?;
        }
    }
    std::fs::remove_dir_all(&work)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::{dependency, id_of, versioned_library};

    #[test]
    fn reads_apt_cache_output() {
        let depends = "libstd-rust-web-dev\n  Depends: libstd-rust-web-1.96\n  Conflicts: <rustup>\n";
        assert_eq!(versioned_library(depends).as_deref(), Some("libstd-rust-web-1.96"));
        assert_eq!(dependency("x\n Depends: libc6\n  Depends: libllvm22\n", "libllvm").as_deref(), Some("libllvm22"));
        assert_eq!(versioned_library("N: Unable to locate package"), None);
    }

    #[test]
    fn ids_are_folder_names() {
        assert_eq!(id_of("rustc 1.95.0 (59807616e 2026-04-14)"), "rustc-1-95-0-59807616e-2026-04-14");
        assert_eq!(id_of("rustc-web_1.96.0+dfsg1-1~deb12u1_amd64.deb"), "rustc-web-1-96-0-dfsg1-1-deb12u1-amd64-deb");
    }
}
