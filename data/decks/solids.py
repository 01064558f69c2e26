"""A distorted block of two materials for each solid element: four static steps and ten modes, by CalculiX.

The block is held on one face. The steps: forces on nodes; pressure, once on each face number and twice on the
free end; gravity in a slanted direction; the held face moved. In each step only its own load acts (OP=NEW).
Mid nodes are moved off the middles of the edges, so that edges are curved. Node numbers have gaps. Units mm,
t, s, N.
"""

import gzip
import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import numpy as np

import lattice

# Bricks in x, y, z where not 3, 2, 2; six tetrahedra to a brick.
BRICKS = {"C3D10": (2, 2, 2), "C3D8": (4, 3, 2)}
KINDS = ("C3D4", "C3D10", "C3D20", "C3D20R")
SIZE = np.array([30.0, 20.0, 16.0])
MATERIALS = {"STEEL": (210000.0, 0.3, 7.85e-9), "ALLOY": (70000.0, 0.33, 2.7e-9)}
GRAVITY, DIRECTION = 9810.0, (0.48, -0.6, -0.64)
MODES = 10


def place(of, counts):
    """A twisted block; corners and mid nodes are then moved at random, by up to 12 and 3 % of a brick."""
    x, y, z = (of * SIZE).T
    bent = np.stack([x, y + 0.002 * x**2, z * (1 - 0.006 * x) + 0.01 * x * y], axis=1)
    step = SIZE / counts
    corner = (np.round(of * 2 * np.array(counts)) % 2 == 0).all(axis=1)
    moved = np.random.default_rng(20).uniform(-1, 1, of.shape) * step
    return np.round(bent + moved * np.where(corner, 0.12, 0.03)[:, None], 6)


def mesh_of(kind):
    counts = BRICKS.get(kind, (3, 2, 2))
    return lattice.Mesh(kind, counts, lambda of: place(of, counts), lambda i: 2 * i + 11, first_element=101)


def mesh_text(mesh):
    """Nodes, elements in two sets that take turns, the held face, materials and sections."""
    clamped = mesh.where(lambda x, y, z: x == 0)
    turn = np.arange(len(mesh.elements)) % 5 < 2
    text = lattice.write_nodes(mesh.ids, mesh.nodes)
    for name, chosen in (("HARD", ~turn), ("SOFT", turn)):
        text += lattice.write_elements(mesh.kind, mesh.elements[chosen], mesh.table[chosen], name)
    text += lattice.write_set("NSET", "HELD", clamped) + "*ELSET, ELSET=EALL\nHARD,SOFT\n"
    for name, values in MATERIALS.items():
        text += lattice.material(name, *values)
    return text + "*SOLID SECTION, ELSET=HARD, MATERIAL=STEEL\n*SOLID SECTION, ELSET=SOFT, MATERIAL=ALLOY\n"


def pressures(mesh):
    """(element, face, pressure): each face number on an element of its own, and the whole free end."""
    count = len(lattice.faces(mesh.kind))
    spread = [(mesh.elements[2 * f + 1], f + 1, 4.0 + f) for f in range(count)]
    end = [(e, f, 10.0) for e, f in mesh.faces_where(lambda x, y, z: x == 1)]
    return spread + [load for load in end if load[:2] not in [one[:2] for one in spread]]


