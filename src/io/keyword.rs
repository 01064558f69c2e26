//! Keyword lines of Abaqus and CalculiX: `*NAME, PARAMETER=VALUE, FLAG`, in any case, blanks without meaning.

/// A keyword line.
pub(super) struct Keyword {
    /// In capitals, without blanks and without the star.
    pub name: String,
    /// Names in capitals; values as they stand, without blanks around them.
    parameters: Vec<(String, String)>,
}

impl Keyword {
    pub fn parse(line: &[u8]) -> Self {
        let line = String::from_utf8_lossy(line);
        let mut fields = line.trim_start_matches('*').split(',');
        let name = fields.next().map(capitals).unwrap_or_default();
        let parameters = fields
            .map(|field| {
                let (name, value) = field.split_once('=').unwrap_or((field, ""));
                (capitals(name), value.trim().trim_matches('"').to_owned())
            })
            .collect();
        Self { name, parameters }
    }

    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.iter().find(|parameter| parameter.0 == name).map(|parameter| parameter.1.as_str())
    }
}

fn capitals(text: &str) -> String {
    text.chars().filter(|letter| !letter.is_whitespace()).map(|letter| letter.to_ascii_uppercase()).collect()
}
