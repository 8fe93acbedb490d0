//! What keeps two referrals, or two appointments, of one patient two: for people who ask why. It goes by what the tables of a
//! package say of them, and by the limits of the stages that decided.

use super::appointments::{SAME_SESSION_MINUTES, SAME_WEEK_DAYS};
use super::chains::AGAIN_DAYS;
use super::conditions::condition;
use super::context::{day_number, ubrn};
use super::grouping::CLOSE_DAYS;
use super::services::specialty;
use super::words::{self, Agreement, folded};
use jiff::civil::Date;

/// What a table says of a referral.
#[derive(Clone, Copy, Debug, Default)]
pub struct ReferralSaid<'s> {
    /// Treatment function code, else the specialty in words.
    pub service: &'s str,
    /// Condition.
    pub condition: &'s str,
    /// Booking reference.
    pub ubrn: &'s str,
    /// When it was received.
    pub received: &'s str,
}

/// What a table says of an appointment.
#[derive(Clone, Copy, Debug, Default)]
pub struct BookingSaid<'s> {
    /// When it starts.
    pub starts: &'s str,
    /// Where.
    pub site: &'s str,
    /// With whom.
    pub clinician: &'s str,
    /// Whether a booking system holds it.
    pub is_recorded: bool,
    /// Whether there is evidence of it.
    pub has_evidence: bool,
}

/// Why two things are two, and how near they come to being one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Apart {
    /// What contradicts, then days and minutes: less is nearer.
    pub distance: (u32, u32, u32),
    /// In words, none of which quotes what a row says.
    pub why: Vec<String>,
}

/// Two referrals of one patient.
pub fn referrals_apart(one: ReferralSaid<'_>, other: ReferralSaid<'_>) -> Apart {
    let (ubrn_of_one, ubrn_of_other) = (ubrn(one.ubrn), ubrn(other.ubrn));
    let service = specialty(one.service).agreement(specialty(other.service));
    let complaint = condition(one.condition).agreement(&condition(other.condition));
    let contradictions = [
        (service == Agreement::Differs, "it is to another service"),
        (complaint == Agreement::Differs, "it is for another condition"),
        (
            ubrn_of_one != 0 && ubrn_of_other != 0 && ubrn_of_one != ubrn_of_other,
            "it has another booking reference (UBRN)",
        ),
    ];
    let mut why: Vec<String> =
        contradictions.iter().filter(|(holds, _)| *holds).map(|(_, words)| (*words).to_owned()).collect();
    let contradicted = why.len() as u32;
    let days = day(one.received).zip(day(other.received)).map(|(one, other)| one.abs_diff(other));
    match days {
        None => why.push("one of the two has no day of receipt to go by".into()),
        Some(days) if days > CLOSE_DAYS as u32 => why.push(format!(
            "it was received {days} days {}; records of one referral lie at most {CLOSE_DAYS} days apart",
            direction(one.received, other.received)
        )),
        Some(days) if why.is_empty() => why.push(format!(
            "it was received {}, but one system has both under ids of their own, or nothing but the date agrees",
            if days == 0 { "on the same day".into() } else { format!("{days} days apart") }
        )),
        Some(_) => {}
    }
    if contradicted == 0 && days.is_some_and(|days| days > AGAIN_DAYS as u32) {
        why.push(format!("and it is no repeat: the two lie more than {AGAIN_DAYS} days apart"));
    }
    Apart { distance: (contradicted, days.unwrap_or(u32::MAX), 0), why }
}

/// Two appointments of one patient.
pub fn bookings_apart(one: BookingSaid<'_>, other: BookingSaid<'_>) -> Apart {
    let days = day(one.starts).zip(day(other.starts)).map(|(one, other)| one.abs_diff(other));
    let minutes = minute(one.starts).zip(minute(other.starts)).map(|(one, other)| one.abs_diff(other));
    let other_place = !one.site.is_empty() && !other.site.is_empty() && folded(one.site) != folded(other.site);
    let named = words::names_agree(&words::name(one.clinician), &words::name(other.clinician));
    let mut why = Vec::new();
    match (days, minutes) {
        (None, _) => why.push("one of the two has no date to go by".into()),
        (Some(days @ 1..), _) => {
            let far = days > SAME_WEEK_DAYS as u32;
            let limit = match (far, other_place || named == Agreement::Differs) {
                (true, _) => format!("; news of one booking lies at most {SAME_WEEK_DAYS} days from it"),
                (false, true) => ", and place or clinician speaks against a booking that was moved".into(),
                (false, false) => String::new(),
            };
            why.push(format!("it is {days} {} {}{limit}", plural(days, "day"), direction(one.starts, other.starts)));
        }
        (Some(0), Some(apart @ 1..)) => {
            let far =
                if u32::from(apart) > u32::from(SAME_SESSION_MINUTES) { ", too far to be one that moved" } else { "" };
            why.push(format!("it is on the same day, {apart} minutes apart{far}"));
        }
        (Some(0), _) => {}
    }
    if other_place && days == Some(0) {
        why.push("it is at another place".into());
    }
    match (one.is_recorded, other.is_recorded) {
        (true, true) => why.push("the booking systems hold both, each as a booking of its own".into()),
        (false, false) => why.push("no booking system holds either".into()),
        _ if one.has_evidence && other.has_evidence => {
            why.push("each has evidence of its own, and no evidence counts twice".into());
        }
        _ => {}
    }
    Apart { distance: (u32::from(other_place), days.unwrap_or(u32::MAX), minutes.map_or(0, u32::from)), why }
}

