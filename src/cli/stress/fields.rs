//! What is kept of the cases for the nodes.

use modalsweep::stress::{Displacements, NodalAverage, StressModes, StressRecovery};
use ndarray::{Array3, ArrayView2, ArrayView3, s};

use super::super::failure::Failure;
use super::plan::{Fields, Plan};

/// What is kept of the cases for the nodes.
pub struct NodalFields<'r, 'm> {
    pub average: NodalAverage<'r, 'm>,
    /// cases x nodes x 3; without cases where only the envelope is shown.
    pub displacements: Array3<f64>,
    /// cases x rows x 6.
    pub stresses: Array3<f64>,
    /// At each row.
    pub rms_von_mises: Option<Vec<f64>>,
}

impl<'r, 'm> NodalFields<'r, 'm> {
    /// Room for the cases that are shown; `keep_stresses`: those of all cases, whether they are shown or not.
    pub fn new(plan: &Plan, recovery: &'r StressRecovery<'m>, keep_stresses: bool) -> Self {
        let average = NodalAverage::new(recovery);
        let shown = if plan.fields == Fields::All { plan.cases } else { 0 };
        let kept = if keep_stresses { plan.cases } else { shown };
        let displacements = Array3::zeros((shown, recovery.model().node_ids().len(), 3));
        let stresses = Array3::zeros((kept, average.rows().len(), 6));
        Self { average, displacements, stresses, rms_von_mises: None }
    }

    /// Takes displacements and stresses (cases x points x 6) of some cases.
    pub fn take(&mut self, first: usize, displacements: &Displacements, stresses: ArrayView3<f64>) {
        for (case, stresses) in stresses.outer_iter().enumerate() {
            if first + case < self.stresses.dim().0 {
                self.average.average_into(stresses, self.stresses.slice_mut(s![first + case, .., ..]));
            }
            if first + case < self.displacements.dim().0 {
                let mut own = self.displacements.slice_mut(s![first + case, .., ..]);
                for ((node, component), value) in own.indexed_iter_mut() {
                    *value = displacements.at(case, node, component);
                }
            }
        }
    }

    /// Finds the RMS von Mises stress at the nodes from the modes that were kept.
    pub fn find_rms(&mut self, covariance: ArrayView2<f64>) -> Result<(), Failure> {
        let modes = StressModes::from_stresses(std::mem::take(&mut self.stresses));
        self.rms_von_mises = Some(modes.rms_von_mises(covariance)?);
        self.stresses = modes.into_stresses();
        Ok(())
    }
}
