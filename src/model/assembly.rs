//! Assembly of K and M in parallel.
//!
//! ```text
//! K = sum_e  L_e' K_e L_e
//! ```
//!
//! Element matrices are computed in batches; then each column of the matrix is summed by one thread, element by element
//! in their order. So the bits are the same for any number of threads, no entry is locked, and no list of places is
//! kept: a node's columns are marked in an index of rows once for all its elements.

mod gather;
mod incidence;
mod parametric;

use std::sync::Arc;

use gather::ElementMatrix;
use incidence::{Incidence, first_elements, first_equations, pattern};
pub use parametric::{AffineModel, Parameter, Property};

use super::element::{mass_into, stiffness_into};
use super::{ElementAt, MassScheme, Model, ModelError, ModelErrorKind};
use crate::matrix::{Pages, Pattern, SymmetricMatrix};
use crate::parallel::Progress;

/// The plan of an assembly: the pattern of K and M, which is the same, and what meets where.
///
/// Rows and columns are the model's equations, in their order. The pattern holds all pairs of equations
/// whose nodes share an element; entries that no element fills are zero.
///
/// Memory: 8 bytes per entry for the pattern, 5 bytes per element and node, and while it works 24 MB of element
/// matrices.
#[derive(Debug)]
pub struct Assembly<'m> {
    model: &'m Model,
    incidence: Incidence,
    first_element: Vec<usize>,
    first_equation: Vec<usize>,
    pattern: Arc<Pattern>,
}

impl<'m> Assembly<'m> {
    /// Finds the pattern, on the current rayon pool.
    ///
    /// # Errors
    /// [`ModelErrorKind::NoEquations`] where everything is held, [`ModelErrorKind::TooLarge`] beyond 32-bit indices.
    pub fn new(model: &'m Model) -> Result<Self, ModelError> {
        let first_element = first_elements(model.blocks());
        let elements = first_element[model.blocks().len()];
        if model.equations().count() == 0 {
            return Err(ModelErrorKind::NoEquations.into());
        }
        if elements.max(model.positions().len()).max(model.equations().count()) >= u32::MAX as usize {
            return Err(ModelErrorKind::TooLarge { elements, nodes: model.positions().len() }.into());
        }
        let incidence = Incidence::new(model);
        let first_equation = first_equations(model.equations());
        let pattern = pattern(model, &incidence, &first_equation);
        Ok(Self { model, incidence, first_element, first_equation, pattern })
    }

    /// Number of stored entries of the lower triangle.
    pub fn entries(&self) -> usize {
        self.pattern.entries()
    }

    /// K, on the current rayon pool.
    ///
    /// # Errors
    /// [`ModelErrorKind::NotFinite`] names the first element whose numbers overflow.
    pub fn stiffness(&self, progress: &dyn Progress) -> Result<SymmetricMatrix, ModelError> {
        self.matrix(
            &|at, nodes, matrix| {
                let block = &self.model.blocks()[at.block];
                stiffness_into(block.kind, nodes, &self.model.sections()[block.section].properties, matrix);
                true
            },
            progress,
        )
    }

    /// M, on the current rayon pool.
    ///
    /// # Errors
    /// As [`Assembly::stiffness`], and [`ModelErrorKind::NoDensity`].
    pub fn mass(&self, scheme: MassScheme, progress: &dyn Progress) -> Result<SymmetricMatrix, ModelError> {
        self.model.check_densities()?;
        self.matrix(
            &|at, nodes, matrix| {
                let block = &self.model.blocks()[at.block];
                let properties = &self.model.sections()[block.section].properties;
                mass_into(block.kind, scheme, nodes, properties, matrix);
                true
            },
            progress,
        )
    }

    fn matrix(
        &self,
        element_matrix: &ElementMatrix,
        progress: &dyn Progress,
    ) -> Result<SymmetricMatrix, ModelError> {
        let values = self.values(element_matrix, progress)?;
        Ok(SymmetricMatrix::on_pattern(Arc::clone(&self.pattern), values))
    }

    fn values(&self, element_matrix: &ElementMatrix, progress: &dyn Progress) -> Result<Pages, ModelError> {
        let mut values = Pages::zeroed_or_panic(self.pattern.entries());
        self.gather(element_matrix, &mut values, progress).map_err(|at| {
            let element = self.model.element_id(at);
            ModelError::from(ModelErrorKind::NotFinite { element })
        })?;
        Ok(values)
    }
}

impl Model {
    /// The number of an element.
    ///
    /// # Panics
    /// When there is no such element.
    pub fn element_id(&self, at: ElementAt) -> i64 {
        self.blocks[at.block].ids[at.element]
    }

    /// That all sections in use have a density.
    pub(super) fn check_densities(&self) -> Result<(), ModelError> {
        self.blocks.iter().try_for_each(|block| self.sections[block.section].check_density())
    }
}
