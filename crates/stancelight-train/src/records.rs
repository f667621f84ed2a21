//! Sparse records for linfa: one row a sentence, one column a feature.
//!
//! linfa implements [`Records`] for dense arrays only, and Rust's orphan rule keeps anyone else from
//! adding it to `sprs`' matrix; hence this newtype.

use linfa::dataset::Records;
use sprs::{CsMatI, SpIndex};
use std::sync::Arc;

/// A matrix in compressed sparse rows, as records of a [`linfa::DatasetBase`]. Column numbers are of four
/// bytes, half of what a large corpus would else take; a clone shares the matrix.
#[derive(Clone, Debug, PartialEq)]
pub struct SparseRecords(Arc<Matrix>);

/// A matrix in compressed sparse rows whose column numbers take four bytes.
pub type Matrix<F = f32> = CsMatI<F, u32, usize>;

impl SparseRecords {
    /// Takes a matrix of any index type and storage order and keeps it by rows.
    pub fn new<I: SpIndex>(matrix: CsMatI<f32, I, usize>) -> Self {
        Self::from(matrix.to_other_types())
    }

    /// The matrix, `nsamples × nfeatures`, compressed by rows.
    pub fn matrix(&self) -> &Matrix {
        &self.0
    }
}

impl From<Matrix> for SparseRecords {
    fn from(matrix: Matrix) -> Self {
        Self(Arc::new(if matrix.is_csr() { matrix } else { matrix.to_csr() }))
    }
}

impl Records for SparseRecords {
    type Elem = f32;

    fn nsamples(&self) -> usize {
        self.0.rows()
    }

    fn nfeatures(&self) -> usize {
        self.0.cols()
    }
}
