//! Which files each source lists, and which other sources list the same file.

use super::fixity::{bytes_of_file, unusable};
use super::packed::{self, Listed, Place};
use super::{Error, Origin};
use crate::config::{Columns, Config, FieldRule, FileLayout, Mapping, Source};
use glob::{MatchOptions, Pattern};
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// The columns of `[transition] sites`.
const SITE_COLUMNS: [&str; 5] = ["legacy_site", "name", "provider", "successor_site", "closes_on"];

/// How the path of a source names files on disk: a `*` ends where its folder ends, and what is hidden is not meant.
const NAMING: MatchOptions =
    MatchOptions { case_sensitive: true, require_literal_separator: true, require_literal_leading_dot: true };

/// One file that one source lists.
#[derive(Clone, Debug)]
pub(super) struct Claim {
    pub(super) origin: Origin,
    /// The source's id, for messages.
    pub(super) source_id: String,
    /// Relative to the config's folder, with `/`.
    pub(super) name: String,
    pub(super) place: Place,
    /// The same for two claims if and only if they are of the same file.
    pub(super) identity: PathBuf,
    pub(super) bytes: u64,
    pub(super) layout: FileLayout,
    pub(super) wanted: Wanted,
}

/// The columns that a mapping names: as it writes them, by their folded name.
pub(super) type Wanted = BTreeMap<String, String>;

/// Files of archives that the patterns leave out: as people are told of them, by what is the same for the same file.
pub(super) type LeftOut = BTreeMap<PathBuf, String>;

/// Every claim, in the order of source id and file, the site crosswalk last; and the files of archives that no source
/// lists, in order.
pub(super) fn list(config: &Config) -> Result<(Vec<Claim>, Vec<String>), Error> {
    let (mut claims, mut left_out) = (Vec::new(), LeftOut::new());
    for (place, source) in config.sources.iter().enumerate() {
        let reading = Reading {
            origin: Origin::Source(place),
            source_id: &source.id,
            layout: source.mapping.file.clone(),
            wanted: wanted_columns(&source.mapping),
        };
        let (mut found, mut passed_over) = reading.files_of(&config.folder, &source.path)?;
        claims.append(&mut found);
        left_out.append(&mut passed_over);
    }
    claims.iter().for_each(|claim| drop(left_out.remove(&claim.identity)));
    let mut left_out: Vec<String> = left_out.into_values().collect();
    left_out.sort_unstable();
    if let Some(sites) = &config.transition.sites {
        let wanted = SITE_COLUMNS.iter().map(|column| (fold(column), (*column).to_owned())).collect();
        let reading = Reading { origin: Origin::Sites, source_id: "sites", layout: FileLayout::default(), wanted };
        let path = folder_of(config).join(sites);
        let bytes = bytes_of_file(&path)?;
        let listed = Listed { place: Place::plain(&path), member: None, bytes };
        claims.push(reading.claim(&config.folder, &path, listed)?);
    }
    Ok((claims, left_out))
}

/// What one source's path names.
#[cfg(test)]
pub(super) fn claims_of(folder: &Path, pattern: &str, wanted: Wanted) -> Result<(Vec<Claim>, LeftOut), Error> {
    let reading = Reading { origin: Origin::Source(0), source_id: "one", layout: FileLayout::default(), wanted };
    reading.files_of(folder, pattern)
}

/// The first source whose path names one of these files, which need not be there yet.
pub fn source_that_names<'c>(config: &'c Config, files: &[PathBuf]) -> Option<&'c Source> {
    let files: Vec<PathBuf> = files.iter().map(|file| real(file)).collect();
    config.sources.iter().find(|source| names_any(folder_of(config), &source.path, &files))
}

fn names_any(folder: &Path, pattern: &str, files: &[PathBuf]) -> bool {
    let parts: Vec<&str> = packed::split(pattern).0.split('/').collect();
    let plain = parts.iter().take_while(|part| !part.contains(['*', '?', '['])).count();
    let (plain, rest) = parts.split_at(plain.min(parts.len() - 1));
    let folder = real(&folder.join(if pattern.starts_with('/') { "/" } else { "" }).join(plain.join("/")));
    let whole = format!("{}/{}", Pattern::escape(&folder.to_string_lossy()), rest.join("/"));
    Pattern::new(&whole).is_ok_and(|pattern| files.iter().any(|file| pattern.matches_path_with(file, NAMING)))
}

/// A path without links and without dots, as far as it is there.
fn real(path: &Path) -> PathBuf {
    let whole = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    let there = whole.ancestors().find_map(|part| Some((part.canonicalize().ok()?, whole.strip_prefix(part).ok()?)));
    there.map_or_else(|| whole.clone(), |(real, rest)| if rest.as_os_str().is_empty() { real } else { real.join(rest) })
}

fn folder_of(config: &Config) -> &Path {
    folder_or_here(&config.folder)
}

/// The folder of a bare file name is the empty path.
fn folder_or_here(folder: &Path) -> &Path {
    if folder.as_os_str().is_empty() { Path::new(".") } else { folder }
}

