#!/usr/bin/env python3
"""Make the cantilever of ten bars, and check it against MSC Nastran 2018.2.

Ten Euler-Bernoulli bars of length 1, clamped at node 1 (x = 0); each node 2..11 moves in T2
(component 2) and R3 (component 6): 20 equations. Lumped mass rho A L / 2 per bar end on T2, no rotary
inertia, so M has ten zero rows. Consistent units (in the source: in, lbf s2/in, s); frequencies in Hz.
Writes K.mtx, M.mtx, dofs.txt. Needs NumPy.
"""

import sys
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import matrix_market  # noqa: E402

BARS, LENGTH = 10, 1.0
YOUNG, INERTIA, AREA, DENSITY = 2.9e7, 0.01, 0.1, 7.357e-4

# Printed by MSC Nastran 2018.2 (NASTRAN_CoFE, testing/superelements, cantilever_bar).
FULL = """349.72878828 2167.32414949 6007.80335932 11650.23019063 19044.54346352
          28065.27468198 38414.52704314 49367.71187916 59471.6198356 66656.49082565""".split()
GUYAN = "359.07377191 2934.10032746".split()  # masters 6.2 and 6.6, the middle node
FIXED = "1380.011 8287.086 8933.322 22364.10 24361.77 41742.40 45213.12 61160.29 63075.13".split()


def assemble():
    """K from the bar matrix EI/L^3 [12 6L -12 6L; ..], M lumped; the clamped node is left out."""
    n = 2 * (BARS + 1)
    stiffness, mass, length = np.zeros((n, n)), np.zeros((n, n)), LENGTH
    bar = np.array(
        [
            [12, 6 * length, -12, 6 * length],
            [6 * length, 4 * length**2, -6 * length, 2 * length**2],
            [-12, -6 * length, 12, -6 * length],
            [6 * length, 2 * length**2, -6 * length, 4 * length**2],
        ]
    ) * (YOUNG * INERTIA / length**3)
    for i in range(BARS):
        ends = slice(2 * i, 2 * i + 4)
        stiffness[ends, ends] += bar
        mass[ends, ends] += np.diag([1, 0, 1, 0]) * (DENSITY * AREA * length / 2)
    return stiffness[2:, 2:], mass[2:, 2:]


def hertz(stiffness, mass):
    """Finite frequencies: eliminate the massless DOFs, which is exact, then L^-1 K L^-T with M = L L'."""
    moving = np.flatnonzero(mass.any(axis=0))
    if len(moving) < len(mass):
        stiffness, mass, _ = condense(stiffness, mass, moving)
    inverse = np.linalg.inv(np.linalg.cholesky(mass))
    scaled = inverse @ stiffness @ inverse.T
    return np.sqrt(np.linalg.eigvalsh((scaled + scaled.T) / 2)) / (2 * np.pi)


def condense(stiffness, mass, masters):
    """Guyan: K_r = T' K T, M_r = T' M T, u_s = -K_ss^-1 K_sm u_m."""
    slaves = np.setdiff1d(np.arange(len(stiffness)), masters)
    recovery = np.zeros((len(stiffness), len(masters)))
    recovery[masters] = np.eye(len(masters))
    recovery[slaves] = -np.linalg.solve(stiffness[np.ix_(slaves, slaves)], stiffness[np.ix_(slaves, masters)])
    return recovery.T @ stiffness @ recovery, recovery.T @ mass @ recovery, slaves


def agree(name, computed, printed):
    """Stop unless each value is what was printed, give or take one unit of its last digit."""
    assert len(computed) == len(printed), f"{name}: {len(computed)} values instead of {len(printed)}"
    for value, text in zip(computed, printed):
        unit = 10.0 ** -len(text.partition(".")[2])
        assert abs(value - float(text)) <= unit, f"{name}: {value!r} is not {text}"
    print(f"{name}: {len(printed)} frequencies agree to one unit of the last printed digit")


def main():
    stiffness, mass = assemble()
    middle = np.array([8, 9])
    reduced_k, reduced_m, slaves = condense(stiffness, mass, middle)
    agree("full", hertz(stiffness, mass), FULL)
    agree("Guyan, masters 6.2 6.6", hertz(reduced_k, reduced_m), GUYAN)
    inside = np.ix_(slaves, slaves)
    agree("fixed interface", hertz(stiffness[inside], mass[inside]), FIXED)
    transverse = np.arange(0, 20, 2)
    agree("Guyan, all ten T2", hertz(*condense(stiffness, mass, transverse)[:2]), FULL)

    matrix_market.write(
        HERE / "K.mtx", stiffness, "cantilever of ten bars, stiffness; dofs.txt names the rows"
    )
    matrix_market.write(HERE / "M.mtx", mass, "cantilever of ten bars, lumped mass, ten massless rotations")
    labels = [f"{node}.{component}\n" for node in range(2, BARS + 2) for component in (2, 6)]
    (HERE / "dofs.txt").write_text("".join(labels))


if __name__ == "__main__":
    main()
