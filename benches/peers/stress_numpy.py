"""The stress kernels in NumPy, each as fast as we could make it: made ready outside the clock, then `run()`.

Solids work on chunks of elements that stay in the cache, with gathered displacements elements x 30 x cases.
Two forms: `Einsum` takes the gradients of the shape functions and applies the isotropic law to the strains;
`Matmul` has the products D B of all points precomputed (2.4 times the memory) and is one batched product.
What is precomputed is not timed; `prepared` has its seconds. Stresses are elements x 6 x 4 x cases: xx yy zz
xy yz zx. What is kept: the six components (`stress`), the von Mises stress of each point (`mises`), or the
largest of each element over its points and all cases with the case that governs (`envelope`).
"""

import time

import numpy as np
import scipy.sparse as sp

import stress_data

# Second-degree points of the tetrahedron and their weight.
A, B = 0.1381966011250105, 0.5854101966249685
POINTS = np.array([(A, A, A), (B, A, A), (A, B, A), (A, A, B)])
WEIGHT = 1 / 24
CHUNK = 256
SHEAR = stress_data.YOUNG / (2 * (1 + stress_data.POISSON))
LAME = stress_data.YOUNG * stress_data.POISSON / ((1 + stress_data.POISSON) * (1 - 2 * stress_data.POISSON))


def shapes():
    """N (4 points x 10) and its derivatives by r, s, t (4 x 10 x 3)."""
    corner = np.column_stack([1 - POINTS.sum(axis=1), POINTS])
    slope = np.array([(-1, -1, -1), (1, 0, 0), (0, 1, 0), (0, 0, 1)], dtype=float)
    n = [corner[:, a] * (2 * corner[:, a] - 1) for a in range(4)]
    d = [slope[a] * (4 * corner[:, a, None] - 1) for a in range(4)]
    for a, b in stress_data.EDGES:
        n.append(4 * corner[:, a] * corner[:, b])
        d.append(4 * (slope[a] * corner[:, b, None] + slope[b] * corner[:, a, None]))
    return np.stack(n, axis=1), np.stack(d, axis=1)


def gradients(nodes, table):
    """Derivatives by x, y, z (elements x 4 x 3 x 10) and dV (elements x 4)."""
    _, slopes = shapes()
    jacobian = np.einsum("pni,enj->epij", slopes, nodes[table], optimize=True)
    volume = np.linalg.det(jacobian) * WEIGHT
    assert volume.min() > 0
    return np.ascontiguousarray(np.linalg.inv(jacobian) @ slopes.transpose(0, 2, 1)), volume


def strain_matrices(grad):
    """B (... x 6 x 30) from gradients (... x 3 x 10)."""
    b = np.zeros((*grad.shape[:-2], 6, 30))
    for axis in range(3):
        b[..., axis, axis::3] = grad[..., axis, :]
    for row, (i, j) in enumerate(((0, 1), (1, 2), (2, 0)), 3):
        b[..., row, i::3], b[..., row, j::3] = grad[..., j, :], grad[..., i, :]
    return b


def elasticity():
    law = np.diag([2 * SHEAR] * 3 + [SHEAR] * 3)
    law[:3, :3] += LAME
    return law


def von_mises(s, out):
    """sqrt(((xx-yy)^2 + (yy-zz)^2 + (zz-xx)^2) / 2 + 3 (xy^2 + yz^2 + zx^2)) of chunk x 6 x 4 x cases."""
    total = (s[:, 0] - s[:, 1]) ** 2
    total += (s[:, 1] - s[:, 2]) ** 2
    total += (s[:, 2] - s[:, 0]) ** 2
    total *= 0.5
    shear = s[:, 3] * s[:, 3]
    shear += s[:, 4] * s[:, 4]
    shear += s[:, 5] * s[:, 5]
    shear *= 3
    total += shear
    return np.sqrt(total, out=out)


class Solids:
    """What both forms share: the mesh, the displacements of `cases` load cases, and the outputs."""

    def __init__(self, folder, cases, keep):
        self.table = np.load(folder / "solids_table.npy")
        nodes = np.load(folder / "solids_nodes.npy")
        moved = np.load(folder / "solids_displacements.npy")[:cases]
        # nodes x 3 x cases: the gather of a node is one piece.
        self.moved = np.ascontiguousarray(moved.T).reshape(-1, 3, len(moved))
        count, self.cases, self.keep = len(self.table), len(moved), keep
        start = time.perf_counter()
        self.prepare(nodes)
        self.prepared = time.perf_counter() - start
        if keep == "stress":
            self.stress = np.zeros((count, 6, 4, self.cases))
        elif keep == "mises":
            self.mises = np.zeros((count, 4, self.cases))
        else:
            self.largest, self.governs = np.zeros(count), np.zeros(count, dtype=np.int64)

    def run(self):
        for at in range(0, len(self.table), CHUNK):
            here = slice(at, at + CHUNK)
            moved = self.moved[self.table[here]]
            if self.keep == "stress":
                self.chunk(here, moved, self.stress[here])
                continue
            s = np.empty((len(moved), 6, 4, self.cases))
            self.chunk(here, moved, s)
            if self.keep == "mises":
                von_mises(s, self.mises[here])
                continue
            mises = von_mises(s, None).max(axis=1)
            self.governs[here] = governs = mises.argmax(axis=1)
            self.largest[here] = np.take_along_axis(mises, governs[:, None], axis=1)[:, 0]

    def result(self):
        """What must agree: components or von Mises of the last case, points in order; or the envelope with its cases."""
        if self.keep == "stress":
            return self.stress[..., -1].transpose(0, 2, 1).ravel()
        if self.keep == "mises":
            return self.mises[..., -1].ravel()
        return np.concatenate([self.largest / self.largest.max(), self.governs])


