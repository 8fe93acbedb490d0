//! Files to [`Config`].

use super::document::{Document, quoted};
use super::plain_file::read_file;
use super::walk::{Item, Table};
use super::{Config, Error, EvidenceKind, Mapping, Mistake, Source, Standing, Transition};
use super::{digest, mapping_file, terms};
use crate::values::Digest;
use jiff::civil::Date;
use std::collections::BTreeMap;
use std::io;
use std::path::{Component, Path, PathBuf};

pub(super) const TABLES: &[&str] =
    &["transition", "source", "link", "gates", "waiver", "kpi", "overlap", "clock", "exclusion", "safety"];

const SOURCE_KEYS: &[&str] = &[
    "id",
    "path",
    "mapping",
    "provider",
    "system",
    "service_line",
    "standing",
    "evidence",
    "extracted_at",
    "control_rows",
    "certified_by",
];

/// The word `evidence` needs a second key, so it means nothing yet.
const STANDINGS: &[(&str, Option<Standing>)] = &[
    ("record", Some(Standing::Record)),
    ("evidence", None),
    ("declared", Some(Standing::Declared)),
    ("trace", Some(Standing::Trace)),
];

const EVIDENCE: &[(&str, EvidenceKind)] = &[
    ("letter", EvidenceKind::Letter),
    ("text", EvidenceKind::Text),
    ("diary", EvidenceKind::Diary),
    ("call", EvidenceKind::Call),
    ("other", EvidenceKind::Other),
];

/// Where decisions are looked for, unless the configuration says.
const DECISIONS: &str = "decisions.jsonl";

/// Sheets and rows of the site crosswalk are cited under this id.
const SITES: &str = "sites";

/// Reads `handover.toml` (or the one in a folder) and every mapping it names. All mistakes of all files come back together.
///
/// The folder of a bare file name is the empty path: join to it, do not list it.
pub fn load(path: &Path) -> Result<Config, Error> {
    let mut path: PathBuf = path.components().filter(|part| *part != Component::CurDir).collect();
    if path.as_os_str().is_empty() || path.is_dir() {
        path.push("handover.toml");
    }
    let bytes = read_file(&path).map_err(|source| Error::Unreadable { path: path.clone(), source })?;
    let folder = path.parent().map(Path::to_owned).unwrap_or_default();
    let document = Document::new(path.clone(), bytes);
    let mut mappings = Mappings { folder: &folder, read: BTreeMap::new(), mistakes: Vec::new() };
    let mut config = read(&document, &mut mappings);
    let Mappings { mut mistakes, .. } = mappings;
    mistakes.sort();
    let mistakes: Vec<Mistake> = document.into_mistakes().into_iter().chain(mistakes).collect();
    if !mistakes.is_empty() {
        return Err(Error::Mistakes(mistakes));
    }
    config.path = path;
    config.folder = folder;
    config.digest = digest::of(&config);
    Ok(config)
}

/// The mappings that sources name, each read once however many name it.
struct Mappings<'f> {
    folder: &'f Path,
    read: BTreeMap<String, Mapping>,
    mistakes: Vec<Mistake>,
}

impl Mappings<'_> {
    fn named_by(&mut self, item: Item<'_>) -> (String, Mapping) {
        let Some(name) = item.text() else { return Default::default() };
        if let Some(mapping) = self.read.get(&name) {
            return (name, mapping.clone());
        }
        let path = self.folder.join(&name);
        match read_file(&path) {
            Ok(bytes) => {
                let file = Document::new(path, bytes);
                let mapping = mapping_file::read(&file);
                self.mistakes.extend(file.into_mistakes());
                self.read.insert(name.clone(), mapping.clone());
                (name, mapping)
            }
            Err(error) => {
                let what = match (error.kind(), error.get_ref()) {
                    (io::ErrorKind::NotFound, _) => format!("there is no mapping {}", quoted(&name)),
                    (_, Some(cause)) => format!("the mapping {} could not be read: {cause}", quoted(&name)),
                    (kind, None) => format!("the mapping {} could not be read: {kind}", quoted(&name)),
                };
                let hint = "paths are relative to handover.toml; `handover profile FILE --draft DIR` drafts a mapping";
                item.mistake(what, hint);
                (name, Mapping::default())
            }
        }
    }
}

