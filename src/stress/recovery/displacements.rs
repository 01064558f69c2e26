//! Displacements of many cases as the kernels want them: the cases of a group side by side.

use std::ops::Range;

use ndarray::{ArrayView2, CowArray, Ix2};
use rayon::prelude::*;

use super::super::StressError;
use crate::matrix::Pages;
use crate::model::{HELD, LoadCase, Model};

/// Nodes that one job packs.
const NODES_PER_JOB: usize = 1024;
/// So few cases are computed one by one, the lanes being elements; more make a group, though some of its lanes are idle.
pub(super) const MOST_SINGLES: usize = 4;

/// Displacements of the equations of a model, cases x equations, and of what is held.
#[derive(Debug, Clone)]
pub struct Displacements<'a> {
    model: &'a Model,
    values: CowArray<'a, f64, Ix2>,
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
        // Rows that are not contiguous are copied.
        let values = if values.is_standard_layout() {
            values.into()
        } else {
            values.as_standard_layout().into_owned().into()
        };
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
                let place =
                    given.binary_search_by_key(&(node as u32, component as u32), |own| (own.0, own.1));
                place.map_or(0.0, |place| given[place].2)
            }
            equation => self.values[[case, equation as usize]],
        }
    }

    /// The node (its index) that moves the most in a case, and how far; the first of equal ones.
    pub fn largest(&self, case: usize) -> (usize, f64) {
        let equations = self.model.equations();
        let labels = equations.labels().iter().enumerate().filter(|(_, label)| label.component <= 3);
        let free = labels.map(|(dof, _)| (equations.nodes()[dof], self.values[[case, dof]]));
        let given = self.prescribed.get(case).map_or(&[][..], |load_case| &load_case.prescribed);
        let given = given.iter().filter(|given| given.1 < 3).map(|&(node, _, value)| (node, value));
        let translations = free.chain(given);
        let most = translations.clone().fold(0.0, |most: f64, (_, value)| most.max(value.abs()));
        if most == 0.0 {
            return (0, 0.0);
        }
        // A power of two, which changes no digit, so that the squares neither overflow nor vanish.
        let scale = f64::from_bits(most.to_bits() & f64::INFINITY.to_bits()).max(f64::MIN_POSITIVE);
        let mut squares = vec![0.0; self.model.positions().len()];
        translations.for_each(|(node, value)| squares[node as usize] += (value / scale).powi(2));
        let mut largest = (0, 0.0);
        for (node, square) in squares.into_iter().enumerate() {
            if square > largest.1 {
                largest = (node, square);
            }
        }
        (largest.0, largest.1.sqrt() * scale)
    }

    /// The translations of some cases for so many lanes; what `packed` held before is overwritten.
    pub(in crate::stress) fn pack(&self, cases: Range<usize>, lanes: usize, packed: &mut Packed) {
        let stride = self.model.positions().len() * 3;
        packed.lay_out(cases.len(), lanes, stride);
        let length = (packed.groups * lanes + packed.singles) * stride;
        let (grouped, single) = packed.values[..length].split_at_mut(packed.groups * lanes * stride);
        let (of_groups, of_singles) =
            (cases.start..cases.end - packed.singles, cases.end - packed.singles..cases.end);
        for (group, out) in grouped.chunks_exact_mut((lanes * stride).max(1)).enumerate() {
            let first = of_groups.start + group * lanes;
            self.pack_group(first..of_groups.end.min(first + lanes), lanes, out);
        }
        for (case, out) in of_singles.zip(single.chunks_exact_mut(stride.max(1))) {
            self.pack_group(case..case + 1, 1, out);
        }
    }

    /// Translation c of node k in the l-th of some cases goes to `(k * 3 + c) * lanes + l`.
    fn pack_group(&self, cases: Range<usize>, lanes: usize, out: &mut [f64]) {
        match lanes {
            8 => self.pack_rows::<8>(cases.clone(), out),
            4 => self.pack_rows::<4>(cases.clone(), out),
            2 => self.pack_rows::<2>(cases.clone(), out),
            _ => self.pack_rows::<1>(cases.clone(), out),
        }
        for (lane, load_case) in self.prescribed.iter().take(cases.end).skip(cases.start).enumerate() {
            for &(node, component, value) in load_case.prescribed.iter().filter(|given| given.1 < 3) {
                out[(node as usize * 3 + component as usize) * lanes + lane] = value;
            }
        }
    }

    fn pack_rows<const L: usize>(&self, cases: Range<usize>, out: &mut [f64]) {
        let row = |case: usize| {
            // Lanes that are left repeat the last case.
            let case = case.min(cases.end - 1);
            self.values.row(case).to_slice().expect("contiguous rows")
        };
        let rows: [&[f64]; L] = std::array::from_fn(|lane| row(cases.start + lane));
        out.par_chunks_mut(NODES_PER_JOB * 3 * L).enumerate().for_each(|(job, out)| {
            let of_node = &self.model.equations().of_node()[job * NODES_PER_JOB..];
            let nodes = out.len() / (3 * L);
            let equations: Vec<u32> = of_node[..nodes].iter().flat_map(|node| &node[..3]).copied().collect();
            let (mut out, _) = out.as_chunks_mut::<L>();
            // Equations that follow one another: all of a mesh but for its supports.
            for run in equations.chunk_by(|&a, &b| if a == HELD { b == HELD } else { b == a + 1 }) {
                let own = out.split_off_mut(..run.len()).expect("three for each node");
                match run[0] {
                    HELD => own.fill([0.0; L]),
                    first => transpose(rows.map(|row| &row[first as usize..first as usize + run.len()]), own),
                }
            }
        });
    }
}

