//! Cases that look alike and are not: each shape of two people has a twin shape of one person.
//!
//! The left record of a pair is what the community trust says, the right what the hospital says. People of a scripted case
//! suffer no chance slips, so that every pair can be told apart by somebody who looks at all the records.

use super::dice::Dice;
use super::names::{Community, Sex};
use super::people::{Household, Maker, Person, before, born_within, mobile};
use super::places::Home;
use jiff::civil::Date;

/// How the hospital's record of a scripted person differs from the truth.
#[derive(Clone, Debug)]
pub enum Tweak {
    Given(String),
    Other(Option<String>),
    Family(String),
    Born(Date),
    Number(Option<u64>),
    /// The number people had before, with a note of the one that replaced it.
    Superseded(u64),
    OldHome,
    NoBirth,
}

/// Two records, by the people they are of, and whether they are of one.
#[derive(Clone, Debug)]
pub struct Mirror {
    pub left: usize,
    pub right: usize,
    pub same: bool,
    pub shape: &'static str,
}

type Case = fn(&mut Maker, &mut Dice) -> Household;

/// Two people first, then one: the shapes stand in pairs.
const CASES: [Case; 20] = [
    twins_alike,
    |maker, dice| one_letter(maker, dice, true),
    twins_alike,
    |maker, dice| one_letter(maker, dice, false),
    parent_and_child,
    birth_year_slip,
    namesakes,
    moved,
    same_birthday,
    married_and_moved,
    brothers,
    first_element_dropped,
    names_crossed,
    names_swapped,
    number_of_spouse,
    superseded,
    two_newborns,
    newborn_named,
    identity_protected,
    placeholder_birth,
];

/// The next case: each in its turn, so that a small county has all of them.
pub fn case(maker: &mut Maker, dice: &mut Dice) -> Household {
    let turn = maker.cases % CASES.len();
    maker.cases += 1;
    CASES[turn](maker, dice)
}

/// Someone without marriage, removal or replaced number, so that the shape is the only oddity.
fn plain(maker: &mut Maker, dice: &mut Dice, community: Community, sex: Sex, born: Date) -> Person {
    let mut person = maker.person_of(dice, community, sex, born);
    if let Some(name) = person.previous_family.take() {
        person.family = name;
    }
    person.old_home = None;
    person.old_number = None;
    person.died = None;
    person.mobile = Some(mobile(dice));
    person.tags.clear();
    person.script = Some(Vec::new());
    person
}

fn anyone(maker: &mut Maker, dice: &mut Dice) -> Person {
    let born = born_within(dice, 20, 80);
    let sex = *dice.pick(&[Sex::Male, Sex::Female]);
    plain(maker, dice, Community::British, sex, born)
}

fn one(mut person: Person, shape: &'static str, tweaks: Vec<Tweak>) -> Household {
    person.tags.push(shape);
    person.script = Some(tweaks);
    Household { people: vec![person], mirrors: vec![Mirror { left: 0, right: 0, same: true, shape }] }
}

fn two(mut first: Person, mut second: Person, shape: &'static str) -> Household {
    first.tags.push(shape);
    second.tags.push(shape);
    let mirrors =
        vec![Mirror { left: 0, right: 1, same: false, shape }, Mirror { left: 1, right: 0, same: false, shape }];
    Household { people: vec![first, second], mirrors }
}

/// Names of two people, or of one whose name was misheard.
pub const ALIKE: [(Sex, &str, &str); 12] = [
    (Sex::Female, "Hannah", "Hanna"),
    (Sex::Female, "Anna", "Hannah"),
    (Sex::Female, "Elise", "Eloise"),
    (Sex::Female, "Marie", "Maria"),
    (Sex::Female, "Carol", "Caroline"),
    (Sex::Female, "Joan", "Joanne"),
    (Sex::Male, "Jon", "Jan"),
    (Sex::Male, "Marc", "Mark"),
    (Sex::Male, "Aidan", "Aiden"),
    (Sex::Male, "Leo", "Leon"),
    (Sex::Male, "Callum", "Calum"),
    (Sex::Male, "Erik", "Derek"),
];

/// Same-sex twins whose names differ by a letter or two. Both are known to both trusts, each with a number.
fn twins_alike(maker: &mut Maker, dice: &mut Dice) -> Household {
    let (sex, left, right) = *dice.pick(&ALIKE);
    let born = born_within(dice, 6, 70);
    let mut first = plain(maker, dice, Community::British, sex, born);
    let mut second = plain(maker, dice, Community::British, sex, born);
    second.home = first.home.clone();
    second.landline = first.landline.clone();
    second.practice = first.practice;
    second.mobile = first.mobile.clone();
    second.family = first.family.clone();
    second.number = maker.numbers.after(first.number);
    (first.given, second.given) = (left.to_owned(), right.to_owned());
    (first.other, second.other) = (None, None);
    two(first, second, "twins-similar-names")
}

