//! `stancelight highlight`: an article in, the same article with its sentences painted out, in the
//! terminal or as one HTML file that needs nothing else; or what was found in it, as JSON.

use crate::input;
use crate::output::{can_be_written, printable, spare, stdout, write_whole, written};
use anstyle::{Effects, RgbColor, Style};
use anyhow::{Result, bail};
use clap::Parser;
use serde_json::{Value, json};
use stancelight::view::SentenceView;
use stancelight::{Label, Quotation, Sentence, Topic, Underline, analyze, quotations};
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::PathBuf;

/// Paint the sentences of an article by their stance
#[derive(Parser)]
pub struct Args {
    /// The model file
    model: PathBuf,
    /// A plain-text article; `-` for standard input
    article: PathBuf,
    /// Write a self-contained HTML file instead of painting the terminal
    #[arg(long, value_name = "OUT")]
    html: Option<PathBuf>,
    /// Print one JSON object, the sentences and who is quoted saying what; offsets are bytes
    #[arg(long, conflicts_with = "html")]
    json: bool,
    /// Paint from this probability on, instead of the topic's threshold
    #[arg(long, value_name = "P")]
    threshold: Option<f64>,
}

pub fn run(args: &Args) -> Result<()> {
    spare([&args.model, &args.article], &args.html)?;
    can_be_written(&args.html)?;
    let predictor = input::predictor(&args.model)?;
    let topic = predictor.topic();
    let threshold = args.threshold.unwrap_or_else(|| f64::from(topic.threshold));
    if !(0.0..=1.0).contains(&threshold) {
        bail!("--threshold must be between 0 and 1, not {threshold}");
    }
    let text = input::text(&args.article)?;
    let sentences = analyze(&text, &predictor);
    let painted: Vec<&Sentence> = sentences.iter().filter(|s| s.verdict.is_painted(topic, threshold)).collect();
    if let Some(path) = &args.html {
        write_whole(path, html(&text, &sentences, &painted, topic, threshold).as_bytes())?;
    } else if args.json {
        let mut out = stdout();
        written(
            serde_json::to_writer_pretty(&mut out, &json(&text, &sentences, topic, threshold)?).map_err(Into::into),
        )?;
        written(writeln!(out))?;
        return written(out.flush());
    } else {
        written(terminal(&text, &painted, topic))?;
    }
    anstream::eprintln!("{}", summary(&sentences, &painted, topic));
    Ok(())
}

/// "12 sentences: 3 cooperation, 4 threat, 5 unpainted; mean stance −0.08".
fn summary(sentences: &[Sentence], painted: &[&Sentence], topic: &Topic) -> String {
    let mut out = format!("{} sentences:", sentences.len());
    for (k, label) in topic.labels.iter().enumerate().filter(|(_, label)| label.pole != 0.0) {
        let n = painted.iter().filter(|s| s.verdict.label == k).count();
        let _ = write!(out, " {n} {},", label.name);
    }
    #[allow(clippy::cast_precision_loss, reason = "sentences are few")]
    let mean = sentences.iter().map(|s| s.verdict.score).sum::<f64>() / sentences.len().max(1) as f64;
    // The sum of nothing is minus nothing.
    let mean = mean + 0.0;
    let _ = write!(out, " {} unpainted; mean stance {mean:+.2}", sentences.len() - painted.len());
    out
}

/// The page's findings in the page's words: each sentence, and each quotation with its speaker where that is told and
/// the sentences it touches.
fn json(text: &str, sentences: &[Sentence], topic: &Topic, threshold: f64) -> Result<Value> {
    let mut rows = Vec::with_capacity(sentences.len());
    for sentence in sentences {
        let mut row = serde_json::to_value(SentenceView::new(sentence, topic))?;
        row["text"] = text[sentence.span.range()].into();
        row["painted"] = sentence.verdict.is_painted(topic, threshold).into();
        rows.push(row);
    }
    let quoted = quotations(text).into_iter().map(|Quotation { span, speaker }| {
        let first = sentences.partition_point(|sentence| sentence.span.end <= span.start);
        let after = sentences.partition_point(|sentence| sentence.span.start < span.end);
        let speaker = speaker.map(|name| {
            // However it is spaced.
            let words = text[name.range()].split_whitespace().collect::<Vec<_>>().join(" ");
            json!({ "start": name.start, "end": name.end, "name": words })
        });
        json!({ "start": span.start, "end": span.end, "speaker": speaker, "sentences": (first..after).collect::<Vec<_>>() })
    });
    let quoted = Value::Array(quoted.collect());
    Ok(json!({ "topic": topic.name, "threshold": threshold, "sentences": rows, "quotations": quoted }))
}

