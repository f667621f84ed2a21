//! A topic's part of the file.

use super::bytes::{Reader, Writer};
use super::{ModelError, Result};
use crate::topic::{Label, Topic, Underline};

pub(super) fn write(out: &mut Writer, topic: &Topic) {
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

pub(super) fn read(input: &mut Reader<'_>) -> Result<Topic> {
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
