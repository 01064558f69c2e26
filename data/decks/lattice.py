"""Meshes on a lattice of bricks, and how decks write them; nodes and faces in the order of Abaqus and CalculiX.

A brick of the lattice spans two steps in each direction, so that mid nodes are lattice points too. `place`
maps the lattice's coordinates (each from 0 to 1) to x, y, z.
"""

import numpy as np

# Corners of a brick in units of two steps; the edges whose middles are nodes 9 to 20.
CORNERS = np.array([(0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0), (0, 0, 1), (1, 0, 1), (1, 1, 1), (0, 1, 1)])
BRICK_EDGES = [(0, 1), (1, 2), (2, 3), (3, 0), (4, 5), (5, 6), (6, 7), (7, 4), (0, 4), (1, 5), (2, 6), (3, 7)]
TET_EDGES = [(0, 1), (1, 2), (2, 0), (0, 3), (1, 3), (2, 3)]
# Six tetrahedra about the diagonal from corner 1 to corner 7.
TETS = np.array([(0, 1, 2, 6), (0, 2, 3, 6), (0, 3, 7, 6), (0, 7, 4, 6), (0, 4, 5, 6), (0, 5, 1, 6)])

# Corners of the faces P1, P2, ...
TET_FACES = [(0, 1, 2), (0, 3, 1), (1, 3, 2), (2, 3, 0)]
BRICK_FACES = [(0, 1, 2, 3), (4, 7, 6, 5), (0, 4, 5, 1), (1, 5, 6, 2), (2, 6, 7, 3), (3, 7, 4, 0)]


def faces(kind):
    """Corners of the faces P1, P2, ... of an element type."""
    return TET_FACES if kind in ("C3D4", "C3D10") else BRICK_FACES


def bricks(counts):
    """Lattice places of the eight corners of each brick, x fastest (bricks x 8 x 3)."""
    i, j, k = np.meshgrid(*map(np.arange, counts), indexing="ij")
    first = np.stack([i, j, k], axis=-1).transpose(2, 1, 0, 3).reshape(-1, 1, 3)
    return 2 * (first + CORNERS)


def elements(kind, counts):
    """Lattice places of the nodes of each element (elements x nodes x 3); tetrahedra are six to a brick."""
    corners = bricks(counts)
    edges = BRICK_EDGES
    if kind in ("C3D4", "C3D10"):
        corners, edges = corners[:, TETS].reshape(-1, 4, 3), TET_EDGES
    if kind in ("C3D4", "C3D8"):
        return corners
    middles = [(corners[:, a] + corners[:, b]) // 2 for a, b in edges]
    return np.concatenate([corners, np.stack(middles, axis=1)], axis=1)


class Mesh:
    """Nodes and elements with their numbers; `table[e]` has the node numbers of element e."""

    def __init__(self, kind, counts, place, node_number=lambda i: i + 1, first_element=1):
        self.kind = kind
        steps = elements(kind, counts)
        shape = steps.shape[:2]
        lattice, index = np.unique(steps.reshape(-1, 3)[:, ::-1], axis=0, return_inverse=True)
        self.lattice = lattice[:, ::-1]
        self.of = self.lattice / (2.0 * np.array(counts))
        self.nodes = np.round(place(self.of), 9)
        self.ids = node_number(np.arange(len(self.nodes)))
        self.index = index.reshape(shape)
        self.table = self.ids[self.index]
        self.elements = first_element + np.arange(shape[0])

    def where(self, test):
        """Numbers of the nodes whose lattice coordinates pass a test."""
        return self.ids[[bool(test(*at)) for at in self.of]]

    def faces_where(self, test):
        """(element number, face from 1) of the faces whose corners all pass a test of lattice coordinates."""
        good = np.array([bool(test(*at)) for at in self.of])
        found = [(e, f) for f, corners in enumerate(faces(self.kind), 1)
                 for e in self.elements[good[self.index[:, corners]].all(axis=1)]]  # fmt: skip
        return sorted(found)


def lines_of(numbers, per_line=12):
    """Numbers as data lines, continued with a trailing comma as long as elements need it."""
    numbers = [str(n) for n in numbers]
    rows = [",".join(numbers[i : i + per_line]) for i in range(0, len(numbers), per_line)]
    return ",\n".join(rows) + "\n"


def write_nodes(ids, nodes):
    rows = [f"{i},{x:.9g},{y:.9g},{z:.9g}\n" for i, (x, y, z) in zip(ids, nodes)]
    return "*NODE, NSET=NALL\n" + "".join(rows)


def write_elements(kind, ids, table, name):
    return f"*ELEMENT, TYPE={kind}, ELSET={name}\n" + "".join(
        lines_of([i, *row], 11) for i, row in zip(ids, table)
    )


def write_set(keyword, name, ids):
    return f"*{keyword}, {keyword}={name}\n" + lines_of(ids)


def material(name, young, poisson, density):
    return f"*MATERIAL, NAME={name}\n*ELASTIC\n{young:.9g},{poisson:.9g}\n*DENSITY\n{density:.9g}\n"
