//! Thirteen dry runs in a row on the shipped example, each following the package before: sources come, are corrected and extracted
//! again, people decide, and the gates close one after another, each by what closes it.

use crate::following::{KINDS, Line, Package, explained, follows, lines, rows_are_told};
use crate::review::{self, ANSWER};
use crate::transition::{Transition, example_run, files, fixtures, table};
use handover::decisions::{self, RowName};
use handover::verify::{Options, verify};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{Read as _, Write as _};

/// The series so far.
struct Series {
    folder: Transition,
    packages: Vec<Package>,
}

impl Series {
    fn last(&self) -> &Package {
        self.packages.last().expect("a run")
    }

    fn edit_config(&self, change: impl FnOnce(String) -> String) {
        let text = fs::read_to_string(self.folder.path().join("handover.toml")).expect("text");
        self.folder.write("handover.toml", &change(text));
    }

    /// Runs; every check of the package passes, what it holds follows from the package before, and the gates are as
    /// expected: a letter each, in their order.
    fn run(&mut self, gates: &str, arguments: &[&str]) {
        let number = self.packages.len() + 1;
        let out = format!("packages/{number:04}");
        let said = self.folder.handover(&[&["run", "--quiet", "--out", &out], arguments].concat());
        assert_eq!(said.code, 0, "run {number}: {}{}", said.out, said.err);
        let package = files(&self.folder.path().join(&out));
        let found = gates_of(&package);
        assert_eq!(found, gates, "run {number}: {:#?}", gate_lines(&package));
        self.verify(&out);
        if let Some(before) = self.packages.last() {
            for kind in KINDS {
                follows(before, &package, &kind, number);
            }
            rows_are_told(before, &package, number);
        }
        self.packages.push(package);
        self.edit_config(|text| follow(&text, &out));
    }

    fn verify(&self, out: &str) {
        let path = self.folder.path();
        let options = Options { sources: Some(path.to_owned()), key: Some(path.join("commitment.key")) };
        let verdict = verify(&path.join(out), &options).expect("a folder");
        assert!(verdict.passed(), "{out}: {:?}", verdict.problems().collect::<Vec<_>>());
    }

    /// Nothing but the package before and whether it is final changed: every table is as it was.
    fn nothing_changed(&self) {
        let tables = |package: &Package| -> Package {
            // source_changes.csv and id_changes.csv tell of the step itself.
            let is_table = |name: &String| name.ends_with(".csv") && !name.ends_with("_changes.csv");
            package
                .iter()
                .filter(|(name, _)| is_table(name))
                .map(|(name, bytes)| (name.clone(), bytes.clone()))
                .collect()
        };
        let [before, now] = [2, 1].map(|back| tables(&self.packages[self.packages.len() - back]));
        let other: Vec<&String> = now.keys().filter(|name| now.get(*name) != before.get(*name)).collect();
        assert!(now.len() == before.len() && other.is_empty(), "{other:?}");
        assert!(lines(self.last(), "tables/id_changes").iter().all(|line| line["change"] == "ended-before"));
        assert!(lines(self.last(), "tables/source_changes").is_empty());
    }

    /// How many lines of `patient_records.csv` the last step changed, the journal alone having changed.
    fn explained(&self) -> usize {
        explained(&self.packages[self.packages.len() - 2], self.last(), &self.journal())
    }

    /// The rows of each event.
    fn journal(&self) -> Vec<Vec<RowName>> {
        let journal = decisions::load(&self.folder.path().join("decisions.jsonl")).expect("a good journal");
        let rows = |event: &decisions::Event| event.entry.rows.iter().map(|row| row.name.clone()).collect();
        journal.events.iter().map(rows).collect()
    }

    /// Answers a workbook of the last package and imports it: how many answers were recorded.
    fn answer(&self, queues: &[&str], answer: impl FnOnce(&mut review::Sheets)) -> u64 {
        let [recorded, again] = self.answer_again(queues, answer);
        assert_eq!(again, 0, "nothing is asked again");
        recorded
    }

