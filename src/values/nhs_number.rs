//! The NHS number: ten digits, the tenth a Modulus 11 check digit.

use jiff::civil::Date;
use std::fmt;
use std::str::FromStr;

/// A number that passes the check digit and is not a refused pattern. It may still belong to somebody else.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NhsNumber(u64);

/// Which register issued a number, by its range.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scheme {
    /// 4…, 6… and 7…: England, Wales and the Isle of Man.
    England,
    /// 0100000000 to 3112999999, where the first six digits are a day: a Scottish CHI number.
    Chi,
    /// 3200000000 to 3999999999: a Northern Ireland Health and Care number.
    HealthAndCare,
    /// 9…: never issued to a person; test patients. Usable, and flagged.
    Test,
    /// A range that is not issued.
    NotIssued,
}

/// Why text is not an NHS number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NhsNumberFault {
    /// Not ten digits once spaces and hyphens are gone; the count of digits seen.
    Length(usize),
    /// Holds something other than digits, spaces and hyphens.
    NotDigits,
    /// The tenth digit is not the one the first nine require, or they allow none.
    CheckDigit,
    /// All digits equal, or 0123456789: passes the arithmetic, belongs to nobody.
    Refused,
}

impl NhsNumber {
    /// The ten digits. Personal data: for comparison and for the package only.
    pub fn reveal(self) -> String {
        format!("{:010}", self.0)
    }

    /// The number as an integer of at most ten digits. Personal data.
    pub fn reveal_integer(self) -> u64 {
        self.0
    }

    /// Of a Scottish CHI number, the day, month and year of the century on which its holder was born. Personal data.
    pub fn birth_of_chi(self) -> Option<(i8, i8, i8)> {
        (self.scheme() == Scheme::Chi).then(|| first_six(self.0))
    }

    /// The register that issued the number.
    pub fn scheme(self) -> Scheme {
        Scheme::of_integer(self.0)
    }
}

impl Scheme {
    /// By ranges (NHS.md §1, ranges of the package nhs-number 2.2.0).
    fn of_integer(number: u64) -> Self {
        match number {
            100_000_000..=3_112_999_999 if starts_with_a_day(number) => Scheme::Chi,
            3_200_000_000..=3_999_999_999 => Scheme::HealthAndCare,
            4_000_000_000..=4_999_999_999 | 6_000_000_000..=7_999_999_999 => Scheme::England,
            9_000_000_000..=9_999_999_999 => Scheme::Test,
            _ => Scheme::NotIssued,
        }
    }
}

/// "CHI: DDMMYY + 2 digits + sex digit + check; the first six digits must be a date". Of which century, they do not say.
fn starts_with_a_day(number: u64) -> bool {
    let (day, month, year) = first_six(number);
    [1900, 2000].iter().any(|century| Date::new(century + i16::from(year), month, day).is_ok())
}

/// The first six of ten digits, by two.
fn first_six(number: u64) -> (i8, i8, i8) {
    let two = |power: u32| i8::try_from(number / 10_u64.pow(power) % 100).expect("two digits");
    (two(8), two(6), two(4))
}

/// The check digit of nine digits, or `None` where the remainder allows none.
///
/// "Multiply digits 1..9 by weights 10..2; sum; r = sum mod 11; c = 11 − r; c = 11 → 0; c = 10 → the number is
/// invalid" (NHS Data Dictionary, NHS NUMBER).
fn check_digit(nine: &[u8]) -> Option<u8> {
    let sum: u32 = nine.iter().zip((2..=10).rev()).map(|(digit, weight)| u32::from(*digit) * weight).sum();
    match 11 - sum % 11 {
        11 => Some(0),
        10 => None,
        digit => u8::try_from(digit).ok(),
    }
}

impl FromStr for NhsNumber {
    type Err = NhsNumberFault;

    fn from_str(text: &str) -> Result<Self, NhsNumberFault> {
        let mut digits = [0u8; 10];
        let mut seen = 0;
        for byte in text.trim().bytes() {
            match byte {
                b'0'..=b'9' => {
                    if let Some(place) = digits.get_mut(seen) {
                        *place = byte - b'0';
                    }
                    seen += 1;
                }
                b' ' | b'-' => {}
                _ => return Err(NhsNumberFault::NotDigits),
            }
        }
        if seen != 10 {
            return Err(NhsNumberFault::Length(seen));
        }
        if digits.iter().all(|digit| *digit == digits[0]) || digits == [0, 1, 2, 3, 4, 5, 6, 7, 8, 9] {
            return Err(NhsNumberFault::Refused);
        }
        if check_digit(&digits[..9]) != Some(digits[9]) {
            return Err(NhsNumberFault::CheckDigit);
        }
        Ok(NhsNumber(digits.iter().fold(0, |number, digit| number * 10 + u64::from(*digit))))
    }
}

