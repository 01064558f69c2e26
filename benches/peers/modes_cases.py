"""The cases of modes.py: clamped bricks of hexahedra."""

from dataclasses import dataclass

import scipy.sparse as sp

import solid


@dataclass(frozen=True)
class Case:
    """One group of rows of the table."""

    name: str
    elements: tuple
    what: str
    ratio: float | None = None  # ours over the best peer, at most
    seconds: float | None = None  # ours, at most
    memory: float | None = None  # bytes of ours, at most

    def matrices(self):
        """K and M, SciPy CSC, both triangles."""
        stiffness, mass, _ = solid.assemble(*self.elements)
        mass.eliminate_zeros()  # between the components of a node: no program should carry them along
        return stiffness, mass


def write(folder, stiffness, mass):
    """Write K.npz and M.npz."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, matrix in (("K", stiffness), ("M", mass)):
        sp.save_npz(folder / f"{name}.npz", matrix, compressed=False)


CASES = {
    case.name: case
    for case in (
        Case("solid26k", (20, 20, 20), "solid brick, 20^3 hexahedra, x = 0 clamped", ratio=1 / 5),
        Case("plate37k", (60, 40, 4), "plate of 60 x 40 x 4 hexahedra, x = 0 clamped", ratio=1 / 5),
        Case("solid125k", (34, 34, 34), "solid brick, 34^3 hexahedra, x = 0 clamped", seconds=10, memory=3e9),
    )
}
