//! Writing files whole or not at all, and telling a closed pipe from a failure.

use anyhow::{Context, Result, bail};
use std::io::Write;
use std::path::{Path, PathBuf};

/// Writes `bytes` to `path` so that at every moment either the old or the new file stands there whole. What a link leads
/// to is written, and the link stays; into what is no file, such as a pipe, it is written as it comes.
pub fn write_whole(path: &Path, bytes: &[u8]) -> Result<()> {
    let write = || -> std::io::Result<()> {
        let old = std::fs::metadata(path).ok();
        if old.as_ref().is_some_and(|old| !old.is_file()) {
            return std::fs::OpenOptions::new().write(true).open(path)?.write_all(bytes);
        }
        let path = &place(path);
        let mut file = beside(path)?;
        file.write_all(bytes)?;
        file.as_file().sync_all()?;
        if let Some(old) = old {
            file.as_file().set_permissions(old.permissions())?;
        }
        file.persist(path)?;
        Ok(())
    };
    write().map_err(|error| cannot_write(path, error))
}

/// Complains now of what could not be written when the work is done.
pub fn can_be_written<'p, P: AsRef<Path> + ?Sized + 'p>(outputs: impl IntoIterator<Item = &'p P>) -> Result<()> {
    for path in outputs.into_iter().map(AsRef::as_ref) {
        if path.is_dir() {
            bail!("{}: this is a folder; name a file in it", path.display());
        }
        if path.metadata().is_ok_and(|old| !old.is_file()) {
            continue;
        }
        beside(&place(path)).map_err(|error| cannot_write(path, error))?;
    }
    Ok(())
}

/// A new file in the same folder, as readable as any other; it goes when it is dropped.
fn beside(path: &Path) -> std::io::Result<tempfile::NamedTempFile> {
    let mut builder = tempfile::Builder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt;
        builder.permissions(std::fs::Permissions::from_mode(0o666));
    }
    builder.tempfile_in(folder_of(path))
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn cannot_write(path: &Path, error: std::io::Error) -> anyhow::Error {
    use std::io::ErrorKind;
    let remedy = match error.kind() {
        ErrorKind::StorageFull | ErrorKind::QuotaExceeded => "the disk is full; free some space and run this again",
        ErrorKind::FileTooLarge => "the file would exceed the size allowed; raise the limit and run this again",
        ErrorKind::NotFound => "the folder does not exist; make it first",
        ErrorKind::PermissionDenied => "permission denied; choose a folder you may write to",
        _ => "choose another place or mend this one",
    };
    // Without a number it is of the file that was to be renamed, of which nobody has heard.
    let error = if error.raw_os_error().is_some() { error } else { error.kind().into() };
    anyhow::Error::new(error)
        .context(format!("{}: cannot be written, and what stood there is unchanged: {remedy}", path.display()))
}

/// Refuses to write where something is read from, for labels took longer to make than what would replace them; or two
/// things into one file.
pub fn spare<'p>(
    inputs: impl IntoIterator<Item = &'p PathBuf>,
    outputs: impl IntoIterator<Item = &'p PathBuf>,
) -> Result<()> {
    let inputs: Vec<PathBuf> = inputs.into_iter().filter_map(|path| path.canonicalize().ok()).collect();
    let mut written = Vec::new();
    for path in outputs {
        let place = place(path);
        if inputs.contains(&place) {
            bail!("{}: this is read from and would be overwritten; name another file to write to", path.display());
        }
        if written.contains(&place) && !place.metadata().is_ok_and(|old| !old.is_file()) {
            bail!("{}: two things would be written here; name a file for each", path.display());
        }
        written.push(place);
    }
    Ok(())
}

/// One name for a file, whether it is there yet or not: what a link leads to.
fn place(path: &Path) -> PathBuf {
    /// Links that lead to links; a longer way is a circle.
    const MOST: usize = 40;
    let mut path = path.to_owned();
    for _ in 0..MOST {
        match path.read_link() {
            Ok(target) if !path.exists() => path = folder_of(&path).join(target),
            _ => break,
        }
    }
    path.canonicalize().unwrap_or_else(|_| {
        let folder = folder_of(&path).canonicalize().unwrap_or_else(|_| folder_of(&path).to_owned());
        path.file_name().map_or_else(|| path.clone(), |name| folder.join(name))
    })
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

/// What comes from an article, from data or from a model's file must not drive the terminal: control characters other
/// than line breaks and tabs go.
pub fn printable(text: &str) -> String {
    text.chars().filter(|c| !c.is_control() || matches!(c, '\n' | '\t')).collect()
}
