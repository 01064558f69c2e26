"""Write the small models: lower triangle in Matrix Market, 17 digits so that every bit comes back."""

import numpy as np


def write(path, matrix, comment):
    """Write a symmetric matrix; entries that are exactly zero are left out."""
    rows, cols = np.nonzero(np.tril(matrix))
    order = np.lexsort((rows, cols))
    with open(path, "w") as out:
        out.write(f"%%MatrixMarket matrix coordinate real symmetric\n% {comment}\n")
        out.write(f"{len(matrix)} {len(matrix)} {len(rows)}\n")
        for i, j in zip(rows[order], cols[order]):
            out.write(f"{i + 1} {j + 1} {matrix[i, j]:.16e}\n")
