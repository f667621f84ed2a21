//! Shorter to send: the engine and its script come in, with each function that one asks of the other named by sixteen
//! digits of chance; they go out with a count in their place. Chance cannot be compressed, so it is a tenth of a kilobyte
//! for every dozen functions, in each of the two.

use std::collections::HashMap;

/// How every such name begins, and how many hexadecimal digits it ends in, behind a `_`.
const BEGINS: &str = "__wbg_";
const DIGITS: usize = 16;

/// Old names and new ones, as long as the old: nothing moves in a file where they are replaced.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Names(Vec<(String, String)>);

impl Names {
    /// Those in a script.
    pub fn of(script: &str) -> Self {
        let mut renamed: Vec<(String, String)> = Vec::new();
        let mut counts: HashMap<&str, usize> = HashMap::new();
        for (at, _) in script.match_indices(BEGINS) {
            let rest = &script[at..];
            let end = rest.find(|c: char| !c.is_ascii_alphanumeric() && c != '_').unwrap_or(rest.len());
            let name = &rest[..end];
            let Some((stem, digits)) = name.rsplit_once('_') else { continue };
            let by_chance = digits.len() == DIGITS && digits.bytes().all(|b| b.is_ascii_hexdigit());
            if !by_chance || renamed.iter().any(|(old, _)| old == name) {
                continue;
            }
            let count = counts.entry(stem).or_default();
            renamed.push((name.to_owned(), format!("{stem}_{count:0DIGITS$}")));
            *count += 1;
        }
        Self(renamed)
    }

    /// Replaces them in a file; the names that do not stand in it are given back.
    pub fn replace(&self, file: &mut [u8]) -> Vec<&str> {
        let mut missing = Vec::new();
        for (old, new) in &self.0 {
            let mut found = false;
            for at in 0..=file.len().saturating_sub(old.len()) {
                if file[at..].starts_with(old.as_bytes()) {
                    file[at..at + new.len()].copy_from_slice(new.as_bytes());
                    found = true;
                }
            }
            if !found {
                missing.push(old.as_str());
            }
        }
        missing
    }
}

#[cfg(test)]
mod tests {
    use super::Names;

    #[test]
    fn chance_gives_way_to_a_count_on_both_sides() {
        let script = "{__wbg_get_d7176cfb76d71114:f,__wbg_get_unchecked_e6325ad374eff861:g,__wbg_get_0000000000000abc:h,\
                      __wbg_analyzer_free:i,__wbg_get_d7176cfb76d71114:j}";
        let names = Names::of(script);
        let mut changed = script.as_bytes().to_vec();
        assert!(names.replace(&mut changed).is_empty());
        assert_eq!(
            String::from_utf8(changed).unwrap(),
            "{__wbg_get_0000000000000000:f,__wbg_get_unchecked_0000000000000000:g,__wbg_get_0000000000000001:h,\
             __wbg_analyzer_free:i,__wbg_get_0000000000000000:j}"
        );
        let mut engine = b"\x1a__wbg_get_d7176cfb76d71114\0\x01A__wbg_get_0000000000000abc".to_vec();
        assert_eq!(names.replace(&mut engine), ["__wbg_get_unchecked_e6325ad374eff861"]);
        assert_eq!(engine, b"\x1a__wbg_get_0000000000000000\0\x01A__wbg_get_0000000000000001");
        assert_eq!(names.replace(&mut []).len(), 3);
    }
}
