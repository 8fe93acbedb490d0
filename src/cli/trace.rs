//! `handover trace export` and `handover trace import`.

use super::Voice;
use super::exit::{Failure, Outcome};
use super::private::{make_folder, write_new};
use super::terminal::{Watcher, print, thousands};
use crate::values::Shown as _;
use crate::{config, pipeline, sources};
use std::fs;
use std::io::{self, Write as _};
use std::path::{Path, PathBuf};

/// Where answers are kept, beside the configuration.
const ANSWERS: &str = "sources/trace";
/// The mapping that reads them.
const MAPPING: &str = "mappings/trace.toml";
/// The columns without which a file is no answer.
const NEEDED: [&str; 2] = ["UNIQUE REFERENCE", "MATCHED_NHS_NO"];

/// Writes the people to trace, for its owner alone; an existing file is never written over.
pub(super) fn export(file: &Path, config: &Path, voice: Voice) -> Result<Outcome, Failure> {
    if file.exists() {
        let message = format!("{} is there already", file.shown());
        return Err(Failure::new(Outcome::Usage, message, "give another name, or move it away"));
    }
    Failure::unless_outside_packages(file)?;
    let mut watcher = Watcher::new(voice);
    let request = pipeline::people_to_trace(config, &mut watcher)?;
    drop(watcher);
    write_new(file, request.csv.as_bytes()).map_err(|error| Failure::io(file, &error))?;
    let people = request.missing + request.unverified + request.disputed;
    if voice.json {
        print(
            &serde_json::json!({
                "format": 1, "ok": true, "file": file, "people": people, "missing": request.missing,
                "unverified": request.unverified, "disputed": request.disputed, "hardly_traceable": request.hardly,
            })
            .to_string(),
        );
    } else if !voice.quiet {
        let lines = [
            format!("People to trace   {:>8}   {}", thousands(people), file.shown()),
            format!("  no number       {:>8}", thousands(request.missing)),
            format!("  not verified    {:>8}", thousands(request.unverified)),
            format!("  disputed        {:>8}", thousands(request.disputed)),
            format!("Too little known  {:>8}   of them the service will hardly find", thousands(request.hardly)),
            "The file holds patient data. Bring the answer back with: handover trace import ANSWER.csv".to_owned(),
        ];
        print(&lines.join("\n"));
    }
    Ok(Outcome::Done)
}

/// Puts an answer among the sources: its file, the mapping that reads it, and the source in the configuration.
pub(super) fn import(answer: &Path, config: &Path, voice: Voice) -> Result<Outcome, Failure> {
    let loaded = config::load(config)?;
    if let Err(error @ sources::Error::Unusable { .. }) = sources::bytes_of_file(answer) {
        return Err(pipeline::Error::Sources(error).into());
    }
    let bytes = config::read_file(answer).map_err(|error| {
        let message = format!("{}: {error}", answer.shown());
        Failure::new(Outcome::Input, message, "give the file that the national service sent back")
    })?;
    refuse_what_is_no_answer(answer, &bytes)?;
    let folder = loaded.folder.join(ANSWERS);
    refuse_what_is_there(&folder, answer, &bytes)?;
    let unknown = unknown_references(answer, &bytes, config, voice)?;
    make_folder(&folder).map_err(|error| Failure::io(&folder, &error))?;
    let kept = next(&folder);
    write_new(&kept, &bytes).map_err(|error| Failure::io(&kept, &error))?;
    let mapping = loaded.folder.join(MAPPING);
    if !mapping.exists() {
        let made = fs::create_dir_all(loaded.folder.join("mappings"))
            .and_then(|()| write_new(&mapping, include_bytes!("trace/answers.toml")));
        made.map_err(|error| Failure::io(&mapping, &error))?;
    }
    let listed = loaded.sources.iter().any(|source| source.standing == config::Standing::Trace);
    if !listed {
        list_source(&loaded)?;
    }
    if voice.json {
        let document = serde_json::json!({ "format": 1, "ok": true, "file": kept, "source_added": !listed, "unknown_references": unknown });
        print(&document.to_string());
    } else if !voice.quiet {
        let source = if listed { "is listed already" } else { "was added" };
        print(&format!(
            "Answer kept as {}\nThe source of answers {source} in {}\nRun again: handover run {}",
            kept.shown(),
            loaded.path.shown(),
            loaded.path.shown()
        ));
        if unknown > 0 {
            let unknown = thousands(unknown);
            print(&format!("Not asked about from here: {unknown} of its lines; they will be of nobody, and listed"));
        }
    }
    Ok(Outcome::Done)
}

