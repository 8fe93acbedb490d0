//! The laws of the journal.

use super::*;
use crate::values::Moment;
use proptest::prelude::*;
use std::path::{Path, PathBuf};

fn row(number: u32) -> ShownRow {
    let name = RowName { source: "a".into(), file: "a.csv".into(), sheet: String::new(), row: number };
    ShownRow { commitment: commitment(number), name }
}

fn commitment(number: u32) -> String {
    format!("digest of {number}")
}

fn entry(act: Act, rows: &[u32]) -> Entry {
    example::entry(act, rows.iter().copied().map(row).collect())
}

fn append(path: &Path, entries: &[Entry]) -> Result<Appended, Error> {
    super::append(path, |_| Ok(entries.to_vec()))
}

fn pair(left: u32, right: u32, answer: Answer) -> Entry {
    entry(Act::Pair(answer), &[left, right])
}

fn moment(text: &str) -> Moment {
    text.parse().expect("a moment")
}

fn rebooked(to: &str) -> Act {
    Act::BookingSettled { starts: moment("2017-10-04"), how: Settlement::Rebooked(moment(to)) }
}

fn journal() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("decisions.jsonl");
    (folder, path)
}

fn all_there(row: &ShownRow) -> Presence {
    Presence::There(commitment(row.name.row))
}

/// What the journal says once these entries are in it.
fn weighed(entries: &[Entry]) -> Decisions {
    let (_folder, path) = journal();
    append(&path, entries).expect("good entries");
    load(&path).expect("a good journal").weigh(all_there)
}

fn words(decisions: &Decisions) -> Vec<&'static str> {
    decisions.standings.iter().map(Standing::word).collect()
}

/// The digest of the line of an event.
fn digest(path: &Path, place: usize) -> String {
    load(path).expect("a good journal").events[place].digest.to_string()
}

#[test]
fn no_journal_is_no_decisions() {
    let journal = load(Path::new("no/such/journal.jsonl")).expect("absent is empty");
    assert!(journal.events.is_empty() && journal.digest.is_none());
}

#[test]
fn every_kind_comes_back_as_it_was_written() {
    let other = Reading::Other("1961-02-30".into());
    let entries = [
        pair(2, 3, Answer::Unsure),
        entry(Act::MemberOut, &[9, 4, 5]),
        entry(Act::PaperReading { field: "person.date_of_birth".into(), reading: other }, &[6, 7]),
        entry(Act::PaperReading { field: "referral.received".into(), reading: Reading::Second }, &[6, 7]),
        entry(Act::AppointmentMatch(Matching::Same), &[11, 10]),
        entry(Act::DifferenceCause { difference: "declared-not-found".into(), cause: "moved-away".into() }, &[12]),
        entry(Act::SafetyClosed { rule: "diagnostic-overdue".into() }, &[13]),
        entry(Act::BookingSettled { starts: moment("2017-10-04T09:30"), how: Settlement::Honoured }, &[18]),
        entry(rebooked("2017-10-12"), &[19, 20]),
        entry(Act::ExclusionSigned { exclusion: "not seen for 6 months".into() }, &[]),
        entry(Act::Repair { field: "person.nhs_number".into(), accepted: true }, &[14]),
        entry(Act::RowPlaced(Placing::Nobody), &[15]),
        entry(Act::RowPlaced(Placing::There), &[16, 2]),
        entry(Act::RowPlaced(Placing::Unsure), &[17]),
    ];
    let (_folder, path) = journal();
    assert_eq!(append(&path, &entries[..4]).expect("written").lines, 1..5);
    assert_eq!(append(&path, &entries[4..]).expect("written").lines, 5..15);
    let read = load(&path).expect("a good journal");
    let back: Vec<Entry> = read.events.iter().map(|event| event.entry.clone()).collect();
    assert_eq!(back, entries);
    assert!(read.torn.is_none() && read.digest.is_some());
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = std::fs::metadata(&path).expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "it holds patient data");
    }
}

