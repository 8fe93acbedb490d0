//! SHA-256 digests.

use sha2::{Digest as _, Sha256};
use std::fmt;

/// A SHA-256 digest; shown as 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Digest([u8; 32]);

impl Digest {
    /// The digest of these bytes.
    pub fn of(bytes: &[u8]) -> Self {
        Digest(Sha256::digest(bytes).into())
    }

    /// The digest of a row: its cells joined by the unit separator (U+001F), so that no two rows that differ share one.
    pub fn of_cells<'a>(cells: impl IntoIterator<Item = &'a str>) -> Self {
        let mut hasher = Sha256::new();
        for cell in cells {
            hasher.update(cell.as_bytes());
            hasher.update([0x1f]);
        }
        Digest(hasher.finalize().into())
    }

    /// A digest that was computed elsewhere.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Digest(bytes)
    }

    /// The digest that these 64 lower-case hexadecimal digits show.
    pub fn from_hex(digits: &str) -> Option<Self> {
        let digits = digits.as_bytes();
        let value = |digit: u8| match digit {
            b'0'..=b'9' => Some(digit - b'0'),
            b'a'..=b'f' => Some(digit - b'a' + 10),
            _ => None,
        };
        let mut bytes = [0; 32];
        if digits.len() != 2 * bytes.len() {
            return None;
        }
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks(2)) {
            *byte = value(pair[0])? << 4 | value(pair[1])?;
        }
        Some(Digest(bytes))
    }

    /// The 32 bytes.
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for Digest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(formatter, "{byte:02x}"))
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_known_digest() {
        let expected = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(Digest::of(b"abc").to_string(), expected);
        assert_eq!(Digest::from_hex(expected), Some(Digest::of(b"abc")));
        let bad = [String::new(), expected.to_uppercase(), expected[1..].to_owned(), expected.replace('b', "g")];
        assert!(bad.iter().all(|digits| Digest::from_hex(digits).is_none()));
    }

    #[test]
    fn moving_a_cell_boundary_changes_the_row() {
        assert_ne!(Digest::of_cells(["ab", "c"]), Digest::of_cells(["a", "bc"]));
        assert_ne!(Digest::of_cells(["a", ""]), Digest::of_cells(["a"]));
    }
}
