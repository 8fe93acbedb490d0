//! What one value may be. Each test is of the text alone; what a column is, its values decide together.

use super::people;
use crate::records::calendar;
use crate::records::clean::said;
use crate::records::names::is_title;
use crate::values::{NhsNumber, NhsNumberFault, Postcode, Scheme};

/// Something a value may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mark {
    /// Ten digits with a valid check digit.
    NhsValid,
    /// Ten digits.
    TenDigits,
    /// A Scottish number with a valid check digit.
    Chi,
    /// A Northern Irish number with a valid check digit.
    HealthAndCare,
    /// Nine digits that make a Scottish number with a nought before them.
    ChiCut,
    Postcode,
    /// Of no fixed abode, not known, abroad.
    PostcodePseudo,
    Phone,
    Mobile,
    /// Ten digits from 1, 2 or 7: a telephone number whose nought was lost.
    PhoneCut,
    Email,
    Sex,
    Title,
    /// A letter and five digits, or three letters and three digits.
    Practice,
    /// Twelve digits, perhaps in groups of four.
    Ubrn,
    Time,
    /// Four digits that are a time of day.
    TimeDigits,
    Whole,
    Decimal,
    /// `4.01E+09`: digits are lost.
    Scientific,
    /// A number of more than fifteen digits that a spreadsheet has rounded.
    Rounded,
    /// Digits that begin with a nought.
    LeadingNought,
    /// Whole numbers from 10000 to 60000: a spreadsheet's count of days would look so.
    Serial,
    /// Letters and digits without a space, at least one digit.
    IdLike,
    /// One word of letters.
    OneWord,
    /// Two words or more, of letters alone.
    Words,
    /// A name before a comma, or after a title, or two words with a known name among them.
    FullName,
    GivenName,
    FamilyName,
    FilePath,
    /// A month and a year, such as Sep-17.
    Month,
    /// Four words or more.
    Sentence,
    /// A word that means "nothing".
    NullWord,
    /// `Total` and the like.
    Total,
}

/// How many marks there are.
pub(super) const MARKS: usize = Mark::Total as usize + 1;

/// What a value may be.
#[derive(Clone, Copy, Default)]
pub(super) struct Look {
    marks: u64,
    pub date: Option<calendar::Seen>,
}

impl Look {
    pub fn has(&self, mark: Mark) -> bool {
        self.marks & (1 << mark as u64) != 0
    }

    pub fn marks(&self) -> u64 {
        self.marks
    }

    fn set(&mut self, mark: Mark, is: bool) {
        self.marks |= u64::from(is) << mark as u64;
    }
}

/// Looks at a value, outer white space trimmed.
pub(super) fn look(raw: &str) -> Look {
    let mut look = Look::default();
    let Some(text) = said(raw, false) else {
        look.set(Mark::NullWord, true);
        return look;
    };
    let text = text.as_ref();
    if text.len() > 200 {
        look.set(Mark::Sentence, true);
        return look;
    }
    look.date = calendar::see_zoned(text);
    look.set(Mark::Time, calendar::clock(text).is_some());
    if text.contains(|sign: char| sign.is_ascii_digit()) {
        numbers(text, &mut look);
    } else {
        words(text, &mut look);
    }
    look.set(Mark::Email, is_email(text));
    let path = text.contains("\\") || text.starts_with('/') || text.contains("://");
    look.set(Mark::FilePath, path && text.len() > 4 && !text.contains("  "));
    look.set(Mark::Month, is_month(text));
    look.set(Mark::Sentence, text.split(' ').count() >= 4);
    look
}

