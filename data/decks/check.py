#!/usr/bin/env python3
"""Compare what CalculiX printed for the distorted blocks with dense.py, which shares no code with it.

Displacements, inner forces and stresses at the integration points in the four static steps, ten frequencies.
Differences are over the largest value of a step, of frequencies over each. Needs NumPy.
"""

import gzip
from pathlib import Path

import numpy as np

import solids
from dense import Block

HERE = Path(__file__).resolve().parent
# Over the largest value; seven digits are printed.
LIMIT = 1e-6
STEPS = ("force", "pressure", "gravity", "settlement")


def printed(job):
    """[{heading word: rows}] of each static step: displacements, forces, stresses."""
    steps, rows = [], None
    for line in gzip.open(HERE / f"{job}.dat.gz", "rt"):
        words = line.split()
        if not words:
            continue
        if words[0].isdigit():
            rows.append([float(word) for word in words])
        else:
            if words[0] == "displacements":
                steps.append({})
            rows = steps[-1][words[0]] = []
    return [{name: np.array(rows) for name, rows in step.items()} for step in steps]


def apart(found, expected):
    return np.abs(found - expected).max() / np.abs(expected).max()


def main():
    table = dict(line.split(maxsplit=1) for line in (HERE / "frequencies.txt").read_text().splitlines()[1:])
    print("element  step          displacements      forces    stresses")
    worst = 0.0
    for kind in solids.KINDS:
        block, job = Block(kind), kind.lower()
        for name, step, moved, forces in zip(STEPS, printed(job), *block.solve()):
            stress = step["stresses"]
            stress = stress[np.argsort(stress[:, 0], kind="stable")]  # by element; set by set as printed
            differences = (
                apart(moved, step["displacements"][:, 1:].ravel()),
                apart(forces, step["forces"][:, 1:].ravel()),
                apart(block.stresses(moved), stress[:, 2:]),
            )
            worst = max(worst, *differences)
            print(f"{kind:8} {name:12}" + "".join(f"{d:14.1e}" for d in differences))
        hertz = np.array(table[job].split(), dtype=float)
        difference = np.abs(block.hertz(len(hertz)) / hertz - 1).max()
        worst = max(worst, difference)
        print(f"{kind:8} frequencies {difference:14.1e}")
    assert worst < LIMIT, f"{worst:.1e} is more than seven printed digits leave open"


if __name__ == "__main__":
    main()