#[test]
fn what_is_not_an_event_is_not_written() {
    let (_folder, path) = journal();
    let nobody = Entry { who: " ".into(), ..pair(2, 3, Answer::Same) };
    let bad = [
        nobody,
        pair(2, 2, Answer::Same),
        entry(Act::Pair(Answer::Same), &[2]),
        entry(Act::ExclusionSigned { exclusion: String::new() }, &[]),
        entry(Act::Undo { event: "0".repeat(64) }, &[]),
    ];
    for entry in bad {
        let both = [pair(4, 5, Answer::Same), entry];
        assert!(matches!(append(&path, &both), Err(Error::Entry { .. })), "{:?}", both[1].act);
    }
    assert!(load(&path).expect("a good journal").events.is_empty(), "all or none");
}

#[test]
fn a_line_changed_or_taken_out_is_refused() {
    let (_folder, path) = journal();
    append(&path, &[pair(2, 3, Answer::Same), pair(4, 5, Answer::Same), pair(6, 7, Answer::Same)]).expect("written");
    let text = std::fs::read_to_string(&path).expect("text");
    let lines: Vec<&str> = text.lines().collect();
    let check = |text: String, line: usize| {
        std::fs::write(&path, text).expect("written");
        let Err(Error::Line { line: found, .. }) = load(&path) else { panic!("taken for good") };
        assert_eq!(found, line);
        assert!(append(&path, &[pair(8, 9, Answer::Same)]).is_err(), "nothing is added to a broken chain");
    };
    check(format!("{}\n{}\n", lines[1], lines[2]), 1);
    check(format!("{}\n{}\n", lines[0], lines[2]), 2);
    check(text.replacen("same", "different", 1), 2);
    check(text.replace("\"row\":5", "\"row\":55"), 3);
    check(format!("{text}{{\n"), 4);
}

#[test]
fn a_torn_line_is_cut_off_and_said_so() {
    let (_folder, path) = journal();
    append(&path, &[pair(2, 3, Answer::Same), pair(4, 5, Answer::Same)]).expect("written");
    let whole = std::fs::read(&path).expect("bytes");
    std::fs::write(&path, &whole[..whole.len() - 20]).expect("written");
    let read = load(&path).expect("the rest is good");
    assert_eq!((read.events.len(), read.torn), (1, Some(2)));
    let appended = append(&path, &[pair(6, 7, Answer::Same)]).expect("written");
    assert_eq!((appended.lines, appended.cut), (2..3, Some(2)));
    assert_eq!(load(&path).expect("good").events.len(), 2);
}

#[test]
fn the_last_answer_to_a_question_stands_until_it_is_taken_back() {
    let (_folder, path) = journal();
    append(&path, &[pair(2, 3, Answer::Same), pair(3, 2, Answer::Different)]).expect("written");
    let read = || load(&path).expect("good").weigh(all_there);
    assert_eq!(words(&read()), ["superseded", "in-effect"]);
    assert_eq!(read().pairs.len(), 1);
    append(&path, &[entry(Act::Undo { event: digest(&path, 1) }, &[])]).expect("written");
    assert_eq!(words(&read()), ["in-effect", "undone", "in-effect"]);
    append(&path, &[entry(Act::Undo { event: digest(&path, 2) }, &[])]).expect("written");
    assert_eq!(words(&read()), ["superseded", "in-effect", "undone", "in-effect"]);
}

#[test]
fn a_decision_about_a_row_that_changed_or_went_has_no_effect() {
    let (_folder, path) = journal();
    let entries = [pair(2, 3, Answer::Same), pair(4, 5, Answer::Same), pair(6, 7, Answer::Same)];
    append(&path, &entries).expect("written");
    let decisions = load(&path).expect("good").weigh(|shown| match shown.name.row {
        3 => Presence::Gone,
        4 => Presence::There("another digest".into()),
        row => Presence::There(commitment(row)),
    });
    assert_eq!(words(&decisions), ["row-gone", "row-changed", "in-effect"]);
    assert_eq!(decisions.pairs.len(), 1);
}

