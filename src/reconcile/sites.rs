//! Which place is meant: codes, names, and what people write for short, against the site crosswalk.

use super::words::{Agreement, folded};
use crate::config::fields::appointment;
use crate::ledger::{Exception, Reason};
use crate::records::{Records, Site, Symbol};
use std::collections::BTreeMap;

/// A place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum SiteKey {
    /// No site is given.
    Missing,
    /// The line of the crosswalk.
    Known(u16),
    /// The receiver's site that follows this first line of the crosswalk (and perhaps others).
    Successor(u16),
    /// Not in the crosswalk: texts that are alike share a number.
    Unknown(u32),
}

/// Every site text, resolved once.
#[derive(Debug)]
pub(super) struct Sites {
    crosswalk: Vec<Site>,
    keys: Vec<(Symbol, SiteKey)>,
}

/// Words that say what sort of place it is, not which: full form, and what people write for it.
const SORTS: &[(&str, &[&str])] = &[
    ("hospital", &["hospital", "hosp", "hsp"]),
    ("health", &["health", "hlth"]),
    ("centre", &["centre", "center", "ctr", "cntr", "cen"]),
    ("community", &["community", "comm", "cmty"]),
    ("clinic", &["clinic", "clin"]),
    ("surgery", &["surgery", "surg"]),
    ("general", &["general", "gen", "genl"]),
    ("outpatients", &["outpatients", "outpatient", "opd", "op"]),
    ("physiotherapy", &["physiotherapy", "physio"]),
    ("department", &["department", "dept"]),
    ("nhs", &["nhs"]),
    ("the", &["the"]),
    ("medical", &["medical", "med"]),
    ("orthopaedic", &["orthopaedic", "orthopaedics", "orth", "ortho"]),
    ("room", &["room", "rm", "suite", "site"]),
    ("msk", &["msk"]),
];

/// Several words in one abbreviation.
const CONTRACTIONS: &[(&str, &[&str])] = &[
    ("hc", &["health", "centre"]),
    ("ch", &["community", "hospital"]),
    ("gh", &["general", "hospital"]),
    ("dgh", &["general", "hospital"]),
    ("mc", &["medical", "centre"]),
];

/// How alike two names must be, and how much less alike the next best, in thousandths.
const ALIKE: u32 = 750;
const MARGIN: u32 = 120;

impl Sites {
    /// Resolves every distinct site text.
    pub(super) fn read(records: &Records) -> Self {
        let table = &records.appointments;
        let mut distinct: BTreeMap<Symbol, SiteKey> = BTreeMap::new();
        let names: Vec<Vec<String>> = records.sites.iter().map(|site| words_of(&site.name)).collect();
        let mut strangers: Vec<Vec<String>> = Vec::new();
        for place in table.places() {
            let symbol = table.symbol(appointment::SITE, place);
            if symbol.is_some() && !distinct.contains_key(&symbol) {
                let text = records.texts.text(symbol);
                let key = resolve(text, &records.sites, &names).unwrap_or_else(|| stranger(text, &mut strangers));
                distinct.insert(symbol, key);
            }
        }
        Sites { crosswalk: records.sites.clone(), keys: distinct.into_iter().collect() }
    }

    pub(super) fn key(&self, symbol: Symbol) -> SiteKey {
        self.keys.binary_search_by_key(&symbol, |(symbol, _)| *symbol).map_or(SiteKey::Missing, |at| self.keys[at].1)
    }

    /// The line of the crosswalk, where one is known.
    pub(super) fn line(&self, key: SiteKey) -> Option<&Site> {
        match key {
            SiteKey::Known(line) => Some(&self.crosswalk[usize::from(line)]),
            SiteKey::Successor(line) => {
                let line = &self.crosswalk[usize::from(line)];
                let alone =
                    self.crosswalk.iter().filter(|other| other.successor_site == line.successor_site).count() == 1;
                alone.then_some(line)
            }
            SiteKey::Missing | SiteKey::Unknown(_) => None,
        }
    }

