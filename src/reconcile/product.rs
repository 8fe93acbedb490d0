//! What reconciliation gives.

use crate::config::EvidenceKind;
use crate::decisions::Settlement;
use crate::ledger::Balanced;
use crate::linkage::{Linked, PatientIndex};
use crate::records::RecordRef;
use crate::sources::RowRef;
use crate::values::{Moment, PartialDate, Priority, ReferralStatus};
use jiff::civil::Date;
use std::borrow::Cow;

/// A referral: a place in [`Reconciled::referrals`].
pub type ReferralIndex = u32;
/// An appointment: a place in [`Reconciled::appointments`].
pub type AppointmentIndex = u32;

/// Everything, reconciled. It cannot be built unless both ledgers balance.
#[derive(Debug)]
pub struct Reconciled {
    /// Patients and records; evidence that a slot has placed is placed here.
    pub linked: Linked,
    /// One of each referral that is real.
    pub referrals: Vec<Referral>,
    /// One of each appointment that is real.
    pub appointments: Vec<Appointment>,
    /// Who waits at the census date.
    pub waiting_list: Vec<WaitingListEntry>,
    /// Where the declared list differs.
    pub differences: Vec<Difference>,
    /// Every declared figure with what was found.
    pub declared: Vec<DeclaredComparison>,
    /// What became of every physical row.
    pub rows: Balanced<RowRef>,
    /// What became of every record.
    pub records: Balanced<RecordRef>,
}

macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $(#[doc = $sentence:literal] $variant:ident = $word:literal,)+ }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $(#[doc = $sentence] $variant,)+ }

        impl $name {
            /// Every one, in order.
            pub const ALL: &'static [$name] = &[$($name::$variant,)+];

            /// The word used in tables.
            pub fn word(self) -> &'static str {
                match self { $($name::$variant => $word,)+ }
            }

            /// The one that tables call so.
            pub fn of_word(word: &str) -> Option<$name> {
                $name::ALL.iter().copied().find(|known| known.word() == word)
            }

            /// What it means, in a sentence.
            pub fn sentence(self) -> &'static str {
                match self { $($name::$variant => $sentence.trim_ascii(),)+ }
            }
        }
    };
}

words! {
    /// What a row is to its referral.
    Relation {
        /// The first record of it.
        Original = "original",
        /// Another record of the same referral.
        Duplicate = "duplicate",
        /// The patient was referred again for what was open or wrongly closed; or anew after a valid stop.
        ReReferral = "re-referral",
        /// One service sent the patient on to another.
        Onward = "onward",
        /// The second keying of the same paper.
        Keying = "keying",
    }
}

words! {
    /// Why a row is with the other rows of its referral.
    ReferralJoin {
        /// It is the only one.
        Alone = "alone",
        /// It has the local id of another, in one system.
        LocalId = "local-id",
        /// It has the booking reference (UBRN) of another.
        Ubrn = "ubrn",
        /// It is a second entry in one system within days of the first, and all that tells referrals apart is the same.
        SecondEntry = "second-entry",
        /// What it says is enough like what another says, and contradicts none.
        Likeness = "likeness",
        /// It says neither which referral nor when; this is the one that it fits best.
        BestFit = "best-fit",
        /// It is the second keying of the paper of another.
        Keying = "keying",
    }
}

/// Why a row is with the other rows of its referral, and what of them agrees.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Tie {
    /// By what.
    pub by: ReferralJoin,
    /// A bit for each of [`Tie::PARTS`] that agrees.
    pub(super) agreed: u8,
}

impl Tie {
    /// What can agree.
    pub const PARTS: [&'static str; 6] = ["received", "referred", "specialty", "condition", "referrer", "pathway"];

    /// By an id or a place, not by what the rows say.
    pub fn by(by: ReferralJoin) -> Self {
        Tie { by, agreed: 0 }
    }

    /// What of the two rows agrees.
    pub fn agreed(self) -> impl Iterator<Item = &'static str> {
        Tie::PARTS.into_iter().enumerate().filter(move |(at, _)| self.agreed & 1 << at != 0).map(|(_, part)| part)
    }
}

words! {
    /// Why a clock starts where it does.
    ClockRule {
        /// On the day the referral was received.
        Received = "received",
        /// On the day of the referral; no day of receipt is given.
        Referred = "referred",
        /// On the day the sender recorded, which is not later than the receipt.
        Recorded = "recorded",
        /// The earlier referral's clock still runs: no valid stop lies between.
        OriginalKept = "original-kept",
        /// A valid stop (RTT 30 to 36) lies between, so a new clock started.
        NewAfterStop = "new-after-stop",
        /// An onward referral: its parent's clock runs on.
        ParentRuns = "parent-runs",
        /// Records of one referral disagree; the earliest receipt counts.
        EarliestOfDuplicates = "earliest-of-duplicates",
        /// No record has a date from which it could start.
        Unknown = "unknown",
    }
}

