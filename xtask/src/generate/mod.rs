//! # generate: an invented county's musculoskeletal service, handed over, with the truth beside it.
//!
//! Modelled on the public scrutiny reports of a real transfer. People and their care are drawn first, household by household, from one
//! stream of chance; what systems make of them from another, so that other error rates leave the people the same.

mod bookings;
mod care;
pub mod dice;
mod hard;
mod layout;
pub mod names;
pub mod numbers;
mod ods;
mod people;
pub mod places;
mod rates;
mod relatives;
pub mod slips;
mod sources;
mod spool;
#[cfg(test)]
mod tests;
mod text;
mod truth;
mod workbook;

use crate::Failure;
use dice::Dice;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(clap::Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct Arguments {
    #[command(subcommand)]
    of: Option<Of>,
    /// How many people are in the county's care.
    #[arg(long, default_value_t = 1_500)]
    people: u32,
    /// Equal seeds, people and rates give equal bytes.
    #[arg(long, default_value_t = 2017)]
    seed: u64,
    /// A TOML file with any subset of the rates in `xtask/rates.toml`.
    #[arg(long)]
    rates: Option<PathBuf>,
    /// The folder to write; what the generator wrote there before is replaced.
    #[arg(long, required = true)]
    out: Option<PathBuf>,
}

/// What else is made.
#[derive(clap::Subcommand)]
enum Of {
    /// A labelled set of twins, parents and children of one name, and housemates, for `evaluate link`.
    Relatives(relatives::Arguments),
}

/// Runs the task.
pub fn run(arguments: &Arguments) -> Result<ExitCode, Failure> {
    if let Some(Of::Relatives(arguments)) = &arguments.of {
        return relatives::run(arguments);
    }
    let out = arguments.out.as_deref().ok_or("name the folder")?;
    let (rates, text) = rates::Rates::load(arguments.rates.as_deref())?;
    let rows = write(out, arguments.people, arguments.seed, &rates, &text)?;
    writeln!(std::io::stderr(), "{}: {} people, {rows} rows", out.display(), arguments.people)?;
    Ok(ExitCode::SUCCESS)
}

/// Writes one transition and gives the count of its physical rows.
fn write(dir: &Path, people: u32, seed: u64, rates: &rates::Rates, rates_text: &str) -> Result<u64, Failure> {
    for stale in ["sources", "mappings", "truth"] {
        let stale = dir.join(stale);
        if stale.exists() {
            std::fs::remove_dir_all(stale)?;
        }
    }
    layout::write(dir, seed, rates_text)?;
    let mut truth = truth::Truth::create(&dir.join("truth"))?;
    let names = names::Names::load();
    let mut maker =
        people::Maker { names: &names, shares: &rates.structure, numbers: numbers::Allocator::new(people), cases: 0 };
    let mut clerk = slips::Clerk { names: &names, rates, dice: Dice::new(seed, 1) };
    let mut sources = sources::Sources::default();
    let mut counters = care::Counters::default();
    sources.test_patients(&mut clerk, people);
    let mut stream = 2;
    while counters.people < people {
        let mut dice = Dice::new(seed, stream);
        clerk.dice = Dice::new(seed, stream + 1);
        stream += 2;
        let mut household = maker.household(&mut dice, (people - counters.people) as usize);
        let mut plan = care::Plan::default();
        for person in &mut household.people {
            person.id = care::Counters::next(&mut counters.people);
        }
        for index in 0..household.people.len() {
            care::plan(&mut plan, &household.people, index, &mut dice, rates, &mut counters);
        }
        truth.household(&household, &plan)?;
        sources.emit(&household, &plan, &mut clerk);
    }
    sources.write(dir, &mut truth, &mut Dice::new(seed, 0), rates)?;
    let rows = truth.physical_rows;
    truth.finish()?;
    Ok(rows)
}

/// A transition at the default rates, for tests here and of `evaluate`.
#[cfg(test)]
pub fn write_default(dir: &Path, people: u32, seed: u64) {
    let (rates, text) = rates::Rates::load(None).expect("the defaults load");
    write(dir, people, seed, &rates, &text).expect("it writes");
}
