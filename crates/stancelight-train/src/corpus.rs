//! Labelled data: files come in (JSON Lines, CSV, TSV), rows with a distribution over the topic's labels
//! go out. A row is refused, by file and line, rather than guessed at.
//!
//! A file is read once and its texts are held: each set of words, each search and each held-out fold reads them anew, so
//! that what is measured is what the engine makes of the text. They are a quarter of the most that training holds, and
//! their tokens as numbers would take nearly as much.

use crate::duplicates::join_near_duplicates;
use crate::error::{TrainError, read_error};
use crate::lines::Lines;
use crate::sets::Sets;
use crate::topic_file::DataSource;
use serde_json::{Map, Value};
use stancelight::Topic;
use std::collections::{BTreeSet, HashSet};
use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

/// One labelled sentence.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The sentence.
    pub text: String,
    /// Probability of each of the topic's labels; adds up to 1.
    pub target: Vec<f32>,
    /// What it counts.
    pub weight: f32,
    /// What the row is of. Rows with one of these in common never stand in two folds.
    pub groups: Vec<Group>,
    /// Which of [`Corpus::sources`] it is from.
    pub source: usize,
}

/// What rows are of: a document, a speaker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Which of the fields that keep rows together says so: document 7 is not speaker 7. Nothing of outside data, whose
    /// one such field may name what any of those does.
    pub field: Option<usize>,
    /// The field's value.
    pub value: String,
}

impl Row {
    /// The most probable label; of equal ones the first.
    pub fn label(&self) -> usize {
        (1..self.target.len()).fold(0, |best, k| if self.target[k] > self.target[best] { k } else { best })
    }
}

/// Labelled sentences from one or more files.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Corpus {
    /// The rows, in the order of the files.
    pub rows: Vec<Row>,
    /// The files' names.
    pub sources: Vec<String>,
    /// Of the fields that were to keep rows together, those that some row has.
    pub grouped_by: BTreeSet<String>,
}

/// How to read one file.
struct Reading<'a> {
    topic: &'a Topic,
    path: &'a Path,
    group: &'a [String],
    outside: Option<&'a DataSource>,
    opinions: Option<Opinions>,
    source: usize,
    grouped_by: BTreeSet<String>,
}

impl Corpus {
    /// Adds the rows of a file: `.csv` and `.tsv` with a header line, anything else as JSON Lines. `group`
    /// names the fields whose equal values keep rows together in cross-validation; a row may lack them, and an empty
    /// value is none.
    ///
    /// # Errors
    /// If the file cannot be read or a row is not what it must be.
    pub fn read_file(&mut self, path: &Path, topic: &Topic, group: &[String]) -> Result<(), TrainError> {
        let whole = || path.display().to_string();
        let name = path.file_name().map_or_else(whole, |n| n.to_string_lossy().into_owned());
        // Of two that are called the same, the second has to say where it lies.
        let name = if self.sources.contains(&name) { whole() } else { name };
        self.read(name, path, topic, group, None)
    }

    /// Adds the rows of a file that the topic file lists, mapped as its entry there says.
    ///
    /// # Errors
    /// As [`Self::read_file`].
    pub fn read_source(&mut self, path: &Path, source: &DataSource, topic: &Topic) -> Result<(), TrainError> {
        let before = self.rows.len();
        self.read(source.name().to_owned(), path, topic, source.group.as_slice(), Some(source))?;
        if let Some(limit) = source.limit {
            let new = self.rows.split_off(before);
            // Evenly spread: files are often sorted by something.
            let n = new.len();
            let keep = |i: usize| n <= limit || (i * limit) / n != ((i + 1) * limit) / n;
            self.rows.extend(new.into_iter().enumerate().filter(|(i, _)| keep(*i)).map(|(_, row)| row));
        }
        Ok(())
    }

