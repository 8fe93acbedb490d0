//! One table against another: what two tables both say, they say alike.
//!
//! | what | against |
//! |---|---|
//! | every column of `waiting_list` that a referral has too | `referrals`, and `patients` for the practice |
//! | the patient of an appointment, and of a referral that goes on from another | `referrals` |
//! | the patient of a referral, an appointment, a diagnostic, a document, a score, a concern | the patient of each row in `patient_records` |
//! | an appointment's `classification`, `recorded_by`, `evidence`, `differs`, `holds`, and the flags that say how it is recorded | `appointment_records`, and one another |
//! | what a referral says of a clock in doubt | one another |
//! | who a patient is | the rows of that patient in `person_records` |
//! | what joined a row | `pairs`, `review_decisions` |
//! | a pair's standing, probability and weight | `patient_records`, one another, and the prior of `audit/model.json` |
//!
//! Evidence may be of another patient than the booking it is news of: a pair between the two is then up for review.

use super::folder::Folder;
use super::held::{Held, Rows};
use super::pairs::{self, Rivals};
use super::scan::KeySets;
use super::schema::Schemas;
use super::verdict::Findings;
use super::{care, people};

/// What to do about two tables that disagree.
pub(super) const ASK: &str = "one of the two was changed, so ask the sender for the package again";

/// What every part of this check stands on.
pub(super) struct Tables<'a> {
    pub(super) folder: &'a Folder,
    pub(super) schemas: &'a Schemas,
    pub(super) sets: &'a KeySets,
    pub(super) patients: Held<'a>,
    pub(super) rows: Rows<'a>,
}

pub(super) fn judge(folder: &Folder, schemas: &Schemas, sets: &KeySets) -> Findings {
    let mut findings = Findings::new("agreement");
    let Some(patients) = Held::read(folder, schemas, sets, "patients", people::HELD) else { return findings };
    let Some(rows) = Rows::read(folder, schemas, sets, &patients) else { return findings };
    let tables = Tables { folder, schemas, sets, patients, rows };
    let people = || people::judge(&tables);
    let care = || {
        let mut findings = Findings::new("agreement");
        let rivals: Rivals = pairs::judge(&tables, &mut findings);
        care::judge(&tables, &rivals, &mut findings);
        findings
    };
    let (people, care) = rayon::join(people, care);
    findings.absorb(people);
    findings.absorb(care);
    findings
}
