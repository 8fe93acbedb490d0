//! One referral of many records: what they say between them.

use super::clocks::{BulkResets, OwnClock, own_clock};
use super::conditions::Condition;
use super::context::{Context, day_number, whole_day};
use super::priorities::Priorities;
use super::services::Specialty;
use super::words::{self, ClockEffect, Ending};
use super::{ClockDoubt, ClockRule, Cohort, Referral, Relation, Tie, WeeksRule};
use crate::config::Field;
use crate::config::fields::referral;
use crate::ledger::{Exception, Reason};
use crate::linkage::PatientIndex;
use crate::records::Symbol;
use crate::values::{Digest, PartialDate, Priority, ReferralStatus};
use jiff::civil::Date;
use std::collections::BTreeSet;

/// A referral with what decides its clock and cohort, before it is known what it repeats or goes on from.
#[derive(Clone, Debug)]
pub(super) struct Draft<'a> {
    pub(super) referral: Referral,
    pub(super) places: Vec<u32>,
    /// When it was received, else made.
    pub(super) day: Option<i32>,
    pub(super) clock: OwnClock,
    pub(super) closure: Closure,
    /// A closure that an open record outranks.
    overruled: Option<Closure>,
    pub(super) rtt: Option<u8>,
    pub(super) referred_on: Option<i32>,
    pub(super) specialty: Specialty,
    pub(super) condition: &'a Condition,
    pub(super) systems: Vec<u16>,
    pub(super) triaged: bool,
    /// A named person said that what ended it stopped its clock.
    pub(super) said_stopped: bool,
    /// An order that does not depend on where rows stand in files.
    pub(super) order: (bool, i32, Digest),
}

/// Whether the sender has closed it, when, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Closure {
    pub(super) status: Option<ReferralStatus>,
    pub(super) on: Option<PartialDate>,
    pub(super) ending: Ending,
    /// The record that says so.
    pub(super) place: Option<u32>,
}

impl Closure {
    pub(super) fn is_closed(&self) -> bool {
        self.status == Some(ReferralStatus::Closed)
    }

    pub(super) fn day(&self) -> Option<i32> {
        self.on.map(|on| day_number(on.date()))
    }
}

/// Reads what the records of one referral say. `group` is in order of rows.
pub(super) fn draft<'a>(
    context: &Context<'a>,
    bulk: &BulkResets,
    patient: Option<PatientIndex>,
    group: Vec<(u32, Tie)>,
    exceptions: &mut Vec<Exception>,
) -> Draft<'a> {
    let (places, ties): (Vec<u32>, Vec<Tie>) = group.into_iter().unzip();
    let reading = Reading { context: *context, places: &places };
    let canonical = reading.canonical();
    let deciding = Reading { context: *context, places: &canonical };
    let clock = own_clock(context, bulk, &places, exceptions);
    let (closure, overruled) = reading.closure(exceptions);
    let condition_text = reading.first(referral::CONDITION);
    let specialty = deciding.specialty();
    let rtt = reading.rtt();
    let day =
        clock.received.map(|moment| day_number(moment.date())).or(clock.plain.map(|(date, _)| day_number(date.date())));
    let original = reading.original(day);
    let digest = places.iter().map(|place| reading.digest(*place)).min().expect("a referral has a record");
    let priorities = Priorities::read(context, &places);
    let referral = Referral {
        patient,
        records: places.iter().map(|place| (*place, relation(*place, original))).collect(),
        ties,
        keyings: Vec::new(),
        specialty: context.text(reading.first(referral::SPECIALTY)).to_owned(),
        treatment_function_code: specialty.code(),
        condition: context.text(condition_text).to_owned(),
        priority: priorities.carried,
        priority_rule: priorities.rule,
        referrer_priority: priorities.referrer,
        triage_priority: priorities.triage,
        triage: priorities.stands,
        is_lowered: priorities.is_lowered,
        received: clock.received,
        original_received: clock.original.or(clock.received.and_then(|moment| PartialDate::day(moment.date()))),
        clock_start: clock.start,
        clock_rule: clock.rule,
        doubt: None,
        cohort: Cohort::AwaitingTriage,
        parent: None,
        status: closure.status,
        closed: closure.on,
        closed_without_end: closure.is_closed() && closure.ending == Ending::Administrative,
        rtt_status: rtt.map(|code| format!("{code:02}")).unwrap_or_default(),
        last_seen: reading.last_seen(),
        review_due: reading.dates(referral::REVIEW_DUE).min(),
        next_appointment: None,
        weeks: None,
        working_days: None,
        weeks_rule: WeeksRule::NoStart,
    };
    Draft {
        day,
        closure,
        overruled,
        rtt,
        referred_on: reading.dates(referral::REFERRED_ON).map(|date| day_number(date.date())).min(),
        specialty,
        condition: context.condition(deciding.first(referral::CONDITION)),
        systems: reading.systems(),
        triaged: reading.triaged(),
        said_stopped: false,
        order: (day.is_none(), day.unwrap_or(0), digest),
        clock,
        referral,
        places,
    }
}

