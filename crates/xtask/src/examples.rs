//! The examples: the module comes in, packed as for a registry; every folder of `web/examples` is installed,
//! built and driven in headless Chromium, and a table of what each sends to its reader goes out.

use crate::process::step;
use crate::{browser, web};
use anyhow::{Context, Result};

/// Runs them all; the checks of `cargo xtask test` leave out the large ones.
pub fn run() -> Result<()> {
    let browser = browser::find().context(browser::ADVICE)?;
    web::build()?;
    let mut test = web::npm(&["test", "--silent", "--", "embed-frameworks.spec.ts", "embed-examples.spec.ts"]);
    test.env("CHROMIUM", browser.chromium).env("EXAMPLES", "all");
    let output = step("installing, building and driving the examples", &mut test)?;
    print!("{}", String::from_utf8_lossy(&output.stdout));
    Ok(())
}
