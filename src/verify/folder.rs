//! What lies in the folder: its files, and whatever is no file.

use super::error::Error;
use sha2::{Digest as _, Sha256, Sha512};
use std::collections::BTreeMap;
use std::fs;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

/// A document is read whole; a table never is.
const DOCUMENT_BYTES_MAX: u64 = 256 << 20;

/// Any of these makes a folder one of our packages, so that none can be judged leniently for want of another.
const MARKS: [&str; 6] = [
    "head.json",
    "data/datapackage.json",
    "data/audit/ledger.json",
    "data/audit/rows.csv",
    "data/audit/run.json",
    "data/tables/patients.csv",
];

/// A folder and all that lies in it. Links are never followed.
#[derive(Debug)]
pub(super) struct Folder {
    root: PathBuf,
    /// Size of each file by its path, with `/`.
    pub(super) files: BTreeMap<String, u64>,
    /// What is neither a file nor a folder, or cannot be listed, and what it is.
    pub(super) oddities: BTreeMap<String, &'static str>,
    /// Folders that hold nothing.
    pub(super) empty: Vec<String>,
}

/// Digests of a file, in lower-case hexadecimal digits.
#[derive(Clone, Debug, Default)]
pub(super) struct Digested {
    pub(super) sha256: String,
    pub(super) sha512: Option<String>,
}

/// Digests of every file that could be read.
pub(super) type Digests = BTreeMap<String, Digested>;

impl Folder {
    pub(super) fn read(root: &Path) -> Result<Folder, Error> {
        let unreadable = |source| Error::Unreadable { path: root.to_owned(), source };
        fs::read_dir(root).map_err(unreadable)?;
        let mut folder =
            Folder { root: root.to_owned(), files: BTreeMap::new(), oddities: BTreeMap::new(), empty: vec![] };
        let mut open = vec![String::new()];
        while let Some(place) = open.pop() {
            if folder.list(&place, &mut open).is_err() {
                folder.oddities.insert(place, "a folder that could not be read");
            }
        }
        folder.empty.sort();
        Ok(folder)
    }

    fn list(&mut self, place: &str, open: &mut Vec<String>) -> io::Result<()> {
        let mut entries = 0;
        for entry in fs::read_dir(self.root.join(place))? {
            let entry = entry?;
            entries += 1;
            let name = entry.file_name();
            let path = match place {
                "" => name.to_string_lossy().into_owned(),
                place => format!("{place}/{}", name.to_string_lossy()),
            };
            let kind = entry.file_type()?;
            if name.to_str().is_none() {
                self.oddities.insert(path, "a name that is not UTF-8");
            } else if kind.is_dir() {
                open.push(path);
            } else if kind.is_file() {
                self.files.insert(path, entry.metadata()?.len());
            } else {
                let what = if kind.is_symlink() { "a symbolic link" } else { "neither a file nor a folder" };
                self.oddities.insert(path, what);
            }
        }
        if entries == 0 && !place.is_empty() {
            self.empty.push(place.to_owned());
        }
        Ok(())
    }

    pub(super) fn is_package(&self) -> bool {
        MARKS.iter().any(|mark| self.files.contains_key(*mark) || self.oddities.contains_key(*mark))
    }

    pub(super) fn holds(&self, path: &str) -> bool {
        self.files.contains_key(path)
    }

    /// The path on disk of a file that was listed.
    pub(super) fn path(&self, path: &str) -> Option<PathBuf> {
        self.holds(path).then(|| self.root.join(path))
    }

    /// A whole document.
    pub(super) fn document(&self, path: &str) -> io::Result<Vec<u8>> {
        let Some(on_disk) = self.path(path) else { return Err(io::ErrorKind::NotFound.into()) };
        let mut bytes = Vec::new();
        open_file(&on_disk)?.take(DOCUMENT_BYTES_MAX + 1).read_to_end(&mut bytes)?;
        if bytes.len() as u64 > DOCUMENT_BYTES_MAX {
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, "longer than a document may be"));
        }
        Ok(bytes)
    }

    /// Digests of every file; a file that cannot be read is left out.
    pub(super) fn digest(&self, with_sha512: bool) -> Digests {
        use rayon::prelude::*;
        let digested = self.files.par_iter().filter_map(|(path, _)| {
            let digested = digest_file(&self.root.join(path), with_sha512).ok()?;
            Some((path.clone(), digested))
        });
        digested.collect()
    }
}

/// Opens a file. A pipe, which would be waited for, is refused before it is opened.
pub(super) fn open_file(path: &Path) -> io::Result<fs::File> {
    if path.metadata()?.is_file() { fs::File::open(path) } else { Err(io::Error::other("this is no file")) }
}

/// The digests of one file.
pub(super) fn digest_file(path: &Path, with_sha512: bool) -> io::Result<Digested> {
    Ok(digest_stream(&mut open_file(path)?, with_sha512)?.0)
}

/// The digests of what is read to its end, and how many bytes it was.
pub(super) fn digest_stream(file: &mut dyn Read, with_sha512: bool) -> io::Result<(Digested, u64)> {
    let mut bytes = 0;
    let (mut sha256, mut sha512) = (Sha256::new(), Sha512::new());
    let mut buffer = vec![0; 128 << 10];
    loop {
        let read = match file.read(&mut buffer) {
            Ok(0) => break,
            Ok(read) => read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => continue,
            Err(error) => return Err(error),
        };
        bytes += read as u64;
        sha256.update(&buffer[..read]);
        if with_sha512 {
            sha512.update(&buffer[..read]);
        }
    }
    Ok((Digested { sha256: hex(&sha256.finalize()), sha512: with_sha512.then(|| hex(&sha512.finalize())) }, bytes))
}

pub(super) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_listed_and_links_are_not_followed() {
        let place = tempfile::tempdir().expect("a folder");
        fs::create_dir_all(place.path().join("data/empty")).expect("made");
        fs::write(place.path().join("data/a.txt"), "abc").expect("written");
        #[cfg(unix)]
        std::os::unix::fs::symlink("/etc", place.path().join("data/link")).expect("linked");
        let folder = Folder::read(place.path()).expect("there");
        assert_eq!(folder.files, BTreeMap::from([("data/a.txt".to_owned(), 3)]));
        assert_eq!(folder.empty, ["data/empty"]);
        assert!(cfg!(not(unix)) || folder.oddities.contains_key("data/link"));
        assert!(folder.document("data/link/passwd").is_err());
        let known = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
        assert_eq!(folder.digest(false)["data/a.txt"].sha256, known);
    }

    #[test]
    fn a_folder_that_is_not_there_is_an_error() {
        assert!(Folder::read(Path::new("/nowhere/at/all")).is_err());
    }
}
