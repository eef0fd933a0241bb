//! The command line as scripts and people see it.

mod app;
mod describe;
mod generate;
mod migrate;
mod refusals;
mod serve;
mod trouble;
mod usage;