/// What the file says. Where it is wrong the value is a stand-in, and the mistake keeps the whole from being used.
fn read(document: &Document, mappings: &mut Mappings<'_>) -> Config {
    let entries = document.parse();
    let root = Table::root(document, &entries, TABLES);
    let transition = transition(&root, mappings.folder);
    let sources = sources(&root, mappings);
    Config {
        path: PathBuf::new(),
        folder: PathBuf::new(),
        transition,
        link: terms::link(&root, &sources),
        sources,
        gates: terms::gates(&root),
        waivers: terms::waivers(&root),
        kpis: terms::kpis(&root),
        overlap: terms::overlap(&root),
        clock: terms::clock(&root),
        exclusions: terms::exclusions(&root),
        safety: terms::safety(&root),
        warnings: document.warnings(),
        digest: Digest::of(b""),
    }
}

fn transition(root: &Table<'_>, folder: &Path) -> Transition {
    let known = ["name", "from", "to", "transfer_date", "as_at", "sites", "previous", "decisions", "key"];
    let table = root.require("transition").and_then(|item| item.table(&known));
    let Some(table) = table else { return stand_in() };
    let mut from = table.require("from").map(provider_codes).unwrap_or_default();
    from.sort();
    let to = table.require("to").and_then(provider_code).unwrap_or_default();
    if let (true, Some(item)) = (from.contains(&to), table.get("to")) {
        item.mistake("the receiver is also among the providers handing over", "take it out of transition.from");
    }
    let (transfer_date, as_at) = (table.required_date("transfer_date"), table.required_date("as_at"));
    if let (true, Some(item)) = (as_at > transfer_date && transfer_date != Date::ZERO, table.get("as_at")) {
        item.document.warning(
            &item.span,
            format!("the census date {as_at} lies after the transfer date {transfer_date}"),
            "waits are counted to as_at, usually the last day under the providers handing over".to_owned(),
        );
    }
    warn_of_a_lost_journal(&table, folder);
    Transition {
        name: table.required_text("name"),
        from,
        to,
        transfer_date,
        as_at,
        sites: table.text("sites"),
        previous: table.text("previous"),
        decisions: table.text("decisions").unwrap_or_else(|| DECISIONS.to_owned()),
        key: table.text("key").unwrap_or_else(|| "commitment.key".to_owned()),
    }
}

/// Until the first decision there is no journal. But one that goes by a name of its own is probably there, under another.
fn warn_of_a_lost_journal(transition: &Table<'_>, folder: &Path) {
    let Some(item) = transition.get("decisions") else { return };
    let name = item.value.as_str().unwrap_or(DECISIONS).trim();
    if name != DECISIONS && !folder.join(name).exists() {
        let what = format!("there is no journal {}, so no decision of anybody is obeyed", quoted(name));
        item.document.warning(&item.span, what, "paths are relative to handover.toml".to_owned());
    }
}

/// A transition of which nothing is known.
pub(super) fn stand_in() -> Transition {
    let nothing = String::new;
    Transition {
        name: nothing(),
        from: Vec::new(),
        to: nothing(),
        transfer_date: Date::ZERO,
        as_at: Date::ZERO,
        sites: None,
        previous: None,
        decisions: nothing(),
        key: nothing(),
    }
}

fn provider_codes(item: Item<'_>) -> Vec<String> {
    if !item.value.is_array() {
        return provider_code(item).into_iter().collect();
    }
    if item.parts().is_empty() {
        item.mistake(format!("{} is an empty list", quoted(&item.name)), "name at least one provider by its ODS code");
    }
    item.parts().into_iter().filter_map(provider_code).collect()
}

