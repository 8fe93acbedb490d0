//! Whole-room tests: invented people in, patients out.

use super::*;
use crate::config::fields::person;
use crate::config::{Config, Field, Mapping, Standing};
use crate::decisions::{Act, Answer, Decisions, Effect, PairDecision, Placing, RowName, ShownRow, example};
use crate::ledger::Reason;
use crate::records::{PersonId, Records};
use crate::sources::{Origin, ReadAs, RowRef, Sheet, SourceFile};
use crate::values::{Digest, PartialDate};
use jiff::civil::Date;

/// One invented person: local id, NHS number (`old>new` where it is said to be superseded), family name, given name, birth date, sex, postcode, mobile.
pub(super) type Row<'a> = [&'a str; 8];

const FIELDS: [Field; 8] = [
    person::LOCAL_ID,
    person::NHS_NUMBER,
    person::FAMILY_NAME,
    person::GIVEN_NAME,
    person::DATE_OF_BIRTH,
    person::SEX,
    person::POSTCODE,
    person::MOBILE,
];

pub(super) fn config(standings: &[Standing]) -> Config {
    let toml = r#"
[transition]
name = "Test"
from = ["RNU"]
to = "NXX"
transfer_date = 2017-10-01
as_at = 2017-09-30
"#;
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::create_dir_all(folder.path()).expect("made");
    let mut text = toml.to_owned();
    for (place, _) in standings.iter().enumerate() {
        text.push_str(&format!(
            "[[source]]\nid = \"s{place}\"\npath = \"x.csv\"\nmapping = \"m.toml\"\nprovider = \"RNU\"\nsystem = \"S{place}\"\n"
        ));
    }
    std::fs::write(folder.path().join("handover.toml"), text).expect("written");
    std::fs::write(folder.path().join("m.toml"), "[person]\nfamily_name = \"Surname\"\n").expect("written");
    let mut config = crate::config::load(&folder.path().join("handover.toml")).expect("a good configuration");
    for (source, standing) in config.sources.iter_mut().zip(standings) {
        source.standing = *standing;
        source.mapping = Mapping::default();
    }
    config
}

