//! `handover explain`: everything that a package holds can be explained, and what is told is what the tables say.

use crate::transition::{Transition, columns, example_run, handover};
use handover::ledger::Reason;
use handover::package::Opened;
use handover::package::explain::{Explanation, Shelf, Subject, each_pair};
use insta::assert_snapshot;
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

const PACKAGE: &str = "packages/0001";

fn folder() -> PathBuf {
    example_run().join(PACKAGE)
}

fn opened() -> Opened {
    Opened::open(&folder()).expect("a package")
}

fn lines(table: &str, names: &[&str]) -> Vec<Vec<String>> {
    columns(&fs::read(folder().join(format!("data/tables/{table}.csv"))).expect("a table"), names)
}

fn told(shelf: &Shelf<'_>, id: &str) -> Explanation {
    let subject = Subject::parse(id, None).expect("a subject");
    shelf.explain(&subject).unwrap_or_else(|error| panic!("{id}: {error}"))
}

fn page(arguments: &[&str]) -> String {
    let said = handover(example_run(), &[&["explain", PACKAGE], arguments].concat());
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{arguments:?}");
    said.out
}

fn json(arguments: &[&str]) -> Value {
    let said = handover(example_run(), &[&["explain", PACKAGE, "--json"], arguments].concat());
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{arguments:?}");
    said.json()
}

#[test]
fn every_patient_is_explained_by_all_of_its_rows() {
    let package = opened();
    let shelf = Shelf::keeping(&package);
    let patients = lines("patients", &["patient_id", "records"]);
    let (mut joins, mut near, mut stand_ins) = (0, 0, 0);
    for line in &patients {
        let Explanation::Patient(patient) = told(&shelf, &line[0]) else { panic!("{} is a patient", line[0]) };
        assert_eq!(patient.members.len().to_string(), line[1], "{}", line[0]);
        assert!(!patient.number_status.is_empty());
        // Each row came by itself, by a pair of the chain, through another row, or as its word says.
        for (place, member) in patient.members.iter().enumerate() {
            let in_pair = patient.edges.iter().any(|edge| edge.left == place || edge.right == place);
            let by_model = ["model", "nhs-number"].contains(&member.joined_by.as_str());
            assert!(in_pair || member.stands_for.is_some() || !by_model, "{} row {}", line[0], place + 1);
            stand_ins += usize::from(member.stands_for.is_some());
        }
        joins += patient.edges.iter().filter(|edge| edge.joins).count();
        near += patient.near.len();
        assert!(patient.near.iter().all(|near| near.pair.standing != "edge"), "{}", line[0]);
    }
    assert!(patients.len() > 1_000 && joins > 1_000 && near > 100 && stand_ins > 100, "{joins} {near} {stand_ins}");
}

#[test]
fn every_referral_and_every_appointment_is_explained() {
    let package = opened();
    let shelf = Shelf::keeping(&package);
    let referrals = lines("referrals", &["referral_id", "records", "parent_referral_id"]);
    let (mut nearest, mut parents) = (0, 0);
    for line in &referrals {
        let Explanation::Referral(referral) = told(&shelf, &line[0]) else { panic!("{} is a referral", line[0]) };
        assert_eq!(referral.rows.len().to_string(), line[1], "{}", line[0]);
        assert!(referral.line.clock_rule.is_some() && referral.line.cohort.is_some());
        assert_eq!(referral.ancestors.first().map_or("", |parent| &parent.id), line[2]);
        let related = referral.ancestors.len() + referral.children.len();
        assert!(referral.nearest.is_some() || referral.others <= related || related > 1, "{}", line[0]);
        nearest += usize::from(referral.nearest.as_ref().is_some_and(|(_, apart)| !apart.why.is_empty()));
        parents += usize::from(!referral.ancestors.is_empty());
    }
    assert!(referrals.len() > 1_000 && nearest > 100 && parents > 50, "{nearest} {parents}");
    let appointments = lines("appointments", &["appointment_id", "records", "classification", "differs", "flags"]);
    let (mut nearest, mut differing) = (0, 0);
    for line in &appointments {
        let Explanation::Appointment(of) = told(&shelf, &line[0]) else { panic!("{} is an appointment", line[0]) };
        assert_eq!(of.rows.len().to_string(), line[1], "{}", line[0]);
        assert_eq!(of.classification.map_or("", |class| class.word()), line[2]);
        let flags: Vec<&str> = of.flags.iter().map(|flag| flag.word()).collect();
        assert_eq!(flags.join(";"), line[4], "{}", line[0]);
        assert_eq!(of.starts_differ.is_some() || of.places_differ, !line[3].is_empty(), "{}", line[0]);
        assert_eq!(of.nearest.is_some(), of.others > 0, "{}", line[0]);
        nearest += usize::from(of.nearest.is_some());
        differing += usize::from(!line[3].is_empty());
    }
    assert!(appointments.len() > 1_000 && nearest > 500 && differing > 5, "{nearest} {differing}");
}

