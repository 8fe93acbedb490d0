//! What people said of values: what a folder says, and whether a repair is right.
//!
//! A repair is a value that is used although it is not what stood in the cell or not of the shape it should have, with an
//! exception that says so: see [`REPAIRS`]. Accepted, the value stays as it is used and the exception is settled; refused,
//! the value is treated as missing, and that settles the exception too. Either is listed among the decisions.

use super::clean::Cleaned;
use super::columns::Item;
use super::moved::Moved;
use super::rows::{find_person, find_sheet};
use super::store::Records;
use super::texts::Texts;
use crate::config::{Config, RecordKind};
use crate::decisions::{Act, Effect, Event, Journal, Presence, Reading, RowName};
use crate::ledger::{Exception, Reason};
use crate::sources::RowRef;
use crate::values::{CommitmentKey, Digest};
use std::collections::BTreeMap;

/// Reasons of values that are used all the same: a nought that a spreadsheet dropped was put back; a postcode of no legal
/// shape is kept as found.
pub const REPAIRS: [Reason; 2] = [Reason::NhsNumberLeadingZero, Reason::PostcodeShape];

/// Decisions in effect about values.
#[derive(Default)]
pub(super) struct Said {
    /// By the two keyings, the lesser row first, and the field.
    pub readings: BTreeMap<(RowRef, RowRef, String), Told>,
    repairs: Vec<Event>,
}

/// What a folder says.
pub(super) struct Told {
    /// The event's number.
    pub event: usize,
    pub what: ToldReading,
}

/// Whose reading it is.
pub(super) enum ToldReading {
    /// That of this row.
    Of(RowRef),
    /// Neither's: this text. Personal data.
    Text(String),
}

impl Said {
    /// Of a journal, when all rows have come. `held` are the digests of the rows of paper, in order of rows: not all of
    /// them become records.
    pub fn of(
        config: &Config,
        records: &Records,
        held: &[(RowRef, Digest)],
        journal: &Journal,
        key: &CommitmentKey,
    ) -> Self {
        let held_at = |name: &RowName| {
            let (file, sheet) = find_sheet(config, records, name)?;
            let wanted = (file, sheet, name.row);
            let found = held.binary_search_by(|(at, _)| (at.file(), at.sheet(), at.row()).cmp(&wanted));
            found.ok().map(|place| &held[place])
        };
        let digest = |name: &RowName| match held_at(name) {
            Some((_, digest)) => Some(*digest),
            None => find_person(config, records, name).map(|person| records.digest[person as usize]),
        };
        let presence = |name: &RowName| match digest(name) {
            Some(digest) => Presence::There(key.commit_row(&digest).to_string()),
            None if find_sheet(config, records, name).is_none() => Presence::Gone,
            None => Presence::There(String::new()),
        };
        let moved = Moved::new(config, records, key, held.to_vec());
        let decisions = journal.clone().weigh(|shown| moved.follow(shown, presence(&shown.name)));
        let mut said = Said::default();
        for (_, event) in decisions.in_effect() {
            match &event.entry.act {
                Act::PaperReading { field, reading } => {
                    let rows: Vec<RowRef> =
                        event.entry.rows.iter().filter_map(|row| held_at(&row.name)).map(|(at, _)| *at).collect();
                    if let [one, other] = rows[..] {
                        let what = match reading {
                            Reading::First => ToldReading::Of(one),
                            Reading::Second => ToldReading::Of(other),
                            Reading::Other(text) => ToldReading::Text(text.clone()),
                        };
                        let place = (one.min(other), one.max(other), field.clone());
                        said.readings.insert(place, Told { event: event.number, what });
                    }
                }
                Act::Repair { .. } => said.repairs.push(event.clone()),
                _ => {}
            }
        }
        said
    }