    fn read(
        &mut self,
        name: String,
        path: &Path,
        topic: &Topic,
        group: &[String],
        outside: Option<&DataSource>,
    ) -> Result<(), TrainError> {
        let file = File::open(path).map_err(|error| read_error(path, &error))?;
        if path.is_dir() {
            return Err(read_error(path, &std::io::ErrorKind::IsADirectory.into()));
        }
        let before = self.rows.len();
        let opinions = outside.and_then(DataSource::opinions);
        let opinions = opinions.map(|path| Opinions::read(&path, topic)).transpose()?;
        let source = self.sources.len();
        let mut reading = Reading { topic, path, group, outside, opinions, source, grouped_by: BTreeSet::new() };
        self.sources.push(name);
        let table = match path.extension().and_then(|e| e.to_str()).map(str::to_ascii_lowercase).as_deref() {
            Some("csv") => Some(b','),
            Some("tsv") => Some(b'\t'),
            _ => None,
        };
        match table {
            Some(delimiter) => self.read_table(file, delimiter, &mut reading)?,
            None => self.read_json_lines(file, &mut reading)?,
        }
        self.grouped_by.append(&mut reading.grouped_by);
        if self.rows.len() == before {
            let give = match table {
                Some(_) => "a first line with `text` and `label`, and a line for each sentence",
                None => "one object with `text` and `label` a line",
            };
            let message = format!("this file holds no labelled rows; give {give}");
            return Err(TrainError::Read { path: path.to_owned(), message });
        }
        Ok(())
    }

    fn read_json_lines(&mut self, file: File, reading: &mut Reading<'_>) -> Result<(), TrainError> {
        let mut lines = Lines::new(BufReader::with_capacity(1 << 16, file), reading.path);
        let mut number = 0;
        while let Some(line) = lines.next_line()? {
            if line.trim().is_empty() {
                continue;
            }
            let object: Result<Map<String, Value>, _> = serde_json::from_str(line);
            let row = match object {
                Ok(mut object) => reading.row(&mut object, number),
                Err(error) => Err(format!("not a JSON object (column {}): {}", error.column(), plain(&error))),
            };
            self.rows.extend(row.map_err(|message| lines.error(message))?);
            number += 1;
        }
        reading.opinions_used_up(number)
    }

    fn read_table(&mut self, file: File, delimiter: u8, reading: &mut Reading<'_>) -> Result<(), TrainError> {
        let path = reading.path;
        let table = Table::read(file, delimiter, path)?;
        let text = table.text.as_bytes();
        let mut reader =
            csv::ReaderBuilder::new().delimiter(delimiter).quoting(table.quoted).flexible(true).from_reader(text);
        let failed = |error: csv::Error| table.error(error.position(), format!("not a row of this table: {error}"));
        let header = reader.headers().map_err(failed)?.clone();
        table.check(&header)?;
        let mut record = csv::StringRecord::new();
        let mut number = 0;
        while reader.read_record(&mut record).map_err(failed)? {
            if record.len() != header.len() {
                let message = format!("{} fields where the first line has {}", record.len(), header.len());
                return Err(table.error(record.position(), message));
            }
            let mut object: Map<String, Value> =
                header.iter().zip(&record).map(|(name, value)| (name.to_owned(), Value::from(value))).collect();
            let row = reading.row(&mut object, number);
            self.rows.extend(row.map_err(|message| table.error(record.position(), message))?);
            number += 1;
        }
        reading.opinions_used_up(number)
    }

    /// Drops the rows that repeat one in `trained`, word for word or nearly; says how many. What was learned from
    /// must not be measured on.
    pub fn drop_shared(&mut self, trained: &Self) -> usize {
        let texts = self.rows.iter().chain(&trained.rows).map(|row| row.text.as_str());
        let mut sets = Sets::new(self.rows.len() + trained.rows.len());
        join_near_duplicates(texts, &mut sets);
        let before = self.rows.len();
        let known: HashSet<usize> = (0..trained.rows.len()).map(|i| sets.find(before + i)).collect();
        let mut place = 0..;
        self.rows.retain(|_| place.next().is_some_and(|i| !known.contains(&sets.find(i))));
        before - self.rows.len()
    }