struct Reading<'a> {
    origin: Origin,
    source_id: &'a str,
    layout: FileLayout,
    wanted: Wanted,
}

impl Reading<'_> {
    /// In order.
    fn files_of(&self, folder: &Path, pattern: &str) -> Result<(Vec<Claim>, LeftOut), Error> {
        let no_file = || Error::NoFile { source_id: self.source_id.to_owned(), pattern: pattern.to_owned() };
        let (outer, members) = packed::split(pattern);
        let members = members.map(Pattern::new).transpose().map_err(|_| no_file())?;
        let whole = if Path::new(outer).is_absolute() {
            outer.to_owned()
        } else {
            format!("{}/{outer}", Pattern::escape(&folder_or_here(folder).to_string_lossy()))
        };
        let paths = glob::glob_with(&whole, NAMING).map_err(|_| no_file())?;
        let (mut claims, mut left_out) = (Vec::new(), LeftOut::new());
        let mut folder_named = None;
        for path in paths {
            let path = path.map_err(|error| Error::Io { path: error.path().to_owned(), source: error.into() })?;
            if path.is_dir() {
                folder_named = Some(path);
                continue;
            }
            let listing = packed::list(&path, members.as_ref())?;
            for member in listing.left_out {
                let shown = format!("{}!{member}", name_within(folder, &path));
                left_out.insert(identity(&path, Some(&member))?, shown);
            }
            for listed in listing.files {
                claims.push(self.claim(folder, &path, listed)?);
            }
        }
        claims.sort_by(|left, right| left.name.cmp(&right.name));
        match folder_named {
            _ if !claims.is_empty() => Ok((claims, left_out)),
            Some(path) => {
                let hint = format!("name the files in it as the source's path, such as {pattern}/*.csv");
                Err(unusable(&path, "this is a folder", hint))
            }
            None => Err(no_file()),
        }
    }

    fn claim(&self, folder: &Path, path: &Path, listed: Listed) -> Result<Claim, Error> {
        let Listed { place, member, bytes } = listed;
        let name = name_within(folder, path);
        let Some(name) = packed::name(&name, member.as_deref()) else {
            let what = "the file is named as a file inside an archive is";
            return Err(unusable(path, what, "rename it, so that no ! follows .zip or .gz"));
        };
        let identity = identity(path, member.as_deref())?;
        Ok(Claim {
            origin: self.origin,
            source_id: self.source_id.to_owned(),
            name: name.into_owned(),
            identity,
            bytes,
            layout: self.layout.clone(),
            wanted: self.wanted.clone(),
            place,
        })
    }
}

/// The same for two paths if and only if they lead to the same file.
fn identity(path: &Path, member: Option<&str>) -> Result<PathBuf, Error> {
    let mut identity = fs::canonicalize(path).map_err(|source| Error::Io { path: path.to_owned(), source })?;
    if let Some(member) = member {
        identity.as_mut_os_string().push(format!("!{member}"));
    }
    Ok(identity)
}

fn name_within(folder: &Path, path: &Path) -> String {
    let path = path.strip_prefix(folder).unwrap_or(path);
    let path = path.strip_prefix(".").unwrap_or(path);
    let name = path.components().map(|part| part.as_os_str().to_string_lossy()).collect::<Vec<_>>().join("/");
    // The root is a part, and is called a slash.
    name.strip_prefix('/').filter(|_| path.has_root()).map(str::to_owned).unwrap_or(name)
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

#[cfg(test)]
mod tests {
    use super::super::trial::Folder;
    use super::*;

    #[test]
    fn what_a_path_names_is_what_would_be_read() {
        let folder = Folder::new();
        let files = ["in/a.csv", "in/deep/b.csv", "in/.c.csv", "in/deep/er/d.csv", "in/E.CSV"];
        files.iter().for_each(|file| folder.write(file, b"Name\nA\n"));
        for (pattern, expected) in [
            ("in/*.csv", &["in/a.csv"][..]),
            ("in/*", &["in/E.CSV", "in/a.csv"]),
            ("in/*/*.csv", &["in/deep/b.csv"]),
            ("*/b.csv", &[]),
            ("in/**/*.csv", &["in/a.csv", "in/deep/b.csv", "in/deep/er/d.csv"]),
            ("in/deep/../a.csv", &["in/a.csv"]),
        ] {
            let read = claims_of(&folder.path(), pattern, Wanted::new()).map_or(Vec::new(), |(claims, _)| claims);
            let read: Vec<&Path> = read.iter().map(|claim| claim.identity.as_path()).collect();
            let expected: Vec<PathBuf> = expected.iter().map(|file| real(&folder.path().join(file))).collect();
            assert_eq!(read, expected, "{pattern}");
            for file in files.map(|file| real(&folder.path().join(file))) {
                let is_named = names_any(&folder.path(), pattern, std::slice::from_ref(&file));
                assert_eq!(is_named, expected.contains(&file), "{pattern} {}", file.display());
            }
        }
    }
}
