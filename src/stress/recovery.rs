//! Stresses at the integration points of all elements, for many load cases or mode shapes at once.

mod displacements;
mod job;
mod kernel;

use std::ops::Range;

use ndarray::{Array2, Array3, ArrayViewMut2, ArrayViewMut3, Axis, s};
use rayon::prelude::*;

pub use displacements::Displacements;
pub(super) use displacements::Packed;
pub(super) use job::JobStress;
use job::{JobBuffers, buffer_length};
use kernel::{Dilatation, Recover};

use crate::eigen::InstructionSet;
use crate::model::{BarAxis, Block, ElementAt, ElementKind, Isoparametric, Lame, Model, Properties, tables};
use crate::parallel::Workspaces;

/// Cases that are worked on together: their displacements are packed at once.
const CASES_PER_PASS: usize = 32;
/// The stresses of a job stay in the second-level cache.
const JOB_BYTES: usize = 192 << 10;
/// The most elements of a job; a multiple of any number of lanes.
const MOST_ELEMENTS_PER_JOB: usize = 256;

/// The plan of a stress recovery: where the points of each element are.
///
/// Points come block by block ([`Model::blocks`]), element by element, in the element's own point order: C3D4 one,
/// C3D8 and C3D20R eight (x fastest, then y, then z), C3D10 four, C3D20 27. A truss has one point with
/// the axial stress as its xx; beams have none.
///
/// C3D8 has the mean volumetric strain of the element at each of its points, as its stiffness.
#[derive(Debug)]
pub struct StressRecovery<'m> {
    model: &'m Model,
    /// First point of each block, and the number of all.
    first_point: Vec<usize>,
    instructions: InstructionSet,
    packs: Workspaces<Packed>,
}

impl<'m> StressRecovery<'m> {
    /// Counts the points.
    pub fn new(model: &'m Model) -> Self {
        let mut first_point = vec![0];
        for block in model.blocks() {
            first_point
                .push(first_point[first_point.len() - 1] + block.len() * points_per_element(block.kind));
        }
        Self { model, first_point, instructions: InstructionSet::detect(), packs: Workspaces::default() }
    }

