//! Where eigenvalues go: to files row by row, and into a summary.

use std::path::Path;

use faer::c64;
use modalsweep::eigen::stream::{Piece, StackChunk};
use modalsweep::eigen::{EigenError, Eigenvalue, Spectra, Spectrum, frequency_hz};
use modalsweep::io::{NpyNumber, NpyWriter};

use super::super::failure::Failure;
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
    pub failed: usize,
    /// The first failed matrices, counted from 0, with their reasons.
    pub failures: Vec<(usize, EigenError)>,
    /// Smallest and largest |lambda| of all matrices, the infinite ones left out.
    pub magnitudes: Option<(f64, f64)>,
    /// Natural frequencies of a single pair, infinite ones last.
    pub frequencies_hz: Option<Vec<f64>>,
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
    pub summary: Summary,
}

impl<T: Value> Results<T> {
    /// Begins the files; that they can be written is known before the work.
    pub fn create(args: &EigArgs, plan: &Plan) -> Result<Self, Failure> {
        let (count, size) = (plan.count, plan.size);
        let rows = match args.output.as_deref() {
            Some(path) if args.magnitudes => Rows::Magnitudes(create(path, &[count, size])?),
            Some(path) => Rows::Eigenvalues(create(path, &[count, size])?),
            None => Rows::None,
        };
        let vectors = args.vectors_path().map(|path| create(&path, &[count, size, size])).transpose()?;
        let single_pair = plan.kind == Kind::Pair && count == 1;
        Ok(Self { size, single_pair, rows, vectors, summary: Summary::default() })
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
        let magnitudes = spectrum.magnitudes();
        self.summary.add(&magnitudes);
        if self.single_pair {
            self.summary.frequencies_hz = Some(spectrum.values.iter().map(|value| value.hertz()).collect());
        }
        match &mut self.rows {
            Rows::Eigenvalues(file) => file.write(spectrum.values)?,
            Rows::Magnitudes(file) => file.write(&magnitudes)?,
            Rows::None => {}
        }
        if let (Some(file), Some(vectors)) = (&mut self.vectors, spectrum.vectors) {
            for row in 0..self.size {
                (0..self.size).try_for_each(|col| file.write(&[vectors[(row, col)]]))?;
            }
        }
        Ok(())
    }

    fn miss(&mut self, index: usize, reason: EigenError) -> Result<(), Failure> {
        self.summary.failed += 1;
        if self.summary.failures.len() < FAILURES_LISTED {
            self.summary.failures.push((index, reason));
        }
        match &mut self.rows {
            Rows::Eigenvalues(file) => (0..self.size).try_for_each(|_| file.write(&[T::MISSING]))?,
            Rows::Magnitudes(file) => (0..self.size).try_for_each(|_| file.write(&[f64::NAN]))?,
            Rows::None => {}
        }
        if let Some(file) = &mut self.vectors {
            (0..self.size * self.size).try_for_each(|_| file.write(&[f64::NAN]))?;
        }
        Ok(())
    }

    /// Gives the files their names.
    pub fn finish(self) -> Result<Summary, Failure> {
        match self.rows {
            Rows::Eigenvalues(file) => file.finish()?,
            Rows::Magnitudes(file) => file.finish()?,
            Rows::None => {}
        }
        self.vectors.map(NpyWriter::finish).transpose()?;
        Ok(self.summary)
    }
}

fn create<T: NpyNumber>(path: &Path, shape: &[usize]) -> Result<NpyWriter<T>, Failure> {
    NpyWriter::create(path, shape)
        .map_err(|error| Failure::from(error).with_help("choose another file with -o, or leave it out"))
}

impl Summary {
    /// `magnitudes`: largest first.
    fn add(&mut self, magnitudes: &[f64]) {
        let finite = || magnitudes.iter().copied().filter(|magnitude| magnitude.is_finite());
        if let (Some(largest), Some(smallest)) = (finite().next(), finite().next_back()) {
            let (low, high) = self.magnitudes.unwrap_or((smallest, largest));
            self.magnitudes = Some((low.min(smallest), high.max(largest)));
        }
    }
}
