//! What care people were referred for, and what came of it by the census date.

use super::bookings;
use super::dice::Dice;
use super::people::{AS_AT, Person};
use super::places::{CONSULTANTS, REFERRERS};
use super::rates::Rates;
use jiff::civil::{Date, DateTime, Weekday};
use jiff::{Span, ToSpan};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    Community,
    Hospital,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    Original,
    ReReferral,
    Onward,
}

impl Relation {
    pub fn word(self) -> &'static str {
        match self {
            Self::Original => "original",
            Self::ReReferral => "re-referral",
            Self::Onward => "onward",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd)]
pub enum Priority {
    Routine,
    Urgent,
    TwoWeekWait,
}

impl Priority {
    pub fn word(self) -> &'static str {
        ["routine", "urgent", "two-week-wait"][self as usize]
    }
}

/// A complaint, and what each system calls it.
pub struct Complaint {
    pub community: &'static str,
    pub ers: &'static str,
    pub hospital: &'static str,
    pub paper: &'static str,
    /// Treatment function at the hospital.
    pub function: &'static str,
}

const fn complaint(
    community: &'static str,
    ers: &'static str,
    hospital: &'static str,
    paper: &'static str,
    function: &'static str,
) -> Complaint {
    Complaint { community, ers, hospital, paper, function }
}

pub const COMPLAINTS: [Complaint; 12] = [
    complaint("Knee pain", "Physiotherapy - Knee", "Knee", "Knee", "110"),
    complaint("Low back pain", "Physiotherapy - Back", "Lumbar spine", "Back (low)", "108"),
    complaint("Shoulder pain", "Physiotherapy - Shoulder", "Shoulder", "Shoulder", "110"),
    complaint("Hip pain", "Physiotherapy - Hip", "Hip", "Hip", "110"),
    complaint("Neck pain", "Physiotherapy - Neck", "Cervical spine", "Neck", "108"),
    complaint("Foot or ankle pain", "Physiotherapy - Foot and Ankle", "Foot/ankle", "Foot & ankle", "110"),
    complaint("Hand or wrist pain", "Physiotherapy - Hand and Wrist", "Hand/wrist", "Hand, wrist", "110"),
    complaint("Elbow pain", "Physiotherapy - Elbow", "Elbow", "Elbow", "110"),
    complaint("Post-operative knee", "Physiotherapy - Post-operative", "Knee replacement", "Post-op knee", "110"),
    complaint("Chronic widespread pain", "Pain Management", "Pain", "Chronic pain", "191"),
    complaint("Inflammatory joint disease", "Rheumatology", "Inflammatory arthritis", "?Inflamm. arthritis", "410"),
    complaint("Sciatica", "Physiotherapy - Back", "Sciatica", "Sciatica", "108"),
];

#[derive(Clone, Debug)]
pub struct Closing {
    pub on: Date,
    pub why: &'static str,
    /// The national status that stopped the clock, where one did.
    pub stop: Option<&'static str>,
}

#[derive(Clone, Debug)]
pub struct Referral {
    pub id: u32,
    /// Index in the household.
    pub person: usize,
    pub line: Line,
    pub relation: Relation,
    /// Index in the plan.
    pub parent: Option<usize>,
    pub complaint: usize,
    pub written: Date,
    pub received: Date,
    /// The right one.
    pub clock_start: Date,
    /// What the home system says, where it says anything.
    pub stated_clock: Option<Date>,
    pub original_received: Date,
    pub priority: Priority,
    pub triage_priority: Priority,
    pub triaged: Option<Date>,
    pub ubrn: Option<u64>,
    pub in_ers: bool,
    /// In the home system of its line.
    pub recorded: bool,
    pub on_paper: bool,
    pub closed: Option<Closing>,
    pub referred_on: Option<Date>,
    pub rtt: &'static str,
    pub treated: bool,
    pub waiting: bool,
    pub last_seen: Option<Date>,
    pub pathway: String,
    pub referrer: usize,
    pub consultant: usize,
    pub tags: Vec<&'static str>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Status {
    Booked,
    Attended,
    DidNotAttend,
    CancelledByPatient,
    CancelledByProvider,
}

