//! Packages that balance, whose manifests are right, and in which one table contradicts another.

use super::invented::{ANN, BEN};
use super::tiny::Package;
use super::{Wrong, check, fixtures};
use serde_json::json;
use std::collections::BTreeSet;

const OTHER: &str = "R-0000000000000002";

fn bent(slug: &'static str, what: &str, bend: impl FnOnce(&mut Package)) -> Wrong {
    let mut package = Package::read(&fixtures().join("valid/tiny"));
    bend(&mut package);
    package.describe();
    package.balance();
    package.seal();
    Wrong { slug, what: what.into(), package }
}

fn set(slug: &'static str, what: &str, cells: &[(&str, usize, &str, &str)]) -> Wrong {
    bent(slug, what, |package| {
        cells.iter().for_each(|(table, line, column, value)| package.set(table, *line, column, value))
    })
}

/// Makes the refused pair one of two rows that are both Ben's.
fn to_ben(package: &mut Package) {
    let diary = [("right_source", "diary"), ("right_file", "sources/diary.xlsx"), ("right_sheet", "Diary")];
    for (column, value) in diary.into_iter().chain([("left_row", "4"), ("right_row", "2")]) {
        package.set("pairs", 1, column, value);
    }
}

/// One way each, and nothing else wrong.
pub fn wrong() -> Vec<Wrong> {
    [waiting(), patients(), people(), appointments(), pairs(), joins(), report()].into_iter().flatten().collect()
}

fn waiting() -> Vec<Wrong> {
    let list = |what: &str, column, value| set("waiting-differs", what, &[("waiting_list", 1, column, value)]);
    vec![
        list("a clock starts later than the referral's", "clock_start", "2017-09-01"),
        list("a clock has no start", "clock_start", ""),
        list("a wait is shorter than the referral's", "weeks", "2"),
        list("working days are fewer than the referral's", "working_days", "2"),
        list("a priority is carried that the referral has not", "priority", "routine"),
        list("an appointment is ahead of which the referral knows nothing", "next_appointment", "2017-10-04"),
        list("a pathway is of another referral", "patient_pathway_identifier", "X1"),
        list("a specialty is another", "specialty", "Pain"),
        list("a practice is not the patient's", "gp_practice", "K99001"),
        list("a referral before its first appointment waits for a follow-up", "wait_type", "follow-up"),
        set(
            "waiting-differs",
            "a referral is made urgent, and the list is not",
            &[("referrals", 1, "priority", "urgent")],
        ),
        set("waiting-differs", "a referral that was sent on still waits", &[("referrals", 1, "cohort", "referred-on")]),
    ]
}

fn patients() -> Vec<Wrong> {
    let of = |what: &str, table, line, value| set("patient-differs", what, &[(table, line, "patient_id", value)]);
    vec![
        of("somebody else waits", "waiting_list", 1, BEN),
        of("nobody waits", "waiting_list", 1, ""),
        of("a diagnostic is somebody else's", "diagnostics", 1, BEN),
        of("a diagnostic is nobody's", "diagnostics", 1, ""),
        of("a document is somebody else's", "documents", 1, BEN),
        of("a score is somebody else's", "outcome_scores", 1, BEN),
        of("a concern is somebody else's", "concerns", 1, BEN),
        of("an appointment is somebody else's", "appointments", 1, ANN),
        of("an appointment whose patient is not known is somebody's", "appointments", 2, ANN),
        set(
            "patient-differs",
            "an appointment is of another's referral",
            &[("appointments", 1, "referral_id", "R-0000000000000001")],
        ),
        set(
            "patient-differs",
            "a referral goes on from another's",
            &[("referrals", 3, "parent_referral_id", "R-0000000000000001")],
        ),
        set(
            "patient-differs",
            "two rows change referrals",
            &[
                ("referral_records", 2, "referral_id", OTHER),
                ("referral_records", 3, "referral_id", "R-0000000000000001"),
            ],
        ),
        set(
            "patient-differs",
            "evidence of one patient is news of another's booking, and no pair is up for review",
            &[("appointment_records", 2, "row", "5")],
        ),
        set(
            "patient-differs",
            "a booking comes from another patient's row",
            &[
                ("appointment_records", 1, "source", "clinic"),
                ("appointment_records", 1, "file", "sources/clinic.csv"),
                ("appointment_records", 1, "sheet", ""),
                ("appointment_records", 1, "row", "5"),
            ],
        ),
    ]
}

