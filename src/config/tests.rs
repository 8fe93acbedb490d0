//! Whole files in, configurations and reports out.

use super::{Columns, Config, Error, EvidenceKind, FileFormat, RecordKind, Standing, fields, load};
use jiff::civil::date;
use std::fs;
use std::path::Path;

const TRANSITION: &str = r#"
[transition]
name = "Oxfordshire MSK"
from = ["RTH", "RNU"]
to = "NXX"
transfer_date = 2017-10-01
as_at = "2017-09-30"
"#;

const SOURCE: &str = r#"
[[source]]
id = "oh-physio"
path = "sources/oh_physio_*.csv"
mapping = "mappings/oh_physio.toml"
provider = "RNU"
system = "SystmOne"
"#;

const MAPPING: &str = r#"
[person]
local_id = "Patient ID"
"#;

/// Writes the files, loads, and takes the temporary folder's path out of the report.
fn load_files(files: &[(&str, &str)]) -> Result<Config, String> {
    let folder = tempfile::tempdir().expect("a temporary folder");
    load_in(folder.path(), files).map_err(|error| match error {
        Error::Mistakes(_) => error.to_string().replace(&format!("{}/", folder.path().display()), ""),
        other => panic!("{other:?}"),
    })
}

fn load_in(folder: &Path, files: &[(&str, &str)]) -> Result<Config, Error> {
    for (name, content) in files {
        let path = folder.join(name);
        fs::create_dir_all(path.parent().expect("in the folder")).expect("a folder");
        fs::write(path, content).expect("a file");
    }
    load(folder)
}

/// The transition, its one source and mapping, and these further lines of handover.toml.
fn load_with(more: &str) -> Result<Config, String> {
    load_files(&[("handover.toml", &format!("{TRANSITION}{SOURCE}{more}")), ("mappings/oh_physio.toml", MAPPING)])
}

#[track_caller]
fn check_mistake(more: &str, expected: &str) {
    match load_with(more) {
        Ok(_) => panic!("no mistake was found"),
        Err(report) => assert!(report.contains(expected), "{report}"),
    }
}