/// An ODS code: capital letters and digits.
fn provider_code(item: Item<'_>) -> Option<String> {
    let code = item.text()?;
    if code.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit()) {
        return Some(code);
    }
    let what = format!("{} is not an ODS code: {}", quoted(&item.name), quoted(&code));
    item.mistake(what, "ODS codes are capital letters and digits, such as RNU or NXX01");
    None
}

fn sources(root: &Table<'_>, mappings: &mut Mappings<'_>) -> Vec<Source> {
    let tables = root.tables("source", SOURCE_KEYS);
    if tables.is_empty() {
        root.document.absent(
            &root.span,
            "there is no source",
            "add [[source]], one for each set of files with one mapping",
        );
    }
    let mut lines: BTreeMap<String, usize> = BTreeMap::new();
    let mut sources: Vec<Source> = Vec::new();
    for table in tables {
        let source = source(&table, mappings);
        if let Some(item) = table.get("id").filter(|_| !source.id.is_empty()) {
            if let Some(line) = lines.get(&source.id) {
                item.mistake(
                    format!("the source on line {line} has the id {} too", quoted(&source.id)),
                    "ids are unique",
                );
            }
            lines.entry(source.id.clone()).or_insert(item.document.line(&item.span));
        }
        sources.push(source);
    }
    sources.sort_by(|left, right| left.id.cmp(&right.id));
    sources
}

fn source(table: &Table<'_>, mappings: &mut Mappings<'_>) -> Source {
    let (mapping_path, mapping) = table.require("mapping").map(|item| mappings.named_by(item)).unwrap_or_default();
    Source {
        id: table.require("id").and_then(source_id).unwrap_or_default(),
        path: table.require("path").and_then(source_path).unwrap_or_default(),
        mapping_path,
        mapping,
        provider: table.require("provider").and_then(provider_code).unwrap_or_default(),
        system: table.required_text("system"),
        service_line: table.get("service_line").and_then(|item| item.any_text()).unwrap_or_default().trim().to_owned(),
        standing: standing(table),
        extracted_at: table.get("extracted_at").and_then(|item| item.date()),
        control_rows: table.get("control_rows").and_then(|item| item.whole(0)),
        certified_by: table.text("certified_by"),
    }
}

fn source_id(item: Item<'_>) -> Option<String> {
    let id = item.text()?;
    if id == SITES {
        item.mistake("the id `sites` is kept for the site crosswalk", "choose another id");
        return None;
    }
    if !id.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_')) {
        let what = format!("{} is no source id", quoted(&id));
        item.mistake(what, "use the letters a to z, digits, hyphens and underscores");
        return None;
    }
    Some(id)
}

fn source_path(item: Item<'_>) -> Option<String> {
    let path = item.text()?;
    if let Err(fault) = glob::Pattern::new(&path) {
        item.mistake(
            format!("{} is no pattern of paths: {}", quoted(&path), fault.msg),
            "* stands for any text within a name, ? for one character",
        );
        return None;
    }
    Some(path)
}

fn standing(table: &Table<'_>) -> Standing {
    let kind = table.get("evidence");
    let Some(item) = table.get("standing") else {
        refuse_kind(kind);
        return Standing::Record;
    };
    match item.word(STANDINGS) {
        Some(Some(standing)) => {
            refuse_kind(kind);
            standing
        }
        Some(None) if kind.is_none() => {
            let what = "standing = \"evidence\" does not say what kind of evidence";
            item.document.absent(
                &item.span,
                what,
                "add evidence = \"letter\", \"text\", \"diary\", \"call\" or \"other\"",
            );
            Standing::Record
        }
        Some(None) | None => kind.and_then(|item| item.word(EVIDENCE)).map_or(Standing::Record, Standing::Evidence),
    }
}

/// Evidence of what, if the source is none?
fn refuse_kind(kind: Option<Item<'_>>) {
    if let Some(item) = kind {
        item.document.absent(
            &item.key_span,
            "this source has a kind of evidence, but its standing is not evidence",
            "add standing = \"evidence\", or remove the key",
        );
    }
}