    /// The model.
    pub fn model(&self) -> &'m Model {
        self.model
    }

    /// Number of points.
    pub fn point_count(&self) -> usize {
        self.first_point[self.model.blocks().len()]
    }

    /// The points of a block.
    pub fn points_of_block(&self, block: usize) -> Range<usize> {
        self.first_point[block]..self.first_point[block + 1]
    }

    /// Element number and number of the integration point (from 1) of each point: points x 2.
    pub fn points(&self) -> Array2<i64> {
        let mut points = Array2::zeros((self.point_count(), 2));
        let mut rows = points.rows_mut().into_iter();
        for block in self.model.blocks() {
            for &id in &block.ids {
                for (number, mut row) in (1..=points_per_element(block.kind) as i64).zip(&mut rows) {
                    (row[0], row[1]) = (id, number);
                }
            }
        }
        points
    }

    /// The node (its index) of an element that is nearest to one of its integration points (from 0), before it moves; the
    /// first of equal ones.
    ///
    /// # Panics
    /// When there is no such element or point.
    pub fn nearest_node(&self, at: ElementAt, point: usize) -> usize {
        let block = &self.model.blocks()[at.block];
        let nodes = block.nodes_of(at.element);
        let corner = |node: u32| self.model.positions()[node as usize];
        let shape: &[f64] = match block.kind {
            ElementKind::C3D4 => &tables::C3D4.shape[point],
            ElementKind::C3D8 => &tables::C3D8.shape[point],
            ElementKind::C3D10 => &tables::C3D10.shape[point],
            ElementKind::C3D20 => &tables::C3D20.shape[point],
            ElementKind::C3D20R => &tables::C3D20R.shape[point],
            _ => return nodes[0] as usize,
        };
        let place: [f64; 3] = std::array::from_fn(|axis| {
            shape.iter().zip(nodes).map(|(shape, &node)| shape * corner(node)[axis]).sum()
        });
        let square = |node: u32| -> f64 {
            corner(node).iter().zip(place).map(|(corner, place)| (corner - place) * (corner - place)).sum()
        };
        let nearest = nodes.iter().copied().min_by(|&a, &b| square(a).total_cmp(&square(b)));
        nearest.unwrap_or_else(|| unreachable!("an element has nodes")) as usize
    }

    /// The six components xx, yy, zz, xy, yz, zx: cases x points x 6, on the current rayon pool.
    ///
    /// Cost: per element and case 18 P N flops (P points, N nodes), and 48 P bytes written.
    pub fn stresses(&self, displacements: &Displacements) -> Array3<f64> {
        let mut stresses = Array3::zeros((displacements.cases(), self.point_count(), 6));
        self.stresses_into(displacements, stresses.view_mut());
        stresses
    }

    /// As [`StressRecovery::stresses`], into an array that is there.
    ///
    /// # Panics
    /// When the array has another shape, or its components are not contiguous.
    pub fn stresses_into(&self, displacements: &Displacements, mut stresses: ArrayViewMut3<f64>) {
        assert_eq!(stresses.dim(), (displacements.cases(), self.point_count(), 6), "cases x points x 6");
        let flat = stresses.view_mut().into_shape_with_order((displacements.cases(), self.point_count() * 6));
        self.each_pass(displacements, flat.expect("contiguous rows"), 6, |out, job| job.copy_into(out));
    }

    /// The von Mises stress: cases x points, on the current rayon pool. No components are kept.
    pub fn von_mises(&self, displacements: &Displacements) -> Array2<f64> {
        let mut all = Array2::zeros((displacements.cases(), self.point_count()));
        self.von_mises_into(displacements, all.view_mut());
        all
    }

    /// As [`StressRecovery::von_mises`], into an array that is there.
    ///
    /// # Panics
    /// When the array is not cases x points.
    pub fn von_mises_into(&self, displacements: &Displacements, all: ArrayViewMut2<f64>) {
        assert_eq!(all.dim(), (displacements.cases(), self.point_count()), "cases x points");
        let buffers = Workspaces::<Vec<f64>>::default();
        self.each_pass(displacements, all, 1, |out, job| {
            buffers.with(Vec::new, |buffer| job.von_mises_into(out, buffer));
        });
    }

    /// Runs all passes and blocks, with the piece of `all` (cases x points * `width`) that each job fills.
    fn each_pass(
        &self,
        displacements: &Displacements,
        mut all: ArrayViewMut2<f64>,
        width: usize,
        take: impl Fn(&mut ArrayViewMut2<f64>, &JobStress) + Sync,
    ) {
        self.passes(displacements, |cases, packed| {
            for (number, block) in self.model.blocks().iter().enumerate() {
                let points = self.points_of_block(number);
                if points.is_empty() {
                    continue;
                }
                let own = all.slice_mut(s![cases.clone(), points.start * width..points.end * width]);
                let per_job = elements_per_job(block.kind, packed) * points_per_element(block.kind);
                let pieces = cut(own, per_job * width);
                self.run_block(block, packed, pieces, &take);
            }
        });
    }

    /// Calls `pass` with cases that are worked on together and their displacements, until all had their turn.
    pub(super) fn passes(&self, displacements: &Displacements, mut pass: impl FnMut(Range<usize>, &Packed)) {
        self.packs.with(Packed::default, |packed| {
            for first in (0..displacements.cases()).step_by(CASES_PER_PASS) {
                let cases = first..displacements.cases().min(first + CASES_PER_PASS);
                displacements.pack(cases.clone(), self.instructions.lanes(), packed);
                pass(cases, packed);
            }
        });
    }

    /// Runs a block, job by job ([`elements_per_job`]), each with its own output.
    pub(super) fn run_block<T: Send>(
        &self,
        block: &Block,
        packed: &Packed,
        outputs: Vec<T>,
        take: impl Fn(&mut T, &JobStress) + Sync,
    ) {
        let per_job = elements_per_job(block.kind, packed);
        let points = points_per_element(block.kind);
        let buffers = Workspaces::<Vec<f64>>::default();
        outputs.into_par_iter().with_max_len(1).enumerate().for_each(|(job, mut output)| {
            let elements = job * per_job..block.len().min((job + 1) * per_job);
            buffers.with(Vec::new, |buffer| {
                let [grouped, single] = buffer_length(elements.len(), points, packed);
                buffer.resize(grouped + single, 0.0);
                let (groups, singles) = buffer.split_at_mut(grouped);
                let stresses = JobBuffers { groups: &mut *groups, singles: &mut *singles };
                self.recover(block, elements.clone(), packed, stresses);
                take(&mut output, &JobStress::new(elements.len(), points, packed, [groups, singles]));
            });
        });
    }

    /// All stresses of some elements of a block.
    fn recover(&self, block: &Block, elements: Range<usize>, packed: &Packed, stresses: JobBuffers) {
        let properties = &self.model.sections()[block.section].properties;
        let nodes = &block.nodes[elements.start * block.kind.nodes()..elements.end * block.kind.nodes()];
        let work = Work { nodes, properties, packed, stresses };
        match block.kind {
            ElementKind::T3D2 => self.trusses(work),
            ElementKind::C3D4 => self.solids(&tables::C3D4, Dilatation::Local, work),
            ElementKind::C3D8 => self.solids(&tables::C3D8, Dilatation::Mean, work),
            ElementKind::C3D10 => self.solids(&tables::C3D10, Dilatation::Local, work),
            ElementKind::C3D20 => self.solids(&tables::C3D20, Dilatation::Local, work),
            ElementKind::C3D20R => self.solids(&tables::C3D20R, Dilatation::Local, work),
            _ => {}
        }
    }

    fn solids<const N: usize, const P: usize>(
        &self,
        tables: &'static Isoparametric<N, P>,
        dilatation: Dilatation,
        work: Work,
    ) {
        let Lame { lambda, mu } = Lame::new(work.properties.young, work.properties.poisson);
        self.instructions.run(Recover {
            tables,
            dilatation,
            lambda,
            mu,
            positions: self.model.positions(),
            nodes: work.nodes,
            displacements: work.packed,
            stresses: work.stresses,
        });
    }

    /// sigma = E t'(u_2 - u_1) / L as xx.
    fn trusses(&self, work: Work) {
        let (lanes, elements) = (work.packed.lanes, work.nodes.len() / 2);
        let bars: Vec<([usize; 2], [f64; 3])> = (0..elements).map(|bar| self.truss(&work, bar)).collect();
        for (number, stresses) in work.stresses.groups.chunks_exact_mut(6 * lanes).enumerate() {
            let (packed, (ends, factors)) = (work.packed.group(number / elements), bars[number % elements]);
            stresses.fill(0.0);
            for (axis, factor) in factors.into_iter().enumerate() {
                let [a, b] = ends.map(|node| &packed[(node * 3 + axis) * lanes..][..lanes]);
                for (stress, (first, second)) in stresses[..lanes].iter_mut().zip(a.iter().zip(b)) {
                    *stress += factor * (second - first);
                }
            }
        }
        let per_single = elements.div_ceil(lanes) * 6 * lanes;
        for (single, stresses) in work.stresses.singles.chunks_exact_mut(per_single).enumerate() {
            let packed = work.packed.single(single);
            stresses.fill(0.0);
            for (bar, (ends, factors)) in bars.iter().enumerate() {
                for (axis, factor) in factors.iter().enumerate() {
                    let [first, second] = ends.map(|node| packed[node * 3 + axis]);
                    stresses[bar / lanes * 6 * lanes + bar % lanes] += factor * (second - first);
                }
            }
        }
    }

    /// The nodes of a truss, and E t / L.
    fn truss(&self, work: &Work, bar: usize) -> ([usize; 2], [f64; 3]) {
        let ends = [work.nodes[2 * bar] as usize, work.nodes[2 * bar + 1] as usize];
        let [a, b] = ends.map(|node| self.model.positions()[node]);
        let axis = BarAxis::new(&[a, b]);
        (ends, axis.direction.map(|cosine| work.properties.young * cosine / axis.length))
    }
}

