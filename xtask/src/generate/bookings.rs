//! Appointments, kept and planned; who wrote them down, and who did not.

use super::care::{Appointment, Closing, Counters, Line, Plan, Priority, Referral, Status, working_day};
use super::dice::Dice;
use super::people::AS_AT;
use super::places::{COMMUNITY_SITES, SITES};
use super::rates::Rates;
use jiff::ToSpan;
use jiff::civil::{Date, DateTime};

/// Letters, texts and diaries are kept from here on.
const EVIDENCE_FROM: Date = jiff::civil::date(2017, 7, 1);
/// Nobody books further ahead than this.
const HORIZON: Date = jiff::civil::date(2018, 1, 31);

/// The course of one referral up to the census, and the bookings that lie beyond it.
pub fn progress(plan: &mut Plan, index: usize, dice: &mut Dice, rates: &Rates, counters: &mut Counters) {
    let referral = &plan.referrals[index];
    let community = referral.line == Line::Community;
    let wait = match referral.priority {
        Priority::TwoWeekWait => dice.between(5, 14),
        Priority::Urgent => dice.between(8, 60),
        Priority::Routine if community => dice.between(25, 170),
        Priority::Routine => dice.between(40, 230),
    };
    let mut on = working_day(referral.received + wait.days());
    let site = if community {
        dice.below(COMMUNITY_SITES)
    } else {
        COMMUNITY_SITES + dice.below(SITES.len() - COMMUNITY_SITES)
    };
    if !referral.recorded {
        return unwritten(plan, index, site, dice, counters);
    }
    if on > AS_AT && (on > HORIZON || dice.chance(0.45)) {
        return;
    }
    let visits = if community { 1 + dice.below(3) } else { 1 + dice.below(2) };
    let mut attended = 0;
    for visit in 0..visits {
        if on > HORIZON {
            break;
        }
        let status = outcome(dice, on);
        let mut appointment = booking(index, at(dice, on), site, status, visit == 0, dice);
        appointment.id = Counters::next(&mut counters.appointments);
        write_down(&mut appointment, &plan.referrals[index], dice, rates);
        plan.appointments.push(appointment);
        if status == Status::Attended {
            attended += 1;
            plan.referrals[index].last_seen = Some(on);
        }
        if on > AS_AT {
            break;
        }
        on = working_day(on + dice.between(14, 42).days());
    }
    conclude(&mut plan.referrals[index], attended, on, dice);
    receiver(plan, index, dice, rates, counters);
}

/// A referral no system holds can still have been given an appointment by telephone and letter.
fn unwritten(plan: &mut Plan, index: usize, site: usize, dice: &mut Dice, counters: &mut Counters) {
    if !dice.chance(0.10) {
        return;
    }
    let on = working_day(AS_AT + dice.between(3, 60).days());
    let mut appointment = booking(index, at(dice, on), site, Status::Booked, true, dice);
    appointment.id = Counters::next(&mut counters.appointments);
    appointment.recorded = false;
    appointment.by_letter = true;
    plan.appointments.push(appointment);
}

fn booking(
    referral: usize,
    starts: DateTime,
    site: usize,
    status: Status,
    first: bool,
    dice: &mut Dice,
) -> Appointment {
    let booked = working_day((starts.date() - dice.between(10, 40).days()).min(AS_AT - 1.day()));
    Appointment {
        id: 0,
        referral,
        starts,
        booked,
        site,
        first,
        status,
        recorded: true,
        received: false,
        by_letter: false,
        by_text: false,
        in_diary: false,
        evidence_says: None,
    }
}

fn outcome(dice: &mut Dice, on: Date) -> Status {
    if on > AS_AT {
        return if dice.chance(0.04) { Status::CancelledByPatient } else { Status::Booked };
    }
    match dice.unit() {
        ..0.80 => Status::Attended,
        ..0.88 => Status::DidNotAttend,
        ..0.94 => Status::CancelledByPatient,
        _ => Status::CancelledByProvider,
    }
}

fn at(dice: &mut Dice, on: Date) -> DateTime {
    let slot = dice.between(0, 31);
    let minutes = 8 * 60 + 30 + slot * 15;
    on.at(i8::try_from(minutes / 60).expect("an hour"), i8::try_from(minutes % 60).expect("a minute"), 0, 0)
}

