//! # handover: moves people's care records from one health provider to another without losing anyone.
//!
//! `exports, paper, declared totals → rows → records → patients, referrals, appointments → reconciled → package → verified`
//!
//! | room | gives |
//! |---|---|
//! | [`values`] | words that cannot be misspelt: NHS number, dates with their precision, postcode, digest |
//! | [`config`] | `handover.toml` and its mappings, checked as a whole before any source is opened |
//! | [`sources`] | files to rows; alone mints [`sources::RowRef`] |
//! | [`ledger`] | the disposition of every row, the catalogue of reasons, the proof that nothing was lost |
//! | [`decisions`] | the journal of review decisions |
//! | [`records`] | rows to typed records, in columns |
//! | [`linkage`] | records to patients |
//! | [`reconcile`] | one referral of many records; appointments against evidence; the list against what was declared |
//! | [`measures`] | figures and gates |
//! | [`package`] | the tables and the bag |
//! | [`report`] | `report.html`, drawn from the planned tables alone |
//! | [`review`] | what is left to people, asked of them in a workbook; their answers |
//! | [`verify`] | judges a package from its bytes and the published schemas; uses no other room |
//! | [`cli`] | arguments, terminal, clock, exit codes |
//!
//! A room may use the rooms above it, never those below; `pipeline` may use all but `cli`; `verify` uses none.
//! Read [`pipeline`] next: it names every stage, in order.

pub mod cli;
pub mod config;
pub mod decisions;
pub mod ledger;
pub mod linkage;
pub mod measures;
pub mod package;
pub mod pipeline;
pub mod reconcile;
pub mod records;
pub mod report;
pub mod review;
pub mod sources;
pub mod values;
pub mod verify;
