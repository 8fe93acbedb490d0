//! Where a file's bytes lie: by themselves, or in a `.zip` or `.gz`, which is read in place. Nothing that is unpacked is
//! written to disk, where it would outlive the run.

use super::Error;
use super::fixity::{bytes_of_file, unusable};
use super::format;
use flate2::Crc;
use flate2::read::{DeflateDecoder, MultiGzDecoder};
use std::borrow::Cow;
use std::fs::{self, File};
use std::io::{self, BufReader, Cursor, Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};
use zip::{CompressionMethod, ZipArchive};

/// A workbook of an archive is unpacked in memory, and may not be larger.
const WORKBOOK_BYTES_MAX: u64 = 512 << 20;
/// What members of an archive come to, as text that is read piece by piece.
const EXPANDED_BYTES_MAX: u64 = 64 << 30;
/// The record at a zip archive's end, and the longest comment that may follow it.
const END_RECORD_BYTES: usize = 22;
const COMMENT_BYTES_MAX: usize = u16::MAX as usize;

const UNPACK: &str = "unpack it and name the files inside";

/// Where the bytes of one file lie.
#[derive(Clone, Debug)]
pub(super) struct Place {
    shown: PathBuf,
    on_disk: PathBuf,
    packing: Packing,
}

#[derive(Clone, Copy, Debug)]
enum Packing {
    None,
    Gzip { packed_bytes: u64 },
    Zip(Member),
}

/// As the archive's directory says.
#[derive(Clone, Copy, Debug)]
struct Member {
    start: u64,
    packed_bytes: u64,
    bytes: u64,
    crc: u32,
    is_deflated: bool,
}

/// A file that a pattern names.
pub(super) struct Listed {
    pub(super) place: Place,
    /// Its name in its archive.
    pub(super) member: Option<String>,
    /// Its bytes; of a `.gz`, those of the archive.
    pub(super) bytes: u64,
}

/// The files that a pattern names, and those of the archive that it does not.
#[derive(Default)]
pub(super) struct Listing {
    pub(super) files: Vec<Listed>,
    pub(super) left_out: Vec<String>,
}

/// `sources/a.zip!*.csv`: the archives, and which of their members.
pub(super) fn split(pattern: &str) -> (&str, Option<&str>) {
    let lower = pattern.to_ascii_lowercase();
    let end = [".zip!", ".gz!"].iter().filter_map(|mark| Some(lower.find(mark)? + mark.len())).min();
    end.map_or((pattern, None), |end| (&pattern[..end - 1], Some(&pattern[end..])))
}

/// The file itself, or the members of an archive that the pattern names, in order: all of them without a pattern.
pub(super) fn list(path: &Path, members: Option<&glob::Pattern>) -> Result<Listing, Error> {
    let unreadable = |source| Error::Io { path: path.to_owned(), source };
    let bytes = bytes_of_file(path)?;
    let mut head = [0; 4];
    let read = File::open(path).and_then(|file| file.take(4).read(&mut head)).map_err(unreadable)?;
    let has_ending = |ending: &str| path.to_string_lossy().to_ascii_lowercase().ends_with(ending);
    let rename = |ending: &str| {
        let what = format!("this is an archive, and its name does not end in {ending}");
        Err(unusable(path, what, format!("give it a name that ends in {ending}")))
    };
    if head[..read].starts_with(b"\x1f\x8b") {
        return if has_ending(".gz") { list_gzip(path, bytes, members) } else { rename(".gz") };
    }
    if head[..read].starts_with(format::ZIP) {
        let mut archive = format::open_archive(path, BufReader::new(File::open(path).map_err(unreadable)?))?;
        if format::workbook_in(path, &archive)?.is_none() {
            return if has_ending(".zip") { list_zip(path, &mut archive, members) } else { rename(".zip") };
        }
    }
    match members {
        None => Ok(Listing::of(Listed { place: Place::plain(path), member: None, bytes })),
        Some(_) => Err(unusable(path, "this is no archive", "leave out what follows the ! in the source's path")),
    }
}

impl Listing {
    fn of(file: Listed) -> Self {
        Listing { files: vec![file], left_out: Vec::new() }
    }
}

