//! Readers against hostile bytes: random ones, cut files, flipped bits, and pieces of sound files moved about.
//!
//! Every case is a file of one format, made from its number alone, read and mapped in a process of its own format, which
//! is watched from outside: it may not panic, hang or take more memory than a cap. `cargo xtask torture readers` runs
//! this with as many cases as it is asked for; the ordinary tests run a few.

mod bytes;
pub mod sound;

use crate::transition::Transition;
use bytes::{Dice, damaged};
use handover::{config, package, pipeline, sources};
use sound::{FORMATS, Format};
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// How many cases there are in all, and what a worker is to do: `format from count folder`.
const CASES: &str = "HANDOVER_TORTURE_CASES";
const WORK: &str = "HANDOVER_TORTURE_WORK";
const ORDINARY_CASES: u64 = 1_600;
/// An .xls or .ods is expanded in memory by the reading library, up to caps of our own that stay below this.
const MEMORY_KILOBYTES_MAX: u64 = 1_500_000;
const SECONDS_PER_CASE_MAX: u64 = 30;
const LOOK_EVERY: Duration = Duration::from_millis(20);

struct Quiet;

impl pipeline::Observer for Quiet {
    fn warns(&mut self, _: &config::Mistake) {}
    fn begins(&mut self, _: pipeline::Stage) {}
    fn reads(&mut self, _: sources::Progress<'_>) {}
    fn writes(&mut self, _: package::Progress<'_>) {}
}

/// What one worker did.
struct Told {
    ran: u64,
    read: u64,
    slowest: Duration,
    slowest_case: u64,
    peak_kilobytes: u64,
}

#[test]
fn readers_withstand_hostile_bytes() {
    let cases: u64 = std::env::var(CASES).ok().map_or(ORDINARY_CASES, |text| text.parse().expect("a number of cases"));
    let share = cases.div_ceil(FORMATS.len() as u64);
    let begun = Instant::now();
    let outcomes: Vec<Result<Told, String>> = std::thread::scope(|scope| {
        // Two at a time: a worker is one thread for the most part.
        let halves = [0, 1].map(|half| {
            scope.spawn(move || {
                let own = FORMATS.iter().enumerate().filter(move |(place, _)| place % 2 == half);
                own.map(|(place, format)| (place, watch(format, share))).collect::<Vec<_>>()
            })
        });
        let mut all: Vec<_> = halves.into_iter().flat_map(|half| half.join().expect("watched")).collect();
        all.sort_by_key(|(place, _)| *place);
        all.into_iter().map(|(_, outcome)| outcome).collect()
    });
    let mut failures = Vec::new();
    tell(&format!(
        "{:<14}{:>10}{:>12}{:>14}{:>12}{:>12}",
        "format", "cases", "still read", "slowest (ms)", "in case", "peak (MB)"
    ));
    for (format, outcome) in FORMATS.iter().zip(&outcomes) {
        match outcome {
            Ok(told) => tell(&format!(
                "{:<14}{:>10}{:>12}{:>14.1}{:>12}{:>12}",
                format.name,
                told.ran,
                told.read,
                told.slowest.as_secs_f64() * 1000.0,
                told.slowest_case,
                told.peak_kilobytes / 1024
            )),
            Err(failure) => failures.push(failure),
        }
    }
    let ran: u64 = outcomes.iter().flatten().map(|told| told.ran).sum();
    tell(&format!("{ran} cases in {:.0} s", begun.elapsed().as_secs_f64()));
    assert!(failures.is_empty(), "{failures:#?}");
    assert!(outcomes.iter().flatten().all(|told| told.read > 0), "some of each format are read in spite of all");
}

/// Seen by whoever asked for it with `--nocapture`.
fn tell(line: &str) {
    writeln!(std::io::stdout(), "{line}").expect("standard output is open");
}

/// Runs the cases of one format in a process of their own, and watches it.
fn watch(format: &Format, cases: u64) -> Result<Told, String> {
    let folder = Transition::clinic();
    folder.edit("handover.toml", "clinic*.csv", format.file);
    fs::remove_file(folder.path().join("sources/clinic.csv")).expect("removed");
    let (progress, errors) = (folder.path().join("progress"), folder.path().join("errors"));
    let mut worker = Command::new(std::env::current_exe().expect("this program"))
        .args(["--exact", "torture::worker", "--nocapture", "--test-threads=1"])
        .env(WORK, format!("{} {cases} {}", format.name, folder.path().display()))
        .stdout(Stdio::null())
        .stderr(fs::File::create(&errors).expect("a file"))
        .spawn()
        .expect("a process");
    let (mut peak, mut since, mut last) = (0, Instant::now(), String::new());
    let ended = loop {
        if let Some(status) = worker.try_wait().expect("watched") {
            break status;
        }
        let now = fs::read_to_string(&progress).unwrap_or_default();
        if now != last {
            (since, last) = (Instant::now(), now);
        }
        peak = peak.max(peak_kilobytes(&worker));
        let what = match () {
            () if peak > MEMORY_KILOBYTES_MAX => format!("takes {peak} kB"),
            () if since.elapsed() > Duration::from_secs(SECONDS_PER_CASE_MAX) => "does not end".to_owned(),
            () => {
                std::thread::sleep(LOOK_EVERY);
                continue;
            }
        };
        worker.kill().expect("stopped");
        worker.wait().expect("ended");
        return Err(format!("{}: case {last} {what}; {}", format.name, kept(format, &last, folder.path())));
    };
    let told = fs::read_to_string(folder.path().join("told")).unwrap_or_default();
    let numbers: Vec<u64> = told.split_whitespace().filter_map(|word| word.parse().ok()).collect();
    match (ended.success(), numbers.as_slice()) {
        (true, &[ran, read, slowest, slowest_case, own_peak]) => {
            let slowest = Duration::from_micros(slowest);
            Ok(Told { ran, read, slowest, slowest_case, peak_kilobytes: peak.max(own_peak) })
        }
        _ => {
            let case = fs::read_to_string(&progress).unwrap_or_default();
            let said = fs::read_to_string(&errors).unwrap_or_default();
            let kept = kept(format, &case, folder.path());
            Err(format!("{}: case {case} ended with {ended}; {kept}: {said}", format.name))
        }
    }
}

/// The file of a case that went wrong, kept for whoever looks into it.
fn kept(format: &Format, case: &str, folder: &Path) -> String {
    let place = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("{case}-{}", format.file));
    match fs::copy(folder.join("sources").join(format.file), &place) {
        Ok(_) => format!("its file is {}", place.display()),
        Err(_) => "its file is gone".to_owned(),
    }
}

/// The most memory that a process has had, where the machine tells.
fn peak_kilobytes(worker: &Child) -> u64 {
    status_kilobytes(Path::new(&format!("/proc/{}/status", worker.id())))
}

fn status_kilobytes(status: &Path) -> u64 {
    let status = fs::read_to_string(status).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    line.and_then(|line| line.split_whitespace().next()?.parse().ok()).unwrap_or(0)
}

/// The process that [`readers_withstand_hostile_bytes`] starts and watches; without its orders it has nothing to do.
#[test]
fn worker() {
    let Ok(work) = std::env::var(WORK) else { return };
    let mut words = work.splitn(3, ' ');
    let mut word = || words.next().expect("format, count and folder");
    let (name, count, folder) = (word(), word().parse::<u64>().expect("a count"), word());
    let format = FORMATS.iter().find(|format| format.name == name).expect("a format");
    // What the reading library panics at is the file's fault, and is caught.
    let loud = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        if !sources::is_guarded() {
            loud(panic);
        }
    }));
    let folder = Path::new(folder);
    let config = config::load(&folder.join("handover.toml")).expect("a configuration");
    let file = folder.join("sources").join(format.file);
    let (mut read, mut slowest, mut slowest_case) = (0, Duration::ZERO, 0);
    for case in 0..count {
        fs::write(folder.join("progress"), case.to_string()).expect("written");
        fs::write(&file, made(format, case)).expect("written");
        let begun = Instant::now();
        read += u64::from(pipeline::intake(&config, &mut Quiet).is_ok());
        let took = begun.elapsed();
        if took > slowest {
            (slowest, slowest_case) = (took, case);
        }
    }
    let peak = status_kilobytes(Path::new("/proc/self/status"));
    let told = format!("{count} {read} {} {slowest_case} {peak}", slowest.as_micros());
    fs::write(folder.join("told"), told).expect("written");
}

