//! One process from its start to its end: how long, how much memory, and what its log says of stages.

use crate::Failure;
use std::io::{BufRead, BufReader, Read};
use std::process::{Command, Stdio};
use std::sync::mpsc::{Receiver, RecvTimeoutError, channel};
use std::time::{Duration, Instant};

const EVERY: Duration = Duration::from_millis(10);

/// How it ended.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) enum Ended {
    Well,
    #[default]
    Badly,
}

/// What was seen of a process. Memory is resident bytes; `None` where the machine does not tell.
#[derive(Default)]
pub(super) struct Watched {
    pub ended: Ended,
    pub seconds: f64,
    pub peak: Option<u64>,
    pub stages: Vec<Stage>,
    /// Bytes of distinct text values, where the log tells.
    pub value_bytes: Option<u64>,
    pub output: String,
    pub errors: String,
    /// For each line of the errors, the seconds from the start until it came.
    pub came: Vec<f64>,
}

impl Watched {
    /// Seconds between two lines of the log, the last of the first kind before the first of the other.
    pub(super) fn between(&self, from: &str, to: &str) -> Option<f64> {
        let mut lines = self.errors.lines().zip(&self.came);
        let mut since = None;
        lines.find_map(|(line, came)| {
            if line.contains(to) {
                return Some(came - since?);
            }
            since = if line.contains(from) { Some(*came) } else { since };
            None
        })
    }
}

/// One stage as its log told it.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Stage {
    pub name: String,
    pub seconds: f64,
    /// The highest within the stage.
    pub peak: Option<u64>,
    /// The highest from the start to the end of the stage.
    pub peak_until: Option<u64>,
}

/// A line of the log that tells something.
#[derive(Debug, PartialEq)]
enum Event {
    Stage { name: String, milliseconds: u64 },
    Values { bytes: u64 },
}

/// Runs a command and watches it.
pub(super) fn watch(command: &mut Command) -> Result<Watched, Failure> {
    let started = Instant::now();
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn()?;
    let mut memory = Memory { process: child.id(), peak: None, in_stage: None };
    let mut output = child.stdout.take().ok_or("no standard output")?;
    let output = std::thread::spawn(move || {
        let mut text = Vec::new();
        output.read_to_end(&mut text).map(|_| String::from_utf8_lossy(&text).into_owned())
    });
    let errors = child.stderr.take().ok_or("no standard error")?;
    let (send, lines) = channel();
    std::thread::spawn(move || {
        let lines = BufReader::new(errors).split(b'\n').map_while(Result::ok);
        // Nobody listens any more only when the watch was given up.
        let mut told = lines.map(|line| (started.elapsed().as_secs_f64(), String::from_utf8_lossy(&line).into_owned()));
        told.all(|line| send.send(line).is_ok())
    });
    let mut watched = follow(&lines, &mut memory);
    let status = child.wait()?;
    watched.seconds = started.elapsed().as_secs_f64();
    watched.output = output.join().map_err(|_| "standard output could not be read")??;
    watched.ended = if status.success() { Ended::Well } else { Ended::Badly };
    watched.peak = memory.peak;
    Ok(watched)
}

/// Samples memory until standard error closes, which is when the process ends.
fn follow(lines: &Receiver<(f64, String)>, memory: &mut Memory) -> Watched {
    let mut watched = Watched::default();
    loop {
        let line = lines.recv_timeout(EVERY);
        memory.sample();
        match line {
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return watched,
            Ok((came, line)) => {
                match event(&line) {
                    Some(Event::Stage { name, milliseconds }) => watched.stages.push(Stage {
                        name,
                        seconds: milliseconds as f64 / 1000.0,
                        peak: memory.in_stage.take(),
                        peak_until: memory.peak,
                    }),
                    Some(Event::Values { bytes }) => watched.value_bytes = Some(bytes),
                    None => {}
                }
                watched.errors.push_str(&line);
                watched.errors.push('\n');
                watched.came.push(came);
            }
        }
    }
}

/// What Linux counts for a process.
struct Memory {
    process: u32,
    /// The highest so far, as the kernel keeps it: nothing is missed between samples.
    peak: Option<u64>,
    /// The highest seen in the present stage.
    in_stage: Option<u64>,
}

impl Memory {
    fn sample(&mut self) {
        let Ok(status) = std::fs::read_to_string(format!("/proc/{}/status", self.process)) else { return };
        let highest = counted(&status, "VmHWM:");
        // Where the highest ever rose since the last sample, it rose in this stage.
        let now = if highest > self.peak { highest } else { counted(&status, "VmRSS:") };
        self.in_stage = self.in_stage.max(now);
        self.peak = self.peak.max(highest);
    }
}

fn counted(status: &str, name: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix(name))?;
    line.trim().strip_suffix(" kB")?.parse::<u64>().ok().map(|kibibytes| kibibytes * 1024)
}

fn event(line: &str) -> Option<Event> {
    let value = |name: &str| {
        let text = line.split_whitespace().find_map(|word| word.strip_prefix(name)?.strip_prefix('='))?;
        Some(text.trim_matches('"').to_owned())
    };
    if line.contains("stage done") {
        return Some(Event::Stage { name: value("stage")?, milliseconds: value("milliseconds")?.parse().ok()? });
    }
    Some(Event::Values { bytes: value("value_bytes")?.parse().ok()? })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_log_tells_of_stages_and_values() {
        let check = |line: &str, expected: Option<Event>| assert_eq!(event(line), expected, "{line}");
        check(
            " INFO stage done stage=\"link\" milliseconds=1234",
            Some(Event::Stage { name: "link".into(), milliseconds: 1234 }),
        );
        check(" INFO records made value_bytes=77 person_records=3", Some(Event::Values { bytes: 77 }));
        check(" INFO something else rows=3", None);
        check(" INFO stage done stage=\"link\" milliseconds=soon", None);
    }

    #[test]
    fn seconds_are_told_between_two_lines() {
        let errors = "begins\nbegins again\nends\nbegins\nends\n".to_owned();
        let watched = Watched { errors, came: vec![1.0, 2.0, 5.0, 7.0, 8.0], ..Watched::default() };
        assert_eq!(watched.between("begins", "ends"), Some(3.0));
        assert_eq!((watched.between("never", "ends"), watched.between("begins", "never")), (None, None));
    }

    #[test]
    fn memory_is_read_in_bytes() {
        let status = "Name:\thandover\nVmHWM:\t    2048 kB\nVmRSS:\t 1024 kB\n";
        assert_eq!(counted(status, "VmHWM:"), Some(2048 * 1024));
        assert_eq!(counted(status, "VmRSS:"), Some(1024 * 1024));
        assert_eq!(counted(status, "VmSwap:"), None);
    }

    #[cfg(target_os = "linux")]
    #[test]
    fn a_process_is_watched_to_its_end() {
        let script = "echo out; echo ' INFO stage done stage=\"read\" milliseconds=5' >&2; sleep 0.1; exit 3";
        let watched = watch(Command::new("sh").args(["-c", script])).expect("a shell");
        assert_eq!((watched.ended, watched.output.as_str()), (Ended::Badly, "out\n"));
        assert_eq!(watched.stages.iter().map(|stage| stage.name.as_str()).collect::<Vec<_>>(), ["read"]);
        assert!(watched.seconds >= 0.1 && watched.peak.is_some_and(|bytes| bytes > 100_000));
    }
}
