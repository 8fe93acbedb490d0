//! Ids through a chain of packages, each of which names the one before as `previous`: a source is added whose provider
//! comes first, one decision makes two patients one, another makes one patient two, an extract is corrected.

use crate::transition::{PEOPLE, Transition, columns, files, listed, two_providers};
use handover::decisions::{self, Act, Answer, Entry, RowName, ShownRow};
use handover::values::{CommitmentKey, Digest};
use handover::verify::{Options, verify};
use std::collections::BTreeMap;
use std::fs;

const HOSPITAL_SOURCE: [&str; 4] = ["hospital", "hospital*.csv", "RTH", "PAS"];
const CLINIC_SOURCE: [&str; 4] = ["clinic", "clinic.csv", "RNU", "SystmOne"];
const MAPPING: &str = r#"[file]
dates = ["%d/%m/%Y"]

[person]
local_id = "Patient"
nhs_number = "NHS"
family_name = "Surname"
given_name = "Forename"
date_of_birth = "Born"
phone = "Phone"

[referral]
local_id = "Referral"
received = "Received"
specialty = "Specialty"

[appointment]
local_id = "Appointment"
starts = { column = "Starts", dates = ["%d/%m/%Y %H:%M"] }
"#;
const HEADER: &str = "Patient,NHS,Surname,Forename,Born,Phone,Referral,Received,Specialty,Appointment,Starts\n";
/// Three patients: the second has no number and is keyed twice, so differently that only a person can say it is one.
const HOSPITAL: [&str; 4] = [
    "5,9990001006,Quillfeather,Maude,03/02/1961,,H1,01/06/2017,Physiotherapy,HA1,12/10/2017 09:30\n",
    "6,9990001014,Thistlewood,Ambrose,14/11/1948,,H2,05/06/2017,Physiotherapy,HA2,19/10/2017 10:00\n",
    "7,,Pennywort,Isolde,12/03/1970,,H3,07/06/2017,Physiotherapy,HA3,20/10/2017 11:00\n",
    "8,,Fotheringay,Beatrix,30/06/1955,,H4,08/06/2017,Podiatry,HA4,23/10/2017 14:00\n",
];
const CLINIC_ROWS: &str = "1,9990001006,Quillfeather,Maude,03/02/1961,,C1,03/07/2017,Podiatry,CA1,13/10/2017 09:00\n\
                           2,9990001448,Marlow,Ida,01/02/1980,,C2,04/07/2017,Podiatry,CA2,16/10/2017 09:00\n";
const KEY: &str = "# EXAMPLE KEY\n0707070707070707070707070707070707070707070707070707070707070707\n";

type Package = BTreeMap<String, Vec<u8>>;

fn hospital() -> Transition {
    let chain = Transition::empty();
    chain.write("handover.toml", &two_providers("Chain", &[HOSPITAL_SOURCE]));
    chain.write("mappings/plain.toml", MAPPING);
    chain.write("sources/hospital.csv", &(HEADER.to_owned() + &HOSPITAL.concat()));
    chain.write("commitment.key", KEY);
    chain
}

/// The same, with the clinic listed as well.
fn with_clinic(chain: &Transition) {
    chain.write("sources/clinic.csv", &(HEADER.to_owned() + CLINIC_ROWS));
    let config = fs::read_to_string(chain.path().join("handover.toml")).expect("text");
    chain.write("handover.toml", &(config + &listed(&CLINIC_SOURCE)));
}

/// Names the package before.
fn follow(chain: &Transition, package: &str) {
    let config = fs::read_to_string(chain.path().join("handover.toml")).expect("text");
    let kept: Vec<&str> = config.lines().filter(|line| !line.starts_with("previous")).collect();
    let line = format!("as_at = 2017-09-30\nprevious = \"{package}\"");
    chain.write("handover.toml", &(kept.join("\n").replace("as_at = 2017-09-30", &line) + "\n"));
}

/// Runs, and has every check of the package pass.
fn run(chain: &Transition, out: &str) -> Package {
    let said = chain.handover(&["run", "--out", out]);
    assert_eq!(said.code, 0, "{}", said.err);
    let options = Options { sources: Some(chain.path().to_owned()), key: Some(chain.path().join("commitment.key")) };
    let verdict = verify(&chain.path().join(out), &options).expect("a folder");
    assert!(verdict.passed(), "{:?}", verdict.problems().collect::<Vec<_>>());
    files(&chain.path().join(out))
}

