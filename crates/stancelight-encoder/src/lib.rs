//! Labelled sentences in, an encoder out: learns the small transformers that [`stancelight::encoder`] scores with.
//!
//! ```text
//! rows → word pieces → examples → batches → network → loss → gradient → AdamW
//!      ↘ hints of a larger transformer ↗                  ↘ best epoch → rounding → calibration, figures
//!      ↘ the linear branch, of the same rows, is weighed with it ──────────────────↗
//! ```
//!
//! [`train`] is the whole of it. Data, folds, the branch, calibration and figures are those of [`stancelight_train`], pieces and
//! rounding those of the engine; what is here is only what a transformer needs.
//!
//! # Why candle, and why a crate of its own
//!
//! Candle's products of matrices (`gemm`) run at the processor's speed on plain stable Rust, it brings nothing but
//! tensors and backpropagation, and a step of one's own can be put into both; what it lacks, fused layer norm, gelu and
//! attention on the CPU, is in `ops`. Burn, the alternative weighed, is about as many crates (116 against 129 with a
//! plain CPU backend and gradients), but a step of one's own must there be written for a backend and again for the one
//! that differentiates it. Even candle is more code than all the rest of Stancelight, so it stays here, and whoever only
//! fits linear models builds none of it.
//!
//! # Threads
//!
//! Parts of a batch are learned from side by side, which needs no threads within a step. Candle 0.11 starts some all the
//! same, and they wait for each other in busy loops: with `CANDLE_NUM_THREADS=1` and `RAYON_NUM_THREADS=1` in the
//! environment, which the command sets for itself, learning takes less than half the time.
//!
//! # Same bytes
//!
//! Same data, settings and seed give the same model, on any number of threads and after any break, on one kind of
//! processor. On another, products may be added up in blocks of another size, which changes the last digits of what is
//! learned; linear models, and what the engine says with any model, are the same everywhere.

mod bert;
mod branch;
mod checkpoint;
mod distill;
mod error;
mod example;
mod hints;
mod learn;
mod network;
mod ops;
mod optimizer;
mod parameters;
mod pieces;
mod principal;
mod tensors;
mod train;
mod vectors;

pub use checkpoint::Checkpoints;
pub use distill::{Teacher, Tuning};
pub use error::EncodeError;
pub use learn::Epoch;
pub use train::{ENOUGH, Options, Report, Trained, train};
