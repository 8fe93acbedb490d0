//! `handover link`: tables of people in, clusters out; nothing else of a transition is needed.

use crate::transition::{PEOPLE, Said, Transition};
use std::collections::BTreeMap;
use std::fs;

/// What is mapped beside [`PEOPLE`].
const MORE: &str = r#"
[person.extra]
ward = "Ward"

[referral]
received = "Received"
"#;
/// Maude is there three times, once with a slip in her name, and Beatrix twice; Isolde has a namesake; the last row says
/// next to nothing. A total stands below the table.
const CLINIC: &str = "NHS,Surname,Forename,Born,Sex,Postcode,Mobile,Ward,Whose\n\
                      9990001014,Quillfeather,Maude,03/02/1961,F,TH1 2AB,07700 900001,A,maude\n\
                      ,Thistlewood,Ambrose,14/11/1948,M,TH1 3DE,07700 900002,A,ambrose\n\
                      ,Pennywort,Isolde,12/03/1970,F,TH1 5JK,07700 900003,B,isolde\n\
                      ,Pennywort,Isolde,30/10/1988,F,TH9 7LM,07700 900004,B,namesake\n\
                      9990001448,Fotheringay,Beatrix,30/06/1955,F,TH1 6LN,07700 900005,B,beatrix\n\
                      ,,Beatrix,,,,,,unknown\n\
                      Total,6\n";
const HOSPITAL: &str = "NHS,Surname,Forename,Born,Sex,Postcode,Mobile,Ward,Whose\n\
                        9990001014,Quilfeather,Maude,03/02/1961,F,TH1 2AB,07700 900001,C,maude\n\
                        9990001014,Quillfeather,Maude,03/02/1961,F,TH8 8ZZ,,C,maude\n\
                        9990001448,Fotheringay,Beatrix,30/06/1955,F,,07700 900005,C,beatrix\n";

fn tables() -> Transition {
    let tables = Transition::empty();
    tables.write("mapping.toml", &(PEOPLE.replace("[file]\n", "[file]\nend_of_data = \"Total\"\n") + MORE));
    tables.write("clinic.csv", CLINIC);
    tables.write("hospital.csv", HOSPITAL);
    tables
}

fn link(tables: &Transition, more: &[&str]) -> Said {
    let usual = ["link", "clinic.csv", "hospital.csv", "--mapping", "mapping.toml", "--as-at", "2017-09-30"];
    tables.handover(&[&usual, more].concat())
}

fn read(tables: &Transition, name: &str) -> String {
    fs::read_to_string(tables.path().join(name)).expect("a table")
}

#[test]
fn every_row_comes_back_once_with_its_patient() {
    let tables = tables();
    let said = link(&tables, &["--json"]);
    assert_eq!(said.code, 0, "{}", said.err);
    let rows: Vec<String> = read(&tables, "clusters.csv").lines().map(str::to_owned).collect();
    assert_eq!(rows[0], "source,file,sheet,row,patient_id,match_probability");
    let placed: Vec<[&str; 3]> = rows[1..]
        .iter()
        .map(|row| row.split(',').collect::<Vec<&str>>())
        .map(|cells| [cells[0], cells[3], cells[4]])
        .collect();
    let expected = [
        ["clinic", "2", "1"],
        ["clinic", "3", "2"],
        ["clinic", "4", "3"],
        ["clinic", "5", "4"],
        ["clinic", "6", "5"],
        ["clinic", "7", "6"],
        ["hospital", "2", "1"],
        ["hospital", "3", "1"],
        ["hospital", "4", "5"],
    ];
    assert_eq!(placed, expected);
    assert!(rows[6].ends_with(",6,"), "how likely it is that nobody knows of whom: {}", rows[6]);
    let document = said.json();
    assert_eq!((document["rows"].as_u64(), document["patients"].as_u64()), (Some(9), Some(6)));
    assert_eq!(document["rows_too_thin"].as_u64(), Some(1));
    assert_eq!(document["other_rows"]["footer"].as_u64(), Some(1));
    assert_eq!(document["match"].as_f64(), Some(0.99));
}

#[test]
fn pairs_say_what_each_comparison_weighs() {
    let tables = tables();
    assert_eq!(link(&tables, &["--pairs", "pairs.csv", "--quiet"]).code, 0);
    let text = read(&tables, "pairs.csv");
    let header: Vec<&str> = text.lines().next().expect("a header").split(',').collect();
    let fixed = "left_file,left_sheet,left_row,right_file,right_sheet,right_row,match_weight,match_probability";
    assert_eq!(header[..8].join(","), fixed);
    let column = |name: &str| header.iter().position(|column| *column == name).expect("a column");
    let maude = text.lines().find(|line| line.starts_with("clinic.csv,,2,hospital.csv,,2,")).expect("a pair");
    let cells: Vec<&str> = maude.split(',').collect();
    assert_eq!(cells[column("standing")], "edge");
    assert!(cells[column("weight_nhs_number")].parse::<f64>().expect("bits") > 0.0);
    assert_eq!(cells[column("weight_email")], "", "no e-mail was there to compare");
}

