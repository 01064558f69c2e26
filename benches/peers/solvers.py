"""The peers: factorize K_ss once, solve K_ss X = K_sm for all columns, each in its own best idiom.

A peer is made with (K_ss, K_sm), which prepares its input formats outside the clock. Its `run()`
returns the seconds of `order` (ordering and symbolic work), `factor` and `solve`, and the
`entries` of the factor where they are known, and leaves X, dense n_s x m, in `x`.
All of them run on one thread: condense.py sees to that before NumPy loads.
"""

import ctypes
import functools
import time
from importlib import metadata

import numpy as np
import pypardiso
import scipy.sparse as sp
import scipy.sparse.linalg as spla
from sksparse import cholmod


def timed(call, *arguments, **keywords):
    """Return (wall seconds, result) of one call."""
    start = time.perf_counter()
    result = call(*arguments, **keywords)
    return time.perf_counter() - start, result


class Pardiso:
    """MKL PARDISO: upper triangle, real symmetric positive definite, all columns as one block.

    pypardiso finds MKL; the routine is called directly, with 1-based indices and X ready beforehand,
    since the wrapper would copy both inside the clock.
    """

    ORDERINGS = {"minimum degree": 0, "METIS": 2}  # 3 is METIS with OpenMP, the same on one thread

    def __init__(self, k_ss, k_sm, ordering="METIS"):
        self.ordering = self.ORDERINGS[ordering]
        self.solver = pypardiso.PyPardisoSolver(mtype=2)
        upper = sp.triu(k_ss, format="csr")
        upper.sort_indices()
        self.values = upper.data
        self.starts, self.columns = (part.astype(np.int32) + 1 for part in (upper.indptr, upper.indices))
        self.right = k_sm.toarray(order="F")
        self.x = np.full_like(self.right, 0.0)  # written to, so that no page is fetched inside the clock

    def settings(self):
        """No defaults, so that nothing is left to chance: no refinement, no matrix checker, in core."""
        iparm = np.zeros(64, dtype=np.int32)
        iparm[0] = 1
        iparm[1] = self.ordering
        iparm[17] = -1  # report the entries of the factor
        return iparm

    def call(self, phase):
        """One phase: 11 analysis, 22 factorization, 33 solution, -1 release."""

        def integer(value):
            return ctypes.byref(ctypes.c_int32(value))

        def pointer(array, kind):
            return array.ctypes.data_as(ctypes.POINTER(kind))

        n, columns = self.right.shape
        ints, doubles, error = ctypes.c_int32, ctypes.c_double, ctypes.c_int32(0)
        self.solver._mkl_pardiso(
            pointer(self.handle, ctypes.c_int64), integer(1), integer(1), integer(2), integer(phase),
            integer(n), pointer(self.values, doubles), pointer(self.starts, ints),
            pointer(self.columns, ints), pointer(self.unused, ints), integer(columns),
            pointer(self.iparm, ints), integer(0), pointer(self.right, doubles),
            pointer(self.x, doubles), ctypes.byref(error),
        )  # fmt: skip
        assert error.value == 0, f"PARDISO phase {phase} ended with error {error.value}"

    def factorize(self):
        """Analysis and factorization; returns their seconds as `order` and `factor`."""
        self.handle, self.iparm = np.zeros(64, dtype=np.int64), self.settings()
        self.unused = np.zeros(0, dtype=np.int32)
        return {name: timed(self.call, phase)[0] for name, phase in (("order", 11), ("factor", 22))}

    def run(self):
        seconds = self.factorize()
        seconds["solve"] = timed(self.call, 33)[0]
        entries = int(self.iparm[17])
        self.call(-1)
        return seconds | {"entries": entries}


class PardisoDefaults:
    """PARDISO as pypardiso calls it, with MKL's default settings: two steps of refinement per column."""

    def __init__(self, k_ss, k_sm):
        self.upper, self.right = sp.triu(k_ss, format="csr"), k_sm.toarray(order="F")

    def run(self):
        solver, seconds = pypardiso.PyPardisoSolver(mtype=2), {}
        for name, phase in (("order", 11), ("factor", 22), ("solve", 33)):
            solver.set_phase(phase)
            seconds[name], self.x = timed(solver._call_pardiso, self.upper, self.right)
        entries = solver.get_iparm(18)
        solver.free_memory(everything=True)
        return seconds | {"entries": entries}


class Cholmod:
    """CHOLMOD by scikit-sparse: supernodal L L', all columns as one block."""

    def __init__(self, k_ss, k_sm, ordering="metis"):
        self.matrix, self.ordering = k_ss.tocsc(), ordering
        self.right = k_sm.toarray(order="F")

    def run(self):
        order, factor = timed(cholmod.analyze, self.matrix, mode="supernodal", ordering_method=self.ordering)
        numeric, _ = timed(factor.cholesky_inplace, self.matrix)
        solve, self.x = timed(factor.solve_A, self.right)
        return {"order": order, "factor": numeric, "solve": solve, "entries": None}


class SuperLu:
    """SciPy as most scripts have it: `factorized`, then one column after the other."""

    def __init__(self, k_ss, k_sm):
        self.matrix = k_ss.tocsc()
        self.columns = np.ascontiguousarray(k_sm.toarray().T)

    def run(self):
        factor, solve = timed(spla.factorized, self.matrix)
        seconds, columns = timed(lambda: [solve(column) for column in self.columns])
        self.x = np.array(columns).T
        return {"order": 0.0, "factor": factor, "solve": seconds, "entries": None}


class SuperLuSymmetric(SuperLu):
    """SciPy told that the matrix is symmetric positive definite: `splu`, all columns in one call."""

    def run(self):
        factor, lu = timed(
            spla.splu,
            self.matrix,
            permc_spec="MMD_AT_PLUS_A",
            diag_pivot_thresh=0.0,
            options={"SymmetricMode": True},
        )
        solve, self.x = timed(lu.solve, self.columns.T)
        return {"order": 0.0, "factor": factor, "solve": solve, "entries": lu.L.nnz}


PEERS = {
    "PARDISO": Pardiso,
    "PARDISO, minimum degree": functools.partial(Pardiso, ordering="minimum degree"),
    "PARDISO, defaults": PardisoDefaults,
    "CHOLMOD": Cholmod,
    "CHOLMOD, AMD": functools.partial(Cholmod, ordering="amd"),
    "SciPy factorized": SuperLu,
    "SciPy splu, symmetric": SuperLuSymmetric,
}


def versions():
    """What was measured: the installed packages, by name and version."""
    packages = ("numpy", "scipy", "mkl", "pypardiso", "scikit-sparse")
    return {package: metadata.version(package) for package in packages}
