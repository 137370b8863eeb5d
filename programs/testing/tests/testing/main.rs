//! What the programs' tests rely on, tried with programs that are not ours.

mod chain;
mod cu;
mod fuzz;
mod substitution;
mod tokens;
