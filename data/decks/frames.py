"""A tower of trusses and frames of Euler-Bernoulli beams, with a dense computation in NumPy as their reference.

CalculiX makes solids of T3D2 and has no B33. Here a member's matrices are integrals of shape functions, by
Gauss: linear along the bar and for the twist, cubic (Hermite) across it. Local axes t (from first to second
node), n1, n2 = t x n1; displacements u, v1, v2; v1' = theta2, v2' = -theta1. Strain energy of a beam

    1/2 int E (A u'^2 + I22 v1''^2 + 2 I12 v1'' v2'' + I11 v2''^2) + G J theta_t'^2 dx

The consistent mass has rho A for u, v1, v2 and rho (I11 + I22) for the twist, no rotary inertia of bending;
the lumped mass is half of rho A L on the translations of either end. Weight acts by the same shape functions,
so it brings end moments. Units m, kg, s, N.
"""

import numpy as np

import lattice

PRINTED_MODES = 8


class Member:
    """What one bar or beam is made of."""

    def __init__(
        self, young, density, area, shear=0.0, i11=0.0, i12=0.0, i22=0.0, torsion=0.0, n1=(0, 0, -1)
    ):
        self.young, self.shear, self.density, self.area = young, shear, density, area
        self.i11, self.i12, self.i22, self.torsion = i11, i12, i22, torsion
        self.first_axis = np.array(n1, dtype=float)
        self.components = 6 if torsion else 3

    def axes(self, ends):
        """Rows t, n1, n2, and the length; a bar may have any n1."""
        along = ends[1] - ends[0]
        length = np.linalg.norm(along)
        t = along / length
        first = self.first_axis if self.components == 6 else np.eye(3)[np.argmin(np.abs(t))]
        n1 = first - (first @ t) * t
        n1 /= np.linalg.norm(n1)
        return np.array([t, n1, np.cross(t, n1)]), length

    def rows(self, x, length):
        """At x of the length: displacement rows u, v1, v2, twist, and strain rows u', v1'', v2'', twist' (4 x 12).

        Local unknowns of an end: u, v1, v2, theta_t, theta1, theta2.
        """
        s, n = x / length, np.zeros((4, 12))
        d = np.zeros((4, 12))
        for row, column in ((0, 0), (3, 3)):
            n[row, [column, column + 6]] = 1 - s, s
            d[row, [column, column + 6]] = -1 / length, 1 / length
        if self.components == 3:
            n[1, [1, 7]] = n[2, [2, 8]] = 1 - s, s
            return n, d
        scale = np.array([1, length, 1, length])
        value = scale * (1 - 3 * s**2 + 2 * s**3, s - 2 * s**2 + s**3, 3 * s**2 - 2 * s**3, s**3 - s**2)
        curve = scale * (12 * s - 6, 6 * s - 4, 6 - 12 * s, 6 * s - 2) / length**2
        for row, columns, sign in ((1, [1, 5, 7, 11], 1), (2, [2, 4, 8, 10], -1)):
            signs = np.array([1, sign, 1, sign])
            n[row, columns], d[row, columns] = signs * value, signs * curve
        return n, d

    def law(self):
        """Stresses N, M2, M1, T to the strain rows."""
        law = np.diag([self.area, self.i22, self.i11, 0.0]) * self.young
        law[1, 2] = law[2, 1] = self.young * self.i12
        law[3, 3] = self.shear * self.torsion
        return law

    def matrices(self, ends, gravity):
        """Global stiffness, consistent and lumped mass (12 x 12) and the weight (12)."""
        axes, length = self.axes(ends)
        turn = np.kron(np.eye(4), axes)
        k, m, f = np.zeros((12, 12)), np.zeros((12, 12)), np.zeros(12)
        line = self.density * np.array([self.area] * 3 + [self.i11 + self.i22])
        for x, w in zip(*np.polynomial.legendre.leggauss(4)):
            n, d = self.rows((1 + x) * length / 2, length)
            dx = w * length / 2
            k += d.T @ self.law() @ d * dx
            m += n.T @ np.diag(line) @ n * dx
            f += n[:3].T @ (axes @ gravity) * self.density * self.area * dx
        lumped = np.diag(np.tile([1, 1, 1, 0, 0, 0], 2)) * (self.density * self.area * length / 2)
        return turn.T @ k @ turn, turn.T @ m @ turn, lumped, turn.T @ f

    def section_forces(self, ends, moved):
        """N, M1, M2, T at both nodes (2 x 4).

        N = E A u', M1 = E (I11 v2'' + I12 v1''), M2 = E (I22 v1'' + I12 v2''), T = G J theta_t'. Those of the
        interpolated displacements: what a member's own weight adds inside it is not in them.
        """
        axes, length = self.axes(ends)
        local = np.kron(np.eye(4), axes) @ moved
        found = [self.law() @ self.rows(x, length)[1] @ local for x in (0.0, length)]
        return np.array([(n, m1, m2, t) for n, m2, m1, t in found])


