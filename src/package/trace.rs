//! The people whose NHS number is missing, unverified or disputed, in the shape that a national batch trace takes.
//!
//! Columns are those of the request of the Personal Demographics Service's batch trace over MESH (NHS England, PDS MESH data
//! dictionary; Person_ID Handbook, table 9). A reference is the keyed digest of one of the patient's rows: "personal data are
//! allowed in none of the references".

use super::PackagePlan;
use super::contents::Contents;
use crate::config::fields::person;
use crate::config::{Field, Standing};
use crate::ledger::Reason;
use crate::linkage::{NumberStatus, PairStanding};
use crate::records::PersonId;
use crate::values::{CommitmentKey, PartialDate, Precision};
use std::collections::BTreeSet;

/// The columns of a request, in its order.
const COLUMNS: [&str; 23] = [
    "UNIQUE REFERENCE",
    "NHS_NO",
    "FAMILY_NAME",
    "GIVEN_NAME",
    "OTHER_GIVEN_NAME",
    "GENDER",
    "DATE_OF_BIRTH",
    "DATE_OF_DEATH",
    "ADDRESS_LINE1",
    "ADDRESS_LINE2",
    "ADDRESS_LINE3",
    "ADDRESS_LINE4",
    "ADDRESS_LINE5",
    "ADDRESS_DATE",
    "POSTCODE",
    "GP_PRACTICE_CODE",
    "NHAIS_POSTING_ID",
    "AS_AT_DATE",
    "LOCAL_PATIENT_ID",
    "INTERNAL_ID",
    "TELEPHONE_NUMBER",
    "MOBILE_NUMBER",
    "EMAIL_ADDRESS",
];
/// Lines of an address in a request.
const ADDRESS_LINES: usize = 5;

/// A request, ready to be written. Personal data.
pub struct TraceRequest {
    /// The file's text.
    pub csv: String,
    /// People without a number.
    pub missing: u64,
    /// People whose number nobody has verified.
    pub unverified: u64,
    /// People of whom two numbers are told, or whose number is somebody else's too.
    pub disputed: u64,
    /// Of all these, people of whom too little is known for the service to find them: it needs a number and a date of birth,
    /// or a date of birth, a sex and two of family name, given name and postcode.
    pub hardly: u64,
}

/// Why somebody is to be traced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Why {
    Missing,
    Unverified,
    Disputed,
}

/// The people to trace, in the order of their ids. Whoever was traced already and whose answer stands is not asked about
/// again.
pub fn people_to_trace(plan: &PackagePlan<'_>) -> TraceRequest {
    let contents = &plan.contents;
    let disputed = disputed(contents);
    let mut request = TraceRequest { csv: String::new(), missing: 0, unverified: 0, disputed: 0, hardly: 0 };
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    let written = "writing to memory succeeds";
    writer.write_record(COLUMNS).expect(written);
    for patient in contents.ids.patients() {
        let members = &contents.reconciled.linked.members[*patient as usize];
        let Some(why) = why(contents, members, disputed.contains(patient)) else { continue };
        match why {
            Why::Missing => request.missing += 1,
            Why::Unverified => request.unverified += 1,
            Why::Disputed => request.disputed += 1,
        }
        let cells = cells(contents, plan.key, contents.ids.patient(*patient), members);
        request.hardly += u64::from(!can_be_found(&cells));
        writer.write_record(&cells).expect(written);
    }
    let bytes = writer.into_inner().expect(written);
    request.csv = String::from_utf8(bytes).expect("texts in, text out");
    request
}

/// Patients whose number a pair calls into question.
fn disputed(contents: &Contents<'_>) -> BTreeSet<u32> {
    let linked = &contents.reconciled.linked;
    let open = linked.pairs.iter().filter(|pair| pair.standing == PairStanding::Review);
    let about_numbers =
        open.filter(|pair| matches!(pair.reason, Some(Reason::NhsNumberConflict | Reason::NhsNumberAlone)));
    about_numbers.flat_map(|pair| [linked.patient_of(pair.left), linked.patient_of(pair.right)]).flatten().collect()
}

fn why(contents: &Contents<'_>, members: &[PersonId], disputed: bool) -> Option<Why> {
    let is_answered = contents.numbers().traced(members).is_some();
    let of_record = members.iter().any(|member| standing(contents, *member) != Standing::Trace);
    match contents.numbers().of(members).1 {
        _ if is_answered || !of_record => None,
        NumberStatus::Missing => Some(Why::Missing),
        NumberStatus::Conflict => Some(Why::Disputed),
        NumberStatus::Unverified | NumberStatus::Verified if disputed => Some(Why::Disputed),
        NumberStatus::Unverified => Some(Why::Unverified),
        NumberStatus::Verified => None,
    }
}

