//! Where eigenvalues go: to files row by row, and into a summary.

use std::fs;
use std::path::{Path, PathBuf};

use faer::c64;
use modalsweep::eigen::stream::{Piece, StackChunk};
use modalsweep::eigen::{EigenError, Eigenvalue, Spectra, Spectrum, frequency_hz};
use modalsweep::io::{NpyNumber, NpyWriter, SealedFile, publish_together};

use super::super::failure::Failure;
use super::super::output::MadeFolders;
use super::{EigArgs, Kind, Plan};

/// Failures that are listed one by one.
const FAILURES_LISTED: usize = 20;

/// A number of a row; NaN where there is no result.
pub trait Value: NpyNumber + Eigenvalue + Send {
    const MISSING: Self;

    /// A natural frequency, where the eigenvalue is that of a pair.
    fn hertz(self) -> f64;
}

impl Value for f64 {
    const MISSING: Self = f64::NAN;

    fn hertz(self) -> f64 {
        frequency_hz(self)
    }
}

impl Value for c64 {
    const MISSING: Self = c64::new(f64::NAN, f64::NAN);

    fn hertz(self) -> f64 {
        f64::NAN
    }
}

/// What is known at the end.
#[derive(Default)]
pub struct Summary {
    /// The failed matrices, counted from 0.
    pub failed: Vec<usize>,
    /// Why the first of them failed.
    pub reasons: Vec<EigenError>,
    /// Smallest and largest |lambda| of all matrices, the infinite ones left out.
    pub magnitudes: Option<(f64, f64)>,
    /// Natural frequencies of a single pair, infinite ones last.
    pub frequencies_hz: Option<Vec<f64>>,
}

impl Summary {
    /// The first failed matrices with their reasons.
    pub fn failures(&self) -> impl Iterator<Item = (usize, &EigenError)> {
        self.failed.iter().copied().zip(&self.reasons)
    }
}

enum Rows<T> {
    Eigenvalues(NpyWriter<T>),
    Magnitudes(NpyWriter<f64>),
    None,
}

/// Takes results in the order of the input.
pub struct Results<T> {
    size: usize,
    /// Whether it is one pair, whose frequencies are told.
    single_pair: bool,
    rows: Rows<T>,
    vectors: Option<NpyWriter<f64>>,
    /// One row of real numbers.
    row: Vec<f64>,
    /// Of an earlier run.
    outdated: Option<PathBuf>,
    // After the files: what is dropped last can be empty by then.
    folders: Option<MadeFolders>,
    pub summary: Summary,
}

impl<T: Value> Results<T> {
    /// Begins the files; that they can be written is known before the work.
    pub fn create(args: &EigArgs, plan: &Plan) -> Result<Self, Failure> {
        let (count, size) = (plan.count, plan.size);
        let folders = args.output.as_deref().map(make_folders).transpose()?;
        let rows = match args.output.as_deref() {
            Some(path) if args.magnitudes => Rows::Magnitudes(create(path, &[count, size])?),
            Some(path) => Rows::Eigenvalues(create(path, &[count, size])?),
            None => Rows::None,
        };
        let vectors = args.vectors_path().map(|path| create(&path, &[count, size, size])).transpose()?;
        let single_pair = plan.kind == Kind::Pair && count == 1;
        let outdated = args.outdated_vectors();
        let (row, summary) = (Vec::with_capacity(size), Summary::default());
        Ok(Self { size, single_pair, rows, vectors, row, outdated, folders, summary })
    }

    /// Writes the rows of a chunk.
    pub fn take(&mut self, piece: &Piece<'_, StackChunk, Spectra<T>>) -> Result<(), Failure> {
        for (result, index) in piece.results.iter().zip(piece.first..) {
            match result {
                Ok(spectrum) => self.write(spectrum)?,
                Err(reason) => self.miss(index, reason)?,
            }
        }
        Ok(())
    }

    fn write(&mut self, spectrum: Spectrum<'_, T>) -> Result<(), Failure> {
        self.row.clear();
        self.row.extend(spectrum.values.iter().map(|value| value.magnitude()));
        self.summary.add(&self.row);
        if self.single_pair {
            self.summary.frequencies_hz = Some(spectrum.values.iter().map(|value| value.hertz()).collect());
        }
        match &mut self.rows {
            Rows::Eigenvalues(file) => file.write(spectrum.values)?,
            Rows::Magnitudes(file) => {
                self.row.sort_unstable_by(|a, b| b.total_cmp(a));
                file.write(&self.row)?;
            }
            Rows::None => {}
        }
        if let (Some(file), Some(vectors)) = (&mut self.vectors, spectrum.vectors) {
            for row in 0..self.size {
                self.row.clear();
                self.row.extend((0..self.size).map(|col| vectors[(row, col)]));
                file.write(&self.row)?;
            }
        }
        Ok(())
    }

    fn miss(&mut self, index: usize, reason: EigenError) -> Result<(), Failure> {
        self.summary.failed.push(index);
        if self.summary.reasons.len() < FAILURES_LISTED {
            self.summary.reasons.push(reason);
        }
        self.row.clear();
        self.row.resize(self.size, f64::NAN);
        match &mut self.rows {
            Rows::Eigenvalues(file) => file.write(&vec![T::MISSING; self.size])?,
            Rows::Magnitudes(file) => file.write(&self.row)?,
            Rows::None => {}
        }
        if let Some(file) = &mut self.vectors {
            (0..self.size).try_for_each(|_| file.write(&self.row))?;
        }
        Ok(())
    }

    /// Gives the files their names, and removes what would not belong to them.
    pub fn finish(mut self) -> Result<Summary, Failure> {
        let rows = match self.rows {
            Rows::Eigenvalues(file) => Some(file.seal()?),
            Rows::Magnitudes(file) => Some(file.seal()?),
            Rows::None => None,
        };
        let vectors = self.vectors.map(NpyWriter::seal).transpose()?;
        let files: Vec<SealedFile> = rows.into_iter().chain(vectors).collect();
        publish_together(&files)?;
        if let Some(folders) = &mut self.folders {
            folders.keep();
        }
        if let Some(path) = self.outdated {
            fs::remove_file(&path).map_err(|error| {
                let place = path.display();
                Failure::new(format!("{place}: eigenvectors of an earlier run cannot be removed: {error}"))
            })?;
        }
        Ok(self.summary)
    }
}

/// The folder of an output.
fn make_folders(path: &Path) -> Result<MadeFolders, Failure> {
    MadeFolders::make(path.parent().unwrap_or(Path::new(""))).map_err(|why| {
        Failure::new(format!("{}: cannot write: {why}", path.display()))
            .with_help("choose another file with -o, or leave it out")
    })
}

fn create<T: NpyNumber>(path: &Path, shape: &[usize]) -> Result<NpyWriter<T>, Failure> {
    NpyWriter::create(path, shape)
        .map_err(|error| Failure::from(error).with_help("choose another file with -o, or leave it out"))
}

impl Summary {
    fn add(&mut self, magnitudes: &[f64]) {
        for &magnitude in magnitudes.iter().filter(|magnitude| magnitude.is_finite()) {
            let (low, high) = self.magnitudes.unwrap_or((magnitude, magnitude));
            self.magnitudes = Some((low.min(magnitude), high.max(magnitude)));
        }
    }
}