    /// Whether two sites are one place, the receiver's successor of a legacy site counting as that site.
    pub(super) fn agreement(&self, left: SiteKey, right: SiteKey) -> Agreement {
        let successor = |line: u16| self.crosswalk[usize::from(line)].successor_site.as_str();
        match (left, right) {
            (SiteKey::Missing, _) | (_, SiteKey::Missing) => Agreement::Unknown,
            _ if left == right => Agreement::Same,
            (SiteKey::Known(one), SiteKey::Successor(other)) | (SiteKey::Successor(other), SiteKey::Known(one)) => {
                if successor(one) == successor(other) {
                    Agreement::Same
                } else {
                    Agreement::Differs
                }
            }
            (SiteKey::Unknown(_), SiteKey::Unknown(_)) if self.crosswalk.is_empty() => Agreement::Differs,
            (SiteKey::Unknown(_), _) | (_, SiteKey::Unknown(_)) => Agreement::Unknown,
            _ => Agreement::Differs,
        }
    }

    /// One exception for each text that the crosswalk does not explain, on its first row. Without a crosswalk there is
    /// nothing to be unknown to.
    pub(super) fn exceptions(&self, records: &Records) -> Vec<Exception> {
        let table = &records.appointments;
        if self.crosswalk.is_empty() {
            return Vec::new();
        }
        let mut first: BTreeMap<u32, Exception> = BTreeMap::new();
        for place in table.places() {
            if let SiteKey::Unknown(number) = self.key(table.symbol(appointment::SITE, place)) {
                let at = table.row(place);
                let exception = Exception { at, field: "appointment.site".to_owned(), reason: Reason::SiteUnknown };
                let earliest = first.entry(number).or_insert_with(|| exception.clone());
                if exception.at < earliest.at {
                    *earliest = exception;
                }
            }
        }
        first.into_values().collect()
    }
}

fn stranger(text: &str, strangers: &mut Vec<Vec<String>>) -> SiteKey {
    let words = words_of(text);
    let known = strangers.iter().position(|other| *other == words);
    let number = known.unwrap_or_else(|| {
        strangers.push(words);
        strangers.len() - 1
    });
    SiteKey::Unknown(u32::try_from(number).expect("fewer sites than 4 billion"))
}

/// By code, by the receiver's code, by name, by the code within the text, then by likeness with a clear margin.
fn resolve(text: &str, sites: &[Site], names: &[Vec<String>]) -> Option<SiteKey> {
    let line = |found: usize| u16::try_from(found).ok();
    let same = |code: &str| !code.is_empty() && code.trim().eq_ignore_ascii_case(text.trim());
    if let Some(found) = sites.iter().position(|site| same(&site.legacy_site)) {
        return line(found).map(SiteKey::Known);
    }
    if let Some(found) = sites.iter().position(|site| same(&site.successor_site)) {
        return line(found).map(SiteKey::Successor);
    }
    let words = words_of(text);
    let exact: Vec<usize> = (0..names.len()).filter(|site| !words.is_empty() && names[*site] == words).collect();
    if let [only] = exact[..] {
        return line(only).map(SiteKey::Known);
    }
    let inside: Vec<usize> = (0..sites.len()).filter(|site| code_within(&sites[*site].legacy_site, text)).collect();
    if let [only] = inside[..] {
        return line(only).map(SiteKey::Known);
    }
    alike(&words, names).or_else(|| slip(&words, names)).and_then(line).map(SiteKey::Known)
}

/// A slip of the finger across words ("Ludbroo kClinic"): the one name that is one letter away, or two in a long name,
/// and from which every other is clearly further.
fn slip(words: &[String], names: &[Vec<String>]) -> Option<usize> {
    let written = words.concat();
    let mut found: Vec<(usize, usize)> =
        names.iter().map(|name| strsim::damerau_levenshtein(&written, &name.concat())).zip(0..).collect();
    found.sort_unstable();
    let (distance, at) = *found.first()?;
    let allowed = match written.chars().count() {
        0..=7 => 0,
        8..=13 => 1,
        _ => 2,
    };
    let clear = found.get(1).is_none_or(|(next, _)| *next >= distance + 2);
    (distance <= allowed && clear).then_some(at)
}

