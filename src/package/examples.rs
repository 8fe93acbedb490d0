//! A small package of invented people, with at least one line of every table.

use super::carry::Change;
use super::ids::Naming;
use super::line::Line;
use super::plan::{PackagePlan, plan};
use super::previous::{Draft, Id, Kind, Previous, RowDigest, ended, leading};
use super::schema::Schema;
use crate::config::fields::{appointment, person, referral};
use crate::config::{Config, EvidenceKind, Field, Mapping, PaperMapping, RecordKind, Source, Standing, Transition};
use crate::decisions::Standing as Weighed;
use crate::decisions::{Act, Answer, Decisions, Effects, PairDecision, Placing, RowName, ShownRow, example};
use crate::ledger::{Disposition, Exception, Ledger, Reason};
use crate::linkage::{
    ComparisonLevels, ComparisonWeights, JoinedBy, Linked, PairStanding, Place, Rule, Rulings, ScoredPair,
};
use crate::measures::{Figure, Gate, GateState, Item, Measures};
use crate::reconcile::{
    Appointment, AppointmentStanding, Classification, ClockRule, Cohort, DeclaredComparison, Difference,
    DifferenceKind, Flag, PriorityRule, Reconciled, RecordedBy, Referral, ReferralJoin, Relation, Tie, WaitType,
    WaitingListEntry, WeeksRule,
};
use crate::records::{DeclaredFigure, Keying, PaperDisagreement, PaperFolder, Records};
use crate::sources::{DateSystem, Intake, Origin, ReadAs, RowRef, Sheet, SourceFile};
use crate::values::{CommitmentKey, Digest, Moment, PartialDate, Priority, ReferralStatus};
use jiff::civil::date;

/// The sheet of the clinic, and that of the letters.
pub(super) const CLINIC: [&[u8]; 3] = [b"clinic", b"sources/clinic.csv", b""];
pub(super) const LETTERS: [&[u8]; 3] = [b"letters", b"sources/letters.csv", b""];

/// The digest of a row of the clinic (file 0) or of the letters.
pub(super) fn content(file: u16, row: u32) -> RowDigest {
    leading(&Digest::of(format!("{file}:{row}").as_bytes()))
}

/// What an id is that is made of this local id; `again` tells those apart of which there are several.
pub(super) fn local(kind: Kind, id: &str, again: &[&str]) -> Id {
    let anchor = [&["local", "RNU", "SystmOne", id], again].concat();
    kind.id(key().id_key().id(kind.prefix(), &anchor).as_bytes()).expect("an id")
}

pub(crate) fn key() -> CommitmentKey {
    CommitmentKey::parse(&[7; 32]).expect("32 bytes")
}

/// The key, and a package before in which somebody was who is nowhere now, and an id had ended.
pub(crate) fn naming(key: &CommitmentKey) -> Naming<'_> {
    Naming { key, previous: Some(previous()) }
}

fn previous() -> Previous {
    let id = |text: &str| Kind::Patient.id(text.as_bytes()).expect("an id");
    let mut draft = Draft::default();
    draft.person([b"clinic", b"sources/clinic.csv", b""], 9, [9; 16], Some(id("P-0000000000000009")));
    let (gone, into) = (id("P-0000000000000008"), Some(id("P-0000000000000009")));
    draft.ended(ended(Kind::Patient, Change::Merged, gone, into, 1).expect("it ended"));
    draft.finish(Digest::of(b"manifest"))
}

fn source(id: &str, standing: Standing, service_line: &str) -> Source {
    Source {
        id: id.into(),
        path: format!("sources/{id}.csv"),
        mapping_path: format!("mappings/{id}.toml"),
        mapping: Mapping::default(),
        provider: "RNU".into(),
        system: "SystmOne".into(),
        service_line: service_line.into(),
        standing,
        extracted_at: None,
        control_rows: None,
        certified_by: None,
    }
}

pub(crate) fn config() -> Config {
    let mut paper = source("paper", Standing::Record, "community");
    paper.mapping.paper = Some(PaperMapping::default());
    let transition = Transition { name: "Ashdown <MSK>".into(), ..Transition::for_tests(&["RNU", "RTH"], "NXX") };
    let sources = vec![
        source("clinic", Standing::Record, "community"),
        source("letters", Standing::Evidence(EvidenceKind::Letter), "secondary"),
        paper,
        source("totals", Standing::Record, ""),
    ];
    Config { digest: Digest::of(b"config"), ..Config::of(transition, sources) }
}

fn at(file: u16, row: u32) -> RowRef {
    RowRef::for_tests(file, 0, row)
}

