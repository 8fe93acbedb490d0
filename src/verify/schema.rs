//! The published schemas, embedded: what every table of a package must look like.

use super::pattern::Pattern;
use serde::Deserialize;
use serde_json::Value;

macro_rules! embed {
    ($($name:literal)+) => { &[$(($name, include_str!(concat!("../../schemas/", $name, ".json")))),+] };
}

/// Every schema, what is referred to before what refers.
const EMBEDDED: &[(&str, &str)] = embed! {
    "sources" "rows" "patients" "person_records" "patient_records" "unassigned" "referrals" "referral_records"
    "appointments" "appointment_records" "waiting_list" "waiting_list_differences" "diagnostics" "documents"
    "outcome_scores" "concerns" "declared" "pairs" "review_decisions" "paper_folders" "paper_disagreements" "exceptions"
    "figures" "figure_rows" "gates" "id_changes" "source_changes"
};

/// Every table that a package holds, in an order in which each table follows those it refers to.
#[derive(Debug)]
pub(super) struct Schemas {
    pub(super) tables: Vec<Table>,
}

/// One table.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) name: &'static str,
    /// Relative to the folder of `datapackage.json`.
    pub(super) path: String,
    pub(super) fields: Vec<Field>,
    /// Places of the key's columns; empty when the table has no key.
    pub(super) primary_key: Vec<usize>,
    pub(super) foreign_keys: Vec<ForeignKey>,
    /// The `schema` object as published.
    pub(super) schema: Value,
}

/// One column.
#[derive(Debug)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) kind: FieldKind,
    pub(super) required: bool,
    pub(super) allowed: Vec<String>,
    pub(super) pattern: Option<Pattern>,
    pub(super) minimum: Option<f64>,
    pub(super) maximum: Option<f64>,
}

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(super) enum FieldKind {
    String,
    Integer,
    Number,
    Boolean,
}

/// Columns that must stand in another table's key.
#[derive(Debug)]
pub(super) struct ForeignKey {
    pub(super) columns: Vec<usize>,
    pub(super) table: String,
}

/// The form of a schema on disk. What is not understood does not parse: a constraint must not be passed over.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct OnDisk {
    name: String,
    path: String,
    #[serde(rename = "title")]
    _title: String,
    schema: Value,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
struct SchemaOnDisk {
    fields: Vec<FieldOnDisk>,
    missing_values: Vec<String>,
    #[serde(default)]
    primary_key: Vec<String>,
    #[serde(default)]
    foreign_keys: Vec<ForeignKeyOnDisk>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct FieldOnDisk {
    name: String,
    #[serde(rename = "type")]
    kind: FieldKind,
    #[serde(default, rename = "description")]
    _description: String,
    #[serde(default)]
    constraints: Constraints,
}

#[derive(Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Constraints {
    #[serde(default)]
    required: bool,
    #[serde(default, rename = "enum")]
    allowed: Vec<String>,
    pattern: Option<String>,
    minimum: Option<f64>,
    maximum: Option<f64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ForeignKeyOnDisk {
    fields: Vec<String>,
    reference: ReferenceOnDisk,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ReferenceOnDisk {
    resource: String,
    fields: Vec<String>,
}

impl Schemas {
    /// The schemas that this program was built with.
    pub(super) fn embedded() -> Schemas {
        let parse = |(name, text): &(&'static str, &str)| Table::parse(name, text);
        Schemas { tables: EMBEDDED.iter().map(parse).collect() }
    }

    pub(super) fn table(&self, name: &str) -> &Table {
        self.tables.iter().find(|table| table.name == name).expect("only embedded tables are asked for")
    }
}

impl Table {
    fn parse(name: &'static str, text: &str) -> Table {
        let known = "the embedded schemas parse: a test reads each of them";
        let on_disk: OnDisk = serde_json::from_str(text).expect(known);
        let schema: SchemaOnDisk = serde_json::from_value(on_disk.schema.clone()).expect(known);
        assert!(on_disk.name == name && schema.missing_values == [""], "{known}");
        let place = |column: &String| schema.fields.iter().position(|field| field.name == *column).expect(known);
        let places = |columns: &[String]| columns.iter().map(place).collect();
        let foreign_key = |key: &ForeignKeyOnDisk| {
            assert_eq!(key.fields.len(), key.reference.fields.len(), "{known}");
            ForeignKey { columns: places(&key.fields), table: key.reference.resource.clone() }
        };
        Table {
            name,
            primary_key: places(&schema.primary_key),
            foreign_keys: schema.foreign_keys.iter().map(foreign_key).collect(),
            path: on_disk.path,
            fields: schema.fields.into_iter().map(Field::from).collect(),
            schema: on_disk.schema,
        }
    }

    /// Its path in the package.
    pub(super) fn file(&self) -> String {
        format!("data/{}", self.path)
    }

    /// The place of a column that the published schema has.
    pub(super) fn column(&self, name: &str) -> usize {
        self.find(name).expect("only columns of the embedded schemas are asked for")
    }

    /// The place of a column, if the table has it.
    pub(super) fn find(&self, name: &str) -> Option<usize> {
        self.fields.iter().position(|field| field.name == name)
    }

    /// The values that a column allows.
    pub(super) fn words(&self, column: &str) -> &[String] {
        &self.fields[self.column(column)].allowed
    }
}

impl From<FieldOnDisk> for Field {
    fn from(field: FieldOnDisk) -> Field {
        let Constraints { required, allowed, pattern, minimum, maximum } = field.constraints;
        let parse =
            |text: String| Pattern::parse(&text).expect("the embedded patterns parse: a test reads each of them");
        let pattern = pattern.map(parse);
        Field { name: field.name, kind: field.kind, required, allowed, pattern, minimum, maximum }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_published_schema_is_embedded_and_parses() {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/schemas");
        let listed = std::fs::read_dir(folder).expect("schemas").map(|entry| entry.expect("entry").file_name());
        let published: BTreeSet<String> = listed.map(|name| name.to_string_lossy().replace(".json", "")).collect();
        let embedded: BTreeSet<String> = Schemas::embedded().tables.iter().map(|it| it.name.to_owned()).collect();
        assert_eq!(embedded, published);
    }

    #[test]
    fn references_lead_to_the_whole_key_of_a_table_that_comes_before() {
        let schemas = Schemas::embedded();
        for (place, table) in schemas.tables.iter().enumerate() {
            let published = table.schema["foreignKeys"].as_array().cloned().unwrap_or_default();
            for (key, published) in table.foreign_keys.iter().zip(published) {
                let before =
                    schemas.tables[..=place].iter().find(|other| other.name == key.table).expect("comes before");
                assert_eq!(published["reference"]["fields"], before.schema["primaryKey"], "{}", table.name);
            }
        }
    }
}
