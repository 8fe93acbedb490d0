//! Who a patient is: each value is one that a row of the patient gives.

use super::agreement::{ASK, Tables};
use super::problems::ProblemKind as Kind;
use super::table::again;
use super::verdict::Findings;

/// Columns that are held of `patients`: first those whose value is one that a row gives.
pub(super) const HELD: &[&str] = &[
    "nhs_number",
    "family_name",
    "given_name",
    "date_of_birth",
    "sex",
    "postcode",
    "other_names",
    "title",
    "date_of_death",
    "phone",
    "mobile",
    "email",
    "gp_practice",
    "language",
    "address",
    "sensitive",
    "communication_need",
    "guardian",
    "previous_family_name",
    "nhs_number_status",
    "patient_id",
];
/// So many of them are one value of a row.
const CHOSEN: usize = 15;
/// The address is that of the postcode, and can be left out for want of one.
const ADDRESS: usize = 14;
/// Those after that hold every value that a row gives, joined by semicolons.
const JOINED: std::ops::Range<usize> = CHOSEN..CHOSEN + 3;
const PREVIOUS: usize = JOINED.end;

const NUMBER: usize = 0;
const FAMILY: usize = 1;

/// What the rows of a patient were seen to give, a bit a column.
#[derive(Clone, Copy, Default)]
struct Seen {
    /// Some row gives a value.
    given: u32,
    /// Some row gives the patient's value; for columns of several values, some row gives one that is left out.
    settled: u32,
}

pub(super) fn judge(tables: &Tables) -> Findings {
    let mut findings = Findings::new("agreement");
    let seen = see(tables);
    let patients = &tables.patients;
    for (patient, seen) in seen.iter().enumerate() {
        findings.count(1);
        let mut add = |column: usize, detail: &'static str| {
            let detail = || format!("{detail}; {ASK}");
            findings.add(Kind::ValueUnsupported, &patients.place(patient, HELD[column]), detail);
        };
        for column in 0..CHOSEN {
            let (bit, empty) = (1 << column, patients.at(patient, column).is_empty());
            if !empty && seen.settled & bit == 0 {
                add(column, "no row of the patient in tables/person_records.csv gives this value");
            }
            if empty && seen.given & bit != 0 && column != ADDRESS {
                add(column, "missing, and a row of the patient in tables/person_records.csv gives a value");
            }
        }
        for column in (JOINED.start..=PREVIOUS).filter(|column| seen.settled & (1 << column) != 0) {
            add(column, "leaves out a value that a row of the patient in tables/person_records.csv gives");
        }
        if (patients.value(patient, "nhs_number_status") == "missing") != patients.at(patient, NUMBER).is_empty() {
            let place = patients.place(patient, "nhs_number_status");
            let detail =
                "a number is missing where there is none, and only there; ask the sender for the package again";
            findings.add(Kind::ValueUnsupported, &place, || detail.into());
        }
    }
    findings
}

fn see(tables: &Tables) -> Vec<Seen> {
    let (patients, table) = (&tables.patients, tables.schemas.table("person_records"));
    let mut all = vec![Seen::default(); patients.len()];
    let columns: Vec<usize> = HELD[..PREVIOUS].iter().map(|column| table.column(column)).collect();
    let mut rows = tables.rows.finder(table, "");
    let (superseded_by, previous) = (table.column("superseded_by"), table.column("previous_family_name"));
    again(tables.folder, table, &mut |_, record| {
        let value = |column: usize| record.get(column).unwrap_or_default();
        let Some(patient) = rows.find(record).and_then(|row| tables.rows.all[row].patient()) else { return };
        let seen = &mut all[patient];
        for (column, given) in columns.iter().map(|column| value(*column)).enumerate().filter(|(_, it)| !it.is_empty())
        {
            seen.given |= 1 << column;
            let said = patients.at(patient, column);
            if if JOINED.contains(&column) { !holds(said, given) } else { said == given } {
                seen.settled |= 1 << column;
            }
        }
        // A number that another took the place of gives way to it.
        if !value(superseded_by).is_empty() && value(superseded_by) == patients.at(patient, NUMBER) {
            seen.settled |= 1 << NUMBER;
        }
        for other in [value(columns[FAMILY]), value(previous)] {
            if is_other(other, patients.at(patient, FAMILY)) && !holds(patients.at(patient, PREVIOUS), other) {
                seen.settled |= 1 << PREVIOUS;
            }
        }
    });
    all
}

fn is_other(name: &str, chosen: &str) -> bool {
    !name.is_empty() && name != chosen && name.to_uppercase() != chosen.to_uppercase()
}

/// Whether a value is one of those that semicolons join; it may hold a semicolon itself.
fn holds(joined: &str, value: &str) -> bool {
    joined.match_indices(value).any(|(from, _)| {
        let (before, after) = (&joined[..from], &joined[from + value.len()..]);
        (before.is_empty() || before.ends_with(';')) && (after.is_empty() || after.starts_with(';'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_found_among_joined_ones() {
        for (joined, value, expected) in [
            ("yes", "yes", true),
            ("a;b c;d", "b c", true),
            ("a;b;c", "b;c", true),
            ("hidden address", "hidden", false),
            ("xa;b", "a", false),
            ("aa;a", "a", true),
            ("", "a", false),
        ] {
            assert_eq!(holds(joined, value), expected, "{joined} {value}");
        }
    }

    #[test]
    fn columns_stand_where_they_are_said_to() {
        assert_eq!((HELD[NUMBER], HELD[FAMILY], HELD[ADDRESS]), ("nhs_number", "family_name", "address"));
        assert_eq!(HELD[JOINED], ["sensitive", "communication_need", "guardian"]);
        assert_eq!(HELD[PREVIOUS], "previous_family_name");
    }
}