#[test]
fn every_figure_is_explained_and_lists_as_much_as_it_counts() {
    let package = opened();
    let shelf = Shelf::keeping(&package);
    let mut unlisted = BTreeSet::new();
    let figures = lines("figures", &["figure", "numerator"]);
    for line in &figures {
        let Explanation::Figure(figure) = told(&shelf, &format!("figure:{}", line[0])) else { panic!("{}", line[0]) };
        assert!(!figure.definition.is_empty() && figure.numerator.to_string() == line[1]);
        if figure.listed_in.is_empty() {
            unlisted.insert(line[0].replace(|digit: char| digit.is_ascii_digit(), "9"));
        } else {
            assert_eq!(figure.items.len() as u64, figure.numerator, "{}", line[0]);
        }
    }
    let unlisted: Vec<&str> = unlisted.iter().map(String::as_str).collect();
    assert_eq!(
        unlisted,
        ["referrals.merged", "referrals.month.9999-99.records", "safety.open", "waiting-list.declared"]
    );
    assert!(figures.len() > 100);
}

#[test]
fn every_pair_is_explained_and_its_parts_are_its_weight() {
    let mut pairs = 0;
    each_pair(&opened(), &mut |line| {
        let told = line.explanation().expect("made by the package's model");
        let made: i32 = told.made.iter().map(|one| one.level_hundredths + one.frequency_hundredths).sum();
        let rest = told.shared_hundredths + told.raised_hundredths;
        assert_eq!(told.prior_hundredths + made + rest, told.total_hundredths);
        assert!(told.raised_hundredths >= 0);
        pairs += 1;
    })
    .expect("a table");
    assert_eq!(pairs, lines("pairs", &["standing"]).len());
    assert!(pairs > 1_000);
}

#[test]
fn one_explanation_is_that_of_many() {
    let package = opened();
    let (once, keeping) = (Shelf::new(&package), Shelf::keeping(&package));
    let tables = [("patients", "patient_id"), ("referrals", "referral_id"), ("appointments", "appointment_id")];
    let ids = tables.map(|(table, id)| lines(table, &[id]).into_iter().flatten().step_by(263).collect::<Vec<String>>());
    let [left, right, _] = pair("review");
    for id in ids.iter().flatten().chain([&left, &right, &"figure:review.pairs".to_owned()]) {
        assert_eq!(format!("{:?}", told(&once, id)), format!("{:?}", told(&keeping, id)), "{id}");
    }
    assert!(ids.iter().all(|ids| ids.len() > 4));
}

#[test]
fn a_reviewer_is_shown_what_is_explained_but_for_the_score() {
    let exported = crate::review::example(&["--queue", "pairs"]);
    let mut sheets = crate::review::read(&exported.path().join("ask.xlsx"));
    let sheet = crate::review::sheet(&mut sheets, "Pairs");
    let place = |title: &str| sheet[0].iter().position(|name| name == title).expect("a column");
    let (found, source) = (place("What the comparison found"), place("Source"));
    let row = |line: &[String]| line[source..source + 4].join(":");
    let asked: Vec<&[Vec<String>]> = sheet[1..].chunks(2).collect();
    assert!(asked.len() > 100);
    assert!(asked.iter().all(|pair| pair[0][found].ends_with('.') && pair[1][found].is_empty()));
    for pair in asked.iter().step_by(41) {
        let told = &json(&[&row(&pair[0]), &row(&pair[1])])["pairs"][0];
        assert_eq!(told["weights"]["words"], pair[0][found].as_str());
        let probability = told["weights"]["match_probability"].to_string();
        assert!(!pair.iter().flatten().any(|cell| cell.contains(&probability)), "no score is shown");
    }
}

