//! Readers: a large file of people, as text and as a worksheet, read and mapped by `handover check`; beside each, what the
//! library below the reader takes to go through the same file and do nothing with it.

use super::process::{Ended, Watched, watch};
use super::told::spread;
use crate::Failure;
use crate::generate::dice::Dice;
use crate::generate::names::{Community, Names, Sex};
use crate::generate::numbers::check_digit;
use crate::generate::places::{Home, PRACTICES};
use calamine::{DataRef, Reader as _};
use rust_xlsxwriter::Workbook;
use std::fs::{self, File};
use std::io::{BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};

#[derive(clap::Args)]
pub struct Arguments {
    /// How many bytes of delimited text.
    #[arg(long, default_value_t = 1_000_000_000)]
    bytes: u64,
    /// How many rows of people in the worksheet.
    #[arg(long, default_value_t = 1_000_000, value_parser = clap::value_parser!(u32).range(1..1_048_576))]
    rows: u32,
    /// How many runs are measured, after one that warms up.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    runs: u32,
}

/// The library goes through a file and does nothing with it.
#[derive(clap::Args)]
pub struct PeerArguments {
    file: PathBuf,
}

/// Bars: delimited text in MB a second, a worksheet's time against the library's, its memory, and what a row costs.
const MEGABYTES_A_SECOND_BAR: f64 = 100.0;
const WORKSHEET_RATIO_BAR: f64 = 1.3;
const WORKSHEET_PEAK_BAR: u64 = 3 << 29;
const BYTES_A_ROW_BAR: u64 = 150;

const TITLES: [&str; 12] = [
    "Local ID",
    "NHS Number",
    "Status",
    "Family Name",
    "Given Name",
    "Date Of Birth",
    "Gender",
    "Address",
    "Postcode",
    "Mobile",
    "E-mail",
    "Practice",
];

const CONFIG: &str = r#"[transition]
name = "Readers"
from = ["RNU"]
to = "NXX"
transfer_date = 2017-10-01
as_at = 2017-09-30

[[source]]
id = "people"
path = "people.FORMAT"
mapping = "people.toml"
provider = "RNU"
system = "Invented"
service_line = "community"
extracted_at = 2017-09-29
"#;

const MAPPING: &str = r#"[file]
format = "FORMAT"
header_row = 1
dates = ["%d/%m/%Y"]

[person]
local_id = "Local ID"
nhs_number = "NHS Number"
nhs_number_status = "Status"
family_name = "Family Name"
given_name = "Given Name"
date_of_birth = "Date Of Birth"
sex = { column = "Gender", codes = { "F" = "female", "M" = "male" } }
address = "Address"
postcode = "Postcode"
mobile = "Mobile"
email = "E-mail"
gp_practice = "Practice"
"#;

/// People, one after the other, never ending.
struct People {
    dice: Dice,
    names: Names,
    /// Numbers of the test range; when they are at an end they begin again.
    number: u64,
    count: u64,
}

impl People {
    fn new() -> Self {
        People { dice: Dice::new(2017, 0), names: Names::load(), number: 0, count: 0 }
    }

    fn next_number(&mut self) -> String {
        loop {
            self.number = (self.number + 1) % 1_000_000;
            if let Some(digit) = check_digit(999_000_000 + self.number) {
                return format!("{}{digit}", 999_000_000 + self.number);
            }
        }
    }

    fn next(&mut self) -> [String; TITLES.len()] {
        let number = self.next_number();
        let dice = &mut self.dice;
        self.count += 1;
        let (sex, letter) = if dice.chance(0.55) { (Sex::Female, "F") } else { (Sex::Male, "M") };
        let born = dice.between(1925, 2015);
        let given = self.names.given(dice, Community::British, sex, born as i16);
        let family = self.names.surname(dice, Community::British);
        let home = Home::draw(dice);
        let email = if dice.chance(0.6) {
            format!("{}{}@example.org", family.to_lowercase(), self.count)
        } else {
            String::new()
        };
        [
            format!("{}", 7_000_000 + self.count),
            number,
            "01".to_owned(),
            family,
            given,
            format!("{:02}/{:02}/{born}", dice.between(1, 28), dice.between(1, 12)),
            letter.to_owned(),
            format!("{}, {}", home.street, home.town),
            home.postcode,
            format!("07{:09}", dice.below(1_000_000_000)),
            email,
            dice.pick(&PRACTICES).0.to_owned(),
        ]
    }
}

