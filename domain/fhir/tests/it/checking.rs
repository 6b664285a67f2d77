//! What the validator refuses, and what the rules are made of.

mod bundles;
mod compile;
mod damage;
mod envelope;
mod invariants;
mod mutants;
mod rules;
mod strict;
