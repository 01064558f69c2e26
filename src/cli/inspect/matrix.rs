//! What a matrix is like: size, triangles, definiteness, suspicious DOFs.

use std::fmt::{self, Write};
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use modalsweep::factor::{Factor, FactorError, FactorOptions, Symbolic, SymbolicOptions};
use modalsweep::io::{Contents, IoError, MatrixFile, Quantity, read_matrix_of};
use modalsweep::matrix::{DofNames, SymmetricMatrix, TriangleReport};
use modalsweep::parallel::Silent;
use serde_json::{Value, json};

use super::super::Common;
use super::super::figures::grouped;
use super::Look;

/// Diagonal entries so far below the largest are listed as suspicious.
const TINY_DIAGONAL: f64 = 1e-12;

/// Beyond so many operations, about a minute, definiteness is not looked for.
const MOST_FLOPS: f64 = 2e12;

/// Names written out in a list of suspicious DOFs.
const NAMES_SHOWN: usize = 8;

/// What was found in one file.
pub struct Report {
    file: String,
    format: String,
    shape: (usize, usize),
    names: DofNames,
    notes: Vec<String>,
    /// The symmetric matrix, or why it is none.
    symmetric: Result<Symmetric, String>,
    entries: usize,
    read_seconds: f64,
    compute_seconds: f64,
}

struct Symmetric {
    triangles: TriangleReport,
    entries: usize,
    definiteness: Definiteness,
    diagonal: (f64, f64),
    zero_diagonal: Vec<usize>,
    negative_diagonal: Vec<usize>,
    tiny_diagonal: Vec<usize>,
    doubtful: Vec<usize>,
    entry_sum: f64,
}

enum Definiteness {
    Positive { largest_pivot_ratio: f64, dof: usize },
    Singular { dofs: Vec<usize> },
    Indefinite { dof: usize, pivot: f64 },
    Unknown { why: String },
}

fn examine(
    matrix: &SymmetricMatrix,
    triangles: TriangleReport,
    names: &DofNames,
    look: Look,
    common: &Common,
) -> Symmetric {
    let diagonal = matrix.diagonal();
    let largest = diagonal.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    let smallest = diagonal.iter().copied().filter(|&d| d > 0.0).fold(f64::INFINITY, f64::min);
    let which = |test: &dyn Fn(f64) -> bool| -> Vec<usize> {
        (0..diagonal.len()).filter(|&dof| test(diagonal[dof])).collect()
    };
    let (definiteness, doubtful) = match look {
        Look::Whole => definiteness(matrix, names, common),
        Look::Quick => (Definiteness::Unknown { why: "not looked for".into() }, Vec::new()),
    };
    let doubled: f64 = 2.0 * matrix.values().iter().sum::<f64>() - diagonal.iter().sum::<f64>();
    Symmetric {
        triangles,
        entries: matrix.entries(),
        definiteness,
        diagonal: (smallest, largest),
        zero_diagonal: which(&|d| d == 0.0),
        negative_diagonal: which(&|d| d < 0.0),
        tiny_diagonal: which(&|d| d > 0.0 && d < TINY_DIAGONAL * largest),
        doubtful,
        entry_sum: doubled,
    }
}

fn definiteness(matrix: &SymmetricMatrix, names: &DofNames, common: &Common) -> (Definiteness, Vec<usize>) {
    let nodes = names.node_groups();
    let mut options = SymbolicOptions::default();
    options.nodes = nodes.as_deref();
    options.memory_limit = common.memory.remaining();
    let symbolic = match Symbolic::new(matrix, &options) {
        Ok(symbolic) if symbolic.flops() <= MOST_FLOPS => Arc::new(symbolic),
        Ok(symbolic) => {
            let why = format!("its factorization would take {:.1e} operations", symbolic.flops());
            return (Definiteness::Unknown { why }, Vec::new());
        }
        Err(error) => return (Definiteness::Unknown { why: error.to_string() }, Vec::new()),
    };
    let factor = Factor::new(&symbolic, matrix, &FactorOptions::default(), &Silent);
    let found = match factor {
        Ok(factor) => {
            let pivots = factor.pivots();
            let doubtful = pivots.doubtful.iter().map(|&(dof, _)| dof).collect();
            let (largest_pivot_ratio, dof) = (pivots.largest_ratio, pivots.dof);
            return (Definiteness::Positive { largest_pivot_ratio, dof }, doubtful);
        }
        Err(FactorError::Singular { dofs, .. }) => Definiteness::Singular { dofs },
        Err(FactorError::NotPositiveDefinite { dof, pivot, .. }) => Definiteness::Indefinite { dof, pivot },
        Err(error) => Definiteness::Unknown { why: error.to_string() },
    };
    (found, Vec::new())
}

impl Report {
    /// Reads and examines a matrix.
    pub fn of(path: &Path, quantity: Quantity, look: Look, common: &Common) -> Result<Self, IoError> {
        let started = Instant::now();
        let MatrixFile { format, contents, dofs, notes } = read_matrix_of(path, quantity)?;
        let read_seconds = started.elapsed().as_secs_f64();
        let started = Instant::now();
        let (shape, entries) = match &contents {
            Contents::Sparse(list) => ((list.n_rows, list.n_cols), list.values.len()),
            Contents::Dense(table) => (table.dim(), table.len()),
        };
        let names = dofs.map_or_else(|| DofNames::equations(shape.0), DofNames::labelled);
        let symmetric = SymmetricMatrix::from_contents(&contents);
        drop(contents);
        let symmetric = symmetric
            .map(|(matrix, triangles)| examine(&matrix, triangles, &names, look, common))
            .map_err(|error| error.to_string());
        Ok(Self {
            file: path.display().to_string(),
            format: format!("{format:?}"),
            shape,
            names,
            notes,
            symmetric,
            entries,
            read_seconds,
            compute_seconds: started.elapsed().as_secs_f64(),
        })
    }

