//! A configuration for tables of people alone: files, one mapping, and how they are to be linked. Nobody hands anything over.

use super::document::{Document, quoted};
use super::fields::RecordKind;
use super::mapping::{Columns, FieldRule, Mapping};
use super::parse::{self, TABLES};
use super::plain_file::read_file;
use super::walk::Table;
use super::{Config, Error, LinkSettings, Mistake, Source, Standing, Transition};
use super::{digest, mapping_file, terms};
use jiff::civil::Date;
use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::{Path, PathBuf};

/// What is to be linked.
#[derive(Clone, Debug)]
pub struct PeopleTables<'a> {
    /// The tables: each file is a source, and all are of one system.
    pub files: &'a [PathBuf],
    /// What maps them; of its tables only `[file]` and `[person]` are used.
    pub mapping: &'a Path,
    /// A file with a `[link]` table; whatever else is in it is let be.
    pub settings: Option<&'a Path>,
    /// The day on which the tables are looked at: nobody is born later, and years of two digits lie before it.
    pub as_at: Date,
    /// A column that is kept beside the fields, as it stands: see [`BESIDE`].
    pub beside: Option<&'a str>,
}

/// The extra field under which [`PeopleTables::beside`] is kept. No mapping can name it so: it is no key of TOML.
pub const BESIDE: &str = "\u{1f}beside";

/// Reads the mapping and the settings; the files are not opened.
pub fn of_people(tables: &PeopleTables<'_>) -> Result<Config, Error> {
    let document = read(tables.mapping, "name a mapping; `handover profile FILE --draft DIR` drafts one")?;
    let mut mapping = mapping_file::read(&document);
    let mut mistakes = document.into_mistakes();
    keep_people(&mut mapping);
    if mistakes.is_empty() && mapping.fields.is_empty() {
        mistakes.push(mistake(tables.mapping, "this mapping maps no field of a person", "add a table [person]"));
    }
    if let Some(column) = tables.beside {
        let columns = Columns::FirstOf(vec![column.to_owned()]);
        let rule = FieldRule { columns, codes: BTreeMap::new(), dates: Vec::new() };
        mapping.extra.insert((RecordKind::Person, BESIDE.to_owned()), rule);
    }
    let sources = sources(tables, &mapping, &mut mistakes);
    let (link, warnings) = link_settings(tables.settings, &sources, &mut mistakes)?;
    if !mistakes.is_empty() {
        return Err(Error::Mistakes(mistakes));
    }
    let transition = Transition { transfer_date: tables.as_at, as_at: tables.as_at, ..parse::stand_in() };
    let mut config = Config {
        path: tables.mapping.to_owned(),
        folder: PathBuf::new(),
        link,
        warnings,
        ..Config::of(transition, sources)
    };
    config.digest = digest::of(&config);
    Ok(config)
}

/// `hint` says what to do where there is no such file.
fn read(path: &Path, hint: &str) -> Result<Document, Error> {
    match read_file(path) {
        Ok(bytes) => Ok(Document::new(path.to_owned(), bytes)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            Err(Error::Mistakes(vec![mistake(path, "there is no such file", hint)]))
        }
        Err(source) => Err(Error::Unreadable { path: path.to_owned(), source }),
    }
}

fn mistake(file: &Path, what: impl Into<String>, hint: impl Into<String>) -> Mistake {
    Mistake { file: file.to_owned(), line: None, column: None, what: what.into(), hint: hint.into() }
}

/// What a mapping says of anything but people is let be.
fn keep_people(mapping: &mut Mapping) {
    mapping.fields.retain(|field, _| field.kind == RecordKind::Person);
    mapping.extra.retain(|(kind, _), _| *kind == RecordKind::Person);
    (mapping.paper, mapping.declared) = (None, None);
}

/// Each file is a source, in the order of their ids, whatever the order in which they are named.
fn sources(tables: &PeopleTables<'_>, mapping: &Mapping, mistakes: &mut Vec<Mistake>) -> Vec<Source> {
    let mut files: Vec<&PathBuf> = tables.files.iter().collect();
    files.sort_unstable();
    let mut taken = BTreeSet::new();
    let mut sources = Vec::new();
    for file in files {
        let Some(path) = file.to_str() else {
            mistakes.push(mistake(file, "the name of the file is not UTF-8", "rename it"));
            continue;
        };
        let mut id = id_of(file);
        while !taken.insert(id.clone()) {
            id.push_str("-2");
        }
        sources.push(Source {
            id,
            path: glob::Pattern::escape(path),
            mapping_path: tables.mapping.to_string_lossy().into_owned(),
            mapping: mapping.clone(),
            provider: String::new(),
            system: String::new(),
            service_line: String::new(),
            standing: Standing::Record,
            extracted_at: None,
            control_rows: None,
            certified_by: None,
        });
    }
    sources.sort_by(|left, right| left.id.cmp(&right.id));
    sources
}

/// The name of a file without its ending, as a source may be called.
fn id_of(file: &Path) -> String {
    let stem = file.file_stem().map(|stem| stem.to_string_lossy()).unwrap_or_default();
    let plain = |character: char| match character {
        '-' | '_' => character,
        _ if character.is_ascii_alphanumeric() => character,
        _ => '-',
    };
    stem.chars().map(plain).collect()
}