fn people() -> Vec<Wrong> {
    let ann = |what: &str, column, value| set("value-unsupported", what, &[("patients", 1, column, value)]);
    let ben = |what: &str, column, value| set("value-unsupported", what, &[("patients", 2, column, value)]);
    vec![
        ann("a number is changed", "nhs_number", "9991234575"),
        ann("a number is said to be missing", "nhs_number_status", "missing"),
        ben("a number is said to be there", "nhs_number_status", "verified"),
        ben("a patient has another's number", "nhs_number", "9991234567"),
        ann("a family name is changed", "family_name", "Smith"),
        ann("a family name is in other letters", "family_name", "SMYTH"),
        ann("a given name is left out", "given_name", ""),
        ann("a date of birth is changed", "date_of_birth", "1961-03-02"),
        ann("a date of birth says less", "date_of_birth", "1961"),
        ben("a sex that nobody gave", "sex", "male"),
        ann("a death that nobody gave", "date_of_death", "2017-01-01"),
        ann("an address that nobody gave", "address", "1 High Street"),
        ben("a telephone that nobody gave", "mobile", "07700900000"),
        ben("an address is no longer hidden", "sensitive", ""),
        ben("an address is hidden otherwise", "sensitive", "address"),
        set(
            "value-unsupported",
            "a family name that a row gives is left out",
            &[("person_records", 3, "family_name", "Jones")],
        ),
    ]
}

fn appointments() -> Vec<Wrong> {
    let of =
        |what: &str, line, column, value| set("classification-differs", what, &[("appointments", line, column, value)]);
    vec![
        of("a booking with evidence is recorded only", 1, "classification", "recorded-only"),
        of("a booking is in conflict, and nothing differs", 1, "classification", "conflict"),
        of("a booking matches, and something differs", 1, "differs", "site: recorded A, text B"),
        of("what nobody recorded is said to be recorded", 2, "recorded_by", "sender"),
        of("what is recorded is said not to be", 1, "recorded_by", "neither"),
        of("two systems hold what one row records", 1, "recorded_by", "both"),
        of("evidence that no row gives", 1, "evidence", "letter;text"),
        of("evidence is left out", 2, "evidence", ""),
        of("an orphan is not called one", 2, "flags", ""),
        of("a booking is resolved by nobody", 1, "resolution", "cancelled"),
        of("a side of a conflict is right, and nobody said so", 1, "holds", "recorded"),
        set(
            "classification-differs",
            "evidence contradicts a booking that matches",
            &[("appointment_records", 2, "differs", "site")],
        ),
        set(
            "classification-differs",
            "evidence is right, and there is no booking that it could differ from",
            &[
                ("appointments", 2, "differed", "starts: recorded 2017-10-04, letter 2017-10-05"),
                ("appointments", 2, "holds", "evidence"),
                ("appointments", 2, "holds_event", "1"),
            ],
        ),
        set(
            "clock-differs",
            "a clock is in doubt, and may start nowhere else",
            &[("referrals", 1, "clock_doubt", "stop-undated")],
        ),
        set(
            "clock-differs",
            "somebody decided of a clock that is not in doubt",
            &[("referrals", 1, "clock_event", "1")],
        ),
        set(
            "clock-differs",
            "a clock is in doubt, and no referral comes before it",
            &[("referrals", 1, "clock_doubt", "stop-undated"), ("referrals", 1, "other_clock_rule", "original-kept")],
        ),
        set(
            "classification-differs",
            "a booking is rebooked, and nobody says to when",
            &[("appointments", 1, "resolution", "rebooked"), ("appointments", 1, "resolution_event", "1")],
        ),
        of("one row records it twice", 1, "flags", "recorded-twice;no-outcome"),
        set(
            "classification-differs",
            "a booking is unrecorded, and evidence alone is a match",
            &[("appointments", 1, "classification", "unrecorded"), ("appointments", 2, "classification", "matched")],
        ),
    ]
}