    /// What folders say that neither keying has, cleaned, by event, of the source that has these rows. What cannot be read
    /// is an exception, and leaves the keyings as they are.
    pub fn third_readings(
        &self,
        has: impl Fn(RowRef) -> bool,
        items: &mut [Item<'_>],
        texts: &mut Texts,
        exceptions: &mut Vec<Exception>,
    ) -> BTreeMap<usize, Cleaned> {
        let mut told = BTreeMap::new();
        for ((row, _, field), of) in self.readings.iter().filter(|((row, ..), _)| has(*row)) {
            let item = items.iter_mut().find(|item| item.name == *field);
            let (ToldReading::Text(text), Some(item)) = (&of.what, item) else { continue };
            let cleaned = item.clean_told(text, texts);
            match refused(&cleaned) {
                Some(reason) => exceptions.push(Exception { at: *row, field: field.clone(), reason }),
                None => drop(told.insert(of.event, cleaned)),
            }
        }
        told
    }

    /// Settles the repairs that people accepted or refused.
    pub fn repair(&self, config: &Config, records: &mut Records) {
        for event in &self.repairs {
            let Act::Repair { field, accepted } = &event.entry.act else { continue };
            let Some(person) = find_person(config, records, &event.entry.rows[0].name) else { continue };
            let row = records.people.row(person);
            let is_it = |at: RowRef, of: &str, reason: &Reason| at == row && of == field && REPAIRS.contains(reason);
            let before = records.exceptions.len();
            records.exceptions.retain(|one| !is_it(one.at, &one.field, &one.reason));
            if records.exceptions.len() == before {
                continue;
            }
            if !accepted {
                remove(records, row, field);
            }
            let effect = if *accepted { Effect::Repaired } else { Effect::ValueRemoved };
            records.effects.note(event.number, effect);
        }
    }
}

/// Why a text cannot be what a folder of a source says in a field, such as `referral.received`.
pub fn unreadable(config: &Config, source: &str, field: &str, text: &str) -> Option<Reason> {
    let source = config.sources.iter().position(|of| of.id == source)?;
    let mut items = Item::of_source(config, source);
    let item = items.iter_mut().find(|item| item.name == field)?;
    refused(&item.clean_told(text, &mut Texts::default()))
}

/// Why nothing is left of a value that was given.
fn refused(cleaned: &Cleaned) -> Option<Reason> {
    cleaned.reason.filter(|_| cleaned.bits == 0 && cleaned.filled)
}

/// Takes a value out of the record of a row.
fn remove(records: &mut Records, row: RowRef, name: &str) {
    let Some((kind, field)) = name.split_once('.') else { return };
    let Some((kind, _)) = RecordKind::ALL.iter().find(|(_, name)| *name == kind) else { return };
    if let (Some(field), Some(table)) = (kind.field(field), records.table_mut(*kind))
        && let Some(place) = table.at_row(row)
    {
        table.set_bits(field, place, 0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::fields::person::{DATE_OF_BIRTH, NHS_NUMBER, POSTCODE};
    use crate::config::fields::referral::RECEIVED;
    use crate::decisions::{ShownRow, example};
    use crate::records::{Normaliser, RowNames, sample};
    use crate::sources::{Batch, Intake, Origin, RowKind};

    fn key() -> CommitmentKey {
        CommitmentKey::parse(&[7; 32]).expect("32 bytes")
    }

    /// The journal of these answers about rows of one file, shown as they are, or as they are not.
    fn journal(acts: &[(Act, &[u32], bool)]) -> Journal {
        let shown = |row: u32, as_it_is: bool| ShownRow {
            name: RowName { source: "source-0".into(), file: "sample.csv".into(), sheet: String::new(), row },
            commitment: key().commit_row(&Digest::of(&(row + u32::from(!as_it_is)).to_be_bytes())).to_string(),
        };
        let said = acts
            .iter()
            .map(|(act, rows, as_it_is)| (act.clone(), rows.iter().map(|row| shown(*row, *as_it_is)).collect()));
        let mut journal = Journal::default();
        journal.events = example::events(said);
        journal
    }

    fn decided(config: &Config, header: &[&str], rows: &[&[&str]], acts: &[(Act, &[u32], bool)]) -> Records {
        let names: Vec<String> = header.iter().map(|name| (*name).to_owned()).collect();
        let mut raw = vec![sample::row_of(0, 1, RowKind::Header, Vec::new())];
        raw.extend(rows.iter().zip(2..).map(|(cells, number)| sample::row(0, number, cells)));
        let last = raw.len() as u32;
        let mut normaliser = Normaliser::new(config);
        normaliser.take(Batch { origin: Origin::Source(0), header: &names, rows: raw });
        let intake = Intake { files: vec![sample::file(Origin::Source(0), last, None)], ..Intake::default() };
        normaliser.finish_decided(intake, &journal(acts), &key())
    }

    const PAPER: [&str; 6] = [
        "paper.folder",
        "paper.pass",
        "person.nhs_number",
        "person.family_name",
        "person.date_of_birth",
        "referral.received",
    ];

    /// Two keyings, the second in the row that stands first.
    fn keyed(acts: &[(Act, &[u32], bool)]) -> (Records, Config) {
        let config = sample::paper(&PAPER, &[]);
        let rows: [&[&str]; 2] = [
            &["7", "2", "4010232137", "SMITH", "05/05/1960", "01/09/2017"],
            &["7", "1", "9990000050", "SMITH", "06/05/1960", "02/09/2017"],
        ];
        (decided(&config, &PAPER, &rows, acts), config)
    }

    fn reading(field: &str, reading: Reading) -> Act {
        Act::PaperReading { field: field.into(), reading }
    }

    fn open(records: &Records) -> Vec<&str> {
        records.disagreements.iter().map(|one| one.field.as_str()).collect()
    }

    #[test]
    fn a_reading_is_taken_and_its_disagreement_closed() {
        // The rows may be given in either order: first and second are those of the event.
        let (records, _) = keyed(&[
            (reading("person.nhs_number", Reading::Second), &[3, 2], true),
            (reading("person.date_of_birth", Reading::First), &[2, 3], true),
            (reading("referral.received", Reading::Other("5/9/2017".into())), &[2, 3], true),
        ]);
        assert_eq!(open(&records), [""; 0]);
        assert!(records.exceptions.iter().all(|one| one.reason != Reason::KeyingsDisagree));
        let (people, texts) = (&records.people, &records.texts);
        assert_eq!(people.reveal(texts, NHS_NUMBER, 0), "4010232137");
        assert_eq!(people.reveal(texts, DATE_OF_BIRTH, 0), "1960-05-05");
        assert_eq!(records.referrals.reveal(texts, RECEIVED, 0), "2017-09-05");
        assert_eq!([1, 2, 3].map(|event| records.effects.of(event)), [Effect::ReadingTaken; 3]);
        assert_eq!((records.paper[0].fields_compared, records.paper[0].fields_disagreeing), (4, 3), "it was counted");
    }

    #[test]
    fn a_text_that_is_not_of_the_fields_kind_cannot_be_read() {
        let config = sample::config(vec![sample::mapping(&PAPER)]);
        for (field, text, expected) in [
            ("person.date_of_birth", "6/5/1960", None),
            ("person.date_of_birth", "31/02/1960", Some(Reason::DateImpossible)),
            ("person.nhs_number", "9990000050", None),
            ("person.nhs_number", "9990000051", Some(Reason::NhsNumberCheckDigit)),
            ("person.family_name", "31/02/1960", None),
            ("person.ward", "7", None),
        ] {
            assert_eq!(unreadable(&config, "source-0", field, text), expected, "{field}: {text}");
        }
    }

    #[test]
    fn what_was_shown_otherwise_and_what_cannot_be_read_change_nothing() {
        let (untouched, _) = keyed(&[]);
        let (records, config) = keyed(&[
            (reading("person.nhs_number", Reading::Second), &[3, 2], false),
            (reading("person.date_of_birth", Reading::Other("31/02/1960".into())), &[3, 2], true),
            (reading("person.ward", Reading::First), &[3, 2], true),
            (reading("person.family_name", Reading::First), &[3, 2], true),
        ]);
        assert_eq!(open(&records), open(&untouched));
        assert_eq!(records.people.bits(DATE_OF_BIRTH, 0), untouched.people.bits(DATE_OF_BIRTH, 0));
        let told = records.exceptions.iter().find(|one| one.reason == Reason::DateImpossible).expect("it is told");
        assert_eq!((told.at.row(), told.field.as_str()), (2, "person.date_of_birth"));
        assert!((1..=4).all(|event| records.effects.of(event) == Effect::None));
        // Each keying is known by its row.
        let key = key();
        let names = RowNames::new(&config, &records, &key);
        let events = journal(&[(reading("x", Reading::First), &[2, 3], true)]).events;
        for row in &events[0].entry.rows {
            assert_eq!(names.presence(&row.name), Presence::There(row.commitment.clone()));
        }
    }

    #[test]
    fn a_repair_is_settled_or_its_value_taken_out() {
        let fields = ["person.nhs_number", "person.postcode", "person.family_name"];
        let config = sample::config(vec![sample::mapping(&fields)]);
        let rows: [&[&str]; 2] = [&["101000006", "OX4", "SMITH"], &["101000006", "OX4", "SMYTH"]];
        let repair = |field: &str, accepted| Act::Repair { field: field.into(), accepted };
        let acts = [
            (repair("person.nhs_number", true), &[2][..], true),
            (repair("person.postcode", false), &[2], true),
            (repair("person.nhs_number", false), &[3], true),
            (repair("person.family_name", false), &[3], true),
            (repair("person.postcode", true), &[3], false),
        ];
        let records = decided(&config, &fields, &rows, &acts);
        let left: Vec<(u32, Reason)> = records.exceptions.iter().map(|one| (one.at.row(), one.reason)).collect();
        assert_eq!(left, [(3, Reason::PostcodeShape)]);
        let shown = |field, person| records.people.reveal(&records.texts, field, person);
        assert_eq!([shown(NHS_NUMBER, 0), shown(POSTCODE, 0)], ["0101000006", ""]);
        assert_eq!([shown(NHS_NUMBER, 1), shown(POSTCODE, 1)], ["", "OX4"]);
        let effects = [1, 2, 3, 4, 5].map(|event| records.effects.of(event));
        let expected = [Effect::Repaired, Effect::ValueRemoved, Effect::ValueRemoved, Effect::None, Effect::None];
        assert_eq!(effects, expected);
    }
}
