//! Sites that the crosswalk does not know, before anything is linked.

use super::sites::{SiteKey, Sites};
use crate::config::fields::appointment;
use crate::records::{Records, Site, Symbol};
use crate::sources::RowRef;
use crate::values::nearest;
use std::cmp::Reverse;
use std::collections::BTreeMap;
use std::fmt;

/// What some rows say of a site, and the crosswalk does not explain. It may be more than a site's name: of a visit at home
/// it may tell at whose.
#[derive(Clone)]
pub struct UnknownSite {
    /// As the rows say it.
    pub text: String,
    /// The rows, in order.
    pub rows: Vec<RowRef>,
    /// The nearest sites of the crosswalk, as code and name, best first.
    pub nearest: Vec<(String, String)>,
}

/// Every text for a site that the crosswalk does not explain, the one on most rows first. Without a crosswalk there is nothing
/// to be unknown to.
pub fn unknown_sites(records: &Records) -> Vec<UnknownSite> {
    if records.sites.is_empty() {
        return Vec::new();
    }
    let (sites, table) = (Sites::read(records), &records.appointments);
    let mut rows: BTreeMap<Symbol, Vec<RowRef>> = BTreeMap::new();
    for place in table.places() {
        let symbol = table.symbol(appointment::SITE, place);
        if matches!(sites.key(symbol), SiteKey::Unknown(_)) {
            rows.entry(symbol).or_default().push(table.row(place));
        }
    }
    let unknown = rows.into_iter().map(|(symbol, mut rows)| {
        rows.sort_unstable();
        let text = records.texts.text(symbol).to_owned();
        UnknownSite { nearest: nearest_of(&text, &records.sites), text, rows }
    });
    let mut unknown: Vec<UnknownSite> = unknown.collect();
    unknown
        .sort_by(|left, right| (Reverse(left.rows.len()), &left.text).cmp(&(Reverse(right.rows.len()), &right.text)));
    unknown
}

fn nearest_of(text: &str, sites: &[Site]) -> Vec<(String, String)> {
    let candidates = sites.iter().map(|site| [site.legacy_site.as_str(), site.name.as_str()]);
    let found = nearest(text, candidates).into_iter().map(|place| &sites[place]);
    found.map(|site| (site.legacy_site.clone(), site.name.clone())).collect()
}

impl fmt::Debug for UnknownSite {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "UnknownSite(redacted, {} rows)", self.rows.len())
    }
}
