"""Decks with known answers: thick-walled cylinder, plate with a hole, two benchmarks of NAFEMS.

Cylinder (Lame): radii 10 and 20, inner pressure 100, u_z = 0: with c = p a^2 / (b^2 - a^2)
    sigma_r = c (1 - b^2 / r^2), sigma_theta = c (1 + b^2 / r^2), sigma_z = 2 nu c,
    u_r = (1 + nu) / E c ((1 - 2 nu) r + b^2 / r);  sigma_theta is 500 / 3 inside, 200 / 3 outside.

Plate: hole of radius 1 in a square of half width 20 under tension 1 in x, u_z = 0; sigma_x at (0, 1) is 3 for
an infinite plate (Kirsch), (2 + (1 - d/w)^3) / (1 - d/w) = 3.0078 at this width (Heywood's fit, d/w = 1/20).
Units mm, t, s, N.
"""

import numpy as np

import frames
import lattice

INNER, OUTER, HEIGHT, PRESSURE = 10.0, 20.0, 3.0, 100.0
WIDTH = 20.0


def ring(of):
    """A quarter of the cylinder; elements grow with the radius."""
    radius = INNER * (OUTER / INNER) ** of[:, 0]
    angle = of[:, 1] * np.pi / 2
    return np.column_stack([radius * np.cos(angle), radius * np.sin(angle), HEIGHT * of[:, 2]])


def plate(of):
    """A quarter of the plate, from the hole (first coordinate 0) to the square (1); elements grow outwards."""
    angle = of[:, 1] * np.pi / 2
    hole = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    square = WIDTH * np.minimum(1, 2 * np.stack([1 - of[:, 1], of[:, 1]], axis=1))
    part = np.expm1(3.5 * of[:, :1]) / np.expm1(3.5)
    return np.column_stack([hole + part * (square - hole), of[:, 2]])


def quarter(heading, mesh, loads):
    """A deck of one static step: symmetric about x = 0 and y = 0, u_z = 0 on all nodes, pressure on faces."""
    sides = {"SIDEY": mesh.where(lambda x, y, z: y == 0), "SIDEX": mesh.where(lambda x, y, z: y == 1)}
    sides["ENDS"] = mesh.where(lambda x, y, z: z in (0, 1))
    text = f"*HEADING\n{heading}\n" + lattice.write_nodes(mesh.ids, mesh.nodes)
    text += lattice.write_elements(mesh.kind, mesh.elements, mesh.table, "EALL")
    text += "".join(lattice.write_set("NSET", name, ids) for name, ids in sides.items())
    text += lattice.material("STEEL", 210000.0, 0.3, 7.85e-9) + "*SOLID SECTION, ELSET=EALL, MATERIAL=STEEL\n"
    text += "*BOUNDARY\nSIDEY,2,2\nSIDEX,1,1\nENDS,3,3\n*STEP\n*STATIC\n*DLOAD\n"
    text += "".join(f"{e},P{f},{p:.9g}\n" for e, f, p in loads)
    return text + "*NODE PRINT, NSET=NALL\nU\n*EL PRINT, ELSET=EALL\nS\n*END STEP\n"


def cylinder(kind, counts):
    mesh = lattice.Mesh(kind, counts, ring)
    loads = [(e, f, PRESSURE) for e, f in mesh.faces_where(lambda x, y, z: x == 0)]
    return quarter(f"Thick-walled cylinder under inner pressure, {kind}. mm, t, s, N", mesh, loads)


def plate_with_hole(count):
    mesh = lattice.Mesh("C3D20", (count, count, 1), plate)
    loads = [(e, f, -1.0) for e, f in mesh.faces_where(lambda x, y, z: x == 1 and y <= 0.5)]
    return quarter(f"Plate with a hole under tension in x, {count} x {count} C3D20. mm, t, s, N", mesh, loads)


def fv52():
    """NAFEMS FV52: plate 10 x 10 x 1, u_z = 0 along the lower edges; three rigid modes, 44.762 Hz, 2 x 110.52 Hz."""
    mesh = lattice.Mesh("C3D20", (4, 4, 1), lambda of: of * (10, 10, 1))
    edges = mesh.where(lambda x, y, z: z == 0 and (x in (0, 1) or y in (0, 1)))
    text = "*HEADING\nNAFEMS FV52: simply supported solid square plate. m, kg, s, N\n"
    text += lattice.write_nodes(mesh.ids, mesh.nodes)
    text += lattice.write_elements(mesh.kind, mesh.elements, mesh.table, "EALL")
    text += lattice.write_set("NSET", "EDGES", edges) + lattice.material("STEEL", 200e9, 0.3, 8000.0)
    text += "*SOLID SECTION, ELSET=EALL, MATERIAL=STEEL\n*BOUNDARY\nEDGES,3,3\n"
    return text + "*STEP\n*FREQUENCY\n10\n*END STEP\n"


def fv2(pieces=4):
    """NAFEMS FV2: eight arms of 5 m, ends pinned, in their plane; 11.336, 7 x 17.709, 45.345, 7 x 57.390 Hz."""
    side = 0.125
    inertia = side**4 / 12
    arm = frames.Member(
        200e9, 8000.0, side**2, 200e9 / 2.6, inertia, 0.0, inertia, 2.25 * (side / 2) ** 4, (0, 0, 1)
    )
    nodes, members, supports = {1: (0.0, 0.0, 0.0)}, [], {1: (3, 4, 5)}
    for i in range(8):
        chain = [1] + [10 * (i + 1) + j for j in range(pieces)]
        for j, (a, b) in enumerate(zip(chain, chain[1:]), 1):
            radius = 5.0 * j / pieces
            nodes[b] = tuple(
                np.round([radius * np.cos(i * np.pi / 4), radius * np.sin(i * np.pi / 4), 0.0], 9)
            )
            supports[b] = (1, 2, 3, 4, 5) if j == pieces else (3, 4, 5)
            members.append((len(members) + 1, a, b, arm))
    frame = frames.Frame(nodes, members, supports, [], (0, 0, -9.81))
    hertz = frame.hertz(frame.m, 16)
    expected = [11.336] + 7 * [17.709] + [45.345] + 7 * [57.390]
    worst = np.abs(hertz / expected - 1).max()
    assert worst < 0.02, f"FV2 differs by {worst:.1e}"
    text = "*HEADING\nNAFEMS FV2: pin-ended double cross. m, kg, s, N\n"
    ids = sorted(nodes)
    text += lattice.write_nodes(ids, [nodes[n] for n in ids])
    text += lattice.write_elements("B33", [m[0] for m in members], [m[1:3] for m in members], "ARMS")
    text += frames.general_section("ARMS", arm) + "*BOUNDARY\n"
    text += "".join(f"{n},{c},{c}\n" for n, components in supports.items() for c in components)
    return text + "*STEP\n*FREQUENCY\n16\n*END STEP\n"


def make(folder):
    """Write the decks."""
    decks = {
        "cylinder_c3d20.inp": cylinder("C3D20", (6, 6, 1)),
        "cylinder_c3d20r.inp": cylinder("C3D20R", (6, 6, 1)),
        "cylinder_c3d10.inp": cylinder("C3D10", (6, 8, 1)),
        "fv2.inp": fv2(),
        "fv52.inp": fv52(),
    } | {f"plate_{count}.inp": plate_with_hole(count) for count in (4, 8, 16)}
    for name, text in decks.items():
        (folder / name).write_text(text)
        print(f"{name}: {len(text)} bytes")
