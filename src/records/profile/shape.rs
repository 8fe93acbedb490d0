//! The shape of a value: what kind of sign stands where, and never which.

/// Shapes are cut after so many signs.
const SIGNS_MAX: usize = 40;

/// `999 999 9999` of an NHS number, `AA9 9AA` of a postcode, `Aa+` of a name: digits are 9, letters A and a, runs of more
/// than three letters and more than twelve digits are closed up.
pub(super) fn shape(text: &str) -> String {
    let mut shape = String::with_capacity(SIGNS_MAX);
    let mut letters = text.chars().map(sign).peekable();
    let mut signs = 0;
    while let Some(sign) = letters.next() {
        let mut run = 1;
        while letters.peek() == Some(&sign) {
            letters.next();
            run += 1;
        }
        match sign {
            '9' if run <= 12 => shape.extend(std::iter::repeat_n('9', run)),
            'A' | 'a' if run <= 3 => shape.extend(std::iter::repeat_n(sign, run)),
            '9' | 'A' | 'a' => shape.extend([sign, '+']),
            _ => shape.push(sign),
        }
        signs += run.min(12);
        if signs >= SIGNS_MAX {
            shape.push('…');
            break;
        }
    }
    shape
}

fn sign(letter: char) -> char {
    match letter {
        _ if letter.is_numeric() => '9',
        _ if letter.is_lowercase() => 'a',
        _ if letter.is_alphabetic() => 'A',
        _ if letter.is_whitespace() => ' ',
        _ if letter.is_ascii_graphic() => letter,
        _ => '?',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(shape(text), expected);
    }

    #[test]
    fn shapes_tell_signs_and_no_values() {
        check("999 000 0018", "999 999 9999");
        check("TX18 2XH", "AA99 9AA");
        check("30-Sep-17", "99-Aaa-99");
        check("Quillfeather", "Aa+");
        check("O'NEILL", "A'A+");
        check("Zoë", "Aaa");
        check("00000000360654661155", "9+");
        check("4.01E+09", "9.99A+99");
        check("a\u{200b}b", "a?a");
        check("", "");
    }

    #[test]
    fn long_texts_are_cut() {
        let shape = shape(&"word 12, ".repeat(50));
        assert!(shape.ends_with('…') && shape.chars().count() <= SIGNS_MAX + 1, "{shape}");
    }
}
