//! What codes mean, as far as they mean the same everywhere. What does not is left to a person: 9 has been "not specified"
//! and "indeterminate", and "Cancelled" alone does not say by whom.

use super::product::Code;
use super::tally::Tally;

/// A value that is in none of our lists is told only when at least so many rows have it, and it is as short as this.
const TOLD_FROM: u64 = 5;
const TOLD_LENGTH_MAX: usize = 24;

type Vocabulary = &'static [(&'static str, &'static [&'static str])];

const SEX: Vocabulary = &[
    ("male", &["m", "male", "man", "boy"]),
    ("female", &["f", "female", "woman", "girl"]),
    ("indeterminate", &["i", "indeterminate"]),
    ("unknown", &["u", "x", "unknown", "not known", "not specified"]),
];
/// PERSON STATED GENDER CODE.
const SEX_CODES: Vocabulary = &[("male", &["1"]), ("female", &["2"]), ("unknown", &["0"])];

const PRIORITY: Vocabulary = &[
    ("routine", &["routine", "r", "rout", "normal", "standard"]),
    ("urgent", &["urgent", "u", "urg"]),
    (
        "two-week-wait",
        &[
            "2ww",
            "tww",
            "2 week wait",
            "two week wait",
            "2 week rule",
            "two week rule",
            "2-week wait",
            "two-week-wait",
            "2wr",
            "cancer",
            "suspected cancer",
            "urgent suspected cancer",
            "usc",
            "fast track",
        ],
    ),
];
/// PRIORITY TYPE CODE.
const PRIORITY_CODES: Vocabulary = &[("routine", &["1"]), ("urgent", &["2"]), ("two-week-wait", &["3"])];

const REFERRAL_STATUS: Vocabulary = &[
    (
        "open",
        &[
            "open",
            "o",
            "in progress",
            "active",
            "current",
            "live",
            "waiting",
            "awaiting triage",
            "accepted",
            "booked",
            "deferred to provider",
            "on hold",
            "pending",
            "awaiting appointment",
            "awaiting booking",
            "on waiting list",
        ],
    ),
    (
        "closed",
        &[
            "closed",
            "c",
            "discharged",
            "complete",
            "completed",
            "ended",
            "rejected",
            "inactive",
            "treatment complete",
            "cancelled",
        ],
    ),
];

const APPOINTMENT_STATUS: Vocabulary = &[
    ("booked", &["booked", "scheduled", "future", "planned", "confirmed", "not yet attended", "pending"]),
    (
        "attended",
        &["attended", "finished", "seen", "complete", "completed", "checked out", "att", "kept", "attended on time"],
    ),
    (
        "did-not-attend",
        &[
            "did not attend",
            "dna",
            "dna'd",
            "dnad",
            "did-not-attend",
            "was not brought",
            "wnb",
            "no show",
            "not attended",
            "failed to attend",
        ],
    ),
    (
        "cancelled-by-patient",
        &[
            "cancelled by patient",
            "cancelled by the patient",
            "patient cancelled",
            "cancelled by pt",
            "cancelled-by-patient",
            "pt cancelled",
            "canc by patient",
            "cancelled - patient",
        ],
    ),
    (
        "cancelled-by-provider",
        &[
            "cancelled by unit",
            "cancelled by provider",
            "cancelled by hospital",
            "cancelled by clinic",
            "hospital cancelled",
            "cancelled by trust",
            "cancelled by service",
            "provider cancelled",
            "clinic cancelled",
            "cancelled-by-provider",
            "cancelled - provider",
            "cancelled - hospital",
            "hosp cancelled",
        ],
    ),
];
/// ATTENDED OR DID NOT ATTEND CODE.
const ATTENDANCE_CODES: Vocabulary = &[
    ("booked", &["0"]),
    ("attended", &["5", "6"]),
    ("did-not-attend", &["3", "7"]),
    ("cancelled-by-patient", &["2"]),
    ("cancelled-by-provider", &["4"]),
];

const KIND: Vocabulary = &[
    ("first", &["first", "new", "initial", "new patient", "initial assessment", "first appointment", "n"]),
    ("follow-up", &["follow-up", "follow up", "followup", "fup", "fu", "f/u", "review", "subsequent"]),
];
/// FIRST ATTENDANCE CODE, met face to face or by telephone.
const FIRST_ATTENDANCE_CODES: Vocabulary = &[("first", &["1", "3"]), ("follow-up", &["2", "4"])];

/// The words of a field, and its national digits: those count only where a column holds nothing else.
fn vocabularies(field: &str) -> Option<(Vocabulary, Vocabulary)> {
    Some(match field {
        "person.sex" => (SEX, SEX_CODES),
        "referral.priority" | "referral.triage_priority" => (PRIORITY, PRIORITY_CODES),
        "referral.status" => (REFERRAL_STATUS, &[]),
        "appointment.status" => (APPOINTMENT_STATUS, ATTENDANCE_CODES),
        "appointment.kind" => (KIND, FIRST_ATTENDANCE_CODES),
        _ => return None,
    })
}

