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
//! # With linfa
//!
//! Records are [`SparseRecords`](crate::SparseRecords) or any dense array, targets are the numbers of at most
//! [`MAX_LABELS`](stancelight::Topic::MAX_LABELS) classes, so linfa's own data sets, cross-validation and metrics take it
//! as they take any other classifier:
//!
//! ```
//! use linfa::prelude::*;
//! use ndarray::{Array1, Array2};
//! use stancelight_train::logistic::{ClassWeights, LogisticError, MultinomialLogistic};
//!
//! // Three classes along a spiral; the first has half of all samples.
//! let class = |i: usize| [0, 1, 0, 2][i % 4];
//! let targets = Array1::from_shape_fn(120, class);
//! let records = Array2::from_shape_fn((120, 2), |(i, axis)| {
//!     let angle = 2.0 * class(i) as f64 + 0.01 * i as f64;
//!     if axis == 0 { angle.cos() } else { angle.sin() }
//! });
//! let mut dataset = Dataset::new(records, targets);
//!
//! let params = [0.01, 1.0, 100.0].map(|l2| MultinomialLogistic::params().l2(l2).class_weights(ClassWeights::Balanced));
//! let f1 = dataset.cross_validate_single(5, &params, |predicted, truth| {
//!     Ok(predicted.confusion_matrix(truth)?.f1_score())
//! })?;
//! assert!(f1[0] > 0.9, "{f1}");
//!
//! let fitted = params[0].fit(&dataset)?;
//! let classes = fitted.predict(&dataset);
//! assert!(classes.confusion_matrix(&dataset)?.accuracy() > 0.9);
//! # Ok::<(), LogisticError>(())
//! ```
//!
//! # Soft labels
//!
//! Where annotators disagree, a target may be a distribution over the classes:
//!
//! ```
//! use linfa::prelude::*;
//! use ndarray::array;
//! use stancelight_train::{SparseRecords, logistic::MultinomialLogistic};
//!
//! let x = sprs::CsMat::csr_from_dense(array![[1.0_f32, 0.0], [0.0, 1.0], [1.0, 1.0]].view(), 0.0);
//! let y = array![[1.0, 0.0], [0.0, 1.0], [0.7, 0.3]]; // three annotators in ten saw the second class here
//! let dataset = DatasetBase::new(SparseRecords::new(x), y);
//! let fitted = MultinomialLogistic::params().l2(0.01).fit(&dataset)?;
//! assert_eq!(fitted.predict(&dataset).to_vec(), [0, 1, 0]);
//! let p = fitted.predict_probabilities(dataset.records());
//! assert!((p[[2, 0]] - 0.7).abs() < 0.05);
//! # Ok::<(), stancelight_train::logistic::LogisticError>(())
//! ```

mod algorithm;
mod data;
mod error;
mod hyperparams;
mod lbfgs;
mod loss;

pub use algorithm::MultinomialLogistic;
pub use data::{ClassTargets, FeatureRows};
pub use error::LogisticError;
pub use hyperparams::{ClassWeights, MultinomialLogisticParams, MultinomialLogisticValidParams};
