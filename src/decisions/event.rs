//! What a person decided.

use crate::values::{Digest, Moment};
use std::borrow::Cow;
use std::fmt;

/// A row by its name, as the journal and the tables write it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct RowName {
    /// Source id.
    pub source: String,
    /// Path relative to the config's folder.
    pub file: String,
    /// Sheet's name; empty for delimited text.
    pub sheet: String,
    /// The number a person sees.
    pub row: u32,
}

/// A row as it was when a person decided.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct ShownRow {
    /// Which.
    pub name: RowName,
    /// The keyed digest of its cells, in hexadecimal; empty when rows of its kind have none.
    pub commitment: String,
}

/// What a person answered about two things.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Answer {
    /// One and the same.
    Same,
    /// Two.
    Different,
    /// Cannot tell; stays in review.
    Unsure,
}

/// What a person answered about a piece of evidence and a booking.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Matching {
    /// They are of one appointment; where they differ, nobody has said which is right.
    Same,
    /// They are of one appointment, and where they differ the evidence is right.
    Right,
    /// They are of one appointment, and where they differ the evidence is wrong.
    Wrong,
    /// They are of two appointments.
    Different,
    /// Cannot tell; stays in review.
    Unsure,
}

/// What a person answered about the clock of a patient who was referred again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Restart {
    /// The earlier clock was not stopped: it runs on.
    Earlier,
    /// The earlier clock was stopped: a new one starts with the later referral.
    New,
    /// Cannot tell; stays in review.
    Unsure,
}

/// Which of two keyings a folder bears out.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reading {
    /// The first.
    First,
    /// The second.
    Second,
    /// Neither: the folder says this. Personal data.
    Other(String),
}

/// Where a row without a patient belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Placing {
    /// To the patient of the second row.
    There,
    /// To nobody in these data.
    Nobody,
    /// Cannot tell; stays in review.
    Unsure,
}

/// What became of a future booking that the receiver's system does not hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Settlement {
    /// The patient is seen as it was booked.
    Honoured,
    /// The patient has an appointment at this moment instead.
    Rebooked(Moment),
    /// It does not take place, and the patient was told.
    Cancelled,
}

/// What was decided. The rows are those of the event, in this order.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Act {
    /// Whether two rows are of one person.
    Pair(Answer),
    /// The first row is not of the patient of the others.
    MemberOut,
    /// What a folder says in a field (such as `referral.received`): of the first and the second keying.
    PaperReading {
        /// The field.
        field: String,
        /// What it says.
        reading: Reading,
    },
    /// Whether a piece of evidence and a booking are of one appointment, and whether it is right: of both, then of
    /// whatever else was shown of the appointment.
    AppointmentMatch(Matching),
    /// Whether the earlier clock runs on: of a row of the later referral and one of the earlier, then of whatever else was
    /// shown of the two.
    Clock(Restart),
    /// Why a declared list and the records differ: of the row that stands on the list, or of the record that does not.
    DifferenceCause {
        /// The kind of difference.
        difference: String,
        /// The cause, in words with hyphens.
        cause: String,
    },
    /// What became of a future booking: of the rows that speak of it.
    BookingSettled {
        /// When it was to start, as it was shown.
        starts: Moment,
        /// What became of it.
        how: Settlement,
    },
    /// A clinician has dealt with an item of the safety list: of the rows behind it.
    SafetyClosed {
        /// The rule.
        rule: String,
    },
    /// A proposed exclusion is signed.
    ExclusionSigned {
        /// Its name and its rule, such as `not seen for 6 months (not_seen_for = 6 months)`.
        exclusion: String,
    },
    /// Whether a repair that was proposed for a value is right.
    Repair {
        /// The field, such as `person.nhs_number`.
        field: String,
        /// Whether it is.
        accepted: bool,
    },
    /// Whose a row without a patient is: of the row, and of one of the patient's where there is one.
    RowPlaced(Placing),
    /// An earlier event is taken back.
    Undo {
        /// The digest of its line, in hexadecimal.
        event: String,
    },
}

/// An event that is about to be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// When, such as `2017-09-25T10:22:05Z`.
    pub at: String,
    /// Who decided.
    pub who: String,
    /// What they said of it; may be empty. Personal data.
    pub note: String,
    /// The model whose judgement was shown, if one was.
    pub model: Option<Digest>,
    /// The rows that were shown.
    pub rows: Vec<ShownRow>,
    /// What was decided.
    pub act: Act,
}

/// An event of the journal.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// Its line, from 1.
    pub number: usize,
    /// The digest of its line, by which an undo names it.
    pub digest: Digest,
    /// What it says.
    pub entry: Entry,
}

impl fmt::Debug for Reading {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Reading::First => "First",
            Reading::Second => "Second",
            Reading::Other(_) => "Other(redacted)",
        })
    }
}

