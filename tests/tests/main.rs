//! One binary for every suite, so that they are linked once.

mod analysis;
mod bad_input;
mod cli;
mod command;
mod corpora;
mod learner;
mod model_file;
mod parity;
mod sentences;
