//! What is planted in a table is found by training: how often one person's rows agree, and how often those of two people do.

use super::compare::of;
use super::tests::{Row, config, county, records};
use super::{LinkModel, prepare, train};
use crate::config::Standing;
use crate::decisions::Decisions;
use std::collections::BTreeMap;

/// People, each in two systems.
const PEOPLE: usize = 3_000;
/// Columns of a row, with the comparison that each is for.
const PLANTED: [(usize, usize, &str); 5] = [
    (3, of::GIVEN, "given name"),
    (2, of::FAMILY, "family name"),
    (5, of::SEX, "sex"),
    (6, of::POSTCODE, "postcode"),
    (4, of::BIRTH, "birth date"),
];

/// Chances that two rows agree, as they stand in the table: of one person, and of two.
struct Shares {
    one: f64,
    two: f64,
}

fn shares(rows: &[Vec<[String; 8]>; 2], column: usize) -> Shares {
    let people = rows[0].len() as f64;
    let same = rows[0].iter().zip(&rows[1]).filter(|(left, right)| left[column] == right[column]).count() as f64;
    let mut bearers: BTreeMap<&str, [f64; 2]> = BTreeMap::new();
    for (system, rows) in rows.iter().enumerate() {
        rows.iter().for_each(|row| bearers.entry(&row[column]).or_default()[system] += 1.0);
    }
    let any: f64 = bearers.values().map(|of| of[0] * of[1]).sum();
    Shares { one: same / people, two: (any - same) / (people * (people - 1.0)) }
}

fn trained(rows: &[Vec<[String; 8]>; 2]) -> LinkModel {
    let config = config(&[Standing::Record, Standing::Record]);
    let [one, two]: [Vec<Row<'_>>; 2] =
        rows.each_ref().map(|rows| rows.iter().map(|row| row.each_ref().map(String::as_str)).collect());
    train(&prepare(&config, records(&config, &[&one, &two]), &Decisions::default()))
}

/// The stated error: of m two in a hundred; of u a tenth of itself, or what twenty pairs in the million that are looked at make.
const ERROR_OF_M: f64 = 0.02;
const ERROR_OF_U: (f64, f64) = (0.1, 2e-5);

#[test]
fn planted_chances_are_recovered_within_the_stated_error() {
    let mut rows = county(PEOPLE as u64).rows;
    // One in five has moved, and of one in fifty the sex is wrong.
    for place in 0..PEOPLE {
        if place % 5 == 0 {
            rows[1][place][6] = rows[0][(place * 7 + 11) % PEOPLE][6].clone();
        }
        if place % 50 == 7 {
            rows[1][place][5] = if rows[1][place][5] == "male" { "female" } else { "male" }.to_owned();
        }
    }
    let model = trained(&rows);
    for (column, comparison, name) in PLANTED {
        let planted = shares(&rows, column);
        let best = &model.comparisons[comparison].levels[1];
        assert!((best.m[0] - planted.one).abs() < ERROR_OF_M, "m of {name}: {} for {}", best.m[0], planted.one);
        let error = (planted.two * ERROR_OF_U.0).max(ERROR_OF_U.1);
        assert!((best.u[0] - planted.two).abs() < error, "u of {name}: {} for {}", best.u[0], planted.two);
    }
    let planted = PEOPLE as f64 / (2 * PEOPLE * (2 * PEOPLE - 1) / 2) as f64;
    assert!((model.prior / planted - 1.0).abs() < 0.05, "prior: {} for {planted}", model.prior);
}
