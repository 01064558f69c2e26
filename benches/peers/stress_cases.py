"""The cases of stress.py: what is computed, by which programs, what must be reached."""

from dataclasses import dataclass
from functools import partial

import stress_numba
import stress_numpy

NUMPY_SOLIDS = {
    "NumPy einsum, gradients": stress_numpy.Einsum,
    "NumPy einsum, D B": stress_numpy.EinsumProduct,
    "NumPy matmul, D B": stress_numpy.Matmul,
}


@dataclass(frozen=True)
class Case:
    """One table: `items` of `what` a run; the programs by name. A copy of as many bytes stands beside the bars."""

    what: str
    items: int
    ours: dict  # name: what benches/stress_once.rs calls it; on one thread and on all
    numpy: dict  # name: class, on one thread
    numba: dict  # name: class, on one thread and on all
    at_least: int = 3  # runs in a program's turn


def solid(keep, cases, elements):
    settings = {"cases": cases, "keep": keep}
    numpy = {program: partial(kind, **settings) for program, kind in NUMPY_SOLIDS.items()}
    numba = {"Numba": partial(stress_numba.Solids, **settings)}
    return Case("element-cases", cases * elements, {"modalsweep": f"{keep}{cases}"}, numpy, numba)


def cases_of(bars, elements, assembly):
    """All cases at these sizes."""
    return {
        "bars": Case(
            "bars",
            bars,
            {"modalsweep": "bars", "copy, Rust": "copy"},
            {"NumPy": stress_numpy.Bars, "copy, NumPy": stress_numpy.Copy},
            {"Numba": stress_numba.Bars, "copy, Numba": stress_numba.Copy},
        ),
        "bars_by_ends": Case(
            "bars",
            bars,
            {"modalsweep": "bars_by_ends"},
            {"NumPy": stress_numpy.BarsByEnds},
            {"Numba": stress_numba.BarsByEnds},
        ),
        **{
            f"{keep}{cases}": solid(keep, cases, elements)
            for keep in ("stress", "mises")
            for cases in (1, 10, 100)
        },
        "envelope100": solid("envelope", 100, elements),
        "assembly": Case(
            "elements",
            assembly,
            {"modalsweep": "assembly"},
            {"NumPy and SciPy": stress_numpy.Assembly},
            {},
            at_least=1,
        ),
    }
