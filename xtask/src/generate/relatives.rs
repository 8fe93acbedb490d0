//! Who is easily taken for another: twins, a parent and a child of one name, housemates who share a telephone and a postcode.
//! Beside each case stands one person whose two rows agree and differ where those of the two people do, as far as one
//! person's rows ever do that. A labelled set of people, in the form that `evaluate link` reads.

use super::dice::Dice;
use super::hard::ALIKE;
use super::names::{Names, Sex};
use super::numbers::Allocator;
use super::people::{AS_AT, Maker, Person, mobile};
use super::rates::Rates;
use super::slips::{Care, Clerk, Said, slip_of_the_finger};
use crate::Failure;
use jiff::civil::Date;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(clap::Args)]
pub struct Arguments {
    /// How many cases of each kind, and as many people of one shape with them.
    #[arg(long, default_value_t = 2_000)]
    cases: usize,
    /// Equal seeds and cases give equal bytes.
    #[arg(long, default_value_t = 2017)]
    seed: u64,
    /// The folder to write.
    #[arg(long)]
    out: PathBuf,
}

/// Others, for each case of a kind: a table of nothing but oddities would teach that all people are odd.
const OTHERS: usize = 10;
/// Of the others, so many are in the table twice.
const TWICE: f64 = 0.33;
/// What any row may suffer that is of no case.
const CARE: Care = Care { number_missing: 1.0, typo: 0.01 };
/// The part of twins whose names differ by a letter or two.
const TWINS_ALIKE: f64 = 0.05;
/// The part of all others who bear one of these names: what is told of names is told by how many bear them.
const OTHERS_ALIKE: f64 = 0.03;
/// The part of twins who are of one sex.
const TWINS_OF_ONE_SEX: f64 = 0.66;
/// The part of housemates who have one family name.
const OF_ONE_FAMILY: f64 = 0.25;

const MAPPING: &str = r#"[file]
dates = ["%Y-%m-%d"]

[person]
given_name = "given"
family_name = "family"
date_of_birth = "born"
sex = "sex"
address = { columns = ["street", "town"], join = ", " }
postcode = "postcode"
phone = "landline"
mobile = "mobile"
"#;

const SET: &str = r#"truth = "person"
kind = "kind"
as_at = "2017-09-30"
aim_repeated_joined = 0.95
aim_patients_of_two = 0.0001
"#;

/// Runs the task.
pub fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let rows = write(&arguments.out, arguments.cases, arguments.seed)?;
    writeln!(std::io::stderr(), "{}: {rows} rows", arguments.out.display())?;
    Ok(ExitCode::SUCCESS)
}

/// Writes the set and gives the count of its rows.
pub fn write(dir: &Path, cases: usize, seed: u64) -> Result<usize, Failure> {
    let (mut rates, _) = Rates::load(None)?;
    // Scripted oddities are not made here, and twins are counted by kind.
    (rates.structure.mirror_people, rates.structure.twins, rates.structure.same_name_child) = (0.0, 0.0, 0.0);
    let names = Names::load();
    let people = u32::try_from(cases * (OTHERS + 20))?;
    let maker = Maker { names: &names, shares: &rates.structure, numbers: Allocator::new(people), cases: 0 };
    let clerk = Clerk { names: &names, rates: &rates, dice: Dice::new(seed, 1) };
    let mut table = Table { dice: Dice::new(seed, 2), maker, clerk, rows: Vec::new(), people: 0 };
    for _ in 0..cases {
        table.twins();
        table.parent_and_child();
        table.housemates();
    }
    table.others(cases * OTHERS);
    std::fs::create_dir_all(dir)?;
    std::fs::write(dir.join("mapping.toml"), MAPPING)?;
    std::fs::write(dir.join("set.toml"), SET)?;
    table.write(&dir.join("people.csv"))
}

/// A row: what it says, whose it is, and of which kind of case.
struct Row {
    said: Said,
    person: usize,
    kind: &'static str,
}

struct Table<'a> {
    dice: Dice,
    maker: Maker<'a>,
    clerk: Clerk<'a>,
    rows: Vec<Row>,
    people: usize,
}

