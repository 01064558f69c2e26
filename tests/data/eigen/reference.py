"""Writes reference.txt: eigenvalues of this project's own matrices to 50 digits, by mpmath.

For each matrix: `matrix NAME N`, its rows (every entry is a double, written so that it is read back exactly),
then one line per eigenvalue in descending magnitude, positive imaginary part first:

    real part, imaginary part, sensitivity = ||B||_F / |y' x|

where x and y are right and left eigenvectors of length one of B, the matrix balanced by powers of two (its
eigenvalues are the same). A backward stable method that balances has an error of about eps times
the sensitivity. Everything is computed with 70 and with 90 digits, and must agree to 55.
Needs mpmath: python reference.py
"""

import random
from pathlib import Path

import mpmath

HERE = Path(__file__).resolve().parent
DATA = HERE.parents[2] / "data"


def filled(n, entry):
    return [[float(entry(i, j)) for j in range(n)] for i in range(n)]


def grcar(n):
    """-1 below the diagonal, 1 on it and on three diagonals above (Grcar 1989)."""
    return filled(n, lambda i, j: -1 if i == j + 1 else int(0 <= j - i <= 3))


def frank(n):
    """n + 1 - max(i, j), upper Hessenberg (Frank 1958): the small eigenvalues are ill-conditioned."""
    return filled(n, lambda i, j: n - max(i, j) if j >= i - 1 else 0)


def integers(n, seed, symmetric=False):
    """Random integers from -99 to 99, times 1/16."""
    draw = random.Random(seed)
    matrix = [[draw.randint(-99, 99) / 16 for _ in range(n)] for _ in range(n)]
    return filled(n, lambda i, j: matrix[max(i, j)][min(i, j)] if symmetric else matrix[i][j])


def graded(n, seed, step):
    """Integers with row i times 2^(step i)."""
    matrix = integers(n, seed)
    return filled(n, lambda i, j: matrix[i][j] * 2.0 ** (step * i))


def scaled(n, seed):
    """D A D^-1 with powers of two from 2^-40 to 2^40: balancing must undo it."""
    matrix, draw = integers(n, seed), random.Random(seed + 1)
    powers = [draw.randint(-40, 40) for _ in range(n)]
    return filled(n, lambda i, j: matrix[i][j] * 2.0 ** (powers[i] - powers[j]))


def companion(roots):
    """Of the monic polynomial with these integer roots, coefficients in the first row."""
    coefficients = [1]
    for root in roots:
        coefficients = [a - root * b for a, b in zip(coefficients + [0], [0] + coefficients)]
    return filled(len(roots), lambda i, j: -coefficients[j + 1] if i == 0 else int(i == j + 1))


def kac(n):
    """Sylvester and Kac: eigenvalues n - 1, n - 3, ..., 1 - n."""
    return filled(n, lambda i, j: j if j == i + 1 else n - i if j == i - 1 else 0)


def read_mtx(path):
    """A symmetric Matrix Market file; its numbers as doubles."""
    lines = [line.split() for line in path.read_text().splitlines() if not line.startswith("%")]
    n, entries = int(lines[0][0]), {}
    for i, j, value in lines[1:]:
        entries[int(i) - 1, int(j) - 1] = entries[int(j) - 1, int(i) - 1] = float(value)
    return filled(n, lambda i, j: entries.get((i, j), 0.0))


def state_space(stiffness, masses, damping):
    """[0 I; -M^-1 K, -M^-1 C] with C = damping K; all numbers are dyadic."""
    n = len(masses)

    def entry(i, j):
        if i < n:
            return int(j == i + n)
        factor = 1.0 if j < n else damping
        return -factor * stiffness[i - n][j % n] / masses[i - n]

    return filled(2 * n, entry)


CHAIN4 = read_mtx(DATA / "chain4" / "K.mtx")
CHAIN4_MASSES = [2, 2, 2, 1]