impl Act {
    /// Its kind, as the journal and the tables write it.
    pub fn kind(&self) -> &'static str {
        match self {
            Act::Pair(_) => "pair",
            Act::MemberOut => "cluster-member",
            Act::PaperReading { .. } => "paper-reading",
            Act::AppointmentMatch(_) => "appointment-match",
            Act::Clock(_) => "clock",
            Act::DifferenceCause { .. } => "difference-cause",
            Act::BookingSettled { .. } => "booking",
            Act::SafetyClosed { .. } => "safety-item",
            Act::ExclusionSigned { .. } => "exclusion",
            Act::Repair { .. } => "repair",
            Act::RowPlaced(_) => "row-placed",
            Act::Undo { .. } => "undo",
        }
    }

    /// What was answered, as the journal and the tables write it. What a folder says in a third reading is not in it.
    pub fn answer(&self) -> &str {
        match self {
            Act::Pair(answer) => answer.word(),
            Act::AppointmentMatch(answer) => answer.word(),
            Act::Clock(answer) => answer.word(),
            Act::MemberOut => "out",
            Act::PaperReading { reading: Reading::First, .. } => "first",
            Act::PaperReading { reading: Reading::Second, .. } => "second",
            Act::PaperReading { reading: Reading::Other(_), .. } => "other",
            Act::DifferenceCause { cause, .. } => cause,
            Act::BookingSettled { how, .. } => how.word(),
            Act::SafetyClosed { .. } => "closed",
            Act::ExclusionSigned { .. } => "signed",
            Act::Repair { accepted: true, .. } => "accepted",
            Act::Repair { accepted: false, .. } => "refused",
            Act::RowPlaced(Placing::There) => "there",
            Act::RowPlaced(Placing::Nobody) => "nobody",
            Act::RowPlaced(Placing::Unsure) => "unsure",
            Act::Undo { .. } => "undone",
        }
    }

    /// What it is about beside its rows: a field, a rule, an exclusion, a kind of difference, a moment, an event; empty for
    /// none.
    pub fn about(&self) -> Cow<'_, str> {
        let text = match self {
            Act::PaperReading { field, .. } | Act::Repair { field, .. } => field,
            Act::DifferenceCause { difference, .. } => difference,
            Act::BookingSettled { starts, .. } => return starts.reveal().into(),
            Act::SafetyClosed { rule } => rule,
            Act::ExclusionSigned { exclusion } => exclusion,
            Act::Undo { event } => event,
            Act::Pair(_) | Act::MemberOut | Act::AppointmentMatch(_) | Act::Clock(_) | Act::RowPlaced(_) => "",
        };
        text.into()
    }

    /// What it says beyond its word: what a folder says, where neither keying has it; the moment that a booking was given
    /// instead. Personal data.
    pub fn value(&self) -> Cow<'_, str> {
        match self {
            Act::PaperReading { reading: Reading::Other(value), .. } => value.into(),
            Act::BookingSettled { how: Settlement::Rebooked(to), .. } => to.reveal().into(),
            _ => "".into(),
        }
    }

    /// How many rows it is about, at least and at most.
    pub(super) fn rows(&self) -> (usize, usize) {
        match self {
            Act::Pair(_) | Act::PaperReading { .. } => (2, 2),
            Act::RowPlaced(Placing::There) => (2, 2),
            Act::RowPlaced(Placing::Nobody | Placing::Unsure) | Act::Repair { .. } => (1, 1),
            Act::MemberOut | Act::AppointmentMatch(_) | Act::Clock(_) => (2, usize::MAX),
            Act::DifferenceCause { .. } | Act::SafetyClosed { .. } | Act::BookingSettled { .. } => (1, usize::MAX),
            Act::ExclusionSigned { .. } | Act::Undo { .. } => (0, 0),
        }
    }
}

impl Settlement {
    /// As the journal and the tables write it.
    pub fn word(self) -> &'static str {
        match self {
            Settlement::Honoured => "honoured",
            Settlement::Rebooked(_) => "rebooked",
            Settlement::Cancelled => "cancelled",
        }
    }

    /// When the patient comes instead, where it was rebooked.
    pub fn to(self) -> Option<Moment> {
        match self {
            Settlement::Rebooked(to) => Some(to),
            Settlement::Honoured | Settlement::Cancelled => None,
        }
    }

    /// The one of that word; `to` is when the patient comes instead.
    pub fn of(word: &str, to: Option<Moment>) -> Option<Settlement> {
        match word {
            "honoured" => Some(Settlement::Honoured),
            "rebooked" => to.map(Settlement::Rebooked),
            "cancelled" => Some(Settlement::Cancelled),
            _ => None,
        }
    }
}

impl Answer {
    /// As the journal and the tables write it.
    pub fn word(self) -> &'static str {
        match self {
            Answer::Same => "same",
            Answer::Different => "different",
            Answer::Unsure => "unsure",
        }
    }

    pub(super) fn of(word: &str) -> Option<Answer> {
        [Answer::Same, Answer::Different, Answer::Unsure].into_iter().find(|answer| answer.word() == word)
    }
}

impl Matching {
    const ALL: [Matching; 5] =
        [Matching::Same, Matching::Right, Matching::Wrong, Matching::Different, Matching::Unsure];

    /// As the journal and the tables write it.
    pub fn word(self) -> &'static str {
        match self {
            Matching::Same => "same",
            Matching::Right => "right",
            Matching::Wrong => "wrong",
            Matching::Different => "different",
            Matching::Unsure => "unsure",
        }
    }

    /// The one of that word.
    pub fn of(word: &str) -> Option<Matching> {
        Matching::ALL.into_iter().find(|answer| answer.word() == word)
    }

    /// Whether it says that the two are of one appointment.
    pub fn is_one(self) -> bool {
        matches!(self, Matching::Same | Matching::Right | Matching::Wrong)
    }
}

impl Restart {
    /// Every answer.
    pub const ALL: [Restart; 3] = [Restart::Earlier, Restart::New, Restart::Unsure];

    /// As the journal and the tables write it.
    pub fn word(self) -> &'static str {
        match self {
            Restart::Earlier => "earlier",
            Restart::New => "new",
            Restart::Unsure => "unsure",
        }
    }

    /// The one of that word.
    pub fn of(word: &str) -> Option<Restart> {
        Restart::ALL.into_iter().find(|answer| answer.word() == word)
    }
}