#[test]
fn the_same_bytes_whatever_the_order_and_the_threads() {
    let (one, other) = (tables(), tables());
    let outputs = ["--out", "c.csv", "--pairs", "p.csv", "--save-model", "m.json", "--quiet"];
    assert_eq!(link(&one, &outputs).code, 0);
    let turned = ["link", "hospital.csv", "clinic.csv", "--mapping", "mapping.toml", "--as-at", "2017-09-30"];
    assert_eq!(other.handover(&[&turned[..], &outputs, &["--threads", "1"]].concat()).code, 0);
    for name in ["c.csv", "p.csv", "m.json"] {
        assert_eq!(read(&one, name), read(&other, name), "{name}");
    }
    let again = link(&one, &["--out", "again.csv", "--model", "m.json", "--quiet"]);
    assert_eq!((again.code, read(&one, "again.csv")), (0, read(&one, "c.csv")));
}

#[test]
fn what_is_there_is_not_written_over() {
    let tables = tables();
    assert_eq!(link(&tables, &["--quiet"]).code, 0);
    let before = read(&tables, "clusters.csv");
    let said = link(&tables, &[]).refusal();
    assert_eq!(said, "2\nerror: clusters.csv is there already\n  next: give another name, or move it away");
    let said = link(&tables, &["--out", "x.csv", "--pairs", "x.csv"]).refusal();
    assert!(said.starts_with("2\nerror: x.csv is to be written twice"), "{said}");
    assert_eq!(read(&tables, "clusters.csv"), before);
}

#[test]
fn what_cannot_be_used_is_told_with_its_exit_code() {
    let tables = tables();
    let said = tables.handover(&["link", "nobody.csv", "--mapping", "mapping.toml"]).refusal();
    assert!(said.starts_with("3\nerror: nobody.csv: there is no such file"), "{said}");
    let said = tables.handover(&["link", "clinic.csv", "--mapping", "none.toml"]).refusal();
    assert!(said.starts_with("2\n"), "{said}");
    for wrong in ["0", "1.5", "often"] {
        assert_eq!(link(&tables, &["--match", wrong]).code, 2, "{wrong}");
    }
    tables.write("model.json", "{}");
    assert_eq!(link(&tables, &["--model", "model.json"]).code, 3);
    assert!(!tables.path().join("clusters.csv").exists());
}

#[test]
fn the_truth_is_told_and_links_nothing() {
    let tables = tables();
    let said = link(&tables, &["--truth", "Whose", "--json"]);
    assert_eq!(said.code, 0, "{}", said.err);
    let document = said.json();
    let at = |threshold: f64| {
        let all = document["truth"].as_array().expect("thresholds");
        all.iter().find(|one| one["match"].as_f64() == Some(threshold)).expect("this threshold").clone()
    };
    let usual = at(0.99);
    assert_eq!(
        (usual["true"].as_u64(), usual["joined"].as_u64(), usual["right"].as_u64()),
        (Some(4), Some(4), Some(4))
    );
    assert_eq!(
        (usual["precision"].as_f64(), usual["recall"].as_f64(), usual["f1"].as_f64()),
        (Some(1.0), Some(1.0), Some(1.0))
    );
    assert_eq!(link(&tables, &["--out", "without.csv", "--quiet"]).code, 0);
    assert_eq!(read(&tables, "without.csv"), read(&tables, "clusters.csv"));

    let shown = link(&tables, &["--truth", "Whose", "--out", "shown.csv"]).out;
    assert!(shown.contains("0.99           4    1.0000    1.0000    1.0000   this run"), "{shown}");
    let said = link(&tables, &["--truth", "Whoever", "--out", "x.csv"]).refusal();
    assert!(said.starts_with("2\nerror: no row has anything in the column Whoever"), "{said}");
}