/// Which system, letter, text and diary know of it, and whether they agree.
fn write_down(appointment: &mut Appointment, referral: &Referral, dice: &mut Dice, rates: &Rates) {
    let on = appointment.starts.date();
    if on < EVIDENCE_FROM || appointment.status == Status::CancelledByPatient {
        return;
    }
    let shares = &rates.structure;
    let missing = if on > AS_AT { rates.error.booking_unrecorded_future } else { rates.error.booking_unrecorded_past };
    // The first visit of a long course may be missing too, but the receiver is hurt by what lies ahead.
    appointment.recorded = !dice.chance(missing);
    let sure = if appointment.recorded { 1.0 } else { 1.7 };
    appointment.by_letter = dice.chance(shares.letter_sent * sure);
    appointment.by_text = dice.chance(shares.text_sent * sure);
    appointment.in_diary = referral.line == Line::Community && dice.chance(shares.diary_kept * sure);
    if !appointment.recorded && !appointment.by_letter && !appointment.in_diary {
        appointment.by_letter = true;
    }
    if appointment.recorded && appointment.has_evidence() && dice.chance(rates.error.booking_conflict) {
        appointment.evidence_says = Some(otherwise(appointment, dice));
    }
}

/// Another time of the same day, another site, or (seldom) another day.
fn otherwise(appointment: &Appointment, dice: &mut Dice) -> (DateTime, usize) {
    let (starts, site) = (appointment.starts, appointment.site);
    match dice.unit() {
        ..0.6 => {
            let shift = *dice.pick(&[-60, -30, 30, 45, 60, 90]);
            (starts + i64::from(shift).minutes(), site)
        }
        ..0.95 => {
            let (first, count) = if site < COMMUNITY_SITES {
                (0, COMMUNITY_SITES)
            } else {
                (COMMUNITY_SITES, SITES.len() - COMMUNITY_SITES)
            };
            (starts, first + (site - first + 1 + dice.below(count - 1)) % count)
        }
        _ => {
            let moved = working_day((starts + dice.between(3, 6).days()).date());
            (moved.to_datetime(starts.time()), site)
        }
    }
}

/// Treated, discharged or still on the books.
fn conclude(referral: &mut Referral, attended: usize, next: Date, dice: &mut Dice) {
    if attended == 0 {
        return;
    }
    referral.rtt = "20";
    if dice.chance(0.72) {
        referral.treated = true;
        referral.rtt = if attended > 1 { "90" } else { "30" };
    }
    if next > AS_AT || !dice.chance(0.8) {
        return;
    }
    let (why, stop) = match (referral.treated, dice.unit()) {
        (true, _) => ("Treatment complete", "30"),
        (false, ..0.5) => ("Decision not to treat", "34"),
        (false, _) => ("Patient declined treatment", "35"),
    };
    referral.closed = Some(Closing { on: next.min(AS_AT), why, stop: Some(stop) });
    referral.rtt = if referral.treated { "90" } else { stop };
}

/// The receiver takes over bookings it was told of, moves others to another day, and makes first bookings of its own.
fn receiver(plan: &mut Plan, index: usize, dice: &mut Dice, rates: &Rates, counters: &mut Counters) {
    let shares = &rates.structure;
    let mut ahead = None;
    for appointment in plan.appointments.iter_mut().filter(|one| one.referral == index) {
        if appointment.starts.date() > AS_AT && appointment.status == Status::Booked {
            ahead = Some(appointment.starts.date());
            let agreed = appointment.recorded && appointment.evidence_says.is_none();
            appointment.received = agreed && dice.chance(shares.receiver_honoured);
            if appointment.received {
                return;
            }
        }
    }
    let referral = &plan.referrals[index];
    let on = match ahead {
        Some(planned) if dice.chance(shares.receiver_rebooked) => planned + dice.between(12, 40).days(),
        Some(_) => return,
        None if referral.closed.is_some() || referral.treated || !dice.chance(shares.receiver_first_booking) => return,
        None => AS_AT + dice.between(4, 90).days(),
    };
    let open: Vec<usize> = (0..SITES.len()).filter(|site| SITES[*site].successor.is_some()).collect();
    let mut appointment = booking(index, at(dice, working_day(on)), *dice.pick(&open), Status::Booked, true, dice);
    appointment.id = Counters::next(&mut counters.appointments);
    (appointment.recorded, appointment.received) = (false, true);
    plan.appointments.push(appointment);
}