words! {
    /// Why nobody can say whether the clock of an earlier referral was stopped before the patient was referred again.
    ClockDoubt {
        /// The earlier referral was closed, and no reason is given that tells.
        EndedUnexplained = "ended-unexplained",
        /// The earlier referral ended in a discharge, and nobody is known to have seen the patient.
        DischargedUnseen = "discharged-unseen",
        /// The earlier clock was stopped, and no record says when.
        StopUndated = "stop-undated",
    }
}

words! {
    /// Whether a referral's clock runs at the census date, and what says so.
    WeeksRule {
        /// Its RTT status (10 to 12, 20, 21) says that the clock runs.
        StatusRuns = "status-runs",
        /// Its RTT status (30 to 36) says that the clock was stopped.
        StatusStopped = "status-stopped",
        /// Its RTT status (90, 91, 92, 98) says that no clock runs.
        StatusNoClock = "status-no-clock",
        /// It has no RTT status that tells; what ended it stopped the clock.
        EventStopped = "event-stopped",
        /// It has no RTT status that tells, and nothing that stops a clock is recorded.
        EventRuns = "event-runs",
        /// Its clock has no start, or one after the census date.
        NoStart = "no-start",
    }
}

words! {
    /// Which priority a referral carries.
    PriorityRule {
        /// The one that every record that gives any gives.
        AsReferred = "as-referred",
        /// The one of a dated triage by a named clinician.
        Triage = "triage",
        /// The higher: records disagree, or triage names no clinician or no day.
        Higher = "higher",
        /// None: no record gives one.
        Unknown = "unknown",
    }
}

words! {
    /// Where a referral stands at the census date. Every referral is in exactly one.
    Cohort {
        /// Received, not triaged.
        AwaitingTriage = "awaiting-triage",
        /// Triaged or accepted, never seen.
        FirstAppointment = "first-appointment",
        /// Waits for a test.
        Diagnostics = "diagnostics",
        /// Seen, and not finished.
        InTreatment = "in-treatment",
        /// To be seen again; the day has not passed.
        FollowUpDue = "follow-up-due",
        /// To be seen again; the day has passed.
        FollowUpOverdue = "follow-up-overdue",
        /// To be reviewed on a planned day.
        PlannedReview = "planned-review",
        /// Sent on to another service, which holds the clock.
        ReferredOn = "referred-on",
        /// Closed.
        Closed = "closed",
        /// Stays with the sender.
        NotTransferring = "not-transferring",
    }
}

words! {
    /// What the booking systems and the evidence say of an appointment.
    Classification {
        /// Recorded, and the evidence agrees.
        Matched = "matched",
        /// Recorded; no evidence.
        RecordedOnly = "recorded-only",
        /// Evidence only: nobody has a record of it.
        Unrecorded = "unrecorded",
        /// Recorded, and the evidence says otherwise.
        Conflict = "conflict",
    }
}

words! {
    /// In what evidence contradicts the booking that it is news of.
    Contradiction {
        /// When it starts.
        Starts = "starts",
        /// Where it is.
        Site = "site",
        /// Whether it still stands.
        Status = "status",
    }
}

words! {
    /// Which side of a conflict is right.
    Side {
        /// The booking.
        Recorded = "recorded",
        /// The evidence.
        Evidence = "evidence",
    }
}

words! {
    /// Whose booking system holds an appointment.
    RecordedBy {
        /// A provider that hands over.
        Sender = "sender",
        /// The receiver.
        Receiver = "receiver",
        /// Both.
        Both = "both",
        /// Nobody.
        Neither = "neither",
    }
}

words! {
    /// What needs a person's eye.
    Flag {
        /// One booking system holds it twice.
        RecordedTwice = "recorded-twice",
        /// Two people in one slot with one clinician, or one person in two places.
        SlotClash = "slot-clash",
        /// At a site with no successor.
        ClosedSite = "closed-site",
        /// No referral.
        Orphan = "orphan",
        /// Past, and nobody recorded what came of it.
        NoOutcome = "no-outcome",
        /// What came of it promises another appointment, and none is booked.
        NoneBooked = "none-booked",
        /// After the patient's death.
        AfterDeath = "after-death",
        /// Booked on or after the transfer date by a sender.
        BookedAfterTransfer = "booked-after-transfer",
        /// Starts on or after the transfer date.
        StartsAfterTransfer = "starts-after-transfer",
    }
}

words! {
    /// What is waited for.
    WaitType {
        /// Consultant-led treatment.
        Rtt = "rtt",
        /// An allied health professional.
        Ahp = "ahp",
        /// A test.
        Diagnostic = "diagnostic",
        /// A follow-up.
        FollowUp = "follow-up",
        /// A planned review.
        Planned = "planned",
    }
}

