//! Transcribed paper: the two keyings of a folder are compared before they become one record.

use super::clean::Cleaned;
use super::columns::{Item, Target};
use super::said::{Said, ToldReading};
use super::store::{PaperDisagreement, PaperFolder};
use super::texts::{Symbol, Texts};
use crate::config::fields::{person, referral};
use crate::config::{Field, FieldType, PaperMapping, RecordKind};
use crate::ledger::{Exception, Reason};
use crate::sources::RowRef;
use crate::values::{Digest, Moment, PartialDate};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// A row of a paper source, kept until every keying has been read. Personal data.
pub(super) struct HeldRow {
    pub at: RowRef,
    pub digest: Digest,
    /// `None` when the row does not name its folder.
    pub folder: Option<FolderName>,
    pub pass: Pass,
    /// One an item; empty when nothing is keyed in the row yet.
    pub values: Vec<Cleaned>,
    /// What stood where a value could not be used.
    pub as_found: Vec<String>,
}

/// A folder of a box, as written.
#[derive(Clone)]
pub(super) struct FolderName {
    pub box_name: String,
    pub folder: String,
}

/// Which keying a row is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Pass {
    First,
    Second,
    Unknown,
}

/// What the rows of one paper source come to.
#[derive(Default)]
pub(super) struct Settled {
    /// Rows that become records: row, digest, values.
    pub records: Vec<(RowRef, Digest, Vec<Cleaned>)>,
    /// Second keyings with their digests, each with the row of the first.
    pub keyings: Vec<(RowRef, Digest, RowRef)>,
    /// Events by which a reading was taken that would not have been, or a disagreement closed.
    pub taken: Vec<usize>,
    /// Rows that say again, word for word, what another row of the same pass says.
    pub repeats: Vec<RowRef>,
    pub folders: Vec<PaperFolder>,
    pub disagreements: Vec<PaperDisagreement>,
    pub exceptions: Vec<Exception>,
}

/// How the keyings of one source are compared.
struct Comparison<'s, 'c> {
    items: &'s [Item<'c>],
    /// Whether each item was keyed twice.
    double: Vec<bool>,
    texts: &'s Texts,
    said: &'s Said,
    /// What folders say that neither keying has, cleaned, by event.
    told: &'s BTreeMap<usize, Cleaned>,
}

/// Beyond this many pairs in one folder, rows are paired in the order in which they stand.
const PAIRS_WEIGHED_MAX: usize = 10_000;

impl Pass {
    /// `1` or `2`, however a person writes it.
    pub fn parse(text: &str) -> Self {
        match text.to_lowercase().as_str() {
            "1" | "1st" | "first" => Pass::First,
            "2" | "2nd" | "second" => Pass::Second,
            _ => Pass::Unknown,
        }
    }
}

/// Pairs the keyings of each folder, takes what they agree on and notes what they do not.
pub(super) fn settle(
    held: Vec<HeldRow>,
    items: &mut [Item<'_>],
    mapping: &PaperMapping,
    texts: &mut Texts,
    said: &Said,
) -> Settled {
    let mut settled = Settled::default();
    let told = said.third_readings(
        |row| held.binary_search_by_key(&row, |held| held.at).is_ok(),
        items,
        texts,
        &mut settled.exceptions,
    );
    let is_double = |item: &Item<'_>| {
        let bare = item.name.split_once('.').map_or("", |(_, bare)| bare);
        let named = mapping.double.is_empty() || mapping.double.iter().any(|name| name == bare || *name == item.name);
        named && item.kind() != RecordKind::Paper
    };
    let double = items.iter().map(is_double).collect();
    let comparison = Comparison { items, double, texts, said, told: &told };
    let mut folders: BTreeMap<(String, String), Vec<HeldRow>> = BTreeMap::new();
    for row in held {
        match &row.folder {
            Some(name) => {
                folders.entry((name.box_name.to_lowercase(), name.folder.to_lowercase())).or_default().push(row)
            }
            None => comparison.single(row, Reason::FolderUnnamed, &mut settled),
        }
    }
    for rows in folders.into_values() {
        comparison.folder(rows, &mut settled);
    }
    settled
}

