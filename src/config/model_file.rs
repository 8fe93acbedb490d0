//! The file of a fixed linkage model.

use super::{Config, Error};

/// The bytes of the model that `[link] model` names; `None` when it names none.
pub fn read_model(config: &Config) -> Result<Option<Vec<u8>>, Error> {
    let Some(name) = &config.link.model else { return Ok(None) };
    let path = config.folder.join(name);
    std::fs::read(&path).map(Some).map_err(|source| Error::Unreadable { path, source })
}
