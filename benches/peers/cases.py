"""The cases of condense.py: a symmetric matrix, its masters, and the blocks that the peers get."""

from dataclasses import dataclass
from pathlib import Path

import numpy as np
import scipy.sparse as sp

import solid


@dataclass
class Case:
    """K and M (n x n, CSC, both triangles), masters (0-based, ascending), peers (names of solvers.PEERS)."""

    name: str
    what: str
    stiffness: sp.csc_matrix
    mass: sp.csc_matrix | None
    masters: np.ndarray
    peers: tuple

    def blocks(self):
        """K_ss (CSC), K_sm (CSC) and K_mm (dense)."""
        slaves = np.setdiff1d(np.arange(self.stiffness.shape[0]), self.masters)
        columns = self.stiffness[:, self.masters]
        return self.stiffness[slaves][:, slaves].tocsc(), columns[slaves], columns[self.masters].toarray()

    def write(self, folder):
        """Write K.npz, M.npz where there is a mass, and masters.txt (1-based equations)."""
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True)
        for name, matrix in (("K", self.stiffness), ("M", self.mass)):
            if matrix is not None:
                sp.save_npz(folder / f"{name}.npz", matrix, compressed=False)
        (folder / "masters.txt").write_text("".join(f"{equation + 1}\n" for equation in self.masters))


def brick(name, cubes, count, peers):
    """A clamped brick of cubes^3 elements; `count` masters spread evenly over the equations."""
    stiffness, mass, _ = solid.assemble(cubes, cubes, cubes)
    masters = np.rint(np.linspace(0, stiffness.shape[0] - 1, count)).astype(int)
    return Case(name, f"solid brick, {cubes}^3 hexahedra, x = 0 clamped", stiffness, mass, masters, peers)


def seed(name="seed", slaves=3000, columns=500, density=0.001):
    """[[R + R' + 10 I, B], [B', 10 I]], R and B random and sparse; the last equations are the masters."""
    random = np.random.default_rng(1)
    half = sp.random(slaves, slaves, density, format="csc", random_state=random)
    inside = half + half.T + 10.0 * sp.identity(slaves, format="csc")
    right = sp.random(slaves, columns, density, format="csc", random_state=random)
    whole = sp.bmat([[inside, right], [right.T, 10.0 * sp.identity(columns)]], format="csc")
    masters = np.arange(slaves, slaves + columns)
    peers = ("PARDISO, minimum degree", "CHOLMOD, AMD", "SciPy factorized", "SciPy splu, symmetric")
    return Case(name, "random sparse matrix, 500 random sparse columns", whole, None, masters, peers)


SOLID_PEERS = ("PARDISO", "PARDISO, defaults", "CHOLMOD")

CASES = {
    "seed": seed,
    "solid26k": lambda: brick("solid26k", 20, 500, SOLID_PEERS),
    "solid125k": lambda: brick("solid125k", 34, 200, SOLID_PEERS),
}