    /// The same: how many were recorded, and how many are held back and were given once more.
    fn answer_again(&self, queues: &[&str], answer: impl FnOnce(&mut review::Sheets)) -> [u64; 2] {
        let number = format!("{}-{}", self.packages.len(), queues[0]);
        let (ask, answered) = (format!("ask-{number}.xlsx"), format!("answered-{number}.xlsx"));
        let queues: Vec<&str> = queues.iter().flat_map(|queue| ["--queue", queue]).collect();
        let said = self.folder.handover(&[&["review", "export", &ask], &queues[..]].concat());
        assert_eq!(said.code, 0, "{}", said.err);
        let mut sheets = review::read(&self.folder.path().join(&ask));
        answer(&mut sheets);
        review::write(&self.folder.path().join(&answered), &sheets);
        let said = self.folder.handover(&["review", "import", &answered, "--who", "A. Records Officer", "--json"]);
        assert_eq!(said.code, 0, "{}", said.all());
        let document = said.json();
        assert_eq!(document["contradictions"], 0, "{document}");
        ["recorded", "decided_already"].map(|key| document[key].as_u64().expect("a number"))
    }
}

/// Names the package before.
fn follow(config: &str, package: &str) -> String {
    let kept: Vec<&str> = config.lines().filter(|line| !line.starts_with("previous = ")).collect();
    kept.join("\n").replacen("[transition]\n", &format!("[transition]\nprevious = \"{package}\"\n"), 1) + "\n"
}

fn gate_lines(package: &Package) -> Vec<String> {
    let one = |line: Line| format!("{} {} {} ({})", line["gate"], line["state"], line["value"], line["worst_source"]);
    lines(package, "tables/gates").into_iter().map(one).collect()
}

fn gates_of(package: &Package) -> String {
    let letter = |line: Line| match line["state"].as_str() {
        "green" => 'G',
        "waived" => 'W',
        "red" => 'R',
        _ => 'N',
    };
    lines(package, "tables/gates").into_iter().map(letter).collect()
}

/// What a gate that counts has counted.
fn value(package: &Package, gate: &str) -> u64 {
    let gates = lines(package, "tables/gates");
    let line = gates.iter().find(|line| line["gate"] == gate).expect("a gate");
    line["value"].parse().expect("a count")
}

#[test]
fn dry_runs_in_a_row() {
    let mut series = begun();
    // The gates: pairs, exceptions, numbers, bookings, differences, safety, folders, keyings, exclusions, extracts.
    series.run("RRRRRRRRRR", &[]);
    series.run("RRRRRRRRRR", &[]);
    series.nothing_changed();

    a_source_comes_and_extracts_are_certified(&series);
    series.run("RRRRRRRRRG", &[]);

    extracts_are_corrected(&series);
    series.run("RGRRRRRRRG", &[]);

    a_later_extract_and_second_keyings_come(&series);
    series.run("RGRRRRGRRR", &[]);

    certify(&series, "rnu-community", rows_of_data(series.last(), "rnu-community"));
    the_receiver_takes_bookings(&series, 2);
    series.run("RGRRRRGRRG", &[]);

    people_decide(&series);
    series.run("GGRRRRGRRG", &[]);
    assert!(series.explained() > 0, "people decided who is who");

    // No answer took somebody out through whom the machine was sure of others, so that none opened a question.
    series.run("GGRRRRGRRG", &[]);
    series.nothing_changed();

    one_answer_is_taken_back(&series);
    series.run("RGRRRRGRRG", &[]);
    assert!(series.explained() > 0, "who was one by that answer is two");
    let decided = lines(series.last(), "tables/review_decisions");
    assert!(decided.iter().any(|line| line["standing"] == "undone" && line["effect"] == "none"));

    the_receiver_takes_bookings(&series, 3);
    folders_are_looked_at(&series);
    series.run("RGRGRRGGRG", &[]);

    pairs_are_answered_to_the_last(&series);
    series.run("GGRRRRGGRG", &[]);
    assert!(series.explained() > 0, "people decided who is who");

    let refused = series.folder.handover(&["run", "--final", "--quiet"]);
    assert_eq!(refused.code, 1, "{}", refused.all());
    assert!(!series.folder.path().join("packages/0012").exists(), "nothing half-done looks done");
    items_are_closed(&series);
    differences_are_explained(&series);
    series.edit_config(|text| text.replace("signed_by = \"\"", "signed_by = \"B. Medical Director\"") + WAIVER);
    series.run("GGWWGGGGGG", &[]);
    assert_eq!(series.explained(), 0, "what was closed moved nobody");

    series.run("GGWWGGGGGG", &["--final"]);
    series.nothing_changed();
}

