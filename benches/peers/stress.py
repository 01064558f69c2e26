#!/usr/bin/env python3
"""Stresses of bars and of C3D10, and assembly: this crate against NumPy and Numba on the same data.

The data are made here and handed over in files (stress_data.py); every program makes itself ready outside the
clock. They take turns, round after round; the table shows medians. NumPy has one thread, the others have one
and all. What must be reached: bars at 0.9 of the speed of a copy of as many bytes in the same rounds, and no
slower than Numba; C3D10 five times NumPy, thread for thread; assembly 1.9 times faster on two threads.
Results of all must agree. Set up with setup.sh; the Rust side, benches/stress_once.rs, is built by this
script.
"""

import shared  # before NumPy: one thread for each library  # isort: skip

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from importlib import metadata
from pathlib import Path

import numpy as np

import stress_data
import stress_numba
from stress_cases import cases_of

# Over the largest value. Rounding reaches 1e-13 here.
AGREEMENT = 1e-11
# Bricks of five elements: 50,000 and 100,000 elements; and the million bars.
BLOCK, ASSEMBLY, BARS = (25, 20, 20), (25, 20, 40), 1_000_000


class Python:
    """A peer of stress_numpy.py or stress_numba.py."""

    def __init__(self, kind, folder, case, threads=1):
        self.program, self.at_least = kind(folder), case.at_least
        self.program.threads = threads
        self.prepared = getattr(self.program, "prepared", None)
        if case.at_least > 1:
            self.program.run()  # warm

    def round(self, seconds):
        """Median seconds of a run."""
        return shared.median_seconds(self.program.run, seconds, self.at_least)

    def result(self):
        return self.program.result()


class Rust:
    """A program of benches/stress_once.rs."""

    def __init__(self, binary, folder, case, name, threads):
        self.out, self.prepared = folder / f"{name}.{threads}.out.npy", None
        words = ["time", name, threads, folder, self.out]
        self.command = [binary, *map(str, words)]
        self.at_least = case.at_least

    def round(self, seconds):
        """Median seconds of a run."""
        command = [*self.command, str(seconds), str(self.at_least)]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
        said = json.loads(done.stdout)
        self.prepared = said["prepare_seconds"]
        return said["seconds"]

    def result(self):
        return np.load(self.out)


def programs(binary, case, folder, options):
    """All programs of a case by name, ours first."""
    found, threads = {}, sorted({1, options.threads})
    for name, program in case.ours.items() if binary else ():
        for count in threads:
            found[f"{name}, {count} thread{'s' * (count > 1)}"] = Rust(binary, folder, case, program, count)
    for name, kind in case.numpy.items():
        found[name] = Python(kind, folder, case)
    for name, kind in case.numba.items():
        for count in threads:
            found[f"{name}, {count} thread{'s' * (count > 1)}"] = Python(kind, folder, case, count)
    return found


def disagreement(values, reference):
    """Largest difference over the largest value."""
    if values.shape != reference.shape:
        return float("inf")
    return float(np.abs(values - reference).max() / np.abs(reference).max())


def run_case(name, case, binary, folder, options):
    """Let the programs take turns; return the rows of the table."""
    found = programs(binary, case, folder, options)
    times = {program: [] for program in found}
    for turn in range(options.rounds):
        for program, peer in found.items():
            times[program].append(peer.round(options.seconds))
        shown = "  ".join(f"{program} {1e3 * each[-1]:.3f}" for program, each in times.items())
        print(f"{name}, round {turn + 1} of {options.rounds}, ms: {shown}", file=sys.stderr)
    reference = next(peer for program, peer in found.items() if not program.startswith("copy")).result()
    rows = []
    for program, peer in found.items():
        median = statistics.median(times[program])
        spread = (max(times[program]) - min(times[program])) / median
        differs = 0.0 if program.startswith("copy") else disagreement(peer.result(), reference)
        rows.append({"program": program, "seconds": median, "per_second": case.items / median, "spread": spread,
                     "prepare_seconds": peer.prepared, "disagreement": differs, "rounds": times[program]})  # fmt: skip
    return rows


def fastest(rows, *starts, ends=""):
    """The least seconds among the programs whose names start and end so; None where there are none."""
    found = [
        row["seconds"] for row in rows if row["program"].startswith(starts) and row["program"].endswith(ends)
    ]
    return min(found, default=None)


