//! What a column is, from what was counted of it.

use super::evidence;
use super::product::{ColumnProfile, ColumnType, Problem};
use super::tally::Tally;
use super::value::Mark;

/// Patterns that are told.
const PATTERNS_MAX: usize = 12;
/// A share from which on a column is taken to be what so many of its values are.
const MOST: f64 = 0.8;

/// What the values are. `words` are those of the column's name.
pub(super) fn column_type(tally: &Tally, words: &[String]) -> ColumnType {
    if tally.said == 0 {
        return ColumnType::Empty;
    }
    let share = |mark| tally.share_of(mark);
    let says = |word: &str| words.iter().any(|known| known == word);
    let dates = tally.share(tally.dates());
    let by_digits = tally.digit_dates() * 2 > tally.dates();
    if dates >= MOST && (!by_digits || dates >= 0.98 || says("date")) {
        return if tally.timed() * 2 >= tally.dates() { ColumnType::DateTime } else { ColumnType::Date };
    }
    let is_serial = share(Mark::Serial) >= 0.95 && (says("date") || says("when"));
    let is_time = share(Mark::Time) >= MOST || (says("time") && share(Mark::TimeDigits) >= 0.95);
    let nhs_damage = share(Mark::ChiCut) + share(Mark::Scientific);
    match () {
        () if is_serial => ColumnType::Date,
        () if is_time => ColumnType::Time,
        () if share(Mark::NhsValid) >= 0.5 && share(Mark::TenDigits) + nhs_damage >= 0.7 => ColumnType::NhsNumber,
        () if share(Mark::Email) >= 0.6 => ColumnType::Email,
        () if share(Mark::Postcode) >= 0.6 => ColumnType::Postcode,
        () if share(Mark::Practice) >= MOST => ColumnType::Practice,
        () if share(Mark::Phone) + share(Mark::PhoneCut) >= 0.6 && share(Mark::Phone) > 0.2 => ColumnType::Phone,
        () if share(Mark::Ubrn) >= MOST => ColumnType::Ubrn,
        () if share(Mark::Sex) >= 0.9 && tally.distinct.len() <= 8 => ColumnType::Sex,
        () if share(Mark::Title) >= MOST => ColumnType::Title,
        () if share(Mark::FilePath) >= MOST => ColumnType::FilePath,
        () if share(Mark::FullName) >= 0.5 && !is_repeated(tally) => ColumnType::FullName,
        () => of_words_or_numbers(tally, words),
    }
}

/// Few different values, each many times.
fn is_repeated(tally: &Tally) -> bool {
    !tally.distinct_more && tally.distinct.len() <= 40 && tally.said >= 5 * tally.distinct.len() as u64
}

fn of_words_or_numbers(tally: &Tally, words: &[String]) -> ColumnType {
    let share = |mark| tally.share_of(mark);
    let says_id = words.iter().any(|word| ["id", "number", "mrn", "reference"].contains(&word.as_str()));
    let says_size = words.iter().any(|word| {
        ["size", "bytes", "count", "amount", "total", "sum", "cost", "score", "weeks", "days"].contains(&word.as_str())
    });
    let one_shape = tally.shapes.values().max().is_some_and(|most| tally.share(*most) >= MOST);
    let short = tally.length < 14 * tally.said;
    match () {
        () if is_repeated(tally) && !(share(Mark::Decimal) >= 0.9 && tally.distinct.len() > 12) => ColumnType::Code,
        () if share(Mark::Decimal) >= 0.9 => {
            let long = tally.length >= 5 * tally.said;
            let whole = share(Mark::Whole) >= 0.9;
            if whole && (says_id || (one_shape && long && !says_size)) {
                ColumnType::Identifier
            } else {
                ColumnType::Number
            }
        }
        () if share(Mark::IdLike) >= MOST => ColumnType::Identifier,
        () if share(Mark::Sentence) >= 0.5 => ColumnType::FreeText,
        () if short && share(Mark::OneWord) >= 0.7 && share(Mark::GivenName) >= 0.3 => ColumnType::GivenName,
        () if short && share(Mark::OneWord) >= 0.7 && share(Mark::FamilyName) >= 0.12 => ColumnType::FamilyName,
        () => ColumnType::Text,
    }
}

/// Everything that is told of a column, but for the fields that it may fill.
pub(super) fn column(name: String, tally: &Tally, words: &[String]) -> ColumnProfile {
    let column_type = column_type(tally, words);
    let dates = evidence::of(tally, column_type);
    let mut patterns: Vec<(String, u64)> = tally.shapes.iter().map(|(shape, count)| (shape.clone(), *count)).collect();
    patterns.sort_by(|left, right| right.1.cmp(&left.1).then_with(|| left.0.cmp(&right.0)));
    if tally.moments > 0 {
        patterns.insert(0, ("a workbook's date".to_owned(), tally.moments));
    }
    let told = patterns.len().min(PATTERNS_MAX);
    let other_patterns = patterns[told..].iter().map(|(_, count)| count).sum::<u64>() + tally.other_shapes;
    patterns.truncate(PATTERNS_MAX);
    let problems = problems(tally, column_type, words);
    ColumnProfile {
        name,
        column_type,
        filled: tally.filled,
        distinct: tally.distinct.len() as u64,
        distinct_more: tally.distinct_more,
        patterns,
        other_patterns,
        dates,
        proposals: Vec::new(),
        codes: Vec::new(),
        codes_withheld: 0,
        problems,
    }
}

