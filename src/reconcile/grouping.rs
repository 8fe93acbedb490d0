//! Which records of one patient speak of one referral.

use super::conditions::Condition;
use super::context::{Context, day_number, whole_day};
use super::services::Specialty;
use super::words::Agreement;
use super::{ReferralJoin, Tie};
use crate::config::fields::referral;
use crate::records::Symbol;
use crate::values::Digest;

/// What one referral record says that tells referrals apart.
#[derive(Clone, Debug)]
pub(super) struct Facts<'a> {
    pub(super) place: u32,
    pub(super) system: u16,
    pub(super) local: Symbol,
    pub(super) ubrn: u64,
    pub(super) pathway: Symbol,
    pub(super) issuer: Symbol,
    pub(super) received: Option<i32>,
    pub(super) referred: Option<i32>,
    pub(super) referred_on: Option<i32>,
    pub(super) specialty: Specialty,
    pub(super) condition: &'a Condition,
    pub(super) referrer: Symbol,
    digest: Digest,
}

/// Receipts this many days apart may be one referral that reached two systems.
pub(super) const CLOSE_DAYS: i32 = 14;
/// A second entry of one referral in one system follows the first within this many days.
const SECOND_ENTRY_DAYS: i32 = 7;
/// Points at or above which two records are of one referral.
const ENOUGH: u32 = 4;

impl<'a> Facts<'a> {
    pub(super) fn of(context: &Context<'a>, place: u32) -> Self {
        let table = &context.records.referrals;
        let person = table.subject(place);
        Facts {
            place,
            system: context.system(person),
            local: table.symbol(referral::LOCAL_ID, place),
            ubrn: context.ubrn(table.symbol(referral::UBRN, place)),
            pathway: table.symbol(referral::PATHWAY_ID, place),
            issuer: table.symbol(referral::PATHWAY_ISSUER, place),
            received: table.moment(referral::RECEIVED, place).map(|moment| day_number(moment.date())),
            referred: whole_day(table.date(referral::REFERRED, place)),
            referred_on: whole_day(table.date(referral::REFERRED_ON, place)),
            specialty: context.specialty(table.symbol(referral::SPECIALTY, place)),
            condition: context.condition(table.symbol(referral::CONDITION, place)),
            referrer: table.symbol(referral::REFERRER, place),
            digest: context.records.digest[person as usize],
        }
    }

    /// When it was received, else when it was made.
    pub(super) fn day(&self) -> Option<i32> {
        self.received.or(self.referred)
    }

    /// An order that does not depend on where rows stand in files: rows that tie are the same cell by cell.
    fn order(&self) -> (bool, i32, u16, Digest) {
        (self.day().is_none(), self.day().unwrap_or(0), self.system, self.digest)
    }

    /// It says neither which referral it is nor when: it can only be put to one that is known otherwise.
    fn is_thin(&self) -> bool {
        !self.local.is_some() && self.ubrn == 0 && !self.pathway.is_some() && self.day().is_none()
    }

    fn same_local_id(&self, other: &Facts) -> bool {
        self.local.is_some() && self.system == other.system && self.local == other.local
    }

    fn same_id(&self, other: &Facts) -> bool {
        // "Same UBRN on two referrals = duplicate".
        self.same_local_id(other) || self.ubrn != 0 && self.ubrn == other.ubrn
    }

    /// "PATIENT PATHWAY IDENTIFIER: 20 characters, unique only with the issuer's organisation code."
    pub(super) fn same_pathway(&self, other: &Facts) -> bool {
        let issuers = !self.issuer.is_some() || !other.issuer.is_some() || self.issuer == other.issuer;
        self.pathway.is_some() && self.pathway == other.pathway && issuers
    }

    /// Days between two receipts, or between the days two referrals were made, whichever is less.
    fn days_apart(&self, other: &Facts) -> Option<i32> {
        let apart = |left: Option<i32>, right: Option<i32>| Some((left? - right?).abs());
        let same = [apart(self.received, other.received), apart(self.referred, other.referred)];
        same.into_iter().flatten().min().or_else(|| apart(self.day(), other.day()))
    }

    fn system_keeps_apart(&self, other: &Facts) -> bool {
        self.system == other.system && self.local.is_some() && other.local.is_some() && self.local != other.local
    }

