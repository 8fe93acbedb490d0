//! The fields of a person as a reviewer sees them.

/// One column of the sheets: the field, its title, and how many letters wide.
pub(super) struct Shown {
    pub field: &'static str,
    pub title: &'static str,
    pub width: f64,
}

const fn shown(field: &'static str, title: &'static str, width: f64) -> Shown {
    Shown { field, title, width }
}

/// What tells people apart comes first.
pub(super) const FIELDS: [Shown; 24] = [
    shown("nhs_number", "NHS number", 13.0),
    shown("family_name", "Family name", 18.0),
    shown("given_name", "Given name", 16.0),
    shown("other_names", "Other names", 16.0),
    shown("date_of_birth", "Born", 12.0),
    shown("sex", "Sex", 8.0),
    shown("address", "Address", 30.0),
    shown("postcode", "Postcode", 11.0),
    shown("phone", "Phone", 15.0),
    shown("mobile", "Mobile", 15.0),
    shown("email", "Email", 24.0),
    shown("gp_practice", "GP practice", 12.0),
    shown("title", "Title", 8.0),
    shown("previous_family_name", "Previous family name", 18.0),
    shown("full_name", "Name as written", 24.0),
    shown("date_of_death", "Died", 12.0),
    shown("guardian", "Guardian", 18.0),
    shown("local_id", "Local id", 14.0),
    shown("nhs_number_status", "Number status", 9.0),
    shown("superseded_by", "Number superseded by", 13.0),
    shown("sensitive", "Sensitive", 14.0),
    shown("language", "Language", 12.0),
    shown("communication_need", "Communication need", 18.0),
    shown("extra", "Further columns", 30.0),
];

/// Columns of `patients.csv`: the id, then what is shown.
pub(super) const OF_PATIENT: [&str; 20] = [
    "patient_id",
    "nhs_number",
    "family_name",
    "given_name",
    "other_names",
    "date_of_birth",
    "sex",
    "address",
    "postcode",
    "phone",
    "mobile",
    "email",
    "gp_practice",
    "title",
    "previous_family_name",
    "date_of_death",
    "guardian",
    "sensitive",
    "language",
    "communication_need",
];

/// The values of a person, in the order of [`FIELDS`].
pub(super) type Values = [String; FIELDS.len()];

/// The place of a field.
pub(super) fn place(field: &str) -> usize {
    FIELDS.iter().position(|shown| shown.field == field).unwrap_or_else(|| panic!("no field is called {field}"))
}

/// Fields in which a difference says nothing of who it is.
const NOT_HELD: [&str; 4] = ["title", "full_name", "nhs_number_status", "extra"];

/// Which values differ from those they are held against. What one does not say, the other cannot contradict; nor can local
/// ids of two systems.
pub(super) fn differing(values: &Values, against: &Values, of_one_source: bool) -> Vec<bool> {
    let is_held = |field: &str| !NOT_HELD.contains(&field) && (of_one_source || field != "local_id");
    let held = FIELDS.iter().zip(values.iter().zip(against));
    held.map(|(shown, (value, other))| is_held(shown.field) && differ(value, other)).collect()
}

/// Several values of a patient stand in one cell, joined by `;`.
fn differ(value: &str, other: &str) -> bool {
    let parts = |text: &str| text.split(';').map(fold).collect::<Vec<String>>();
    let others = parts(other);
    !value.is_empty() && !other.is_empty() && !parts(value).iter().any(|part| others.contains(part))
}

fn fold(text: &str) -> String {
    text.split_whitespace().collect::<Vec<&str>>().join(" ").to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(pairs: &[(&str, &str)]) -> Values {
        let mut values = Values::default();
        pairs.iter().for_each(|(field, value)| values[place(field)] = (*value).to_owned());
        values
    }

    #[test]
    fn what_is_not_said_does_not_differ() {
        let one = values(&[("family_name", "SMYTH"), ("given_name", "Ann"), ("local_id", "1"), ("title", "Ms")]);
        let other = values(&[("family_name", "Smyth "), ("given_name", "Anne"), ("local_id", "2"), ("title", "Mrs")]);
        let named = |of_one_source| -> Vec<&str> {
            let differing = differing(&one, &other, of_one_source);
            FIELDS.iter().zip(differing).filter(|(_, differs)| *differs).map(|(shown, _)| shown.field).collect()
        };
        assert_eq!((named(false), named(true)), (vec!["given_name"], vec!["given_name", "local_id"]));
        assert!(!differ("Jones", "Smyth;Jones") && differ("Jones", "Smyth;Bright"));
    }
}
