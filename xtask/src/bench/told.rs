//! What the runs came to, as lines for a person.

use super::process::{Stage, Watched};
use std::fmt::Write;

/// At 630,000 people, through linkage, beyond the values themselves.
const BYTES_A_ROW_BAR: u64 = 600;

/// All that is told.
pub(super) struct Told<'a> {
    pub people: u32,
    pub seed: u64,
    /// Physical rows of all sources.
    pub rows: u64,
    pub runs: &'a [&'a Watched],
    /// The peer's command and its runs.
    pub peers: Option<(&'a str, &'a [Watched])>,
}

/// Times are median, least and most of the runs; memory is the most of all runs.
pub(super) fn tell(told: &Told<'_>) -> String {
    let mut text = String::new();
    let runs = told.runs;
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    let _ = writeln!(
        text,
        "{} people (seed {}), {} source rows; {} runs after one to warm up; {cores} cores\n",
        told.people,
        told.seed,
        told.rows,
        runs.len()
    );
    let _ = writeln!(text, "{:<24} {:>10} {:>10} {:>10} {:>16}", "", "median s", "min s", "max s", "peak memory MB");
    for (place, stage) in runs[0].stages.iter().enumerate() {
        let of = |get: fn(&Stage) -> f64| runs.iter().filter_map(|run| run.stages.get(place).map(get)).collect();
        let peak = runs.iter().filter_map(|run| run.stages.get(place)?.peak).max();
        text += &line(&stage.name, of(|stage| stage.seconds), peak);
    }
    let whole: Vec<f64> = runs.iter().map(|run| run.seconds).collect();
    text += &line("whole process", whole.clone(), highest(runs.iter().map(|run| run.peak)));
    text.push('\n');
    let median = spread(whole).1;
    let _ = writeln!(text, "rows a second, whole process, median: {:.0}", told.rows as f64 / median);
    text += &memory(told);
    text += &peers(told, median);
    text
}

/// A stage: seconds and memory.
pub(super) fn line(name: &str, seconds: Vec<f64>, peak: Option<u64>) -> String {
    let (least, median, most) = spread(seconds);
    let peak = peak.map_or_else(|| "not measured".to_owned(), |bytes| format!("{:.1}", bytes as f64 / 1e6));
    format!("{name:<24} {median:>10.3} {least:>10.3} {most:>10.3} {peak:>16}\n")
}

/// Least, median, most.
pub(super) fn spread(mut values: Vec<f64>) -> (f64, f64, f64) {
    values.sort_by(f64::total_cmp);
    let (low, high) = (values[(values.len() - 1) / 2], values[values.len() / 2]);
    (values[0], (low + high) / 2.0, values[values.len() - 1])
}

fn highest(peaks: impl Iterator<Item = Option<u64>>) -> Option<u64> {
    peaks.flatten().max()
}

fn memory(told: &Told<'_>) -> String {
    let a_row = |bytes: Option<u64>| match bytes {
        Some(bytes) => format!("{:.0}", bytes as f64 / told.rows.max(1) as f64),
        None => "not measured".to_owned(),
    };
    let values = told.runs.iter().find_map(|run| run.value_bytes);
    let until_link = |run: &&Watched| run.stages.iter().find(|stage| stage.name == "link")?.peak_until;
    let until_link = highest(told.runs.iter().map(until_link));
    let beyond = until_link.zip(values).map(|(peak, values)| peak.saturating_sub(values));
    format!(
        "bytes a source row at peak, whole process: {}\nbytes a source row of distinct text values: {}\n\
         bytes a source row at peak through linkage: {}\nbytes a source row at peak through linkage, beyond the values: {}   \
         (the bar at 630000 people: at most {BYTES_A_ROW_BAR})\n",
        a_row(highest(told.runs.iter().map(|run| run.peak))),
        a_row(values),
        a_row(until_link),
        a_row(beyond),
    )
}

fn peers(told: &Told<'_>, ours: f64) -> String {
    let Some((command, runs)) = told.peers else { return "peer: none given (--peer COMMAND)\n".to_owned() };
    let seconds: Vec<f64> = runs.iter().map(|run| run.seconds).collect();
    let theirs = spread(seconds.clone()).1;
    let line = line("peer", seconds, highest(runs.iter().map(|run| run.peak)));
    format!("\npeer: {command}\n{line}ratio, ours to the peer's, of the medians: {:.3}\n", ours / theirs)
}

#[cfg(test)]
mod tests {
    use super::super::process::Ended;
    use super::*;

    fn run(seconds: f64, link_peak: Option<u64>) -> Watched {
        let stage =
            |name: &str, peak: Option<u64>| Stage { name: name.into(), seconds: seconds / 4.0, peak, peak_until: peak };
        Watched {
            ended: Ended::Well,
            seconds,
            peak: link_peak.map(|peak| peak * 2),
            stages: vec![stage("link", link_peak), stage("package", link_peak.map(|peak| peak * 2))],
            value_bytes: Some(10_000),
            output: String::new(),
            errors: String::new(),
            came: Vec::new(),
        }
    }

    fn told(runs: &[Watched], peers: Option<(&str, &[Watched])>) -> String {
        let runs: Vec<&Watched> = runs.iter().collect();
        tell(&Told { people: 10, seed: 1, rows: 100, runs: &runs, peers })
    }

    #[test]
    fn values_are_taken_off_what_is_weighed_through_linkage() {
        let text = told(&[run(4.0, Some(70_000)), run(2.0, Some(60_000)), run(3.0, Some(50_000))], None);
        for expected in [
            "beyond the values: 600 ",
            "through linkage: 700\n",
            "whole process: 1400\n",
            "median: 33\n",
            "peer: none given",
            "whole process                 3.000      2.000      4.000              0.1",
        ] {
            assert!(text.contains(expected), "{expected}\n{text}");
        }
    }

    #[test]
    fn what_was_not_measured_is_said_so() {
        let text = told(&[run(4.0, None)], None);
        assert!(text.contains("beyond the values: not measured"), "{text}");
        assert!(text.contains("peak, whole process: not measured"), "{text}");
    }

    #[test]
    fn a_peer_is_named_with_its_ratio() {
        let text = told(&[run(4.0, None), run(2.0, None)], Some(("other --fast", &[run(6.0, None)])));
        assert!(text.contains("peer: other --fast\n") && text.contains("medians: 0.500\n"), "{text}");
    }
}
