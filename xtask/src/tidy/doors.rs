//! Who uses whom: each room's door sign against the architecture, and its files against the sign.

use super::tokens::{Token, closing, reads, tokens};
use super::{Finding, Tree};
use std::collections::{BTreeMap, BTreeSet};

/// A room may use rooms to its left, never to its right.
const ORDER: &[&str] = &[
    "values",
    "config",
    "sources",
    "ledger",
    "decisions",
    "records",
    "linkage",
    "reconcile",
    "measures",
    "package",
    "report",
];

/// The one file that names every stage; it stands beside the rooms.
const PIPELINE: &str = "pipeline";

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut rooms: BTreeSet<&str> = tree.keys().filter_map(|path| room_of(path)).collect();
    if rooms.is_empty() {
        findings.push(Finding {
            path: "src".into(),
            line: 1,
            what: "no room was found, so nothing was checked".into(),
        });
    }
    rooms.insert(PIPELINE);
    let mut doors: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for room in rooms.iter().copied().filter(|room| *room != PIPELINE) {
        let path = format!("src/{room}/mod.rs");
        let source = tree.get(&path).map(String::as_str).unwrap_or_default();
        doors.insert(room, sign(room, &path, source, &rooms, &mut findings));
    }
    doors.insert(PIPELINE, rooms.iter().filter(|room| **room != "cli").map(|room| (*room).to_owned()).collect());
    for (path, source) in tree.iter().filter(|(path, _)| path.starts_with("src/") && path.ends_with(".rs")) {
        let room = room_of(path).or((path == "src/pipeline.rs").then_some(PIPELINE));
        if let Some((room, allowed)) = room.and_then(|room| doors.get_key_value(room)) {
            uses(room, allowed, path, source, &rooms, &mut findings);
        }
    }
    findings
}

fn room_of(path: &str) -> Option<&str> {
    let (room, rest) = path.strip_prefix("src/")?.split_once('/')?;
    rest.ends_with(".rs").then_some(room)
}

/// What the sign allows. Whatever is wrong with it is a finding.
fn sign(room: &str, path: &str, source: &str, rooms: &BTreeSet<&str>, findings: &mut Vec<Finding>) -> BTreeSet<String> {
    let mut say = |line, what: String| findings.push(Finding { path: path.to_owned(), line, what });
    let header: Vec<&str> = source.lines().map_while(|line| line.strip_prefix("//!")).collect();
    let Some(line) = header.iter().position(|line| line.contains("May use:")) else {
        say(1, "the file does not open with a door sign that says `May use: …`".into());
        return BTreeSet::new();
    };
    let text = header[line..].join(" ");
    let Some((list, _)) = text.split_once("May use:").and_then(|(_, rest)| rest.split_once('.')) else {
        say(line + 1, "the list after `May use:` does not end with a full stop".into());
        return BTreeSet::new();
    };
    let named: BTreeSet<String> =
        list.split(',').map(|name| name.trim().to_owned()).filter(|name| name != "nothing").collect();
    let Some(lawful) = lawful(room, rooms) else {
        say(1, format!("`{room}` is no room of the architecture"));
        return named;
    };
    for name in &named {
        if !rooms.contains(name.as_str()) {
            say(line + 1, format!("the sign names `{name}`, which is no room"));
        } else if !lawful.contains(name.as_str()) {
            say(line + 1, format!("`{room}` may not use `{name}`, whatever its sign says"));
        }
    }
    named
}

/// The rooms that the architecture lets a room use.
fn lawful<'r>(room: &str, rooms: &BTreeSet<&'r str>) -> Option<BTreeSet<&'r str>> {
    let to_the_left_of = |end: usize| ORDER[..end].iter().filter_map(|name| rooms.get(name).copied()).collect();
    match room {
        "verify" => Some(BTreeSet::new()),
        "audit" => Some(rooms.iter().copied().filter(|name| *name == "verify").collect()),
        "cli" => Some(rooms.iter().copied().filter(|name| *name != "cli").collect()),
        "review" => ORDER.iter().position(|name| *name == "package").map(|package| to_the_left_of(package + 1)),
        _ => ORDER.iter().position(|name| *name == room).map(to_the_left_of),
    }
}

/// Every path from the crate's root to another room, be it by `crate::` or by enough `super::`.
fn uses(
    room: &str,
    allowed: &BTreeSet<String>,
    path: &str,
    source: &str,
    rooms: &BTreeSet<&str>,
    findings: &mut Vec<Finding>,
) {
    let tokens = tokens(source);
    for name in names_at_root(&tokens, depth_of(path)) {
        if rooms.contains(name.text) && name.text != room && !allowed.contains(name.text) {
            let what = format!("`{room}` uses `{}`, which its door sign does not allow", name.text);
            findings.push(Finding { path: path.to_owned(), line: name.line, what });
        }
    }
}

/// How many modules deep a file is: the root is 0, a room's `mod.rs` is 1.
fn depth_of(path: &str) -> usize {
    let names = path.split('/').count() - 1;
    if path.ends_with("/mod.rs") { names - 1 } else { names }
}

