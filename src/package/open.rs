//! The earlier package that the configuration names, read as far as ids live on from it.

use super::carry::Change;
use super::error::Error;
use super::opened::Opened;
use super::previous::{Draft, Id, Kind, Previous, ended, leading};
use crate::config::Config;
use crate::values::{CommitmentKey, Digest};

const NO_SUCH_LINE: &str = "the package's tables have a line that this version does not write";

/// Opens the package of `[transition] previous`, where there is one, and reads what ids live on from. It must have been
/// sealed with this key: under another, the same people have other ids.
pub fn open_previous(config: &Config, key: &CommitmentKey) -> Result<Option<Previous>, Error> {
    let Some(previous) = &config.transition.previous else { return Ok(None) };
    let folder = config.folder.join(previous);
    let package = Opened::open(&folder)?;
    if !package.is_of(key) {
        return Err(Error::OtherKey { path: folder });
    }
    let mut draft = Draft::default();
    let lines = [
        read_people(&package, &mut draft)?,
        read_members(&package, ["referral_records", "referral_id"], Kind::Referral, &mut draft)?,
        read_members(&package, ["appointment_records", "appointment_id"], Kind::Appointment, &mut draft)?,
        read_changes(&package, &mut draft)?,
    ];
    if lines.contains(&None) {
        return Err(Error::NoPackage { path: folder, what: NO_SUCH_LINE });
    }
    let previous = draft.finish(package.manifest_digest());
    tracing::info!(rows = previous.rows.len(), ended = previous.ended.len(), "earlier package read");
    Ok(Some(previous))
}

/// `None` from these where some line is none.
type Lines = Result<Option<()>, Error>;

fn read_people(package: &Opened, draft: &mut Draft) -> Lines {
    let mut read = Some(());
    let columns = ["source", "file", "sheet", "row", "row_sha256", "patient_id"];
    package.each_line("patient_records", columns, &mut |[source, file, sheet, row, digest, patient]| {
        let mut person = || {
            let patient = Kind::Patient.id(patient.as_bytes())?;
            let digest = leading(&Digest::from_hex(digest)?);
            draft.person(name(source, file, sheet), row.parse().ok()?, digest, Some(patient));
            Some(())
        };
        read = read.and(person());
    })?;
    let columns = ["source", "file", "sheet", "row", "row_sha256"];
    package.each_line("unassigned", columns, &mut |[source, file, sheet, row, digest]| {
        let mut person = || {
            let digest = leading(&Digest::from_hex(digest)?);
            draft.person(name(source, file, sheet), row.parse().ok()?, digest, None);
            Some(())
        };
        read = read.and(person());
    })?;
    Ok(read)
}

fn read_members(package: &Opened, [table, column]: [&str; 2], kind: Kind, draft: &mut Draft) -> Lines {
    let mut read = Some(());
    let columns = ["source", "file", "sheet", "row", column];
    package.each_line(table, columns, &mut |[source, file, sheet, row, id]| {
        let mut member = || {
            draft.also(name(source, file, sheet), row.parse().ok()?, kind, kind.id(id.as_bytes())?);
            Some(())
        };
        read = read.and(member());
    })?;
    Ok(read)
}

fn read_changes(package: &Opened, draft: &mut Draft) -> Lines {
    let mut read = Some(());
    package.each_line("id_changes", ["kind", "id", "change", "into", "rows"], &mut |[
        kind,
        id,
        change,
        into,
        rows,
    ]| {
        let mut line = || {
            let kind = Kind::ALL.into_iter().find(|known| known.word() == kind)?;
            let into: Option<Id> = if into.is_empty() { None } else { Some(kind.id(into.as_bytes())?) };
            let ended = ended(kind, Change::of(change)?, kind.id(id.as_bytes())?, into, rows.parse().ok()?);
            ended.into_iter().for_each(|ended| draft.ended(ended));
            Some(())
        };
        read = read.and(line());
    })?;
    Ok(read)
}

fn name<'n>(source: &'n str, file: &'n str, sheet: &'n str) -> [&'n [u8]; 3] {
    [source.as_bytes(), file.as_bytes(), sheet.as_bytes()]
}
