//! Declared totals, counted again from the reconciled data where the words say what to count.

use super::caseload::Caseload;
use super::context::{Context, day_number};
use super::services::{self, Specialty};
use super::words::{Agreement, folded};
use super::{DeclaredComparison, Referral, WaitType, WaitingListEntry};
use crate::config::Standing;
use crate::config::fields::referral;
use crate::linkage::Linked;
use crate::records::DeclaredFigure;
use crate::sources::Origin;
use crate::values::{AppointmentStatus, Priority, month_of_beginning};
use jiff::civil::{Date, date};
use std::collections::{BTreeMap, BTreeSet};

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Counter {
    Received,
    Waiting,
    WaitingForFollowUp,
    Booked,
    Attended,
    DidNotAttend,
    Closed,
    Patients,
}

/// Words of a measure with what they count, looked for in this order; all words of a line must be there.
const MEASURES: &[(&[&str], Counter)] = &[
    (&["waiting", "follow"], Counter::WaitingForFollowUp),
    (&["waiting", "review"], Counter::WaitingForFollowUp),
    (&["waiting"], Counter::Waiting),
    (&["waiters"], Counter::Waiting),
    (&["incomplete", "pathway"], Counter::Waiting),
    (&["ptl"], Counter::Waiting),
    (&["did not attend"], Counter::DidNotAttend),
    (&["dna"], Counter::DidNotAttend),
    (&["appointment", "attended"], Counter::Attended),
    (&["patients", "seen"], Counter::Attended),
    (&["appointment", "booked"], Counter::Booked),
    (&["booked"], Counter::Booked),
    (&["discharg"], Counter::Closed),
    (&["referral", "closed"], Counter::Closed),
    (&["referral", "received"], Counter::Received),
    (&["new referral"], Counter::Received),
    (&["total referral"], Counter::Received),
    (&["number of referral"], Counter::Received),
    (&["patients"], Counter::Patients),
];

/// What is not a count of anything.
const NOT_COUNTS: &[&str] =
    &["percent", "average", "mean", "median", "target", "rate", "proportion", "ratio", "longest", "cost", "trend"];

/// The whole, by its names.
const WHOLE: &[&str] =
    &["", "total", "all", "grand total", "overall", "c 999", "999", "all specialties", "all services"];

/// A measure in words, understood.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Measure {
    counter: Counter,
    priority: Option<Priority>,
    /// Weeks waited: more than, or at most.
    weeks: Option<(bool, u32)>,
}

/// Days from and to, both counted; `None` is any time.
pub(super) type Period = Option<(i32, i32)>;

/// Whose referrals and of which service.
enum Group {
    Whole,
    Texts(Vec<String>),
    Service(Specialty),
    Priority(Priority),
}

/// What one provider, or everybody, says of a referral.
struct Fact {
    referral: u32,
    services: Vec<String>,
    specialty: Specialty,
}

/// Every declared figure with what is found; in the order of `records.declared`.
pub(super) fn compare(
    context: &Context,
    linked: &Linked,
    caseload: &Caseload,
    list: &[WaitingListEntry],
) -> Vec<DeclaredComparison> {
    let figures = &context.records.declared;
    if figures.is_empty() {
        return Vec::new();
    }
    let counting = Counting { context, linked, caseload, list, facts: facts(context, caseload) };
    let found = |figure: &DeclaredFigure| counting.count(figure).map(|count| count as f64);
    figures
        .iter()
        .enumerate()
        .map(|(place, figure)| DeclaredComparison { figure: place, found: found(figure) })
        .collect()
}

/// By provider ("" is everybody), in order of referrals.
fn facts(context: &Context, caseload: &Caseload) -> BTreeMap<String, Vec<Fact>> {
    let table = &context.records.referrals;
    let mut facts: BTreeMap<String, Vec<Fact>> = BTreeMap::new();
    for (index, one) in (0u32..).zip(&caseload.referrals) {
        for (place, _) in &one.records {
            let source = context.source(table.subject(*place));
            let service = folded(table.text(&context.records.texts, referral::SPECIALTY, *place));
            for provider in ["", source.provider.as_str()] {
                let of = facts.entry(provider.to_owned()).or_default();
                if of.last().is_none_or(|last| last.referral != index) {
                    let specialty = caseload.standing[index as usize].specialty;
                    of.push(Fact { referral: index, services: Vec::new(), specialty });
                }
                if let Some(fact) = of.last_mut() {
                    fact.services.push(service.clone());
                }
            }
        }
    }
    facts
}

struct Counting<'a> {
    context: &'a Context<'a>,
    linked: &'a Linked,
    caseload: &'a Caseload,
    list: &'a [WaitingListEntry],
    facts: BTreeMap<String, Vec<Fact>>,
}

