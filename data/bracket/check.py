#!/usr/bin/env python3
"""Check the exported bracket in SciPy: full modes against CalculiX, Guyan with masters.txt against both.

Solves K x = omega^2 M x, then the pair condensed to the masters m (slaves s):
K_r = K_mm - K_ms K_ss^-1 K_sm,  M_r = T' M T,  T = [I; -K_ss^-1 K_sm].
The first fixed-interface frequency, the lowest of (K_ss, M_ss), bounds where Guyan may be trusted.
Units mm, t, s, N; frequencies in Hz. Needs NumPy and SciPy.
"""

from pathlib import Path

import numpy as np
import scipy.linalg as la
import scipy.sparse as sp
import scipy.sparse.linalg as spla

HERE = Path(__file__).resolve().parent


def read_matrix(path, n):
    """Read `i j value` lines (upper triangle, 1-based) into a symmetric n x n CSC matrix."""
    rows, cols, values = np.loadtxt(path, unpack=True)
    upper = sp.coo_matrix((values, (rows - 1, cols - 1)), shape=(n, n)).tocsc()
    return (upper + sp.triu(upper, 1).T).tocsc()


def read_labels(path):
    """Read node.component labels, one per line; lines that start with # are comments."""
    return [line for line in path.read_text().splitlines() if line and not line.startswith("#")]


def load():
    """Return (K, M, labels of the equations) of the bracket."""
    labels = read_labels(HERE / "bracket.dof")
    stiffness, mass = (read_matrix(HERE / f"bracket.{kind}.gz", len(labels)) for kind in ("sti", "mas"))
    return stiffness, mass, labels


def hertz(eigenvalues):
    """omega / (2 pi), ascending."""
    return np.sqrt(np.sort(eigenvalues)) / (2 * np.pi)


def lowest(stiffness, mass, count):
    """The lowest natural frequencies of a sparse pair in Hz, by shift-invert Lanczos about zero."""
    start = np.ones(stiffness.shape[0])
    return hertz(spla.eigsh(stiffness, count, mass, sigma=0, v0=start, tol=1e-14, return_eigenvectors=False))


def guyan(stiffness, mass, masters):
    """Return the condensed frequencies and the first fixed-interface frequency, both in Hz."""
    slaves = np.setdiff1d(np.arange(stiffness.shape[0]), masters)
    k_ss, m_ss = stiffness[slaves][:, slaves], mass[slaves][:, slaves]
    k_sm = stiffness[slaves][:, masters].toarray()
    recovery = np.zeros((stiffness.shape[0], len(masters)))
    recovery[masters] = np.eye(len(masters))
    recovery[slaves] = -spla.splu(k_ss.tocsc()).solve(k_sm)
    reduced = [recovery.T @ (matrix @ recovery) for matrix in (stiffness, mass)]
    return hertz(la.eigh(*reduced, eigvals_only=True)), lowest(k_ss.tocsc(), m_ss.tocsc(), 1)[0]


def main():
    stiffness, mass, labels = load()
    calculix = np.loadtxt(HERE / "frequencies.txt")
    full = lowest(stiffness, mass, len(calculix))
    worst = np.max(np.abs(full / calculix - 1))
    print(f"{len(labels)} equations; SciPy against the 20 printed frequencies: {worst:.1e} relative at worst")
    assert worst < 5e-7, "the printed frequencies have seven digits"

    equation = {label: i for i, label in enumerate(labels)}
    masters = np.array([equation[label] for label in read_labels(HERE / "masters.txt")])
    reduced, limit = guyan(stiffness, mass, masters)
    print(f"{len(masters)} masters; first fixed-interface frequency {limit:.1f} Hz\n")
    print("mode  CalculiX Hz      SciPy Hz      Guyan Hz   error %")
    for i in range(10):
        error = 100 * (reduced[i] / full[i] - 1)
        print(f"{i + 1:4} {calculix[i]:12.4f} {full[i]:13.5f} {reduced[i]:13.5f} {error:9.4f}")


if __name__ == "__main__":
    main()
