//! The user's own names of the equations.

use std::collections::HashMap;

use super::MatrixError;
use crate::io::DofLabel;

/// Names of the equations: `node.component` where a DOF map is known, else 1-based numbers.
#[derive(Debug, Clone)]
pub struct DofNames {
    size: usize,
    labels: Option<Vec<DofLabel>>,
    index: HashMap<DofLabel, (usize, usize)>,
}

impl DofNames {
    /// Names `size` equations by their 1-based numbers.
    pub fn equations(size: usize) -> Self {
        Self { size, labels: None, index: HashMap::new() }
    }

    /// Names the equations by labels, one each. Labels may repeat.
    pub fn labelled(labels: Vec<DofLabel>) -> Self {
        let mut index = HashMap::with_capacity(labels.len());
        for (equation, &label) in labels.iter().enumerate() {
            index.entry(label).and_modify(|(_, count)| *count += 1).or_insert((equation, 1));
        }
        Self { size: labels.len(), labels: Some(labels), index }
    }

    /// Number of equations.
    pub fn size(&self) -> usize {
        self.size
    }

    /// The labels, one per equation, where a DOF map is known.
    pub fn labels(&self) -> Option<&[DofLabel]> {
        self.labels.as_deref()
    }

    /// The name of an equation (0-based index): `12.1`, or `37` for the 37th.
    pub fn name(&self, dof: usize) -> String {
        match &self.labels {
            Some(labels) => labels[dof].to_string(),
            None => (dof + 1).to_string(),
        }
    }

    /// A name that stands for this equation alone: its name, or its 1-based number where others have the
    /// same name.
    pub fn unique_name(&self, dof: usize) -> String {
        match &self.labels {
            Some(labels) if self.find(labels[dof]).is_ok() => labels[dof].to_string(),
            _ => (dof + 1).to_string(),
        }
    }

    /// The names of several equations, comma separated, at most `most` of them written out.
    pub fn list(&self, dofs: &[usize], most: usize) -> String {
        let shown: Vec<_> = dofs.iter().take(most).map(|&dof| self.name(dof)).collect();
        match dofs.len().saturating_sub(most) {
            0 => shown.join(", "),
            more => format!("{} and {more} more", shown.join(", ")),
        }
    }

    /// The 0-based equation that has a label.
    ///
    /// # Errors
    /// [`MatrixError::UnknownDof`], [`MatrixError::AmbiguousDof`].
    pub fn find(&self, label: DofLabel) -> Result<usize, MatrixError> {
        match self.index.get(&label) {
            None => Err(MatrixError::UnknownDof { name: label.to_string() }),
            Some(&(equation, 1)) => Ok(equation),
            Some(&(_, count)) => Err(MatrixError::AmbiguousDof { name: label.to_string(), count }),
        }
    }

    /// All equations of a node, in order.
    pub fn of_node(&self, node: i64) -> Vec<usize> {
        let labels = self.labels.as_deref().unwrap_or_default();
        (0..labels.len()).filter(|&dof| labels[dof].node == node).collect()
    }

    /// One group number per equation, the same for the equations of one node, ascending from 0 in
    /// order of appearance; `None` without labels.
    pub fn node_groups(&self) -> Option<Vec<u32>> {
        let labels = self.labels.as_deref()?;
        let mut groups = HashMap::new();
        Some(
            labels
                .iter()
                .map(|label| {
                    let next = groups.len() as u32;
                    *groups.entry(label.node).or_insert(next)
                })
                .collect(),
        )
    }

    /// For each label of another matrix of the same model, the equation here.
    ///
    /// # Errors
    /// [`MatrixError::UnknownDof`], [`MatrixError::AmbiguousDof`].
    pub fn positions_of(&self, labels: &[DofLabel]) -> Result<Vec<usize>, MatrixError> {
        labels.iter().map(|&label| self.find(label)).collect()
    }
}