fn date(text: &str) -> Option<Date> {
    text.get(..10)?.parse().ok()
}

fn day(text: &str) -> Option<i32> {
    date(text).map(day_number)
}

/// Of `2017-10-04T09:30`, minutes after midnight.
fn minute(text: &str) -> Option<u16> {
    let (hours, minutes) = text.split_once('T')?.1.split_once(':')?;
    Some(hours.parse::<u16>().ok()? * 60 + minutes.parse::<u16>().ok()?)
}

fn direction(one: &str, other: &str) -> &'static str {
    if date(other) < date(one) { "earlier" } else { "later" }
}

fn plural(count: u32, noun: &str) -> String {
    if count == 1 { noun.into() } else { format!("{noun}s") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn referrals(one: [&'static str; 4], other: [&'static str; 4], distance: (u32, u32, u32), words: &[&str]) {
        let said = |[service, condition, ubrn, received]: [&'static str; 4]| ReferralSaid {
            service,
            condition,
            ubrn,
            received,
        };
        let apart = referrals_apart(said(one), said(other));
        assert_eq!(apart.distance, distance, "{apart:?}");
        assert_eq!(apart.why.len(), words.len(), "{apart:?}");
        apart.why.iter().zip(words).for_each(|(said, words)| assert!(said.contains(words), "{said} / {words}"));
    }

    #[test]
    fn what_keeps_referrals_apart() {
        let knee = ["650", "Knee pain", "", "2017-05-02"];
        referrals(knee, ["650", "Shoulder", "", "2017-05-04"], (1, 2, 0), &["another condition"]);
        referrals(knee, ["410", "Knee pain", "", "2017-05-02"], (1, 0, 0), &["another service"]);
        referrals(knee, ["650", "Knee pain", "", "2017-06-02"], (0, 31, 0), &["31 days later; records of one"]);
        referrals(knee, ["650", "Knee pain", "", "2015-06-02"], (0, 700, 0), &["700 days earlier", "no repeat"]);
        referrals(knee, ["650", "", "", ""], (0, u32::MAX, 0), &["no day of receipt"]);
        referrals(knee, ["650", "", "", "2017-05-02T10:00"], (0, 0, 0), &["on the same day, but"]);
        let booked = ["650", "Knee pain", "000012345678", "2017-05-02"];
        referrals(booked, ["650", "Knee pain", "0000 1234 5679", "2017-05-02"], (1, 0, 0), &["UBRN"]);
    }

    #[track_caller]
    fn bookings(one: (&str, &str, bool), other: (&str, &str, bool), distance: (u32, u32, u32), words: &[&str]) {
        let said = |(starts, site, is_recorded)| BookingSaid {
            starts,
            site,
            clinician: "",
            is_recorded,
            has_evidence: !is_recorded,
        };
        let apart = bookings_apart(said(one), said(other));
        assert_eq!(apart.distance, distance, "{apart:?}");
        assert_eq!(apart.why.len(), words.len(), "{apart:?}");
        apart.why.iter().zip(words).for_each(|(said, words)| assert!(said.contains(words), "{said} / {words}"));
    }

    #[test]
    fn what_keeps_appointments_apart() {
        let letter = ("2017-10-04T09:30", "HC-2", false);
        bookings(letter, ("2017-10-16T09:30", "HC-2", true), (0, 12, 0), &["12 days later; news of one booking"]);
        bookings(letter, ("2017-10-03", "HC-3", true), (1, 1, 0), &["1 day earlier, and place or clinician"]);
        bookings(letter, ("2017-10-04T15:30", "HC-2", true), (0, 0, 360), &["360 minutes apart, too far"]);
        bookings(letter, ("2017-10-04T10:00", "HC-2", true), (0, 0, 30), &["30 minutes apart"]);
        bookings(letter, ("", "HC-2", true), (0, u32::MAX, 0), &["no date to go by"]);
        bookings(letter, ("2017-10-04T09:30", "hc 3", false), (1, 0, 0), &["another place", "no booking system"]);
    }
}
