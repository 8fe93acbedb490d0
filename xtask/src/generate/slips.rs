//! What a system says of a person: the truth, less whatever was missed, mistyped or out of date.

use super::dice::Dice;
use super::hard::Tweak;
use super::names::{Names, Sex, without_accents};
use super::people::{AS_AT, Person};
use super::rates::Rates;
use jiff::ToSpan;
use jiff::civil::{Date, date};

/// A person as one system has them.
#[derive(Clone, Debug)]
pub struct Said {
    pub number: Option<u64>,
    /// The number that replaced `number`, where the system was told.
    pub superseded_by: Option<u64>,
    pub given: String,
    pub other: String,
    pub family: String,
    pub previous_family: String,
    pub title: &'static str,
    pub born: Option<Date>,
    pub died: Option<Date>,
    pub sex: Option<Sex>,
    pub street: String,
    pub town: &'static str,
    pub postcode: String,
    pub landline: String,
    pub mobile: String,
    pub email: String,
}

/// How carefully a source takes people down.
pub struct Care {
    pub number_missing: f64,
    pub typo: f64,
}

/// Draws what sources say. Its chance is apart from the county's, so that other rates leave the people the same.
pub struct Clerk<'a> {
    pub names: &'a Names,
    pub rates: &'a Rates,
    pub dice: Dice,
}

