//! Rust source as words and signs, without comments and without what stands in quotes.

use std::ops::Range;

/// A word, a number, `::` or one sign.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token<'s> {
    pub(super) text: &'s str,
    /// From 1.
    pub(super) line: usize,
}

/// Every token of a file. Text, characters and lifetimes leave none.
pub(super) fn tokens(source: &str) -> Vec<Token<'_>> {
    let mut tokens = Vec::new();
    let (mut at, mut line) = (0, 1);
    while let Some(first) = source[at..].chars().next() {
        let rest = &source[at..];
        let (length, kept) = next(rest, first);
        if kept {
            tokens.push(Token { text: &rest[..length], line });
        }
        line += rest[..length].matches('\n').count();
        at += length;
    }
    tokens
}

/// The length of what comes next, and whether it is a token.
fn next(rest: &str, first: char) -> (usize, bool) {
    if rest.starts_with("//") {
        return (rest.find('\n').unwrap_or(rest.len()), false);
    }
    if rest.starts_with("/*") {
        return (block_comment(rest), false);
    }
    if let Some(length) = quoted(rest) {
        return (length, false);
    }
    if first.is_alphanumeric() || first == '_' {
        return (word(rest), true);
    }
    if rest.starts_with("::") {
        return (2, true);
    }
    (first.len_utf8(), !first.is_whitespace())
}

fn word(rest: &str) -> usize {
    rest.find(|sign: char| !sign.is_alphanumeric() && sign != '_').unwrap_or(rest.len())
}

/// Comments nest.
fn block_comment(rest: &str) -> usize {
    let (mut at, mut depth) = (0, 0);
    while at < rest.len() {
        let (length, change) = match &rest.as_bytes()[at..] {
            [b'/', b'*', ..] => (2, 1),
            [b'*', b'/', ..] => (2, -1),
            _ => (1, 0),
        };
        at += length;
        depth += change;
        if depth == 0 {
            return at;
        }
    }
    rest.len()
}

/// The length of a text, a character or a lifetime at the start of `rest`.
fn quoted(rest: &str) -> Option<usize> {
    let prefix = word(rest);
    let body = &rest[prefix..];
    let raw = matches!(&rest[..prefix], "r" | "br" | "cr");
    let length = match &rest[..prefix] {
        "r" | "br" | "cr" if body.starts_with(['"', '#']) => raw_text(body)?,
        "" | "b" | "c" if body.starts_with('"') => text(body),
        "" | "b" if body.starts_with('\'') => character(body),
        _ => return None,
    };
    debug_assert!(!raw || length > 1);
    Some(prefix + length)
}

/// `#"…"#` with any number of hashes; `None` for `#name`.
fn raw_text(body: &str) -> Option<usize> {
    let hashes = body.len() - body.trim_start_matches('#').len();
    let inner = body[hashes..].strip_prefix('"')?;
    let end = format!("\"{}", "#".repeat(hashes));
    Some(inner.find(&end).map_or(body.len(), |found| hashes + 1 + found + end.len()))
}

fn text(body: &str) -> usize {
    let mut escaped = false;
    for (at, byte) in body.bytes().enumerate().skip(1) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' => escaped = true,
            b'"' => return at + 1,
            _ => {}
        }
    }
    body.len()
}

/// `'x'` or `'\n'`; else a lifetime, of which only the sign is taken and its name is left.
fn character(body: &str) -> usize {
    let mut signs = body.char_indices().skip(1);
    match (signs.next(), signs.next()) {
        (Some((_, '\\')), Some((escape, _))) => {
            let after = escape + body[escape..].chars().next().map_or(0, char::len_utf8);
            body[after..].find('\'').map_or(body.len(), |found| after + found + 1)
        }
        (Some(_), Some((end, '\''))) => end + 1,
        _ => 1,
    }
}

