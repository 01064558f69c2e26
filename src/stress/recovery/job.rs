//! What a job of the kernel leaves, and the ways to take it out.

use std::ops::Range;

use ndarray::{ArrayViewMut2, Axis};
use pulp::Arch;

use super::super::tensor::von_mises;
use super::displacements::Packed;

/// Where the kernel writes the stresses of E elements with P points.
pub(super) struct JobBuffers<'a> {
    /// Component c at point p of element e in case l of group g: `(((g * E + e) * P + p) * 6 + c) * lanes + l`.
    pub groups: &'a mut [f64],
    /// Component c at point p of the l-th element of bundle b in single s: `(((s * B + b) * P + p) * 6 + c) * lanes + l`,
    /// with B bundles of as many elements as there are lanes.
    pub singles: &'a mut [f64],
}

/// The stresses of some elements in all cases of a pass.
pub(in crate::stress) struct JobStress<'a> {
    elements: usize,
    points: usize,
    packed: &'a Packed,
    groups: &'a [f64],
    singles: &'a [f64],
}

/// Values in memory for a job.
pub(super) fn buffer_length(elements: usize, points: usize, packed: &Packed) -> [usize; 2] {
    let tensors = points * 6 * packed.lanes;
    [packed.groups * elements * tensors, packed.singles * elements.div_ceil(packed.lanes) * tensors]
}

impl<'a> JobStress<'a> {
    pub fn new(elements: usize, points: usize, packed: &'a Packed, buffers: [&'a [f64]; 2]) -> Self {
        let [groups, singles] = buffers;
        Self { elements, points, packed, groups, singles }
    }

    /// Writes cases x (elements * points * 6).
    pub fn copy_into(&self, out: &mut ArrayViewMut2<f64>) {
        match self.packed.lanes {
            8 => self.transpose::<8>(out),
            4 => self.transpose::<4>(out),
            2 => self.transpose::<2>(out),
            _ => self.transpose::<1>(out),
        }
    }

    fn transpose<const L: usize>(&self, out: &mut ArrayViewMut2<f64>) {
        let mut rows = rows(out);
        for (group, values) in self.of_groups() {
            lanes_to_rows::<L>(values, &mut rows[self.packed.cases_of_group(group)]);
        }
        let per_element = self.points * 6;
        for (single, values) in self.of_singles() {
            let row = &mut rows[self.packed.case_of_single(single)];
            let bundles = values.chunks_exact(per_element * L).zip(row.chunks_mut(per_element * L));
            for (values, row) in bundles {
                let mut elements: Vec<&mut [f64]> = row.chunks_exact_mut(per_element).collect();
                lanes_to_rows::<L>(values, &mut elements);
            }
        }
    }

    /// Writes the von Mises stress: cases x (elements * points).
    pub fn von_mises_into(&self, out: &mut ArrayViewMut2<f64>) {
        let mut rows = rows(out);
        self.each_von_mises(|case, element, point, value| {
            rows[case][element * self.points + point] = value;
        });
    }

    /// The von Mises stress of each case of the pass at each point of each element of the job: case, element, point, value.
    /// Cases come in any order.
    pub fn each_von_mises(&self, take: impl FnMut(usize, usize, usize, f64)) {
        self.each(von_mises, take);
    }

    /// One component, otherwise as [`JobStress::each_von_mises`].
    pub fn each_component(&self, component: usize, take: impl FnMut(usize, usize, usize, f64)) {
        self.each(|xx, yy, zz, xy, yz, zx| [xx, yy, zz, xy, yz, zx][component], take);
    }

    fn each(
        &self,
        invariant: impl Fn(f64, f64, f64, f64, f64, f64) -> f64 + Copy,
        take: impl FnMut(usize, usize, usize, f64),
    ) {
        Arch::new().dispatch(|| match self.packed.lanes {
            8 => self.each_in_lanes::<8>(invariant, take),
            4 => self.each_in_lanes::<4>(invariant, take),
            2 => self.each_in_lanes::<2>(invariant, take),
            _ => self.each_in_lanes::<1>(invariant, take),
        });
    }

    #[inline(always)]
    fn each_in_lanes<const L: usize>(
        &self,
        invariant: impl Fn(f64, f64, f64, f64, f64, f64) -> f64,
        mut take: impl FnMut(usize, usize, usize, f64),
    ) {
        for (group, values) in self.of_groups() {
            let cases = self.packed.cases_of_group(group);
            for (place, tensor) in values.as_chunks::<L>().0.as_chunks::<6>().0.iter().enumerate() {
                let own = in_lanes(tensor, &invariant);
                for (case, value) in cases.clone().zip(own) {
                    take(case, place / self.points, place % self.points, value);
                }
            }
        }
        for (single, values) in self.of_singles() {
            let case = self.packed.case_of_single(single);
            for (place, tensor) in values.as_chunks::<L>().0.as_chunks::<6>().0.iter().enumerate() {
                let own = in_lanes(tensor, &invariant);
                let first = place / self.points * L;
                for (element, value) in (first..self.elements).zip(own) {
                    take(case, element, place % self.points, value);
                }
            }
        }
    }

    fn of_groups(&self) -> impl Iterator<Item = (usize, &'a [f64])> {
        self.groups.chunks_exact((self.groups.len() / self.packed.groups.max(1)).max(1)).enumerate()
    }

    fn of_singles(&self) -> impl Iterator<Item = (usize, &'a [f64])> {
        self.singles.chunks_exact((self.singles.len() / self.packed.singles.max(1)).max(1)).enumerate()
    }
}

fn rows<'a>(out: &'a mut ArrayViewMut2<f64>) -> Vec<&'a mut [f64]> {
    let rows = out.axis_iter_mut(Axis(0));
    rows.map(|row| row.into_slice().expect("contiguous rows")).collect()
}

/// An invariant of L tensors, in vector instructions.
#[inline(always)]
fn in_lanes<const L: usize>(
    [xx, yy, zz, xy, yz, zx]: &[[f64; L]; 6],
    invariant: &impl Fn(f64, f64, f64, f64, f64, f64) -> f64,
) -> [f64; L] {
    let mut own = [0.0; L];
    for l in 0..L {
        own[l] = invariant(xx[l], yy[l], zz[l], xy[l], yz[l], zx[l]);
    }
    own
}

/// Writes lane l of each vector to row l; there may be fewer rows than lanes.
fn lanes_to_rows<const L: usize>(values: &[f64], rows: &mut [&mut [f64]]) {
    const TOGETHER: usize = 8;
    let (vectors, _) = values.as_chunks::<L>();
    for (block, vectors) in vectors.chunks(TOGETHER).enumerate() {
        let places: Range<usize> = block * TOGETHER..block * TOGETHER + vectors.len();
        for (lane, row) in rows.iter_mut().enumerate() {
            for (place, vector) in row[places.clone()].iter_mut().zip(vectors) {
                *place = vector[lane];
            }
        }
    }
}