/// The rows of a pair of this standing, the weight and the probability that its table gives.
fn pair(standing: &str) -> [String; 3] {
    const NAMES: [&str; 10] = [
        "left_source",
        "left_file",
        "left_sheet",
        "left_row",
        "right_source",
        "right_file",
        "right_sheet",
        "right_row",
        "standing",
        "match_weight",
    ];
    let line = lines("pairs", &NAMES).into_iter().find(|line| line[8] == standing).expect("a pair");
    [line[..4].join(":"), line[4..8].join(":"), line[9].clone()]
}

#[test]
fn the_bits_that_a_page_shows_add_up_to_the_total_that_it_shows() {
    for standing in ["edge", "review", "refused"] {
        let [left, right, weight] = pair(standing);
        let page = page(&[&left, &right]);
        let bits = |line: &str| -> Option<i64> {
            let last = line.split_whitespace().last().filter(|last| last.starts_with(['+', '-']))?;
            last.replace('.', "").parse().ok()
        };
        let parts: Vec<(bool, i64)> =
            page.lines().filter_map(|line| Some((line.trim_start().starts_with("together"), bits(line)?))).collect();
        let (total, parts): (Vec<_>, Vec<_>) = parts.into_iter().partition(|(is_total, _)| *is_total);
        assert!(parts.len() > 2 && total.len() == 1, "{page}");
        assert_eq!(parts.iter().map(|(_, bits)| bits).sum::<i64>(), total[0].1, "{page}");
        assert_eq!(total[0].1, (weight.parse::<f64>().expect("bits") * 100.0).round() as i64);
        // The same the other way round, and as a document.
        assert_eq!(
            page.lines().skip(3).collect::<Vec<_>>(),
            self::page(&[&right, &left]).lines().skip(3).collect::<Vec<_>>()
        );
        let document = &json(&[&left, &right])["pairs"][0];
        let of = |name: &str| document["weights"][name].as_f64().expect("a number");
        let compared = document["weights"]["comparisons"].as_array().expect("a list");
        let sum: f64 = compared.iter().map(|one| one["bits"].as_f64().expect("bits")).sum();
        let rest = of("shared_frequency_bits") + of("number_decides_bits");
        assert!((of("prior_bits") + sum + rest - of("match_weight")).abs() < 1e-6, "{document}");
        assert_eq!(document["standing"], standing);
    }
}

#[test]
fn a_page_is_plain_narrow_and_holds_nothing_of_a_person() {
    let people =
        lines("person_records", &["nhs_number", "postcode", "address", "mobile", "phone", "email", "local_id"]);
    let names = lines("patients", &["patient_id", "family_name", "given_name", "address"]);
    let secrets: BTreeSet<&str> =
        people.iter().flatten().map(String::as_str).filter(|value| value.len() >= 7).collect();
    let sites: BTreeSet<String> =
        lines("appointments", &["site"]).into_iter().flatten().filter(|site| site.len() > 8).collect();
    let mut looked = 0;
    for line in names.iter().step_by(97) {
        let patient = json(&[&line[0]]);
        let mut ids = vec![line[0].clone()];
        for kind in ["referrals", "appointments"] {
            ids.extend(
                patient[kind]
                    .as_array()
                    .into_iter()
                    .flatten()
                    .take(2)
                    .map(|of| of["id"].as_str().expect("an id").to_owned()),
            );
        }
        for id in &ids {
            let (page, document) = (page(&[id]), json(&[id]).to_string());
            assert!(!page.contains('\u{1b}'), "what is piped is plain");
            let is_row = |line: &str| line.contains(".csv:") || line.contains(".xlsx:") || line.contains(".tsv:");
            let wide: Vec<&str> = page.lines().filter(|line| line.chars().count() > 80 && !is_row(line)).collect();
            assert_eq!(wide, Vec::<&str>::new());
            for text in [&page, &document] {
                let words: BTreeSet<&str> =
                    text.split(|letter: char| !letter.is_alphanumeric() && letter != '\'').collect();
                for name in line[1..3].iter().filter(|name| name.len() > 3) {
                    assert!(!words.contains(name.as_str()), "{id} is told with a name");
                }
                let told: Vec<&&str> = secrets.iter().filter(|secret| text.contains(**secret)).collect();
                assert!(told.is_empty(), "{id} is told with {} values", told.len());
                assert!(!sites.iter().any(|site| text.contains(site.as_str())), "{id} is told with a place");
            }
            looked += 1;
        }
    }
    assert!(looked > 30 && secrets.len() > 1_000 && !sites.is_empty(), "{looked}");
}

