//! Multinomial logistic regression on sparse records, as a linfa algorithm.
//!
//! Minimises, over weights `W` (features × classes) and intercepts `b`,
//!
//! ```text
//! Σᵢ wᵢ · H(yᵢ, softmax(b + W·xᵢ))  +  Σ f · (l2/2 · W² + l1 · |W|)
//! ```
//!
//! where `H` is cross-entropy against a class or a distribution over classes, `wᵢ` are sample weights
//! and `f` optional penalty factors, one a feature and class. Intercepts are not penalised. With
//! `l1 = 0` and `l2 = 1/C` this is the objective of scikit-learn's `LogisticRegression(C)`.
//!
//! The solver is OWL-QN (Andrew and Gao, *Scalable Training of L1-Regularized Log-Linear Models*, ICML
//! 2007), which without L1 is L-BFGS (Nocedal 1980), started from a diagonal estimate of the Hessian
//! because word frequencies span five orders of magnitude.
//!
//! ```
//! use linfa::prelude::*;
//! use ndarray::array;
//! use stancelight_train::{SparseRecords, logistic::MultinomialLogistic};
//!
//! let x = sprs::CsMat::csr_from_dense(array![[1.0_f32, 0.0], [0.0, 1.0], [1.0, 0.0]].view(), 0.0);
//! let y = array![[1.0, 0.0], [0.0, 1.0], [0.8, 0.2]]; // the third is a soft label
//! let dataset = DatasetBase::new(SparseRecords::new(x), y);
//! let fitted = MultinomialLogistic::params().l2(0.1).fit(&dataset)?;
//! let classes = fitted.predict(&dataset);
//! assert_eq!(classes.to_vec(), [0, 1, 0]);
//! # Ok::<(), stancelight_train::logistic::LogisticError>(())
//! ```

mod algorithm;
mod error;
mod hyperparams;
mod lbfgs;

pub use algorithm::MultinomialLogistic;
pub use error::LogisticError;
pub use hyperparams::{MultinomialLogisticParams, MultinomialLogisticValidParams};