const WAIVER: &str = r#"
[[waiver]]
gate = "patients_without_verified_nhs_number_percent"
name = "B. Medical Director"
role = "Medical director, RNU"
reason = "Traced; the service knows nobody of these names"
date = 2017-09-30

[[waiver]]
gate = "unrecorded_appointments_unresolved"
name = "C. Operations Director"
role = "Director of operations, NXX"
reason = "Telephoned: they come, under the numbers that the receiver has"
date = 2017-09-30
"#;

/// The example without its text reminders, and with ceilings under which no gate is green.
fn begun() -> Series {
    let folder = Transition::example();
    folder.edit("handover.toml", "exceptions_percent = 0.5", "exceptions_percent = 0.25");
    folder.edit("handover.toml", "verified_nhs_number_percent = 5.0", "verified_nhs_number_percent = 2.0");
    let series = Series { folder, packages: Vec::new() };
    series.edit_config(|text| text.replace(&source(&text, "texts"), ""));
    series
}

/// The part of a configuration that lists a source.
fn source(config: &str, id: &str) -> String {
    let start = config.find(&format!("[[source]]\nid = \"{id}\"")).expect("it is listed");
    let rest = &config[start + 1..];
    let end = [rest.find("[[source]]"), rest.find("[gates]")].into_iter().flatten().min().expect("more follows");
    config[start..=start + end].to_owned()
}

/// Has a provider certify an extract of a source: its day, its rows of data, and who says so.
fn certify(series: &Series, id: &str, rows: usize) {
    series.edit_config(|text| {
        let listed = source(&text, id);
        let kept = listed
            .lines()
            .filter(|line| !["extracted_at", "control_rows", "certified_by"].iter().any(|key| line.starts_with(key)));
        let kept: Vec<&str> = kept.collect();
        let certificate = format!(
            "id = \"{id}\"\nextracted_at = 2017-09-29\ncontrol_rows = {rows}\ncertified_by = \"Head of Information\""
        );
        text.replace(&listed, &(kept.join("\n").replace(&format!("id = \"{id}\""), &certificate) + "\n"))
    });
}

fn number(decision: &Line) -> usize {
    decision["event"].parse().expect("a number")
}

fn rows_of_data(package: &Package, source: &str) -> usize {
    let is_data = |line: &&Line| !["header", "preamble", "footer", "blank"].contains(&&*line["disposition"]);
    lines(package, "audit/rows").iter().filter(|line| line["source"] == source).filter(is_data).count()
}

fn a_source_comes_and_extracts_are_certified(series: &Series) {
    let whole = Transition::example();
    let texts = source(&fs::read_to_string(whole.path().join("handover.toml")).expect("text"), "texts");
    series.edit_config(|text| text.replace("[gates]", &format!("{texts}[gates]")));
    let reminders = fs::read(series.folder.path().join("sources/text_reminders_1.csv")).expect("there");
    certify(series, "texts", table(&reminders).len() - 1);
    let rows = lines(series.last(), "audit/rows");
    let ids: BTreeSet<&String> = rows.iter().map(|line| &line["source"]).collect();
    for id in ids.into_iter().filter(|id| !["paper", "sites"].contains(&id.as_str())) {
        certify(series, id, rows_of_data(series.last(), id));
    }
}

