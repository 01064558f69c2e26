"""Writes random_numbers.txt: first numbers of the random families, by ChaCha8 and the polar method in Python.

Independent of the Rust code: ChaCha by D. J. Bernstein's description, key = (seed, index, purpose, 0) as
64-bit little-endian words, counter and nonce zero; logarithms by mpmath. Lines: family, seed, index, first
entries of the matrix column by column (n = 4). Needs mpmath: python random_numbers.py
"""

import itertools
import struct
from pathlib import Path

import mpmath

HERE = Path(__file__).resolve().parent
MASK = 2**32 - 1
COUNT = 6


def quarter(x, a, b, c, d):
    for p, q, r, turn in ((a, b, d, 16), (c, d, b, 12), (a, b, d, 8), (c, d, b, 7)):
        x[p] = (x[p] + x[q]) & MASK
        x[r] ^= x[p]
        x[r] = ((x[r] << turn) | (x[r] >> (32 - turn))) & MASK


def block(key, counter):
    start = [*struct.unpack("<4I", b"expand 32-byte k"), *key, counter & MASK, counter >> 32, 0, 0]
    x = list(start)
    for _ in range(4):
        for columns in ((0, 4, 8, 12), (1, 5, 9, 13), (2, 6, 10, 14), (3, 7, 11, 15)):
            quarter(x, *columns)
        for diagonals in ((0, 5, 10, 15), (1, 6, 11, 12), (2, 7, 8, 13), (3, 4, 9, 14)):
            quarter(x, *diagonals)
    return [(a + b) & MASK for a, b in zip(x, start)]


def uniforms(seed, index, purpose):
    key = struct.unpack("<8I", struct.pack("<4Q", seed, index, purpose, 0))
    for counter in itertools.count():
        words = block(key, counter)
        for low, high in zip(words[::2], words[1::2]):
            yield ((high << 32 | low) >> 11) * 2.0**-53


def normals(seed, index, purpose):
    source = uniforms(seed, index, purpose)
    while True:
        x, y = 2 * next(source) - 1, 2 * next(source) - 1
        square = x * x + y * y
        if 0 < square < 1:
            stretch = float(mpmath.sqrt(-2 * mpmath.log(square) / square))
            yield x * stretch
            yield y * stretch


def goe(seed, index):
    """Rows of the upper triangle by columns are drawn; matrix of size 4 column by column."""
    draw, n = normals(seed, index, 2), 4
    matrix = [[0.0] * n for _ in range(n)]
    for j in range(n):
        for i in range(j):
            matrix[i][j] = matrix[j][i] = next(draw)
        matrix[j][j] = 2**0.5 * next(draw)
    return [matrix[i][j] for j in range(n) for i in range(n)]


def main():
    lines = []
    for seed, index in ((0, 0), (0, 1), (1, 0), (2**64 - 1, 12345678901)):
        families = {
            "uniform": uniforms(seed, index, 0),
            "ginibre": normals(seed, index, 1),
            "goe": iter(goe(seed, index)),
        }
        for name, numbers in families.items():
            first = " ".join(repr(value) for value in itertools.islice(numbers, COUNT))
            lines.append(f"{name} {seed} {index} {first}\n")
    (HERE / "random_numbers.txt").write_text("# see random_numbers.py\n" + "".join(lines))


if __name__ == "__main__":
    main()
