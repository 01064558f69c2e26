"""The peers of modes.py: SciPy's ARPACK in shift-invert mode with one factorization or another.

A peer is made with (K, M), which prepares its input formats outside the clock. `run(count)` returns the
seconds of `order` (ordering and symbolic work), `factor` and `iterate` (ARPACK with its solves), and
`calls`, the number of solves; the eigenvalues, ascending, are left in `values`. What a peer does not tell
is None. All of them run on one thread: shared.py sees to that before NumPy loads.
"""

import functools

import numpy as np
import pypardiso
import scipy.sparse as sp
import scipy.sparse.linalg as spla
from sksparse import cholmod

import solvers
from solvers import timed


class Arpack:
    """`eigsh(K, count, M, sigma=0, OPinv=...)`; what factorizes and solves is the subclasses' business."""

    def __init__(self, stiffness, mass, tolerance=0.0):
        self.stiffness, self.mass, self.tolerance = stiffness, mass, tolerance
        self.prepare()

    def run(self, count):
        seconds, self.calls = self.factorize(), 0
        inverse = spla.LinearOperator(self.stiffness.shape, matvec=self.counted, dtype=float)
        ask = functools.partial(eigsh, self.stiffness, count, self.mass, tol=self.tolerance, OPinv=inverse)
        iterate, (values, _) = timed(ask)
        self.release()
        self.values = np.sort(values)
        return seconds | {"iterate": iterate, "calls": self.calls}

    def counted(self, column):
        self.calls += 1
        return self.solve(column)

    def release(self):
        """Gives memory back."""


def eigsh(stiffness, count, mass, **more):
    """The lowest modes, shapes too, from the same start each time."""
    start = np.random.default_rng(0).uniform(size=stiffness.shape[0])
    return spla.eigsh(stiffness, count, mass, sigma=0, v0=start, **more)


class PardisoDefaults(Arpack):
    """MKL PARDISO as pypardiso calls it: defaults, two steps of refinement, a look at the matrix per solve."""

    def prepare(self):
        self.upper = sp.triu(self.stiffness, format="csr")

    def factorize(self):
        self.solver = pypardiso.PyPardisoSolver(mtype=2)
        return {"order": None, "factor": timed(self.solver.factorize, self.upper)[0]}

    def solve(self, column):
        return self.solver.solve(self.upper, column)

    def release(self):
        self.solver.free_memory(everything=True)


class Pardiso(Arpack):
    """MKL PARDISO called directly with the settings of solvers.py: METIS, no refinement, no copies."""

    def prepare(self):
        self.direct = solvers.Pardiso(self.stiffness, sp.csc_matrix((self.stiffness.shape[0], 1)))

    def factorize(self):
        return self.direct.factorize()

    def solve(self, column):
        self.direct.right[:, 0] = column
        self.direct.call(33)
        return self.direct.x[:, 0]

    def release(self):
        self.direct.call(-1)


class Cholmod(Arpack):
    """CHOLMOD by scikit-sparse, supernodal, METIS."""

    def prepare(self):
        self.matrix = self.stiffness.tocsc()

    def factorize(self):
        order, self.factor = timed(
            cholmod.analyze, self.matrix, mode="supernodal", ordering_method="metis"
        )
        return {"order": order, "factor": timed(self.factor.cholesky_inplace, self.matrix)[0]}

    def solve(self, column):
        return self.factor.solve_A(column)


class SuperLu(Arpack):
    """SciPy by itself: `eigsh(K, count, M, sigma=0)`, which factorizes by SuperLU. Minutes."""

    def prepare(self):
        pass

    def run(self, count):
        iterate, (values, _) = timed(eigsh, self.stiffness, count, self.mass)
        self.values = np.sort(values)
        return {"order": None, "factor": None, "iterate": iterate, "calls": None}


PEERS = {
    "ARPACK, pypardiso": PardisoDefaults,
    "ARPACK, PARDISO": Pardiso,
    "ARPACK, PARDISO, tol 1e-8": functools.partial(Pardiso, tolerance=1e-8),
    "ARPACK, CHOLMOD": Cholmod,
}
SLOW_PEERS = {"ARPACK, SuperLU": SuperLu}
