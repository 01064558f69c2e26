//! What several test files need: tolerances, and models whose answers are known.
#![allow(dead_code)] // no test file uses all of it

pub mod batch;
pub mod beam;
pub mod bricks;
pub mod chain;
pub mod dense;
pub mod indefinite;
pub mod lines;
pub mod modes;
pub mod pencil;
pub mod prescribed;
pub mod random;
pub mod reference;
pub mod solid;
pub mod spectrum;
pub mod statics;
pub mod tolerance;
