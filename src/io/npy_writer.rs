//! `.npy` files written piece by piece: first the shape, then the numbers as they come.

use std::io::{self, Write};
use std::marker::PhantomData;
use std::path::Path;

use faer::c64;

use super::atomic::{PartFile, SealedFile, publish_together, write_error};
use super::error::{IoError, IoErrorKind};
use super::npy::write_header;

/// A number that [`NpyWriter`] writes: `f64` as `<f8`, `i64` as `<i8`, `c64` as `<c16`.
pub trait NpyNumber: Copy + sealed::Sealed {
    /// NumPy's name of the type.
    const DTYPE: &'static str;

    #[doc(hidden)]
    fn write_to(self, file: &mut impl Write) -> io::Result<()>;
}

mod sealed {
    pub trait Sealed {}
    impl Sealed for f64 {}
    impl Sealed for i64 {}
    impl Sealed for faer::c64 {}
}

impl NpyNumber for f64 {
    const DTYPE: &'static str = "<f8";

    fn write_to(self, file: &mut impl Write) -> io::Result<()> {
        file.write_all(&self.to_le_bytes())
    }
}

impl NpyNumber for i64 {
    const DTYPE: &'static str = "<i8";

    fn write_to(self, file: &mut impl Write) -> io::Result<()> {
        file.write_all(&self.to_le_bytes())
    }
}

impl NpyNumber for c64 {
    const DTYPE: &'static str = "<c16";

    fn write_to(self, file: &mut impl Write) -> io::Result<()> {
        self.re.write_to(file)?;
        self.im.write_to(file)
    }
}

/// An array that is written while it is computed, in C order. The file appears when it is
/// [finished](Self::finish), whole; dropped before, it leaves nothing behind.
///
/// ```
/// use modalsweep::io::{NpyWriter, read_npy};
/// let path = std::env::temp_dir().join("modalsweep-doc-writer.npy");
/// let mut writer = NpyWriter::create(&path, &[2, 2])?;
/// writer.write(&[1.0, 2.0])?;
/// writer.write(&[3.0, 4.0])?;
/// writer.finish()?;
/// assert_eq!(read_npy(&path)?, ndarray::array![[1.0, 2.0], [3.0, 4.0]].into_dyn());
/// # std::fs::remove_file(&path)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct NpyWriter<T> {
    file: PartFile,
    /// Numbers of the shape.
    announced: u64,
    written: u64,
    number: PhantomData<T>,
}

impl<T: NpyNumber> NpyWriter<T> {
    /// Begins a file of the given shape.
    ///
    /// # Errors
    /// A folder that cannot be written, a path that is a folder or a device, a shape with too many numbers to count.
    pub fn create(path: &Path, shape: &[usize]) -> Result<Self, IoError> {
        let fail = |cause| write_error(path, cause);
        let numbers = shape.iter().try_fold(1_u64, |product, &size| product.checked_mul(size as u64));
        let announced = numbers.ok_or_else(|| fail(io::ErrorKind::FileTooLarge.into()))?;
        let mut file = PartFile::create(path).map_err(fail)?;
        write_header(file.writer(), T::DTYPE, shape).map_err(fail)?;
        Ok(Self { file, announced, written: 0, number: PhantomData })
    }

    /// Appends numbers.
    ///
    /// # Errors
    /// A file that cannot be written, or more numbers than its shape has.
    pub fn write(&mut self, values: &[T]) -> Result<(), IoError> {
        self.written += values.len() as u64;
        if self.written > self.announced {
            return Err(self.fail(IoErrorKind::TooMany { what: "numbers", expected: self.announced }));
        }
        let mut numbers = values.iter();
        let written = numbers.try_for_each(|value| value.write_to(self.file.writer()));
        written.map_err(|cause| self.fail(IoErrorKind::Write { cause }))
    }

    /// Gives the file its name.
    ///
    /// # Errors
    /// A file that cannot be written, or fewer numbers than its shape has; nothing is left behind then.
    pub fn finish(self) -> Result<(), IoError> {
        publish_together(&[self.seal()?])
    }

    /// The whole file, still without its name: see [`publish_together`].
    ///
    /// # Errors
    /// As [`finish`](Self::finish).
    pub fn seal(self) -> Result<SealedFile, IoError> {
        if self.written < self.announced {
            let (expected, found) = (self.announced, self.written);
            return Err(self.fail(IoErrorKind::TooFew { what: "numbers", expected, found }));
        }
        let path = self.file.path().to_owned();
        self.file.seal().map_err(|cause| write_error(&path, cause))
    }

    fn fail(&self, kind: IoErrorKind) -> IoError {
        IoError::new(self.file.path(), None, kind)
    }
}
