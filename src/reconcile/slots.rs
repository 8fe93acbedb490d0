//! Appointment records as slots, and which of them are one booking or one piece of news about a booking.

use super::AppointmentStanding;
use super::context::{Context, day_number};
use super::sites::SiteKey;
use super::words::{self, Agreement, Visit};
use crate::config::fields::appointment;
use crate::config::{EvidenceKind, Standing};
use crate::records::Symbol;
use crate::values::{AppointmentStatus, Digest, Moment};

/// What one appointment record says.
#[derive(Clone, Debug)]
pub(super) struct Slot {
    pub(super) place: u32,
    pub(super) standing: AppointmentStanding,
    pub(super) system: u16,
    pub(super) source: u16,
    pub(super) receivers: bool,
    pub(super) local: Symbol,
    pub(super) referral_local: Symbol,
    pub(super) starts: Option<Moment>,
    pub(super) day: Option<i32>,
    pub(super) booked: Option<Moment>,
    pub(super) site: SiteKey,
    pub(super) clinician: Symbol,
    pub(super) visit: Option<Visit>,
    pub(super) status: Option<AppointmentStatus>,
    /// It says that it takes the place of an earlier one.
    pub(super) changes: bool,
    digest: Digest,
}

impl Slot {
    pub(super) fn of(context: &Context, place: u32) -> Self {
        let table = &context.records.appointments;
        let person = table.subject(place);
        let starts = table.moment(appointment::STARTS, place);
        let texts = &context.records.texts;
        Slot {
            place,
            standing: match context.standing(person) {
                Standing::Record => AppointmentStanding::Recorded,
                Standing::Evidence(kind) => AppointmentStanding::Evidence(kind),
                // A list of people is no booking system, but a date on it is news of a booking.
                Standing::Declared | Standing::Trace => AppointmentStanding::Evidence(EvidenceKind::Other),
            },
            system: context.system(person),
            source: context.records.source[person as usize],
            receivers: context.is_receivers(person),
            local: table.symbol(appointment::LOCAL_ID, place),
            referral_local: table.symbol(appointment::REFERRAL_LOCAL_ID, place),
            starts,
            day: starts.map(|moment| day_number(moment.date())),
            booked: table.moment(appointment::BOOKED, place),
            site: context.site(table.symbol(appointment::SITE, place)),
            clinician: table.symbol(appointment::CLINICIAN, place),
            visit: words::visit(table.text(texts, appointment::KIND, place)),
            status: table.text(texts, appointment::STATUS, place).parse().ok(),
            changes: [appointment::KIND, appointment::OUTCOME]
                .iter()
                .any(|field| words::is_rescheduled(table.text(texts, *field, place))),
            digest: context.records.digest[person as usize],
        }
    }

    pub(super) fn is_recorded(&self) -> bool {
        self.standing == AppointmentStanding::Recorded
    }

    pub(super) fn minute(&self) -> Option<u16> {
        self.starts.and_then(Moment::minute)
    }

    pub(super) fn is_cancelled(&self) -> bool {
        matches!(self.status, Some(AppointmentStatus::CancelledByPatient | AppointmentStatus::CancelledByProvider))
    }

    /// An order that does not depend on where rows stand in files.
    pub(super) fn order(&self) -> (bool, Option<Moment>, AppointmentStanding, u16, Digest) {
        (self.starts.is_none(), self.starts, self.standing, self.system, self.digest)
    }

    pub(super) fn same_day(&self, other: &Slot) -> bool {
        self.day.is_some() && self.day == other.day
    }

    pub(super) fn same_minute(&self, other: &Slot) -> bool {
        self.same_day(other) && self.minute().is_some() && self.minute() == other.minute()
    }

    /// Minutes between two times of which both are given.
    pub(super) fn minutes_apart(&self, other: &Slot) -> Option<u16> {
        Some(self.minute()?.abs_diff(other.minute()?))
    }

    /// Whether one of two times is not given.
    pub(super) fn time_missing(&self, other: &Slot) -> bool {
        self.minute().is_none() || other.minute().is_none()
    }

    pub(super) fn visits_differ(&self, other: &Slot) -> bool {
        matches!((self.visit, other.visit), (Some(one), Some(other)) if one != other)
    }

    /// "830,644 contact ids were attached to more than one referral (so the contact key must include the referral)".
    pub(super) fn same_id(&self, other: &Slot) -> bool {
        let referrals = !self.referral_local.is_some()
            || !other.referral_local.is_some()
            || self.referral_local == other.referral_local;
        self.local.is_some() && self.local == other.local && self.system == other.system && referrals
    }
}

/// One booking in the booking systems.
#[derive(Clone, Debug)]
pub(super) struct Booking {
    /// Places in the list of slots, the leading one first.
    pub(super) slots: Vec<usize>,
    /// One system holds it twice.
    pub(super) twice: bool,
}

/// Groups recorded slots. `slots` are in canonical order.
pub(super) fn bookings(context: &Context, slots: &[Slot]) -> Vec<Booking> {
    let recorded: Vec<usize> = (0..slots.len()).filter(|at| slots[*at].is_recorded()).collect();
    let mut bookings: Vec<Booking> = Vec::new();
    for at in recorded {
        let home = bookings.iter().position(|booking| within_system(context, slots, booking, at));
        match home {
            Some(home) => {
                let twice = bookings[home].slots.iter().any(|other| is_twice(&slots[*other], &slots[at]));
                bookings[home].twice |= twice;
                bookings[home].slots.push(at);
            }
            None => bookings.push(Booking { slots: vec![at], twice: false }),
        }
    }
    let mut bookings = join_systems(context, slots, bookings);
    for booking in &mut bookings {
        lead(context, slots, booking);
    }
    bookings
}

