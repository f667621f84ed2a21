//! One binary for every suite, so that they are linked once.

#![allow(clippy::unwrap_used, reason = "in a test a panic is the report")]

mod analysis;
mod bad_input;
mod cases;
mod cli;
mod command;
mod corpora;
mod distill;
mod encoder;
mod learner;
mod model_file;
mod parity;
mod predict;
mod quotations;
mod scikit_learn;
mod sentences;
mod train_encoder;
mod wide_and_deep;