/// Elements and where their stresses go.
struct Work<'a> {
    nodes: &'a [u32],
    properties: &'a Properties,
    packed: &'a Packed,
    stresses: JobBuffers<'a>,
}

/// Integration points with stresses.
pub(super) fn points_per_element(kind: ElementKind) -> usize {
    match kind {
        ElementKind::T3D2 | ElementKind::C3D4 => 1,
        ElementKind::C3D10 => 4,
        ElementKind::C3D8 | ElementKind::C3D20R => 8,
        ElementKind::C3D20 => 27,
        _ => 0,
    }
}

/// Elements of one job; depends on the kind and the number of cases alone.
pub(super) fn elements_per_job(kind: ElementKind, packed: &Packed) -> usize {
    const LANES: usize = crate::eigen::lanes::MAX_LANES;
    let bytes =
        8 * 6 * packed.lanes * points_per_element(kind).max(1) * (packed.groups + packed.singles).max(1);
    ((JOB_BYTES / bytes) / LANES * LANES).clamp(LANES, MOST_ELEMENTS_PER_JOB)
}

/// Cuts the columns into pieces of `width`.
fn cut(all: ArrayViewMut2<f64>, width: usize) -> Vec<ArrayViewMut2<f64>> {
    let mut rest = all;
    let mut pieces = Vec::new();
    while rest.ncols() > width {
        let (piece, after) = rest.split_at(Axis(1), width);
        pieces.push(piece);
        rest = after;
    }
    pieces.push(rest);
    pieces
}
