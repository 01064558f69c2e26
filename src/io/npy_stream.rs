//! The numbers of a `.npy` file as they come, for readers that take them in pieces.

use std::io::{BufReader, Read};
use std::path::Path;

use super::error::{IoError, IoErrorKind};
use super::npy::{self, Decoder, Header};
use super::source::open;

/// An open `.npy` file behind its header.
pub(super) struct RealStream {
    input: Box<dyn Read + Send>,
    decoder: Decoder<f64>,
    /// Size of the file, or 0 where it is unknown (a pipe).
    file_bytes: u64,
    /// Where the numbers begin.
    start: u64,
}

impl RealStream {
    /// Opens a file of numbers that become `f64`.
    pub fn open(path: &Path) -> Result<(Header, Self), IoError> {
        let source = open(path)?;
        let fail = |kind| IoError::new(path, None, kind);
        let file_bytes = if source.is_regular { source.bytes } else { 0 };
        let mut input = BufReader::new(source.into_read());
        let header = Header::read(&mut input).map_err(fail)?;
        let decoder = Decoder::reals(&header.dtype).map_err(fail)?;
        let start = header.bytes;
        Ok((header, Self { input: Box::new(input), decoder, file_bytes, start }))
    }

    /// Bytes of all numbers, where the size of the file is known.
    pub fn bytes(&self) -> Option<u64> {
        (self.file_bytes > 0).then(|| self.file_bytes.saturating_sub(self.start))
    }

    /// Bytes of one number.
    pub fn bytes_each(&self) -> usize {
        self.decoder.size
    }

    /// `wanted` further numbers; reserves no more than the file can hold.
    pub fn append(&mut self, wanted: usize, values: &mut Vec<f64>) -> Result<(), IoErrorKind> {
        let room = self.file_bytes / self.decoder.size as u64;
        values.reserve(wanted.min(usize::try_from(room).unwrap_or(usize::MAX)));
        self.decoder.append(&mut self.input, wanted, values)
    }

    /// That nothing comes any more.
    pub fn refuse_rest(&mut self) -> Result<(), IoErrorKind> {
        npy::refuse_rest(&mut self.input)
    }
}
