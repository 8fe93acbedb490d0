//! The people of the county, household by household.

use super::dice::Dice;
use super::hard::{self, Mirror, Tweak};
use super::names::{Community, Names, Sex};
use super::numbers::Allocator;
use super::places::{Home, PRACTICES};
use super::rates::Structure;
use jiff::civil::Date;

/// The census date of every generated transition.
pub const AS_AT: Date = jiff::civil::date(2017, 9, 30);

/// One real person, as they are: what systems say of them is in `slips`.
#[derive(Clone, Debug)]
pub struct Person {
    pub id: u32,
    pub sex: Sex,
    pub community: Community,
    pub given: String,
    pub other: Option<String>,
    pub family: String,
    pub previous_family: Option<String>,
    pub born: Date,
    pub died: Option<Date>,
    pub number: u64,
    pub old_number: Option<u64>,
    pub home: Home,
    pub old_home: Option<Home>,
    pub landline: String,
    pub mobile: Option<String>,
    pub email: Option<String>,
    pub practice: usize,
    pub title: &'static str,
    pub language: Option<&'static str>,
    pub tags: Vec<&'static str>,
    /// Part of a scripted case: no chance slips, only these, in what the hospital says.
    pub script: Option<Vec<Tweak>>,
}

/// People who live together, and the scripted pairs among them.
#[derive(Debug, Default)]
pub struct Household {
    pub people: Vec<Person>,
    pub mirrors: Vec<Mirror>,
}

/// Makes households one after another.
pub struct Maker<'a> {
    pub names: &'a Names,
    pub shares: &'a Structure,
    pub numbers: Allocator,
    /// Scripted cases made so far.
    pub cases: usize,
}

