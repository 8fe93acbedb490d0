//! Clusters held against the truth of a generated table, ours and theirs alike.

use crate::Failure;
use crate::evaluate::pairs;
use std::collections::HashMap;
use std::path::Path;

/// Who each row truly is, in the order of the rows.
pub(super) struct Truth {
    persons: Vec<u32>,
    places: HashMap<String, usize>,
}

/// Whose clusters they are.
#[derive(Clone, Copy)]
pub(super) enum Which {
    /// They name the number of a row in its file, in which the header is the first.
    Ours,
    /// They name the id of a row.
    Theirs,
}

/// Pairs of rows in one cluster against pairs of rows of one person.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Agreement {
    right: u64,
    joined: u64,
    actual: u64,
}

impl Truth {
    pub(super) fn of(table: &Path) -> Result<Self, Failure> {
        let (mut truth, mut known) = (Truth { persons: Vec::new(), places: HashMap::new() }, HashMap::new());
        for [id, person] in columns(table, ["rec_id", "truth"])? {
            truth.places.insert(id, truth.persons.len());
            truth.persons.push(number_of(person, &mut known));
        }
        Ok(truth)
    }

    pub(super) fn rows(&self) -> usize {
        self.persons.len()
    }

    /// Every row must be there, once.
    pub(super) fn against(&self, clusters: &Path, which: Which) -> Result<Agreement, Failure> {
        let named = match which {
            Which::Ours => ["row", "patient_id"],
            Which::Theirs => ["rec_id", "cluster_id"],
        };
        let (mut of_row, mut known) = (vec![None; self.rows()], HashMap::new());
        for [row, cluster] in columns(clusters, named)? {
            let place = match which {
                Which::Ours => row.parse::<usize>()?.checked_sub(2),
                Which::Theirs => self.places.get(&row).copied(),
            };
            let place = place.and_then(|place| of_row.get_mut(place));
            let place = place.ok_or_else(|| format!("{}: row {row} is not in the table", clusters.display()))?;
            if place.replace(number_of(cluster, &mut known)).is_some() {
                return Err(format!("{}: row {row} is there twice", clusters.display()).into());
            }
        }
        let clusters: Option<Vec<u32>> = of_row.into_iter().collect();
        Ok(Agreement::of(&self.persons, &clusters.ok_or("not every row came back")?))
    }
}

fn columns(path: &Path, names: [&str; 2]) -> Result<impl Iterator<Item = [String; 2]>, Failure> {
    let mut reader = csv::Reader::from_path(path).map_err(|error| format!("{}: {error}", path.display()))?;
    let header = reader.headers()?.clone();
    let place = |name: &str| {
        header.iter().position(|title| title == name).ok_or_else(|| format!("{} has no column {name}", path.display()))
    };
    let places = [place(names[0])?, place(names[1])?];
    let lines: Vec<csv::StringRecord> = reader.into_records().collect::<Result<_, _>>()?;
    Ok(lines.into_iter().map(move |line| places.map(|place| line.get(place).unwrap_or_default().to_owned())))
}

fn number_of(name: String, known: &mut HashMap<String, u32>) -> u32 {
    let next = known.len() as u32;
    *known.entry(name).or_insert(next)
}

impl Agreement {
    fn of(persons: &[u32], clusters: &[u32]) -> Self {
        let (mut of_person, mut of_cluster, mut of_both) = (HashMap::new(), HashMap::new(), HashMap::new());
        for (person, cluster) in persons.iter().zip(clusters) {
            *of_person.entry(person).or_default() += 1;
            *of_cluster.entry(cluster).or_default() += 1;
            *of_both.entry((person, cluster)).or_default() += 1;
        }
        Agreement {
            right: of_both.into_values().map(pairs).sum(),
            joined: of_cluster.into_values().map(pairs).sum(),
            actual: of_person.into_values().map(pairs).sum(),
        }
    }

    /// Precision, recall, F1; of nothing, all is right.
    pub(super) fn shares(&self) -> [f64; 3] {
        let share = |part: u64, whole: u64| if whole == 0 { 1.0 } else { part as f64 / whole as f64 };
        [
            share(self.right, self.joined),
            share(self.right, self.actual),
            share(2 * self.right, self.joined + self.actual),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn clusters_of_either_are_held_against_one_truth() {
        let folder = tempfile::tempdir().expect("a folder");
        let written = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::write(&path, text).expect("written");
            path
        };
        let truth = Truth::of(&written("t.csv", "rec_id,truth\n7,a\n8,a\n9,b\n10,b\n")).expect("a table");
        let ours = written("o.csv", "row,patient_id\n2,1\n3,1\n4,1\n5,2\n");
        let ours = truth.against(&ours, Which::Ours).expect("whole");
        assert_eq!(ours, Agreement { right: 1, joined: 3, actual: 2 });
        assert_eq!(ours.shares(), [1.0 / 3.0, 0.5, 0.4]);
        let theirs = written("s.csv", "rec_id,cluster_id\n10,x\n9,x\n8,y\n7,y\n");
        assert_eq!(truth.against(&theirs, Which::Theirs).expect("whole").shares(), [1.0; 3]);
        for broken in ["row,patient_id\n2,1\n", "row,patient_id\n2,1\n2,1\n3,1\n4,1\n5,2\n", "row,patient_id\n6,1\n"] {
            assert!(truth.against(&written("b.csv", broken), Which::Ours).is_err(), "{broken}");
        }
    }
}