/// Whether one system already holds this booking: by its id, or by the same start at the same site.
fn within_system(context: &Context, slots: &[Slot], booking: &Booking, at: usize) -> bool {
    let slot = &slots[at];
    booking.slots.iter().map(|other| &slots[*other]).any(|other| {
        if other.system != slot.system {
            return false;
        }
        if other.same_id(slot) {
            return true;
        }
        let site = context.lexicon.sites.agreement(other.site, slot.site);
        let clinician = context.names(other.clinician, slot.clinician);
        if other.same_minute(slot) {
            // Nobody is in two places at once; with a known other place it is a clash, not the same booking.
            return site != Agreement::Differs;
        }
        // Without times two sessions of one day look alike: everything that is given must be the same.
        other.same_day(slot)
            && other.minute().is_none()
            && slot.minute().is_none()
            && site == Agreement::Same
            && clinician != Agreement::Differs
            && !other.visits_differ(slot)
            && !(other.local.is_some() && slot.local.is_some())
    })
}

/// Two bookings of one slot in one system, neither of them cancelled: two ids, or two rows of one list without ids. Two
/// reports of one system may well show the same booking.
fn is_twice(one: &Slot, other: &Slot) -> bool {
    let ids = one.local.is_some() && other.local.is_some();
    let two = if ids { one.local != other.local } else { one.source == other.source };
    one.system == other.system && two && !one.is_cancelled() && !other.is_cancelled()
}

/// Sender and receiver, or two senders, hold one booking when it starts at the same moment.
fn join_systems(context: &Context, slots: &[Slot], bookings: Vec<Booking>) -> Vec<Booking> {
    let mut joined: Vec<Booking> = Vec::new();
    // Exact times first, so that a row without a time goes to what is left.
    for exact in [true, false] {
        let source = if exact { bookings.clone() } else { std::mem::take(&mut joined) };
        for booking in source {
            let homes: Vec<usize> =
                (0..joined.len()).filter(|home| one_booking(context, slots, &joined[*home], &booking, exact)).collect();
            match homes[..] {
                [home] => {
                    joined[home].slots.extend(&booking.slots);
                    joined[home].twice |= booking.twice;
                }
                _ => joined.push(booking),
            }
        }
    }
    joined
}

fn one_booking(context: &Context, slots: &[Slot], left: &Booking, right: &Booking, exact: bool) -> bool {
    let systems = |booking: &Booking| -> Vec<u16> { booking.slots.iter().map(|at| slots[*at].system).collect() };
    let others = systems(right);
    if systems(left).iter().any(|system| others.contains(system)) {
        return false;
    }
    left.slots.iter().all(|one| {
        right.slots.iter().all(|other| {
            let (one, other) = (&slots[*one], &slots[*other]);
            let site = context.lexicon.sites.agreement(one.site, other.site);
            let moment = if exact { one.same_minute(other) } else { one.same_day(other) && one.time_missing(other) };
            moment && site != Agreement::Differs
        })
    })
}

/// The slot that speaks for the booking: of one id booked again, what was booked last; before the census what came of
/// it, after it whatever still stands.
fn lead(context: &Context, slots: &[Slot], booking: &mut Booking) {
    let as_at = context.as_at();
    let weight = |at: &usize| {
        let slot = &slots[*at];
        let past = slot.day.is_some_and(|day| day < as_at);
        let status = match slot.status {
            Some(AppointmentStatus::Attended) => 4,
            Some(AppointmentStatus::DidNotAttend) => 3,
            Some(AppointmentStatus::CancelledByPatient | AppointmentStatus::CancelledByProvider) => {
                if past {
                    2
                } else {
                    0
                }
            }
            Some(AppointmentStatus::Booked) | None => 1,
        };
        (slot.starts.is_some(), status, slot.booked, slot.minute().is_some(), std::cmp::Reverse(*at))
    };
    booking.slots.sort_by_key(|at| std::cmp::Reverse(weight(at)));
}

/// Groups evidence of one booking: one id, one moment, or one day where a time is missing and nothing contradicts.
pub(super) fn evidence(context: &Context, slots: &[Slot]) -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = Vec::new();
    let timed = |at: &usize| slots[*at].minute().is_some();
    let (exact, rest): (Vec<usize>, Vec<usize>) =
        (0..slots.len()).filter(|at| !slots[*at].is_recorded()).partition(|at| timed(at));
    for at in exact {
        let home = groups.iter().position(|group| {
            group.iter().any(|other| slots[*other].same_id(&slots[at]) || slots[*other].same_minute(&slots[at]))
        });
        push(&mut groups, home, at);
    }
    for at in rest {
        let compatible = |group: &Vec<usize>| {
            group.iter().all(|other| {
                let (other, slot) = (&slots[*other], &slots[at]);
                let site = context.lexicon.sites.agreement(other.site, slot.site);
                other.same_day(slot) && site != Agreement::Differs && !other.visits_differ(slot)
            })
        };
        let by_id = groups.iter().position(|group| group.iter().any(|other| slots[*other].same_id(&slots[at])));
        let homes: Vec<usize> = (0..groups.len()).filter(|home| compatible(&groups[*home])).collect();
        let home = by_id.or(if let [home] = homes[..] { Some(home) } else { None });
        push(&mut groups, home, at);
    }
    groups
}

fn push(groups: &mut Vec<Vec<usize>>, home: Option<usize>, at: usize) {
    match home {
        Some(home) => groups[home].push(at),
        None => groups.push(vec![at]),
    }
}
