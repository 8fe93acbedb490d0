//! How well a column fits a field: by the words of its name, and by what its values are. Values outrank a name.

use super::codes;
use super::product::ColumnType;
use super::synonyms::{Synonyms, WEAK};
use super::tally::Tally;
use super::value::Mark;
use crate::config::{Field, FieldType};

/// What is known of a column.
pub(super) struct Facts<'a> {
    pub name: &'a str,
    pub words: Vec<String>,
    pub column_type: ColumnType,
    pub tally: &'a Tally,
}

/// How much a name says that it is the field's, and whether it says what kind of record the row speaks of.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct NameFit {
    pub score: f64,
    pub telling: bool,
}

/// A name fits from here on.
pub(super) const NAME_FITS: f64 = 0.7;

/// The best of the field's sets of words. Each word that a set explains counts one; each that it does not takes away.
pub(super) fn by_name(synonyms: &Synonyms, field: Field, words: &[String]) -> Option<NameFit> {
    let is_date = matches!(field.field_type(), FieldType::Date | FieldType::Moment);
    let cost = |word: &str| match word {
        "date" | "time" if is_date => 0.1,
        _ if WEAK.contains(&word) => 0.15,
        _ => 0.6,
    };
    let fits = synonyms.sets.iter().filter_map(|set| {
        let (telling, set) = set.strip_prefix('*').map_or((false, *set), |rest| (true, rest));
        let wanted: Vec<&str> = set.split(' ').collect();
        if !wanted.iter().all(|word| words.iter().any(|known| known == word)) {
            return None;
        }
        let rest = words.iter().filter(|word| !wanted.contains(&word.as_str()));
        let score = wanted.len() as f64 - rest.map(|word| cost(word)).sum::<f64>();
        Some(NameFit { score, telling })
    });
    let best = fits.max_by(|left, right| left.score.total_cmp(&right.score).then(left.telling.cmp(&right.telling)))?;
    (best.score >= NAME_FITS).then_some(best)
}

/// How well the values are what the field holds: nought where they are not.
pub(super) fn by_values(field: Field, name: Option<NameFit>, facts: &Facts<'_>) -> f64 {
    use ColumnType as Is;
    let (tally, is) = (facts.tally, facts.column_type);
    if is == Is::Empty {
        return 0.0;
    }
    let path = format!("{}.{}", field.kind.name(), field.name());
    if matches!(field.field_type(), FieldType::Coded(_)) {
        let share = codes::share(&path, tally);
        let sure = name.is_some_and(|name| name.score >= 1.6) && matches!(is, Is::Code | Is::Sex);
        return if share >= 0.5 {
            1.0
        } else if sure && share > 0.0 {
            0.4
        } else {
            0.0
        };
    }
    match field.field_type() {
        FieldType::NhsNumber if is == Is::NhsNumber => 1.5,
        FieldType::NhsNumber if tally.share_of(Mark::TenDigits) >= 0.5 => 0.5,
        FieldType::NhsNumber => 0.0,
        FieldType::Date if matches!(is, Is::Date | Is::DateTime) => 1.0,
        FieldType::Moment if is == Is::DateTime => 1.1,
        FieldType::Moment if is == Is::Date => 1.0,
        FieldType::Date | FieldType::Moment => 0.0,
        _ => of_text(&path, facts),
    }
}

fn of_text(path: &str, facts: &Facts<'_>) -> f64 {
    use ColumnType as Is;
    let (tally, is) = (facts.tally, facts.column_type);
    let share = |mark| tally.share_of(mark);
    let letters = share(Mark::OneWord) + share(Mark::Words);
    let when = |holds: bool, score: f64| if holds { score } else { 0.0 };
    match path {
        "referral.ubrn" => when(is == Is::Ubrn || share(Mark::Ubrn) >= 0.5, 1.3),
        "person.local_id"
        | "referral.local_id"
        | "referral.parent_local_id"
        | "appointment.local_id"
        | "diagnostic.local_id"
        | "document.local_id"
        | "concern.local_id"
        | "referral.pathway_id"
        | "appointment.referral_local_id" => when(is_identifier(facts), 1.0),
        "person.family_name" | "person.previous_family_name" => {
            when(letters >= 0.7 && is != Is::Title, if is == Is::GivenName { 0.6 } else { 1.0 })
        }
        "person.given_name" | "person.other_names" => {
            when(letters >= 0.7 && is != Is::Title, if is == Is::FamilyName { 0.6 } else { 1.0 })
        }
        "person.full_name" => match is {
            Is::FullName => 1.2,
            _ => when(share(Mark::Words) >= 0.3 && share(Mark::FullName) >= 0.2 && is != Is::Code, 0.9),
        },
        "person.title" => when(is == Is::Title || share(Mark::Title) >= 0.5, 1.2),
        "person.postcode" => when(share(Mark::Postcode) >= 0.4, 1.2),
        "person.email" => when(share(Mark::Email) >= 0.4, 1.2),
        "person.phone" => when(share(Mark::Phone) + share(Mark::PhoneCut) >= 0.4, 1.0),
        "person.mobile" => when(share(Mark::Mobile) + share(Mark::PhoneCut) >= 0.4, 1.0),
        "person.address" => when(is_wordy(is), 1.0),
        "person.gp_practice" => of_practice(facts),
        "person.nhs_number_status" => when(tally.length <= 3 * tally.said || is == Is::Code, 0.8),
        "referral.rtt_status" => when(tally.length <= 3 * tally.said && share(Mark::Whole) >= 0.5, 1.0),
        "document.location" => when(is == Is::FilePath, 1.2).max(when(is_wordy(is), 0.5)),
        "document.bytes" => when(share(Mark::Whole) >= 0.9, 1.0),
        "outcome_score.value" => when(share(Mark::Decimal) >= MOST_NUMBERS, 1.0),
        "paper.pass" => when(tally.distinct.len() <= 3 && tally.length <= 8 * tally.said, 1.0),
        "paper.box" | "paper.folder" => when(tally.length <= 12 * tally.said && is != Is::Date, 1.0),
        "appointment.kind" => when(codes::share(path, tally) >= 0.5, 1.1).max(when(is_wordy(is), 0.7)),
        "appointment.outcome" | "document.kind" => when(is_wordy(is), 0.8),
        "paper.image" | "paper.unreadable" => 0.8,
        _ => when(is_wordy(is), 0.8),
    }
}

