#!/usr/bin/env python3
"""Writes steps.inp: two cubes of six C3D4 each, with loads that come, stay, are replaced and go, over four steps.

steps.dat is what CalculiX 2.20 printed for it: `OMP_NUM_THREADS=1 ccx steps`.
"""

import itertools
from pathlib import Path


def node(x, y, z):
    return 1 + x + 3 * (y + 2 * z)


def volume(a, b, c, d):
    u, v, w = ([q - p for p, q in zip(a, other)] for other in (b, c, d))
    cross = (u[1] * v[2] - u[2] * v[1], u[2] * v[0] - u[0] * v[2], u[0] * v[1] - u[1] * v[0])
    return sum(p * q for p, q in zip(cross, w))


points = {
    node(x, y, z): (x + 0.1 * y * z, 1.2 * y - 0.05 * x * z, 0.9 * z + 0.07 * x * y)
    for z, y, x in itertools.product(range(2), range(2), range(3))
}
elements = []
for cube in range(2):
    # Kuhn: one tetrahedron for each way along three edges from corner to corner.
    for axes in itertools.permutations(range(3)):
        corner = [cube, 0, 0]
        path = [node(*corner)]
        for axis in axes:
            corner[axis] += 1
            path.append(node(*corner))
        if volume(*(points[number] for number in path)) < 0:
            path[1], path[2] = path[2], path[1]
        elements.append(path)

lines = ["*HEADING", "Loads that come, stay, are replaced and go, over four steps", "*NODE, NSET=NALL"]
lines += [f"{number}, {x:.10g}, {y:.10g}, {z:.10g}" for number, (x, y, z) in sorted(points.items())]
lines.append("*ELEMENT, TYPE=C3D4, ELSET=EALL")
lines += [f"{number}, {', '.join(map(str, nodes))}" for number, nodes in enumerate(elements, 1)]
text = "\n".join(lines) + """
*ELSET, ELSET=LEFT, GENERATE
1, 6
*ELSET, ELSET=RIGHT, GENERATE
7, 12
*MATERIAL, NAME=STUFF
*ELASTIC
1000., 0.3
*DENSITY
2.
*SOLID SECTION, ELSET=LEFT, MATERIAL=STUFF
*SOLID SECTION, ELSET=RIGHT, MATERIAL=STUFF
*BOUNDARY
1, 1, 3
4, 1, 3
7, 1, 3
10, 1, 1
*STEP
*STATIC
*BOUNDARY
12, 2, 2, 0.01
*CLOAD
9, 1, 1.5
9, 1, 2.
3, 3, -4.
*DLOAD
3, P1, 5.
3, P1, 1.
8, P4, 7.
EALL, GRAV, 3., 0., 0., -2.
LEFT, GRAV, 5., 0., 0., -1.
*NODE PRINT, NSET=NALL
U
*END STEP
*STEP
*STATIC
*CLOAD
9, 1, 4.
6, 2, 1.
*DLOAD
3, P1, 2.
EALL, GRAV, 9., 0., 0., -1.
EALL, GRAV, 2., 1., 1., 0.
*NODE PRINT, NSET=NALL
U
*END STEP
*STEP
*STATIC
*BOUNDARY
12, 2, 2, -0.02
*CLOAD, OP=NEW
6, 3, 2.
*NODE PRINT, NSET=NALL
U
*END STEP
*STEP
*STATIC
*DLOAD, OP=NEW
*NODE PRINT, NSET=NALL
U, RF
*END STEP
"""
Path(__file__).with_name("steps.inp").write_text(text)