fn relation(place: u32, original: u32) -> Relation {
    if place == original { Relation::Original } else { Relation::Duplicate }
}

/// The records of one referral.
struct Reading<'a, 'p> {
    context: Context<'a>,
    places: &'p [u32],
}

/// What one record says of whether the referral is open.
#[derive(Clone, Copy)]
struct State {
    place: u32,
    system: u16,
    local: Symbol,
    extracted_at: Option<Date>,
    /// `None` is open.
    closed: Option<(Option<PartialDate>, Ending)>,
    /// The last day on which the record shows that anything happened.
    activity: Option<i32>,
}

impl Reading<'_, '_> {
    fn first(&self, field: Field) -> Symbol {
        let table = &self.context.records.referrals;
        let texts = self.places.iter().map(|place| table.symbol(field, *place));
        texts.into_iter().find(|symbol| symbol.is_some()).unwrap_or(Symbol::NONE)
    }

    fn dates(&self, field: Field) -> impl Iterator<Item = PartialDate> + '_ {
        let table = &self.context.records.referrals;
        self.places.iter().filter_map(move |place| table.date(field, *place))
    }

    /// The records in an order that does not depend on where rows stand in files, for what decides.
    fn canonical(&self) -> Vec<u32> {
        let table = &self.context.records.referrals;
        let order = |place: &u32| {
            let received = table.moment(referral::RECEIVED, *place);
            (received.is_none(), received, self.context.system(table.subject(*place)), self.digest(*place))
        };
        let mut places = self.places.to_vec();
        places.sort_by_key(order);
        places
    }

    fn digest(&self, place: u32) -> Digest {
        self.context.records.digest[self.context.records.referrals.subject(place) as usize]
    }

    /// The first record that names a service these tables know, preferring one with a treatment function code.
    fn specialty(&self) -> Specialty {
        let table = &self.context.records.referrals;
        let read = |place: &u32| self.context.specialty(table.symbol(referral::SPECIALTY, *place));
        let known: Vec<Specialty> = self.places.iter().map(read).filter(|specialty| specialty.is_known()).collect();
        let coded = known.iter().find(|specialty| !specialty.code().is_empty());
        coded.or(known.first()).copied().unwrap_or_default()
    }

    /// The record received first; of those the first row.
    fn original(&self, day: Option<i32>) -> u32 {
        let table = &self.context.records.referrals;
        let received = |place: &u32| table.moment(referral::RECEIVED, *place).map(|moment| day_number(moment.date()));
        self.places.iter().copied().find(|place| day.is_some() && received(place) == day).unwrap_or(self.places[0])
    }

    fn last_seen(&self) -> Option<PartialDate> {
        let as_at = self.context.as_at();
        self.dates(referral::LAST_SEEN).filter(|date| day_number(date.date()) <= as_at).max()
    }

    fn systems(&self) -> Vec<u16> {
        let table = &self.context.records.referrals;
        let mut systems: Vec<u16> =
            self.places.iter().map(|place| self.context.system(table.subject(*place))).collect();
        systems.sort_unstable();
        systems.dedup();
        systems
    }

    fn triaged(&self) -> bool {
        let table = &self.context.records.referrals;
        let as_at = self.context.as_at();
        let triaged = |place: &u32| {
            let day = table.moment(referral::TRIAGED, *place).map(|moment| day_number(moment.date()));
            day.is_some_and(|day| day <= as_at) || table.symbol(referral::TRIAGE_PRIORITY, *place).is_some()
        };
        self.places.iter().any(triaged)
    }

    /// The RTT status furthest along: a status only ever moves on, so the record that shows more was updated later.
    fn rtt(&self) -> Option<u8> {
        let table = &self.context.records.referrals;
        let stage = |code: u8| match code {
            90 | 91 => 4,
            30..=36 => 3,
            20 | 21 => 2,
            10..=12 => 1,
            _ => 0,
        };
        let read = |place: &u32| {
            let code = words::rtt_status(table.text(&self.context.records.texts, referral::RTT_STATUS, *place))?;
            Some((self.context.source(table.subject(*place)).extracted_at, stage(code), code))
        };
        self.places.iter().filter_map(read).max().map(|(.., code)| code)
    }

    fn state(&self, place: u32) -> Option<State> {
        let table = &self.context.records.referrals;
        let person = table.subject(place);
        let status: Option<ReferralStatus> =
            table.text(&self.context.records.texts, referral::STATUS, place).parse().ok();
        let on = table.date(referral::CLOSED, place);
        let passed = on.is_none_or(|on| day_number(on.date()) <= self.context.as_at());
        let closed = match status {
            Some(ReferralStatus::Closed) => passed,
            Some(ReferralStatus::Open) => false,
            None => on.is_some() && passed,
        };
        if status.is_none() && !closed {
            return None;
        }
        let reason = self.context.ending(table.symbol(referral::CLOSE_REASON, place));
        let seen = whole_day(table.date(referral::LAST_SEEN, place));
        let received = table.moment(referral::RECEIVED, place).map(|moment| day_number(moment.date()));
        Some(State {
            place,
            system: self.context.system(person),
            local: table.symbol(referral::LOCAL_ID, place),
            extracted_at: self.context.source(person).extracted_at,
            closed: closed.then_some((on, reason)),
            activity: seen.max(received),
        })
    }

    /// What the records say of it by the latest extract of each system.
    fn latest_states(&self) -> Vec<State> {
        let states: Vec<State> = self.places.iter().filter_map(|place| self.state(*place)).collect();
        let latest = |state: &State| {
            let same_system = states.iter().filter(|other| other.system == state.system);
            same_system.map(|other| other.extracted_at).max() == Some(state.extracted_at)
        };
        states.iter().filter(|state| latest(state)).copied().collect()
    }

    /// A later extract of one system outranks an earlier. Between systems an open record outranks a closed one, because
    /// a referral closed too early is a patient lost; but not a dated end of treatment after which nothing more is known
    /// to have happened: a booking service keeps what it booked open for good.
    ///
    /// What orders two rows of one system and one extract is the day of the closure beside the last day of which the open
    /// row knows. Where one of the two is missing nobody can say which row is the later: the referral stays open.
    fn closure(&self, exceptions: &mut Vec<Exception>) -> (Closure, Option<Closure>) {
        let states = self.latest_states();
        let contradictory = contradictions(&states);
        let table = &self.context.records.referrals;
        exceptions.extend(contradictory.iter().map(|place| Exception {
            at: table.row(*place),
            field: "referral.status".to_owned(),
            reason: Reason::StatusContradictory,
        }));
        let open: Vec<&State> = states.iter().filter(|state| state.closed.is_none()).collect();
        let closed =
            states.iter().filter_map(|state| state.closed.map(|(on, ending)| (rank(ending), on, state.place, ending)));
        let Some((_, on, place, ending)) =
            closed.max_by_key(|(rank, on, place, _)| (*rank, *on, std::cmp::Reverse(*place)))
        else {
            let status = (!open.is_empty()).then_some(ReferralStatus::Open);
            return (Closure { status, on: None, ending: Ending::Unknown, place: None }, None);
        };
        let day = on.map(|on| day_number(on.date()));
        let ended = matches!(ending, Ending::Stop | Ending::ReferredOn | Ending::Discharged | Ending::NotAttended);
        let quiet =
            open.iter().all(|state| state.activity.is_none_or(|activity| day.is_some_and(|day| activity <= day)));
        let closed = Closure { status: Some(ReferralStatus::Closed), on, ending, place: Some(place) };
        let in_order = contradictory.is_empty() && ended && day.is_some() && quiet;
        if open.is_empty() || in_order {
            return (closed, None);
        }
        (Closure { status: Some(ReferralStatus::Open), on: None, ending: Ending::Unknown, place: None }, Some(closed))
    }
}

