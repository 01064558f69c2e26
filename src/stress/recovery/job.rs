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
        for (single, values) in self.of_singles() {
            bundles_to_row::<L>(values, self.points * 6, rows[self.packed.case_of_single(single)]);
        }
    }

    /// Writes the von Mises stress: cases x (elements * points). `buffer` is overwritten.
    pub fn von_mises_into(&self, out: &mut ArrayViewMut2<f64>, buffer: &mut Vec<f64>) {
        match self.packed.lanes {
            8 => self.transpose_von_mises::<8>(out, buffer),
            4 => self.transpose_von_mises::<4>(out, buffer),
            2 => self.transpose_von_mises::<2>(out, buffer),
            _ => self.transpose_von_mises::<1>(out, buffer),
        }
    }

    fn transpose_von_mises<const L: usize>(&self, out: &mut ArrayViewMut2<f64>, buffer: &mut Vec<f64>) {
        let mut rows = rows(out);
        for (group, values) in self.of_groups() {
            invariants::<L>(values, von_mises, buffer);
            lanes_to_rows::<L>(buffer, &mut rows[self.packed.cases_of_group(group)]);
        }
        for (single, values) in self.of_singles() {
            invariants::<L>(values, von_mises, buffer);
            bundles_to_row::<L>(buffer, self.points, rows[self.packed.case_of_single(single)]);
        }
    }

    /// The largest von Mises stress over the points of each element in each case of the pass: case, element of the job, the
    /// first point that has it, value. Cases come in any order.
    pub fn each_von_mises(&self, take: impl FnMut(usize, usize, usize, f64)) {
        self.each(von_mises, take);
    }

    /// The largest of a component times `sign`, otherwise as [`JobStress::each_von_mises`].
    pub fn each_component(&self, component: usize, sign: f64, take: impl FnMut(usize, usize, usize, f64)) {
        self.each(|xx, yy, zz, xy, yz, zx| sign * [xx, yy, zz, xy, yz, zx][component], take);
    }

    fn each(&self, invariant: impl Invariant, take: impl FnMut(usize, usize, usize, f64)) {
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
        invariant: impl Invariant,
        mut take: impl FnMut(usize, usize, usize, f64),
    ) {
        for (group, values) in self.of_groups() {
            let cases = self.packed.cases_of_group(group);
            for (element, values) in values.chunks_exact(self.points * 6 * L).enumerate() {
                let (largest, points) = largest_of_points::<L>(values, invariant);
                for (lane, case) in cases.clone().enumerate() {
                    take(case, element, points[lane] as usize, largest[lane]);
                }
            }
        }
        for (single, values) in self.of_singles() {
            let case = self.packed.case_of_single(single);
            for (bundle, values) in values.chunks_exact(self.points * 6 * L).enumerate() {
                let (largest, points) = largest_of_points::<L>(values, invariant);
                for (lane, element) in (bundle * L..self.elements.min((bundle + 1) * L)).enumerate() {
                    take(case, element, points[lane] as usize, largest[lane]);
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

/// A number from xx, yy, zz, xy, yz, zx.
trait Invariant: Fn(f64, f64, f64, f64, f64, f64) -> f64 + Copy {}

impl<T: Fn(f64, f64, f64, f64, f64, f64) -> f64 + Copy> Invariant for T {}

/// An invariant of L tensors, in vector instructions.
#[inline(always)]
fn in_lanes<const L: usize>([xx, yy, zz, xy, yz, zx]: &[[f64; L]; 6], invariant: impl Invariant) -> [f64; L] {
    let mut own = [0.0; L];
    for l in 0..L {
        own[l] = invariant(xx[l], yy[l], zz[l], xy[l], yz[l], zx[l]);
    }
    own
}

/// The invariant of all tensors, in lanes as they are.
fn invariants<const L: usize>(values: &[f64], invariant: impl Invariant, out: &mut Vec<f64>) {
    out.resize(values.len() / 6, 0.0);
    Arch::new().dispatch(|| {
        let tensors = values.as_chunks::<L>().0.as_chunks::<6>().0;
        for (out, tensor) in out.as_chunks_mut::<L>().0.iter_mut().zip(tensors) {
            *out = in_lanes(tensor, invariant);
        }
    });
}

/// The largest over the points in each lane, and the first point that has it.
#[inline(always)]
fn largest_of_points<const L: usize>(values: &[f64], invariant: impl Invariant) -> ([f64; L], [u64; L]) {
    let (mut largest, mut points) = ([f64::NEG_INFINITY; L], [0; L]);
    for (point, tensor) in (0..).zip(values.as_chunks::<L>().0.as_chunks::<6>().0) {
        let own = in_lanes(tensor, invariant);
        for l in 0..L {
            points[l] = if own[l] > largest[l] { point } else { points[l] };
            largest[l] = if own[l] > largest[l] { own[l] } else { largest[l] };
        }
    }
    (largest, points)
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

/// Writes bundles of L elements, `width` vectors each, to a row with the elements one after the other.
fn bundles_to_row<const L: usize>(values: &[f64], width: usize, row: &mut [f64]) {
    for (values, row) in values.chunks_exact(width * L).zip(row.chunks_mut(width * L)) {
        let mut elements: Vec<&mut [f64]> = row.chunks_exact_mut(width).collect();
        lanes_to_rows::<L>(values, &mut elements);
    }
}
