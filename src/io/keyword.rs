//! Keyword lines of Abaqus and CalculiX: `*NAME, PARAMETER=VALUE, FLAG`, in any case, blanks without meaning.

/// A keyword line.
pub(super) struct Keyword {
    /// In capitals, without blanks and without the star.
    pub name: String,
    /// In capitals, with one blank between words: as messages name it.
    pub title: String,
    /// Names in capitals; values as they stand, without blanks around them.
    parameters: Vec<(String, String)>,
}

impl Keyword {
    pub fn parse(line: &[u8]) -> Self {
        let line = String::from_utf8_lossy(line);
        let mut fields = line.trim_start_matches('*').split(',');
        let first = fields.next().unwrap_or_default();
        let parameters = fields
            .map(|field| {
                let (name, value) = field.split_once('=').unwrap_or((field, ""));
                (capitals(name), value.trim().trim_matches('"').to_owned())
            })
            .collect();
        let words: Vec<_> = first.split_whitespace().map(str::to_ascii_uppercase).collect();
        Self { name: capitals(first), title: words.join(" "), parameters }
    }

    /// Names of the parameters, in capitals.
    pub fn parameter_names(&self) -> impl Iterator<Item = &str> {
        self.parameters.iter().map(|parameter| parameter.0.as_str()).filter(|name| !name.is_empty())
    }

    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|parameter| parameter.0 == name).map(|parameter| parameter.1.as_str())
    }
}

fn capitals(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_whitespace()).map(|letter| letter.to_ascii_uppercase()).collect()
}
