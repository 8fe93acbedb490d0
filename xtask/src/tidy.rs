//! # tidy: holds the source to the house rules.
//!
//! Each rule reads the tree as text, and says where it is broken and what was expected. A tree in which it finds no room
//! fails: nothing to check is never passed.

mod doors;
mod rules;
mod tokens;

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

/// Every file of the repository by its path, with `/` between names; what no rule reads has no content.
type Tree = BTreeMap<String, String>;

/// One broken rule.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Finding {
    path: String,
    line: usize,
    what: String,
}

impl fmt::Display for Finding {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}:{}: {}", self.path, self.line, self.what)
    }
}

/// Checks the repository this was built in; 0 when every rule holds, 1 when one does not, 2 when it cannot be read.
pub fn run() -> ExitCode {
    let root = std::env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from("."), |xtask| PathBuf::from(xtask).join(".."));
    let told = read_tree(&root).and_then(|tree| {
        let findings = check(&tree);
        let mut out = io::stdout().lock();
        findings.iter().try_for_each(|finding| writeln!(out, "{finding}"))?;
        Ok(findings.len())
    });
    match told {
        Ok(0) => ExitCode::SUCCESS,
        Ok(_) => ExitCode::FAILURE,
        Err(error) => {
            // Nothing is left to be done when standard error itself is closed.
            let _ = writeln!(io::stderr(), "tidy: the tree could not be read: {error}");
            ExitCode::from(2)
        }
    }
}

fn check(tree: &Tree) -> Vec<Finding> {
    let mut findings = doors::check(tree);
    findings.extend(rules::check(tree));
    findings.sort();
    findings
}

/// Reads what the rules need. What git ignores is no part of the tree.
fn read_tree(root: &Path) -> io::Result<Tree> {
    let ignored = fs::read_to_string(root.join(".gitignore")).unwrap_or_default();
    let ignored: Vec<&str> = ignored.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let mut tree = Tree::new();
    let mut folders = vec![String::new()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(root.join(&folder))? {
            let entry = entry?;
            let name = entry.file_name().to_string_lossy().into_owned();
            let path = if folder.is_empty() { name.clone() } else { format!("{folder}/{name}") };
            if name == ".git" || ignored.iter().any(|pattern| ignores(pattern, &path, &name)) {
                continue;
            }
            if entry.file_type()?.is_dir() {
                folders.push(path);
            } else {
                let wanted = name.ends_with(".rs") || name == "Cargo.toml";
                let content = if wanted { fs::read_to_string(entry.path())? } else { String::new() };
                tree.insert(path, content);
            }
        }
    }
    Ok(tree)
}

/// The patterns of our own .gitignore: `/here`, `anywhere/` and `*.ending`.
fn ignores(pattern: &str, path: &str, name: &str) -> bool {
    let plain = pattern.trim_end_matches('/');
    match (plain.strip_prefix('/'), plain.strip_prefix('*')) {
        (Some(anchored), _) => path == anchored,
        (None, Some(ending)) => name.ends_with(ending),
        (None, None) => name == plain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_git_ignores_is_no_part_of_the_tree() {
        assert!(ignores("/target", "target", "target") && !ignores("/target", "src/target", "target"));
        assert!(ignores("packages/", "fixtures/packages", "packages"));
        assert!(ignores("*.rs.bk", "src/a.rs.bk", "a.rs.bk") && !ignores("*.rs.bk", "src/a.rs", "a.rs"));
    }

    #[test]
    fn the_tree_of_this_repository_is_found() {
        let tree = read_tree(&Path::new(env!("CARGO_MANIFEST_DIR")).join("..")).expect("readable");
        assert!(tree["src/values/mod.rs"].contains("May use"));
        assert!(tree.keys().all(|path| !path.starts_with("target/") && !path.starts_with(".git/")));
    }

    #[test]
    fn a_finding_says_where() {
        let finding = Finding { path: "src/a.rs".into(), line: 3, what: "too long".into() };
        assert_eq!(finding.to_string(), "src/a.rs:3: too long");
    }
}
