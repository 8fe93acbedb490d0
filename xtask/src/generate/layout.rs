//! What stands around the sources: configuration, mappings, sites, and a key nobody may rely on.

use super::dice::Dice;
use super::places::SITES;
use crate::Failure;
use std::fmt::Write;
use std::path::Path;

const CONFIG: &str = include_str!("../../data/handover.toml");

macro_rules! mappings {
    ($($name:literal),* $(,)?) => { &[$(($name, include_str!(concat!("../../data/mappings/", $name)))),*] };
}

const MAPPINGS: &[(&str, &str)] = mappings![
    "datix.toml",
    "declared_totals.toml",
    "diary.toml",
    "docman.toml",
    "eq5d.toml",
    "ers.toml",
    "ice.toml",
    "letters.toml",
    "nxx_bookings.toml",
    "paper.toml",
    "rnu_community.toml",
    "rnu_list.toml",
    "rth_appointments.toml",
    "rth_list.toml",
    "rth_patients.toml",
    "rth_referrals.toml",
    "texts.toml",
];

/// Writes everything but sources and truth. `rates` is the text of the rates in force.
pub fn write(dir: &Path, seed: u64, rates: &str) -> Result<(), Failure> {
    std::fs::create_dir_all(dir.join("mappings"))?;
    std::fs::create_dir_all(dir.join("sources"))?;
    std::fs::write(dir.join("handover.toml"), CONFIG)?;
    for (name, text) in MAPPINGS {
        std::fs::write(dir.join("mappings").join(name), text)?;
    }
    let mut sites = csv::Writer::from_path(dir.join("sites.csv"))?;
    sites.write_record(["legacy_site", "name", "provider", "successor_site", "closes_on"])?;
    for site in &SITES {
        let closes = if site.closes { "2017-09-30" } else { "" };
        sites.write_record([site.code, site.name, site.provider, site.successor.unwrap_or_default(), closes])?;
    }
    sites.flush()?;
    std::fs::write(dir.join("commitment.key"), key(seed))?;
    std::fs::write(dir.join("rates.toml"), rates)?;
    Ok(())
}

fn key(seed: u64) -> String {
    let mut dice = Dice::new(seed, u64::MAX);
    let mut text = String::from("# EXAMPLE KEY - public, for the shipped example only\n");
    for _ in 0..4 {
        write!(text, "{:016x}", dice.bits()).expect("a string takes anything");
    }
    text.push('\n');
    text
}
