//! Conflicts and clocks in doubt, answered in a workbook and acted upon; answers that were taken back.

use crate::review::{ANSWER, NOTE, Sheets, TWINS, asked, import, journal, read, sheet};
use crate::transition::{Transition, columns};
use std::fs;

/// The lines of a table of a package, by these columns.
fn told(transition: &Transition, package: &str, table: &str, names: &[&str]) -> Vec<Vec<String>> {
    let path = transition.path().join(format!("packages/{package}/data/tables/{table}.csv"));
    columns(&fs::read(path).expect("a table"), names)
}

/// The cell of a line under a title.
fn under<'l>(lines: &'l [Vec<String>], line: usize, title: &str) -> &'l str {
    let place = lines[0].iter().position(|of| of == title).unwrap_or_else(|| panic!("no column {title}"));
    lines[line].get(place).map_or("", String::as_str)
}

#[test]
fn a_conflict_is_answered_beside_the_evidence() {
    let case = asked("cases/conflicts-that-a-person-settled/input", &["--queue", "conflicts"]);
    // The journal of the case is of other rows than those that are shown where a text came since.
    let mut shown = read(&case.path().join("ask.xlsx"));
    let lines = sheet(&mut shown, "Conflicts").clone();
    let labels: Vec<&str> = lines[1..].iter().map(|line| line[3].as_str()).collect();
    assert_eq!(labels, ["Booking", "Evidence: letter", "Evidence: text"]);
    let starts = [1, 2, 3].map(|line| under(&lines, line, "Starts"));
    assert_eq!(starts, ["2017-10-17T11:00", "2017-10-17T12:00", "2017-10-17T11:00"]);
    assert_eq!([1, 2, 3].map(|line| under(&lines, line, "Differs in")), ["", "", "Starts"]);
    assert_eq!(under(&lines, 1, "Goes out meanwhile as"), "2017-10-17T12:00, Hill Clinic, booked");
    assert_eq!([1, 2, 3].map(|line| under(&lines, line, "Source")), ["clinic", "letters", "texts"]);
    assert_eq!(under(&lines, 1, "NHS number"), "9990001049");
    let said = import(
        &case,
        |sheets| {
            let line = &mut sheet(sheets, "Conflicts")[3];
            (line[ANSWER], line[NOTE]) = ("right".into(), "rang the clinic".into());
        },
        &[],
    );
    assert_eq!(said.code, 0, "{}", said.all());
    let event = journal(&case).pop().expect("an event");
    assert_eq!((&event["kind"], &event["answer"]), (&"appointment-match".into(), &"right".into()));
    let rows: Vec<&str> =
        event["rows"].as_array().expect("rows").iter().filter_map(|row| row["source"].as_str()).collect();
    assert_eq!((rows, &event["note"]), (vec!["texts", "clinic", "letters"], &"rang the clinic".into()));
    assert!(event.get("model").is_none(), "no model judged it");
    // Nobody is asked twice, neither before the next run nor after it.
    for (name, package) in [("again.xlsx", "0001"), ("after.xlsx", "0002")] {
        if package == "0002" {
            assert_eq!(case.handover(&["run", "--quiet"]).code, 0);
        }
        assert_eq!(case.handover(&["review", "export", name, "--queue", "conflicts"]).code, 0);
        assert_eq!(sheet(&mut read(&case.path().join(name)), "Conflicts").len(), 1, "{name}");
    }
    let appointments = told(&case, "0002", "appointments", &["starts", "classification", "holds", "appointment_id"]);
    assert!(appointments.iter().all(|line| line[1] != "conflict"), "{appointments:?}");
    let moved = appointments.iter().find(|line| line[0] == "2017-10-12T11:30").expect("the letter's moment");
    let page = case.handover(&["explain", "packages/0002", &moved[3]]);
    let expected = "The evidence is right, and what it says stands here: a named person said so";
    let flat = page.out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        flat.contains(expected) && flat.contains("recorded 2017-10-12T10:30, letter 2017-10-12T11:30"),
        "{}",
        page.out
    );
    assert_eq!(case.handover(&["verify", "packages/0002"]).code, 0);
}

#[test]
fn two_sides_of_a_conflict_are_not_both_right() {
    let case = asked("cases/conflicts-that-a-person-settled/input", &[]);
    fs::remove_file(case.path().join("decisions.jsonl")).expect("removed");
    case.write(
        "sources/texts.csv",
        "NHS,Addressee,Born,Written,Appointment,Venue,Word\n\
        9990001049,Hester Cloverleaf,30/12/1982,20/09/2017,17 October 2017 13:00,Hill Clinic,\n",
    );
    fs::remove_dir_all(case.path().join("packages")).expect("removed");
    fs::remove_file(case.path().join("ask.xlsx")).expect("removed");
    assert_eq!(case.handover(&["run", "--quiet"]).code, 0);
    assert_eq!(case.handover(&["review", "export", "ask.xlsx", "--queue", "conflicts"]).code, 0);
    let both = |sheets: &mut Sheets| {
        let lines = sheet(sheets, "Conflicts");
        assert_eq!(lines.len(), 12, "five bookings, five letters and a text");
        let last = lines.len() - 2;
        lines[last..].iter_mut().for_each(|line| line[ANSWER] = "right".into());
        lines[2][ANSWER] = "right".into();
    };
    let said = import(&case, both, &[]);
    assert!(said.code == 1 && said.out.contains("only one of them can be"), "{}", said.all());
    assert!(journal(&case).is_empty());
    assert_eq!(import(&case, both, &["--accept-rest"]).code, 1);
    assert_eq!(journal(&case).len(), 1);
}

