//! A flat table of UK-like people: of every ten rows eight are of different people and two more of people already there,
//! with slips, short names, moves, names changed by marriage, twins, households of one postcode, and numbers that are
//! missing.

use crate::Failure;
use crate::generate::dice::Dice;
use crate::generate::names::{Community, Names, Sex};
use crate::generate::numbers::Allocator;
use crate::generate::slips::slip_of_the_finger;
use jiff::ToSpan;
use jiff::civil::{Date, date};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;

/// The columns, in order.
pub(super) const TITLES: [&str; 8] =
    ["rec_id", "first_name", "surname", "dob", "sex", "postcode", "nhs_number", "truth"];

const OTHERS: [Community; 7] = [
    Community::SouthAsianMuslim,
    Community::Sikh,
    Community::Hindu,
    Community::Polish,
    Community::AfricanCaribbean,
    Community::Chinese,
    Community::European,
];

const AREAS: [&str; 60] = [
    "AB", "AL", "B", "BA", "BB", "BD", "BH", "BL", "BN", "BR", "BS", "CA", "CB", "CF", "CH", "CM", "CO", "CR", "CT",
    "CV", "CW", "DA", "DE", "DH", "DL", "DN", "DT", "DY", "EC", "EH", "EN", "EX", "FK", "FY", "GL", "GU", "HA", "HD",
    "HG", "HP", "HR", "HU", "IP", "KT", "LA", "LE", "LS", "ME", "MK", "NE", "NG", "NR", "OX", "PE", "PO", "RG", "SA",
    "SO", "TN", "YO",
];
/// Letters that stand at the end of a postcode.
const ENDS: &[u8; 20] = b"ABDEFGHJLNPQRSTUWXYZ";

/// What surnames of the long tail are made of.
const BEFORE: [&str; 6] = ["", "", "", "Mac", "Mc", "O'"];
const STEMS: [&str; 60] = [
    "Ash", "Black", "Brad", "Brock", "Bur", "Cal", "Car", "Chad", "Clay", "Cold", "Con", "Cran", "Crom", "Dal", "Den",
    "Dray", "East", "Elm", "Fair", "Farn", "Fen", "Gal", "Gar", "Had", "Ham", "Hart", "Has", "Hay", "Hazel", "Heath",
    "Hol", "Horn", "Kel", "Kings", "Lang", "Leigh", "Lin", "Long", "Lud", "Mar", "Mel", "Mil", "Mor", "Nor", "Oak",
    "Pem", "Pres", "Rad", "Rock", "Rush", "Sand", "Sel", "Shel", "Stan", "Stock", "Sut", "Thorn", "Wal", "Wes", "Wol",
];
const AFTER: [&str; 40] = [
    "bourne", "brook", "bury", "by", "church", "combe", "cote", "croft", "dale", "den", "don", "field", "ford", "gate",
    "grave", "ham", "hurst", "land", "ley", "low", "man", "mere", "more", "ridge", "shaw", "son", "stead", "stone",
    "thorpe", "thwaite", "ton", "wall", "way", "well", "wick", "win", "wood", "worth", "yard", "er",
];

/// A person, or what a row says of one.
#[derive(Clone)]
struct Person {
    given: String,
    family: String,
    born: Option<Date>,
    sex: Option<Sex>,
    postcode: String,
    number: Option<u64>,
}

/// Writes so many rows; the same ones for the same seed.
pub(super) fn write(path: &Path, rows: u32, seed: u64) -> Result<(), Failure> {
    let lines = Lines::draw(rows, seed);
    let mut out = BufWriter::new(File::create(path)?);
    writeln!(out, "{}", TITLES.join(","))?;
    for (place, line) in lines.shuffled(&mut Dice::new(seed, 2)).enumerate() {
        writeln!(out, "{place},{line}")?;
    }
    Ok(out.flush()?)
}

/// Rows without their ids, one after the other in one text: there may be ten million.
struct Lines {
    text: String,
    /// Where each ends.
    ends: Vec<usize>,
}

impl Lines {
    fn draw(rows: u32, seed: u64) -> Self {
        let people = (u64::from(rows) * 4).div_ceil(5).max(1) as usize;
        let mut county = County::new(seed);
        let everybody: Vec<Person> = (0..people).map(|_| county.next()).collect();
        let mut lines = Lines { text: String::new(), ends: Vec::with_capacity(rows as usize) };
        let mut dice = Dice::new(seed, 1);
        for (truth, person) in everybody.iter().enumerate() {
            lines.add(&lightly_wrong(person, &mut dice), truth);
        }
        while lines.ends.len() < rows as usize {
            let truth = dice.below(people);
            for _ in 0..=dice.weighted(&[70.0, 20.0, 7.0, 3.0]) {
                if lines.ends.len() < rows as usize {
                    lines.add(&county.taken_down_again(&everybody[truth], &mut dice), truth);
                }
            }
        }
        lines
    }

