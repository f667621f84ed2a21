//! The engine for browsers: the crate `stancelight-wasm` comes in, `stancelight_wasm.js`, its types and
//! the optimised `.wasm` go out.

use crate::process::step;
use crate::wasm_target::{TRIPLE, prepare};
use crate::{root, stamp};
use anyhow::{Context, Result};
use std::path::PathBuf;
use std::process::Command;

/// What WebAssembly features every browser of the last years has; `wasm-opt` must be told.
const FEATURES: [&str; 6] = [
    "--enable-bulk-memory",
    "--enable-nontrapping-float-to-int",
    "--enable-sign-ext",
    "--enable-mutable-globals",
    "--enable-reference-types",
    "--enable-multivalue",
];

/// Builds the engine if its sources changed; gives the folder it lies in.
pub fn build() -> Result<PathBuf> {
    let out = root().join("target/xtask/engine");
    let toolchain = prepare()?;
    let sources = stamp::Inputs::default()
        .text(&format!("{toolchain:?}"))
        .path(&root().join("crates/stancelight"))?
        .path(&root().join("crates/stancelight-wasm"))?
        .path(&root().join("Cargo.toml"))?
        .path(&root().join("Cargo.lock"))?;
    stamp::unless_fresh("engine", sources, &out, || {
        let mut cargo = toolchain.cargo();
        cargo.args(["build", "--profile", "wasm", "--package", "stancelight-wasm", "--target", TRIPLE]);
        step("building the engine", &mut cargo)?;
        let wasm = toolchain.target_dir().join(TRIPLE).join("wasm/stancelight_wasm.wasm");
        if out.exists() {
            std::fs::remove_dir_all(&out)?;
        }
        let args = ["wasm-bindgen", "--target", "web", "--out-dir"].map(Into::into).into_iter();
        let args = args.chain([out.clone().into_os_string(), wasm.into_os_string()]);
        wasm_bindgen_cli::wasm_bindgen::run_cli_with_args(args).context("generating the bindings failed")?;
        let wasm = out.join("stancelight_wasm_bg.wasm");
        let optimised = out.join("optimised.wasm");
        let mut optimise = Command::new("node");
        optimise.arg(root().join("web/node_modules/binaryen/bin/wasm-opt"));
        optimise
            .args(FEATURES)
            .args(["-O3", "--strip-debug", "--strip-producers"])
            .arg(&wasm)
            .arg("-o")
            .arg(&optimised);
        step("optimising the engine", &mut optimise)?;
        std::fs::rename(optimised, wasm)?;
        Ok(())
    })?;
    Ok(out)
}
