"""Reads the same files with modalsweep and with SciPy, alternating, one thread each; prints medians.

    cargo build --release && python benches/peers/read.py [--rounds 5] [--entries 10000000]

Needs numpy and scipy. `mmread` is what SciPy's users call; `parse only` is its C++ parser alone, without
writing out the other triangle. SciPy has no reader for CalculiX files: it gets the same lines behind a
Matrix Market header. Seconds are those of the reading alone (`read_seconds` of `inspect --quick --json`).
"""

import argparse
import json
import statistics
import subprocess
import tempfile
import time
from pathlib import Path

import numpy as np
import scipy.io
import scipy.io._fast_matrix_market as fast

ROOT = Path(__file__).resolve().parents[2]


def lower_triangle(entries, per_column=40):
    """Sorted columns, rows as far apart as in a solid model, values over twelve decades."""
    n = entries // per_column
    rng = np.random.default_rng(1)
    steps = np.sort(rng.choice(np.arange(1, min(3000, n)), per_column - 1, replace=False))
    cols = np.repeat(np.arange(1, n + 1), per_column)
    rows = np.minimum(cols + np.tile(np.r_[0, steps], n), n)
    values = (rng.random(len(cols)) - 0.5) * 10.0 ** rng.integers(-3, 9, len(cols))
    return n, rows, cols, values


def write(path, header, line, columns, chunk=500_000):
    with open(path, "w") as file:
        file.write(header)
        for at in range(0, len(columns[0]), chunk):
            part = zip(*(column[at : at + chunk].tolist() for column in columns))
            file.write("".join(map(line.__mod__, part)))


def modalsweep(program, path):
    answer = subprocess.run([program, "inspect", "--quick", "--json", path], check=True, capture_output=True)
    answer = json.loads(answer.stdout)
    return (answer["files"][0] if "files" in answer else answer)["read_seconds"]


def timed(work):
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def parse_only(path):
    cursor, _ = fast._get_read_cursor(path)
    fast._read_body_coo(cursor, generalize_symmetry=False)


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--entries", type=int, default=10_000_000)
    parser.add_argument("--program", default=ROOT / "target/release/modalsweep")
    options = parser.parse_args()
    fast.PARALLELISM = 1
    with tempfile.TemporaryDirectory() as folder:
        mtx, sti, sti_mtx = (str(Path(folder) / name) for name in ("k.mtx", "k.sti", "k_sti.mtx"))
        n, rows, cols, values = lower_triangle(options.entries)
        header = f"%%MatrixMarket matrix coordinate real symmetric\n{n} {n} {len(rows)}\n"
        write(mtx, header, "%d %d %.16e\n", (rows, cols, values))
        write(sti, "", "%d %d %20.13e\n", (cols, rows, values))
        write(sti_mtx, header, "%d %d %20.13e\n", (cols, rows, values))
        jobs = {
            "Matrix Market, modalsweep": lambda: modalsweep(options.program, mtx),
            "Matrix Market, SciPy mmread": lambda: timed(lambda: scipy.io.mmread(mtx)),
            "Matrix Market, SciPy parse only": lambda: timed(lambda: parse_only(mtx)),
            "CalculiX .sti, modalsweep": lambda: modalsweep(options.program, sti),
            "CalculiX .sti, SciPy mmread": lambda: timed(lambda: scipy.io.mmread(sti_mtx)),
            "CalculiX .sti, SciPy parse only": lambda: timed(lambda: parse_only(sti_mtx)),
        }
        seconds = {name: [] for name in jobs}
        for _ in range(options.rounds):
            for name, job in jobs.items():
                seconds[name].append(job())
    for name, measured in seconds.items():
        print(f"{name:35} {statistics.median(measured):7.3f} s   ({min(measured):.3f} .. {max(measured):.3f})")


if __name__ == "__main__":
    main()
