//! The model file: a [`Model`] comes in and bytes go out, or the other way round. The only reader and
//! the only writer of the format, which DESIGN.md beside this crate describes byte by byte.
//!
//! A file is untrusted input. Everything is checked here, at the door, so that nothing behind it needs
//! to: every length against what is left, every number against its range, every order, and a checksum
//! over the whole.

use crate::feature::{Feature, Settings};
use crate::model::{Linear, Model};
use crate::table::Words;
use crate::topic::{Label, Topic, TopicError, Underline};
use std::fmt;

/// First bytes of every model file. The line break shows at once when a transfer rewrote line ends.
pub const MAGIC: [u8; 8] = *b"STANCE\r\n";

/// The version this engine writes, and the newest it reads.
pub const VERSION: u32 = 1;

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
}

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
        }
    }
}

impl std::error::Error for ModelError {}

// ---- writing ------------------------------------------------------------------------------------

#[derive(Default)]
struct Writer(Vec<u8>);

impl Writer {
    fn number(&mut self, mut n: u64) {
        while n >= 0x80 {
            self.0.push((n & 0x7f) as u8 | 0x80);
            n >>= 7;
        }
        self.0.push(n as u8);
    }

    fn len(&mut self, n: usize) {
        self.number(n as u64);
    }

    fn float(&mut self, x: f32) {
        self.0.extend(x.to_le_bytes());
    }

    fn text(&mut self, text: &str) {
        self.len(text.len());
        self.0.extend(text.as_bytes());
    }

    /// Ascending numbers as their differences, which are small.
    fn ascending(&mut self, numbers: impl ExactSizeIterator<Item = u64>) {
        self.len(numbers.len());
        let mut last = 0;
        for n in numbers {
            self.number(n - last);
            last = n;
        }
    }
}

impl Model {
    /// The model as a file's bytes; the same model gives the same bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut out = Writer::default();
        out.0.extend(MAGIC);
        out.0.extend(VERSION.to_le_bytes());
        write_topic(&mut out, &self.topic);
        write_settings(&mut out, &self.settings);
        out.len(self.facts.len());
        for (name, value) in &self.facts {
            out.text(name);
            out.text(value);
        }
        write_words(&mut out, &self.words);
        out.ascending(self.features.iter().map(|feature| feature.key()));
        for (&bias, &scale) in self.linear.bias.iter().zip(&self.linear.scale) {
            out.float(bias);
            out.float(scale);
        }
        // A label's weights together: alike neighbours compress better than a row's three strangers.
        let labels = self.topic.labels.len();
        for label in 0..labels {
            out.0.extend(self.linear.weights.iter().skip(label).step_by(labels).map(|&w| w.cast_unsigned()));
        }
        let checksum = crc32fast::hash(&out.0);
        out.0.extend(checksum.to_le_bytes());
        out.0
    }
}

fn write_topic(out: &mut Writer, topic: &Topic) {
    for text in [&topic.name, &topic.title, &topic.question, &topic.provenance] {
        out.text(text);
    }
    out.float(topic.threshold);
    out.len(topic.labels.len());
    for label in &topic.labels {
        for text in [&label.name, &label.meaning, &label.color, &label.color_dark] {
            out.text(text);
        }
        out.float(label.pole);
        out.number(label.underline as u64);
    }
}

fn write_settings(out: &mut Writer, settings: &Settings) {
    let flags = [settings.mask_names, settings.negation, settings.pairs, settings.length_norm];
    out.number(flags.iter().enumerate().map(|(bit, &on)| u64::from(on) << bit).sum());
    out.len(settings.negators.len());
    for negator in &settings.negators {
        out.text(negator);
    }
}

/// Front coding: how many bytes a word shares with the one before, then the rest.
fn write_words(out: &mut Writer, words: &Words) {
    out.len(words.len());
    let mut last = "";
    for word in words.iter() {
        let shared = word.bytes().zip(last.bytes()).take_while(|(a, b)| a == b).count();
        out.len(shared);
        out.len(word.len() - shared);
        out.0.extend(&word.as_bytes()[shared..]);
        last = word;
    }
}

