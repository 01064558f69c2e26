//! Element kernels: against other programs entry by entry, against closed forms, and against what holds for every
//! element.

#[path = "../support/mod.rs"]
mod support;

mod bars;
mod calculix;
mod convergence;
mod invariants;
mod loads;
mod mesh;
mod patch;
mod strain_displacement;
