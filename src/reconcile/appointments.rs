//! Recorded bookings against evidence, one to one.

use super::assignment::assign;
use super::conflicts::{Conflict, Sides};
use super::context::Context;
use super::slots::{Booking, Slot, bookings, evidence};
use super::words::Agreement;
use super::{Appointment, AppointmentStanding, Classification, Contradiction, Flag, RecordedBy, ReferralIndex};
use crate::config::Field;
use crate::config::fields::appointment;
use crate::linkage::PatientIndex;
use crate::records::PersonId;
use crate::values::{AppointmentStatus, Moment};

/// Another day is news of the same booking within this many days; a series of sessions is seven days apart.
pub(super) const SAME_WEEK_DAYS: i32 = 6;
/// Two things that were booked more than this many days apart are two bookings.
const BOOKED_TOGETHER_DAYS: i32 = 3;
/// Two times of one day this many minutes apart can be one booking that was moved.
pub(super) const SAME_SESSION_MINUTES: u16 = 240;

/// What a conflict costs at least: more than half the cap of the assignment.
const CONFLICT: u32 = 31;

/// The appointments of one patient, in the order of their first rows. `referral_of` finds the referral of a record.
pub(super) fn appointments(
    context: &Context,
    patient: Option<PatientIndex>,
    places: &[u32],
    referral_of: impl Fn(&[&Slot]) -> Option<ReferralIndex>,
) -> Vec<Appointment> {
    let mut slots: Vec<Slot> = places.iter().map(|place| Slot::of(context, *place)).collect();
    slots.sort_by_key(Slot::order);
    let bookings = bookings(context, &slots);
    let said = Ruled { context, slots: &slots };
    let evidence = said.parted(&bookings, evidence(context, &slots));
    let mut news_of: Vec<Vec<usize>> = vec![Vec::new(); bookings.len()];
    let mut used = vec![false; evidence.len()];
    for (news, of) in evidence.iter().enumerate() {
        if let Some(booking) = bookings.iter().position(|booking| said.is_of(booking, of)) {
            news_of[booking].extend(of);
            used[news] = true;
        }
    }
    // To what a person has matched only evidence comes that agrees: that of another slot is shown as what nobody recorded,
    // not hidden in a conflict.
    let cost_of = |(place, booking): (usize, &Booking)| -> Vec<Option<u32>> {
        let free = |news: usize, cost: &u32| !used[news] && (news_of[place].is_empty() || *cost < CONFLICT);
        let cost =
            |(news, of): (usize, &Vec<usize>)| cost(context, &slots, booking, of).filter(|cost| free(news, cost));
        evidence.iter().enumerate().map(cost).collect()
    };
    let costs: Vec<Vec<Option<u32>>> = bookings.iter().enumerate().map(cost_of).collect();
    let assigned = assign(&costs);
    for (booking, news) in assigned.iter().enumerate() {
        if let Some(news) = *news {
            news_of[booking].extend(&evidence[news]);
            used[news] = true;
        }
    }
    for news in 0..evidence.len() {
        if let Some(booking) = (!used[news]).then(|| moved(context, &slots, &bookings, &evidence[news])).flatten() {
            news_of[booking].extend(&evidence[news]);
            used[news] = true;
        }
    }
    let mut evidence = evidence;
    // Where the patient is not known, two pieces of news may well be of two people.
    if patient.is_some() {
        supersede(&said, &bookings, &mut evidence, &mut used, &mut news_of);
    }
    let build = |booking: Option<&Booking>, news: &[usize]| {
        Assembly { context, slots: &slots, booking, news }.build(patient, &referral_of)
    };
    let mut all: Vec<Appointment> =
        bookings.iter().zip(&news_of).map(|(booking, news)| build(Some(booking), news)).collect();
    all.extend(evidence.iter().zip(&used).filter(|(_, used)| !**used).map(|(news, _)| build(None, news)));
    all.sort_by_key(|appointment| appointment.records[0].0);
    all
}

/// What people said of evidence and bookings.
struct Ruled<'a> {
    context: &'a Context<'a>,
    slots: &'a [Slot],
}

