//! What held-out sentences show of a model, whichever learner made it: their logits come in; the calibration, the
//! threshold, the figures and the facts that the model file tells go out.

use crate::calibrate::Calibration;
use crate::corpus::Corpus;
use crate::evaluate::{Estimate, Evaluation, Judged, Operating, evaluate, known, threshold_for};
use crate::topic_file::{Threshold, TopicFile};
use crate::transfer::Transfer;
use crate::validate::HeldOut;
use stancelight::Topic;

/// What was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Judgement {
    /// The topic with its threshold.
    pub topic: Topic,
    /// Over all held-out rows.
    pub overall: Evaluation,
    /// Per file, where there are several.
    pub by_source: Vec<(String, Evaluation)>,
    /// What a reader should be warned of.
    pub warnings: Vec<String>,
}

/// Fewer held-out sentences than this make a figure that no paper should quote.
const FEW: usize = 300;

/// Of fewer clusters than this, resamples are too much alike for the bootstrap's interval to cover 95 %.
const TOO_FEW: usize = 50;

/// Chooses the threshold as the topic file says, and measures. `whole` is the calibration on all that was held out,
/// `transfer` what the text that the model is for then asks for; `seed` drives the bootstrap.
pub fn judge(
    held: &HeldOut<'_>,
    whole: &Calibration,
    transfer: &Transfer,
    file: &TopicFile,
    sources: &[String],
    seed: u64,
) -> Judgement {
    let mut topic = file.topic.clone();
    let truths: Vec<usize> = held.rows.iter().map(|row| row.label()).collect();
    let mut verdicts = held.verdicts(&topic, whole, transfer);
    if let Threshold::Precision(precision) = file.threshold {
        let judged: Vec<Judged<'_>> = truths.iter().copied().zip(&verdicts).collect();
        #[allow(clippy::cast_possible_truncation, reason = "two decimals")]
        let threshold = threshold_for(&judged, &topic, precision) as f32;
        topic.threshold = threshold;
        for verdict in &mut verdicts {
            verdict.sure = verdict.confidence() >= f64::from(threshold);
        }
    }
    let judged: Vec<Judged<'_>> = truths.iter().copied().zip(&verdicts).collect();
    let overall = evaluate(&judged, Some(&held.clusters), &topic, seed);
    let last = held.rows.iter().map(|row| row.source).max().unwrap_or(0);
    let by_source = (0..=last)
        .filter(|_| last > 0)
        .map(|source| {
            let of: Vec<usize> = (0..judged.len()).filter(|&i| held.rows[i].source == source).collect();
            let clusters: Vec<usize> = of.iter().map(|&i| held.clusters[i]).collect();
            let judged: Vec<Judged<'_>> = of.iter().map(|&i| judged[i]).collect();
            (sources[source].clone(), evaluate(&judged, Some(&clusters), &topic, seed))
        })
        .collect();
    let mut warnings = doubts(&overall);
    let Operating { threshold, painted, precision, .. } = overall.operating;
    if let Threshold::Precision(wanted) = file.threshold
        && (precision.is_nan() || precision < wanted)
    {
        warnings.push(if painted > 0.0 {
            format!(
                "no threshold makes {:.0} % of what is painted right, as the topic wants; at {threshold:.2}, the best, \
                 {:.1} % of it is",
                100.0 * wanted,
                100.0 * precision
            )
        } else {
            "no sentence held out is taken for anything but the middle: nothing is painted at any threshold".to_owned()
        });
    }
    Judgement { topic, overall, by_source, warnings }
}

/// What too few sentences leave open, said with the interval that they leave it open by.
fn doubts(overall: &Evaluation) -> Vec<String> {
    let Evaluation { sentences, clusters, macro_f1: Estimate { value, low, high }, majority, .. } = overall;
    let mut out = Vec::new();
    let narrow = if *clusters < TOO_FEW { ", and so few make even the interval too narrow" } else { "" };
    if *sentences < FEW {
        out.push(format!(
            "only {sentences} labelled sentences: macro-F1 {value:.3} has a 95 % interval from {low:.3} to {high:.3}{narrow}; \
             label at least {FEW} before you rely on it"
        ));
    }
    if *sentences >= FEW && !narrow.is_empty() {
        out.push(format!(
            "the {sentences} labelled sentences fall into {clusters} groups of which the members hang together{narrow}"
        ));
    }
    if *low <= majority.macro_f1 {
        out.push(format!(
            "no better, as far as {sentences} sentences can tell, than always saying the most frequent label \
             (macro-F1 {:.3})",
            majority.macro_f1
        ));
    }
    out
}

/// No fewer bytes than [`facts`] will take of the file, before there are any figures. Only names may be long.
pub fn facts_length(corpus: &Corpus, topic: &Topic) -> usize {
    const ALL_ELSE: usize = 1_500;
    const AROUND: usize = 16;
    // Labels are told of twice: how many there are, and their shares.
    let labels = topic.labels.iter().chain(&topic.labels).map(|label| &label.name);
    let names = corpus.sources.iter().chain(labels);
    ALL_ELSE + names.map(|name| name.len() + AROUND).sum::<usize>()
}

/// What the model file says of its own making: of its data, what the learner adds (`own`), and the figures. Nothing
/// here depends on when or where it was made.
pub fn facts(
    corpus: &Corpus,
    held: usize,
    topic: &Topic,
    overall: &Evaluation,
    own: impl IntoIterator<Item = (&'static str, String)>,
) -> Vec<(String, String)> {
    let mut counts = vec![0_usize; topic.labels.len()];
    for row in &corpus.rows[..held.min(corpus.rows.len())] {
        counts[row.label()] += 1;
    }
    let by_label: Vec<String> = topic.labels.iter().zip(&counts).map(|(l, n)| format!("{n} {}", l.name)).collect();
    let estimate = |e: &Estimate| format!("{:.3} [{:.3}, {:.3}]", e.value, e.low, e.high);
    let operating = &overall.operating;
    let data = [
        ("trained by", format!("stancelight {}", env!("CARGO_PKG_VERSION"))),
        ("labelled sentences", format!("{} ({})", counts.iter().sum::<usize>(), by_label.join(", "))),
        ("outside sentences", (corpus.rows.len() - held.min(corpus.rows.len())).to_string()),
        ("sources", corpus.sources.join(", ")),
    ];
    let figures = [
        (
            "macro-F1",
            format!("{} against {:.3} for the majority label", estimate(&overall.macro_f1), overall.majority.macro_f1),
        ),
        (
            "accuracy",
            format!("{} against {:.3} for the majority label", estimate(&overall.accuracy), overall.majority.accuracy),
        ),
        ("calibration error (ECE)", format!("{:.3}", overall.ece)),
        ("Brier score", format!("{:.3} against {:.3} for the labels' shares", overall.brier, overall.prior.brier)),
        ("threshold", format!("{:.2}", topic.threshold)),
        (
            "at the threshold",
            format!(
                "precision {} on the {:.1} % of sentences painted; {} of the middle left alone",
                known(operating.precision, |p| format!("{p:.3}")),
                100.0 * operating.painted,
                known(operating.left_alone, |p| format!("{:.1} %", 100.0 * p))
            ),
        ),
    ];
    data.into_iter().chain(own).chain(figures).map(|(name, value)| (name.to_owned(), value)).collect()
}