impl Counting<'_> {
    fn count(&self, figure: &DeclaredFigure) -> Option<usize> {
        let as_at = self.context.config.transition.as_at;
        let measure = measure(&figure.measure)?;
        let period = period(&figure.period, as_at)?;
        let provider = self.provider(figure);
        let none = Vec::new();
        let facts = self.facts.get(provider).unwrap_or(&none);
        let group = self.group(figure, facts)?;
        let chosen: BTreeMap<u32, &Fact> = facts
            .iter()
            .filter(|fact| in_group(fact, &group, &self.caseload.referrals[fact.referral as usize]))
            .filter(|fact| {
                measure.priority.is_none_or(|priority| self.referral(fact.referral).priority == Some(priority))
            })
            .map(|fact| (fact.referral, fact))
            .collect();
        let whole = matches!(group, Group::Whole) && measure.priority.is_none();
        self.tally(measure, period, &chosen, whole, provider)
    }

    fn referral(&self, index: u32) -> &Referral {
        &self.caseload.referrals[index as usize]
    }

    /// When the first provider received it.
    fn received(&self, index: u32) -> Option<i32> {
        self.referral(index).received.map(|received| day_number(received.date()))
    }

    /// The groups beside which a table gives its whole: the whole is then theirs, like for like.
    fn groups_beside(&self, figure: &DeclaredFigure) -> Vec<String> {
        let file = |of: &DeclaredFigure| (of.at.file(), of.at.sheet());
        let beside = self.context.records.declared.iter().filter(|other| {
            (file(other), &other.measure, &other.period) == (file(figure), &figure.measure, &figure.period)
        });
        let groups = beside.map(|other| folded(&other.group)).filter(|group| !WHOLE.contains(&group.trim()));
        groups.collect::<BTreeSet<_>>().into_iter().collect()
    }

    /// The provider whose figure it is; everybody when it hands nothing over (a commissioner's return).
    fn provider(&self, figure: &DeclaredFigure) -> &str {
        let file = &self.context.records.intake.files[figure.at.file()];
        match file.origin {
            Origin::Source(source) => {
                let provider = &self.context.config.sources[source].provider;
                if self.context.config.transition.from.contains(provider) { provider } else { "" }
            }
            Origin::Sites => "",
        }
    }

    /// The service in the provider's own words, a known specialty, or a priority; `None` when it is neither.
    fn group(&self, figure: &DeclaredFigure, facts: &[Fact]) -> Option<Group> {
        let wanted = folded(&figure.group);
        if WHOLE.contains(&wanted.trim()) {
            let groups = self.groups_beside(figure);
            let services = |group: &String| facts.iter().any(|fact| fact.services.contains(group));
            let add_up = !groups.is_empty() && groups.iter().all(services);
            return Some(if add_up { Group::Texts(groups) } else { Group::Whole });
        }
        if facts.iter().any(|fact| fact.services.contains(&wanted)) {
            return Some(Group::Texts(vec![wanted]));
        }
        if let Some(priority) = priority_word(&wanted) {
            return Some(Group::Priority(priority));
        }
        Some(services::specialty(&figure.group)).filter(|specialty| specialty.is_known()).map(Group::Service)
    }

    fn tally(
        &self,
        measure: Measure,
        period: Period,
        chosen: &BTreeMap<u32, &Fact>,
        whole: bool,
        provider: &str,
    ) -> Option<usize> {
        let within = |day: Option<i32>| match (period, day) {
            (None, _) => true,
            (Some((from, to)), Some(day)) => (from..=to).contains(&day),
            (Some(_), None) => false,
        };
        let census = |period: Period| period.is_none_or(|(from, to)| (from..=to).contains(&self.context.as_at()));
        match measure.counter {
            Counter::Received => Some(chosen.keys().filter(|index| within(self.received(**index))).count()),
            Counter::Closed => {
                let closed = |index: &&u32| {
                    let on = self.referral(**index).closed;
                    on.is_some() && within(on.map(|on| day_number(on.date())))
                };
                Some(chosen.keys().filter(closed).count())
            }
            // A list is of one day: only the census can be counted again.
            Counter::Waiting | Counter::WaitingForFollowUp => census(period).then(|| self.waiting(measure, chosen)),
            Counter::Patients => census(period).then(|| self.patients(chosen, whole && provider.is_empty())),
            Counter::Booked | Counter::Attended | Counter::DidNotAttend => {
                Some(self.visits(measure.counter, period, chosen, whole, provider))
            }
        }
    }

    fn waiting(&self, measure: Measure, chosen: &BTreeMap<u32, &Fact>) -> usize {
        let later = measure.counter == Counter::WaitingForFollowUp;
        let counts = |entry: &&WaitingListEntry| {
            let weeks = self.referral(entry.referral).weeks;
            let band = match (measure.weeks, weeks) {
                (None, _) => true,
                (Some((over, limit)), Some(weeks)) => (weeks >= limit) == over,
                (Some(_), None) => false,
            };
            // A declared list ends with its day; ours carries those too who came after it.
            let by_census = self.received(entry.referral).is_none_or(|received| received <= self.context.as_at());
            matches!(entry.wait_type, WaitType::FollowUp | WaitType::Planned) == later
                && by_census
                && band
                && chosen.contains_key(&entry.referral)
        };
        self.list.iter().filter(counts).count()
    }

    fn patients(&self, chosen: &BTreeMap<u32, &Fact>, everybody: bool) -> usize {
        if everybody {
            return self.linked.members.len();
        }
        chosen.keys().filter_map(|index| self.referral(*index).patient).collect::<BTreeSet<_>>().len()
    }

    fn visits(
        &self,
        counter: Counter,
        period: Period,
        chosen: &BTreeMap<u32, &Fact>,
        whole: bool,
        provider: &str,
    ) -> usize {
        let (as_at, table) = (self.context.as_at(), &self.context.records.appointments);
        let counts = |one: &&super::Appointment| {
            let ours = provider.is_empty()
                || one.records.iter().any(|(place, _)| {
                    let person = table.subject(*place);
                    self.context.standing(person) == Standing::Record
                        && self.context.source(person).provider == provider
                });
            let of_group = whole || one.referral.is_some_and(|referral| chosen.contains_key(&referral));
            let starts = one.starts.map(|starts| day_number(starts.date()));
            let booked = one.booked.map(|booked| day_number(booked.date()));
            let status = |wanted: AppointmentStatus| one.status == wanted.word();
            let inside = |day: Option<i32>| match (period, day) {
                (Some((from, to)), Some(day)) => (from..=to).contains(&day),
                (Some(_), None) => false,
                (None, _) => true,
            };
            let right = match counter {
                Counter::Attended => status(AppointmentStatus::Attended) && inside(starts),
                Counter::DidNotAttend => status(AppointmentStatus::DidNotAttend) && inside(starts),
                _ if period.is_none() => !one.is_cancelled() && starts.is_some_and(|day| day >= as_at),
                _ => inside(booked),
            };
            ours && of_group && right
        };
        self.caseload.appointments.iter().filter(counts).count()
    }
}

