//! `topic.toml`: a topic as a person writes it, with the data it is trained on.

use crate::error::{TrainError, read_error};
use serde::Deserialize;
use stancelight::{Label, Topic, Underline};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use toml::Spanned;

/// A topic and where its data comes from.
#[derive(Clone, Debug, PartialEq)]
pub struct TopicFile {
    /// What goes into the model.
    pub topic: Topic,
    /// How the threshold is chosen.
    pub threshold: Threshold,
    /// The share that each label is expected to have of the text that the model is for, if that is not the labelled
    /// sentences'.
    pub prior: Option<Vec<f64>>,
    /// What its training data is, beyond the files named when training.
    pub data: Vec<DataSource>,
    /// What a teacher is tuned on beside the files named then; the model itself does not learn from it.
    pub teacher: Vec<DataSource>,
    /// Lines for the model card: intended use, failures, and the like.
    pub card: CardText,
}

/// How sure is sure.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Threshold {
    /// This probability.
    Fixed(f32),
    /// The smallest probability at which this part of the painted sentences is right, on held-out folds.
    Precision(f64),
}

/// One more file of sentences, outside the repository or beside the topic file.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DataSource {
    /// Path below the folder given when training; one that begins with `./` is from the topic file's own folder.
    pub file: String,
    /// From the labels in the file to the topic's; rows whose label is missing here are left out.
    #[serde(default)]
    pub labels: BTreeMap<String, String>,
    /// The fields that hold the label; of several distributions that a row has, their mean.
    #[serde(default = "default_label_fields")]
    pub fields: Vec<String>,
    /// A table of a teacher's opinions on the rows, instead of label fields; a path from the topic file's folder.
    pub opinions: Option<PathBuf>,
    /// What a row counts, 1 by default.
    #[serde(default = "default_weight")]
    pub weight: f32,
    /// What a row counts when an encoder learns from it, if that is another: what helps the one need not help the other.
    pub encoder_weight: Option<f32>,
    /// At most this many rows, spread evenly over the file.
    pub limit: Option<usize>,
    /// Only rows whose other fields have one of these values.
    #[serde(default)]
    pub only: BTreeMap<String, Vec<String>>,
    /// The field with the groups, as `--group` reads them from the labelled files, that a row was made of: it is not
    /// learned from while one of these is held out.
    pub group: Option<String>,
    /// Only measured on, never trained on.
    #[serde(default)]
    pub measure: bool,
    /// Measured on, and the last temperature is fitted to it: how sure a model may be on sentences of another source than
    /// those it learned from.
    #[serde(default)]
    pub calibrate: bool,
    /// Held out in turn by cross-validation, as the files named when training are: the probabilities are then
    /// calibrated on its sentences too.
    #[serde(default)]
    pub validate: bool,
    /// The topic file's folder.
    #[serde(skip)]
    topic_folder: PathBuf,
    /// Its terms, for the card.
    pub licence: String,
    /// Whom to cite, for the card.
    pub citation: String,
}

impl DataSource {
    /// Where the file lies; nowhere if it is outside data and no folder of these is given.
    pub fn path(&self, data_dir: Option<&Path>) -> Option<PathBuf> {
        match self.file.strip_prefix("./") {
            Some(file) => Some(self.topic_folder.join(file)),
            None => data_dir.map(|folder| folder.join(&self.file)),
        }
    }

    /// What reports call it.
    pub fn name(&self) -> &str {
        self.file.strip_prefix("./").unwrap_or(&self.file)
    }

    /// Where its opinions lie.
    pub fn opinions(&self) -> Option<PathBuf> {
        self.opinions.as_ref().map(|path| self.topic_folder.join(path))
    }
}

fn default_label_fields() -> Vec<String> {
    vec!["label".to_owned()]
}

const fn default_weight() -> f32 {
    1.0
}