fn numbers(text: &str, look: &mut Look) {
    let plain = text.strip_suffix(".0").unwrap_or(text);
    match plain.parse::<NhsNumber>() {
        Ok(number) => {
            look.set(Mark::NhsValid, true);
            look.set(Mark::TenDigits, true);
            look.set(Mark::Chi, number.scheme() == Scheme::Chi);
            look.set(Mark::HealthAndCare, number.scheme() == Scheme::HealthAndCare);
        }
        Err(NhsNumberFault::Length(9)) => {
            let whole = format!("0{plain}").parse::<NhsNumber>();
            look.set(Mark::ChiCut, whole.is_ok_and(|number| number.scheme() == Scheme::Chi));
        }
        Err(NhsNumberFault::CheckDigit | NhsNumberFault::Refused) => look.set(Mark::TenDigits, true),
        Err(_) => {}
    }
    let postcode = Postcode::repair(text);
    look.set(Mark::Postcode, postcode.is_some() && text.starts_with(|first: char| first.is_ascii_alphabetic()));
    look.set(Mark::PostcodePseudo, postcode.is_some_and(|(postcode, _)| postcode.is_pseudo()));
    phones(text, look);
    let digits = text.bytes().filter(u8::is_ascii_digit).count();
    let all_digits = digits == text.len();
    look.set(Mark::Ubrn, digits == 12 && text.bytes().all(|byte| byte.is_ascii_digit() || byte == b' '));
    look.set(Mark::Whole, all_digits);
    look.set(Mark::LeadingNought, all_digits && digits > 1 && text.starts_with('0'));
    let number = text.replace(',', "").parse::<f64>().ok().filter(|_| !text.contains(['e', 'E', 'n', 'N', 'i']));
    look.set(Mark::Decimal, number.is_some());
    look.set(
        Mark::Serial,
        all_digits && digits == 5 && number.is_some_and(|days| (10_000.0..60_000.0).contains(&days)),
    );
    look.set(Mark::Scientific, is_scientific(text));
    look.set(Mark::TimeDigits, digits == 4 && all_digits && &text[..2] < "24" && &text[2..] < "60");
    let id_sign = |sign: char| sign.is_alphanumeric() || "-/_.#".contains(sign);
    look.set(Mark::IdLike, text.chars().all(id_sign) && text.len() <= 36 && !text.contains('.'));
    look.set(Mark::Practice, is_practice(text));
}

fn phones(text: &str, look: &mut Look) {
    let signs = |sign: char| sign.is_ascii_digit() || "+() -.".contains(sign);
    // People note an extension, or whose number it is, behind it.
    let bare = text.split(['x', 'e']).next().unwrap_or(text).trim_end();
    if !bare.chars().all(signs) {
        return;
    }
    let digits: String = bare.chars().filter(char::is_ascii_digit).collect();
    let national =
        match digits.strip_prefix("0044").or_else(|| digits.strip_prefix("44").filter(|_| bare.starts_with('+'))) {
            Some(rest) => format!("0{}", rest.trim_start_matches('0')),
            None => digits.clone(),
        };
    let long = (10..=11).contains(&national.len());
    look.set(Mark::Phone, long && national.starts_with('0') && !national.starts_with("00"));
    look.set(Mark::Mobile, national.len() == 11 && national.starts_with("07"));
    look.set(Mark::PhoneCut, national.len() == 10 && national.starts_with(['1', '2', '7']));
}

fn words(text: &str, look: &mut Look) {
    let bare = text.trim_end_matches('.').to_lowercase();
    look.set(Mark::Sex, people::SEXES.contains(&bare.as_str()));
    look.set(Mark::Title, is_title(&bare));
    look.set(Mark::Total, ["total", "grand total", "totals", "subtotal", "sub total"].contains(&bare.as_str()));
    let letters = |word: &str| word.chars().all(|sign| sign.is_alphabetic() || "'’-.".contains(sign));
    let parts: Vec<&str> = bare.split([' ', ',', '(', ')']).filter(|word| !word.is_empty()).collect();
    let all_letters = parts.iter().all(|word| letters(word));
    look.set(Mark::OneWord, all_letters && parts.len() == 1 && !text.contains(','));
    look.set(Mark::Words, all_letters && parts.len() > 1);
    look.set(Mark::GivenName, all_letters && parts.first().is_some_and(|word| people::is_given_name(word)));
    look.set(Mark::FamilyName, all_letters && parts.last().is_some_and(|word| people::is_family_name(word)));
    if !all_letters || parts.len() < 2 || parts.len() > 6 {
        return;
    }
    let titled = parts.iter().any(|word| is_title(word));
    let comma = text.split_once(',').is_some_and(|(family, given)| {
        !family.trim().contains(' ') && (1..=3).contains(&given.split_whitespace().count())
    });
    let known = parts.iter().any(|word| people::is_given_name(word) || people::is_family_name(word));
    let capitals =
        text.split_whitespace().all(|word| word.starts_with(|first: char| first.is_uppercase() || first == '('));
    look.set(Mark::FullName, capitals && (titled || comma || known));
}

fn is_email(text: &str) -> bool {
    let Some((name, host)) = text.split_once('@') else { return false };
    !name.is_empty() && host.contains('.') && !host.contains('@') && !text.contains(' ')
}

fn is_scientific(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once(['E', 'e']) else { return false };
    let digits = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    digits(exponent.trim_start_matches(['+', '-'])) && mantissa.contains('.') && digits(&mantissa.replacen('.', "", 1))
}

