"""All eigenvalues of BCSSTK01 and BCSSTK03 by 40-digit arithmetic (mpmath): python spectra.py"""

from pathlib import Path

import mpmath

HERE = Path(__file__).parent
mpmath.mp.dps = 40


def harwell_boeing(path):
    """Lower triangle of an RSA file in the layout (16I5) (16I5) (4E20.12)."""
    lines = path.read_text().splitlines()
    counts = [int(word) for word in lines[1].split()]
    fields, at = [], 4
    for count, width in zip(counts[1:4], (5, 5, 20)):
        block = [line.rstrip() for line in lines[at : at + count]]
        fields.append([line[i : i + width] for line in block for i in range(0, len(line), width)])
        at += count
    starts, rows = ([int(field) for field in part] for part in fields[:2])
    columns = [col for col, (a, b) in enumerate(zip(starts, starts[1:]), 1) for _ in range(a, b)]
    return len(starts) - 1, list(zip(rows, columns, map(float, fields[2])))


def matrix_market(path):
    lines = [line.split() for line in path.read_text().splitlines() if not line.startswith("%")]
    return int(lines[0][0]), [(int(i), int(j), float(value)) for i, j, value in lines[1:]]


for name, (size, entries) in {
    "bcsstk01": harwell_boeing(HERE / "bcsstk01.rsa"),
    "bcsstk03": matrix_market(HERE / "bcsstk03.mtx"),
}.items():
    matrix = mpmath.zeros(size)
    for i, j, value in entries:
        matrix[i - 1, j - 1] = matrix[j - 1, i - 1] = mpmath.mpf(value)
    values = sorted(mpmath.eigsy(matrix, eigvals_only=True))
    text = "".join(mpmath.nstr(value, 20) + "\n" for value in values)
    (HERE / f"{name}_spectrum.txt").write_text(text)