#[test]
fn a_whole_configuration_is_read() {
    let config = load_files(&[
        (
            "handover.toml",
            &[
                TRANSITION,
                "sites = \"sites.csv\"\n",
                SOURCE,
                r#"
                service_line = "community"
                extracted_at = 2017-09-29
                control_rows = 21_480
                certified_by = "Head of Information, RNU"
                [[source]]
                id = "letters"
                path = "sources/letters.csv"
                mapping = "mappings/oh_physio.toml"
                provider = "NXX"
                system = "Letters"
                standing = "evidence"
                evidence = "letter"
                [link]
                match = 0.97
                one_to_one = true
                [[link.comparison]]
                field = "extra.occupation"
                levels = ["exact", "jaro_winkler  0.88"]
                term_frequency = true
                [[link.block]]
                on = ["family_name", "date_of_birth"]
                [gates]
                unreviewed_pairs = 0
                exceptions_percent = 0.5
                [[waiver]]
                gate = "exceptions_percent"
                name = "A. Manager"
                role = "Transition manager"
                reason = "agreed"
                date = 2017-09-30
                [[kpi]]
                name = "First urgent appointment offered within 5 working days"
                version = "2017-10"
                from = "referral.received"
                to = "appointment.offered"
                where = { priority = "urgent" }
                within = "5 working days"
                target = 0.80
                [overlap]
                assumed = 0.40
                [clock]
                day_zero = "included"
                hours = "working-days"
                added_holidays = [2030-06-03, "2025-05-08", 2030-06-03]
                [[exclusion]]
                name = "not seen for 6 months"
                rule = { not_seen_for = "6 months" }
                signed_by = ""
                [[safety]]
                rule = "diagnostic-overdue"
                off_because = "no diagnostics are handed over"
                "#,
            ]
            .concat(),
        ),
        (
            "mappings/oh_physio.toml",
            r#"
            [file]
            format = "csv"
            encoding = "windows-1252"
            delimiter = "\t"
            sheet = 2
            header_row = 4
            end_of_data = "Total"
            dates = ["%d/%m/%Y", "%d-%b-%y"]
            [person]
            given_name = ["Forename", "First name "]
            date_of_birth = { column = "DOB", dates = ["%Y%m%d"] }
            sex = { column = "Sex", codes = { " M " = "male", "F" = "female" } }
            address = { columns = ["Addr1", "Addr2"], join = ", " }
            [person.extra]
            occupation = "Occupation"
            [paper]
            folder = "Folder"
            pass = "Keyed"
            double = ["date_of_birth"]
            "#,
        ),
    ])
    .expect("a good configuration");
    let transition = &config.transition;
    assert_eq!((transition.transfer_date, transition.as_at), (date(2017, 10, 1), date(2017, 9, 30)));
    assert_eq!((transition.decisions.as_str(), transition.key.as_str()), ("decisions.jsonl", "commitment.key"));
    let ids: Vec<&str> = config.sources.iter().map(|source| source.id.as_str()).collect();
    assert_eq!(ids, ["letters", "oh-physio"]);
    assert_eq!(config.sources[0].standing, Standing::Evidence(EvidenceKind::Letter));
    assert_eq!((config.sources[0].service_line.as_str(), config.sources[1].control_rows), ("", Some(21_480)));
    assert_eq!((config.link.match_at, config.link.review_at), (0.97, 0.50));
    assert_eq!(config.link.one_to_one, ["oh-physio"], "letters name people as often as they are written to");
    assert_eq!(config.link.comparisons[0].levels, ["exact", "jaro_winkler 0.88"]);
    assert_eq!((config.kpis[0].month.as_str(), config.kpis[0].still_open.as_str()), ("to", "breach-when-over"));
    assert_eq!((config.clock.day_zero_excluded, config.clock.hours_elapsed), (false, false));
    assert_eq!(config.clock.holidays, super::Holidays::England);
    assert_eq!(config.clock.added_holidays, [date(2025, 5, 8), date(2030, 6, 3)]);
    assert_eq!((config.gates.len(), config.gates["exceptions_percent"], config.overlap.assumed), (2, 0.5, Some(0.4)));

    let mapping = &config.sources[1].mapping;
    let layout = (mapping.file.format, mapping.file.delimiter, mapping.file.sheet.as_deref(), mapping.file.header_row);
    assert_eq!(layout, (Some(FileFormat::Csv), Some(b'\t'), Some("2"), Some(4)));
    let given_name = &mapping.fields[&fields::person::GIVEN_NAME];
    assert_eq!(given_name.columns, Columns::FirstOf(vec!["Forename".into(), "First name ".into()]));
    let sex: Vec<_> = mapping.fields[&fields::person::SEX].codes.iter().collect();
    assert_eq!(sex, [(&"f".to_owned(), &"female".to_owned()), (&"m".to_owned(), &"male".to_owned())]);
    assert!(mapping.extra.contains_key(&(RecordKind::Person, "occupation".to_owned())));
    assert!(mapping.fields.contains_key(&fields::paper::FOLDER));
    assert_eq!(mapping.paper.as_ref().map(|paper| paper.double.as_slice()), Some(&["date_of_birth".to_owned()][..]));
}

