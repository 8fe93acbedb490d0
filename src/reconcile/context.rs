//! What every part of the room looks at: the records, the config, and what each distinct text means.

use super::calendar::Calendar;
use super::conditions::{self, Condition};
use super::decided::Matches;
use super::doubts::Restarts;
use super::services::{self, Specialty};
use super::settled::Settlements;
use super::sites::{SiteKey, Sites};
use super::words::{self, Agreement, Ending};
use crate::config::fields::{appointment, referral};
use crate::config::{Config, Field, RecordKind, Source, Standing};
use crate::linkage::{Linked, PatientIndex};
use crate::records::{PersonId, Records, Symbol, Table, Texts};
use crate::values::{PartialDate, Precision};
use jiff::civil::Date;
use std::collections::BTreeSet;

/// Days are counted from here.
const EPOCH: Date = Date::constant(1900, 1, 1);

/// A day as a number, so that days can be taken from one another.
pub(super) fn day_number(date: Date) -> i32 {
    i32::try_from(date.duration_since(EPOCH).as_hours() / 24).expect("a calendar's days fit 32 bits")
}

/// The day of a date that is known to the day.
pub(super) fn whole_day(date: Option<PartialDate>) -> Option<i32> {
    date.filter(|date| date.precision() == Precision::Day).map(|date| day_number(date.date()))
}

/// What each distinct text of some columns means. Each text is read once.
#[derive(Debug)]
pub(super) struct Readings<T>(Vec<(Symbol, T)>);

impl<T> Readings<T> {
    fn read(texts: &Texts, columns: &[(&Table, Field)], reading: impl Fn(&str) -> T) -> Self {
        let distinct: BTreeSet<Symbol> = columns
            .iter()
            .flat_map(|(table, field)| table.places().map(|place| table.symbol(*field, place)))
            .filter(|symbol| symbol.is_some())
            .collect();
        Readings(distinct.into_iter().map(|symbol| (symbol, reading(texts.text(symbol)))).collect())
    }

    /// What a text means; `None` for no text.
    pub(super) fn of(&self, symbol: Symbol) -> Option<&T> {
        self.0.binary_search_by_key(&symbol, |(symbol, _)| *symbol).ok().map(|at| &self.0[at].1)
    }
}

/// What the texts of all records mean.
#[derive(Debug)]
pub(super) struct Lexicon {
    specialties: Readings<Specialty>,
    conditions: Readings<Condition>,
    names: Readings<Vec<String>>,
    endings: Readings<Ending>,
    ubrns: Readings<u64>,
    pub(super) sites: Sites,
    pub(super) calendar: Calendar,
    /// (Provider, system) of each source, numbered: local ids are known within it.
    systems: Vec<u16>,
    nothing: Condition,
}

impl Lexicon {
    pub(super) fn read(config: &Config, records: &Records) -> Self {
        let (texts, referrals, appointments) = (&records.texts, &records.referrals, &records.appointments);
        let people =
            [(referrals, referral::REFERRER), (referrals, referral::CLINICIAN), (appointments, appointment::CLINICIAN)];
        Lexicon {
            specialties: Readings::read(texts, &[(referrals, referral::SPECIALTY)], services::specialty),
            conditions: Readings::read(texts, &[(referrals, referral::CONDITION)], conditions::condition),
            names: Readings::read(texts, &people, words::name),
            endings: Readings::read(texts, &[(referrals, referral::CLOSE_REASON)], words::ending),
            ubrns: Readings::read(texts, &[(referrals, referral::UBRN)], ubrn),
            sites: Sites::read(records),
            calendar: Calendar::of(&config.clock),
            systems: systems(&config.sources),
            nothing: Condition::default(),
        }
    }
}

/// "UBRN (e-RS): 12 digits, usually shown 4-4-4; identifies a booking/referral, unique." Nought when it is not one.
pub(super) fn ubrn(text: &str) -> u64 {
    let digits: String = text.chars().filter(char::is_ascii_digit).collect();
    if digits.len() == 12 { digits.parse().unwrap_or(0) } else { 0 }
}

/// Sources of one provider and system share a number.
fn systems(sources: &[Source]) -> Vec<u16> {
    let same = |one: &Source, other: &Source| one.provider == other.provider && one.system == other.system;
    sources
        .iter()
        .map(|source| sources.iter().position(|earlier| same(earlier, source)).expect("a source is among the sources"))
        .map(|place| u16::try_from(place).expect("fewer sources than 65,536"))
        .collect()
}

