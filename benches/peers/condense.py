#!/usr/bin/env python3
"""Factorize K_ss once, solve K_ss X = K_sm for many columns: this project's program against its peers.

Every program gets the same matrices and its best settings, peers on one thread; they take turns, round
after round, and the table shows medians in seconds. K_r = K_mm - K_ms X of each must agree to 1e-10.
Times leave out files and the conversion to a peer's own input format. "x" is a program's time over
ours on one thread, spread is (slowest - fastest) / median of the total over the rounds: above 10 %
the machine was busy. Set up with setup.sh; build with `cargo build --release`.
"""

import os

# One thread per library, and nothing that holds OpenBLAS to an older processor. Before NumPy loads.
for library in ("OMP", "MKL", "OPENBLAS"):
    os.environ[f"{library}_NUM_THREADS"] = "1"
os.environ["MKL_THREADING_LAYER"] = "SEQUENTIAL"  # PARDISO solves faster without an OpenMP layer
for pin in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):
    os.environ.pop(pin, None)

import argparse  # noqa: E402
import json  # noqa: E402
import platform  # noqa: E402
import statistics  # noqa: E402
import sys  # noqa: E402
import tempfile  # noqa: E402
from pathlib import Path  # noqa: E402

import numpy as np  # noqa: E402
import threadpoolctl  # noqa: E402

import cases  # noqa: E402
import ours  # noqa: E402
import solvers  # noqa: E402

PROGRAM = Path(__file__).resolve().parents[2] / "target" / "release" / "modalsweep"
AGREEMENT = 1e-10
PHASES = ("order", "factor", "solve", "total")


