//! The room's one verb.

use super::caseload::{Caseload, Substance, caseload, substance};
use super::claims::{claims, shared_ids};
use super::clocks::BulkResets;
use super::context::{Context, Lexicon};
use super::decided::{Matches, explain};
use super::differences::Comparison;
use super::doubts::Restarts;
use super::settled::Settlements;
use super::{Reconciled, accounts, declared, doubts, flags, placing, rivals, settled, waiting};
use crate::config::fields::referral;
use crate::config::{Config, Field, Standing};
use crate::decisions::Decisions;
use crate::ledger::{Exception, Reason};
use crate::linkage::Linked;

/// Reconciles: places thin evidence, makes one referral of many records and one appointment of bookings and evidence,
/// rebuilds the waiting list and compares it with what was declared.
pub fn reconcile(config: &Config, linked: Linked, decisions: &Decisions) -> Reconciled {
    let lexicon = Lexicon::read(config, &linked.records);
    let matches = Matches::find(config, &linked.records, decisions);
    let settlements = Settlements::find(config, &linked.records, decisions);
    let restarts = Restarts::find(config, &linked.records, decisions);
    let linked = matches.place(linked);
    let said = (&matches, &settlements, &restarts);
    let context = Context::new(config, &linked.records, &lexicon, said);
    let placements = placing::place(&context, &linked);
    let mut linked = placing::apply(linked, &placements);

    let context = Context::new(config, &linked.records, &lexicon, said);
    let bulk = BulkResets::find(config, &linked.records);
    let mut found = caseload(&context, &linked, &bulk);
    rivals::match_rivals(&linked, &matches, &mut found);
    let mut effects = matches.note(&Context { matches: &Matches::default(), ..context }, &linked, &found);
    settled::note(&found, config.transition.transfer_date, &mut effects);
    doubts::note(&found, &mut effects);
    flags::flag(&context, &linked, &found.referrals, &mut found.appointments);
    list_keyings(&linked, &mut found);
    let waiting_list = waiting::waiting_list(&found);
    let claims = claims(&context, &linked, &found);
    let comparison =
        Comparison { context: &context, bulk: &bulk, caseload: &found, claims: &claims, list: &waiting_list };
    let mut differences = comparison.differences();
    effects.absorb(&explain(&context, &found, decisions, &mut differences));
    let declared = declared::compare(&context, &linked, &found, &waiting_list);

    let rows = accounts::rows(&linked);
    let records = accounts::records(&context, &linked);
    let mut exceptions = std::mem::take(&mut found.exceptions);
    exceptions.extend(lexicon.sites.exceptions(&linked.records));
    exceptions.extend(shared_ids(&context, &linked));
    exceptions.extend(said_nothing(&context));
    exceptions.extend(received_later(&context));
    linked.effects.absorb(&effects);
    linked.records.exceptions.extend(exceptions);
    linked.records.exceptions.sort_unstable();
    Reconciled {
        referrals: found.referrals,
        appointments: found.appointments,
        linked,
        waiting_list,
        differences,
        declared,
        rows,
        records,
    }
}

/// A row of a booking system whose appointment has neither a date nor a number: set aside, with its reason.
fn said_nothing(context: &Context) -> Vec<Exception> {
    let table = &context.records.appointments;
    let exception = |place: u32| Exception {
        at: table.row(place),
        field: "appointment.starts".to_owned(),
        reason: Reason::AppointmentUndated,
    };
    let fragment = |place: &u32| substance(context, *place) == Substance::Fragment;
    table.places().filter(fragment).map(exception).collect()
}

/// Referrals received after the census date: from the days between it and the extract, or a year that was mistyped. What
/// does not say when it was received says when it was made, or when its clock started.
fn received_later(context: &Context) -> Vec<Exception> {
    let table = &context.records.referrals;
    let day = |field: Field, place: u32| match field {
        referral::RECEIVED => table.moment(field, place).map(|received| received.date()),
        _ => table.date(field, place).map(|date| date.date()),
    };
    let fields = [referral::RECEIVED, referral::REFERRED, referral::CLOCK_START];
    let exception = |place: u32| {
        let (field, day) = fields.iter().find_map(|field| Some((field, day(*field, place)?)))?;
        let later = day > context.config.transition.as_at;
        let field = format!("referral.{}", field.name());
        later.then(|| Exception { at: table.row(place), field, reason: Reason::ReceivedAfterCensus })
    };
    let declared = |place: &u32| context.standing(table.subject(*place)) == Standing::Declared;
    table.places().filter(|place| !declared(place)).filter_map(exception).collect()
}

/// Puts the second keyings of paper rows to the referrals of the rows they repeat.
fn list_keyings(linked: &Linked, found: &mut Caseload) {
    let table = &linked.records.referrals;
    let mut keyings: Vec<_> = linked.records.keyings.iter().map(|keying| (keying.of, keying.at)).collect();
    keyings.sort_unstable();
    if keyings.is_empty() {
        return;
    }
    for referral in &mut found.referrals {
        for (place, relation) in &mut referral.records {
            let (person, row) = (table.subject(*place), table.row(*place));
            let start = keyings.partition_point(|(of, _)| *of < person);
            let twins = keyings[start..].iter().take_while(|(of, _)| *of == person).map(|(_, at)| *at);
            // A keying that has a referral record of its own is that record.
            if twins.clone().any(|at| at == row) {
                *relation = super::Relation::Keying;
            } else {
                referral.keyings.extend(twins);
            }
        }
        let own: Vec<_> = referral.records.iter().map(|(place, _)| table.row(*place)).collect();
        referral.keyings.sort_unstable();
        referral.keyings.dedup();
        referral.keyings.retain(|row| !own.contains(row));
    }
}
