//! The engine for browsers: the crate `stancelight-wasm` comes in; `stancelight_wasm.js`, its types and two optimised
//! `.wasm` files go out, one of them with vector instructions, which nearly every browser has. The script is the
//! same for both: what loads the engine chooses by asking the browser.

use crate::names::Names;
use crate::process::step;
use crate::wasm_target::{TRIPLE, Toolchain, prepare};
use crate::{root, stamp};
use anyhow::{Context, Result, ensure};
use std::path::{Path, PathBuf};
use std::process::Command;

/// What the bindings are called before they are told apart.
const WASM: &str = "stancelight_wasm_bg.wasm";

/// The files that describe the engine to scripts.
const SCRIPTS: [&str; 2] = ["stancelight_wasm.js", "stancelight_wasm.d.ts"];

/// Everything the engine is.
pub const FILES: [&str; 4] = [SCRIPTS[0], SCRIPTS[1], PLAIN.wasm, SIMD.wasm];

/// One way of building it.
#[derive(Debug)]
pub struct Build {
    /// The file it ends as.
    pub wasm: &'static str,
    /// What the compiler and `wasm-opt` are told beyond [`FEATURES`].
    rustflags: &'static str,
    feature: Option<&'static str>,
}

/// For browsers without vector instructions.
pub const PLAIN: Build = Build { wasm: WASM, rustflags: "", feature: None };

/// For all others.
pub const SIMD: Build = Build {
    wasm: "stancelight_wasm_simd_bg.wasm",
    rustflags: "-Ctarget-feature=+simd128",
    feature: Some("--enable-simd"),
};

/// What WebAssembly features every browser of the last years has; `wasm-opt` must be told.
const FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-multivalue",
];

/// What the script is to be like: for a page, and naming no file, for whoever loads the engine says where it lies.
const BINDINGS: [&str; 3] = ["--target", "web", "--omit-default-module-path"];

/// Builds the engine if its sources changed; gives the folder it lies in.
pub fn build() -> Result<PathBuf> {
    let out = root().join("target/xtask/engine");
    let toolchain = prepare()?;
    // What is made of the bindings counts as well: their functions are numbered.
    let sources = stamp::Inputs::default()
        .text(&format!("{toolchain:?} {PLAIN:?} {SIMD:?} {BINDINGS:?} numbered"))
        .path(&root().join("crates/stancelight"))?
        .path(&root().join("crates/stancelight-wasm"))?
        .path(&root().join("Cargo.toml"))?
        .path(&root().join("Cargo.lock"))?;
    stamp::unless_fresh("engine", sources, &out, || {
        if out.exists() {
            std::fs::remove_dir_all(&out)?;
        }
        PLAIN.make(&toolchain, &out)?;
        let other = out.join("simd");
        SIMD.make(&toolchain, &other)?;
        for script in SCRIPTS {
            let same = std::fs::read(out.join(script))? == std::fs::read(other.join(script))?;
            ensure!(same, "{script} is another for the build with vector instructions; one script must serve both");
        }
        std::fs::rename(other.join(SIMD.wasm), out.join(SIMD.wasm))?;
        std::fs::remove_dir_all(other)?;
        Ok(())
    })?;
    Ok(out)
}

/// Takes the chance out of the names that a script and its engine know one another's functions by.
fn shorten(script: &Path, engine: &Path) -> Result<()> {
    let [mut text, mut code] = [std::fs::read(script)?, std::fs::read(engine)?];
    let names = Names::of(&String::from_utf8_lossy(&text));
    let missing = names.replace(&mut code);
    ensure!(missing.is_empty(), "{}: it does not have {}", engine.display(), missing.join(", "));
    names.replace(&mut text);
    std::fs::write(script, text)?;
    std::fs::write(engine, code)?;
    Ok(())
}

impl Build {
    /// Whether this is the one with vector instructions.
    pub fn is_simd(&self) -> bool {
        self.feature.is_some()
    }

    /// A cargo command set up for this build. Each has a folder of its own: one's artefacts must never meet the other's.
    pub fn cargo(&self, toolchain: &Toolchain) -> Command {
        let mut cargo = toolchain.cargo();
        cargo.env("CARGO_TARGET_DIR", self.target_dir(toolchain));
        if self.is_simd() {
            cargo.env("RUSTFLAGS", self.rustflags);
        }
        cargo
    }

    fn target_dir(&self, toolchain: &Toolchain) -> PathBuf {
        if self.is_simd() { toolchain.target_dir().join("simd") } else { toolchain.target_dir() }
    }

    fn make(&self, toolchain: &Toolchain, out: &Path) -> Result<()> {
        let mut cargo = self.cargo(toolchain);
        cargo.args(["build", "--profile", "wasm", "--package", "stancelight-wasm", "--target", TRIPLE]);
        step(&format!("building {}", self.wasm), &mut cargo)?;
        let wasm = self.target_dir(toolchain).join(TRIPLE).join("wasm/stancelight_wasm.wasm");
        let args = ["wasm-bindgen"].into_iter().chain(BINDINGS).chain(["--out-dir"]).map(Into::into);
        let args = args.chain([out.as_os_str().to_owned(), wasm.into_os_string()]);
        wasm_bindgen_cli::wasm_bindgen::run_cli_with_args(args).context("generating the bindings failed")?;
        let raw = out.join("raw.wasm");
        std::fs::rename(out.join(WASM), &raw)?;
        shorten(&out.join(SCRIPTS[0]), &raw)?;
        let mut optimise = Command::new("node");
        optimise.arg(root().join("web/node_modules/binaryen/bin/wasm-opt"));
        optimise.args(FEATURES).args(self.feature).args(["-O3", "--strip-debug", "--strip-producers"]);
        optimise.arg(&raw).arg("-o").arg(out.join(self.wasm));
        step(&format!("optimising {}", self.wasm), &mut optimise)?;
        std::fs::remove_file(raw)?;
        Ok(())
    }
}