const MOST_NUMBERS: f64 = 0.8;

/// Words, codes or identifiers, of which nobody can say that they are something else.
fn is_wordy(is: ColumnType) -> bool {
    use ColumnType as Is;
    !matches!(is, Is::Date | Is::DateTime | Is::Time | Is::NhsNumber | Is::Email | Is::Phone | Is::Postcode | Is::Empty)
}

fn is_identifier(facts: &Facts<'_>) -> bool {
    use ColumnType as Is;
    match facts.column_type {
        Is::Identifier | Is::Ubrn => true,
        Is::Number | Is::Code | Is::Text => {
            facts.tally.share_of(Mark::IdLike) >= 0.7 && facts.tally.share_of(Mark::Sentence) < 0.1
        }
        _ => false,
    }
}

/// The code of a practice, or its name where the column is called so. The organisation that refers is a practice only where
/// the codes say so.
fn of_practice(facts: &Facts<'_>) -> f64 {
    let refers = facts.words.iter().any(|word| word == "referring" || word == "referrer");
    match facts.column_type {
        ColumnType::Practice => 1.3,
        _ if refers => 0.0,
        is if is_wordy(is) => 0.7,
        _ => 0.0,
    }
}

/// What the values alone say: a strong type, and the field that holds it.
pub(super) fn without_a_name(is: ColumnType) -> Option<(&'static str, f64)> {
    match is {
        ColumnType::NhsNumber => Some(("nhs_number", 1.7)),
        ColumnType::Email => Some(("email", 1.3)),
        ColumnType::Postcode => Some(("postcode", 1.3)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::synonyms::TABLE;
    use super::super::words::words;
    use super::*;
    use crate::config::RecordKind;

    fn best(name: &str, kind: &str) -> Option<&'static str> {
        let (record, _) = RecordKind::ALL.iter().find(|(_, known)| *known == kind).expect("a kind");
        let of = |synonyms: &&Synonyms| {
            let field = record.field(synonyms.field).expect("a field");
            by_name(synonyms, field, &words(name)).map(|fit| (synonyms.field, fit.score))
        };
        let table = TABLE.iter().filter(|synonyms| synonyms.kind == kind);
        let found = table.filter_map(|synonyms| of(&synonyms)).max_by(|left, right| left.1.total_cmp(&right.1));
        found.map(|(field, _)| field)
    }

    #[track_caller]
    fn check(kind: &str, names: &[(&str, &str)]) {
        for (name, field) in names {
            let expected = (!field.is_empty()).then_some(*field);
            assert_eq!(best(name, kind), expected, "{name}");
        }
    }

    #[test]
    fn people() {
        check(
            "person",
            &[
                ("NHS No", "nhs_number"),
                ("NHS_NUM", "nhs_number"),
                ("Patient Identifier", "local_id"),
                ("Hosp No", "local_id"),
                ("MRN", "local_id"),
                ("Last name", "family_name"),
                ("PERSON_SURNAME", "family_name"),
                ("Known as forename", "given_name"),
                ("D.O.B.", "date_of_birth"),
                ("Birth date", "date_of_birth"),
                ("PCode", "postcode"),
                ("Mob", "mobile"),
                ("Email Address", "email"),
                ("Address line 2", "address"),
                ("NHS_NUMBER_STATUS_CODE", "nhs_number_status"),
                ("GP_ORGANISATION_CODE", "gp_practice"),
                ("Previous surname", "previous_family_name"),
                ("Telephone No.1", "phone"),
                ("Letter no", ""),
                ("Template", ""),
            ],
        );
    }

    #[test]
    fn referrals() {
        check(
            "referral",
            &[
                ("Ref Date", "referred"),
                ("Date Rec'd", "received"),
                ("Date referral received", "received"),
                ("Date of referral", "referred"),
                ("Date referred on", "referred_on"),
                ("Referred on to", "referred_on_to"),
                ("Referred by", "referrer"),
                ("Previous referral ID", "parent_local_id"),
                ("Discharge reason", "close_reason"),
                ("Date discharged", "closed"),
                ("RTT start", "clock_start"),
                ("RTT status", "rtt_status"),
                ("TRIAGE_PRIORITY_CD", "triage_priority"),
                ("ORIG_RECEIVED_DT", "original_received"),
                ("LAST_SEEN_DT", "last_seen"),
            ],
        );
    }

    #[test]
    fn appointments() {
        check(
            "appointment",
            &[
                ("Appt Date", "starts"),
                ("APPT_DT_TM", "starts"),
                ("Date booked", "booked"),
                ("Clinic", "site"),
                ("Clinician", "clinician"),
                ("FIRST_ATTENDANCE_CD", "kind"),
                ("ATTENDANCE_CD", "status"),
                ("OUTCOME_CD", "outcome"),
                ("SCH_EVENT_ID", "local_id"),
            ],
        );
    }
}
