//! A figure of the report: what it counts, and what is behind it.

use super::{ExplainError, LEFT, RIGHT, ROW, Shelf, four, row_name, shown_row};
use crate::values::nearest;

/// A figure, explained.
#[derive(Clone, Debug, Default)]
pub struct FigureExplained {
    /// Its name.
    pub name: String,
    /// What is counted.
    pub definition: String,
    /// How many.
    pub numerator: u64,
    /// Of how many, where it is a part of something.
    pub denominator: Option<u64>,
    /// Their ratio, or the count.
    pub value: String,
    /// What is counted, each once; empty where the tables do not list it.
    pub items: Vec<FigureItem>,
    /// The table that lists it, with the lines that count.
    pub listed_in: String,
}

/// What a figure counts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FigureItem {
    /// `patient`, `referral`, `appointment`, `row` or `pair`.
    pub kind: String,
    /// Its id, or where it stands.
    pub item: String,
}

pub(super) fn explain(package: &Shelf<'_>, name: &str) -> Result<FigureExplained, ExplainError> {
    let mut names = Vec::new();
    let mut found: Option<FigureExplained> = None;
    let columns = ["figure", "definition", "numerator", "denominator", "value"];
    package.each("figures", &columns, &mut |cells| {
        let [figure, definition, numerator, denominator, value] = std::array::from_fn(|place| cells[place]);
        names.push(figure.to_owned());
        if figure == name {
            found = Some(FigureExplained {
                name: figure.to_owned(),
                definition: definition.to_owned(),
                numerator: numerator.parse().unwrap_or(0),
                denominator: denominator.parse().ok(),
                value: value.to_owned(),
                ..FigureExplained::default()
            });
        }
    })?;
    let Some(mut figure) = found else { return Err(unknown(name, &names)) };
    package.where_is("figure_rows", ("figure", name), ["kind", "item"], |[kind, item]| {
        figure.items.push(FigureItem { kind: kind.to_owned(), item: item.to_owned() });
    })?;
    figure.listed_in = "tables/figure_rows.csv".into();
    if figure.items.is_empty() && figure.numerator > 0 {
        (figure.items, figure.listed_in) = match selection(name) {
            Some(selection) => (selection.items(package)?, selection.words()),
            None => (Vec::new(), String::new()),
        };
    }
    if figure.items.len() as u64 != figure.numerator {
        (figure.items, figure.listed_in) = (Vec::new(), String::new());
    }
    Ok(figure)
}

fn unknown(name: &str, names: &[String]) -> ExplainError {
    let what = format!("{name} is no figure of this package");
    let near = nearest(name, names.iter().map(|name| [name.as_str()]));
    let hint = match near[..] {
        [] => "the figures are in tables/figures.csv".to_owned(),
        _ => format!("nearest: {}", near.into_iter().map(|at| &*names[at]).collect::<Vec<_>>().join(", ")),
    };
    ExplainError::Unknown { what, hint }
}

/// What the lines of a table are about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum About {
    Id(&'static str, &'static str),
    Row,
    Pair,
    /// The declared row, else the referral.
    Difference,
}

