//! # cli: arguments, terminal, clock, exit codes.
//! Takes: argv.   Gives: an exit code.
//! May use: values, config, sources, ledger, decisions, records, linkage, reconcile, measures, package, report, verify, pipeline.   Touches: the terminal, the clock, everything a command needs.
//! Holds: one file a command: parse, one library call, print; only here do things become text for a person.
