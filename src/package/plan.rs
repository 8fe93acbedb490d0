//! What a package will hold, before any of it is written.

use super::contents::Contents;
use super::counts::{self, Counts};
use super::documents;
use super::ids::{IdTallies, Naming};
use super::line::{Line, Lines};
use super::since::SourceTally;
use super::tables::{self, Table};
use crate::config::{Config, Transition};
use crate::decisions::Decisions;
use crate::measures::Measures;
use crate::reconcile::Reconciled;
use crate::values::CommitmentKey;
use std::collections::BTreeMap;
use std::io;

/// Every table as its schema and a cursor over its lines, and every document beside them.
pub struct PackagePlan<'a> {
    pub(super) contents: Contents<'a>,
    pub(super) key: &'a CommitmentKey,
    pub(super) tables: Vec<Table>,
    pub(super) counts: Counts,
    pub(super) is_final: bool,
    pub(super) model_json: String,
    pub(super) run_json: String,
}

/// The report, drawn from a plan and sealed with it.
#[derive(Debug, PartialEq, Eq)]
pub struct ReportFiles {
    /// `report.html`.
    pub report_html: String,
}

/// A line of `figures.csv`, as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FigureLine {
    /// Its name.
    pub name: String,
    /// What is counted.
    pub definition: String,
    /// The count, or the part.
    pub numerator: String,
    /// Of how many; empty for a plain count.
    pub denominator: String,
    /// The value, as the report must show it.
    pub value: String,
}

/// A line of `gates.csv`, as text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GateLine {
    /// Its name.
    pub gate: String,
    /// What is measured.
    pub definition: String,
    /// `green`, `red`, `waived` or `not-measured`.
    pub state: String,
    /// What was measured; empty when nothing was.
    pub value: String,
    /// Of how many; empty where it is of nothing that can be counted.
    pub denominator: String,
    /// The ceiling; empty when none was set.
    pub ceiling: String,
    /// The worst source, where there is one.
    pub worst_source: String,
    /// What closes an item.
    pub closes_by: String,
}

/// Plans the package. Ids are derived, orders fixed and counts proven equal; nothing is written.
pub fn plan<'a>(
    config: &'a Config,
    reconciled: Reconciled,
    measures: Measures,
    decisions: &Decisions,
    naming: Naming<'a>,
    model_json: String,
    final_run: bool,
) -> PackagePlan<'a> {
    let previous = naming.previous.as_ref();
    let left_out = &reconciled.linked.records.intake.left_out;
    let run_json = documents::run(config, decisions.digest, previous, final_run, &measures.gates, left_out);
    let key = naming.key;
    let contents = Contents::new(config, reconciled, measures, decisions, naming);
    let counts = counts::count(&contents);
    counts::assert_identities(&counts);
    PackagePlan { contents, key, tables: tables::all(), counts, is_final: final_run, model_json, run_json }
}

