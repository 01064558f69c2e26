//! Files that are whole or not there at all.

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};

use super::error::{IoError, IoErrorKind};

/// Writes a file by `write` under another name in the same folder and then renames it.
///
/// Whoever looks sees the old file, or the new one, never a part. After an error, or a panic in `write`,
/// nothing new is left in the folder.
///
/// # Errors
/// What `write` returns, or a folder that cannot be written.
///
/// ```
/// use std::io::Write;
/// let path = std::env::temp_dir().join("modalsweep-doc-atomic.txt");
/// modalsweep::io::write_atomically(&path, |file| writeln!(file, "12.1"))?;
/// assert_eq!(std::fs::read_to_string(&path)?, "12.1\n");
/// # std::fs::remove_file(&path)?;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub fn write_atomically<T>(
    path: &Path,
    write: impl FnOnce(&mut BufWriter<File>) -> io::Result<T>,
) -> Result<T, IoError> {
    let fill = || {
        let mut file = PartFile::create(path)?;
        let result = write(file.writer())?;
        file.finish()?;
        Ok(result)
    };
    fill().map_err(|cause| write_error(path, cause))
}

pub(super) fn write_error(path: &Path, cause: io::Error) -> IoError {
    IoError::new(path, None, IoErrorKind::Write { cause })
}

/// A file under another name until it is finished; goes away unless it is.
pub(super) struct PartFile {
    // Before the name: what is dropped first is closed before it is removed.
    file: BufWriter<File>,
    beside: Beside,
    path: PathBuf,
}

impl PartFile {
    pub fn create(path: &Path) -> io::Result<Self> {
        // Renaming would put a file in the place of a folder's or a device's name, such as /dev/null.
        match fs::metadata(path) {
            Ok(there) if there.is_dir() => return Err(io::ErrorKind::IsADirectory.into()),
            Ok(there) if !there.is_file() => {
                return Err(io::Error::other("it is a device or a pipe, not a file"));
            }
            _ => {}
        }
        let beside = Beside(name_beside(path));
        let file = File::options().write(true).read(true).create_new(true).open(&beside.0)?;
        Ok(Self { file: BufWriter::with_capacity(1 << 16, file), beside, path: path.to_owned() })
    }

    pub fn writer(&mut self) -> &mut BufWriter<File> {
        &mut self.file
    }

    /// Where it is going to be.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Gives the file its name.
    pub fn finish(self) -> io::Result<()> {
        let Self { mut file, beside, path } = self;
        file.flush()?;
        drop(file);
        fs::rename(&beside.0, path)
    }
}

/// The unfinished file; goes away with this value, unless it has been renamed.
struct Beside(PathBuf);

impl Drop for Beside {
    fn drop(&mut self) {
        // Fails where the file has got its name, which is the normal case.
        let _ = fs::remove_file(&self.0);
    }
}

fn name_beside(path: &Path) -> PathBuf {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let mut name = OsString::from(".");
    name.push(path.file_name().unwrap_or_default());
    name.push(format!(".{}-{}.part", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed)));
    path.with_file_name(name)
}