#[derive(Clone, Debug)]
pub struct Appointment {
    pub id: u32,
    /// Index in the plan.
    pub referral: usize,
    pub starts: DateTime,
    pub booked: Date,
    pub site: usize,
    pub first: bool,
    pub status: Status,
    /// In the home system of its referral's line.
    pub recorded: bool,
    /// In the receiver's system too, or only there.
    pub received: bool,
    pub by_letter: bool,
    pub by_text: bool,
    pub in_diary: bool,
    /// What evidence says instead, where it differs.
    pub evidence_says: Option<(DateTime, usize)>,
}

impl Appointment {
    pub fn has_evidence(&self) -> bool {
        self.by_letter || self.by_text || self.in_diary
    }

    pub fn classification(&self) -> &'static str {
        match (self.recorded || self.received, self.has_evidence(), self.evidence_says.is_some()) {
            (true, true, true) => "conflict",
            (true, true, false) => "matched",
            (true, false, _) => "recorded-only",
            (false, true, _) => "unrecorded",
            (false, false, _) => unreachable!("a booking nobody wrote down is not planned"),
        }
    }
}

/// Everything planned for one household.
#[derive(Debug, Default)]
pub struct Plan {
    pub referrals: Vec<Referral>,
    pub appointments: Vec<Appointment>,
}

/// Numbers that are never used twice in a county.
#[derive(Debug, Default)]
pub struct Counters {
    pub people: u32,
    pub referrals: u32,
    pub appointments: u32,
}

impl Counters {
    pub fn next(counter: &mut u32) -> u32 {
        *counter += 1;
        *counter
    }
}

/// Plans the care of one person into `plan`.
pub fn plan(plan: &mut Plan, people: &[Person], index: usize, dice: &mut Dice, rates: &Rates, counters: &mut Counters) {
    let mut planner = Planner { plan, person: &people[index], index, dice, rates, counters };
    planner.run();
}

struct Planner<'a> {
    plan: &'a mut Plan,
    person: &'a Person,
    index: usize,
    dice: &'a mut Dice,
    rates: &'a Rates,
    counters: &'a mut Counters,
}

