//! Runs that are interrupted.

use crate::transition::{Said, Transition, files};
use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::path::Path;
use std::process::{Command, Stdio};

/// Runs the example until `ready` says so of what was said on standard error and of the folder, and interrupts it.
/// `None` when the run was over before the signal came.
fn interrupted(example: &Transition, arguments: &[&str], signal: &str, ready: fn(&str, &Path) -> bool) -> Option<Said> {
    let packages = example.path().join("packages");
    let _ = fs::remove_dir_all(&packages);
    let mut command = Command::new(env!("CARGO_BIN_EXE_handover"));
    command.current_dir(example.path()).args(arguments).arg("-v").env_remove("RUST_LOG");
    let mut running = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
    // The one who sends the signal stands ready, so that not even a process has to start in between.
    let mut sender = Command::new("sh");
    sender.args(["-c", "read go; kill -s \"$1\" \"$2\"", "sh", signal, &running.id().to_string()]);
    let mut sender = sender.stdin(Stdio::piped()).stderr(Stdio::null()).spawn().expect("a shell is there");
    let mut said = BufReader::new(running.stderr.take().expect("a stream"));
    let mut err = String::new();
    while !err.contains("stage=\"measure\"") && !ready(&err, &packages) {
        assert_ne!(said.read_line(&mut err).expect("text"), 0, "it ended early: {err}");
    }
    while !ready(&err, &packages) && running.try_wait().expect("a child").is_none() {
        std::thread::yield_now();
    }
    sender.stdin.take().expect("a stream").write_all(b"go\n").expect("it waits");
    sender.wait().expect("a child");
    said.read_to_string(&mut err).expect("text");
    let ended = running.wait_with_output().expect("a child");
    let out = String::from_utf8(ended.stdout).expect("text");
    let code = ended.status.code().unwrap_or_else(|| panic!("killed: {err}"));
    (code != 0).then_some(Said { code, out, err })
}

/// Whether the processes that this one starts ignore a signal.
fn is_ignored(signal: &str) -> bool {
    let survives = format!("kill -s {signal} $$");
    let shell = Command::new("sh").args(["-c", &survives]).status().expect("a shell is there");
    shell.success()
}

/// As under `nohup`: what is ignored stays so, and what is not still ends the run cleanly.
#[test]
fn a_hangup_that_is_ignored_ends_nothing() {
    let example = Transition::example();
    let script = "trap '' HUP; exec \"$0\" run -v --json";
    let mut running = Command::new("sh");
    running.current_dir(example.path()).args(["-c", script, env!("CARGO_BIN_EXE_handover")]).env_remove("RUST_LOG");
    let mut running = running.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the program starts");
    let mut said = BufReader::new(running.stderr.take().expect("a stream"));
    let mut err = String::new();
    while !err.contains("stage=\"read\"") {
        assert_ne!(said.read_line(&mut err).expect("text"), 0, "it ended early: {err}");
    }
    let kill = format!("kill -s HUP {0}; kill -s TERM {0}", running.id());
    assert!(Command::new("sh").args(["-c", &kill]).status().expect("a shell is there").success());
    said.read_to_string(&mut err).expect("text");
    let ended = running.wait_with_output().expect("a child");
    let ignored = is_ignored("TERM");
    assert_eq!(ended.status.code(), Some(if ignored { 0 } else { 130 }), "{err}");
    let out = String::from_utf8(ended.stdout).expect("text");
    assert_eq!(out.contains("interrupted; no package was written"), !ignored, "{out}");
}

#[test]
fn an_interrupted_run_leaves_no_package_and_says_so_in_one_line() {
    const LINE: &str = "interrupted; no package was written\n";
    let example = Transition::example();
    let left = || files(&example.path().join("packages")).into_keys().collect::<Vec<_>>();
    let reading_is_over = |err: &str, _: &Path| err.contains("stage=\"read\"");
    for signal in ["INT", "TERM", "HUP"] {
        // Whoever runs these tests may ignore a signal (`nohup`, a shell's background): then so does the program.
        match (interrupted(&example, &["run"], signal, reading_is_over), is_ignored(signal)) {
            (None, true) => fs::remove_dir_all(example.path().join("packages")).expect("it ran to its end"),
            (None, false) => panic!("{signal} does not end it"),
            (Some(said), _) => {
                assert_eq!((said.code, said.out.as_str()), (130, ""), "{signal}: {}", said.err);
                assert!(said.err.ends_with(LINE) && !said.err.contains("error"), "{signal}: {}", said.err);
            }
        }
        assert!(!example.path().join("packages").exists());
    }

    let half_made = |_: &str, packages: &Path| {
        let mut entries = fs::read_dir(packages).into_iter().flatten().flatten();
        entries.any(|entry| entry.path().join("package/data/tables").is_dir())
    };
    // A small package is soon made: if it was too soon, once more.
    let mut tries = (0..100).filter_map(|_| interrupted(&example, &["run", "--json"], "TERM", half_made));
    let said = tries.next().expect("interrupted while it writes");
    assert_eq!(said.code, 130, "{}", said.err);
    assert!(said.err.ends_with(LINE) && !said.err.contains("error"), "{}", said.err);
    let document = said.json();
    assert_eq!((&document["ok"], &document["error"]), (&false.into(), &LINE.trim_end().into()));
    assert!(document["hint"].as_str().is_some_and(|hint| !hint.is_empty()));
    assert_eq!(left(), Vec::<String>::new(), "nothing of the package is left");
    assert_eq!(fs::read_dir(example.path().join("packages")).expect("a folder").count(), 0);
    assert_eq!(example.handover(&["run", "--quiet"]).code, 0, "the next run is none the worse");
}