def forces(mesh):
    """(node, component, force) on the upper edge of the free end and on one node inside."""
    edge = mesh.where(lambda x, y, z: x == 1 and z == 1)
    loads = [(n, c, f) for i, n in enumerate(edge) for c, f in ((1, 20.0 + i), (3, -50.0 + 7 * i))]
    free = mesh.where(lambda x, y, z: x > 0)
    return loads + [(free[len(free) // 2], 2, 130.0)]


def settlement(mesh):
    """(node, component, displacement) of the held nodes: a small turn about z."""
    clamped = np.isin(mesh.ids, mesh.where(lambda x, y, z: x == 0))
    return [(n, 1, round(-1e-4 * y, 9)) for n, (_, y, _) in zip(mesh.ids[clamped], mesh.nodes[clamped])]


def steps(mesh):
    """The four static steps."""
    output = "*NODE PRINT, NSET=NALL\nU,RF\n*EL PRINT, ELSET=EALL\nS\n*END STEP\n"
    rows = {
        "force": "".join(f"{n},{c},{f:.9g}\n" for n, c, f in forces(mesh)),
        "pressure": "".join(f"{e},P{f},{p:.9g}\n" for e, f, p in pressures(mesh)),
        "settlement": "".join(f"{n},{c},{c},{u:.9g}\n" for n, c, u in settlement(mesh)),
    }
    gravity = ",".join(f"{x:.9g}" for x in DIRECTION)
    return "".join(
        f"*STEP\n*STATIC\n{loads}{output}"
        for loads in (
            f"*CLOAD\n{rows['force']}",
            f"*CLOAD, OP=NEW\n*DLOAD\n{rows['pressure']}",
            f"*DLOAD, OP=NEW\nEALL,GRAV,{GRAVITY:.9g},{gravity}\n",
            f"*DLOAD, OP=NEW\n*BOUNDARY\n{rows['settlement']}",
        )
    )


def decks(kind):
    """{file name: text} of one element type."""
    mesh, job = mesh_of(kind), kind.lower()
    head = f"*HEADING\nDistorted block of {kind}, two materials. mm, t, s, N\n*INCLUDE, INPUT={job}.inc\n"
    head += "*BOUNDARY\nHELD,1,3\n"
    return {
        f"{job}.inc": mesh_text(mesh),
        f"{job}.inp": head + steps(mesh),
        f"{job}_frequency.inp": head + f"*STEP\n*FREQUENCY\n{MODES}\n*END STEP\n",
    }


def calculix(job, source, folder):
    """Run CalculiX on one thread in a folder of its own; return the text of the .dat file."""
    for file in source.glob("*.in[cp]"):
        shutil.copy(file, folder)
    one = {name: "1" for name in ("OMP_NUM_THREADS", "CCX_NPROC_STIFFNESS", "CCX_NPROC_EQUATION_SOLVER")}
    subprocess.run(["ccx", job], cwd=folder, env=os.environ | one, check=True, stdout=subprocess.DEVNULL)
    return (Path(folder) / f"{job}.dat").read_text()


def frequencies(dat):
    """The column CYCLES/TIME of the eigenvalue table, as printed."""
    lines = dat.splitlines()
    start = next(i for i, line in enumerate(lines) if "E I G E N V A L U E" in line)
    end = next(i for i, line in enumerate(lines) if "P A R T I C I P A T I O N" in line)
    return [row[3] for row in map(str.split, lines[start:end]) if len(row) == 5 and row[0].isdigit()]


def pack(path, text):
    """gzip without date and name, so that equal text gives equal bytes."""
    with open(path, "wb") as out, gzip.GzipFile("", "wb", 9, out, mtime=0) as file:
        file.write(text.encode())


def make(folder):
    """Write the decks and what CalculiX printed."""
    table = []
    for kind in KINDS:
        job = kind.lower()
        for name, text in decks(kind).items():
            (folder / name).write_text(text)
        with tempfile.TemporaryDirectory() as scratch:
            pack(folder / f"{job}.dat.gz", calculix(job, folder, scratch))
            hertz = frequencies(calculix(f"{job}_frequency", folder, scratch))
        assert len(hertz) == MODES, f"{kind}: {len(hertz)} frequencies"
        table.append(f"{job} {' '.join(hertz)}\n")
        print(f"{kind}: {len(mesh_of(kind).ids)} nodes, {len(mesh_of(kind).elements)} elements")
    head = (
        f"# The {MODES} lowest frequencies in Hz of the decks *_frequency.inp, as CalculiX 2.20 prints them\n"
    )
    (folder / "frequencies.txt").write_text(head + "".join(table))