impl Ruled<'_> {
    fn is_of(&self, booking: &Booking, news: &[usize]) -> bool {
        self.any(booking, news, |said, recorded| self.context.matches.is_of(said, recorded))
    }

    fn forbids(&self, booking: &Booking, news: &[usize]) -> bool {
        self.any(booking, news, |said, recorded| self.context.matches.forbids(said, recorded))
    }

    /// News of one moment of which a person said that one piece is of a booking and another is not: two pieces of news.
    fn parted(&self, bookings: &[Booking], evidence: Vec<Vec<usize>>) -> Vec<Vec<usize>> {
        let part = |news: Vec<usize>| {
            let disputed = bookings.iter().find(|booking| self.is_of(booking, &news) && self.forbids(booking, &news));
            let Some(booking) = disputed else { return vec![news] };
            let (out, staying) = news.into_iter().partition(|at| self.forbids(booking, &[*at]));
            vec![staying, out]
        };
        if self.context.matches.is_empty() { evidence } else { evidence.into_iter().flat_map(part).collect() }
    }

    /// The one booking that a piece of news can have changed: it was told or made before, was still ahead then, and stands.
    fn changed(&self, bookings: &[Booking], news_of: &[Vec<usize>], news: &[usize], later: usize) -> Option<usize> {
        let written = self.slots[later].booked?;
        let could_be = |at: &usize| {
            let (booking, lead) = (&bookings[*at], &self.slots[bookings[*at].slots[0]]);
            let stands = matches!(lead.status, None | Some(AppointmentStatus::Booked));
            let ahead = lead.starts.is_some_and(|starts| starts.date() >= written.date());
            let known = || booking.slots.iter().chain(&news_of[*at]);
            stands
                && ahead
                && known().any(|earlier| was(self.context, self.slots, *earlier, later))
                && known().all(|other| self.slots[*other].booked.is_none_or(|booked| booked < written))
                && !self.forbids(booking, news)
        };
        let mut found = (0..bookings.len()).filter(could_be);
        let only = found.next()?;
        found.next().is_none().then_some(only)
    }

    fn any(&self, booking: &Booking, news: &[usize], test: impl Fn(PersonId, PersonId) -> bool) -> bool {
        let person = |at: &usize| self.context.records.appointments.subject(self.slots[*at].place);
        !self.context.matches.is_empty()
            && news.iter().any(|said| booking.slots.iter().any(|recorded| test(person(said), person(recorded))))
    }
}

/// What it costs to take the evidence as news of the booking: the least of its slots. `None` where it cannot be.
fn cost(context: &Context, slots: &[Slot], booking: &Booking, news: &[usize]) -> Option<u32> {
    if (Ruled { context, slots }).forbids(booking, news) {
        return None;
    }
    let pairs = booking.slots.iter().flat_map(|one| news.iter().map(move |other| (&slots[*one], &slots[*other])));
    pairs.filter_map(|(recorded, said)| pair_cost(context, recorded, said)).min()
}

/// Missing is not a mismatch, but costs a little, so that what is surely the same is preferred. One thing may differ:
/// the time, the site, or the day within the week where site or clinician bear it out.
fn pair_cost(context: &Context, recorded: &Slot, said: &Slot) -> Option<u32> {
    let (day, other) = (recorded.day?, said.day?);
    let site = context.lexicon.sites.agreement(recorded.site, said.site);
    let clinician = context.names(recorded.clinician, said.clinician);
    let apart = recorded.minutes_apart(said);
    let doubt = u32::from(site == Agreement::Unknown)
        + 2 * u32::from(recorded.time_missing(said))
        + match clinician {
            Agreement::Differs => 2,
            Agreement::Unknown => 1,
            Agreement::Similar | Agreement::Same => 0,
        }
        + 2 * u32::from(recorded.visits_differ(said))
        + u32::from(recorded.is_cancelled());
    if recorded.local.is_some() && recorded.local == said.local && recorded.system == said.system {
        // The same booking by its number, whatever else is said of it.
        return Some(doubt);
    }
    let time_differs = apart.is_some_and(|minutes| minutes > 0);
    let days = (day - other).abs();
    match (days, time_differs, site == Agreement::Differs) {
        (0, false, false) => Some(doubt),
        (0, true, false) => Some(CONFLICT + u32::from(apart.unwrap_or(0) / 15).min(16) + doubt),
        // Nobody is in two places at once.
        (0, false, true) if !recorded.time_missing(said) => Some(CONFLICT + 2 + doubt),
        (1.., false, false) => other_day(recorded, said, site, clinician, days).map(|cost| cost + doubt),
        _ => None,
    }
}