/// Where the group that opens at `open` ends: the place of its closing sign, or the last token.
pub(super) fn closing(tokens: &[Token<'_>], open: usize) -> usize {
    let mut depth = 0usize;
    for (place, token) in tokens.iter().enumerate().skip(open) {
        match token.text {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" => depth = depth.saturating_sub(1),
            _ => {}
        }
        if depth == 0 {
            return place;
        }
    }
    tokens.len().saturating_sub(1)
}

/// The first `;` or `{` from `from` on that stands in no brackets.
pub(super) fn end_of_head(tokens: &[Token<'_>], from: usize) -> Option<usize> {
    let mut place = from;
    while let Some(token) = tokens.get(place) {
        match token.text {
            ";" | "{" => return Some(place),
            "(" | "[" => place = closing(tokens, place),
            _ => {}
        }
        place += 1;
    }
    None
}

/// Whether the tokens from `place` on read so.
pub(super) fn reads(tokens: &[Token<'_>], place: usize, words: &[&str]) -> bool {
    words.iter().enumerate().all(|(offset, word)| tokens.get(place + offset).is_some_and(|token| token.text == *word))
}

/// The items that only tests are built with: the places from their attribute to their end.
pub(super) fn test_items(tokens: &[Token<'_>]) -> Vec<Range<usize>> {
    let mut items: Vec<Range<usize>> = Vec::new();
    for place in 0..tokens.len() {
        if items.last().is_some_and(|item| item.contains(&place)) || !is_for_tests(tokens, place) {
            continue;
        }
        let mut head = closing(tokens, place + 1) + 1;
        while reads(tokens, head, &["#", "["]) {
            head = closing(tokens, head + 1) + 1;
        }
        let end = match end_of_head(tokens, head) {
            Some(open) if tokens[open].text == "{" => closing(tokens, open),
            Some(semicolon) => semicolon,
            None => tokens.len(),
        };
        items.push(place..end + 1);
    }
    items
}

/// `#[test]`, `#[cfg(test)]`, `#[cfg(all(test, …))]`.
fn is_for_tests(tokens: &[Token<'_>], place: usize) -> bool {
    if !reads(tokens, place, &["#", "["]) {
        return false;
    }
    let words = &tokens[place + 2..=closing(tokens, place + 1)];
    let has = |word: &str| words.iter().any(|token| token.text == word);
    reads(words, 0, &["test"]) || reads(words, 0, &["cfg", "("]) && has("test") && !has("not")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(source: &str, expected: &[&str]) {
        let found: Vec<&str> = tokens(source).iter().map(|token| token.text).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn comments_and_quotes_leave_no_token() {
        check("a // b { \n/* c /* d */ { */ e", &["a", "e"]);
        check(r##"f("{ \" }", r#"{ " }"#, b"{", '{', '\'', b'\\') }"##, &["f", "(", ",", ",", ",", ",", ",", ")", "}"]);
        check(
            "fn f<'a>(x: &'a str) -> r#type",
            &["fn", "f", "<", "a", ">", "(", "x", ":", "&", "a", "str", ")", "-", ">", "r", "#", "type"],
        );
        check("\"é{\" crate::x", &["crate", "::", "x"]);
        check("'{' '\u{e9}' \"unclosed {", &[]);
    }

    #[test]
    fn lines_are_counted_through_texts() {
        let found = tokens("a \"x\ny\" b\n/*\n*/ c");
        let lines: Vec<_> = found.iter().map(|token| (token.text, token.line)).collect();
        assert_eq!(lines, [("a", 1), ("b", 2), ("c", 4)]);
    }

    #[test]
    fn what_only_tests_are_built_with_is_known() {
        let source = "fn a() {} #[cfg(test)] #[x] mod t { fn b() {} } #[test] fn c() {} #[cfg(not(test))] fn d() {} #[cfg(test)] use e;";
        let tokens = tokens(source);
        let items = test_items(&tokens);
        let inside = |name| {
            let place = tokens.iter().position(|token| token.text == name).expect("a token");
            items.iter().any(|item| item.contains(&place))
        };
        assert_eq!(["a", "b", "c", "d", "e"].map(inside), [false, true, true, false, true]);
    }
}