/// The patient, the referral and the appointment of a row.
fn ids_of(package: &Package, source: &str, row: u32) -> [String; 3] {
    let tables = [("patient_records", "patient_id"), ("referral_records", "referral_id")];
    let tables = [tables[0], tables[1], ("appointment_records", "appointment_id")];
    tables.map(|(table, id)| {
        let lines = columns(&package[&format!("data/tables/{table}.csv")], &["source", "row", id]);
        let of_row = lines.into_iter().find(|line| line[0] == source && line[1] == row.to_string());
        of_row.unwrap_or_else(|| panic!("{table} has {source}:{row}")).remove(2)
    })
}

fn changes(package: &Package) -> Vec<Vec<String>> {
    columns(&package["data/tables/id_changes.csv"], &["kind", "id", "change", "into", "rows"])
}

fn change(kind: &str, id: &str, change: &str, into: &str, rows: u32) -> Vec<String> {
    [kind, id, change, into, &rows.to_string()].map(str::to_owned).into()
}

fn decide(chain: &Transition, package: &Package, answer: Answer, rows: [(&str, u32); 2]) {
    let lines = columns(&package["data/tables/patient_records.csv"], &["source", "file", "sheet", "row", "row_sha256"]);
    let named = |(source, row): (&str, u32)| {
        lines.iter().find(|line| line[0] == source && line[3] == row.to_string()).expect("a row").clone()
    };
    decide_rows(chain, answer, rows.map(named));
}

/// The same of rows as a package has them: source, file, sheet, row, digest.
fn decide_rows(chain: &Transition, answer: Answer, rows: [Vec<String>; 2]) {
    let key = CommitmentKey::parse(KEY.as_bytes()).expect("a key");
    let shown = rows.map(|line| {
        let row = line[3].parse().expect("a number");
        let digest = Digest::from_hex(&line[4]).expect("a digest");
        let name = RowName { source: line[0].clone(), file: line[1].clone(), sheet: line[2].clone(), row };
        ShownRow { name, commitment: key.commit_row(&digest).to_string() }
    });
    let entry = Entry {
        at: "2017-09-25T10:22:05Z".into(),
        who: "a records officer".into(),
        note: String::new(),
        model: None,
        rows: shown.into(),
        act: Act::Pair(answer),
    };
    let path = chain.path().join("decisions.jsonl");
    decisions::append::<decisions::Error>(&path, |_| Ok(vec![entry])).expect("recorded");
}

#[test]
fn ids_live_on_through_an_addition_a_merge_and_a_split() {
    let chain = hospital();
    let first = run(&chain, "packages/0001");
    assert_eq!(changes(&first), Vec::<Vec<String>>::new(), "without an earlier package the table is there and empty");
    let [maude, ambrose, isolde, beatrix] = [2, 3, 4, 5].map(|row| ids_of(&first, "hospital", row));

    // RNU comes before RTH, so the clinic's local id is now the smallest of Maude's. And two patients become one.
    with_clinic(&chain);
    let fresh = run(&chain, "fresh");
    assert_ne!(ids_of(&fresh, "hospital", 2)[0], maude[0], "the anchor has changed");
    follow(&chain, "packages/0001");
    decide(&chain, &first, Answer::Same, [("hospital", 4), ("hospital", 5)]);
    let second = run(&chain, "packages/0002");
    assert_eq!(ids_of(&second, "hospital", 2), maude);
    assert_eq!(ids_of(&second, "clinic", 2)[0], maude[0]);
    assert_eq!(ids_of(&second, "hospital", 3), ambrose);
    let (lives, ended) = (isolde[0].clone().min(beatrix[0].clone()), isolde[0].clone().max(beatrix[0].clone()));
    for row in [4, 5] {
        assert_eq!(ids_of(&second, "hospital", row)[0], lives, "of equals the smaller id");
    }
    assert_eq!(changes(&second), [change("patient", &ended, "merged", &lives, 1)]);

    // One patient becomes two. Who was merged stays gone, though it is never said again that it was.
    follow(&chain, "packages/0002");
    decide(&chain, &second, Answer::Different, [("hospital", 2), ("clinic", 2)]);
    let third = run(&chain, "packages/0003");
    assert_eq!(ids_of(&third, "hospital", 2), maude, "the id was made of the hospital's number");
    let split = ids_of(&third, "clinic", 2);
    assert_eq!(split[1..], ids_of(&second, "clinic", 2)[1..], "referrals and appointments stay");
    let mut expected =
        vec![change("patient", &maude[0], "split", &split[0], 1), change("patient", &ended, "ended-before", &lives, 1)];
    expected.sort();
    assert_eq!(changes(&third), expected);

    // The merge is taken back: the part that left gets an id that nobody ever had.
    follow(&chain, "packages/0003");
    decide(&chain, &third, Answer::Different, [("hospital", 4), ("hospital", 5)]);
    let fourth = run(&chain, "packages/0004");
    let parts = [4, 5].map(|row| ids_of(&fourth, "hospital", row)[0].clone());
    assert!(parts.contains(&lives) && !parts.contains(&ended), "{parts:?}");
    let before = changes(&fourth).into_iter().filter(|line| line[2] == "ended-before");
    assert_eq!(before.collect::<Vec<_>>(), [change("patient", &ended, "ended-before", &lives, 1)]);
}

