//! Whole runs on counties of growing size: whether time grows with people, or faster.

use super::process::Watched;
use super::{build, generate, ours, places, say};
use crate::Failure;
use std::fmt::Write as _;
use std::io::Write as _;
use std::process::ExitCode;

/// A person of the largest county may cost this many times what one of the smallest costs. Values that are looked up in
/// ever larger tables, and caches that hold ever less of them, make some of it.
const RATIO_BAR: f64 = 1.5;

#[derive(clap::Args)]
pub struct Arguments {
    /// How many people are in each county's care, smallest first.
    #[arg(long, value_delimiter = ',', default_values_t = [5_000, 20_000, 63_000], num_args = 1..)]
    people: Vec<u32>,
    /// How many runs of each are measured, after one that warms up.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    runs: u32,
    /// The generator's seed.
    #[arg(long, default_value_t = 2017)]
    seed: u64,
}

/// A county and what its runs took: the least of each stage, in order, the whole process last.
struct Size {
    people: u32,
    rows: u64,
    seconds: Vec<(String, f64)>,
}

/// Runs the task; 1 when time grows too fast.
pub fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let (task, target) = places()?;
    build()?;
    let program = target.join("release").join(format!("handover{}", std::env::consts::EXE_SUFFIX));
    let mut sizes = Vec::new();
    for people in &arguments.people {
        let folder = target.join("bench").join(format!("{people}-{}", arguments.seed));
        generate(&task, &folder, *people, arguments.seed)?;
        let rows = ours(&program, &folder)?.rows;
        let mut least: Vec<(String, f64)> = Vec::new();
        for number in 1..=arguments.runs {
            say(&format!("{people} people, run {number} of {}", arguments.runs))?;
            lessen(&mut least, &ours(&program, &folder)?.watched);
        }
        sizes.push(Size { people: *people, rows, seconds: least });
    }
    let (text, ratio) = tell(&sizes, arguments);
    std::io::stdout().lock().write_all(text.as_bytes())?;
    Ok(if ratio <= RATIO_BAR { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// Whatever else the machine does makes a run longer and never shorter: the least is nearest to what it takes.
fn lessen(least: &mut Vec<(String, f64)>, run: &Watched) {
    let stages = run.stages.iter().map(|stage| (stage.name.as_str(), stage.seconds));
    for (place, (name, seconds)) in stages.chain([("whole process", run.seconds)]).enumerate() {
        match least.get_mut(place) {
            Some((_, known)) => *known = known.min(seconds),
            None => least.push((name.to_owned(), seconds)),
        }
    }
}

/// A line a stage: milliseconds a thousand people at each size, and the last of them to the first.
fn tell(sizes: &[Size], arguments: &Arguments) -> (String, f64) {
    let mut text = String::new();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let runs = arguments.runs;
    let _ = writeln!(text, "seed {}; the least of {runs} runs after one to warm up; {cores} cores\n", arguments.seed);
    let mut row = |name: &str, cells: Vec<String>, last: &str| {
        let cells: String = cells.iter().map(|cell| format!(" {cell:>10}")).collect();
        let _ = writeln!(text, "{name:<34}{cells} {last:>8}");
    };
    row("people", sizes.iter().map(|size| size.people.to_string()).collect(), "");
    row("source rows", sizes.iter().map(|size| size.rows.to_string()).collect(), "");
    row("ms a thousand people", Vec::new(), "");
    let mut whole = 1.0;
    for (place, (name, _)) in sizes[0].seconds.iter().enumerate() {
        let of =
            |size: &Size| size.seconds.get(place).map_or(0.0, |(_, seconds)| seconds * 1e6 / f64::from(size.people));
        let each: Vec<f64> = sizes.iter().map(of).collect();
        whole = each[each.len() - 1] / each[0];
        row(&format!("  {name}"), each.iter().map(|each| format!("{each:.2}")).collect(), &format!("x {whole:.2}"));
    }
    let _ = writeln!(
        text,
        "\na person of the largest to one of the smallest, whole process: {whole:.2}   (the bar: {RATIO_BAR})"
    );
    (text, whole)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_person_costs_is_held_against_the_smallest_county() {
        let size = |people: u32, whole: f64| Size {
            people,
            rows: u64::from(people) * 5,
            seconds: vec![("link".into(), whole / 2.0), ("whole process".into(), whole)],
        };
        let arguments = Arguments { people: Vec::new(), runs: 2, seed: 7 };
        let (text, ratio) = tell(&[size(1_000, 2.0), size(10_000, 30.0)], &arguments);
        assert!((ratio - 1.5).abs() < 1e-9, "{text}");
        let words = text.split_whitespace().collect::<Vec<&str>>().join(" ");
        for expected in
            ["people 1000 10000 source rows 5000 50000", "link 1000.00 1500.00 x 1.50", "whole process: 1.50"]
        {
            assert!(words.contains(expected), "{expected}\n{text}");
        }
    }
}
