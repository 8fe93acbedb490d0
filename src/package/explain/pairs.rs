//! The pairs of a package, with the one explanation that there is of each.

use super::{LEFT, RIGHT, Shelf, Wanted, four, row_name};
use crate::decisions::RowName;
use crate::ledger::Reason;
use crate::linkage::{Explainer, KeptPair, PairExplanation};
use crate::package::error::Error;
use crate::package::opened::{Opened, Thresholds};
use crate::package::schema;

/// A line of `pairs.csv`.
pub struct PairLine<'c> {
    /// The cells that name one row.
    pub left: [&'c str; 4],
    /// Those that name the other.
    pub right: [&'c str; 4],
    /// `edge`, `review` or `refused`.
    pub standing: &'c str,
    cells: &'c [&'c str],
    /// Of each comparison of the model, whether it has a column of its own.
    own: &'c [bool],
    explainer: &'c Explainer<'c>,
}

/// A pair, explained.
#[derive(Clone, Debug, PartialEq)]
pub struct PairTold {
    /// One row.
    pub left: RowName,
    /// The other.
    pub right: RowName,
    /// `edge`, `review` or `refused`.
    pub standing: String,
    /// The blocking rule that brought them together first.
    pub rule: String,
    /// Why it was refused or sent to review, where the model alone did not decide.
    pub reason: Option<Reason>,
    /// Every part of its weight.
    pub explanation: PairExplanation,
}

const OF_PAIR: [&str; 5] = ["standing", "rule", "match_weight", "reason", "levels"];
/// What comparisons without a column of their own weigh together.
const OTHERS: Option<&str> = Some("weight_extra");
const FIRST_WEIGHT: usize = LEFT.len() + RIGHT.len() + OF_PAIR.len();

/// Walks the pairs of a package.
pub fn each_pair(package: &Opened, see: &mut dyn FnMut(&PairLine<'_>)) -> Result<(), Error> {
    walk(&Shelf::new(package), &[], see)
}

/// Pairs that are wanted, of which one row or both are among these, explained; an error where the model did not make one.
pub(super) fn told(
    package: &Shelf<'_>,
    wanted: &Wanted,
    mut is_wanted: impl FnMut(&PairLine<'_>) -> bool,
) -> Result<Vec<PairTold>, Error> {
    let mut found = Some(Vec::new());
    walk(package, &[(LEFT, wanted), (RIGHT, wanted)], &mut |line| {
        if is_wanted(line) {
            found = found.take().zip(line.told()).map(|(mut found, told): (Vec<PairTold>, PairTold)| {
                found.push(told);
                found
            });
        }
    })?;
    found.ok_or_else(|| package.unlike("pairs"))
}

/// All pairs, or those that may be of these rows.
fn walk(package: &Shelf<'_>, rows: &[([&str; 4], &Wanted)], see: &mut dyn FnMut(&PairLine<'_>)) -> Result<(), Error> {
    let explainer = Explainer::new(package.model()?).ok_or_else(|| package.unlike("pairs"))?;
    let is_column = |column: &str| schema::of("pairs").place(column).is_some();
    let names: Vec<String> = explainer.comparisons().map(|name| format!("weight_{name}")).collect();
    let own: Vec<bool> = names.iter().map(|column| is_column(column)).collect();
    let weights = names
        .iter()
        .map(String::as_str)
        .filter(|column| is_column(column))
        .chain(OTHERS.into_iter().filter(|of| is_column(of)));
    let columns: Vec<&str> = LEFT.into_iter().chain(RIGHT).chain(OF_PAIR).chain(weights).collect();
    let mut see = |cells: &[&str]| {
        let (left, right) = (four(cells), four(&cells[LEFT.len()..]));
        see(&PairLine { left, right, standing: cells[8], cells, own: &own, explainer: &explainer });
    };
    match rows {
        [] => package.each("pairs", &columns, &mut see),
        _ => package.of_any("pairs", rows, &columns, &mut see),
    }
}

impl PairLine<'_> {
    /// Its explanation; nothing where the package's model did not make it.
    pub fn explanation(&self) -> Option<PairExplanation> {
        let mut cells = self.cells[FIRST_WEIGHT..].iter();
        let mut weights = Vec::with_capacity(self.own.len());
        for own in self.own {
            weights.push(if *own { weight(cells.next()?)? } else { None });
        }
        let others = cells.next().map_or(Some(None), |bits| weight(bits))?;
        let levels: Option<Vec<Option<(usize, usize)>>> = self.cells[12].split(';').map(level).collect();
        let kept = KeptPair { weight_hundredths: weight(self.cells[10])??, weights, others, levels: levels? };
        self.explainer.explain(&kept)
    }

    /// The pair with its explanation.
    pub fn told(&self) -> Option<PairTold> {
        Some(PairTold {
            left: row_name(self.left),
            right: row_name(self.right),
            standing: self.standing.to_owned(),
            rule: self.cells[9].to_owned(),
            reason: Reason::of_slug(self.cells[11]),
            explanation: self.explanation()?,
        })
    }
}

impl PairTold {
    /// Why it stands as it does.
    pub fn why(&self, thresholds: Option<Thresholds>) -> String {
        let likely = self.explanation.probability;
        let limits = thresholds.map(|Thresholds { match_at, review_at }| (match_at, review_at));
        match (self.standing.as_str(), self.reason, limits) {
            ("edge", _, Some((match_at, _))) if likely < match_at => {
                "less likely than what a machine joins; other rows hold the two in one patient".into()
            }
            ("edge", ..) => "likely enough to be joined by machine, and no rule speaks against it".into(),
            (_, Some(reason), _) => reason.sentence().to_owned(),
            ("review", None, Some((match_at, _))) if likely < match_at => {
                format!("less likely than the {match_at} from which a machine joins: a person must decide")
            }
            ("review", None, _) => "likely enough by itself, but the patients as wholes are not, or a decision keeps \
                                    them apart: a person must decide"
                .into(),
            (_, None, Some((_, review_at))) => format!("less likely than the {review_at} from which a person is asked"),
            (_, None, None) => "less likely than what a person is asked about".into(),
        }
    }
}

/// Bits as hundredths: nothing for an empty cell.
fn weight(bits: &str) -> Option<Option<i32>> {
    if bits.is_empty() {
        return Some(None);
    }
    let bits: f64 = bits.parse().ok().filter(|bits: &f64| bits.abs() < 1e6)?;
    Some(Some((bits * 100.0).round() as i32))
}

/// The places of level and condition.
fn level(text: &str) -> Option<Option<(usize, usize)>> {
    if text.is_empty() {
        return Some(None);
    }
    let (level, condition) = text.split_once('/')?;
    Some(Some((level.parse().ok()?, condition.parse().ok()?)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_read_as_they_were_written() {
        assert_eq!([weight("12.34"), weight("-0.07"), weight("")], [Some(Some(1234)), Some(Some(-7)), Some(None)]);
        assert_eq!([weight("x"), weight("inf"), weight("1e9")], [None; 3]);
        assert_eq!([level("9/3"), level(""), level("9"), level("a/1")], [Some(Some((9, 3))), Some(None), None, None]);
    }
}