fn refuse_what_is_no_answer(answer: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let mut lines = bytes.split(|byte| *byte == b'\n');
    let header = String::from_utf8_lossy(lines.next().unwrap_or_default());
    let names: Vec<&str> =
        header.trim_start_matches('\u{feff}').split(',').map(|name| name.trim().trim_matches('"')).collect();
    if let Some(column) = NEEDED.iter().find(|column| !names.contains(column)) {
        return Err(Failure::new(
            Outcome::Input,
            format!("{}: its first line has no column {column}", answer.shown()),
            "give the response of the batch trace as it came, with its header; or list another kind of answer as a source \
             with standing = \"trace\" and a mapping of your own",
        ));
    }
    if lines.all(|line| line.trim_ascii().is_empty()) {
        let message = format!("{}: it answers about nobody: there is nothing below its first line", answer.shown());
        return Err(Failure::new(Outcome::Input, message, "give the response of the batch trace as it came, whole"));
    }
    Ok(())
}

/// How many lines answer a question that was not asked about these data; all of them is refused.
fn unknown_references(answer: &Path, bytes: &[u8], config: &Path, voice: Voice) -> Result<u64, Failure> {
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    let mut reader = csv::ReaderBuilder::new().flexible(true).trim(csv::Trim::All).from_reader(bytes);
    let unread = |error: csv::Error| {
        // What the error says may hold what the file says; where it is does not.
        let line = error.position().map_or(1, csv::Position::line);
        let message = format!("{}, line {line}: it cannot be read as a table", answer.shown());
        Failure::new(Outcome::Input, message, "give the response of the batch trace as it came")
    };
    let header = reader.byte_headers().map_err(unread)?;
    let column = header.iter().position(|name| name == NEEDED[0].as_bytes()).unwrap_or_default();
    let mut watcher = Watcher::new(voice);
    let references = pipeline::references(config, &mut watcher)?;
    drop(watcher);
    let (mut lines, mut unknown) = (0u64, 0u64);
    for line in reader.byte_records() {
        let line = line.map_err(unread)?;
        let reference = line.get(column).and_then(|cell| std::str::from_utf8(cell).ok()).unwrap_or_default();
        lines += 1;
        unknown += u64::from(!references.contains(reference));
    }
    if unknown == lines {
        let message = format!("{}: none of its references was issued for a row of these sources", answer.shown());
        let next = "give the answer to what trace export wrote from this transition; if its sources were sent again since, \
                    export and ask again";
        return Err(Failure::new(Outcome::Usage, message, next));
    }
    Ok(unknown)
}

fn refuse_what_is_there(folder: &Path, answer: &Path, bytes: &[u8]) -> Result<(), Failure> {
    let entries = match fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries.map_err(|error| Failure::io(folder, &error))?,
    };
    for entry in entries.flatten() {
        if config::read_file(&entry.path()).is_ok_and(|there| there == bytes) {
            let message = format!("{} is kept already, as {}", answer.shown(), entry.path().shown());
            return Err(Failure::new(Outcome::Usage, message, "nothing is to be done; run again"));
        }
    }
    Ok(())
}

/// The next number among the answers.
fn next(folder: &Path) -> PathBuf {
    let free = (1u32..).map(|number| folder.join(format!("answer_{number:03}.csv"))).find(|path| !path.exists());
    free.expect("there are more numbers than files")
}

/// Adds the source at the end of the configuration: a table of TOML may stand anywhere.
fn list_source(loaded: &config::Config) -> Result<(), Failure> {
    let mut id = "trace".to_owned();
    while loaded.sources.iter().any(|source| source.id == id) {
        id.push_str("-answers");
    }
    let provider = &loaded.transition.to;
    let text = format!(
        "\n# The national service's answers; what it says of a number outranks what providers say.\n[[source]]\nid = \"{id}\"\n\
         path = \"{ANSWERS}/*.csv\"\nmapping = \"{MAPPING}\"\nprovider = \"{provider}\"\nsystem = \"PDS\"\nstanding = \"trace\"\n"
    );
    let write = || fs::OpenOptions::new().append(true).open(&loaded.path)?.write_all(text.as_bytes());
    write().map_err(|error| Failure::io(&loaded.path, &error))
}