fn other_day(recorded: &Slot, said: &Slot, site: Agreement, clinician: Agreement, days: i32) -> Option<u32> {
    let swapped = is_swapped(recorded.starts?, said.starts?) && !recorded.time_missing(said);
    let borne_out = site == Agreement::Same || clinician == Agreement::Same;
    let booked_apart = match (recorded.booked, said.booked) {
        (Some(one), Some(other)) => {
            (super::context::day_number(one.date()) - super::context::day_number(other.date())).abs()
                > BOOKED_TOGETHER_DAYS
        }
        _ => false,
    };
    if !borne_out || booked_apart || recorded.visits_differ(said) || !(swapped || days <= SAME_WEEK_DAYS) {
        return None;
    }
    Some(CONFLICT + 4 + u32::try_from(days.min(SAME_WEEK_DAYS)).expect("days are not negative"))
}

/// 4 October written as 10 April.
fn is_swapped(one: Moment, other: Moment) -> bool {
    let (one, other) = (one.date(), other.date());
    one.year() == other.year() && one.day() == other.month() && one.month() == other.day()
}

/// The one booking of the same day, whose evidence is already known, of which this may be older news with another time.
fn moved(context: &Context, slots: &[Slot], bookings: &[Booking], news: &[usize]) -> Option<usize> {
    let near = |recorded: &Slot, said: &Slot| {
        recorded.same_day(said)
            && recorded.minutes_apart(said).is_some_and(|minutes| minutes <= SAME_SESSION_MINUTES)
            && context.lexicon.sites.agreement(recorded.site, said.site) != Agreement::Differs
            && context.names(recorded.clinician, said.clinician) != Agreement::Differs
            && !recorded.visits_differ(said)
            && !recorded.is_cancelled()
    };
    let said = Ruled { context, slots };
    let mut found = (0..bookings.len())
        .filter(|at| news.iter().all(|said| near(&slots[bookings[*at].slots[0]], &slots[*said])))
        .filter(|at| !said.forbids(&bookings[*at], news));
    let only = found.next()?;
    found.next().is_none().then_some(only)
}

/// "A later letter supersedes an earlier one": news that says it changes an appointment takes with it the one earlier
/// piece of news that no booking answers to and that it can have changed; where there is no such news, it is itself news of
/// the one booking that it can have changed. Where several could be it, none is taken: someone will turn up.
fn supersede(
    said: &Ruled,
    bookings: &[Booking],
    evidence: &mut [Vec<usize>],
    used: &mut [bool],
    news_of: &mut [Vec<usize>],
) {
    let changes: Vec<usize> = evidence.iter().flatten().copied().filter(|at| said.slots[*at].changes).collect();
    for later in changes {
        let booking = news_of.iter().position(|news| news.contains(&later));
        let earlier = |news: &usize| {
            let old = &evidence[*news];
            !used[*news]
                && !old.contains(&later)
                && !booking.is_some_and(|booking| said.forbids(&bookings[booking], old))
                && old.iter().all(|one| was(said.context, said.slots, *one, later))
        };
        let found: Vec<usize> = (0..evidence.len()).filter(earlier).collect();
        let [old] = found[..] else {
            let place = evidence.iter().position(|news| news.contains(&later));
            let alone = found.is_empty() && booking.is_none();
            if let Some(place) = place.filter(|place| alone && !used[*place])
                && let Some(home) = said.changed(bookings, news_of, &evidence[place], later)
            {
                news_of[home].extend(&evidence[place]);
                used[place] = true;
            }
            continue;
        };
        let taken = std::mem::take(&mut evidence[old]);
        used[old] = true;
        let home = match booking {
            Some(booking) => news_of.get_mut(booking),
            None => evidence.iter_mut().find(|news| news.contains(&later)),
        };
        home.expect("news is of a booking or on its own").extend(taken);
    }
}

/// Whether one piece of news is what a later one changed: written before it, and nothing but the time contradicts.
fn was(context: &Context, slots: &[Slot], earlier: usize, later: usize) -> bool {
    let (old, new) = (&slots[earlier], &slots[later]);
    let before = matches!((old.booked, new.booked), (Some(old), Some(new)) if old < new);
    let one_referral = !old.referral_local.is_some()
        || !new.referral_local.is_some()
        || old.system != new.system
        || old.referral_local == new.referral_local;
    before
        && one_referral
        && context.names(old.clinician, new.clinician) != Agreement::Differs
        && !old.visits_differ(new)
}