fn pairs() -> Vec<Wrong> {
    let threshold = |what: &str, threshold: f64, edge: [&str; 3]| {
        bent("edge-weak", what, |it| {
            let [weight, probability, number] = edge;
            it.set("pairs", 2, "match_weight", weight);
            it.set("pairs", 2, "match_probability", probability);
            it.set("pairs", 2, "weight_nhs_number", number);
            // Nothing but the pair joins them: a decision would do, and so would a likelier pair.
            it.set("patient_records", 1, "joined_by", "local-id");
            it.set("patient_records", 3, "joined_by", "local-id");
            it.edit_json("data/audit/run.json", |run| run["link"] = json!({ "match": threshold }));
        })
    };
    vec![
        set("pair-weight", "a probability does not go with its weight", &[("pairs", 1, "match_probability", "0.04")]),
        set("pair-weight", "a weight is not the sum of its parts", &[("pairs", 1, "weight_given_name", "-6")]),
        set("pair-weight", "a part is left out", &[("pairs", 2, "weight_date_of_birth", "")]),
        bent("pair-weight", "a model has another prior", |it| {
            it.edit_json("data/audit/model.json", |model| model["prior"] = json!(0.5));
        }),
        bent("pair-standing", "rows of one patient are no edge", |it| {
            to_ben(it);
            it.set("patient_records", 4, "joined_by", "local-id");
        }),
        set("pair-standing", "an edge lies between two patients", &[("pairs", 1, "standing", "edge")]),
        bent("pair-standing", "a pair is refused that is likelier than one for review", |it| {
            let mut lines = it.table("pairs");
            lines.push(lines[1].clone());
            it.set_table("pairs", lines);
            it.set("pairs", 3, "left_row", "4");
            it.set("pairs", 3, "right_row", "5");
            it.set("pairs", 3, "standing", "review");
        }),
        threshold("an edge is below the threshold of the run", 0.99, ["6", "0.984615", "-3.3"]),
        threshold("an edge is just below the threshold of the run", 0.984_616, ["6", "0.984615", "-3.3"]),
    ]
}

fn joins() -> Vec<Wrong> {
    vec![
        set(
            "join-unsupported",
            "a row is joined by the model, and no pair is as likely",
            &[("patient_records", 1, "match_probability", "0.95")],
        ),
        set(
            "join-unsupported",
            "a row is joined by its number, and no pair was found",
            &[("patient_records", 2, "joined_by", "nhs-number")],
        ),
        set(
            "join-unsupported",
            "a row is joined by a decision that nobody took",
            &[("patient_records", 2, "joined_by", "decision")],
        ),
        set(
            "join-unsupported",
            "a row stands alone, and others were joined to it",
            &[("patient_records", 1, "joined_by", "alone")],
        ),
        set("join-unsupported", "two rows of a patient stand alone", &[("patient_records", 4, "joined_by", "alone")]),
        set("join-unsupported", "a decision joined what is two patients", &[("review_decisions", 1, "right_row", "4")]),
        set(
            "join-unsupported",
            "a decision keeps one patient apart",
            &[("review_decisions", 1, "answer", "different")],
        ),
        set(
            "join-unsupported",
            "a decision keeps one patient apart",
            &[("review_decisions", 3, "standing", "in-effect")],
        ),
    ]
}

