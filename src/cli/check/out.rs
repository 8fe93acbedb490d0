//! The folder with what goes back to each provider. It holds patient data, and is its owner's alone.

use super::super::exit::{Failure, Outcome};
use super::super::private::{make_folder, write_new};
use super::super::terminal::{Watcher, thousands, wrapped};
use super::screen::WIDTH;
use crate::config::Config;
use crate::pipeline;
use crate::reconcile::UnknownSite;
use crate::records::{ProviderReturn, Records};
use crate::report::{self, SheetOutcome};
use crate::sources;
use crate::values::Shown as _;
use serde_json::{Value, json};
use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// What was written.
pub(super) struct Written {
    folder: PathBuf,
    providers: Vec<ForProvider>,
}

struct ForProvider {
    /// Empty for rows of no provider.
    provider: String,
    folder: String,
    sheets: Vec<SheetOutcome>,
    notices: u64,
    unmapped: usize,
}

const ROWS: &str = "rows-to-fix.xlsx";
const VALUES: &str = "unmapped-values.csv";
const OF_NOBODY: &str = "no-provider";

/// Nothing is written beside or over anything.
pub(super) fn refuse_place(folder: &Path) -> Result<(), Failure> {
    Failure::unless_outside_packages(folder)?;
    let refused = |what: &str| {
        let message = format!("--out {}: {what}", folder.shown());
        Err(Failure::new(Outcome::Usage, message, "give a folder that is not there yet, or is empty"))
    };
    match fs::read_dir(folder).map(|mut entries| entries.next().is_some()) {
        Ok(true) => refused("the folder holds something already"),
        Ok(false) => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::NotFound && folder.symlink_metadata().is_err() => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => Err(Failure::io(folder, &error)),
        Err(_) => refused("it is no folder"),
    }
}

/// What is written must not be read as a source's file at the next reading.
pub(super) fn refuse_sources(folder: &Path, config: &Config) -> Result<(), Failure> {
    let providers: BTreeSet<&str> = config.sources.iter().map(|source| source.provider.as_str()).chain([""]).collect();
    let mut taken = BTreeSet::new();
    let folders: Vec<PathBuf> =
        providers.into_iter().map(|provider| folder.join(folder_name(provider, &mut taken))).collect();
    let made: Vec<PathBuf> = folders.iter().flat_map(|folder| [folder.join(ROWS), folder.join(VALUES)]).collect();
    let Some(source) = sources::source_that_names(config, &made) else { return Ok(()) };
    let message = format!(
        "--out {}: the path of the source {} ({}) takes in what would be written there",
        folder.shown(),
        source.id,
        source.path
    );
    Err(Failure::new(Outcome::Usage, message, "give a folder outside those that the sources are read from"))
}

/// Reads the sources again and writes a folder for each provider. What is half written when something fails is taken away.
pub(super) fn write(
    folder: &Path,
    config: &Config,
    records: &Records,
    unknown_sites: &[UnknownSite],
    watcher: &mut Watcher,
) -> Result<Written, Failure> {
    let returned = pipeline::returned(config, records, unknown_sites, watcher)?;
    refuse_place(folder)?;
    let was_there = folder.exists();
    let mut written = Written { folder: folder.to_owned(), providers: Vec::new() };
    let outcome = make_folder(folder).map_err(|error| Failure::io(folder, &error)).and_then(|()| {
        let mut taken = BTreeSet::new();
        for (provider, of) in &returned.providers {
            let name = folder_name(provider, &mut taken);
            written.providers.push(write_provider(folder, &config.transition.name, provider, name, of)?);
        }
        Ok(())
    });
    if outcome.is_err() {
        take_away(folder, was_there);
    }
    outcome.map(|()| written)
}

fn write_provider(
    folder: &Path,
    transition: &str,
    provider: &str,
    name: String,
    of: &ProviderReturn,
) -> Result<ForProvider, Failure> {
    let place = folder.join(&name);
    let drawn = report::draw_return(transition, provider, of)
        .map_err(|error| Failure::io(&place.join(ROWS), &io::Error::other(error.to_string())))?;
    make_folder(&place).map_err(|error| Failure::io(&place, &error))?;
    for (file, bytes) in [(ROWS, &drawn.rows_to_fix), (VALUES, &drawn.unmapped_values)] {
        let path = place.join(file);
        write_new(&path, bytes).map_err(|error| Failure::io(&path, &error))?;
    }
    let notices = of.reasons.iter().filter(|(reason, _)| reason.severity() == crate::ledger::Severity::Notice);
    let notices = notices.map(|(_, count)| count).sum();
    Ok(ForProvider {
        provider: provider.to_owned(),
        folder: name,
        sheets: drawn.sheets,
        notices,
        unmapped: of.unmapped.len(),
    })
}

