//! Names of sets and materials that are resolved when all is read.

use std::collections::HashMap;

use super::parts::Scope;

/// Each name once.
#[derive(Debug, Default)]
pub(super) struct Names {
    list: Vec<Name>,
    index: HashMap<(Scope, String), usize>,
}

/// A name and where it was used.
#[derive(Debug)]
pub(super) struct Name {
    pub scope: Scope,
    /// As first written.
    pub text: String,
    /// In capitals.
    pub key: String,
}

impl Names {
    /// The index of a name.
    pub fn index(&mut self, scope: Scope, text: &str) -> usize {
        let key = key(text);
        let next = self.list.len();
        let at = *self.index.entry((scope, key.clone())).or_insert(next);
        if at == next {
            self.list.push(Name { scope, text: text.to_owned(), key });
        }
        at
    }

    pub fn get(&self, index: usize) -> &Name {
        &self.list[index]
    }
}

/// Names that differ only by case are the same.
pub(super) fn key(name: &str) -> String {
    name.to_uppercase()
}

/// A name in a data line; it may stand in quotes.
pub(super) fn from_field(field: &[u8]) -> String {
    let text = String::from_utf8_lossy(field);
    text.trim().trim_matches('"').to_owned()
}
