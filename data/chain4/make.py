#!/usr/bin/env python3
"""Make the chain of four masses (JuliaFEM, ModelReduction.jl), and check its Guyan reduction.

Unit springs from ground to mass 1, 1 to 2, 2 to 3, 3 to 4; masses 2, 2, 2, 1; all without units.
With master 4: K_r = 0.25, M_r = 2.75. Writes K.mtx, M.mtx, dofs.txt (component 1 of nodes 1..4). Needs NumPy.
"""

import sys
from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))
import matrix_market  # noqa: E402

STIFFNESS = np.array([[2, -1, 0, 0], [-1, 2, -1, 0], [0, -1, 2, -1], [0, 0, -1, 1]], dtype=float)
MASS = np.diag([2.0, 2.0, 2.0, 1.0])


def check():
    """T = [-K_ss^-1 K_sm; 1] for master 4; then with the first fixed-interface mode of the rest added."""
    static = np.append(-np.linalg.solve(STIFFNESS[:3, :3], STIFFNESS[:3, 3]), 1.0)
    assert abs(static @ STIFFNESS @ static - 0.25) < 1e-15
    assert abs(static @ MASS @ static - 2.75) < 1e-14

    squares, shapes = np.linalg.eigh(STIFFNESS[:3, :3] / 2)  # M_ss = 2 I
    shape = np.append(shapes[:, 0] / np.sqrt(2), 0.0)
    assert abs(squares[0] - 0.292893) < 5e-7
    assert abs(abs(static @ MASS @ shape) - 1.20711) < 5e-6
    print("K_r = 0.25, M_r = 2.75; with one fixed-interface mode 0.292893 and 1.20711: agree")


def main():
    check()
    matrix_market.write(HERE / "K.mtx", STIFFNESS, "chain of four masses, stiffness")
    matrix_market.write(HERE / "M.mtx", MASS, "chain of four masses, mass")
    (HERE / "dofs.txt").write_text("".join(f"{node}.1\n" for node in range(1, 5)))


if __name__ == "__main__":
    main()