words! {
    /// How the declared list and the rebuilt list differ.
    DifferenceKind {
        /// Declared, and not waiting by the records.
        DeclaredNotFound = "declared-not-found",
        /// Waiting by the records, and not declared.
        FoundNotDeclared = "found-not-declared",
        /// Both, with different clock starts.
        ClockStartDiffers = "clock-start-differs",
        /// Both, with different priorities.
        PriorityDiffers = "priority-differs",
        /// On the declared list more than once.
        DeclaredTwice = "declared-twice",
    }
}

/// One referral.
#[derive(Clone, Debug)]
pub struct Referral {
    /// Whose; `None` when the patient is not known.
    pub patient: Option<PatientIndex>,
    /// Its records: places in `records.referrals` with what each is to it, in order of rows; never empty.
    pub records: Vec<(u32, Relation)>,
    /// Why each of its records is here, in the same order.
    pub ties: Vec<Tie>,
    /// Rows that are second keyings of its paper records and have no referral record of their own, in order.
    pub keyings: Vec<RowRef>,
    /// Specialty in words, as the first record that has one says.
    pub specialty: String,
    /// Treatment function code, where known.
    pub treatment_function_code: String,
    /// Condition.
    pub condition: String,
    /// The priority that it carries.
    pub priority: Option<Priority>,
    /// Why that one.
    pub priority_rule: PriorityRule,
    /// The referrer's: the highest that any record gives.
    pub referrer_priority: Option<Priority>,
    /// The priority given at triage: by the dated triage that stands, else the highest.
    pub triage_priority: Option<Priority>,
    /// The record whose triage stands: a place in `records.referrals`.
    pub triage: Option<u32>,
    /// Some record lowers the priority: below another record's, or at triage below the referrer's.
    pub is_lowered: bool,
    /// When the first provider received it.
    pub received: Option<Moment>,
    /// When the first of the referrals it repeats was received.
    pub original_received: Option<PartialDate>,
    /// When the clock started.
    pub clock_start: Option<PartialDate>,
    /// Why there.
    pub clock_rule: ClockRule,
    /// Of a patient who was referred again: what is in doubt about that.
    pub doubt: Option<Doubt>,
    /// Where it stands.
    pub cohort: Cohort,
    /// The referral it goes on from or repeats.
    pub parent: Option<ReferralIndex>,
    /// Open or closed, by the records.
    pub status: Option<ReferralStatus>,
    /// When it was closed.
    pub closed: Option<PartialDate>,
    /// Closed because records were lost, nothing happened or a list was tidied: no end of care, and it stops no clock.
    pub closed_without_end: bool,
    /// RTT status code, two digits; empty when not known.
    pub rtt_status: String,
    /// When the patient was last seen.
    pub last_seen: Option<PartialDate>,
    /// When a review is due.
    pub review_due: Option<PartialDate>,
    /// The next appointment on or after the census date.
    pub next_appointment: Option<Moment>,
    /// Whole weeks from clock start to the census date, where the clock then runs.
    pub weeks: Option<u32>,
    /// Working days, likewise; `None` too where nobody can say which days were holidays.
    pub working_days: Option<u32>,
    /// Whether it runs, and what says so.
    pub weeks_rule: WeeksRule,
}

/// What is in doubt about the clock of a patient who was referred again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Doubt {
    /// Why nobody can say whether the earlier clock was stopped.
    pub why: ClockDoubt,
    /// When the clock starts if it is otherwise.
    pub otherwise: Option<PartialDate>,
    /// Why there.
    pub otherwise_rule: ClockRule,
    /// The decision of a named person on it: its event of the journal.
    pub event: Option<usize>,
}

/// What a row is to an appointment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum AppointmentStanding {
    /// A booking system's row.
    Recorded,
    /// Evidence.
    Evidence(EvidenceKind),
}

impl AppointmentStanding {
    /// The word used in `appointment_records.csv`.
    pub fn word(self) -> &'static str {
        match self {
            AppointmentStanding::Recorded => "recorded",
            AppointmentStanding::Evidence(EvidenceKind::Letter) => "letter",
            AppointmentStanding::Evidence(EvidenceKind::Text) => "text",
            AppointmentStanding::Evidence(EvidenceKind::Diary) => "diary",
            AppointmentStanding::Evidence(EvidenceKind::Call) => "call",
            AppointmentStanding::Evidence(EvidenceKind::Other) => "other",
        }
    }
}