    /// Drops the rows from the `held`th on whose words stand in an earlier one. What is held out in turn must not be
    /// taught meanwhile under another file's name.
    pub fn drop_copies_of_held(&mut self, held: usize) {
        if held >= self.rows.len() {
            return;
        }
        let outside = self.rows.split_off(held);
        let known: HashSet<String> = self.rows.iter().map(|row| normalise(&row.text)).collect();
        self.rows.extend(outside.into_iter().filter(|row| !known.contains(&normalise(&row.text))));
    }
}

/// A table with a line for each row, or more where a field in quotation marks has several.
struct Table<'p> {
    path: &'p Path,
    text: String,
    delimiter: u8,
    /// Whether a quotation mark at the beginning of a field opens it, and is no part of it.
    quoted: bool,
}

impl<'p> Table<'p> {
    /// Reads all of it, and finds out what its quotation marks are.
    fn read(mut file: File, delimiter: u8, path: &'p Path) -> Result<Self, TrainError> {
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes).map_err(|error| read_error(path, &error))?;
        let text = String::from_utf8(bytes).map_err(|error| {
            let at = error.utf8_error().valid_up_to();
            let line = line_of(error.as_bytes(), at);
            let message = format!("not valid UTF-8 at byte {} of the file; save the file as UTF-8", at + 1);
            TrainError::Row { path: path.to_owned(), line, message }
        })?;
        let text = text.strip_prefix('\u{feff}').map(str::to_owned).unwrap_or(text);
        let mut table = Self { path, text, delimiter, quoted: true };
        // Many write sentences between tabs as they are, a mark at their beginning and all; commas need the marks.
        match (stray_quote(table.text.as_bytes(), delimiter), delimiter) {
            (Some(_), b'\t') => table.quoted = false,
            (Some(at), _) => {
                const STRAY: &str = "the quotation mark that begins this field does not end it: put every field that \
                                     has one in quotation marks, with those inside doubled";
                let line = line_of(table.text.as_bytes(), at);
                return Err(TrainError::Row { path: path.to_owned(), line, message: STRAY.to_owned() });
            }
            (None, _) => {}
        }
        Ok(table)
    }

    fn check(&self, header: &csv::StringRecord) -> Result<(), TrainError> {
        let wrong = |message: String| Err(TrainError::Row { path: self.path.to_owned(), line: 1, message });
        let other = header.iter().next().and_then(|name| name.chars().find(|c| matches!(c, ';' | ',' | '\t')));
        if let Some(other) = other.filter(|_| header.len() == 1) {
            let here = if self.delimiter == b'\t' { "tabs" } else { "commas" };
            let it = if other == '\t' { "a tab".to_owned() } else { format!("`{other}`") };
            return wrong(format!("columns are separated by {it} and not by {here}; save the table anew"));
        }
        let twice = header.iter().enumerate().find(|(i, name)| {
            matches!(*name, "text" | "label" | "weight") && header.iter().take(*i).any(|before| before == *name)
        });
        match twice {
            Some((_, name)) => wrong(format!("two columns are called `{name}`; give one of them another name")),
            None => Ok(()),
        }
    }

    /// What is wrong with a row, which begins after what is left of the line break before it.
    fn error(&self, position: Option<&csv::Position>, message: String) -> TrainError {
        let text = self.text.as_bytes();
        let at = position.map_or(0, |position| usize::try_from(position.byte()).unwrap_or(0).min(text.len()));
        let breaks = text[at..].iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        TrainError::Row { path: self.path.to_owned(), line: line_of(text, at + breaks), message }
    }
}

/// The number, counted from 1, of the line that a byte is in.
fn line_of(text: &[u8], at: usize) -> usize {
    1 + text[..at].iter().filter(|&&byte| byte == b'\n').count()
}