class Frame:
    """Nodes {number: place}, members [(number, first, second, Member)], supports {node: components}, loads."""

    def __init__(self, nodes, members, supports, forces, gravity):
        self.nodes, self.members, self.supports = nodes, members, supports
        self.forces, self.gravity = forces, np.array(gravity, dtype=float)
        self.components = members[0][3].components
        self.row = {n: 6 * i for i, n in enumerate(sorted(nodes))}
        size = 6 * len(nodes)
        self.k, self.m, self.lumped = np.zeros((3, size, size))
        self.weight = np.zeros(size)
        for _, a, b, member in members:
            parts = member.matrices(self.ends(a, b), self.gravity)
            at = self.dofs(a, b)
            for total, part in zip((self.k, self.m, self.lumped), parts):
                total[np.ix_(at, at)] += part
            self.weight[at] += parts[3]
        free = np.zeros(size, dtype=bool)
        free.reshape(-1, 6)[:, : self.components] = True
        for node, components in supports.items():
            free[[self.row[node] + c - 1 for c in components]] = False
        self.free = np.flatnonzero(free)

    def ends(self, a, b):
        return np.array([self.nodes[a], self.nodes[b]], dtype=float)

    def dofs(self, a, b):
        return np.concatenate([self.row[a] + np.arange(6), self.row[b] + np.arange(6)])

    def solve(self):
        """Displacements of the step of forces and of the step of weight (2 x 6 nodes)."""
        loads = np.array([np.zeros(len(self.k)), self.weight])
        for node, component, force in self.forces:
            loads[0, self.row[node] + component - 1] += force
        moved = np.zeros_like(loads)
        inside = np.ix_(self.free, self.free)
        moved[:, self.free] = np.linalg.solve(self.k[inside], loads[:, self.free].T).T
        return moved

    def hertz(self, mass, count):
        inside = np.ix_(self.free, self.free)
        inverse = np.linalg.inv(np.linalg.cholesky(self.k[inside]))
        scaled = inverse @ mass[inside] @ inverse.T
        found = np.linalg.eigvalsh((scaled + scaled.T) / 2)[::-1][:count]
        return 1 / np.sqrt(found[found > 1e-12 * found[0]]) / (2 * np.pi)

    def table(self):
        """Displacements, stress or section forces of each step and frequencies, 17 digits."""
        rows = []
        for name, moved in zip(("forces", "weight"), self.solve()):
            rows.append(f"# {name}: node, displacements{', rotations' if self.components == 6 else ''}")
            for node in sorted(self.nodes):
                values = moved[self.row[node] :][: self.components]
                rows.append(f"{node} " + " ".join(f"{x:.16e}" for x in values))
            what = "stress" if self.components == 3 else "N, M1, M2, T at the first node, at the second"
            rows.append(f"# {name}: element, {what}")
            for number, a, b, member in self.members:
                inner = member.section_forces(self.ends(a, b), moved[self.dofs(a, b)])
                values = inner[0, :1] / member.area if self.components == 3 else inner.ravel()
                rows.append(f"{number} " + " ".join(f"{x:.16e}" for x in values))
        for name, mass in (("consistent", self.m), ("lumped", self.lumped)):
            rows.append(f"# frequencies in Hz, {name} mass")
            rows.append(" ".join(f"{x:.11e}" for x in self.hertz(mass, PRINTED_MODES)))
        return "\n".join(rows) + "\n"

    def deck(self, heading, kind, sets, definitions):
        """The deck: `sets` {name: element numbers}, `definitions` the text of materials and sections."""
        ids = sorted(self.nodes)
        text = f"*HEADING\n{heading}\n" + lattice.write_nodes(ids, [self.nodes[n] for n in ids])
        by_number = {number: (a, b) for number, a, b, _ in self.members}
        for name, numbers in sets.items():
            text += lattice.write_elements(kind, numbers, [by_number[n] for n in numbers], name)
        text += f"*ELSET, ELSET=EALL\n{','.join(sets)}\n{definitions}*BOUNDARY\n"
        text += "".join(f"{n},{c},{c}\n" for n, components in self.supports.items() for c in components)
        text += "*STEP, NAME=FORCES\n*STATIC\n*CLOAD\n" + "".join(
            f"{n},{c},{f:.9g}\n" for n, c, f in self.forces
        )
        size = np.linalg.norm(self.gravity)
        direction = ",".join(f"{x:.9g}" for x in self.gravity / size)
        text += "*END STEP\n*STEP, NAME=WEIGHT\n*STATIC\n*CLOAD, OP=NEW\n*DLOAD\n"
        text += f"EALL,GRAV,{size:.9g},{direction}\n*END STEP\n"
        return text + f"*STEP\n*FREQUENCY\n{PRINTED_MODES}\n*END STEP\n"