/// A county of 300, each twice, the second time with a slip in the name; a ward that tells little, and a club that tells much.
fn county(tables: &Transition) {
    let mut text = "Surname,Forename,Born,Ward,Club,Whose\n".to_owned();
    for person in 0..300u32 {
        let roll = |salt: u32| {
            let mixed = (person * 8 + salt + 1).wrapping_mul(2_654_435_761);
            (mixed ^ mixed >> 15).wrapping_mul(2_246_822_519) >> 8
        };
        let family = ["Quill", "Thistle", "Penny", "Fother", "Maple", "Oaken"][(roll(1) % 6) as usize];
        let given = ["Maude", "Ambrose", "Isolde", "Beatrix", "Cuthbert"][(roll(2) % 5) as usize];
        let born = format!("{:02}/{:02}/{}", 2 + roll(3) % 26, 1 + roll(4) % 12, 1940 + roll(5) % 60);
        let (ward, club) = (roll(6) % 3, format!("C{:05}", roll(7) % 100_000));
        text.push_str(&format!("{family}wort,{given},{born},W{ward},{club},p{person}\n"));
        let slip = if person % 4 == 0 { "wrot" } else { "wort" };
        let when = if person % 5 == 0 { "" } else { born.as_str() };
        text.push_str(&format!("{family}{slip},{given},{when},W{ward},{club},p{person}\n"));
    }
    tables.write("county.csv", &text);
    tables.write(
        "county.toml",
        "[file]\ndates = [\"%d/%m/%Y\"]\n[person]\nfamily_name = \"Surname\"\ngiven_name = \"Forename\"\n\
         date_of_birth = \"Born\"\n[person.extra]\nward = \"Ward\"\nclub = \"Club\"\n",
    );
}

fn link_county(tables: &Transition, more: &[&str]) -> Said {
    let usual =
        ["link", "county.csv", "--mapping", "county.toml", "--as-at", "2017-09-30", "--truth", "Whose", "--json"];
    let said = tables.handover(&[&usual, more].concat());
    assert_eq!(said.code, 0, "{}", said.err);
    said
}

fn best_f1(said: &Said) -> f64 {
    let document = said.json();
    let all = document["truth"].as_array().expect("thresholds").iter();
    all.filter_map(|one| one["f1"].as_f64()).fold(0.0, f64::max)
}

fn model_of(tables: &Transition, name: &str) -> serde_json::Value {
    serde_json::from_str(&read(tables, name)).expect("a document")
}

fn levels_of(model: &serde_json::Value, comparison: &str) -> Vec<String> {
    let all = model["comparisons"].as_array().expect("comparisons");
    let of = all.iter().find(|one| one["name"] == comparison);
    let levels = of.map(|of| of["levels"].as_array().expect("levels").iter());
    levels.into_iter().flatten().map(|level| level["name"].as_str().expect("a name").to_owned()).collect()
}

#[test]
fn extra_columns_that_tell_people_apart_are_compared_unasked() {
    let tables = Transition::empty();
    county(&tables);
    let with = link_county(&tables, &["--save-model", "m.json", "--out", "1.csv"]);
    let model = model_of(&tables, "m.json");
    assert!(levels_of(&model, "extra.club").contains(&"exact".to_owned()), "{model}");
    let bare = read(&tables, "county.toml").replace("ward =", "# ward =").replace("club =", "# club =");
    tables.write("county.toml", &bare);
    let without = link_county(&tables, &["--out", "2.csv"]);
    assert!(best_f1(&with) > 0.99 && best_f1(&with) > best_f1(&without), "{} {}", best_f1(&with), best_f1(&without));
}

#[test]
fn comparisons_that_are_asked_for_are_trained_and_told() {
    let tables = Transition::empty();
    county(&tables);
    let config = "[link]\n[[link.comparison]]\nfield = \"extra.club\"\nlevels = [\"exact\", \"damerau_levenshtein 1\"]\n\
                  term_frequency = true\n[[link.comparison]]\nfield = \"family_name\"\nlevels = [\"jaro_winkler 0.9\"]\n";
    tables.write("link.toml", config);
    let outputs = ["--config", "link.toml", "--save-model", "m.json", "--pairs", "p.csv", "--out", "1.csv"];
    let said = link_county(&tables, &outputs);
    let model = model_of(&tables, "m.json");
    assert_eq!(levels_of(&model, "extra.club"), ["null", "exact", "damerau_levenshtein 1", "else"]);
    assert_eq!(levels_of(&model, "family_name"), ["null", "jaro_winkler 0.9", "else"]);
    assert_eq!(levels_of(&model, "extra.ward"), [""; 0], "nobody asked for it");
    assert!(best_f1(&said) > 0.95, "{}", best_f1(&said));
    let pairs = read(&tables, "p.csv");
    let place = |name: &str| pairs.lines().next().expect("a header").split(',').position(|column| column == name);
    let cell = |name: &str| pairs.lines().nth(1).expect("a pair").split(',').nth(place(name).expect("a column"));
    assert!(cell("weight_extra").and_then(|bits| bits.parse().ok()).is_some_and(|bits: f64| bits > 5.0), "{pairs}");
    // The model is used again with what it compares, whether the configuration says it or not.
    for (out, more) in [("2.csv", &[][..]), ("3.csv", &["--config", "link.toml"][..])] {
        link_county(&tables, &[&["--model", "m.json", "--out", out], more].concat());
        assert_eq!(read(&tables, out), read(&tables, "1.csv"));
    }
    tables.write("link.toml", &config.replace("0.9", "0.8"));
    let other = ["link", "county.csv", "--mapping", "county.toml", "--config", "link.toml", "--model", "m.json"];
    let said = tables.handover(&[&other[..], &["--out", "4.csv"]].concat());
    assert!(
        said.code == 3 && said.err.contains("not those of this version and of [[link.comparison]]"),
        "{}",
        said.err
    );
}

