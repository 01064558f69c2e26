"""Isoparametric solids in plain NumPy: a computation beside CalculiX's, written independently.

k = int B' D B dV, m = int rho N' N dV, f = int N' b dV, p = -int N' p n dA; strains and stresses xx yy zz xy
xz yz, as CalculiX prints them. Hexahedra in r, s, t from -1 to 1, tetrahedra in r, s, t from 0. The points
are those of CalculiX 2.20 (`check.py` proves it): one set for stiffness, stress, mass and body force, so that
the mass of C3D4 (one point) and C3D10 (four) is not the exact consistent one. C3D8 is Abaqus': the volumetric
strain is the element's mean; CalculiX integrates it plainly, 2 x 2 x 2.
"""

import itertools

import numpy as np

import lattice

CORNERS = 2 * lattice.CORNERS - 1
MIDDLES = np.array([(CORNERS[a] + CORNERS[b]) // 2 for a, b in lattice.BRICK_EDGES])


def hex8(at):
    """N (8) and dN (8 x 3) = products of (1 + r r_a) / 2."""
    factors = (1 + CORNERS * at) / 2
    grad = np.stack(
        [CORNERS[:, i] / 2 * np.delete(factors, i, axis=1).prod(axis=1) for i in range(3)], axis=1
    )
    return factors.prod(axis=1), grad


def hex20(at):
    """Serendipity: corners (1+rr_a)(1+ss_a)(1+tt_a)(rr_a+ss_a+tt_a-2)/8, middles (1-r^2)(1+ss_a)(1+tt_a)/4, ..."""
    shape, grad = np.empty(20), np.empty((20, 3))
    factors, total = 1 + CORNERS * at, CORNERS @ at - 2
    product = factors.prod(axis=1)
    shape[:8] = product * total / 8
    for i in range(3):
        others = np.delete(factors, i, axis=1).prod(axis=1)
        grad[:8, i] = CORNERS[:, i] * (others * total + product) / 8
    for a, middle in enumerate(MIDDLES, 8):
        part = [1 - x * x if m == 0 else 1 + m * x for m, x in zip(middle, at)]
        slope = [-2 * x if m == 0 else m for m, x in zip(middle, at)]
        shape[a] = np.prod(part) / 4
        grad[a] = [slope[i] * np.prod(np.delete(part, i)) / 4 for i in range(3)]
    return shape, grad


def tet4(at):
    """Barycentric coordinates, L1 = 1 - r - s - t."""
    return np.array([1 - at.sum(), *at]), np.array(
        [(-1, -1, -1), (1, 0, 0), (0, 1, 0), (0, 0, 1)], dtype=float
    )


def tet10(at):
    """Corners L (2 L - 1), middles 4 La Lb."""
    l, g = tet4(at)
    pairs = lattice.TET_EDGES
    shape = [*(l * (2 * l - 1)), *(4 * l[a] * l[b] for a, b in pairs)]
    grad = [*(g * (4 * l - 1)[:, None]), *(4 * (g[a] * l[b] + g[b] * l[a]) for a, b in pairs)]
    return np.array(shape), np.array(grad)


def gauss(n, dim=3):
    """n^dim points of the cube, the first coordinate fastest, and their weights."""
    x, w = np.polynomial.legendre.leggauss(n)
    order = [at[::-1] for at in itertools.product(range(n), repeat=dim)]
    return np.array([x[list(at)] for at in order]), np.array([w[list(at)].prod() for at in order])


def tet_points(name):
    """Points and weights of the unit tetrahedron: 1, 4 (exact to degree 2) or 216 (degree 9)."""
    if name == 1:
        return np.full((1, 3), 0.25), np.array([1 / 6])
    if name == 4:
        a, b = 0.1381966011250105, 0.5854101966249685
        return np.array([(a, a, a), (b, a, a), (a, b, a), (a, a, b)]), np.full(4, 1 / 24)
    x, w = gauss(6)
    u, v, t = ((1 + x) / 2).T
    points = np.stack([u, v * (1 - u), t * (1 - u) * (1 - v)], axis=1)
    return points, w / 8 * (1 - u) ** 2 * (1 - v)


# Shape functions, integration points, points of a face's pressure.
KINDS = {
    "C3D4": (tet4, tet_points(1), 1),
    "C3D10": (tet10, tet_points(4), 3),
    "C3D8": (hex8, gauss(2), 2),
    "C3D20": (hex20, gauss(3), 3),
    "C3D20R": (hex20, gauss(2), 2),
}
# Points that integrate a consistent mass well, of curved elements too.
FINE = {kind: gauss(5) for kind in KINDS} | dict.fromkeys(("C3D4", "C3D10"), tet_points("fine"))


def elasticity(young, poisson):
    shear = young / (2 * (1 + poisson))
    law = np.diag([2.0 * shear] * 3 + [shear] * 3)
    law[:3, :3] += young * poisson / ((1 + poisson) * (1 - 2 * poisson))
    return law


def strain_matrix(gradient):
    """B (6 x 3 nodes) from the gradients by x, y, z."""
    b = np.zeros((6, 3 * len(gradient)))
    for axis in range(3):
        b[axis, axis::3] = gradient[:, axis]
    for row, (i, j) in enumerate(((0, 1), (0, 2), (1, 2)), 3):
        b[row, i::3], b[row, j::3] = gradient[:, j], gradient[:, i]
    return b


def at_points(kind, xyz, points):
    """(N, gradients by x y z, det J) at each point."""
    for at in points:
        shape, grad = KINDS[kind][0](at)
        jacobian = grad.T @ xyz
        det = np.linalg.det(jacobian)
        assert det > 0, "an element is turned inside out"
        yield shape, np.linalg.solve(jacobian, grad.T).T, det


def strain_matrices(kind, xyz):
    """[(B, dV)] at the integration points; for C3D8 the volumetric part of B is its mean over the element."""
    points, weights = KINDS[kind][1]
    found = [(grad, det * w) for (_, grad, det), w in zip(at_points(kind, xyz, points), weights)]
    mean = sum(grad * dv for grad, dv in found) / sum(dv for _, dv in found)
    result = []
    for grad, dv in found:
        b = strain_matrix(grad)
        if kind == "C3D8":
            b[:3] += (mean - grad).ravel() / 3
        result.append((b, dv))
    return result


def stiffness(kind, xyz, law):
    return sum(b.T @ law @ b * dv for b, dv in strain_matrices(kind, xyz))


def mass(kind, xyz, density, points=None):
    points, weights = points or KINDS[kind][1]
    total = sum(np.outer(n, n) * det * w for (n, _, det), w in zip(at_points(kind, xyz, points), weights))
    return density * np.kron(total, np.eye(3))


def body_force(kind, xyz, force):
    """int N dV times a force per volume (nodes x 3)."""
    points, weights = KINDS[kind][1]
    return sum(n[:, None] * force * det * w for (n, _, det), w in zip(at_points(kind, xyz, points), weights))


def stresses(kind, xyz, law, moved):
    """Stresses (points x 6) from nodal displacements (nodes x 3)."""
    return np.array([law @ b @ moved.ravel() for b, _ in strain_matrices(kind, xyz)])


def face_points(kind, corners):
    """Natural places on a face, its two natural tangents and the weights."""
    count = KINDS[kind][2]
    if kind in ("C3D4", "C3D10"):
        place = np.vstack([np.zeros(3), np.eye(3)])[list(corners)]
        tangents = place[1] - place[0], place[2] - place[0]
        local = {1: [(1 / 3, 1 / 3)], 3: [(1 / 6, 1 / 6), (2 / 3, 1 / 6), (1 / 6, 2 / 3)]}[count]
        weights = np.full(count, 0.5 / count)
        return place[0] + np.array(local) @ np.array(tangents), tangents, weights
    place = CORNERS[list(corners)]
    tangents = (place[1] - place[0]) / 2, (place[3] - place[0]) / 2
    local, weights = gauss(count, 2)
    return place.mean(axis=0) + local @ np.array(tangents), tangents, weights


def pressure(kind, xyz, face, value):
    """Nodal forces (nodes x 3) of a pressure against a face; faces are numbered so that normals point inwards."""
    points, (a, b), weights = face_points(kind, lattice.faces(kind)[face - 1])
    total = np.zeros_like(xyz)
    for at, w in zip(points, weights):
        shape, grad = KINDS[kind][0](at)
        normal = np.cross(a @ grad.T @ xyz, b @ grad.T @ xyz)
        total += value * w * shape[:, None] * normal
    return total