    fn add(&mut self, said: &Person, truth: usize) {
        let Person { given, family, born, sex, postcode, number } = said;
        let sex = sex.map_or("", |sex| if sex == Sex::Female { "F" } else { "M" });
        let born = born.map(|born| born.to_string()).unwrap_or_default();
        let number = number.map(|number| format!("{number:010}")).unwrap_or_default();
        let (given, family) = (given.to_lowercase(), family.to_lowercase());
        self.text += &format!("{given},{family},{born},{sex},{postcode},{number},{truth}");
        self.ends.push(self.text.len());
    }

    fn shuffled(&self, dice: &mut Dice) -> impl Iterator<Item = &str> {
        let mut order: Vec<usize> = (0..self.ends.len()).collect();
        for place in (1..order.len()).rev() {
            order.swap(place, dice.below(place + 1));
        }
        let start = |place: usize| if place == 0 { 0 } else { self.ends[place - 1] };
        order.into_iter().map(move |place| &self.text[start(place)..self.ends[place]])
    }
}

/// Draws people, one after the other.
struct County {
    dice: Dice,
    names: Names,
    rare: Vec<String>,
    numbers: Allocator,
    before: Option<Person>,
}

impl County {
    fn new(seed: u64) -> Self {
        let mut rare = Vec::new();
        for stem in STEMS {
            rare.extend(
                BEFORE.iter().flat_map(|before| AFTER.iter().map(move |after| format!("{before}{stem}{after}"))),
            );
        }
        let mut dice = Dice::new(seed, 0);
        for place in (1..rare.len()).rev() {
            rare.swap(place, dice.below(place + 1));
        }
        County { dice, names: Names::load(), rare, numbers: Allocator::new(u32::MAX), before: None }
    }

    fn next(&mut self) -> Person {
        let dice = &mut self.dice;
        let sex = if dice.chance(0.5) { Sex::Female } else { Sex::Male };
        let community = if dice.chance(0.85) { Community::British } else { *dice.pick(&OTHERS) };
        let mut born = date(1925, 1, 1) + (days(dice) as i32).days();
        let given = self.names.given(dice, community, sex, born.year());
        let (mut family, mut postcode) = (self.surname(community), self.postcode());
        let dice = &mut self.dice;
        if let Some(before) = &self.before {
            if dice.chance(0.35) {
                postcode.clone_from(&before.postcode);
                if dice.chance(0.8) {
                    family.clone_from(&before.family);
                }
            }
            if dice.chance(0.012) {
                (family, postcode) = (before.family.clone(), before.postcode.clone());
                born = before.born.unwrap_or(born);
            }
        }
        let number = Some(self.numbers.draw(dice));
        let person = Person { given, family, born: Some(born), sex: Some(sex), postcode, number };
        self.before = Some(person.clone());
        person
    }

    fn surname(&mut self, community: Community) -> String {
        match community {
            Community::British if self.dice.chance(0.8) => self.dice.pick_ranked(&self.rare, 100.0).clone(),
            _ => self.names.surname(&mut self.dice, community),
        }
    }

    fn postcode(&mut self) -> String {
        postcode(&mut self.dice)
    }

    /// What somebody who is already there is taken down as once more.
    fn taken_down_again(&mut self, person: &Person, dice: &mut Dice) -> Person {
        let mut said = person.clone();
        match dice.weighted(&[0.18, 0.14, 0.015, 0.01, 0.655]) {
            0 => said.given = self.names.short_for(dice, &person.given).unwrap_or(said.given),
            1 => said.given = slip_of_the_finger(&person.given, dice),
            2 => said.given = person.given.chars().take(1).collect(),
            3 => said.given.clear(),
            _ => {}
        }
        let married = if person.sex == Some(Sex::Female) { [0.06, 0.015] } else { [0.0, 0.0] };
        match dice.weighted(&[married[0], married[1], 0.125, 0.005, 0.87 - married[0] - married[1]]) {
            0 => said.family = dice.pick_ranked(&self.rare, 100.0).clone(),
            1 => said.family = format!("{}-{}", person.family, dice.pick_ranked(&self.rare, 100.0)),
            2 => said.family = slip_of_the_finger(&person.family, dice),
            3 => said.family.clear(),
            _ => {}
        }
        if dice.chance(0.02) {
            std::mem::swap(&mut said.given, &mut said.family);
        }
        match dice.weighted(&[0.10, 0.015, 0.885]) {
            0 => said.born = person.born.map(|born| wrong_date(born, dice)),
            1 => said.born = None,
            _ => {}
        }
        match dice.weighted(&[0.01, 0.02, 0.97]) {
            0 => said.sex = person.sex.map(|sex| if sex == Sex::Male { Sex::Female } else { Sex::Male }),
            1 => said.sex = None,
            _ => {}
        }
        match dice.weighted(&[0.22, 0.05, 0.04, 0.05, 0.64]) {
            0 => said.postcode = postcode(dice),
            1 => said.postcode = slip_of_the_finger(&person.postcode, dice),
            2 => said.postcode.clear(),
            3 => said.postcode = person.postcode.replace(' ', ""),
            _ => {}
        }
        match dice.weighted(&[0.20, 0.025, 0.775]) {
            0 => said.number = None,
            1 => said.number = person.number.map(|number| wrong_number(number, dice)),
            _ => {}
        }
        said
    }
}

