//! What a job of the kernel leaves, and the ways to take it out: the lanes are load cases.

use std::ops::Range;

use ndarray::ArrayViewMut2;
use pulp::Arch;

use super::super::tensor::von_mises;
use super::displacements::Packed;

/// The stresses of some elements in all cases of a pass.
pub(in crate::stress) struct JobStress<'a> {
    /// Of the block.
    pub elements: Range<usize>,
    /// For each element.
    pub points: usize,
    packed: &'a Packed,
    values: &'a [f64],
}

impl<'a> JobStress<'a> {
    pub fn new(elements: Range<usize>, points: usize, packed: &'a Packed, values: &'a [f64]) -> Self {
        Self { elements, points, packed, values }
    }

    /// For each group of cases: those of the pass that are in it, and points * 6 * lanes values for each element.
    fn groups(&self) -> impl Iterator<Item = (Range<usize>, &'a [f64])> {
        let (lanes, cases) = (self.packed.lanes, self.packed.cases);
        let stride = self.elements.len() * self.points * 6 * lanes;
        let groups = self.values.chunks_exact(stride).enumerate();
        groups.map(move |(group, values)| (group * lanes..cases.min((group + 1) * lanes), values))
    }

    /// Writes cases x (elements * points * 6).
    pub fn copy_into(&self, out: &mut ArrayViewMut2<f64>) {
        for (cases, values) in self.groups() {
            match self.packed.lanes {
                8 => transpose::<8>(cases, values, out),
                4 => transpose::<4>(cases, values, out),
                2 => transpose::<2>(cases, values, out),
                _ => transpose::<1>(cases, values, out),
            }
        }
    }

    /// Writes cases x (elements * points).
    pub fn von_mises_into(&self, out: &mut ArrayViewMut2<f64>) {
        self.each_von_mises(|cases, element, point, values| {
            for (case, value) in cases.zip(values) {
                out[[case, element * self.points + point]] = *value;
            }
        });
    }

    /// The von Mises stresses of each group of cases at each point: cases of the pass, element of the job, point, one value
    /// per case.
    pub fn each_von_mises(&self, mut take: impl FnMut(Range<usize>, usize, usize, &[f64])) {
        let arch = Arch::new();
        for (cases, values) in self.groups() {
            let mut put = |place: usize, values: &[f64]| {
                take(cases.clone(), place / self.points, place % self.points, &values[..cases.len()]);
            };
            arch.dispatch(|| match self.packed.lanes {
                8 => each_point::<8>(values, &mut put),
                4 => each_point::<4>(values, &mut put),
                2 => each_point::<2>(values, &mut put),
                _ => each_point::<1>(values, &mut put),
            });
        }
    }

    /// One component, otherwise as [`JobStress::each_von_mises`].
    pub fn each_component(&self, component: usize, mut take: impl FnMut(Range<usize>, usize, usize, &[f64])) {
        let lanes = self.packed.lanes;
        for (cases, values) in self.groups() {
            for (place, values) in values.chunks_exact(6 * lanes).enumerate() {
                let values = &values[component * lanes..][..cases.len()];
                take(cases.clone(), place / self.points, place % self.points, values);
            }
        }
    }
}

#[inline(always)]
fn each_point<const L: usize>(values: &[f64], put: &mut impl FnMut(usize, &[f64])) {
    let (vectors, _) = values.as_chunks::<L>();
    for (place, [xx, yy, zz, xy, yz, zx]) in vectors.as_chunks::<6>().0.iter().enumerate() {
        let own: [f64; L] = std::array::from_fn(|l| von_mises(xx[l], yy[l], zz[l], xy[l], yz[l], zx[l]));
        put(place, &own);
    }
}

fn transpose<const L: usize>(cases: Range<usize>, values: &[f64], out: &mut ArrayViewMut2<f64>) {
    let (vectors, _) = values.as_chunks::<L>();
    for (lane, case) in cases.enumerate() {
        let row = out.row_mut(case).into_slice().expect("contiguous rows");
        for (place, vector) in row.iter_mut().zip(vectors) {
            *place = vector[lane];
        }
    }
}
