//! Where results go: standard output, and a folder that holds all files of a run or none.

use std::fs;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};

use clap::ValueEnum;
use faer::MatRef;
use modalsweep::io::{
    IoError, SealedFile, publish_together, write_atomically, write_matrix_market_dense_with, write_npy_with,
};
use serde::Serialize;

use super::Common;
use super::failure::Failure;

/// The value of `--format`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum OutputFormat {
    /// NumPy, C order, little-endian 64-bit
    Npy,
    /// Matrix Market, array
    Mtx,
}

impl OutputFormat {
    /// The ending of such a file.
    pub fn ending(self) -> &'static str {
        match self {
            Self::Npy => "npy",
            Self::Mtx => "mtx",
        }
    }
}

/// Writes to standard output. A reader that has gone away (`| head`) is no failure.
pub fn say(text: &str) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        Err(error) if error.kind() != ErrorKind::BrokenPipe => {
            Err(Failure::new(format!("standard output: cannot write: {error}")))
        }
        _ => Ok(()),
    }
}

/// Folders that were made for a run; those that are empty go away again, unless they are [kept](Self::keep).
pub struct MadeFolders(Vec<PathBuf>);

impl MadeFolders {
    /// Makes a folder, and those above it, where they are missing.
    pub fn make(path: &Path) -> Result<Self, String> {
        let there = path.ancestors().find(|folder| folder.exists());
        if let Some(file) = there.filter(|folder| !folder.is_dir()) {
            return Err(format!("{} is a file, not a folder", file.display()));
        }
        let missing = |folder: &&Path| !folder.as_os_str().is_empty() && !folder.exists();
        let made = Self(path.ancestors().take_while(missing).map(Path::to_owned).collect());
        if !made.0.is_empty() {
            fs::create_dir_all(path).map_err(|error| format!("cannot make this folder: {error}"))?;
        }
        Ok(made)
    }

    pub fn keep(&mut self) {
        self.0.clear();
    }
}

impl Drop for MadeFolders {
    fn drop(&mut self) {
        // Deepest first; a folder that holds something else stays.
        for folder in &self.0 {
            let _ = fs::remove_dir(folder);
        }
    }
}

/// Prints what a run has to tell: one JSON object, or a page for people, or nothing.
pub fn tell(
    common: &Common,
    json: impl FnOnce() -> serde_json::Value,
    page: impl FnOnce(&mut String) -> std::fmt::Result,
) -> anyhow::Result<()> {
    if common.json {
        say(&format!("{}\n", json()))?;
    } else if !common.quiet {
        let mut text = String::new();
        page(&mut text)?;
        say(&text)?;
    }
    Ok(())
}

/// A folder for the results of one run. Unless the run is [finished](Self::finish), its files go away
/// again, and so do the folders made for it.
pub struct OutputFolder {
    path: PathBuf,
    made: MadeFolders,
    files: Vec<String>,
    finished: bool,
}

impl OutputFolder {
    /// Makes the folder, and those above it, where they are missing. That nothing can be written there
    /// is known now, not at the end of a long run.
    pub fn open(path: &Path) -> Result<Self, Failure> {
        let failure = |why: String| {
            Failure::new(format!("-o {}: {why}", path.display())).with_help("choose another folder with -o")
        };
        let made = MadeFolders::make(path).map_err(failure)?;
        let folder = Self { path: path.to_owned(), made, files: Vec::new(), finished: false };
        let probe = path.join(format!(".modalsweep-{}.tmp", std::process::id()));
        fs::File::create(&probe)
            .and_then(|_| fs::remove_file(&probe))
            .map_err(|error| failure(format!("cannot write: {error}")))?;
        Ok(folder)
    }

    /// Removes a file of an earlier run.
    pub fn clear(&self, name: &str) {
        // Fails where there is none, which is the normal case; another reason stops the writing of it.
        let _ = fs::remove_file(self.path.join(name));
    }

    /// Adds a file that `write` writes whole or not at all.
    pub fn add(
        &mut self,
        name: impl Into<String>,
        write: impl FnOnce(&Path) -> Result<(), IoError>,
    ) -> Result<(), Failure> {
        let name = name.into();
        write(&self.path.join(&name))?;
        self.files.push(name);
        Ok(())
    }

    /// Adds a dense matrix, `name` without its ending.
    pub fn add_matrix(
        &mut self,
        name: &str,
        format: OutputFormat,
        matrix: MatRef<f64>,
    ) -> Result<(), Failure> {
        let (shape, value) = (matrix.shape(), |row, col| matrix[(row, col)]);
        self.add(format!("{name}.{}", format.ending()), |path| match format {
            OutputFormat::Npy => write_npy_with(path, shape, value),
            OutputFormat::Mtx => write_matrix_market_dense_with(path, shape, value),
        })
    }

    /// Adds a file of text.
    pub fn add_text(&mut self, name: &str, text: &str) -> Result<(), Failure> {
        self.add(name, |path| write_atomically(path, |file| file.write_all(text.as_bytes())))
    }

    /// Adds a JSON file for people and programs.
    pub fn add_json(&mut self, name: &str, record: &impl Serialize) -> Result<(), Failure> {
        let text = serde_json::to_string_pretty(record);
        let text = text.map_err(|error| Failure::new(format!("{name}: {error}")))?;
        self.add_text(name, &(text + "\n"))
    }

    /// Adds files that are written and lack their names: all of them, or none.
    pub fn publish(&mut self, files: Vec<(String, SealedFile)>) -> Result<(), Failure> {
        let (names, files): (Vec<_>, Vec<_>) = files.into_iter().unzip();
        publish_together(&files)?;
        self.files.extend(names);
        Ok(())
    }

    /// Where a file of this name goes.
    pub fn path(&self, name: &str) -> PathBuf {
        self.path.join(name)
    }

    /// Keeps the files, and tells their names.
    pub fn finish(mut self) -> Vec<String> {
        self.finished = true;
        self.made.keep();
        std::mem::take(&mut self.files)
    }
}

impl Drop for OutputFolder {
    fn drop(&mut self) {
        if self.finished {
            return;
        }
        // What can't be removed stays.
        for name in &self.files {
            let _ = fs::remove_file(self.path.join(name));
        }
    }
}
