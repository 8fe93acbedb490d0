//! Codes of organisations (ODS): by their shape, and what a shape says of its time.

use jiff::civil::{Date, date};
use std::str::FromStr;

/// A code of a shape that the Organisation Data Service gives, in capitals. Whether it was given, only the service's own
/// list says.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct OdsCode(String);

/// The shapes.
const SHAPES: [(&str, OdsKind); 7] = [
    ("A99999", OdsKind::Practice),
    ("AAA999", OdsKind::Practice),
    // Scotland's.
    ("99999", OdsKind::Practice),
    ("A99999999", OdsKind::Practice),
    ("AAA999999", OdsKind::Practice),
    // Trusts AAA, AA9, A9A; commissioners 99A; then A9A9A, 8A999 and sites, whose first three are their trust's.
    ("***", OdsKind::Organisation),
    ("*****", OdsKind::Organisation),
];

/// What sort of organisation has codes of a shape.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OdsKind {
    /// A practice, or a branch of one: the practice's code and three digits.
    Practice,
    /// A trust, a commissioner, an independent provider, or a site of one.
    Organisation,
}

/// When the primary care trusts were abolished.
const TRUSTS_ENDED: Date = date(2013, 3, 31);

impl OdsCode {
    /// The code, in capitals.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What sort of organisation has codes of this shape.
    pub fn kind(&self) -> OdsKind {
        kind(&self.0).expect("only codes of a shape are codes")
    }

    /// Whether it stands for no practice, or one that is not known: V81997, V81998, V81999.
    pub fn is_no_practice(&self) -> bool {
        matches!(self.0.as_str(), "V81997" | "V81998" | "V81999")
    }

    /// Whether the organisation had closed by a day, as far as the shape of its code tells: codes 5AA to 5ZZ were of
    /// primary care trusts, which all ended on one day.
    pub fn had_closed_by(&self, day: Date) -> bool {
        let code = self.0.as_bytes();
        code.len() == 3 && code[0] == b'5' && code[1].is_ascii_uppercase() && day > TRUSTS_ENDED
    }
}

impl FromStr for OdsCode {
    type Err = ();

    fn from_str(text: &str) -> Result<Self, ()> {
        let code = text.trim().to_ascii_uppercase();
        kind(&code).map(|_| OdsCode(code)).ok_or(())
    }
}

fn kind(code: &str) -> Option<OdsKind> {
    SHAPES.iter().find(|(shape, _)| has_shape(code, shape)).map(|(_, kind)| *kind)
}

fn has_shape(code: &str, shape: &str) -> bool {
    let fits = |(sign, of): (u8, u8)| match of {
        b'A' => sign.is_ascii_uppercase(),
        b'9' => sign.is_ascii_digit(),
        _ => sign.is_ascii_uppercase() || sign.is_ascii_digit(),
    };
    let letter = shape.starts_with('9') || code.bytes().any(|sign| sign.is_ascii_uppercase());
    code.len() == shape.len() && letter && code.bytes().zip(shape.bytes()).all(fits)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_shape_tells_the_sort() {
        let check = |text: &str, expected: Option<OdsKind>| {
            assert_eq!(text.parse::<OdsCode>().ok().map(|code| code.kind()), expected, "{text}");
        };
        for practice in ["K99004", "k99004 ", "ABC123", "12345", "00123", "K99004001"] {
            check(practice, Some(OdsKind::Practice));
        }
        for organisation in ["RTH", "RNU", "10Q", "5QE", "G6V2S", "8A999", "RTH08", "NXX01", "X09"] {
            check(organisation, Some(OdsKind::Organisation));
        }
        for none in ["", "R", "RT", "123", "1234", "K990045", "K99O04", "RTH-8", "Hill", "Oxford", "RÜH"] {
            check(none, None);
        }
    }

    #[test]
    fn what_a_code_says_of_its_time() {
        let code = |text: &str| text.parse::<OdsCode>().expect("a code");
        let (before, after) = (date(2013, 3, 31), date(2013, 4, 1));
        assert!(code("5QE").had_closed_by(after) && !code("5QE").had_closed_by(before));
        assert!(!code("10Q").had_closed_by(after) && !code("RTH").had_closed_by(after));
        let none = ["V81996", "V81997", "V81998", "V81999", "V82000"].map(|text| code(text).is_no_practice());
        assert_eq!(none, [false, true, true, true, false]);
    }
}