impl Maker<'_> {
    /// The next household, of at most `room` people.
    pub fn household(&mut self, dice: &mut Dice, room: usize) -> Household {
        let shares = self.shares;
        // A scripted case takes about two people, so half as many cases as people in them.
        let kind = dice.weighted(&[
            shares.mirror_people * 0.55,
            shares.twins * 0.5,
            shares.same_name_child * 0.5,
            shares.household_pair,
            shares.household_family,
            1.0 - shares.household_pair - shares.household_family,
        ]);
        let mut household = match kind {
            0 if room >= 3 => hard::case(self, dice),
            1 => self.twins(dice),
            2 => self.same_name(dice),
            3 => self.couple(dice),
            4 => self.family(dice),
            _ => self.alone(dice),
        };
        household.people.truncate(room);
        household
            .mirrors
            .retain(|mirror| mirror.left < household.people.len() && mirror.right < household.people.len());
        household
    }

    fn alone(&mut self, dice: &mut Dice) -> Household {
        Household { people: vec![self.person(dice)], mirrors: Vec::new() }
    }

    /// Someone of a likely age for sore joints.
    pub fn person(&mut self, dice: &mut Dice) -> Person {
        const AGES: [(f64, i64, i64); 6] =
            [(3.0, 0, 15), (12.0, 16, 34), (25.0, 35, 49), (30.0, 50, 64), (22.0, 65, 79), (8.0, 80, 97)];
        let (_, low, high) = AGES[dice.weighted(&AGES.map(|(weight, ..)| weight))];
        let born = born_within(dice, low, high);
        let community = Community::draw(dice, self.shares);
        let sex = if dice.chance(0.57) { Sex::Female } else { Sex::Male };
        self.person_of(dice, community, sex, born)
    }

    pub fn person_of(&mut self, dice: &mut Dice, community: Community, sex: Sex, born: Date) -> Person {
        let given = self.names.given(dice, community, sex, born.year());
        let other = self.other_name(dice, community, sex, born);
        let family = match (community, sex) {
            (Community::Sikh, _) if dice.chance(0.45) => if sex == Sex::Male { "Singh" } else { "Kaur" }.to_owned(),
            (Community::Polish, Sex::Female) => feminine(self.names.surname(dice, community)),
            _ => self.names.surname(dice, community),
        };
        let mut person = Person {
            id: 0,
            sex,
            community,
            given,
            other: other.filter(|_| dice.chance(0.62)),
            family,
            previous_family: None,
            born,
            died: None,
            number: self.numbers.draw(dice),
            old_number: None,
            home: Home::draw(dice),
            old_home: None,
            landline: format!("01632{:06}", dice.below(1_000_000)),
            mobile: dice.chance(self.shares.has_mobile).then(|| mobile(dice)),
            email: None,
            practice: dice.below(PRACTICES.len()),
            title: title(dice, sex, born),
            language: None,
            tags: Vec::new(),
            script: None,
        };
        self.life(dice, &mut person);
        person
    }

    /// What has happened to them: marriage, moving, a new number, death.
    fn life(&mut self, dice: &mut Dice, person: &mut Person) {
        let adult = person.born.year() < 1997;
        let shares = self.shares;
        if adult && person.sex == Sex::Female && dice.chance(shares.married_name_changed) {
            person.previous_family =
                Some(std::mem::replace(&mut person.family, self.names.surname(dice, person.community)));
            person.tags.push("married-name");
        }
        if dice.chance(shares.moved_recently) {
            person.old_home = Some(Home::draw(dice));
            person.tags.push("moved");
        }
        if dice.chance(shares.superseded_number) {
            person.old_number = Some(self.numbers.draw(dice));
            person.tags.push("superseded-number");
        }
        if adult && dice.chance(shares.has_email) {
            let plain = super::names::without_accents(&person.family).to_lowercase().replace([' ', '\''], "");
            person.email = Some(format!("{plain}{}@example.org", dice.below(10_000)));
        }
        if person.born.year() < 1950 && dice.chance(0.012) {
            person.died = Some(before(dice, AS_AT, 1, 90));
            person.tags.push("died");
        }
        if person.community != Community::British && dice.chance(0.12) {
            person.language = Some(match person.community {
                Community::Polish => "Polish",
                Community::Sikh => "Punjabi",
                Community::SouthAsianMuslim => "Urdu",
                Community::Hindu => "Gujarati",
                Community::Chinese => "Cantonese",
                _ => "Portuguese",
            });
        }
    }

    fn other_name(&mut self, dice: &mut Dice, community: Community, sex: Sex, born: Date) -> Option<String> {
        Some(match (community, sex) {
            (Community::Sikh, Sex::Male) => "Singh".to_owned(),
            (Community::Sikh, Sex::Female) => "Kaur".to_owned(),
            _ => self.names.given(dice, community, sex, born.year()),
        })
    }

    /// Puts someone into the household of another.
    pub fn settle(&mut self, dice: &mut Dice, newcomer: &mut Person, host: &Person) {
        newcomer.home = host.home.clone();
        newcomer.old_home = host.old_home.clone();
        newcomer.landline = host.landline.clone();
        newcomer.practice = host.practice;
        if dice.chance(self.shares.family_phone) {
            newcomer.mobile = host.mobile.clone();
            newcomer.tags.push("family-phone");
        }
    }

    fn couple(&mut self, dice: &mut Dice) -> Household {
        let first = self.person_of_age(dice, 28, 88);
        let sex = match (first.sex, dice.chance(0.96)) {
            (Sex::Male, true) | (Sex::Female, false) => Sex::Female,
            _ => Sex::Male,
        };
        let born = before(dice, first.born, -1_500, 1_500);
        let mut second = self.person_of(dice, first.community, sex, born);
        self.settle(dice, &mut second, &first);
        if dice.chance(0.75) && !matches!(first.community, Community::Sikh | Community::SouthAsianMuslim) {
            second.family = if first.community == Community::Polish {
                feminine(first.family.clone())
            } else {
                first.family.clone()
            };
        }
        Household { people: vec![first, second], mirrors: Vec::new() }
    }

    fn family(&mut self, dice: &mut Dice) -> Household {
        let parent = self.person_of_age(dice, 42, 75);
        let mut people = vec![parent];
        for _ in 0..=dice.below(2) {
            let born = before(dice, people[0].born, -38 * 365, -19 * 365);
            let sex = *dice.pick(&[Sex::Male, Sex::Female]);
            let mut child = self.person_of(dice, people[0].community, sex, born.min(AS_AT));
            self.settle(dice, &mut child, &people[0].clone());
            if people[0].community != Community::SouthAsianMuslim {
                child.family = people[0].family.clone();
            }
            people.push(child);
        }
        Household { people, mirrors: Vec::new() }
    }

    /// Two born on one day in one house, numbered one after the other.
    pub fn twins(&mut self, dice: &mut Dice) -> Household {
        let first = self.person_of_age(dice, 1, 80);
        let same_sex = dice.chance(0.66);
        let sex = if same_sex {
            first.sex
        } else if first.sex == Sex::Male {
            Sex::Female
        } else {
            Sex::Male
        };
        let mut second = self.person_of(dice, first.community, sex, first.born);
        self.settle(dice, &mut second, &first);
        second.number = self.numbers.after(first.number);
        second.family = first.family.clone();
        second.previous_family = None;
        while second.given == first.given {
            second.given = self.names.given(dice, first.community, sex, first.born.year());
        }
        let mut people = vec![first, second];
        for twin in &mut people {
            twin.tags.push(if same_sex { "twin-same-sex" } else { "twin-mixed" });
        }
        Household { people, mirrors: Vec::new() }
    }

    fn same_name(&mut self, dice: &mut Dice) -> Household {
        let parent = self.person_of_age(dice, 42, 85);
        let born = before(dice, parent.born, -38 * 365, -20 * 365);
        let mut child = self.person_of(dice, parent.community, parent.sex, born.min(AS_AT));
        self.settle(dice, &mut child, &parent);
        child.given = parent.given.clone();
        child.family = parent.family.clone();
        child.previous_family = None;
        let mut people = vec![parent, child];
        for person in &mut people {
            person.tags.push("parent-child-same-name");
        }
        Household { people, mirrors: Vec::new() }
    }

    pub fn person_of_age(&mut self, dice: &mut Dice, low: i64, high: i64) -> Person {
        let born = born_within(dice, low, high);
        let community = Community::draw(dice, self.shares);
        let sex = if dice.chance(0.57) { Sex::Female } else { Sex::Male };
        self.person_of(dice, community, sex, born)
    }
}