impl Comparison<'_, '_> {
    fn folder(&self, rows: Vec<HeldRow>, settled: &mut Settled) {
        let name = rows[0].folder.clone().unwrap_or(FolderName { box_name: String::new(), folder: String::new() });
        let first_row = rows.iter().find(|row| row.pass == Pass::First).unwrap_or(&rows[0]).at;
        let FolderName { box_name, folder } = name;
        let mut entry =
            PaperFolder { at: first_row, box_name, folder, keyings: 0, fields_compared: 0, fields_disagreeing: 0 };
        let (mut firsts, mut seconds) = (Vec::new(), Vec::new());
        let (mut singles, mut pairs) = (0, 0);
        for row in rows.into_iter().filter(|row| !row.values.is_empty()) {
            match row.pass {
                Pass::First => firsts.push(row),
                Pass::Second => seconds.push(row),
                Pass::Unknown => {
                    singles += 1;
                    self.single(row, Reason::PassUnknown, settled);
                }
            }
        }
        self.set_repeats_aside(&mut firsts, seconds.len(), settled);
        self.set_repeats_aside(&mut seconds, firsts.len(), settled);
        let paired = self.pair(&firsts, &seconds);
        let mut firsts: Vec<Option<HeldRow>> = firsts.into_iter().map(Some).collect();
        let mut seconds: Vec<Option<HeldRow>> = seconds.into_iter().map(Some).collect();
        for (first, second) in paired {
            if let (Some(first), Some(second)) = (firsts[first].take(), seconds[second].take()) {
                pairs += 1;
                self.merge(first, second, &mut entry, settled);
            }
        }
        let both_left = firsts.iter().any(Option::is_some) && seconds.iter().any(Option::is_some);
        let reason = if both_left { Reason::KeyingsUnlike } else { Reason::KeyedOnce };
        for row in firsts.into_iter().chain(seconds).flatten() {
            singles += 1;
            self.single(row, reason, settled);
        }
        entry.keyings = if singles > 0 { 1 } else { 2 * u32::from(pairs > 0) };
        settled.folders.push(entry);
    }

    /// A row that stands alone.
    fn single(&self, row: HeldRow, reason: Reason, settled: &mut Settled) {
        let field = match reason {
            Reason::FolderUnnamed => "paper.folder",
            Reason::PassUnknown => "paper.pass",
            _ => "",
        };
        if !row.values.is_empty() {
            settled.exceptions.push(Exception { at: row.at, field: field.into(), reason });
            for (item, value) in self.items.iter().zip(&row.values) {
                self.note(row.at, item, *value, settled);
            }
            settled.records.push((row.at, row.digest, row.values));
        }
    }

    fn note(&self, at: RowRef, item: &Item<'_>, value: Cleaned, settled: &mut Settled) {
        settled.exceptions.extend(value.reason.map(|reason| Exception { at, field: item.name.clone(), reason }));
    }

    /// Where one pass has more rows than the other, rows that repeat an earlier one word for word are no further
    /// referral of the folder but the same one keyed again.
    fn set_repeats_aside(&self, rows: &mut Vec<HeldRow>, others: usize, settled: &mut Settled) {
        let mut place = rows.len();
        while others > 0 && rows.len() > others && place > 1 {
            place -= 1;
            if rows[..place].iter().any(|earlier| self.says_the_same(earlier, &rows[place])) {
                let at = rows.remove(place).at;
                settled.exceptions.push(Exception { at, field: String::new(), reason: Reason::KeyedTooOften });
                settled.repeats.push(at);
            }
        }
    }

    fn says_the_same(&self, one: &HeldRow, other: &HeldRow) -> bool {
        let told = self.items.iter().enumerate().filter(|(_, item)| item.kind() != RecordKind::Paper);
        told.map(|(place, _)| place).all(|place| self.is_equal(one, other, place))
    }

    /// Places of first and second keyings that belong together. A folder may hold several referrals, and the passes may
    /// hold them in different orders: the pairs that agree on most come first; order settles the rest. Rows that have
    /// nothing in common that tells who they are about are never paired, so that neither person is dropped.
    fn pair(&self, firsts: &[HeldRow], seconds: &[HeldRow]) -> Vec<(usize, usize)> {
        if firsts.len().saturating_mul(seconds.len()) > PAIRS_WEIGHED_MAX {
            let in_order = (0..firsts.len().min(seconds.len())).map(|place| (place, place));
            return in_order.filter(|(first, second)| !self.is_unlike(&firsts[*first], &seconds[*second])).collect();
        }
        let mut candidates = Vec::new();
        for (first, one) in firsts.iter().enumerate() {
            for (second, other) in seconds.iter().enumerate().filter(|(_, other)| !self.is_unlike(one, other)) {
                candidates.push((Reverse(self.agreements(one, other)), first.abs_diff(second), first, second));
            }
        }
        candidates.sort_unstable();
        let (mut taken_firsts, mut taken_seconds, mut pairs) = (BTreeSet::new(), BTreeSet::new(), Vec::new());
        for (_, _, first, second) in candidates {
            if !taken_firsts.contains(&first) && !taken_seconds.contains(&second) {
                taken_firsts.insert(first);
                taken_seconds.insert(second);
                pairs.push((first, second));
            }
        }
        pairs
    }

