#!/usr/bin/env python3
"""Make the lug bracket: mesh, CalculiX decks, exported K and M, the 20 lowest frequencies.

A base plate is held by two bolts; a lug with a hole stands on its front edge, and a triangular
rib ties the lug back to the base. Ten-node tetrahedra (C3D10), steel, units mm, t, s, N (N/mm2).

Needs gmsh (its Python package) and CalculiX 2.20 (`ccx`). Writes next to this file:
mesh.inc, bracket.inp, bracket_matrices.inp, bracket.{sti,mas}.gz, bracket.dof, frequencies.txt.
"""

import argparse
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import gmsh
import numpy as np
import zopfli.gzip

HERE = Path(__file__).resolve().parent

# Dimensions in mm. x points from the lug to the back of the base, z up.
BASE = dict(length=70.0, width=50.0, height=8.0)
BOLTS = dict(x=46.0, y=15.0, diameter=11.0)
LUG = dict(thickness=10.0, width=40.0, centre=55.0, diameter=16.0)
RIB = dict(thickness=8.0, back=58.0, top=40.0)

# Steel: N/mm2, -, t/mm3.
YOUNG, POISSON, DENSITY = 210000.0, 0.3, 7.85e-9


def geometry():
    """Build the half y >= 0; return {name: volume tag}, sharing the faces where the parts meet."""
    occ = gmsh.model.occ
    h, t, top = BASE["height"], LUG["thickness"], LUG["centre"]

    base = occ.addBox(0, 0, 0, BASE["length"], BASE["width"] / 2, h)
    bolt = occ.addCylinder(BOLTS["x"], BOLTS["y"], 0, 0, 0, h, BOLTS["diameter"] / 2)
    (base,), _ = occ.cut([(3, base)], [(3, bolt)])

    half = LUG["width"] / 2
    plate = occ.addBox(0, 0, h, t, half, top - h)
    round_end = occ.addCylinder(0, 0, top, t, 0, 0, half)
    hole = occ.addCylinder(0, 0, top, t, 0, 0, LUG["diameter"] / 2)
    lug, _ = occ.fuse([(3, plate)], [(3, round_end)])
    lug, _ = occ.cut(lug, [(3, hole)])
    (lug,), _ = occ.intersect(lug, [(3, occ.addBox(-t, 0, 0, 3 * t, BASE["width"], 2 * top))])

    corners = [(t, h), (RIB["back"], h), (t, RIB["top"])]
    points = [occ.addPoint(x, 0, z) for x, z in corners]
    lines = [occ.addLine(points[i], points[(i + 1) % 3]) for i in range(3)]
    face = occ.addPlaneSurface([occ.addCurveLoop(lines)])
    rib = next(e for e in occ.extrude([(2, face)], 0, RIB["thickness"] / 2, 0) if e[0] == 3)

    _, parts = occ.fragment([base, lug, rib], [])
    occ.removeAllDuplicates()
    occ.synchronize()
    return {name: part[0][1] for name, part in zip(("BASE", "LUG", "RIB"), parts)}


def hole_faces(volumes):
    """Return the cylindrical faces as {node set: [face tags]}."""
    faces = {"BOLTS": [], "LUGHOLE": []}
    for name, owner in (("BOLTS", "BASE"), ("LUGHOLE", "LUG")):
        limit = {"BOLTS": BOLTS, "LUGHOLE": LUG}[name]["diameter"] + 1e-3
        for dim, tag in gmsh.model.getBoundary([(3, volumes[owner])], oriented=False):
            x0, y0, _, x1, y1, _ = gmsh.model.getBoundingBox(dim, tag)
            if gmsh.model.getType(dim, tag) == "Cylinder" and y1 - y0 < limit:
                faces[name].append(tag)
    return faces