impl<'a> PackagePlan<'a> {
    /// The transition.
    pub fn transition(&self) -> &'a Transition {
        &self.contents.config.transition
    }

    /// The configuration.
    pub fn config(&self) -> &'a Config {
        self.contents.config
    }

    /// Whether this is a final handover; else it is a dry run.
    pub fn is_final(&self) -> bool {
        self.is_final
    }

    /// Every count by its name in `audit/ledger.json`.
    pub fn counts(&self) -> &BTreeMap<String, u64> {
        &self.counts
    }

    /// What became of the ids of an earlier package; `None` when there is none.
    pub fn id_tallies(&self) -> Option<IdTallies> {
        self.contents.ids.tallies
    }

    /// What became of the rows of an earlier package, by source; empty when there is none.
    pub fn source_tallies(&self) -> &[SourceTally] {
        &self.contents.ids.rows.tallies
    }

    /// Walks the lines of a table in order.
    pub fn each_line(&self, table: &str, see: &mut dyn FnMut(&Line)) {
        let table = self.table(table);
        let all: Vec<usize> = (0..table.schema.columns().len()).collect();
        self.each_line_of(table, &all, see);
    }

    fn each_line_of(&self, table: &Table, columns: &[usize], see: &mut dyn FnMut(&Line)) {
        let mut sink = |line: &Line| -> io::Result<()> {
            see(line);
            Ok(())
        };
        let mut lines = Lines::of_columns(table.schema, columns, &mut sink);
        (table.lines)(&self.contents, &mut lines).expect("walking a table in memory does not fail");
    }

    /// How many lines of a table have the same texts in these columns.
    pub fn count_by<const N: usize>(&self, table: &str, columns: [&str; N]) -> BTreeMap<[String; N], u64> {
        let table = self.table(table);
        let place = |column| table.schema.place(column).unwrap_or_else(|| panic!("no column is called {column}"));
        let places = columns.map(place);
        let mut counts: BTreeMap<String, u64> = BTreeMap::new();
        let mut key = String::new();
        self.each_line_of(table, &places, &mut |line| {
            key.clear();
            for place in places {
                key.push_str(line.cell(place));
                key.push(UNIT_SEPARATOR);
            }
            match counts.get_mut(&key) {
                Some(count) => *count += 1,
                None => {
                    counts.insert(key.clone(), 1);
                }
            }
        });
        let parts = |key: String| {
            let mut parts = key.split(UNIT_SEPARATOR).map(str::to_owned);
            std::array::from_fn(|_| parts.next().unwrap_or_default())
        };
        counts.into_iter().map(|(key, count)| (parts(key), count)).collect()
    }

    /// Every figure, in the report's order.
    pub fn figures(&self) -> Vec<FigureLine> {
        self.lines_as("figures", |[name, definition, numerator, denominator, value]| FigureLine {
            name,
            definition,
            numerator,
            denominator,
            value,
        })
    }

    /// Every gate, in the order of the contract.
    pub fn gates(&self) -> Vec<GateLine> {
        self.lines_as("gates", |[gate, definition, state, value, denominator, ceiling, worst_source, closes_by]| {
            GateLine { gate, definition, state, value, denominator, ceiling, worst_source, closes_by }
        })
    }

    fn lines_as<T, const N: usize>(&self, table: &str, make: impl Fn([String; N]) -> T) -> Vec<T> {
        let mut made = Vec::new();
        self.each_line(table, &mut |line| made.push(make(std::array::from_fn(|place| line.cell(place).to_owned()))));
        made
    }

    fn table(&self, name: &str) -> &Table {
        let found = self.tables.iter().find(|table| table.schema.name == name);
        found.unwrap_or_else(|| panic!("no table is called {name}"))
    }
}

/// Never part of a word that is counted by.
const UNIT_SEPARATOR: char = '\u{1f}';

#[cfg(test)]
mod tests {
    use super::super::examples;

    #[test]
    fn every_line_obeys_its_schema() {
        examples::with_plan(|plan| {
            for table in &plan.tables {
                let mut lines = 0;
                plan.each_line(&table.schema.name, &mut |line| {
                    lines += 1;
                    examples::check_line(table.schema, line);
                });
                assert!(lines > 0, "the example has a line of {}", table.schema.name);
            }
        });
    }

    #[test]
    fn counting_by_a_column_agrees_with_the_ledger() {
        examples::with_plan(|plan| {
            for ([disposition], count) in plan.count_by("rows", ["disposition"]) {
                assert_eq!(plan.counts()[&format!("rows.{disposition}")], count);
            }
            let by_source = plan.count_by("rows", ["source", "disposition"]);
            assert_eq!(by_source.values().sum::<u64>(), plan.counts()["rows.read"]);
        });
    }

    #[test]
    fn a_figure_shows_the_text_of_its_table() {
        examples::with_plan(|plan| {
            let values: Vec<String> = plan.figures().into_iter().map(|figure| figure.value).collect();
            assert_eq!(values, ["3", "0.333333", "0"]);
        });
    }

    #[test]
    fn the_order_that_a_stage_leaves_does_not_matter() {
        let lines = |turn_round: bool| {
            let (config, key) = (examples::config(), examples::key());
            let mut reconciled = examples::reconciled(&config);
            if turn_round {
                reconciled.linked.pairs.reverse();
                reconciled.linked.records.exceptions.reverse();
                reconciled.declared.reverse();
                reconciled.differences.reverse();
            }
            let plan = super::plan(
                &config,
                reconciled,
                examples::measures(),
                &examples::decisions(),
                examples::naming(&key),
                String::new(),
                true,
            );
            let mut lines = Vec::new();
            for table in &plan.tables {
                plan.each_line(&table.schema.name, &mut |line| lines.push(line.cells().collect::<Vec<_>>().join("|")));
            }
            lines
        };
        assert_eq!(lines(false), lines(true));
    }
}