/// What a model card says that no measurement can.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CardText {
    /// What the model is for.
    #[serde(default)]
    pub intended_use: Vec<String>,
    /// Where it fails; stands first.
    #[serde(default)]
    pub failures: Vec<String>,
    /// What it must not be used for.
    #[serde(default)]
    pub not_for: Vec<String>,
    /// How the labels were made.
    #[serde(default)]
    pub annotation: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    name: String,
    title: String,
    question: String,
    #[serde(default)]
    provenance: String,
    threshold: Option<f32>,
    precision: Option<f64>,
    labels: Vec<Spanned<FileLabel>>,
    #[serde(default)]
    data: Vec<Spanned<DataSource>>,
    #[serde(default)]
    teacher: Vec<Spanned<DataSource>>,
    #[serde(default)]
    card: CardText,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FileLabel {
    name: String,
    pole: f32,
    color: String,
    color_dark: Option<String>,
    #[serde(default)]
    underline: Option<String>,
    #[serde(default)]
    meaning: String,
    prior: Option<f64>,
}

impl TopicFile {
    /// Reads and checks a topic file.
    ///
    /// # Errors
    /// If it cannot be read, is not TOML, has an unknown or missing key, or a value out of range.
    pub fn read(path: &Path) -> Result<Self, TrainError> {
        let text = std::fs::read_to_string(path).map_err(|error| read_error(path, &error))?;
        let mut file =
            Self::parse(&text).map_err(|(line, message)| TrainError::Topic { path: path.to_owned(), line, message })?;
        let folder = path.parent().unwrap_or(Path::new(""));
        for source in file.data.iter_mut().chain(&mut file.teacher) {
            source.topic_folder = folder.to_owned();
        }
        Ok(file)
    }

    /// Every file that is listed, where the folder of outside data lies if it is given.
    pub fn files(&self, data_dir: Option<&Path>) -> Vec<PathBuf> {
        let all = self.data.iter().chain(&self.teacher);
        all.flat_map(|source| source.path(data_dir).into_iter().chain(source.opinions())).collect()
    }

    /// The same as an encoder reads it: each set has the weight that it has there.
    #[must_use]
    pub fn for_encoder(mut self) -> Self {
        for source in &mut self.data {
            source.weight = source.encoder_weight.unwrap_or(source.weight);
        }
        self
    }