/// Where the first quotation mark is that begins a field and does not end it, so that it would swallow what follows.
fn stray_quote(text: &[u8], delimiter: u8) -> Option<usize> {
    let ends = |byte: u8| byte == delimiter || matches!(byte, b'\r' | b'\n');
    let mut at = 0;
    while at < text.len() {
        if text[at] == b'"' {
            let begin = at;
            loop {
                let Some(next) = text[at + 1..].iter().position(|&byte| byte == b'"') else { return Some(begin) };
                at += 1 + next;
                match text.get(at + 1) {
                    Some(b'"') => at += 1,
                    None => return None,
                    Some(&byte) if ends(byte) => break,
                    Some(_) => return Some(begin),
                }
            }
            at += 1;
        }
        at += text[at..].iter().position(|&byte| ends(byte)).unwrap_or(text.len() - at) + 1;
    }
    None
}

/// Letters and digits in lower case: the same sentence however it was punctuated.
fn normalise(text: &str) -> String {
    text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// A string as it is, anything else as it is written.
fn plain_text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// The parser's message without its own line number, which is always 1.
fn plain(error: &serde_json::Error) -> String {
    let text = error.to_string();
    text.rsplit_once(" at line ").map_or(text.clone(), |(message, _)| message.to_owned())
}

/// What is said of a row without a sentence.
pub fn without_text(object: &Map<String, Value>) -> String {
    match object.get("text") {
        None => missing("text", object),
        Some(Value::Null) => "`text` is null; give the sentence, or remove the row".to_owned(),
        Some(_) => "`text` is not a string; put it in quotes".to_owned(),
    }
}

fn missing(field: &str, object: &Map<String, Value>) -> String {
    let there: Vec<&str> = object.keys().map(String::as_str).collect();
    format!("no field `{field}`; the fields here are: {}", there.join(", "))
}

impl Reading<'_> {
    /// The row the object at place `number` holds; `None` when the topic file says to leave it out.
    fn row(&mut self, object: &mut Map<String, Value>, number: usize) -> Result<Option<Row>, String> {
        if let Some(source) = self.outside {
            for (field, allowed) in &source.only {
                let value = object.get(field).and_then(Value::as_str).unwrap_or_default();
                if !allowed.iter().any(|a| a == value) {
                    return Ok(None);
                }
            }
        }
        let text = match object.get_mut("text") {
            Some(Value::String(text)) if text.trim().is_empty() => return Err("`text` is empty; remove the row".into()),
            Some(Value::String(text)) => std::mem::take(text),
            _ => return Err(without_text(object)),
        };
        let target = match &self.opinions {
            Some(opinions) => Some(opinions.of(number)?),
            None => self.target(object)?,
        };
        let Some(target) = target else { return Ok(None) };
        let weight = match object.get("weight").filter(|_| self.outside.is_none()) {
            None => self.outside.map_or(1.0, |source| source.weight),
            Some(value) => {
                let number = value.as_f64().or_else(|| value.as_str().and_then(|text| text.trim().parse().ok()));
                #[allow(clippy::cast_possible_truncation, reason = "weights need no more precision")]
                let number = number.map(|w| w as f32).filter(|w| *w > 0.0 && *w <= 1e6);
                number.ok_or_else(|| format!("`weight` must be a number above 0 and at most 1000000, not {value}"))?
            }
        };
        let mut groups = Vec::new();
        for (place, field) in self.group.iter().enumerate() {
            let values = match object.get(field) {
                None => continue,
                Some(Value::Array(values)) => &values[..],
                Some(value) => std::slice::from_ref(value),
            };
            // What a table leaves empty is not a document of its own.
            let known =
                values.iter().filter(|value| !value.is_null()).map(plain_text).filter(|value| !value.is_empty());
            let before = groups.len();
            groups.extend(known.map(|value| Group { field: self.outside.is_none().then_some(place), value }));
            if groups.len() > before && !self.grouped_by.contains(field) {
                self.grouped_by.insert(field.clone());
            }
        }
        Ok(Some(Row { text, target, weight, groups, source: self.source }))
    }

    /// Complains if opinions are left over: they then belong to another file.
    fn opinions_used_up(&self, rows: usize) -> Result<(), TrainError> {
        match &self.opinions {
            Some(opinions) if opinions.targets.len() != rows => Err(TrainError::Read {
                path: self.path.to_owned(),
                message: format!(
                    "{} holds opinions on {} rows, but here are {rows}; both must be of the same edition",
                    opinions.path.display(),
                    opinions.targets.len()
                ),
            }),
            _ => Ok(()),
        }
    }

    /// The distribution over labels that a row gives: the mean of those its label fields hold.
    fn target(&self, object: &Map<String, Value>) -> Result<Option<Vec<f32>>, String> {
        let own = ["label".to_owned()];
        let fields = self.outside.map_or(&own[..], |source| &source.fields);
        let mut found: Vec<Vec<f32>> = Vec::new();
        for field in fields {
            match object.get(field) {
                Some(Value::String(name)) => found.extend(self.hard(name)?),
                Some(Value::Object(distribution)) => found.push(self.soft(distribution)?),
                Some(_) => return Err(format!("`{field}` is neither a label nor an object of probabilities")),
                // Outside files may label only some of their rows.
                None if self.outside.is_some() => {}
                None => return Err(missing(field, object)),
            }
        }
        #[allow(clippy::cast_precision_loss, reason = "fields are few")]
        let share = 1.0 / found.len().max(1) as f32;
        Ok(found.into_iter().reduce(|sum, next| sum.iter().zip(&next).map(|(a, b)| a + b).collect()).map(|mut sum| {
            sum.iter_mut().for_each(|p| *p *= share);
            sum
        }))
    }

    fn hard(&self, name: &str) -> Result<Option<Vec<f32>>, String> {
        let name = match self.outside {
            Some(source) if !source.labels.is_empty() => match source.labels.get(name) {
                Some(mapped) => mapped,
                None => return Ok(None),
            },
            _ => name,
        };
        let index = self.index(name)?;
        let mut target = vec![0.0; self.topic.labels.len()];
        target[index] = 1.0;
        Ok(Some(target))
    }

    fn soft(&self, distribution: &Map<String, Value>) -> Result<Vec<f32>, String> {
        let mut target = vec![0.0_f64; self.topic.labels.len()];
        for (name, value) in distribution {
            let p = value.as_f64().filter(|p| p.is_finite() && *p >= 0.0);
            let message = || format!("the probability of `{name}` must be a number of at least 0, not {value}");
            target[self.index(name)?] = p.ok_or_else(message)?;
        }
        let sum: f64 = target.iter().sum();
        // Rounded probabilities may miss 1 by a little; more is a mistake.
        if (sum - 1.0).abs() > 0.02 {
            return Err(format!("the probabilities add up to {sum:.3}, not to 1"));
        }
        #[allow(clippy::cast_possible_truncation, reason = "targets need no more precision")]
        Ok(target.into_iter().map(|p| (p / sum) as f32).collect())
    }

    fn index(&self, name: &str) -> Result<usize, String> {
        self.topic.label_index(name).ok_or_else(|| {
            let known: Vec<&str> = self.topic.labels.iter().map(|label| label.name.as_str()).collect();
            format!("unknown label `{name}`; the labels of topic `{}` are: {}", self.topic.name, known.join(", "))
        })
    }
}

