//! The model file: a [`Model`] comes in and bytes go out, or the other way round. The only reader and
//! the only writer of the format, which DESIGN.md beside this crate describes byte by byte.
//!
//! A file is untrusted input. Everything is checked here, at the door, so that nothing behind it needs
//! to: every length against what is left, every number against its range, every order, and a checksum
//! over the whole.

mod bytes;
mod checksum;
mod encoder;
mod linear;
mod topic;
mod words;

use crate::encoder::{Encoder, EncoderError};
use crate::model::{Model, Scorer};
use crate::topic::TopicError;
use bytes::{Reader, Writer};
use checksum::checksum;
use std::fmt;

/// First bytes of every model file. The line break shows at once when a transfer rewrote line ends.
pub const MAGIC: [u8; 8] = *b"STANCE\r\n";

/// The newest version this engine reads. It writes the oldest that can hold a model, so that older readers read what
/// they can.
pub const VERSION: u32 = 3;

/// Linear models only.
const LINEAR: u32 = 1;

/// The kind of scorer is named.
const NAMED: u32 = 2;

/// An encoder says how many bits its numbers have.
const PACKED: u32 = 3;

/// The kinds' names in the file.
const ENCODER: &str = "encoder";
const WIDE_AND_DEEP: &str = "wide and deep";

/// Why bytes are not a model.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ModelError {
    kind: Kind,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    NotAModel,
    Newer(u32),
    Truncated { at: usize },
    Damaged,
    Invalid { at: usize, what: &'static str },
    Topic(TopicError),
    Encoder(EncoderError),
    Scorer(String),
}

type Result<T> = std::result::Result<T, ModelError>;

impl ModelError {
    /// Whether the file is of a version that a newer Stancelight wrote.
    pub const fn is_newer_version(&self) -> bool {
        matches!(self.kind, Kind::Newer(_))
    }

    const fn invalid(at: usize, what: &'static str) -> Self {
        Self { kind: Kind::Invalid { at, what } }
    }
}

impl fmt::Display for ModelError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.kind {
            Kind::NotAModel => write!(f, "this is not a Stancelight model file (it does not begin with \"STANCE\")"),
            Kind::Newer(version) => write!(
                f,
                "this model has format version {version}, newer than the {VERSION} this program reads; update Stancelight"
            ),
            Kind::Truncated { at } => {
                write!(f, "this model file is cut short at byte {at}; copy or train it again")
            }
            Kind::Damaged => {
                write!(f, "this model file is damaged (its checksum does not match); copy or train it again")
            }
            Kind::Invalid { at, what } => write!(f, "this model file is invalid at byte {at}: {what}; train it again"),
            Kind::Topic(error) => write!(f, "this model file's topic is invalid: {error}; train it again"),
            Kind::Encoder(error) => write!(f, "this model file's encoder is invalid: {error}; train it again"),
            Kind::Scorer(name) => {
                write!(f, "this model file has a scorer of an unknown kind, {name:?}; update Stancelight")
            }
        }
    }
}

impl std::error::Error for ModelError {}

impl Model {
    /// The model as a file's bytes; the same model gives the same bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Writer::default();
        out.0.extend(MAGIC);
        match &self.scorer {
            Scorer::Linear(linear) => {
                out.0.extend(LINEAR.to_le_bytes());
                topic::write(&mut out, &self.topic);
                linear::write_settings(&mut out, &linear.settings);
                write_facts(&mut out, &self.facts);
                linear::write(&mut out, linear);
            }
            Scorer::Encoder(encoder) => {
                self.write_named(&mut out, ENCODER, encoder);
                encoder::write(&mut out, encoder);
            }
            Scorer::WideAndDeep { linear, encoder } => {
                self.write_named(&mut out, WIDE_AND_DEEP, encoder);
                encoder::write(&mut out, encoder);
                linear::write_settings(&mut out, &linear.settings);
                linear::write(&mut out, linear);
            }
        }
        let sum = checksum(&out.0);
        out.0.extend(sum.to_le_bytes());
        out.0
    }

    /// What comes before a scorer of a named kind.
    fn write_named(&self, out: &mut Writer, kind: &str, encoder: &Encoder) {
        let version = if encoder.bits() == encoder::BITS { NAMED } else { PACKED };
        out.0.extend(version.to_le_bytes());
        topic::write(out, &self.topic);
        write_facts(out, &self.facts);
        out.text(kind);
    }

    /// Reads a model from a file's bytes, trusting nothing.
    ///
    /// # Errors
    /// If the bytes are no model, of a newer version, cut short, altered, or inconsistent.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let Some(rest) = bytes.strip_prefix(&MAGIC) else {
            // A file cut off inside its first eight bytes is still recognisably ours.
            let cut = !bytes.is_empty() && MAGIC.starts_with(bytes);
            return Err(ModelError { kind: if cut { Kind::Truncated { at: bytes.len() } } else { Kind::NotAModel } });
        };
        let Some(version) = rest.first_chunk().map(|&bytes| u32::from_le_bytes(bytes)) else {
            return Err(ModelError { kind: Kind::Truncated { at: bytes.len() } });
        };
        if version > VERSION {
            return Err(ModelError { kind: Kind::Newer(version) });
        }
        if version == 0 {
            return Err(ModelError::invalid(MAGIC.len(), "there is no version 0"));
        }
        let head = MAGIC.len() + 4;
        let Some((body, sum)) = bytes.split_last_chunk().filter(|(body, _)| body.len() > head) else {
            return Err(ModelError { kind: Kind::Truncated { at: bytes.len() } });
        };
        let sound = checksum(body) == u32::from_le_bytes(*sum);
        let model = read(version, &mut Reader { bytes: body, at: head });
        match model {
            // What cannot be read to its end was cut short; what can, but sums up wrongly, was altered.
            Err(error) if sound || matches!(error.kind, Kind::Truncated { .. }) => Err(error),
            _ if !sound => Err(ModelError { kind: Kind::Damaged }),
            model => model,
        }
    }
}

fn write_facts(out: &mut Writer, facts: &[(String, String)]) {
    out.len(facts.len());
    for (name, value) in facts {
        out.text(name);
        out.text(value);
    }
}

fn read_facts(input: &mut Reader<'_>) -> Result<Vec<(String, String)>> {
    let mut facts = Vec::new();
    for _ in 0..input.len(2)? {
        facts.push((input.text()?, input.text()?));
    }
    Ok(facts)
}

fn read(version: u32, input: &mut Reader<'_>) -> Result<Model> {
    let topic = topic::read(input)?;
    topic.validate().map_err(|error| ModelError { kind: Kind::Topic(error) })?;
    let labels = topic.labels.len();
    let (facts, scorer) = if version == LINEAR {
        let settings = linear::read_settings(input)?;
        (read_facts(input)?, Scorer::Linear(linear::read(input, settings, labels)?))
    } else {
        let facts = read_facts(input)?;
        let kind = input.text()?;
        if kind != ENCODER && kind != WIDE_AND_DEEP {
            return Err(ModelError { kind: Kind::Scorer(kind) });
        }
        let encoder = encoder::read(input, labels, version >= PACKED)?;
        let scorer = if kind == ENCODER {
            Scorer::Encoder(encoder)
        } else {
            let settings = linear::read_settings(input)?;
            Scorer::WideAndDeep { linear: linear::read(input, settings, labels)?, encoder }
        };
        (facts, scorer)
    };
    if input.at != input.bytes.len() {
        return Err(ModelError::invalid(input.at, "there is more than a model"));
    }
    Ok(Model { topic, facts, scorer })
}
