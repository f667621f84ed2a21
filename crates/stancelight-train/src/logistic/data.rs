//! What can be fitted: records become rows of their non-zero features, targets become distributions.

use crate::records::{Matrix, SparseRecords};
use linfa::Float;
use linfa::dataset::Records;
use ndarray::{Array2, ArrayBase, CowArray, Data, Ix1, Ix2};
use std::borrow::Cow;
use std::ops::Mul;

/// Records that the regression takes: [`SparseRecords`], or any two-dimensional array of `f32` or `f64`.
pub trait FeatureRows: Records {
    /// What one feature's value is stored as.
    type Value: Copy + Into<f64> + Mul<Output = Self::Value> + Sync;

    /// The non-zero features, compressed by rows.
    fn rows(&self) -> Cow<'_, Matrix<Self::Value>>;
}

impl FeatureRows for SparseRecords {
    type Value = f32;

    fn rows(&self) -> Cow<'_, Matrix> {
        Cow::Borrowed(self.matrix())
    }
}

impl<F: Float + Into<f64>, S: Data<Elem = F>> FeatureRows for ArrayBase<S, Ix2> {
    type Value = F;

    fn rows(&self) -> Cow<'_, Matrix<F>> {
        let (mut ends, mut indices, mut data) = (vec![0], Vec::new(), Vec::new());
        for row in self.outer_iter() {
            for (i, &x) in (0..).zip(row).filter(|(_, x)| **x != F::zero()) {
                indices.push(i);
                data.push(x);
            }
            ends.push(indices.len());
        }
        Cow::Owned(Matrix::new(self.dim(), ends, indices, data))
    }
}

/// Targets that the regression takes: the number of each sample's class, from 0; or, as soft labels, a row a
/// sample and a column a class, each row a distribution.
pub trait ClassTargets {
    /// A distribution a sample, over at least this many classes if the targets do not say how many there are.
    fn distributions(&self, classes: usize) -> CowArray<'_, f64, Ix2>;
}

impl<S: Data<Elem = usize>> ClassTargets for ArrayBase<S, Ix1> {
    fn distributions(&self, classes: usize) -> CowArray<'_, f64, Ix2> {
        let classes = self.iter().map(|class| class + 1).fold(classes, usize::max);
        let mut out = Array2::zeros((self.len(), classes));
        for (mut row, &class) in out.outer_iter_mut().zip(self) {
            row[class] = 1.0;
        }
        out.into()
    }
}

impl<S: Data<Elem = f64>> ClassTargets for ArrayBase<S, Ix2> {
    fn distributions(&self, _classes: usize) -> CowArray<'_, f64, Ix2> {
        self.as_standard_layout()
    }
}
