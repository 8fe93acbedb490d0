//! Sizes, forbidden words, revealed personal data, dependencies without a reason, strangers at the top of the tree.

use super::tokens::{Token, closing, end_of_head, reads, test_items, tokens};
use super::{Finding, Tree};
use std::collections::BTreeSet;

/// A file stays under this.
const FILE_LINES: usize = 600;
/// No function is longer.
const FUNCTION_LINES: usize = 70;

/// Where personal values may be revealed, and why there. A path ending in `/` is a room.
const MAY_REVEAL: &[(&str, &str)] = &[
    ("src/sources/cells.rs", "a workbook's date becomes the text that a delimited file would hold; nothing is kept"),
    ("src/records/", "cleaned values are kept as text in columns, and read back from them"),
    ("src/decisions/event.rs", "the journal says which booking was meant, and when the patient comes instead"),
    ("src/linkage/", "comparisons look at the values themselves"),
    ("src/reconcile/", "rows of tables are filled"),
    ("src/package/", "tables, FHIR and the report's tables are written for those who care for the patients"),
    ("src/review/", "a reviewer sees both rows"),
];

/// What may stand at the top of the tree.
const AT_THE_TOP: &[&str] = &[
    ".cargo",
    ".ci",
    ".gitattributes",
    ".gitignore",
    "Cargo.lock",
    "Cargo.toml",
    "HAZARDS.md",
    "LICENSE",
    "README.md",
    "clippy.toml",
    "fixtures",
    "rustfmt.toml",
    "schemas",
    "src",
    "tests",
    "xtask",
];

pub(super) fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = Vec::new();
    let tests = test_files(tree);
    for (path, source) in tree {
        if path.ends_with(".rs") {
            source_file(path, source, tests.contains(path), &mut findings);
        } else if path.ends_with("Cargo.toml") {
            dependencies(path, source, &mut findings);
        }
    }
    let top: BTreeSet<&str> = tree.keys().filter_map(|path| path.split('/').next()).collect();
    for name in top.into_iter().filter(|name| !AT_THE_TOP.contains(name)) {
        findings.push(Finding {
            path: name.to_owned(),
            line: 1,
            what: "this does not belong at the top of the tree".into(),
        });
    }
    findings
}

/// Files that hold nothing but tests: those under `tests/`, and those that a `#[cfg(test)] mod name;` names.
fn test_files(tree: &Tree) -> BTreeSet<String> {
    let mut files: BTreeSet<String> = tree.keys().filter(|path| path.starts_with("tests/")).cloned().collect();
    for (path, source) in tree.iter().filter(|(path, _)| path.ends_with(".rs")) {
        let tokens = tokens(source);
        for item in test_items(&tokens) {
            let item = &tokens[item];
            if let [.., key, name, end] = item
                && (key.text, end.text) == ("mod", ";")
            {
                files.extend(places_of(path, name.text).into_iter().filter(|place| tree.contains_key(place)));
            }
        }
    }
    files
}

/// Where the module `name` declared in the file `path` may be.
fn places_of(path: &str, name: &str) -> [String; 2] {
    let (folder, file) = path.rsplit_once('/').unwrap_or(("", path));
    let folder = match file.trim_end_matches(".rs") {
        "mod" | "lib" | "main" => folder.to_owned(),
        stem => format!("{folder}/{stem}"),
    };
    [format!("{folder}/{name}.rs"), format!("{folder}/{name}/mod.rs")]
}

fn source_file(path: &str, source: &str, all_tests: bool, findings: &mut Vec<Finding>) {
    let mut say = |line, what: String| findings.push(Finding { path: path.to_owned(), line, what });
    let lines = source.lines().count();
    if lines >= FILE_LINES {
        say(lines, format!("the file has {lines} lines; files stay under {FILE_LINES}"));
    }
    let tokens = tokens(source);
    let tests = test_items(&tokens);
    for (place, token) in tokens.iter().enumerate() {
        if let Some(what) = forbidden(&tokens, place) {
            say(token.line, what);
        }
        if all_tests || tests.iter().any(|item| item.contains(&place)) {
            continue;
        }
        if let Some((name, lines)) = function(&tokens, place).filter(|(_, lines)| *lines > FUNCTION_LINES) {
            say(token.line, format!("the function `{name}` has {lines} lines; none is over {FUNCTION_LINES}"));
        }
        if is_revealing(&tokens, place) && path.starts_with("src/") && !may_reveal(path) {
            say(token.line, "personal values are revealed here; this file is not among those that may (see xtask/src/tidy/rules.rs)".into());
        }
    }
}

