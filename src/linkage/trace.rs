//! What the national service answered. An answer outranks what providers say of a number, and joins nobody by itself: it
//! is an answer only to whom its reference was issued for, when date of birth, names and sex bear that out and its number
//! is nobody else's. Any other is nobody's until a person says whose it is.

use super::cluster::Ruling;
use super::features::{Features, Profile};
use super::names;
use super::product::{JoinedBy, PatientIndex, Place};
use super::rulings::Rulings;
use super::units::{Thin, Units};
use crate::config::fields::person;
use crate::ledger::Reason;
use crate::records::{PersonId, Records, Symbol};
use crate::values::{PartialDate, Precision};
use std::collections::{BTreeMap, BTreeSet};

/// An answer with the units it may be about.
pub(super) struct Told {
    answer: Thin,
    /// Whether its reference was issued for a row of these data.
    known: bool,
    /// The units that it agrees with.
    agreeing: Vec<u32>,
    /// The units it was asked about, and is not believed of.
    contradicted: Vec<u32>,
    /// What people said of it.
    said: Said,
}

/// What people said of an answer.
struct Said {
    /// It is of nobody.
    nobodys: bool,
    /// It is of the person of these units.
    of: Vec<u32>,
    /// It is not of the person of these.
    apart: Vec<u32>,
}

/// Holds each answer against the units it was asked about, and has those that agree carry the number it gives.
pub(super) fn settle(
    features: &Features,
    units: &mut Units,
    answers: Vec<Thin>,
    (records, rulings, unit_of): (&Records, &Rulings, &[u32]),
) -> Vec<Told> {
    if answers.is_empty() {
        return Vec::new();
    }
    let holding = Holding { features, units, records, rulings, unit_of };
    let mut told: Vec<Told> = answers.into_iter().map(|answer| holding.tell(answer)).collect();
    let rivalled = holding.rivalled(&told);
    for one in told.iter_mut().zip(rivalled).filter(|(_, rivalled)| *rivalled).map(|(one, _)| one) {
        one.contradicted.append(&mut one.agreeing);
        one.contradicted.sort_unstable();
    }
    carry(features, units, &told);
    told
}

impl Told {
    /// Whose the answer is, once units are patients: nobody's, where it may be of two.
    pub(super) fn place(&self, patient_of_unit: &[PatientIndex]) -> Place {
        if self.said.nobodys {
            return Place::Unplaced { reason: Reason::PlacedNobody, candidates: Vec::new() };
        }
        if let Some(unit) = self.said.of.first() {
            let patient = patient_of_unit[*unit as usize];
            return Place::Patient { patient, probability: 1.0, joined_by: JoinedBy::Decision };
        }
        let free = |units: &[u32]| units.iter().copied().filter(|unit| !self.said.apart.contains(unit)).collect();
        self.place_among(free(&self.agreeing), free(&self.contradicted), patient_of_unit)
    }

    /// The same, had nobody said anything.
    pub(super) fn place_by_machine(&self, patient_of_unit: &[PatientIndex]) -> Place {
        self.place_among(self.agreeing.clone(), self.contradicted.clone(), patient_of_unit)
    }

    /// Its record.
    pub(super) fn record(&self) -> u32 {
        self.answer.record
    }

    fn place_among(&self, agreeing: Vec<u32>, contradicted: Vec<u32>, patient_of_unit: &[PatientIndex]) -> Place {
        let patients = |units: Vec<u32>| {
            let patients: BTreeSet<PatientIndex> =
                units.into_iter().map(|unit| patient_of_unit[unit as usize]).collect();
            patients.into_iter().collect::<Vec<PatientIndex>>()
        };
        let (agreeing, contradicted) = (patients(agreeing), patients(contradicted));
        let (reason, candidates) = match (agreeing.as_slice(), self.known) {
            ([patient], _) => {
                return Place::Patient { patient: *patient, probability: TRACED, joined_by: JoinedBy::LocalId };
            }
            ([], true) => (Reason::TraceDisagrees, contradicted),
            ([], false) if self.answer.local_id.is_some() => (Reason::PersonNotFound, Vec::new()),
            ([], false) => (Reason::PersonTooThin, Vec::new()),
            _ => (Reason::PersonAmbiguous, agreeing),
        };
        Place::Unplaced { reason, candidates }
    }

    /// The units that are to carry its number.
    fn believed_of(&self) -> impl Iterator<Item = u32> + '_ {
        let units = if self.said.of.is_empty() { &self.agreeing } else { &self.said.of };
        units.iter().copied().filter(|unit| !self.said.nobodys && !self.said.apart.contains(unit))
    }

    fn number(&self) -> u64 {
        self.answer.profile.number
    }

    fn asked(&self) -> BTreeSet<u32> {
        self.agreeing.iter().chain(&self.contradicted).copied().collect()
    }
}

