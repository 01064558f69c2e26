//! Stresses from displacements: kernels, invariants, envelopes.