impl Table<'_> {
    fn twins(&mut self) {
        let mut first = self.plain(1, 80);
        let mut second = first.clone();
        if self.dice.chance(TWINS_ALIKE) {
            let (sex, one, two) = *self.dice.pick(&ALIKE);
            (first.sex, second.sex) = (sex, sex);
            (first.given, second.given) = (one.to_owned(), two.to_owned());
        } else {
            if !self.dice.chance(TWINS_OF_ONE_SEX) {
                second.sex = if first.sex == Sex::Male { Sex::Female } else { Sex::Male };
            }
            while self.maker.names.are_one(&first.given, &second.given) {
                let (community, year) = (first.community, first.born.year());
                second.given = self.maker.names.given(&mut self.dice, community, second.sex, year);
            }
        }
        self.two_people("twins", &first, &second);
        let person = self.plain(1, 80);
        let mut again = person.clone();
        let short = self.maker.names.short_for(&mut self.dice, &person.given);
        again.given = match short.filter(|short| *short != person.given && self.dice.chance(0.2)) {
            Some(short) => short,
            None => slip(&person.given, &mut self.dice),
        };
        self.one_person("one person like twins", &person, &again);
    }

    fn parent_and_child(&mut self) {
        let parent = self.plain(45, 85);
        let year = parent.born.year() + i16::try_from(self.dice.between(18, 40)).expect("a few years");
        let day = |dice: &mut Dice| (dice.between(1, 12) as i8, dice.between(1, 28) as i8);
        let (month, day) = day(&mut self.dice);
        let child = Person { born: Date::new(year, month, day).expect("a day that is").min(AS_AT), ..parent.clone() };
        self.two_people("parent and child of one name", &parent, &child);
        let person = self.plain(1, 85);
        let again = Person { born: slip_of_a_date(person.born, &mut self.dice), ..person.clone() };
        self.one_person("one person like parent and child", &person, &again);
    }

    fn housemates(&mut self) {
        let first = self.plain(18, 85);
        let mut second = self.plain(18, 85);
        (second.home, second.landline, second.mobile) =
            (first.home.clone(), first.landline.clone(), first.mobile.clone());
        if self.dice.chance(OF_ONE_FAMILY) {
            second.family = first.family.clone();
        }
        self.two_people("housemates", &first, &second);
        let person = self.plain(18, 85);
        let mut again = person.clone();
        let name = if self.dice.chance(0.5) { &mut again.given } else { &mut again.family };
        *name = slip(name, &mut self.dice);
        self.one_person("one person like housemates", &person, &again);
    }

    /// People of whom the table holds one row, or two, with whatever slips there are.
    fn others(&mut self, count: usize) {
        let end = self.people + count;
        while self.people < end {
            let mut household = self.maker.household(&mut self.dice, end - self.people);
            for person in &mut household.people {
                if self.dice.chance(OTHERS_ALIKE) {
                    let (sex, one, two) = *self.dice.pick(&ALIKE);
                    (person.sex, person.given) = (sex, (*self.dice.pick(&[one, two])).to_owned());
                }
            }
            for person in &household.people {
                self.people += 1;
                for _ in 0..1 + usize::from(self.dice.chance(TWICE)) {
                    let said = self.clerk.takes_down(person, &household.people, &CARE);
                    self.rows.push(Row { said, person: self.people, kind: "others" });
                }
            }
        }
    }

    /// Somebody who suffers no slips but those of the case.
    fn plain(&mut self, low: i64, high: i64) -> Person {
        let person = self.maker.person_of_age(&mut self.dice, low, high);
        let mobile = Some(mobile(&mut self.dice));
        Person { mobile, previous_family: None, old_home: None, script: Some(Vec::new()), ..person }
    }

    fn two_people(&mut self, kind: &'static str, first: &Person, second: &Person) {
        for person in [first, second] {
            self.people += 1;
            self.row(kind, person);
        }
    }

    fn one_person(&mut self, kind: &'static str, person: &Person, again: &Person) {
        self.people += 1;
        [person, again].iter().for_each(|as_said| self.row(kind, as_said));
    }

    fn row(&mut self, kind: &'static str, person: &Person) {
        let said = self.clerk.takes_down(person, &[], &CARE);
        self.rows.push(Row { said, person: self.people, kind });
    }

    /// Writes the rows in an order that tells nothing; gives their count.
    fn write(mut self, path: &Path) -> Result<usize, Failure> {
        for place in (1..self.rows.len()).rev() {
            let other = self.dice.below(place + 1);
            self.rows.swap(place, other);
        }
        let mut table = csv::Writer::from_path(path)?;
        let header = ["given", "family", "born", "sex", "street", "town", "postcode", "landline", "mobile"];
        table.write_record(header.iter().chain(&["person", "kind"]))?;
        for Row { said, person, kind } in &self.rows {
            let born = said.born.map(|born| born.to_string()).unwrap_or_default();
            let sex = said.sex.map_or("", Sex::word);
            let (given, family, street) = (said.given.as_str(), said.family.as_str(), said.street.as_str());
            let (postcode, landline, mobile) = (said.postcode.as_str(), said.landline.as_str(), said.mobile.as_str());
            let cells = [given, family, &born, sex, street, said.town, postcode, landline, mobile];
            table.write_record(cells.iter().chain(&[person.to_string().as_str(), kind]))?;
        }
        table.flush()?;
        Ok(self.rows.len())
    }
}

