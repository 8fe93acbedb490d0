//! What is asked about.

use super::ExplainError;

/// What is asked about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Subject {
    /// A patient, by id.
    Patient(String),
    /// A referral, by id.
    Referral(String),
    /// An appointment, by id.
    Appointment(String),
    /// A figure, by name.
    Figure(String),
    /// A row, as it was written.
    Row(String),
    /// Two rows.
    Rows([String; 2]),
    /// Two patients.
    Patients([String; 2]),
}

/// Before the name of a figure.
const FIGURE: &str = "figure:";
/// Between two ids that are given as one word.
const BETWEEN: [char; 3] = ['+', ',', ' '];
const FORMS: &str = "give a patient (P-…), a referral (R-…), an appointment (A-…), a figure (figure:NAME), a row \
                     (source:file:sheet:row), or two rows or two patients, one after the other";

impl Subject {
    /// What one word or two ask about.
    pub fn parse(one: &str, other: Option<&str>) -> Result<Self, ExplainError> {
        let unknown = |what: String| ExplainError::Unknown { what, hint: FORMS.to_owned() };
        match (Subject::of(one.trim()), other.map(|other| Subject::of(other.trim()))) {
            (Some(one), None) => Ok(one),
            (Some(Subject::Patient(one)), Some(Some(Subject::Patient(other)))) => Ok(Subject::Patients([one, other])),
            (Some(Subject::Row(one)), Some(Some(Subject::Row(other)))) => Ok(Subject::Rows([one, other])),
            (Some(_), Some(Some(_))) => {
                Err(unknown("two ids are a pair where both are rows or both are patients".into()))
            }
            (None, _) => Err(unknown(format!("{one} is no id of a package"))),
            (_, Some(None)) => Err(unknown(format!("{} is no id of a package", other.unwrap_or_default()))),
        }
    }

    fn of(word: &str) -> Option<Self> {
        if let Some(name) = word.strip_prefix(FIGURE) {
            return Some(Subject::Figure(name.trim().to_owned()));
        }
        if let Some((one, other)) = word.split_once(BETWEEN)
            && let (Some(Subject::Patient(one)), Some(Subject::Patient(other))) =
                (Subject::of(one), Subject::of(other.trim()))
        {
            return Some(Subject::Patients([one, other]));
        }
        let is_id =
            word.get(2..).is_some_and(|rest| !rest.is_empty() && rest.bytes().all(|byte| byte.is_ascii_alphanumeric()));
        let id = || word.to_ascii_uppercase();
        match word.as_bytes() {
            [b'P' | b'p', b'-', ..] if is_id => Some(Subject::Patient(id())),
            [b'R' | b'r', b'-', ..] if is_id => Some(Subject::Referral(id())),
            [b'A' | b'a', b'-', ..] if is_id => Some(Subject::Appointment(id())),
            _ if word.contains(':') => Some(Subject::Row(word.to_owned())),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(one: &str, other: Option<&str>, expected: Option<Subject>) {
        assert_eq!(Subject::parse(one, other).ok(), expected, "{one} {other:?}");
    }

    #[test]
    fn what_is_meant_shows_by_its_form() {
        check("P-0A", None, Some(Subject::Patient("P-0A".into())));
        check(" r-0a ", None, Some(Subject::Referral("R-0A".into())));
        check("A-0A", None, Some(Subject::Appointment("A-0A".into())));
        check("figure:patients", None, Some(Subject::Figure("patients".into())));
        check("clinic:a.csv:3", None, Some(Subject::Row("clinic:a.csv:3".into())));
        let patients = Some(Subject::Patients(["P-1".into(), "P-2".into()]));
        for (one, other) in [("P-1", Some("p-2")), ("P-1+P-2", None), ("P-1, P-2", None), ("P-1 P-2", None)] {
            check(one, other, patients.clone());
        }
        check("a:b.csv:3", Some("a:b.csv:4"), Some(Subject::Rows(["a:b.csv:3".into(), "a:b.csv:4".into()])));
        check("a, b:c.csv:3", None, Some(Subject::Row("a, b:c.csv:3".into())));
        for (one, other) in
            [("P-1", Some("R-2")), ("nonsense", None), ("P-1", Some("é")), ("aé", None), ("", None), ("P-", None)]
        {
            check(one, other, None);
        }
    }
}
