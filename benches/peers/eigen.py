#!/usr/bin/env python3
"""Eigenvalues of many dense matrices: this crate against NumPy/OpenBLAS, SciPy, MKL, faer and nalgebra.

Every program gets the same matrices, made by `eigen::random` and handed over in a .npy file, and one thread;
ours is run with two as well. They take turns, round after round; the table shows medians in milliseconds
a matrix, without reading files. "ours x" is our time over that program's, to be compared with the target.
Eigenvalues of all must agree. Set up with setup.sh; the Rust programs are built by this script.
"""

import shared  # before NumPy: one thread for each library  # isort: skip

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import threadpoolctl

import lapack
from eigen_cases import CASES

# Uniform matrices are conditioned well enough for this; a wrong eigenvalue is off by far more.
AGREEMENT = 1e-8
RUST_PEERS = {"general": ("faer", "nalgebra"), "symmetric": ("faer", "nalgebra")}


def rust_versions():
    """What Cargo.lock has of the Rust peers."""
    lock = (shared.ROOT / "Cargo.lock").read_text()
    return {name: lock.split(f'name = "{name}"\nversion = "')[1].split('"')[0] for name in ("faer", "nalgebra")}


def machine():
    """The processor, the BLAS libraries in use and the versions, as one dictionary."""
    about = shared.processor()
    blas = [lib for lib in threadpoolctl.threadpool_info() if lib["user_api"] == "blas"]
    about["blas"] = sorted(
        {f"{lib['internal_api']} {lib['version']} {lib.get('architecture') or ''}".strip() for lib in blas}
    )
    return about | lapack.versions() | rust_versions()


class Python:
    """A peer of lapack.py."""

    def __init__(self, case, name, stack, mass):
        self.program, self.count = lapack.PEERS[case.kind][name](case.kind, stack, mass), len(stack)
        self.program.run()  # warm

    def round(self, seconds):
        """Median seconds of a matrix."""
        return shared.median_seconds(self.program.run, seconds) / self.count

    def eigenvalues(self):
        return self.program.values


class Rust:
    """A program of benches/eigen_programs, run by benches/eigen_once.rs."""

    def __init__(self, binary, case, name, threads, file):
        self.out = file.with_suffix(f".{name}{threads}.out.npy")
        setting = case.set if name == "modalsweep" else "best"
        self.command = [binary, "time", case.kind, name, str(threads), setting, str(file), str(self.out)]

    def round(self, seconds):
        """Median seconds of a matrix."""
        done = subprocess.run([*self.command, str(seconds)], stdout=subprocess.PIPE, text=True, check=True)
        return json.loads(done.stdout)["seconds"]

    def eigenvalues(self):
        found = np.load(self.out)
        return found[..., 0] + 1j * found[..., 1]


def programs(binary, case, file):
    """All programs of a case by name, ours first."""
    found = {f"modalsweep, {t} thread{'s' * (t > 1)}": Rust(binary, case, "modalsweep", t, file) for t in (1, 2)}
    for name in RUST_PEERS.get(case.kind, ()):
        if not case.peers or name in case.peers:
            found[name] = Rust(binary, case, name, 1, file)
    stack, mass = np.load(file), file.with_suffix(".mass.npy")
    mass = np.load(mass) if mass.exists() else None
    for name in lapack.PEERS[case.kind]:
        if not case.peers or name in case.peers:
            found[name] = Python(case, name, stack, mass)
    return found


def disagreement(values, reference):
    """Largest distance of eigenvalues to the nearest of the other set, over the largest magnitude."""
    if values.shape != reference.shape:
        return float("inf")
    worst = 0.0
    for a, b in zip(values, reference):
        apart = np.abs(a[:, None] - b[None, :])
        worst = max(worst, max(apart.min(axis=0).max(), apart.min(axis=1).max()) / np.abs(b).max())
    return float(worst)


