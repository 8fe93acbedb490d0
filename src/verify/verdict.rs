//! What the stranger says in the end.

use super::problems::{Place, Problem, ProblemKind};
use serde::Serialize;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Problems of one kind that a check lists; the rest are counted.
const LISTED_MAX: u64 = 50;

/// What the caller can add to the package itself.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The folder of the `handover.toml`: the sources are read again, and every row is accounted for.
    pub sources: Option<PathBuf>,
    /// The commitment key's file.
    pub key: Option<PathBuf>,
}

/// What the folder was judged as.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Judged {
    /// One of our own packages: exactly.
    Package,
    /// Somebody else's BagIt bag: by RFC 8493, leniently.
    Bag,
}

/// Every check and what came of it.
#[derive(Clone, Debug, Serialize)]
pub struct Verdict {
    /// What the folder was judged as.
    pub judged: Judged,
    /// One outcome a check, always the same checks in the same order.
    pub checks: Vec<Check>,
}

/// One check.
#[derive(Clone, Debug, Serialize)]
pub struct Check {
    /// Its stable name.
    pub name: &'static str,
    /// How it ended.
    pub outcome: Outcome,
    /// Whether everything the check needs was asked for: one that needs a key or the sources is not asked for without.
    pub asked: bool,
    /// How many things were checked.
    pub counted: u64,
    /// How many problems there are beyond those listed.
    pub unlisted: u64,
    /// What is wrong; long lists are cut, and say so in their last line.
    pub problems: Vec<Problem>,
}

/// How a check ended. "Nothing to check" is never "passed".
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Something was checked, and all of it holds.
    Passed,
    /// Something does not hold.
    Failed,
    /// There is nothing here that the check could judge.
    NotApplicable,
    /// The check could not be made, and why.
    CouldNotRun(String),
}

impl Verdict {
    /// Whether the answer is yes: the payload was checked and is whole, nothing failed, and no check that was asked for
    /// could not run.
    pub fn passed(&self) -> bool {
        let blocks = |check: &Check| match &check.outcome {
            Outcome::Passed | Outcome::NotApplicable => false,
            Outcome::Failed => true,
            Outcome::CouldNotRun(_) => check.asked,
        };
        let whole = self.check("payload").is_some_and(|check| check.outcome == Outcome::Passed);
        whole && !self.checks.iter().any(blocks)
    }

    /// The check of this name.
    pub fn check(&self, name: &str) -> Option<&Check> {
        self.checks.iter().find(|check| check.name == name)
    }

    /// Every problem listed, check by check.
    pub fn problems(&self) -> impl Iterator<Item = &Problem> {
        self.checks.iter().flat_map(|check| &check.problems)
    }
}

/// A check while it is being made.
#[derive(Debug)]
pub(super) struct Findings {
    name: &'static str,
    counted: u64,
    found: BTreeMap<ProblemKind, u64>,
    listed: Vec<Problem>,
}

impl Findings {
    pub(super) fn new(name: &'static str) -> Self {
        Findings { name, counted: 0, found: BTreeMap::new(), listed: Vec::new() }
    }

    /// So many more things were looked at.
    pub(super) fn count(&mut self, things: u64) {
        self.counted += things;
    }

    /// Something is wrong here. The detail is a phrase without patient data, written only when it will be listed.
    pub(super) fn add(&mut self, kind: ProblemKind, place: &Place, detail: impl FnOnce() -> String) {
        let found = self.found.entry(kind).or_default();
        *found += 1;
        if *found <= LISTED_MAX {
            self.listed.push(Problem { kind, place: place.clone(), detail: detail() });
        }
    }

    /// Takes over what another found on the side.
    pub(super) fn absorb(&mut self, other: Findings) {
        self.counted += other.counted;
        for problem in other.listed {
            let listed = self.listed.iter().filter(|listed| listed.kind == problem.kind).count();
            if (listed as u64) < LISTED_MAX {
                self.listed.push(problem);
            }
        }
        for (kind, found) in other.found {
            *self.found.entry(kind).or_default() += found;
        }
    }

    pub(super) fn is_clean(&self) -> bool {
        self.found.is_empty()
    }

    pub(super) fn close(mut self) -> Check {
        let mut unlisted = 0;
        for (kind, found) in self.found {
            let more = found.saturating_sub(LISTED_MAX);
            unlisted += more;
            if more > 0 {
                let detail =
                    format!("AND {more} MORE of this kind, {found} in all; only the first {LISTED_MAX} are listed");
                self.listed.push(Problem { kind, place: Place::default(), detail });
            }
        }
        let outcome = match (self.listed.is_empty(), self.counted) {
            (false, _) => Outcome::Failed,
            (true, 0) => Outcome::NotApplicable,
            (true, _) => Outcome::Passed,
        };
        Check { name: self.name, outcome, asked: true, counted: self.counted, unlisted, problems: self.listed }
    }

    /// Ends a check that could not be made in full; what was found wrong on the way still fails it.
    pub(super) fn close_unable(self, why: &str) -> Check {
        let mut check = self.close();
        if check.outcome != Outcome::Failed {
            check.outcome = Outcome::CouldNotRun(why.to_owned());
        }
        check
    }
}

pub(super) fn not_applicable(name: &'static str) -> Check {
    Findings::new(name).close()
}

pub(super) fn could_not_run(name: &'static str, why: &str) -> Check {
    Findings::new(name).close_unable(why)
}

/// A check for which the caller gave too little; that alone does not turn the answer to no.
pub(super) fn not_asked(name: &'static str, why: &str) -> Check {
    Check { asked: false, ..could_not_run(name, why) }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(checks: Vec<Check>) -> bool {
        Verdict { judged: Judged::Bag, checks }.passed()
    }

    fn passed() -> Check {
        let mut findings = Findings::new("payload");
        findings.count(1);
        findings.close()
    }

    #[test]
    fn nothing_to_check_is_never_passed() {
        assert_eq!(not_applicable("none").outcome, Outcome::NotApplicable);
        assert!(!verdict(vec![]));
        assert!(!verdict(vec![not_applicable("payload"), not_asked("key", "no key was given")]));
        assert!(verdict(vec![passed(), not_applicable("none"), not_asked("key", "no key was given")]));
        assert!(!verdict(vec![passed(), could_not_run("blocked", "nothing to read")]));
    }

    #[test]
    fn a_long_list_is_cut_and_says_so() {
        let mut findings = Findings::new("many");
        let mut aside = Findings::new("aside");
        for line in 1..=LISTED_MAX + 6 {
            let findings = if line % 2 == 0 { &mut aside } else { &mut findings };
            findings.add(ProblemKind::KeyDuplicate, &Place::file("a.csv").line(line), String::new);
        }
        findings.absorb(aside);
        findings.add(ProblemKind::KeyDuplicate, &Place::file("a.csv"), String::new);
        findings.add(ProblemKind::ValueType, &Place::file("a.csv"), String::new);
        let check = findings.close_unable("blocked");
        assert_eq!(check.outcome, Outcome::Failed);
        assert_eq!((check.unlisted, check.problems.len()), (7, 52));
        assert!(check.problems[51].to_string().contains("AND 7 MORE"));
    }
}
