//! `handover check`.

mod document;
mod out;
mod rows;
mod screen;

use super::Voice;
use super::exit::{Failure, Outcome};
use super::terminal::{Watcher, print, say};
use crate::config::{self, Config};
use crate::ledger::Reason;
use crate::pipeline::{self, Observer as _};
use crate::reconcile::UnknownSite;
use crate::records::Records;
use crate::sources::Origin;
use crate::values::{Postcode, nearest};
use out::Written;
use std::path::Path;

/// What is asked beside everything.
#[derive(Clone, Copy, Debug)]
pub(super) struct Asked<'a> {
    /// A reason whose rows are listed.
    pub reason: Option<&'a str>,
    /// A source that alone is told of.
    pub source: Option<&'a str>,
    /// A folder for what goes back to each provider.
    pub out: Option<&'a Path>,
}

/// What was read, and of which part of it is told.
struct Checked<'a> {
    config: &'a Config,
    records: &'a Records,
    unknown_sites: &'a [UnknownSite],
    only: Option<Origin>,
    written: Option<&'a Written>,
}

/// Reads and maps everything and prints what a mapping needs: rows, columns left out, exceptions by reason; or the rows of
/// one reason.
pub(super) fn check(path: &Path, asked: Asked<'_>, voice: Voice) -> Result<Outcome, Failure> {
    let reason = asked.reason.map(find_reason).transpose()?;
    asked.out.map_or(Ok(()), out::refuse_place)?;
    let config = config::load(path)?;
    asked.out.map_or(Ok(()), |folder| out::refuse_sources(folder, &config))?;
    let only = asked.source.map(|id| find_source(&config, id)).transpose()?;
    let mut watcher = Watcher::new(voice);
    config.warnings.iter().for_each(|warning| watcher.warns(warning));
    let records = pipeline::intake(&config, &mut watcher)?;
    let unknown_sites = pipeline::unknown_sites(&records);
    let written = match asked.out {
        Some(folder) => Some(out::write(folder, &config, &records, &unknown_sites, &mut watcher)?),
        None => None,
    };
    drop(watcher);
    written.iter().flat_map(Written::cut).for_each(|cut| say(&format!("warning: {cut}")));
    let (unknown_sites, written) = (unknown_sites.as_slice(), written.as_ref());
    let checked = Checked { config: &config, records: &records, unknown_sites, only, written };
    match (voice.json, reason) {
        (true, None) => print(&document::of(&checked).to_string()),
        (true, Some(reason)) => print(&rows::document(&checked, reason).to_string()),
        (false, _) if voice.quiet => {}
        (false, None) => print(&screen::of(&checked)),
        (false, Some(reason)) => print(&rows::screen(&checked, reason)),
    }
    Ok(Outcome::Done)
}

pub(super) fn find_reason(slug: &str) -> Result<Reason, Failure> {
    Reason::of_slug(slug).ok_or_else(|| {
        let slugs: Vec<&str> = Reason::ALL.iter().map(|reason| reason.slug()).collect();
        unknown("--reason", slug, "reason", &slugs)
    })
}

fn find_source(config: &Config, id: &str) -> Result<Origin, Failure> {
    if let Some(place) = config.sources.iter().position(|source| source.id == id) {
        return Ok(Origin::Source(place));
    }
    if id == SITES && config.transition.sites.is_some() {
        return Ok(Origin::Sites);
    }
    let ids: Vec<&str> = config.sources.iter().map(|source| source.id.as_str()).collect();
    Err(unknown("--source", id, "source", &ids))
}

/// The source id of the site crosswalk in tables.
const SITES: &str = "sites";

/// A name that nothing has, with the nearest of those that there are; with all, where none is near.
fn unknown(flag: &str, name: &str, what: &str, known: &[&str]) -> Failure {
    let near: Vec<&str> =
        nearest(name, known.iter().map(|known| [*known])).into_iter().map(|place| known[place]).collect();
    let hint = match near[..] {
        [] => format!("there are: {}", known.join(", ")),
        _ => format!("nearest: {}", near.join(", ")),
    };
    Failure::new(Outcome::Usage, format!("{flag} {name}: there is no such {what}"), hint)
}

impl Checked<'_> {
    fn source_name(&self, origin: Origin) -> &str {
        match origin {
            Origin::Source(place) => &self.config.sources[place].id,
            Origin::Sites => SITES,
        }
    }

    fn is_asked(&self, origin: Origin) -> bool {
        self.only.is_none_or(|only| only == origin)
    }

    /// Unknown sites of the sources that are told of, with how many of their rows.
    fn sites(&self) -> Vec<(&UnknownSite, Vec<crate::sources::RowRef>)> {
        let of_asked = |site: &UnknownSite| -> Vec<crate::sources::RowRef> {
            site.rows.iter().copied().filter(|row| self.is_asked(self.records.origin(*row))).collect()
        };
        let sites = self.unknown_sites.iter().map(|site| (site, of_asked(site)));
        let mut sites: Vec<_> = sites.filter(|(_, rows)| !rows.is_empty()).collect();
        sites.sort_by_key(|(_, rows)| std::cmp::Reverse(rows.len()));
        sites
    }
}

/// Whether the text of a site may be quoted: only where it is plainly a code, since of a visit at home it may be a patient's
/// name or address, on many rows too.
fn may_be_quoted(text: &str) -> bool {
    text.len() <= 8
        && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        && text.bytes().any(|byte| byte.is_ascii_digit())
        && text.bytes().any(|byte| byte.is_ascii_alphabetic())
        && Postcode::repair(&text.to_uppercase()).is_none()
}

/// Columns of a sheet that the source's mapping does not name.
fn columns_left_out(config: &Config, origin: Origin, header: &[String]) -> Vec<String> {
    let Origin::Source(place) = origin else { return Vec::new() };
    let named = config.sources[place].mapping.column_names();
    let fold = |name: &str| name.split_whitespace().collect::<Vec<&str>>().join(" ").to_lowercase();
    header
        .iter()
        .filter(|column| !column.is_empty() && !named.iter().any(|name| fold(name) == fold(column)))
        .cloned()
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_may_be_a_patients_is_not_quoted() {
        for code in ["RAA09", "HC-2"] {
            assert!(may_be_quoted(code), "{code}");
        }
        for text in ["OX4 1AB", "OX41AB", "9990000050", "Mrs Thistlewood", "Northern Clinic", "12 Long Lane"] {
            assert!(!may_be_quoted(text), "{text}");
        }
    }

    #[test]
    fn a_name_that_nothing_has_is_answered_with_the_nearest() {
        let failure = find_reason("date-imposible").expect_err("no such reason");
        assert!(failure.hint.starts_with("nearest: date-impossible"), "{}", failure.hint);
        assert!(find_reason("zzz").expect_err("no such reason").hint.starts_with("there are: sheet-not-mapped, "));
        assert_eq!(find_reason("date-impossible").expect("a reason"), Reason::DateImpossible);
    }
}