// ---- reading ------------------------------------------------------------------------------------

struct Reader<'b> {
    bytes: &'b [u8],
    at: usize,
}

type Result<T> = std::result::Result<T, ModelError>;

impl<'b> Reader<'b> {
    fn take(&mut self, n: usize) -> Result<&'b [u8]> {
        let end = self.at.checked_add(n).filter(|&end| end <= self.bytes.len());
        let end = end.ok_or(ModelError { kind: Kind::Truncated { at: self.bytes.len() } })?;
        let out = &self.bytes[self.at..end];
        self.at = end;
        Ok(out)
    }

    fn number(&mut self) -> Result<u64> {
        let at = self.at;
        let mut out = 0;
        for shift in (0..64).step_by(7) {
            let byte = self.take(1)?[0];
            out |= u64::from(byte & 0x7f) << shift;
            if byte < 0x80 {
                return Ok(out);
            }
        }
        Err(ModelError::invalid(at, "a number is too long"))
    }

    /// How many items follow, each of at least `size` bytes: checked before anything is allocated.
    fn len(&mut self, size: usize) -> Result<usize> {
        let at = self.at;
        let n = self.number()?;
        let fits = usize::try_from(n).ok().filter(|&n| n <= (self.bytes.len() - self.at) / size.max(1));
        fits.ok_or(ModelError::invalid(at, "a length is greater than the file"))
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        let mut out = [0; N];
        out.copy_from_slice(self.take(N)?);
        Ok(out)
    }

    fn float(&mut self) -> Result<f32> {
        let at = self.at;
        let x = f32::from_le_bytes(self.array()?);
        if x.is_finite() { Ok(x) } else { Err(ModelError::invalid(at, "a number is not finite")) }
    }

    fn text(&mut self) -> Result<String> {
        let n = self.len(1)?;
        let at = self.at;
        let text = std::str::from_utf8(self.take(n)?);
        text.map(str::to_owned).map_err(|_| ModelError::invalid(at, "text is not UTF-8"))
    }

    /// Strictly ascending numbers below `limit`.
    fn ascending(&mut self, limit: u64, mut each: impl FnMut(usize, u64) -> Result<()>) -> Result<usize> {
        let n = self.len(1)?;
        let mut last = 0_u64;
        for i in 0..n {
            let at = self.at;
            let step = self.number()?;
            last = last
                .checked_add(step)
                .filter(|&next| next < limit && (i == 0 || step > 0))
                .ok_or(ModelError::invalid(at, "numbers are not in ascending order or too large"))?;
            each(at, last)?;
        }
        Ok(n)
    }
}

impl Model {
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
        let Some((body, checksum)) = bytes.split_last_chunk().filter(|(body, _)| body.len() > head) else {
            return Err(ModelError { kind: Kind::Truncated { at: bytes.len() } });
        };
        let sound = crc32fast::hash(body) == u32::from_le_bytes(*checksum);
        let model = read(&mut Reader { bytes: body, at: head });
        match model {
            // What cannot be read to its end was cut short; what can, but sums up wrongly, was altered.
            Err(error) if sound || matches!(error.kind, Kind::Truncated { .. }) => Err(error),
            _ if !sound => Err(ModelError { kind: Kind::Damaged }),
            model => model,
        }
    }
}

