//! Golden files: what a suite found is compared with what a person once looked at.
//!
//! With `BLESS=1` in the environment a golden that differs is rewritten, and its test still fails: the
//! difference must be looked at, in `git diff`, before a second run can pass.

use std::fs;
use std::path::{Path, PathBuf};

/// Where a golden lies.
pub fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("goldens").join(name)
}

/// A golden's bytes; none if it is not there yet.
pub fn bytes(name: &str) -> Vec<u8> {
    fs::read(path(name)).unwrap_or_default()
}

/// A golden's text; empty if it is not there yet.
///
/// # Panics
/// If it is not UTF-8.
pub fn text(name: &str) -> String {
    String::from_utf8(bytes(name)).unwrap_or_else(|_| panic!("goldens/{name} is not UTF-8"))
}

/// Fails unless the golden is exactly `actual`; with `BLESS=1` rewrites it first.
///
/// # Panics
/// If they differ.
pub fn check(name: &str, actual: &[u8]) {
    let expected = bytes(name);
    if expected == actual {
        return;
    }
    if blessing() {
        rewrite(name, actual);
    }
    let (Ok(expected), Ok(actual)) = (str::from_utf8(&expected), str::from_utf8(actual)) else {
        let at = expected.iter().zip(actual).take_while(|(was, is)| was == is).count();
        panic!("goldens/{name} differs at byte {at} (BLESS=1 rewrites it)");
    };
    let (mut old, mut new) = (expected.lines(), actual.lines());
    let mut line = 0;
    loop {
        line += 1;
        match (old.next(), new.next()) {
            (None, None) => panic!("goldens/{name} differs in its line ends"),
            (was, is) if was != is => panic!(
                "goldens/{name}:{line} differs\n  golden: {}\n   today: {}\n(BLESS=1 rewrites it; then look at git diff)",
                short(was.unwrap_or("(no more lines)")),
                short(is.unwrap_or("(no more lines)")),
            ),
            _ => {}
        }
    }
}

/// Whether goldens are to be rewritten.
pub fn blessing() -> bool {
    std::env::var_os("BLESS").is_some_and(|value| value == "1")
}

/// Rewrites a golden and fails, so that it is looked at.
///
/// # Panics
/// Always.
pub fn rewrite(name: &str, actual: &[u8]) -> ! {
    let path = path(name);
    let written = path.parent().map_or(Ok(()), fs::create_dir_all).and_then(|()| fs::write(&path, actual));
    match written {
        Ok(()) => panic!("goldens/{name} was rewritten: look at git diff, then run again without BLESS"),
        Err(error) => panic!("goldens/{name} cannot be written: {error}"),
    }
}

/// The beginning of a line that may be very long.
fn short(line: &str) -> &str {
    line.char_indices().nth(400).map_or(line, |(at, _)| &line[..at])
}