fn terminal(text: &str, painted: &[&Sentence], topic: &Topic) -> std::io::Result<()> {
    // Where colours would be stripped, brackets say the same.
    let stream = std::io::stdout();
    let colours = !matches!(anstream::AutoStream::choice(&stream), anstream::ColorChoice::Never);
    let mut out = stdout();
    let mut at = 0;
    for sentence in painted {
        let label = &topic.labels[sentence.verdict.label];
        let body = printable(&text[sentence.span.range()]);
        write!(out, "{}", printable(&text[at..sentence.span.start]))?;
        if colours {
            let style = style(label);
            write!(out, "{style}{body}{style:#}")?;
        } else {
            write!(out, "[{} {:.2}: {body}]", label.name, sentence.verdict.confidence())?;
        }
        at = sentence.span.end;
    }
    writeln!(out, "{}", printable(&text[at..]))?;
    out.flush()
}

fn style(label: &Label) -> Style {
    let channel = |at: usize| label.color.get(at..at + 2).and_then(|hex| u8::from_str_radix(hex, 16).ok()).unwrap_or(0);
    let background = RgbColor(channel(1), channel(3), channel(5));
    let effect = match label.underline {
        Underline::None => Effects::new(),
        Underline::Solid => Effects::UNDERLINE,
        Underline::Double => Effects::DOUBLE_UNDERLINE,
        Underline::Dotted => Effects::DOTTED_UNDERLINE,
        Underline::Dashed => Effects::DASHED_UNDERLINE,
        Underline::Wavy => Effects::CURLY_UNDERLINE,
    };
    // Whichever of black and white stands out more against the label's colour.
    let luminance = |c: u8| {
        let c = f64::from(c) / 255.0;
        if c <= 0.04045 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
    };
    let light = 0.2126 * luminance(background.0) + 0.7152 * luminance(background.1) + 0.0722 * luminance(background.2);
    let ink = if light > 0.179 { RgbColor(0, 0, 0) } else { RgbColor(255, 255, 255) };
    Style::new().fg_color(Some(ink.into())).bg_color(Some(background.into())).effects(effect)
}

fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            c if c.is_control() && !matches!(c, '\n' | '\t') => {}
            c => out.push(c),
        }
    }
    out
}

const STYLE: &str = "body{font:1.05rem/1.7 Georgia,serif;max-width:42rem;margin:3rem auto;padding:0 1rem;color:#1a1a1a;background:#fff}\
main{white-space:pre-wrap;overflow-wrap:anywhere}mark{color:inherit;background:none;text-decoration-thickness:.14em;text-underline-offset:.2em}\
header,footer{font:.9rem/1.5 system-ui,sans-serif}footer{margin-top:2rem;border-top:1px solid #999;padding-top:1rem}\
@media(prefers-color-scheme:dark){body{color:#eee;background:#16181c}}";

fn html(text: &str, sentences: &[Sentence], painted: &[&Sentence], topic: &Topic, threshold: f64) -> String {
    let mut out = String::new();
    // Writing to a string cannot fail.
    let _ = write_html(&mut out, text, sentences, painted, topic, threshold);
    out
}

fn write_html(
    out: &mut String,
    text: &str,
    sentences: &[Sentence],
    painted: &[&Sentence],
    topic: &Topic,
    threshold: f64,
) -> std::fmt::Result {
    let (mut light, mut dark) = (String::new(), String::new());
    for (k, label) in topic.labels.iter().enumerate().filter(|(_, label)| label.pole != 0.0) {
        let line = label.underline.name();
        write!(light, ".l{k}{{background:{0}33;text-decoration:underline {line} {0}}}", label.color)?;
        write!(dark, ".l{k}{{background:{0}44;text-decoration-color:{0}}}", label.color_dark)?;
    }
    write!(
        out,
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">\n\
         <meta name=\"viewport\" content=\"width=device-width\">\n<title>{0}</title>\n\
         <style>{STYLE}{light}@media(prefers-color-scheme:dark){{{dark}}}</style>\n\
         <header><p><strong>{0}</strong>. {1}</p></header>\n<main>",
        escape(&topic.title),
        escape(&topic.question)
    )?;
    let mut at = 0;
    for sentence in painted {
        let verdict = &sentence.verdict;
        let label = &topic.labels[verdict.label];
        write!(
            out,
            "{}<mark class=\"l{}\" title=\"{} {:.2}\">{}</mark>",
            escape(&text[at..sentence.span.start]),
            verdict.label,
            escape(&label.name),
            verdict.confidence(),
            escape(&text[sentence.span.range()])
        )?;
        at = sentence.span.end;
    }
    write!(out, "{}</main>\n<footer><p>", escape(&text[at..]))?;
    for (k, label) in topic.labels.iter().enumerate().filter(|(_, label)| label.pole != 0.0) {
        write!(out, "<mark class=\"l{k}\">{}</mark> ", escape(&label.name))?;
    }
    writeln!(
        out,
        "</p><p>{}. Painted from a probability of {:.2}. Point at a sentence for its probability.</p></footer>\n</html>",
        escape(&summary(sentences, painted, topic)),
        threshold
    )
}
