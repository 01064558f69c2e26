//! The lines of a deck and of the files that it includes.

use std::path::Path;

use super::deck::Place;
use super::error::DeckError;
use super::fault::Fault;
use super::reading::Reading;
use crate::io::error::{IoError, IoErrorKind};
use crate::io::keyword::Keyword;
use crate::io::nodes::DEEPEST_INCLUDE;
use crate::io::source::{LONGEST_LINE, OpenFile, open};

/// Files that include the next one twice, level by level, would go on for ever.
const MOST_FILES: usize = 1000;

/// A keyword line and those that continue it.
struct Begun {
    text: Vec<u8>,
    place: Place,
}

impl Reading {
    /// Reads one file, which is `depth` levels below the deck.
    pub fn read_file(&mut self, source: OpenFile, depth: usize) -> Result<(), IoError> {
        let path = source.path.clone();
        let mut reader = source.into_text()?;
        let mut place = Place { file: self.deck.files.len() as u32, line: 0 };
        self.deck.files.push(path.clone());
        let mut begun: Option<Begun> = None;
        while let Some(line) = reader.next_line()? {
            place.line = place.line.saturating_add(1);
            self.bytes += line.len() as u64 + 1;
            let line = line.trim_ascii();
            if line.starts_with(b"**") || line.is_empty() && !self.takes_blank_line() {
                continue;
            }
            if line.starts_with(b"*") {
                self.run(begun.take(), &path, depth)?;
                begun = Some(Begun { text: line.to_vec(), place });
            } else if let Some(begun) = &mut begun {
                begun.text.extend_from_slice(line);
                if begun.text.len() > LONGEST_LINE {
                    let kind = IoErrorKind::LineTooLong { limit: LONGEST_LINE };
                    return Err(self.locate(Fault::at(begun.place, kind)));
                }
            } else {
                self.place = place;
                self.data_line(line).map_err(|fault| self.locate(fault))?;
                continue;
            }
            // With a comma at its end, a keyword goes on in the next line.
            if !line.ends_with(b",") {
                self.run(begun.take(), &path, depth)?;
            }
        }
        self.run(begun, &path, depth)
    }

    fn run(&mut self, begun: Option<Begun>, path: &Path, depth: usize) -> Result<(), IoError> {
        let Some(Begun { text, place }) = begun else {
            return Ok(());
        };
        self.place = place;
        let keyword = Keyword::parse(&text);
        match self.keyword(&keyword).map_err(|fault| self.locate(fault))? {
            Some(file) => self.include(path, &file, depth),
            None => Ok(()),
        }
    }

    fn include(&mut self, from: &Path, file: &str, depth: usize) -> Result<(), IoError> {
        if depth == DEEPEST_INCLUDE {
            return Err(self.locate(IoErrorKind::IncludeDepth { limit: DEEPEST_INCLUDE }.into()));
        }
        if self.deck.files.len() > MOST_FILES {
            return Err(self.locate(DeckError::TooManyFiles { limit: MOST_FILES }.into()));
        }
        let mut opened = open(&from.with_file_name(file));
        if opened.is_err() && file.contains('\\') {
            // Paths of a deck that was written on Windows.
            opened = open(&from.with_file_name(file.replace('\\', "/"))).or(opened);
        }
        match opened {
            Ok(source) => self.read_file(source, depth + 1),
            Err(IoError { kind: IoErrorKind::Open { cause }, .. }) => {
                let file = file.replace(char::is_control, "?");
                Err(self.locate(DeckError::Include { file, cause }.into()))
            }
            Err(error) => Err(error),
        }
    }

    /// The error with its file and line.
    pub fn locate(&self, fault: Fault) -> IoError {
        let place = fault.place.unwrap_or(self.place);
        let path = &self.deck.files[place.file as usize];
        IoError::new(path, Some(u64::from(place.line.max(1))), fault.kind)
    }
}
