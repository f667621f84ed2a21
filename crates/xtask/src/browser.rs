//! Browsers for the tests, found or installed: Chromium with its driver, and Firefox.

use crate::process::stdout_of;
use crate::system;
use std::process::Command;

/// Programs that drive a headless browser.
#[derive(Clone, Debug)]
pub struct Browser {
    /// Chromium itself.
    pub chromium: String,
    /// Its WebDriver, for the WebAssembly tests.
    pub driver: String,
}

/// What to do when there is none.
pub const ADVICE: &str = "no headless Chromium: install the packages chromium and chromium-driver (Debian), or set \
                          CHROMIUM and CHROMEDRIVER to their programs";

/// Finds both programs, installing Debian's packages if they are missing and that is possible.
pub fn find() -> Option<Browser> {
    look().or_else(|| {
        if let Err(error) = system::install_debian(&["chromium", "chromium-driver"]) {
            eprintln!("  {error:#}");
        }
        look()
    })
}

/// What to do when there is no Firefox.
pub const FIREFOX_ADVICE: &str = "no Firefox: install the package firefox-esr (Debian), or set FIREFOX to its program";

/// Finds Firefox, installing Debian's package if it is missing and that is possible.
pub fn find_firefox() -> Option<String> {
    let look = || first("FIREFOX", &["firefox-esr", "firefox"]);
    look().or_else(|| {
        if let Err(error) = system::install_debian(&["firefox-esr"]) {
            eprintln!("  {error:#}");
        }
        look()
    })
}

fn look() -> Option<Browser> {
    let chromium = first("CHROMIUM", &["chromium", "chromium-browser", "google-chrome"])?;
    let driver = first("CHROMEDRIVER", &["chromedriver"])?;
    Some(Browser { chromium, driver })
}

/// The program a variable names, or the first of these that is on the path, as a full path.
fn first(variable: &str, names: &[&str]) -> Option<String> {
    if let Ok(program) = std::env::var(variable) {
        return system::has(&program).then_some(program);
    }
    names.iter().find_map(|name| stdout_of(Command::new("which").arg(name)))
}
