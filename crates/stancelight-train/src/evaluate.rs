//! Measures: true labels and verdicts come in, the figures a referee asks for go out.

use crate::corpus::Row;
use crate::coverage::{Coverage, coverage};
use rand::{Rng, SeedableRng};
use rand_xoshiro::Xoshiro256PlusPlus;
use serde::Serialize;
use stancelight::{Topic, Verdict};
use std::ops::Range;

/// A share or score with its bootstrap 95 % interval (percentile method, Efron 1979). Sentences that hang together are
/// drawn together (the cluster bootstrap: Field and Welsh, *Bootstrapping clustered data*, JRSS B 2007).
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Estimate {
    /// On the data itself.
    pub value: f64,
    /// 2.5th percentile over resamples.
    pub low: f64,
    /// 97.5th percentile.
    pub high: f64,
}

/// Precision, recall and F1 of one label.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LabelScore {
    /// The label.
    pub label: String,
    /// Of those predicted, the share that is right; 0 when none is predicted.
    pub precision: f64,
    /// Of those there are, the share that is found; 0 when there are none.
    pub recall: f64,
    /// Their harmonic mean.
    pub f1: f64,
    /// How many there are.
    pub support: usize,
}

/// What would be painted at one threshold.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Operating {
    /// Smallest probability painted.
    pub threshold: f64,
    /// Of all sentences, the share painted.
    pub painted: f64,
    /// Of the painted, the share whose label is right; no number when nothing is painted.
    pub precision: f64,
    /// Of the sentences whose label is off the middle, the share painted with the right label; no number when there are
    /// none.
    pub recall: f64,
    /// Of the sentences whose label is in the middle, the share left unpainted; no number when there are none.
    pub left_alone: f64,
}

/// What always saying the most frequent label scores: what any figure of labels must beat.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Majority {
    /// Its accuracy.
    pub accuracy: f64,
    /// Its macro-F1.
    pub macro_f1: f64,
}

/// What always giving each label the share it has scores: what any figure of probabilities must beat.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Prior {
    /// Its Brier score.
    pub brier: f64,
    /// Its log-loss, the entropy of the labels.
    pub log_loss: f64,
}

/// Everything measured on one set of sentences.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Evaluation {
    /// How many sentences.
    pub sentences: usize,
    /// Into how many clusters they fall that the intervals are drawn from; as many, if each is drawn by itself.
    pub clusters: usize,
    /// Share of right labels.
    pub accuracy: Estimate,
    /// Unweighted mean of the labels' F1, over labels that occur or are predicted.
    pub macro_f1: Estimate,
    /// Each label's figures.
    pub labels: Vec<LabelScore>,
    /// `confusion[true][predicted]`, counts, in the order of `labels`.
    pub confusion: Vec<Vec<usize>>,
    /// Expected calibration error: |confidence − accuracy| over ten equal bins of confidence, weighted by size.
    pub ece: f64,
    /// Brier score summed over labels, 0 to 2.
    pub brier: f64,
    /// Mean of −ln p(true label), p taken for at least 2⁻⁵², as scikit-learn does.
    pub log_loss: f64,
    /// At the topic's threshold.
    pub operating: Operating,
    /// At several others.
    pub curve: Vec<Operating>,
    /// On the surest sentences only.
    pub coverage: Vec<Coverage>,
    /// The baseline without probabilities.
    pub majority: Majority,
    /// The baseline with probabilities.
    pub prior: Prior,
}

/// What is measured: the true label's index and the verdict.
pub type Judged<'a> = (usize, &'a Verdict);

const RESAMPLES: usize = 1000;

