//! An earlier package, as far as ids live on from it: rows with the ids they were of, and ids that had ended. Millions of
//! rows are kept, so a row is 36 bytes, and names are numbered.

use super::carry::Change;
use crate::values::Digest;
use std::collections::{HashMap, HashSet};

/// An id: a letter, a hyphen and sixteen characters.
pub(super) type Id = [u8; 18];

/// What an id is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Kind {
    Patient,
    Referral,
    Appointment,
}

impl Kind {
    pub(super) const ALL: [Kind; 3] = [Kind::Patient, Kind::Referral, Kind::Appointment];

    /// The word used in tables.
    pub(super) fn word(self) -> &'static str {
        match self {
            Kind::Patient => "patient",
            Kind::Referral => "referral",
            Kind::Appointment => "appointment",
        }
    }

    /// The letter with which its ids begin.
    pub(super) fn prefix(self) -> &'static str {
        match self {
            Kind::Patient => "P",
            Kind::Referral => "R",
            Kind::Appointment => "A",
        }
    }

    /// The id that a text is.
    pub(super) fn id(self, text: &[u8]) -> Option<Id> {
        let id = Id::try_from(text).ok()?;
        let letters = |byte: &u8| byte.is_ascii_digit() || byte.is_ascii_uppercase();
        (id[0] == self.prefix().as_bytes()[0] && id[1] == b'-' && id[2..].iter().all(letters)).then_some(id)
    }
}

/// Nothing of a kind.
const NONE: u32 = u32::MAX;

/// The leading half of a row's digest: 128 bits are more than enough to tell rows apart.
pub(super) type RowDigest = [u8; 16];

pub(super) fn leading(digest: &Digest) -> RowDigest {
    let mut leading = RowDigest::default();
    leading.copy_from_slice(&digest.bytes()[..16]);
    leading
}

/// Where a row stood: the number of its sheet, then its own.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct At {
    pub(super) sheet: u32,
    pub(super) row: u32,
}

/// A row of the earlier package.
#[derive(Clone, Copy)]
pub(super) struct OldRow {
    pub(super) at: At,
    pub(super) digest: RowDigest,
    /// By kind, the place of its id among the ids.
    of: [u32; 3],
}

/// An id that had ended, and where its rows went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Ended {
    pub(super) kind: Kind,
    pub(super) id: Id,
    pub(super) into: Option<Id>,
    pub(super) rows: u32,
}

/// An earlier package whose ids live on. It holds keyed digests and places, and does not print.
pub struct Previous {
    /// Digest of its manifest.
    pub(super) manifest: Digest,
    /// In order of where they stood.
    pub(super) rows: Vec<OldRow>,
    /// Source of each sheet, by the place among `sources`.
    pub(super) source_of: Vec<u32>,
    /// Source ids.
    pub(super) sources: Vec<Vec<u8>>,
    sheets: HashMap<SheetName, u32>,
    /// By kind, ids that were in use, in order.
    ids: [Vec<Id>; 3],
    /// In order.
    pub(super) ended: Vec<Ended>,
    ended_ids: HashSet<Id>,
}

/// Source, file and sheet.
pub(super) type SheetName = [Vec<u8>; 3];

impl Previous {
    /// The ids of a kind that were in use, in order.
    pub(super) fn ids(&self, kind: Kind) -> &[Id] {
        &self.ids[kind as usize]
    }

    /// The place of an id that was in use.
    pub(super) fn find(&self, kind: Kind, id: &Id) -> Option<u32> {
        self.ids(kind).binary_search(id).ok().map(|place| place as u32)
    }

    /// Whether an id is or was somebody's.
    pub(super) fn knows(&self, kind: Kind, id: &Id) -> bool {
        self.ended_ids.contains(id) || self.find(kind, id).is_some()
    }

    /// The number of a sheet.
    pub(super) fn sheet(&self, source: &str, file: &str, sheet: &str) -> Option<u32> {
        self.sheets.get(&[source, file, sheet].map(|part| part.as_bytes().to_vec())).copied()
    }

    /// The names of sheets, by number.
    pub(super) fn sheet_names(&self) -> Vec<SheetName> {
        let mut names = vec![SheetName::default(); self.sheets.len()];
        self.sheets.iter().for_each(|(name, number)| names[*number as usize].clone_from(name));
        names
    }

    /// The row that stood in a place.
    pub(super) fn row_at(&self, at: At) -> Option<u32> {
        self.rows.binary_search_by_key(&at, |row| row.at).ok().map(|place| place as u32)
    }
}

impl OldRow {
    /// What it was of, by the place among the ids of the kind.
    pub(super) fn of(&self, kind: Kind) -> Option<u32> {
        Some(self.of[kind as usize]).filter(|old| *old != NONE)
    }
}

/// An earlier package while it is read: first the rows with their digests, then what else they are of.
#[derive(Default)]
pub(super) struct Draft {
    rows: Vec<OldRow>,
    sheets: HashMap<SheetName, u32>,
    /// The sheet that was named last: most rows are of the same one.
    last: Option<(SheetName, u32)>,
    ids: [HashMap<Id, u32>; 3],
    ended: Vec<Ended>,
    sorted: bool,
}

impl Draft {
    fn sheet(&mut self, name: [&[u8]; 3]) -> u32 {
        if let Some((last, number)) = &self.last
            && last.iter().zip(name).all(|(last, name)| last == name)
        {
            return *number;
        }
        let name = name.map(<[u8]>::to_vec);
        let next = self.sheets.len() as u32;
        let number = *self.sheets.entry(name.clone()).or_insert(next);
        self.last = Some((name, number));
        number
    }

