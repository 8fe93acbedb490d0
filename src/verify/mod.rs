//! # verify: the stranger at the door.
//! Takes: a package's folder.   Gives: Verdict.
//! May use: nothing.   Touches: the package and, when asked, the sources and a key, reading only.
//! Holds: everything is re-derived from the bytes and from `schemas/`; a check ends passed, failed, not applicable or could not run.
