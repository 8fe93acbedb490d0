//! Figures, each a count out of a count, and examples of what went wrong.

use crate::Failure;
use std::collections::BTreeMap;
use std::fmt::Write;

/// A count out of a count.
#[derive(Clone, Debug, PartialEq)]
pub struct Figure {
    pub name: String,
    pub count: u64,
    pub of: u64,
    /// Printed as a share; otherwise as a count among so many checked.
    pub share: bool,
}

/// All figures in the order they were made, and examples by kind of error.
#[derive(Default)]
pub struct Scores {
    pub figures: Vec<Figure>,
    examples: BTreeMap<String, Vec<String>>,
    limit: usize,
}

impl Scores {
    pub fn new(limit: usize) -> Self {
        Self { limit, ..Self::default() }
    }

    pub fn share(&mut self, name: impl Into<String>, count: u64, of: u64) {
        self.figures.push(Figure { name: name.into(), count, of, share: true });
    }

    /// How many of those checked were wrong.
    pub fn count(&mut self, name: impl Into<String>, count: u64, of: u64) {
        self.figures.push(Figure { name: name.into(), count, of, share: false });
    }

    /// Precision, recall and their harmonic mean.
    pub fn found(&mut self, name: &str, right: u64, predicted: u64, actual: u64) {
        self.share(format!("{name}.precision"), right, predicted);
        self.share(format!("{name}.recall"), right, actual);
        self.share(format!("{name}.f1"), 2 * right, predicted + actual);
    }

    pub fn example(&mut self, kind: &str, text: impl FnOnce() -> String) {
        if self.limit == 0 {
            return;
        }
        let examples = self.examples.entry(kind.to_owned()).or_default();
        if examples.len() < self.limit {
            examples.push(text());
        }
    }

    pub fn printed(&self) -> String {
        let mut text = String::new();
        for figure in &self.figures {
            let value = match (figure.share, figure.of) {
                (_, 0) => "nothing to check".to_owned(),
                (true, of) => format!("{:.4}", figure.count as f64 / of as f64),
                (false, _) => figure.count.to_string(),
            };
            let _ = writeln!(text, "{:<58} {value:>16}   {} of {}", figure.name, figure.count, figure.of);
        }
        for (kind, examples) in &self.examples {
            let _ = writeln!(text, "\n{kind}");
            for example in examples {
                let _ = writeln!(text, "  {example}");
            }
        }
        text
    }

    pub fn json(&self) -> serde_json::Value {
        let figures: serde_json::Map<String, serde_json::Value> = self
            .figures
            .iter()
            .map(|figure| {
                let value = (figure.of > 0).then(|| figure.count as f64 / figure.of as f64);
                (figure.name.clone(), serde_json::json!({ "count": figure.count, "of": figure.of, "value": value }))
            })
            .collect();
        serde_json::json!({ "figures": figures, "examples": self.examples })
    }
}

const FLOORS: &str = include_str!("../../floors.toml");

/// One line for each floor that was missed. A figure nobody made, or made of nothing, misses its floor.
pub fn missed(scores: &Scores, set: &str) -> Result<Vec<String>, Failure> {
    let sets: toml::Table = toml::from_str(FLOORS)?;
    let set = sets.get(set).ok_or_else(|| format!("no floors called {set}"))?;
    let mut missed = Vec::new();
    for (kind, floors) in set.as_table().into_iter().flatten() {
        for (name, limit) in floors.as_table().into_iter().flatten() {
            let limit = limit
                .as_float()
                .or_else(|| limit.as_integer().map(|whole| whole as f64))
                .ok_or("a floor is a number")?;
            let Some(figure) = scores.figures.iter().find(|figure| figure.name == *name && figure.of > 0) else {
                missed.push(format!("{name}: nothing to check"));
                continue;
            };
            let value = if kind == "at_least" { figure.count as f64 / figure.of as f64 } else { figure.count as f64 };
            let holds = if kind == "at_least" { value >= limit } else { value <= limit };
            if !holds {
                missed.push(format!("{name}: {value:.4}, {} {limit}", kind.replace('_', " ")));
            }
        }
    }
    Ok(missed)
}