/// A name with one slip: the finger slips until it shows.
fn slip(name: &str, dice: &mut Dice) -> String {
    let slipped = (0..20).map(|_| slip_of_the_finger(name, dice)).find(|slipped| slipped != name);
    slipped.unwrap_or_else(|| format!("{name}e"))
}

/// The same date with day and month exchanged, another digit of the day, the next month, or a year or ten less.
fn slip_of_a_date(born: Date, dice: &mut Dice) -> Date {
    let (year, month, day) = (born.year(), born.month(), born.day());
    let slips = [
        Date::new(year, day, month),
        Date::new(year, month, day % 10 + 10),
        Date::new(year, month % 12 + 1, day),
        Date::new(year - 1, month, day),
        Date::new(year - 10, month, day),
    ];
    let start = dice.below(slips.len());
    let turned = (0..slips.len()).map(|step| &slips[(start + step) % slips.len()]);
    // A day of the tenth to the nineteenth may come out as it was, and the 30th of a month need not be in the next.
    turned.flatten().find(|slipped| **slipped != born).copied().unwrap_or(born)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::{BTreeMap, BTreeSet};

    #[test]
    fn each_case_is_of_two_people_and_beside_it_stands_one() {
        let dir = tempfile::tempdir().expect("a folder");
        let rows = write(dir.path(), 40, 3).expect("it writes");
        let text = std::fs::read(dir.path().join("people.csv")).expect("a table");
        let mut people: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        let mut seen: BTreeMap<String, usize> = BTreeMap::new();
        let mut shown: BTreeMap<(String, String), BTreeSet<String>> = BTreeMap::new();
        for line in csv::Reader::from_reader(text.as_slice()).deserialize::<BTreeMap<String, String>>() {
            let mut line = line.expect("a row");
            let (kind, person) = (line.remove("kind").expect("a kind"), line.remove("person").expect("a person"));
            people.entry(kind.clone()).or_default().insert(person.clone());
            *seen.entry(kind.clone()).or_default() += 1;
            shown.entry((kind, person)).or_default().insert(format!("{line:?}"));
        }
        assert_eq!(seen.values().sum::<usize>(), rows);
        for kind in ["twins", "parent and child of one name", "housemates"] {
            assert_eq!((seen[kind], people[kind].len()), (80, 80), "{kind}");
        }
        for kind in ["one person like twins", "one person like parent and child", "one person like housemates"] {
            assert_eq!((seen[kind], people[kind].len()), (80, 40), "{kind}");
            let differing = shown.iter().filter(|((of, _), rows)| of == kind && rows.len() == 2).count();
            assert_eq!(differing, 40, "{kind}: two rows of one person, never the same");
        }
        assert_eq!(people["others"].len(), 400);
        let again = tempfile::tempdir().expect("a folder");
        write(again.path(), 40, 3).expect("it writes");
        assert!(std::fs::read(again.path().join("people.csv")).expect("a table") == text, "equal seeds, equal bytes");
    }
}