def machine():
    """The processor, the BLAS libraries in use and the versions, as one dictionary."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    model = next(line.split(":")[1].strip() for line in lines if line.startswith("model name"))
    blas = [
        " ".join(
            [lib["internal_api"], lib["version"], lib.get("architecture") or "", Path(lib["filepath"]).name]
        )
        for lib in blas_libraries()
    ]
    about = {"cpu": model, "cores": os.cpu_count(), "load": round(os.getloadavg()[0], 2)}
    return about | {"python": platform.python_version()} | solvers.versions() | {"blas": blas}


def blas_libraries():
    """The BLAS libraries that are loaded, as threadpoolctl describes them."""
    return [lib for lib in threadpoolctl.threadpool_info() if lib["user_api"] == "blas"]


def warn_of_slow_blas():
    """CHOLMOD is several times slower on the reference BLAS: such numbers would be unfair."""
    paths = [lib["filepath"] for lib in blas_libraries()]
    if all("site-packages" in path or "mkl" in path for path in paths):
        advice = "apt-get install libopenblas0-serial"
        print(f"warning: CHOLMOD seems to run on the reference BLAS: {advice}", file=sys.stderr)


class Record:
    """The figures of every program over the rounds, and K_r of each from its first round."""

    def __init__(self):
        self.figures, self.reduced = {}, {}

    def add(self, name, figures, reduced):
        figures["total"] = figures["order"] + figures["factor"] + figures["solve"]
        self.figures.setdefault(name, []).append(figures)
        self.reduced.setdefault(name, reduced)
        phases = "  ".join(f"{phase} {figures[phase]:.4f}" for phase in PHASES)
        print(f"  {name:28} {phases}", file=sys.stderr)

    def rows(self, baseline):
        """One dictionary per program: medians, spread, ratios to the baseline, agreement of K_r."""
        reference = next(iter(self.reduced.values()))
        rows = []
        for name, rounds in self.figures.items():
            row = {"program": name} | {key: median([each.get(key) for each in rounds]) for key in rounds[0]}
            totals = [each["total"] for each in rounds]
            row["spread"] = (max(totals) - min(totals)) / row["total"]
            row["disagreement"] = float(
                np.max(np.abs(self.reduced[name] - reference)) / np.max(np.abs(reference))
            )
            row["rounds"] = rounds
            rows.append(row)
        ours_row = next((row for row in rows if row["program"] == baseline), None)
        for row in rows:
            for phase in PHASES:
                row[f"{phase}_ratio"] = row[phase] / ours_row[phase] if ours_row and ours_row[phase] else None
        return rows


def median(values):
    """The median, or None where a program does not tell."""
    return None if None in values else statistics.median(values)


def run_peer(record, name, blocks):
    """One round of one peer; K_r = K_mm - K_ms X outside the clock."""
    k_ss, k_sm, k_mm = blocks
    peer = solvers.PEERS[name](k_ss, k_sm)
    figures = peer.run()
    record.add(name, figures, k_mm - k_sm.T @ peer.x)


def run_case(case, options, folder):
    """Let the peers and our program take turns; return the rows of the table."""
    case.write(folder)
    blocks, record = case.blocks(), Record()
    names = [f"modalsweep, {count} thread{'s' * (count > 1)}" for count in options.threads]
    for turn in range(options.rounds):
        print(f"{case.name}, round {turn + 1} of {options.rounds}", file=sys.stderr)
        for peer in case.peers:
            run_peer(record, peer, blocks)
        if options.program.exists():
            for name, count in zip(names, options.threads):
                record.add(name, *ours.condense(options.program, folder, folder / "out", count))
            if case.mass is not None:
                with_mass = ours.condense(options.program, folder, folder / "out", options.threads[0], True)
                record.add(names[0] + ", with M", *with_mass)
    threads_agree(record, names)
    return record.rows(names[0])


def threads_agree(record, names):
    """The program promises the same bits for any number of threads."""
    found = [record.reduced[name] for name in names if name in record.reduced]
    for other in found[1:]:
        if not np.array_equal(found[0], other):
            raise SystemExit("error: K_r depends on the number of threads")


def table(case, rows):
    """The rows of one case as aligned text."""

    def cell(value, form):
        return "-" if value is None else format(value, form)

    n, m = case.stiffness.shape[0], len(case.masters)
    lines = [f"\n{case.name}: {case.what}; {n:,} equations, {m} masters"]
    heads = [*PHASES, "spread", "L entries", "peak MB", "factor x", "solve x", "total x", "K_r differs"]
    lines.append(f"{'program':28}" + "".join(f"{head:>12}" for head in heads))
    for row in rows:
        memory = row.get("memory")
        cells = [cell(row[phase], ".4f") for phase in PHASES]
        cells += [
            cell(row["spread"], ".0%"),
            cell(row["entries"], ",.0f"),
            cell(memory and memory / 1e6, ",.0f"),
        ]
        cells += [cell(row[f"{phase}_ratio"], ".2f") for phase in ("factor", "solve", "total")]
        cells.append(cell(row["disagreement"], ".1e"))
        lines.append(f"{row['program']:28}" + "".join(f"{text:>12}" for text in cells))
    return "\n".join(lines)


def parse():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--cases", nargs="+", choices=cases.CASES, default=list(cases.CASES), help="default: all"
    )
    parser.add_argument(
        "--rounds", type=int, default=3, metavar="N", help="rounds per case (default %(default)s)"
    )
    parser.add_argument(
        "--threads", type=int, nargs="+", default=[1, 2], metavar="N",
        help="threads of our program, the first is the one compared (default 1 2)",
    )  # fmt: skip
    parser.add_argument(
        "--program", type=Path, default=PROGRAM, metavar="PATH", help="default target/release/modalsweep"
    )
    parser.add_argument(
        "--work", type=Path, metavar="DIR", help="keep the matrices here (default: a temporary folder)"
    )
    parser.add_argument(
        "--json", action="store_true", help="one JSON object with every round instead of the tables"
    )
    return parser.parse_args()


def main():
    options = parse()
    about, results = machine(), {}
    warn_of_slow_blas()
    if not options.program.exists():
        print(f"note: {options.program} does not exist, so only the peers run", file=sys.stderr)
    if not options.json:
        for key, value in about.items():
            print(f"{key}: {'; '.join(value) if isinstance(value, list) else value}")
    with tempfile.TemporaryDirectory() as scratch:
        for name in options.cases:
            case = cases.CASES[name]()
            results[name] = run_case(case, options, (options.work or Path(scratch)) / name)
            if not options.json:
                print(table(case, results[name]), flush=True)
    if options.json:
        print(json.dumps({"machine": about, "cases": results}, indent=1))
    worst = max(row["disagreement"] for rows in results.values() for row in rows)
    if worst > AGREEMENT:
        raise SystemExit(f"error: reduced stiffnesses differ by {worst:.1e}, more than {AGREEMENT:.0e}")


if __name__ == "__main__":
    main()