/// The lines of a table that a figure counts.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Selection {
    table: &'static str,
    about: About,
    /// Columns, and what stands in each.
    tests: Vec<(&'static str, Test)>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Test {
    /// One of these words.
    Is(Vec<String>),
    /// Not this word.
    IsNot(&'static str),
    /// A text that begins so.
    Begins(String),
    /// A text that holds this.
    Holds(&'static str),
    /// A number, this or more.
    AtLeast(u32),
}

const PATIENT: About = About::Id("patient", "patient_id");
const REFERRAL: About = About::Id("referral", "referral_id");
const APPOINTMENT: About = About::Id("appointment", "appointment_id");

/// Which lines a figure counts that `figure_rows.csv` does not list, because nobody works through them.
fn selection(name: &str) -> Option<Selection> {
    let is = |word: &str| Test::Is(vec![word.to_owned()]);
    let around = || Test::Is(["header", "preamble", "footer", "blank"].map(str::to_owned).into());
    let of = |table, about, test: Option<(&'static str, Test)>| {
        Some(Selection { table, about, tests: test.into_iter().collect() })
    };
    let difference = |test| of("waiting_list_differences", About::Difference, test);
    let (family, rest) = name.split_once('.').unwrap_or((name, ""));
    match (family, rest) {
        ("rows", "read") => of("rows", About::Row, None),
        ("rows", "around") => of("rows", About::Row, Some(("disposition", around()))),
        ("rows", word) => of("rows", About::Row, Some(("disposition", is(word)))),
        ("exceptions", word) => of("exceptions", About::Row, Some(("severity", is(word)))),
        ("patients", "") => of("patients", PATIENT, None),
        ("patients", "with-verified-number") => of("patients", PATIENT, Some(("nhs_number_status", is("verified")))),
        ("patients", "rows-placed-by-slot") => of("patient_records", About::Row, Some(("joined_by", is("slot")))),
        ("overlap", "people") => of("patients", PATIENT, Some(("service_lines", Test::Holds(";")))),
        ("review", "pairs") => of("pairs", About::Pair, Some(("standing", is("review")))),
        ("referrals", "") => of("referrals", REFERRAL, None),
        ("referrals", "records") => of("referral_records", About::Row, Some(("relation", Test::IsNot("keying")))),
        ("referrals", rest) => match rest.split_once('.') {
            Some(("clock", word)) => of("referrals", REFERRAL, Some(("clock_rule", is(word)))),
            Some(("cohort", word)) => of("referrals", REFERRAL, Some(("cohort", is(word)))),
            Some(("month", rest)) => {
                let month = rest.strip_suffix(".referrals")?;
                of("referrals", REFERRAL, Some(("received", Test::Begins(month.to_owned()))))
            }
            _ => None,
        },
        ("appointments", "") => of("appointments", APPOINTMENT, None),
        ("appointments", rest) => match rest.split_once('.') {
            Some(("recorded-by", word)) => of("appointments", APPOINTMENT, Some(("recorded_by", is(word)))),
            Some(("resolved", word)) => of("appointments", APPOINTMENT, Some(("resolution", is(word)))),
            None => of("appointments", APPOINTMENT, Some(("classification", is(rest)))),
            _ => None,
        },
        ("waiting-list", "found") => of("waiting_list", REFERRAL, None),
        ("waiting-list", "rtt-18-weeks-or-more") => {
            let tests = vec![("wait_type", is("rtt")), ("weeks", Test::AtLeast(18))];
            Some(Selection { table: "waiting_list", about: REFERRAL, tests })
        }
        ("waiting-list", "differences") => difference(None),
        ("waiting-list", "differences.unexplained") => difference(Some(("cause", is("unknown")))),
        ("waiting-list", rest) => match rest.split_once('.')? {
            ("found", word) => of("waiting_list", REFERRAL, Some(("wait_type", is(word)))),
            ("differences", word) => difference(Some(("difference", is(word)))),
            _ => None,
        },
        ("declared", "figures") => of("declared", About::Row, None),
        ("declared", "compared") => of("declared", About::Row, Some(("explained", Test::IsNot("not-counted")))),
        ("declared", "differs") => of("declared", About::Row, Some(("explained", is("differs")))),
        ("paper", "folders") => of("paper_folders", About::Row, None),
        ("paper", "disagreements") => of("paper_disagreements", About::Row, None),
        _ => None,
    }
}

impl Test {
    fn holds(&self, cell: &str) -> bool {
        match self {
            Test::Is(words) => words.iter().any(|word| word == cell),
            Test::IsNot(word) => cell != *word,
            Test::Begins(text) => cell.starts_with(text.as_str()),
            Test::Holds(text) => cell.contains(text),
            Test::AtLeast(least) => cell.parse::<u32>().is_ok_and(|number| number >= *least),
        }
    }

    fn words(&self) -> String {
        match self {
            Test::Is(words) => format!("is {}", words.join(" or ")),
            Test::IsNot(word) => format!("is not {word}"),
            Test::Begins(text) => format!("begins with {text}"),
            Test::Holds(text) => format!("holds a {text}"),
            Test::AtLeast(least) => format!("is {least} or more"),
        }
    }
}

impl Selection {
    fn words(&self) -> String {
        let folder = if self.table == "rows" { "audit" } else { "tables" };
        let tests: Vec<String> = self.tests.iter().map(|(column, test)| format!("{column} {}", test.words())).collect();
        let table = format!("{folder}/{}.csv", self.table);
        if tests.is_empty() { table } else { format!("{table}, where {}", tests.join(" and ")) }
    }

    fn items(&self, package: &Shelf<'_>) -> Result<Vec<FigureItem>, ExplainError> {
        const DECLARED: [&str; 5] =
            ["declared_source", "declared_file", "declared_sheet", "declared_row", "referral_id"];
        let mut columns: Vec<&str> = match self.about {
            About::Id(_, column) => vec![column],
            About::Row => ROW.to_vec(),
            About::Pair => LEFT.into_iter().chain(RIGHT).collect(),
            About::Difference => DECLARED.to_vec(),
        };
        let tested = columns.len();
        columns.extend(self.tests.iter().map(|(column, _)| *column));
        let mut items = Vec::new();
        package.each(self.table, &columns, &mut |cells| {
            if self.tests.iter().zip(&cells[tested..]).all(|((_, test), cell)| test.holds(cell)) {
                items.push(self.item(cells));
            }
        })?;
        Ok(items)
    }

    fn item(&self, cells: &[&str]) -> FigureItem {
        let row = |cells: &[&str]| shown_row(&row_name(four(cells)));
        let (kind, item) = match self.about {
            About::Id(kind, _) => (kind, cells[0].to_owned()),
            About::Row => ("row", row(cells)),
            About::Difference if cells[0].is_empty() => ("referral", cells[4].to_owned()),
            About::Difference => ("row", row(cells)),
            About::Pair => ("pair", format!("{} {}", row(cells), row(&cells[4..]))),
        };
        FigureItem { kind: kind.to_owned(), item }
    }
}