/// The slots of one appointment.
struct Assembly<'a> {
    context: &'a Context<'a>,
    slots: &'a [Slot],
    booking: Option<&'a Booking>,
    news: &'a [usize],
}

impl Assembly<'_> {
    fn build(
        &self,
        patient: Option<PatientIndex>,
        referral_of: &impl Fn(&[&Slot]) -> Option<ReferralIndex>,
    ) -> Appointment {
        let slots = self.ordered();
        let mut records: Vec<(u32, AppointmentStanding)> =
            slots.iter().map(|slot| (slot.place, slot.standing)).collect();
        records.sort_unstable();
        let conflict = self.conflict();
        let classification = match (self.booking.is_some(), self.news.is_empty(), conflict.open.is_empty()) {
            (true, true, _) => Classification::RecordedOnly,
            (true, false, true) => Classification::Matched,
            (true, false, false) => Classification::Conflict,
            (false, ..) => Classification::Unrecorded,
        };
        let twice = self.booking.is_some_and(|booking| booking.twice);
        let lead = slots[0];
        // What a named person said the evidence is right in outranks what was recorded.
        let status = conflict.right_in(Contradiction::Status).and_then(|slot| slot.status);
        let starts = conflict.right_in(Contradiction::Starts).and_then(|slot| slot.starts);
        Appointment {
            patient,
            referral: referral_of(&slots),
            records,
            starts: starts.or_else(|| slots.iter().find_map(|slot| slot.starts)),
            site: conflict.right_in(Contradiction::Site).map_or_else(|| self.site(&slots), |slot| self.site(&[slot])),
            clinician: self.text(&slots, appointment::CLINICIAN),
            kind: self.text(&slots, appointment::KIND),
            status: status
                .or(lead.status)
                .or(slots.iter().find_map(|slot| slot.status))
                .map(|status| status.word().to_owned())
                .unwrap_or_default(),
            outcome: self.text(&slots, appointment::OUTCOME),
            booked: slots.iter().find_map(|slot| slot.booked),
            classification,
            recorded_by: self.recorded_by(),
            flags: if twice { vec![Flag::RecordedTwice] } else { Vec::new() },
            contradictions: conflict.open.iter().map(|(slot, what)| (slot.place, *what)).collect(),
            differs: conflict.differs,
            held: conflict.held,
            settled: None,
        }
    }

    fn conflict(&self) -> Conflict<'_> {
        match self.booking {
            Some(booking) if !self.news.is_empty() => Sides::of(self.context, self.slots, booking, self.news).weigh(),
            _ => Conflict::default(),
        }
    }

    /// The slot that speaks for the booking first, then the others; of evidence alone, what was booked last.
    fn ordered(&self) -> Vec<&Slot> {
        let recorded = self.booking.map_or(&[][..], |booking| &booking.slots);
        let mut news: Vec<&Slot> = self.news.iter().map(|at| &self.slots[*at]).collect();
        news.sort_by_key(|slot| (std::cmp::Reverse(slot.booked), slot.minute().is_none()));
        recorded.iter().map(|at| &self.slots[*at]).chain(news).collect()
    }

    fn text(&self, slots: &[&Slot], field: Field) -> String {
        let (table, texts) = (&self.context.records.appointments, &self.context.records.texts);
        let found = slots.iter().map(|slot| table.text(texts, field, slot.place)).find(|text| !text.is_empty());
        found.unwrap_or_default().to_owned()
    }

    fn site(&self, slots: &[&Slot]) -> String {
        let line = slots.iter().find_map(|slot| self.context.lexicon.sites.line(slot.site));
        line.map_or_else(|| self.text(slots, appointment::SITE), |line| line.legacy_site.clone())
    }

    fn recorded_by(&self) -> RecordedBy {
        let recorded = self.booking.map_or(&[][..], |booking| &booking.slots);
        let receiver = recorded.iter().any(|at| self.slots[*at].receivers);
        let sender = recorded.iter().any(|at| !self.slots[*at].receivers);
        match (sender, receiver) {
            (true, true) => RecordedBy::Both,
            (true, false) => RecordedBy::Sender,
            (false, true) => RecordedBy::Receiver,
            (false, false) => RecordedBy::Neither,
        }
    }
}