/// The file of a case: its number is all that it comes from.
fn made(format: &Format, case: u64) -> Vec<u8> {
    let mut dice = Dice::new(format.name, case);
    match case {
        0 => (format.whole)(&(format.parts)()),
        _ if dice.below(16) == 0 => [format.magic, &dice.bytes(2048)[..]].concat(),
        // Most damage is done inside, where no checksum shows it to the unpacker.
        _ if dice.below(4) > 0 => {
            let mut parts = (format.parts)();
            let place = dice.below(parts.len());
            parts[place].1 = damaged(std::mem::take(&mut parts[place].1), &mut dice);
            (format.whole)(&parts)
        }
        _ => damaged((format.whole)(&(format.parts)()), &mut dice),
    }
}

#[test]
fn sound_files_are_read_and_a_case_is_always_the_same() {
    for format in FORMATS {
        let transition = Transition::clinic();
        transition.edit("handover.toml", "clinic*.csv", format.file);
        fs::write(transition.path().join("sources").join(format.file), made(format, 0)).expect("written");
        let config = config::load(&transition.path().join("handover.toml")).expect("a configuration");
        let records = pipeline::intake(&config, &mut Quiet).unwrap_or_else(|error| {
            let cause = std::error::Error::source(&error).map(ToString::to_string);
            panic!("{}: {error}: {cause:?}", format.name)
        });
        assert_eq!(records.people.len(), sound::PEOPLE, "{}", format.name);
        assert!((0..9).all(|case| made(format, case) == made(format, case)), "{}", format.name);
    }
}