/// How sure an answer is that agrees with the person it was asked about.
const TRACED: f64 = 0.9999;

/// Answers held against units.
struct Holding<'a> {
    features: &'a Features,
    units: &'a Units,
    records: &'a Records,
    rulings: &'a Rulings,
    unit_of: &'a [u32],
}

impl Holding<'_> {
    fn tell(&self, answer: Thin) -> Told {
        let traced = &self.records.traced;
        let found = traced.binary_search_by_key(&answer.record, |traced| traced.answer);
        let about: &[PersonId] = found.map_or(&[], |place| &traced[place].about);
        let asked: BTreeSet<u32> = about.iter().filter_map(|record| self.unit(*record)).collect();
        let (agreeing, contradicted) = asked.into_iter().partition(|unit| self.agrees(*unit, &answer));
        let said = self.said(answer.record);
        Told { answer, known: !about.is_empty(), agreeing, contradicted, said }
    }

    fn unit(&self, record: PersonId) -> Option<u32> {
        Some(self.unit_of[record as usize]).filter(|unit| *unit != u32::MAX)
    }

    fn said(&self, answer: PersonId) -> Said {
        let units = |records: &mut dyn Iterator<Item = PersonId>| -> Vec<u32> {
            records.filter_map(|record| self.unit(record)).collect::<BTreeSet<u32>>().into_iter().collect()
        };
        let together = self.rulings.together().iter().filter(|group| group.binary_search(&answer).is_ok());
        Said {
            nobodys: self.rulings.is_nobodys(answer),
            of: units(&mut together.flatten().copied()),
            apart: units(&mut self.rulings.apart_from(answer)),
        }
    }

    /// Whether an answer is about a unit. One without a number names nobody: it belongs to whom it was asked about if it
    /// says nothing of them, and never says that somebody died.
    fn agrees(&self, unit: u32, answer: &Thin) -> bool {
        if answer.profile.number == 0 {
            let dies = self.records.people.bits(person::DATE_OF_DEATH, answer.record) != 0;
            if dies || answer.profile == Profile::default() {
                return !dies;
            }
        }
        let asked = Profile { born: self.born(unit), ..self.units.profiles[unit as usize] };
        is_of(self.features, &asked, &answer.profile, family_agrees)
    }

    /// A unit's date of birth: a whole one, where any of its records has one.
    fn born(&self, unit: u32) -> u32 {
        let born = |bits: u32| PartialDate::unpack(bits).is_some_and(|date| date.precision() == Precision::Day);
        let known = self.units.profiles[unit as usize].born;
        let of_members = self.units.members(unit).iter().map(|record| {
            let bits = self.records.people.bits(person::DATE_OF_BIRTH, *record);
            if born(bits) { bits } else { 0 }
        });
        if born(known) { known } else { of_members.max().filter(|bits| *bits != 0).unwrap_or(known) }
    }

    /// Which answers have a rival: somebody else holds the number as verified, the service gave it for somebody else too,
    /// or it gave another number for the same person. What a person said of an answer is not called into question.
    fn rivalled(&self, told: &[Told]) -> Vec<bool> {
        let standing = |number: u64| self.features.superseded.standing_for(number);
        let mut holders: BTreeMap<u64, Vec<u32>> =
            told.iter().filter(|one| one.number() != 0).map(|one| (standing(one.number()), Vec::new())).collect();
        for (unit, profile) in (0u32..).zip(&self.units.profiles).filter(|(_, profile)| profile.verified) {
            if let Some(holders) = holders.get_mut(&standing(profile.number)) {
                holders.push(unit);
            }
        }
        let mut by_number: BTreeMap<u64, Vec<&Told>> = BTreeMap::new();
        let mut numbers_of: BTreeMap<u32, BTreeSet<u64>> = BTreeMap::new();
        for one in told.iter().filter(|one| one.known && one.number() != 0 && !one.said.nobodys) {
            by_number.entry(standing(one.number())).or_default().push(one);
            one.believed_of().for_each(|unit| {
                numbers_of.entry(unit).or_default().insert(standing(one.number()));
            });
        }
        let one_person = self.one_person();
        let is_rivalled = |one: &Told| {
            let number = standing(one.number());
            let own = |unit: &u32| {
                let person = |unit: &u32| one_person.get(unit).copied().unwrap_or(*unit);
                one.agreeing.iter().any(|asked| person(asked) == person(unit))
            };
            let differs = |other: &Profile| !is_of(self.features, other, &one.answer.profile, family_close);
            let held =
                || holders[&number].iter().any(|unit| !own(unit) && differs(&self.units.profiles[*unit as usize]));
            let given_twice = || {
                let others = by_number.get(&number).into_iter().flatten();
                others.filter(|other| other.asked() != one.asked()).any(|other| differs(&other.answer.profile))
            };
            let several = || one.agreeing.iter().any(|unit| numbers_of.get(unit).is_some_and(|all| all.len() > 1));
            one.number() != 0 && one.said.of.is_empty() && (held() || given_twice() || several())
        };
        told.iter().map(is_rivalled).collect()
    }

    /// The first unit of those that people said to be one, by each of the others.
    fn one_person(&self) -> BTreeMap<u32, u32> {
        let rulings = self.rulings.of_units(self.unit_of).into_iter();
        rulings.filter(|ruling| ruling.2 == Ruling::Same).map(|(first, other, _)| (other, first)).collect()
    }
}