fn in_group(fact: &Fact, group: &Group, referral: &Referral) -> bool {
    match group {
        Group::Whole => true,
        Group::Texts(texts) => texts.iter().any(|text| fact.services.contains(text)),
        Group::Service(service) => {
            let least = if service.code().is_empty() { Agreement::Similar } else { Agreement::Same };
            fact.specialty.agreement(*service) >= least
        }
        Group::Priority(priority) => referral.priority == Some(*priority),
    }
}

fn priority_word(folded: &str) -> Option<Priority> {
    if folded.contains(" two week") || folded.contains(" 2 week") || folded.contains(" 2ww") {
        Some(Priority::TwoWeekWait)
    } else if folded.contains(" urgent ") {
        Some(Priority::Urgent)
    } else {
        folded.contains(" routine ").then_some(Priority::Routine)
    }
}

/// Reads a measure; `None` when it is not one that can be counted here.
pub(super) fn measure(text: &str) -> Option<Measure> {
    let words = folded(text);
    let has = |word: &str| words.contains(&format!(" {word}"));
    if text.contains('%') || NOT_COUNTS.iter().any(|word| has(word)) {
        return None;
    }
    let (_, counter) = MEASURES.iter().find(|(all, _)| all.iter().all(|word| has(word)))?;
    let weeks = weeks(&words)?;
    Some(Measure { counter: *counter, priority: priority_word(&words), weeks })
}

/// "over 18 weeks", "52+ weeks", "within 18 weeks", "under 18 weeks"; `None` when weeks are spoken of in other words.
fn weeks(folded: &str) -> Option<Option<(bool, u32)>> {
    let words: Vec<&str> = folded.split(' ').filter(|word| !word.is_empty()).collect();
    let Some(at) = words.iter().position(|word| ["week", "weeks", "wks"].contains(word)) else { return Some(None) };
    let limit: u32 = at.checked_sub(1).and_then(|before| words[before].parse().ok())?;
    if limit == 2 {
        return Some(None);
    }
    let word = at.checked_sub(2).map_or("", |before| words[before]);
    match word {
        "over" | "than" | "past" | "beyond" => Some(Some((true, limit))),
        "within" | "under" | "below" => Some(Some((false, limit))),
        _ => None,
    }
}