/// A teacher's opinions on the rows of a file, kept apart from it so that they can be given away where the text
/// cannot: a table with a column for each label, a line for each row, and any weights that are at least 0.
struct Opinions {
    path: PathBuf,
    targets: Vec<Vec<f32>>,
}

impl Opinions {
    fn read(path: &Path, topic: &Topic) -> Result<Self, TrainError> {
        let text = std::fs::read_to_string(path).map_err(|error| read_error(path, &error))?;
        let error = |line, message| TrainError::Row { path: path.to_owned(), line, message };
        let mut lines = text.lines().zip(1..);
        let (header, _) = lines.next().unwrap_or_default();
        let columns: Option<Vec<usize>> = header.split('\t').map(|name| topic.label_index(name)).collect();
        let columns = columns.filter(|columns| columns.len() == topic.labels.len()).ok_or_else(|| {
            let names: Vec<&str> = topic.labels.iter().map(|label| label.name.as_str()).collect();
            error(1, format!("the first line must name the labels, with tabs between: {}", names.join(", ")))
        })?;
        let target = |line: &str| -> Option<Vec<f32>> {
            let weights: Vec<f32> = line.split('\t').map(|field| field.parse().ok()).collect::<Option<_>>()?;
            let sum: f32 = weights.iter().sum();
            let fine = weights.len() == columns.len() && weights.iter().all(|w| *w >= 0.0) && sum > 0.0;
            let mut target = vec![0.0; columns.len()];
            for (&column, weight) in columns.iter().zip(&weights) {
                target[column] = weight / sum;
            }
            (fine && sum.is_finite()).then_some(target)
        };
        let targets = lines
            .map(|(line, number)| {
                let message = || format!("not {} numbers of at least 0 with tabs between: `{line}`", columns.len());
                target(line).ok_or_else(|| error(number, message()))
            })
            .collect::<Result<_, _>>()?;
        Ok(Self { path: path.to_owned(), targets })
    }