fn list_gzip(path: &Path, packed_bytes: u64, members: Option<&glob::Pattern>) -> Result<Listing, Error> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let member = name[..name.len() - ".gz".len()].to_owned();
    if members.is_some_and(|pattern| !pattern.matches(&member)) {
        return Ok(Listing { files: Vec::new(), left_out: vec![member] });
    }
    let place = Place::inside(path, &member, Packing::Gzip { packed_bytes });
    Ok(Listing::of(Listed { place, member: Some(member), bytes: packed_bytes }))
}

fn list_zip(
    path: &Path,
    archive: &mut ZipArchive<BufReader<File>>,
    members: Option<&glob::Pattern>,
) -> Result<Listing, Error> {
    format::refuse_bomb(path, archive, "archive", EXPANDED_BYTES_MAX)?;
    if entries_stated(path).is_some_and(|stated| stated != archive.len()) {
        return Err(unusable(path, "the archive holds two files of one name, or is damaged", UNPACK));
    }
    let mut listing = Listing::default();
    for number in 0..archive.len() {
        let damaged = |_| unusable(path, "the zip archive is damaged", "ask for the file again");
        let entry = archive.by_index_raw(number).map_err(damaged)?;
        let name = entry.name().map_err(damaged)?.into_owned();
        if entry.is_dir() || is_litter(&name) {
            continue;
        }
        if members.is_some_and(|pattern| !pattern.matches(&name)) {
            listing.left_out.push(name);
            continue;
        }
        let refuse = |what: &str, next: &str| Err(unusable(&inside(path, &name), what, next));
        if name.chars().any(char::is_control) {
            return Err(unusable(path, "a file of the archive has a name of control characters", UNPACK));
        }
        if entry.encrypted() {
            return refuse("the file is protected with a password", "unpack it, and name the unpacked file");
        }
        let is_deflated = entry.compression() == CompressionMethod::Deflated;
        let (Some(start), true) = (entry.data_start(), is_deflated || entry.compression() == CompressionMethod::Stored)
        else {
            return refuse(
                "the file is compressed in a way that is not read",
                "pack it as an ordinary .zip, or unpack it",
            );
        };
        let (packed_bytes, bytes, crc) = (entry.compressed_size(), entry.size(), entry.crc32());
        let packing = Packing::Zip(Member { start, packed_bytes, bytes, crc, is_deflated });
        listing.files.push(Listed { place: Place::inside(path, &name, packing), member: Some(name), bytes });
    }
    if listing.files.is_empty() && members.is_none() {
        return Err(unusable(path, "the archive holds no file", "ask for the export again"));
    }
    Ok(listing)
}

/// What systems put into archives on their own account.
fn is_litter(name: &str) -> bool {
    let last = name.rsplit(['/', '\\']).next().unwrap_or_default();
    name.starts_with("__MACOSX/")
        || last.starts_with("~$")
        || [".DS_Store", "Thumbs.db", "desktop.ini"].iter().any(|litter| last.eq_ignore_ascii_case(litter))
}

/// How many entries the archive says it has. The library keeps one of several of the same name.
fn entries_stated(path: &Path) -> Option<usize> {
    let mut file = File::open(path).ok()?;
    let length = file.metadata().ok()?.len();
    file.seek(SeekFrom::Start(length.saturating_sub((END_RECORD_BYTES + COMMENT_BYTES_MAX) as u64))).ok()?;
    let mut tail = Vec::new();
    file.read_to_end(&mut tail).ok()?;
    let at = tail.windows(4).rposition(|four| four == b"PK\x05\x06")?;
    let stated = tail.get(at + 10..at + 12)?;
    // A larger number stands elsewhere, and more entries than that are refused anyway.
    Some(usize::from(u16::from_le_bytes([stated[0], stated[1]])))
}

/// The name of a file inside an archive, as people are told of it.
pub(super) fn inside(archive: &Path, member: &str) -> PathBuf {
    let mut shown = archive.as_os_str().to_owned();
    shown.push("!");
    shown.push(member);
    shown.into()
}

impl Place {
    /// A file by itself.
    pub(super) fn plain(path: &Path) -> Self {
        Place { shown: path.to_owned(), on_disk: path.to_owned(), packing: Packing::None }
    }

    fn inside(archive: &Path, member: &str, packing: Packing) -> Self {
        Place { shown: inside(archive, member), on_disk: archive.to_owned(), packing }
    }

    /// As people are told of it.
    pub(super) fn shown(&self) -> &Path {
        &self.shown
    }