/// The same files again, put right: the worklist has other postcodes for some and its last rows in another order, and the
/// hospital has taken its test patients out.
fn extracts_are_corrected(series: &Series) {
    let path = series.folder.path().join("sources/ers_worklist_1.csv");
    let text = fs::read_to_string(&path).expect("text");
    let mut rows: Vec<String> = text.lines().map(str::to_owned).collect();
    for row in &mut rows[10..13] {
        assert!(row.contains(",TX"), "a postcode");
        *row = row.replacen(",TX", ",TX9", 1);
    }
    let last = rows.len() - 40;
    rows[last..].reverse();
    fs::write(&path, rows.join("\r\n") + "\r\n").expect("written");
    without_rows(series, "sources/rth_msk_extract_1.xlsx", &[711, 712]);
    certify(series, "rth-patients", rows_of_data(series.last(), "rth-patients") - 2);
}

/// Takes rows out of the first sheet of a workbook.
fn without_rows(series: &Series, name: &str, rows: &[u32]) {
    let path = series.folder.path().join(name);
    let mut archive = zip::ZipArchive::new(fs::File::open(&path).expect("there")).expect("a workbook");
    let mut made = zip::ZipWriter::new(std::io::Cursor::new(Vec::new()));
    for place in 0..archive.len() {
        let mut entry = archive.by_index(place).expect("an entry");
        let (name, mut bytes) = (entry.name().expect("a name").into_owned(), Vec::new());
        entry.read_to_end(&mut bytes).expect("read");
        if name == "xl/worksheets/sheet1.xml" {
            let mut text = String::from_utf8(bytes).expect("text");
            for row in rows {
                let start = text.find(&format!("<row r=\"{row}\"")).expect("a row");
                let end = start + text[start..].find("</row>").expect("its end") + "</row>".len();
                text.replace_range(start..end, "");
            }
            bytes = text.into_bytes();
        }
        made.start_file(name, zip::write::SimpleFileOptions::default()).expect("begun");
        made.write_all(&bytes).expect("written");
    }
    fs::write(&path, made.finish().expect("finished").into_inner()).expect("written");
}

/// The community trust extracts its second report anew, a week on: an appointment and a patient more, a telephone number
/// corrected, a row gone. And the folders that were keyed once are keyed again, in a file of their own.
fn a_later_extract_and_second_keyings_come(series: &Series) {
    let path = series.folder.path().join("sources/rnu_msk_report_2.csv");
    // Windows-1252, of which only letters that are Latin-1 too are there.
    let text: String = fs::read(&path).expect("there").into_iter().map(char::from).collect();
    let mut rows: Vec<&str> = text.lines().collect();
    let total = rows.iter().position(|row| row.starts_with("Total rows")).expect("a footer");
    let (gone, last) = (20, rows[total - 1]);
    let cells: Vec<&str> = last.split(',').collect();
    assert_eq!(cells.len(), table(rows[4].as_bytes())[0].len(), "no comma in a cell");
    let later = last.replace(cells[37], "11525070").replace(cells[39], "07 Apr 2017 09:30");
    let newcomer = ["7999999", "9990001006", "Mrs", "Quillfeather", "Maude"].into_iter().zip(&cells);
    let newcomer = newcomer.fold(later.clone(), |row, (new, old)| row.replacen(old, new, 1));
    let newcomer =
        newcomer.replace(cells[8], "03 Feb 1961").replace(cells[17], "75648999").replace(cells[26], "611889149999");
    let newcomer =
        newcomer.replace("11525070", "11525071").replace(cells[12], "01632960001").replace(cells[15], "K99002");
    let changed = rows[total - 2].replace(cells[12], "01632960002");
    rows[total - 2] = &changed;
    rows.insert(total, &newcomer);
    rows.insert(total, &later);
    rows.remove(gone);
    let written = rows.join("\r\n") + "\r\n";
    let count = written.split("Total rows: ").nth(1).and_then(|rest| rest.lines().next()).expect("a total");
    let more = (count.parse::<u32>().expect("a number") + 1).to_string();
    let written = written.replace(&format!("Total rows: {count}"), &format!("Total rows: {more}"));
    let byte = |letter: char| u8::try_from(u32::from(letter)).expect("Latin-1");
    fs::write(&path, written.chars().map(byte).collect::<Vec<u8>>()).expect("written");
    second_keyings(series);
}