fn code_within(code: &str, text: &str) -> bool {
    let code = folded(code);
    code.trim().len() >= 3 && folded(text).contains(&code)
}

/// The one name that the words are like, and clearly more like than any other.
fn alike(words: &[String], names: &[Vec<String>]) -> Option<usize> {
    let mut scores: Vec<(u32, usize)> =
        names.iter().enumerate().map(|(at, name)| (likeness(words, name), at)).collect();
    scores.sort_unstable_by(|left, right| right.0.cmp(&left.0).then(left.1.cmp(&right.1)));
    let (best, at) = *scores.first()?;
    let next = scores.get(1).map_or(0, |(score, _)| *score);
    (best >= ALIKE && best >= next + MARGIN).then_some(at)
}

/// Words of a place's name: abbreviations written out, in order, single letters kept.
fn words_of(text: &str) -> Vec<String> {
    let folded = folded(&text.replace('.', ". "));
    let letters: Vec<&str> = folded.split(' ').filter(|word| !word.is_empty()).collect();
    let mut words: Vec<String> = Vec::new();
    let mut at = 0;
    while at < letters.len() {
        // "H. C." is "HC".
        let pair = letters.get(at + 1).map(|next| format!("{}{next}", letters[at]));
        let pair = pair.filter(|pair| letters[at].len() == 1 && pair.len() == 2);
        let contraction = |word: &str| CONTRACTIONS.iter().find(|(short, _)| *short == word).map(|(_, full)| *full);
        if let Some(full) = pair.as_deref().and_then(contraction) {
            words.extend(full.iter().map(|word| (*word).to_owned()));
            at += 2;
            continue;
        }
        if let Some(full) = contraction(letters[at]) {
            words.extend(full.iter().map(|word| (*word).to_owned()));
        } else {
            let sort = SORTS.iter().find(|(_, forms)| forms.contains(&letters[at]));
            words.push(sort.map_or_else(|| letters[at].to_owned(), |(full, _)| (*full).to_owned()));
        }
        at += 1;
    }
    words
}

fn is_sort(word: &str) -> bool {
    SORTS.iter().any(|(full, _)| *full == word)
}

/// How alike, in thousandths: the share of both names' words that have a counterpart; which place it is weighs four
/// times what sort of place it is. Initials of a whole name ("TGH") count as that name.
fn likeness(words: &[String], name: &[String]) -> u32 {
    if words.is_empty() || name.is_empty() {
        return 0;
    }
    if let [only] = words {
        let initials: String = name.iter().filter_map(|word| word.chars().next()).collect();
        if only.len() >= 2 && *only == initials {
            return 950;
        }
    }
    let weight = |word: &String| if is_sort(word) { 1u32 } else { 4 };
    let matched = |from: &[String], to: &[String]| -> (u32, u32) {
        from.iter().fold((0, 0), |(matched, all), word| {
            let best = to.iter().map(|other| word_likeness(word, other)).max().unwrap_or(0);
            (matched + weight(word) * best, all + weight(word))
        })
    };
    let ((here, here_all), (there, there_all)) = (matched(words, name), matched(name, words));
    // A name that leaves out what sort of place it is ("Northgate") is still that name.
    let distinct = name.iter().chain(words).any(|word| !is_sort(word));
    if !distinct {
        return 0;
    }
    (here + there) / (here_all + there_all)
}

