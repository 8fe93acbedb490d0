//! # values: words that cannot be misspelt.
//! Takes: text.   Gives: NhsNumber, PartialDate, Moment, Postcode, OdsCode, Digest, CommitmentKey, the coded words; which known name is near.
//! May use: nothing.   Touches: nothing outside memory.
//! Holds: if a value exists, it is valid; personal data do not print.

mod coded;
mod date;
mod digest;
mod key;
mod month;
mod nearest;
mod nhs_number;
mod ods;
mod postcode;
mod shown;

pub use coded::{AppointmentStatus, Priority, ReferralStatus, Sex};
pub use date::{Moment, PartialDate, Precision};
pub use digest::Digest;
pub use key::{CommitmentKey, IdKey, KeyFault};
pub use month::{month_of_beginning, month_of_name};
pub use nearest::nearest;
pub use nhs_number::{NhsNumber, NhsNumberFault, Scheme};
pub use ods::{OdsCode, OdsKind};
pub use postcode::Postcode;
pub use shown::{Shown, by_number, steers};
