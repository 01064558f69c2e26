//! Nested dissection by METIS: the only foreign call of the crate.
#![allow(unsafe_code)]

use std::sync::Mutex;

use metis_sys::{
    METIS_NodeND, METIS_SetDefaultOptions, idx_t, moptions_et_METIS_OPTION_COMPRESS,
    moptions_et_METIS_OPTION_NUMBERING, moptions_et_METIS_OPTION_SEED, rstatus_et_METIS_OK,
};

use super::graph::Graph;

/// METIS keeps the state of its random numbers in a global variable.
static METIS: Mutex<()> = Mutex::new(());

const SEED: idx_t = 20_261_120;

/// Order of elimination by METIS (`order[k]` is eliminated as the k-th), or `None` where the graph
/// is beyond 32-bit numbers or METIS gives up.
pub(super) fn nested_dissection(graph: &Graph) -> Option<Vec<u32>> {
    let to_idx = |value: usize| idx_t::try_from(value).ok();
    let mut count = to_idx(graph.len())?;
    to_idx(graph.adjacency.len())?;
    let mut ptr: Vec<idx_t> = graph.ptr.iter().map(|&p| p as idx_t).collect();
    let mut adjacency: Vec<idx_t> = graph.adjacency.iter().map(|&v| v as idx_t).collect();
    let mut weight: Vec<idx_t> = graph.weight.iter().map(|&w| w as idx_t).collect();
    let mut options = [0 as idx_t; metis_sys::METIS_NOPTIONS as usize];
    let mut order = vec![0 as idx_t; graph.len()];
    let mut place = vec![0 as idx_t; graph.len()];
    let _alone = METIS.lock().unwrap_or_else(|poisoned| poisoned.into_inner());
    // SAFETY: `options` has METIS_NOPTIONS entries. `ptr` (count + 1), `adjacency`, `weight`, `order`
    // and `place` (count each) are live, of the lengths that METIS reads and writes, and `Graph`
    // keeps them consistent: symmetric, without loops, all vertices below `count`. The lock keeps
    // other threads out of the global state.
    let status = unsafe {
        METIS_SetDefaultOptions(options.as_mut_ptr());
        options[moptions_et_METIS_OPTION_SEED as usize] = SEED;
        options[moptions_et_METIS_OPTION_NUMBERING as usize] = 0;
        options[moptions_et_METIS_OPTION_COMPRESS as usize] = 0;
        METIS_NodeND(
            &mut count,
            ptr.as_mut_ptr(),
            adjacency.as_mut_ptr(),
            weight.as_mut_ptr(),
            options.as_mut_ptr(),
            order.as_mut_ptr(),
            place.as_mut_ptr(),
        )
    };
    (status == rstatus_et_METIS_OK).then(|| order.into_iter().map(|vertex| vertex as u32).collect())
}