/// Whether an answer is about somebody: the whole date of birth is the same, and names and sex agree. Where less than a
/// whole date is known of them, what is known does not contradict the answer's, and the names are the same.
fn is_of(
    features: &Features,
    somebody: &Profile,
    answer: &Profile,
    family: fn(&Features, &Profile, &Profile) -> bool,
) -> bool {
    let named = [somebody, answer].iter().all(|profile| profile.given.is_some() && profile.family.is_some());
    let sexes = somebody.sex == 0 || answer.sex == 0 || somebody.sex == answer.sex;
    let Some(theirs) = answer.birth().filter(|_| named && sexes) else { return false };
    match somebody.birth() {
        Some(ours) if ours.3 == Precision::Day => {
            somebody.born == answer.born
                && given_agrees(features, somebody, answer)
                && family(features, somebody, answer)
        }
        partial => {
            let contradicts = partial.is_some_and(|ours| {
                let months = ours.3 != Precision::Year && theirs.3 != Precision::Year;
                ours.0 != theirs.0 || (months && ours.1 != theirs.1)
            });
            !contradicts && somebody.given == answer.given && somebody.family == answer.family
        }
    }
}

/// Given names that are equal as far as both go, short forms of one another, or initial and name.
fn given_agrees(features: &Features, one: &Profile, two: &Profile) -> bool {
    let (left, right) = (features.word(one.given), features.word(two.given));
    let starts = |whole: &str, part: &str| whole.strip_prefix(part).is_some_and(|rest| rest.starts_with(' '));
    let initial = (left.len() == 1 || right.len() == 1) && left.as_bytes()[0] == right.as_bytes()[0];
    one.given == two.given
        || initial
        || starts(left, right)
        || starts(right, left)
        || names::same_letters(left, right)
        || features.likeness.nicknames.related(left, right)
}

/// Family names that are equal, one a former one, or one a part of the other.
fn family_agrees(features: &Features, one: &Profile, two: &Profile) -> bool {
    let holds = |whole: &str, part: &str| part.split(' ').all(|word| whole.split(' ').any(|other| other == word));
    let alike = |left: Symbol, right: Symbol| {
        let (left_word, right_word) = (features.word(left), features.word(right));
        left.is_some()
            && right.is_some()
            && (left == right
                || names::same_letters(left_word, right_word)
                || holds(left_word, right_word)
                || holds(right_word, left_word))
    };
    alike(one.family, two.family) || alike(one.previous, two.family) || alike(one.family, two.previous)
}

/// The same, or a slip of the pen apart: of somebody who carries the number already.
fn family_close(features: &Features, one: &Profile, two: &Profile) -> bool {
    family_agrees(features, one, two) || names::close(features.word(one.family), features.word(two.family))
}