    /// What no likeness outweighs.
    fn contradicts(&self, other: &Facts) -> bool {
        let ubrns = self.ubrn != 0 && other.ubrn != 0 && self.ubrn != other.ubrn;
        let specialty = self.specialty.agreement(other.specialty) == Agreement::Differs;
        let condition = self.condition.agreement(other.condition) == Agreement::Differs;
        ubrns || specialty || condition || self.sends_on_to(other) || other.sends_on_to(self)
    }

    /// One service sent the patient on, and the other system received the patient after that.
    fn sends_on_to(&self, other: &Facts) -> bool {
        match (self.referred_on, other.received, self.day()) {
            (Some(on), Some(received), Some(day)) => self.system != other.system && received >= on && received > day,
            _ => false,
        }
    }
}

/// One referral keyed twice into one system by two hands: the second entry a few days later, all that tells referrals
/// apart the same. Two conditions of one month are two referrals.
fn second_entry(context: &Context, left: &Facts, right: &Facts) -> bool {
    let equal = |left: Option<i32>, right: Option<i32>| left.is_some() && left == right;
    let made = equal(left.referred, right.referred) || equal(left.received, right.received);
    let near = left.days_apart(right).is_some_and(|days| days <= SECOND_ENTRY_DAYS)
        && match (left.received, right.received) {
            (Some(left), Some(right)) => (left - right).abs() <= SECOND_ENTRY_DAYS,
            _ => true,
        };
    let referrer = context.names(left.referrer, right.referrer) != Agreement::Differs;
    left.system_keeps_apart(right)
        && made
        && near
        && referrer
        && !left.contradicts(right)
        && left.condition.same_words(right.condition)
}

/// Points for one referral in two systems: how near the dates are, and what else agrees. `None` when they cannot be one
/// or too little speaks for it. With them a bit for each of [`Tie::PARTS`] that agrees.
fn points(context: &Context, left: &Facts, right: &Facts) -> Option<(u32, u8)> {
    if left.contradicts(right) || left.system_keeps_apart(right) {
        return None;
    }
    let days = left.days_apart(right)?;
    let within_system = left.system == right.system;
    let date = match days {
        0 => 4,
        // A system without referral ids repeats a referral with the same date, not with one nearby.
        _ if within_system => return None,
        1..=3 => 3,
        4..=CLOSE_DAYS => 2,
        _ => return None,
    };
    // Made on one day and received on one day: two dates agree, not one.
    let made = left.received == right.received && left.referred == right.referred;
    let made = made && left.received.is_some() && left.referred.is_some();
    let condition = match left.condition.agreement(right.condition) {
        Agreement::Same => 3,
        Agreement::Similar => 2,
        Agreement::Unknown | Agreement::Differs => 0,
    };
    // As [`Tie::PARTS`] names them.
    let parts = [
        date,
        u32::from(made),
        if left.specialty.agreement(right.specialty) >= Agreement::Similar { 2 } else { 0 },
        condition,
        u32::from(context.names(left.referrer, right.referrer) == Agreement::Same),
        if left.same_pathway(right) { 4 } else { 0 },
    ];
    let sum = parts.iter().sum();
    let agreed = (0..).zip(parts).filter(|(_, points)| *points > 0).fold(0, |bits, (at, _)| bits | 1 << at);
    // A date alone, however near, is not a referral.
    (sum >= ENOUGH && parts[1..].iter().any(|points| *points > 0)).then_some((sum, agreed))
}

/// Clusters of records, by place in the list of facts.
struct Clusters {
    of: Vec<usize>,
    /// What first joined each to another: the surest comes first.
    ties: Vec<Tie>,
}

impl Clusters {
    fn members(&self, cluster: usize) -> impl Iterator<Item = usize> + '_ {
        self.of.iter().enumerate().filter(move |(_, of)| **of == cluster).map(|(at, _)| at)
    }

    fn join(&mut self, left: usize, right: usize, tie: Tie) {
        for one in [left, right] {
            if self.ties[one].by == ReferralJoin::Alone {
                self.ties[one] = tie;
            }
        }
        let (keep, give) = (self.of[left].min(self.of[right]), self.of[left].max(self.of[right]));
        self.of.iter_mut().filter(|of| **of == give).for_each(|of| *of = keep);
    }
}

