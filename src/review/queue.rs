//! What can be asked.

/// A list of questions of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Queue {
    /// Pairs of rows in the review band: one person, or two?
    Pairs,
    /// Patients of three rows or more: does a row not belong?
    Clusters,
    /// Rows whose patient is not known: whose are they?
    Unassigned,
    /// What could not be used, or was repaired: is the repair right?
    Exceptions,
    /// Fields on which two keyings of a folder disagree: what does the folder say?
    Paper,
    /// Differences between the declared list and the rebuilt one that nothing explains: why?
    Differences,
    /// Future bookings that the receiver's system does not hold: what became of them?
    Bookings,
    /// Bookings that evidence contradicts: which of the two is right, or are they two appointments?
    Conflicts,
    /// Patients referred again of whom nobody can say whether the earlier clock was stopped: was it?
    Clocks,
    /// Open items of the safety list: has a clinician dealt with them? Exported when it is named.
    Safety,
    /// Pairs whose number, given name and sex all differ: perhaps one person whose number was changed together with name
    /// and sex, which nobody may learn who need not. Never in a workbook with anything else.
    Restricted,
}

impl Queue {
    /// Every queue that is exported unless others are named.
    pub const USUAL: &[Queue] = Queue::ALL.split_at(9).0;
    /// Those that are exported only when they are named come last.
    const ALL: [Queue; 11] = [
        Queue::Pairs,
        Queue::Clusters,
        Queue::Unassigned,
        Queue::Exceptions,
        Queue::Paper,
        Queue::Differences,
        Queue::Bookings,
        Queue::Conflicts,
        Queue::Clocks,
        Queue::Safety,
        Queue::Restricted,
    ];

    /// Its name on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Queue::Pairs => "pairs",
            Queue::Clusters => "clusters",
            Queue::Unassigned => "unassigned",
            Queue::Exceptions => "exceptions",
            Queue::Paper => "paper",
            Queue::Differences => "differences",
            Queue::Bookings => "bookings",
            Queue::Conflicts => "conflicts",
            Queue::Clocks => "clocks",
            Queue::Safety => "safety",
            Queue::Restricted => "restricted",
        }
    }

    /// The queue of that name.
    pub fn of(word: &str) -> Option<Queue> {
        Queue::ALL.into_iter().find(|queue| queue.word() == word)
    }

    /// The name of its sheet.
    pub(super) fn title(self) -> &'static str {
        match self {
            Queue::Pairs => "Pairs",
            Queue::Clusters => "Clusters",
            Queue::Unassigned => "Unassigned",
            Queue::Exceptions => "Exceptions",
            Queue::Paper => "Paper",
            Queue::Differences => "Differences",
            Queue::Bookings => "Bookings",
            Queue::Conflicts => "Conflicts",
            Queue::Clocks => "Clocks",
            Queue::Safety => "Safety",
            Queue::Restricted => "Restricted pairs",
        }
    }

    /// What a person does there.
    pub(super) fn task(self) -> &'static str {
        match self {
            Queue::Pairs => {
                "Two rows of the sources, one under the other. Are they of one person? Answer beside Row A: same, \
                 different, or unsure."
            }
            Queue::Clusters => {
                "All rows of one patient, the most doubtful patients first. If a row is of somebody else, choose out \
                 beside it. Leave the others empty: a patient without any out stays as it is."
            }
            Queue::Unassigned => {
                "A row whose patient is not known, and below it up to five patients it may be of. Answer beside the row: \
                 the candidate it belongs to, nobody (none of the patients in these data), or unsure."
            }
            Queue::Exceptions => {
                "What could not be used, and what to do about it. Most lines are for reading. Where a value was repaired, \
                 say whether the repair is right: accepted or refused."
            }
            Queue::Paper => {
                "Two keyings of a folder say different things. Look at the folder: answer first or second, or other and \
                 write what the folder says, and nothing else, into the note. Leave it empty until somebody has looked."
            }
            Queue::Differences => {
                "Where the list that the provider declared and the list rebuilt from the records differ, and no row says \
                 why. Find out, and choose the cause; say in the note how you know."
            }
            Queue::Bookings => {
                "Bookings on or after the transfer date that the receiver's system does not hold, the next to come first. \
                 Answer when it is settled: honoured (the patient is seen as booked), rebooked (begin the note with the new \
                 day and time, such as 2017-10-12 09:30) or cancelled (and the patient was told)."
            }
            Queue::Conflicts => {
                "A booking, and below it the evidence of the same appointment; what contradicts is marked. Find out, and \
                 answer beside the evidence: right (it is of this appointment, and what it says stands instead of the \
                 booking), wrong (it is of this appointment, and what it says otherwise does not stand), different (it is \
                 of another appointment), or unsure."
            }
            Queue::Clocks => {
                "A patient who was referred again, and below it the earlier referral, whose end is not clear. Ask the provider \
                 how and when it ended. Answer beside the later one: earlier (nothing stopped the earlier clock: it runs on), \
                 new (it was stopped before, so that a new one started), or unsure. Closed because records were lost, a list \
                 was tidied or nothing happened stops no clock."
            }
            Queue::Safety => {
                "For a clinician, worst rules first. Look into the record, do what the patient needs, then choose closed and \
                 say in the note what was done. Leave open what is open."
            }
            Queue::Restricted => {
                "As in the sheet of pairs. The two rows may be of one person whose NHS number was changed together with \
                 name and sex. Whoever answers must be entitled to know; hand this file to nobody else."
            }
        }
    }
}
