//! What a model answers: the question, the labels it chooses among, how each is painted, and from
//! which probability on it is sure. A topic is plain data; nothing in the engine knows one by name.

use std::fmt;

/// A classification task: its question, its labels, its threshold.
#[derive(Clone, Debug, PartialEq)]
pub struct Topic {
    /// Short machine name, such as `news-sentiment`.
    pub name: String,
    /// Name for people.
    pub title: String,
    /// The question the labels answer.
    pub question: String,
    /// The labels, at least two, in the order of every probability and share in this crate.
    pub labels: Vec<Label>,
    /// Smallest probability, 0 to 1, from which the most probable label counts as sure.
    pub threshold: f32,
    /// Where the training data came from, for readers.
    pub provenance: String,
}

/// One possible answer.
#[derive(Clone, Debug, PartialEq)]
pub struct Label {
    /// The name that stands in labelled data and in every result.
    pub name: String,
    /// Where it lies between the poles, −1 to +1; labels at 0 are never painted.
    pub pole: f32,
    /// Colour on a light page, `#rrggbb`.
    pub color: String,
    /// Colour on a dark page, `#rrggbb`.
    pub color_dark: String,
    /// The second channel beside colour.
    pub underline: Underline,
    /// What the label means, in words one could annotate by.
    pub meaning: String,
}

/// Underline styles, named as in CSS `text-decoration-style`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[repr(u8)]
#[allow(missing_docs, reason = "the names are CSS's own")]
pub enum Underline {
    None = 0,
    Solid = 1,
    Double = 2,
    Dotted = 3,
    Dashed = 4,
    Wavy = 5,
}

impl Underline {
    /// Every style, at the index of its number in the model file.
    pub const ALL: [Self; 6] = [Self::None, Self::Solid, Self::Double, Self::Dotted, Self::Dashed, Self::Wavy];

    /// The CSS keyword.
    pub const fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Solid => "solid",
            Self::Double => "double",
            Self::Dotted => "dotted",
            Self::Dashed => "dashed",
            Self::Wavy => "wavy",
        }
    }

    /// The style with this CSS keyword.
    pub fn from_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|style| style.name() == name)
    }
}

/// What is wrong with a topic.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopicError {
    /// The field, such as `labels[1].pole`.
    pub field: String,
    /// What it must be.
    pub message: &'static str,
}

impl fmt::Display for TopicError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "`{}` {}", self.field, self.message)
    }
}

impl std::error::Error for TopicError {}

impl Topic {
    /// Most labels a topic can have.
    pub const MAX_LABELS: usize = 64;

    /// The index of the label called `name`.
    pub fn label_index(&self, name: &str) -> Option<usize> {
        self.labels.iter().position(|label| label.name == name)
    }

    /// Checks what a type cannot: ranges, distinct names, colours that are nothing but colours (they
    /// reach style sheets).
    ///
    /// # Errors
    /// The first field that is wrong, and what it must be.
    pub fn validate(&self) -> Result<(), TopicError> {
        let wrong = |field: &str, message| Err(TopicError { field: field.to_owned(), message });
        if self.name.is_empty() || !self.name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        {
            return wrong("name", "must be lower-case letters, digits and hyphens");
        }
        if !(2..=Self::MAX_LABELS).contains(&self.labels.len()) {
            return wrong("labels", "must be 2 to 64 labels");
        }
        if !(0.0..=1.0).contains(&self.threshold) {
            return wrong("threshold", "must be between 0 and 1");
        }
        for (i, label) in self.labels.iter().enumerate() {
            let field = |name: &str| format!("labels[{i}].{name}");
            if label.name.is_empty() || label.name.chars().any(char::is_control) {
                return wrong(&field("name"), "must be a non-empty line");
            }
            if self.labels[..i].iter().any(|other| other.name == label.name) {
                return wrong(&field("name"), "must differ from every other label's");
            }
            if !(-1.0..=1.0).contains(&label.pole) {
                return wrong(&field("pole"), "must be between -1 and 1");
            }
            for (name, color) in [("color", &label.color), ("color_dark", &label.color_dark)] {
                let digits = color.strip_prefix('#').unwrap_or("");
                if digits.len() != 6 || !digits.bytes().all(|b| b.is_ascii_hexdigit()) {
                    return wrong(&field(name), "must be a colour such as \"#0072b2\"");
                }
            }
        }
        Ok(())
    }
}
