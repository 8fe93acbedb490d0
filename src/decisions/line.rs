//! One event as a line of JSON.

use super::event::{Act, Answer, Entry, Matching, Placing, Reading, Restart, RowName, Settlement, ShownRow};
use crate::values::Digest;
use serde::{Deserialize, Serialize};

/// An event as it lies on the disk. `previous` is the SHA-256 digest of the line before it (64 noughts on the first), so
/// that a line taken out, added or changed is noticed.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Line {
    pub previous: String,
    at: String,
    who: String,
    kind: String,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    rows: Vec<Row>,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    about: String,
    answer: String,
    /// What a folder says, where neither keying has it; when the patient of a booking that was rebooked comes instead.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    value: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    model: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    note: String,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    source: String,
    file: String,
    #[serde(default, skip_serializing_if = "String::is_empty")]
    sheet: String,
    row: u32,
    /// The keyed digest of its cells.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    digest: String,
}

impl Line {
    /// Ready to be written after the line with this digest.
    pub(super) fn of(entry: &Entry, previous: &str) -> Self {
        Line {
            previous: previous.to_owned(),
            at: entry.at.clone(),
            who: entry.who.clone(),
            kind: entry.act.kind().to_owned(),
            rows: entry.rows.iter().map(Row::of).collect(),
            about: entry.act.about().into_owned(),
            answer: entry.act.answer().to_owned(),
            value: entry.act.value().into_owned(),
            model: entry.model.map(|model| model.to_string()).unwrap_or_default(),
            note: entry.note.clone(),
        }
    }

    /// What it says; else what is wrong with it.
    pub(super) fn entry(self) -> Result<Entry, &'static str> {
        let act = self.act().ok_or("its kind or its answer is not known to this version")?;
        let model = match self.model.as_str() {
            "" => None,
            model => Some(Digest::from_hex(model).ok_or("its model is not a digest")?),
        };
        let rows = self.rows.into_iter().map(Row::shown).collect();
        let entry = Entry { at: self.at, who: self.who, note: self.note, model, rows, act };
        entry.check().map(|()| entry)
    }

    fn act(&self) -> Option<Act> {
        let about = || self.about.clone();
        Some(match (self.kind.as_str(), self.answer.as_str()) {
            ("pair", answer) => Act::Pair(Answer::of(answer)?),
            ("cluster-member", "out") => Act::MemberOut,
            ("paper-reading", "first") => Act::PaperReading { field: about(), reading: Reading::First },
            ("paper-reading", "second") => Act::PaperReading { field: about(), reading: Reading::Second },
            ("paper-reading", "other") => {
                Act::PaperReading { field: about(), reading: Reading::Other(self.value.clone()) }
            }
            ("appointment-match", answer) => Act::AppointmentMatch(Matching::of(answer)?),
            ("clock", answer) => Act::Clock(Restart::of(answer)?),
            ("difference-cause", cause) => Act::DifferenceCause { difference: about(), cause: cause.to_owned() },
            ("booking", how) => Act::BookingSettled {
                starts: self.about.parse().ok()?,
                how: Settlement::of(how, self.value.parse().ok())?,
            },
            ("safety-item", "closed") => Act::SafetyClosed { rule: about() },
            ("exclusion", "signed") => Act::ExclusionSigned { exclusion: about() },
            ("repair", "accepted") => Act::Repair { field: about(), accepted: true },
            ("repair", "refused") => Act::Repair { field: about(), accepted: false },
            ("row-placed", "there") => Act::RowPlaced(Placing::There),
            ("row-placed", "nobody") => Act::RowPlaced(Placing::Nobody),
            ("row-placed", "unsure") => Act::RowPlaced(Placing::Unsure),
            ("undo", "undone") => Act::Undo { event: about() },
            _ => return None,
        })
    }
}

impl Entry {
    /// Whether it says all that an event of its kind must.
    pub(super) fn check(&self) -> Result<(), &'static str> {
        let (least, most) = self.act.rows();
        let named = !matches!(
            self.act,
            Act::PaperReading { .. }
                | Act::DifferenceCause { .. }
                | Act::BookingSettled { .. }
                | Act::SafetyClosed { .. }
                | Act::ExclusionSigned { .. }
                | Act::Repair { .. }
                | Act::Undo { .. }
        ) || !self.act.about().trim().is_empty();
        let mut names: Vec<&RowName> = self.rows.iter().map(|row| &row.name).collect();
        names.sort_unstable();
        match () {
            () if self.who.trim().is_empty() => Err("it does not say who decided"),
            () if self.at.trim().is_empty() => Err("it does not say when"),
            () if !(least..=most).contains(&self.rows.len()) => Err("it is about fewer or more rows than its kind is"),
            () if names.windows(2).any(|pair| pair[0] == pair[1]) => Err("it names a row twice"),
            () if !named => Err("it does not say what it is about"),
            () if self.act.answer().trim().is_empty() => Err("it has no answer"),
            () => Ok(()),
        }
    }
}

impl Row {
    fn of(shown: &ShownRow) -> Self {
        let RowName { source, file, sheet, row } = shown.name.clone();
        Row { source, file, sheet, row, digest: shown.commitment.clone() }
    }

    fn shown(self) -> ShownRow {
        let Row { source, file, sheet, row, digest } = self;
        ShownRow { name: RowName { source, file, sheet, row }, commitment: digest }
    }
}