    pub fn as_json(&self) -> Value {
        let mut value = json!({
            "file": self.file,
            "format": self.format,
            "rows": self.shape.0,
            "columns": self.shape.1,
            "entries": self.entries,
            "dof_map": self.names.labels().is_some(),
            "notes": self.notes,
            "read_seconds": self.read_seconds,
            "compute_seconds": self.compute_seconds,
        });
        let more = match &self.symmetric {
            Ok(symmetric) => symmetric.as_json(&self.names),
            Err(why) => json!({ "symmetric": false, "reason": why }),
        };
        if let (Value::Object(all), Value::Object(more)) = (&mut value, more) {
            all.extend(more);
        }
        value
    }

    pub fn write_page(&self, page: &mut String) -> fmt::Result {
        writeln!(page, "{}", self.file)?;
        writeln!(page, "  format        {}", self.format)?;
        let map = if self.names.labels().is_some() { ", DOF map known" } else { "" };
        writeln!(
            page,
            "  size          {} x {}, {} entries{map}",
            self.shape.0,
            self.shape.1,
            grouped(self.entries as u64)
        )?;
        for note in &self.notes {
            writeln!(page, "  note          {note}")?;
        }
        match &self.symmetric {
            Ok(symmetric) => symmetric.write_page(page, &self.names)?,
            Err(why) => writeln!(page, "  symmetric     no: {why}")?,
        }
        writeln!(page, "  seconds       read {:.3}, look {:.3}", self.read_seconds, self.compute_seconds)
    }
}

impl Symmetric {
    fn as_json(&self, names: &DofNames) -> Value {
        let named = |dofs: &[usize]| dofs.iter().map(|&dof| names.name(dof)).collect::<Vec<_>>();
        let definiteness = match &self.definiteness {
            Definiteness::Positive { largest_pivot_ratio, dof } => json!({
                "definiteness": "positive definite",
                "largest_pivot_ratio": largest_pivot_ratio,
                "largest_pivot_dof": names.name(*dof),
            }),
            Definiteness::Singular { dofs } => {
                json!({ "definiteness": "singular", "singular_dofs": named(dofs) })
            }
            Definiteness::Indefinite { dof, pivot } => {
                json!({ "definiteness": "indefinite", "negative_pivot_dof": names.name(*dof), "negative_pivot": pivot })
            }
            Definiteness::Unknown { why } => json!({ "definiteness": "unknown", "definiteness_reason": why }),
        };
        let mut value = json!({
            "symmetric": true,
            "triangles": self.triangles.triangles.to_string(),
            "symmetry_defect": self.triangles.symmetry_defect,
            "duplicates": self.triangles.duplicates,
            "explicit_zeros": self.triangles.explicit_zeros,
            "lower_entries": self.entries,
            "smallest_diagonal": finite(self.diagonal.0),
            "largest_diagonal": finite(self.diagonal.1),
            "zero_diagonal_dofs": named(&self.zero_diagonal),
            "negative_diagonal_dofs": named(&self.negative_diagonal),
            "tiny_diagonal_dofs": named(&self.tiny_diagonal),
            "doubtful_dofs": named(&self.doubtful),
            "entry_sum": self.entry_sum,
        });
        if let (Value::Object(all), Value::Object(more)) = (&mut value, definiteness) {
            all.extend(more);
        }
        value
    }

    fn write_page(&self, page: &mut String, names: &DofNames) -> fmt::Result {
        let report = &self.triangles;
        writeln!(
            page,
            "  triangles     {}, symmetric to {:.1e}; {} explicit zeros, {} duplicates added up",
            report.triangles,
            report.symmetry_defect,
            grouped(report.explicit_zeros as u64),
            report.duplicates
        )?;
        let list = |dofs: &[usize]| names.list(dofs, NAMES_SHOWN);
        match &self.definiteness {
            Definiteness::Positive { largest_pivot_ratio, dof } => writeln!(
                page,
                "  definiteness  positive definite; largest pivot ratio {largest_pivot_ratio:.1e} at DOF {}",
                names.name(*dof)
            )?,
            Definiteness::Singular { dofs } => writeln!(
                page,
                "  definiteness  singular: {} DOF(s) without restraint (or mass): {}",
                dofs.len(),
                list(dofs)
            )?,
            Definiteness::Indefinite { dof, pivot } => {
                writeln!(page, "  definiteness  indefinite: pivot {pivot:.2e} at DOF {}", names.name(*dof))?;
            }
            Definiteness::Unknown { why } => writeln!(page, "  definiteness  unknown: {why}")?,
        }
        writeln!(page, "  diagonal      {:.3e} to {:.3e}", self.diagonal.0, self.diagonal.1)?;
        writeln!(
            page,
            "  sum           {:.6e} over all entries (of a free solid's mass: 3 times the mass, {:.6e})",
            self.entry_sum,
            self.entry_sum / 3.0
        )?;
        let lists = [
            ("zero", &self.zero_diagonal),
            ("negative", &self.negative_diagonal),
            ("tiny", &self.tiny_diagonal),
            ("nearly unrestrained", &self.doubtful),
        ];
        for (what, dofs) in lists.into_iter().filter(|(_, dofs)| !dofs.is_empty()) {
            writeln!(page, "  suspicious    {} {what} DOF(s): {}", dofs.len(), list(dofs))?;
        }
        Ok(())
    }
}

/// JSON has no infinity: a diagonal without positive entries has no smallest one.
fn finite(value: f64) -> Option<f64> {
    value.is_finite().then_some(value)
}