    fn agreements(&self, one: &HeldRow, other: &HeldRow) -> usize {
        let agree = |place: &usize| one.values[*place].bits != 0 && self.is_equal(one, other, *place);
        (0..self.items.len()).filter(|place| self.double[*place]).filter(agree).count()
    }

    /// Two keyings of one thing: what they agree on is taken, and what somebody found in the folder goes before either.
    fn merge(&self, first: HeldRow, second: HeldRow, entry: &mut PaperFolder, settled: &mut Settled) {
        let mut values = Vec::with_capacity(self.items.len());
        for (place, item) in self.items.iter().enumerate() {
            let (one, other) = (first.values[place], second.values[place]);
            let equal = self.is_equal(&first, &second, place);
            let compared = self.double[place] && (one.filled || other.filled);
            let disagree = compared && !equal;
            entry.fields_compared += u32::from(compared);
            entry.fields_disagreeing += u32::from(disagree);
            let unsettled = self.unsettled(&first, &second, place, equal);
            let said = self.said_of(&first, &second, place);
            if disagree && said.is_none() {
                self.disagree(&first, &second, place, settled);
            }
            let (at, value) = match said {
                Some((event, (at, value))) => {
                    settled.taken.extend((disagree || value.bits != unsettled.1.bits).then_some(event));
                    (at, value)
                }
                None => unsettled,
            };
            self.note(at, item, value, settled);
            values.push(value);
        }
        settled.keyings.push((second.at, second.digest, first.at));
        settled.records.push((first.at, first.digest, values));
    }

    /// While nobody has looked, a usable value goes before none, two NHS numbers give neither, and otherwise the first
    /// keying stands.
    fn unsettled(&self, first: &HeldRow, second: &HeldRow, place: usize, equal: bool) -> (RowRef, Cleaned) {
        let (item, one, other) = (&self.items[place], first.values[place], second.values[place]);
        let second_stands = one.bits == 0 && other.bits != 0 && item.kind() != RecordKind::Paper;
        let neither = !equal && one.bits != 0 && other.bits != 0 && is_nhs_number(item);
        let (at, value) = match (neither, second_stands) {
            (true, _) => (first.at, Cleaned { filled: true, ..Cleaned::MISSING }),
            (_, true) => (second.at, other),
            _ => (first.at, one),
        };
        (at, Cleaned { filled: one.filled || other.filled, ..value })
    }

    /// What somebody found in the folder, and the event that says so.
    fn said_of(&self, first: &HeldRow, second: &HeldRow, place: usize) -> Option<(usize, (RowRef, Cleaned))> {
        let (one, other) = (first.at.min(second.at), first.at.max(second.at));
        // Paper without decisions is the rule, and asks for no copy of the field's name.
        let told = if self.said.readings.is_empty() {
            None
        } else {
            self.said.readings.get(&(one, other, self.items[place].name.clone()))
        }?;
        let found = match &told.what {
            ToldReading::Of(row) if *row == first.at => (first.at, first.values[place]),
            ToldReading::Of(_) => (second.at, second.values[place]),
            ToldReading::Text(_) => (first.at, *self.told.get(&told.event)?),
        };
        Some((told.event, found))
    }

    fn disagree(&self, first: &HeldRow, second: &HeldRow, place: usize, settled: &mut Settled) {
        let field = self.items[place].name.clone();
        settled.exceptions.push(Exception { at: first.at, field: field.clone(), reason: Reason::KeyingsDisagree });
        settled.disagreements.push(PaperDisagreement {
            first: first.at,
            second: second.at,
            field,
            first_reading: self.reading(first, place),
            second_reading: self.reading(second, place),
        });
    }