/// The referrals of one patient: places of their records, each in order of rows, in the order of their first rows.
///
/// `by_likeness` is off where the patient is not known: then only ids join.
pub(super) fn group(context: &Context, places: &[u32], by_likeness: bool) -> Vec<Vec<(u32, Tie)>> {
    let mut facts: Vec<Facts> = places.iter().map(|place| Facts::of(context, *place)).collect();
    facts.sort_by_key(Facts::order);
    let ties = vec![Tie::by(ReferralJoin::Alone); facts.len()];
    let mut clusters = Clusters { of: (0..facts.len()).collect(), ties };
    join_by_id(&facts, &mut clusters);
    if by_likeness {
        join_second_entries(context, &facts, &mut clusters);
        join_alike(context, &facts, &mut clusters);
        join_thin(&facts, &mut clusters);
    }
    let mut groups: Vec<Vec<(u32, Tie)>> = vec![Vec::new(); facts.len()];
    for (at, fact) in facts.iter().enumerate() {
        groups[clusters.of[at]].push((fact.place, clusters.ties[at]));
    }
    groups.iter_mut().for_each(|group| group.sort_unstable());
    let mut groups: Vec<Vec<(u32, Tie)>> = groups.into_iter().filter(|group| !group.is_empty()).collect();
    groups.sort_unstable();
    groups
}

fn pairs(count: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..count).flat_map(move |left| (left + 1..count).map(move |right| (left, right)))
}

fn join_by_id(facts: &[Facts], clusters: &mut Clusters) {
    for (left, right) in pairs(facts.len()) {
        if clusters.of[left] != clusters.of[right] && facts[left].same_id(&facts[right]) {
            let local = facts[left].same_local_id(&facts[right]);
            clusters.join(left, right, Tie::by(if local { ReferralJoin::LocalId } else { ReferralJoin::Ubrn }));
        }
    }
}

fn join_second_entries(context: &Context, facts: &[Facts], clusters: &mut Clusters) {
    for (left, right) in pairs(facts.len()) {
        if clusters.of[left] != clusters.of[right] && second_entry(context, &facts[left], &facts[right]) {
            clusters.join(left, right, Tie::by(ReferralJoin::SecondEntry));
        }
    }
}

/// Best first; two clusters join only when no record of one contradicts or is kept apart from any of the other.
fn join_alike(context: &Context, facts: &[Facts], clusters: &mut Clusters) {
    let mut edges: Vec<(u32, i32, usize, usize, u8)> = pairs(facts.len())
        .filter(|(left, right)| clusters.of[*left] != clusters.of[*right])
        .filter_map(|(left, right)| {
            let (points, agreed) = points(context, &facts[left], &facts[right])?;
            Some((points, facts[left].days_apart(&facts[right])?, left, right, agreed))
        })
        .collect();
    edges.sort_unstable_by(|left, right| {
        right.0.cmp(&left.0).then((left.1, left.2, left.3).cmp(&(right.1, right.2, right.3)))
    });
    for (_, _, left, right, agreed) in edges {
        let (one, other) = (clusters.of[left], clusters.of[right]);
        if one == other {
            continue;
        }
        let others: Vec<usize> = clusters.members(other).collect();
        let compatible = clusters.members(one).all(|member| {
            others.iter().all(|other| {
                let (member, other) = (&facts[member], &facts[*other]);
                let apart = member.system_keeps_apart(other) && !second_entry(context, member, other);
                !apart && (member.same_id(other) || !member.contradicts(other))
            })
        });
        if compatible {
            clusters.join(left, right, Tie { by: ReferralJoin::Likeness, agreed });
        }
    }
}

/// A record that says neither which referral nor when goes to the one that its condition and specialty fit best, the
/// latest of those that fit alike.
fn join_thin(facts: &[Facts], clusters: &mut Clusters) {
    for thin in 0..facts.len() {
        if !facts[thin].is_thin() {
            continue;
        }
        let fit = |other: &Facts| {
            let condition = facts[thin].condition.agreement(other.condition);
            let specialty = facts[thin].specialty.agreement(other.specialty);
            (condition != Agreement::Differs && specialty != Agreement::Differs).then_some((condition, specialty))
        };
        let best = (0..facts.len())
            .filter(|other| *other != thin && clusters.of[*other] != clusters.of[thin])
            .filter(|other| !facts[*other].is_thin() || *other < thin)
            .filter_map(|other| {
                let (condition, specialty) = fit(&facts[other])?;
                let home = facts[other].system == facts[thin].system;
                Some((!facts[other].is_thin(), condition, specialty, home, facts[other].day(), other))
            })
            .max();
        if let Some((.., other)) = best {
            clusters.join(thin, other, Tie::by(ReferralJoin::BestFit));
        }
    }
}
