//! What the machine has, as far as it can be read without asking other programs: Linux's /proc and
//! control groups. Elsewhere nothing is known, and only an absolute `--memory` limits.

use std::fmt;
use std::fs::read_to_string;
use std::str::FromStr;

use super::figures::megabytes;

/// The value of `--memory`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum MemoryLimit {
    Bytes(u64),
    PercentOfFree(f64),
}

impl FromStr for MemoryLimit {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let wrong = || format!("`{text}` is no size: write 8G, 500M, 2.5GiB, a number of bytes, or 60%");
        let text = text.trim();
        let digits = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
        let number: f64 = text[..digits].parse().map_err(|_| wrong())?;
        let unit = text[digits..].trim().to_ascii_uppercase();
        let factor = match unit.trim_end_matches('B').trim_end_matches('I') {
            "%" if number <= 100.0 => return Ok(Self::PercentOfFree(number)),
            "" => 1.0,
            "K" => 1024.0,
            "M" => 1024.0 * 1024.0,
            "G" => 1024.0 * 1024.0 * 1024.0,
            "T" => 1024.0 * 1024.0 * 1024.0 * 1024.0,
            _ => return Err(wrong()),
        };
        Ok(Self::Bytes((number * factor) as u64))
    }
}

impl MemoryLimit {
    /// Bytes that may be taken on top of what is in use, or `None` where nothing is known.
    pub fn remaining(self) -> Option<u64> {
        self.budget().map(Budget::remaining)
    }

    /// The limit in bytes, and what of it is in use now; `None` where nothing is known.
    pub fn budget(self) -> Option<Budget> {
        match self {
            Self::Bytes(limit) => Some(Budget { limit, in_use: status_bytes("VmRSS:").unwrap_or(0) }),
            Self::PercentOfFree(percent) => {
                free_bytes().map(|free| Budget { limit: (free as f64 * percent / 100.0) as u64, in_use: 0 })
            }
        }
    }
}

/// A limit in bytes, and what this process has taken of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    limit: u64,
    in_use: u64,
}

impl Budget {
    pub fn remaining(self) -> u64 {
        self.limit.saturating_sub(self.in_use)
    }
}

impl fmt::Display for Budget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the limit is {}", megabytes(self.limit))?;
        match self.in_use {
            0 => Ok(()),
            in_use => write!(f, ", of which the program itself has {}", megabytes(in_use)),
        }
    }
}

/// The largest memory that this process had so far.
pub fn peak_memory_bytes() -> Option<u64> {
    status_bytes("VmHWM:")
}

fn status_bytes(field: &str) -> Option<u64> {
    kilobytes(&read_to_string("/proc/self/status").ok()?, field)
}

fn kilobytes(text: &str, field: &str) -> Option<u64> {
    let line = text.lines().find(|line| line.starts_with(field))?;
    line.split_whitespace().nth(1)?.parse::<u64>().ok().map(|kilo| kilo * 1024)
}

fn free_bytes() -> Option<u64> {
    let free = kilobytes(&read_to_string("/proc/meminfo").ok()?, "MemAvailable:")?;
    let number = |path: &str| read_to_string(path).ok()?.trim().parse::<u64>().ok();
    let group = number("/sys/fs/cgroup/memory.max")
        .zip(number("/sys/fs/cgroup/memory.current"))
        .map(|(most, used)| most.saturating_sub(used));
    Some(group.map_or(free, |group| group.min(free)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_read_as_people_write_them() {
        assert_eq!("8G".parse(), Ok(MemoryLimit::Bytes(8 << 30)));
        assert_eq!("2.5GiB".parse(), Ok(MemoryLimit::Bytes(5 << 29)));
        assert_eq!("500 mb".parse(), Ok(MemoryLimit::Bytes(500 << 20)));
        assert_eq!("4096".parse(), Ok(MemoryLimit::Bytes(4096)));
        assert_eq!("60%".parse(), Ok(MemoryLimit::PercentOfFree(60.0)));
        assert!("lots".parse::<MemoryLimit>().is_err());
        assert!("120%".parse::<MemoryLimit>().is_err());
        assert!("-1G".parse::<MemoryLimit>().is_err());
    }
}