pub(super) fn records(config: &Config, sources: &[&[Row<'_>]]) -> Records {
    let mut records = Records::empty();
    for (place, rows) in sources.iter().enumerate() {
        records.intake.files.push(file(place, rows.len()));
        for (number, row) in rows.iter().enumerate() {
            let at = RowRef::for_tests(place as u16, 0, number as u32 + 1);
            let record = records.people.push(at, records.people.len() as PersonId);
            for (field, value) in FIELDS.iter().zip(row) {
                let bits = if *field == person::DATE_OF_BIRTH {
                    value.parse::<Date>().ok().and_then(PartialDate::day).map_or(0, PartialDate::pack)
                } else {
                    records.texts.intern(value.split('>').next().unwrap_or_default()).place()
                };
                records.people.set_bits(*field, record, bits);
                if let Some((_, new)) = value.split_once('>') {
                    records.people.set_bits(person::SUPERSEDED_BY, record, records.texts.intern(new).place());
                }
            }
            records.source.push(place as u16);
            records.digest.push(Digest::of_cells(row.iter().copied()));
        }
    }
    assert_eq!(config.sources.len(), sources.len());
    records
}

fn file(place: usize, rows: usize) -> SourceFile {
    let sheet = Sheet {
        name: String::new(),
        rows: rows as u32,
        header_row: None,
        header_rows: 0,
        header: Vec::new(),
        hidden: false,
        mapped: true,
    };
    SourceFile {
        origin: Origin::Source(place),
        path: format!("{place}.csv"),
        bytes: 0,
        digest: Digest::of(b""),
        read_as: ReadAs::default(),
        sheets: vec![sheet],
    }
}

/// Two systems' worth of a county that nobody lives in, so that a model has something to be trained on: each person once in
/// each system, one in ten with a slip in the second.
pub(super) struct County {
    pub(super) rows: [Vec<[String; 8]>; 2],
}

/// The `n`th number of the test range that has a check digit.
pub(super) fn number(n: u64) -> String {
    (0..10)
        .map(|digit| format!("{}{digit}", 999_000_000 + n))
        .find(|text| text.parse::<crate::values::NhsNumber>().is_ok())
        .unwrap_or_default()
}

pub(super) fn county(people: u64) -> County {
    const GIVEN: [&str; 20] = [
        "Alice", "Brenda", "Carol", "Doris", "Elaine", "Fiona", "Greta", "Hazel", "Imogen", "Joyce", "Alan", "Boris",
        "Colin", "Desmond", "Edgar", "Fergus", "Graham", "Howard", "Ivan", "Julian",
    ];
    let mut rows = [Vec::new(), Vec::new()];
    for n in 0..people {
        let roll = |salt: u64, among: u64| super::blocking::mix(n * 31 + salt) % among;
        let family = format!("Fam{}", char::from(b'a' + roll(1, 26) as u8))
            + ["ton", "ley", "worth", "ham", "by"][roll(2, 5) as usize];
        let given = GIVEN[roll(3, 20) as usize];
        let born = format!("{}-{:02}-{:02}", 1930 + roll(4, 70), 1 + roll(5, 12), 2 + roll(6, 27));
        let postcode = format!("OX{} {}AB", 1 + roll(7, 20), roll(8, 10))
            .replace("AB", &format!("{}{}", char::from(b'D' + roll(9, 5) as u8), char::from(b'P' + roll(10, 5) as u8)));
        let sex = if roll(3, 20) < 10 { "female" } else { "male" };
        let mobile = format!("07700{:06}", roll(11, 1_000_000));
        let row = |system: usize, given: &str| -> [String; 8] {
            let has_number = roll(12 + system as u64, 10) > 0;
            [
                format!("{system}-{n}"),
                if has_number { number(n) } else { String::new() },
                family.clone(),
                given.into(),
                born.clone(),
                sex.into(),
                postcode.clone(),
                mobile.clone(),
            ]
        };
        rows[0].push(row(0, given));
        let slip = roll(20, 10) == 0;
        rows[1].push(row(1, &if slip { format!("{given}e") } else { given.to_owned() }));
    }
    County { rows }
}

/// Links the rows of interest, in two systems, among a county of others; gives the product and the records of interest.
pub(super) fn link_among(
    county: &County,
    one: &[Row<'_>],
    two: &[Row<'_>],
    decisions: &Decisions,
) -> (Linked, Vec<PersonId>, Vec<PersonId>) {
    let (linked, _, firsts, seconds) = link_by_model(county, one, two, decisions);
    (linked, firsts, seconds)
}

/// The same, with the model that was trained for it.
pub(super) fn link_by_model(
    county: &County,
    first: &[Row<'_>],
    second: &[Row<'_>],
    decisions: &Decisions,
) -> (Linked, LinkModel, Vec<PersonId>, Vec<PersonId>) {
    link_with(&config(&[Standing::Record, Standing::Record]), county, first, second, decisions)
}

/// The same under a configuration of two systems.
pub(super) fn link_with(
    config: &Config,
    county: &County,
    first: &[Row<'_>],
    second: &[Row<'_>],
    decisions: &Decisions,
) -> (Linked, LinkModel, Vec<PersonId>, Vec<PersonId>) {
    let join = |rows: &[Row<'_>], others: &[[String; 8]]| -> Vec<[String; 8]> {
        rows.iter().map(|row| row.map(String::from)).chain(others.iter().cloned()).collect()
    };
    let (one, two) = (join(first, &county.rows[0]), join(second, &county.rows[1]));
    let [one, two] =
        [&one, &two].map(|rows| rows.iter().map(|row| row.each_ref().map(String::as_str)).collect::<Vec<Row<'_>>>());
    let ids = |start: usize, count: usize| (start as PersonId..(start + count) as PersonId).collect();
    let prepared = prepare(config, records(config, &[&one, &two]), decisions);
    let model = train(&prepared);
    assert!(model.fits(&[]));
    (link(config, prepared, &model), model, ids(0, first.len()), ids(one.len(), second.len()))
}

#[track_caller]
fn check(first: Row<'_>, second: Row<'_>, joined: bool) -> Linked {
    let (linked, one, two) = link_among(&county(600), &[first], &[second], &Decisions::default());
    assert_eq!(linked.patient_of(one[0]) == linked.patient_of(two[0]), joined);
    linked
}

pub(super) const HANNAH: Row<'static> =
    ["0-h", "", "Dunmore", "Hannah", "1984-03-07", "female", "OX3 9QT", "07700111111"];

#[test]
fn twins_stay_two_and_the_same_shape_that_is_one_is_joined() {
    let (one, two) = (number(90_001), number(90_002));
    let twin = |given, number| ["1-h", number, "Dunmore", given, "1984-03-07", "female", "OX3 9QT", "07700111111"];
    let hannah = ["0-h", one.as_str(), "Dunmore", "Hannah", "1984-03-07", "female", "OX3 9QT", "07700111111"];
    check(hannah, twin("Hanna", two.as_str()), false);
    check(hannah, twin("Rebecca", ""), false);
    check(hannah, twin("Hanna", one.as_str()), true);
    check(HANNAH, twin("Hannah", ""), true);
}

#[test]
fn a_parent_and_a_child_of_one_name_stay_two() {
    check(HANNAH, ["1-h", "", "Dunmore", "Hannah", "2009-11-23", "female", "OX3 9QT", "07700111111"], false);
}

#[test]
fn two_verified_numbers_are_never_joined_however_much_agrees() {
    let (one, two) = (number(90_001), number(90_002));
    let row = |id, number| [id, number, "Dunmore", "Hannah", "1984-03-07", "female", "OX3 9QT", "07700111111"];
    let linked = check(row("0-h", one.as_str()), row("1-h", two.as_str()), false);
    let pair = linked.pairs.iter().find(|pair| pair.left == 0).expect("the pair is shown");
    assert_eq!(pair.reason, Some(Reason::NhsNumberConflict));
}

#[test]
fn an_equal_number_alone_joins_nobody() {
    let shared = number(90_001);
    let other = ["1-x", shared.as_str(), "Okonkwo", "Tunde", "1951-12-30", "male", "LS1 4DX", "07700222222"];
    let hannah = ["0-h", shared.as_str(), "Dunmore", "Hannah", "1984-03-07", "female", "OX3 9QT", "07700111111"];
    let linked = check(hannah, other, false);
    let pair = linked.pairs.iter().find(|pair| pair.left == 0).expect("the pair is shown");
    assert_eq!((pair.standing, pair.reason), (PairStanding::Review, Some(Reason::NhsNumberAlone)));
}

/// Whoever is here of one person, by the number that each row carries.
pub(super) const HANNAHS: [&str; 4] = ["Dunmore", "Hannah", "1984-03-07", "female"];

fn hannah<'a>(id: &'a str, number: &'a str, postcode: &'a str) -> Row<'a> {
    let [family, given, born, sex] = HANNAHS;
    [id, number, family, given, born, sex, postcode, ""]
}

fn pair_of(linked: &Linked, one: PersonId, two: PersonId) -> (PairStanding, Option<Reason>) {
    let pair = linked.pairs.iter().find(|pair| (pair.left, pair.right) == (one, two)).expect("the pair is shown");
    (pair.standing, pair.reason)
}

#[test]
fn a_superseded_number_speaks_of_who_holds_the_one_that_took_its_place() {
    let [a, b, c] = [90_001, 90_203, 90_403].map(number);
    let (ab, bc) = (format!("{a}>{b}"), format!("{b}>{c}"));
    let linked = check(hannah("0-h", &ab, "OX3 9QT"), hannah("1-h", &b, ""), true);
    assert!(matches!(linked.places[0], Place::Patient { joined_by: JoinedBy::NhsNumber, .. }));
    // What one system says of a number holds of it elsewhere, and along a chain.
    let first = [hannah("0-h", &ab, "OX3 9QT"), hannah("0-i", &bc, "")];
    let second = [hannah("1-h", &a, ""), hannah("1-i", &c, ""), hannah("1-j", &b, "LS1 4DX")];
    let (linked, one, two) = link_among(&county(200), &first, &second, &Decisions::default());
    let patient = linked.patient_of(one[0]);
    assert!(one.iter().chain(&two).all(|record| linked.patient_of(*record) == patient), "{:?}", linked.members);
}

#[test]
fn a_mistyped_supersession_joins_nobody_and_is_asked_about() {
    let [a, b] = [90_001, 90_203].map(number);
    let ab = format!("{a}>{b}");
    let old = hannah("0-h", &ab, "OX3 9QT");
    let other = |given, born, sex, postcode| ["1-x", b.as_str(), "Dunmore", given, born, sex, postcode, ""];
    for other in [
        ["1-x", b.as_str(), "Okonkwo", "Tunde", "1951-12-30", "male", "LS1 4DX", ""],
        other("Hanna", "1984-03-07", "female", "OX3 9QT"),
        other("H", "1984-03-07", "female", "OX3 9QT"),
        other("Hannah", "2009-11-23", "female", "OX3 9QT"),
        other("Hannah", "1984-03-19", "female", "OX3 9QT"),
        other("Hannah", "", "female", "OX3 9QT"),
        other("Hannah", "1984-03-07", "male", "OX3 9QT"),
    ] {
        let (linked, one, two) = link_among(&county(200), &[old], &[other], &Decisions::default());
        assert_ne!(linked.patient_of(one[0]), linked.patient_of(two[0]), "{other:?}");
        assert_eq!(pair_of(&linked, one[0], two[0]).0, PairStanding::Review, "{other:?}");
    }
}

#[test]
fn a_mistyped_supersession_joins_nobody_through_a_third_row() {
    let [a, b] = [90_001, 90_203].map(number);
    let ab = format!("{a}>{b}");
    let twin = ["0-h", ab.as_str(), "Dunmore", "Hanna", "1984-03-07", "female", "OX3 9QT", "07700111111"];
    let third = ["0-i", "", "Dunmore", "Hannah", "1984-03-07", "female", "OX3 9QT", "07700111111"];
    let hannah = ["1-h", b.as_str(), "Dunmore", "Hannah", "1984-03-07", "female", "OX3 9QT", "07700111111"];
    let (linked, one, two) = link_among(&county(200), &[twin, third], &[hannah], &Decisions::default());
    assert_ne!(linked.patient_of(one[0]), linked.patient_of(two[0]));
}

#[test]
fn what_two_systems_say_differently_of_a_number_is_asked_about() {
    let [a, b, c] = [90_001, 90_203, 90_403].map(number);
    let (ab, ac) = (format!("{a}>{b}"), format!("{a}>{c}"));
    let first = [hannah("0-h", &ab, "OX3 9QT"), hannah("0-i", &b, "OX3 9QT")];
    let (linked, one, two) = link_among(&county(200), &first, &[hannah("1-h", &ac, "OX3 9QT")], &Decisions::default());
    assert_eq!(linked.patient_of(one[0]), linked.patient_of(two[0]), "the number itself is still one");
    assert_ne!(linked.patient_of(one[0]), linked.patient_of(one[1]));
    assert_eq!(pair_of(&linked, one[0], one[1]), (PairStanding::Review, Some(Reason::NhsNumberConflict)));
}

#[test]
fn a_row_without_a_birth_date_does_not_keep_a_superseded_number_apart() {
    let [a, b] = [90_001, 90_203].map(number);
    let ab = format!("{a}>{b}");
    let letter = ["1-l", b.as_str(), "Dunmore", "Hannah", "", "", "OX3 9QT", ""];
    let second = [hannah("1-h", &b, "OX3 9QT"), letter, hannah("1-i", &b, "OX3 9QT")];
    let (linked, one, two) = link_among(&county(200), &[hannah("0-h", &ab, "OX3 9QT")], &second, &Decisions::default());
    assert!(two.iter().all(|record| linked.patient_of(*record) == linked.patient_of(one[0])), "{:?}", linked.members);
}

#[test]
fn slips_nicknames_and_moves_are_joined_where_enough_agrees() {
    let shared = number(90_001);
    let hannah = ["0-h", shared.as_str(), "Dunmore", "Elizabeth", "1984-03-07", "female", "OX3 9QT", "07700111111"];
    check(hannah, ["1-h", shared.as_str(), "Dunmore", "Liz", "1984-07-03", "female", "LS1 4DX", ""], true);
    check(hannah, ["1-h", shared.as_str(), "Married", "Elizabeth", "1984-03-07", "female", "LS1 4DX", ""], true);
    check(hannah, ["1-h", "", "Dunmoer", "Elizabeth", "1984-03-07", "female", "OX3 9QT", "07700111111"], true);
}

#[test]
fn one_local_id_on_two_people_is_two_patients_and_a_bare_reference_to_it_is_nobodys() {
    let thin: Row<'_> = ["shared", "", "", "", "", "", "", ""];
    let rows: [Row<'_>; 3] = [
        ["shared", "", "Dunmore", "Hannah", "1984-03-07", "female", "OX3 9QT", ""],
        ["shared", "", "Okonkwo", "Tunde", "1951-12-30", "male", "LS1 4DX", ""],
        thin,
    ];
    let (linked, one, _) = link_among(&county(100), &rows, &[], &Decisions::default());
    assert_ne!(linked.patient_of(one[0]), linked.patient_of(one[1]));
    match &linked.places[one[2] as usize] {
        Place::Unplaced { reason: Reason::PersonAmbiguous, candidates } => assert_eq!(candidates.len(), 2),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_bare_reference_finds_its_person_and_an_unknown_one_is_kept() {
    let rows: [Row<'_>; 3] = [
        ["a1", "", "Dunmore", "Hannah", "1984-03-07", "female", "OX3 9QT", ""],
        ["a1", "", "", "", "", "", "", ""],
        ["a2", "", "", "", "", "", "", ""],
    ];
    let (linked, one, _) = link_among(&county(100), &rows, &[], &Decisions::default());
    assert_eq!(linked.patient_of(one[0]), linked.patient_of(one[1]));
    assert!(matches!(linked.places[one[2] as usize], Place::Unplaced { reason: Reason::PersonNotFound, .. }));
}

#[test]
fn a_telephone_and_a_given_name_name_their_candidates() {
    let text: Row<'_> = ["", "", "", "Hannah", "", "", "", "+44 7700 111111"];
    let (linked, one, two) = link_among(&county(100), &[HANNAH], &[text], &Decisions::default());
    match &linked.places[two[0] as usize] {
        Place::Unplaced { candidates, .. } => {
            assert_eq!(candidates.as_slice(), [linked.patient_of(one[0]).expect("placed")])
        }
        other => panic!("{other:?}"),
    }
}

/// A row of one of the two systems, from 1.
fn row(file: usize, row: u32) -> RowName {
    RowName { source: format!("s{file}"), file: format!("{file}.csv"), sheet: String::new(), row }
}

/// A row of one of the two systems: (file, row).
pub(super) type At = (usize, u32);

/// What a person said of rows, each an event.
pub(super) fn said(answers: &[(At, At, Answer)]) -> Decisions {
    let pairs = (1..).zip(answers).map(|(event, (left, right, answer))| PairDecision {
        event,
        left: row(left.0, left.1),
        right: row(right.0, right.1),
        answer: *answer,
    });
    Decisions { pairs: pairs.collect(), ..Decisions::default() }
}

/// A person said of rows of the second system that they are nobody's.
pub(super) fn nobodys(rows: &[u32]) -> Decisions {
    let shown = |of: &u32| ShownRow { name: row(1, *of), commitment: String::new() };
    example::in_effect(rows.iter().map(|of| (Act::RowPlaced(Placing::Nobody), vec![shown(of)])))
}

#[test]
fn a_decision_outranks_the_model() {
    let county = county(200);
    let decided = |answer| said(&[((0, 1), (1, 1), answer)]);
    let same = ["1-h", "", "Dunmore", "Hannah", "1984-03-07", "female", "OX3 9QT", "07700111111"];
    let (linked, one, two) = link_among(&county, &[HANNAH], &[same], &decided(Answer::Different));
    assert_ne!(linked.patient_of(one[0]), linked.patient_of(two[0]));
    assert_eq!(linked.effects.of(1), Effect::KeptApart);
    let pair = linked.pairs.iter().find(|pair| pair.left == one[0] && pair.right == two[0]).expect("it is shown");
    assert_eq!((pair.standing, pair.reason), (PairStanding::Refused, Some(Reason::KeptApart)), "and no longer asked");

    let other = ["1-x", "", "Okonkwo", "Tunde", "1951-12-30", "male", "LS1 4DX", "07700222222"];
    let (linked, one, two) = link_among(&county, &[HANNAH], &[other], &decided(Answer::Same));
    assert_eq!(linked.patient_of(one[0]), linked.patient_of(two[0]));
    assert_eq!(linked.effects.of(1), Effect::Joined);
    assert!(matches!(linked.places[one[0] as usize], Place::Patient { joined_by: JoinedBy::Decision, .. }));
}

pub(super) const TEXT: Row<'static> = ["", "", "", "Hannah", "", "", "", "+44 7700 111111"];
pub(super) const BY_ID: Row<'static> = ["0-h", "", "", "", "", "", "", ""];
const TUNDE: Row<'static> = ["0-t", "", "Okonkwo", "Tunde", "1951-12-30", "male", "LS1 4DX", "07700222222"];

#[test]
fn a_row_without_a_patient_comes_to_the_one_that_a_person_names() {
    let decisions = said(&[((1, 1), (0, 2), Answer::Same), ((0, 3), (0, 2), Answer::Same)]);
    let (linked, one, two) = link_among(&county(100), &[HANNAH, TUNDE, BY_ID], &[TEXT, TEXT], &decisions);
    for record in [two[0], one[2]] {
        assert_eq!(linked.patient_of(record), linked.patient_of(one[1]));
        assert!(matches!(
            linked.places[record as usize],
            Place::Patient { joined_by: JoinedBy::Decision, probability: 1.0, .. }
        ));
    }
    assert_eq!([1, 2].map(|event| linked.effects.of(event)), [Effect::Placed; 2]);
    assert!(linked.patient_of(two[1]).is_none(), "of the same words nobody said anything");
}

#[test]
fn a_patient_that_a_person_ruled_out_is_no_candidate() {
    let decisions = said(&[((1, 1), (0, 1), Answer::Different), ((0, 2), (0, 1), Answer::Different)]);
    let (linked, one, two) = link_among(&county(100), &[HANNAH, BY_ID], &[TEXT], &decisions);
    for (record, reason) in [(two[0], Reason::PersonTooThin), (one[1], Reason::PersonDiffers)] {
        assert_eq!(linked.places[record as usize], Place::Unplaced { reason, candidates: vec![] });
    }
    assert_eq!([1, 2].map(|event| linked.effects.of(event)), [Effect::KeptApart; 2]);
}

#[test]
fn rows_that_a_person_says_are_two_are_not_placed_with_one_patient() {
    let decisions = said(&[((0, 2), (0, 3), Answer::Different)]);
    let (linked, one, _) = link_among(&county(100), &[HANNAH, BY_ID, BY_ID], &[], &decisions);
    let hannah = linked.patient_of(one[0]).expect("placed");
    for record in [one[1], one[2]] {
        let open = Place::Unplaced { reason: Reason::PersonAmbiguous, candidates: vec![hannah] };
        assert_eq!(linked.places[record as usize], open);
    }
    assert_eq!(linked.effects.of(1), Effect::KeptApart);
}

#[test]
fn what_a_person_says_is_nobodys_stays_open_and_names_nobody() {
    let (linked, _, two) = link_among(&county(100), &[HANNAH], &[TEXT], &nobodys(&[1]));
    let open = Place::Unplaced { reason: Reason::PlacedNobody, candidates: vec![] };
    assert_eq!(linked.places[two[0] as usize], open);
    assert_eq!(linked.effects.of(1), Effect::LeftOut);
}

/// One local id on two rows each: that the first of each are one and the second of each are two cannot both hold of the ids.
#[test]
fn a_local_id_never_joins_through_what_a_person_keeps_apart() {
    let hannah = |id| [id, "", "Dunmore", "Hannah", "1984-03-07", "female", "OX3 9QT", "07700111111"];
    let decisions = said(&[((0, 1), (1, 1), Answer::Same), ((0, 2), (1, 2), Answer::Different)]);
    let (linked, one, two) =
        link_among(&county(200), &[hannah("0-h"), hannah("0-h")], &[hannah("1-h"), hannah("1-h")], &decisions);
    assert_eq!(linked.patient_of(one[0]), linked.patient_of(two[0]));
    assert_ne!(linked.patient_of(one[1]), linked.patient_of(two[1]));
}

#[test]
fn a_row_without_details_does_not_bring_together_what_is_kept_apart() {
    let other = ["1-x", "", "Okonkwo", "Tunde", "1951-12-30", "male", "LS1 4DX", "07700222222"];
    // The text is of both: then both are one.
    let decisions = said(&[((1, 1), (0, 1), Answer::Same), ((1, 1), (1, 2), Answer::Same)]);
    let (linked, one, two) = link_among(&county(100), &[HANNAH], &[TEXT, other], &decisions);
    assert_eq!(linked.patient_of(one[0]), linked.patient_of(two[1]));
    // The text is of the one, and not of the other: then the two are two, whatever a machine finds.
    let same = ["1-h", "", "Dunmore", "Hannah", "1984-03-07", "female", "OX3 9QT", "07700111111"];
    let decisions = said(&[((1, 1), (0, 1), Answer::Same), ((1, 1), (1, 2), Answer::Different)]);
    let (linked, one, two) = link_among(&county(100), &[HANNAH], &[TEXT, same], &decisions);
    assert_eq!(linked.patient_of(two[0]), linked.patient_of(one[0]));
    assert_ne!(linked.patient_of(one[0]), linked.patient_of(two[1]));
}

#[test]
fn training_recovers_what_was_planted_and_its_likelihood_never_falls() {
    let county = county(3000);
    let config = config(&[Standing::Record, Standing::Record]);
    let [one, two] = &county.rows;
    let one: Vec<Row<'_>> = one.iter().map(|row| std::array::from_fn(|place| row[place].as_str())).collect();
    let two: Vec<Row<'_>> = two.iter().map(|row| std::array::from_fn(|place| row[place].as_str())).collect();
    let prepared = prepare(&config, records(&config, &[&one, &two]), &Decisions::default());
    let model = train(&prepared);
    let level = |comparison: usize, name: &str| {
        model.comparisons[comparison].levels.iter().find(|level| level.name == name).expect("a level").clone()
    };
    // One given name in ten was planted with a slip.
    assert!((level(0, "exact").m[0] - 0.9).abs() < 0.03, "{:?}", level(0, "exact").m);
    // One in twenty share a given name by chance, one in seventy a birth year: 1 in 25,000 or so a whole date.
    assert!((level(0, "exact").u[0] - 0.05).abs() < 0.02, "{:?}", level(0, "exact").u);
    assert!(level(2, "exact").u[0] < 0.001);
    assert!((model.prior - 3000.0 / (6000.0 * 5999.0 / 2.0)).abs() < model.prior * 0.1);
    assert!(!model.training.sessions.is_empty());
    for session in &model.training.sessions {
        assert!(session.converged && session.likelihood_bits.1 >= session.likelihood_bits.0, "{session:?}");
    }
    assert!(
        model.training.untrained_levels.iter().any(|level| level.starts_with("email")),
        "nobody has an e-mail address"
    );
}

#[test]
fn the_order_of_rows_does_not_change_who_is_who() {
    let county = county(300);
    let config = config(&[Standing::Record, Standing::Record]);
    let who = |reversed: bool| {
        let [one, two] = &county.rows;
        let order = |rows: &'_ [[String; 8]]| -> Vec<[String; 8]> {
            if reversed { rows.iter().rev().cloned().collect() } else { rows.to_vec() }
        };
        let (one, two) = (order(one), order(two));
        let one: Vec<Row<'_>> = one.iter().map(|row| std::array::from_fn(|place| row[place].as_str())).collect();
        let two: Vec<Row<'_>> = two.iter().map(|row| std::array::from_fn(|place| row[place].as_str())).collect();
        let records = records(&config, &[&one, &two]);
        let prepared = prepare(&config, records, &Decisions::default());
        let model = train(&prepared);
        let linked = link(&config, prepared, &model);
        let ids = |members: &Vec<PersonId>| {
            let mut ids: Vec<String> = members
                .iter()
                .map(|record| linked.records.people.text(&linked.records.texts, person::LOCAL_ID, *record).to_owned())
                .collect();
            ids.sort();
            ids
        };
        let mut groups: Vec<Vec<String>> = linked.members.iter().map(ids).collect();
        groups.sort();
        (groups, serde_json::to_string(&model).expect("a document"))
    };
    assert_eq!(who(false), who(true));
}

proptest::proptest! {
    /// Few values, so that most weights are equal, and clusters are made of ties.
    #[test]
    fn no_order_of_rows_changes_who_is_who(
        people in proptest::collection::vec((0..3usize, 0..3usize, 0..4usize, 0..3usize, 0..3usize), 2..24),
        is_care in proptest::bool::ANY,
        salt in proptest::num::u64::ANY,
    ) {
        let row = |(given, family, born, postcode, mobile): &(usize, usize, usize, usize, usize)| -> Row<'static> {
            [
                "",
                "",
                ["Dunmore", "Dunmoor", "Okonkwo"][*family],
                ["Hannah", "Hanna", ""][*given],
                ["1984-03-07", "1984-07-03", "2009-11-23", ""][*born],
                "",
                ["OX3 9QT", "LS1 4DX", ""][*postcode],
                ["07700111111", "07700222222", ""][*mobile],
            ]
        };
        let rows: Vec<Row<'_>> = people.iter().map(row).collect();
        let mut turned: Vec<(u64, Row<'_>)> = (salt >> 1..).map(super::blocking::mix).zip(rows.iter().copied()).collect();
        turned.sort_unstable();
        let turned: Vec<Row<'_>> = turned.into_iter().map(|of| of.1).collect();
        proptest::prop_assert_eq!(clusters(&rows, is_care), clusters(&turned, is_care));
    }
}

/// What the rows of each cluster say, in order, and the model.
fn clusters(rows: &[Row<'_>], is_care: bool) -> (Vec<Vec<String>>, String) {
    let mut config = config(&[Standing::Record]);
    config.link.is_care = is_care;
    config.link.match_at = 0.3;
    let prepared = prepare(&config, records(&config, &[rows]), &Decisions::default());
    let model = train(&prepared);
    let linked = link(&config, prepared, &model);
    let said = |record: &PersonId| rows[*record as usize].join("|");
    let sorted = |members: &Vec<PersonId>| {
        let mut said: Vec<String> = members.iter().map(said).collect();
        said.sort();
        said
    };
    let mut clusters: Vec<Vec<String>> = linked.members.iter().map(sorted).collect();
    clusters.sort();
    (clusters, serde_json::to_string(&model).expect("a document"))
}

#[test]
fn a_table_of_one_row_and_an_empty_table_link() {
    let config = config(&[Standing::Record]);
    for rows in [&[][..], &[HANNAH][..]] {
        let prepared = prepare(&config, records(&config, &[rows]), &Decisions::default());
        let model = train(&prepared);
        let linked = link(&config, prepared, &model);
        assert_eq!(linked.members.len(), rows.len());
    }
}
