#!/usr/bin/env python3
"""Writes one distorted element of each kind as a deck and has CalculiX export its matrices.

    OMP_NUM_THREADS=1 python3 make.py        (needs `ccx`; the files here are of version 2.20)

For each kind: KIND.inp, the deck; KIND.sti and KIND.mas, the upper triangles of K and M as `*FREQUENCY,
SOLVER=MATRIXSTORAGE` writes them (`row column value`, 1-based), without the stored zeros. Nothing is held, and the
nodes are numbered 1, 2, ..., so that equation 3 (a - 1) + i is component i of node a.

Corners are moved by up to 0.15 of the edge, and the nodes in the middle of the edges by up to 0.06 more, so that edges
and faces are curved.
"""

import pathlib
import random
import shutil
import subprocess
import tempfile

CUBE = [(0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0), (0, 0, 1), (1, 0, 1), (1, 1, 1), (0, 1, 1)]
CUBE_EDGES = [(0, 1), (1, 2), (2, 3), (3, 0), (4, 5), (5, 6), (6, 7), (7, 4), (0, 4), (1, 5), (2, 6), (3, 7)]
TETRAHEDRON = [(0, 0, 0), (1, 0, 0), (0, 1, 0), (0, 0, 1)]
TETRAHEDRON_EDGES = [(0, 1), (1, 2), (2, 0), (0, 3), (1, 3), (2, 3)]
KINDS = {
    "C3D4": (TETRAHEDRON, []),
    "C3D10": (TETRAHEDRON, TETRAHEDRON_EDGES),
    "C3D20": (CUBE, CUBE_EDGES),
    "C3D20R": (CUBE, CUBE_EDGES),
}
DECK = """*NODE
{nodes}
*ELEMENT,TYPE={kind},ELSET=EALL
{element}
*MATERIAL,NAME=STEEL
*ELASTIC
210000.,0.3
*DENSITY
7.85E-9
*SOLID SECTION,ELSET=EALL,MATERIAL=STEEL
*STEP
*FREQUENCY,SOLVER=MATRIXSTORAGE
1
*END STEP
"""


def positions(corners, edges, source):
    """Corners moved, then the middles of the edges moved."""
    moved = [[x + source.uniform(-0.15, 0.15) for x in corner] for corner in corners]
    middles = [[(x + y) / 2 + source.uniform(-0.06, 0.06) for x, y in zip(moved[a], moved[b])] for a, b in edges]
    return [[round(2 * x, 4) for x in node] for node in moved + middles]


def deck(kind):
    corners, edges = KINDS[kind]
    # The same nodes for C3D20 and C3D20R.
    nodes = positions(corners, edges, random.Random(len(corners) * 100 + len(edges)))
    lines = [f"{i},{x},{y},{z}" for i, (x, y, z) in enumerate(nodes, 1)]
    numbers = [1] + list(range(1, len(nodes) + 1))
    element = ",\n".join(",".join(map(str, numbers[i : i + 15])) for i in range(0, len(numbers), 15))
    return DECK.format(kind=kind, nodes="\n".join(lines), element=element)


def without_zeros(text):
    lines = (line.split() for line in text.splitlines())
    return "".join(" ".join(line) + "\n" for line in lines if float(line[2]) != 0.0)


def main():
    here = pathlib.Path(__file__).parent
    for kind in KINDS:
        (here / f"{kind}.inp").write_text(deck(kind))
        with tempfile.TemporaryDirectory() as folder:
            job = pathlib.Path(folder) / kind
            shutil.copy(here / f"{kind}.inp", job.with_suffix(".inp"))
            # The export ends the run with status 201.
            subprocess.run(["ccx", kind], cwd=folder, stdout=subprocess.DEVNULL, check=False)
            for suffix in (".sti", ".mas"):
                (here / f"{kind}{suffix}").write_text(without_zeros(job.with_suffix(suffix).read_text()))


if __name__ == "__main__":
    main()
