//! Codes of organisations in cells. Names stand there too, and systems' own numbers: only what looks like a code is judged as
//! one, and it is kept as it was found.

use super::clean::Clean;
use crate::config::Field;
use crate::config::fields::{person, referral};
use crate::ledger::Reason;
use crate::values::{OdsCode, OdsKind};
use jiff::civil::Date;
use std::borrow::Cow;

/// Which codes a field holds.
#[derive(Clone, Copy)]
pub(super) struct Organisations {
    practice: bool,
    as_at: Date,
}

/// Nobody writes a longer code.
const LENGTH_MAX: usize = 10;

impl Organisations {
    /// Of a field that holds codes of organisations.
    pub fn of(field: Field, as_at: Date) -> Option<Self> {
        let practice = field == person::GP_PRACTICE;
        let holds = practice || [referral::COMMISSIONER, referral::PATHWAY_ISSUER].contains(&field);
        holds.then_some(Organisations { practice, as_at })
    }

    /// A value. What stands for no practice is none, since people who have that in common have nothing in common.
    pub fn clean(self, found: Cow<'_, str>) -> Clean<'_> {
        let code = found.parse::<OdsCode>().ok().filter(|code| !self.practice || code.kind() == OdsKind::Practice);
        let reason = match code {
            Some(code) if self.practice && code.is_no_practice() => return Clean::refused(Reason::PracticeNone),
            Some(code) => code.had_closed_by(self.as_at).then_some(Reason::OdsCodeClosed),
            None => looks_like_a_code(&found).then_some(Reason::OdsCodeShape),
        };
        Clean::text(found, reason)
    }
}

/// One word of letters and digits, a digit among them.
pub(super) fn looks_like_a_code(text: &str) -> bool {
    text.len() <= LENGTH_MAX
        && text.bytes().all(|sign| sign.is_ascii_alphanumeric())
        && text.bytes().any(|sign| sign.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[track_caller]
    fn check(field: Field, found: &str, expected: (&str, Option<Reason>)) {
        let organisations = Organisations::of(field, date(2017, 9, 30)).expect("a field of codes");
        let clean = organisations.clean(found.into());
        assert_eq!((clean.text.as_deref().unwrap_or_default(), clean.value.reason), expected, "{found}");
    }

    #[test]
    fn a_code_is_judged_and_kept_as_found() {
        check(person::GP_PRACTICE, "K99004", ("K99004", None));
        check(person::GP_PRACTICE, "k99004", ("k99004", None));
        check(person::GP_PRACTICE, "K9900", ("K9900", Some(Reason::OdsCodeShape)));
        check(person::GP_PRACTICE, "K99O04", ("K99O04", Some(Reason::OdsCodeShape)));
        check(person::GP_PRACTICE, "RTH", ("RTH", None));
        check(person::GP_PRACTICE, "V81999", ("", Some(Reason::PracticeNone)));
        check(referral::COMMISSIONER, "10Q", ("10Q", None));
        check(referral::COMMISSIONER, "10Q0", ("10Q0", Some(Reason::OdsCodeShape)));
        check(referral::COMMISSIONER, "5QE", ("5QE", Some(Reason::OdsCodeClosed)));
        check(referral::PATHWAY_ISSUER, "X09", ("X09", None));
    }

    #[test]
    fn a_name_is_no_code() {
        for name in ["Hill Surgery", "BSS/B81001 - TEST GROUP PRACTICE", "Surgery", "The 3 Bridges Practice"] {
            check(person::GP_PRACTICE, name, (name, None));
        }
    }

    #[test]
    fn other_fields_hold_other_things() {
        assert!(Organisations::of(person::LOCAL_ID, date(2017, 9, 30)).is_none());
    }
}
