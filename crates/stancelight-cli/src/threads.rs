//! What libraries that reckon with many threads must be told before they begin.

use anyhow::Result;

/// Starts the command over with its libraries' settings in the environment, from which alone they take them: without,
/// threads within a step spin idly beside those that learn, and memory that a step frees goes back to the system only to
/// be asked for again at the next. Measured, both together are more than half of the time.
#[cfg(unix)]
pub fn quiet_threads() -> Result<()> {
    use std::os::unix::process::CommandExt;
    const SETTINGS: [(&str, &str); 4] = [
        ("CANDLE_NUM_THREADS", "1"),
        ("RAYON_NUM_THREADS", "1"),
        ("MALLOC_TRIM_THRESHOLD_", "-1"),
        ("MALLOC_MMAP_THRESHOLD_", "4294967296"),
    ];
    if std::env::var_os(SETTINGS[0].0).is_some() {
        return Ok(());
    }
    let mut again = std::process::Command::new(std::env::current_exe()?);
    again.args(std::env::args_os().skip(1)).envs(SETTINGS);
    // Comes back only if it failed.
    Err(again.exec().into())
}

/// Elsewhere learning is slower and ends the same.
#[cfg(not(unix))]
pub fn quiet_threads() -> Result<()> {
    Ok(())
}