#[test]
fn blocks_that_are_asked_for_are_the_only_ones() {
    let tables = Transition::empty();
    county(&tables);
    tables.write("link.toml", "[link]\n[[link.block]]\non = [\"extra.club\", \"given_name\"]\n");
    let said = link_county(&tables, &["--config", "link.toml", "--save-model", "m.json", "--pairs", "p.csv"]);
    assert!(said.json()["pairs_compared"].as_u64().is_some_and(|pairs| (300..400).contains(&pairs)), "{}", said.out);
    let blocking = &model_of(&tables, "m.json")["training"]["blocking"];
    assert_eq!(blocking.as_array().map(Vec::len), Some(1), "{blocking}");
    assert_eq!(blocking[0]["rule"], "configured block 1 (extra.club + given_name)");
    assert!(read(&tables, "p.csv").contains(",configured block 1,"));
}

#[test]
fn what_each_threshold_likely_joins_is_told_and_probabilities_are_held_against_the_truth() {
    let tables = tables();
    let outputs = ["--thresholds", "t.csv", "--reliability", "r.svg", "--pairs", "p.csv", "--truth", "Whose", "--json"];
    let document = link(&tables, &outputs).json();
    let own = |document: &serde_json::Value| {
        let all = document["thresholds"].as_array().expect("thresholds").clone();
        all.into_iter().find(|one| one["match"].as_f64() == Some(0.99)).expect("that of the run")
    };
    let before = own(&document);
    assert_eq!((before["joined"].as_u64(), &before["for_review"]), (Some(4), &document["pairs_for_review"]));
    assert!(before["expected_wrong"].as_f64().expect("a number") < 0.5, "{before}");
    let reliability = &document["reliability"];
    assert_eq!(reliability["pairs"].as_u64(), Some(read(&tables, "p.csv").lines().count() as u64 - 1));
    assert!(reliability["expected_calibration_error"].as_f64().is_some_and(|error| error < 0.5), "{reliability}");
    let line = read(&tables, "t.csv").lines().find(|line| line.starts_with("0.99,4,")).map(str::to_owned);
    assert!(line.expect("that of the run").ends_with(",0,1.000000,1.000000,1.000000"));
    assert!(read(&tables, "r.svg").contains("<circle"));

    let answered: String = read(&tables, "p.csv")
        .lines()
        .enumerate()
        .map(|(place, line)| format!("{line},{}\n", if place == 0 { "answer" } else { "different" }))
        .collect();
    tables.write("answers.csv", &answered);
    let document = link(&tables, &["--answers", "answers.csv", "--out", "2.csv", "--json"]).json();
    assert!(own(&document)["expected_wrong"].as_f64() > Some(3.0), "{document}");
    assert_eq!(document["answers"].as_u64(), reliability["pairs"].as_u64());
    assert_eq!(document["reliability"], serde_json::Value::Null, "the truth is not known here");
    assert_eq!(read(&tables, "2.csv"), read(&tables, "clusters.csv"), "answers link nothing");
    let shown = link(&tables, &["--out", "3.csv"]).out;
    assert!(shown.contains("Likely outcome by threshold, from the probabilities alone"), "{shown}");
    let said = link(&tables, &["--reliability", "x.svg", "--out", "4.csv"]).refusal();
    assert!(said.starts_with("2\n") && said.contains("--truth"), "{said}");
}