    /// The distribution over labels for row `number`.
    fn of(&self, number: usize) -> Result<Vec<f32>, String> {
        let message = || format!("no opinion on this row: {} holds {}", self.path.display(), self.targets.len());
        self.targets.get(number).cloned().ok_or_else(message)
    }
}

#[cfg(test)]
mod tests {
    use super::{Corpus, Row};

    #[test]
    fn what_was_trained_on_is_not_measured_on() {
        let corpus = |texts: &[&str]| Corpus {
            rows: texts
                .iter()
                .map(|text| Row { text: (*text).into(), target: vec![1.0], weight: 1.0, groups: Vec::new(), source: 0 })
                .collect(),
            sources: vec!["a".into()],
            ..Corpus::default()
        };
        let nearly = "On Monday both sides signed the accord in the town hall";
        let mut measured = corpus(&["Both sides signed.", "The army left.", "both sides, signed", nearly]);
        let trained = corpus(&["Both sides signed!", "On Friday both sides signed the accord in the town hall."]);
        assert_eq!(measured.drop_shared(&trained), 3);
        assert_eq!(measured.rows.iter().map(|row| row.text.as_str()).collect::<Vec<_>>(), ["The army left."]);

        let mut whole = corpus(&["Both sides signed.", "The army left.", "both sides, signed", "He won."]);
        whole.drop_copies_of_held(2);
        assert_eq!(whole, corpus(&["Both sides signed.", "The army left.", "He won."]));
    }

    #[test]
    fn quotation_marks_that_swallow_rows_are_found() {
        let cases: &[(&str, Option<usize>)] = &[
            ("", None),
            ("a,b\nc,d", None),
            ("\"a, \"\"b\"\"\",c\r\n\"two\nlines\",\"\"\n", None),
            ("he said \"no\" twice,c\n", None),
            ("a,\"b", Some(2)),
            ("a,\"b\" he said\n", Some(2)),
            ("\"b, he said.,x\nc,d\n\"e,f\n", Some(0)),
            ("a,b\n\"c\",\"d\"e", Some(8)),
        ];
        for (text, at) in cases {
            assert_eq!(super::stray_quote(text.as_bytes(), b','), *at, "{text:?}");
        }
    }
}
