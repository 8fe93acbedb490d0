//! Linking alone: a flat table of people, from CSV to clusters, by `handover link` and by Splink in turn; whole processes.
//!
//! Splink is installed in a virtual environment under the target folder, in the versions that are pinned here. Where that
//! cannot be done ours alone is measured, and it is said loudly.

mod held;
mod table;
mod told;

use super::process::{Ended, Watched, watch};
use crate::Failure;
use held::{Truth, Which};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use told::{Ours, Theirs, Told};

#[derive(clap::Args)]
pub struct Arguments {
    /// How many rows are generated.
    #[arg(long, default_value_t = 1_000_000, value_parser = clap::value_parser!(u32).range(100..=10_000_000))]
    rows: u32,
    /// Another table with the columns of the generated one, instead of it.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["rows", "seed"])]
    table: Option<PathBuf>,
    /// How many runs of each are measured.
    #[arg(long, default_value_t = 3, value_parser = clap::value_parser!(u32).range(1..))]
    runs: u32,
    /// The generator's seed.
    #[arg(long, default_value_t = 42)]
    seed: u64,
    /// Wide blocking: some 35 million pairs at a million rows, instead of what each does best.
    #[arg(long)]
    wide: bool,
    /// Leaves Splink out.
    #[arg(long)]
    ours_alone: bool,
}

/// What is installed, each in the version that figures are told of.
const PINNED: [&str; 4] = ["splink==5.0.0", "duckdb==2.0.0", "sqlglot==30.30.0", "pyarrow==26.0.1"];
const SCRIPT: &str = include_str!("link/with_splink.py");

const MAPPING: &str = r#"[file]
format = "csv"
header_row = 1
dates = ["%Y-%m-%d"]

[person]
given_name = "first_name"
family_name = "surname"
date_of_birth = "dob"
sex = { column = "sex", codes = { "F" = "female", "M" = "male" } }
postcode = "postcode"
nhs_number = "nhs_number"
"#;

/// Blocks are of whole fields here: a family name with all who have it stands for Splink's wide blocks of parts.
const WIDE: &str = r#"[[link.block]]
on = ["date_of_birth"]
[[link.block]]
on = ["nhs_number"]
[[link.block]]
on = ["postcode"]
[[link.block]]
on = ["family_name"]
[[link.block]]
on = ["family_name", "given_name"]
"#;

/// Where everything lies, and what is run.
struct Bench {
    program: PathBuf,
    folder: PathBuf,
    table: PathBuf,
    wide: bool,
}

/// Runs the task.
pub fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let (_, target) = super::places()?;
    super::build()?;
    let program = target.join("release").join(format!("handover{}", std::env::consts::EXE_SUFFIX));
    let folder = target.join("bench").join("link");
    std::fs::create_dir_all(&folder)?;
    let table = match &arguments.table {
        Some(table) => std::path::absolute(table)?,
        None => made(&folder, arguments.rows, arguments.seed)?,
    };
    std::fs::write(folder.join("people.toml"), MAPPING)?;
    std::fs::write(folder.join("wide.toml"), WIDE)?;
    let bench = Bench { program, folder, table, wide: arguments.wide };
    let truth = Truth::of(&bench.table)?;
    let python =
        if arguments.ours_alone { Err("it was left out (--ours-alone)".into()) } else { installed(&bench.folder) };
    let (mut ours, mut theirs) = (Vec::new(), Vec::new());
    for number in 1..=arguments.runs {
        super::say(&format!("run {number} of {}", arguments.runs))?;
        ours.push(bench.ours(&truth)?);
        if let Ok(python) = &python {
            theirs.push(bench.theirs(python, &truth)?);
        }
    }
    let told = Told {
        rows: truth.rows(),
        made: arguments.table.is_none().then_some(arguments.seed),
        wide: arguments.wide,
        version: bench.version()?,
        start_up: bench.start_up()?,
        ours: &ours,
        theirs: python.map(|_| theirs.as_slice()).map_err(|why| why.to_string()),
    };
    std::io::stdout().lock().write_all(told.text().as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

/// The generated table; made where it is not there yet, in one piece.
fn made(folder: &Path, rows: u32, seed: u64) -> Result<PathBuf, Failure> {
    let path = folder.join(format!("people-{rows}-{seed}.csv"));
    if !path.exists() {
        super::say(&format!("{}: is being made", path.display()))?;
        let part = path.with_extension("part");
        table::write(&part, rows, seed)?;
        std::fs::rename(part, &path)?;
    }
    Ok(path)
}

/// The Python of an environment that has Splink; made where it is not there yet. A mark is left when it is whole.
fn installed(folder: &Path) -> Result<PathBuf, Failure> {
    let environment = folder.join("splink");
    let python = environment.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    let mark = environment.join(PINNED.join("-"));
    if !mark.exists() {
        super::say(&format!("{} is being installed", PINNED.join(", ")))?;
        super::succeed(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&environment))?;
        let pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check"];
        super::succeed(Command::new(&python).args(pip).args(PINNED))?;
        // What Python compiles when it first sees it is no part of a run.
        super::succeed(Command::new(&python).args(["-c", "import splink, duckdb, splink.comparison_library"]))?;
        std::fs::write(mark, "")?;
    }
    Ok(python)
}