/// The number of an answer becomes that of the units it was asked about, and the number they carried is read as it wherever
/// else it stands with agreeing details: it was superseded, or somebody else's. Units of which two answers differ keep theirs.
fn carry(features: &Features, units: &mut Units, told: &[Told]) {
    let mut numbers: BTreeMap<u32, Option<u64>> = BTreeMap::new();
    for one in told.iter().filter(|one| one.number() != 0) {
        for unit in one.believed_of() {
            let number = one.number();
            let known = numbers.entry(unit).or_insert(Some(number));
            if *known != Some(number) {
                *known = None;
            }
        }
    }
    let mut superseded: BTreeMap<u64, Vec<(u64, Profile)>> = BTreeMap::new();
    for (unit, number) in &numbers {
        let profile = units.profiles[*unit as usize];
        if let Some(number) = number.filter(|number| profile.number != 0 && profile.number != *number) {
            superseded.entry(profile.number).or_default().push((number, profile));
        }
    }
    for profile in &mut units.profiles {
        for (number, asked) in superseded.get(&profile.number).into_iter().flatten() {
            if is_of(features, profile, asked, family_close) {
                (profile.number, profile.verified) = (*number, true);
                break;
            }
        }
    }
    for (unit, number) in numbers {
        if let Some(number) = number {
            let profile = &mut units.profiles[unit as usize];
            (profile.number, profile.verified) = (number, true);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{Row, config, nobodys, number, records, said};
    use super::*;
    use crate::config::Standing;
    use crate::decisions::{Answer, Decisions};
    use crate::records::Traced;

    const MAUDE: Row<'static> = ["1", "", "Quillfeather-Pym", "Margaret", "1961-02-03", "female", "", ""];
    const OTTO: Row<'static> = ["2", "", "Bramblewick", "Otto", "1972-07-21", "male", "", ""];

    /// A row, and the places of the rows that its reference was issued for.
    type Told<'a> = (Row<'a>, &'a [PersonId]);

    /// Where answers come, each row a patient, and the numbers that rows come to carry.
    fn told(rows: &[Row<'_>], answers: &[Told<'_>], decisions: &Decisions) -> (Vec<Place>, Vec<String>) {
        let config = config(&[Standing::Record, Standing::Trace]);
        let answered: Vec<Row<'_>> = answers.iter().map(|answer| answer.0).collect();
        let mut records = records(&config, &[rows, &answered]);
        let traced = (rows.len() as PersonId..).zip(answers);
        records.traced = traced.map(|(answer, (_, about))| Traced { answer, about: about.to_vec() }).collect();
        let rulings = Rulings::find(&config, &records, decisions);
        let (features, profiles) = Features::of(&config, &records);
        let standing = |record: PersonId| config.sources[usize::from(records.source[record as usize])].standing;
        let mut units = Units::of(&features, &profiles, standing, &rulings, &BTreeSet::new());
        let mut unit_of = vec![u32::MAX; records.people.len()];
        (0..units.len() as u32).for_each(|unit| unit_of[units.members(unit)[0] as usize] = unit);
        let answers = std::mem::take(&mut units.answers);
        let told = settle(&features, &mut units, answers, (&records, &rulings, &unit_of));
        let patients: Vec<PatientIndex> = (0..units.len() as u32).map(|unit| units.members(unit)[0]).collect();
        let carried = |row: usize| match units.profiles[unit_of[row] as usize].number {
            0 => String::new(),
            number => number.to_string(),
        };
        (told.iter().map(|one| one.place(&patients)).collect(), (0..rows.len()).map(carried).collect())
    }

    fn reason(place: &Place) -> Option<Reason> {
        match place {
            Place::Unplaced { reason, .. } => Some(*reason),
            Place::Patient { .. } => None,
        }
    }

    /// What the service says of somebody: family name, given name, date of birth, sex.
    #[track_caller]
    fn check(asked: Row<'_>, says: [&str; 4], believed: bool) {
        let n = number(1);
        let [family, given, born, sex] = says;
        let answer = (["T-1", &n, family, given, born, sex, "", ""], &[0][..]);
        let (places, carried) = self::told(&[asked], &[answer], &Decisions::default());
        assert_eq!(reason(&places[0]), (!believed).then_some(Reason::TraceDisagrees), "{says:?}");
        assert_eq!(carried[0] == n, believed, "{says:?}");
    }

    #[test]
    fn an_answer_agrees_throughout_or_is_not_believed() {
        let of_maude = |says, believed| check(MAUDE, says, believed);
        let born = "1961-02-03";
        of_maude(["QUILLFEATHER-PYM", "MARGARET", born, "female"], true);
        of_maude(["QUILLFEATHER", "MAGGIE", born, ""], true);
        of_maude(["QUILLFEATHER-PYM", "M", born, "female"], true);
        of_maude(["QUILLFEATHER-PYM", "MARGARET ROSE", born, "female"], true);
        of_maude(["QUILLFEATHER-PYM", "MARGARET", "1961-02-04", "female"], false);
        of_maude(["QUILLFEATHER-PYM", "MARGARET", "1961-03-02", "female"], false);
        of_maude(["QUILLFEATHER-PYM", "MARGARET", "1962-02-03", "female"], false);
        of_maude(["QUILLFEATHER-PYM", "MARGARET", "", "female"], false);
        of_maude(["ZZYZX", "MARGARET", born, "female"], false);
        of_maude(["QUILLFEATHER-PYM", "MARGUERITA", born, "female"], false);
        of_maude(["QUILLFEATHER-PYM", "", born, "female"], false);
        of_maude(["", "", born, "female"], false);
        of_maude(["QUILLFEATHER-PYM", "MARGARET", born, "male"], false);
    }

    #[test]
    fn of_somebody_without_a_whole_date_of_birth_the_names_are_the_same() {
        let asked = ["1", "", "Quillfeather", "Margaret", "", "female", "TH1 2AB", ""];
        check(asked, ["QUILLFEATHER", "MARGARET", "1961-02-03", "female"], true);
        check(asked, ["QUILLFEATHER", "MAGGIE", "1961-02-03", "female"], false);
        check(asked, ["QUILLFEATHER-PYM", "MARGARET", "1961-02-03", "female"], false);
        check(asked, ["QUILLFEATHER", "MARGARET", "", "female"], false);
    }

    #[test]
    fn an_answer_that_nobody_asked_for_is_nobodys() {
        let n = number(1);
        let held = ["2", &n, "Bramblewick", "Otto", "1972-07-21", "male", "", ""];
        for (reference, expected) in [("T-UNKNOWN", Reason::PersonNotFound), ("", Reason::PersonTooThin)] {
            let mut answer = OTTO;
            let other = number(2);
            (answer[0], answer[1]) = (reference, &other);
            let (places, carried) = told(&[MAUDE, held], &[(answer, &[])], &Decisions::default());
            assert_eq!(reason(&places[0]), Some(expected));
            assert_eq!(carried[1], n, "its number is not taken");
        }
    }

    #[test]
    fn a_number_of_two_people_is_nobodys() {
        let n = number(1);
        let of = |row: Row<'static>, number: &'static str| [row[0], number, row[2], row[3], row[4], row[5], "", ""];
        let n: &'static str = n.leak();
        let all = |rows: &[Row<'_>], answers: &[Told<'_>]| {
            let (places, _) = told(rows, answers, &Decisions::default());
            places.iter().map(|place| reason(place).is_none()).collect::<Vec<bool>>()
        };
        // Somebody else holds it; or the same person does, in another system.
        assert_eq!(all(&[MAUDE, of(OTTO, n)], &[(of(MAUDE, n), &[0])]), [false]);
        let mut again = of(MAUDE, n);
        (again[0], again[2]) = ("7", "Quilfeather-Pym");
        assert_eq!(all(&[MAUDE, again], &[(of(MAUDE, n), &[0])]), [true]);
        // Two people were given it.
        assert_eq!(all(&[MAUDE, OTTO], &[(of(MAUDE, n), &[0]), (of(OTTO, n), &[1])]), [false, false]);
        // One person was given two.
        let other: &'static str = number(2).leak();
        assert_eq!(all(&[MAUDE], &[(of(MAUDE, n), &[0]), (of(MAUDE, other), &[0])]), [false, false]);
        assert_eq!(all(&[MAUDE], &[(of(MAUDE, n), &[0]), (of(MAUDE, n), &[0])]), [true, true]);
    }

    #[test]
    fn a_person_says_whose_an_answer_is() {
        let n = number(1);
        let answer = ["T-1", &n, "Zzyzx", "Maud", "1980-01-05", "", "", ""];
        let (places, carried) = told(&[MAUDE, OTTO], &[(answer, &[1])], &said(&[((1, 1), (0, 1), Answer::Same)]));
        assert!(matches!(places[0], Place::Patient { patient: 0, joined_by: JoinedBy::Decision, .. }));
        assert_eq!(carried, [n.clone(), String::new()]);
        let agreeing = ["T-1", &n, OTTO[2], OTTO[3], OTTO[4], "", "", ""];
        for decisions in [nobodys(&[1]), said(&[((1, 1), (0, 2), Answer::Different)])] {
            let (places, carried) = told(&[MAUDE, OTTO], &[(agreeing, &[1])], &decisions);
            assert!(reason(&places[0]).is_some());
            assert_eq!(carried, ["", ""]);
        }
    }

    #[test]
    fn an_answer_without_a_number_goes_to_whom_it_was_asked_about_unless_it_speaks_of_another() {
        let silent = ["T-1", "", "", "", "", "", "", ""];
        let other = ["T-1", "", "Zzyzx", "Maud", "1980-01-05", "", "", ""];
        let places = told(&[MAUDE], &[(silent, &[0]), (other, &[0])], &Decisions::default()).0;
        assert_eq!([reason(&places[0]), reason(&places[1])], [None, Some(Reason::TraceDisagrees)]);
    }
}
