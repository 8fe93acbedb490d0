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
    /// Pairs whose number, given name and sex all differ: perhaps one person whose number was changed together with name
    /// and sex, which nobody may learn who need not. Never in a workbook with anything else.
    Restricted,
}

impl Queue {
    /// Every queue that is exported unless others are named.
    pub const USUAL: [Queue; 4] = [Queue::Pairs, Queue::Clusters, Queue::Unassigned, Queue::Exceptions];
    const ALL: [Queue; 5] = [Queue::Pairs, Queue::Clusters, Queue::Unassigned, Queue::Exceptions, Queue::Restricted];

    /// Its name on the command line.
    pub fn word(self) -> &'static str {
        match self {
            Queue::Pairs => "pairs",
            Queue::Clusters => "clusters",
            Queue::Unassigned => "unassigned",
            Queue::Exceptions => "exceptions",
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
            Queue::Restricted => {
                "As in the sheet of pairs. The two rows may be of one person whose NHS number was changed together with \
                 name and sex. Whoever answers must be entitled to know; hand this file to nobody else."
            }
        }
    }
}