/// In thousandths: the same word, the beginning of it, or a slip of the finger.
fn word_likeness(left: &str, right: &str) -> u32 {
    if left == right {
        return 1000;
    }
    if is_sort(left) || is_sort(right) {
        return 0;
    }
    let (short, long) = if left.len() <= right.len() { (left, right) } else { (right, left) };
    if long.starts_with(short) {
        return if short.len() == 1 { 700 } else { 850 };
    }
    if short == "x" && long == "cross" {
        return 900;
    }
    if short.chars().count() >= 4 && strsim::damerau_levenshtein(left, right) <= 1 {
        return 900;
    }
    if strsim::jaro_winkler(left, right) >= 0.93 { 800 } else { 0 }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::RowRef;

    fn crosswalk() -> Vec<Site> {
        let line = |row: u32, code: &str, name: &str, successor: &str| Site {
            at: RowRef::for_tests(0, 0, row),
            legacy_site: code.into(),
            name: name.into(),
            provider: "RAA".into(),
            successor_site: successor.into(),
            closes_on: None,
        };
        vec![
            line(2, "RAA01", "East Marsh Health Centre", "ZZZ01"),
            line(3, "RAA02", "West Marsh Health Centre", "ZZZ02"),
            line(4, "RAA03", "Tolbridge Community Hospital", "ZZZ03"),
            line(5, "RAA04", "Marshshire General Hospital", "ZZZ03"),
            line(6, "RAA05", "St Ewen's Orthopaedic Centre", ""),
            line(7, "RAA06", "Harrow Cross Surgery", "ZZZ06"),
        ]
    }

    #[test]
    fn places_are_found_by_what_people_write() {
        let sites = crosswalk();
        let names: Vec<Vec<String>> = sites.iter().map(|site| words_of(&site.name)).collect();
        let check =
            |text: &str, expected: Option<SiteKey>| assert_eq!(resolve(text, &sites, &names), expected, "{text}");
        check("raa03", Some(SiteKey::Known(2)));
        check("ZZZ01", Some(SiteKey::Successor(0)));
        check("East Marsh Health Centre", Some(SiteKey::Known(0)));
        check("E. Marsh H.C.", Some(SiteKey::Known(0)));
        check("W Marsh HC", Some(SiteKey::Known(1)));
        check("Marsh HC", None);
        check("Tolbridge", Some(SiteKey::Known(2)));
        check("Tolbridge CH", Some(SiteKey::Known(2)));
        check("Tolbrigde Community Hospital", Some(SiteKey::Known(2)));
        check("MGH", Some(SiteKey::Known(3)));
        check("St Ewens", Some(SiteKey::Known(4)));
        check("Harrow X Surg.", Some(SiteKey::Known(5)));
        check("RAA04 - Outpatients", Some(SiteKey::Known(3)));
        check("Community Hospital", None);
        check("Northern Clinic", None);
        check("Tolbridg eCommunity Hospital", Some(SiteKey::Known(2)));
        check("Tolbridge Xommunity Hospital", Some(SiteKey::Known(2)));
        check("est Marsh Health Centre", None);
    }

    #[test]
    fn a_successor_stands_for_the_site_it_follows() {
        let sites = Sites { crosswalk: crosswalk(), keys: Vec::new() };
        let check = |left, right, expected| assert_eq!(sites.agreement(left, right), expected);
        check(SiteKey::Known(2), SiteKey::Successor(2), Agreement::Same);
        check(SiteKey::Known(3), SiteKey::Successor(2), Agreement::Same);
        check(SiteKey::Known(0), SiteKey::Successor(2), Agreement::Differs);
        check(SiteKey::Known(0), SiteKey::Known(1), Agreement::Differs);
        check(SiteKey::Known(0), SiteKey::Unknown(0), Agreement::Unknown);
        check(SiteKey::Missing, SiteKey::Known(1), Agreement::Unknown);
        assert_eq!(sites.line(SiteKey::Successor(0)).map(|site| site.legacy_site.as_str()), Some("RAA01"));
        assert!(sites.line(SiteKey::Successor(2)).is_none(), "two sites have this successor");
    }
}
