//! Packages whose manifests are right and whose tables or documents are not.

use super::invented::{ANN, BEN, MERGED};
use super::tiny::Package;
use super::{Wrong, check, fixtures, judge};
use handover::verify::Options;
use serde_json::json;

/// How much of the package is written again after it was bent.
#[derive(Clone, Copy, PartialEq)]
enum Again {
    /// Manifests.
    Sealed,
    /// Manifests, and the description of tables.
    Described,
    /// Manifests, the description of tables, and every count.
    Balanced,
}

fn bent(slug: &'static str, what: impl Into<String>, again: Again, bend: impl FnOnce(&mut Package)) -> Wrong {
    let mut package = Package::read(&fixtures().join("valid/tiny"));
    bend(&mut package);
    if again != Again::Sealed {
        package.describe();
    }
    if again == Again::Balanced {
        package.balance();
    }
    package.seal();
    Wrong { slug, what: what.into(), package }
}

fn remove(package: &mut Package, table: &str, line: usize) {
    let mut lines = package.table(table);
    lines.remove(line);
    package.set_table(table, lines);
}

/// One way each.
pub fn wrong() -> Vec<Wrong> {
    [rows(), members(), ids(), rows_since(), documents(), figures()].into_iter().flatten().collect()
}

fn rows() -> Vec<Wrong> {
    let set = |slug, what: &str, table: &'static str, line, column: &'static str, value: &'static str| {
        bent(slug, what, Again::Balanced, move |it| it.set(table, line, column, value))
    };
    vec![
        bent("row-disposition", "a used row has no patient", Again::Balanced, |it| {
            remove(it, "patient_records", 1);
            it.set("patients", 1, "records", "1");
        }),
        bent("row-disposition", "an unassigned row is not listed", Again::Balanced, |it| remove(it, "unassigned", 1)),
        set("row-disposition", "a row of a patient is blank", "rows", 3, "disposition", "blank"),
        bent("row-disposition", "two rows change places", Again::Balanced, |it| {
            it.set("rows", 3, "disposition", "blank");
            it.set("rows", 6, "disposition", "used");
        }),
        bent("row-gap", "a row is left out", Again::Balanced, |it| remove(it, "rows", 1)),
        bent("row-gap", "a row is left out, and the last one comes after the end", Again::Balanced, |it| {
            it.set("rows", 1, "row", "10");
        }),
        set("row-gap", "a sheet has more rows than are accounted for", "sources", 1, "rows", "10"),
        bent("key-duplicate", "a row stands twice", Again::Balanced, |it| {
            let mut lines = it.table("rows");
            lines.push(lines[1].clone());
            it.set_table("rows", lines);
        }),
        set("row-reason", "a row is set aside without a reason", "rows", 8, "reason", ""),
        set("row-reason", "a used row has a reason to be set aside", "rows", 3, "reason", "test-row"),
        set("sheet-unknown", "a row is of no sheet", "rows", 9, "sheet", "Other"),
        set("row-unknown", "an exception cites a row that is not there", "exceptions", 1, "row", "99"),
        set("row-unknown", "a pair cites a row that is not there", "pairs", 1, "right_row", "99"),
        set("row-unknown", "a proof cites a row that is not there", "waiting_list_differences", 1, "proof_row", "99"),
        bent("nothing-to-check", "every table is empty", Again::Balanced, |it| {
            for table in super::tiny::schemas().keys() {
                let header = it.table(table)[0].clone();
                it.set_table(table, vec![header]);
            }
            it.edit_json("data/audit/run.json", |run| run["gates"] = json!([]));
        }),
    ]
}

fn members() -> Vec<Wrong> {
    let set = |slug, what: &str, table: &'static str, line, column: &'static str, value: &'static str| {
        bent(slug, what, Again::Balanced, move |it| it.set(table, line, column, value))
    };
    vec![
        set("records-differ", "a patient states more records", "patients", 1, "records", "3"),
        set("records-differ", "a row moves to another patient", "patient_records", 1, "patient_id", BEN),
        set("records-differ", "a referral states more records", "referrals", 1, "records", "3"),
        set("records-differ", "an appointment states more records", "appointments", 1, "records", "3"),
        bent("records-differ", "a patient has no record at all", Again::Balanced, |it| {
            let mut lines = it.table("patients");
            let mut nobody = lines[1].clone();
            nobody[0] = "P-0000000000000009".into();
            lines.push(nobody);
            it.set_table("patients", lines);
        }),
        set("waiting-closed", "a closed referral waits", "waiting_list", 1, "referral_id", "R-0000000000000002"),
        set("reference-orphan", "a candidate is nobody", "unassigned", 1, "candidates", "P-0000000000000009"),
        set("reference-orphan", "a figure rests on nothing", "figure_rows", 1, "item", "A-0000000000000009"),
        set("reference-orphan", "a figure rests on no row", "figure_rows", 2, "item", "clinic:sources/clinic.csv::99"),
        set(
            "reference-orphan",
            "an onward referral has no parent",
            "referrals",
            3,
            "parent_referral_id",
            "R-0000000000000009",
        ),
    ]
}

