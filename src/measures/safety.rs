//! What a clinician must look at, worst first. Each rule is a figure with its items.

use super::closing::Closings;
use super::figures::listed;
use super::{Figure, Item};
use crate::config::{Config, Field, RecordKind};
use crate::decisions::{Effect, Effects};
use crate::reconcile::{ClockRule, Flag, PriorityRule, Reconciled, Referral, WaitType};
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
    /// Items that a clinician has closed.
    closed: Vec<Item>,
    /// Why a person switched it off.
    off_because: Option<String>,
}

/// Every rule, worst first; notes which decisions closed an item.
pub(super) fn rules(
    config: &Config,
    reconciled: &Reconciled,
    closings: &Closings<'_>,
    effects: &mut Effects,
) -> Vec<Rule> {
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
            "Priority lower in one record than in another, at triage, or when referred on or again, and no dated triage \
             names a clinician; the higher of the records is carried",
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
    let mut is_closed = |rule: &str, item: Item| {
        let event = closings.closes(rule, item);
        event.into_iter().for_each(|event| effects.note(event, Effect::Closed));
        event.is_some()
    };
    let rule = |(name, definition, items): (&'static str, &'static str, Vec<Item>)| {
        let (closed, items) = items.into_iter().partition(|item| is_closed(name, *item));
        Rule { name, definition, items, closed, off_because: off(name) }
    };
    found.into_iter().map(rule).collect()
}

impl Rule {
    /// What is open, and what was closed where anything was.
    pub(super) fn figures(&self) -> Vec<Figure> {
        let mut figures = vec![self.figure()];
        if !self.closed.is_empty() {
            let definition = format!("{}: closed by a clinician in review", self.definition);
            figures.push(listed(&format!("safety.{}.closed", self.name), &definition, self.closed.clone()));
        }
        figures
    }

    fn figure(&self) -> Figure {
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

/// "When sources disagree, the higher is carried and the lowering is listed for a clinician." A referral that repeats
/// another, or goes on from it while its clock runs on, and carries less than that, is lowered too.
fn priority_lowered(reconciled: &Reconciled) -> Vec<Item> {
    let below_parent = |one: &Referral| {
        let runs_on = matches!(one.clock_rule, ClockRule::OriginalKept | ClockRule::ParentRuns);
        let parent = one.parent.filter(|_| runs_on).map(|parent| &reconciled.referrals[parent as usize]);
        parent.is_some_and(|parent| one.priority < parent.priority)
    };
    let lowered = |one: &Referral| one.priority_rule != PriorityRule::Triage && (one.is_lowered || below_parent(one));
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
