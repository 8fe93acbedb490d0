//! Which NHS numbers are verified.

use super::store::{PersonId, Records};
use crate::config::Config;
use crate::config::fields::person;

impl Records {
    /// Whether the NHS number that a record gives is verified; it is not where the record gives none.
    ///
    /// "Verified NHS number – status code 01 where a status column is mapped; else check-digit valid and not a refused
    /// pattern", which every [`crate::values::NhsNumber`] is. "an2, leading zero significant; a lost zero is a rejection":
    /// but a spreadsheet makes 1 of 01.
    pub fn is_number_verified(&self, config: &Config, record: PersonId) -> bool {
        let source = &config.sources[usize::from(self.source[record as usize])];
        let has_status = source.mapping.fields.contains_key(&person::NHS_NUMBER_STATUS);
        let status = || self.people.text(&self.texts, person::NHS_NUMBER_STATUS, record);
        self.people.nhs_number(&self.texts, person::NHS_NUMBER, record).is_some()
            && (!has_status || matches!(status(), "01" | "1"))
    }
}

#[cfg(test)]
mod tests {
    use crate::records::sample;

    #[test]
    fn a_status_decides_where_there_is_one_and_nothing_is_verified_without_a_number() {
        let check = |fields: &[&str], cells: &[&str], expected: bool| {
            let config = sample::config(vec![sample::mapping(fields)]);
            let records = sample::records(&config, fields, &[cells]);
            assert_eq!(records.is_number_verified(&config, 0), expected, "{cells:?}");
        };
        let with_status = ["person.nhs_number", "person.nhs_number_status", "person.family_name"];
        for (status, expected) in [("01", true), ("1", true), ("02", false), ("", false), ("11", false)] {
            check(&with_status, &["9990000018", status, "SMITH"], expected);
            check(&with_status, &["", status, "SMITH"], false);
        }
        check(&["person.nhs_number", "person.family_name"], &["9990000018", "SMITH"], true);
        check(&["person.nhs_number", "person.family_name"], &["9990000019", "SMITH"], false);
        check(&["person.nhs_number", "person.family_name"], &["", "SMITH"], false);
    }
}
