//! The main job from end to end: train, evaluate, build the page, serve it.

use crate::process::step;
use crate::{browser, models, root, serve, web};
use anyhow::Result;
use std::process::Command;

/// Trains, builds and serves; with `once`, checks the page and returns.
pub fn run(port: u16, once: bool) -> Result<()> {
    // Before the long work: a taken port should be told at once.
    let dist = root().join("web/dist");
    let site = serve::Site::bind(&dist, port)?;
    let cli = models::build_cli()?;
    for topic in web::topics()? {
        models::demonstrate(&cli, &topic)?;
    }
    web::build()?;
    let url = format!("http://127.0.0.1:{port}/");
    if !once {
        println!("serving the page at {url} (Ctrl-C ends)");
        return site.run();
    }
    let Some(browser) = browser::find() else {
        println!("built; the page was not checked: {}", browser::ADVICE);
        return Ok(());
    };
    std::thread::spawn(move || {
        if let Err(error) = site.run() {
            eprintln!("the server stopped: {error:#}");
        }
    });
    let mut smoke = Command::new("node");
    smoke.arg(root().join("web/tests/smoke.mjs")).arg(&url).env("CHROMIUM", &browser.chromium);
    let output = step("opening the page in headless Chromium", &mut smoke)?;
    println!("{}", String::from_utf8_lossy(&output.stdout).trim());
    Ok(())
}