fn second_keyings(series: &Series) {
    let sources = series.folder.path().join("sources");
    let mut book: calamine::Xlsx<_> = calamine::open_workbook(sources.join("paper_boxes_keyed_1.xlsx")).expect("there");
    let keyed = calamine::Reader::worksheet_range(&mut book, "Keying").expect("a sheet");
    let rows: Vec<Vec<String>> = keyed.rows().map(|row| row.iter().map(keyed_text).collect()).collect();
    let pass = rows[0].iter().position(|title| title == "Keyed").expect("a column");
    let mut again = vec![rows[0].clone()];
    for line in lines(series.last(), "tables/figure_rows").iter().filter(|line| line["figure"] == "paper.outstanding") {
        let row = item_row(&line["item"]).row as usize;
        let mut keying = rows[row - 1].clone();
        keying[pass] = if keying[pass] == "1" { "2".into() } else { "1".into() };
        again.push(keying);
    }
    assert_eq!(again.len(), 5);
    review::write(&sources.join("paper_boxes_keyed_2.xlsx"), &vec![("Keying".to_owned(), again)]);
}

fn keyed_text(cell: &calamine::Data) -> String {
    match cell {
        calamine::Data::DateTime(date) => {
            let (year, month, day, ..) = date.to_ymd_hms_milli();
            format!("{day:02}/{month:02}/{year:04}")
        }
        other => other.to_string(),
    }
}

/// The row that an item of a figure names: source, file, sheet and row.
fn item_row(item: &str) -> RowName {
    let parts: Vec<&str> = item.split(':').collect();
    let [source, file, sheet, row] = parts[..] else { panic!("{item} is no row") };
    RowName { source: source.into(), file: file.into(), sheet: sheet.into(), row: row.parse().expect("a number") }
}

fn answer_all(sheets: &mut review::Sheets, sheet: &str, word: &str) {
    for line in review::sheet(sheets, sheet).iter_mut().skip(1).filter(|line| !line[0].contains('.')) {
        line[ANSWER] = word.into();
    }
}

/// Who somebody is who knows: of each row of the example, by its source and the digest of its cells.
struct Truth {
    people: BTreeMap<(String, String), String>,
}

impl Truth {
    fn known() -> Self {
        let example = files(example_run());
        let made: Package = example
            .into_iter()
            .filter_map(|(name, bytes)| Some((name.strip_prefix("packages/0001/")?.to_owned(), bytes)))
            .collect();
        let truth = table(&fs::read(fixtures().join("msk-transfer/truth/rows.csv")).expect("there"));
        let people: BTreeMap<&[String], &String> = truth[1..].iter().map(|line| (&line[..4], &line[5])).collect();
        let known = [lines(&made, "tables/patient_records"), lines(&made, "tables/unassigned")].concat();
        let person = |line: &Line| {
            let name = ["source", "file", "sheet", "row"].map(|column| line[column].clone());
            Some(((line["source"].clone(), line["row_sha256"].clone()), (*people.get(&name[..])?).clone()))
        };
        Truth { people: known.iter().filter_map(person).collect() }
    }

    /// Of each row of a package that is known.
    fn of(&self, package: &Package) -> BTreeMap<[String; 4], String> {
        let known = [lines(package, "tables/patient_records"), lines(package, "tables/unassigned")].concat();
        let person = |line: &Line| {
            let person = self.people.get(&(line["source"].clone(), line["row_sha256"].clone()))?;
            Some((["source", "file", "sheet", "row"].map(|column| line[column].clone()), person.clone()))
        };
        known.iter().filter_map(person).collect()
    }
}