#[test]
fn a_decision_follows_a_row_that_moved() {
    let (_folder, path) = journal();
    append(&path, &[pair(2, 3, Answer::Same), pair(3, 4, Answer::Different)]).expect("written");
    let moved = |row: &RowName| RowName { row: row.row + 10, ..row.clone() };
    let decisions = load(&path).expect("good").weigh(|shown| match shown.name.row {
        3 => Presence::Moved(moved(&shown.name)),
        row => Presence::There(commitment(row)),
    });
    assert_eq!(words(&decisions), ["in-effect", "in-effect"]);
    let rows: Vec<[u32; 2]> = decisions.pairs.iter().map(|pair| [pair.left.row, pair.right.row]).collect();
    assert_eq!(rows, [[2, 13], [4, 13]]);
}

#[test]
fn joins_that_another_decision_forbids_wait_for_a_person() {
    let out = entry(Act::MemberOut, &[9, 8]);
    let there = entry(Act::RowPlaced(Placing::There), &[8, 7]);
    let decisions = weighed(&[
        pair(1, 2, Answer::Same),
        pair(2, 3, Answer::Same),
        pair(1, 3, Answer::Different),
        pair(3, 4, Answer::Same),
        pair(5, 6, Answer::Same),
        there,
        pair(7, 9, Answer::Same),
        out,
    ]);
    let expected = [Contradiction { apart: 2, together: vec![0, 1] }, Contradiction { apart: 7, together: vec![5, 6] }];
    assert_eq!(decisions.contradictions, expected);
    assert_eq!(
        words(&decisions),
        [
            "contradicted",
            "contradicted",
            "in-effect",
            "contradicted",
            "in-effect",
            "contradicted",
            "contradicted",
            "in-effect"
        ]
    );
}

#[test]
fn evidence_of_two_bookings_is_a_contradiction() {
    let of = |booking| entry(Act::AppointmentMatch(Matching::Same), &[2, booking]);
    let decisions = weighed(&[of(5), of(6)]);
    assert_eq!(words(&decisions), ["contradicted", "contradicted"]);
    assert_eq!(decisions.contradictions.len(), 1);
}

#[test]
fn a_row_of_nobody_is_of_nobody() {
    let decisions =
        weighed(&[pair(1, 2, Answer::Same), pair(3, 4, Answer::Same), entry(Act::RowPlaced(Placing::Nobody), &[2])]);
    assert_eq!(words(&decisions), ["contradicted", "in-effect", "in-effect"]);
    assert_eq!(decisions.contradictions, [Contradiction { apart: 2, together: vec![0] }]);
    assert_eq!(decisions.by(0), Some(3));
}

#[test]
fn what_is_not_in_effect_says_why() {
    let (_folder, path) = journal();
    let out = pair(1, 2, Answer::Different);
    let entries =
        [pair(1, 3, Answer::Same), out, pair(3, 2, Answer::Same), pair(2, 5, Answer::Same), pair(8, 9, Answer::Unsure)];
    append(&path, &entries).expect("written");
    append(&path, &[pair(8, 9, Answer::Same), entry(Act::Undo { event: digest(&path, 4) }, &[])]).expect("written");
    let decisions = load(&path).expect("good").weigh(all_there);
    let by: Vec<Option<usize>> = (0..decisions.events.len()).map(|place| decisions.by(place)).collect();
    // Also the join beyond the two rows that are kept apart names the event against which it stands.
    assert_eq!(by, [Some(2), None, Some(2), Some(2), Some(7), None, None]);
    assert_eq!(decisions.number_of(&decisions.events[4].digest.to_string()), Some(5));
}

#[test]
fn readings_of_one_field_answer_one_question_in_either_order() {
    let of = |reading, rows: &[u32]| entry(Act::PaperReading { field: "person.sex".into(), reading }, rows);
    let decisions = weighed(&[of(Reading::First, &[6, 7]), of(Reading::First, &[7, 6])]);
    assert_eq!(words(&decisions), ["superseded", "in-effect"]);
}