    /// The same from text; the error is a line, counted from 1, and what is wrong there.
    pub(crate) fn parse(text: &str) -> Result<Self, (usize, String)> {
        let line_of = |at: usize| 1 + text[..at.min(text.len())].bytes().filter(|&b| b == b'\n').count();
        let file: File = toml::from_str(text).map_err(|error| {
            (line_of(error.span().map_or(0, |span| span.start)), error.message().replace('\n', " "))
        })?;
        // The line on which a key is given a value, of what begins at `from`.
        let find = |from: usize, key: &str| {
            let mut at = from;
            for line in text[from..].split_inclusive('\n') {
                let rest = line.trim_start().strip_prefix(key);
                if rest.is_some_and(|rest| rest.trim_start().starts_with('=')) {
                    return line_of(at);
                }
                at += line.len();
            }
            line_of(text[from..].find(key).map_or(from, |found| from + found))
        };
        let threshold = match (file.threshold, file.precision) {
            (Some(p), None) => Threshold::Fixed(p),
            (None, Some(p)) if p > 0.0 && p <= 1.0 => Threshold::Precision(p),
            (None, Some(_)) => return Err((find(0, "precision"), "`precision` must be above 0, at most 1".into())),
            (None, None) => Threshold::Precision(0.9),
            (Some(_), Some(_)) => {
                return Err((find(0, "precision"), "give either `threshold` or `precision`, not both".into()));
            }
        };
        let label_at: Vec<usize> = file.labels.iter().map(|label| label.span().start).collect();
        let prior: Option<Vec<f64>> = file.labels.iter().map(|label| label.as_ref().prior).collect();
        let is_whole =
            |prior: &Vec<f64>| prior.iter().all(|&p| p > 0.0) && (prior.iter().sum::<f64>() - 1.0).abs() < 1e-6;
        if !prior.as_ref().map_or_else(|| file.labels.iter().all(|label| label.as_ref().prior.is_none()), is_whole) {
            let message = "`prior` is a label's share: give it to every label, above 0 and adding up to 1, or to none";
            return Err((find(0, "prior"), message.into()));
        }
        let mut labels = Vec::new();
        for (label, &at) in file.labels.into_iter().zip(&label_at) {
            let label = label.into_inner();
            let style = label.underline.as_deref().unwrap_or("solid");
            let underline = Underline::from_name(style).ok_or_else(|| {
                let all = Underline::ALL.map(Underline::name).join(", ");
                (
                    find(at, "underline"),
                    format!("`underline` of label `{}` must be one of {all}, not `{style}`", label.name),
                )
            })?;
            let color_dark = label.color_dark.unwrap_or_else(|| label.color.clone());
            let FileLabel { name, pole, color, meaning, .. } = label;
            labels.push(Label { name, pole, color, color_dark, underline, meaning });
        }
        let topic = Topic {
            name: file.name,
            title: file.title,
            question: file.question,
            labels,
            threshold: if let Threshold::Fixed(p) = threshold { p } else { 0.0 },
            provenance: file.provenance,
        };
        topic.validate().map_err(|error| {
            let (label, key) = error.field.rsplit_once('.').unwrap_or(("", &error.field));
            let number = label.strip_prefix("labels[").and_then(|rest| rest.strip_suffix(']')?.parse::<usize>().ok());
            let from = number.and_then(|number| label_at.get(number)).copied().unwrap_or(0);
            (find(from, key), error.to_string())
        })?;
        for listed in file.data.iter().chain(&file.teacher) {
            let (at, source) = (listed.span().start, listed.as_ref());
            if let Some(unknown) = source.labels.values().find(|name| topic.label_index(name).is_none()) {
                return Err((
                    find(at, "labels"),
                    format!("`{}` maps to `{unknown}`, which is no label here", source.file),
                ));
            }
            if source.opinions.is_some() && !(source.labels.is_empty() && source.fields == default_label_fields()) {
                let message = format!("`{}` has `opinions`: leave out `labels` and `fields`", source.file);
                return Err((find(at, "file"), message));
            }
            if source.validate && (source.measure || source.opinions.is_some()) {
                let message = format!("`{}` has `validate`: leave out `measure` and `opinions`", source.file);
                return Err((find(at, "file"), message));
            }
            if source.calibrate && !source.measure {
                let message =
                    format!("`{}` has `calibrate`: it needs `measure = true`, for it is not learned from", source.file);
                return Err((find(at, "file"), message));
            }
            for weight in [Some(source.weight), source.encoder_weight].into_iter().flatten() {
                if !(weight.is_finite() && weight > 0.0) {
                    return Err((find(at, "file"), format!("the weight of `{}` must be above 0", source.file)));
                }
            }
        }
        let is_wrong =
            |of: &DataSource| of.measure || of.validate || of.opinions.is_some() || of.encoder_weight.is_some();
        if let Some((at, source)) = file
            .teacher
            .iter()
            .map(|listed| (listed.span().start, listed.as_ref()))
            .find(|(_, source)| is_wrong(source))
        {
            let message = format!(
                "`{}` is for the teacher: leave out `measure`, `validate`, `opinions`, `encoder_weight`",
                source.file
            );
            return Err((line_of(at), message));
        }
        let [data, teacher] =
            [file.data, file.teacher].map(|listed| listed.into_iter().map(Spanned::into_inner).collect());
        Ok(Self { topic, threshold, prior, data, teacher, card: file.card })
    }
}

#[cfg(test)]
mod tests {
    use super::{Threshold, TopicFile};

    const GOOD: &str = r##"
name = "mood"
title = "Mood"
question = "How does it sound?"
[[labels]]
name = "good"
pole = 1
color = "#0072b2"
[[labels]]
name = "bad"
pole = -1
color = "#d55e00"
underline = "wavy"
"##;

    #[test]
    fn reads_the_smallest_topic() {
        let file = TopicFile::parse(GOOD).unwrap();
        assert_eq!(file.topic.labels.len(), 2);
        assert_eq!(file.threshold, Threshold::Precision(0.9));
    }