    /// Equal once cleaned; capitals do not count, and what cannot be used is compared as it was written.
    fn is_equal(&self, one: &HeldRow, other: &HeldRow, place: usize) -> bool {
        let (left, right) = (one.values[place].bits, other.values[place].bits);
        match (left, right) {
            (0, 0) => one.as_found[place].to_lowercase() == other.as_found[place].to_lowercase(),
            (0, _) | (_, 0) => false,
            _ if left == right => true,
            _ => holds_text(&self.items[place]) && self.text(left).to_lowercase() == self.text(right).to_lowercase(),
        }
    }

    fn text(&self, bits: u32) -> &str {
        self.texts.text(Symbol::at(bits))
    }

    /// A value as a person compares it. Personal data.
    fn reading(&self, row: &HeldRow, place: usize) -> String {
        let bits = row.values[place].bits;
        match self.items[place].target {
            _ if bits == 0 => row.as_found[place].clone(),
            Target::Field(field) if field.field_type() == FieldType::Date => {
                PartialDate::unpack(bits).map(PartialDate::reveal).unwrap_or_default()
            }
            Target::Field(field) if field.field_type() == FieldType::Moment => {
                Moment::unpack(bits).map(Moment::reveal).unwrap_or_default()
            }
            _ => self.text(bits).to_owned(),
        }
    }

    /// Whether both rows say who they are about, and nothing of it is even alike.
    fn is_unlike(&self, one: &HeldRow, other: &HeldRow) -> bool {
        // Neighbouring numbers are a slip of the pen only where nothing else says that they are two people's.
        let mut compared = false;
        for (place, item) in self.items.iter().enumerate() {
            let Target::Field(field) = item.target else { continue };
            let (left, right) = (one.values[place].bits, other.values[place].bits);
            if left == 0 || right == 0 || !IDENTIFYING.contains(&field) {
                continue;
            }
            let alike = left == right || self.is_alike(field, left, right);
            if alike && left != right && field == person::NHS_NUMBER {
                continue;
            }
            if alike {
                return false;
            }
            compared = true;
        }
        compared
    }

    fn is_alike(&self, field: Field, left: u32, right: u32) -> bool {
        if field.field_type() == FieldType::Date {
            let (Some(left), Some(right)) = (PartialDate::unpack(left), PartialDate::unpack(right)) else {
                return false;
            };
            let (left, right) = (left.date(), right.date());
            return left.year() == right.year() || (left.month(), left.day()) == (right.month(), right.day());
        }
        let (left, right) = (self.text(left).to_lowercase(), self.text(right).to_lowercase());
        match field {
            person::NHS_NUMBER => strsim::osa_distance(&left, &right) <= 2,
            person::LOCAL_ID | referral::PERSON_LOCAL_ID => strsim::osa_distance(&left, &right) <= 1,
            _ => strsim::jaro_winkler(&left, &right) >= 0.8,
        }
    }
}

/// Fields that tell who a row is about.
const IDENTIFYING: [Field; 7] = [
    person::LOCAL_ID,
    person::NHS_NUMBER,
    person::FAMILY_NAME,
    person::GIVEN_NAME,
    person::FULL_NAME,
    person::DATE_OF_BIRTH,
    referral::PERSON_LOCAL_ID,
];

fn is_nhs_number(item: &Item<'_>) -> bool {
    matches!(item.target, Target::Field(field) if field.field_type() == FieldType::NhsNumber)
}

