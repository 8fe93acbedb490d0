//! `data/datapackage.json`: every table described, with our schema and its own bytes, digest and lines.

use super::account::Facts;
use super::folder::{Digests, Folder};
use super::problems::{Place, ProblemKind as Kind};
use super::schema::{Schemas, Table};
use super::verdict::{Check, Findings};
use serde_json::Value;

const FILE: &str = "data/datapackage.json";

pub(super) fn judge(folder: &Folder, schemas: &Schemas, digests: &Digests, facts: &Facts) -> Check {
    let mut findings = Findings::new("data-package");
    let place = Place::file(FILE);
    let Ok(bytes) = folder.document(FILE) else {
        return findings.close_unable("there is no datapackage.json to read");
    };
    let document: Value = match serde_json::from_slice(&bytes) {
        Ok(document) => document,
        Err(error) => {
            findings.add(Kind::DocumentForm, &place.line(error.line() as u64), || "not JSON".into());
            return findings.close();
        }
    };
    let Some(resources) = document["resources"].as_array() else {
        findings.add(Kind::DocumentForm, &place, || "there is no list of resources".into());
        return findings.close();
    };
    for table in &schemas.tables {
        findings.count(1);
        let of_table = |resource: &&Value| resource["name"] == table.name || resource["path"] == table.path;
        let mut described = resources.iter().filter(of_table);
        match (described.next(), described.next()) {
            (Some(resource), None) => judge_table(table, resource, folder, digests, facts, &mut findings),
            (None, _) => findings.add(Kind::TableUndescribed, &place, || format!("{} is not described", table.name)),
            (Some(_), Some(_)) => {
                findings.add(Kind::TableUndescribed, &place, || format!("{} is described twice", table.name));
            }
        }
    }
    let known = |resource: &Value| schemas.tables.iter().any(|table| resource["name"] == table.name);
    for (number, resource) in (1..).zip(resources).filter(|(_, resource)| !known(resource)) {
        let file = resource["path"].as_str().map(|path| format!("data/{path}"));
        let detail = || format!("resource {number} is no table of a package, and not a file that is here");
        match file.filter(|file| folder.holds(file)) {
            None => findings.add(Kind::TableMisdescribed, &place, detail),
            Some(file) => compare(&file, resource, None, folder, digests, &mut findings),
        }
    }
    findings.close()
}

fn judge_table(
    table: &Table,
    resource: &Value,
    folder: &Folder,
    digests: &Digests,
    facts: &Facts,
    findings: &mut Findings,
) {
    let place = Place::file(FILE).column(table.name);
    if resource["name"] != table.name || resource["path"] != table.path {
        findings.add(Kind::TableMisdescribed, &place, || format!("the table's path is {}", table.path));
    }
    if resource["schema"] != table.schema {
        findings.add(Kind::TableMisdescribed, &place, || "the schema is not the published one".into());
    }
    for property in ["bytes", "hash", "rows"] {
        if resource[property].is_null() {
            findings.add(Kind::TableMisdescribed, &place, || format!("{property} is not stated"));
        }
    }
    compare(&table.file(), resource, facts.lines.get(table.name).copied(), folder, digests, findings);
}

/// What a resource states of its file, against the file.
fn compare(
    file: &str,
    resource: &Value,
    rows: Option<u64>,
    folder: &Folder,
    digests: &Digests,
    findings: &mut Findings,
) {
    let hash = digests.get(file).map(|digested| Value::from(format!("sha256:{}", digested.sha256)));
    let bytes = folder.files.get(file).map(|bytes| Value::from(*bytes));
    for (property, found) in [("bytes", bytes), ("hash", hash), ("rows", rows.map(Value::from))] {
        let differs = |found: &Value| !resource[property].is_null() && resource[property] != *found;
        if found.is_some_and(|found| differs(&found)) {
            let detail = || format!("{property} of {file} is not what it says");
            findings.add(Kind::TableMisdescribed, &Place::file(FILE), detail);
        }
    }
}