fn report() -> Vec<Wrong> {
    let with = |what: &str, added: &'static str| {
        bent("report-script", what, |it| it.files.get_mut("data/report.html").expect("a report").extend(added.bytes()))
    };
    let beside = |path: &str| {
        bent("file-added", &format!("{path} is no signature"), |it| {
            it.files.insert(path.to_owned(), b"x".to_vec());
        })
    };
    vec![
        with("a report runs a script", "<script>alert(1)</script>\n"),
        with("a report runs a script in odd letters", "<ScRiPt\nsrc=x>\n"),
        beside("signatures/manager.exe"),
        beside("signatures/manager.sig.html"),
        beside("signatures/.sig"),
        beside("signatures/deeper/manager.sig"),
    ]
}

#[test]
fn tables_that_contradict_one_another_raise_it_and_nothing_else() {
    let others = |wrong: &Wrong| {
        let raised = check(wrong);
        (raised != BTreeSet::from([wrong.slug])).then(|| format!("{}: {raised:?}", wrong.what))
    };
    let others: Vec<String> = wrong().iter().filter_map(others).collect();
    assert!(others.is_empty(), "{others:#?}");
}

#[test]
fn a_model_without_a_prior_is_no_model() {
    check(&bent("document-form", "a model has no prior", |it| it.set_json("data/audit/model.json", &json!({}))));
}

/// What our own packages may hold, and what therefore must not be called wrong.
#[test]
fn what_only_looks_like_a_contradiction_passes() {
    let passes = |what: &str, bend: &dyn Fn(&mut Package)| {
        let place = tempfile::tempdir().expect("a folder");
        bent("", what, bend).package.write(place.path());
        let verdict = super::judge(place.path(), &super::Options::default());
        assert!(verdict.passed(), "{what}: {:?}", super::slugs(&verdict));
    };
    passes("evidence of a patient who is perhaps the same person", &|it| {
        it.set("appointment_records", 2, "row", "5");
        it.set("pairs", 1, "standing", "review");
    });
    passes("a pair likely enough for the threshold of the run", &|it| {
        it.edit_json("data/audit/run.json", |run| run["link"] = json!({ "match": 1 }));
    });
    passes("a number that another superseded", &|it| {
        it.set("person_records", 1, "superseded_by", "9991234575");
        it.set("patients", 1, "nhs_number", "9991234575");
    });
    passes("an equal number is worth a least weight", &|it| {
        it.set("pairs", 2, "match_weight", "13.29");
        it.set("pairs", 2, "match_probability", "0.9999");
        it.set("pairs", 2, "weight_given_name", "-1.3");
        it.set("patient_records", 1, "match_probability", "0.9999");
        it.set("patient_records", 3, "match_probability", "0.9999");
    });
    passes("an unlikely edge between rows that a decision joined", &|it| {
        it.set("pairs", 2, "match_weight", "6");
        it.set("pairs", 2, "match_probability", "0.984615");
        it.set("pairs", 2, "weight_nhs_number", "-3.3");
        it.set("patient_records", 1, "joined_by", "decision");
        it.set("patient_records", 3, "joined_by", "decision");
        it.edit_json("data/audit/run.json", |run| run["link"] = json!({ "match": 0.99 }));
    });
    for answer in ["same", "right", "wrong"] {
        passes("evidence that a decision brought to the patient of its booking", &|it| {
            it.set("review_decisions", 1, "kind", "appointment-match");
            it.set("review_decisions", 1, "answer", answer);
            it.set("patient_records", 1, "joined_by", "decision");
            it.set("patient_records", 3, "joined_by", "decision");
        });
    }
    passes("an unlikely pair of one patient whom a slot placed", &to_ben);
    passes("a family name in other letters", &|it| it.set("person_records", 3, "family_name", "SMYTH"));
    passes("the second keying of a folder", &|it| {
        it.set("referral_records", 2, "relation", "keying");
        it.set("referral_records", 2, "row", "8");
    });
}