#[test]
fn a_corrected_extract_moves_rows_and_changes_some() {
    let chain = hospital();
    let first = run(&chain, "packages/0001");
    follow(&chain, "packages/0001");
    fs::remove_file(chain.path().join("sources/hospital.csv")).expect("removed");
    // Another name, turned round, one row corrected, one gone, one new.
    let corrected = HOSPITAL[0].replace(",,H1", ",01632 960001,H1");
    let new = "9,9990001448,Marlow,Ida,01/02/1980,,H5,04/07/2017,Podiatry,HA5,16/10/2017 09:00\n";
    let rows = [HOSPITAL[2], &corrected, new, HOSPITAL[1]];
    chain.write("sources/hospital_2.csv", &(HEADER.to_owned() + &rows.concat()));
    let second = run(&chain, "packages/0002");
    for (before, now) in [(2, 3), (3, 5), (4, 2)] {
        assert_eq!(ids_of(&second, "hospital", now), ids_of(&first, "hospital", before), "row {before}");
    }
    let gone = ids_of(&first, "hospital", 5);
    let kinds = ["appointment", "patient", "referral"];
    let ended = [2, 0, 1].map(|place: usize| gone[place].clone());
    let mut found = changes(&second);
    found.sort();
    assert_eq!(found, [0, 1, 2].map(|place| change(kinds[place], &ended[place], "ended", "", 0)));
    let new = ids_of(&second, "hospital", 4);
    assert!((2..=5).all(|row| !ids_of(&first, "hospital", row).contains(&new[0])));
}

#[test]
fn the_same_bytes_on_any_number_of_threads_and_in_any_order_of_sources() {
    let chain = hospital();
    run(&chain, "packages/0001");
    with_clinic(&chain);
    follow(&chain, "packages/0001");
    let made = run(&chain, "packages/0002");
    for threads in ["1", "3"] {
        let out = format!("on-{threads}");
        assert_eq!(chain.handover(&["run", "--quiet", "--threads", threads, "--out", &out]).code, 0);
        assert!(files(&chain.path().join(&out)) == made, "{threads} threads");
    }
    let config = fs::read_to_string(chain.path().join("handover.toml")).expect("text");
    let parts: Vec<&str> = config.split("[[source]]").collect();
    chain.write(
        "handover.toml",
        &[parts[0], parts[2], "\n", parts[1]].join("[[source]]").replace("[[source]]\n[[", "[["),
    );
    assert_eq!(chain.handover(&["run", "--quiet", "--out", "turned"]).code, 0);
    assert!(files(&chain.path().join("turned")) == made, "sources turned round");
}