    #[test]
    fn what_a_teacher_labelled_says_nothing_about_the_model() {
        let data = "[[data]]\nfile = \"a.jsonl\"\nlicence = \"CC0\"\ncitation = \"us\"\nvalidate = true\n";
        assert!(TopicFile::parse(&format!("{GOOD}{data}")).unwrap().data[0].validate);
        for other in ["opinions = \"a.tsv\"", "measure = true"] {
            let (line, said) = TopicFile::parse(&format!("{GOOD}{data}{other}\n")).unwrap_err();
            assert!(line == 15 && said.contains("`validate`"), "{line}: {said}");
        }
        let teacher = data.replace("[[data]]", "[[teacher]]");
        let (line, said) = TopicFile::parse(&format!("{GOOD}{teacher}")).unwrap_err();
        assert!(line == 14 && said.contains("for the teacher"), "{line}: {said}");
        let file = TopicFile::parse(&format!("{GOOD}{}", teacher.replace("validate = true", ""))).unwrap();
        assert_eq!((file.data.len(), file.teacher.len()), (0, 1));
    }

    #[test]
    fn what_sets_the_temperature_is_not_learned_from() {
        let data = "[[data]]\nfile = \"a.jsonl\"\nlicence = \"CC0\"\ncitation = \"us\"\ncalibrate = true\n";
        assert!(TopicFile::parse(&format!("{GOOD}{data}measure = true\n")).unwrap().data[0].calibrate);
        let (line, said) = TopicFile::parse(&format!("{GOOD}{data}")).unwrap_err();
        assert!(line == 15 && said.contains("`measure = true`"), "{line}: {said}");
    }

    #[test]
    fn labels_may_have_a_share() {
        let shares = |good: &str, bad: &str| {
            let text = GOOD.replace("pole = 1\n", &format!("pole = 1\n{good}\n"));
            TopicFile::parse(&text.replace("pole = -1\n", &format!("pole = -1\n{bad}\n")))
        };
        assert_eq!(shares("prior = 0.3", "prior = 0.7").unwrap().prior, Some(vec![0.3, 0.7]));
        assert_eq!(shares("", "").unwrap().prior, None);
        for (good, bad) in
            [("prior = 0.3", ""), ("", "prior = 1.0"), ("prior = 0.5", "prior = 0.6"), ("prior = 0.0", "prior = 1.0")]
        {
            let (line, said) = shares(good, bad).unwrap_err();
            assert!((8..=13).contains(&line) && said.contains("adding up to 1"), "{line}: {said}");
        }
    }

    #[test]
    fn a_set_may_weigh_otherwise_to_an_encoder() {
        let data = "[[data]]\nfile = \"a.jsonl\"\nlicence = \"CC0\"\ncitation = \"us\"\nweight = 0.5\n";
        let weigh = |more: &str| TopicFile::parse(&format!("{GOOD}{data}{more}"));
        let weights = |file: TopicFile| (file.data[0].weight, file.for_encoder().data[0].weight);
        assert_eq!(weights(weigh("").unwrap()), (0.5, 0.5));
        assert_eq!(weights(weigh("encoder_weight = 0.3\n").unwrap()), (0.5, 0.3));
        let (line, said) = weigh("encoder_weight = 0\n").unwrap_err();
        assert!(line == 15 && said.contains("must be above 0"), "{line}: {said}");
    }

    #[test]
    fn says_what_is_wrong_and_where() {
        let cases: &[(&str, &str, usize, &str)] = &[
            ("title", "titel", 3, "titel"),
            ("pole = -1", "pole = -3", 11, "between -1 and 1"),
            ("#d55e00", "red", 12, "colour"),
            ("wavy", "curly", 13, "curly"),
            ("name = \"bad\"", "name = \"good\"", 10, "differ"),
            ("\"Mood\"", "Mood", 3, ""),
        ];
        for (from, to, line, message) in cases {
            let (found, said) = TopicFile::parse(&GOOD.replacen(from, to, 1)).unwrap_err();
            assert!(said.contains(message), "{said}");
            assert_eq!(found, *line, "{said}");
        }
    }
}