/// Runs the task.
pub fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    let (task, target) = super::places()?;
    super::build()?;
    let program = target.join("release").join(format!("handover{}", std::env::consts::EXE_SUFFIX));
    let folder = target.join("bench").join("readers");
    let text = folder.join(format!("text-{}", arguments.bytes));
    made(&text, "csv", |path| write_text(path, arguments.bytes))?;
    let sheet = folder.join(format!("sheet-{}", arguments.rows));
    made(&sheet, "xlsx", |path| write_sheet(path, arguments.rows))?;

    let mut out = std::io::stdout().lock();
    let cores = std::thread::available_parallelism().map_or(1, usize::from);
    writeln!(out, "{} runs after one to warm up; {cores} cores; whole processes", arguments.runs)?;
    for (folder, format) in [(text, "csv"), (sheet, "xlsx")] {
        let measured = Measured::of(&task, &program, &folder, format, arguments.runs)?;
        out.write_all(measured.tell(format).as_bytes())?;
    }
    Ok(ExitCode::SUCCESS)
}

/// Goes through a file with the library alone, and says how many cells it gave.
pub fn peer(arguments: &PeerArguments) -> Result<ExitCode, Failure> {
    let is_text = arguments.file.extension().is_some_and(|ending| ending == "csv");
    let cells = if is_text { cells_of_text(&arguments.file)? } else { cells_of_sheet(&arguments.file)? };
    writeln!(std::io::stdout(), "{cells}")?;
    Ok(ExitCode::SUCCESS)
}

fn cells_of_text(path: &Path) -> Result<u64, Failure> {
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_path(path)?;
    let (mut record, mut cells) = (csv::ByteRecord::new(), 0);
    while reader.read_byte_record(&mut record)? {
        cells += record.len() as u64;
    }
    Ok(cells)
}

fn cells_of_sheet(path: &Path) -> Result<u64, Failure> {
    let mut book: calamine::Xlsx<BufReader<File>> = calamine::open_workbook(path)?;
    let name = book.sheet_names().first().cloned().ok_or("no sheet")?;
    let mut reader = book.worksheet_cells_reader(&name)?;
    let mut cells = 0;
    while let Some(cell) = reader.next_cell()? {
        cells += u64::from(*cell.get_value() != DataRef::Empty);
    }
    Ok(cells)
}

/// Makes a transition of one file where it is not there yet; a mark is left when it is whole.
fn made(folder: &Path, format: &str, write: impl FnOnce(&Path) -> Result<(), Failure>) -> Result<(), Failure> {
    let mark = folder.join("generated");
    if mark.exists() {
        return super::say(&format!("{}: made earlier (remove the folder to have it made anew)", folder.display()));
    }
    super::say(&format!("{}: is being made", folder.display()))?;
    fs::create_dir_all(folder)?;
    fs::write(folder.join("handover.toml"), CONFIG.replace("FORMAT", format))?;
    fs::write(folder.join("people.toml"), MAPPING.replace("FORMAT", format))?;
    write(&folder.join(format!("people.{format}")))?;
    Ok(fs::write(mark, "")?)
}

fn write_text(path: &Path, bytes: u64) -> Result<(), Failure> {
    let mut out = BufWriter::new(File::create(path)?);
    let mut people = People::new();
    let mut written = 0;
    let mut line = csv::WriterBuilder::new().from_writer(Vec::new());
    line.write_record(TITLES)?;
    while written < bytes {
        line.write_record(people.next())?;
        if people.count.is_multiple_of(1000) {
            let chunk = std::mem::replace(&mut line, csv::WriterBuilder::new().from_writer(Vec::new())).into_inner()?;
            written += chunk.len() as u64;
            out.write_all(&chunk)?;
        }
    }
    out.write_all(&line.into_inner()?)?;
    Ok(out.flush()?)
}

fn write_sheet(path: &Path, rows: u32) -> Result<(), Failure> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet_with_low_memory()?;
    sheet.set_name("People")?;
    for (column, title) in (0..).zip(TITLES) {
        sheet.write_string(0, column, title)?;
    }
    let mut people = People::new();
    for row in 1..=rows {
        for (column, cell) in (0..).zip(people.next()).filter(|(_, cell)| !cell.is_empty()) {
            sheet.write_string(row, column, cell)?;
        }
    }
    Ok(book.save(path)?)
}