#[test]
fn many_writers_lose_nothing() {
    let (_folder, path) = journal();
    std::thread::scope(|scope| {
        for writer in 0..4u32 {
            let path = &path;
            scope.spawn(move || {
                for number in 0..25u32 {
                    let row = 1000 * (writer + 1) + 2 * number;
                    append(path, &[pair(row, row + 1, Answer::Same)]).expect("written");
                }
            });
        }
    });
    let read = load(&path).expect("a whole chain");
    assert_eq!((read.events.len(), read.torn), (100, None));
}

#[test]
fn whoever_writes_sees_what_others_wrote_before() {
    let (_folder, path) = journal();
    let once = |journal: &Journal| -> Result<Vec<Entry>, Error> {
        Ok(if journal.events.is_empty() { vec![pair(2, 3, Answer::Same)] } else { Vec::new() })
    };
    std::thread::scope(|scope| {
        (0..8).for_each(|_| drop(scope.spawn(|| super::append(&path, once).expect("written"))));
    });
    assert_eq!(load(&path).expect("a whole chain").events.len(), 1);
    assert_eq!(super::append(&path, once).expect("nothing to write").lines, 2..2);
}

#[test]
fn what_is_no_file_is_refused_and_not_waited_for() {
    let (folder, path) = journal();
    std::fs::create_dir(&path).expect("made");
    let refused = |path: &Path| {
        assert!(matches!(load(path), Err(Error::NoFile { .. })));
        assert!(matches!(append(path, &[pair(2, 3, Answer::Same)]), Err(Error::NoFile { .. })));
    };
    refused(&path);
    #[cfg(unix)]
    {
        let pipe = folder.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&pipe).status().expect("mkfifo");
        assert!(made.success());
        refused(&pipe);
    }
    assert!(folder.path().exists());
}

#[test]
fn an_answer_is_held_against_the_one_in_effect() {
    let of = |rows: &[u32]| rows.iter().copied().map(row).collect::<Vec<_>>();
    let reading = |reading| Act::PaperReading { field: "person.sex".into(), reading };
    let other = |text: &str| reading(Reading::Other(text.into()));
    let decisions = weighed(&[
        pair(2, 3, Answer::Same),
        entry(Act::RowPlaced(Placing::There), &[4, 5]),
        entry(reading(Reading::First), &[6, 7]),
        entry(other("male"), &[8, 9]),
        entry(Act::MemberOut, &[12, 10, 11]),
        pair(20, 21, Answer::Same),
        pair(21, 22, Answer::Same),
        pair(20, 22, Answer::Different),
        entry(rebooked("2017-10-12"), &[30, 31]),
    ]);
    assert!(!decisions.contradictions.is_empty());
    let answers = decisions.answers();
    for (act, rows, expected) in [
        (Act::Pair(Answer::Same), &[3, 2][..], Beside::Same),
        (Act::Pair(Answer::Different), &[2, 3], Beside::Another),
        (Act::Pair(Answer::Same), &[2, 4], Beside::First),
        (Act::RowPlaced(Placing::There), &[4, 5], Beside::Same),
        (Act::RowPlaced(Placing::There), &[4, 6], Beside::Another),
        (Act::RowPlaced(Placing::Nobody), &[4], Beside::Another),
        (reading(Reading::Second), &[7, 6], Beside::Same),
        (reading(Reading::First), &[7, 6], Beside::Another),
        (other("male"), &[9, 8], Beside::Same),
        (other("female"), &[8, 9], Beside::Another),
        (Act::MemberOut, &[12, 11, 10], Beside::Same),
        (Act::MemberOut, &[11, 10, 12], Beside::First),
        (rebooked("2017-10-12"), &[31, 30], Beside::Same),
        (rebooked("2017-10-13"), &[30, 31], Beside::Another),
        (rebooked("2017-10-12"), &[30], Beside::First),
        // What waits because it contradicts others is answered all the same.
        (Act::Pair(Answer::Same), &[21, 20], Beside::Same),
        (Act::Pair(Answer::Different), &[21, 20], Beside::Another),
    ] {
        assert_eq!(answers.beside(&act, &of(rows)), expected, "{act:?} {rows:?}");
    }
}

