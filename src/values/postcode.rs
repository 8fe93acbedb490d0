//! Postcodes, for matching. What was found is kept elsewhere.

/// A postcode of a legal shape, upper case with one space. Personal data.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Postcode(String);

impl Postcode {
    /// Reads a postcode, putting right letters and digits that stand in each other's places (O for 0, I for 1, S for 5).
    /// `None` where no legal shape fits. The second value says whether a character was changed.
    pub fn repair(text: &str) -> Option<(Self, bool)> {
        let packed: Vec<u8> =
            text.bytes().filter(u8::is_ascii_alphanumeric).map(|byte| byte.to_ascii_uppercase()).collect();
        if !text.is_ascii() || !(5..=7).contains(&packed.len()) {
            return None;
        }
        if packed == b"GIR0AA" {
            return Some((Postcode("GIR 0AA".into()), false));
        }
        let (outward, inward) = packed.split_at(packed.len() - 3);
        let inward = fit(inward, "9AA")?;
        // No real inward code has these letters; the pseudo-postcode of no fixed abode, ZZ99 3VZ, does.
        if !packed.starts_with(b"ZZ99") && inward[1..].iter().any(|letter| b"CIKMOV".contains(letter)) {
            return None;
        }
        let shapes = ["A9", "A99", "AA9", "AA99", "A9A", "AA9A"];
        let exact = shapes.iter().find(|shape| matches_shape(outward, shape)).map(|_| outward.to_vec());
        let outward = exact.or_else(|| ["A9", "A99", "AA9", "AA99"].iter().find_map(|shape| fit(outward, shape)))?;
        let repaired = [outward.as_slice(), &inward].concat();
        let text = format!("{} {}", String::from_utf8(outward).ok()?, String::from_utf8(inward).ok()?);
        Some((Postcode(text), repaired != packed))
    }

    /// `OX4 1AB`.
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Whether it stands for no fixed abode, not known or abroad (ZZ99 …, HES data dictionary): never evidence of a match.
    pub fn is_pseudo(&self) -> bool {
        self.0.starts_with("ZZ99")
    }
}

fn matches_shape(text: &[u8], shape: &str) -> bool {
    text.len() == shape.len()
        && text
            .iter()
            .zip(shape.bytes())
            .all(|(byte, kind)| if kind == b'9' { byte.is_ascii_digit() } else { byte.is_ascii_uppercase() })
}

fn fit(text: &[u8], shape: &str) -> Option<Vec<u8>> {
    if text.len() != shape.len() {
        return None;
    }
    text.iter()
        .zip(shape.bytes())
        .map(|(byte, kind)| match (kind, byte) {
            (b'9', b'0'..=b'9') | (b'A', b'A'..=b'Z') => Some(*byte),
            (b'9', b'O') => Some(b'0'),
            (b'9', b'I') => Some(b'1'),
            (b'9', b'S') => Some(b'5'),
            (b'A', b'0') => Some(b'O'),
            (b'A', b'1') => Some(b'I'),
            (b'A', b'5') => Some(b'S'),
            _ => None,
        })
        .collect()
}

impl std::fmt::Debug for Postcode {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        formatter.write_str("Postcode(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Option<(&str, bool)>) {
        let found = Postcode::repair(text);
        let found = found.as_ref().map(|(postcode, changed)| (postcode.reveal(), *changed));
        assert_eq!(found, expected);
    }

    #[test]
    fn all_six_shapes_and_girobank() {
        for text in ["M1 1AA", "M60 1NW", "CR2 6XH", "DN55 1PT", "W1A 1HQ", "EC1A 1BB", "GIR 0AA"] {
            check(text, Some((text, false)));
            check(&text.replace(' ', "").to_lowercase(), Some((text, false)));
        }
        check("OX4  1AB", Some(("OX4 1AB", false)));
    }

    #[test]
    fn letters_and_digits_in_each_others_places() {
        check("0X4 1AB", Some(("OX4 1AB", true)));
        check("OX4 IAB", Some(("OX4 1AB", true)));
        check("OXA4 1AB", None);
        check("OX4 1CB", None);
        check("", None);
        check("nope", None);
    }

    #[test]
    fn pseudo_postcodes_are_known() {
        assert!(Postcode::repair("ZZ99 3VZ").is_some_and(|(postcode, _)| postcode.is_pseudo()));
    }
}
