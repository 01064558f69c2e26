"""What the comparisons share. Import it before NumPy: it gives each library one thread."""

import os

# One thread per library, and nothing that holds OpenBLAS to an older processor. Before NumPy loads.
for library in ("OMP", "MKL", "OPENBLAS"):
    os.environ[f"{library}_NUM_THREADS"] = "1"
os.environ["MKL_THREADING_LAYER"] = "SEQUENTIAL"
for pin in ("OPENBLAS_CORETYPE", "OPENBLAS_L2_SIZE"):
    os.environ.pop(pin, None)

import json  # noqa: E402
import statistics  # noqa: E402
import subprocess  # noqa: E402
import time  # noqa: E402
from pathlib import Path  # noqa: E402

ROOT = Path(__file__).resolve().parents[2]


def build(bench):
    """The path of benches/BENCH.rs as cargo built it."""
    command = ["cargo", "bench", "--no-run", "--bench", bench, "--message-format=json"]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    messages = [json.loads(line) for line in done.stdout.splitlines()]
    return next(m["executable"] for m in messages if m.get("target", {}).get("name") == bench)


def processor():
    """The processor, its cores and how busy they are."""
    lines = Path("/proc/cpuinfo").read_text().splitlines()
    about = {"cpu": next(line.split(":")[1].strip() for line in lines if line.startswith("model name"))}
    flags = next(line for line in lines if line.startswith("flags")).split()
    return about | {
        "avx512": "avx512f" in flags,
        "cores": os.cpu_count(),
        "load": round(os.getloadavg()[0], 2),
    }


def median_seconds(work, seconds, at_least=3):
    """Call `work` again and again for about so many seconds; return the median of its times."""
    times, end = [], time.perf_counter() + seconds
    while len(times) < at_least or time.perf_counter() < end:
        start = time.perf_counter()
        work()
        times.append(time.perf_counter() - start)
    return statistics.median(times)
