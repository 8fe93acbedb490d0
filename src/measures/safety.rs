//! What a clinician must look at, worst first. Each rule is a figure with its items.

use super::figures::listed;
use super::{Figure, Item};
use crate::config::fields::{referral, referral::TRIAGED_BY};
use crate::config::{Config, Field, RecordKind};
use crate::reconcile::{Flag, Reconciled, Referral, WaitType};
use crate::values::{PartialDate, Priority};

/// The rules that `[[safety]]` can switch off, worst first.
pub(super) const RULES: [&str; 9] = [
    "suspected-cancer-open",
    "urgent-without-appointment",
    "priority-lowered",
    "diagnostic-unread",
    "diagnostic-unsent",
    "diagnostic-overdue",
    "closed-without-contact",
    "booked-after-death",
    "document-not-delivered",
];

/// One rule with what it found.
pub(super) struct Rule {
    name: &'static str,
    definition: &'static str,
    items: Vec<Item>,
    /// Why a person switched it off.
    off_because: Option<String>,
}

/// Every rule, worst first.
pub(super) fn rules(config: &Config, reconciled: &Reconciled) -> Vec<Rule> {
    let found = [
        (
            "suspected-cancer-open",
            "Suspected cancer (two-week wait) still waiting",
            waiting(reconciled, |one, _| one.priority == Some(Priority::TwoWeekWait)),
        ),
        (
            "urgent-without-appointment",
            "Urgent, waiting to be seen, and no appointment ahead",
            waiting(reconciled, |one, wait| {
                let to_be_seen = !matches!(wait, WaitType::FollowUp | WaitType::Planned);
                one.priority == Some(Priority::Urgent) && to_be_seen && one.next_appointment.is_none()
            }),
        ),
        (
            "priority-lowered",
            "Priority lowered at triage, and no record names a clinician",
            priority_lowered(reconciled),
        ),
        (
            "diagnostic-unread",
            "A result that nobody is recorded to have read",
            diagnostics(config, reconciled, Test::Unread),
        ),
        ("diagnostic-unsent", "A request that was never sent", diagnostics(config, reconciled, Test::Unsent)),
        (
            "diagnostic-overdue",
            "A test past its expected day without a result",
            diagnostics(config, reconciled, Test::Overdue),
        ),
        (
            "closed-without-contact",
            "Closed for lost records or inactivity, and never referred again",
            closed_without_contact(reconciled),
        ),
        ("booked-after-death", "A booking after the patient's recorded death", booked_after_death(reconciled)),
        ("document-not-delivered", "A document that is indexed and lies nowhere", not_delivered(reconciled)),
    ];
    let off =
        |name: &str| config.safety.iter().find(|switch| switch.rule == name).map(|switch| switch.off_because.clone());
    found
        .into_iter()
        .map(|(name, definition, items)| Rule { name, definition, items, off_because: off(name) })
        .collect()
}

impl Rule {
    pub(super) fn figure(&self) -> Figure {
        let definition = match &self.off_because {
            Some(reason) => format!("{} (switched off, not among the open items: {reason})", self.definition),
            None => self.definition.to_owned(),
        };
        listed(&format!("safety.{}", self.name), &definition, self.items.clone())
    }

    /// Everything it found.
    pub(super) fn items(&self) -> &[Item] {
        &self.items
    }

    /// Items that count.
    pub(super) fn open_items(&self) -> &[Item] {
        if self.off_because.is_some() { &[] } else { &self.items }
    }

    /// How many count.
    pub(super) fn open(&self) -> usize {
        self.open_items().len()
    }
}

/// All open items of rules that are not switched off.
pub(super) fn open(rules: &[Rule]) -> Figure {
    let numerator: usize = rules.iter().map(Rule::open).sum();
    let mut figure = listed("safety.open", "Open safety items of all rules that are not switched off", Vec::new());
    figure.numerator = numerator as u64;
    figure
}