def tower():
    """Three storeys that taper, legs of steel and braces of aluminium, pinned at the ground."""
    legs, braces = Member(210e9, 7850.0, 6e-4), Member(70e9, 2700.0, 2.5e-4)
    nodes, members = {}, []
    corners = [(-1, -1), (1, -1), (1, 1), (-1, 1)]
    for level in range(4):
        half = 1.0 - 0.2 * level
        for i, (x, y) in enumerate(corners):
            nodes[10 * level + i + 1] = (
                half * x + 0.05 * level,
                half * y,
                1.5 * level + 0.1 * (level > 0) * i,
            )
    for level in range(3):
        low = [10 * level + i + 1 for i in range(4)]
        high = [n + 10 for n in low]
        pairs = [(low[i], high[i], legs) for i in range(4)]
        pairs += [(high[i], high[(i + 1) % 4], braces) for i in range(4)]
        pairs += [(low[i], high[(i + 1) % 4], braces) for i in range(4)] + [(high[0], high[2], braces)]
        members += [(100 * (level + 1) + i, *pair) for i, pair in enumerate(pairs)]
    supports = {n: (1, 2, 3) for n in (1, 2, 3, 4)}
    forces = [(31, 1, 4000.0), (32, 1, 2500.0), (33, 2, -3000.0), (34, 3, -8000.0), (22, 2, 1200.0)]
    frame = Frame(nodes, members, supports, forces, (0, 0, -9.81))
    sets = {
        name: [n for n, _, _, m in members if m is of] for name, of in (("LEGS", legs), ("BRACES", braces))
    }
    text = lattice.material("STEEL", 210e9, 0.3, 7850.0) + lattice.material("ALUMINIUM", 70e9, 0.33, 2700.0)
    text += f"*SOLID SECTION, ELSET=LEGS, MATERIAL=STEEL\n{legs.area}\n"
    text += f"*SOLID SECTION, ELSET=BRACES, MATERIAL=ALUMINIUM\n{braces.area}\n"
    return frame, frame.deck("Tower of trusses. m, kg, s, N", "T3D2", sets, text)


def general_section(name, member):
    """`SECTION=GENERAL`: A, I11, I12, I22, J; n1; E, G."""
    values = (member.area, member.i11, member.i12, member.i22, member.torsion)
    lines = [values, member.first_axis, (member.young, member.shear)]
    text = f"*BEAM GENERAL SECTION, ELSET={name}, SECTION=GENERAL, DENSITY={member.density:.9g}\n"
    return text + "".join(",".join(f"{x:.9g}" for x in line) + "\n" for line in lines)