#[test]
fn the_threshold_can_be_given_configured_or_estimated() {
    let tables = tables();
    tables.write("link.toml", "[link]\nmatch = 0.95\n");
    for (more, expected) in [
        (&["--config", "link.toml", "--out", "1.csv"][..], 0.95),
        (&["--config", "link.toml", "--match", "0.7", "--out", "2.csv"][..], 0.7),
    ] {
        let said = link(&tables, &[more, &["--json"]].concat());
        assert_eq!(said.json()["match"].as_f64(), Some(expected), "{}", said.err);
    }
    let said = link(&tables, &["--match", "auto", "--truth", "Whose", "--out", "3.csv", "--json"]);
    let document = said.json();
    let chosen = document["truth"].as_array().expect("thresholds").iter().find(|one| one["match"] == document["match"]);
    assert_eq!(chosen.expect("it is among those that are told")["f1"].as_f64(), Some(1.0));
}

#[test]
fn of_tables_that_name_everybody_once_one_row_each_comes_to_a_patient() {
    let tables = tables();
    let said = link(&tables, &["--one-to-one", "--pairs", "p.csv", "--json"]);
    assert_eq!(said.code, 0, "{}", said.err);
    let rows = read(&tables, "clusters.csv");
    let mut placed: Vec<Vec<&str>> = rows
        .lines()
        .skip(1)
        .map(|row| row.split(',').collect())
        .map(|row: Vec<&str>| vec![row[4], row[0], row[3]])
        .collect();
    placed.sort();
    let of = |patient: &str| placed.iter().filter(|row| row[0] == patient).map(|row| &row[1..]).collect::<Vec<_>>();
    // Maude is in the hospital's table twice: the row without a slip and with another postcode, and the one with both right but one.
    assert_eq!(of("1"), [["clinic", "2"], ["hospital", "2"]]);
    assert_eq!(of("5"), [["clinic", "6"], ["hospital", "4"]]);
    let other = read(&tables, "p.csv")
        .lines()
        .find(|line| line.starts_with("clinic.csv,,2,hospital.csv,,3,"))
        .map(str::to_owned);
    assert!(other.is_some_and(|line| line.contains(",review,") && line.contains(",another-fits-better,")));

    tables.write("link.toml", "[link]\none_to_one = [\"clinic\", \"hospital\"]\n");
    assert_eq!(link(&tables, &["--config", "link.toml", "--out", "2.csv", "--quiet"]).code, 0);
    assert_eq!(read(&tables, "2.csv"), rows);
    let alone = ["link", "clinic.csv", "--mapping", "mapping.toml", "--one-to-one", "--out", "3.csv"];
    let said = tables.handover(&alone).refusal();
    assert!(said.starts_with("2\nerror: --one-to-one is of 2 to 64 tables, and there are 1"), "{said}");
}

/// What the rows of each cluster say, in order; the table as it stands has one row a line below its header.
fn clusters_by_content(tables: &Transition, out: &str) -> Vec<Vec<String>> {
    let rows: Vec<String> = read(tables, "county.csv").lines().map(str::to_owned).collect();
    let mut clusters: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for line in read(tables, out).lines().skip(1) {
        let cells: Vec<&str> = line.split(',').collect();
        let row: usize = cells[3].parse().expect("a row");
        clusters.entry(cells[4].to_owned()).or_default().push(format!("{} {}", rows[row - 1], cells[5]));
    }
    let mut clusters: Vec<Vec<String>> = clusters.into_values().collect();
    clusters.iter_mut().for_each(|rows| rows.sort());
    clusters.sort();
    clusters
}

#[test]
fn neither_the_order_of_rows_nor_threads_nor_repeats_change_clusters_or_model() {
    let tables = Transition::empty();
    county(&tables);
    let text = read(&tables, "county.csv");
    let (header, rows) = text.split_once('\n').expect("a header");
    let mut expected = None;
    for (time, threads) in [(0u32, "1"), (0, "3"), (1, "2"), (2, "1")] {
        let mut shuffled: Vec<(u32, &str)> = (0u32..).zip(rows.lines()).collect();
        shuffled.sort_by_key(|(place, _)| if time == 0 { *place } else { (place + time).wrapping_mul(2_654_435_761) });
        let shuffled: String = shuffled.iter().map(|(_, row)| format!("{row}\n")).collect();
        tables.write("county.csv", &format!("{header}\n{shuffled}"));
        let names = ["c", "m", "p"].map(|name| format!("{name}-{time}-{threads}"));
        let [out, model, pairs] = names.each_ref().map(String::as_str);
        link_county(&tables, &["--out", out, "--save-model", model, "--pairs", pairs, "--threads", threads]);
        let mut weights: Vec<String> =
            read(&tables, pairs).lines().map(|line| line.split(',').skip(6).collect()).collect();
        weights.sort();
        let found = (clusters_by_content(&tables, out), read(&tables, model), weights);
        assert!(found == *expected.get_or_insert_with(|| found.clone()), "order {time}, {threads} threads");
    }
}