fn names_at_root<'s>(tokens: &[Token<'s>], depth_of_file: usize) -> Vec<Token<'s>> {
    let mut names = Vec::new();
    let mut closes: Vec<usize> = Vec::new();
    for (place, token) in tokens.iter().enumerate() {
        closes.retain(|close| *close > place);
        match token.text {
            "mod" if tokens.get(place + 2).is_some_and(|open| open.text == "{") => {
                closes.push(closing(tokens, place + 2))
            }
            "crate" if reads(tokens, place + 1, &["::"]) => first_names(tokens, place + 2, &mut names),
            "super" if reads(tokens, place + 1, &["::"]) => {
                // Each `super` of a chain takes one level; the one that reaches the root is followed by a room's name.
                let chain =
                    (0..=place / 2).take_while(|steps| reads(tokens, place - 2 * steps, &["super", "::"])).count();
                if chain == depth_of_file + closes.len() {
                    first_names(tokens, place + 2, &mut names);
                }
            }
            _ => {}
        }
    }
    names
}

/// The name at `place`; of a group in braces, the first name of each member.
fn first_names<'s>(tokens: &[Token<'s>], place: usize, names: &mut Vec<Token<'s>>) {
    let Some(first) = tokens.get(place) else { return };
    if first.text != "{" {
        names.push(*first);
        return;
    }
    let end = closing(tokens, place);
    let mut member = place + 1;
    while member < end {
        first_names(tokens, member, names);
        while member < end && tokens[member].text != "," {
            member = if tokens[member].text == "{" { closing(tokens, member) + 1 } else { member + 1 };
        }
        member += 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const VALUES: (&str, &str) = ("src/values/mod.rs", "//! # values\n//! May use: nothing.   Touches: nothing.\n");
    const CONFIG: (&str, &str) = ("src/config/mod.rs", "//! # config\n//! May use: values.   Touches: files.\n");
    const SOURCES: (&str, &str) = ("src/sources/mod.rs", "//! # sources\n//! May use: values,\n//! config.\n");
    const CLI: (&str, &str) = ("src/cli/mod.rs", "//! May use: values, config, pipeline.\n");

    #[track_caller]
    fn check_tree(files: &[(&str, &str)], expected: &[&str]) {
        let tree: Tree = files.iter().map(|(path, source)| ((*path).to_owned(), (*source).to_owned())).collect();
        let mut found = check(&tree);
        found.sort();
        let found: Vec<String> = found.iter().map(Finding::to_string).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn rooms_that_keep_to_their_signs_pass() {
        let file = (
            "src/sources/read.rs",
            "use crate::{config::{Config, values as x}, values};\nuse crate::sources::y;\nuse super::z;",
        );
        let pipeline = ("src/pipeline.rs", "use crate::config::load;");
        check_tree(&[VALUES, CONFIG, SOURCES, CLI, file, pipeline], &[]);
    }

    #[test]
    fn a_tree_without_rooms_fails() {
        check_tree(&[("src/lib.rs", "")], &["src:1: no room was found, so nothing was checked"]);
    }

    #[test]
    fn a_use_outside_the_sign_is_found_however_it_is_written() {
        let expected = "`config` uses `sources`, which its door sign does not allow";
        for use_of_it in [
            "use crate::sources::read;",
            "use crate::{values::{a, b}, sources::{c}};",
            "fn f() { crate::sources::read(); }",
            "use super::super::sources;",
            "use super::super::{sources, values};",
            "mod tests { use super::super::super::sources::x; }",
            "macro_rules! m { () => { $crate::sources::x } }",
        ] {
            check_tree(
                &[VALUES, CONFIG, SOURCES, ("src/config/a.rs", use_of_it)],
                &[&format!("src/config/a.rs:1: {expected}")],
            );
        }
        for harmless in [
            "// crate::sources",
            "const A: &str = \"crate::sources::x\";",
            "use super::sources;",
            "use crate::values::sources;",
        ] {
            check_tree(&[VALUES, CONFIG, SOURCES, ("src/config/a.rs", harmless)], &[]);
        }
    }

    #[test]
    fn nobody_uses_cli_and_pipeline_uses_all_but_it() {
        let pipeline = ("src/pipeline.rs", "\nuse crate::cli::x;");
        let config = ("src/config/a.rs", "use crate::pipeline::run;");
        check_tree(
            &[VALUES, CONFIG, CLI, pipeline, config],
            &[
                "src/config/a.rs:1: `config` uses `pipeline`, which its door sign does not allow",
                "src/pipeline.rs:2: `pipeline` uses `cli`, which its door sign does not allow",
            ],
        );
    }

    #[test]
    fn a_sign_that_disagrees_with_the_architecture_is_found() {
        let config = ("src/config/mod.rs", "//! # config\n//! May use: values, sources, cellar.\n");
        let verify = ("src/verify/mod.rs", "//! May use: values.\n");
        let attic = ("src/attic/mod.rs", "//! May use: nothing.\n");
        check_tree(
            &[
                VALUES,
                config,
                SOURCES,
                verify,
                attic,
                ("src/linkage/mod.rs", "//! # linkage\n"),
                ("src/records/a.rs", ""),
            ],
            &[
                "src/attic/mod.rs:1: `attic` is no room of the architecture",
                "src/config/mod.rs:2: `config` may not use `sources`, whatever its sign says",
                "src/config/mod.rs:2: the sign names `cellar`, which is no room",
                "src/linkage/mod.rs:1: the file does not open with a door sign that says `May use: …`",
                "src/records/mod.rs:1: the file does not open with a door sign that says `May use: …`",
                "src/verify/mod.rs:1: `verify` may not use `values`, whatever its sign says",
            ],
        );
    }
}