class Einsum(Solids):
    def prepare(self, nodes):
        self.grad, _ = gradients(nodes, self.table)

    def chunk(self, here, moved, out):
        h = np.einsum("epjn,enic->eijpc", self.grad[here], moved, optimize=True)
        pressure = h[:, 0, 0] + h[:, 1, 1]
        pressure += h[:, 2, 2]
        pressure *= LAME
        for i in range(3):
            np.multiply(h[:, i, i], 2 * SHEAR, out=out[:, i])
            out[:, i] += pressure
        for row, (i, j) in enumerate(((0, 1), (1, 2), (2, 0)), 3):
            np.add(h[:, i, j], h[:, j, i], out=out[:, row])
            out[:, row] *= SHEAR


class Matmul(Solids):
    def prepare(self, nodes):
        grad, _ = gradients(nodes, self.table)
        product = np.empty((len(self.table), 6, 4, 30))
        for at in range(0, len(self.table), CHUNK):
            here = slice(at, at + CHUNK)
            b = strain_matrices(grad[here])
            product[here] = np.einsum("st,eptk->espk", elasticity(), b, optimize=True)
        self.product = product.reshape(-1, 24, 30)

    def chunk(self, here, moved, out):
        np.matmul(self.product[here], moved.reshape(-1, 30, self.cases), out=out.reshape(-1, 24, self.cases))


class EinsumProduct(Matmul):
    """The same product, asked of einsum."""

    def chunk(self, here, moved, out):
        product, moved = self.product[here], moved.reshape(-1, 30, self.cases)
        np.einsum("esk,ekc->esc", product, moved, out=out.reshape(-1, 24, self.cases), optimize=True)


class Bars:
    """sigma = E |d| / L of displacement triples."""

    def __init__(self, folder):
        names = ("triples", "young", "lengths")
        self.triples, self.young, self.lengths = (np.load(folder / f"{name}.npy") for name in names)
        self.sigma = np.empty(len(self.young))

    def run(self):
        np.einsum("ij,ij->i", self.triples, self.triples, out=self.sigma)
        np.sqrt(self.sigma, out=self.sigma)
        self.sigma *= self.young
        self.sigma /= self.lengths

    def result(self):
        return self.sigma


class BarsByEnds:
    """sigma = E / L t . (u_2 - u_1), bars by the numbers of their ends."""

    def __init__(self, folder):
        names = ("conn", "directions", "displacements", "young", "lengths")
        self.conn, self.directions, self.moved, self.young, self.lengths = (
            np.load(folder / f"{name}.npy") for name in names
        )
        self.first, self.second = (np.ascontiguousarray(column) for column in self.conn.T)
        self.sigma = np.empty(len(self.young))

    def run(self):
        apart = self.moved[self.second]
        apart -= self.moved[self.first]
        np.einsum("ij,ij->i", apart, self.directions, out=self.sigma)
        self.sigma *= self.young
        self.sigma /= self.lengths

    def result(self):
        return self.sigma


class Copy:
    """As many bytes as `Bars` moves (six doubles a bar), half read and half written."""

    def __init__(self, folder):
        self.source = np.load(folder / "triples.npy").ravel()
        self.target = np.zeros_like(self.source)

    def run(self):
        np.copyto(self.target, self.source)

    def result(self):
        return self.target


class Assembly:
    """K and M by einsum and scipy.sparse: all elements' entries, then coo_matrix to CSC; mass by the same points."""

    def __init__(self, folder):
        self.nodes, self.table = (
            np.load(folder / "assembly_nodes.npy"),
            np.load(folder / "assembly_table.npy"),
        )

    def run(self):
        grad, volume = gradients(self.nodes, self.table)
        count = len(self.table)
        stiffness, mass = np.empty((count, 30, 30)), np.empty((count, 10, 10))
        for at in range(0, count, CHUNK):
            here = slice(at, at + CHUNK)
            b = strain_matrices(grad[here])
            weighted = np.einsum("st,eptk,ep->epsk", elasticity(), b, volume[here], optimize=True)
            size = len(b)
            np.matmul(
                b.reshape(size, 24, 30).transpose(0, 2, 1),
                weighted.reshape(size, 24, 30),
                out=stiffness[here],
            )
        n, _ = shapes()
        np.einsum("pi,pj,ep->eij", n, n, volume * stress_data.DENSITY, optimize=True, out=mass)
        dofs = (3 * self.table[:, :, None] + np.arange(3, dtype=np.int32)).reshape(count, 30)
        self.stiffness = self.sparse(dofs, stiffness)
        by_component = [self.sparse(dofs[:, axis::3], mass) for axis in range(3)]
        self.mass = by_component[0] + by_component[1] + by_component[2]

    def sparse(self, dofs, values):
        rows, cols = np.repeat(dofs, dofs.shape[1], axis=1).ravel(), np.tile(dofs, dofs.shape[1]).ravel()
        size = 3 * len(self.nodes)
        return sp.coo_matrix((values.ravel(), (rows, cols)), shape=(size, size)).tocsc()

    def result(self):
        """The diagonals over the largest entry, which is one of them."""
        return np.concatenate([matrix.diagonal() / matrix.max() for matrix in (self.stiffness, self.mass)])
