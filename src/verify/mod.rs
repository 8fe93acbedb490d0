//! # verify: the stranger at the door.
//! Takes: a package's folder.   Gives: Verdict.
//! May use: nothing.   Touches: the package and, when asked, the sources and a key, reading only.
//! Holds: everything is re-derived from the bytes and from `schemas/`; a check ends passed, failed, not applicable or could not run.

mod account;
mod agreement;
mod bag;
mod binary;
mod care;
mod changes;
mod descriptor;
mod error;
mod figures;
mod folder;
mod head;
mod held;
mod keys;
mod ledger;
mod made;
mod manifest;
mod packed;
mod pairs;
mod pattern;
mod people;
mod problems;
mod run;
mod scan;
mod schema;
mod sources;
mod table;
mod text;
mod verdict;
mod workbook;

pub use error::Error;
pub use problems::{Place, Problem, ProblemKind};
pub use verdict::{Check, Judged, Options, Outcome, Verdict};
pub use workbook::is_guarded;

use folder::Folder;
use schema::Schemas;
use std::path::Path;
use verdict::not_applicable;

/// The checks that only a handover package can have, in the order they are given.
const PACKAGE_CHECKS: [&str; 17] = [
    "layout",
    "data-package",
    "tables",
    "keys",
    "references",
    "rows",
    "members",
    "agreement",
    "ledger",
    "identities",
    "figures",
    "gates",
    "head",
    "commitment",
    "source-files",
    "source-rows",
    "row-digests",
];

/// Judges a package, or any other BagIt bag, from its bytes alone. An error means that the folder could not be read at
/// all; whatever else is wrong is in the verdict.
pub fn verify(directory: &Path, options: &Options) -> Result<Verdict, Error> {
    let folder = Folder::read(directory)?;
    let judged = if folder.is_package() { Judged::Package } else { Judged::Bag };
    let checks = match judged {
        Judged::Bag => {
            let (mut checks, _) = bag::judge(&folder, judged);
            checks.extend(PACKAGE_CHECKS.map(not_applicable));
            checks
        }
        Judged::Package => judge_package(&folder, options),
    };
    Ok(Verdict { judged, checks })
}

fn judge_package(folder: &Folder, options: &Options) -> Vec<Check> {
    let schemas = Schemas::embedded();
    let (bag, scan) = rayon::join(|| bag::judge(folder, Judged::Package), || scan::scan(folder, &schemas));
    let (mut checks, digests) = bag;
    let layout = bag::judge_layout(folder, &schemas);
    let descriptor = descriptor::judge(folder, &schemas, &digests, &scan.facts);
    let (ledger, identities, counts) = ledger::judge(folder, &schemas, &scan.facts);
    let figures = figures::judge(folder, &scan.facts, &counts);
    let (gates, config_digest) = run::judge(folder, &scan.facts);
    let head = head::judge(folder, &counts, config_digest.as_deref());
    let commitment = head::judge_commitment(folder, options.key.as_deref());
    let from_sources = sources::judge(folder, &schemas, &scan.facts, options.sources.as_deref());
    checks.extend([layout, descriptor]);
    checks.extend(scan.checks);
    checks.extend([ledger, identities, figures, gates, head, commitment]);
    checks.extend(from_sources);
    checks
}