impl fmt::Debug for NhsNumber {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("NhsNumber(redacted)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(text: &str, expected: Result<&str, NhsNumberFault>) {
        let found = text.parse::<NhsNumber>().map(NhsNumber::reveal);
        assert_eq!(found, expected.map(String::from));
    }

    #[test]
    fn eleven_means_nought_and_ten_means_invalid() {
        // 999 000 000: weighted sum 243; 243 mod 11 = 1, so the digit would be 10 and no tenth digit is right.
        assert_eq!(check_digit(&[9, 9, 9, 0, 0, 0, 0, 0, 0]), None);
        for last in 0..10 {
            check(&format!("999000000{last}"), Err(NhsNumberFault::CheckDigit));
        }
        // 999 000 005: sum 243 + 10 = 253 = 23 × 11, remainder 0, digit 11 → 0.
        assert_eq!(check_digit(&[9, 9, 9, 0, 0, 0, 0, 0, 5]), Some(0));
        check("999 000 0050", Ok("9990000050"));
    }

    #[test]
    fn spaces_and_hyphens_are_not_digits_but_are_allowed() {
        check("999-000-0050", Ok("9990000050"));
        check("9990000050 ", Ok("9990000050"));
        check("999000005", Err(NhsNumberFault::Length(9)));
        check("99900000500", Err(NhsNumberFault::Length(11)));
        check("999000005O", Err(NhsNumberFault::NotDigits));
        check("9.99E+09", Err(NhsNumberFault::NotDigits));
        check("", Err(NhsNumberFault::Length(0)));
    }

    #[test]
    fn patterns_that_pass_the_arithmetic_are_refused() {
        for digit in 0..10 {
            check(&digit.to_string().repeat(10), Err(NhsNumberFault::Refused));
        }
        check("0123456789", Err(NhsNumberFault::Refused));
    }

    #[test]
    fn the_scheme_follows_the_range() {
        let scheme = |text: &str| text.parse::<NhsNumber>().map(NhsNumber::scheme);
        assert_eq!(scheme("9990000050"), Ok(Scheme::Test));
        assert_eq!(scheme("4010232137"), Ok(Scheme::England));
        assert_eq!(scheme("0101010125"), Ok(Scheme::Chi));
        assert_eq!(scheme("3200000015"), Ok(Scheme::HealthAndCare));
        assert_eq!(scheme("5000000013"), Ok(Scheme::NotIssued));
        // Of the Scottish range, but no month is the 13th or the 99th.
        assert_eq!(scheme("3013990007"), Ok(Scheme::NotIssued));
        assert_eq!(scheme("0299990001"), Ok(Scheme::NotIssued));
        let of = Scheme::of_integer;
        for (first, last, expected) in [
            (10, 99_999_999, Scheme::NotIssued),
            (3_113_000_000, 3_199_999_999, Scheme::NotIssued),
            (3_200_000_000, 3_999_999_999, Scheme::HealthAndCare),
            (4_000_000_000, 4_999_999_999, Scheme::England),
            (5_000_000_000, 5_999_999_999, Scheme::NotIssued),
            (6_000_000_000, 7_999_999_999, Scheme::England),
            (8_000_000_000, 8_999_999_999, Scheme::NotIssued),
            (9_000_000_000, 9_999_999_999, Scheme::Test),
        ] {
            assert_eq!((of(first), of(last)), (expected, expected), "{first} to {last}");
        }
        // 29 February is a day of 2000 and of no 1900; of 1999 and 2099 it is none.
        assert_eq!([of(2_902_000_000), of(2_902_990_000)], [Scheme::Chi, Scheme::NotIssued]);
    }

    #[test]
    fn it_does_not_print() {
        let number: NhsNumber = "9990000050".parse().expect("valid");
        assert!(!format!("{number:?}").contains("999"));
    }
}