fn file(origin: Origin, path: &str, rows: u32) -> SourceFile {
    let sheet = Sheet {
        name: String::new(),
        rows,
        header_row: Some(1),
        header_rows: 1,
        header: vec![],
        hidden: false,
        mapped: true,
    };
    let read_as = ReadAs { format: "csv", encoding: "UTF-8".into(), delimiter: Some(b'\t'), date_system: None };
    SourceFile {
        origin,
        path: path.into(),
        bytes: 100,
        digest: Digest::of(path.as_bytes()),
        read_as,
        sheets: vec![sheet],
    }
}

fn intake() -> Intake {
    let mut files = vec![
        file(Origin::Source(0), "sources/clinic.csv", 5),
        file(Origin::Source(1), "sources/letters.csv", 4),
        file(Origin::Source(2), "sources/paper.xlsx", 1),
        file(Origin::Source(3), "sources/totals.csv", 1),
    ];
    files[2].sheets[0].name = "Box 1".into();
    files[2].read_as =
        ReadAs { format: "xlsx", encoding: String::new(), delimiter: None, date_system: Some(DateSystem::From1900) };
    Intake { files, ..Intake::default() }
}

/// The rows that speak of somebody: three of the clinic, three letters.
const PEOPLE: [(u16, u32, &str, &str); 6] = [
    (0, 2, "100", "ASHDOWN"),
    (0, 3, "101", "ASHDOWN-BELL"),
    (0, 4, "200", "QUILL, \"Q\""),
    (1, 2, "", "MARLOW"),
    (1, 3, "", "QUILL"),
    (1, 4, "", "PENN"),
];

fn records() -> Records {
    let mut records = Records::empty();
    records.intake = intake();
    for (file, row, local_id, family_name) in PEOPLE {
        let record = u32::try_from(records.source.len()).expect("six");
        records.people.push(at(file, row), record);
        records.source.push(file);
        records.digest.push(Digest::of(format!("{file}:{row}").as_bytes()));
        for (field, text) in [(person::LOCAL_ID, local_id), (person::FAMILY_NAME, family_name)] {
            let symbol = records.texts.intern(text);
            records.people.set_bits(field, record, symbol.place());
        }
    }
    let occupation = records.texts.intern("beekeeper");
    records.people.set_extra("occupation", 0, occupation);
    let born = PartialDate::day(date(1950, 2, 28)).expect("in range");
    records.people.set_bits(person::DATE_OF_BIRTH, 0, born.pack());
    hang_on_people(&mut records);
    records.keyings.push(Keying { at: at(2, 1), of: 0, digest: Digest::of(b"keying") });
    let (box_name, folder) = ("7".into(), "12".into());
    records.paper.push(PaperFolder {
        at: at(0, 2),
        box_name,
        folder,
        keyings: 2,
        fields_compared: 4,
        fields_disagreeing: 1,
    });
    records.disagreements.push(PaperDisagreement {
        first: at(0, 2),
        second: at(2, 1),
        field: "referral.received".into(),
        first_reading: "2017-08-01".into(),
        second_reading: "2017-08-07".into(),
    });
    let figure = |column: &str, value| DeclaredFigure {
        at: at(3, 1),
        column: column.into(),
        measure: "Waiting list".into(),
        group: "MSK".into(),
        period: String::new(),
        value,
    };
    records.declared = vec![figure("Sep-17", 2.5), figure("Aug-17", 1.0)];
    let exception = |at, field: &str, reason| Exception { at, field: field.into(), reason };
    records.exceptions = vec![
        exception(at(1, 4), "", Reason::PersonTooThin),
        exception(at(0, 5), "", Reason::TestRow),
        exception(at(0, 2), "person.date_of_birth", Reason::BirthYearOnly),
    ];
    records
}

fn hang_on_people(records: &mut Records) {
    let set = |records: &mut Records, field: Field, place, text: &str| {
        let symbol = records.texts.intern(text);
        let table = match field.kind {
            RecordKind::Referral => &mut records.referrals,
            RecordKind::Appointment => &mut records.appointments,
            _ => unreachable!("the example sets these kinds alone"),
        };
        table.set_bits(field, place, symbol.place());
    };
    records.referrals.push(at(0, 2), 0);
    records.referrals.push(at(0, 4), 2);
    set(records, referral::LOCAL_ID, 0, "R1");
    set(records, referral::UBRN, 1, "000012345678");
    records.appointments.push(at(0, 2), 0);
    records.appointments.push(at(1, 2), 3);
    set(records, appointment::LOCAL_ID, 0, "A1");
    records.diagnostics.push(at(0, 2), 0);
    records.documents.push(at(0, 3), 1);
    records.outcome_scores.push(at(0, 4), 2);
    records.concerns.push(at(1, 4), 5);
}

