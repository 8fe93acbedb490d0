//! The rebuilt waiting list against the declared one, person by person, each difference with the row that proves it.

use super::caseload::Caseload;
use super::claims::Claim;
use super::clocks::BulkResets;
use super::context::{Context, day_number};
use super::{
    Appointment, ClockRule, Cohort, Difference, DifferenceKind, Referral, ReferralIndex, WaitType, WaitingListEntry,
};
use crate::config::fields::referral;
use crate::config::{Field, Standing};
use crate::sources::RowRef;
use crate::values::{PartialDate, Precision, Priority};
use std::collections::BTreeMap;

/// What is not explained.
const UNKNOWN: &str = "unknown";

/// A cause and its proof.
type Cause = (&'static str, Option<RowRef>);

/// Everything that is compared.
pub(super) struct Comparison<'a> {
    pub(super) context: &'a Context<'a>,
    pub(super) bulk: &'a BulkResets,
    pub(super) caseload: &'a Caseload,
    pub(super) claims: &'a [Claim],
    pub(super) list: &'a [WaitingListEntry],
}

impl Comparison<'_> {
    /// Every difference, in order of kind, patient, referral and row. Where nobody declared a list there is none.
    pub(super) fn differences(&self) -> Vec<Difference> {
        if self.claims.is_empty() {
            return Vec::new();
        }
        let mut first: BTreeMap<ReferralIndex, &Claim> = BTreeMap::new();
        let mut differences = Vec::new();
        for claim in self.claims {
            match claim.referral {
                None => differences.push(self.not_found(claim, None)),
                Some(index) => match first.get(&index) {
                    Some(earlier) => differences.push(self.listed_twice(claim, earlier, index)),
                    None => {
                        first.insert(index, claim);
                        self.compare(claim, index, &mut differences);
                    }
                },
            }
        }
        for entry in self.list.iter().filter(|entry| !first.contains_key(&entry.referral)) {
            differences.push(self.not_declared(entry, &first));
        }
        let order = |one: &Difference| (one.kind, one.patient.is_none(), one.patient, one.referral, one.declared_row);
        differences.sort_by_key(order);
        differences
    }

    fn referral(&self, index: ReferralIndex) -> &Referral {
        &self.caseload.referrals[index as usize]
    }

    fn difference(&self, kind: DifferenceKind, claim: Option<&Claim>, referral: Option<ReferralIndex>) -> Difference {
        let patient = claim.and_then(|claim| claim.patient).or(referral.and_then(|index| self.referral(index).patient));
        Difference {
            patient,
            referral,
            kind,
            cause: UNKNOWN.into(),
            declared_value: String::new(),
            found_value: String::new(),
            declared_row: claim.map(|claim| claim.row),
            proof_row: None,
            proof_event: None,
        }
    }

    fn with(mut difference: Difference, (cause, proof_row): Cause) -> Difference {
        // A cause stands only with the row that proves it.
        (difference.cause, difference.proof_row) =
            if proof_row.is_some() { (cause.into(), proof_row) } else { (UNKNOWN.into(), None) };
        difference
    }

    fn not_found(&self, claim: &Claim, referral: Option<ReferralIndex>) -> Difference {
        let mut difference = self.difference(DifferenceKind::DeclaredNotFound, Some(claim), referral);
        difference.declared_value = claim.clock.map(PartialDate::reveal).unwrap_or_default();
        let Some(index) = referral else { return difference };
        difference.found_value = self.referral(index).cohort.word().to_owned();
        Self::with(difference, self.why_not_waiting(index))
    }

    fn listed_twice(&self, claim: &Claim, earlier: &Claim, index: ReferralIndex) -> Difference {
        let mut difference = self.difference(DifferenceKind::DeclaredTwice, Some(claim), Some(index));
        difference.declared_value = claim.clock.map(PartialDate::reveal).unwrap_or_default();
        difference.found_value = earlier.clock.map(PartialDate::reveal).unwrap_or_default();
        Self::with(difference, ("listed-twice", Some(earlier.row)))
    }

    fn compare(&self, claim: &Claim, index: ReferralIndex, differences: &mut Vec<Difference>) {
        if self.list.binary_search_by_key(&index, |entry| entry.referral).is_err() {
            differences.push(self.not_found(claim, Some(index)));
            return;
        }
        let referral = self.referral(index);
        if let (Some(declared), Some(found)) = (claim.clock, referral.clock_start)
            && !same_as_far_as_known(declared, found)
        {
            let mut difference = self.difference(DifferenceKind::ClockStartDiffers, Some(claim), Some(index));
            (difference.declared_value, difference.found_value) = (declared.reveal(), found.reveal());
            differences.push(Self::with(difference, self.why_other_clock(claim, declared, found, index)));
        }
        if let (Some(declared), Some(found)) = (claim.priority, referral.priority)
            && declared != found
        {
            let mut difference = self.difference(DifferenceKind::PriorityDiffers, Some(claim), Some(index));
            (difference.declared_value, difference.found_value) = (declared.word().to_owned(), found.word().to_owned());
            differences.push(Self::with(difference, self.why_other_priority(declared, found, referral)));
        }
    }

    /// The first record that passes a test, by its row.
    fn row_where(&self, referral: &Referral, test: impl Fn(u32) -> bool) -> Option<RowRef> {
        let places = referral.records.iter().map(|(place, _)| *place);
        places.into_iter().find(|place| test(*place)).map(|place| self.context.records.referrals.row(place))
    }

    fn row_with(&self, referral: &Referral, field: Field, date: PartialDate) -> Option<RowRef> {
        self.row_where(referral, |place| self.date(field, place) == Some(date.date()))
    }

    fn date(&self, field: Field, place: u32) -> Option<jiff::civil::Date> {
        let table = &self.context.records.referrals;
        match field {
            referral::RECEIVED => table.moment(field, place).map(|moment| moment.date()),
            _ => table.date(field, place).map(PartialDate::date),
        }
    }

    fn first_row(&self, referral: &Referral) -> Option<RowRef> {
        self.row_where(referral, |_| true)
    }

    fn why_not_waiting(&self, index: ReferralIndex) -> Cause {
        let referral = self.referral(index);
        let table = &self.context.records.referrals;
        let closed = self.caseload.standing[index as usize].closed_by.map(|place| table.row(place));
        match referral.cohort {
            Cohort::Closed => ("closed-before-census", closed),
            Cohort::ReferredOn => {
                let sent = self.row_where(referral, |place| table.date(referral::REFERRED_ON, place).is_some());
                ("referred-on", sent.or(closed))
            }
            Cohort::InTreatment => ("seen", self.seen_row(index)),
            _ => (UNKNOWN, None),
        }
    }

    /// The row that says that a referral was received after the census date.
    fn later_row(&self, referral: &Referral) -> Option<RowRef> {
        let received = referral.received.filter(|received| day_number(received.date()) > self.context.as_at())?;
        self.row_where(referral, |place| self.date(referral::RECEIVED, place) == Some(received.date()))
    }

    /// The row that shows the last visit: of the referral, or of the appointment.
    fn seen_row(&self, index: ReferralIndex) -> Option<RowRef> {
        let referral = self.referral(index);
        let seen = referral.last_seen?;
        let attended = |one: &&Appointment| {
            one.referral == Some(index) && one.starts.is_some_and(|starts| starts.date() == seen.date())
        };
        self.row_with(referral, referral::LAST_SEEN, seen).or_else(|| {
            let appointments = &self.caseload.appointments;
            let own = appointments.partition_point(|one| before_patient(one.patient, referral.patient));
            let own = appointments[own..].iter().take_while(|one| one.patient == referral.patient);
            own.into_iter().find(attended).map(|one| self.context.records.appointments.row(one.records[0].0))
        })
    }

    fn why_other_clock(&self, claim: &Claim, declared: PartialDate, found: PartialDate, index: ReferralIndex) -> Cause {
        let referral = self.referral(index);
        let received = self.row_with(referral, referral::RECEIVED, declared);
        let restated = self.row_with(referral, referral::CLOCK_START, declared);
        let proves_found = || {
            self.row_with(referral, referral::RECEIVED, found)
                .or_else(|| self.row_with(referral, referral::CLOCK_START, found))
                .or_else(|| self.row_with(referral, referral::ORIGINAL_RECEIVED, found))
                .or_else(|| self.row_with(referral, referral::REFERRED, found))
        };
        let parent = referral.parent.map(|parent| self.referral(parent));
        let inherited = matches!(referral.clock_rule, ClockRule::OriginalKept | ClockRule::ParentRuns);
        if let (Some(parent), true) = (parent, inherited && (received.or(restated).is_some() || declared > found)) {
            let proof = self.row_with(parent, referral::RECEIVED, found).or_else(|| self.first_row(parent));
            return ("clock-reset", proof);
        }
        if let (Some(parent), ClockRule::NewAfterStop) = (parent, referral.clock_rule)
            && parent.clock_start.is_some_and(|start| same_as_far_as_known(start, declared))
        {
            let closing = self.caseload.standing[referral.parent.unwrap_or(index) as usize].closed_by;
            let closing = closing.map(|place| self.context.records.referrals.row(place));
            return ("stop-ignored", closing.or_else(|| self.first_row(parent)));
        }
        let day = day_number(declared.date());
        if day == self.context.transfer() || self.bulk.holds(claim.source, day) {
            return ("clock-reset", proves_found());
        }
        // "Start date = date the referral was received by the first provider": this list contradicts itself.
        if claim.received.is_some_and(|received| found <= received && received < declared) {
            return ("clock-after-receipt", proves_found());
        }
        if declared > found && received.is_some() {
            return ("earlier-duplicate", proves_found());
        }
        if restated.is_some() {
            return ("clock-restated", restated);
        }
        if let Some(row) = self.row_with(referral, referral::REFERRED, declared) {
            return ("counted-from-referral", Some(row));
        }
        if is_swapped(declared, found) {
            return ("day-month-swapped", proves_found());
        }
        (UNKNOWN, None)
    }

    fn why_other_priority(&self, declared: Priority, found: Priority, referral: &Referral) -> Cause {
        let (table, texts) = (&self.context.records.referrals, &self.context.records.texts);
        let says = |field: Field, priority: Priority| {
            self.row_where(referral, |place| table.text(texts, field, place) == priority.word())
        };
        if let Some(row) = says(referral::TRIAGE_PRIORITY, declared) {
            return ("triage", Some(row));
        }
        if says(referral::PRIORITY, declared).is_some() {
            return ("records-disagree", says(referral::PRIORITY, found));
        }
        (UNKNOWN, None)
    }

    fn not_declared(&self, entry: &WaitingListEntry, first: &BTreeMap<ReferralIndex, &Claim>) -> Difference {
        let referral = self.referral(entry.referral);
        let mut difference = self.difference(DifferenceKind::FoundNotDeclared, None, Some(entry.referral));
        difference.found_value = referral.clock_start.map(PartialDate::reveal).unwrap_or_default();
        Self::with(difference, self.why_not_declared(entry, referral, first))
    }

    fn why_not_declared(
        &self,
        entry: &WaitingListEntry,
        referral: &Referral,
        first: &BTreeMap<ReferralIndex, &Claim>,
    ) -> Cause {
        let parent = referral.parent.filter(|_| referral.clock_rule == ClockRule::OriginalKept);
        if let Some(claim) = parent.and_then(|parent| first.get(&parent)) {
            return ("repeat-of-declared", Some(claim.row));
        }
        if let Some(later) = self.later_row(referral) {
            return ("received-after-census", Some(later));
        }
        let (config, table) = (self.context.config, &self.context.records.referrals);
        let sources = || referral.records.iter().map(|(place, _)| self.context.source(table.subject(*place)));
        let lists: Vec<_> = config
            .sources
            .iter()
            .filter(|source| source.standing == Standing::Declared)
            .filter(|list| sources().any(|source| source.provider == list.provider))
            .collect();
        let proof = self.first_row(referral);
        if lists.is_empty() {
            return ("no-list-from-provider", proof);
        }
        let cut = lists.iter().filter_map(|list| list.extracted_at).max();
        if matches!((referral.received, cut), (Some(received), Some(cut)) if received.date() > cut) {
            return ("received-after-list", proof);
        }
        if sources().all(|source| source.mapping.paper.is_some()) {
            return ("paper-only", proof);
        }
        let home = |system: &str| lists.iter().any(|list| list.system == system);
        let home_known =
            config.sources.iter().any(|source| source.standing == Standing::Record && home(&source.system));
        if home_known && !sources().any(|source| home(&source.system)) {
            return ("recorded-elsewhere", proof);
        }
        if !matches!(entry.wait_type, WaitType::FollowUp | WaitType::Planned) {
            return (UNKNOWN, None);
        }
        let (texts, status) = (&self.context.records.texts, &referral.rtt_status);
        let stopped = self.row_where(referral, |place| {
            !status.is_empty() && table.text(texts, referral::RTT_STATUS, place).starts_with(status.as_str())
        });
        match self.caseload.standing[entry.referral as usize].clock_runs {
            Some(false) => ("clock-stopped", stopped),
            _ => ("seen", self.seen_row(entry.referral)),
        }
    }
}

/// Whether one patient's place among appointments is before another's; those of nobody come last.
fn before_patient(one: Option<u32>, than: Option<u32>) -> bool {
    match (one, than) {
        (Some(one), Some(than)) => one < than,
        (Some(_), None) => true,
        (None, _) => false,
    }
}

/// Equal, as far as the less precise of the two says.
fn same_as_far_as_known(one: PartialDate, other: PartialDate) -> bool {
    let (left, right) = (one.date(), other.date());
    match one.precision().min(other.precision()) {
        Precision::Day => left == right,
        Precision::Month => (left.year(), left.month()) == (right.year(), right.month()),
        Precision::Year => left.year() == right.year(),
    }
}

fn is_swapped(one: PartialDate, other: PartialDate) -> bool {
    let (one, other) = (one.date(), other.date());
    one.year() == other.year() && one.day() == other.month() && one.month() == other.day()
}
