//! The invented rows of the tiny package.

use super::tiny::{inputs, sha256};

pub const ANN: &str = "P-0000000000000001";
pub const BEN: &str = "P-0000000000000002";
pub const MERGED: &str = "P-000000000000000A";
const FIRST: &str = "R-0000000000000001";
const SECOND: &str = "R-0000000000000002";
const THIRD: &str = "R-0000000000000003";
const BOOKED: &str = "A-0000000000000001";
const LETTER: &str = "A-0000000000000002";

const CLINIC: [&str; 3] = ["clinic", "sources/clinic.csv", ""];
const DIARY: [&str; 3] = ["diary", "sources/diary.xlsx", "Diary"];
const NOTES: [&str; 3] = ["diary", "sources/diary.xlsx", "Notes"];
const DECLARED: [&str; 3] = ["totals", "sources/totals.csv", ""];

/// A line of a table: column and value.
pub type Values = Vec<(&'static str, String)>;

fn row_digest(cells: &[&str]) -> String {
    sha256(cells.iter().map(|cell| format!("{cell}\u{1f}")).collect::<String>().as_bytes())
}

/// A line about a row: its place, and further values.
fn of_row(sheet: [&str; 3], row: u32, more: &[(&'static str, &str)]) -> Values {
    let place = [("source", sheet[0]), ("file", sheet[1]), ("sheet", sheet[2])];
    let mut line = line(&place);
    line.push(("row", row.to_string()));
    line.extend(self::line(more));
    line
}

fn line(values: &[(&'static str, &str)]) -> Values {
    values.iter().map(|(column, value)| (*column, (*value).to_owned())).collect()
}

/// The lines of a table: column and value.
pub fn values(table: &str) -> Vec<Values> {
    match table {
        "sources" | "rows" => of_files(table),
        "patients" | "person_records" | "patient_records" | "unassigned" | "pairs" | "review_decisions" => {
            of_people(table)
        }
        "referrals"
        | "referral_records"
        | "appointments"
        | "appointment_records"
        | "waiting_list"
        | "waiting_list_differences" => of_care(table),
        "figures" | "figure_rows" | "gates" => of_figures(table),
        "id_changes" => of_ids(),
        "source_changes" => of_rows(),
        _ => of_items(table),
    }
}

fn of_files(table: &str) -> Vec<Values> {
    let inputs = inputs();
    let source = |sheet: [&str; 3], rows: &str, more: &[(&'static str, &str)]| {
        let bytes = &inputs.files[sheet[1]];
        let mut values = line(&[("source", sheet[0]), ("file", sheet[1]), ("sheet", sheet[2]), ("rows", rows)]);
        values.extend([("bytes", bytes.len().to_string()), ("sha256", sha256(bytes))]);
        values.extend(line(more));
        values
    };
    let csv = |delimiter: &'static str, header: &'static str| {
        [
            ("format", "csv"),
            ("encoding", "UTF-8"),
            ("delimiter", delimiter),
            ("header_row", header),
            ("header_rows", "1"),
            ("hidden", "false"),
            ("mapped", "true"),
        ]
    };
    if table == "sources" {
        let book = [("format", "xlsx"), ("date_system", "1900")];
        return vec![
            source(CLINIC, "9", &csv(",", "2")),
            source(
                DIARY,
                "2",
                &[&book[..], &[("header_row", "1"), ("header_rows", "1"), ("hidden", "false"), ("mapped", "true")]]
                    .concat(),
            ),
            source(NOTES, "1", &[&book[..], &[("hidden", "true"), ("mapped", "false")]].concat()),
            source(DECLARED, "2", &csv(";", "1")),
        ];
    }
    let clinic = ["preamble", "header", "used", "used", "used", "blank", "unassigned", "set-aside", "footer"];
    let reason = |disposition: &str, why: &'static str| if disposition == "set-aside" { why } else { "" };
    let mut rows: Vec<_> = (1..)
        .zip(clinic)
        .map(|(row, word)| of_row(CLINIC, row, &[("disposition", word), ("reason", reason(word, "test-row"))]))
        .collect();
    rows.push(of_row(DIARY, 1, &[("disposition", "header")]));
    rows.push(of_row(DIARY, 2, &[("disposition", "used")]));
    rows.push(of_row(NOTES, 1, &[("disposition", "set-aside"), ("reason", "sheet-not-mapped")]));
    rows.push(of_row(DECLARED, 1, &[("disposition", "header")]));
    rows.push(of_row(DECLARED, 2, &[("disposition", "declared")]));
    rows
}

fn of_people(table: &str) -> Vec<Values> {
    let ann = [("family_name", "Smyth"), ("given_name", "Ann"), ("date_of_birth", "1961-02-03")];
    let ben = [("family_name", "Okafor"), ("given_name", "Ben"), ("date_of_birth", "1972-05-04")];
    let member = |sheet, row, cells: &[&str], patient, by| {
        let digest = row_digest(cells);
        let more =
            [("row_sha256", digest.as_str()), ("patient_id", patient), ("match_probability", "1"), ("joined_by", by)];
        of_row(sheet, row, &more)
    };
    let pair = |left: u32, right: u32, more: &[(&'static str, &str)]| {
        let mut values = line(&[
            ("left_source", CLINIC[0]),
            ("left_file", CLINIC[1]),
            ("right_source", CLINIC[0]),
            ("right_file", CLINIC[1]),
        ]);
        values.extend([("left_row", left.to_string()), ("right_row", right.to_string())]);
        values.extend(line(more));
        values
    };
    match table {
        "patients" => vec![
            line(
                &[
                    &[
                        ("patient_id", ANN),
                        ("nhs_number", "9991234567"),
                        ("nhs_number_status", "unverified"),
                        ("sex", "female"),
                        ("records", "2"),
                    ][..],
                    &ann,
                ]
                .concat(),
            ),
            line(
                &[
                    &[
                        ("patient_id", BEN),
                        ("nhs_number_status", "missing"),
                        ("sensitive", "hidden address"),
                        ("records", "2"),
                    ][..],
                    &ben,
                ]
                .concat(),
            ),
        ],
        "person_records" => vec![
            of_row(
                CLINIC,
                3,
                &[&[("local_id", "1"), ("nhs_number", "9991234567"), ("sex", "female")][..], &ann].concat(),
            ),
            of_row(CLINIC, 4, &[&[("local_id", "2"), ("sensitive", "hidden address")][..], &ben].concat()),
            of_row(CLINIC, 5, &[&[("nhs_number", "9991234567")][..], &ann].concat()),
            of_row(CLINIC, 7, &[]),
            of_row(DIARY, 2, &[("full_name", "Ben Okafor")]),
        ],
        "patient_records" => vec![
            member(CLINIC, 3, &["1", "Smyth", "Ann", "03/02/1961"], ANN, "nhs-number"),
            member(CLINIC, 4, &["2", "Okafor", "Ben", "04/05/1972", "knee,\nleft"], BEN, "alone"),
            member(CLINIC, 5, &["1", "Smyth", "Ann", "03/02/1961", "again"], ANN, "nhs-number"),
            member(DIARY, 2, &["Ben Okafor", "2017-10-04T09:30", "FALSE", "20"], BEN, "slot"),
        ],
        "unassigned" => {
            let candidates = format!("{ANN};{BEN}");
            let digest = row_digest(&["", "", "", "", "someone will turn up"]);
            let more = [("reason", "person-too-thin"), ("candidates", &candidates), ("row_sha256", &digest)];
            vec![of_row(CLINIC, 7, &more)]
        }
        // The prior weighs -10 bits.
        "pairs" => vec![
            pair(
                3,
                4,
                &[
                    ("standing", "refused"),
                    ("rule", "postcode"),
                    ("match_weight", "-4.5"),
                    ("match_probability", "0.042324"),
                    ("weight_given_name", "-6.25"),
                    ("weight_postcode", "11.75"),
                ],
            ),
            pair(
                3,
                5,
                &[
                    ("standing", "edge"),
                    ("rule", "local_id"),
                    ("match_weight", "21.5"),
                    ("match_probability", "1"),
                    ("weight_given_name", "7.3"),
                    ("weight_date_of_birth", "12"),
                    ("weight_nhs_number", "12.2"),
                ],
            ),
        ],
        _ => {
            let said = |event, answer, standing, more: &[(&'static str, &'static str)]| {
                let values = [("event", event), ("kind", "pair"), ("answer", answer), ("standing", standing)];
                let told = [("at", "2017-09-25T10:22:05Z"), ("who", "Records officer"), ("rows", "2")];
                [&values[..], &told, more].concat()
            };
            vec![
                pair(3, 5, &said("1", "same", "in-effect", &[("effect", "joined")])),
                pair(3, 99, &said("2", "same", "row-gone", &[("effect", "none")])),
                pair(3, 5, &said("3", "different", "undone", &[("by", "4"), ("effect", "none")])),
                line(&[
                    ("event", "4"),
                    ("kind", "undo"),
                    ("at", "2017-09-26T09:00:00Z"),
                    ("who", "Records officer"),
                    ("about", "3"),
                    ("answer", "undone"),
                    ("standing", "in-effect"),
                    ("rows", "0"),
                    ("effect", "none"),
                ]),
            ]
        }
    }
}

fn of_care(table: &str) -> Vec<Values> {
    let referral = |id, patient, cohort, rule, records, more: &[(&'static str, &str)]| {
        let values = [
            ("referral_id", id),
            ("patient_id", patient),
            ("cohort", cohort),
            ("clock_rule", rule),
            ("records", records),
            ("priority_rule", "unknown"),
            ("weeks_rule", if more.iter().any(|(column, _)| *column == "weeks") { "event-runs" } else { "no-start" }),
        ];
        line(&[&values[..], more].concat())
    };
    let appointment = |id, patient, referral, classification, by, flags, evidence, records| {
        line(&[
            ("appointment_id", id),
            ("patient_id", patient),
            ("referral_id", referral),
            ("classification", classification),
            ("recorded_by", by),
            ("flags", flags),
            ("evidence", evidence),
            ("records", records),
        ])
    };
    match table {
        "referrals" => vec![
            referral(
                FIRST,
                ANN,
                "first-appointment",
                "received",
                "2",
                &[("clock_start", "2017-08-01"), ("weeks", "8"), ("working_days", "42")],
            ),
            referral(SECOND, BEN, "closed", "unknown", "1", &[("status", "closed")]),
            referral(THIRD, BEN, "awaiting-triage", "parent-runs", "1", &[("parent_referral_id", SECOND)]),
        ],
        "referral_records" => [
            (CLINIC, 3, FIRST, "original", "local-id"),
            (CLINIC, 5, FIRST, "duplicate", "local-id"),
            (CLINIC, 4, SECOND, "original", "alone"),
            (DIARY, 2, THIRD, "onward", "alone"),
        ]
        .map(|(sheet, row, referral, relation, by)| {
            of_row(sheet, row, &[("referral_id", referral), ("relation", relation), ("joined_by", by)])
        })
        .into(),
        "appointments" => vec![
            appointment(BOOKED, BEN, SECOND, "matched", "sender", "no-outcome;starts-after-transfer", "text", "2"),
            appointment(LETTER, "", "", "unrecorded", "neither", "orphan", "letter", "1"),
        ],
        "appointment_records" => vec![
            of_row(DIARY, 2, &[("appointment_id", BOOKED), ("standing", "recorded")]),
            of_row(CLINIC, 4, &[("appointment_id", BOOKED), ("standing", "text")]),
            of_row(CLINIC, 7, &[("appointment_id", LETTER), ("standing", "letter")]),
        ],
        "waiting_list" => {
            vec![line(&[
                ("patient_id", ANN),
                ("referral_id", FIRST),
                ("wait_type", "ahp"),
                ("clock_start", "2017-08-01"),
                ("weeks", "8"),
                ("working_days", "42"),
            ])]
        }
        _ => vec![line(&[
            ("patient_id", ANN),
            ("referral_id", FIRST),
            ("difference", "found-not-declared"),
            ("cause", "unknown"),
            ("proof_source", CLINIC[0]),
            ("proof_file", CLINIC[1]),
            ("proof_row", "3"),
        ])],
    }
}

fn of_items(table: &str) -> Vec<Values> {
    let of_ann = [("patient_id", ANN)];
    match table {
        "declared" => vec![of_row(
            DECLARED,
            2,
            &[
                ("measure", "Referrals"),
                ("period", "2017-09"),
                ("declared", "3"),
                ("found", "3"),
                ("difference", "0"),
                ("explained", "equal"),
                ("column", "Count"),
            ],
        )],
        "exceptions" => vec![
            of_row(CLINIC, 7, &[("reason", "person-too-thin"), ("severity", "warning")]),
            of_row(CLINIC, 8, &[("reason", "test-row"), ("severity", "error")]),
        ],
        "paper_folders" => vec![of_row(
            CLINIC,
            5,
            &[("box", "1"), ("folder", "7"), ("keyings", "1"), ("fields_compared", "0"), ("fields_disagreeing", "0")],
        )],
        "paper_disagreements" => vec![of_row(
            CLINIC,
            3,
            &[
                ("second_source", CLINIC[0]),
                ("second_file", CLINIC[1]),
                ("second_row", "5"),
                ("field", "person.postcode"),
                ("second_row_sha256", &row_digest(&["1", "Smyth", "Ann", "03/02/1961", "again"])),
            ],
        )],
        "diagnostics" | "documents" | "outcome_scores" | "concerns" => vec![of_row(CLINIC, 5, &of_ann)],
        other => panic!("no lines are invented for {other}"),
    }
}

/// Of an earlier package, what became of the ids of patients.
fn of_ids() -> Vec<Values> {
    let change = |id, change, into, rows| {
        line(&[("kind", "patient"), ("id", id), ("change", change), ("into", into), ("rows", rows)])
    };
    vec![
        change(ANN, "split", BEN, "1"),
        change(MERGED, "merged", ANN, "1"),
        change("P-000000000000000B", "ended", "", "0"),
        change("P-000000000000000C", "ended-before", MERGED, "2"),
    ]
}

/// Of an earlier package, what became of rows.
fn of_rows() -> Vec<Values> {
    let before = |row: u32, patient: &str| {
        let mut values = line(&[("previous_source", CLINIC[0]), ("previous_file", "sources/old.csv")]);
        values.extend([("previous_row", row.to_string()), ("previous_patient_id", patient.to_owned())]);
        values
    };
    let now = |row, change, patient| of_row(CLINIC, row, &[("change", change), ("patient_id", patient)]);
    let mut changed = now(4, "changed", BEN);
    changed.extend(before(3, MERGED));
    let mut gone = line(&[("change", "gone")]);
    gone.extend(before(2, ANN));
    vec![now(3, "added", ANN), changed, gone]
}

fn of_figures(table: &str) -> Vec<Values> {
    let figure = |name, numerator, denominator, value| {
        line(&[
            ("figure", name),
            ("definition", "as counted"),
            ("numerator", numerator),
            ("denominator", denominator),
            ("value", value),
        ])
    };
    match table {
        "figures" => vec![
            figure("rows.read", "14", "", "14"),
            figure("patients", "2", "", "2"),
            figure("appointments.unrecorded", "1", "", "1"),
            figure("patients-with-number", "1", "3", "0.333"),
        ],
        "figure_rows" => vec![
            line(&[("figure", "appointments.unrecorded"), ("kind", "appointment"), ("item", LETTER)]),
            line(&[("figure", "patients-with-number"), ("kind", "row"), ("item", "clinic:sources/clinic.csv::3")]),
        ],
        _ => vec![
            line(&[
                ("gate", "unreviewed_pairs"),
                ("definition", "pairs for review"),
                ("state", "green"),
                ("value", "0"),
                ("ceiling", "0"),
            ]),
            line(&[
                ("gate", "extract_age_days"),
                ("definition", "age of the oldest extract"),
                ("state", "not-measured"),
            ]),
        ],
    }
}