def mesh(size, hole_size):
    """Mesh the bracket; return nodes (n x 3), elements {set: (m x 10)} and node sets {name: ids}."""
    gmsh.initialize()
    options = {
        "General.Terminal": 0,
        "General.NumThreads": 1,
        "Mesh.RandomSeed": 1,
        "Mesh.MeshSizeMax": size,
        "Mesh.MeshSizeFromPoints": 0,
        "Mesh.ElementOrder": 2,
        "Mesh.HighOrderOptimize": 2,
        "Mesh.Optimize": 1,
    }
    for name, value in options.items():
        gmsh.option.setNumber(name, value)
    volumes = geometry()
    faces = hole_faces(volumes)
    refine(faces, size, hole_size)
    gmsh.model.mesh.generate(3)
    tables = mirror(*read_mesh(volumes, faces))
    gmsh.finalize()
    return tables


def refine(faces, size, hole_size):
    """Let the element size grow from hole_size on the holes to size 12 mm away."""
    field = gmsh.model.mesh.field
    distance = field.add("Distance")
    field.setNumbers(distance, "SurfacesList", faces["BOLTS"] + faces["LUGHOLE"])
    grow = field.add("Threshold")
    for key, value in dict(InField=distance, SizeMin=hole_size, SizeMax=size, DistMin=0, DistMax=12).items():
        field.setNumber(grow, key, value)
    field.setAsBackgroundMesh(grow)


def read_mesh(volumes, faces):
    """Take the half mesh out of gmsh: nodes 0..n-1, ten nodes per element as CalculiX orders them."""
    tags, coords, _ = gmsh.model.mesh.getNodes()
    index = np.zeros(int(tags.max()) + 1, dtype=int)
    index[tags] = np.arange(len(tags))

    elements = {}
    for name, volume in volumes.items():
        types, _, flat = gmsh.model.mesh.getElements(3, volume)
        assert list(types) == [11], "expected ten-node tetrahedra only"
        # gmsh ends with edges 2-3, 1-3; CalculiX with 1-3, 2-3.
        elements[name] = index[flat[0].reshape(-1, 10)][:, [0, 1, 2, 3, 4, 5, 6, 7, 9, 8]]

    sets = {}
    for name, found in faces.items():
        on_face = [gmsh.model.mesh.getNodes(2, face, includeBoundary=True)[0] for face in found]
        sets[name] = np.unique(index[np.concatenate(on_face)])
    return coords.reshape(-1, 3), elements, sets


def mirror(nodes, elements, sets):
    """Add the half y < 0; nodes count from the lug backwards, a mirror image right after its original."""
    nodes = np.where(np.abs(nodes) < 1e-9, 0.0, nodes)
    order = np.lexsort((nodes[:, 1], nodes[:, 2].round(3), nodes[:, 0].round(3)))
    paired = nodes[order, 1] > 0
    number = np.empty((2, len(nodes)), dtype=int)
    number[0, order] = 1 + np.arange(len(nodes)) + np.concatenate([[0], np.cumsum(paired)[:-1]])
    number[1] = number[0] + (nodes[:, 1] > 0)

    whole = np.empty((number.max(), 3))
    whole[number[1] - 1] = nodes * [1, -1, 1]
    whole[number[0] - 1] = nodes
    # Mirroring turns an element inside out: exchange corners 1 and 2, and the edges with them.
    turned = [1, 0, 2, 3, 4, 6, 5, 8, 7, 9]
    elements = {k: np.vstack([number[0][v], number[1][v][:, turned]]) for k, v in elements.items()}
    return whole, elements, {k: np.unique(number[:, v]) for k, v in sets.items()}


def write_mesh(path, nodes, elements, sets):
    """Write nodes, elements, sets, material and sections as a CalculiX include."""
    with open(path, "w") as out:
        out.write("** Lug bracket: mm, t, s, N (N/mm2). Written by make.py\n*NODE, NSET=ALL\n")
        for i, (x, y, z) in enumerate(nodes, 1):
            out.write(f"{i},{x:.9g},{y:.9g},{z:.9g}\n")
        first = 1
        for name, table in elements.items():
            out.write(f"*ELEMENT, TYPE=C3D10, ELSET={name}\n")
            for i, row in enumerate(table, first):
                out.write(f"{i}," + ",".join(map(str, row)) + "\n")
            first += len(table)
        for name, ids in sets.items():
            out.write(f"*NSET, NSET={name}\n")
            for i in range(0, len(ids), 12):
                out.write(",".join(map(str, ids[i : i + 12])) + ",\n")
        out.write(f"*MATERIAL, NAME=STEEL\n*ELASTIC\n{YOUNG:.0f}.,{POISSON}\n*DENSITY\n{DENSITY:.2e}\n")
        for name in elements:
            out.write(f"*SOLID SECTION, ELSET={name}, MATERIAL=STEEL\n")


