//! Displacements of many cases as the kernels want them: the cases of a group side by side.

use ndarray::ArrayView2;
use rayon::prelude::*;

use super::super::StressError;
use crate::model::{HELD, LoadCase, Model};

/// Nodes that one job packs.
const NODES_PER_JOB: usize = 1024;

/// Displacements of the equations of a model, cases x equations, and of what is held.
#[derive(Debug, Clone)]
pub struct Displacements<'a> {
    model: &'a Model,
    values: ArrayView2<'a, f64>,
    prescribed: &'a [LoadCase],
}

impl<'a> Displacements<'a> {
    /// Takes one row of values for each case; held components do not move.
    ///
    /// # Errors
    /// [`StressError::DisplacementSize`], [`StressError::DisplacementNotFinite`].
    pub fn new(model: &'a Model, values: ArrayView2<'a, f64>) -> Result<Self, StressError> {
        let equations = model.equations();
        if values.ncols() != equations.count() {
            return Err(StressError::DisplacementSize {
                found: values.ncols(),
                equations: equations.count(),
            });
        }
        for (case, row) in values.rows().into_iter().enumerate() {
            if let Some(dof) = row.iter().position(|value| !value.is_finite()) {
                let (dof, value) = (equations.labels()[dof], row[dof]);
                return Err(StressError::DisplacementNotFinite { dof, case, value });
            }
        }
        Ok(Self { model, values, prescribed: &[] })
    }

    /// Held components move as the load cases say, one for each row.
    ///
    /// # Panics
    /// When there is not one load case per row.
    pub fn with_prescribed(self, load_cases: &'a [LoadCase]) -> Self {
        assert_eq!(load_cases.len(), self.values.nrows(), "one load case for each row");
        Self { prescribed: load_cases, ..self }
    }

    /// Number of cases.
    pub fn cases(&self) -> usize {
        self.values.nrows()
    }

    /// The displacement of a component (from 0) of a node (by its index) in a case.
    pub fn at(&self, case: usize, node: usize, component: usize) -> f64 {
        match self.model.equations().of_node()[node][component] {
            HELD => {
                let given = self.prescribed.get(case).map_or(&[][..], |load_case| &load_case.prescribed);
                let own = given.iter().find(|own| (own.0 as usize, own.1 as usize) == (node, component));
                own.map_or(0.0, |own| own.2)
            }
            equation => self.values[[case, equation as usize]],
        }
    }

    /// The node (its index) that moves the most in a case, and how far; the first of equal ones.
    pub fn largest(&self, case: usize) -> (usize, f64) {
        let mut largest = (0, 0.0);
        let mut squares = vec![0.0; self.model.positions().len()];
        let equations = self.model.equations();
        let translations = equations.labels().iter().enumerate().filter(|(_, label)| label.component <= 3);
        for (dof, _) in translations {
            squares[equations.nodes()[dof] as usize] += self.values[[case, dof]].powi(2);
        }
        let given = self.prescribed.get(case).map_or(&[][..], |load_case| &load_case.prescribed);
        for &(node, _, value) in given.iter().filter(|given| given.1 < 3) {
            squares[node as usize] += value * value;
        }
        for (node, square) in squares.into_iter().enumerate() {
            if square > largest.1 {
                largest = (node, square);
            }
        }
        (largest.0, largest.1.sqrt())
    }

    /// The translations of some cases in groups of `lanes`.
    pub(in crate::stress) fn pack(&self, cases: std::ops::Range<usize>, lanes: usize) -> Packed {
        let nodes = self.model.positions().len();
        let groups = cases.len().div_ceil(lanes);
        let stride = nodes * 3 * lanes;
        let mut values = vec![0.0; groups * stride];
        for (group, packed) in values.chunks_exact_mut(stride.max(1)).enumerate() {
            let first = cases.start + group * lanes;
            let members = first..cases.end.min(first + lanes);
            let rows = self.values.slice(ndarray::s![members.clone(), ..]);
            packed.par_chunks_mut(NODES_PER_JOB * 3 * lanes).enumerate().for_each(|(job, packed)| {
                let of_node = &self.model.equations().of_node()[job * NODES_PER_JOB..];
                for (packed, equations) in packed.chunks_exact_mut(3 * lanes).zip(of_node) {
                    for (packed, &equation) in packed.chunks_exact_mut(lanes).zip(equations) {
                        if equation != HELD {
                            for (value, row) in packed.iter_mut().zip(rows.rows()) {
                                *value = row[equation as usize];
                            }
                        }
                    }
                }
            });
            for (lane, load_case) in self.prescribed.iter().take(members.end).skip(first).enumerate() {
                for &(node, component, value) in load_case.prescribed.iter().filter(|given| given.1 < 3) {
                    packed[(node as usize * 3 + component as usize) * lanes + lane] = value;
                }
            }
        }
        Packed { values, cases: cases.len(), lanes, stride }
    }
}

/// Translation `c` of node `k` in case `g * lanes + l`: `values[g * stride + (k * 3 + c) * lanes + l]`.
pub(in crate::stress) struct Packed {
    values: Vec<f64>,
    pub cases: usize,
    pub lanes: usize,
    stride: usize,
}

impl Packed {
    pub fn groups(&self) -> usize {
        self.cases.div_ceil(self.lanes)
    }

    pub fn group(&self, group: usize) -> &[f64] {
        &self.values[group * self.stride..(group + 1) * self.stride]
    }
}