/// Which person a line of a workbook speaks of: whom the truth names, else whoever has the number.
fn whose(titles: &[String], line: &[String], known: &BTreeMap<[String; 4], String>) -> String {
    let cell = |title: &str| titles.iter().position(|known| known == title).map_or("", |place| &line[place]).to_owned();
    let row = ["Source", "File", "Sheet", "Row"].map(cell);
    known.get(&row).cloned().unwrap_or_else(|| cell("NHS number"))
}

/// Answers the pairs as somebody does who knows: how many for the first time, and how many again.
fn pairs_are_answered(series: &Series) -> [u64; 2] {
    let (known, numbers) = (Truth::known().of(series.last()), numbers());
    series.answer_again(&["pairs"], |sheets| {
        let lines = review::sheet(sheets, "Pairs");
        let titles = lines[0].clone();
        for at in (1..lines.len()).filter(|at| !lines[*at][0].contains('.')).collect::<Vec<usize>>() {
            let people = [at, at + 1].map(|line| whose(&titles, &lines[line], &known));
            let [one, other] = people.map(|person| numbers.get(&person).cloned().unwrap_or(person));
            lines[at][ANSWER] = if one == other { "same".into() } else { "different".into() };
        }
    })
}

/// Answers every pair that is open, of which some that are held back were answered before.
fn pairs_are_answered_to_the_last(series: &Series) {
    let open = value(series.last(), "unreviewed_pairs");
    assert!((1..20).contains(&open), "{open} questions are opened by answers");
    let [recorded, again] = pairs_are_answered(series);
    assert!(recorded > 0 && recorded + again == open, "{recorded} and {again} of {open}");
}

/// The people of the example by the numbers they have: the receiver's own rows are known by those alone.
fn numbers() -> BTreeMap<String, String> {
    let people = table(&fs::read(fixtures().join("msk-transfer/truth/people.csv")).expect("there"));
    people[1..].iter().filter(|line| !line[1].is_empty()).map(|line| (line[0].clone(), line[1].clone())).collect()
}

/// What workbooks ask of who is who, answered as somebody does who knows.
fn people_decide(series: &Series) {
    let open = value(series.last(), "unreviewed_pairs");
    assert!(open > 150);
    assert_eq!(pairs_are_answered(series), [open, 0]);
    let known = Truth::known().of(series.last());
    let placed = series.answer(&["unassigned"], |sheets| {
        let lines = review::sheet(sheets, "Unassigned");
        let titles = lines[0].clone();
        for at in (1..lines.len()).filter(|at| !lines[*at][0].contains('.')).collect::<Vec<usize>>() {
            let wanted = whose(&titles, &lines[at], &known);
            let candidates = lines[at + 1..].iter().take_while(|line| line[0].contains('.'));
            let place = candidates.map(|line| whose(&titles, line, &known)).position(|person| person == wanted);
            lines[at][ANSWER] = place.map_or("nobody".into(), |place| format!("candidate {}", place + 1));
        }
    });
    assert!(placed > 0);
}

/// One that alone says of its rows who they are.
fn one_answer_is_taken_back(series: &Series) {
    let decided = lines(series.last(), "tables/review_decisions");
    let journal = series.journal();
    let times = |row: &RowName| journal.iter().flatten().filter(|named| *named == row).count();
    let alone = |line: &Line| journal[number(line) - 1].iter().all(|row| times(row) == 1);
    let mut joined = decided.iter().filter(|line| line["effect"] == "joined" && line["kind"] == "pair");
    let joined = joined.find(|line| alone(line)).expect("two are one");
    let who = ["--who", "A. Records Officer", "--note", "it was the brother"];
    let said = series.folder.handover(&[&["review", "undo", "--event", &joined["event"]], &who[..]].concat());
    assert_eq!(said.code, 0, "{}", said.all());
    let again = series.folder.handover(&[&["review", "undo", "--event", &joined["event"]], &who[..]].concat());
    assert!(again.code == 2 && again.err.contains("taken back already"), "{}", again.all());
}