impl Bench {
    /// The program of ours, up to what it links.
    fn link(&self, table: &Path, out: &Path) -> Result<Command, Failure> {
        if out.exists() {
            std::fs::remove_file(out)?;
        }
        let mut command = Command::new(&self.program);
        command.arg("link").arg(table).arg("--mapping").arg(self.folder.join("people.toml"));
        command.args(["--as-at", "2026-01-01", "--json", "-v", "--out"]).arg(out);
        Ok(command)
    }

    fn ours(&self, truth: &Truth) -> Result<Ours, Failure> {
        let out = self.folder.join("ours.csv");
        let mut command = self.link(&self.table, &out)?;
        if self.wide {
            command.arg("--config").arg(self.folder.join("wide.toml"));
        }
        let watched = well(&mut command)?;
        let document: serde_json::Value = serde_json::from_str(&watched.output)?;
        let pairs = document["pairs_compared"].as_u64().ok_or("no pairs are told")?;
        let match_at = document["match"].as_f64().ok_or("no threshold is told")?;
        Ok(Ours { agreement: truth.against(&out, Which::Ours)?, watched, pairs, match_at })
    }

    fn theirs(&self, python: &Path, truth: &Truth) -> Result<Theirs, Failure> {
        let (script, out) = (self.folder.join("with_splink.py"), self.folder.join("theirs.csv"));
        std::fs::write(&script, SCRIPT)?;
        let mut command = Command::new(python);
        command.arg(script).args([&self.table, &out]).arg(if self.wide { "wide" } else { "tight" });
        let watched = well(&mut command)?;
        // Whatever else it prints, the document is its last line.
        let document = watched.output.lines().last().unwrap_or_default();
        let document = serde_json::from_str(document)?;
        Ok(Theirs { agreement: truth.against(&out, Which::Theirs)?, watched, document })
    }

    fn version(&self) -> Result<String, Failure> {
        Ok(well(Command::new(&self.program).arg("--version"))?.output.trim().to_owned())
    }

    /// Seconds of starting and saying the version, and of linking ten rows.
    fn start_up(&self) -> Result<[Vec<f64>; 2], Failure> {
        let (ten, out) = (self.folder.join("ten.csv"), self.folder.join("ten-clusters.csv"));
        table::write(&ten, 10, 42)?;
        let mut seconds = [Vec::new(), Vec::new()];
        for _ in 0..11 {
            seconds[0].push(well(Command::new(&self.program).arg("--version"))?.seconds);
            seconds[1].push(well(&mut self.link(&ten, &out)?)?.seconds);
        }
        Ok(seconds)
    }
}

fn well(command: &mut Command) -> Result<Watched, Failure> {
    let watched = watch(command)?;
    match watched.ended {
        Ended::Well => Ok(watched),
        Ended::Badly => Err(format!("{command:?} failed:\n{}", watched.errors).into()),
    }
}