/// Writes the k-th value of each row side by side.
fn transpose<const L: usize>(rows: [&[f64]; L], out: &mut [[f64; L]]) {
    let rows = rows.map(|row| &row[..out.len()]);
    for (place, out) in out.iter_mut().enumerate() {
        for lane in 0..L {
            out[lane] = rows[lane][place];
        }
    }
}

/// The displacements of a pass: groups of cases side by side, or a few single cases.
#[derive(Debug)]
pub(in crate::stress) struct Packed {
    values: Pages,
    pub cases: usize,
    pub lanes: usize,
    pub groups: usize,
    pub singles: usize,
    /// Translations of all nodes.
    stride: usize,
}

impl Default for Packed {
    fn default() -> Self {
        Self { values: Vec::new().into(), cases: 0, lanes: 1, groups: 0, singles: 0, stride: 0 }
    }
}

impl Packed {
    fn lay_out(&mut self, cases: usize, lanes: usize, stride: usize) {
        self.singles = if cases <= MOST_SINGLES.min(lanes / 2) { cases } else { 0 };
        self.groups = (cases - self.singles).div_ceil(lanes);
        (self.cases, self.lanes, self.stride) = (cases, lanes, stride);
        let length = (self.groups * lanes + self.singles) * stride;
        if self.values.len() < length {
            self.values = Pages::zeroed_or_panic(length);
        }
    }

    /// The cases of a group, counted from the first of the pass.
    pub fn cases_of_group(&self, group: usize) -> Range<usize> {
        group * self.lanes..(self.cases - self.singles).min((group + 1) * self.lanes)
    }

    /// The case of a single.
    pub fn case_of_single(&self, single: usize) -> usize {
        self.cases - self.singles + single
    }

    /// Translation `c` of node `k` in the l-th case of the group: `(k * 3 + c) * lanes + l`.
    pub fn group(&self, group: usize) -> &[f64] {
        let stride = self.lanes * self.stride;
        &self.values[group * stride..(group + 1) * stride]
    }

    /// Translation `c` of node `k`: `k * 3 + c`.
    pub fn single(&self, single: usize) -> &[f64] {
        let first = self.groups * self.lanes * self.stride;
        &self.values[first + single * self.stride..first + (single + 1) * self.stride]
    }
}