/// Places of records of one id of one system of which one says open and another closed, and no dates say which came
/// later.
fn contradictions(states: &[State]) -> BTreeSet<u32> {
    let ordered = |open: &State, closed_on: Option<PartialDate>| open.activity.is_some() && closed_on.is_some();
    let mut places = BTreeSet::new();
    for open in states.iter().filter(|state| state.closed.is_none()) {
        for other in states.iter().filter(|other| (other.system, other.local) == (open.system, open.local)) {
            if other.closed.is_some_and(|(on, _)| !ordered(open, on)) {
                places.extend([open.place, other.place]);
            }
        }
    }
    places
}

/// Of several closures the one that says most of how it ended.
fn rank(ending: Ending) -> u8 {
    match ending {
        Ending::Stop => 5,
        Ending::ReferredOn => 4,
        Ending::NotAttended => 3,
        Ending::Discharged => 2,
        Ending::Administrative => 1,
        Ending::Unknown => 0,
    }
}

impl Draft<'_> {
    /// Whether the clock was stopped not later than `day`, so that a referral of that day starts a new one.
    ///
    /// "Stops: 30–36. Non-attendance at the first appointment with priority routine or urgent: code 33 …; a two-week-wait
    /// first DNA does not stop it." Codes 90 and 91 can only follow a stop.
    pub(super) fn stopped_by(&self, day: Option<i32>) -> bool {
        let event = self.closure.day().or(self.referral.last_seen.map(|seen| day_number(seen.date())));
        if matches!((event, day), (Some(event), Some(day)) if event > day) {
            return false;
        }
        let tidied_away = self.closure.is_closed() && self.closure.ending == Ending::Administrative;
        let by_code = match self.rtt {
            Some(30 | 31 | 32 | 36 | 90 | 91) => true,
            // A code set when a list was tidied is not a clinical decision.
            Some(33) => !self.is_urgent_suspicion() && !tidied_away,
            Some(34 | 35) => !tidied_away,
            _ => false,
        };
        by_code || self.stopped_by_event()
    }

    /// Whether what ended it stops a clock.
    fn stopped_by_event(&self) -> bool {
        let seen = self.referral.last_seen.is_some();
        self.said_stopped
            || self.closure.is_closed()
                && match self.closure.ending {
                    Ending::Stop => true,
                    Ending::NotAttended => !seen && !self.is_urgent_suspicion(),
                    Ending::Discharged => seen,
                    Ending::ReferredOn | Ending::Administrative | Ending::Unknown => false,
                }
    }

    /// Why nothing tells whether its clock was stopped, or when.
    pub(super) fn doubt(&self) -> Option<ClockDoubt> {
        if self.stopped_by(None) {
            let undated = self.closure.day().is_none() && self.referral.last_seen.is_none();
            return (undated && !self.said_stopped).then_some(ClockDoubt::StopUndated);
        }
        if !self.closure.is_closed() || self.rtt.and_then(words::clock_effect).is_some() {
            return None;
        }
        match self.closure.ending {
            Ending::Unknown => Some(ClockDoubt::EndedUnexplained),
            Ending::Discharged => Some(ClockDoubt::DischargedUnseen),
            Ending::Stop | Ending::ReferredOn | Ending::NotAttended | Ending::Administrative => None,
        }
    }

    fn is_urgent_suspicion(&self) -> bool {
        self.referral.priority == Some(Priority::TwoWeekWait)
    }

    /// Another referral took over on `day`, and one system had closed this one by then: what still holds it open is what
    /// nobody tidied.
    pub(super) fn give_way(&mut self, day: Option<i32>) {
        let passed = |closure: &Closure| matches!((closure.day(), day), (Some(closed), Some(day)) if closed <= day);
        if let Some(closure) = self.overruled.take_if(|closure| passed(closure)) {
            self.referral.status = closure.status;
            self.referral.closed = closure.on;
            self.referral.closed_without_end = closure.ending == Ending::Administrative;
            self.closure = closure;
        }
    }

    /// Whether its clock runs, by its status: on the waiting list until the first definitive treatment or another stop.
    pub(super) fn clock_runs(&self) -> Option<bool> {
        match self.rtt.and_then(words::clock_effect)? {
            ClockEffect::Starts | ClockEffect::Continues => Some(true),
            ClockEffect::Stops | ClockEffect::NoClock => Some(false),
        }
    }

    /// Whether the clock runs at the census date: by the status where there is one, else by what happened.
    pub(super) fn weeks_rule(&self, as_at: i32) -> WeeksRule {
        let begun = self.referral.clock_start.is_some_and(|start| day_number(start.date()) <= as_at);
        match self.rtt.and_then(words::clock_effect) {
            _ if !begun => WeeksRule::NoStart,
            Some(ClockEffect::Starts | ClockEffect::Continues) => WeeksRule::StatusRuns,
            Some(ClockEffect::Stops) => WeeksRule::StatusStopped,
            Some(ClockEffect::NoClock) => WeeksRule::StatusNoClock,
            None if self.stopped_by_event() => WeeksRule::EventStopped,
            None => WeeksRule::EventRuns,
        }
    }

    /// The rule under which its own clock starts.
    pub(super) fn set_clock(&mut self, start: Option<PartialDate>, rule: ClockRule) {
        self.referral.clock_start = start;
        self.referral.clock_rule = rule;
    }
}