fn problems(tally: &Tally, column_type: ColumnType, words: &[String]) -> Vec<Problem> {
    let mut found = Vec::new();
    let mut say = |slug, count: u64, what: &str| {
        if count > 0 {
            found.push(Problem { slug, what: format!("{count} {what}") });
        }
    };
    let is = |wanted: ColumnType| column_type == wanted;
    let is_date = is(ColumnType::Date) || is(ColumnType::DateTime);
    say(
        "null-word",
        tally.of(Mark::NullWord),
        "say \"nothing\" in a word, such as N/A, NULL or a hyphen: read as empty",
    );
    say("cell-error", tally.errors, "are errors of a spreadsheet, such as #N/A");
    say("total", tally.of(Mark::Total), "say Total: sums among the rows, which would be counted twice");
    if is(ColumnType::NhsNumber) {
        let bad = tally.of(Mark::TenDigits) - tally.of(Mark::NhsValid);
        say("nhs-number-check-digit", bad, "have ten digits and a wrong check digit");
        say(
            "nhs-number-leading-zero",
            tally.of(Mark::ChiCut),
            "have nine digits: a Scottish number whose nought was lost",
        );
        say("chi", tally.of(Mark::Chi), "are Scottish (CHI) numbers");
        say("health-and-care", tally.of(Mark::HealthAndCare), "are Northern Irish (H&C) numbers");
    }
    say("scientific", tally.of(Mark::Scientific), "stand as 4.01E+09: digits are lost; ask for the export as text");
    say("rounded", tally.of(Mark::Rounded), "are numbers of more than 15 digits: a spreadsheet has rounded them");
    if is(ColumnType::Phone) {
        say("phone-leading-zero", tally.of(Mark::PhoneCut), "are telephone numbers whose first nought was lost");
    }
    if is(ColumnType::Postcode) {
        say("postcode-pseudo", tally.of(Mark::PostcodePseudo), "are postcodes of nowhere (ZZ99)");
        let odd = tally.said - tally.of(Mark::Postcode).min(tally.said);
        say("postcode-shape", odd, "are no postcode");
    }
    say("line-break", tally.line_breaks, "run over several lines");
    say("outer-spaces", tally.padded, "stand between spaces: read without them");
    if is_date {
        say(
            "placeholder",
            tally.placeholders,
            "are dates that stand for \"unknown\" or \"no end\", such as 01/01/1900",
        );
        say("after-today", tally.after_today, "lie after today");
        let odd = tally.said.saturating_sub(tally.dates() + tally.of(Mark::Serial));
        say("not-a-date", odd, "are no dates");
        let serials = tally.of(Mark::Serial) + tally.numbers;
        say(
            "mixed",
            if tally.dates() > 0 { serials.min(tally.of(Mark::Serial)) } else { 0 },
            "are numbers among dates: a spreadsheet's count of days",
        );
    }
    mixed_types(tally, is_date, &mut say);
    let cut = lost_noughts(tally, column_type);
    say("leading-zero", cut, "may have lost leading noughts: others of the column begin with one");
    found.extend(repeated_ids(tally, column_type, words));
    found.extend(tally.padded_name.then(|| Problem {
        slug: "outer-spaces-name",
        what: "its name stands between spaces: a mapping names it without them".to_owned(),
    }));
    found
}

