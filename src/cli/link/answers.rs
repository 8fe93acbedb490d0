//! What people answered about pairs: a table of pairs as `--pairs` writes it, with a column `answer`.

use super::super::exit::{Failure, Outcome};
use crate::config::open_file;
use crate::decisions::{Answer, PairDecision, RowName};
use crate::values::Shown as _;
use std::collections::BTreeMap;
use std::path::Path;

const COLUMNS: [&str; 9] = [
    "left_source",
    "left_file",
    "left_sheet",
    "left_row",
    "right_source",
    "right_file",
    "right_sheet",
    "right_row",
    "answer",
];

/// The pairs that are answered `same` or `different`; those without an answer, and `unsure` ones, say nothing.
pub(super) fn read(path: &Path) -> Result<Vec<PairDecision>, Failure> {
    let hint = "give a table of pairs as --pairs writes it, with a column `answer`: same, different or nothing";
    let wrong = |what: String| Failure::new(Outcome::Input, format!("{}: {what}", path.shown()), hint);
    let file = open_file(path).map_err(|error| wrong(format!("it cannot be read ({error})")))?;
    let mut reader = csv::Reader::from_reader(file);
    let header = reader.headers().map_err(|_| wrong("it has no header".into()))?.clone();
    let mut places = [0; COLUMNS.len()];
    for (place, column) in places.iter_mut().zip(COLUMNS) {
        let found = header.iter().position(|title| title == column);
        *place = found.ok_or_else(|| wrong(format!("it has no column `{column}`")))?;
    }
    let mut answers: BTreeMap<(RowName, RowName), PairDecision> = BTreeMap::new();
    for line in reader.records() {
        let line =
            line.map_err(|error| wrong(format!("line {} is no line of the table", line_of(error.position()))))?;
        let number = line_of(line.position());
        let cells = places.map(|place| line.get(place).unwrap_or_default());
        let answer = match cells[8].trim().to_lowercase().as_str() {
            "" | "unsure" => continue,
            "same" => Answer::Same,
            "different" => Answer::Different,
            _ => return Err(wrong(format!("line {number} has another answer than `same` or `different`"))),
        };
        let row =
            |cell: &str| cell.parse().map_err(|_| wrong(format!("line {number} does not say which row it is of")));
        let name = |cells: &[&str], row| RowName {
            source: cells[0].into(),
            file: cells[1].into(),
            sheet: cells[2].into(),
            row,
        };
        let (left, right) = (name(&cells[..3], row(cells[3])?), name(&cells[4..7], row(cells[7])?));
        let pair = (left.clone().min(right.clone()), left.clone().max(right.clone()));
        let said = PairDecision { event: number as usize, left, right, answer };
        if answers.insert(pair, said).is_some_and(|before| before.answer != answer) {
            return Err(wrong(format!("line {number} answers a pair otherwise than a line before it")));
        }
    }
    Ok(answers.into_values().collect())
}

fn line_of(position: Option<&csv::Position>) -> u64 {
    position.map_or(0, csv::Position::line)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(lines: &str) -> Result<Vec<(u32, u32, Answer)>, String> {
        let file = tempfile::NamedTempFile::new().expect("a file");
        std::fs::write(file.path(), format!("{}\n{lines}", COLUMNS.join(","))).expect("written");
        let answers = read(file.path()).map_err(|failure| failure.message)?;
        Ok(answers.into_iter().map(|pair| (pair.left.row, pair.right.row, pair.answer)).collect())
    }

    #[test]
    fn answers_are_read_and_what_says_nothing_is_let_be() {
        let found = told("s,a.csv,,2,s,a.csv,,3,same\ns,a.csv,,2,s,a.csv,,4,\ns,a.csv,,5,s,a.csv,,4,Different\n");
        assert_eq!(found, Ok(vec![(2, 3, Answer::Same), (5, 4, Answer::Different)]));
    }

    #[test]
    fn what_cannot_be_an_answer_is_refused_by_its_line() {
        let refused = |lines: &str, expected: &str| {
            let said = told(lines).expect_err("refused");
            assert!(said.ends_with(expected), "{said}");
        };
        refused("s,a.csv,,2,s,a.csv,,3,perhaps\n", "line 2 has another answer than `same` or `different`");
        refused("s,a.csv,,two,s,a.csv,,3,same\n", "line 2 does not say which row it is of");
        let both = "s,a.csv,,2,s,a.csv,,3,same\ns,a.csv,,3,s,a.csv,,2,different\n";
        refused(both, "line 3 answers a pair otherwise than a line before it");
    }
}