/// Records with what they mean.
#[derive(Clone, Copy)]
pub(super) struct Context<'a> {
    pub(super) config: &'a Config,
    pub(super) records: &'a Records,
    pub(super) lexicon: &'a Lexicon,
    pub(super) matches: &'a Matches,
    pub(super) settlements: &'a Settlements,
    pub(super) restarts: &'a Restarts,
}

impl<'a> Context<'a> {
    pub(super) fn new(
        config: &'a Config,
        records: &'a Records,
        lexicon: &'a Lexicon,
        (matches, settlements, restarts): (&'a Matches, &'a Settlements, &'a Restarts),
    ) -> Self {
        Context { config, records, lexicon, matches, settlements, restarts }
    }

    pub(super) fn source(&self, person: PersonId) -> &'a Source {
        &self.config.sources[usize::from(self.records.source[person as usize])]
    }

    pub(super) fn standing(&self, person: PersonId) -> Standing {
        self.source(person).standing
    }

    pub(super) fn system(&self, person: PersonId) -> u16 {
        self.lexicon.systems[usize::from(self.records.source[person as usize])]
    }

    /// Whether a row is from the receiver's own system.
    pub(super) fn is_receivers(&self, person: PersonId) -> bool {
        self.source(person).provider == self.config.transition.to
    }

    pub(super) fn as_at(&self) -> i32 {
        day_number(self.config.transition.as_at)
    }

    pub(super) fn transfer(&self) -> i32 {
        day_number(self.config.transition.transfer_date)
    }

    pub(super) fn text(&self, symbol: Symbol) -> &'a str {
        self.records.texts.text(symbol)
    }

    pub(super) fn specialty(&self, symbol: Symbol) -> Specialty {
        self.lexicon.specialties.of(symbol).copied().unwrap_or_default()
    }

    pub(super) fn condition(&self, symbol: Symbol) -> &'a Condition {
        self.lexicon.conditions.of(symbol).unwrap_or(&self.lexicon.nothing)
    }

    pub(super) fn ending(&self, symbol: Symbol) -> Ending {
        self.lexicon.endings.of(symbol).copied().unwrap_or(Ending::Unknown)
    }

    pub(super) fn ubrn(&self, symbol: Symbol) -> u64 {
        self.lexicon.ubrns.of(symbol).copied().unwrap_or(0)
    }

    pub(super) fn site(&self, symbol: Symbol) -> SiteKey {
        self.lexicon.sites.key(symbol)
    }

    /// Whether two professionals' names may be one person's.
    pub(super) fn names(&self, left: Symbol, right: Symbol) -> Agreement {
        match (self.lexicon.names.of(left), self.lexicon.names.of(right)) {
            (Some(left), Some(right)) => words::names_agree(left, right),
            _ => Agreement::Unknown,
        }
    }
}

/// The records of each patient, in order; what has no patient is not among them.
#[derive(Debug)]
pub(super) struct ByPatient {
    starts: Vec<u32>,
    places: Vec<u32>,
}

impl ByPatient {
    pub(super) fn of(linked: &Linked, table: &Table) -> Self {
        let mut starts = vec![0u32; linked.members.len() + 1];
        let patient = |place: u32| linked.patient_of(table.subject(place));
        for patient in table.places().filter_map(patient) {
            starts[patient as usize + 1] += 1;
        }
        for at in 1..starts.len() {
            starts[at] += starts[at - 1];
        }
        let mut next = starts.clone();
        let mut places = vec![0u32; starts[starts.len() - 1] as usize];
        for place in table.places() {
            if let Some(patient) = patient(place) {
                let slot = &mut next[patient as usize];
                places[*slot as usize] = place;
                *slot += 1;
            }
        }
        ByPatient { starts, places }
    }

    pub(super) fn patient(&self, patient: PatientIndex) -> &[u32] {
        let patient = patient as usize;
        &self.places[self.starts[patient] as usize..self.starts[patient + 1] as usize]
    }
}

/// A field that has no constant of its own.
pub(super) fn field(kind: RecordKind, name: &str) -> Field {
    kind.field(name).expect("a field of the catalogue")
}
