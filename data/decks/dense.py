"""The distorted blocks as dense models in NumPy, and what they say where CalculiX cannot be asked.

CalculiX' C3D8 is not Abaqus' (18 % apart in the stiffness of a cube), and CalculiX has one mass for each
element.
"""

import numpy as np

import solid_elements as solid
import solids


class Block:
    """The dense model of one distorted block."""

    def __init__(self, kind):
        self.kind, self.mesh = kind, solids.mesh_of(kind)
        mesh, count = self.mesh, 3 * len(self.mesh.ids)
        turn = np.arange(len(mesh.elements)) % 5 < 2
        self.material = [solids.MATERIALS["ALLOY" if soft else "STEEL"] for soft in turn]
        self.dofs = (3 * mesh.index[:, :, None] + np.arange(3)).reshape(len(mesh.elements), -1)
        self.held = np.repeat(np.isin(mesh.ids, mesh.where(lambda x, y, z: x == 0)), 3)
        self.k = np.zeros((count, count))
        for e, (young, poisson, _) in enumerate(self.material):
            part = solid.stiffness(kind, self.xyz(e), solid.elasticity(young, poisson))
            self.k[np.ix_(self.dofs[e], self.dofs[e])] += part

    def xyz(self, e):
        return self.mesh.nodes[self.mesh.index[e]]

    def loads(self):
        """Nodal forces and given displacements of the four steps."""
        mesh, count = self.mesh, len(self.k)
        dof = {n: 3 * i for i, n in enumerate(mesh.ids)}
        cases = np.zeros((4, count))
        given = np.zeros((4, count))
        for n, c, force in solids.forces(mesh):
            cases[0, dof[n] + c - 1] += force
        for e, face, value in solids.pressures(mesh):
            e -= mesh.elements[0]
            part = solid.pressure(self.kind, self.xyz(e), face, value)
            np.add.at(cases[1], self.dofs[e], part.ravel())
        direction = np.array(solids.DIRECTION) / np.linalg.norm(solids.DIRECTION)
        for e, (_, _, density) in enumerate(self.material):
            part = solid.body_force(self.kind, self.xyz(e), density * solids.GRAVITY * direction)
            np.add.at(cases[2], self.dofs[e], part.ravel())
        for n, c, value in solids.settlement(mesh):
            given[3, dof[n] + c - 1] = value
        return cases, given

    def solve(self):
        """Displacements and inner forces K u of each step; CalculiX prints the latter at all nodes."""
        loads, moved = self.loads()
        free = ~self.held
        right = (loads - moved @ self.k)[:, free]
        moved[:, free] = np.linalg.solve(self.k[np.ix_(free, free)], right.T).T
        return moved, moved @ self.k

    def stresses(self, moved):
        """Stresses at all integration points, element by element (points x 6)."""
        laws = [solid.elasticity(young, poisson) for young, poisson, _ in self.material]
        each = [
            solid.stresses(self.kind, self.xyz(e), law, moved[self.dofs[e]]) for e, law in enumerate(laws)
        ]
        return np.concatenate(each)

    def mass(self, scheme):
        """The mass: `points` of the stiffness as CalculiX, `consistent` with 5 per direction, `lumped` row sums."""
        total = np.zeros_like(self.k)
        for e, (_, _, density) in enumerate(self.material):
            points = None if scheme == "points" else solid.FINE[self.kind]
            part = solid.mass(self.kind, self.xyz(e), density, points)
            if scheme == "lumped":
                part = np.diag(part.sum(axis=1))
            total[np.ix_(self.dofs[e], self.dofs[e])] += part
        return total

    def hertz(self, count, scheme="points"):
        """The lowest frequencies: the largest 1 / omega^2 of L^-1 M L^-T with K = L L', since M may be singular."""
        free = np.ix_(~self.held, ~self.held)
        inverse = np.linalg.inv(np.linalg.cholesky(self.k[free]))
        scaled = inverse @ self.mass(scheme)[free] @ inverse.T
        return 1 / np.sqrt(np.linalg.eigvalsh((scaled + scaled.T) / 2)[: -count - 1 : -1]) / (2 * np.pi)


# What CalculiX does not compute: (element, scheme of the mass).
SCHEMES = [("C3D4", "consistent"), ("C3D4", "lumped"), ("C3D10", "consistent"), ("C3D20R", "consistent"),
           ("C3D8", "points"), ("C3D8", "consistent"), ("C3D8", "lumped")]  # fmt: skip


def print_like_calculix(block):
    """The four steps in the form of a .dat file, with 17 digits."""
    rows, (moved, forces) = [], block.solve()
    points = len(solid.KINDS[block.kind][1][1])
    for step, (u, f) in enumerate(zip(moved, forces), 1):
        for name, values in (("displacements", u), ("forces", f)):
            rows.append(f" {name} for set NALL and time {step}\n")
            table = zip(block.mesh.ids, values.reshape(-1, 3))
            rows += [f"{n} {' '.join(f'{x:.16e}' for x in row)}" for n, row in table]
        rows.append(f" stresses (elem, integ.pnt.,sxx,syy,szz,sxy,sxz,syz) for set EALL and time {step}\n")
        for i, row in enumerate(block.stresses(u)):
            element, point = block.mesh.elements[i // points], i % points + 1
            rows.append(f"{element} {point} {' '.join(f'{x:.16e}' for x in row)}")
    return "\n".join(rows) + "\n"


def make(folder):
    """Write the C3D8 deck with its results, and the frequencies by scheme."""
    for name, text in solids.decks("C3D8").items():
        (folder / name).write_text(text)
    solids.pack(folder / "c3d8_numpy.dat.gz", print_like_calculix(Block("C3D8")))
    rows = [
        "# Natural frequencies in Hz of the decks *_frequency.inp by the scheme of the mass, from dense.py\n"
    ]
    for kind, scheme in SCHEMES:
        hertz = " ".join(f"{f:.11e}" for f in Block(kind).hertz(solids.MODES, scheme))
        rows.append(f"{kind.lower()} {scheme} {hertz}\n")
    (folder / "frequencies_numpy.txt").write_text("".join(rows))
