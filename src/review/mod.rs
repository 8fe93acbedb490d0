//! # review: what the machine leaves to people is asked of them, and their answers are recorded.
//! Takes: Config, a dry-run package, the journal, answers.   Gives: a workbook to answer in; Imported.
//! May use: values, config, sources, ledger, decisions, records, reconcile, package.   Touches: review workbooks; packages through package; the journal through decisions.
//! Holds: only the journal changes, and it is only added to; an answer counts only beside what was shown.

mod asked;
mod bookings;
mod care;
mod clocks;
mod clusters;
mod conflicts;
mod differences;
mod error;
mod exceptions;
mod fields;
mod material;
mod pairs;
mod paper;
mod queue;
mod rows;
mod safety;
mod unassigned;
mod undo;
mod workbook;

pub use error::Error;
pub use queue::Queue;
pub use undo::{UndoOptions, Undone, undo};
pub use workbook::{ExportOptions, Exported, ImportOptions, Imported, Problem, ProblemKind, TakenBack, export, import};
