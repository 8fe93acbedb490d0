//! Everything the tables draw on.

use super::ids::{Ids, Naming};
use crate::config::{Config, Field};
use crate::decisions::{Act, Decisions, Effect, Effects, Event, Standing};
use crate::linkage::{PatientIndex, Superseded};
use crate::measures::{Item, Measures};
use crate::reconcile::{Reconciled, Referral, ReferralIndex, ReferralJoin, Relation, Tie};
use crate::records::{PersonId, Records};
use crate::sources::{Origin, RowRef};

/// The products a package is made of, with the ids of its patients, referrals and appointments.
pub(super) struct Contents<'a> {
    pub(super) config: &'a Config,
    pub(super) reconciled: Reconciled,
    pub(super) measures: Measures,
    /// Every event of the journal, in its order.
    pub(super) reviewed: Vec<Reviewed>,
    pub(super) ids: Ids,
    /// NHS numbers that others took the place of, as linkage believed them.
    pub(super) superseded: Superseded,
}

/// An event of the journal, and what became of it.
pub(super) struct Reviewed {
    pub(super) event: Event,
    /// What it is about beside its rows; of an undo, the number of the event it takes back.
    pub(super) about: String,
    pub(super) standing: Standing,
    /// The number of the event that it gave way to.
    pub(super) by: Option<usize>,
    pub(super) effect: Effect,
}

/// Where a row stands, in the words of the tables.
pub(super) struct NamedPlace<'c> {
    pub(super) source: &'c str,
    pub(super) file: &'c str,
    pub(super) sheet: &'c str,
}

impl Reviewed {
    fn of(decisions: &Decisions, place: usize, effects: &Effects) -> Self {
        let (event, standing) = (decisions.events[place].clone(), decisions.standings[place].clone());
        let about = match &event.entry.act {
            Act::Undo { event } => decisions.number_of(event).map(|number| number.to_string()).unwrap_or_default(),
            act => act.about().into_owned(),
        };
        let effect = effects.of(event.number);
        assert!(
            effect == Effect::None || standing == Standing::InEffect,
            "only what is in effect changes anything: event {}",
            event.number
        );
        Reviewed { about, standing, by: decisions.by(place), effect, event }
    }
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
        let mut effects = linked.records.effects.clone();
        effects.absorb(&linked.effects);
        effects.absorb(&measures.effects);
        let reviewed = (0..decisions.events.len()).map(|place| Reviewed::of(decisions, place, &effects)).collect();
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
        let superseded = Superseded::of(config, &reconciled.linked.records);
        let mut contents = Contents { config, reconciled, measures, reviewed, ids, superseded };
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
                difference.cause.clone(),
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

    /// Every row that speaks of a referral, in order, with what it is to it and why it is of it.
    pub(super) fn referral_rows(&self) -> Vec<(RowRef, ReferralIndex, Relation, Tie)> {
        let records = self.records();
        let mut rows = Vec::with_capacity(records.referrals.len() + records.keyings.len());
        for (index, referral) in (0..).zip(&self.reconciled.referrals) {
            let own = referral.records.iter().zip(&referral.ties);
            rows.extend(own.map(|((place, relation), tie)| (records.referrals.row(*place), index, *relation, *tie)));
            let tie = Tie::by(ReferralJoin::Keying);
            rows.extend(referral.keyings.iter().map(|at| (*at, index, Relation::Keying, tie)));
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