fn forbidden(tokens: &[Token<'_>], place: usize) -> Option<String> {
    let word = tokens[place].text;
    if ["todo", "unimplemented", "dbg"].contains(&word) && reads(tokens, place + 1, &["!"]) {
        return Some(format!("`{word}!` is unfinished business"));
    }
    if word != "#" {
        return None;
    }
    let attribute = if reads(tokens, place + 1, &["!", "["]) { place + 3 } else { place + 2 };
    if !reads(tokens, attribute - 1, &["["]) {
        return None;
    }
    match tokens.get(attribute)?.text {
        "ignore" => Some("a test that does not run is no test: remove `#[ignore]`, or move it to `cargo xtask`".into()),
        "allow" => Some("write `#[expect(…, reason = \"…\")]` instead of `#[allow(…)]`".into()),
        _ => None,
    }
}

/// The name and the lines of the function whose `fn` stands here, from that line to its closing brace.
fn function<'s>(tokens: &[Token<'s>], place: usize) -> Option<(&'s str, usize)> {
    let name = tokens.get(place + 1).filter(|name| tokens[place].text == "fn" && name.text != "(")?;
    let open = end_of_head(tokens, place + 2).filter(|head| tokens[*head].text == "{")?;
    Some((name.text, tokens[closing(tokens, open)].line + 1 - tokens[place].line))
}

