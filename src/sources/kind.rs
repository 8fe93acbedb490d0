//! Of what a piece of text is made: figures, letters, signs.

/// So much of a piece shows it.
const SIGNS_MAX: usize = 8;

/// Of what a piece is made, in order: figures, letters, both together, and signs.
pub(super) fn kind(piece: &[u8]) -> Vec<u8> {
    let mut kind: Vec<u8> = Vec::new();
    let mut between = false;
    for byte in piece.iter().filter(|&&byte| byte != b'"') {
        let class = match byte {
            b'0'..=b'9' => b'9',
            b'a'..=b'z' | b'A'..=b'Z' | 0x80.. => b'a',
            space if space.is_ascii_whitespace() => {
                between = !kind.is_empty();
                continue;
            }
            sign => *sign,
        };
        for class in std::mem::take(&mut between).then_some(b' ').into_iter().chain([class]) {
            let has_room = kind.len() < SIGNS_MAX;
            match kind.last_mut() {
                Some(last) if *last == class => {}
                Some(last) if b"9ax".contains(last) && b"9a".contains(&class) => *last = b'x',
                _ if has_room => kind.push(class),
                _ => {}
            }
        }
    }
    kind
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn values_of_one_column_are_made_alike() {
        for (piece, expected) in [
            ("1234", "9"),
            (" \"Quillfeather\" ", "a"),
            ("P123", "x"),
            ("03/02/1961", "9/9/9"),
            ("van der  Berg", "a a a"),
            ("a1-b2-c3-d4-e5", "x-x-x-x-"),
            ("", ""),
        ] {
            assert_eq!(String::from_utf8(kind(piece.as_bytes())).as_deref(), Ok(expected), "{piece}");
        }
    }
}