fn linked() -> Linked {
    let of = |patient, joined_by| Place::Patient { patient, probability: 0.999_9, joined_by };
    let mut weights = [None; crate::linkage::WEIGHTS.len()];
    weights[0] = Some(512);
    let pair = |left, right, standing, reason| ScoredPair {
        left,
        right,
        standing,
        rule: Rule::default(),
        weight_hundredths: 1234,
        weights: ComparisonWeights::new(weights),
        levels: ComparisonLevels::new(std::iter::repeat_n((0, 0), crate::linkage::COMPARISONS.len())),
        reason,
    };
    Linked {
        records: records(),
        members: vec![vec![0, 1], vec![2, 4], vec![3]],
        places: vec![
            of(0, JoinedBy::NhsNumber),
            of(0, JoinedBy::Model),
            of(1, JoinedBy::LocalId),
            of(2, JoinedBy::Alone),
            of(1, JoinedBy::Slot),
            Place::Unplaced { reason: Reason::PersonTooThin, candidates: vec![1, 0] },
        ],
        pairs: vec![
            pair(2, 4, PairStanding::Review, Some(Reason::NhsNumberConflict)),
            pair(0, 1, PairStanding::Edge, None),
        ],
        rulings: Rulings::default(),
        effects: Effects::default(),
        thresholds: Vec::new(),
    }
}

fn referral(patient: u32, place: u32, cohort: Cohort) -> Referral {
    Referral {
        patient: Some(patient),
        records: vec![(place, Relation::Original)],
        ties: vec![Tie::by(ReferralJoin::Alone)],
        keyings: if place == 0 { vec![at(2, 1)] } else { Vec::new() },
        specialty: "physiotherapy".into(),
        treatment_function_code: "650".into(),
        condition: "knee".into(),
        priority: Some(Priority::Urgent),
        priority_rule: PriorityRule::AsReferred,
        referrer_priority: Some(Priority::Urgent),
        triage_priority: None,
        triage: None,
        is_lowered: false,
        received: Moment::new(date(2017, 8, 1), Some(570)),
        original_received: None,
        clock_start: PartialDate::day(date(2017, 8, 1)),
        clock_rule: ClockRule::Received,
        doubt: None,
        cohort,
        parent: None,
        status: Some(ReferralStatus::Open),
        closed: None,
        closed_without_end: false,
        rtt_status: "20".into(),
        last_seen: None,
        review_due: None,
        next_appointment: Moment::new(date(2017, 10, 4), None),
        weeks: Some(8),
        working_days: Some(43),
        weeks_rule: WeeksRule::StatusRuns,
    }
}

fn appointment(patient: Option<u32>, place: u32, standing: AppointmentStanding) -> Appointment {
    let recorded = standing == AppointmentStanding::Recorded;
    Appointment {
        patient,
        referral: recorded.then_some(0),
        records: vec![(place, standing)],
        starts: Moment::new(date(2017, 10, 4), Some(570)),
        site: "Ashdown Health Centre".into(),
        clinician: String::new(),
        kind: String::new(),
        status: "booked".into(),
        outcome: String::new(),
        booked: None,
        classification: if recorded { Classification::RecordedOnly } else { Classification::Unrecorded },
        recorded_by: if recorded { RecordedBy::Sender } else { RecordedBy::Neither },
        flags: vec![Flag::SlotClash, Flag::StartsAfterTransfer],
        differs: String::new(),
        contradictions: Vec::new(),
        held: None,
        settled: None,
    }
}

fn dispositions() -> Vec<(RowRef, Disposition)> {
    vec![
        (at(0, 1), Disposition::Header),
        (at(0, 2), Disposition::Used),
        (at(0, 3), Disposition::Used),
        (at(0, 4), Disposition::Used),
        (at(0, 5), Disposition::SetAside(Reason::TestRow)),
        (at(1, 1), Disposition::Header),
        (at(1, 2), Disposition::Used),
        (at(1, 3), Disposition::Used),
        (at(1, 4), Disposition::Unassigned),
        (at(2, 1), Disposition::Keying),
        (at(3, 1), Disposition::Declared),
    ]
}

