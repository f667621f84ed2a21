//! What can be wrong with the settings or the data of a fit.

use thiserror::Error;

/// Why a fit was refused or failed.
#[derive(Debug, Error)]
pub enum LogisticError {
    /// A penalty is negative or not a number.
    #[error("the {0} penalty must be a number of at least 0, not {1}")]
    Penalty(&'static str, f64),
    /// The tolerance is not positive.
    #[error("the tolerance must be greater than 0, not {0}")]
    Tolerance(f64),
    /// No steps are allowed.
    #[error("the number of iterations must be at least 1")]
    Iterations,
    /// A class weight is not positive.
    #[error("a class weight must be a number greater than 0, not {0}")]
    ClassWeight(f64),
    /// A record holds an infinite number or none.
    #[error("the records must be finite numbers; fill in or leave out what is missing")]
    Records,
    /// A sample's weight is negative or not a number.
    #[error("a sample's weight must be a number of at least 0, not {0}")]
    Weight(f64),
    /// A target is no distribution over the classes.
    #[error("each target must be a distribution over the classes: numbers of at least 0 that add up to 1")]
    Targets,
    /// A penalty factor is negative or not a number.
    #[error("a penalty factor must be a number of at least 0, not {0}")]
    PenaltyFactor(f64),
    /// A coefficient to start from is no finite number.
    #[error("the coefficients to start from must be finite numbers")]
    WarmStart,
    /// Nothing to learn from.
    #[error("there are no samples to learn from")]
    Empty,
    /// Fewer classes than two, or more than can be fitted.
    #[error("from 2 to {max} classes can be told apart, not {0}", max = stancelight::Topic::MAX_LABELS)]
    Classes(usize),
    /// Two parts of the input have different sizes.
    #[error("{what} has shape {found:?} where {expected:?} is needed")]
    Shape {
        /// Which part.
        what: &'static str,
        /// Its shape.
        found: Vec<usize>,
        /// The shape it should have.
        expected: Vec<usize>,
    },
    /// An error of linfa's own.
    #[error(transparent)]
    Linfa(#[from] linfa::Error),
}
