//! `audit/run.json`: the gates it states against the table of gates.

use super::account::Facts;
use super::folder::Folder;
use super::problems::{Place, ProblemKind as Kind};
use super::verdict::{Check, Findings};
use serde::Deserialize;
use std::collections::BTreeMap;

const FILE: &str = "data/audit/run.json";

#[derive(Deserialize)]
struct Run {
    format: u64,
    tool: String,
    config_digest: String,
    #[serde(rename = "final")]
    is_final: bool,
    gates: Vec<Gate>,
}

#[derive(Deserialize)]
struct Gate {
    gate: String,
    state: String,
}

/// The check `gates`, and the digest of the configuration that the run states.
pub(super) fn judge(folder: &Folder, facts: &Facts) -> (Check, Option<String>) {
    let mut findings = Findings::new("gates");
    let place = Place::file(FILE);
    let Ok(bytes) = folder.document(FILE) else {
        return (findings.close_unable("there is no audit/run.json to read"), None);
    };
    let run: Run = match serde_json::from_slice(&bytes) {
        Ok(run) => run,
        Err(error) => {
            findings.add(Kind::DocumentForm, &place.line(error.line() as u64), || "not a run's JSON".into());
            return (findings.close(), None);
        }
    };
    if run.format != 1 || !run.tool.starts_with("handover ") {
        findings.add(Kind::DocumentForm, &place, || "a format or a tool that is not known here".into());
    }
    judge_gates(&run, facts, &mut findings);
    (findings.close(), Some(run.config_digest))
}

fn judge_gates(run: &Run, facts: &Facts, findings: &mut Findings) {
    let mut stated = BTreeMap::new();
    for gate in &run.gates {
        findings.count(1);
        let place = Place::file(FILE).column(&gate.gate);
        if stated.insert(&gate.gate, &gate.state).is_some() {
            findings.add(Kind::GatesDiffer, &place, || "the gate is stated twice".into());
        }
        if facts.gates.get(&gate.gate) != Some(&gate.state) {
            findings.add(Kind::GatesDiffer, &place, || "tables/gates.csv does not say so".into());
        }
        // A gate that nothing measured is never green.
        if run.is_final && !matches!(gate.state.as_str(), "green" | "waived") {
            findings.add(Kind::FinalGateOpen, &place, || "a final package cannot have it so".into());
        }
    }
    for gate in facts.gates.keys().filter(|gate| !stated.contains_key(gate)) {
        let place = Place::file(FILE).column(gate);
        findings.add(Kind::GatesDiffer, &place, || "tables/gates.csv has it, and the run does not".into());
    }
}
