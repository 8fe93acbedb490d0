//! How the dates of a column are written: which number is the day, decided by counting the dates that are impossible the one
//! way and the other.

use super::product::{ColumnType, DateEvidence};
use super::tally::Tally;
use super::value::Mark;
use crate::records::calendar::{Layout, Order, Ways};

/// What the column shows; `None` where it holds no dates.
pub(super) fn of(tally: &Tally, column_type: ColumnType) -> Option<DateEvidence> {
    if !matches!(column_type, ColumnType::Date | ColumnType::DateTime) {
        return None;
    }
    let mut evidence = DateEvidence::default();
    let mut reasons = Vec::new();
    if tally.moments > 0 {
        reasons.push(format!("{} are marked as dates by the workbook", tally.moments));
    }
    let mut forms: Vec<_> = tally.forms.iter().collect();
    forms.sort_by(|left, right| right.1.all().cmp(&left.1.all()).then_with(|| left.0.cmp(right.0)));
    // One person's slip in writing is no pattern of the column.
    let kept = |ways: &Ways| ways.all() * 200 >= tally.said;
    let open = open(tally);
    let month_first = open.month_first_only > open.day_first_only;
    for (form, ways) in forms.into_iter().filter(|(_, ways)| kept(ways)) {
        let month_first = month_first && form.layout == Layout::Numbers;
        evidence.patterns.extend(form.pattern(month_first).filter(|pattern| !evidence.patterns.contains(pattern)));
        evidence.short_years += if form.short_year { ways.all() } else { 0 };
        if form.layout != Layout::Numbers {
            reasons.push(format!("{} {}", ways.all(), told(form.layout)));
        }
    }
    if open.all() > 0 {
        reasons.push(decide(open, &mut evidence));
    }
    if tally.of(Mark::Serial) > 0 && tally.dates() < tally.said {
        evidence.serials = true;
        reasons.push(format!("{} are numbers of days as a spreadsheet counts them", tally.of(Mark::Serial)));
    }
    if evidence.short_years > 0 {
        reasons.push(format!("{} have a year of two digits", evidence.short_years));
    }
    evidence.why = reasons.join("; ");
    Some(evidence)
}

/// Of all dates of two numbers and a year, whatever stands between.
fn open(tally: &Tally) -> Ways {
    let numbers = tally.forms.iter().filter(|(form, _)| form.layout == Layout::Numbers);
    numbers.fold(Ways::default(), |sum, (_, ways)| Ways {
        day_first_only: sum.day_first_only + ways.day_first_only,
        month_first_only: sum.month_first_only + ways.month_first_only,
        both: sum.both + ways.both,
        neither: sum.neither + ways.neither,
    })
}

fn told(layout: Layout) -> &'static str {
    match layout {
        Layout::Numbers => "are numbers",
        Layout::ShortName | Layout::LongName => "name the month",
        Layout::YearFirst => "have the year first",
        Layout::Digits => "are eight digits, the year first",
        Layout::DigitsYearLast => "are eight digits, the year last",
    }
}

fn decide(open: Ways, evidence: &mut DateEvidence) -> String {
    let (day, month) = (open.day_first_only, open.month_first_only);
    let counts = format!("{month} are impossible with the day first, {day} with the month first");
    let neither = if open.neither > 0 { format!("; {} are no day either way", open.neither) } else { String::new() };
    match open.order() {
        Order::Undecided => {
            evidence.undecided = true;
            format!("day or month first? All {} could be either: nothing in the column decides", open.both)
        }
        Order::Mixed => {
            evidence.mixed = true;
            format!("day first in some rows and month first in others: {counts}; {} could be either", open.both)
        }
        Order::DayFirst => format!("day first: {counts}{neither}"),
        Order::MonthFirst => format!("month first: {counts}{neither}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sources::Cell;
    use jiff::civil::date;

    fn evidence(values: &[&str]) -> DateEvidence {
        let mut tally = Tally::new();
        values.iter().for_each(|value| tally.see(&Cell::Text((*value).into()), date(2026, 1, 1)));
        of(&tally, ColumnType::Date).expect("dates")
    }

    #[track_caller]
    fn check(values: &[&str], patterns: &[&str], undecided: bool, mixed: bool) {
        let found = evidence(values);
        assert_eq!(found.patterns, patterns, "{}", found.why);
        assert_eq!((found.undecided, found.mixed), (undecided, mixed), "{}", found.why);
    }

    #[test]
    fn impossible_dates_decide() {
        check(&["30/09/2017", "03/04/2017"], &["%d/%m/%Y"], false, false);
        check(&["09/30/2017", "03/04/2017"], &["%m/%d/%Y"], false, false);
        check(&["03/04/2017", "05/06/2017"], &["%d/%m/%Y"], true, false);
        check(&["30-Sep-17", "03-Apr-17"], &["%d-%b-%y"], false, false);
        check(&["2017-09-30"], &[], false, false);
    }

    #[test]
    fn a_column_half_one_way_and_half_the_other_is_said_to_be_so() {
        check(&["30/09/2017", "09/30/2017", "03/04/2017"], &["%d/%m/%Y"], false, true);
        let mut values = vec!["30/09/2017"; 99];
        values.push("09/30/2017");
        check(&values, &["%d/%m/%Y"], false, false);
        let why = evidence(&["30/09/2017", "09/30/2017"]).why;
        assert_eq!(
            why,
            "day first in some rows and month first in others: 1 are impossible with the day first, 1 with the month first; \
             0 could be either"
        );
    }

    #[test]
    fn two_digits_of_a_year_are_told() {
        let found = evidence(&["30/09/17", "01/10/17"]);
        assert_eq!((found.short_years, found.patterns), (2, vec!["%d/%m/%y".to_owned()]));
    }
}
