//! Selective prediction: how often the model is right on the sentences it is surest of. Verdicts and true
//! labels come in, a table of coverage against precision goes out (the risk-coverage curve of El-Yaniv and
//! Wiener, *On the Foundations of Noise-free Selective Classification*, JMLR 2010, with risk turned over).

use crate::evaluate::Judged;
use serde::Serialize;

/// One row of the table: what taking only the surest sentences gives.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Coverage {
    /// The share of all sentences that is taken.
    pub coverage: f64,
    /// The smallest confidence among them.
    pub confidence: f64,
    /// Of those taken, the share whose label is right.
    pub precision: f64,
}

/// Rows of the table: a tenth of the sentences, two tenths, …, all.
const STEPS: usize = 10;

/// The table. Of equally confident sentences the earlier are taken first.
#[allow(clippy::cast_precision_loss, reason = "counts of sentences")]
pub fn coverage(judged: &[Judged<'_>]) -> Vec<Coverage> {
    let mut surest: Vec<(f64, bool)> =
        judged.iter().map(|(truth, verdict)| (verdict.confidence(), verdict.label == *truth)).collect();
    surest.sort_by(|a, b| b.0.total_cmp(&a.0));
    let row = |step: usize| {
        let taken = &surest[..(surest.len() * step).div_ceil(STEPS)];
        let (confidence, _) = taken.last()?;
        let right = taken.iter().filter(|(_, right)| *right).count() as f64;
        let n = taken.len() as f64;
        Some(Coverage { coverage: n / surest.len() as f64, confidence: *confidence, precision: right / n })
    };
    (1..=STEPS).filter_map(row).collect()
}