def verdict(name, rows, threads):
    """[(what, reached, must reach)]: all are speeds over a peer's, at least the target."""
    every = f"{threads} thread{'s' * (threads > 1)}"
    one, ours = fastest(rows, "modalsweep", ends="1 thread"), fastest(rows, "modalsweep", ends=every)
    if one is None:
        return []
    assembly = name == "assembly"
    checks = [("all threads against one", one / ours, 1.9 if assembly and threads == 2 else 0.0)]
    if name == "bars":
        checks.append(("against the fastest copy", fastest(rows, "copy") / ours, 0.9))
    if name.startswith("bars"):
        checks.append((f"against Numba, {every}", fastest(rows, "Numba", ends=every) / ours, 1.0))
    elif assembly:
        checks.append(("one thread against NumPy and SciPy", fastest(rows, "NumPy") / one, 0.0))
        checks.append(("5 s over the time on one thread", 5.0 / one, 1.0))
    else:
        checks.append(("one thread against NumPy einsum", fastest(rows, "NumPy einsum") / one, 5.0))
        checks.append(("one thread against NumPy matmul", fastest(rows, "NumPy matmul") / one, 5.0))
    return checks


def table(name, case, rows, checks):
    """The rows of one case as aligned text."""
    lines = [f"\n{name}: {case.items} {case.what}"]
    lines.append(f"{'program':28}{'ms':>11}{'million/s':>12}{'spread':>9}{'ready, s':>10}{'differs':>10}")
    for row in rows:
        ready = "" if row["prepare_seconds"] is None else f"{row['prepare_seconds']:.2f}"
        lines.append(
            f"{row['program']:28}{1e3 * row['seconds']:11.3f}{row['per_second'] / 1e6:12.3f}{row['spread']:9.0%}"
            f"{ready:>10}{row['disagreement']:10.0e}"
        )
    for what, reached, target in checks:
        met = "" if target == 0 else f", target {target:.1f}, {'met' if reached >= target else 'MISSED'}"
        lines.append(f"{what}: {reached:.2f}{met}")
    return "\n".join(lines)


def machine():
    """The processor and the versions."""
    packages = {package: metadata.version(package) for package in ("numpy", "scipy")}
    return shared.processor() | packages | stress_numba.versions()


def parse():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    names = list(cases_of(1, 1, 1))
    parser.add_argument("--cases", nargs="+", choices=names, default=names, help="default: all")
    parser.add_argument(
        "--rounds", type=int, default=5, metavar="N", help="rounds per case (default %(default)s)"
    )
    parser.add_argument(
        "--seconds", type=float, default=0.5, metavar="S", help="a program's turn (default %(default)s)"
    )
    parser.add_argument(
        "--threads", type=int, default=os.cpu_count(), metavar="N", help="all threads (default %(default)s)"
    )
    parser.add_argument(
        "--small", action="store_true", help="a hundredth of the sizes: proves that it runs, not how fast"
    )
    parser.add_argument("--peers-only", action="store_true", help="leave ours out")
    parser.add_argument("--binary", metavar="PATH", help="a built stress_once (default: cargo builds it)")
    parser.add_argument(
        "--json", action="store_true", help="one JSON object with every round instead of the tables"
    )
    return parser.parse_args()


def make_data(folder, cases, small):
    """Write the files that the chosen cases need; return the cases with their sizes."""
    block, assembly, bars = ((5, 5, 4), (5, 5, 8), BARS // 100) if small else (BLOCK, ASSEMBLY, BARS)
    if any(name.startswith("bars") for name in cases):
        stress_data.bars(folder, bars)
    if any(name.startswith(("stress", "mises", "envelope")) for name in cases):
        stress_data.solids(folder, "solids", block, 100)
    if "assembly" in cases:
        stress_data.solids(folder, "assembly", assembly, 1)
    return cases_of(bars, 5 * int(np.prod(block)), 5 * int(np.prod(assembly)))


def main():
    options = parse()
    if os.getloadavg()[0] > 0.5:
        print("warning: the machine is busy: times on two threads mean little", file=sys.stderr)
    binary = None if options.peers_only else options.binary or shared.build("stress_once")
    about, results = machine(), {}
    if not options.json:
        for key, value in about.items():
            print(f"{key}: {value}")
    with tempfile.TemporaryDirectory() as scratch:
        folder = Path(scratch)
        cases = make_data(folder, options.cases, options.small)
        for name in options.cases:
            rows = run_case(name, cases[name], binary, folder, options)
            checks = verdict(name, rows, options.threads)
            results[name] = {"rows": rows, "checks": checks}
            if not options.json:
                print(table(name, cases[name], rows, checks), flush=True)
    if options.json:
        print(json.dumps({"machine": about, "cases": results}, indent=1))
    worst = max(row["disagreement"] for result in results.values() for row in result["rows"])
    if worst > AGREEMENT:
        raise SystemExit(f"error: results differ by {worst:.1e}, more than {AGREEMENT:.0e}")


if __name__ == "__main__":
    main()