#[test]
fn what_there_is_not_is_2_with_the_nearest() {
    let id = &lines("patients", &["patient_id"])[0][0];
    let last = if id.ends_with('0') { "1" } else { "0" };
    let slip = format!("{}{last}", &id[..id.len() - 1]);
    let said = handover(example_run(), &["explain", PACKAGE, &slip]);
    assert_eq!((said.code, said.out.as_str()), (2, ""));
    assert!(said.err.contains(&format!("nearest: {id}")), "{}", said.err);
    let refused = |arguments: &[&str]| handover(example_run(), &[&["explain", PACKAGE], arguments].concat()).refusal();
    assert_snapshot!(refused(&["figure:referals.cohort.closed"]), @r"
    2
    error: referals.cohort.closed is no figure of this package
      next: nearest: referrals.cohort.closed, referrals.cohort.diagnostics, referrals.clock-settled
    ");
    assert_snapshot!(refused(&["datix:99999"]), @r"
    2
    error: datix:99999 is no row of this package
      next: that sheet has the rows 1 to 16
    ");
    assert_snapshot!(refused(&["dati:3"]), @r"
    2
    error: dati:3 is no row of this package
      next: write it as source:file:sheet:row; nearest sources: datix
    ");
    assert_snapshot!(refused(&["nonsense"]), @r"
    2
    error: nonsense is no id of a package
      next: give a patient (P-…), a referral (R-…), an appointment (A-…), a figure (figure:NAME), a row (source:file:sheet:row), or two rows or two patients, one after the other
    ");
    assert_snapshot!(refused(&[id, "R-1"]), @r"
    2
    error: two ids are a pair where both are rows or both are patients
      next: give a patient (P-…), a referral (R-…), an appointment (A-…), a figure (figure:NAME), a row (source:file:sheet:row), or two rows or two patients, one after the other
    ");
    assert_snapshot!(refused(&[id, id]).replace(id.as_str(), "[id]"), @r"
    2
    error: [id] is one patient, given twice
      next: give two patients, or one alone
    ");
    let document = handover(example_run(), &["explain", PACKAGE, "A-1", "--json"]);
    assert_eq!((document.code, &document.json()["ok"]), (2, &Value::Bool(false)));
    for arguments in [&["explain"][..], &["explain", PACKAGE], &["explain", PACKAGE, "P-1", "P-2", "P-3"]] {
        assert_eq!(handover(example_run(), arguments).code, 2, "{arguments:?}");
    }
}

#[test]
fn a_package_that_was_changed_or_is_none_is_3() {
    let place = Transition::clinic();
    assert_eq!(place.handover(&["run", "--quiet", "--out", "made"]).code, 0);
    let patients = fs::read_to_string(place.path().join("made/data/tables/patient_records.csv")).expect("a table");
    let id = patients.split(',').find(|cell| cell.starts_with("P-")).expect("an id").to_owned();
    assert_eq!(place.handover(&["explain", "made", &id]).code, 0);
    place.edit("made/data/tables/pairs.csv", "left_source", "left_sauce");
    assert_snapshot!(place.handover(&["explain", "made", &id]).refusal(), @r"
    3
    error: made/data/tables/pairs.csv: the file is not what it was when the package was sealed
      next: do not trust it: handover verify says what is wrong; restore it, or run the transition again
    ");
    assert_snapshot!(place.handover(&["explain", "sources", &id]).refusal(), @r"
    3
    error: sources/manifest-sha256.txt: cannot be read
      No such file or directory (os error 2)
      next: give the folder that holds bagit.txt, as handover run names it
    ");
    place.edit("made/manifest-sha256.txt", "data/tables/pairs.csv", "data/tables/apirs.csv");
    assert_eq!(place.handover(&["explain", "made", &id]).code, 3);
}

#[test]
fn reasons_are_documented() {
    let empty = Transition::empty();
    assert_snapshot!(empty.handover(&["explain", "--reason", "date-impossible"]).out, @r"
    date-impossible
      what it means      The value has a date's form but is no day of the calendar.
      severity           warning: a value was left out or repaired, or needs a
                         person's eye; the row is used
      what to do         Ask the provider for the date.
      its rows           handover check --reason date-impossible before a run;
                         tables/exceptions.csv after it
    ");
    assert_snapshot!(empty.handover(&["explain", "--reason", "date-imposible"]).refusal(), @r"
    2
    error: --reason date-imposible: there is no such reason
      next: nearest: date-impossible, date-implausible, date-serial
    ");
    let all = empty.handover(&["explain", "--reason", "--json"]).json();
    let slugs: Vec<&str> =
        all["reasons"].as_array().expect("a list").iter().map(|one| one["reason"].as_str().expect("a slug")).collect();
    assert_eq!(slugs, Reason::ALL.iter().map(|reason| reason.slug()).collect::<Vec<_>>());
    let page = empty.handover(&["explain", "--reason"]).out;
    assert!(Reason::ALL.iter().all(|reason| page.contains(reason.slug())));
    let counted = handover(example_run(), &["explain", PACKAGE, "--reason", "nhs-number-check-digit", "--json"]).json();
    let sum: u64 =
        counted["sources"].as_array().expect("a list").iter().map(|one| one["count"].as_u64().expect("a count")).sum();
    let found = lines("exceptions", &["reason"]).iter().filter(|line| line[0] == "nhs-number-check-digit").count();
    assert_eq!((sum, counted["severity"].as_str()), (found as u64, Some("warning")));
    assert!(sum > 0);
}

/// One person on two lists, somebody else of that address, and a booking with a letter that says otherwise.
fn small() -> Transition {
    let small = Transition::empty();
    small.write(
        "handover.toml",
        &(crate::transition::two_providers(
            "Small",
            &[["one", "one.csv", "RNU", "SystmOne"], ["two", "two.csv", "RTH", "PAS"]],
        ) + LETTERS),
    );
    small.write("mappings/plain.toml", MAPPING);
    small.write("sources/one.csv", &format!("{HEAD}{ONE}"));
    small.write("sources/two.csv", &format!("{HEAD}{TWO}"));
    small.write("sources/letters.csv", &format!("{HEAD}{NEWS}"));
    small.write("commitment.key", &format!("# EXAMPLE KEY\n{}\n", "07".repeat(32)));
    assert_eq!(small.handover(&["run", "--quiet", "--out", "made"]).code, 0);
    small
}

const LETTERS: &str = "\n[[source]]\nid = \"letters\"\npath = \"sources/letters.csv\"\nmapping = \"mappings/plain.toml\"\n\
                       provider = \"RNU\"\nsystem = \"Post\"\nstanding = \"evidence\"\nevidence = \"letter\"\n";
const MAPPING: &str = r#"[file]
dates = ["%d/%m/%Y", "%d/%m/%Y %H:%M"]

[person]
local_id = "Id"
nhs_number = "NHS"
family_name = "Surname"
given_name = "Forename"
date_of_birth = "DOB"
postcode = "Postcode"

[referral]
local_id = "Ref"
received = "Received"
priority = "Priority"
triage_priority = "Triage"
specialty = "Specialty"
condition = "Condition"
close_reason = "Why"
closed = "Closed"

[appointment]
local_id = "Appt"
referral_local_id = "Ref"
starts = "Starts"
site = "Site"
"#;
const HEAD: &str = "Id,NHS,Surname,Forename,DOB,Postcode,Ref,Received,Priority,Triage,Specialty,Condition,Why,Closed,Appt,Starts,Site\n";
const ONE: &str = "1,9990000018,Quillfeather,Maude,03/02/1961,OX4 1AB,R1,02/05/2017,urgent,routine,Physiotherapy,Knee pain,records lost,01/06/2017,A1,04/10/2017 09:30,RAA09\n\
    1,9990000018,Quillfeather,Maude,03/02/1961,OX4 1AB,R2,03/07/2017,routine,,Physiotherapy,Knee pain,,,A2,18/10/2017 09:30,RAA09\n\
    2,,Thistlewood,Ambrose,14/11/1948,OX4 1AB,R3,04/07/2017,routine,,Pain,Back pain,,,,,\n";
const TWO: &str =
    "77,9990000018,Quillfeather,Maud,02/03/1961,OX4 1AB,X9,10/01/2017,routine,,Rheumatology,Wrist pain,,,,,\n";
const NEWS: &str = ",9990000018,Quillfeather,Maude,03/02/1961,OX4 1AB,,,,,,,,,,04/10/2017 10:30,RAA09\n";

/// What a page says, with ids named in the order in which they come, and without what the trained model gives: how often
/// things are seen, what they are worth, how probable that makes it.
fn without_numbers(page: &str) -> String {
    let mut ids: Vec<String> = Vec::new();
    let lines = page.lines().map(|line| {
        let mut line = unweighed(line);
        for id in line.split([' ', ',', ';']).filter(|word| is_id(word)).map(str::to_owned).collect::<Vec<String>>() {
            if !ids.contains(&id) {
                ids.push(id.clone());
            }
            let place = ids.iter().position(|known| *known == id).expect("it is there now");
            line = line.replace(&id, &format!("[{}{place}]", &id[..1]));
        }
        line
    });
    lines.collect::<Vec<String>>().join("\n")
}

fn unweighed(line: &str) -> String {
    let last = line.split(' ').next_back().unwrap_or_default();
    if line.starts_with("  ") && last.contains('.') && last.starts_with(['+', '-']) {
        let found: String = line.chars().take(49).collect();
        return format!("{} {}", found.trim_end(), &last[..1]);
    }
    let is_share = |word: &str| {
        word.trim_matches(['(', ')', ';', '+', '-', ',']).starts_with("0.") || word.starts_with(['+', '-'])
    };
    line.split(' ').map(|word| if is_share(word) { "#" } else { word }).collect::<Vec<&str>>().join(" ")
}

fn is_id(word: &str) -> bool {
    word.len() == 18 && ["P-", "R-", "A-"].iter().any(|kind| word.starts_with(kind))
}

#[test]
fn pages_as_a_person_reads_them() {
    let small = small();
    let page = |arguments: &[&str]| {
        let said = small.handover(&[&["explain", "made"], arguments].concat());
        assert_eq!((said.code, said.err.as_str()), (0, ""), "{arguments:?}");
        without_numbers(&said.out)
    };
    let table = |name: &str, columns: &[&str]| {
        crate::transition::columns(
            &fs::read(small.path().join(format!("made/data/tables/{name}.csv"))).expect("a table"),
            columns,
        )
    };
    let row = small.handover(&["explain", "made", "two:2", "--json"]).json();
    let patient = row["patient"]["id"].as_str().expect("a patient").to_owned();
    assert_snapshot!("explained_patient", page(&[&patient]));
    assert_snapshot!("explained_pair", page(&["one:2", "two:2"]));
    assert_snapshot!("explained_row", page(&["one:3"]));
    let again = table("referrals", &["clock_rule", "referral_id"]);
    let again = again.iter().find(|line| line[0] == "original-kept").expect("a repeat");
    assert_snapshot!("explained_referral", page(&[&again[1]]));
    let conflict = table("appointments", &["classification", "appointment_id"]);
    let conflict = conflict.iter().find(|line| line[0] == "conflict").expect("a conflict");
    assert_snapshot!("explained_appointment", page(&[&conflict[1]]));
    assert_snapshot!("explained_figure", page(&["figure:referrals.clock.original-kept"]));
    // Nothing is said where nothing is to be said, and only one document where one is asked for.
    assert_eq!(small.handover(&["explain", "made", &patient, "--quiet"]).all(), "");
    assert_eq!(small.handover(&["explain", "made", &patient, "--json"]).json()["kind"], "patient");
}

#[test]
fn a_decision_that_applied_is_told() {
    let decided = Transition::copy_of(&crate::transition::fixtures().join("cases/decisions-of-every-kind/input"));
    assert_eq!(decided.handover(&["run", "--quiet", "--out", "made"]).code, 0);
    let events = columns(
        &fs::read(decided.path().join("made/data/tables/review_decisions.csv")).expect("a table"),
        &["event", "kind", "standing", "left_source", "left_file", "left_sheet", "left_row"],
    );
    let mut told = BTreeSet::new();
    for event in events.iter().filter(|event| !event[3].is_empty()) {
        let row = event[3..].join(":");
        let document = decided.handover(&["explain", "made", &row, "--json"]).json();
        let decisions = document["decisions"].as_array().unwrap_or_else(|| panic!("{document}"));
        let number: u64 = event[0].parse().expect("a number");
        let found = decisions.iter().find(|one| one["event"] == number).expect("the decision about the row");
        assert_eq!((&found["kind"], &found["standing"]), (&event[1].as_str().into(), &event[2].as_str().into()));
        told.insert(event[1].clone());
    }
    assert!(told.len() > 3, "{told:?}");
}
