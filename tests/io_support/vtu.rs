//! The arrays of a `.vtu` file.

/// What a `.vtu` file says: the arrays by name, as type, number of components and bytes.
pub struct File {
    pub head: String,
    pub body: Vec<u8>,
}

impl File {
    pub fn read(path: &std::path::Path) -> Self {
        let content = std::fs::read(path).unwrap();
        let mark = b"<AppendedData encoding=\"raw\">\n_";
        let at = content.windows(mark.len()).position(|window| window == mark).unwrap() + mark.len();
        Self { head: String::from_utf8(content[..at].to_vec()).unwrap(), body: content[at..].to_vec() }
    }

    pub fn attribute<'a>(tag: &'a str, name: &str) -> &'a str {
        tag.split(&format!(" {name}=\"")).nth(1).unwrap().split('"').next().unwrap()
    }

    pub fn array(&self, name: &str) -> (&str, usize, &[u8]) {
        let mut tags = self.head.lines().filter(|line| line.starts_with("<DataArray"));
        let tag = tags.find(|tag| Self::attribute(tag, "Name") == name).unwrap();
        assert_eq!(Self::attribute(tag, "format"), "appended");
        let offset: usize = Self::attribute(tag, "offset").parse().unwrap();
        let (size, values) = self.body[offset..].split_at(8);
        let size = u64::from_le_bytes(size.try_into().unwrap()) as usize;
        let components = Self::attribute(tag, "NumberOfComponents").parse().unwrap();
        (Self::attribute(tag, "type"), components, &values[..size])
    }

    pub fn reals(&self, name: &str) -> Vec<f64> {
        let (number, _, bytes) = self.array(name);
        assert_eq!(number, "Float64");
        bytes.chunks(8).map(|bytes| f64::from_le_bytes(bytes.try_into().unwrap())).collect()
    }

    pub fn integers(&self, name: &str) -> Vec<i64> {
        let (number, _, bytes) = self.array(name);
        assert_eq!(number, "Int64");
        bytes.chunks(8).map(|bytes| i64::from_le_bytes(bytes.try_into().unwrap())).collect()
    }
}