fn is_revealing(tokens: &[Token<'_>], place: usize) -> bool {
    let word = tokens[place].text;
    let called = place > 0 && matches!(tokens[place - 1].text, "." | "::");
    called && (word == "reveal" || word.starts_with("reveal_"))
}

fn may_reveal(path: &str) -> bool {
    MAY_REVEAL.iter().any(|(place, _)| if place.ends_with('/') { path.starts_with(place) } else { path == *place })
}

fn dependencies(path: &str, source: &str, findings: &mut Vec<Finding>) {
    let mut among_dependencies = false;
    let mut inside_a_list = false;
    for (place, line) in source.lines().enumerate() {
        let (said, reason) = parted(line);
        let said = said.trim();
        let mut unexplained = false;
        if said.starts_with('[') && !inside_a_list {
            let name = said.trim_matches(['[', ']']);
            among_dependencies = name.ends_with("dependencies");
            unexplained = name.contains("dependencies.");
        } else if among_dependencies && !inside_a_list {
            unexplained = said.contains('=');
        }
        if unexplained && reason.trim().is_empty() {
            let what = "a dependency without its reason: say what it is for in a comment on this line";
            findings.push(Finding { path: path.to_owned(), line: place + 1, what: what.into() });
        }
        let opened = said.matches('[').count() + said.matches('{').count();
        let closed = said.matches(']').count() + said.matches('}').count();
        inside_a_list = if inside_a_list { opened >= closed } else { opened > closed };
    }
}

/// A line of TOML and the comment after it.
fn parted(line: &str) -> (&str, &str) {
    let mut in_text = false;
    for (place, byte) in line.bytes().enumerate() {
        match byte {
            b'"' => in_text = !in_text,
            b'#' if !in_text => return (&line[..place], &line[place + 1..]),
            _ => {}
        }
    }
    (line, "")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check_file(path: &str, source: &str, expected: &[&str]) {
        let tree = Tree::from([(path.to_owned(), source.to_owned())]);
        let found: Vec<String> = check(&tree).iter().map(Finding::to_string).collect();
        assert_eq!(found.len(), expected.len(), "{found:?}");
        for (found, expected) in found.iter().zip(expected) {
            assert!(found.starts_with(expected), "{found} is not {expected}");
        }
    }

    fn function_of(lines: usize) -> String {
        format!("fn long(x: [u8; 3]) -> u8 {{\n{}}}\n", "    // {\n".repeat(lines - 2))
    }

    #[test]
    fn the_sizes_of_files_and_functions_have_ends() {
        check_file("src/a/b.rs", &"\n".repeat(599), &[]);
        check_file("src/a/b.rs", &"\n".repeat(600), &["src/a/b.rs:600: the file has 600 lines"]);
        check_file("src/a/b.rs", &function_of(70), &[]);
        check_file(
            "src/a/b.rs",
            &format!("\n{}", function_of(71)),
            &["src/a/b.rs:2: the function `long` has 71 lines"],
        );
        check_file("src/a/b.rs", "trait A { fn f(&self, g: fn(u8) -> u8); }\n", &[]);
        check_file("src/a/b.rs", &format!("#[cfg(test)]\nmod tests {{\n{}}}\n", function_of(90)), &[]);
        check_file("tests/it/main.rs", &function_of(90), &[]);
    }

    #[test]
    fn a_file_that_only_tests_are_built_with_may_have_long_functions() {
        let tests = ("src/a/b/tests.rs".to_owned(), function_of(90));
        let with = |head: &str| check(&Tree::from([("src/a/b.rs".to_owned(), head.to_owned()), tests.clone()])).len();
        assert_eq!([with("#[cfg(test)]\nmod tests;"), with("mod tests;")], [0, 1]);
    }

    #[test]
    fn unfinished_business_is_found_even_in_tests() {
        check_file("src/a.rs", "fn f() { todo!() }", &["src/a.rs:1: `todo!`"]);
        check_file(
            "src/a.rs",
            "\nfn f() { unimplemented!(\"x\"); dbg!(x) }",
            &["src/a.rs:2: `unimplemented!`", "src/a.rs:2: `dbg!`"],
        );
        check_file("src/a.rs", "#[test]\n#[ignore = \"slow\"]\nfn f() {}", &["src/a.rs:2: a test that does not run"]);
        check_file(
            "src/a.rs",
            "#![allow(dead_code)]\n#[allow(x)]\nfn f() {}",
            &["src/a.rs:1: write", "src/a.rs:2: write"],
        );
        check_file("src/a.rs", "// todo!()\n#[expect(dead_code, reason = \"allow(x)\")]\nfn todo() { ignore() }", &[]);
    }

    #[test]
    fn personal_values_are_revealed_in_the_listed_files_only() {
        let source = "fn f(n: NhsNumber) { n.reveal(); }";
        check_file("src/records/clean.rs", source, &[]);
        check_file("src/linkage/compare.rs", source, &[]);
        for path in
            ["src/cli/run.rs", "src/measures/mod.rs", "src/report/page.rs", "src/verify/mod.rs", "src/sources/read.rs"]
        {
            check_file(path, source, &[&format!("{path}:1: personal values")]);
        }
        check_file("src/cli/run.rs", "fn f() { x.map(Moment::reveal); n.reveal_integer(); }", &["src/cli/run.rs:1"; 2]);
        check_file("src/values/a.rs", "impl A { pub fn reveal(&self) {} }\n#[test]\nfn t() { a.reveal(); }", &[]);
    }

    #[test]
    fn every_dependency_says_why() {
        let source = "[package]\nname = \"x\"\n[dependencies]\na = \"1\" # why\nb = \"1\"\nc = \"#1\"\n\
                      d = { version = \"1\", features = [\n  \"x=y\",\n] }\n[profile.test]\nopt = 2\n[dev-dependencies.e]\nversion = \"1\"\n";
        let expected = [5, 6, 7, 12].map(|line| format!("Cargo.toml:{line}: a dependency without its reason"));
        check_file("Cargo.toml", source, &expected.each_ref().map(String::as_str));
    }

    #[test]
    fn strangers_at_the_top_are_found() {
        check_file("notes.txt", "", &["notes.txt:1: this does not belong"]);
        check_file("docs/a.md", "", &["docs:1: this does not belong"]);
        check_file("fixtures/tiny/a.csv", "", &[]);
    }
}
