//! `stancelight inspect`: what is in a model file.

use crate::input;
use crate::output::{printable, stdout, written};
use anyhow::Result;
use clap::Parser;
use stancelight::encoder::Shape;
use stancelight::feature::{Feature, Settings};
use stancelight::{Encoder, Linear, Model, Scorer};
use std::io::Write;
use std::path::PathBuf;

/// Show a model's topic, labels, strongest features, training facts and size
#[derive(Parser)]
pub struct Args {
    /// The model file
    model: PathBuf,
    /// How many of the strongest features to list for each label
    #[arg(short = 'n', long, default_value_t = 15, value_name = "N")]
    features: usize,
}

pub fn run(args: &Args) -> Result<()> {
    let model = input::model(&args.model)?;
    let mut text = Vec::new();
    print(&mut text, &model, args.features)?;
    let mut out = stdout();
    written(out.write_all(printable(&String::from_utf8(text)?).as_bytes()))?;
    let size = model.to_bytes().len();
    written(writeln!(out, "\nsize\n  {size} bytes in {}", args.model.display()))?;
    written(out.flush())
}

fn print(out: &mut impl Write, model: &Model, n: usize) -> std::io::Result<()> {
    let topic = &model.topic;
    writeln!(out, "{} ({})\n  {}", topic.title, topic.name, topic.question)?;
    writeln!(out, "\nlabels (sure from {:.2})", topic.threshold)?;
    for label in &topic.labels {
        writeln!(out, "  {:+}  {}: {}", label.pole, label.name, label.meaning)?;
    }
    writeln!(out, "\ntraining")?;
    for (name, value) in &model.facts {
        writeln!(out, "  {name}: {value}")?;
    }
    if let Some(encoder) = model.encoder() {
        sizes(out, encoder)?;
        if let Some(linear) = model.linear() {
            branch(out, model, linear)?;
        }
    }
    if let Some(linear) = model.linear() {
        for (k, label) in topic.labels.iter().enumerate() {
            writeln!(out, "\nstrongest for {}", label.name)?;
            for (weight, name) in strongest(linear, k, n) {
                writeln!(out, "  {weight:+.3}  {name}")?;
            }
        }
    }
    Ok(())
}

/// What stands beside an encoder, and how much of the file it is.
fn branch(out: &mut impl Write, model: &Model, linear: &Linear) -> std::io::Result<()> {
    let Settings { mask_names, articles, negation, pairs, length_norm, negators } = &linear.settings;
    let settings = [
        (mask_names, "names as one"),
        (articles, "with their article"),
        (negation, "negation"),
        (pairs, "pairs"),
        (length_norm, "scaled by length"),
    ];
    let on: Vec<&str> = settings.into_iter().filter(|(on, _)| **on).map(|(_, name)| name).collect();
    let alone = model.encoder().cloned().map(|encoder| Model { scorer: Scorer::Encoder(encoder), ..model.clone() });
    let bytes = model.to_bytes().len() - alone.map_or(0, |alone| alone.to_bytes().len());
    writeln!(out, "\nlinear branch")?;
    writeln!(out, "  {} features of {} words, {} negators", linear.features.len(), linear.words.len(), negators.len())?;
    writeln!(out, "  {}", on.join(", "))?;
    writeln!(out, "  {bytes} bytes")
}

/// An encoder has no features to list: what it knows lies in how its parts work together.
fn sizes(out: &mut impl Write, encoder: &Encoder) -> std::io::Result<()> {
    let Shape { layers, width, heads, feed_forward, positions } = encoder.shape();
    writeln!(out, "\nencoder")?;
    writeln!(out, "  {} parameters, {} word pieces", encoder.parameters(), encoder.vocabulary().len())?;
    writeln!(out, "  {layers} layers of width {width}, {heads} heads, feed-forward {feed_forward}")?;
    writeln!(out, "  {positions} pieces see each other")
}

/// The features with the greatest weight for a label, and how they read.
fn strongest(linear: &Linear, label: usize, n: usize) -> Vec<(f64, String)> {
    let Linear { words, features, weights, scale, bias, .. } = linear;
    let mut order: Vec<usize> = (0..features.len()).collect();
    order.sort_by_key(|&row| (std::cmp::Reverse(weights[row * bias.len() + label]), row));
    let word = |id: u32| words.get(id as usize);
    order
        .into_iter()
        .take(n)
        .map(|row| {
            let name = match features[row] {
                Feature::Word(a) => word(a).to_owned(),
                Feature::Negated(a) => format!("not … {}", word(a)),
                Feature::Pair(a, b) => format!("{} {}", word(a), word(b)),
            };
            (f64::from(weights[row * bias.len() + label]) * f64::from(scale[label]), name)
        })
        .collect()
}