def portal():
    """Two columns, a girder and an inclined strut out of their plane; unsymmetric and round sections."""
    young, shear, density = 210e9, 80e9, 7850.0
    angle = dict(area=3e-3, i11=5e-6, i12=-2e-6, i22=3e-6, torsion=4e-8)
    column = Member(young, density, shear=shear, n1=(1, 0.2, 0), **angle)
    girder = Member(young, density, 4e-3, shear, 2e-5, 0.0, 4e-6, 1e-7, (0, 1, 0))
    radius = 0.04
    area, inertia = np.pi * radius**2, np.pi * radius**4 / 4
    strut = Member(young, density, area, shear, inertia, 0.0, inertia, 2 * inertia, (0, 0, -1))
    nodes = {1: (0, 0, 0), 2: (0, 0, 2), 3: (0, 0, 4), 4: (2.5, 0, 4.3), 5: (5, 0, 4), 6: (5, 0, 2), 7: (5, 0, 0),
             8: (2, 1.5, 2), 9: (1.5, 3, 0)}  # fmt: skip
    pairs = [(1, 2, column), (2, 3, column), (3, 4, girder), (4, 5, girder), (5, 6, column), (6, 7, column),
             (4, 8, strut), (8, 9, strut)]  # fmt: skip
    members = [(10 + i, *pair) for i, pair in enumerate(pairs)]
    supports = {1: range(1, 7), 7: (1, 2, 3), 9: range(1, 7)}
    forces = [(3, 1, 6000.0), (4, 3, -9000.0), (4, 2, 700.0), (5, 4, 300.0), (6, 6, -450.0), (2, 5, 250.0)]
    frame = Frame(nodes, members, supports, forces, (0.0, 3.0, -9.0))
    text = general_section("COLUMNS", column) + general_section("GIRDER", girder)
    text += f"*BEAM GENERAL SECTION, ELSET=STRUT, SECTION=CIRC, DENSITY={density:.9g}\n"
    text += f"{radius}\n0,0,-1\n{young:.9g},{shear:.9g}\n"
    sets = {"COLUMNS": [10, 11, 14, 15], "GIRDER": [12, 13], "STRUT": [16, 17]}
    return frame, frame.deck("Portal frame with a strut. m, kg, s, N", "B33", sets, text)


def beam(supports, forces, gravity, count=8, length=4.0):
    """Equal beams along x that bend in the plane x z about n1 = y, by loads in z."""
    member = Member(210e9, 7850.0, 2e-3, 80e9, 1.5e-6, 0.0, 6e-7, 5e-8, (0, 1, 0))
    nodes = {i + 1: (length * i / count, 0, 0) for i in range(count + 1)}
    members = [(i + 1, i + 1, i + 2, member) for i in range(count)]
    frame = Frame(nodes, members, supports, forces, gravity)
    return frame, member, general_section("BEAM", member), {"BEAM": list(range(1, count + 1))}


def cantilever():
    """Tip force P, tip deflection P L^3 / (3 E I11); weight q: q L^4 / (8 E I11)."""
    frame, member, section, sets = beam({1: range(1, 7)}, [(9, 3, -1000.0)], (0, 0, -10))
    stiff, q = member.young * member.i11, member.density * member.area * 10
    moved = frame.solve()[:, frame.row[9] + 2]
    assert np.allclose(moved, [-1000 * 4.0**3 / (3 * stiff), -q * 4.0**4 / (8 * stiff)], rtol=1e-10)
    return frame, frame.deck("Cantilever of 8 beams. m, kg, s, N", "B33", sets, section)


def supported():
    """P at the middle: P L^3 / (48 E I11); weight q: 5 q L^4 / (384 E I11); omega = (n pi / L)^2 sqrt(EI / rho A)."""
    pinned = {1: (1, 2, 3, 4), 9: (2, 3)}
    frame, member, section, sets = beam(pinned, [(5, 3, -1000.0)], (0, 0, -10))
    stiff, q = member.young * member.i11, member.density * member.area * 10
    moved = frame.solve()[:, frame.row[5] + 2]
    assert np.allclose(moved, [-1000 * 4.0**3 / (48 * stiff), -5 * q * 4.0**4 / (384 * stiff)], rtol=1e-10)
    root = np.sqrt(member.young / (member.density * member.area)) / (2 * np.pi)
    closed = sorted(
        (n * np.pi / 4.0) ** 2 * root * np.sqrt(i) for n in (1, 2) for i in (member.i11, member.i22)
    )
    assert np.allclose(frame.hertz(frame.m, 5)[[0, 1, 3, 4]], closed, rtol=3e-4)  # the third is torsion
    return frame, frame.deck("Simply supported beam of 8 beams. m, kg, s, N", "B33", sets, section)


def make(folder):
    """Write the decks and their tables."""
    for model in (tower, portal, cantilever, supported):
        frame, deck = model()
        (folder / f"{model.__name__}.inp").write_text(deck)
        (folder / f"{model.__name__}.txt").write_text(frame.table())
        conditioned = np.linalg.cond(frame.k[np.ix_(frame.free, frame.free)])
        print(
            f"{model.__name__}: {len(frame.members)} members, {len(frame.free)} equations, cond {conditioned:.0e}"
        )
