//! Everything the tables draw on.

use super::ids::{Ids, Naming};
use crate::config::{Config, Field};
use crate::decisions::{Decisions, PairDecision};
use crate::linkage::{PatientIndex, ReviewEffect};
use crate::measures::{Item, Measures};
use crate::reconcile::{Reconciled, Referral, ReferralIndex, Relation};
use crate::records::{PersonId, Records};
use crate::sources::{Origin, RowRef};

/// The products a package is made of, with the ids of its patients, referrals and appointments.
pub(super) struct Contents<'a> {
    pub(super) config: &'a Config,
    pub(super) reconciled: Reconciled,
    pub(super) measures: Measures,
    /// Decisions in effect, in the order of the journal, with what each changed.
    pub(super) reviewed: Vec<(PairDecision, ReviewEffect)>,
    pub(super) ids: Ids,
}

/// Where a row stands, in the words of the tables.
pub(super) struct NamedPlace<'c> {
    pub(super) source: &'c str,
    pub(super) file: &'c str,
    pub(super) sheet: &'c str,
}

impl<'a> Contents<'a> {
    /// Brings everything into the order of the tables, wherever the stages left that open.
    pub(super) fn new(
        config: &'a Config,
        mut reconciled: Reconciled,
        mut measures: Measures,
        decisions: &Decisions,
        naming: Naming<'_>,
    ) -> Self {
        let ids = Ids::derive(config, &reconciled, &naming);
        drop(naming);
        let linked = &mut reconciled.linked;
        linked.records.exceptions.sort();
        linked.pairs.sort_by_key(|pair| (pair.left, pair.right));
        let effects = linked.effects.iter();
        let mut reviewed: Vec<_> =
            effects.map(|effect| (decisions.pairs[effect.decision].clone(), effect.effect)).collect();
        reviewed.sort_by_key(|(decision, _)| decision.event);
        reconciled.declared.sort_by(|left, right| {
            let key = |figure: usize| {
                let figure = &reconciled.linked.records.declared[figure];
                (figure.at, &figure.column)
            };
            key(left.figure).cmp(&key(right.figure))
        });
        for figure in &mut measures.figures {
            figure.items.sort_by(|left, right| ids.of_item(*left).cmp(&ids.of_item(*right)).then(left.cmp(right)));
        }
        let mut contents = Contents { config, reconciled, measures, reviewed, ids };
        contents.sort_differences();
        contents
    }

    /// Differences follow the declared list where they stand on it, then the ids.
    fn sort_differences(&mut self) {
        let mut differences = std::mem::take(&mut self.reconciled.differences);
        differences.sort_by_cached_key(|difference| {
            let referral = difference.referral.map(|referral| self.ids.referral(referral).to_owned());
            let patient = difference.patient.map(|patient| self.ids.patient(patient).to_owned());
            let values = (difference.declared_value.clone(), difference.found_value.clone());
            let declared = difference.declared_row;
            (
                declared.is_none(),
                declared,
                referral,
                patient,
                difference.kind,
                difference.cause,
                values,
                difference.proof_row,
            )
        });
        self.reconciled.differences = differences;
    }

    pub(super) fn records(&self) -> &Records {
        &self.reconciled.linked.records
    }

    pub(super) fn place(&self, at: RowRef) -> NamedPlace<'_> {
        let file = &self.records().intake.files[at.file()];
        NamedPlace { source: self.source_id(file.origin), file: &file.path, sheet: &file.sheets[at.sheet()].name }
    }

    pub(super) fn source_id(&self, origin: Origin) -> &str {
        match origin {
            Origin::Source(place) => &self.config.sources[place].id,
            Origin::Sites => "sites",
        }
    }

    /// The id of the patient a person record belongs to; empty when it is not known.
    pub(super) fn patient_id_of(&self, record: PersonId) -> &str {
        self.patient_id(self.reconciled.linked.patient_of(record))
    }

    pub(super) fn patient_id(&self, patient: Option<PatientIndex>) -> &str {
        patient.map_or("", |patient| self.ids.patient(patient))
    }

    pub(super) fn referral_id(&self, referral: Option<ReferralIndex>) -> &str {
        referral.map_or("", |referral| self.ids.referral(referral))
    }

    /// A text of a referral: that of the first of its records that has one.
    pub(super) fn first_text(&self, referral: &Referral, field: Field) -> &str {
        let records = self.records();
        let symbols = referral.records.iter().map(|(place, _)| records.referrals.symbol(field, *place));
        symbols.into_iter().find(|symbol| symbol.is_some()).map_or("", |symbol| records.texts.text(symbol))
    }

    /// Every row that speaks of a referral, in order, with what it is to it.
    pub(super) fn referral_rows(&self) -> Vec<(RowRef, ReferralIndex, Relation)> {
        let records = self.records();
        let mut rows = Vec::with_capacity(records.referrals.len() + records.keyings.len());
        for (index, referral) in (0..).zip(&self.reconciled.referrals) {
            rows.extend(
                referral.records.iter().map(|(place, relation)| (records.referrals.row(*place), index, *relation)),
            );
            rows.extend(referral.keyings.iter().map(|at| (*at, index, Relation::Keying)));
        }
        rows.sort_unstable();
        rows
    }

    /// An item behind a figure: what it is, and its id or `source:file:sheet:row`.
    pub(super) fn item(&self, item: Item) -> (&'static str, String) {
        match item {
            Item::Patient(patient) => ("patient", self.ids.patient(patient).to_owned()),
            Item::Referral(referral) => ("referral", self.ids.referral(referral).to_owned()),
            Item::Appointment(appointment) => ("appointment", self.ids.appointment(appointment).to_owned()),
            Item::Row(at) => {
                let place = self.place(at);
                ("row", format!("{}:{}:{}:{}", place.source, place.file, place.sheet, at.row()))
            }
        }
    }
}
