//! Numbers as programs print them: the one place that turns characters into numbers.

use super::error::{IoErrorKind, excerpt};

/// The rest of a block of whole lines; the block ends with a line feed.
pub(super) struct Cursor<'a> {
    rest: &'a [u8],
}

impl<'a> Cursor<'a> {
    pub fn new(rest: &'a [u8]) -> Self {
        Self { rest }
    }

    pub fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    #[inline(always)]
    fn peek(&self) -> u8 {
        self.rest.first().copied().unwrap_or(b'\n')
    }

    #[inline(always)]
    pub fn skip_blanks(&mut self) {
        while let [b' ' | b'\t' | b'\r', rest @ ..] = self.rest {
            self.rest = rest;
        }
    }

    /// Whether the line ends here, or a comment that starts with `comment` does.
    #[inline(always)]
    pub fn at_end_of_line(&self, comment: u8) -> bool {
        let next = self.peek();
        next == b'\n' || next == comment
    }

    pub fn skip_line(&mut self) {
        let length = self.rest.iter().position(|&byte| byte == b'\n').map_or(self.rest.len(), |at| at + 1);
        self.rest = &self.rest[length..];
    }

    /// Goes to the next line; only blanks may stand before it.
    #[inline(always)]
    pub fn end_line(&mut self) -> Result<(), IoErrorKind> {
        self.skip_blanks();
        match self.rest {
            [b'\n', rest @ ..] => self.rest = rest,
            [] => {}
            _ => {
                return Err(IoErrorKind::UnexpectedText { found: excerpt(self.token()) });
            }
        }
        Ok(())
    }

    fn token(&self) -> &'a [u8] {
        let length = self.rest.iter().position(|&byte| byte <= b' ').unwrap_or(self.rest.len());
        &self.rest[..length]
    }

    /// An index counted from 1, no larger than `size`; comes back counted from 0.
    #[inline(always)]
    pub fn index(&mut self, field: &'static str, size: u32) -> Result<u32, IoErrorKind> {
        self.skip_blanks();
        if let Some((number, length)) = short_integer(self.rest)
            && self.rest[length] <= b' '
            && number.wrapping_sub(1) < u64::from(size)
        {
            self.rest = &self.rest[length..];
            return Ok((number - 1) as u32);
        }
        Err(self.bad_index(field, size))
    }

    /// A whole line that begins with a star, and nothing where it does not.
    #[inline(always)]
    pub fn star_line(&mut self) -> Option<&'a [u8]> {
        if self.peek() != b'*' {
            return None;
        }
        let length = self.rest.iter().position(|&byte| byte == b'\n').unwrap_or(self.rest.len());
        let (line, rest) = self.rest.split_at(length);
        self.rest = rest;
        Some(line)
    }

    /// An integer and the comma behind it.
    #[inline(always)]
    pub fn integer_and_comma(&mut self, field: &'static str) -> Result<i64, IoErrorKind> {
        self.skip_blanks();
        if let Some((number, length)) = short_integer(self.rest)
            && let [b',', rest @ ..] = &self.rest[length..]
        {
            self.rest = rest;
            return Ok(number as i64);
        }
        let length =
            self.rest.iter().position(|&byte| byte == b',' || byte == b'\n').unwrap_or(self.rest.len());
        let number = parse_integer(field, &self.rest[..length])?;
        match &self.rest[length..] {
            [b',', rest @ ..] => self.rest = rest,
            _ => return Err(IoErrorKind::MissingField { field: "value" }),
        }
        Ok(number)
    }

    #[cold]
    fn bad_index(&self, field: &'static str, size: u32) -> IoErrorKind {
        let token = self.token();
        if token.is_empty() {
            return IoErrorKind::MissingField { field };
        }
        match is_integer(token) {
            true => IoErrorKind::IndexOutOfRange { field, found: excerpt(token), size: size.into() },
            false => not_a_number(field, "an index", token),
        }
    }

    /// A finite number.
    #[inline(always)]
    pub fn real(&mut self, field: &'static str) -> Result<f64, IoErrorKind> {
        self.skip_blanks();
        if let Ok((value, length)) = fast_float2::parse_partial::<f64, _>(self.rest)
            && self.rest.get(length).is_none_or(|&byte| byte <= b' ')
            && value.is_finite()
        {
            self.rest = &self.rest[length..];
            return Ok(value);
        }
        self.unusual_real(field)
    }

    #[cold]
    #[inline(never)]
    fn unusual_real(&mut self, field: &'static str) -> Result<f64, IoErrorKind> {
        let token = self.token();
        let value = parse_real(field, token)?;
        self.rest = &self.rest[token.len()..];
        Ok(value)
    }
}