fn rows_since() -> Vec<Wrong> {
    let set = |slug, what: &str, line, column: &'static str, value: &'static str| {
        bent(slug, what, Again::Balanced, move |it| it.set("source_changes", line, column, value))
    };
    vec![
        set("row-change", "a row that was added was there before", 1, "change", "changed"),
        set("row-change", "a row that changed is called added", 2, "change", "added"),
        set("row-change", "a row that is gone is called changed", 3, "change", "changed"),
        set("row-change", "a row that is gone stood nowhere", 3, "previous_row", ""),
        set("row-change", "one earlier row became two things", 3, "previous_row", "3"),
        set("row-change", "a row that was not there was somebody's", 1, "previous_patient_id", ANN),
        set("reference-orphan", "a row was of an id that nobody knows", 3, "previous_patient_id", "P-0000000000000009"),
        set("patient-differs", "a row that was added is somebody else's", 1, "patient_id", BEN),
        set("row-disposition", "a row that was added is blank", 1, "row", "6"),
    ]
}

fn ids() -> Vec<Wrong> {
    let set = |slug, what: &str, line, column: &'static str, value: &'static str| {
        bent(slug, what, Again::Balanced, move |it| it.set("id_changes", line, column, value))
    };
    const NOBODY: &str = "P-0000000000000009";
    vec![
        set("id-ended-in-use", "an id that merged is a patient's", 2, "id", BEN),
        set("id-ended-in-use", "an id that ended is a patient's", 3, "id", ANN),
        set("id-ended-in-use", "an id that had ended before is a patient's", 4, "id", BEN),
        set("reference-orphan", "an id that lives on is nobody's", 1, "id", NOBODY),
        set("reference-orphan", "rows went to nobody", 2, "into", NOBODY),
        set("reference-orphan", "rows went to an id that ended", 1, "into", MERGED),
        set("reference-orphan", "rows had gone to an id that nobody knows", 4, "into", NOBODY),
        set("reference-orphan", "an id of which nothing is left went somewhere", 3, "into", ANN),
        set("id-change", "an id is of another kind", 1, "kind", "referral"),
        set("id-change", "an id merged into itself", 2, "into", MERGED),
        set("id-change", "an id of which nothing is left has rows", 3, "rows", "1"),
        set("id-change", "nothing was split off", 1, "rows", "0"),
    ]
}

fn documents() -> Vec<Wrong> {
    let json = |slug, what: &str, path: &'static str, edit: fn(&mut serde_json::Value)| {
        bent(slug, what, Again::Sealed, move |it| it.edit_json(path, edit))
    };
    const LEDGER: &str = "data/audit/ledger.json";
    const RUN: &str = "data/audit/run.json";
    const PACKAGE: &str = "data/datapackage.json";
    vec![
        json("document-form", "the ledger is of another format", LEDGER, |it| it["format"] = json!(2)),
        json("document-form", "the ledger has no identities", LEDGER, |it| it["identities"] = json!(null)),
        json("document-form", "the head is of another format", "head.json", |it| it["format"] = json!("other/1")),
        json("document-form", "the run has no gates", RUN, |it| it["gates"] = json!(null)),
        json("document-form", "the description has no resources", PACKAGE, |it| it["resources"] = json!({})),
        json("count-unknown", "the ledger counts something else", LEDGER, |it| it["counts"]["mice"] = json!(3)),
        json("identity-missing", "an identity is left out", LEDGER, |it| {
            it["identities"].as_array_mut().expect("a list").remove(1);
        }),
        json("identity-missing", "an identity is made to hold by stating less", LEDGER, |it| {
            it["identities"][0]["right"] = json!(["rows.read"]);
        }),
        json("identity-broken", "an identity is stated in unknown counts", LEDGER, |it| {
            it["identities"][1]["left"] = json!(["mice"]);
        }),
        json("identity-broken", "an identity holds only when its sum runs over", LEDGER, |it| {
            it["counts"]["rows.header"] = json!(u64::MAX);
        }),
        bent("identity-broken", "an exception has no severity", Again::Balanced, |it| {
            it.set("exceptions", 1, "severity", "")
        }),
        json("head-differs", "the head counts more patients", "head.json", |it| it["counts"]["patients"] = json!(3)),
        json("config-differs", "the run was of another configuration", RUN, |it| it["config_digest"] = json!("0")),
        json("gates-differ", "the run says a gate is green", RUN, |it| it["gates"][1]["state"] = json!("green")),
        json("gates-differ", "the run leaves a gate out", RUN, |it| {
            it["gates"].as_array_mut().expect("a list").remove(0);
        }),
        json("final-gate-open", "a gate was never measured, and the package is final", RUN, |it| {
            it["final"] = json!(true)
        }),
        json("table-undescribed", "a table is not described", PACKAGE, |it| {
            it["resources"].as_array_mut().expect("a list").remove(0);
        }),
        json("table-undescribed", "a table is described twice", PACKAGE, |it| {
            let first = it["resources"][0].clone();
            it["resources"].as_array_mut().expect("a list").push(first);
        }),
        json("table-misdescribed", "a schema is not the published one", PACKAGE, |it| {
            it["resources"][0]["schema"]["fields"][0]["constraints"]["required"] = json!(false);
        }),
        json("table-misdescribed", "a number of lines is not right", PACKAGE, |it| {
            it["resources"][0]["rows"] = json!(99)
        }),
        json("table-misdescribed", "a size is not stated", PACKAGE, |it| it["resources"][0]["bytes"] = json!(null)),
        json("table-misdescribed", "a digest is of another file", PACKAGE, |it| {
            it["resources"][0]["hash"] = it["resources"][1]["hash"].clone();
        }),
        json("table-misdescribed", "a resource is of no file", PACKAGE, |it| {
            let other = json!({ "name": "mice", "path": "tables/mice.csv" });
            it["resources"].as_array_mut().expect("a list").push(other);
        }),
    ]
}