#[test]
fn the_run_says_what_became_of_the_ids() {
    let chain = hospital();
    let first = chain.handover(&["run"]);
    assert!(!first.out.contains("Ids of"), "{}", first.out);
    with_clinic(&chain);
    follow(&chain, "packages/0001");
    let said = chain.handover(&["run"]);
    assert!(!said.out.contains("previous"), "it is acted upon: {}", said.out);
    let line = said.out.lines().find(|line| line.starts_with("Ids of patients")).expect("a line");
    let words: Vec<&str> = line.split_whitespace().collect();
    assert_eq!(words.join(" "), "Ids of patients 4 carried, 1 new, 0 merged, 0 split, 0 ended");
    let json = chain.handover(&["run", "--json", "--out", "again"]).json();
    assert_eq!(json["ids"]["referrals"]["carried"], 4);
    assert_eq!(json["ids"]["appointments"]["new"], 2);
}

#[test]
fn an_earlier_package_that_cannot_be_relied_on_is_refused() {
    let chain = hospital();
    run(&chain, "packages/0001");
    follow(&chain, "packages/0009");
    insta::assert_snapshot!(chain.handover(&["run"]).refusal(), @r"
    3
    error: the earlier package cannot be used
      packages/0009/manifest-sha256.txt: cannot be read
      No such file or directory (os error 2)
      next: give the folder of a package (or name one as transition.previous) that may be read
    ");
    follow(&chain, "packages/0001");
    let table = "packages/0001/data/tables/patient_records.csv";
    let bytes = fs::read_to_string(chain.path().join(table)).expect("text");
    chain.write(table, &bytes.replace(",alone", ",model"));
    insta::assert_snapshot!(chain.handover(&["run"]).refusal(), @r"
    3
    error: the earlier package cannot be used
      packages/0001/data/tables/patient_records.csv: the file is not what it was when the package was sealed
      next: check it with handover verify, or run that transition again for another package
    ");
    chain.write(table, &bytes);
    chain.write("commitment.key", &KEY.replace("07", "08"));
    insta::assert_snapshot!(chain.handover(&["run"]).refusal(), @r"
    2
    error: the earlier package cannot be used
      packages/0001: made with another commitment key, or its manifest was changed since
      next: restore the key that the package was made with (ids are made from it), or take transition.previous out
    ");
    chain.write("commitment.key", KEY);
    chain.write("packages/0001/head.json", "{}");
    insta::assert_snapshot!(chain.handover(&["run"]).refusal(), @r"
    3
    error: the earlier package cannot be used
      packages/0001/head.json: this is not a package that this version can read
      next: check it with handover verify, or run that transition again for another package
    ");
}

const PEOPLE_HEADER: &str = "NHS,Surname,Forename,Born,Sex,Postcode,Mobile\n";

/// So many people of a county that nobody lives in, from one on: a row of each for the clinic and one for the hospital, in which
/// every tenth has a slip.
fn people(from: u32, count: u32) -> [String; 2] {
    let row = |person: u32, slip: &str| {
        let roll = |salt: u32, among: u32| {
            let mixed = (person * 8 + salt + 1).wrapping_mul(2_654_435_761);
            ((mixed ^ mixed >> 15).wrapping_mul(2_246_822_519) >> 8) % among
        };
        let family = ["Quill", "Thistle", "Penny", "Fother", "Maple", "Oaken"][roll(1, 6) as usize];
        let given = ["Maude", "Ambrose", "Isolde", "Beatrix", "Cuthbert"][roll(2, 5) as usize];
        let born = format!("{:02}/{:02}/{}", 2 + roll(3, 26), 1 + roll(4, 12), 1940 + roll(5, 60));
        let sex = if matches!(given, "Ambrose" | "Cuthbert") { "M" } else { "F" };
        let postcode = format!("TH{} {}AB", 1 + roll(6, 20), roll(7, 10));
        format!(",{family}wort{slip},{given},{born},{sex},{postcode},07700 9{:05}\n", person)
    };
    let of = |slips: bool| {
        let all = from..from + count;
        all.map(|person| row(person, if slips && person % 10 == 0 { "h" } else { "" })).collect::<String>()
    };
    [of(false), of(true)]
}

/// Isolde as the hospital had her before she married, and as the clinic has her since; the next row says that both are one.
const BEFORE: &str = "9990001014,Pennyroyal,Isolde,12/03/1970,F,TH1 5JK,\n";
const SINCE: &str = ",Marlow,Isolde,12/03/1970,F,TH9 7LM,07700 900003\n";
const BOTH: &str = "9990001014,Marlow,Isolde,12/03/1970,F,TH9 7LM,07700 900003\n";

#[test]
fn by_a_saved_model_new_rows_join_and_leave_earlier_ids_as_they_were() {
    let chain = Transition::empty();
    let clinic = ["clinic", "clinic*.csv", "RNU", "SystmOne"];
    let hospital = ["hospital", "hospital*.csv", "RTH", "PAS"];
    let write = |name: &str, rows: &[&str]| chain.write(name, &(PEOPLE_HEADER.to_owned() + &rows.concat()));
    chain.write("handover.toml", &two_providers("Growing", &[clinic, hospital]));
    chain.write("mappings/plain.toml", PEOPLE);
    chain.write("commitment.key", KEY);
    let [one, two] = people(0, 200);
    write("sources/clinic.csv", &[SINCE, &one]);
    write("sources/hospital.csv", &[BEFORE, &two]);
    let first = run(&chain, "packages/0001");
    let patient = |package: &Package, source: &str, row: u32| {
        let lines = columns(&package["data/tables/patient_records.csv"], &["source", "file", "row", "patient_id"]);
        let file = format!("sources/{source}.csv");
        let of_row = lines.into_iter().find(|line| line[1] == file && line[2] == row.to_string());
        of_row.unwrap_or_else(|| panic!("{source}:{row}")).remove(3)
    };
    let [since, before] = ["clinic", "hospital"].map(|source| patient(&first, source, 2));
    assert_ne!(since, before, "nothing yet says that they are one");

    // As much again is added, with what makes one of two, and a row that a person keeps out.
    let [more, other] = people(200, 200);
    let third = people(7, 1)[0].clone();
    write("sources/clinic_2.csv", &[&more]);
    write("sources/hospital_2.csv", &[BOTH, &third, &other]);
    follow(&chain, "packages/0001");
    let config = fs::read_to_string(chain.path().join("handover.toml")).expect("text");
    chain.write("handover.toml", &(config + "\n[link]\nmodel = \"packages/0001/data/audit/model.json\"\n"));
    let second = run(&chain, "packages/0002");
    assert_eq!(second["data/audit/model.json"], first["data/audit/model.json"], "it is used as it is");
    let (lives, ended) = (since.clone().min(before.clone()), since.max(before));
    for (source, row) in (2..=201).flat_map(|row| [("clinic", row), ("hospital", row)]) {
        let expected = if row == 2 { lives.clone() } else { patient(&first, source, row) };
        assert_eq!(patient(&second, source, row), expected, "{source}:{row}");
    }
    assert_eq!(patient(&second, "hospital_2", 2), lives);
    assert_eq!(patient(&second, "hospital_2", 3), patient(&first, "clinic", 10), "a third row of an earlier patient");
    assert_eq!(patient(&second, "hospital_2", 4), patient(&second, "clinic_2", 2), "somebody new");
    assert_eq!(changes(&second), [change("patient", &ended, "merged", &lives, 1)]);

    // What a person says outranks the model, and the earlier patient keeps its id.
    follow(&chain, "packages/0002");
    let rows = columns(&second["data/tables/patient_records.csv"], &["source", "file", "sheet", "row", "row_sha256"]);
    let at = |file: &str, row: &str| rows.iter().find(|line| line[1] == file && line[3] == row).expect("a row").clone();
    decide_rows(&chain, Answer::Different, [at("sources/clinic.csv", "10"), at("sources/hospital_2.csv", "3")]);
    decide_rows(&chain, Answer::Different, [at("sources/hospital.csv", "10"), at("sources/hospital_2.csv", "3")]);
    let third = run(&chain, "packages/0003");
    assert_eq!(patient(&third, "clinic", 10), patient(&first, "clinic", 10));
    assert_eq!(patient(&third, "hospital", 10), patient(&first, "clinic", 10));
    assert_ne!(patient(&third, "hospital_2", 3), patient(&first, "clinic", 10));
}
