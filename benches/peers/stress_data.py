"""The data of stress.py: a million bars, and a block of curved C3D10 as a deck; files that all programs get.

A brick of the block is five tetrahedra, mirrored from brick to brick so that they fit. The block is 2 x 2 x 2
and bent a little, and mid nodes lie on the bent edges.
"""

import numpy as np

CORNERS = np.array([(0, 0, 0), (1, 0, 0), (1, 1, 0), (0, 1, 0), (0, 0, 1), (1, 0, 1), (1, 1, 1), (0, 1, 1)])
FIVE = np.array([(0, 1, 3, 4), (2, 3, 1, 6), (5, 4, 6, 1), (7, 6, 4, 3), (1, 3, 4, 6)])
EDGES = [(0, 1), (1, 2), (2, 0), (0, 3), (1, 3), (2, 3)]
YOUNG, POISSON, DENSITY = 210e9, 0.3, 7850.0


def bars(folder, count):
    """Bars of a cubic lattice along x, y and z, node by node; and displacements of their own for the textbook form."""
    side = 2
    while 3 * side**2 * (side - 1) < count:
        side += 1
    nodes = np.arange(side**3).reshape(side, side, side)
    rng = np.random.default_rng(1)
    places = np.stack(np.meshgrid(*[np.arange(side)] * 3, indexing="ij"), axis=-1).reshape(-1, 3)
    places = places + rng.uniform(-0.2, 0.2, places.shape)
    pairs = [np.stack([nodes[:-1].ravel(), nodes[1:].ravel()], axis=1),
             np.stack([nodes[:, :-1].ravel(), nodes[:, 1:].ravel()], axis=1),
             np.stack([nodes[:, :, :-1].ravel(), nodes[:, :, 1:].ravel()], axis=1)]  # fmt: skip
    conn = np.concatenate(pairs)
    conn = conn[np.argsort(conn[:, 0], kind="stable")][:count]
    along = places[conn[:, 1]] - places[conn[:, 0]]
    lengths = np.linalg.norm(along, axis=1)
    arrays = {
        "conn": conn.astype(np.int32),
        "directions": along / lengths[:, None],
        "lengths": lengths,
        "positions": places,
        "young": rng.uniform(70e9, 210e9, count),
        "displacements": rng.uniform(-1e-3, 1e-3, places.shape),
        "triples": rng.uniform(-1e-3, 1e-3, (count, 3)),
    }
    for name, array in arrays.items():
        np.save(folder / f"{name}.npy", array)


def block(counts):
    """Nodes (n x 3) and the ten nodes (0-based) of each element, five to a brick."""
    i, j, k = (axis.ravel() for axis in np.meshgrid(*map(np.arange, counts), indexing="ij"))
    first = np.stack([i, j, k], axis=1)
    corners = np.repeat((2 * CORNERS)[None], len(first), axis=0)
    odd = (i + j + k) % 2 == 1
    corners[odd, :, 0] = 2 - corners[odd, :, 0]
    places = (2 * first[:, None] + corners)[:, FIVE]
    # A mirrored brick has its tetrahedra inside out: exchange two corners.
    places[odd] = places[odd][:, :, [0, 2, 1, 3]]
    places = places.reshape(-1, 4, 3)
    places = np.concatenate(
        [places, np.stack([(places[:, a] + places[:, b]) // 2 for a, b in EDGES], axis=1)], axis=1
    )
    strides = np.array([1, 2 * counts[0] + 1, (2 * counts[0] + 1) * (2 * counts[1] + 1)])
    keys, table = np.unique(places.reshape(-1, 3) @ strides, return_inverse=True)
    lattice = np.stack([keys % strides[1], keys % strides[2] // strides[1], keys // strides[2]], axis=1)
    x, y, z = (2.0 * lattice / (2 * np.array(counts)) - 1).T
    return np.stack([x + 0.1 * y * z, y + 0.1 * z**2, z + 0.1 * np.sin(2 * x)], axis=1), table.reshape(-1, 10)


def write_deck(path, nodes, table):
    """The block as a deck; no supports, so equations run node by node, x, y, z."""
    with open(path, "w") as out:
        out.write("*NODE, NSET=NALL\n")
        np.savetxt(out, np.column_stack([np.arange(1, len(nodes) + 1), nodes]), "%d,%.15g,%.15g,%.15g")
        out.write("*ELEMENT, TYPE=C3D10, ELSET=EALL\n")
        np.savetxt(out, np.column_stack([np.arange(1, len(table) + 1), table + 1]), "%d", ",")
        out.write(f"*MATERIAL, NAME=STEEL\n*ELASTIC\n{YOUNG},{POISSON}\n*DENSITY\n{DENSITY}\n")
        out.write("*SOLID SECTION, ELSET=EALL, MATERIAL=STEEL\n")


def solids(folder, name, counts, cases):
    """NAME.inp, NAME_nodes.npy, NAME_table.npy, and random smooth NAME_displacements.npy (cases x equations)."""
    nodes, table = block(counts)
    write_deck(folder / f"{name}.inp", nodes, table)
    rng = np.random.default_rng(2)
    waves = rng.normal(size=(cases, 3, 3))
    moved = 1e-3 * np.sin(np.einsum("cij,nj->cni", waves, nodes) + rng.uniform(0, 6, (cases, 1, 3)))
    arrays = {"nodes": nodes, "table": table.astype(np.int32), "displacements": moved.reshape(cases, -1)}
    for what, array in arrays.items():
        np.save(folder / f"{name}_{what}.npy", array)