fn holds_text(item: &Item<'_>) -> bool {
    match item.target {
        Target::Field(field) => field.field_type() == FieldType::Text,
        Target::Extra(..) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::fields::person::{DATE_OF_BIRTH, FAMILY_NAME, NHS_NUMBER};
    use crate::config::fields::referral::{PRIORITY, RECEIVED};
    use crate::ledger::Disposition;
    use crate::records::{Records, sample};

    const FIELDS: [&str; 9] = [
        "paper.box",
        "paper.folder",
        "paper.pass",
        "person.nhs_number",
        "person.family_name",
        "person.date_of_birth",
        "referral.received",
        "referral.priority",
        "person.extra.ward",
    ];

    fn keyed(double: &[&str], rows: &[[&str; 9]]) -> Records {
        let rows: Vec<&[&str]> = rows.iter().map(|row| row.as_slice()).collect();
        sample::records(&sample::paper(&FIELDS, double), &FIELDS, &rows)
    }

    fn reasons(records: &Records) -> Vec<(u32, &str, Reason)> {
        let told = records.exceptions.iter();
        told.map(|exception| (exception.at.row(), exception.field.as_str(), exception.reason)).collect()
    }

    fn people(records: &Records) -> Vec<u32> {
        records.people.places().map(|place| records.people.row(place).row()).collect()
    }

    fn folders(records: &Records) -> Vec<(u32, u32, u32, u32)> {
        let shown =
            |folder: &PaperFolder| (folder.at.row(), folder.keyings, folder.fields_compared, folder.fields_disagreeing);
        records.paper.iter().map(shown).collect()
    }

    #[test]
    fn two_keyings_that_agree_are_one_record() {
        let records = keyed(
            &[],
            &[
                ["B1", "7", "1", "4010232137", "SMITH", "05/05/1960", "01/09/2017", "urgent", "W"],
                ["b1", " 7", "2", "401 023 2137", "Smith", "5/5/1960", "01/09/2017", "Urgent", "w"],
            ],
        );
        assert_eq!(people(&records), [2]);
        assert_eq!(reasons(&records), []);
        assert_eq!(folders(&records), [(2, 2, 6, 0)]);
        assert_eq!((records.keyings[0].at.row(), records.keyings[0].of), (3, 0));
        assert_eq!(records.other_rows.last().map(|(at, kept)| (at.row(), *kept)), Some((3, Disposition::Keying)));
        assert_eq!(records.referrals.len(), 1);
        assert_eq!(records.texts.text(records.people.extra("ward", 0)), "W");
    }

    #[test]
    fn disagreement_is_noted_and_a_usable_value_goes_before_none() {
        let records = keyed(
            &[],
            &[
                ["B1", "7", "2", "4010232137", "SMITH", "05/05/1960", "01/09/2017", "urgent", ""],
                ["B1", "7", "1", "4010232136", "SMYTH", "", "02/09/2017", "urgent", ""],
            ],
        );
        // The first keying stands in the second row.
        assert_eq!(people(&records), [3]);
        assert_eq!(folders(&records), [(3, 2, 5, 4)]);
        let disagree = Reason::KeyingsDisagree;
        let expected = [
            (3, "person.date_of_birth", disagree),
            (3, "person.family_name", disagree),
            (3, "person.nhs_number", disagree),
            (3, "referral.received", disagree),
        ];
        assert_eq!(reasons(&records), expected);
        let (texts, people) = (&records.texts, &records.people);
        assert_eq!(people.reveal(texts, NHS_NUMBER, 0), "4010232137");
        assert_eq!(people.reveal(texts, FAMILY_NAME, 0), "SMYTH");
        assert_eq!(people.reveal(texts, DATE_OF_BIRTH, 0), "1960-05-05");
        assert_eq!(records.referrals.reveal(texts, RECEIVED, 0), "2017-09-02");
        let shown = |found: &PaperDisagreement| (found.first_reading.clone(), found.second_reading.clone());
        let readings: Vec<_> = records.disagreements.iter().map(shown).collect();
        let expected =
            [("", "1960-05-05"), ("SMYTH", "SMITH"), ("4010232136", "4010232137"), ("2017-09-02", "2017-09-01")];
        assert_eq!(readings, expected.map(|(first, second)| (first.to_owned(), second.to_owned())));
    }

    #[test]
    fn two_good_nhs_numbers_give_neither() {
        let records = keyed(
            &[],
            &[
                ["B1", "7", "1", "9990000050", "SMITH", "05/05/1960", "", "", ""],
                ["B1", "7", "2", "4010232137", "SMITH", "05/05/1960", "", "", ""],
            ],
        );
        assert_eq!(records.people.nhs_number(&records.texts, NHS_NUMBER, 0), None);
        assert_eq!(
            reasons(&records),
            [(2, "person.nhs_number", Reason::NhsNumberTest), (2, "person.nhs_number", Reason::KeyingsDisagree)]
        );
    }

    #[test]
    fn fields_keyed_once_are_not_compared_but_fill_gaps() {
        let records = keyed(
            &["nhs_number", "referral.received"],
            &[
                ["B1", "7", "1", "4010232137", "SMITH", "", "01/09/2017", "", ""],
                ["B1", "7", "2", "4010232137", "SMYTH", "05/05/1960", "01/09/2017", "urgent", ""],
            ],
        );
        assert_eq!(reasons(&records), []);
        assert_eq!(folders(&records), [(2, 2, 2, 0)]);
        assert_eq!(records.people.reveal(&records.texts, FAMILY_NAME, 0), "SMITH");
        assert_eq!(records.people.reveal(&records.texts, DATE_OF_BIRTH, 0), "1960-05-05");
        assert_eq!(records.referrals.text(&records.texts, PRIORITY, 0), "urgent");
    }

    #[test]
    fn what_is_keyed_once_stands_alone_and_says_so() {
        let records = keyed(
            &[],
            &[
                ["B1", "7", "1", "", "SMITH", "", "", "", ""],
                ["B1", "8", "2", "", "JONES", "", "", "", ""],
                ["B1", "", "1", "", "BROWN", "", "", "", ""],
                ["", "9", "1", "", "GREEN", "", "", "", ""],
                ["B1", "9", "3", "", "WHITE", "31/02/1960", "", "", ""],
            ],
        );
        assert_eq!(people(&records), [2, 3, 4, 5, 6]);
        let expected = [
            (2, "", Reason::KeyedOnce),
            (3, "", Reason::KeyedOnce),
            (4, "paper.folder", Reason::FolderUnnamed),
            (5, "paper.folder", Reason::FolderUnnamed),
            (6, "paper.pass", Reason::PassUnknown),
            (6, "person.date_of_birth", Reason::DateImpossible),
        ];
        assert_eq!(reasons(&records), expected);
        assert_eq!(folders(&records), [(2, 1, 0, 0), (3, 1, 0, 0), (6, 1, 0, 0)]);
    }

    #[test]
    fn referrals_of_one_folder_find_their_own_second_keying() {
        let records = keyed(
            &[],
            &[
                ["B1", "7", "1", "", "SMITH", "05/05/1960", "01/09/2017", "urgent", ""],
                ["B1", "7", "1", "", "SMITH", "05/05/1960", "08/03/2016", "routine", ""],
                ["B1", "7", "2", "", "SMITH", "05/05/1960", "08/03/2016", "routine", ""],
                ["B1", "7", "2", "", "SMITH", "05/05/1960", "01/09/2017", "urgent", ""],
            ],
        );
        assert_eq!(reasons(&records), []);
        let pairs: Vec<_> = records.keyings.iter().map(|keying| (keying.at.row(), keying.of)).collect();
        assert_eq!(pairs, [(4, 1), (5, 0)]);
        assert_eq!(folders(&records), [(2, 2, 8, 0)]);
    }

    #[test]
    fn two_people_under_one_folder_are_both_kept() {
        let records = keyed(
            &[],
            &[
                ["B1", "7", "1", "", "SMITH", "05/05/1960", "01/09/2017", "", ""],
                ["B1", "7", "2", "", "OKAFOR", "11/12/1983", "01/09/2017", "", ""],
            ],
        );
        assert_eq!(people(&records), [2, 3]);
        assert_eq!(reasons(&records), [(2, "", Reason::KeyingsUnlike), (3, "", Reason::KeyingsUnlike)]);
        assert_eq!(folders(&records), [(2, 1, 0, 0)]);
    }

    #[test]
    fn a_row_keyed_again_word_for_word_in_one_pass_is_set_aside() {
        let row = ["B1", "7", "1", "", "SMITH", "05/05/1960", "01/09/2017", "", ""];
        let second = ["B1", "7", "2", "", "SMITH", "05/05/1960", "01/09/2017", "", ""];
        let records = keyed(&[], &[row, row, second]);
        assert_eq!(people(&records), [2]);
        assert_eq!(reasons(&records), [(3, "", Reason::KeyedTooOften)]);
        // Twice in both passes: two referrals that look the same, each keyed twice.
        let records = keyed(&[], &[row, row, second, second]);
        assert_eq!((people(&records), reasons(&records)), (vec![2, 3], vec![]));
    }

    #[test]
    fn a_folder_that_nobody_keyed_yet_is_outstanding() {
        let records = keyed(&[], &[["B1", "7", "1", "", "", "", "", "", ""], ["B1", "7", "2", "", "", "", "", "", ""]]);
        assert_eq!(people(&records), [0u32; 0]);
        assert_eq!(reasons(&records), [(2, "", Reason::NothingMapped), (3, "", Reason::NothingMapped)]);
        assert_eq!(folders(&records), [(2, 0, 0, 0)]);
    }
}
