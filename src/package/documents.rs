//! The documents beside the tables. What goes on disk has its own structs.

use super::counts::{Counts, Identity};
use super::previous::Previous;
use super::schema::Schema;
use super::seal::Written;
use crate::config::{Config, Transition};
use crate::measures::Gate;
use crate::values::Digest;
use serde::Serialize;
use serde_json::Value;

/// The tool and its version, as packages name it.
pub(super) const TOOL: &str = concat!("handover ", env!("CARGO_PKG_VERSION"));

/// `bagit.txt`, exactly as RFC 8493 §2.1.1 has it.
pub(super) const BAGIT: &str = "BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n";

#[derive(Serialize)]
struct LedgerDocument<'a> {
    format: u32,
    counts: &'a Counts,
    identities: Vec<IdentityDocument<'a>>,
}

#[derive(Serialize)]
struct IdentityDocument<'a> {
    name: &'a str,
    left: &'a [String],
    right: &'a [String],
}

#[derive(Serialize)]
struct RunDocument<'a> {
    format: u32,
    tool: &'a str,
    config_digest: String,
    decisions_digest: Option<String>,
    /// The manifest of the package whose ids live on.
    previous_digest: Option<String>,
    as_at: String,
    transfer_date: String,
    link: LinkDocument,
    #[serde(rename = "final")]
    is_final: bool,
    gates: Vec<GateDocument<'a>>,
    /// Files of archives that no source names: nobody read them.
    files_left_out: &'a [String],
}

#[derive(Serialize)]
struct LinkDocument {
    #[serde(rename = "match")]
    match_at: f64,
    #[serde(rename = "review")]
    review_at: f64,
}

#[derive(Serialize)]
struct GateDocument<'a> {
    gate: &'a str,
    state: &'a str,
}

#[derive(Serialize)]
struct HeadDocument<'a> {
    format: &'a str,
    counts: &'a Counts,
    config_digest: String,
    manifest_commitment: String,
}

#[derive(Serialize)]
struct PackageDocument<'a> {
    profile: &'a str,
    name: &'a str,
    title: String,
    resources: Vec<ResourceDocument<'a>>,
}

#[derive(Serialize)]
struct ResourceDocument<'a> {
    profile: &'a str,
    name: &'a str,
    path: &'a str,
    title: &'a str,
    format: &'a str,
    mediatype: &'a str,
    encoding: &'a str,
    bytes: u64,
    hash: String,
    rows: u64,
    schema: &'a Value,
}

fn json(document: &impl Serialize) -> String {
    let mut text = serde_json::to_string_pretty(document).expect("our documents are JSON");
    text.push('\n');
    text
}

/// `audit/ledger.json`.
pub(super) fn ledger(counts: &Counts, identities: &[Identity]) -> String {
    let identities =
        identities.iter().map(|Identity { name, left, right }| IdentityDocument { name, left, right }).collect();
    json(&LedgerDocument { format: 1, counts, identities })
}

/// `audit/run.json`.
pub(super) fn run(
    config: &Config,
    decisions: Option<Digest>,
    previous: Option<&Previous>,
    is_final: bool,
    gates: &[Gate],
    files_left_out: &[String],
) -> String {
    json(&RunDocument {
        format: 1,
        tool: TOOL,
        config_digest: config.digest.to_string(),
        as_at: config.transition.as_at.to_string(),
        transfer_date: config.transition.transfer_date.to_string(),
        link: LinkDocument { match_at: config.link.match_at, review_at: config.link.review_at },
        decisions_digest: decisions.map(|digest| digest.to_string()),
        previous_digest: previous.map(|previous| previous.manifest.to_string()),
        is_final,
        gates: gates.iter().map(|gate| GateDocument { gate: gate.name, state: gate.state.word() }).collect(),
        files_left_out,
    })
}

/// `head.json`.
pub(super) fn head(counts: &Counts, config: Digest, manifest_commitment: [u8; 32]) -> String {
    json(&HeadDocument {
        format: "handover-package/1",
        counts,
        config_digest: config.to_string(),
        manifest_commitment: Digest::from_bytes(manifest_commitment).to_string(),
    })
}

/// `datapackage.json`: every table with its schema, size, digest and number of lines.
pub(super) fn datapackage(transition: &Transition, tables: &[(&Schema, Written)]) -> String {
    let resources = tables.iter().map(|(schema, written)| ResourceDocument {
        profile: "tabular-data-resource",
        name: &schema.name,
        path: &schema.path,
        title: &schema.title,
        format: "csv",
        mediatype: "text/csv",
        encoding: "utf-8",
        bytes: written.bytes,
        hash: format!("sha256:{}", written.digest),
        rows: written.lines,
        schema: &schema.json,
    });
    json(&PackageDocument {
        profile: "tabular-data-package",
        name: "handover-package",
        title: format!("Handover package: {}", one_line(&transition.name)),
        resources: resources.collect(),
    })
}

/// `bag-info.txt`. No date: the same inputs give the same bytes.
pub(super) fn bag_info(transition: &Transition, is_final: bool, payload_bytes: u64, payload_files: usize) -> String {
    let dry_run = if is_final { "" } else { ", DRY RUN" };
    format!(
        "Source-Organization: {}\nExternal-Description: {}{dry_run}\nPayload-Oxum: {payload_bytes}.{payload_files}\n\
         Bag-Software-Agent: {TOOL}\n",
        one_line(&transition.from.join(", ")),
        one_line(&transition.name),
    )
}

/// Lines of digest, two spaces and path, sorted by path: `sha256sum -c` reads them as any BagIt tool does.
pub(super) fn manifest(files: &[(String, Digest)]) -> String {
    let mut files: Vec<&(String, Digest)> = files.iter().collect();
    files.sort();
    files.iter().map(|(path, digest)| format!("{digest}  {path}\n")).collect()
}

/// A line break in a name would begin another line of the tag file.
fn one_line(text: &str) -> String {
    text.split(|letter: char| letter.is_control()).map(str::trim).collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manifest_is_sorted_by_path_with_two_spaces() {
        let digest = Digest::of(b"abc");
        let text = manifest(&[("data/b".into(), digest), ("data/a".into(), digest)]);
        assert_eq!(text, format!("{digest}  data/a\n{digest}  data/b\n"));
    }

    #[test]
    fn a_name_over_two_lines_stays_on_one() {
        assert_eq!(one_line("Two\nlines\r\nhere"), "Two lines  here");
    }
}
