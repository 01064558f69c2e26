//! What can be wrong with a deck.

/// What is wrong with a deck, in names and numbers; the file and the line stand in [`IoError`](crate::io::IoError).
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum DeckError {
    /// A keyword that would change the model and is not supported.
    #[error("*{keyword} is not supported")]
    UnsupportedKeyword {
        /// The keyword.
        keyword: String,
    },
}
