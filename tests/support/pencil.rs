//! Sparse pairs (K, M): from entries, from dense matrices, from files, from models.

use std::collections::BTreeMap;
use std::path::Path;

use faer::Mat;
use modalsweep::eigen::{PairModes, PairOptions, definite_pair};
use modalsweep::io::read_matrix;
use modalsweep::matrix::SymmetricMatrix;
use modalsweep::model::{Assembly, MassScheme, Model};
use modalsweep::parallel::Silent;

use super::solid::{LowerCsc, SolidFace, solid};

/// Stiffness and mass.
#[derive(Debug, Clone)]
pub struct Pencil {
    pub k: SymmetricMatrix,
    pub m: SymmetricMatrix,
}

impl Pencil {
    pub fn of_dense((k, m): (Mat<f64>, Mat<f64>)) -> Self {
        Self { k: sparse(&k), m: sparse(&m) }
    }

    pub fn of_model(model: &Model, scheme: MassScheme) -> Self {
        let assembly = Assembly::new(model).unwrap();
        Self { k: assembly.stiffness(&Silent).unwrap(), m: assembly.mass(scheme, &Silent).unwrap() }
    }

    /// A brick of unit hexahedra with eight nodes.
    pub fn of_solid(elements: [usize; 3], face: SolidFace) -> Self {
        let solid = solid(elements, face);
        let matrix =
            |csc: LowerCsc| SymmetricMatrix::from_lower_csc(csc.col_ptr, csc.row_idx, csc.values).unwrap();
        Self { k: matrix(solid.stiffness), m: matrix(solid.mass) }
    }

    /// Files below the root of the crate.
    pub fn of_files(stiffness: &str, mass: &str) -> Self {
        Self { k: read(stiffness), m: read(mass) }
    }

    /// K with the identity.
    pub fn standard(k: SymmetricMatrix) -> Self {
        let m = of_entries(k.size(), (0..k.size()).map(|i| (i, i, 1.0)));
        Self { k, m }
    }

    pub fn size(&self) -> usize {
        self.k.size()
    }

    /// All modes by the dense solver.
    pub fn dense_modes(&self, options: &PairOptions) -> PairModes {
        definite_pair(dense(&self.k).as_ref(), dense(&self.m).as_ref(), options).unwrap()
    }
}

/// Sums entries of one triangle, or of both where they are given once.
pub fn of_entries(size: usize, entries: impl IntoIterator<Item = (usize, usize, f64)>) -> SymmetricMatrix {
    let mut columns = vec![BTreeMap::new(); size];
    for (a, b, value) in entries {
        *columns[a.min(b)].entry(a.max(b)).or_insert(0.0) += value;
    }
    let (mut ptr, mut rows, mut values) = (vec![0], Vec::new(), Vec::new());
    for column in columns {
        rows.extend(column.keys().copied());
        values.extend(column.values().copied());
        ptr.push(rows.len());
    }
    SymmetricMatrix::from_lower_csc(ptr, rows, values).unwrap()
}

/// The lower triangle without its zeros.
pub fn sparse(matrix: &Mat<f64>) -> SymmetricMatrix {
    let n = matrix.nrows();
    let lower = (0..n).flat_map(|j| (j..n).map(move |i| (i, j)));
    of_entries(n, lower.map(|(i, j)| (i, j, matrix[(i, j)])).filter(|entry| entry.2 != 0.0))
}

/// Both triangles.
pub fn dense(matrix: &SymmetricMatrix) -> Mat<f64> {
    Mat::from_fn(matrix.size(), matrix.size(), |i, j| matrix.get(i, j))
}

/// A matrix from a file below the root of the crate.
pub fn read(name: &str) -> SymmetricMatrix {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(name);
    SymmetricMatrix::from_contents(&read_matrix(&path).unwrap().contents).unwrap().0
}

/// BCSSTK01 with BCSSTM01: 100 on the translations of the first four nodes, 200 on those of the others.
pub fn bcsst01() -> Pencil {
    let k = read("tests/data/bcsstk01.rsa");
    let translations = (0..48).filter(|dof| dof % 6 < 3);
    let m = of_entries(48, translations.map(|dof| (dof, dof, if dof < 24 { 100.0 } else { 200.0 })));
    Pencil { k, m }
}

/// All finite eigenvalues of BCSSTK01 with BCSSTM01 (34-digit arithmetic by mpmath, rounded to doubles).
#[allow(clippy::excessive_precision)]
pub const BCSST01_PAIR: [f64; 24] = [
    27.270485478598454,
    69.673_790_398_322_23,
    77.522_235_826_945_5,
    155.651_429_054_643_4,
    258.205_942_516_179_2,
    442.694_085_111_007_7,
    453.467_258_317_784_5,
    510.233_047_110_443_7,
    4_656.041_789_186_302,
    5095.0924529083099,
    5_130.720_110_854_077,
    5_162.968_163_119_433,
    10025.499396383919,
    23_803.734_073_304_93,
    26_265.375_354_056_88,
    27_722.879_033_202_96,
    27728.786837417255,
    27762.097958376697,
    28529.366829529465,
    33_822.601_003_492_95,
    39_509.966_891_964_36,
    55914.663473919487,
    56181.147711625502,
    56234.059180024865,
];