/// A workbook's column of numbers in some rows and texts in others.
fn mixed_types(tally: &Tally, is_date: bool, say: &mut dyn FnMut(&'static str, u64, &str)) {
    let texts = tally.texts - tally.of(Mark::NullWord).min(tally.texts);
    if tally.moments > 0 && texts > 0 && is_date {
        say("mixed", texts, "are dates as text among a workbook's dates: some program could not read them");
    } else if tally.numbers > 0 && texts > 0 {
        say(
            "mixed",
            texts.min(tally.numbers),
            "are of another type than the rest: numbers in some rows, text in others",
        );
    }
}

/// Where most digits come in one length and begin with a nought now and then, shorter ones have lost theirs.
fn lost_noughts(tally: &Tally, column_type: ColumnType) -> u64 {
    let noughts = tally.of(Mark::LeadingNought);
    let digits = |shape: &str| shape.bytes().all(|byte| byte == b'9') && !shape.is_empty();
    let lengths = tally.shapes.iter().filter(|(shape, _)| digits(shape)).map(|(shape, count)| (*count, shape.len()));
    let Some((most, usual)) = lengths.max() else { return 0 };
    let ids = matches!(column_type, ColumnType::Identifier | ColumnType::Code);
    if !ids || noughts == 0 || tally.share(most) < 0.5 {
        return 0;
    }
    let shorter = tally.shapes.iter().filter(|(shape, _)| digits(shape) && shape.len() < usual);
    shorter.map(|(_, count)| count).sum()
}

/// Ids that come again: right where a row is about something else, wrong where it is about what the id names.
fn repeated_ids(tally: &Tally, column_type: ColumnType, words: &[String]) -> Option<Problem> {
    let says_id = words.iter().any(|word| word == "id" || word == "number");
    let ids = matches!(column_type, ColumnType::Identifier | ColumnType::NhsNumber | ColumnType::Ubrn) && says_id;
    let again = tally.said - (tally.distinct.len() as u64).min(tally.said);
    (ids && again > 0 && !tally.distinct_more).then(|| Problem {
        slug: "repeated",
        what: format!("{again} come again: several rows of one thing, or rows doubled"),
    })
}

#[cfg(test)]
mod tests {
    use super::super::words::words;
    use super::*;
    use crate::sources::Cell;
    use jiff::civil::date;

    fn tally(values: &[&str]) -> Tally {
        let mut tally = Tally::new();
        for value in values {
            let cell = if value.is_empty() { Cell::Empty } else { Cell::Text((*value).into()) };
            tally.see(&cell, date(2026, 1, 1));
        }
        tally
    }

    #[track_caller]
    fn check(name: &str, values: &[&str], expected: ColumnType) {
        assert_eq!(column_type(&tally(values), &words(name)), expected, "{name}");
    }

    #[test]
    fn every_type_is_recognised() {
        use ColumnType::*;
        check("x", &["", "N/A", "-"], Empty);
        check("x", &["999 000 0018", "9990000026", "9990000034"], NhsNumber);
        check("x", &["30/09/2017", "01/10/2017"], Date);
        check("x", &["30/09/2017 09:30", "01/10/2017 10:15"], DateTime);
        check("x", &["09:30", "10:15"], Time);
        check("Time", &["0930", "1015"], Time);
        check("Date seen", &["43008", "43010", "43020"], Date);
        check("Number of things", &["43008", "43010", "43020"], Identifier);
        check("Total cost", &["43008", "43010", "43020"], Number);
        check("x", &["OX4 1AB", "TX18 2XH", "TX1  1US"], Postcode);
        check("x", &["01632 960001", "07700 900123"], Phone);
        check("x", &["a@example.org", "b@example.org"], Email);
        check("x", &["M", "F", "F", "M"], Sex);
        check("x", &["Mr", "Mrs", "Dr"], Title);
        check("x", &["K99004", "K99021"], Practice);
        check("x", &["3606 5466 1155", "104489231288"], Ubrn);
        check("x", &["R", "U", "R", "R", "U", "R", "R", "R", "U", "R"], Code);
        check("x", &["Sarah", "Oliver", "Maud", "Zoe"], GivenName);
        check("x", &["Smith", "Quillfeather", "Patel", "Thistlewood"], FamilyName);
        check("x", &["SMITH, John (Mr)", "PATEL, Anna", "Mr Ian Wood"], FullName);
        check("x", &["ICE471", "ICE9981", "ICE12"], Identifier);
        check("x", &["0.312", "0.943", "1", "-0.2"], Number);
        check("x", &["\\\\a\\b\\1.tif", "\\\\a\\b\\2.tif"], FilePath);
        check("x", &["Was told six weeks and waits", "They had no notes at all"], FreeText);
        check("x", &["Knee pain", "Hip", "Back pain"], Text);
    }

    #[test]
    fn what_is_wrong_is_said_with_its_count_and_no_value() {
        let found = |name: &str, values: &[&str]| {
            let tally = tally(values);
            let column = column(name.to_owned(), &tally, &words(name));
            column.problems.into_iter().map(|problem| problem.slug).collect::<Vec<_>>()
        };
        assert_eq!(
            found("NHS No", &["9990000018", "9990000026", "9990000019", "9990000018"]),
            ["nhs-number-check-digit", "repeated"]
        );
        assert_eq!(found("NHS No", &["9990000018", "9.99E+09", "9990000026"]), ["scientific"]);
        assert_eq!(
            found("DOB", &["01/01/1900", "30/09/1960", "30/09/2160", "N/A"]),
            ["null-word", "placeholder", "after-today"]
        );
        assert_eq!(found("Tel", &["01632960001", "7700900123", "01632960002"]), ["phone-leading-zero"]);
        assert_eq!(found("Clinic no", &["00123", "00456", "10456", "789"]), ["leading-zero"]);
        assert_eq!(found("Month", &["Apr", "May", "Total"]), ["total"]);
    }
}
