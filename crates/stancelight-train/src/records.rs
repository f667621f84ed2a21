//! Sparse records for linfa: one row a sentence, one column a feature.
//!
//! linfa implements [`Records`] for dense arrays only, and Rust's orphan rule keeps anyone else from
//! adding it to `sprs`' matrix; hence this newtype.

use linfa::dataset::Records;
use sprs::CsMat;

/// A matrix in compressed sparse rows, as records of a [`linfa::DatasetBase`].
#[derive(Clone, Debug, PartialEq)]
pub struct SparseRecords(CsMat<f32>);

impl SparseRecords {
    /// Takes a matrix of any storage order and keeps it by rows.
    pub fn new(matrix: CsMat<f32>) -> Self {
        Self(if matrix.is_csr() { matrix } else { matrix.to_csr() })
    }

    /// The matrix, `nsamples × nfeatures`, compressed by rows.
    pub const fn matrix(&self) -> &CsMat<f32> {
        &self.0
    }

    /// The matrix itself.
    pub fn into_matrix(self) -> CsMat<f32> {
        self.0
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