fn read(input: &mut Reader<'_>) -> Result<Model> {
    let topic = read_topic(input)?;
    topic.validate().map_err(|error| ModelError { kind: Kind::Topic(error) })?;
    let settings = read_settings(input)?;
    let mut facts = Vec::new();
    for _ in 0..input.len(2)? {
        facts.push((input.text()?, input.text()?));
    }
    let words = read_words(input)?;
    let known = words.len() as u64;
    let mut features = Vec::new();
    input.ascending(u64::MAX, |at, key| {
        let feature = Feature::from_key(key).filter(|feature| {
            let (a, b) = feature.words();
            u64::from(a) < known && b.is_none_or(|b| u64::from(b) < known)
        });
        features.push(feature.ok_or(ModelError::invalid(at, "a feature names a word that is not there"))?);
        Ok(())
    })?;
    let linear = read_linear(input, topic.labels.len(), features.len())?;
    if input.at != input.bytes.len() {
        return Err(ModelError::invalid(input.at, "there is more than a model"));
    }
    Ok(Model { topic, settings, facts, words, features, linear })
}

fn read_topic(input: &mut Reader<'_>) -> Result<Topic> {
    let (name, title, question, provenance) = (input.text()?, input.text()?, input.text()?, input.text()?);
    let threshold = input.float()?;
    let mut labels = Vec::new();
    for _ in 0..input.len(9)? {
        let (name, meaning, color, color_dark) = (input.text()?, input.text()?, input.text()?, input.text()?);
        let pole = input.float()?;
        let at = input.at;
        let underline = usize::try_from(input.number()?).ok().and_then(|n| Underline::ALL.get(n).copied());
        let underline = underline.ok_or(ModelError::invalid(at, "there is no such underline style"))?;
        labels.push(Label { name, pole, color, color_dark, underline, meaning });
    }
    Ok(Topic { name, title, question, labels, threshold, provenance })
}

fn read_settings(input: &mut Reader<'_>) -> Result<Settings> {
    let at = input.at;
    let flags = input.number()?;
    if flags > 0b1111 {
        return Err(ModelError::invalid(at, "there is no such setting"));
    }
    let mut negators = Vec::new();
    for _ in 0..input.len(1)? {
        negators.push(input.text()?);
    }
    let on = |bit: u32| flags >> bit & 1 == 1;
    Ok(Settings { mask_names: on(0), negation: on(1), pairs: on(2), length_norm: on(3), negators })
}

fn read_words(input: &mut Reader<'_>) -> Result<Words> {
    // Front coding must not let a small file swell to a huge vocabulary.
    const LONGEST: usize = 1024;
    const MOST: usize = 64 << 20;
    let mut total = 0;
    let mut words = Words::default();
    let mut last: Vec<u8> = Vec::new();
    let n = input.len(2)?;
    if n as u64 > u64::from(Feature::MAX_WORD) {
        return Err(ModelError::invalid(input.at, "there are too many words"));
    }
    for i in 0..n {
        let at = input.at;
        let shared = usize::try_from(input.number()?).ok().filter(|&shared| shared <= last.len());
        let shared = shared.ok_or(ModelError::invalid(at, "a word shares more than its neighbour has"))?;
        let rest = input.len(1)?;
        let before = last.clone();
        last.truncate(shared);
        last.extend(input.take(rest)?);
        total += last.len();
        if last.len() > LONGEST || total > MOST {
            return Err(ModelError::invalid(at, "words are too long"));
        }
        if i > 0 && last <= before {
            return Err(ModelError::invalid(at, "words are not in ascending order"));
        }
        words.push(std::str::from_utf8(&last).map_err(|_| ModelError::invalid(at, "a word is not UTF-8"))?);
    }
    Ok(words)
}

fn read_linear(input: &mut Reader<'_>, labels: usize, features: usize) -> Result<Linear> {
    let (mut bias, mut scale) = (Vec::new(), Vec::new());
    for _ in 0..labels {
        bias.push(input.float()?);
        scale.push(input.float()?);
    }
    let size = features.checked_mul(labels).ok_or(ModelError::invalid(input.at, "there are too many weights"))?;
    let columns = input.take(size)?;
    let mut weights = vec![0; size];
    for (label, column) in columns.chunks_exact(features.max(1)).enumerate() {
        for (row, &weight) in column.iter().enumerate() {
            weights[row * labels + label] = weight.cast_signed();
        }
    }
    Ok(Linear { bias, scale, weights })
}
