#!/usr/bin/env python3
"""The lowest modes of large sparse pairs: this crate against SciPy's ARPACK with PARDISO and CHOLMOD.

Every program gets the same K and M and one thread; ours also runs on more (--threads). They take turns,
round after round, and the table shows medians in seconds without reading files: `order` (ordering and
symbolic work), `factor`, `iterate` (Lanczos with its solves; ours also what proves that no mode is
missing: the factorizations that count are under `factor`) and `total`. "ours x" is our time on one thread
over that program's, spread is (slowest - fastest) / median of the total: above 10 % the machine was busy.
Frequencies of all must agree to 1e-8, and ours must come with their proof. A line below says what a
second pair with the same pattern costs. Set up with setup.sh; the Rust side is built by this script.
"""

import shared  # before NumPy: one thread for each library  # isort: skip

import argparse
import json
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np

import modes_cases
import modes_solvers
import solvers

AGREEMENT = 1e-8
PHASES = ("order", "factor", "iterate", "total")
OURS = "modalsweep, {} thread(s)"


def frequencies(eigenvalues):
    return np.sqrt(eigenvalues) / (2 * np.pi)


class Peer:
    """A program of modes_solvers.py."""

    def __init__(self, kind, matrices):
        self.program = kind(*matrices)

    def round(self, count):
        """(figures, frequencies) of one turn."""
        figures = self.program.run(count)
        return figures | {"total": total(figures)}, frequencies(self.program.values)


class Ours:
    """benches/modes_once.rs, a process of its own each time."""

    def __init__(self, binary, folder, threads):
        self.binary, self.folder, self.threads = binary, folder, threads

    def round(self, count):
        """(figures, frequencies) of one turn."""
        out = self.folder / "frequencies.npy"
        command = [self.binary, "time", str(self.folder), str(count), str(self.threads), str(out)]
        done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=True)
        said = json.loads(done.stdout)
        if said["proof"]["status"] != "complete":
            raise SystemExit(f"error: ours is without proof: {said['proof']}")
        effort = said["effort"]
        figures = {
            "order": said["plan_seconds"],
            "factor": effort["factor_seconds"],
            "iterate": said["modes_seconds"] - effort["factor_seconds"],
            "calls": effort["solved_columns"],
        }
        more = ("second_seconds", "peak_memory_bytes", "proof", "effort", "largest_residual")
        return figures | {"total": total(figures)} | {key: said[key] for key in more}, np.load(out)


def total(figures):
    return sum(figures[phase] or 0.0 for phase in ("order", "factor", "iterate"))


def programs(binary, options, folder, matrices):
    """All programs of a case by name, ours first."""
    found = {}
    if binary:
        found = {OURS.format(threads): Ours(binary, folder, threads) for threads in options.threads}
    kinds = {} if options.no_peers else modes_solvers.PEERS
    if options.superlu:
        kinds = kinds | modes_solvers.SLOW_PEERS
    return found | {name: Peer(kind, matrices) for name, kind in kinds.items()}


def run_case(binary, case, options, folder):
    """Let the programs take turns; return the rows of the table, ours first."""
    matrices = case.matrices()
    modes_cases.write(folder, *matrices)
    found = programs(binary, options, folder, matrices)
    figures, hz = {name: [] for name in found}, {}
    for turn in range(options.rounds):
        print(f"{case.name}, round {turn + 1} of {options.rounds}", file=sys.stderr)
        for name, program in found.items():
            figure, values = program.round(options.modes)
            figures[name].append(figure)
            hz.setdefault(name, values)
            print(f"  {name:28} {figure['total']:.3f} s", file=sys.stderr)
    reference = next(iter(hz.values()))
    return [row(name, figures[name], apart(hz[name], reference), figures) for name in found]


def row(name, rounds, differs, figures):
    """Medians and spread of one program, and our total over its."""
    found = {"program": name, "differs": differs, "rounds": rounds}
    for key, value in rounds[0].items():
        plain = isinstance(value, int | float)
        found[key] = statistics.median(each[key] for each in rounds) if plain else value
    totals = [each["total"] for each in rounds]
    found["spread"] = (max(totals) - min(totals)) / found["total"]
    ours = figures.get(OURS.format(1))
    found["ours"] = statistics.median(each["total"] for each in ours) / found["total"] if ours else None
    return found


