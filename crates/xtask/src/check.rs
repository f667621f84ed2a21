//! Every check there is, one after the other, however the ones before went; a table and one line of
//! counts at the end.

use crate::process::{Step, capture, text};
use crate::{browser, engine, models, parity, root, wasm_target, web};
use anyhow::Result;
use std::num::NonZeroUsize;
use std::process::{Command, ExitCode};
use std::time::Duration;

/// How many checks did what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Counts {
    passed: usize,
    failed: usize,
    skipped: usize,
}

struct Row {
    name: &'static str,
    counts: Counts,
    elapsed: Duration,
    /// Why nothing was checked, if nothing was.
    not_run: Option<String>,
}

/// Runs everything.
pub fn run() -> Result<ExitCode> {
    let mut rows = Vec::new();
    let mut check = |name, work: &dyn Fn() -> Result<Said>| rows.push(run_check(name, work));
    check("format", &|| say(cargo(&["fmt", "--all", "--check"])));
    check("clippy", &|| {
        say(cargo(&["clippy", "--workspace", "--all-targets", "--all-features", "--", "-D", "warnings"]))
    });
    check("documentation", &|| {
        let mut doc = cargo(&["doc", "--workspace", "--no-deps", "--all-features"]);
        doc.env("RUSTDOCFLAGS", "-D warnings");
        say(doc)
    });
    check("unit, property and end-to-end tests", &|| {
        let mut test = cargo(&["test", "--workspace", "--all-features", "--no-fail-fast"]);
        test.env("STANCELIGHT_BIN", models::build_cli()?);
        say(test)
    });
    let browser = browser::find();
    let need = || browser.clone().ok_or_else(|| anyhow::anyhow!(browser::ADVICE));
    check("WebAssembly tests in Chromium", &|| say(wasm_tests(&need()?, &engine::PLAIN)?));
    check("the same with vector instructions", &|| say(wasm_tests(&need()?, &engine::SIMD)?));
    check("native against WebAssembly, on our sentences and random Unicode", &|| {
        let text = parity::run(None, const { NonZeroUsize::new(40).unwrap() }, 1000)?;
        Ok(Said { text, ..Said::default() })
    });
    check("page build", &|| web::build().map(|_| Said::default()));
    check("types", &|| say(web::npm(&["run", "--silent", "typecheck"])));
    check("page tests in Chromium", &|| {
        let mut test = web::npm(&["test", "--silent"]);
        test.env("CHROMIUM", need()?.chromium);
        say(test)
    });
    check("what a reader mainly does, in Firefox", &|| {
        // One browser is enough to develop with: without this one the rest is still checked.
        let Some(firefox) = browser::find_firefox() else { return Ok(Said::not_run(browser::FIREFOX_ADVICE)) };
        let mut test = web::npm(&["run", "--silent", "test:firefox"]);
        test.env("FIREFOX", firefox);
        say(test)
    });
    let total = rows.iter().fold(Counts::default(), |sum, row| Counts {
        passed: sum.passed + row.counts.passed,
        failed: sum.failed + row.counts.failed,
        skipped: sum.skipped + row.counts.skipped,
    });
    println!("\n{:>8} {:>7} {:>7} {:>8}  check", "passed", "failed", "skipped", "seconds");
    for Row { name, counts, elapsed, .. } in &rows {
        let Counts { passed, failed, skipped } = counts;
        println!("{passed:>8} {failed:>7} {skipped:>7} {:>8.1}  {name}", elapsed.as_secs_f64());
    }
    println!();
    for (name, why) in rows.iter().filter_map(|row| Some((row.name, row.not_run.as_ref()?))) {
        println!("not run: {name}: {why}");
    }
    let skipped = if total.skipped > 0 { format!(", {} skipped", total.skipped) } else { String::new() };
    println!("{} passed, {} failed{skipped}", total.passed, total.failed);
    Ok(if total.failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn cargo(args: &[&str]) -> Command {
    let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    command.args(args).current_dir(root());
    command
}

/// The tests of the browser crate, in the browser; this very program is their runner.
fn wasm_tests(browser: &browser::Browser, build: &engine::Build) -> Result<Command> {
    let mut command = build.cargo(&wasm_target::prepare()?);
    command
        // No documentation tests: their compiler is rustup's, which need not be the one the rest was built with.
        .args(["test", "--tests", "--package", "stancelight-wasm", "--target", wasm_target::TRIPLE])
        .env("CHROMEDRIVER", &browser.driver)
        .env("WASM_BINDGEN_TEST_TIMEOUT", "120")
        .env(
            "CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER",
            format!("{} wasm-test-runner", std::env::current_exe()?.display()),
        );
    Ok(command)
}

/// What a check printed, and whether it failed.
#[derive(Default)]
struct Said {
    failed: bool,
    text: String,
    not_run: Option<String>,
}

impl Said {
    /// A check that cannot be made here.
    fn not_run(why: &str) -> Self {
        Self { not_run: Some(why.to_owned()), ..Self::default() }
    }
}

fn say(mut command: Command) -> Result<Said> {
    let output = capture(&mut command)?;
    Ok(Said { failed: !output.status.success(), text: text(&output), not_run: None })
}

fn run_check(name: &'static str, work: &dyn Fn() -> Result<Said>) -> Row {
    let step = Step::begin(name);
    let said = work().unwrap_or_else(|error| Said { failed: true, text: format!("{error:#}"), not_run: None });
    let mut counts = count(&said.text);
    if said.not_run.is_some() {
        counts.skipped = 1;
    } else if said.failed && counts.failed == 0 {
        counts.failed = 1;
    } else if counts == Counts::default() {
        // A check without parts, such as the format, is one check.
        counts.passed = 1;
    }
    let elapsed = step.end(counts.failed == 0);
    if counts.failed > 0 {
        println!("---- {name} ----\n{}\n", said.text.trim_end());
    }
    Row { name, counts, elapsed, not_run: said.not_run }
}

/// Adds up what cargo's and Playwright's closing lines say.
fn count(said: &str) -> Counts {
    let mut out = Counts::default();
    for line in said.lines() {
        let line = line.trim();
        if let Some(result) = line.strip_prefix("test result: ") {
            let parts = result.split(['.', ';']).map(str::trim);
            for (n, what) in parts.filter_map(|part| part.split_once(' ')) {
                let Ok(n) = n.parse::<usize>() else { continue };
                match what {
                    "passed" => out.passed += n,
                    "failed" => out.failed += n,
                    "ignored" => out.skipped += n,
                    _ => {}
                }
            }
            continue;
        }
        let Some((n, what)) = line.split_once(' ') else { continue };
        let Ok(n) = n.parse::<usize>() else { continue };
        match what.split(' ').next().unwrap_or_default() {
            // Playwright: "12 passed (9.8s)", "1 failed".
            "passed" if what.ends_with(')') => out.passed += n,
            "failed" | "interrupted" | "flaky" if !what.contains(' ') => out.failed += n,
            "skipped" if !what.contains(' ') => out.skipped += n,
            _ => {}
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{Counts, count};

    #[test]
    fn counts_both_kinds_of_closing_lines() {
        let cargo = "running 2 tests\ntest result: ok. 2 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.02s\n\
                     test result: FAILED. 3 passed; 1 failed; 0 ignored; 0 measured; 0 filtered out\n";
        assert_eq!(count(cargo), Counts { passed: 5, failed: 1, skipped: 1 });
        let playwright = "Running 14 tests using 1 worker\n  1 failed\n    [chromium] › page.spec.ts\n  1 skipped\n  12 passed (9.8s)\n";
        assert_eq!(count(playwright), Counts { passed: 12, failed: 1, skipped: 1 });
        assert_eq!(count("warning: 3 warnings emitted"), Counts::default());
    }
}
