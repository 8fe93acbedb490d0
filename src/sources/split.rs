//! Splits one physical row of delimited text into cells.

use super::cells::trim;
use super::scan::{holds, leading_spaces};
use memchr::memchr;
use std::borrow::Cow;

/// Gives each cell's text, outer white space trimmed, and whether there was any.
///
/// A field that begins with a quote ends at the closing quote, with `""` for a quote. Where something other than the
/// delimiter follows the closing quote, the field was not written as a quoted one, and is given as it stands.
pub(super) fn split<'a>(row: &'a str, delimiter: u8, mut give: impl FnMut(Cow<'a, str>, bool)) {
    let bytes = row.as_bytes();
    let quoted = holds(bytes, b'"');
    let mut at = 0;
    loop {
        let begins = at + if quoted { leading_spaces(&bytes[at..], delimiter) } else { 0 };
        let (cell, whole, end) = if quoted && bytes.get(begins) == Some(&b'"') {
            quoted_field(row, at, begins, delimiter)
        } else {
            let end = field_end(bytes, at, delimiter);
            let cell = trim(&row[at..end]);
            (Cow::Borrowed(cell), cell.len() == end - at, end)
        };
        give(cell, !whole);
        if end >= bytes.len() {
            return;
        }
        at = end + 1;
    }
}

fn field_end(bytes: &[u8], from: usize, delimiter: u8) -> usize {
    bytes[from..].iter().position(|&byte| byte == delimiter).map_or(bytes.len(), |place| from + place)
}

/// The text, whether nothing was trimmed of it, and where the field ends.
fn quoted_field(row: &str, at: usize, quote: usize, delimiter: u8) -> (Cow<'_, str>, bool, usize) {
    let bytes = row.as_bytes();
    let mut doubled = false;
    let next_quote = |from: usize| memchr(b'"', &bytes[from..]).map_or(bytes.len(), |place| from + place);
    let mut close = next_quote(quote + 1);
    while bytes.get(close + 1) == Some(&b'"') {
        doubled = true;
        close = next_quote(close + 2);
    }
    let after = (close + 1).min(bytes.len());
    let spaces = leading_spaces(&bytes[after..], delimiter);
    let end = field_end(bytes, after, delimiter);
    if close >= bytes.len() || end != after + spaces {
        let cell = trim(&row[at..end]);
        return (Cow::Borrowed(cell), cell.len() == end - at, end);
    }
    let inside = trim(&row[quote + 1..close]);
    let whole = inside.len() == close - quote - 1;
    (if doubled { Cow::Owned(inside.replace("\"\"", "\"")) } else { Cow::Borrowed(inside) }, whole, end)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(row: &str, expected: &[&str]) {
        let mut cells = Vec::new();
        split(row, b',', |cell, _| cells.push(cell.into_owned()));
        assert_eq!(cells, expected);
    }

    #[test]
    fn plain_fields_are_trimmed() {
        check("a, b ,,c", &["a", "b", "", "c"]);
        check("", &[""]);
        check(",", &["", ""]);
        check("\u{a0}x\u{a0}", &["x"]);
    }

    #[test]
    fn white_space_around_a_field_is_told() {
        let mut told = Vec::new();
        split("a, b,c ,\"d\",\" e\",\"f \"\"\", \"g\" ,\"h\" i", b',', |_, padded| told.push(padded));
        assert_eq!(told, [false, true, true, false, true, false, false, false]);
    }

    #[test]
    fn quoted_fields_hold_delimiters_quotes_and_line_ends() {
        check("\"a,b\",\"say \"\"no\"\"\",\"one\r\ntwo\"", &["a,b", "say \"no\"", "one\r\ntwo"]);
        check("x, \"a,b\" ,y", &["x", "a,b", "y"]);
        check("\"\",\"\"\"\"", &["", "\""]);
    }

    #[test]
    fn a_field_that_is_no_proper_quoted_field_is_given_as_it_stands() {
        check("\"Jo\" Smith,x", &["\"Jo\" Smith", "x"]);
        check("5\" nail,x", &["5\" nail", "x"]);
        check("\"open,x", &["\"open,x"]);
    }
}
