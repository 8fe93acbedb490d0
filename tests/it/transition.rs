//! A transition in a folder of its own, and the program run on it as a person would.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use tempfile::TempDir;

/// A transition folder that is gone when the test ends.
pub struct Transition {
    folder: TempDir,
}

/// What the program said, and how it ended.
pub struct Said {
    pub code: i32,
    pub out: String,
    pub err: String,
}

/// A few lines of a clinic's list: one source, one patient, every mapped column there.
const CONFIG: &str = r#"[transition]
name = "Clinic"
from = ["RNU"]
to = "NXX"
transfer_date = 2017-10-01
as_at = 2017-09-30

[[source]]
id = "clinic"
path = "sources/clinic*.csv"
mapping = "mappings/clinic.toml"
provider = "RNU"
system = "SystmOne"
"#;
const MAPPING: &str = r#"[file]
dates = ["%d/%m/%Y"]

[person]
local_id = "Patient ID"
family_name = "Surname"
given_name = "Forename"
date_of_birth = "DOB"
phone = "Phone"
"#;
const CLINIC: &str = "Patient ID,Surname,Forename,DOB,Phone\n\
                      1,Quillfeather,Maude,03/02/1961,01632 960001\n\
                      2,Thistlewood,Ambrose,14/11/1948,01632 960002\n";

/// A table of people: number, name, date of birth, sex, postcode and mobile.
pub const PEOPLE: &str = r#"[file]
dates = ["%d/%m/%Y"]

[person]
nhs_number = "NHS"
family_name = "Surname"
given_name = "Forename"
date_of_birth = "Born"
sex = { column = "Sex", codes = { "M" = "male", "F" = "female" } }
postcode = "Postcode"
mobile = "Mobile"
"#;

/// A configuration of two providers with these sources: of each its id, path, provider and system.
pub fn two_providers(name: &str, sources: &[[&str; 4]]) -> String {
    let head = format!("[transition]\nname = \"{name}\"\nfrom = [\"RNU\", \"RTH\"]\nto = \"NXX\"\n");
    let dates = "transfer_date = 2017-10-01\nas_at = 2017-09-30\n";
    head + dates + &sources.iter().map(listed).collect::<String>()
}

/// A source, read with `mappings/plain.toml`.
pub fn listed([id, path, provider, system]: &[&str; 4]) -> String {
    format!(
        "\n[[source]]\nid = \"{id}\"\npath = \"sources/{path}\"\nmapping = \"mappings/plain.toml\"\n\
         provider = \"{provider}\"\nsystem = \"{system}\"\n"
    )
}

impl Transition {
    /// An empty folder.
    pub fn empty() -> Self {
        Transition { folder: tempfile::tempdir().expect("a folder") }
    }

    /// One small source with its mapping.
    pub fn clinic() -> Self {
        let transition = Transition::empty();
        transition.write("handover.toml", CONFIG);
        transition.write("mappings/clinic.toml", MAPPING);
        transition.write("sources/clinic.csv", CLINIC);
        transition.write("commitment.key", &format!("# EXAMPLE KEY\n{}\n", "07".repeat(32)));
        transition
    }

    /// The shipped example, without packages that somebody made of it.
    pub fn example() -> Self {
        let transition = Transition::empty();
        copy_inputs(&fixtures().join("msk-transfer"), transition.path());
        transition
    }

    /// A copy of another transition's inputs.
    pub fn copy_of(folder: &Path) -> Self {
        let transition = Transition::empty();
        copy_inputs(folder, transition.path());
        transition
    }

    pub fn path(&self) -> &Path {
        self.folder.path()
    }

    pub fn write(&self, name: &str, text: &str) {
        let path = self.path().join(name);
        fs::create_dir_all(path.parent().expect("a folder")).expect("made");
        fs::write(path, text).expect("written");
    }

