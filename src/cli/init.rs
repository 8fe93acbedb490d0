//! `handover init`.

use super::Voice;
use super::exit::{Failure, Outcome};
use super::terminal::print;
use crate::values::Shown as _;
use std::fs;
use std::path::Path;

const CONFIG: &str = include_str!("init/handover.toml");
const MAPPING: &str = include_str!("init/mapping.toml");
const IGNORE: &str =
    "# Patient data and the key stay out of version control.\nsources/\npackages/\ncommitment.key\ndecisions.jsonl\n";

/// Makes a transition folder. Never writes over anything.
pub(super) fn init(dir: &Path, voice: Voice) -> Result<Outcome, Failure> {
    Failure::unless_folder(dir)?;
    let config = dir.join("handover.toml");
    if config.exists() {
        return Err(Failure::new(
            Outcome::Usage,
            format!("{} is there already", config.shown()),
            "choose another folder; init never writes over anything",
        ));
    }
    for folder in [dir.to_owned(), dir.join("mappings"), dir.join("sources")] {
        fs::create_dir_all(&folder).map_err(|error| Failure::io(&folder, &error))?;
    }
    for (name, text) in [("mappings/example.toml", MAPPING), (".gitignore", IGNORE), ("handover.toml", CONFIG)] {
        let path = dir.join(name);
        if !path.exists() {
            fs::write(&path, text).map_err(|error| Failure::io(&path, &error))?;
        }
    }
    crate::config::load_key(&crate::config::load(&config)?)?;
    if voice.json {
        print(&serde_json::json!({ "format": 1, "ok": true, "folder": dir }).to_string());
    } else if !voice.quiet {
        print(&format!(
            "Made {}\n  handover.toml          the transition: who hands over to whom, when, and from which sources\n  \
             mappings/example.toml  where the fields of a source come from\n  sources/               put the exports here\n  \
             commitment.key         secret: keep it, share it with nobody\n\nNext: put an export into sources/, edit the two files, \
             then run: handover check {}",
            dir.shown(),
            config.shown()
        ));
    }
    Ok(Outcome::Done)
}