    /// The file on disk that it is, or lies in.
    pub(super) fn on_disk(&self) -> &Path {
        &self.on_disk
    }

    pub(super) fn is_packed(&self) -> bool {
        !matches!(self.packing, Packing::None)
    }

    /// Its bytes from the first.
    pub(super) fn stream(&self) -> io::Result<Box<dyn Read + Send>> {
        let mut file = File::open(&self.on_disk)?;
        Ok(match self.packing {
            Packing::None => Box::new(file),
            Packing::Gzip { .. } => Box::new(MultiGzDecoder::new(file)),
            Packing::Zip(member) => {
                file.seek(SeekFrom::Start(member.start))?;
                let packed = file.take(member.packed_bytes);
                match member.is_deflated {
                    // One byte more than it should have shows that it has too many.
                    true => Box::new(DeflateDecoder::new(packed).take(member.bytes.saturating_add(1))),
                    false => Box::new(packed),
                }
            }
        })
    }

    /// Its bytes in any order.
    pub(super) fn input(&self) -> Result<Input, Error> {
        if !self.is_packed() {
            let file = File::open(&self.on_disk).map_err(|error| self.failed(error))?;
            return Ok(Input::File(BufReader::new(file)));
        }
        let mut bytes = Vec::new();
        let stream = self.stream().map_err(|error| self.failed(error))?;
        stream.take(WORKBOOK_BYTES_MAX + 1).read_to_end(&mut bytes).map_err(|error| self.failed(error))?;
        if bytes.len() as u64 > WORKBOOK_BYTES_MAX {
            return Err(unusable(&self.shown, "the workbook is too large to be read inside an archive", UNPACK));
        }
        Ok(Input::Memory(Cursor::new(bytes)))
    }

    /// All its bytes at once.
    pub(super) fn whole(&self) -> Result<Vec<u8>, Error> {
        match self.input()? {
            Input::Memory(bytes) => Ok(bytes.into_inner()),
            Input::File(_) => fs::read(&self.on_disk).map_err(|error| self.failed(error)),
        }
    }

    /// An error of the machine, or damage to the archive.
    pub(super) fn failed(&self, source: io::Error) -> Error {
        if self.is_packed() && source.raw_os_error().is_none() {
            return self.damaged();
        }
        Error::Io { path: self.shown.clone(), source }
    }

    fn damaged(&self) -> Error {
        unusable(&self.shown, "the archive is damaged here", "ask for the file again")
    }

    /// What is to be watched while the file is read for the first time.
    pub(super) fn watch(&self) -> Watch<'_> {
        Watch { place: self, bytes: 0, crc: Crc::new() }
    }
}

/// Refuses what expands without measure, and what is not what its archive says.
pub(super) struct Watch<'a> {
    place: &'a Place,
    bytes: u64,
    crc: Crc,
}

impl Watch<'_> {
    pub(super) fn add(&mut self, bytes: &[u8]) -> Result<(), Error> {
        self.bytes += bytes.len() as u64;
        match self.place.packing {
            Packing::None => return Ok(()),
            Packing::Zip(_) => self.crc.update(bytes),
            Packing::Gzip { packed_bytes } => {
                if self.bytes > EXPANDED_BYTES_MAX || format::expands_wildly(self.bytes, packed_bytes) {
                    return Err(format::bomb(&self.place.shown, "the archive"));
                }
            }
        }
        Ok(())
    }

    pub(super) fn end(self) -> Result<(), Error> {
        match self.place.packing {
            Packing::Zip(member) if (self.bytes, self.crc.sum()) != (member.bytes, member.crc) => {
                Err(self.place.damaged())
            }
            _ => Ok(()),
        }
    }
}

/// What the reading library reads from.
pub(super) enum Input {
    /// A file by itself.
    File(BufReader<File>),
    /// A member of an archive.
    Memory(Cursor<Vec<u8>>),
}

impl Read for Input {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        match self {
            Input::File(file) => file.read(into),
            Input::Memory(bytes) => bytes.read(into),
        }
    }
}

impl Seek for Input {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        match self {
            Input::File(file) => file.seek(to),
            Input::Memory(bytes) => bytes.seek(to),
        }
    }
}

