//! The schemas of `schemas/`, written by hand: the authority for every table's name, path, columns and their order.

use serde::Deserialize;
use serde_json::Value;
use std::sync::LazyLock;

/// One table's schema.
#[derive(Debug, Deserialize)]
pub struct Schema {
    /// The table's name.
    pub name: String,
    /// Its path below `data/`.
    pub path: String,
    /// What it holds.
    pub title: String,
    /// The Table Schema as `datapackage.json` repeats it.
    #[serde(rename = "schema")]
    pub json: Value,
    #[serde(skip)]
    columns: Vec<String>,
}

impl Schema {
    /// The names of its columns, in order.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// The place of a column.
    pub fn place(&self, column: &str) -> Option<usize> {
        self.columns.iter().position(|name| name == column)
    }
}

macro_rules! embedded {
    ($($name:literal)+) => { [$(include_str!(concat!("../../schemas/", $name, ".json")),)+] };
}

static SCHEMAS: LazyLock<Vec<Schema>> = LazyLock::new(|| {
    let texts = embedded! {
        "appointment_records" "appointments" "concerns" "declared" "diagnostics" "documents" "exceptions" "figure_rows"
        "figures" "gates" "id_changes" "outcome_scores" "pairs" "paper_disagreements" "paper_folders" "patient_records" "patients"
        "person_records" "referral_records" "referrals" "review_decisions" "rows" "source_changes" "sources" "unassigned" "waiting_list"
        "waiting_list_differences"
    };
    texts.into_iter().map(parse).collect()
});

fn parse(text: &str) -> Schema {
    let mut schema: Schema = serde_json::from_str(text).expect("an embedded schema is well formed");
    let fields = schema.json["fields"].as_array().expect("an embedded schema has fields");
    schema.columns = fields.iter().filter_map(|field| field["name"].as_str()).map(str::to_owned).collect();
    assert_eq!(schema.columns.len(), fields.len(), "every field of {} has a name", schema.name);
    schema
}

/// Every schema, by name.
pub(super) fn all() -> &'static [Schema] {
    &SCHEMAS
}

/// The schema of a table.
pub(super) fn of(name: &str) -> &'static Schema {
    all().iter().find(|schema| schema.name == name).unwrap_or_else(|| panic!("no schema is called {name}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_of_schemas_is_embedded() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/schemas");
        let mut names: Vec<String> = std::fs::read_dir(folder)
            .expect("schemas/ is there")
            .map(|entry| entry.expect("an entry").file_name().into_string().expect("a plain name"))
            .collect();
        names.sort();
        let embedded: Vec<String> = all().iter().map(|schema| format!("{}.json", schema.name)).collect();
        assert_eq!(embedded, names);
    }
}
