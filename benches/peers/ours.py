"""Our side: run `modalsweep condense` and read what it says of itself."""

import json
import subprocess
from pathlib import Path

import numpy as np


def condense(program, folder, out, threads, with_mass=False):
    """Run one condensation of folder/K.npz; return (figures like those of a peer, K_r).

    `order` is order_seconds + symbolic_seconds of the program's JSON; what it adds to a peer's figures is
    compute_seconds (everything but files) and peak_memory_bytes.
    """
    folder, out = Path(folder), Path(out)
    command = [program, "condense", "-k", folder / "K.npz", "--masters", f"@{folder / 'masters.txt'}"]
    command += ["-o", out, "--threads", threads, "--json"]
    if with_mass:
        command += ["-m", folder / "M.npz"]
    done = subprocess.run([str(part) for part in command], capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(
            f"{' '.join(map(str, command))}\nended with status {done.returncode}:\n{done.stderr}"
        )
    said = json.loads(done.stdout)
    figures = {
        "order": said["order_seconds"] + said["symbolic_seconds"],
        "factor": said["factor_seconds"],
        "solve": said["solve_seconds"],
        "entries": said["factor_entries"],
        "compute": said["compute_seconds"],
        "memory": said["peak_memory_bytes"],
    }
    return figures, np.load(out / "stiffness.npy")
