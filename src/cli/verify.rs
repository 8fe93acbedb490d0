//! `handover verify`.

use super::Voice;
use super::exit::{Failure, Outcome};
use super::terminal::print;
use crate::verify;
use std::path::Path;

/// Judges a package and prints one line a check, and every problem that was found.
pub(super) fn verify(package: &Path, sources: Option<&Path>, key: Option<&Path>, voice: Voice) -> Result<Outcome, Failure> {
    let options = verify::Options { sources: sources.map(Path::to_owned), key: key.map(Path::to_owned) };
    let verdict = verify::verify(package, &options)?;
    if voice.json {
        let document = serde_json::json!({ "format": 1, "ok": verdict.passed(), "package": package, "verdict": verdict });
        print(&document.to_string());
    } else if !voice.quiet || !verdict.passed() {
        print(&verdict.to_string());
    }
    Ok(if verdict.passed() { Outcome::Done } else { Outcome::No })
}