/// Whether the field's values are words of a list.
pub(super) fn is_coded(field: &str) -> bool {
    vocabularies(field).is_some()
}

/// The share of what is said that means something in the field.
pub(super) fn share(field: &str, tally: &Tally) -> f64 {
    let Some(values) = &tally.values else { return 0.0 };
    let digits = all_digits(values.keys());
    let known = values.iter().filter(|(value, _)| meaning(field, value, digits).is_some());
    tally.share(known.map(|(_, count)| count).sum())
}

/// The values of a column of codes, the commonest first, and how many are not told.
pub(super) fn of(field: &str, tally: &Tally) -> (Vec<Code>, u64) {
    let Some(values) = &tally.values else { return (Vec::new(), 0) };
    let digits = all_digits(values.keys());
    let (mut codes, mut withheld) = (Vec::new(), 0);
    for (value, &count) in values {
        let meaning = meaning(field, value, digits);
        // Two signs are nobody's name.
        let tiny = value.chars().count() <= 2 && value.chars().all(char::is_alphanumeric);
        if meaning.is_some()
            || tiny
            || (count >= TOLD_FROM && value.chars().count() <= TOLD_LENGTH_MAX && is_plain(value))
        {
            codes.push(Code { value: value.clone(), count, meaning });
        } else {
            withheld += 1;
        }
    }
    codes.sort_by(|left, right| right.count.cmp(&left.count).then_with(|| left.value.cmp(&right.value)));
    (codes, withheld)
}

/// No digits in a row that could be of a number or a date, nothing of an address.
fn is_plain(value: &str) -> bool {
    let digits = value.chars().filter(char::is_ascii_digit).count();
    digits <= 3 && !value.contains('@') && !value.chars().any(char::is_control)
}

fn all_digits<'v>(mut values: impl Iterator<Item = &'v String>) -> bool {
    values.all(|value| value.len() <= 2 && value.bytes().all(|byte| byte.is_ascii_digit()))
}

fn meaning(field: &str, value: &str, digits: bool) -> Option<&'static str> {
    let (words, numbers) = vocabularies(field)?;
    let value = value.trim().to_lowercase();
    let find =
        |list: Vocabulary, value: &str| list.iter().find(|(_, raw)| raw.contains(&value)).map(|(meaning, _)| *meaning);
    // A spreadsheet drops the nought of 05.
    let number = value.strip_prefix('0').filter(|rest| !rest.is_empty()).unwrap_or(&value);
    find(words, &value).or_else(|| find(numbers, number).filter(|_| digits))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::Cell;
    use jiff::civil::date;

    fn tally(values: &[(&str, usize)]) -> Tally {
        let mut tally = Tally::new();
        for (value, count) in values {
            (0..*count).for_each(|_| tally.see(&Cell::Text((*value).into()), date(2026, 1, 1)));
        }
        tally
    }

    #[track_caller]
    fn check(field: &str, values: &[(&str, usize)], expected: &[(&str, Option<&str>)], withheld: u64) {
        let (codes, not_told) = of(field, &tally(values));
        let found: Vec<(&str, Option<&str>)> = codes.iter().map(|code| (code.value.as_str(), code.meaning)).collect();
        assert_eq!((found.as_slice(), not_told), (expected, withheld));
    }

    #[test]
    fn what_means_the_same_everywhere_is_known() {
        check(
            "person.sex",
            &[("M", 3), ("Female", 2), ("U", 1)],
            &[("M", Some("male")), ("Female", Some("female")), ("U", Some("unknown"))],
            0,
        );
        check(
            "person.sex",
            &[("1", 3), ("2", 2), ("9", 5)],
            &[("9", None), ("1", Some("male")), ("2", Some("female"))],
            0,
        );
        check(
            "referral.priority",
            &[("2WW", 2), ("R", 1)],
            &[("2WW", Some("two-week-wait")), ("R", Some("routine"))],
            0,
        );
        check(
            "appointment.status",
            &[("05", 3), ("7", 1)],
            &[("05", Some("attended")), ("7", Some("did-not-attend"))],
            0,
        );
        check("appointment.status", &[("Cancelled", 6)], &[("Cancelled", None)], 0);
    }

    #[test]
    fn digits_among_words_mean_nothing() {
        check("appointment.status", &[("DNA", 6), ("3", 6)], &[("3", None), ("DNA", Some("did-not-attend"))], 0);
    }

    #[test]
    fn what_may_be_no_code_is_not_told() {
        check("referral.priority", &[("R", 9), ("Quillfeather", 2), ("9990000018", 9)], &[("R", Some("routine"))], 2);
    }
}