pub(crate) fn reconciled(_config: &Config) -> Reconciled {
    let mut rows = Ledger::open(dispositions().into_iter().map(|(at, _)| at).collect());
    for (at, disposition) in dispositions() {
        rows.settle(at, disposition);
    }
    Reconciled {
        linked: linked(),
        referrals: vec![referral(0, 0, Cohort::FirstAppointment), referral(1, 1, Cohort::Closed)],
        appointments: vec![
            appointment(Some(0), 0, AppointmentStanding::Recorded),
            appointment(None, 1, AppointmentStanding::Evidence(EvidenceKind::Letter)),
        ],
        waiting_list: vec![WaitingListEntry { referral: 0, wait_type: WaitType::Ahp }],
        differences: vec![Difference {
            patient: Some(0),
            referral: Some(0),
            kind: DifferenceKind::FoundNotDeclared,
            cause: "unknown".into(),
            declared_value: String::new(),
            found_value: "2017-08-01".into(),
            declared_row: None,
            proof_row: Some(at(0, 2)),
            proof_event: None,
        }],
        declared: vec![
            DeclaredComparison { figure: 0, found: Some(1.0) },
            DeclaredComparison { figure: 1, found: None },
        ],
        rows: rows.close().expect("every row is settled"),
        records: Ledger::open(vec![]).close().expect("nothing to settle"),
    }
}

pub(crate) fn measures() -> Measures {
    let figure = |name: &str, numerator, denominator, items| Figure {
        name: name.into(),
        definition: format!("Definition of {name}."),
        numerator,
        denominator,
        items,
    };
    Measures {
        effects: Effects::default(),
        figures: vec![
            figure("patients", 3, None, vec![Item::Patient(1), Item::Patient(0), Item::Row(at(1, 4))]),
            figure("patients.conflict", 1, Some(3), vec![Item::Referral(0), Item::Appointment(0)]),
            figure("patients.none", 0, Some(0), vec![]),
        ],
        gates: vec![Gate {
            name: "unreviewed_pairs",
            definition: "Pairs in the review band that nobody has decided.",
            state: GateState::Red,
            value: Some(1.0),
            ceiling: Some(0.0),
            denominator: Some(1),
            worst_source: None,
            closes_by: "deciding the pair in review",
            waiver: None,
        }],
    }
}

pub(crate) fn decisions() -> Decisions {
    let row = |row| RowName { source: "clinic".into(), file: "sources/clinic.csv".into(), sheet: String::new(), row };
    let shown = |rows: &[u32]| rows.iter().map(|of| ShownRow { name: row(*of), commitment: String::new() }).collect();
    let undo = Act::Undo { event: Digest::of(&[1]).to_string() };
    Decisions {
        events: example::events([
            (Act::Pair(Answer::Different), shown(&[2, 3])),
            (undo, shown(&[])),
            (Act::Pair(Answer::Same), shown(&[2, 3])),
            (Act::RowPlaced(Placing::Nobody), shown(&[9])),
        ]),
        standings: vec![Weighed::Undone(1), Weighed::InEffect, Weighed::InEffect, Weighed::RowGone],
        pairs: vec![PairDecision { event: 3, left: row(2), right: row(3), answer: Answer::Same }],
        digest: Some(Digest::of(b"journal")),
        ..Decisions::default()
    }
}

pub(crate) fn with_owned_plan<T>(see: impl FnOnce(PackagePlan<'_>) -> T) -> T {
    let (config, key) = (config(), key());
    let reconciled = reconciled(&config);
    see(plan(&config, reconciled, measures(), &decisions(), naming(&key), "{}\n".into(), false))
}

pub(crate) fn with_plan<T>(see: impl FnOnce(&PackagePlan<'_>) -> T) -> T {
    with_owned_plan(|plan| see(&plan))
}

/// Holds a line to its schema: what is required is there, numbers are numbers, words are of the list.
#[track_caller]
pub(super) fn check_line(schema: &Schema, line: &Line) {
    let fields = schema.json["fields"].as_array().expect("fields");
    assert_eq!(line.cells().count(), fields.len());
    for (field, cell) in fields.iter().zip(line.cells()) {
        let name = format!("{}.{}", schema.name, field["name"]);
        if cell.is_empty() {
            assert_ne!(field["constraints"]["required"], true, "{name} is required");
            continue;
        }
        match field["type"].as_str() {
            Some("integer") => assert!(cell.parse::<u64>().is_ok(), "{name} is an integer"),
            Some("number") => assert!(cell.parse::<f64>().is_ok(), "{name} is a number"),
            Some("boolean") => assert!(matches!(cell, "true" | "false"), "{name} is true or false"),
            _ => {}
        }
        if let Some(words) = field["constraints"]["enum"].as_array() {
            assert!(words.iter().any(|word| word == cell), "{name} is one of its words");
        }
    }
}
