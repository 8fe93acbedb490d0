//! The few regular expressions that `schemas/` uses, matched against a whole value.
//!
//! Understood: plain characters, `[A-Z_]` classes, groups, `|`, `$`, and `?`, `*`, `{n}` after any of them. A pattern that
//! uses anything else does not parse, and a test holds every schema to that.

/// No value that has a form is longer; matching goes deeper with each byte.
const VALUE_BYTES_MAX: usize = 1000;

/// A pattern, anchored at both ends.
#[derive(Debug)]
pub(super) struct Pattern(Node);

#[derive(Debug)]
enum Node {
    /// One byte in any of these ranges.
    Byte(Vec<(u8, u8)>),
    /// The end of the value.
    End,
    /// One after the other.
    Sequence(Vec<Node>),
    /// Any one of them.
    Choice(Vec<Node>),
    /// From so many times to so many times.
    Repeat(Box<Node>, usize, usize),
}

impl Pattern {
    pub(super) fn parse(text: &str) -> Option<Pattern> {
        let mut rest = text.as_bytes();
        let node = choice(&mut rest)?;
        rest.is_empty().then_some(Pattern(node))
    }

    pub(super) fn matches(&self, value: &str) -> bool {
        let value = value.as_bytes();
        value.len() <= VALUE_BYTES_MAX && self.0.accepts(value, 0, &mut |at| at == value.len())
    }
}

impl Node {
    /// Whether this node matches from a place on, and then `rest` what follows.
    fn accepts(&self, value: &[u8], at: usize, rest: &mut dyn FnMut(usize) -> bool) -> bool {
        match self {
            Node::Byte(ranges) => value.get(at).is_some_and(|byte| within(ranges, *byte)) && rest(at + 1),
            Node::End => at == value.len() && rest(at),
            Node::Sequence(nodes) => sequence(nodes, value, at, rest),
            Node::Choice(nodes) => nodes.iter().any(|node| node.accepts(value, at, rest)),
            // Digests and ids are long runs of one class, in every line of every table.
            Node::Repeat(node, least, most) if least == most && matches!(**node, Node::Byte(_)) => {
                let Node::Byte(ranges) = &**node else { return false };
                let run = value.get(at..at + least);
                run.is_some_and(|run| run.iter().all(|byte| within(ranges, *byte))) && rest(at + least)
            }
            Node::Repeat(node, least, most) => repeat(node, (*least, *most), value, at, rest),
        }
    }
}

fn within(ranges: &[(u8, u8)], byte: u8) -> bool {
    ranges.iter().any(|(from, to)| (*from..=*to).contains(&byte))
}

fn sequence(nodes: &[Node], value: &[u8], at: usize, rest: &mut dyn FnMut(usize) -> bool) -> bool {
    match nodes {
        [] => rest(at),
        [first, others @ ..] => first.accepts(value, at, &mut |next| sequence(others, value, next, rest)),
    }
}

fn repeat(node: &Node, times: (usize, usize), value: &[u8], at: usize, rest: &mut dyn FnMut(usize) -> bool) -> bool {
    let (least, most) = times;
    let further = (least.saturating_sub(1), most.saturating_sub(1));
    let again = most > 0
        && node.accepts(value, at, &mut |next| {
            // A turn that takes nothing would be taken for ever.
            (next > at || least > 0) && repeat(node, further, value, next, rest)
        });
    again || (least == 0 && rest(at))
}

fn choice(rest: &mut &[u8]) -> Option<Node> {
    let mut choices = Vec::new();
    let mut nodes = Vec::new();
    loop {
        match rest.first() {
            None | Some(b')') => break,
            Some(b'|') => {
                *rest = &rest[1..];
                choices.push(Node::Sequence(std::mem::take(&mut nodes)));
            }
            Some(_) => nodes.push(repeated(rest)?),
        }
    }
    choices.push(Node::Sequence(nodes));
    Some(Node::Choice(choices))
}

fn repeated(rest: &mut &[u8]) -> Option<Node> {
    let node = Box::new(single(rest)?);
    Some(match rest.first() {
        Some(b'?') => {
            *rest = &rest[1..];
            Node::Repeat(node, 0, 1)
        }
        Some(b'*') => {
            *rest = &rest[1..];
            Node::Repeat(node, 0, usize::MAX)
        }
        Some(b'{') => {
            let close = rest.iter().position(|&byte| byte == b'}')?;
            let times: usize = std::str::from_utf8(&rest[1..close]).ok()?.parse().ok()?;
            *rest = &rest[close + 1..];
            Node::Repeat(node, times, times)
        }
        _ => *node,
    })
}

fn single(rest: &mut &[u8]) -> Option<Node> {
    let (&first, after) = rest.split_first()?;
    *rest = after;
    match first {
        b'(' => {
            let node = choice(rest)?;
            *rest = rest.strip_prefix(b")")?;
            Some(node)
        }
        b'[' => class(rest),
        b'$' => Some(Node::End),
        b'\\' | b'.' | b'^' | b'+' | b'?' | b'*' | b'{' | b'}' | b']' => None,
        byte => byte.is_ascii().then(|| Node::Byte(vec![(byte, byte)])),
    }
}

fn class(rest: &mut &[u8]) -> Option<Node> {
    let close = rest.iter().position(|&byte| byte == b']')?;
    let mut inside = &rest[..close];
    *rest = &rest[close + 1..];
    let mut ranges = Vec::new();
    while let Some((&from, after)) = inside.split_first() {
        if matches!(from, b'^' | b'\\' | b'[') || !from.is_ascii() {
            return None;
        }
        match after {
            [b'-', to, others @ ..] => {
                ranges.push((from, *to));
                inside = others;
            }
            others => {
                ranges.push((from, from));
                inside = others;
            }
        }
    }
    (!ranges.is_empty()).then_some(Node::Byte(ranges))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pattern: &str, yes: &[&str], no: &[&str]) {
        let parsed = Pattern::parse(pattern).expect("a pattern that is understood");
        yes.iter().for_each(|value| assert!(parsed.matches(value), "{pattern} {value}"));
        no.iter().for_each(|value| assert!(!parsed.matches(value), "{pattern} {value}"));
    }

    #[test]
    fn the_patterns_of_the_schemas() {
        check(
            "[0-9]{4}(-[0-9]{2}(-[0-9]{2})?)?",
            &["2017", "2017-09", "2017-09-30"],
            &["", "201", "2017-", "2017-09-3", "2017-09-301"],
        );
        check("P-[0-9A-HJKMNP-TV-Z]{3}", &["P-0AZ"], &["P-0AI", "P-0A", "P-0AZ0", "p-0AZ", "xP-0AZ"]);
        check("((a|bc)(;|$))*", &["", "a", "a;bc", "bc;a;"], &["abc", ";", "a;;bc", "a;b"]);
        check("(a*)*b", &["b", "aab"], &["", "a", "ba"]);
        check("a*", &[&"a".repeat(1000)], &[&"a".repeat(100_000)]);
    }

    #[test]
    fn what_is_not_understood_does_not_parse() {
        for pattern in ["a+", "\\d", "^a", "a.b", "[^a]", "(a", "a)", "[a", "a{x}", "a{2,3}", "é"] {
            assert!(Pattern::parse(pattern).is_none(), "{pattern}");
        }
    }
}
