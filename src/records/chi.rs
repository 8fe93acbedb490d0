//! Scottish CHI numbers against the dates of birth beside them: a number's first six digits are its holder's.

use super::{PersonId, Records};
use crate::config::fields::person::{DATE_OF_BIRTH, NHS_NUMBER};
use crate::ledger::{Exception, Reason};
use crate::values::Precision;

/// Tells each row whose CHI number is of another date of birth, as far as the date is known. Nothing is changed: which of the
/// two is wrong, the row does not say.
pub(super) fn tell_differences(records: &mut Records) {
    let field = format!("person.{}", NHS_NUMBER.name());
    // Few rows have such a number, and each of them was told when it was read.
    let is_chi = |one: &&Exception| {
        matches!(one.reason, Reason::NhsNumberChi | Reason::NhsNumberLeadingZero) && one.field == field
    };
    let told = records.exceptions.iter().filter(is_chi).map(|one| one.at);
    let rows: Vec<_> = told.filter_map(|at| Some((at, records.people.at_row(at)?))).collect();
    for (at, person) in rows {
        if differs(records, person) == Some(true) {
            records.exceptions.push(Exception { at, field: field.clone(), reason: Reason::ChiBirthDiffers });
        }
    }
}

/// `None` where there are not both.
fn differs(records: &Records, person: PersonId) -> Option<bool> {
    let of_number = records.people.nhs_number(&records.texts, NHS_NUMBER, person)?.birth_of_chi()?;
    let born = records.people.date(DATE_OF_BIRTH, person)?;
    let (day, month, year) = (born.date().day(), born.date().month(), born.date().year() % 100);
    let is_year = i16::from(of_number.2) == year;
    Some(match born.precision() {
        Precision::Year => !is_year,
        Precision::Month => !is_year || of_number.1 != month,
        Precision::Day => !is_year || (of_number.0, of_number.1) != (day, month),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::PaperMapping;
    use crate::records::sample;

    const FIELDS: [&str; 3] = ["person.family_name", "person.nhs_number", "person.date_of_birth"];

    fn told(records: &Records) -> Vec<u32> {
        let told = records.exceptions.iter().filter(|one| one.reason == Reason::ChiBirthDiffers);
        told.map(|one| one.at.row()).collect()
    }

    #[test]
    fn a_number_of_another_birth_is_told_and_kept() {
        let config = sample::config(vec![sample::mapping(&FIELDS)]);
        // The first four numbers are of 1 January of a year 01.
        let rows: [&[&str]; 9] = [
            &["Smith", "0101010125", "02/01/2001"],
            &["Smith", "0101010125", "01/01/1901"],
            &["Smith", "0101010125", "2001"],
            &["Smith", "0101010125", "2001-02"],
            &["Smith", "0101010125", ""],
            &["Smith", "101000006", "01/01/2001"],
            &["Smith", "101000006", "01/01/2000"],
            &["Smith", "4010232137", "05/05/1960"],
            &["Smith", "0101010125", "05/05/1960"],
        ];
        let records = sample::records(&config, &FIELDS, &rows);
        assert_eq!(told(&records), [2, 5, 7, 10]);
        assert_eq!(records.people.reveal(&records.texts, NHS_NUMBER, 0), "0101010125");
        assert_eq!(records.people.reveal(&records.texts, DATE_OF_BIRTH, 0), "2001-01-02");
        assert!(records.exceptions.is_sorted());
    }

    #[test]
    fn a_folder_keyed_twice_is_told_of_once() {
        let fields = ["paper.folder", "paper.pass", "person.nhs_number", "person.date_of_birth"];
        let mut mapping = sample::mapping(&fields);
        mapping.paper = Some(PaperMapping::default());
        let config = sample::config(vec![mapping]);
        let rows: [&[&str]; 2] = [&["7", "1", "0101010125", "05/05/1960"], &["7", "2", "0101010125", "05/05/1960"]];
        assert_eq!(told(&sample::records(&config, &fields, &rows)), [2]);
    }
}
