//! The wiring: exit codes, what goes to which stream, and the messages that people read.

use crate::transition::{Transition, columns, example_run, files, handover};
use insta::assert_snapshot;
use std::collections::BTreeSet;
use std::fs;

const KEY_WARNING: &str =
    "warning: the commitment key is the published example; make another before any real data is handed over\n";

#[test]
fn help_is_no_mistake_and_names_the_exit_codes() {
    let empty = Transition::empty();
    for arguments in [&["help"][..], &["--help"], &["run", "--help"], &["--version"]] {
        let said = empty.handover(arguments);
        assert_eq!((said.code, said.err.as_str()), (0, ""), "{arguments:?}");
        assert!(!said.out.is_empty());
    }
    let help = empty.handover(&["help"]).out.split_whitespace().collect::<Vec<&str>>().join(" ");
    for word in ["init", "check", "run", "verify", "demo", "1 finished, and the answer is \"no\"", "130 interrupted"] {
        assert!(help.contains(word), "{word}");
    }
}

#[test]
fn a_wrong_command_line_is_2() {
    let empty = Transition::empty();
    for arguments in [&[][..], &["nonsense"], &["run", "--nope"], &["verify"], &["run", "--threads", "many"]] {
        let said = empty.handover(arguments);
        assert_eq!((said.code, said.out.as_str()), (2, ""), "{arguments:?}");
        assert!(said.err.contains("--help") || said.err.contains("Usage: handover"), "{arguments:?}: {}", said.err);
    }
    assert_snapshot!(empty.handover(&["run", "--threads", "0"]).refusal(), @r"
    2
    error: --threads 0: at least one thread is needed
      next: leave --threads out to use all cores
    ");
}

#[test]
fn a_wrong_command_line_is_json_for_whoever_asks_for_json() {
    let empty = Transition::empty();
    for (arguments, error, hint) in [
        (&["run", "--nope"][..], "unexpected argument '--nope' found", "Usage: handover run"),
        (&["verify"], "required arguments were not provided", "Usage: handover verify"),
        (&["nonsense"], "unrecognized subcommand 'nonsense'", "try '--help'"),
        (&["run", "--threads", "many"], "invalid value 'many' for '--threads", "try '--help'"),
        (&["run", "--ouy", "x"], "unexpected argument '--ouy' found", "a similar argument exists: '--out'"),
        (&[], "requires a subcommand", "try '--help'"),
    ] {
        for said in
            [empty.handover(&[arguments, &["--json"]].concat()), empty.handover(&[&["--json"], arguments].concat())]
        {
            assert_eq!(said.code, 2, "{arguments:?}");
            let document = said.json();
            assert_eq!((&document["format"], &document["ok"]), (&1.into(), &false.into()));
            assert!(document["error"].as_str().is_some_and(|text| text.contains(error)), "{document}");
            assert!(document["hint"].as_str().is_some_and(|text| text.contains(hint)), "{document}");
            assert!(!said.err.is_empty(), "a person is told too");
        }
    }
    // After two hyphens it is a file of that name.
    assert_eq!(empty.handover(&["verify", "a", "b", "--", "--json"]).out, "");
}

#[test]
fn what_a_command_line_names_is_looked_at_before_the_work_begins() {
    let clinic = Transition::clinic();
    assert_eq!(clinic.handover(&["run", "--quiet", "--quiet", "--out", "made"]).code, 0);
    let before = files(&clinic.path().join("made"));
    for (arguments, code, words) in [
        (&["run", "--out", "made/again"][..], 2, "made/again lies inside the package"),
        (&["run", "--out", "made/data/../data/again"], 2, "lies inside the package"),
        (&["init", "made/again"], 2, "lies inside the package"),
        (&["demo", "made/again"], 2, "lies inside the package"),
        (&["profile", "sources/clinic.csv", "--draft", "made/data"], 2, "lies inside the package"),
        (&["trace", "export", "made/data/people.csv"], 2, "lies inside the package"),
        (&["verify", "made", "--key", "nowhere"], 3, "--key nowhere: there is no such file"),
        (&["verify", "made", "--sources", "handover.toml"], 3, "--sources handover.toml: there is no such folder"),
        (&["init", "handover.toml"], 2, "handover.toml is a file, not a folder"),
        (&["demo", "handover.toml"], 2, "handover.toml is a file, not a folder"),
    ] {
        let said = clinic.handover(arguments);
        assert_eq!((said.code, said.out.as_str()), (code, ""), "{arguments:?}: {}", said.err);
        assert!(said.err.contains(words) && said.err.contains("  next: "), "{arguments:?}: {}", said.err);
        assert_eq!(clinic.handover(&[arguments, &["--json", "--json"]].concat()).json()["ok"], false);
    }
    assert!(files(&clinic.path().join("made")) == before);
}

#[test]
fn a_missing_configuration_is_2() {
    let empty = Transition::empty();
    assert_snapshot!(empty.refused_by_both(), @r"
    2
    error: the configuration cannot be used
      handover.toml could not be read
      No such file or directory (os error 2)
      next: name a handover.toml or its folder; handover init DIR makes a new one
    ");
}

#[test]
fn every_mistake_is_told_at_once_with_its_place() {
    let clinic = Transition::clinic();
    clinic.edit("handover.toml", "2017-09-30", "\"soon\"");
    clinic.edit("handover.toml", "system", "sistem");
    clinic.edit("mappings/clinic.toml", "given_name", "forename");
    assert_snapshot!(clinic.refused_by_both(), @"
    2
    error: the configuration cannot be used
      handover.toml:6:9: `transition.as_at` is not a calendar date
          write it as 2017-09-30
      handover.toml:8:1: `system` is missing from [source]
          add system = …
      handover.toml:13:1: unknown key `sistem` in [source]
          did you mean `system`?
      mappings/clinic.toml:7:1: unknown field `forename` in [person]
          did you mean `given_name`?
      next: correct what is listed, then run the command again
    ");
}

#[test]
fn a_glob_that_matches_nothing_is_3() {
    let clinic = Transition::clinic();
    fs::rename(clinic.path().join("sources"), clinic.path().join("elsewhere")).expect("moved");
    assert_snapshot!(clinic.refused_by_both(), @r"
    3
    error: a source cannot be read
      source clinic: no file matches sources/clinic*.csv
      next: put the export where the source's path points, or correct the path in handover.toml
    ");
    assert!(!clinic.path().join("packages").exists());
}

#[test]
fn a_file_that_two_sources_claim_is_2_and_both_are_named() {
    let clinic = Transition::clinic();
    let config = fs::read_to_string(clinic.path().join("handover.toml")).expect("text");
    let (_, source) = config.split_once("[[source]]").expect("a source");
    let second = source.replace("id = \"clinic\"", "id = \"again\"").replace("clinic*.csv", "*.csv");
    clinic.write("handover.toml", &format!("{config}\n[[source]]{second}"));
    assert_snapshot!(clinic.refused_by_both(), @r"
    2
    error: a source cannot be read
      sources/clinic.csv: the file is claimed by two sources, again and clinic
      next: give each source its own files, or its own sheet in the mapping's [file] table; one mapping may hold several kinds of record
    ");
    assert!(!clinic.path().join("packages").exists());
}

#[test]
fn an_empty_file_is_3() {
    let clinic = Transition::clinic();
    clinic.write("sources/clinic_2.csv", "");
    assert_snapshot!(clinic.handover(&["run"]).refusal(), @r"
    3
    error: a source cannot be read
      sources/clinic_2.csv: the file is empty (0 bytes)
      next: ask for the export again, or take the file out of the folder
    ");
    assert!(!clinic.path().join("packages").exists(), "nothing is made of part of the sources");
}

#[cfg(unix)]
#[test]
fn a_source_that_cannot_be_opened_is_3() {
    let clinic = Transition::clinic();
    // Whoever runs the tests may be allowed to read everything, so the file is one that nobody can open.
    std::os::unix::fs::symlink("/nowhere/at/all.csv", clinic.path().join("sources/clinic_2.csv")).expect("a link");
    assert_snapshot!(clinic.handover(&["run"]).refusal(), @r"
    3
    error: a source cannot be read
      sources/clinic_2.csv: cannot be read
      No such file or directory (os error 2)
      next: check that the file is there and may be read, then run the command again
    ");
}

#[test]
fn a_folder_where_a_source_should_be_is_3() {
    let clinic = Transition::clinic();
    fs::remove_file(clinic.path().join("sources/clinic.csv")).expect("removed");
    fs::create_dir(clinic.path().join("sources/clinic.csv")).expect("a folder");
    let said = clinic.handover(&["run"]);
    assert_eq!(said.code, 3);
    assert!(said.err.contains("sources/clinic*.csv") && said.err.contains("next: "), "{}", said.err);
}

#[test]
fn a_missing_column_costs_the_column_and_no_row() {
    let clinic = Transition::clinic();
    clinic.edit("sources/clinic.csv", ",Phone\n", ",Mobile\n");
    let said = clinic.handover(&["run", "--quiet"]);
    assert_eq!(said.code, 0, "{}", said.err);
    let package = files(&clinic.path().join("packages/0001"));
    let exceptions = columns(&package["data/tables/exceptions.csv"], &["source", "row", "field", "reason"]);
    assert_eq!(exceptions, [["clinic", "1", "person.phone", "column-missing"]]);
    let rows = columns(&package["data/audit/rows.csv"], &["row", "disposition"]);
    assert_eq!(rows, [["1", "header"], ["2", "used"], ["3", "used"]]);
    assert!(clinic.handover(&["check"]).out.contains("not mapped: Mobile"));
}

#[test]
fn json_is_one_document_and_nothing_else() {
    let clinic = Transition::clinic();
    for (arguments, code) in [
        (&["check"][..], 0),
        (&["run"], 0),
        (&["verify", "packages/0001"], 0),
        (&["verify", "sources"], 1),
        (&["run", "--final"], 1),
        (&["init", "new"], 0),
        (&["init", "new"], 2),
        (&["demo", "new"], 2),
        (&["run", "--out", "packages/0001"], 2),
        (&["run", "nowhere"], 2),
        (&["verify", "nowhere"], 3),
        (&["check", "new"], 3),
    ] {
        let said = clinic.handover(&[arguments, &["--json"]].concat());
        assert_eq!(said.code, code, "{arguments:?}: {}", said.err);
        let document = said.json();
        assert_eq!((&document["format"], &document["ok"]), (&1.into(), &(code == 0).into()), "{arguments:?}");
        for told in ["error", "hint"] {
            let text = document[told].as_str().unwrap_or_default();
            assert!(code < 2 || !text.is_empty(), "{arguments:?}: {told}");
        }
        assert!(code != 0 || said.err.is_empty() || said.err == KEY_WARNING, "{arguments:?}: {}", said.err);
    }
}

#[test]
fn json_tells_a_script_where_the_package_is_and_what_is_in_it() {
    let clinic = Transition::clinic();
    let document = clinic.handover(&["run", "--json", "--out", "made"]).json();
    assert_eq!(document["package"], "made");
    assert_eq!(document["summary"]["patients"], 2);
    assert_eq!(document["summary"]["rows"]["used"], 2);
    assert_eq!(document["example_key"], true);
}

#[test]
fn a_census_after_the_transfer_is_warned_of_with_its_place() {
    let clinic = Transition::clinic();
    clinic.edit("handover.toml", "as_at = 2017-09-30", "as_at = 2017-10-01");
    assert_eq!(clinic.handover(&["check"]).err, "", "the transfer date itself is no reason");
    clinic.edit("handover.toml", "as_at = 2017-10-01", "as_at = 2017-10-02");
    let warning = "handover.toml:6:9: the census date 2017-10-02 lies after the transfer date 2017-10-01\n    \
                   waits are counted to as_at, usually the last day under the providers handing over";
    let said = format!("warning: {warning}\n");
    for command in [&["check"][..], &["check", "--quiet"], &["run"], &["run", "--quiet"]] {
        let heard = clinic.handover(command);
        assert_eq!((heard.code, heard.err.matches(&said).count()), (0, 1), "{}", heard.err);
    }
    for command in ["check", "run"] {
        assert_eq!(clinic.handover(&[command, "--json"]).json()["warnings"], serde_json::json!([warning]));
    }
}

#[test]
fn what_is_probably_not_meant_is_warned_of() {
    let clinic = Transition::clinic();
    clinic.edit("handover.toml", "as_at =", "decisions = \"decisoins.jsonl\"\nas_at =");
    clinic.edit("handover.toml", "\n[[source]]", "[link]\nmatch = 0.6\n[[source]]");
    assert_snapshot!(clinic.handover(&["check"]).err, @r"
    warning: handover.toml:6:13: there is no journal `decisoins.jsonl`, so no decision of anybody is obeyed
        paths are relative to handover.toml
    warning: handover.toml:9:9: match is 0.6: records are joined that may well be two people's
        a wrong join is the worst that can happen; 0.99 is usual
    ");
    clinic.edit("handover.toml", "decisoins", "decisions");
    clinic.edit("handover.toml", "0.6", "0.9");
    assert_eq!(clinic.handover(&["check"]).err, "");
}

#[test]
fn what_is_read_and_not_acted_upon_is_said_by_check_and_by_run() {
    let clinic = Transition::clinic();
    let silent = clinic.handover(&["check", "--json"]).json();
    assert_eq!(silent["not_acted_upon"], serde_json::json!([]));
    assert!(!clinic.handover(&["check"]).out.contains("not acted upon"));
    clinic.edit("handover.toml", "system =", "certified_by = \"Records\"\nsystem =");
    let config = fs::read_to_string(clinic.path().join("handover.toml")).expect("text");
    let more = "[overlap]\nassumed = 0.4\n[clock]\nday_zero = \"excluded\"\n[[link.block]]\non = [\"postcode\"]\n\
                [[link.comparison]]\nfield = \"postcode\"\nlevels = [\"exact\"]\n\
                [[safety]]\nrule = \"nobody-knows-it\"\noff_because = \"x\"\n\
                [[kpi]]\nname = \"x\"\nfrom = \"referral.received\"\nto = \"appointment.booked\"\n\
                within = \"5 days\"\ntarget = 0.8\n";
    clinic.write("handover.toml", &format!("{config}{more}"));
    let mapping = fs::read_to_string(clinic.path().join("mappings/clinic.toml")).expect("text");
    let more = "[referral]\ndecided_to_refer = \"Phone\"\n[referral.extra]\nx = \"Phone\"\n\
                [appointment.extra]\nx = \"Phone\"\n";
    clinic.write("mappings/clinic.toml", &format!("{mapping}{more}"));
    let named = "kpi, overlap, \
                 safety (a rule of that name), referral.decided_to_refer (in a mapping), \
                 referral.extra (in a mapping), appointment.extra (in a mapping)";
    let line = format!("Read but not acted upon by this version: {named}\n");
    for command in ["check", "run"] {
        let said = clinic.handover(&[command]);
        assert!(said.code == 0 && said.all().contains(&line), "{}", said.all());
    }
    let names: serde_json::Value = named.split(", ").collect();
    assert_eq!(clinic.handover(&["check", "--json"]).json()["not_acted_upon"], names);
    assert_eq!(clinic.handover(&["run", "--json"]).json()["summary"]["not_acted_upon"], names);
}

#[test]
fn quiet_says_nothing_of_success() {
    let clinic = Transition::clinic();
    assert_eq!(clinic.handover(&["init", "new", "--quiet"]).all(), "");
    assert_eq!(clinic.handover(&["check", "--quiet"]).all(), "");
    // That everybody can read the key is worth a line however quiet a person wants it.
    assert_eq!(clinic.handover(&["run", "--quiet"]).all(), KEY_WARNING);
    assert_eq!(clinic.handover(&["verify", "packages/0001", "--quiet"]).all(), "");
}

#[test]
fn a_package_is_never_written_over_anything() {
    let clinic = Transition::clinic();
    assert_eq!(clinic.handover(&["run", "--quiet", "--out", "made"]).code, 0);
    let before = files(&clinic.path().join("made"));
    assert_snapshot!(clinic.handover(&["run", "--out", "made"]).refusal(), @r"
    2
    error: the package cannot be written
      made is there already
      next: give another folder with --out, or move the package that is there away
    ");
    assert!(files(&clinic.path().join("made")) == before);
    assert_eq!(clinic.handover(&["run", "--out", "sources"]).code, 2);
}

#[test]
fn a_final_run_with_a_red_gate_makes_no_package() {
    let clinic = Transition::clinic();
    let said = clinic.handover(&["run", "--final", "--out", "final"]);
    assert_eq!(said.code, 1);
    assert!(said.out.contains("· FINAL ·") && said.out.contains("Gates red"), "{}", said.out);
    assert_snapshot!(said.err.strip_prefix(KEY_WARNING).expect("the warning"), @r"
    error: not every gate is green or waived, so there is no final package
      next: work through the gates above; a dry run (without --final) writes a package at any time
    ");
    assert!(!clinic.path().join("final").exists() && !clinic.path().join("packages").exists());
}

#[test]
fn verify_says_no_to_a_package_that_was_damaged() {
    let clinic = Transition::clinic();
    assert_eq!(clinic.handover(&["run", "--quiet"]).code, 0);
    let said = clinic.handover(&["verify", "packages/0001"]);
    assert_eq!(said.code, 0, "{}", said.out);
    assert!(said.out.ends_with("packages/0001 holds\n"));
    clinic.edit("packages/0001/data/tables/patients.csv", "Maude", "Maud");
    let said = clinic.handover(&["verify", "packages/0001"]);
    assert_eq!((said.code, said.err.as_str()), (1, ""));
    assert!(said.out.contains("data/tables/patients.csv: ") && said.out.contains("[file-changed]"), "{}", said.out);
    assert!(said.out.ends_with("packages/0001 DOES NOT HOLD\n"));
    assert_ne!(clinic.handover(&["verify", "packages/0001", "--quiet"]).out, "", "bad news is told however quietly");
}

#[test]
fn what_is_no_package_fails_and_what_is_no_folder_cannot_be_read() {
    let clinic = Transition::clinic();
    let said = clinic.handover(&["verify", "sources"]);
    assert_eq!(said.code, 1);
    assert!(said.out.contains("there is no bagit.txt, so this is not a bag [bag-declaration]"), "{}", said.out);
    for place in ["nowhere", "handover.toml"] {
        let said = clinic.handover(&["verify", place]);
        assert_eq!((said.code, said.out.as_str()), (3, ""), "{place}");
        assert!(said.err.contains("next: give the folder that holds bagit.txt"), "{}", said.err);
    }
}

#[test]
fn init_makes_a_folder_that_waits_for_its_first_export() {
    let empty = Transition::empty();
    assert_snapshot!(empty.handover(&["init", "new"]).out, @r"
    Made new
      handover.toml          the transition: who hands over to whom, when, and from which sources
      mappings/example.toml  where the fields of a source come from
      sources/               put the exports here
      commitment.key         secret: keep it, share it with nobody

    Next: put an export into sources/, edit the two files, then run: handover check new/handover.toml
    ");
    assert_snapshot!(empty.handover(&["check", "new"]).refusal(), @r"
    3
    error: a source cannot be read
      source example: no file matches sources/*.csv
      next: put the export where the source's path points, or correct the path in handover.toml
    ");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let key = fs::metadata(empty.path().join("new/commitment.key")).expect("a key");
        assert_eq!((key.len(), key.permissions().mode() & 0o777), (32, 0o600));
    }
}

#[test]
fn init_never_writes_over_anything() {
    let clinic = Transition::clinic();
    let before = files(clinic.path());
    assert_snapshot!(clinic.handover(&["init"]).refusal(), @r"
    2
    error: ./handover.toml is there already
      next: choose another folder; init never writes over anything
    ");
    assert!(files(clinic.path()) == before);
    // A mapping and a key that are there already stay as they are.
    fs::remove_file(clinic.path().join("handover.toml")).expect("removed");
    clinic.write("mappings/example.toml", "[person]\nlocal_id = \"Mine\"\n");
    assert_eq!(clinic.handover(&["init"]).code, 0);
    let after = files(clinic.path());
    assert_eq!(after["mappings/example.toml"], b"[person]\nlocal_id = \"Mine\"\n");
    assert!(after["commitment.key"] == before["commitment.key"]);
}

#[test]
fn demo_runs_the_example_and_refuses_a_folder_that_holds_something() {
    let empty = Transition::empty();
    let said = empty.handover(&["demo", "demo"]);
    assert_eq!((said.code, said.err.as_str()), (0, KEY_WARNING));
    assert!(said.out.starts_with("Thameshire MSK · DRY RUN · as at 2017-09-30\n"), "{}", said.out);
    assert!(said.out.contains("demo/packages/0001  (holds patient data)"));
    let made = files(&empty.path().join("demo/packages/0001"));
    assert!(made == files(&example_run().join("packages/0001")), "the same package as from the example's folder");
    assert_snapshot!(empty.handover(&["demo", "demo"]).refusal(), @r"
    2
    error: demo is not empty
      next: choose another folder; demo never writes over anything
    ");
}

/// Whatever of a person is looked for in what the program says.
fn patient_words() -> BTreeSet<String> {
    let package = files(&example_run().join("packages/0001"));
    let mut words = BTreeSet::new();
    let names = ["nhs_number", "family_name", "given_name", "postcode", "mobile", "email"];
    for (place, line) in columns(&package["data/tables/person_records.csv"], &names).iter().enumerate() {
        let [number, family, given, ..] = line.as_slice() else { continue };
        let spaced = match number.len() {
            10 => format!("{} {} {}", &number[..3], &number[3..6], &number[6..]),
            _ => String::new(),
        };
        words.extend([number.clone(), spaced].into_iter().filter(|word| word.len() >= 10));
        // Every place is looked at for a name as it stands, in capitals, and as a person would write the two.
        if place % 7 == 0 && family.len() >= 3 && given.len() >= 3 {
            words.extend([format!("{given} {family}"), format!("{family}, {given}"), format!("{family} {given}")]);
            words.extend([format!("{},{}", family.to_uppercase(), given), format!("{family},{given}")]);
        }
        // Family names that are also a word of ours ("Patient") would be no finding.
        words.extend(Some(family.clone()).filter(|word| word.len() >= 6));
        words.extend(line[3..].iter().filter(|word| word.len() >= 6).cloned());
    }
    words
}

#[test]
fn nothing_that_is_said_holds_patient_data() {
    let words = patient_words();
    assert!(words.len() > 3000 && words.iter().any(|word| word.starts_with("999")), "{} words", words.len());
    let example = Transition::copy_of(example_run());
    let heard = |arguments: &[&str], code: i32| {
        let said = example.handover(arguments);
        assert_eq!(said.code, code, "{arguments:?}: {}", said.err);
        let text = said.all();
        for word in &words {
            // The word itself is not repeated here either.
            assert!(!text.contains(word.as_str()), "{arguments:?} says a word of {} letters of somebody", word.len());
        }
    };
    heard(&["check", "-vv"], 0);
    heard(&["check", "--json"], 0);
    heard(&["run", "-vv", "--out", "one"], 0);
    heard(&["run", "--json", "--final"], 1);
    heard(&["verify", "one"], 0);
    heard(&["verify", "one", "--sources", ".", "--key", "commitment.key", "--json"], 0);
    // Damage of every sort that has a message of its own.
    let table = |name: &str| format!("one/data/tables/{name}.csv");
    let patients = fs::read_to_string(example.path().join(table("patients"))).expect("text");
    let (header, rest) = patients.split_once('\n').expect("lines");
    let first = rest.lines().next().expect("a patient");
    example.write(&table("patients"), &format!("{header}\n{first}\n{rest}"));
    let records = fs::read_to_string(example.path().join(table("person_records"))).expect("text");
    example.write(&table("person_records"), &records.replace("-0", "/0").replacen("\n", ",surplus\n", 40));
    heard(&["verify", "one"], 1);
    heard(&["verify", "one", "--json"], 1);
    // Sources that cannot be read, and a mapping pointed at the wrong columns.
    example.edit("mappings/texts.toml", "full_name = \"Name\"", "date_of_birth = \"Name\"");
    example.edit("mappings/datix.toml", "full_name = \"Person affected\"", "nhs_number = \"Person affected\"");
    heard(&["check"], 0);
    heard(&["run", "--json", "--out", "two"], 0);
    let report = fs::read(example.path().join("sources/rnu_msk_report_1.csv")).expect("a report");
    fs::write(example.path().join("sources/rth_msk_extract_1.xlsx"), &report).expect("written");
    heard(&["run"], 3);
    heard(&["run", "--json"], 3);
}

#[test]
fn a_key_that_others_may_read_is_refused() {
    let clinic = Transition::clinic();
    fs::write(clinic.path().join("commitment.key"), [7; 32]).expect("written");
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let open = fs::Permissions::from_mode(0o644);
        fs::set_permissions(clinic.path().join("commitment.key"), open).expect("opened");
        let said = clinic.handover(&["run"]);
        assert_eq!(said.code, 2);
        assert!(said.err.contains("chmod 600"), "{}", said.err);
        assert!(!clinic.path().join("packages").exists());
    }
}

#[test]
fn the_config_may_be_named_by_file_folder_or_neither() {
    let clinic = Transition::clinic();
    let parent = clinic.path().parent().expect("a folder");
    let name = clinic.path().file_name().expect("a name").to_string_lossy().into_owned();
    let checks = [
        clinic.handover(&["check"]),
        clinic.handover(&["check", "handover.toml"]),
        handover(parent, &["check", &name]),
        handover(parent, &["check", &format!("{name}/handover.toml")]),
    ];
    for said in &checks {
        assert_eq!((said.code, &said.out), (0, &checks[0].out), "{}", said.err);
    }
}

#[test]
fn what_would_steer_a_terminal_is_shown_by_its_number() {
    let clinic = Transition::clinic();
    let red = "\u{1b}[31mred";
    clinic.write(&format!("sources/{red}.csv"), "%PDF-1.4");
    for arguments in [
        &["check", "--reason", red][..],
        &["check", "--source", red],
        &["check", red],
        &["profile", red],
        &["profile", "sources/\u{1b}[31mred.csv"],
        &["verify", red],
        &["verify", "--sources", red, "."],
        &["run", "--out", "handover.toml", red],
        &["run", "--threads", red],
        &["run", &format!("--{red}")],
        &["demo", &format!("handover.toml/{red}")],
        &[red],
        &["trace", "import", red],
        &["review", "undo", red],
    ] {
        for arguments in [arguments.to_vec(), [arguments, &["--json"]].concat()] {
            let said = clinic.handover(&arguments);
            assert_ne!(said.code, 0, "{arguments:?}");
            assert!(!said.all().contains('\u{1b}'), "{arguments:?}: {}", said.all());
        }
    }
    for arguments in [&["check", "--reason", red][..], &["run", "--threads", red], &["profile", red]] {
        let said = clinic.handover(arguments);
        assert!(said.err.contains("\\u001b[31mred"), "{}", said.err);
    }
    fs::copy(clinic.path().join("sources/clinic.csv"), clinic.path().join(format!("{red}.csv"))).expect("copied");
    let said = clinic.handover(&["profile", &format!("{red}.csv")]);
    assert!(said.code == 0 && said.out.contains("\\u001b[31mred.csv") && !said.out.contains('\u{1b}'), "{}", said.out);
    let told = clinic.handover(&["profile", "--json", &format!("{red}.csv")]).json();
    assert_eq!(told["files"][0]["file"], format!("{red}.csv"));
}
