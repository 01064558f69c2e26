//! Which order of elimination: the one that predicts fewer operations.

use faer::dyn_stack::{MemBuffer, MemStack};
use faer::sparse::SymbolicSparseColMatRef;

use super::FactorError;
use super::graph::Graph;
use super::tree::EliminationTree;

/// How the order of elimination is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[non_exhaustive]
pub enum Ordering {
    /// Nested dissection, or minimum degree where that predicts fewer operations.
    #[default]
    Auto,
    /// Nested dissection by METIS (feature `metis`).
    NestedDissection,
    /// Approximate minimum degree.
    MinimumDegree,
    /// The order of the equations as they are.
    Natural,
}

impl std::fmt::Display for Ordering {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::Auto => "auto",
            Self::NestedDissection => "METIS nested dissection",
            Self::MinimumDegree => "AMD minimum degree",
            Self::Natural => "natural",
        })
    }
}

/// Graphs up to this size are ordered by minimum degree first: that is quick, and often better.
const SMALL: usize = 10_000;

/// Below this number of predicted operations (some 20 milliseconds of work) a second ordering costs
/// more than it can save.
const CHEAP_FLOPS: f64 = 1e9;

/// Finds the elimination tree for the wanted ordering; returns the ordering that was taken.
pub(super) fn eliminate(graph: &Graph, wanted: Ordering) -> Result<(EliminationTree, Ordering), FactorError> {
    let natural = || EliminationTree::new(graph, (0..graph.len() as u32).collect());
    let amd = || minimum_degree(graph).map(|order| EliminationTree::new(graph, order));
    let dissected = || dissect(graph).map(|order| EliminationTree::new(graph, order));
    Ok(match wanted {
        Ordering::Natural => (natural(), wanted),
        Ordering::MinimumDegree => (amd()?, wanted),
        Ordering::NestedDissection => match dissected() {
            Some(tree) => (tree, wanted),
            None => return Err(FactorError::OrderingUnavailable),
        },
        Ordering::Auto if graph.len() > SMALL => match dissected() {
            Some(tree) => (tree, Ordering::NestedDissection),
            None => (amd()?, Ordering::MinimumDegree),
        },
        Ordering::Auto => {
            let first = amd()?;
            let flops = first.flops(graph);
            let second = if flops > CHEAP_FLOPS { dissected() } else { None };
            match second {
                Some(tree) if tree.flops(graph) < flops => (tree, Ordering::NestedDissection),
                _ => (first, Ordering::MinimumDegree),
            }
        }
    })
}

#[cfg(feature = "metis")]
fn dissect(graph: &Graph) -> Option<Vec<u32>> {
    super::metis::nested_dissection(graph)
}

#[cfg(not(feature = "metis"))]
fn dissect(_: &Graph) -> Option<Vec<u32>> {
    None
}

fn minimum_degree(graph: &Graph) -> Result<Vec<u32>, FactorError> {
    use faer::sparse::linalg::amd;
    let count = graph.len();
    let rows: Vec<usize> = (0..count)
        .flat_map(|v| {
            let start = graph.ptr[v];
            let mut list = graph.adjacency[start..graph.ptr[v + 1]].to_vec();
            list.sort_unstable();
            list
        })
        .map(|vertex| vertex as usize)
        .collect();
    let pattern = SymbolicSparseColMatRef::new_checked(count, count, &graph.ptr, None, &rows);
    let (mut order, mut place) = (vec![0usize; count], vec![0usize; count]);
    let mut memory = MemBuffer::try_new(amd::order_scratch::<usize>(count, rows.len()))
        .map_err(|_| FactorError::OutOfMemory)?;
    amd::order(&mut order, &mut place, pattern, amd::Control::default(), MemStack::new(&mut memory))
        .map_err(|_| FactorError::OutOfMemory)?;
    Ok(order.into_iter().map(|vertex| vertex as u32).collect())
}
