//! Which files each source lists, and which other sources list the same file.

use super::fixity::unusable;
use super::{Error, Origin};
use crate::config::{Columns, Config, FieldRule, FileLayout, Mapping};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The columns of `[transition] sites`.
const SITE_COLUMNS: [&str; 5] = ["legacy_site", "name", "provider", "successor_site", "closes_on"];

/// One file that one source lists.
#[derive(Clone, Debug)]
pub(super) struct Claim {
    pub(super) origin: Origin,
    /// The source's id, for messages.
    pub(super) source_id: String,
    /// Relative to the config's folder, with `/`.
    pub(super) name: String,
    pub(super) path: PathBuf,
    /// The same for two claims if and only if they are of the same file.
    pub(super) identity: PathBuf,
    pub(super) bytes: u64,
    pub(super) layout: FileLayout,
    pub(super) wanted: Wanted,
}

/// The columns that a mapping names: as it writes them, by their folded name.
pub(super) type Wanted = BTreeMap<String, String>;

/// Every claim, in the order of source id and file; the site crosswalk last.
pub(super) fn list(config: &Config) -> Result<Vec<Claim>, Error> {
    let mut claims = Vec::new();
    for (place, source) in config.sources.iter().enumerate() {
        let reading = Reading {
            origin: Origin::Source(place),
            source_id: &source.id,
            layout: source.mapping.file.clone(),
            wanted: wanted_columns(&source.mapping),
        };
        let mut found = reading.files_of(&config.folder, &source.path)?;
        found.sort_by(|left, right| left.name.cmp(&right.name));
        claims.append(&mut found);
    }
    if let Some(sites) = &config.transition.sites {
        let wanted = SITE_COLUMNS.iter().map(|column| (fold(column), (*column).to_owned())).collect();
        let reading = Reading { origin: Origin::Sites, source_id: "sites", layout: FileLayout::default(), wanted };
        claims.push(reading.claim(&config.folder, folder_of(config).join(sites))?);
    }
    Ok(claims)
}

fn folder_of(config: &Config) -> &Path {
    if config.folder.as_os_str().is_empty() { Path::new(".") } else { &config.folder }
}

struct Reading<'a> {
    origin: Origin,
    source_id: &'a str,
    layout: FileLayout,
    wanted: Wanted,
}

impl Reading<'_> {
    fn files_of(&self, folder: &Path, pattern: &str) -> Result<Vec<Claim>, Error> {
        let no_file = || Error::NoFile { source_id: self.source_id.to_owned(), pattern: pattern.to_owned() };
        let whole = if Path::new(pattern).is_absolute() {
            pattern.to_owned()
        } else {
            let folder = if folder.as_os_str().is_empty() { Path::new(".") } else { folder };
            format!("{}/{pattern}", glob::Pattern::escape(&folder.to_string_lossy()))
        };
        let options = glob::MatchOptions { require_literal_leading_dot: true, ..glob::MatchOptions::new() };
        let paths = glob::glob_with(&whole, options).map_err(|_| no_file())?;
        let mut claims = Vec::new();
        for path in paths {
            let path = path.map_err(|error| Error::Io { path: error.path().to_owned(), source: error.into() })?;
            if !path.is_dir() {
                claims.push(self.claim(folder, path)?);
            }
        }
        if claims.is_empty() { Err(no_file()) } else { Ok(claims) }
    }

    fn claim(&self, folder: &Path, path: PathBuf) -> Result<Claim, Error> {
        let unreadable = |source| Error::Io { path: path.clone(), source };
        let about = fs::metadata(&path).map_err(unreadable)?;
        if !about.is_file() {
            return Err(unusable(&path, "this is no file", "name a file in the configuration"));
        }
        Ok(Claim {
            origin: self.origin,
            source_id: self.source_id.to_owned(),
            name: name_within(folder, &path),
            identity: fs::canonicalize(&path).map_err(unreadable)?,
            bytes: about.len(),
            layout: self.layout.clone(),
            wanted: self.wanted.clone(),
            path,
        })
    }
}

fn name_within(folder: &Path, path: &Path) -> String {
    let path = path.strip_prefix(folder).unwrap_or(path);
    let path = path.strip_prefix(".").unwrap_or(path);
    path.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/")
}

fn wanted_columns(mapping: &Mapping) -> Wanted {
    let of_rule = |rule: &FieldRule| match &rule.columns {
        Columns::FirstOf(columns) | Columns::Join { columns, .. } => columns.clone(),
    };
    let mut wanted: Vec<String> = mapping.fields.values().chain(mapping.extra.values()).flat_map(of_rule).collect();
    if let Some(declared) = &mapping.declared {
        wanted.push(declared.measure.clone());
        wanted.extend([&declared.group, &declared.period, &declared.value].into_iter().flatten().cloned());
        wanted.extend(declared.period_columns.iter().cloned());
    }
    wanted.into_iter().map(|column| (fold(&column), column)).filter(|(folded, _)| !folded.is_empty()).collect()
}

/// Column names compare without regard to case and white space.
pub(super) fn fold(name: &str) -> String {
    name.split_whitespace().collect::<Vec<_>>().join(" ").to_lowercase()
}