    /// Changes a file that holds `from`.
    pub fn edit(&self, name: &str, from: &str, to: &str) {
        let text = fs::read_to_string(self.path().join(name)).expect("text");
        assert!(text.contains(from), "{name} does not hold {from}");
        self.write(name, &text.replace(from, to));
    }

    /// How `run` and `check` refuse to go on, which they do with the same words.
    pub fn refused_by_both(&self) -> String {
        let refusal = self.handover(&["run"]).refusal();
        assert_eq!(self.handover(&["check"]).refusal(), refusal);
        refusal
    }

    /// Runs the program here.
    pub fn handover(&self, arguments: &[&str]) -> Said {
        handover(self.path(), arguments)
    }
}

impl Said {
    /// Both streams.
    pub fn all(&self) -> String {
        format!("{}{}", self.out, self.err)
    }

    /// Standard output as the one JSON document that it must be.
    pub fn json(&self) -> serde_json::Value {
        serde_json::from_str(&self.out).unwrap_or_else(|error| panic!("not one JSON document ({error}): {}", self.out))
    }

    /// Exit code and standard error as a person reads them.
    pub fn refusal(&self) -> String {
        assert_eq!(self.out, "", "a refusal says nothing on standard output");
        format!("{}\n{}", self.code, self.err.trim_end())
    }
}

/// Runs the program in a folder.
pub fn handover(folder: &Path, arguments: &[&str]) -> Said {
    let output = command(folder, arguments).output().expect("the program starts");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text").replace(&*folder.to_string_lossy(), "[folder]");
    Said { code: output.status.code().expect("an exit code"), out: text(output.stdout), err: text(output.stderr) }
}

/// The program in a folder, not yet started.
pub fn command(folder: &Path, arguments: &[&str]) -> assert_cmd::Command {
    let mut command = assert_cmd::Command::new(env!("CARGO_BIN_EXE_handover"));
    command.current_dir(folder).args(arguments).env_remove("RUST_LOG");
    command
}

pub fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

/// Every file below a folder, by its path there.
pub fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    let mut open = vec![folder.to_owned()];
    while let Some(place) = open.pop() {
        for entry in fs::read_dir(place).expect("a folder") {
            let path = entry.expect("an entry").path();
            if path.is_dir() {
                open.push(path);
                continue;
            }
            let name = path.strip_prefix(folder).expect("inside").to_string_lossy().replace('\\', "/");
            found.insert(name, fs::read(&path).expect("a file"));
        }
    }
    found
}

fn copy_inputs(from: &Path, to: &Path) {
    for (name, bytes) in files(from) {
        if !name.starts_with("packages/") && !name.starts_with("truth/") {
            let path = to.join(name);
            fs::create_dir_all(path.parent().expect("a folder")).expect("made");
            fs::write(path, bytes).expect("written");
        }
    }
}

/// The example, run once for all tests that only look at it. Its package is `packages/0001`.
pub fn example_run() -> &'static Path {
    static RUN: LazyLock<PathBuf> = LazyLock::new(|| {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("example");
        let _ = fs::remove_dir_all(&folder);
        copy_inputs(&fixtures().join("msk-transfer"), &folder);
        let said = handover(&folder, &["run", "--quiet"]);
        assert_eq!(said.code, 0, "{}", said.err);
        folder
    });
    &RUN
}

/// A table's lines with the header first, as text.
pub fn table(bytes: &[u8]) -> Vec<Vec<String>> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(bytes);
    reader.records().map(|record| record.expect("a line").iter().map(str::to_owned).collect()).collect()
}

/// Some columns of a table, below its header.
pub fn columns(bytes: &[u8], names: &[&str]) -> Vec<Vec<String>> {
    let lines = table(bytes);
    let places: Vec<usize> = names
        .iter()
        .map(|name| lines[0].iter().position(|column| column == name).unwrap_or_else(|| panic!("no column {name}")))
        .collect();
    lines[1..].iter().map(|line| places.iter().map(|place| line[*place].clone()).collect()).collect()
}