def run_case(binary, case, options, folder):
    """Let the programs take turns; return the rows of the table, ours first."""
    file = folder / f"{case.name}.npy"
    make = [binary, "make", case.family, str(case.count), str(case.n), "0", str(file)]
    subprocess.run(make, check=True)
    found = programs(binary, case, file)
    times = {name: [] for name in found}
    for turn in range(options.rounds):
        for name, program in found.items():
            times[name].append(program.round(options.seconds))
        shown = "  ".join(f"{name} {1e3 * each[-1]:.4f}" for name, each in times.items())
        print(f"{case.name}, round {turn + 1} of {options.rounds}, ms: {shown}", file=sys.stderr)
    names = list(found)
    reference = found[names[0]].eigenvalues()
    ours = statistics.median(times[names[0]])
    rows = []
    for name in names:
        median = statistics.median(times[name])
        spread = (max(times[name]) - min(times[name])) / median
        differs = disagreement(found[name].eigenvalues(), reference)
        rows.append({"program": name, "ms": 1e3 * median, "ours": ours / median, "spread": spread,
                     "disagreement": differs, "rounds": times[name]})  # fmt: skip
    return rows


def verdict(case, rows):
    """Ours on one thread over the best other (or the one that the target names), and the gain of the second core."""
    others = [row for row in rows[2:] if case.against in ("", row["program"])]
    other = min(others, key=lambda row: row["ms"])
    ratio, gain = rows[0]["ms"] / other["ms"], rows[0]["ms"] / rows[1]["ms"]
    return {"other": other["program"], "ratio": ratio, "target": case.target, "met": ratio <= case.target,
            "two_threads": gain}  # fmt: skip


def table(case, rows, end):
    """The rows of one case as aligned text."""
    what = f"{case.count} matrices of {case.n} x {case.n}, {case.family}"
    forced = "" if case.set == "best" else f", {case.set} only"
    lines = [f"\n{case.kind}: {what}{forced}"]
    lines.append(f"{'program':24}{'ms a matrix':>12}{'ours x':>10}{'spread':>10}{'differs':>10}")
    for row in rows:
        lines.append(
            f"{row['program']:24}{row['ms']:12.4f}{row['ours']:10.3f}{row['spread']:10.0%}"
            f"{row['disagreement']:10.0e}"
        )
    reached = "met" if end["met"] else "MISSED"
    lines.append(
        f"against {end['other']}: ratio {end['ratio']:.3f}, target {end['target']:.3f}, {reached}; "
        f"two threads {end['two_threads']:.2f} times one, target 1.90"
    )
    return "\n".join(lines)


def parse():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--cases", nargs="+", choices=CASES, default=list(CASES), help="default: all")
    parser.add_argument(
        "--rounds", type=int, default=5, metavar="N", help="rounds per case (default %(default)s)"
    )
    parser.add_argument(
        "--seconds", type=float, default=0.5, metavar="S", help="a program's turn (default %(default)s)"
    )
    parser.add_argument("--binary", metavar="PATH", help="a built eigen_once (default: cargo builds it)")
    parser.add_argument(
        "--json", action="store_true", help="one JSON object with every round instead of the tables"
    )
    return parser.parse_args()


def main():
    options = parse()
    if os.getloadavg()[0] > 0.5:
        print("warning: the machine is busy: times on two threads mean little", file=sys.stderr)
    binary, about, results = options.binary or shared.build("eigen_once"), machine(), {}
    if not options.json:
        for key, value in about.items():
            print(f"{key}: {'; '.join(value) if isinstance(value, list) else value}")
    with tempfile.TemporaryDirectory() as scratch:
        for name in options.cases:
            case = CASES[name]
            rows = run_case(binary, case, options, Path(scratch))
            results[name] = {"rows": rows} | verdict(case, rows)
            if not options.json:
                print(table(case, rows, results[name]), flush=True)
    if options.json:
        print(json.dumps({"machine": about, "cases": results}, indent=1))
    worst = max(row["disagreement"] for result in results.values() for row in result["rows"])
    if worst > AGREEMENT:
        raise SystemExit(f"error: eigenvalues differ by {worst:.1e}, more than {AGREEMENT:.0e}")


if __name__ == "__main__":
    main()
