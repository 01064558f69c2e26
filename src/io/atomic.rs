//! Files that are whole or not there at all.

use std::ffi::{OsStr, OsString};
use std::fs::{self, File};
use std::io::{self, BufWriter};
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
        file.seal()?.publish_file()?;
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
        remove_abandoned(path);
        let beside = Beside(name_beside(path));
        let file = File::options().write(true).read(true).create_new(true).open(&beside.0)?;
        // Tells other runs that this one lives; where files can't be locked, nobody removes them.
        let _ = file.try_lock();
        Ok(Self { file: BufWriter::with_capacity(1 << 16, file), beside, path: path.to_owned() })
    }

    pub fn writer(&mut self) -> &mut BufWriter<File> {
        &mut self.file
    }

    /// Where it is going to be.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Writes what is left in the buffer; the file has all it needs but its name.
    pub fn seal(self) -> io::Result<SealedFile> {
        let Self { file, beside, path } = self;
        let lock = file.into_inner().map_err(io::IntoInnerError::into_error)?;
        Ok(SealedFile { _lock: lock, beside, path })
    }
}

/// A file that is written and lacks its name; goes away unless it is [published](publish_together).
pub struct SealedFile {
    _lock: File,
    beside: Beside,
    path: PathBuf,
}

impl SealedFile {
    fn publish_file(&self) -> io::Result<()> {
        fs::rename(&self.beside.0, &self.path)
    }
}

/// Gives files their names: all, or none of them.
///
/// # Errors
/// A name that cannot be given; those given before are taken away again.
pub fn publish_together(files: &[SealedFile]) -> Result<(), IoError> {
    for (place, file) in files.iter().enumerate() {
        if let Err(cause) = file.publish_file() {
            for named in &files[..place] {
                let _ = fs::remove_file(&named.path);
            }
            return Err(write_error(&file.path, cause));
        }
    }
    Ok(())
}

/// The unfinished file; goes away with this value, unless it has been renamed.
struct Beside(PathBuf);

impl Drop for Beside {
    fn drop(&mut self) {
        // Fails where the file has got its name, which is the normal case.
        let _ = fs::remove_file(&self.0);
    }
}

/// The beginning and the end of the names of unfinished files of `path`.
fn frame_of_names(path: &Path) -> (OsString, &'static str) {
    let mut start = OsString::from(".");
    start.push(path.file_name().unwrap_or_default());
    start.push(".");
    (start, ".part")
}

fn name_beside(path: &Path) -> PathBuf {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let (mut name, end) = frame_of_names(path);
    name.push(format!("{}-{}{end}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed)));
    path.with_file_name(name)
}

/// Removes what killed runs have left of `path`: files that nobody has locked.
fn remove_abandoned(path: &Path) {
    let (start, end) = frame_of_names(path);
    let is_number = |text: &[u8]| !text.is_empty() && text.iter().all(u8::is_ascii_digit);
    let is_ours = |name: &OsStr| {
        let middle = name.as_encoded_bytes().strip_prefix(start.as_encoded_bytes());
        let middle = middle.and_then(|rest| rest.strip_suffix(end.as_bytes()));
        let mut numbers = middle.into_iter().flat_map(|middle| middle.split(|&byte| byte == b'-'));
        let both = [numbers.next(), numbers.next()];
        both.into_iter().all(|number| number.is_some_and(is_number)) && numbers.next().is_none()
    };
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    for entry in
        fs::read_dir(folder).into_iter().flatten().flatten().filter(|entry| is_ours(&entry.file_name()))
    {
        // Opened for writing only to be locked: some systems lock no others.
        let open = File::options().write(true).open(entry.path());
        if open.is_ok_and(|file| file.try_lock().is_ok()) {
            let _ = fs::remove_file(entry.path());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_abandoned_files_are_removed() -> io::Result<()> {
        let folder = std::env::temp_dir().join(format!("modalsweep-abandoned-{}", std::process::id()));
        fs::create_dir_all(&folder)?;
        let path = folder.join("out.npy");
        for name in [".out.npy.1-0.part", ".out.npy.x-0.part", ".out.npy.1.part", ".other.npy.1-0.part"] {
            fs::write(folder.join(name), "left")?;
        }
        let (first, second) = (PartFile::create(&path)?, PartFile::create(&path)?);
        assert!(!folder.join(".out.npy.1-0.part").exists());
        assert!(first.beside.0.exists() && second.beside.0.exists());
        assert_eq!(fs::read_dir(&folder)?.count(), 5);
        drop((first, second));
        assert_eq!(fs::read_dir(&folder)?.count(), 3);
        fs::remove_dir_all(folder)
    }

    #[test]
    fn files_get_their_names_together_or_not_at_all() -> io::Result<()> {
        let folder = std::env::temp_dir().join(format!("modalsweep-together-{}", std::process::id()));
        fs::create_dir_all(&folder)?;
        let (good, taken) = (folder.join("good"), folder.join("taken"));
        let sealed = [PartFile::create(&good)?.seal()?, PartFile::create(&taken)?.seal()?];
        fs::create_dir_all(taken.join("full"))?;
        assert!(publish_together(&sealed).is_err());
        drop(sealed);
        assert_eq!(fs::read_dir(&folder)?.count(), 1);
        fs::remove_dir_all(folder)
    }
}