impl Planner<'_> {
    fn run(&mut self) {
        let shares = &self.rates.structure;
        let scripted = self.person.script.is_some();
        let line = if scripted || self.dice.chance(shares.community_line) { Line::Community } else { Line::Hospital };
        let first = self.referral(line, None);
        if !scripted && self.dice.chance(shares.re_referred) {
            self.re_refer(first);
        } else if line == Line::Community && self.dice.chance(shares.onward_to_hospital) {
            self.refer_on(first);
        } else {
            self.progress(first);
        }
        if !scripted && self.dice.chance(shares.second_referral) {
            let second = self.referral(line, Some(first));
            self.progress(second);
        }
        if scripted || self.dice.chance(shares.both_lines_otherwise) {
            let other = if line == Line::Community { Line::Hospital } else { Line::Community };
            let third = self.referral(other, Some(first));
            self.progress(third);
        }
        self.state_clocks(first);
        self.silence_texts();
    }

    /// A referral of its own, for another complaint than `unlike`.
    fn referral(&mut self, line: Line, unlike: Option<usize>) -> usize {
        let dice = &mut *self.dice;
        let taken: Vec<usize> =
            self.plan.referrals.iter().filter(|one| one.person == self.index).map(|one| one.complaint).collect();
        let mut complaint = dice.pick_ranked(&[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11], 5.0).to_owned();
        while unlike.is_some() && taken.contains(&complaint) {
            complaint = dice.below(COMPLAINTS.len());
        }
        // Most of a caseload is recent.
        let days = 2 + (620.0 * dice.unit().powf(1.5)) as i64;
        let received = working_day(AS_AT - days.days());
        let priority = match (line, dice.unit()) {
            (Line::Hospital, ..0.015) => Priority::TwoWeekWait,
            (_, ..0.19) => Priority::Urgent,
            _ => Priority::Routine,
        };
        self.add(line, complaint, received, priority)
    }

    fn add(&mut self, line: Line, complaint: usize, received: Date, priority: Priority) -> usize {
        let shares = &self.rates.structure;
        let scripted = self.person.script.is_some();
        let dice = &mut *self.dice;
        let in_ers = dice.chance(shares.through_ers);
        let ers_only = in_ers && !scripted && dice.chance(shares.ers_only / shares.through_ers);
        let paper_only = !in_ers
            && line == Line::Community
            && !scripted
            && dice.chance(shares.paper_only / (1.0 - shares.through_ers));
        let on_paper =
            paper_only || line == Line::Community && !ers_only && dice.chance(shares.on_paper / shares.community_line);
        let id = Counters::next(&mut self.counters.referrals);
        let ubrn = in_ers.then(|| 100_000_000_000 + u64::from(id) * 32_416_190_071 % 899_999_999_999);
        let lowered = priority == Priority::Urgent && dice.chance(self.rates.error.priority_lowered);
        self.plan.referrals.push(Referral {
            id,
            person: self.index,
            line,
            relation: Relation::Original,
            parent: None,
            complaint,
            written: before_by(received, dice.between(0, 6)),
            received,
            clock_start: received,
            stated_clock: Some(received).filter(|_| dice.chance(0.8)),
            original_received: received,
            priority,
            triage_priority: if lowered { Priority::Routine } else { priority },
            triaged: Some(working_day(received + dice.between(1, 9).days())).filter(|date| *date <= AS_AT),
            ubrn,
            in_ers,
            recorded: !(ers_only || paper_only),
            on_paper,
            closed: None,
            referred_on: None,
            rtt: "10",
            treated: false,
            waiting: true,
            last_seen: None,
            pathway: pathway(ubrn, id),
            referrer: dice.below(REFERRERS.len()),
            consultant: dice.below(CONSULTANTS.len()),
            tags: if paper_only {
                vec!["paper-only"]
            } else if ers_only {
                vec!["ers-only"]
            } else {
                Vec::new()
            },
        });
        self.plan.referrals.len() - 1
    }

    /// Appointments, treatment and an end, as they usually come.
    fn progress(&mut self, index: usize) {
        bookings::progress(self.plan, index, self.dice, self.rates, self.counters);
        let referral = &mut self.plan.referrals[index];
        referral.waiting = referral.closed.is_none() && !referral.treated;
    }

    /// Closed, then referred again for the same complaint: for lost records or inactivity (the clock runs on) or after a real stop.
    fn re_refer(&mut self, first: usize) {
        let stopped = self.dice.chance(self.rates.structure.re_referred_after_stop);
        let parent = &mut self.plan.referrals[first];
        if AS_AT.since(parent.received).expect("dates").get_days() < 150 {
            parent.received = working_day(parent.received - 200.days());
            parent.written = before_by(parent.received, 3);
            parent.clock_start = parent.received;
            parent.original_received = parent.received;
            parent.stated_clock = parent.stated_clock.map(|_| parent.received);
            parent.triaged = Some(working_day(parent.received + 3.days()));
        }
        parent.recorded = true;
        parent.tags.clear();
        let closed = working_day(parent.received + self.dice.between(45, 100).days());
        let (why, stop) = if stopped {
            *self.dice.pick(&[
                ("Treatment complete", Some("30")),
                ("Decision not to treat", Some("34")),
                ("Patient declined treatment", Some("35")),
            ])
        } else {
            (
                *self.dice.pick(&[
                    "Records not received",
                    "Record lost",
                    "No activity for 6 months",
                    "Administrative closure - inactive",
                ]),
                None,
            )
        };
        parent.closed = Some(Closing { on: closed, why, stop });
        parent.rtt = stop.unwrap_or("10");
        parent.treated = stop == Some("30");
        parent.waiting = false;
        let (line, complaint, clock, received, priority) =
            (parent.line, parent.complaint, parent.clock_start, parent.received, parent.priority);
        if stopped {
            parent.last_seen = Some(working_day(closed - 7.days()));
        }
        let again = working_day(closed + self.dice.between(7, 45).days()).min(working_day(AS_AT - 1.day()));
        let child = self.add(line, complaint, again, priority);
        let states_own = self.dice.chance(0.5);
        let child_referral = &mut self.plan.referrals[child];
        child_referral.relation = Relation::ReReferral;
        child_referral.parent = Some(first);
        child_referral.tags.push(if stopped { "reset" } else { "re-referred" });
        if !stopped {
            child_referral.clock_start = clock;
            child_referral.original_received = received;
            child_referral.stated_clock = Some(if states_own { again } else { clock });
            if states_own {
                child_referral.tags.push("conflicting");
            }
        }
        self.progress(child);
    }

    /// From the hub to a consultant: the pathway and its clock go with it.
    fn refer_on(&mut self, first: usize) {
        let parent = &mut self.plan.referrals[first];
        if AS_AT.since(parent.received).expect("dates").get_days() < 60 {
            parent.received = working_day(parent.received - 60.days());
            parent.written = before_by(parent.received, 2);
            parent.clock_start = parent.received;
            parent.original_received = parent.received;
            parent.stated_clock = parent.stated_clock.map(|_| parent.received);
        }
        let decided = working_day(parent.received + self.dice.between(14, 50).days());
        parent.recorded = true;
        parent.tags.retain(|tag| *tag == "paper");
        parent.referred_on = Some(decided);
        parent.closed = Some(Closing { on: decided, why: "Referred to secondary care", stop: None });
        parent.rtt = "21";
        parent.waiting = false;
        parent.last_seen = Some(decided);
        let (complaint, clock, priority, pathway, received) =
            (parent.complaint, parent.clock_start, parent.priority, parent.pathway.clone(), parent.received);
        let arrived = working_day(decided + self.dice.between(1, 8).days()).min(working_day(AS_AT));
        let child = self.add(Line::Hospital, complaint, arrived, priority);
        let restated = self.dice.chance(self.rates.error.clock_restated * 3.0);
        let onward = &mut self.plan.referrals[child];
        onward.relation = Relation::Onward;
        onward.parent = Some(first);
        onward.clock_start = clock;
        onward.original_received = received;
        onward.stated_clock = Some(if restated { arrived } else { clock });
        onward.pathway = pathway;
        onward.recorded = true;
        onward.tags = vec!["onward"];
        (onward.in_ers, onward.ubrn) = (false, None);
        if restated {
            onward.tags.push("conflicting");
        }
        self.progress(child);
    }

    /// Nobody texts a person without a mobile; what only a text knew of is then in a letter.
    fn silence_texts(&mut self) {
        if self.person.mobile.is_some() {
            return;
        }
        let Plan { referrals, appointments } = &mut *self.plan;
        for appointment in appointments.iter_mut().filter(|one| referrals[one.referral].person == self.index) {
            appointment.by_text = false;
            if !appointment.recorded && !appointment.received && !appointment.has_evidence() {
                appointment.by_letter = true;
            }
            if !appointment.has_evidence() {
                appointment.evidence_says = None;
            }
        }
    }

    /// Some systems state another clock than the right one.
    fn state_clocks(&mut self, first: usize) {
        for referral in &mut self.plan.referrals[first..] {
            if referral.relation == Relation::Original
                && self.dice.chance(self.rates.error.clock_restated)
                && referral.recorded
            {
                let later = working_day(referral.received + self.dice.between(5, 40).days()).min(AS_AT);
                if later != referral.received {
                    referral.stated_clock = Some(later);
                    referral.tags.push("conflicting");
                }
            }
        }
    }
}

fn pathway(ubrn: Option<u64>, id: u32) -> String {
    // "PATIENT PATHWAY IDENTIFIER: 20 characters, unique only with the issuer's organisation code."
    match ubrn {
        Some(ubrn) => format!("{ubrn:020}"),
        None => format!("RNUPW{:015}", u64::from(id) * 7_919),
    }
}

fn before_by(date: Date, days: i64) -> Date {
    date - Span::new().days(days)
}

/// The date itself, or the Friday before a weekend.
pub fn working_day(date: Date) -> Date {
    match date.weekday() {
        Weekday::Saturday => date - 1.day(),
        Weekday::Sunday => date - 2.days(),
        _ => date,
    }
}
