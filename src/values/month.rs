//! The months by name: the one place that spells them.

/// In order.
const NAMES: [&str; 12] = [
    "january",
    "february",
    "march",
    "april",
    "may",
    "june",
    "july",
    "august",
    "september",
    "october",
    "november",
    "december",
];

/// Letters of a month's name below which nothing tells one month from another.
const LETTERS_MIN: usize = 3;

/// The month, 1 to 12, that a whole name stands for, in any case.
pub fn month_of_name(name: &str) -> Option<i8> {
    number(|month| month.eq_ignore_ascii_case(name))
}

/// The month that the first three letters of its name, or more of them, stand for: "Sep", "Sept", "September".
pub fn month_of_beginning(beginning: &str) -> Option<i8> {
    let begins = |month: &str| {
        let head = month.get(..beginning.len());
        head.is_some_and(|head| head.eq_ignore_ascii_case(beginning))
    };
    if beginning.len() >= LETTERS_MIN { number(begins) } else { None }
}

fn number(is: impl Fn(&str) -> bool) -> Option<i8> {
    NAMES.iter().position(|month| is(month)).and_then(|place| i8::try_from(place + 1).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_name_and_the_beginning_of_one() {
        for (place, name) in (1..).zip(NAMES) {
            assert_eq!(month_of_name(&name.to_uppercase()), Some(place));
            assert_eq!(month_of_beginning(&name[..3]), Some(place), "three letters tell months apart");
            assert_eq!(month_of_beginning(name), Some(place));
        }
        assert_eq!(month_of_name("sep"), None);
        assert_eq!(month_of_beginning("Sept"), Some(9));
        for no in ["", "j", "ma", "marsh", "septembers", "Máy", "1"] {
            assert_eq!(month_of_beginning(no), None, "{no}");
            assert_eq!(month_of_name(no), None, "{no}");
        }
    }
}