/// The `[link]` table of a file, its model found from where the file stands.
fn link_settings(
    path: Option<&Path>,
    sources: &[Source],
    mistakes: &mut Vec<Mistake>,
) -> Result<(LinkSettings, Vec<Mistake>), Error> {
    let alone = |settings| LinkSettings { is_care: false, chooses_columns: true, ..settings };
    let Some(path) = path else { return Ok((alone(LinkSettings::default()), Vec::new())) };
    let file = if path.is_dir() { path.join("handover.toml") } else { path.to_owned() };
    let document = read(&file, "name a file with a [link] table, or leave --config out")?;
    let entries = document.parse();
    let root = Table::root(&document, &entries, TABLES);
    if root.get("link").is_none() {
        document.absent(&(0..0), format!("there is no table {}", quoted("link")), "add [link], or leave --config out");
    }
    let mut settings = alone(terms::link(&root, sources));
    let folder = file.parent().unwrap_or(Path::new(""));
    settings.model = settings.model.map(|model| folder.join(model).to_string_lossy().into_owned());
    let warnings = document.warnings();
    drop(entries);
    mistakes.extend(document.into_mistakes());
    Ok((settings, warnings))
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    fn config(mapping: &str, settings: Option<&str>, files: &[&str]) -> Result<Config, String> {
        let folder = tempfile::tempdir().expect("a folder");
        let (mapped, linked) = (folder.path().join("m.toml"), folder.path().join("link.toml"));
        std::fs::write(&mapped, mapping).expect("written");
        std::fs::write(&linked, settings.unwrap_or_default()).expect("written");
        let files: Vec<PathBuf> = files.iter().map(PathBuf::from).collect();
        let settings = settings.map(|_| linked.as_path());
        let (as_at, beside) = (date(2017, 9, 30), Some("whose"));
        of_people(&PeopleTables { files: &files, mapping: &mapped, settings, as_at, beside })
            .map_err(|error| error.to_string().replace(&format!("{}/", folder.path().display()), ""))
    }

    #[test]
    fn each_file_is_a_source_whatever_the_order() {
        let mapping = "[person]\nfamily_name = \"Surname\"\n[referral]\nreceived = \"Received\"\n";
        let one = config(mapping, None, &["b/people.csv", "a/people.csv", "a list [2].csv"]).expect("good");
        let other = config(mapping, None, &["a list [2].csv", "a/people.csv", "b/people.csv"]).expect("good");
        let listed = |config: &Config| -> Vec<(String, String)> {
            config.sources.iter().map(|source| (source.id.clone(), source.path.clone())).collect()
        };
        assert_eq!(listed(&one), listed(&other));
        let ids: Vec<&str> = one.sources.iter().map(|source| source.id.as_str()).collect();
        assert_eq!(ids, ["a-list--2-", "people", "people-2"]);
        assert_eq!(one.sources[0].path, "a list [[]2[]].csv");
        let mapping = &one.sources[0].mapping;
        assert!(mapping.fields.keys().all(|field| field.kind == RecordKind::Person));
        assert!(mapping.extra.contains_key(&(RecordKind::Person, BESIDE.to_owned())));
        assert_eq!((one.link.match_at, one.link.review_at), (0.99, 0.50));
    }

    #[test]
    fn settings_are_those_of_the_link_table_whatever_is_beside_it() {
        let people = "[person]\nfamily_name = \"Surname\"\n";
        let settings = "[transition]\nname = 1\n[link]\nmatch = 0.95\nmodel = \"model.json\"\n";
        let link = config(people, Some(settings), &["x.csv"]).expect("good").link;
        assert_eq!(link.match_at, 0.95);
        assert!(link.model.is_some_and(|model| Path::new(&model).is_absolute()));
        let said = config(people, Some("[gates]\n"), &["x.csv"]).expect_err("no table");
        assert!(said.starts_with("link.toml:1:1: there is no table `link`"), "{said}");
    }

    #[test]
    fn what_is_not_there_is_asked_for_by_what_it_is() {
        let told = |mapping: &str, settings: Option<&str>| {
            let files = [PathBuf::from("x.csv")];
            let (mapping, settings) = (Path::new(mapping), settings.map(Path::new));
            let as_at = date(2017, 9, 30);
            let tables = PeopleTables { files: &files, mapping, settings, as_at, beside: None };
            of_people(&tables).expect_err("nothing there").to_string()
        };
        let said = told("nowhere/m.toml", None);
        assert!(said.starts_with("nowhere/m.toml: there is no such file\n    name a mapping;"), "{said}");
        let mapping = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(&mapping, "[person]\nfamily_name = \"Surname\"\n").expect("written");
        let said = told(&mapping.path().to_string_lossy(), Some("nowhere/link.toml"));
        assert!(said.starts_with("nowhere/link.toml: there is no such file\n    name a file with a [link]"), "{said}");
    }

    #[test]
    fn a_mapping_without_people_is_refused() {
        let said = config("[declared]\nmeasure = \"A\"\nvalue = \"B\"\n", None, &["x.csv"]).expect_err("nobody");
        assert!(said.starts_with("m.toml: this mapping maps no field of a person"), "{said}");
    }
}
