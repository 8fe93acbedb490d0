//! What measuring gives.

use crate::config::Waiver;
use crate::decisions::Effects;
use crate::linkage::PatientIndex;
use crate::reconcile::{AppointmentIndex, ReferralIndex};
use crate::sources::RowRef;

/// The figure of bookings that wait for a named person: nobody else says which those are.
pub const UNRESOLVED: &str = "appointments.unresolved";

/// Figures and gates.
#[derive(Debug, Default)]
pub struct Measures {
    /// What decisions changed in them.
    pub effects: Effects,
    /// Every figure of the report, in the report's order.
    pub figures: Vec<Figure>,
    /// Every gate, in the order of the contract.
    pub gates: Vec<Gate>,
}

/// One figure.
#[derive(Clone, Debug)]
pub struct Figure {
    /// Its name: words with hyphens, dots between the whole and the part (`appointments.unrecorded`).
    pub name: String,
    /// What is counted.
    pub definition: String,
    /// The count, or the part.
    pub numerator: u64,
    /// Of how many; `None` for a plain count.
    pub denominator: Option<u64>,
    /// The items behind it, where a person works through them; else empty.
    pub items: Vec<Item>,
}

/// Something behind a figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Item {
    /// A patient.
    Patient(PatientIndex),
    /// A referral.
    Referral(ReferralIndex),
    /// An appointment.
    Appointment(AppointmentIndex),
    /// A row.
    Row(RowRef),
}

/// A condition a final handover must meet.
#[derive(Clone, Debug)]
pub struct Gate {
    /// Its name in `[gates]`.
    pub name: &'static str,
    /// What is measured.
    pub definition: &'static str,
    /// Its state.
    pub state: GateState,
    /// What was measured; `None` when nothing could be.
    pub value: Option<f64>,
    /// The ceiling; `None` when none was set.
    pub ceiling: Option<f64>,
    /// Of how many, where it is of something that can be counted.
    pub denominator: Option<u64>,
    /// The source that most of what is open is of.
    pub worst_source: Option<String>,
    /// What closes an item.
    pub closes_by: &'static str,
    /// Who answers for it, when it is waived.
    pub waiver: Option<Waiver>,
}

/// The state of a gate.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum GateState {
    /// Measured, and at or under its ceiling.
    Green,
    /// Over its ceiling, or without one.
    Red,
    /// Red or not measured, and a person has taken it upon themselves.
    Waived,
    /// Nothing to measure: never green.
    NotMeasured,
}

impl GateState {
    /// The word used in `gates.csv`.
    pub fn word(self) -> &'static str {
        match self {
            GateState::Green => "green",
            GateState::Red => "red",
            GateState::Waived => "waived",
            GateState::NotMeasured => "not-measured",
        }
    }
}

impl Figure {
    /// The count, or the part of the whole; nought when the whole is nought.
    pub fn value(&self) -> f64 {
        match self.denominator {
            None => self.numerator as f64,
            Some(0) => 0.0,
            Some(denominator) => self.numerator as f64 / denominator as f64,
        }
    }
}