/// Reads a period: nothing, a month ("Sep-17", "September 2017", "2017-09"), a financial year ("2017/18"), a calendar
/// year, or a day. `None` when it is none of these.
pub(super) fn period(text: &str, as_at: Date) -> Option<Period> {
    let words = folded(text);
    let parts: Vec<&str> = words.split(' ').filter(|word| !word.is_empty()).collect();
    let number = |word: &str| word.parse::<i16>().ok();
    let year = |word: &str| number(word).and_then(|year| full_year(year, as_at));
    match parts[..] {
        [] | ["total"] | ["all"] => Some(None),
        [one] if one.len() == 4 => year(one).and_then(|year| span(date(year, 1, 1), date(year, 12, 31))),
        // "Sep17".
        [one] if one.len() == 5 && one.is_ascii() => month(year(&one[3..])?, month_of_beginning(&one[..3])?),
        [first, second] if month_of_beginning(first).is_some() => month(year(second)?, month_of_beginning(first)?),
        [first, second] if first.len() == 4 && second.len() == 2 => {
            let (first, second) = (year(first)?, number(second)?);
            // 2017/18 is a financial year, 2017-09 a month.
            if (first + 1) % 100 == second && (second > 12 || text.contains('/')) {
                return span(date(first, 4, 1), date(first + 1, 3, 31));
            }
            month(first, i8::try_from(second).ok()?)
        }
        [first, second] if second.len() == 4 => month(year(second)?, first.parse().ok()?),
        [first, second, third] if first.len() == 4 => day(year(first)?, second.parse().ok()?, third.parse().ok()?),
        [first, second, third] => {
            day(year(third)?, second.parse().ok().or(month_of_beginning(second))?, first.parse().ok()?)
        }
        _ => None,
    }
}

/// Two-digit years lie near the census.
fn full_year(year: i16, as_at: Date) -> Option<i16> {
    match year {
        0..=99 => {
            let century = as_at.year() / 100 * 100;
            let near = century + year;
            Some(if near > as_at.year() + 20 { near - 100 } else { near })
        }
        1900..=2200 => Some(year),
        _ => None,
    }
}

fn span(from: Date, to: Date) -> Option<Period> {
    Some(Some((day_number(from), day_number(to))))
}

fn month(year: i16, month: i8) -> Option<Period> {
    let first = Date::new(year, month, 1).ok()?;
    span(first, first.last_of_month())
}

fn day(year: i16, month: i8, day: i8) -> Option<Period> {
    let day = Date::new(year, month, day).ok()?;
    span(day, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn measures_in_words() {
        let of = |counter, priority, weeks| Some(Measure { counter, priority, weeks });
        let check = |text, expected: Option<Measure>| assert_eq!(measure(text), expected, "{text}");
        check("Referrals received", of(Counter::Received, None, None));
        check("Urgent referrals received", of(Counter::Received, Some(Priority::Urgent), None));
        check("Total waiting", of(Counter::Waiting, None, None));
        check("Patients waiting over 18 weeks", of(Counter::Waiting, None, Some((true, 18))));
        check("Waiting within 18 weeks", of(Counter::Waiting, None, Some((false, 18))));
        check("Waiting for follow-up", of(Counter::WaitingForFollowUp, None, None));
        check("Waiting list 12 to 16 weeks", None);
        check("Appointments booked", of(Counter::Booked, None, None));
        check("% waiting within 18 weeks", None);
        check("Average wait", None);
        check("Calls answered", None);
    }

    #[test]
    fn periods_in_words() {
        let as_at = date(2017, 9, 30);
        let check = |text: &str, from: Date, to: Date| {
            assert_eq!(period(text, as_at), Some(Some((day_number(from), day_number(to)))), "{text}");
        };
        for text in ["Sep-17", "Sept 2017", "September 2017", "2017-09", "09/2017", "Sep17"] {
            check(text, date(2017, 9, 1), date(2017, 9, 30));
        }
        check("2017/18", date(2017, 4, 1), date(2018, 3, 31));
        check("2011-12", date(2011, 12, 1), date(2011, 12, 31));
        check("2016", date(2016, 1, 1), date(2016, 12, 31));
        check("2017-09-30", date(2017, 9, 30), date(2017, 9, 30));
        check("30/09/2017", date(2017, 9, 30), date(2017, 9, 30));
        assert_eq!(period("", as_at), Some(None));
        assert_eq!([period("YTD", as_at), period("Marsh 2017", as_at), period("2017-13", as_at)], [None; 3]);
    }
}
