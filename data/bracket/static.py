#!/usr/bin/env python3
"""Make the bracket's static load cases and keep what CalculiX prints: 1 kN on the lug hole in x, y and z; weight.

A force is shared over the nodes of LUGHOLE as an even traction would be: int N dA / area of the curved six-
node triangles, so mid nodes get nearly all of it. Units mm, t, s, N. Reads mesh.inc; needs NumPy, zopfli and
CalculiX 2.20. Writes bracket_static.inp and bracket_static.dat.gz: displacements of every fiftieth node, the
sum of the forces K u on the clamped nodes, stresses at the four integration points of every element, seven
digits.
"""

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np
import zopfli.gzip

HERE = Path(__file__).resolve().parent
FORCE, GRAVITY = 1000.0, 9810.0
EVERY = 50
# Nodes of the faces of C3D10: corners, then the mid nodes 1-2, 2-3, 3-1.
FACES = [(0, 1, 2, 4, 5, 6), (0, 3, 1, 7, 8, 4), (1, 3, 2, 8, 9, 5), (2, 3, 0, 9, 7, 6)]


def read_mesh():
    """Nodes {number: place}, the node numbers of all elements, and the nodes of LUGHOLE."""
    nodes, elements, hole, block = {}, [], set(), ""
    for line in (HERE / "mesh.inc").read_text().splitlines():
        if line.startswith("*"):
            block = line
        elif block.startswith("*NODE"):
            number, *place = line.split(",")
            nodes[int(number)] = [float(x) for x in place]
        elif block.startswith("*ELEMENT"):
            elements.append([int(n) for n in line.split(",")[1:]])
        elif block == "*NSET, NSET=LUGHOLE":
            hole.update(int(n) for n in line.split(",") if n)
    return nodes, elements, hole


def shares():
    """{node: part of an even traction}; the parts add up to 1."""
    nodes, elements, hole = read_mesh()
    parts = dict.fromkeys(sorted(hole), 0.0)
    for element in elements:
        for face in FACES:
            corners = [element[i] for i in face]
            if hole.issuperset(corners):
                for node, part in zip(corners, face_shares(np.array([nodes[n] for n in corners]))):
                    parts[node] += part
    total = sum(parts.values())
    return {node: part / total for node, part in parts.items()}


def face_shares(places):
    """int N dA of a six-node triangle, by the seven points that are exact to degree 5."""
    root = np.sqrt(15.0)
    points = [(1 / 3, 1 / 3, 9 / 80)]
    for a, w in (((6 - root) / 21, (155 - root) / 2400), ((6 + root) / 21, (155 + root) / 2400)):
        points += [(a, a, w), (1 - 2 * a, a, w), (a, 1 - 2 * a, w)]
    total = np.zeros(6)
    for r, s, weight in points:
        t = 1 - r - s
        shape = np.array([t * (2 * t - 1), r * (2 * r - 1), s * (2 * s - 1), 4 * t * r, 4 * r * s, 4 * s * t])
        by_r = np.array([1 - 4 * t, 4 * r - 1, 0, 4 * (t - r), 4 * s, -4 * s])
        by_s = np.array([1 - 4 * t, 0, 4 * s - 1, -4 * r, 4 * r, 4 * (t - s)])
        total += weight * shape * np.linalg.norm(np.cross(by_r @ places, by_s @ places))
    return total


def deck():
    """Four static steps; in each only its own load acts."""
    count = len(read_mesh()[0])
    chosen = list(range(1, count + 1, EVERY))
    rows = [",".join(map(str, chosen[i : i + 12])) + ",\n" for i in range(0, len(chosen), 12)]
    text = "*HEADING\nLug bracket, two bolt holes clamped; 1 kN on the lug hole in x, y, z; weight. mm, t, s, N\n"
    text += "*INCLUDE, INPUT=mesh.inc\n*NSET, NSET=SOME\n" + "".join(rows)
    text += "*ELSET, ELSET=EALL\nBASE,LUG,RIB\n*BOUNDARY\nBOLTS,1,3\n"
    output = "*NODE PRINT, NSET=SOME\nU\n*NODE PRINT, NSET=BOLTS, TOTALS=ONLY\nRF\n*EL PRINT, ELSET=EALL\nS\n*END STEP\n"
    parts = shares()
    for component, name in enumerate("XYZ", 1):
        loads = "".join(f"{node},{component},{FORCE * part:.9g}\n" for node, part in parts.items())
        text += f"*STEP\n** {FORCE:.0f} N in {name}\n*STATIC\n*CLOAD, OP=NEW\n{loads}{output}"
    return text + f"*STEP\n*STATIC\n*CLOAD, OP=NEW\n*DLOAD\nEALL,GRAV,{GRAVITY:.9g},0,0,-1\n{output}"


def main():
    (HERE / "bracket_static.inp").write_text(deck())
    one = {name: "1" for name in ("OMP_NUM_THREADS", "CCX_NPROC_STIFFNESS", "CCX_NPROC_EQUATION_SOLVER")}
    with tempfile.TemporaryDirectory() as scratch:
        for name in ("mesh.inc", "bracket_static.inp"):
            shutil.copy(HERE / name, scratch)
        job = ["ccx", "bracket_static"]
        subprocess.run(job, cwd=scratch, env=os.environ | one, check=True, stdout=subprocess.DEVNULL)
        printed = (Path(scratch) / "bracket_static.dat").read_bytes()
    (HERE / "bracket_static.dat.gz").write_bytes(zopfli.gzip.compress(printed, numiterations=5))
    words = printed.decode().split()
    print(f"{len(printed)} bytes printed; totals of the forces on the bolts:")
    for at in [i for i, word in enumerate(words) if word == "total"]:
        print("  ", " ".join(w for w in words[at + 9 : at + 12]))


if __name__ == "__main__":
    main()
