//! A file of the sources: by itself, or a member of an archive, named as `archive.zip!member` or `archive.gz!member`.

use super::folder::open_file;
use flate2::read::MultiGzDecoder;
use std::io::{self, BufReader, Cursor, Read, Seek};
use std::path::{Component, Path, PathBuf};

/// A workbook inside an archive is read in memory, and may not be larger.
const WORKBOOK_BYTES_MAX: u64 = 512 << 20;

/// Where a file of the sources lies.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Lying {
    pub(super) path: PathBuf,
    pub(super) member: Option<String>,
}

impl Lying {
    /// `None` when the path leads out of the folder it is relative to. A member's name is looked up, never followed.
    pub(super) fn within(sources: &Path, file: &str) -> Option<Self> {
        let lower = file.to_ascii_lowercase();
        let mark = [".zip!", ".gz!"].iter().filter_map(|mark| Some(lower.find(mark)? + mark.len())).min();
        let (outer, member) = mark.map_or((file, None), |end| (&file[..end - 1], Some(file[end..].to_owned())));
        let plain = Path::new(outer).components().all(|part| matches!(part, Component::Normal(_)));
        (plain && !outer.is_empty() && !outer.contains('\\')).then(|| Lying { path: sources.join(outer), member })
    }

    /// Hands its bytes over, of a member no more than this.
    pub(super) fn read<T>(&self, bytes_max: u64, take: impl FnOnce(&mut dyn Read) -> io::Result<T>) -> io::Result<T> {
        let mut file = open_file(&self.path)?;
        match &self.member {
            None => take(&mut file),
            Some(_) if self.is_gzip() => take(&mut MultiGzDecoder::new(BufReader::new(file)).take(bytes_max)),
            Some(member) => {
                let mut archive = zip::ZipArchive::new(BufReader::new(file)).map_err(io::Error::other)?;
                let entry = archive.by_name(member).map_err(io::Error::other)?;
                take(&mut entry.take(bytes_max))
            }
        }
    }

    /// Its bytes in any order.
    pub(super) fn input(&self, bytes_max: u64) -> io::Result<Input> {
        if self.member.is_none() {
            return Ok(Box::new(BufReader::new(open_file(&self.path)?)));
        }
        let mut bytes = Vec::new();
        self.read(bytes_max.min(WORKBOOK_BYTES_MAX), |stream| stream.read_to_end(&mut bytes))?;
        Ok(Box::new(Cursor::new(bytes)))
    }

    fn is_gzip(&self) -> bool {
        self.path.extension().is_some_and(|ending| ending.eq_ignore_ascii_case("gz"))
    }
}

/// What the reading library reads from: a file, or a member of an archive unpacked.
pub(super) type Input = Box<dyn InAnyOrder>;

/// Bytes that can be read in any order.
pub(super) trait InAnyOrder: Read + Seek {}

impl<T: Read + Seek> InAnyOrder for T {}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::File;
    use std::io::Write as _;

    fn check(file: &str, expected: Option<(&str, Option<&str>)>) {
        let found = Lying::within(Path::new("/s"), file);
        let expected =
            expected.map(|(path, member)| Lying { path: path.into(), member: member.map(ToOwned::to_owned) });
        assert_eq!(found, expected, "{file}");
    }

    #[test]
    fn a_path_stays_inside_and_a_member_is_only_a_name() {
        check("a/b.csv", Some(("/s/a/b.csv", None)));
        check("a.ZIP!b/c.csv", Some(("/s/a.ZIP", Some("b/c.csv"))));
        check("a.zip!../../c.csv", Some(("/s/a.zip", Some("../../c.csv"))));
        check("a.csv.gz!a.csv", Some(("/s/a.csv.gz", Some("a.csv"))));
        check("a!b.csv", Some(("/s/a!b.csv", None)));
        check("../a.zip!b", None);
        check("/a.zip!b", None);
        check("", None);
    }

    #[test]
    fn members_are_read_and_no_more_of_them_than_is_asked_for() {
        let place = tempfile::tempdir().expect("a folder");
        let mut archive = zip::ZipWriter::new(File::create(place.path().join("a.zip")).expect("made"));
        archive.start_file("in/b.csv", zip::write::SimpleFileOptions::default()).expect("begun");
        archive.write_all(b"id\n1\n").expect("written");
        archive.finish().expect("closed");
        let gz = File::create(place.path().join("c.csv.gz")).expect("made");
        let mut gz = flate2::write::GzEncoder::new(gz, flate2::Compression::fast());
        gz.write_all(b"id\n1\n").expect("written");
        gz.finish().expect("closed");
        for file in ["a.zip!in/b.csv", "c.csv.gz!c.csv"] {
            let lying = Lying::within(place.path(), file).expect("inside");
            let text = |bytes_max| {
                let mut text = String::new();
                lying.read(bytes_max, |stream| stream.read_to_string(&mut text)).map(|_| text)
            };
            assert_eq!(text(9).expect("readable"), "id\n1\n", "{file}");
            assert_eq!(text(2).expect("readable"), "id", "{file}");
        }
        let absent = Lying::within(place.path(), "a.zip!absent.csv").expect("inside");
        assert!(absent.read(9, |_| Ok(())).is_err());
    }
}