/// The name of a file of a source; one that is by itself may not be named as a member of an archive is.
pub(super) fn name<'a>(outer: &'a str, member: Option<&str>) -> Option<Cow<'a, str>> {
    match member {
        None => split(outer).1.is_none().then_some(Cow::Borrowed(outer)),
        Some(member) => Some(Cow::Owned(format!("{outer}!{member}"))),
    }
}

#[cfg(test)]
mod tests {
    use super::super::claims::{Wanted, claims_of};
    use super::super::trial::{Folder, give_listed, refusal};
    use super::*;
    use flate2::Compression;
    use flate2::write::GzEncoder;
    use std::io::Write as _;
    use zip::write::SimpleFileOptions;

    fn zipped(entries: &[(&str, &[u8])]) -> Vec<u8> {
        let mut archive = zip::ZipWriter::new(Cursor::new(Vec::new()));
        for (name, content) in entries {
            archive.start_file(*name, SimpleFileOptions::default()).expect("an entry can be begun");
            archive.write_all(content).expect("memory can be written");
        }
        archive.finish().expect("an archive can be closed").into_inner()
    }

    fn gzipped(content: &[u8]) -> Vec<u8> {
        let mut archive = GzEncoder::new(Vec::new(), Compression::best());
        archive.write_all(content).expect("memory can be written");
        archive.finish().expect("an archive can be closed")
    }

    fn workbook() -> Vec<u8> {
        let mut writer = rust_xlsxwriter::Workbook::new();
        let sheet = writer.add_worksheet();
        sheet.write(0, 0, "Name").and_then(|sheet| sheet.write(1, 0, "C")).expect("two cells");
        writer.save_to_buffer().expect("a workbook")
    }

    /// Files and rows of data that a pattern gives.
    fn check(archive: (&str, &[u8]), pattern: &str, files: &[&str], data: &[&str]) {
        let folder = Folder::new();
        folder.write(archive.0, archive.1);
        let given = give_listed(&folder, pattern, &["Name"]).expect("usable");
        let found: Vec<&str> = given.intake.files.iter().map(|file| file.path.as_str()).collect();
        assert_eq!(
            (found.as_slice(), given.data.iter().map(String::as_str).collect::<Vec<_>>().as_slice()),
            (files, data)
        );
    }

    fn refused(name: &str, bytes: &[u8], pattern: &str) -> String {
        let folder = Folder::new();
        folder.write(name, bytes);
        refusal(give_listed(&folder, pattern, &["Name"]))
    }

    #[test]
    fn members_of_a_zip_are_files() {
        let book = workbook();
        let text: Vec<u8> = "Name\nZoë\n".encode_utf16().flat_map(u16::to_le_bytes).collect();
        let archive = zipped(&[
            ("in/b.csv", b"Name\nB\n"),
            ("in/", b""),
            ("__MACOSX/in/._b.csv", b"\0"),
            ("a.txt", &text),
            ("c.xlsx", &book),
        ]);
        let all = ["x.zip!a.txt", "x.zip!c.xlsx", "x.zip!in/b.csv"];
        check(("x.zip", &archive), "*.zip", &all, &["Zoë", "C", "B"]);
        check(("x.zip", &archive), "x.zip!*.csv", &all[2..], &["B"]);
        check(("X.ZIP", &archive), "X.ZIP!c.*", &["X.ZIP!c.xlsx"], &["C"]);
    }

    #[test]
    fn what_a_pattern_leaves_out_is_named() {
        let archive =
            zipped(&[("in/b.csv", b"Name\nB\n"), ("in/", b""), ("notes.csv", b"Name\nC\n"), (".DS_Store", b"")]);
        let folder = Folder::new();
        folder.write("x.zip", &archive);
        folder.write("y.csv.gz", &gzipped(b"Name\nA\n"));
        let left_out = |pattern: &str| {
            let (_, left_out) = claims_of(&folder.path(), pattern, Wanted::new()).expect("usable");
            left_out.into_values().collect::<Vec<_>>()
        };
        assert_eq!(left_out("x.zip!in/*"), ["x.zip!notes.csv"]);
        assert_eq!(left_out("x.zip"), [""; 0]);
        assert_eq!(
            list(&folder.path().join("y.csv.gz"), glob::Pattern::new("b*").ok().as_ref()).expect("read").left_out,
            ["y.csv"]
        );
    }