/// One person whose name the hospital wrote with another letter, with or without the number.
fn one_letter(maker: &mut Maker, dice: &mut Dice, numbered: bool) -> Household {
    let (sex, left, right) = *dice.pick(&ALIKE);
    let born = born_within(dice, 20, 70);
    let mut person = plain(maker, dice, Community::British, sex, born);
    person.given = left.to_owned();
    let mut tweaks = vec![Tweak::Given(right.to_owned())];
    if !numbered {
        tweaks.push(Tweak::Number(None));
    }
    one(person, "one-person-similar-names", tweaks)
}

/// Parent and child of one name at one address; often one digit apart in the year of birth.
fn parent_and_child(maker: &mut Maker, dice: &mut Dice) -> Household {
    let parent = anyone(maker, dice);
    let decades = *dice.pick(&[20_i16, 30]);
    let parent_born = parent
        .born
        .with()
        .year(parent.born.year().min(1970))
        .day(parent.born.day().min(28))
        .build()
        .expect("a day all years have");
    let born = if dice.chance(0.4) {
        parent_born.with().year(parent_born.year() + decades).build().expect("the same day, decades on")
    } else {
        before(dice, parent_born, -36 * 365, -19 * 365)
    };
    let mut child = plain(maker, dice, Community::British, parent.sex, born);
    child.home = parent.home.clone();
    child.landline = parent.landline.clone();
    child.practice = parent.practice;
    child.given = parent.given.clone();
    child.family = parent.family.clone();
    two(Person { born: parent_born, ..parent }, child, "parent-child-same-name")
}

/// One person whose year of birth the hospital has wrong by one digit, or with day and month the other way round.
fn birth_year_slip(maker: &mut Maker, dice: &mut Dice) -> Household {
    let person = anyone(maker, dice);
    let swapped = jiff::civil::Date::new(person.born.year(), person.born.day(), person.born.month());
    let slipped = match swapped {
        Ok(date) if person.born.day() <= 12 && dice.chance(0.5) => date,
        _ => person
            .born
            .with()
            .year(person.born.year() - 10)
            .day(person.born.day().min(28))
            .build()
            .expect("ten years before"),
    };
    one(person, "one-person-birth-slip", vec![Tweak::Born(slipped)])
}

fn namesakes(maker: &mut Maker, dice: &mut Dice) -> Household {
    let first = anyone(maker, dice);
    let mut second = plain(maker, dice, Community::British, first.sex, first.born);
    second.given = first.given.clone();
    second.family = first.family.clone();
    two(first, second, "namesakes-same-birthday")
}

/// One person at two addresses, the hospital without a number: the mobile tells.
fn moved(maker: &mut Maker, dice: &mut Dice) -> Household {
    let mut person = anyone(maker, dice);
    person.old_home = Some(Home::draw(dice));
    let mut tweaks = vec![Tweak::OldHome];
    if dice.chance(0.5) {
        tweaks.push(Tweak::Number(None));
    }
    one(person, "one-person-moved", tweaks)
}

/// Two women of one given name and birthday, nothing else alike.
fn same_birthday(maker: &mut Maker, dice: &mut Dice) -> Household {
    let born = born_within(dice, 22, 75);
    let first = plain(maker, dice, Community::British, Sex::Female, born);
    let mut second = plain(maker, dice, Community::British, Sex::Female, born);
    second.given = first.given.clone();
    two(first, second, "same-given-name-and-birthday")
}

fn married_and_moved(maker: &mut Maker, dice: &mut Dice) -> Household {
    let born = born_within(dice, 22, 60);
    let mut person = plain(maker, dice, Community::British, Sex::Female, born);
    let maiden = maker.names.surname(dice, Community::British);
    person.previous_family = Some(maiden.clone());
    person.old_home = Some(Home::draw(dice));
    one(person, "one-person-married-and-moved", vec![Tweak::Family(maiden), Tweak::OldHome])
}

/// Brothers in one house whose first names both begin with Mohammed.
fn brothers(maker: &mut Maker, dice: &mut Dice) -> Household {
    let born = born_within(dice, 20, 50);
    let first = plain(maker, dice, Community::SouthAsianMuslim, Sex::Male, born);
    let later = before(dice, born, -4 * 365, -400);
    let mut second = plain(maker, dice, Community::SouthAsianMuslim, Sex::Male, later);
    second.home = first.home.clone();
    second.landline = first.landline.clone();
    second.mobile = first.mobile.clone();
    second.family = first.family.clone();
    let mut pair = [first, second];
    for (person, other) in pair.iter_mut().zip(["Amir", "Amin"]) {
        person.given = "Mohammed".to_owned();
        person.other = Some(other.to_owned());
    }
    let [first, second] = pair;
    two(first, second, "brothers-one-first-element")
}