fn figures() -> Vec<Wrong> {
    let report = |what: &str, from: &'static str, to: &'static str| {
        bent("report-differs", what, Again::Sealed, move |it| {
            let text = String::from_utf8(it.files["data/report.html"].clone()).expect("text");
            assert!(text.contains(from));
            it.files.insert("data/report.html".into(), text.replace(from, to).into_bytes());
        })
    };
    vec![
        bent("figure-differs", "a figure is not the count of its name", Again::Balanced, |it| {
            it.set("figures", 2, "numerator", "3");
            it.set("figures", 2, "value", "3");
        }),
        bent("figure-differs", "a share is not its parts", Again::Balanced, |it| {
            it.set("figures", 4, "value", "0.335")
        }),
        bent("figure-rows", "a figure lists more than it counts", Again::Balanced, |it| {
            let mut lines = it.table("figure_rows");
            lines.push(vec!["patients-with-number".into(), "patient".into(), ANN.into()]);
            it.set_table("figure_rows", lines);
        }),
        report("the report shows another value", ">14<", ">15<"),
        report("the report shows a figure of no name", "data-figure=\"patients\"", "data-figure=\"people\""),
        report("the report shows no figure", "data-figure", "data-other"),
    ]
}

#[test]
fn a_package_that_is_wrong_in_one_way_raises_it() {
    wrong().iter().for_each(|wrong| drop(check(wrong)));
}

#[test]
fn a_line_lost_from_any_table_is_caught_though_manifests_are_rewritten() {
    for table in super::tiny::schemas().keys() {
        let package = bent("", "", Again::Described, |it| remove(it, table, 1)).package;
        let folder = tempfile::tempdir().expect("a folder");
        package.write(folder.path());
        let verdict = judge(folder.path(), &Options::default());
        let only_last_figure_row = table == "figure_rows";
        assert_eq!(verdict.passed(), only_last_figure_row, "a line lost from {table}");
    }
}

#[test]
fn any_count_that_is_not_right_is_caught_though_manifests_are_rewritten() {
    let right = Package::read(&fixtures().join("valid/tiny"));
    let names: Vec<String> = right.json("head.json")["counts"].as_object().expect("counts").keys().cloned().collect();
    assert_eq!(names.len(), 24 + 2 + 48);
    for name in names {
        let both = |edit: &dyn Fn(&mut serde_json::Value)| {
            let mut package = right.clone();
            for path in ["data/audit/ledger.json", "head.json"] {
                package.edit_json(path, |document| edit(&mut document["counts"]));
            }
            package
        };
        let more = both(&|counts| counts[&name] = json!(counts[&name].as_u64().expect("a count") + 1));
        check(&Wrong { slug: "count-differs", what: format!("{name} is one more"), package: more });
        let missing = both(&|counts| drop(counts.as_object_mut().expect("counts").remove(&name)));
        check(&Wrong { slug: "count-missing", what: format!("{name} is left out"), package: missing });
    }
}