#[test]
fn a_clock_in_doubt_is_answered_beside_both_starts() {
    let case = asked("cases/rereferred-and-nobody-knows-why-it-ended/input", &[]);
    let mut shown = read(&case.path().join("ask.xlsx"));
    let lines = sheet(&mut shown, "Clocks").clone();
    assert_eq!([1, 2].map(|line| lines[line][3].as_str()), ["Referred again", "Earlier referral"]);
    let start = "If this holds, the clock starts";
    assert_eq!([1, 2].map(|line| under(&lines, line, start)), ["2017-05-08", "2017-01-10"]);
    assert!(under(&lines, 1, "Because").contains("a new clock started"), "{lines:?}");
    assert!(under(&lines, 2, "Because").contains("no valid stop lies between"));
    assert_eq!(under(&lines, 1, "Meanwhile"), "the earlier clock was let run on: the clock starts 2017-01-10");
    assert!(under(&lines, 2, "Why nobody can say").contains("no reason is given"));
    assert_eq!(
        [1, 2].map(|line| under(&lines, line, "Its rows")),
        [3, 2].map(|row| format!("clinic:sources/clinic.csv::{row}"))
    );
    assert_eq!([1, 2].map(|line| under(&lines, line, "Closed")), ["", "2017-04-03"]);
    let answer = |word: &'static str| move |sheets: &mut Sheets| sheet(sheets, "Clocks")[1][ANSWER] = word.into();
    assert_eq!(import(&case, answer("unsure"), &[]).code, 0);
    assert_eq!(case.handover(&["review", "export", "still.xlsx", "--queue", "clocks"]).code, 0);
    assert_eq!(sheet(&mut read(&case.path().join("still.xlsx")), "Clocks").len(), 3, "whoever is unsure has not said");
    assert_eq!(import(&case, answer("new"), &[]).code, 0);
    assert_eq!(case.handover(&["run", "--quiet"]).code, 0);
    let clocks = |package: &str| {
        told(&case, package, "referrals", &["received", "clock_start", "clock_rule", "clock_event", "referral_id"])
            .into_iter()
            .find(|line| line[0] == "2017-05-08")
            .expect("the later referral")
    };
    assert_eq!(clocks("0001")[1..4], ["2017-01-10", "original-kept", ""]);
    assert_eq!(clocks("0002")[1..4], ["2017-05-08", "new-after-stop", "2"]);
    assert!(told(&case, "0002", "exceptions", &["reason"]).iter().all(|line| line[0] != "clock-uncertain"));
    assert_eq!(case.handover(&["review", "export", "after.xlsx", "--queue", "clocks"]).code, 0);
    assert_eq!(sheet(&mut read(&case.path().join("after.xlsx")), "Clocks").len(), 1);
    let page = case.handover(&["explain", "packages/0002", &clocks("0002")[4]]);
    let flat = page.out.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(
        flat.contains("A named person said how it was, event 2 of the journal; otherwise: 2017-01-10, original-kept."),
        "{}",
        page.out
    );
    assert_eq!(case.handover(&["verify", "packages/0002"]).code, 0);
}

#[test]
fn what_was_taken_back_is_not_recorded_again_from_an_older_workbook() {
    let twins = asked(TWINS, &["--queue", "pairs"]);
    let answer = |word: &'static str| move |sheets: &mut Sheets| sheet(sheets, "Pairs")[1][ANSWER] = word.into();
    assert_eq!(import(&twins, answer("same"), &[]).code, 0);
    assert_eq!(twins.handover(&["review", "undo", "--event", "1", "--who", "x"]).code, 0);
    let said = import(&twins, answer("same"), &["--json"]);
    let document = said.json();
    assert_eq!((said.code, &document["recorded"], &document["superseded"]), (0, &0.into(), &0.into()), "{document}");
    let told = serde_json::json!([{ "sheet": "Pairs", "line": 2, "event": 1, "by": 2 }]);
    assert_eq!(document["taken_back"], told);
    let said = import(&twins, answer("same"), &[]);
    assert!(said.out.contains("Pairs:2: recorded by event 1, taken back by event 2"), "{}", said.all());
    assert!(said.out.contains("export a new workbook"), "{}", said.all());
    assert_eq!(journal(&twins).len(), 2, "nothing is recorded again");
    // Another answer is another thought, and does not bring the first one back.
    assert_eq!(import(&twins, answer("unsure"), &["--json"]).json()["recorded"], 1);
    assert_eq!(import(&twins, answer("same"), &["--json"]).json()["recorded"], 0);
    // A workbook that was made since asks anew.
    fs::remove_file(twins.path().join("ask.xlsx")).expect("removed");
    assert_eq!(twins.handover(&["review", "export", "ask.xlsx", "--queue", "pairs"]).code, 0);
    let document = import(&twins, answer("same"), &["--json"]).json();
    assert_eq!((&document["recorded"], &document["taken_back"]), (&1.into(), &serde_json::json!([])), "{document}");
}