/// One appointment.
#[derive(Clone, Debug)]
pub struct Appointment {
    /// Whose; `None` when the patient is not known: someone will turn up.
    pub patient: Option<PatientIndex>,
    /// Of which referral.
    pub referral: Option<ReferralIndex>,
    /// Its records: places in `records.appointments` with their standing, in order of rows; never empty.
    pub records: Vec<(u32, AppointmentStanding)>,
    /// When it starts; the recorded moment where there is one.
    pub starts: Option<Moment>,
    /// Where: the crosswalk's legacy code where the site is known there, else as written.
    pub site: String,
    /// With whom.
    pub clinician: String,
    /// First, follow-up …, as written.
    pub kind: String,
    /// What became of it, as a coded word; empty when not known.
    pub status: String,
    /// Outcome, as written.
    pub outcome: String,
    /// When it was booked.
    pub booked: Option<Moment>,
    /// What the systems and the evidence say of it.
    pub classification: Classification,
    /// Whose system holds it.
    pub recorded_by: RecordedBy,
    /// What needs a person's eye, in order.
    pub flags: Vec<Flag>,
    /// In a conflict: which field differs and what each side says.
    pub differs: String,
    /// In a conflict: the evidence that contradicts, places in `records.appointments`, and in what.
    pub contradictions: Vec<(u32, Contradiction)>,
    /// Which side a named person said is right, where the two differ.
    pub held: Option<Held>,
    /// What a named person said became of it.
    pub settled: Option<Settled>,
}

/// Which side of a conflict a named person said is right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Held {
    /// The decision: its event of the journal.
    pub event: usize,
    /// Which side.
    pub side: Side,
    /// It starts at another moment than the booking systems have.
    pub is_moved: bool,
    /// Which field differs and what each side says.
    pub differed: String,
    /// Every decision that left nothing in doubt of a piece of evidence, by its event.
    pub events: Vec<usize>,
}

/// What a named person said became of a booking.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Settled {
    /// The decision: its event of the journal.
    pub event: usize,
    /// What became of it.
    pub how: Settlement,
}

impl Appointment {
    /// Whether its rows say that somebody cancelled it.
    pub fn is_cancelled(&self) -> bool {
        self.status.starts_with("cancelled")
    }

    /// Whether its slot was given up: its rows say that it was cancelled, or a named person cancelled or rebooked it.
    pub fn is_called_off(&self) -> bool {
        let given_up = |settled: Settled| settled.how != Settlement::Honoured;
        self.is_cancelled() || self.settled.is_some_and(given_up)
    }

    /// When the patient is to come, as far as anybody knows: what was rebooked counts where it was rebooked to.
    pub fn expected(&self) -> Option<Moment> {
        match self.settled.map(|settled| settled.how) {
            Some(Settlement::Rebooked(to)) => Some(to),
            _ => self.starts.filter(|_| !self.is_called_off()),
        }
    }

    /// Whether it still stands on or after the transfer date and the receiver does not hold it: unresolved until it is
    /// honoured, rebooked or cancelled by a named person.
    pub fn is_unresolved(&self, transfer_date: Date) -> bool {
        self.settled.is_none() && self.would_be_unresolved(transfer_date)
    }

    /// Whether it would be, had no person decided.
    pub fn would_be_unresolved(&self, transfer_date: Date) -> bool {
        let ahead = self.starts.is_some_and(|starts| starts.date() >= transfer_date);
        let is_moved = self.held.as_ref().is_some_and(|held| held.is_moved);
        let held = matches!(self.recorded_by, RecordedBy::Receiver | RecordedBy::Both) && !is_moved;
        ahead && !held && !self.is_cancelled()
    }
}

/// A pathway that waits.
#[derive(Clone, Debug)]
pub struct WaitingListEntry {
    /// The referral that waits.
    pub referral: ReferralIndex,
    /// What is waited for.
    pub wait_type: WaitType,
}

/// One way in which the declared list and the rebuilt list differ.
#[derive(Clone, Debug)]
pub struct Difference {
    /// Whose pathway; `None` when the declared row's patient is not known.
    pub patient: Option<PatientIndex>,
    /// Which referral; `None` when no referral answers to the declared row.
    pub referral: Option<ReferralIndex>,
    /// How they differ.
    pub kind: DifferenceKind,
    /// Why: a word with hyphens; `unknown` is unexplained.
    pub cause: Cow<'static, str>,
    /// What the declared list says.
    pub declared_value: String,
    /// What was found.
    pub found_value: String,
    /// The declared row.
    pub declared_row: Option<RowRef>,
    /// The row that proves the cause.
    pub proof_row: Option<RowRef>,
    /// The decision that gives the cause: its event of the journal.
    pub proof_event: Option<usize>,
}

/// A declared figure with what was found.
#[derive(Clone, Debug)]
pub struct DeclaredComparison {
    /// The figure: a place in `records.declared`.
    pub figure: usize,
    /// What was counted here; `None` when the measure is not one that can be.
    pub found: Option<f64>,
}
