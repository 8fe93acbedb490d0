//! Tests that go through the room's one verb.

mod appointments;
mod decided;
mod laws;
mod placing;
mod referrals;
mod waiting;