#[test]
fn every_mistake_of_every_file_is_reported_together() {
    let report = load_files(&[
        (
            "handover.toml",
            r#"[transition]
name = "Oxfordshire MSK"
from = []
to = "nxx"
transfer_dat = 2017-10-01
as_at = "30/09/2017"

[[source]]
id = "oh-physio"
path = "sources/***.csv"
mapping = "mappings/oh_physio.toml"
provider = "RNU"
system = "SystmOne"
standing = "evidense"

[[source]]
id = "oh-physio"
path = "sources/other.csv"
mapping = "mappings/missing.toml"
provider = "RNU"
standing = "evidence"

[[source]]
id = "sites"
path = 7
mapping = "mappings/paper.toml"
provider = "RNU"
system = "Boxes"
evidence = "letter"

[link]
match = 0.4
[[link.comparison]]
field = "familyname"
levels = ["exact", "jarowinkler 0.9"]
[[link.block]]
on = ["extra.shoe_size"]

[gates]
unreviewed_pair = 0
safety_items_open = -1
exceptions_percent = 120

[[waiver]]
gate = "everything"
name = "A. Manager"
role = ""
reason = "agreed"
date = 2017-02-29T10:00:00

[[kpi]]
name = "First seen"
from = "referral.recieved"
to = "appointment.offered"
where = { priority = "soon" }
within = "5 working weeks"
target = 80

[overlap]
assumed = "40 %"
[clock]
day_zero = "counted"
[[exclusion]]
name = "not seen"
rule = { unseen_for = "6 months" }
[safety]
rule = "diagnostic-overdue"
"#,
        ),
        (
            "mappings/oh_physio.toml",
            r#"[file]
format = "cvs"
encoding = "windows-125"
delimiter = "||"
header_row = -1
header_rows = 6
dates = ["%d/%m/%Y", "dd/mm/yyyy", "%H:%M"]

[persons]
[person]
surname = "Surname"
given_nme = "Forename"
received = "Received"
sex = { column = "Sex", codes = { M = "Male", F = "female", "f " = "unknown" } }
postcode = { colunm = "Postcode" }
address = { column = "Addr1", join = ", " }
local_id = 12
email = { column = "Email", dates = ["%d/%m/%Y"] }
"#,
        ),
        (
            "mappings/paper.toml",
            "[paper]\nbox = \"Box\"\nfolder = \"Folder\"\ndouble = [\"priority\"]\n[declared]\ngroup = \"é\" \n",
        ),
    ])
    .expect_err("mistakes");
    insta::assert_snapshot!(report, @r#"
    handover.toml:1:1: `transfer_date` is missing from [transition]
        add transfer_date = …
    handover.toml:3:8: `transition.from` is an empty list
        name at least one provider by its ODS code
    handover.toml:4:6: `transition.to` is not an ODS code: `nxx`
        ODS codes are capital letters and digits, such as RNU or NXX01
    handover.toml:5:1: unknown key `transfer_dat` in [transition]
        did you mean `transfer_date`?
    handover.toml:6:9: `transition.as_at` is not a calendar date
        write it as 2017-09-30
    handover.toml:10:8: `sources/***.csv` is no pattern of paths: wildcards are either regular `*` or recursive `**`
        * stands for any text within a name, ? for one character
    handover.toml:14:12: `source.standing` must be one of record, evidence, declared, trace; here it is `evidense`
        did you mean `evidence`?
    handover.toml:16:1: `system` is missing from [source]
        add system = …
    handover.toml:17:6: the source on line 9 has the id `oh-physio` too
        ids are unique
    handover.toml:19:11: there is no mapping `mappings/missing.toml`
        paths are relative to handover.toml; `handover profile FILE --draft DIR` drafts a mapping
    handover.toml:21:12: standing = "evidence" does not say what kind of evidence
        add evidence = "letter", "text", "diary", "call" or "other"
    handover.toml:24:6: the id `sites` is kept for the site crosswalk
        choose another id
    handover.toml:25:8: `source.path` must be text; here it is a whole number
        write path = "…"
    handover.toml:29:1: this source has a kind of evidence, but its standing is not evidence
        add standing = "evidence", or remove the key
    handover.toml:32:9: match (0.4) is below review (0.5)
        from review up to match people decide, from match up the machine; raise match or lower review
    handover.toml:34:9: `link.comparison.field` is no field of a person: `familyname`
        did you mean `family_name`?
    handover.toml:35:20: `link.comparison.levels` has an unknown level: `jarowinkler 0.9`
        levels are "exact", "jaro_winkler 0.88" and "damerau_levenshtein 1"
    handover.toml:37:7: `link.block.on` is no field of a person: `extra.shoe_size`
        write a field of [person], or extra.NAME for one that a mapping has in [person.extra]
    handover.toml:40:1: unknown key `unreviewed_pair` in [gates]
        did you mean `unreviewed_pairs`?
    handover.toml:41:21: `gates.safety_items_open` must be a number, nought or more
    handover.toml:42:22: `gates.exceptions_percent` is more than 100 per cent
        write a percentage from 0 to 100
    handover.toml:45:8: there is no gate `everything`
        known here: unreviewed_pairs, exceptions_percent, patients_without_verified_nhs_number_percent, unrecorded_appointments_unresolved, declared_differences_unexplained, safety_items_open, paper_folders_outstanding, paper_disagreements_open, exclusions_unsigned, extract_age_days
    handover.toml:47:8: `waiver.role` is empty
        write its value between the quotes, or remove the key
    handover.toml:49:8: `2017-02-29T10:00:00` is not a calendar date
        write it as 2017-09-30
    handover.toml:53:8: `kpi.from` is no event: `referral.recieved`
        did you mean `referral.received`?
    handover.toml:55:22: `kpi.where.priority` must be one of routine, urgent, two-week-wait; here it is `soon`
    handover.toml:56:10: `kpi.within` is no length of time: `5 working weeks`
        write a whole number and one of hours, days, working days, weeks
    handover.toml:57:10: `kpi.target` must lie between 0 and 1
        write a share, not a percentage: 0.5, not 50
    handover.toml:60:11: `overlap.assumed` must be a number; here it is text
        write it without quotes
    handover.toml:62:12: `clock.day_zero` must be one of excluded, included; here it is `counted`
    handover.toml:65:8: `not_seen_for` is missing from [exclusion.rule]
        add not_seen_for = …
    handover.toml:65:10: unknown key `unseen_for` in [exclusion.rule]
        known here: not_seen_for
    handover.toml:66:1: `safety` must be a list of tables; here it is a table
        write [[safety]], with two brackets
    mappings/oh_physio.toml:2:10: `file.format` must be one of csv, xlsx, xlsb, xls, ods; here it is `cvs`
        did you mean `csv`?
    mappings/oh_physio.toml:3:12: `file.encoding` names no known encoding: `windows-125`
        most exports are "utf-8" or "windows-1252"; remove the key to have it detected
    mappings/oh_physio.toml:4:13: `file.delimiter` must be one character
        such as ",", ";", "|" or "\t"
    mappings/oh_physio.toml:5:14: `file.header_row` must be a whole number from 0 up
    mappings/oh_physio.toml:6:15: `file.header_rows` is more than 5
        it counts the rows that one header stands on, from header_row down
    mappings/oh_physio.toml:7:22: `file.dates` is no pattern of a date: `dd/mm/yyyy`
        write it with strftime's letters, such as "%d/%m/%Y" or "%d-%b-%y"
    mappings/oh_physio.toml:7:36: `file.dates` is no pattern of a date: `%H:%M`
        write it with strftime's letters, such as "%d/%m/%Y" or "%d-%b-%y"
    mappings/oh_physio.toml:9:2: unknown table `persons`
        did you mean `person`?
    mappings/oh_physio.toml:11:1: unknown field `surname` in [person]
        did you mean `family_name`?
    mappings/oh_physio.toml:12:1: unknown field `given_nme` in [person]
        did you mean `given_name`?
    mappings/oh_physio.toml:13:1: unknown field `received` in [person]
        it is a field of [referral]
    mappings/oh_physio.toml:14:39: `person.sex.codes.M` must be one of male, female, indeterminate, unknown; here it is `Male`
        did you mean `male`?
    mappings/oh_physio.toml:14:68: `person.sex.codes.f ` stands for two words
        codes are compared without regard to case and outer white space; keep one
    mappings/oh_physio.toml:15:12: `person.postcode` names no column
        add column = "…"
    mappings/oh_physio.toml:15:14: unknown key `colunm` in [person.postcode]
        did you mean `column`?
    mappings/oh_physio.toml:16:38: `person.address.join` joins nothing
        name the columns to join in columns = ["…", "…"]
    mappings/oh_physio.toml:17:12: `person.local_id` must be a column's name, a list of names, or { column = "…" }; here it is a whole number
        write the header's text in quotes
    mappings/oh_physio.toml:18:37: `person.email.dates` stands on a field that is not a date
        remove it
    mappings/paper.toml:1:1: `pass` is missing from [paper]
        add pass = …
    mappings/paper.toml:4:11: `paper.double` names a field that this mapping does not map: `priority`
        map the field, or take it out of the list
    mappings/paper.toml:5:1: [declared] says neither value nor period_columns
        a long table has value = "…", the column of the figure; a wide one has period_columns = ["…", "…"]
    mappings/paper.toml:5:1: `measure` is missing from [declared]
        add measure = …
    "#);
}

#[test]
fn an_inner_mistake_has_its_own_message() {
    check_mistake("[gates]\nexclusions_unsigned = \"none\"", "must be a number; here it is text");
    check_mistake("[link]\nreview = 0.995", "match (0.99) is below review (0.995)");
    check_mistake("[link]\none_to_one = [\"oh-fysio\"]", "`link.one_to_one` names no source: `oh-fysio`");
    check_mistake("[link]\none_to_one = []", "is an empty list");
    check_mistake("[link]\nmatch = 1.5", "must lie between 0 and 1");
    check_mistake("[surprise]\n", "unknown table `surprise`");
    check_mistake("[overlap]\nassumed = 0.4.0\n[link]\nreview = 2", "`link.review` must lie between");
    check_mistake("[overlap]\nassumed = 0.4.0\n", "not valid TOML");
    check_mistake("[[link.comparison]]\nfield = \"sex\"\nlevels = []", "is an empty list");
    let many = |level: &str| vec![format!("\"{level}\""); 13].join(", ");
    let levels = format!("[[link.comparison]]\nfield = \"sex\"\nlevels = [{}]", many("exact"));
    check_mistake(&levels, "`link.comparison.levels` has more than 12 levels");
}

#[test]
fn an_empty_text_is_no_setting_left_out() {
    for key in ["previous", "decisions", "key", "sites"] {
        let handover = format!("{TRANSITION}{key} = \" \"\n{SOURCE}");
        let report =
            load_files(&[("handover.toml", &handover), ("mappings/oh_physio.toml", MAPPING)]).expect_err("empty");
        assert!(report.contains(&format!("`transition.{key}` is empty")), "{report}");
    }
    for key in ["name", "role", "reason"] {
        let all = ["name", "role", "reason"].map(|of| format!("{of} = \"{}\"\n", if of == key { "" } else { "x" }));
        let waiver = format!("[[waiver]]\ngate = \"extract_age_days\"\ndate = 2017-09-30\n{}", all.concat());
        check_mistake(&waiver, &format!("`waiver.{key}` is empty"));
        check_mistake(&waiver.replace(&format!("{key} = \"\"\n"), ""), &format!("`{key}`"));
    }
}

#[test]
fn broken_syntax_hides_no_other_mistake_and_invents_none() {
    let handover = format!("{TRANSITION}sites = sites.csv\n{SOURCE}standing = \"recrod\"\n[link\nmatch = 2.0\n");
    let mapping = "[person]\nlocal_id = \n[person\nx = 1\n";
    let report =
        load_files(&[("handover.toml", &handover), ("mappings/oh_physio.toml", mapping)]).expect_err("mistakes");
    insta::assert_snapshot!(report, @r#"
    handover.toml:8:9: `sites.csv` is text without quotes
        write it in double quotes
    handover.toml:16:12: `source.standing` must be one of record, evidence, declared, trace; here it is `recrod`
        did you mean `record`?
    handover.toml:17:6: not valid TOML: unclosed table, expected `]`
        text stands in double quotes, numbers and dates do not; each key stands on a line of its own
    mappings/oh_physio.toml:2:12: there is no value after the equals sign
        write one, or remove the key
    mappings/oh_physio.toml:3:8: not valid TOML: unclosed table, expected `]`
        text stands in double quotes, numbers and dates do not; each key stands on a line of its own
    "#);
}

#[test]
fn a_missing_file_is_unreadable() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    assert!(matches!(load(folder.path()), Err(Error::Unreadable { .. })));
    assert!(matches!(load(&folder.path().join("other.toml")), Err(Error::Unreadable { .. })));
}

#[track_caller]
fn digest(handover: &str, mapping: &str) -> String {
    let files = [("handover.toml", handover), ("mappings/oh_physio.toml", mapping), ("mappings/b.toml", MAPPING)];
    load_files(&files).expect("a good configuration").digest.to_string()
}

#[test]
fn layout_order_place_and_defaults_leave_the_digest_alone() {
    let other =
        "[[source]]\nid = \"b\"\npath = \"b.csv\"\nmapping = \"mappings/b.toml\"\nprovider = \"RTH\"\nsystem = \"B\"\n";
    let gates = "[gates]\nunreviewed_pairs = 0\nextract_age_days = 7\n";
    let first = digest(&format!("{TRANSITION}{SOURCE}{other}{gates}"), MAPPING);
    let gates =
        "# ceilings\n[gates]\nextract_age_days   = 7.0\nunreviewed_pairs = 0\n[link]\nmatch = 0.99 # the default\n";
    let second = digest(
        &format!("{gates}{other}{SOURCE}{TRANSITION}"),
        "[person]\nlocal_id = { column = 'Patient ID' }\n[file]\n",
    );
    assert_eq!(first, second);
}

#[test]
fn any_setting_changes_the_digest() {
    let base = digest(&format!("{TRANSITION}{SOURCE}"), MAPPING);
    let changes = [
        (format!("{TRANSITION}{SOURCE}standing = \"declared\"\n"), MAPPING),
        (format!("{TRANSITION}{SOURCE}[link]\nmatch = 0.98\n"), MAPPING),
        (format!("{TRANSITION}{SOURCE}[link]\none_to_one = true\n"), MAPPING),
        (format!("{TRANSITION}{SOURCE}[gates]\nunreviewed_pairs = 0\n"), MAPPING),
        (format!("{TRANSITION}{SOURCE}[clock]\nday_zero = \"included\"\n"), MAPPING),
        (format!("{TRANSITION}{SOURCE}[clock]\nhours = \"working-days\"\n"), MAPPING),
        (format!("{TRANSITION}{SOURCE}[clock]\nholidays = \"none\"\n"), MAPPING),
        (format!("{TRANSITION}{SOURCE}[clock]\nadded_holidays = [2030-06-03]\n"), MAPPING),
        (format!("{TRANSITION}{SOURCE}"), "[person]\nlocal_id = \"Patient Id\"\n"),
        (format!("{TRANSITION}{SOURCE}"), "[person]\nlocal_id = \"Patient ID\"\n[person.extra]\na = \"A\"\n"),
        (format!("{TRANSITION}{SOURCE}"), "[file]\nheader_row = 2\n[person]\nlocal_id = \"Patient ID\"\n"),
        (format!("{TRANSITION}{SOURCE}"), "[file]\nheader_rows = 2\n[person]\nlocal_id = \"Patient ID\"\n"),
    ];
    for (handover, mapping) in changes {
        assert_ne!(digest(&handover, mapping), base, "{handover}{mapping}");
    }
}

#[test]
fn of_header_rows_that_is_said_which_is_wrong() {
    for (file, expected) in [
        (
            "header_row = 0\nheader_rows = 7",
            "3:15: `file.header_rows` cannot stand beside header_row = 0\n    header_row = 0",
        ),
        ("header_row = 2\nheader_rows = 7", "3:15: `file.header_rows` is more than 5\n    it counts"),
        ("header_row = 2\nheader_rows = 0", "3:15: `file.header_rows` must be a whole number from 1 up"),
        ("header_row = 2\nheader_rows = \"2\"", "3:15: `file.header_rows` must be a whole number; here"),
        (
            "header_row = 2\nfill_merged = 1",
            "3:15: `file.fill_merged` must be true or false; here it is a whole number",
        ),
    ] {
        let mapping = format!("[file]\n{file}\n{MAPPING}");
        let files = [("handover.toml", format!("{TRANSITION}{SOURCE}")), ("mappings/oh_physio.toml", mapping)];
        let report = load_files(&files.each_ref().map(|(name, text)| (*name, text.as_str()))).expect_err("a mistake");
        let said = report.strip_prefix("mappings/oh_physio.toml:").expect("the place");
        assert!(said.starts_with(expected) && report.matches("oh_physio.toml:").count() == 1, "{report}");
    }
}

#[test]
fn a_file_damaged_anywhere_is_reported_and_never_a_panic() {
    let handover =
        format!("{TRANSITION}{SOURCE}[gates]\nextract_age_days = 7\n[[kpi]]\nwhere = {{ priority = \"é\" }}\n");
    let folder = tempfile::tempdir().expect("a temporary folder");
    for cut in 0..handover.len() {
        for damage in [&b""[..], b"[[", b"\"", b"{", b"\xff", b"\n[x", b"'''"] {
            let (before, after) = handover.as_bytes().split_at(cut);
            let mapping = [MAPPING.as_bytes().split_at(cut.min(MAPPING.len())).0, damage].concat();
            fs::create_dir_all(folder.path().join("mappings")).expect("a folder");
            fs::write(folder.path().join("mappings/oh_physio.toml"), mapping).expect("a file");
            fs::write(folder.path().join("handover.toml"), [before, damage, after].concat()).expect("a file");
            assert!(matches!(load(folder.path()), Err(Error::Mistakes(mistakes)) if !mistakes.is_empty()));
        }
    }
}
