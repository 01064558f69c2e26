#!/usr/bin/env python3
"""A clamped brick of eight-node hexahedra: the standard load for factorize once, solve many.

nx x ny x nz equal cubes, edges nx : ny : nz with nx cubes on 1 m; the face x = 0 is clamped.
Trilinear displacements, 2 x 2 x 2 Gauss points: k = int B' D B dV, m = int rho N' N dV.
E = 210e9 N/m2, nu = 0.3, rho = 7850 kg/m3 (units m, kg, s, N).

Equations run node by node, x, y, z in each; nodes run x fastest and are numbered 1.. with the
clamped ones, so n x n x n cubes have 3 n (n + 1)^2 equations: 26,460 for n = 20, 124,950 for n = 34.
"""

import argparse
import itertools
from pathlib import Path

import numpy as np
import scipy.io
import scipy.sparse as sp

YOUNG, POISSON, DENSITY = 210e9, 0.3, 7850.0
CORNERS = np.array([(x, y, z) for z in (0, 1) for y in (0, 1) for x in (0, 1)])


def elasticity():
    """D of the isotropic law for the strains xx yy zz xy yz zx (6 x 6, N/m2)."""
    shear = YOUNG / (2 * (1 + POISSON))
    lame = YOUNG * POISSON / ((1 + POISSON) * (1 - 2 * POISSON))
    law = np.diag([2.0 * shear] * 3 + [shear] * 3)
    law[:3, :3] += lame
    return law


def strain_matrix(gradient):
    """B (6 x 24) from the gradients of the shape functions (8 x 3, 1/m)."""
    b = np.zeros((6, 24))
    for axis in range(3):
        b[axis, axis::3] = gradient[:, axis]
    for row, (i, j) in enumerate(((0, 1), (1, 2), (2, 0)), 3):
        b[row, i::3], b[row, j::3] = gradient[:, j], gradient[:, i]
    return b


def element(edge):
    """Stiffness (N/m) and consistent mass (kg) of one cube, 24 x 24."""
    stiffness, mass, law = np.zeros((24, 24)), np.zeros((24, 24)), elasticity()
    gauss = (0.5 - 0.5 / np.sqrt(3), 0.5 + 0.5 / np.sqrt(3))
    for point in itertools.product(gauss, repeat=3):
        factors = np.where(CORNERS == 1, point, np.subtract(1, point))
        shape = factors.prod(axis=1)
        gradient = (2 * CORNERS - 1) * shape[:, None] / factors / edge
        b = strain_matrix(gradient)
        n = np.kron(shape, np.eye(3))
        stiffness += b.T @ law @ b * edge**3 / 8
        mass += DENSITY * n.T @ n * edge**3 / 8
    return (stiffness + stiffness.T) / 2, (mass + mass.T) / 2


def connectivity(nx, ny, nz):
    """The eight nodes (0-based) of every cube, in the order of CORNERS (cubes x 8)."""
    nodes = np.arange((nx + 1) * (ny + 1) * (nz + 1)).reshape(nz + 1, ny + 1, nx + 1)
    first = nodes[:-1, :-1, :-1].ravel()
    return first[:, None] + CORNERS @ [1, nx + 1, (nx + 1) * (ny + 1)]


def assemble(nx, ny, nz):
    """K and M (SciPy CSC, both triangles, exactly symmetric) and the node.component of each equation."""
    cubes = connectivity(nx, ny, nz)
    clamped = np.arange((nx + 1) * (ny + 1) * (nz + 1)) % (nx + 1) == 0
    equation = np.full((len(clamped), 3), -1, dtype=np.int32)
    equation[~clamped] = np.arange(3 * np.sum(~clamped)).reshape(-1, 3)
    dofs = equation[cubes].reshape(len(cubes), 24)

    rows, cols = np.repeat(dofs, 24, axis=1).ravel(), np.tile(dofs, 24).ravel()
    keep = (rows >= 0) & (cols >= 0)
    n = int(equation.max()) + 1

    def spread(matrix):
        values = np.tile(matrix.ravel(), len(cubes))
        half = sp.coo_matrix((values[keep] / 2, (rows[keep], cols[keep])), shape=(n, n)).tocsc()
        return half + half.T.tocsc()  # the same sum in either triangle, to the last bit

    labels = [f"{node + 1}.{c}" for node in np.flatnonzero(~clamped) for c in (1, 2, 3)]
    stiffness, mass = element(1.0 / nx)
    return spread(stiffness), spread(mass), labels


def write(folder, stiffness, mass, labels, mtx=False):
    """Write K.npz, M.npz and dofs.txt, with mtx also K.mtx and M.mtx (lower triangle, 17 digits)."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, matrix in (("K", stiffness), ("M", mass)):
        sp.save_npz(folder / f"{name}.npz", matrix, compressed=False)
        if mtx:
            scipy.io.mmwrite(folder / f"{name}.mtx", matrix, precision=17, symmetry="symmetric")
    (folder / "dofs.txt").write_text("\n".join(labels) + "\n")


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("cubes", type=int, nargs="+", metavar="N", help="cubes per edge: N, or NX NY NZ")
    parser.add_argument("-o", "--out", type=Path, required=True, metavar="DIR", help="folder to write to")
    parser.add_argument("--mtx", action="store_true", help="write K.mtx and M.mtx too")
    options = parser.parse_args()
    if len(options.cubes) not in (1, 3) or min(options.cubes) < 1:
        parser.error("give one number of cubes, or three")
    sizes = options.cubes * 3 if len(options.cubes) == 1 else options.cubes
    stiffness, mass, labels = assemble(*sizes)
    write(options.out, stiffness, mass, labels, options.mtx)
    print(f"{len(labels)} equations, {stiffness.nnz} entries in {options.out}")


if __name__ == "__main__":
    main()
