//! # reconcile: one referral of many records; appointments against evidence; the waiting list against what was declared.
//! Takes: Config, Linked, Decisions.   Gives: Reconciled.
//! May use: values, config, sources, ledger, decisions, records, linkage.   Touches: nothing outside memory.
//! Holds: every row and every record is settled in a ledger; evidence is used once; no clock is restarted by a change of provider.

mod accounts;
mod apart;
mod appointments;
mod assignment;
mod calendar;
mod candidates;
mod caseload;
mod chains;
mod claims;
mod clocks;
mod cohorts;
mod conditions;
mod conflicts;
mod context;
mod decided;
mod declared;
mod differences;
mod doubts;
#[cfg(test)]
pub(crate) mod fixture;
mod flags;
mod grouping;
mod placing;
mod priorities;
mod product;
mod referrals;
mod repeats;
mod rivals;
mod run;
mod sequences;
mod services;
mod settled;
mod sites;
mod slots;
mod strangers;
#[cfg(test)]
mod tests;
mod waiting;
mod words;

pub use apart::{Apart, BookingSaid, ReferralSaid, bookings_apart, referrals_apart};
pub use calendar::{Calendar, Limit};
pub use product::{
    Appointment, AppointmentIndex, AppointmentStanding, Classification, ClockDoubt, ClockRule, Cohort, Contradiction,
    DeclaredComparison, Difference, DifferenceKind, Doubt, Flag, Held, PriorityRule, Reconciled, RecordedBy, Referral,
    ReferralIndex, ReferralJoin, Relation, Settled, Side, Tie, WaitType, WaitingListEntry, WeeksRule,
};
pub use run::reconcile;
pub use strangers::{UnknownSite, unknown_sites};