fn waiting(reconciled: &Reconciled, test: impl Fn(&Referral, WaitType) -> bool) -> Vec<Item> {
    let list = reconciled.waiting_list.iter();
    let found = list.filter(|entry| test(&reconciled.referrals[entry.referral as usize], entry.wait_type));
    found.map(|entry| Item::Referral(entry.referral)).collect()
}

/// "a 2→1 or 3→anything change with no named clinician is an exception, never a merge choice."
fn priority_lowered(reconciled: &Reconciled) -> Vec<Item> {
    let records = &reconciled.linked.records;
    let (table, texts) = (&records.referrals, &records.texts);
    let lowered = |one: &Referral| {
        let below = |place: u32| {
            let read = |field: Field| table.text(texts, field, place).parse::<Priority>().ok();
            matches!((one.priority, read(referral::TRIAGE_PRIORITY)), (Some(given), Some(triage)) if triage < given)
        };
        let named = one.records.iter().any(|(place, _)| table.symbol(TRIAGED_BY, *place).is_some());
        !named && one.records.iter().any(|(place, _)| below(*place))
    };
    (0u32..)
        .zip(&reconciled.referrals)
        .filter(|(_, one)| lowered(one))
        .map(|(index, _)| Item::Referral(index))
        .collect()
}

/// What can be wrong with a diagnostic request.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Test {
    Unread,
    Unsent,
    Overdue,
}

fn diagnostics(config: &Config, reconciled: &Reconciled, wanted: Test) -> Vec<Item> {
    let table = &reconciled.linked.records.diagnostics;
    let as_at = config.transition.as_at;
    let of = |name: &str| RecordKind::Diagnostic.field(name).expect("a field of the catalogue");
    let (requested, sent, expected) = (of("requested"), of("sent"), of("expected"));
    let (resulted, reviewed, status) = (of("resulted"), of("reviewed"), of("status"));
    // A list without the column cannot say that nothing was sent, nor that nobody read a result.
    let told = |field: Field, place: u32| {
        let source = usize::from(reconciled.linked.records.source[table.subject(place) as usize]);
        config.sources[source].mapping.fields.contains_key(&field)
    };
    let holds = |place: u32| {
        let has = |field: Field| table.date(field, place).is_some();
        let passed = |date: Option<PartialDate>| date.is_some_and(|date| date.date() < as_at);
        let text = table.text(&reconciled.linked.records.texts, status, place).to_lowercase();
        if text.contains("cancel") {
            return false;
        }
        match wanted {
            Test::Unread => has(resulted) && !has(reviewed) && told(reviewed, place),
            Test::Unsent => has(requested) && !has(sent) && !has(resulted) && told(sent, place),
            Test::Overdue => !has(resulted) && !has(reviewed) && passed(table.date(expected, place)),
        }
    };
    table.places().filter(|place| holds(*place)).map(|place| Item::Row(table.row(place))).collect()
}

fn closed_without_contact(reconciled: &Reconciled) -> Vec<Item> {
    let again: std::collections::BTreeSet<u32> = reconciled.referrals.iter().filter_map(|one| one.parent).collect();
    (0u32..)
        .zip(&reconciled.referrals)
        .filter(|(index, one)| one.closed_without_end && !again.contains(index))
        .map(|(index, _)| Item::Referral(index))
        .collect()
}

fn booked_after_death(reconciled: &Reconciled) -> Vec<Item> {
    (0u32..)
        .zip(&reconciled.appointments)
        .filter(|(_, one)| one.flags.contains(&Flag::AfterDeath))
        .map(|(index, _)| Item::Appointment(index))
        .collect()
}

fn not_delivered(reconciled: &Reconciled) -> Vec<Item> {
    let table = &reconciled.linked.records.documents;
    let location = RecordKind::Document.field("location").expect("a field of the catalogue");
    table
        .places()
        .filter(|place| !table.symbol(location, *place).is_some())
        .map(|place| Item::Row(table.row(place)))
        .collect()
}