/// "Letter + 5 digits (14,168 of 14,303) or 3 letters + 3 digits (135)" (shapes counted in the practice list of 2019).
fn is_practice(text: &str) -> bool {
    let bytes = text.as_bytes();
    let shape = |letters: usize| {
        bytes.len() == 6
            && bytes[..letters].iter().all(u8::is_ascii_uppercase)
            && bytes[letters..].iter().all(u8::is_ascii_digit)
    };
    shape(1) || shape(3)
}

/// `Sep-17`, `September 2017`, `2017-09`.
pub(super) fn is_month(text: &str) -> bool {
    let parts: Vec<&str> = text.split(['-', ' ', '/']).collect();
    let [first, second] = parts.as_slice() else { return false };
    let digits =
        |part: &str, lengths: &[usize]| lengths.contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit());
    let month = first.len() >= 3
        && (crate::values::month_of_beginning(first).is_some() && first.len() == 3
            || crate::values::month_of_name(first).is_some());
    (month && digits(second, &[2, 4]))
        || (digits(first, &[4]) && digits(second, &[2]) && text.contains('-') && *second <= "12")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, is: &[Mark], is_not: &[Mark]) {
        let look = look(text);
        for mark in is {
            assert!(look.has(*mark), "{text} is {mark:?}");
        }
        for mark in is_not {
            assert!(!look.has(*mark), "{text} is not {mark:?}");
        }
    }

    #[test]
    fn numbers_of_the_health_services() {
        check("999 000 0018", &[Mark::NhsValid, Mark::TenDigits], &[Mark::Chi, Mark::HealthAndCare]);
        check("9990000018.0", &[Mark::NhsValid], &[]);
        check("9990000019", &[Mark::TenDigits], &[Mark::NhsValid]);
        check("1111111111", &[Mark::TenDigits], &[Mark::NhsValid]);
        check("0101010125", &[Mark::NhsValid, Mark::Chi, Mark::LeadingNought], &[]);
        check("101010125", &[Mark::ChiCut], &[Mark::NhsValid]);
        check("9.99E+09", &[Mark::Scientific], &[Mark::NhsValid, Mark::IdLike]);
    }

    #[test]
    fn places_and_ways_to_reach_people() {
        check("OX4 1AB", &[Mark::Postcode], &[Mark::PostcodePseudo]);
        check("ZZ99 3VZ", &[Mark::Postcode, Mark::PostcodePseudo], &[]);
        check("TX1  1US", &[Mark::Postcode], &[]);
        check("01632 960001", &[Mark::Phone], &[Mark::Mobile]);
        check("+447700900123", &[Mark::Phone, Mark::Mobile], &[]);
        check("7700900123", &[Mark::PhoneCut], &[Mark::Phone]);
        check("a.b@example.org", &[Mark::Email], &[]);
        check("K99004", &[Mark::Practice, Mark::IdLike], &[Mark::Postcode]);
        check("\\\\server\\scan\\1.tif", &[Mark::FilePath], &[]);
    }

    #[test]
    fn people() {
        check("Mrs", &[Mark::Title], &[Mark::FullName]);
        check("Female", &[Mark::Sex], &[]);
        check("SMITH, John (Mr)", &[Mark::FullName], &[]);
        check("Mr John Quillfeather", &[Mark::FullName], &[]);
        check("Sarah Quillfeather", &[Mark::FullName, Mark::GivenName], &[Mark::FamilyName]);
        check("Knee pain", &[Mark::Words], &[Mark::FullName]);
        check("Smith", &[Mark::OneWord, Mark::FamilyName], &[Mark::FullName]);
    }

    #[test]
    fn other_things() {
        check("3606 5466 1155", &[Mark::Ubrn], &[Mark::NhsValid]);
        check("43008", &[Mark::Serial, Mark::Whole], &[]);
        check("1,234.5", &[Mark::Decimal], &[Mark::Whole]);
        check("0930", &[Mark::TimeDigits], &[]);
        check("09:30", &[Mark::Time], &[]);
        check("Sep-17", &[Mark::Month], &[]);
        check("2017-09", &[Mark::Month], &[]);
        check("N/A", &[Mark::NullWord], &[]);
        check("-", &[Mark::NullWord], &[]);
        check("Telephoned nine times, no answer.", &[Mark::Sentence], &[]);
        check("Total", &[Mark::Total], &[]);
    }
}
