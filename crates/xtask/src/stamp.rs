//! What need not be done again: the inputs of a step come in, and whether they are those it last succeeded
//! with goes out. A step's stamp is written only after it has succeeded.

use anyhow::Result;
use std::path::{Path, PathBuf};

/// The content of files and folders, boiled down.
#[derive(Default)]
pub struct Inputs {
    hasher: crc32fast::Hasher,
    length: u64,
}

impl Inputs {
    /// Adds a text, such as a version or an option.
    pub fn text(mut self, text: &str) -> Self {
        self.add(text.as_bytes());
        self
    }

    /// Adds a file, or every file below a folder in a fixed order; names count as well as contents. What is
    /// not there counts as not being there.
    pub fn path(mut self, path: &Path) -> Result<Self> {
        for file in files_below(path)? {
            let name = file.strip_prefix(path).unwrap_or(&file);
            self.add(name.to_string_lossy().as_bytes());
            self.add(&std::fs::read(&file)?);
        }
        self.add(b"end");
        Ok(self)
    }

    fn add(&mut self, bytes: &[u8]) {
        self.hasher.update(&(bytes.len() as u64).to_le_bytes());
        self.hasher.update(bytes);
        self.length += bytes.len() as u64;
    }

    /// All that was added, as a few letters.
    pub fn digest(self) -> String {
        format!("{:08x}-{}", self.hasher.finalize(), self.length)
    }
}

fn files_below(path: &Path) -> Result<Vec<PathBuf>> {
    let mut out = Vec::new();
    let mut folders = vec![path.to_owned()];
    while let Some(path) = folders.pop() {
        if path.is_dir() {
            for entry in std::fs::read_dir(&path)? {
                folders.push(entry?.path());
            }
        } else if path.is_file() {
            out.push(path);
        }
    }
    out.sort();
    Ok(out)
}

/// Does `work` unless it last succeeded with the same inputs and `output` is still there. Says whether
/// it worked.
pub fn unless_fresh(name: &str, inputs: Inputs, output: &Path, work: impl FnOnce() -> Result<()>) -> Result<bool> {
    let folder = crate::root().join("target/xtask");
    let stamp = folder.join(format!("{name}.stamp"));
    let digest = inputs.digest();
    if output.exists() && std::fs::read_to_string(&stamp).is_ok_and(|old| old == digest) {
        return Ok(false);
    }
    std::fs::create_dir_all(&folder)?;
    // Gone before the work begins: an interrupted step must not look finished.
    let _ = std::fs::remove_file(&stamp);
    work()?;
    std::fs::write(&stamp, digest)?;
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::Inputs;

    #[test]
    fn names_contents_and_absence_all_count() {
        let folder = std::env::temp_dir().join(format!("stancelight-stamp-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let digest = || Inputs::default().path(&folder).unwrap().digest();
        let empty = digest();
        std::fs::write(folder.join("a"), "1").unwrap();
        let one = digest();
        std::fs::write(folder.join("a"), "2").unwrap();
        let two = digest();
        std::fs::rename(folder.join("a"), folder.join("b")).unwrap();
        let renamed = digest();
        std::fs::remove_dir_all(&folder).unwrap();
        let gone = digest();
        assert_eq!(empty, gone);
        assert!(empty != one && one != two && two != renamed, "{empty} {one} {two} {renamed}");
    }
}