/// Runs of ours and of the library on one file.
struct Measured {
    bytes: u64,
    rows: u64,
    ours: Vec<Watched>,
    theirs: Vec<Watched>,
}

impl Measured {
    fn of(task: &Path, program: &Path, folder: &Path, format: &str, runs: u32) -> Result<Self, Failure> {
        let file = folder.join(format!("people.{format}"));
        let mut measured = Measured { bytes: file.metadata()?.len(), rows: 0, ours: Vec::new(), theirs: Vec::new() };
        for number in 0..=runs {
            super::say(&format!("{format}: run {number} of {runs}"))?;
            let ours = well(Command::new(program).args(["check", "--json", "-v"]).arg(folder.join("handover.toml")))?;
            let theirs = well(Command::new(task).arg("bench-peer").arg(&file))?;
            let document: serde_json::Value = serde_json::from_str(&ours.output)?;
            measured.rows = document["person_records"].as_u64().ok_or("check counts no records of people")?;
            let cells: u64 = theirs.output.trim().parse()?;
            if measured.rows == 0 || cells < measured.rows * 10 {
                return Err(format!("{} records and {cells} cells: they did not read the same", measured.rows).into());
            }
            if number > 0 {
                measured.ours.push(ours);
                measured.theirs.push(theirs);
            }
        }
        Ok(measured)
    }

    fn tell(&self, format: &str) -> String {
        let seconds = |runs: &[Watched]| spread(runs.iter().map(|run| run.seconds).collect());
        let (ours, theirs) = (seconds(&self.ours), seconds(&self.theirs));
        let most = |runs: &[Watched]| runs.iter().filter_map(|run| run.peak).max();
        let (peak, peer_peak) = (most(&self.ours), most(&self.theirs));
        let values = self.ours.iter().find_map(|run| run.value_bytes);
        let megabytes = self.bytes as f64 / 1e6;
        let peer = if format == "csv" { "the csv crate's byte records" } else { "calamine's cell reader" };
        let line = |name: &str, (least, median, most): (f64, f64, f64)| {
            format!("  {name:<34} median {median:>8.3} s   min {least:>8.3}   max {most:>8.3}\n")
        };
        let unmeasured = || "not measured".to_owned();
        let a_row = |bytes: u64| format!("{:.0}", bytes as f64 / self.rows as f64);
        let bar = match format {
            "csv" => format!("(the bar: at least {MEGABYTES_A_SECOND_BAR} MB a second)"),
            _ => format!("(the bar: at most {WORKSHEET_RATIO_BAR} times the peer, {WORKSHEET_PEAK_BAR} bytes)"),
        };
        let beyond = peak.zip(values).map(|(peak, values)| peak.saturating_sub(values));
        // What the library keeps of a file, such as a workbook's shared texts, it keeps for whoever reads with it.
        let beyond_peer = beyond.zip(peer_peak).map(|(beyond, peer)| beyond.saturating_sub(peer));
        let told = |bytes: Option<u64>| bytes.map_or_else(unmeasured, |bytes| bytes.to_string());
        let row_of = |bytes: Option<u64>| bytes.map_or_else(unmeasured, a_row);
        [
            format!("\npeople.{format}: {megabytes:.1} MB, {} rows\n", self.rows),
            line("handover check", ours),
            line(peer, theirs),
            format!(
                "  ratio of the medians: {:.3}; {:.1} MB a second   {bar}\n",
                ours.1 / theirs.1,
                megabytes / ours.1
            ),
            format!("  peak memory: {} bytes; the peer's: {}\n", told(peak), told(peer_peak)),
            format!(
                "  bytes a row beyond its values: {}; beyond them and the peer's: {}   (the bar: at most {BYTES_A_ROW_BAR})\n",
                row_of(beyond),
                row_of(beyond_peer),
            ),
        ]
        .concat()
    }
}

fn well(command: &mut Command) -> Result<Watched, Failure> {
    let watched = watch(command)?;
    match watched.ended {
        Ended::Well => Ok(watched),
        Ended::Badly => Err(format!("{command:?} failed:\n{}", watched.errors).into()),
    }
}