/// Up to ten digits at the front, and how many; a byte follows them.
#[inline(always)]
fn short_integer(bytes: &[u8]) -> Option<(u64, usize)> {
    let mut number = 0;
    for (length, byte) in bytes.iter().enumerate().take(11) {
        let digit = byte.wrapping_sub(b'0');
        if digit > 9 {
            return (length > 0).then_some((number, length));
        }
        number = 10 * number + u64::from(digit);
    }
    None
}

pub(super) fn is_integer(token: &[u8]) -> bool {
    let digits = token.strip_prefix(b"-").or(token.strip_prefix(b"+")).unwrap_or(token);
    !digits.is_empty() && digits.iter().all(u8::is_ascii_digit)
}

fn not_a_number(field: &'static str, expected: &'static str, token: &[u8]) -> IoErrorKind {
    IoErrorKind::NotANumber { field, expected, found: excerpt(token) }
}

/// A whole token as an integer.
pub(super) fn parse_integer<T: std::str::FromStr>(
    field: &'static str,
    token: &[u8],
) -> Result<T, IoErrorKind> {
    let token = token.trim_ascii();
    if token.is_empty() {
        return Err(IoErrorKind::MissingField { field });
    }
    // `from_str` also refuses what is not ASCII, and what does not fit.
    let text = std::str::from_utf8(token).unwrap_or("");
    text.parse().map_err(|_| not_a_number(field, "an integer in range", token))
}

/// A whole token as a finite number; Fortran's `1.5D+05` and `0.46-100` included.
pub(super) fn parse_real(field: &'static str, token: &[u8]) -> Result<f64, IoErrorKind> {
    let token = token.trim_ascii();
    if token.is_empty() {
        return Err(IoErrorKind::MissingField { field });
    }
    let value = fast_float2::parse::<f64, _>(token)
        .ok()
        .or_else(|| parse_fortran(token))
        .ok_or_else(|| not_a_number(field, "a number", token))?;
    if value.is_finite() { Ok(value) } else { Err(IoErrorKind::NotFinite { found: excerpt(token) }) }
}

/// The exponent letter may be D or missing.
fn parse_fortran(token: &[u8]) -> Option<f64> {
    let mut text = [0; 64];
    let at = 1 + token.iter().skip(1).position(|byte| matches!(byte, b'd' | b'D' | b'+' | b'-'))?;
    let (mantissa, exponent) = token.split_at(at);
    let exponent = exponent.strip_prefix(b"d").or(exponent.strip_prefix(b"D")).unwrap_or(exponent);
    // Without this, `1e+-5` and `1.5Dinf` would be put together to something that parses.
    if !mantissa.ends_with(b".") && !mantissa.last()?.is_ascii_digit() || !is_integer(exponent) {
        return None;
    }
    let length = mantissa.len() + 1 + exponent.len();
    let text = text.get_mut(..length)?;
    text[..at].copy_from_slice(mantissa);
    text[at] = b'e';
    text[at + 1..].copy_from_slice(exponent);
    fast_float2::parse(&*text).ok()
}

/// The numbers and words of a line, separated by blanks.
pub(super) fn words(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    line.split(|byte| *byte <= b' ').filter(|word| !word.is_empty())
}

/// The fields of a line, separated by commas, without the blanks around them.
pub(super) fn comma_fields(line: &[u8]) -> impl Iterator<Item = &[u8]> {
    line.split(|byte| *byte == b',').map(<[u8]>::trim_ascii)
}
