//! Writing files whole or not at all, and telling a closed pipe from a failure.

use anyhow::{Context, Result, bail};
use std::io::Write;
use std::path::{Path, PathBuf};

/// Writes `bytes` to `path` so that at every moment either the old or the new file stands there whole.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<()> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let write = || -> std::io::Result<()> {
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        #[cfg(unix)]
        {
            // Temporary files are private; a result is as readable as any other new file.
            use std::os::unix::fs::PermissionsExt;
            let mode = std::fs::metadata(path).map_or(0o644, |old| old.permissions().mode());
            file.as_file().set_permissions(std::fs::Permissions::from_mode(mode))?;
        }
        file.persist(path)?;
        Ok(())
    };
    write().map_err(|error| {
        use std::io::ErrorKind;
        let remedy = match error.kind() {
            ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "the disk is full; free some space and run this again",
            ErrorKind::FileTooLarge => "the file would exceed the size allowed; raise the limit and run this again",
            ErrorKind::NotFound => "the folder does not exist; make it first",
            ErrorKind::PermissionDenied => "permission denied; choose a folder you may write to",
            _ => "choose another place or mend this one",
        };
        anyhow::Error::new(error)
            .context(format!("{}: cannot be written, and what stood there is unchanged: {remedy}", path.display()))
    })
}

/// Refuses to write where something is read from: labels took longer to make than what would replace them.
pub fn spare<'p>(
    inputs: impl IntoIterator<Item = &'p PathBuf>,
    outputs: impl IntoIterator<Item = &'p PathBuf>,
) -> Result<()> {
    let inputs: Vec<PathBuf> = inputs.into_iter().filter_map(|path| path.canonicalize().ok()).collect();
    for path in outputs {
        if path.canonicalize().is_ok_and(|path| inputs.contains(&path)) {
            bail!("{}: this is read from and would be overwritten; name another file to write to", path.display());
        }
    }
    Ok(())
}

/// Whether this is only the reader of our output going away.
pub fn is_broken_pipe(error: &anyhow::Error) -> bool {
    error.chain().any(|cause| {
        cause.downcast_ref::<std::io::Error>().is_some_and(|error| error.kind() == std::io::ErrorKind::BrokenPipe)
    })
}

/// Standard output, locked and buffered.
pub fn stdout() -> std::io::BufWriter<std::io::StdoutLock<'static>> {
    std::io::BufWriter::with_capacity(1 << 16, std::io::stdout().lock())
}

/// What is said when standard output fails.
pub fn written<T>(result: std::io::Result<T>) -> Result<T> {
    result.context("standard output cannot be written; is the disk full?")
}
