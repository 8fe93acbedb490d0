//! Tests that go through the room's one verb.

mod appointments;
mod clocks;
mod decided;
mod doubts;
mod gaps;
mod laws;
mod placing;
mod priorities;
mod referrals;
mod scale;
mod settled;
mod waiting;
