//! Dates of birth, held against one another.

use super::compare::{BEST, NULL, TWO_PARTS, else_level, of};
use super::features::{Birth, Profile};
use crate::values::{PartialDate, Precision};

/// The level of two dates of birth.
pub(super) fn birth(left: &Profile, right: &Profile) -> u8 {
    let (Some(one), Some(two)) = (left.birth(), right.birth()) else { return NULL };
    if one.3 != Precision::Day || two.3 != Precision::Day {
        return if one.0 == two.0 { 4 } else { else_level(of::BIRTH) };
    }
    if left.born == right.born {
        return BEST;
    }
    let same = [one.0 == two.0, one.1 == two.1, one.2 == two.2];
    match same.iter().filter(|same| **same).count() {
        _ if same[0] && one.1 == two.2 && one.2 == two.1 => 2,
        2 if one_digit_or_swap(one, two) => 3,
        2 => TWO_PARTS,
        _ => match days_between(left.born, right.born) {
            0..=31 => 6,
            32..=366 => 7,
            367..=4_018 => 8,
            _ => 9,
        },
    }
}

/// Whether two dates that differ in one part alone differ there in one digit, or by two neighbours exchanged.
fn one_digit_or_swap(one: Birth, two: Birth) -> bool {
    let number = |date: Birth| i32::from(date.0) * 10_000 + i32::from(date.1) * 100 + i32::from(date.2);
    let digits = |number: i32| [1_000, 100, 10, 1].map(|place| number / place % 10);
    // Year, or month and day, are the same: what differs is within four digits.
    let (one, two) = (number(one), number(two));
    let (one, two) = if one / 10_000 == two / 10_000 { (one, two) } else { (one / 10_000, two / 10_000) };
    let (one, two) = (digits(one), digits(two));
    let differs = |place: &usize| one[*place] != two[*place];
    let (first, last) = ((0..4).find(differs), (0..4).rfind(differs));
    first.zip(last).is_some_and(|(first, last)| {
        first == last || (first + 1 == last && one[first] == two[last] && one[last] == two[first])
    })
}

/// Days between two packed dates that are known to the day: what else is packed with them is the same in both.
fn days_between(one: u32, two: u32) -> u32 {
    one.abs_diff(two) / PartialDate::A_DAY
}

/// Years between two people of one name that are parent and child rather than one with a slip in the date.
const GENERATION_YEARS: i16 = 15;

/// Whether two whole dates of birth lie a generation apart.
pub(super) fn a_generation_apart(one: &Profile, two: &Profile) -> bool {
    one.birth().zip(two.birth()).is_some_and(|(one, two)| (one.0 - two.0).abs() >= GENERATION_YEARS)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_of_birth_are_days_months_and_years_apart() {
        let born = |text: &str| {
            let born = text.parse().ok().and_then(PartialDate::day).map_or(0, |date| date.pack());
            Profile { born, ..Profile::default() }
        };
        for (one, two, expected) in [
            ("1984-03-07", "1984-03-07", 1),
            ("1984-03-07", "1984-07-03", 2),
            ("1984-03-07", "1984-03-08", 3),
            ("1984-03-07", "1984-03-28", 5),
            ("1984-02-28", "1984-03-30", 6),
            ("1984-02-28", "1984-03-31", 7),
            ("1984-02-28", "1985-02-27", 7),
            ("1983-12-31", "1985-01-01", 8),
            ("1984-03-07", "1995-03-09", 9),
            ("1984-03-07", "2009-11-23", 9),
        ] {
            assert_eq!(birth(&born(one), &born(two)), expected, "{one} {two}");
        }
    }

    proptest::proptest! {
        #[test]
        fn a_slip_in_a_date_is_what_the_reference_counts_as_one(
            one in (1980i16..2020, 1i8..=12, 1i8..=28), part in 0..3, other in (1980i16..2020, 1i8..=12, 1i8..=28),
        ) {
            let two = match part {
                0 => (other.0, one.1, one.2),
                1 => (one.0, other.1, one.2),
                _ => (one.0, one.1, other.2),
            };
            let text = |date: (i16, i8, i8)| format!("{:04}{:02}{:02}", date.0, date.1, date.2);
            let expected = one != two && strsim::osa_distance(&text(one), &text(two)) <= 1;
            let of = |date: (i16, i8, i8)| (date.0, date.1, date.2, Precision::Day);
            proptest::prop_assert_eq!(one_digit_or_swap(of(one), of(two)), expected);
        }
    }
}