impl Clerk<'_> {
    /// What a system holds of `person`, who lives with `household`.
    pub fn takes_down(&mut self, person: &Person, household: &[Person], care: &Care) -> Said {
        let mut said = as_is(person);
        if person.script.is_some() {
            return said;
        }
        self.misname(person, &mut said);
        self.misdate(&mut said);
        self.misplace(person, &mut said);
        self.misnumber(person, household, &mut said, care.number_missing);
        self.mistype(&mut said, care.typo);
        said
    }

    /// What the hospital holds of someone in a scripted case.
    pub fn tweaked(&mut self, person: &Person, mut said: Said) -> Said {
        for tweak in person.script.iter().flatten() {
            match tweak.clone() {
                Tweak::Given(given) => said.given = given,
                Tweak::Other(other) => said.other = other.unwrap_or_default(),
                Tweak::Family(family) => said.family = family,
                Tweak::Born(born) => said.born = Some(born),
                Tweak::NoBirth => said.born = None,
                Tweak::Number(number) => said.number = number,
                Tweak::Superseded(old) => (said.number, said.superseded_by) = (Some(old), Some(person.number)),
                Tweak::OldHome => {
                    let home = person.old_home.as_ref().expect("a scripted mover has an old home");
                    (said.street, said.town, said.postcode) = (home.street.clone(), home.town, home.postcode.clone());
                    said.landline.clear();
                }
            }
        }
        said
    }

    fn hit(&mut self, rate: impl Fn(&Rates) -> f64) -> bool {
        let rate = rate(self.rates);
        self.dice.chance(rate)
    }

    fn misname(&mut self, person: &Person, said: &mut Said) {
        let infant = AS_AT.year() - person.born.year() < 2;
        if infant && self.hit(|rates| rates.error.newborn_without_name) {
            (said.given, said.other) = ("Baby".to_owned(), String::new());
        } else if self.hit(|rates| rates.error.given_nickname) {
            if let Some(short) = self.names.short_for(&mut self.dice, &person.given) {
                said.given = short;
            }
        } else if !said.other.is_empty()
            && !matches!(said.other.as_str(), "Singh" | "Kaur")
            && self.hit(|rates| rates.error.given_second_in_use)
        {
            (said.given, said.other) = (std::mem::take(&mut said.other), String::new());
        } else if self.hit(|rates| rates.error.given_initial_only) {
            said.given = person.given.chars().take(1).collect();
        }
        if let Some(previous) = &person.previous_family
            && self.hit(|rates| rates.error.old_family_name)
        {
            said.family = previous.clone();
            said.previous_family.clear();
        }
        self.respell(said);
        if self.hit(|rates| rates.error.names_swapped) {
            std::mem::swap(&mut said.given, &mut said.family);
        }
        if self.hit(|rates| rates.error.title_in_name) {
            said.given = format!("{} {}", person.title, said.given);
        }
    }

    /// Hyphens, particles and accents.
    fn respell(&mut self, said: &mut Said) {
        if let Some((left, right)) = said.family.clone().split_once('-').filter(|(left, _)| left.len() > 2)
            && self.hit(|rates| rates.error.hyphen_variant)
        {
            said.family = match self.dice.below(4) {
                0 => format!("{left} {right}"),
                1 => format!("{right}-{left}"),
                2 => left.to_owned(),
                _ => right.to_owned(),
            };
        }
        if said.family.contains(['\'', ' ']) && self.hit(|rates| rates.error.particle_variant) {
            said.family = said.family.replace('\'', if self.dice.chance(0.5) { " " } else { "" });
        } else if said.family.starts_with("Mac") && self.hit(|rates| rates.error.particle_variant) {
            said.family = said.family.replacen("Mac", "Mc", 1);
        }
        if self.hit(|rates| rates.error.accent_lost) {
            said.given = without_accents(&said.given);
            said.other = without_accents(&said.other);
            said.family = without_accents(&said.family);
        }
    }

    fn misdate(&mut self, said: &mut Said) {
        let Some(born) = said.born else { return };
        if self.hit(|rates| rates.error.birth_missing) {
            said.born = None;
        } else if self.hit(|rates| rates.error.birth_1900) {
            said.born = Some(date(1900, 1, 1));
        } else if self.hit(|rates| rates.error.birth_first_january) {
            said.born = Some(date(born.year(), 1, 1));
        } else if self.hit(|rates| rates.error.birth_day_month_swapped) {
            said.born = Date::new(born.year(), born.day(), born.month()).ok().or(said.born);
        } else if self.hit(|rates| rates.error.birth_digit) {
            said.born = Some(self.other_digit(born));
        }
    }

    /// One digit of the day or the year different.
    fn other_digit(&mut self, born: Date) -> Date {
        let slipped = match self.dice.below(4) {
            0 => Date::new(born.year() - 10, born.month(), born.day()),
            1 => Date::new(born.year() - 1, born.month(), born.day()),
            2 => Date::new(born.year(), born.month(), born.day() % 10 + 10),
            _ => Ok(born - 1.day()),
        };
        // No form takes a year before 1900.
        slipped.ok().filter(|slipped| slipped.year() >= 1900).unwrap_or(born)
    }

    fn misplace(&mut self, person: &Person, said: &mut Said) {
        if let Some(home) = &person.old_home
            && self.hit(|rates| rates.error.postcode_old)
        {
            (said.street, said.town, said.postcode) = (home.street.clone(), home.town, home.postcode.clone());
        }
        if self.hit(|rates| rates.error.postcode_missing) {
            said.postcode.clear();
        } else if self.hit(|rates| rates.error.postcode_pseudo) {
            said.postcode = (*self.dice.pick(&["ZZ99 3VZ", "ZZ99 3WZ", "ZZ99 3CZ"])).to_owned();
        }
        if self.hit(|rates| rates.error.address_missing) {
            said.street.clear();
            said.town = "";
        }
        if self.hit(|rates| rates.error.sex_missing) {
            said.sex = None;
        } else if self.hit(|rates| rates.error.sex_wrong) {
            said.sex = Some(if person.sex == Sex::Male { Sex::Female } else { Sex::Male });
        }
        for contact in [&mut said.landline, &mut said.mobile, &mut said.email] {
            if self.dice.chance(self.rates.error.phone_missing) {
                contact.clear();
            }
        }
    }

    fn misnumber(&mut self, person: &Person, household: &[Person], said: &mut Said, missing: f64) {
        if let Some(old) = person.old_number
            && self.dice.chance(0.4)
        {
            said.number = Some(old);
            said.superseded_by = Some(person.number).filter(|_| self.dice.chance(0.7));
        }
        let Some(number) = said.number else { return };
        if self.dice.chance(missing) {
            said.number = None;
            said.superseded_by = None;
        } else if self.hit(|rates| rates.error.number_one_digit) {
            said.number = Some(one_digit(number, &mut self.dice));
        } else if self.hit(|rates| rates.error.number_transposed) {
            said.number = Some(transposed(number, &mut self.dice));
        } else if self.hit(|rates| rates.error.number_of_another_person) {
            // At the desk, the number of the person standing beside them.
            if let Some(other) = household.iter().find(|other| other.id != person.id) {
                said.number = Some(other.number);
            }
        }
    }

    fn mistype(&mut self, said: &mut Said, typo: f64) {
        let Self { dice, .. } = self;
        for field in [&mut said.given, &mut said.family, &mut said.street, &mut said.mobile, &mut said.landline] {
            if dice.chance(typo) {
                *field = slip_of_the_finger(field, dice);
            }
        }
        if dice.chance(typo) && !said.postcode.is_empty() {
            said.postcode = slip_of_the_finger(&said.postcode, dice);
        }
        if dice.chance(typo) {
            said.number = said.number.map(|number| one_digit(number, dice));
        }
        if dice.chance(typo) {
            said.born = said.born.map(|born| self.other_digit(born));
        }
    }
}