fn standing(contents: &Contents<'_>, record: PersonId) -> Standing {
    contents.config.sources[usize::from(contents.records().source[record as usize])].standing
}

fn cells(contents: &Contents<'_>, key: &CommitmentKey, id: &str, members: &[PersonId]) -> Vec<String> {
    let chosen = |field: Field| contents.text(contents.chosen(members, field)).to_owned();
    let postcode = contents.chosen(members, person::POSTCODE);
    let address = contents.text(contents.chosen_address(members, postcode));
    let mut lines = address.splitn(ADDRESS_LINES, [',', '\n']).map(|line| line.trim().to_owned());
    let mut line = || lines.next().unwrap_or_default();
    let about = about(contents, members);
    let sex = match chosen(person::SEX).as_str() {
        "male" => "1",
        "female" => "2",
        "indeterminate" => "9",
        _ => "",
    };
    let number = contents.numbers().of(members).0.map(|number| number.reveal()).unwrap_or_default();
    vec![
        key.reference(&contents.records().digest[about as usize]),
        number,
        chosen(person::FAMILY_NAME),
        chosen(person::GIVEN_NAME),
        chosen(person::OTHER_NAMES),
        sex.to_owned(),
        whole_date(contents.chosen(members, person::DATE_OF_BIRTH)),
        whole_date(contents.chosen(members, person::DATE_OF_DEATH)),
        line(),
        line(),
        line(),
        line(),
        line(),
        String::new(),
        contents.text(postcode).to_owned(),
        chosen(person::GP_PRACTICE),
        String::new(),
        contents.config.transition.as_at.strftime("%Y%m%d").to_string(),
        String::new(),
        id.to_owned(),
        chosen(person::PHONE),
        chosen(person::MOBILE),
        chosen(person::EMAIL),
    ]
}

/// `19610203`; empty for a date of which only a part is known.
fn whole_date(bits: u32) -> String {
    let date = PartialDate::unpack(bits).filter(|date| date.precision() == Precision::Day);
    date.map(|date| date.date().strftime("%Y%m%d").to_string()).unwrap_or_default()
}

/// The row that the question is tied to: the one that says most of what is asked, which an answer is held against; of equals
/// the first.
fn about(contents: &Contents<'_>, members: &[PersonId]) -> PersonId {
    let people = &contents.records().people;
    let fields = [person::DATE_OF_BIRTH, person::GIVEN_NAME, person::FAMILY_NAME];
    let asked = fields.map(|field| (field, contents.chosen(members, field)));
    let says = |member: &PersonId| {
        let [born, given, family] = asked.map(|(field, bits)| bits != 0 && people.bits(field, *member) == bits);
        let of_record = standing(contents, *member) == Standing::Record;
        (born, given, family, of_record)
    };
    let asked = members.iter().filter(|member| standing(contents, **member) != Standing::Trace);
    *asked.rev().max_by_key(|member| says(member)).expect("only people with a row of record are traced")
}

/// "Trace needs one of: surname + forename + date of birth + gender, surname + postcode + date of birth + gender, forename +
/// postcode + date of birth + gender"; or a number with a date of birth.
fn can_be_found(cells: &[String]) -> bool {
    let has = |column: &str| {
        let place = COLUMNS.iter().position(|name| *name == column).expect("a column of the request");
        !cells[place].is_empty()
    };
    let names = ["FAMILY_NAME", "GIVEN_NAME", "POSTCODE"].into_iter().filter(|column| has(column)).count();
    has("DATE_OF_BIRTH") && (has("NHS_NO") || (has("GENDER") && names >= 2))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_service_needs_to_find_somebody() {
        let check = |columns: &[&str], expected: bool| {
            let cells: Vec<String> =
                COLUMNS.iter().map(|name| if columns.contains(name) { "x".into() } else { String::new() }).collect();
            assert_eq!(can_be_found(&cells), expected, "{columns:?}");
        };
        check(&["NHS_NO", "DATE_OF_BIRTH"], true);
        check(&["NHS_NO", "FAMILY_NAME", "GIVEN_NAME"], false);
        check(&["FAMILY_NAME", "GIVEN_NAME", "DATE_OF_BIRTH", "GENDER"], true);
        check(&["GIVEN_NAME", "POSTCODE", "DATE_OF_BIRTH", "GENDER"], true);
        check(&["FAMILY_NAME", "GIVEN_NAME", "DATE_OF_BIRTH"], false);
        check(&["FAMILY_NAME", "DATE_OF_BIRTH", "GENDER"], false);
    }

    #[test]
    fn a_date_of_which_a_part_is_missing_is_not_sent() {
        let whole = PartialDate::day(jiff::civil::date(1961, 2, 3)).map_or(0, PartialDate::pack);
        assert_eq!(whole_date(whole), "19610203");
        assert_eq!(whole_date(0), "");
    }
}