fn first_element_dropped(maker: &mut Maker, dice: &mut Dice) -> Household {
    let born = born_within(dice, 20, 60);
    let mut person = plain(maker, dice, Community::SouthAsianMuslim, Sex::Male, born);
    person.given = "Mohammed".to_owned();
    person.other = Some("Amir".to_owned());
    one(person, "one-person-first-element-dropped", vec![Tweak::Given("Amir".to_owned()), Tweak::Other(None)])
}

/// Thomas James and James Thomas, one birthday, two houses.
fn names_crossed(maker: &mut Maker, dice: &mut Dice) -> Household {
    let born = born_within(dice, 20, 80);
    let mut first = plain(maker, dice, Community::British, Sex::Male, born);
    let mut second = plain(maker, dice, Community::British, Sex::Male, born);
    (first.given, first.family) = ("Thomas".to_owned(), "James".to_owned());
    (second.given, second.family) = ("James".to_owned(), "Thomas".to_owned());
    two(first, second, "names-crossed")
}

fn names_swapped(maker: &mut Maker, dice: &mut Dice) -> Household {
    let mut person = anyone(maker, dice);
    (person.given, person.family) = ("Scott".to_owned(), "Martin".to_owned());
    person.sex = Sex::Male;
    let mut tweaks = vec![Tweak::Given(person.family.clone()), Tweak::Family(person.given.clone())];
    if dice.chance(0.4) {
        tweaks.push(Tweak::Number(None));
    }
    one(person, "one-person-names-swapped", tweaks)
}

/// The hospital put one spouse's number on the other's record.
fn number_of_spouse(maker: &mut Maker, dice: &mut Dice) -> Household {
    let born = born_within(dice, 30, 80);
    let first = plain(maker, dice, Community::British, Sex::Male, born);
    let close = before(dice, born, -900, 900);
    let mut second = plain(maker, dice, Community::British, Sex::Female, close);
    second.home = first.home.clone();
    second.landline = first.landline.clone();
    second.family = first.family.clone();
    second.script = Some(vec![Tweak::Number(Some(first.number))]);
    let mut household = two(first, second, "number-of-spouse");
    household.mirrors.push(Mirror { left: 1, right: 1, same: true, shape: "own-record-under-spouses-number" });
    household
}

fn superseded(maker: &mut Maker, dice: &mut Dice) -> Household {
    let mut person = anyone(maker, dice);
    let old = maker.numbers.draw(dice);
    person.old_number = Some(old);
    one(person, "one-person-superseded-number", vec![Tweak::Superseded(old)])
}

/// Two newborns of one family name and one day, different mothers, neither named yet.
fn two_newborns(maker: &mut Maker, dice: &mut Dice) -> Household {
    let born = born_within(dice, 0, 0);
    let first = plain(maker, dice, Community::British, Sex::Female, born);
    let mut second = plain(maker, dice, Community::British, Sex::Female, born);
    second.family = first.family.clone();
    let mut household = two(first, second, "newborns-without-names");
    for person in &mut household.people {
        person.script = Some(vec![Tweak::Given("Baby".to_owned()), Tweak::Other(None)]);
    }
    household
}

fn newborn_named(maker: &mut Maker, dice: &mut Dice) -> Household {
    let born = born_within(dice, 0, 0);
    let person = plain(maker, dice, Community::British, Sex::Female, born);
    one(person, "one-person-newborn-named-later", vec![Tweak::Given("Baby".to_owned()), Tweak::Other(None)])
}

/// A record whose number was replaced with no link, on purpose: given name and sex changed together. Joining them by machine
/// would disclose, so the truth keeps them apart.
fn identity_protected(maker: &mut Maker, dice: &mut Dice) -> Household {
    let first = anyone(maker, dice);
    let sex = if first.sex == Sex::Male { Sex::Female } else { Sex::Male };
    let mut second = plain(maker, dice, Community::British, sex, first.born);
    second.family = first.family.clone();
    second.home = first.home.clone();
    second.landline = first.landline.clone();
    second.mobile = first.mobile.clone();
    second.practice = first.practice;
    two(first, second, "given-name-and-sex-changed")
}

fn placeholder_birth(maker: &mut Maker, dice: &mut Dice) -> Household {
    let person = anyone(maker, dice);
    let tweak = match dice.below(3) {
        0 => Tweak::Born(jiff::civil::date(1900, 1, 1)),
        1 => Tweak::NoBirth,
        _ => Tweak::Born(jiff::civil::date(person.born.year(), 1, 1)),
    };
    one(person, "one-person-placeholder-birth", vec![tweak])
}