/// The receiver books everybody whose booking nobody holds, at the same time in the successor of the site.
fn the_receiver_takes_bookings(series: &Series, file: u32) {
    let package = series.last();
    let by = |name: &str, id: &str| -> BTreeMap<String, Line> {
        lines(package, name).into_iter().map(|line| (line[id].clone(), line)).collect()
    };
    let (bookings, patients) = (by("tables/appointments", "appointment_id"), by("tables/patients", "patient_id"));
    let sites = table(&fs::read(series.folder.path().join("sites.csv")).expect("there"));
    let successor =
        |site: &str| sites.iter().find(|line| line[0] == site).map_or(site.to_owned(), |line| line[3].clone());
    let header = "ClientID|NHSNumber|Surname|Firstname|DateOfBirth|Gender|Address|Postcode|Mobile|Email|AppointmentID|BookedOn|\
                  ApptDate|ApptTime|ClinicID|HCP|ApptType|Outcome\n";
    let mut text = header.to_owned();
    let open =
        lines(package, "tables/figure_rows").into_iter().filter(|line| line["figure"] == "appointments.unresolved");
    for (number, line) in open.enumerate() {
        let booking = &bookings[&line["item"]];
        let Some(patient) = patients.get(&booking["patient_id"]) else { continue };
        let cell = |name: &str| if patient[name].is_empty() { "NULL".to_owned() } else { patient[name].clone() };
        let day = |date: &str| date.splitn(3, '-').collect::<Vec<_>>().into_iter().rev().collect::<Vec<_>>().join("/");
        let (on, at) = booking["starts"].split_once('T').unwrap_or((&booking["starts"], "NULL"));
        let gender = match patient["sex"].as_str() {
            "male" => "M",
            "female" => "F",
            _ => "NULL",
        };
        let born = if patient["date_of_birth"].len() == 10 { day(&patient["date_of_birth"]) } else { "NULL".into() };
        let cells = [
            format!("7{file}{number:05}"),
            cell("nhs_number"),
            cell("family_name"),
            cell("given_name"),
            born,
            gender.into(),
            cell("address"),
            cell("postcode"),
            cell("mobile"),
            cell("email"),
            format!("19{file}{number:07}"),
            "29/09/2017".into(),
            day(on),
            at.into(),
            successor(&booking["site"]),
            "NULL".into(),
            "First".into(),
            "Booked".into(),
        ];
        text += &(cells.join("|") + "\n");
    }
    series.folder.write(&format!("sources/nxx_first_bookings_{file}.txt"), &text);
    certify(series, "nxx-bookings", rows_of_data(package, "nxx-bookings") + text.lines().count() - 1);
}

/// Of a folder that was keyed in two ways, the reading that says something; of two, the first.
fn folders_are_looked_at(series: &Series) {
    let open = value(series.last(), "paper_disagreements_open");
    let answers = |sheets: &mut review::Sheets| {
        let lines = review::sheet(sheets, "Paper");
        let first = lines[0].iter().position(|title| title == "First keying").expect("a column");
        for line in &mut lines[1..] {
            line[ANSWER] = if line[first].is_empty() { "second".into() } else { "first".into() };
        }
    };
    assert_eq!(series.answer(&["paper"], answers), open);
}

fn items_are_closed(series: &Series) {
    let open = value(series.last(), "safety_items_open");
    assert_eq!(series.answer(&["safety"], |sheets| answer_all(sheets, "Safety", "closed")), open);
}

fn differences_are_explained(series: &Series) {
    let open = value(series.last(), "declared_differences_unexplained");
    let answers = |sheets: &mut review::Sheets| {
        let lines = review::sheet(sheets, "Differences");
        let how = lines[0].iter().position(|title| title == "How they differ").expect("a column");
        for line in &mut lines[1..] {
            line[ANSWER] = match line[how].as_str() {
                "Declared, and not on the rebuilt list" => "declared-in-error",
                "On the rebuilt list, and not declared" => "left-off-in-error",
                _ => "typing-error",
            }
            .into();
        }
    };
    assert_eq!(series.answer(&["differences"], answers), open);
}
