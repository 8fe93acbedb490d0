//! Names that others gave, as a person may be shown them.

use std::borrow::Cow;
use std::path::Path;

/// What would steer a terminal, begin another line there, or turn the direction of what is read.
pub fn steers(character: char) -> bool {
    character.is_control()
        || matches!(character, '\u{200e}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// The text with each such character as its number, written as JSON writes it.
pub fn by_number(text: &str, is_meant: impl Fn(char) -> bool) -> Cow<'_, str> {
    if !text.contains(&is_meant) {
        return text.into();
    }
    let mut shown = String::with_capacity(text.len() + 16);
    for character in text.chars() {
        if is_meant(character) {
            shown.push_str(&format!("\\u{:04x}", u32::from(character)));
        } else {
            shown.push(character);
        }
    }
    shown.into()
}

/// The name of a file, a folder or a sheet on one line: it cannot pass for another line of a table or a message.
pub trait Shown {
    /// As a person may be shown it.
    fn shown(&self) -> String;
}

impl Shown for str {
    fn shown(&self) -> String {
        by_number(self, steers).into_owned()
    }
}

impl Shown for Path {
    fn shown(&self) -> String {
        self.to_string_lossy().shown()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_line_that_steers_nothing() {
        for (name, expected) in [
            ("naïve “Ely”.csv", "naïve “Ely”.csv"),
            ("a\n  next: b.csv", "a\\u000a  next: b.csv"),
            ("a\r\tb\u{1b}[31m\u{9b}\u{7f}", "a\\u000d\\u0009b\\u001b[31m\\u009b\\u007f"),
            ("fdp.\u{202e}exe\u{2069}\u{2028}", "fdp.\\u202eexe\\u2069\\u2028"),
        ] {
            assert_eq!((name.shown().as_str(), Path::new(name).shown().as_str()), (expected, expected));
        }
    }
}