def write_decks():
    """Write the deck of the 20 lowest modes and the deck that exports the matrices."""
    for job, solver in (("bracket", ""), ("bracket_matrices", ", SOLVER=MATRIXSTORAGE")):
        (HERE / f"{job}.inp").write_text(
            "*HEADING\nLug bracket, two bolt holes clamped. mm, t, s, N\n"
            "*INCLUDE, INPUT=mesh.inc\n*BOUNDARY\nBOLTS,1,3\n"
            f"*STEP\n*FREQUENCY{solver}\n20\n*END STEP\n"
        )


def run(job, folder):
    """Run CalculiX on one thread: more threads change the last bits of an export."""
    for name in ("mesh.inc", f"{job}.inp"):
        shutil.copy(HERE / name, folder)
    one = {name: "1" for name in ("OMP_NUM_THREADS", "CCX_NPROC_STIFFNESS", "CCX_NPROC_EQUATION_SOLVER")}
    subprocess.run(["ccx", job], cwd=folder, env=os.environ | one, check=True, stdout=subprocess.DEVNULL)


def pack(source, target):
    """Compress as hard as gzip's format allows; no date and no name, so equal input gives equal bytes."""
    target.write_bytes(zopfli.gzip.compress(source.read_bytes(), numiterations=5))


def keep_results(folder):
    """Keep the matrices and, as printed, the eigenvalue table of the .dat file."""
    for kind in ("sti", "mas"):
        pack(folder / f"bracket_matrices.{kind}", HERE / f"bracket.{kind}.gz")
    shutil.copy(folder / "bracket_matrices.dof", HERE / "bracket.dof")

    lines = (folder / "bracket.dat").read_text().splitlines()
    start = next(i for i, line in enumerate(lines) if "E I G E N V A L U E" in line)
    end = next(i for i, line in enumerate(lines) if "P A R T I C I P A T I O N" in line)
    rows = [line.split() for line in lines[start:end]]
    hertz = [row[3] for row in rows if len(row) == 5 and row[0].isdigit()]
    assert len(hertz) == 20, f"{len(hertz)} frequencies printed instead of 20"
    excerpt = "".join(f"# {line}".rstrip() + "\n" for line in lines[start:end] if line.strip())
    head = "# The 20 lowest natural frequencies in Hz, as CalculiX 2.20 prints them in bracket.dat:\n#\n"
    (HERE / "frequencies.txt").write_text(head + excerpt + "".join(f"{f}\n" for f in hertz))


def main():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--size", type=float, default=11.0, help="element size in mm (default %(default)s)")
    parser.add_argument("--hole-size", type=float, default=5.8, help="on the holes (default %(default)s)")
    options = parser.parse_args()

    nodes, elements, sets = mesh(options.size, options.hole_size)
    write_mesh(HERE / "mesh.inc", nodes, elements, sets)
    write_decks()
    with tempfile.TemporaryDirectory() as scratch:
        for job in ("bracket_matrices", "bracket"):
            run(job, Path(scratch))
        keep_results(Path(scratch))

    free = 3 * (len(nodes) - len(sets["BOLTS"]))
    counts = ", ".join(f"{name} {len(table)}" for name, table in elements.items())
    print(f"{len(nodes)} nodes, {free} free DOF; elements {counts}")
    print("; ".join(f"{name} {len(ids)} nodes" for name, ids in sets.items()))


if __name__ == "__main__":
    main()
