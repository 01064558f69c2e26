//! Finite-element models: mesh, materials, sections, elements, supports, loads, assembly.
//!
//! A [`Model`] is made from a deck. Its elements are kept in blocks of one kind and one section, so that a kernel
//! runs over many alike:
//!
//! ```text
//! K = sum_e  L_e' ( integral B' D B dV ) L_e,      M = sum_e  L_e' ( integral rho N' N dV ) L_e
//! ```

mod assembly;
mod block;
mod build;
mod element;
mod equations;
mod error;
mod inertia;
mod loads;
mod mesh;
mod motion;
mod reactions;
mod restraint;
mod section;

pub use crate::io::inp::ElementKind;
pub use assembly::{AffineModel, Assembly, Parameter, Property};
pub use block::tetrahedral_block;
pub use element::{
    BarAxis, BeamAxes, BeamForces, Gradients, Isoparametric, Lame, MassScheme, beam_section_forces,
    body_load_into, check_shape, extrapolation, face_nodes, mass_into, pressure_load_into, stiffness_into,
    tables, volume,
};
pub use equations::{Equations, HELD};
pub use error::{ModelError, ModelErrorKind};
pub use inertia::MassProperties;
pub use loads::Resultant;
pub use mesh::{Block, ElementAt, Gravity, LoadCase, Model};
pub use motion::{FreeMotion, Motion};
pub use reactions::Reactions;
pub use section::{BeamProfile, ModuliFrom, Profile, Properties, Section};