/// A name that every file system takes, and no two providers share. Those that differ only in what is not taken, or in
/// case, are numbered.
fn folder_name(provider: &str, taken: &mut BTreeSet<String>) -> String {
    const LENGTH_MAX: usize = 60;
    const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];
    let legal = |letter: char| if letter.is_ascii_alphanumeric() || letter == '-' { letter } else { '_' };
    let mut name: String = provider.chars().map(legal).take(LENGTH_MAX).collect();
    if name.is_empty() {
        name = OF_NOBODY.to_owned();
    }
    let folded = name.to_lowercase();
    let numbered = |device: &str| {
        let rest = folded.strip_prefix(device);
        rest.is_some_and(|rest| rest.len() == 1 && rest.bytes().all(|byte| byte.is_ascii_digit()))
    };
    if DEVICES.contains(&folded.as_str()) || numbered("com") || numbered("lpt") {
        name.insert_str(0, "provider-");
    }
    let first = name.clone();
    for number in 2.. {
        if taken.insert(name.to_lowercase()) {
            break;
        }
        name = format!("{first}-{number}");
    }
    name
}

/// Nothing of it was there before.
fn take_away(folder: &Path, was_there: bool) {
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let _ = fs::remove_dir_all(entry.path());
    }
    if !was_there {
        let _ = fs::remove_dir(folder);
    }
}

impl Written {
    /// What is not whole, a line each.
    pub(super) fn cut(&self) -> Vec<String> {
        let of = |provider: &ForProvider| -> Vec<String> {
            let cut = provider.sheets.iter().filter(|sheet| !sheet.is_whole());
            let told = |sheet: &SheetOutcome| {
                let place = format!("{} of {}/{ROWS}, from {}", sheet.name, provider.folder, sheet.file.shown());
                format!("CUT: {place}: {}", sheet.what_is_cut().join("; "))
            };
            cut.map(told).collect()
        };
        self.providers.iter().flat_map(of).collect()
    }

    /// For a person.
    pub(super) fn screen(&self) -> Vec<String> {
        let mut lines = vec![format!("Written to {}  (HOLDS PATIENT DATA)", self.folder.shown())];
        let width = self.providers.iter().map(|provider| provider.folder.len()).max().unwrap_or(0);
        for provider in &self.providers {
            let folder = &provider.folder;
            let (fix, values) = (thousands(provider.lines()), thousands(provider.unmapped as u64));
            lines.push(format!("  {folder:<width$}  {ROWS}: {fix} lines   {VALUES}: {values} lines"));
            let notices = thousands(provider.notices);
            lines.push(format!("  {:<width$}  {notices} notices are counted there and left out", ""));
        }
        lines.extend(self.cut().iter().flat_map(|cut| wrapped(WIDTH, "  ", cut)));
        lines
    }

    /// For a script.
    pub(super) fn document(&self) -> Value {
        let sheet = |sheet: &SheetOutcome| {
            json!({
                "name": sheet.name, "source": sheet.source, "file": sheet.file, "sheet": sheet.sheet,
                "lines": sheet.lines, "lines_left_out": sheet.lines_left_out, "cells_cut": sheet.cells_cut,
                "columns_left_out": sheet.columns_left_out,
            })
        };
        let provider = |of: &ForProvider| {
            json!({
                "provider": of.provider, "folder": of.folder, "lines": of.lines(),
                "lines_left_out": of.sheets.iter().map(|sheet| sheet.lines_left_out).sum::<u64>(),
                "notices_left_out": of.notices, "unmapped_values": of.unmapped,
                "sheets": of.sheets.iter().map(sheet).collect::<Vec<Value>>(),
            })
        };
        let providers: Vec<Value> = self.providers.iter().map(provider).collect();
        json!({ "folder": self.folder, "holds_patient_data": true, "providers": providers })
    }
}

impl ForProvider {
    fn lines(&self) -> u64 {
        self.sheets.iter().map(|sheet| sheet.lines).sum()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_two_providers_share_a_folder() {
        let mut taken = BTreeSet::new();
        let names = ["", "../x", "CON", "RNU", "no-provider", "rnu", "..|x", "COM1", "COMET"];
        let made = names.map(|name| folder_name(name, &mut taken));
        let expected = [
            "no-provider",
            "___x",
            "provider-CON",
            "RNU",
            "no-provider-2",
            "rnu-2",
            "___x-2",
            "provider-COM1",
            "COMET",
        ];
        assert_eq!(made, expected);
    }
}