/// Measures verdicts against true labels, each sentence counting once. `clusters` has a number for each sentence, the same
/// for those that hang together, if any do; `seed` drives the bootstrap.
#[allow(clippy::cast_precision_loss, reason = "counts of sentences")]
pub fn evaluate(judged: &[Judged<'_>], clusters: Option<&[usize]>, topic: &Topic, seed: u64) -> Evaluation {
    let k = topic.labels.len();
    let n = judged.len().max(1) as f64;
    let mut confusion = vec![vec![0; k]; k];
    for &(truth, verdict) in judged {
        confusion[truth][verdict.label] += 1;
    }
    let (mut brier, mut log_loss) = (0.0, 0.0);
    let mut bins = [(0.0, 0.0, 0.0); 10];
    for &(truth, verdict) in judged {
        for (i, p) in verdict.probabilities.iter().enumerate() {
            brier += (p - f64::from(u8::from(i == truth))).powi(2);
        }
        log_loss -= libm::log(verdict.probabilities[truth].max(f64::EPSILON));
        let confidence = verdict.confidence();
        #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 10")]
        let bin = &mut bins[((confidence * 10.0) as usize).min(9)];
        bin.0 += confidence;
        bin.1 += f64::from(u8::from(verdict.label == truth));
        bin.2 += 1.0;
    }
    let ece = bins.iter().map(|(confidence, right, _)| (confidence - right).abs()).sum::<f64>() / n;
    let labels = topic.labels.iter().enumerate().map(|(i, label)| {
        let (precision, recall, f1) = label_scores(&confusion, i);
        LabelScore { label: label.name.clone(), precision, recall, f1, support: confusion[i].iter().sum() }
    });
    let supports: Vec<usize> = confusion.iter().map(|row| row.iter().sum()).collect();
    let most = (1..k).fold(0, |best, i| if supports[i] > supports[best] { i } else { best });
    let mut always = vec![vec![0; k]; k];
    for (row, &support) in always.iter_mut().zip(&supports) {
        row[most] = support;
    }
    let thresholds = (0..10).map(|i| 0.5 + 0.05 * f64::from(i));
    let drawn = Drawn::new(judged, clusters, &confusion);
    let (accuracy_interval, f1_interval) = drawn.intervals(&confusion, seed);
    let estimate = |value, (low, high)| Estimate { value, low, high };
    Evaluation {
        sentences: judged.len(),
        clusters: drawn.ends.len(),
        accuracy: estimate(accuracy(&confusion), accuracy_interval),
        macro_f1: estimate(macro_f1(&confusion, &occurring(&confusion)), f1_interval),
        labels: labels.collect(),
        ece,
        brier: brier / n,
        log_loss: log_loss / n,
        operating: operating(judged, topic, f64::from(topic.threshold)),
        curve: thresholds.map(|threshold| operating(judged, topic, threshold)).collect(),
        coverage: coverage(judged),
        majority: Majority { accuracy: accuracy(&always), macro_f1: macro_f1(&always, &occurring(&always)) },
        prior: prior(&supports),
        confusion,
    }
}

fn prior(supports: &[usize]) -> Prior {
    let all = supports.iter().sum();
    let shares = || supports.iter().map(|&n| ratio(n, all)).filter(|p| *p > 0.0);
    // Σ p·((1 − p)² + what the other labels add) comes to Σ p·(1 − p).
    Prior {
        brier: shares().map(|p| p * (1.0 - p)).sum(),
        // Of a single label that is nothing, and not minus nothing.
        log_loss: shares().map(|p| -p * libm::log(p)).sum::<f64>().max(0.0),
    }
}

/// Measures a predictor's verdicts on rows whose target may be a distribution: its most probable label counts.
/// `clusters` and `seed` as in [`evaluate`].
pub fn evaluate_rows(
    rows: &[&Row],
    verdicts: &[Verdict],
    clusters: Option<&[usize]>,
    topic: &Topic,
    seed: u64,
) -> Evaluation {
    let judged: Vec<Judged<'_>> = rows.iter().map(|row| row.label()).zip(verdicts).collect();
    evaluate(&judged, clusters, topic, seed)
}

/// A figure as `write` writes it, or a dash where there is nothing that it could be of.
pub fn known(figure: f64, write: impl Fn(f64) -> String) -> String {
    if figure.is_nan() { "–".to_owned() } else { write(figure) }
}

#[allow(clippy::cast_precision_loss, reason = "counts of sentences")]
fn ratio(part: usize, whole: usize) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

fn accuracy(confusion: &[Vec<usize>]) -> f64 {
    let right = (0..confusion.len()).map(|i| confusion[i][i]).sum();
    ratio(right, confusion.iter().flatten().sum())
}

fn label_scores(confusion: &[Vec<usize>], i: usize) -> (f64, f64, f64) {
    let predicted: usize = confusion.iter().map(|row| row[i]).sum();
    let there: usize = confusion[i].iter().sum();
    let right = confusion[i][i];
    (ratio(right, predicted), ratio(right, there), ratio(2 * right, predicted + there))
}

/// The labels that occur or are predicted.
fn occurring(confusion: &[Vec<usize>]) -> Vec<usize> {
    let occurs =
        |&i: &usize| confusion[i].iter().sum::<usize>() + confusion.iter().map(|row| row[i]).sum::<usize>() > 0;
    (0..confusion.len()).filter(occurs).collect()
}

/// The mean F1 of these labels. They are found once: a resample in which a rare one happens to be missing is not about
/// fewer labels, and would seem better for it.
#[allow(clippy::cast_precision_loss, reason = "labels are few")]
fn macro_f1(confusion: &[Vec<usize>], labels: &[usize]) -> f64 {
    labels.iter().map(|&i| label_scores(confusion, i).2).sum::<f64>() / labels.len().max(1) as f64
}

/// What resamples are drawn from. Only the confusion matrix matters to accuracy and macro-F1, so of each sentence it is
/// enough to know in which of its cells it lies.
struct Drawn {
    /// Cells of the sentences, one cluster after the other: in two bytes, for they are looked up a thousand times.
    cells: Vec<u16>,
    /// Where each cluster ends.
    ends: Vec<usize>,
}

impl Drawn {
    fn new(judged: &[Judged<'_>], clusters: Option<&[usize]>, confusion: &[Vec<usize>]) -> Self {
        let k = confusion.len();
        let cell = |at: usize| u16::try_from(at).expect("64 labels at most have 4,096 cells");
        let Some(clusters) = clusters else {
            // Whichever sentence lies in it, a cell is a cell.
            let counts = confusion.iter().flatten().enumerate();
            let cells: Vec<u16> = counts.flat_map(|(at, &n)| std::iter::repeat_n(cell(at), n)).collect();
            return Self { ends: (1..=cells.len()).collect(), cells };
        };
        let mut sorted: Vec<(usize, u16)> = clusters
            .iter()
            .zip(judged)
            .map(|(cluster, (truth, verdict))| (*cluster, cell(truth * k + verdict.label)))
            .collect();
        sorted.sort_unstable();
        let mut end = 0;
        let ends = sorted.chunk_by(|a, b| a.0 == b.0).map(|cluster| {
            end += cluster.len();
            end
        });
        Self { ends: ends.collect(), cells: sorted.iter().map(|(_, cell)| *cell).collect() }
    }

    /// 95 % intervals of accuracy and macro-F1.
    fn intervals(&self, confusion: &[Vec<usize>], seed: u64) -> ((f64, f64), (f64, f64)) {
        let (k, labels) = (confusion.len(), occurring(confusion));
        let n = u32::try_from(self.ends.len()).expect("a corpus has far fewer than four billion sentences");
        if n == 0 {
            return ((0.0, 0.0), (0.0, 0.0));
        }
        let alone = self.ends.len() == self.cells.len();
        let mut rng = Xoshiro256PlusPlus::seed_from_u64(seed);
        let (mut accuracies, mut f1s) = (Vec::new(), Vec::new());
        for _ in 0..RESAMPLES {
            let mut sample = vec![0; k * k];
            for _ in 0..n {
                let drawn = rng.random_range(0..n) as usize;
                let cells = if alone { drawn..drawn + 1 } else { self.cluster(drawn) };
                self.cells[cells].iter().for_each(|&cell| sample[usize::from(cell)] += 1);
            }
            let sample: Vec<Vec<usize>> = sample.chunks(k).map(<[usize]>::to_vec).collect();
            accuracies.push(accuracy(&sample));
            f1s.push(macro_f1(&sample, &labels));
        }
        let interval = |mut values: Vec<f64>| {
            values.sort_unstable_by(f64::total_cmp);
            (values[RESAMPLES / 40], values[RESAMPLES - 1 - RESAMPLES / 40])
        };
        (interval(accuracies), interval(f1s))
    }

    fn cluster(&self, i: usize) -> Range<usize> {
        i.checked_sub(1).map_or(0, |before| self.ends[before])..self.ends[i]
    }
}

/// What is painted at `threshold`.
pub fn operating(judged: &[Judged<'_>], topic: &Topic, threshold: f64) -> Operating {
    let off_middle = |label: usize| topic.labels[label].pole != 0.0;
    let (mut painted, mut right, mut events, mut middles, mut left_alone) = (0, 0, 0, 0, 0);
    for &(truth, verdict) in judged {
        let paint = verdict.is_painted(topic, threshold);
        painted += usize::from(paint);
        right += usize::from(paint && verdict.label == truth);
        if off_middle(truth) {
            events += 1;
        } else {
            middles += 1;
            left_alone += usize::from(!paint);
        }
    }
    Operating {
        threshold,
        painted: ratio(painted, judged.len()),
        precision: if painted == 0 { f64::NAN } else { ratio(right, painted) },
        recall: if events == 0 { f64::NAN } else { ratio(right, events) },
        left_alone: if middles == 0 { f64::NAN } else { ratio(left_alone, middles) },
    }
}

/// The smallest threshold in steps of 0.01 at which something is painted and has this precision; if none is like that,
/// the most precise one.
pub fn threshold_for(judged: &[Judged<'_>], topic: &Topic, precision: f64) -> f64 {
    #[allow(clippy::cast_precision_loss, reason = "labels are few")]
    let chance = 1.0 / topic.labels.len() as f64;
    let candidates = (0..100).map(|i| f64::from(i) / 100.0).filter(|&t| t >= chance);
    let mut best = (0.0, 0.99);
    for threshold in candidates {
        let at = operating(judged, topic, threshold);
        // Where nothing is painted that is no number, and neither is true.
        if at.precision >= precision {
            return threshold;
        }
        if at.precision > best.0 {
            best = (at.precision, threshold);
        }
    }
    best.1
}

#[cfg(test)]
mod tests {
    use super::{evaluate, operating, threshold_for};
    use crate::topic_file::TopicFile;
    use stancelight::{Topic, Verdict};

    fn topic() -> Topic {
        let label =
            |(name, pole): (&str, i8)| format!("[[labels]]\nname = \"{name}\"\npole = {pole}\ncolor = \"#000000\"\n");
        let labels: String = [("good", 1), ("middle", 0), ("bad", -1)].map(label).concat();
        TopicFile::parse(&format!("name = \"t\"\ntitle = \"T\"\nquestion = \"?\"\n{labels}")).unwrap().topic
    }

    /// For each letter of `said` (`g`, `m`, `b`; a capital is sure) a verdict.
    fn verdicts(said: &str, topic: &Topic) -> Vec<Verdict> {
        let logits = |letter: char| {
            let mut logits = vec![0.0; 3];
            let label = "gmb".find(letter.to_ascii_lowercase()).unwrap();
            logits[label] = if letter.is_uppercase() { 5.0 } else { 0.5 };
            logits
        };
        said.chars().map(|letter| Verdict::from_logits(logits(letter), topic)).collect()
    }

    #[test]
    fn what_hangs_together_is_drawn_together() {
        let topic = topic();
        let said = verdicts(&"GGGGBBBB".repeat(10), &topic);
        let judged: Vec<_> = said.iter().map(|verdict| (0, verdict)).collect();
        let width = |clusters: Option<&[usize]>| {
            let found = evaluate(&judged, clusters, &topic, 1);
            assert!((found.accuracy.value - 0.5).abs() < 1e-9);
            (found.clusters, found.accuracy.high - found.accuracy.low)
        };
        let each: Vec<usize> = (0..80).collect();
        let fours: Vec<usize> = (0..80).map(|i| i / 4).collect();
        assert_eq!(width(None).0, 80);
        assert_eq!(width(Some(&each)).0, 80);
        // Twenty coins, and not eighty: the interval is about twice as wide.
        let (clusters, wide) = width(Some(&fours));
        assert!(clusters == 20 && (1.6..2.4).contains(&(wide / width(None).1)), "{wide}");
        assert!(width(Some(&[7; 80])).1.abs() < 1e-9, "of one cluster all samples are the same");
    }

    #[test]
    fn a_rare_label_counts_in_every_resample() {
        let topic = topic();
        let said = verdicts(&"G".repeat(60), &topic);
        let judged: Vec<_> = said.iter().zip(0..).map(|(verdict, i)| (usize::from(i == 0), verdict)).collect();
        let found = evaluate(&judged, None, &topic, 1).macro_f1;
        assert!(found.value < 0.5 && found.high <= 0.5, "one of the two labels is never found: {found:?}");
    }

    #[test]
    fn a_threshold_at_which_nothing_is_painted_is_none() {
        let topic = topic();
        let said = verdicts("ggggbbbb", &topic);
        let judged: Vec<_> = said.iter().map(|verdict| (0, verdict)).collect();
        let found = threshold_for(&judged, &topic, 0.9);
        let at = operating(&judged, &topic, found);
        assert!(at.painted > 0.0 && (at.precision - 0.5).abs() < 1e-9, "{at:?}");
        let nothing = operating(&judged, &topic, 0.99);
        assert!(nothing.precision.is_nan() && nothing.left_alone.is_nan(), "{nothing:?}");
    }
}