MATRICES = {
    "grcar8": grcar(8),
    "grcar20": grcar(20),
    "grcar32": grcar(32),
    "frank8": frank(8),
    "frank12": frank(12),
    "companion1to8": companion(range(1, 9)),
    "companion_mixed": companion([-5, 3, 0, 7, 2, -1]),
    "kac17": kac(17),
    "integers5": integers(5, 5),
    "integers9": integers(9, 9),
    "integers24": integers(24, 24),
    "symmetric_integers9": integers(9, 1, symmetric=True),
    "symmetric_integers24": integers(24, 2, symmetric=True),
    "graded_down8": graded(8, 3, -7),
    "graded_up8": graded(8, 4, 7),
    "graded_down17": graded(17, 6, -3),
    "scaled8": scaled(8, 7),
    "scaled17": scaled(17, 8),
    "chain4_stiffness": CHAIN4,
    "chain4_pair": filled(4, lambda i, j: CHAIN4[i][j] / CHAIN4_MASSES[i]),
    "chain4_damped": state_space(CHAIN4, CHAIN4_MASSES, 1 / 8),
    "cantilever_stiffness": read_mtx(DATA / "cantilever" / "K.mtx"),
}


def balanced(matrix):
    """Powers of two that make the rows about as large as the columns; exact."""
    n, matrix, changed = len(matrix), [row[:] for row in matrix], True
    while changed:
        changed = False
        for k in range(n):
            col = sum(abs(matrix[i][k]) for i in range(n) if i != k)
            row = sum(abs(matrix[k][j]) for j in range(n) if j != k)
            if col == 0 or row == 0:
                continue
            power = round(0.5 * float(mpmath.log(row / col, 2)))
            if col * 2.0**power + row / 2.0**power < 0.95 * (col + row):
                changed = True
                for i in range(n):
                    matrix[i][k] *= 2.0**power
                    matrix[k][i] /= 2.0**power
    return matrix


def length(vector):
    return mpmath.sqrt(sum(abs(value) ** 2 for value in vector))


def spectrum(matrix, digits):
    """(eigenvalue, sensitivity) in the order of the file."""
    with mpmath.workdps(digits):
        b = mpmath.matrix(balanced(matrix))
        values, left, right = mpmath.eig(b, left=True, right=True)
        norm = mpmath.mnorm(b, "f")
        rows = []
        for k, value in enumerate(values):
            x, y = right[:, k], left[k, :]
            slope = abs(sum(y[i] * x[i] for i in range(len(values))))
            value = mpmath.mpc(value)
            if abs(value.imag) < mpmath.mpf(10) ** (10 - digits) * norm:
                value = mpmath.mpc(value.real, 0)
            rows.append((value, norm * length(x) * length(y) / slope))
        # As doubles, so that the two of a pair tie and the sign decides.
        def key(row):
            return (-float(abs(row[0])), -float(row[0].real), -float(row[0].imag))

        return sorted(rows, key=key)


def describe(name, matrix):
    rows, check = spectrum(matrix, 90), spectrum(matrix, 70)
    for (value, size), (other, _) in zip(rows, check):
        assert abs(value - other) <= mpmath.mpf(10) ** -55 * size, (name, value, other)
    lines = [f"matrix {name} {len(matrix)}"]
    lines += [" ".join(repr(v).removesuffix(".0") for v in row) for row in matrix]
    lines += [
        f"{mpmath.nstr(v.real, 50)} {mpmath.nstr(v.imag, 50)} {mpmath.nstr(size, 4)}" for v, size in rows
    ]
    return "\n".join(lines) + "\n"


def main():
    mpmath.mp.dps = 90
    text = "# see reference.py\n"
    for name, matrix in MATRICES.items():
        print(name, flush=True)
        text += describe(name, matrix)
    (HERE / "reference.txt").write_text(text)


if __name__ == "__main__":
    main()