    fn number(&mut self, kind: Kind, id: Id) -> u32 {
        let ids = &mut self.ids[kind as usize];
        let next = ids.len() as u32;
        *ids.entry(id).or_insert(next)
    }

    /// A row that speaks of somebody, and of whom, where that was known.
    pub(super) fn person(&mut self, sheet: [&[u8]; 3], row: u32, digest: RowDigest, patient: Option<Id>) {
        assert!(!self.sorted, "people come before what hangs on them");
        let at = At { sheet: self.sheet(sheet), row };
        let patient = patient.map_or(NONE, |id| self.number(Kind::Patient, id));
        self.rows.push(OldRow { at, digest, of: [patient, NONE, NONE] });
    }

    /// What else a row is of. The second keying of a folder has no digest, and is left to the first.
    pub(super) fn also(&mut self, sheet: [&[u8]; 3], row: u32, kind: Kind, id: Id) {
        self.sort();
        let at = At { sheet: self.sheet(sheet), row };
        let number = self.number(kind, id);
        if let Ok(place) = self.rows.binary_search_by_key(&at, |row| row.at) {
            self.rows[place].of[kind as usize] = number;
        }
    }

    /// An id that had ended.
    pub(super) fn ended(&mut self, ended: Ended) {
        self.ended.push(ended);
    }

    fn sort(&mut self) {
        if !self.sorted {
            self.rows.sort_by_key(|row| row.at);
            self.rows.dedup_by_key(|row| row.at);
            self.rows.shrink_to_fit();
            self.sorted = true;
        }
    }

    /// Everything read.
    pub(super) fn finish(mut self, manifest: Digest) -> Previous {
        self.sort();
        let ids = self.ids.map(|numbers| {
            let mut ids: Vec<(Id, u32)> = numbers.into_iter().collect();
            ids.sort_unstable();
            ids
        });
        for (kind, ids) in ids.iter().enumerate() {
            let mut places = vec![NONE; ids.len()];
            (0..).zip(ids).for_each(|(place, (_, number))| places[*number as usize] = place);
            for of in self.rows.iter_mut().map(|row| &mut row.of[kind]).filter(|of| **of != NONE) {
                *of = places[*of as usize];
            }
        }
        let mut sources: Vec<Vec<u8>> = self.sheets.keys().map(|[source, ..]| source.clone()).collect();
        sources.sort_unstable();
        sources.dedup();
        let mut source_of = vec![0; self.sheets.len()];
        for ([source, ..], number) in &self.sheets {
            let place = sources.binary_search(source).expect("every source is listed");
            source_of[*number as usize] = place as u32;
        }
        self.ended.sort_unstable();
        Previous {
            manifest,
            rows: self.rows,
            source_of,
            sources,
            sheets: self.sheets,
            ids: ids.map(|ids| ids.into_iter().map(|(id, _)| id).collect()),
            ended_ids: self.ended.iter().map(|ended| ended.id).collect(),
            ended: self.ended,
        }
    }
}

/// A line of `id_changes.csv`, as far as it tells of an id that ended.
pub(super) fn ended(kind: Kind, change: Change, id: Id, into: Option<Id>, rows: u32) -> Option<Ended> {
    change.ends().then_some(Ended { kind, id, into, rows })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(kind: Kind, number: u8) -> Id {
        kind.id(format!("{}-00000000000000{number:02}", kind.prefix()).as_bytes()).expect("an id")
    }

    #[test]
    fn an_id_has_the_letter_of_its_kind_and_sixteen_characters() {
        assert!(Kind::Patient.id(b"P-0123456789ABCDEF").is_some());
        for wrong in [&b"R-0123456789ABCDEF"[..], b"P-0123456789ABCDE", b"P-0123456789ABCDEFG", b"P-0123456789abcdef"] {
            assert_eq!(Kind::Patient.id(wrong), None);
        }
    }

    #[test]
    fn rows_are_found_by_where_they_stood_whatever_the_order_in_which_they_came() {
        let mut draft = Draft::default();
        let sheet: [&[u8]; 3] = [b"clinic", b"a.csv", b""];
        draft.person(sheet, 3, [3; 16], Some(id(Kind::Patient, 9)));
        draft.person(sheet, 2, [2; 16], Some(id(Kind::Patient, 1)));
        draft.person([b"clinic", b"b.csv", b""], 2, [4; 16], None);
        draft.also(sheet, 2, Kind::Referral, id(Kind::Referral, 5));
        draft.also(sheet, 7, Kind::Referral, id(Kind::Referral, 6));
        draft.ended(ended(Kind::Patient, Change::Ended, id(Kind::Patient, 4), None, 0).expect("it ended"));
        let previous = draft.finish(Digest::of(b"manifest"));

        let first = previous.sheet("clinic", "a.csv", "").expect("a sheet");
        let row = &previous.rows[previous.row_at(At { sheet: first, row: 2 }).expect("a row") as usize];
        assert_eq!((row.digest, row.of(Kind::Patient), row.of(Kind::Referral)), ([2; 16], Some(0), Some(0)));
        assert_eq!(previous.ids(Kind::Patient), [id(Kind::Patient, 1), id(Kind::Patient, 9)]);
        assert_eq!(previous.ids(Kind::Referral).len(), 2, "an id whose rows are second keyings alone is known too");
        assert_eq!(previous.row_at(At { sheet: first, row: 7 }), None);
        assert_eq!(previous.sheet("clinic", "c.csv", ""), None);
        let known = |number| previous.knows(Kind::Patient, &id(Kind::Patient, number));
        assert!(known(9) && known(4) && !known(5));
        assert_eq!(size_of::<OldRow>(), 36, "millions of them are kept");
    }
}