/// What a person is first taken down as.
fn lightly_wrong(person: &Person, dice: &mut Dice) -> Person {
    let mut said = person.clone();
    for name in [&mut said.given, &mut said.family] {
        if dice.chance(0.02) {
            *name = slip_of_the_finger(name, dice);
        }
    }
    if dice.chance(0.01) {
        said.born = said.born.map(|born| wrong_date(born, dice));
    }
    if dice.chance(0.20) {
        said.number = None;
    }
    if dice.chance(0.02) {
        said.postcode.clear();
    }
    said
}

/// Days after the first of 1925, most often some sixty years.
fn days(dice: &mut Dice) -> f64 {
    let (all, most) = (36_500.0, 22_000.0);
    let unit = dice.unit();
    if unit < most / all { (unit * all * most).sqrt() } else { all - ((1.0 - unit) * all * (all - most)).sqrt() }
}

fn postcode(dice: &mut Dice) -> String {
    let area = *dice.pick(&AREAS);
    let (district, sector) = (dice.between(1, 58), dice.between(1, 9));
    let [one, two] = [*dice.pick(ENDS), *dice.pick(ENDS)].map(char::from);
    format!("{area}{district} {sector}{one}{two}")
}

fn wrong_date(born: Date, dice: &mut Dice) -> Date {
    let signed = |dice: &mut Dice| *dice.pick(&[-1i16, 1, 10, -10]);
    let (year, month, day) = (born.year(), born.month(), born.day());
    let wrong = match dice.weighted(&[0.40, 0.20, 0.15, 0.10, 0.08, 0.07]) {
        0 if day <= 12 => Date::new(year, day, month),
        0 | 1 => Date::new(year, month, (i16::from(day) + signed(dice)).clamp(1, 28) as i8),
        2 => Date::new(year + signed(dice), month, day),
        3 => Date::new(year, 1, 1),
        4 => Date::new(year, dice.between(1, 12) as i8, day),
        _ => Date::new(year / 100 * 100 + year % 10 * 10 + year / 10 % 10, month, day),
    };
    wrong.unwrap_or(born)
}

/// One digit different, or two exchanged.
fn wrong_number(number: u64, dice: &mut Dice) -> u64 {
    let place = 10_u64.pow(dice.below(8) as u32);
    let (right, left) = (number / place % 10, number / place / 10 % 10);
    if dice.chance(0.4) {
        return number - right * place - left * place * 10 + left * place + right * place * 10;
    }
    number - right * place + (right + 1 + dice.below(9) as u64) % 10 * place
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    #[test]
    fn a_table_is_the_same_for_a_seed_and_a_fifth_of_it_is_of_people_already_there() {
        let folder = tempfile::tempdir().expect("a folder");
        let table = |name: &str, seed: u64| {
            let path = folder.path().join(name);
            write(&path, 5_000, seed).expect("written");
            std::fs::read_to_string(path).expect("read")
        };
        let one = table("one.csv", 42);
        assert_eq!(one, table("same.csv", 42));
        assert_ne!(one, table("other.csv", 43));
        let rows: Vec<Vec<&str>> = one.lines().skip(1).map(|line| line.split(',').collect()).collect();
        assert_eq!(rows.len(), 5_000);
        assert!(rows.iter().all(|row| row.len() == TITLES.len()));
        let mut of_person: BTreeMap<&str, Vec<&Vec<&str>>> = BTreeMap::new();
        rows.iter().for_each(|row| of_person.entry(row[7]).or_default().push(row));
        assert_eq!(of_person.len(), 4_000, "four people to five rows");
        let without_number = rows.iter().filter(|row| row[6].is_empty()).count();
        assert!((800..1_200).contains(&without_number), "{without_number} of 5000");
        let again: Vec<_> = of_person.values().filter(|rows| rows.len() > 1).collect();
        let same_name = again.iter().filter(|rows| rows.iter().all(|row| row[1..3] == rows[0][1..3])).count();
        let share = same_name as f64 / again.len() as f64;
        assert!((0.35..0.75).contains(&share), "{share} of those there twice are called the same in every row");
    }
}
