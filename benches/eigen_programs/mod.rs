//! The programs that the benchmarks of eigenvalues compare: this crate, faer and nalgebra, each called as well as its
//! users can call it: eigenvalues only, memory kept where the library lets one keep it.
#![allow(dead_code)] // no benchmark uses all of it

use faer::diag::DiagMut;
use faer::dyn_stack::{MemBuffer, MemStack};
use faer::linalg::evd::{
    ComputeEigenvectors, evd_real, evd_scratch, self_adjoint_evd, self_adjoint_evd_scratch,
};
use faer::{MatRef, Par, c64};
use modalsweep::eigen::{
    BatchOptions, GeneralSolver, InstructionSet, PairSolver, Spectra, SymmetricSolver, Vectors,
};
use nalgebra::DMatrix;
use ndarray::{Array3, Axis};

/// Matrices that all programs get, in C order.
pub struct Problem {
    /// `count x n x n`; the stiffnesses of pairs.
    pub stack: Array3<f64>,
    /// Masses of the same shape, for pairs only.
    pub mass: Option<Array3<f64>>,
    /// For this crate.
    pub set: InstructionSet,
}

impl Problem {
    fn options(&self) -> BatchOptions {
        BatchOptions::default().with_instruction_set(self.set)
    }

    fn n(&self) -> usize {
        self.stack.len_of(Axis(1))
    }

    /// Each matrix of a stack without a copy.
    fn matrices(stack: &Array3<f64>) -> impl Iterator<Item = MatRef<'_, f64>> {
        let (n, values) = (stack.len_of(Axis(1)), stack.as_slice().expect("C order"));
        values.chunks_exact(n * n).map(move |matrix| MatRef::from_row_major_slice(matrix, n, n))
    }

    fn nalgebra(&self) -> Vec<DMatrix<f64>> {
        let n = self.n();
        Self::matrices(&self.stack).map(|a| DMatrix::from_fn(n, n, |i, j| a[(i, j)])).collect()
    }
}

/// Solves all matrices and appends their eigenvalues, matrix by matrix.
pub type Work<'a> = Box<dyn FnMut(&mut Vec<c64>) + 'a>;

/// A name, and how it gets ready: everything that is not to be timed.
pub type Program = (&'static str, for<'a> fn(&'a Problem) -> Work<'a>);

/// One kind of eigenproblem with its programs.
pub struct Kind {
    /// As the command line calls it.
    pub name: &'static str,
    /// This crate comes first.
    pub programs: &'static [Program],
}

/// What is compared.
pub const KINDS: [Kind; 4] = [
    Kind {
        name: "general",
        programs: &[("modalsweep", our_general), ("faer", faer_general), ("nalgebra", nalgebra_general)],
    },
    Kind {
        name: "symmetric",
        programs: &[
            ("modalsweep", our_symmetric),
            ("faer", faer_symmetric),
            ("nalgebra", nalgebra_symmetric),
        ],
    },
    Kind { name: "pair", programs: &[("modalsweep", our_pairs)] },
    Kind { name: "pair_vectors", programs: &[("modalsweep", our_pairs_with_vectors)] },
];

/// The kind of that name.
pub fn kind(name: &str) -> &'static Kind {
    static ALL: [Kind; 4] = KINDS;
    ALL.iter().find(|kind| kind.name == name).unwrap_or_else(|| panic!("no kind `{name}`"))
}

fn our_general(problem: &Problem) -> Work<'_> {
    let mut solver = GeneralSolver::new(problem.options()).expect("the instruction set");
    let mut spectra = Spectra::new();
    Box::new(move |values| {
        solver.solve(&problem.stack, &mut spectra);
        spectra.iter().for_each(|found| values.extend(found.expect("eigenvalues").values));
    })
}

fn our_symmetric(problem: &Problem) -> Work<'_> {
    let mut solver = SymmetricSolver::new(problem.options()).expect("the instruction set");
    let mut spectra = Spectra::new();
    Box::new(move |values| {
        solver.solve(&problem.stack, &mut spectra);
        extend_real(values, &spectra);
    })
}

fn extend_real(values: &mut Vec<c64>, spectra: &Spectra<f64>) {
    for found in spectra.iter() {
        values.extend(found.expect("eigenvalues").values.iter().map(|&value| c64::new(value, 0.0)));
    }
}

fn our_pairs(problem: &Problem) -> Work<'_> {
    pairs(problem, Vectors::None)
}

fn our_pairs_with_vectors(problem: &Problem) -> Work<'_> {
    pairs(problem, Vectors::MassOrthonormal)
}

fn pairs(problem: &Problem, vectors: Vectors) -> Work<'_> {
    let mass = problem.mass.as_ref().expect("a pair has a mass");
    let mut solver = PairSolver::new(problem.options(), vectors).expect("the instruction set");
    let mut spectra = Spectra::new();
    Box::new(move |values| {
        solver.solve(&problem.stack, mass, &mut spectra).expect("as many masses");
        extend_real(values, &spectra);
    })
}

fn faer_general(problem: &Problem) -> Work<'_> {
    let (n, no) = (problem.n(), ComputeEigenvectors::No);
    let mut memory = MemBuffer::new(evd_scratch::<f64>(n, no, no, Par::Seq, Default::default()));
    let (mut re, mut im) = (vec![0.0; n], vec![0.0; n]);
    Box::new(move |values| {
        for matrix in Problem::matrices(&problem.stack) {
            let diagonals = (DiagMut::from_slice_mut(&mut re), DiagMut::from_slice_mut(&mut im));
            let stack = MemStack::new(&mut memory);
            evd_real(matrix, diagonals.0, diagonals.1, None, None, Par::Seq, stack, Default::default())
                .expect("faer converges");
            values.extend(re.iter().zip(&im).map(|(&re, &im)| c64::new(re, im)));
        }
    })
}

fn faer_symmetric(problem: &Problem) -> Work<'_> {
    let (n, no) = (problem.n(), ComputeEigenvectors::No);
    let mut memory = MemBuffer::new(self_adjoint_evd_scratch::<f64>(n, no, Par::Seq, Default::default()));
    let mut found = vec![0.0; n];
    Box::new(move |values| {
        for matrix in Problem::matrices(&problem.stack) {
            let diagonal = DiagMut::from_slice_mut(&mut found);
            let stack = MemStack::new(&mut memory);
            self_adjoint_evd(matrix, diagonal, None, Par::Seq, stack, Default::default())
                .expect("faer converges");
            values.extend(found.iter().map(|&value| c64::new(value, 0.0)));
        }
    })
}

fn nalgebra_general(problem: &Problem) -> Work<'_> {
    let matrices = problem.nalgebra();
    Box::new(move |values| {
        for matrix in &matrices {
            values.extend(matrix.complex_eigenvalues().iter().map(|value| c64::new(value.re, value.im)));
        }
    })
}

fn nalgebra_symmetric(problem: &Problem) -> Work<'_> {
    let matrices = problem.nalgebra();
    Box::new(move |values| {
        for matrix in &matrices {
            values.extend(matrix.symmetric_eigenvalues().iter().map(|&value| c64::new(value, 0.0)));
        }
    })
}