/// Answers about pairs among a few rows, each pair at most once: decisions that are independent of one another.
fn answers() -> impl Strategy<Value = Vec<(u32, u32, bool)>> {
    proptest::collection::btree_map((1u32..12, 1u32..12), any::<bool>(), 0..24).prop_map(|answers| {
        let ordered: std::collections::BTreeMap<(u32, u32), bool> = answers
            .into_iter()
            .filter(|((one, other), _)| one != other)
            .map(|((one, other), same)| ((one.min(other), one.max(other)), same))
            .collect();
        ordered.into_iter().map(|((one, other), same)| (one, other, same)).collect()
    })
}

fn entries(answers: &[(u32, u32, bool)]) -> Vec<Entry> {
    let answer = |same| if same { Answer::Same } else { Answer::Different };
    answers.iter().map(|(one, other, same)| pair(*one, *other, answer(*same))).collect()
}

/// By brute force: whether some pair that was said to be two is one by other answers.
fn contradictory(answers: &[(u32, u32, bool)]) -> bool {
    let mut group: Vec<u32> = (0..12).collect();
    for (one, other, _) in answers.iter().filter(|answer| answer.2) {
        let (from, to) = (group[*one as usize], group[*other as usize]);
        group.iter_mut().filter(|name| **name == from).for_each(|name| *name = to);
    }
    answers.iter().any(|(one, other, same)| !same && group[*one as usize] == group[*other as usize])
}

/// What a person sees of it, in no order: the answers with their standing.
fn seen(decisions: &Decisions) -> Vec<(Vec<u32>, &'static str, &'static str)> {
    let mut seen: Vec<_> = decisions
        .events
        .iter()
        .zip(&decisions.standings)
        .map(|(event, standing)| {
            let rows = event.entry.rows.iter().map(|row| row.name.row).collect();
            let answer = if event.entry.act == Act::Pair(Answer::Same) { "same" } else { "different" };
            (rows, answer, standing.word())
        })
        .collect();
    seen.sort();
    seen
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1000, ..ProptestConfig::default() })]

    #[test]
    fn order_never_matters_and_contradictions_are_always_found(
        (answers, order) in answers().prop_flat_map(|answers| {
            let shuffled = Just(answers.clone()).prop_shuffle();
            (Just(answers), shuffled)
        })
    ) {
        let (one, other) = (weighed(&entries(&answers)), weighed(&entries(&order)));
        prop_assert_eq!(seen(&one), seen(&other));
        prop_assert_eq!(!one.contradictions.is_empty(), contradictory(&answers));
        // What is left in effect never contradicts itself.
        let left: Vec<(u32, u32, bool)> = one
            .pairs
            .iter()
            .map(|pair| (pair.left.row, pair.right.row, pair.answer == Answer::Same))
            .collect();
        prop_assert!(!contradictory(&left));
    }

    #[test]
    fn truncation_loses_at_most_the_last_event(answers in answers(), cut in any::<prop::sample::Index>()) {
        let (_folder, path) = journal();
        append(&path, &entries(&answers)).expect("written");
        let whole = std::fs::read(&path).expect("bytes");
        let keep = cut.index(whole.len() + 1);
        let ends = whole[..keep].iter().filter(|byte| **byte == b'\n').count();
        std::fs::write(&path, &whole[..keep]).expect("written");
        let read = load(&path).expect("what is left is good");
        // Every line that lies before the cut is there; of a line that lost only its end nothing is lost.
        prop_assert!(read.events.len() == ends || read.events.len() == ends + 1);
        prop_assert_eq!(read.torn.is_some(), read.events.len() == ends && keep > 0 && whole[keep - 1] != b'\n');
        append(&path, &[pair(100, 101, Answer::Same)]).expect("it goes on");
        prop_assert_eq!(load(&path).expect("good").events.len(), read.events.len() + 1);
    }
}
