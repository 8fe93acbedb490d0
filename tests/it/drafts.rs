//! One invented file for each thing that a drafted mapping must get right by itself: it is drafted, put into a fresh
//! transition, and checked.

use crate::transition::Transition;
use serde_json::Value;
use std::fs;

/// What became of a file.
struct Drafted {
    mapping: String,
    checked: Value,
}

/// Drafts a mapping of a file and checks it as it is.
#[track_caller]
fn draft(name: &str, text: &str) -> Drafted {
    let folder = Transition::empty();
    folder.write(&format!("sources/{name}"), text);
    let said = folder.handover(&["profile", &format!("sources/{name}"), "--draft", "mappings"]);
    assert_eq!(said.code, 0, "{}", said.all());
    let stem = name.split('.').next().expect("a name");
    let mapping = fs::read_to_string(folder.path().join(format!("mappings/{stem}.toml")))
        .unwrap_or_else(|_| panic!("{}", said.out));
    folder.write(
        "handover.toml",
        &format!(
            "[transition]\nname = \"Drafts\"\nfrom = [\"RNU\"]\nto = \"NXX\"\ntransfer_date = 2017-10-01\n\
             as_at = 2017-09-30\n[[source]]\nid = \"one\"\npath = \"sources/{name}\"\nmapping = \"mappings/{stem}.toml\"\n\
             provider = \"RNU\"\nsystem = \"Old\"\n"
        ),
    );
    let said = folder.handover(&["check", "--json"]);
    assert_eq!(said.code, 0, "{mapping}\n{}", said.all());
    Drafted { mapping, checked: said.json() }
}

impl Drafted {
    #[track_caller]
    fn holds(&self, lines: &[&str]) -> &Self {
        lines.iter().for_each(|line| assert!(self.mapping.contains(line), "{line}:\n{}", self.mapping));
        self
    }

    /// Reasons and how often, in the order in which `check` tells them.
    #[track_caller]
    fn found(&self, expected: &[(&str, u64)]) {
        let exceptions = self.checked["exceptions"].as_array().expect("a list");
        let found: Vec<(&str, u64)> = exceptions
            .iter()
            .map(|one| (one["reason"].as_str().expect("a reason"), one["count"].as_u64().expect("a count")))
            .collect();
        assert_eq!(found, expected, "{}", self.mapping);
    }
}

#[test]
fn times_with_their_distance_from_greenwich_are_read() {
    let rows: String = (1..30)
        .map(|day| {
            format!(
                "P{day},Quillfeather,R{day},{day:02}/08/2017 09:30:00+01:00,{day:02}/09/2017 09:{day:02}Z,\
                 {day:02}/09/2017,10:{day:02}+01:00\n"
            )
        })
        .collect();
    let head = "Patient ID,Surname,Referral ID,Referral received,Triage date,Appointment date,Appointment time\n";
    draft("times.csv", &format!("{head}{rows}"))
        .holds(&["%d/%m/%Y %H:%M:%S%z", "%d/%m/%Y %H:%M%z"])
        .found(&[("times-with-offset", 3)]);
}
