//! `handover verify`.

use super::Voice;
use super::exit::{self, Failure};
use super::terminal::{print, thousands};
use crate::values::Shown as _;
use crate::verify::{self, Outcome, Verdict};
use std::path::Path;

/// Judges a package and prints one line a check, and every problem that was found.
pub(super) fn verify(
    package: &Path,
    sources: Option<&Path>,
    key: Option<&Path>,
    voice: Voice,
) -> Result<exit::Outcome, Failure> {
    for (path, name, is_there) in
        [(sources, "sources", sources.is_none_or(Path::is_dir)), (key, "key", key.is_none_or(Path::is_file))]
    {
        if let (Some(path), false) = (path, is_there) {
            let message = format!(
                "--{name} {}: there is no such {}",
                path.shown(),
                if name == "key" { "file" } else { "folder" }
            );
            return Err(Failure::new(exit::Outcome::Input, message, format!("correct --{name}, or leave it out")));
        }
    }
    let options = verify::Options { sources: sources.map(Path::to_owned), key: key.map(Path::to_owned) };
    let verdict = verify::verify(package, &options)?;
    if voice.json {
        let document =
            serde_json::json!({ "format": 1, "ok": verdict.passed(), "package": package, "verdict": verdict });
        print(&document.to_string());
    } else if !voice.quiet || !verdict.passed() {
        print(&screen(package, &verdict));
    }
    Ok(if verdict.passed() { exit::Outcome::Done } else { exit::Outcome::No })
}

/// One line a check, its problems below it, and the answer last.
fn screen(package: &Path, verdict: &Verdict) -> String {
    let mut lines = Vec::new();
    for check in &verdict.checks {
        let (word, why) = match &check.outcome {
            Outcome::Passed => ("passed", format!("{} checked", thousands(check.counted))),
            Outcome::Failed => {
                ("FAILED", format!("{} problems", thousands(check.problems.len() as u64 + check.unlisted)))
            }
            Outcome::NotApplicable => ("not applicable", String::new()),
            Outcome::CouldNotRun(why) => ("could not run", why.clone()),
        };
        lines.push(format!("{word:<15} {:<28} {why}", check.name));
        lines.extend(check.problems.iter().map(|problem| format!("    {problem}")));
        if check.unlisted > 0 {
            lines.push(format!("    … and {} more that are not listed here", thousands(check.unlisted)));
        }
    }
    let answer = if verdict.passed() { "holds" } else { "DOES NOT HOLD" };
    lines.push(format!("{} {answer}", package.shown()));
    lines.join("\n")
}
