//! Opens files, packed or not, and hands out whole lines from a buffer of fixed size.

use std::fs::File;
use std::io::{self, Cursor as Bytes, Read};
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;

use super::error::{IoError, IoErrorKind};
use super::number::Cursor;

/// Fits the second-level cache, and is large enough that system calls do not count.
const BUFFER: usize = 256 * 1024;
/// No line of any text format comes near this.
pub(super) const LONGEST_LINE: usize = 64 * 1024;
const BYTE_ORDER_MARK: &[u8] = b"\xEF\xBB\xBF";

/// An open file whose first bytes have been looked at.
pub(super) struct OpenFile {
    pub path: PathBuf,
    pub file: File,
    pub head: Vec<u8>,
    /// Size on disk.
    pub bytes: u64,
    /// A file whose size is known, no pipe.
    pub is_regular: bool,
}

/// Opens a file and looks at its first bytes.
pub(super) fn open(path: &Path) -> Result<OpenFile, IoError> {
    let mut file = File::open(path).map_err(|cause| IoError::open(path, cause))?;
    let metadata = file.metadata().map_err(|cause| IoError::open(path, cause))?;
    if metadata.is_dir() {
        return Err(IoError::open(path, io::ErrorKind::IsADirectory.into()));
    }
    let mut head = Vec::new();
    (&mut file).take(8).read_to_end(&mut head).map_err(|cause| IoError::read(path, cause))?;
    if head.is_empty() {
        return Err(IoError::new(path, None, IoErrorKind::EmptyFile));
    }
    Ok(OpenFile { path: path.to_owned(), file, head, bytes: metadata.len(), is_regular: metadata.is_file() })
}

impl OpenFile {
    /// The file from its first byte on.
    pub fn into_read(self) -> impl Read + use<> {
        Bytes::new(self.head).chain(self.file)
    }

    /// The file as text, unpacked if it is packed.
    pub fn into_text(self) -> Result<TextReader, IoError> {
        let path = self.path.clone();
        let bytes = self.bytes;
        let input: Box<dyn Read> = match self.head.starts_with(b"\x1f\x8b") {
            true => Box::new(MultiGzDecoder::new(io::BufReader::with_capacity(BUFFER, self.into_read()))),
            false => Box::new(self.into_read()),
        };
        let mut reader = TextReader {
            path,
            bytes,
            input,
            buffer: vec![0; BUFFER],
            start: 0,
            end: 0,
            line: 0,
            ended: false,
        };
        reader.refill()?;
        if reader.peek().starts_with(BYTE_ORDER_MARK) {
            reader.start = BYTE_ORDER_MARK.len();
        }
        match reader.peek().is_empty() {
            true => Err(reader.fail(IoErrorKind::EmptyFile)),
            false => Ok(reader),
        }
    }
}

/// A text file line by line; knows the number of the line it is at.
pub(super) struct TextReader {
    path: PathBuf,
    bytes: u64,
    input: Box<dyn Read>,
    buffer: Vec<u8>,
    /// What has been read and not yet handed out is `buffer[start..end]`.
    start: usize,
    end: usize,
    /// Lines handed out so far.
    line: u64,
    ended: bool,
}

impl TextReader {
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// An error about the file as a whole.
    pub fn fail(&self, kind: IoErrorKind) -> IoError {
        IoError::new(&self.path, None, kind)
    }

    /// An error in the line handed out last.
    pub fn fail_here(&self, kind: IoErrorKind) -> IoError {
        IoError::new(&self.path, Some(self.line.max(1)), kind)
    }

    fn line_too_long(&self) -> IoError {
        IoError::new(&self.path, Some(self.line + 1), IoErrorKind::LineTooLong { limit: LONGEST_LINE })
    }

    /// How many of `announced` items of at least `bytes_each` bytes the file has room for.
    pub fn room_for(&self, announced: u64, bytes_each: u64) -> usize {
        usize::try_from(announced.min(self.bytes / bytes_each)).unwrap_or(0)
    }

    /// What lies ahead in the buffer; at the beginning enough to tell the format.
    pub fn peek(&self) -> &[u8] {
        &self.buffer[self.start..self.end]
    }

    /// Moves what is left to the front and fills the rest; the last line gets its line feed.
    fn refill(&mut self) -> Result<(), IoError> {
        self.buffer.copy_within(self.start..self.end, 0);
        (self.start, self.end) = (0, self.end - self.start);
        while !self.ended && self.end < BUFFER {
            match self.input.read(&mut self.buffer[self.end..]) {
                Ok(0) => {
                    self.ended = true;
                    if self.end > 0 && self.buffer[self.end - 1] != b'\n' {
                        self.buffer[self.end] = b'\n';
                        self.end += 1;
                    }
                }
                Ok(count) => self.end += count,
                Err(cause) if cause.kind() == io::ErrorKind::Interrupted => {}
                Err(cause) => return Err(IoError::read(&self.path, cause)),
            }
        }
        Ok(())
    }

    /// The next line without its end; `None` after the last.
    pub fn next_line(&mut self) -> Result<Option<&[u8]>, IoError> {
        let mut ahead = self.peek().iter().take(LONGEST_LINE);
        let mut length = ahead.position(|&byte| byte == b'\n');
        if length.is_none() && !self.ended {
            self.refill()?;
            length = self.peek().iter().take(LONGEST_LINE).position(|&byte| byte == b'\n');
        }
        let Some(length) = length else {
            return match self.peek().is_empty() {
                true => Ok(None),
                false => Err(self.line_too_long()),
            };
        };
        self.line += 1;
        let line = self.start..self.start + length;
        self.start = line.end + 1;
        let line = &self.buffer[line];
        Ok(Some(line.strip_suffix(b"\r").unwrap_or(line)))
    }

    /// Reads each line that is neither blank nor begins with `comment` by `read`, which leaves
    /// the cursor behind the last field that it wants.
    pub fn for_each_line(
        &mut self,
        comment: u8,
        mut read: impl FnMut(&mut Cursor) -> Result<(), IoErrorKind>,
    ) -> Result<(), IoError> {
        loop {
            let Some(last) = self.peek().iter().rposition(|&byte| byte == b'\n') else {
                if self.peek().len() > LONGEST_LINE {
                    return Err(self.line_too_long());
                }
                if self.ended {
                    return Ok(());
                }
                self.refill()?;
                continue;
            };
            let block = self.start..self.start + last + 1;
            self.start = block.end;
            let mut line = self.line;
            let done = read_block(&self.buffer[block], comment, &mut line, &mut read);
            self.line = line;
            done.map_err(|kind| self.fail_here(kind))?;
        }
    }
}

#[inline(always)]
fn read_block(
    block: &[u8],
    comment: u8,
    line: &mut u64,
    read: &mut impl FnMut(&mut Cursor) -> Result<(), IoErrorKind>,
) -> Result<(), IoErrorKind> {
    let mut cursor = Cursor::new(block);
    while !cursor.is_empty() {
        *line += 1;
        cursor.skip_blanks();
        if cursor.at_end_of_line(comment) {
            cursor.skip_line();
        } else {
            read(&mut cursor)?;
            cursor.end_line()?;
        }
    }
    Ok(())
}