fn as_is(person: &Person) -> Said {
    Said {
        number: Some(person.number),
        superseded_by: None,
        given: person.given.clone(),
        other: person.other.clone().unwrap_or_default(),
        family: person.family.clone(),
        previous_family: person.previous_family.clone().unwrap_or_default(),
        title: person.title,
        born: Some(person.born),
        died: person.died,
        sex: Some(person.sex),
        street: person.home.street.clone(),
        town: person.home.town,
        postcode: person.home.postcode.clone(),
        landline: person.landline.clone(),
        mobile: person.mobile.clone().unwrap_or_default(),
        email: person.email.clone().unwrap_or_default(),
    }
}

fn one_digit(number: u64, dice: &mut Dice) -> u64 {
    let place = 10_u64.pow(u32::try_from(dice.below(7)).expect("a place"));
    let digit = number / place % 10;
    let other = (digit + 1 + dice.below(9) as u64) % 10;
    number - digit * place + other * place
}

fn transposed(number: u64, dice: &mut Dice) -> u64 {
    let place = 10_u64.pow(u32::try_from(dice.below(6)).expect("a place"));
    let (right, left) = (number / place % 10, number / place / 10 % 10);
    number - right * place - left * place * 10 + left * place + right * place * 10
}

/// One letter dropped, doubled, replaced by its neighbour on the keyboard, or changed about with the next.
pub fn slip_of_the_finger(text: &str, dice: &mut Dice) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    if letters.len() < 3 {
        return text.to_owned();
    }
    let at = 1 + dice.below(letters.len() - 2);
    match dice.below(4) {
        0 => {
            letters.remove(at);
        }
        1 => letters.insert(at, letters[at]),
        2 => letters.swap(at, at + 1),
        _ => letters[at] = neighbour(letters[at], dice),
    }
    letters.into_iter().collect()
}

fn neighbour(key: char, dice: &mut Dice) -> char {
    const ROWS: [&str; 4] = ["1234567890", "qwertyuiop", "asdfghjkl", "zxcvbnm"];
    let small = key.to_ascii_lowercase();
    let Some((row, at)) = ROWS.iter().find_map(|row| row.find(small).map(|at| (row.as_bytes(), at))) else {
        return key;
    };
    let beside = if at == 0 || at + 1 < row.len() && dice.chance(0.5) { at + 1 } else { at - 1 };
    let pressed = char::from(row[beside]);
    if key.is_ascii_uppercase() { pressed.to_ascii_uppercase() } else { pressed }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::generate::numbers::check_digit;

    #[test]
    fn a_slip_in_a_number_fails_its_check() {
        let mut dice = Dice::new(3, 3);
        for first in 999_000_000..999_002_000 {
            let Some(digit) = check_digit(first) else { continue };
            let number = first * 10 + digit;
            let slipped = one_digit(number, &mut dice);
            assert_ne!(slipped, number);
            assert_ne!(check_digit(slipped / 10), Some(slipped % 10));
            let crossed = transposed(number, &mut dice);
            assert!(crossed == number || check_digit(crossed / 10) != Some(crossed % 10));
        }
    }

    #[test]
    fn a_slip_of_the_finger_is_one_slip() {
        let mut dice = Dice::new(4, 4);
        for _ in 0..500 {
            let slipped = slip_of_the_finger("Hargreaves", &mut dice);
            assert!(slipped.chars().count().abs_diff(10) <= 1, "{slipped}");
            assert!(slipped.starts_with('H'), "the first letter is seldom wrong");
        }
    }
}