    #[test]
    fn what_a_gz_holds_is_a_file() {
        let two = [gzipped(b"Name\nA\n"), gzipped(b"B\n")].concat();
        check(("a.csv.gz", &two), "*.gz", &["a.csv.gz!a.csv"], &["A", "B"]);
        check(("c.xlsx.gz", &gzipped(&workbook())), "c.xlsx.gz!*.xlsx", &["c.xlsx.gz!c.xlsx"], &["C"]);
    }

    #[test]
    fn a_member_s_digest_and_size_are_of_what_is_unpacked() {
        let folder = Folder::new();
        folder.write("x.zip", &zipped(&[("a.csv", b"Name\nA\n")]));
        let given = give_listed(&folder, "x.zip", &["Name"]).expect("usable");
        assert_eq!(given.intake.files[0].digest, crate::values::Digest::of(b"Name\nA\n"));
        assert_eq!(given.intake.files[0].bytes, 7);
    }

    #[test]
    fn what_cannot_be_unpacked_is_refused_with_what_to_do() {
        let inner = zipped(&[("a.csv", b"Name\nA\n")]);
        let says = |said: String, what: &str, next: &str| assert!(said.contains(what) && said.contains(next), "{said}");
        says(refused("a.dat", &inner, "a.dat"), "does not end in .zip", "give it a name that ends in .zip");
        says(refused("a.csv", &gzipped(b"Name\n"), "a.csv"), "does not end in .gz", "give it a name");
        says(refused("a.zip", &zipped(&[("b.zip", &inner)]), "a.zip"), "archive inside an archive", "unpack the outer");
        says(refused("a.zip", &zipped(&[("b.pdf", b"%PDF-1.4")]), "a.zip"), "this is a PDF", "ask for the data");
        says(refused("a.zip", &zipped(&[("in/", b"")]), "a.zip"), "holds no file", "ask for the export again");
        says(refused("a.csv", b"Name\n", "a.csv!b"), "no file matches", "");
        let spaces = vec![b' '; 11 << 20];
        says(refused("a.zip", &zipped(&[("b.csv", &spaces)]), "a.zip"), "expands to more than 200 times", "attack");
        says(refused("a.csv.gz", &gzipped(&vec![b' '; 40 << 20]), "*.gz"), "expands to more than 200 times", "attack");
        let mut protected = inner.clone();
        // The flag of encryption, in the entry's own header and in the directory.
        let directory = protected.windows(4).position(|four| four == b"PK\x01\x02").expect("a directory");
        (protected[6], protected[directory + 8]) = (protected[6] | 1, protected[directory + 8] | 1);
        says(refused("a.zip", &protected, "a.zip"), "protected with a password", "unpack it");
        let tar = [&[b'x'; 257][..], b"ustar\x00", &[b'x'; 100]].concat();
        says(refused("a.tar.gz", &gzipped(&tar), "*.gz"), "this is a tar archive", "unpack it");
    }

    #[test]
    fn damage_is_seen() {
        let text = b"Name\nAnn\nBob\nCat\n";
        let mut archive = zipped(&[("a.csv", text)]);
        let at = archive.windows(5).position(|five| five == b"a.csv").expect("a name") + 5;
        archive[at + 3] ^= 4;
        assert!(refused("a.zip", &archive, "a.zip").contains("damaged"));
        let packed = gzipped(text);
        assert!(refused("a.csv.gz", &packed[..packed.len() - 3], "*.gz").contains("damaged"));
        let twice = zipped(&[("a.csv", text), ("b.csv", text)]);
        let at: Vec<usize> = (0..twice.len() - 5).filter(|at| &twice[*at..at + 5] == b"b.csv").collect();
        let mut twice = twice;
        at.into_iter().for_each(|at| twice[at] = b'a');
        assert!(refused("a.zip", &twice, "a.zip").contains("two files of one name"));
    }

    #[test]
    fn a_file_s_name_is_never_that_of_a_member() {
        assert_eq!(split("in/a.zip!b/*.csv"), ("in/a.zip", Some("b/*.csv")));
        assert_eq!(split("in/a!b.csv"), ("in/a!b.csv", None));
        assert_eq!(name("a.zip!b.csv", None), None);
        assert_eq!(name("a.csv", None).as_deref(), Some("a.csv"));
        assert_eq!(name("a.zip", Some("b.csv")).as_deref(), Some("a.zip!b.csv"));
    }
}
