#!/usr/bin/env python3
"""Choose the bracket's masters by hand: 20 places, the free node nearest each, all three components.

Each place stands for about one twentieth of the moving mass: the lug's rim and hole, its stem, the
plate's free corners and overhangs, and the rib; nothing next to the clamped bolt holes. Symmetric
about y = 0 like the part. Coordinates in mm. Writes masters.txt, one node.component per line.
"""

from pathlib import Path

import numpy as np

HERE = Path(__file__).resolve().parent

PLACES = {
    "lug hole, where the load goes in": [(5, 8, 55), (5, -8, 55)],
    "lug rim": [(5, 18, 60), (5, -18, 60), (5, 0, 75)],
    "lug stem": [(5, 14, 38), (5, -14, 38), (5, 0, 45), (5, 16, 22), (5, -16, 22), (5, 0, 12)],
    "base, front corners and edges": [(10, 20, 4), (10, -20, 4), (28, 20, 4), (28, -20, 4), (25, 0, 8)],
    "base, rear overhang": [(64, 19, 4), (64, -19, 4), (65, 0, 5)],
    "rib, middle of the slope": [(20, 0, 28)],
}


def free_nodes():
    """Return {node: (x, y, z)} of the mesh without the clamped set BOLTS."""
    nodes, clamped, block = {}, set(), ""
    for line in (HERE / "mesh.inc").read_text().splitlines():
        if line.startswith("*"):
            block = line
        elif block.startswith("*NODE"):
            node, *place = line.split(",")
            nodes[int(node)] = tuple(map(float, place))
        elif block == "*NSET, NSET=BOLTS":
            clamped.update(int(node) for node in line.split(",") if node)
    return {node: place for node, place in nodes.items() if node not in clamped}


def main():
    nodes = free_nodes()
    numbers, coords = np.array(list(nodes)), np.array(list(nodes.values()))
    lines = ["# Masters of the lug bracket, node.component, chosen by hand in masters.py."]
    for part, places in PLACES.items():
        lines.append(f"# {part}")
        for place in places:
            node = numbers[np.argmin(np.linalg.norm(coords - place, axis=1))]
            lines += [f"{node}.{component}" for component in (1, 2, 3)]
    labels = [line for line in lines if not line.startswith("#")]
    assert len(set(labels)) == len(labels), "two places share a node"
    (HERE / "masters.txt").write_text("\n".join(lines) + "\n")
    print(f"{len(labels)} masters")


if __name__ == "__main__":
    main()