def apart(hz, reference):
    """Largest relative difference of frequencies in ascending order."""
    if hz.shape != reference.shape:
        return float("inf")
    return float(np.max(np.abs(hz - reference) / reference))


def verdicts(case, rows):
    """What the case has to reach, one sentence each."""
    ours = next((row for row in rows if row["program"] == OURS.format(1)), None)
    if ours is None:
        return []
    peers = [row for row in rows if row["program"].startswith("ARPACK")]
    lines = [
        f"a second pair with the same pattern: {ours['second_seconds']:.4f} s, "
        f"{ours['total'] - ours['order']:.4f} s without order in the first"
    ]

    def line(what, value, most, form):
        reached = "met" if value <= most else "MISSED"
        lines.append(f"{what} {form.format(value)}, at most {form.format(most)}: {reached}")

    for peer in peers if case.ratio else ():
        line(f"against {peer['program']}:", ours["total"] / peer["total"], case.ratio, "{:.3f}")
    if case.seconds:
        line("seconds on one thread:", ours["total"], case.seconds, "{:.2f}")
    if case.memory:
        line("peak memory:", ours["peak_memory_bytes"] / 1e9, case.memory / 1e9, "{:.2f} GB")
    return lines


def table(case, rows, options):
    """The rows of one case as aligned text."""

    def cell(value, form):
        return "-" if value is None else format(value, form)

    lines = [f"\n{case.name}: {case.what}, {options.modes} modes"]
    heads = (*PHASES, "solves", "ours x", "spread", "peak MB", "differs")
    lines.append(f"{'program':28}" + "".join(f"{head:>10}" for head in heads))
    for row in rows:
        memory = row.get("peak_memory_bytes")
        cells = [cell(row[phase], ".3f") for phase in PHASES]
        cells += [cell(row["calls"], ".0f"), cell(row["ours"], ".3f"), cell(row["spread"], ".0%")]
        cells += [cell(memory and memory / 1e6, ".0f"), cell(row["differs"], ".0e")]
        lines.append(f"{row['program']:28}" + "".join(f"{text:>10}" for text in cells))
    return "\n".join(lines + verdicts(case, rows))


def parse():
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    cases = modes_cases.CASES
    parser.add_argument("--cases", nargs="+", choices=cases, default=list(cases), help="default: all")
    parser.add_argument(
        "--rounds", type=int, default=3, metavar="N", help="rounds per case (default %(default)s)"
    )
    parser.add_argument("--modes", type=int, default=20, metavar="N", help="default %(default)s")
    parser.add_argument(
        "--threads", type=int, nargs="+", default=[1], metavar="N", help="threads of ours (default 1)"
    )
    parser.add_argument("--superlu", action="store_true", help="SciPy's default too: takes minutes")
    parser.add_argument("--no-peers", action="store_true", help="only ours")
    parser.add_argument("--no-ours", action="store_true", help="only the peers")
    parser.add_argument("--binary", metavar="PATH", help="a built modes_once (default: cargo builds it)")
    parser.add_argument(
        "--json", action="store_true", help="one JSON object with every round instead of the tables"
    )
    return parser.parse_args()


def main():
    options = parse()
    binary = None if options.no_ours else options.binary or shared.build("modes_once")
    about, results = shared.processor() | solvers.versions(), {}
    if not options.json:
        print("\n".join(f"{key}: {value}" for key, value in about.items()))
    with tempfile.TemporaryDirectory() as scratch:
        for name in options.cases:
            case = modes_cases.CASES[name]
            results[name] = run_case(binary, case, options, Path(scratch) / name)
            if not options.json:
                print(table(case, results[name], options), flush=True)
    if options.json:
        print(json.dumps({"machine": about, "cases": results}, indent=1))
    worst = max(row["differs"] for rows in results.values() for row in rows)
    if worst > AGREEMENT:
        raise SystemExit(f"error: frequencies differ by {worst:.1e}, more than {AGREEMENT:.0e}")


if __name__ == "__main__":
    main()