/// A number that looks like a mobile and is given to nobody.
pub fn mobile(dice: &mut Dice) -> String {
    format!("0711{:07}", dice.below(10_000_000))
}

/// Somebody of an age in years at the census.
pub fn born_within(dice: &mut Dice, low: i64, high: i64) -> Date {
    let days = dice.between(low * 365 + low / 4, high * 365 + high / 4 + 364);
    AS_AT.checked_sub(jiff::Span::new().days(days.max(20))).expect("a date of birth in range")
}

/// A date between `low` and `high` days before `date`; negative is after.
pub fn before(dice: &mut Dice, date: Date, low: i64, high: i64) -> Date {
    let days = dice.between(low, high);
    date.checked_sub(jiff::Span::new().days(days)).expect("a date in range")
}

fn feminine(family: String) -> String {
    match family.strip_suffix("ski") {
        Some(stem) => format!("{stem}ska"),
        None => family,
    }
}

fn title(dice: &mut Dice, sex: Sex, born: Date) -> &'static str {
    match (sex, born.year()) {
        (Sex::Male, 2003..) => "Master",
        (Sex::Male, _) if dice.chance(0.03) => "Dr",
        (Sex::Male, _) => "Mr",
        (Sex::Female, 1997..) => "Miss",
        (Sex::Female, _) => {
            ["Mrs", "Mrs", "Mrs", "Mrs", "Mrs", "Mrs", "Ms", "Ms", "Miss", "Miss", "Miss", "Dr"][dice.below(12)]
        }
    }
}
