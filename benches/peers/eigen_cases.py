"""The cases of eigen.py: which matrices, which programs, what must be reached."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Case:
    """One row group of the table."""

    kind: str  # as benches/eigen_programs calls it
    family: str  # of eigen::random
    n: int
    count: int
    target: float  # ours over the best other, at most
    set: str = "best"  # vector instructions of ours
    peers: tuple = ()  # where not all of the kind are compared
    against: str = ""  # the program of the target, where that is not the best other

    @property
    def name(self):
        forced = "" if self.set == "best" else f"_{self.set}"
        return f"{self.kind}{self.n}{forced}"


CASES = {
    case.name: case
    for case in (
        Case("general", "uniform", 8, 4096, 1 / 2),
        Case("general", "uniform", 32, 1024, 1 / 4),
        Case("general", "uniform", 100, 96, 1 / 4),
        Case("general", "uniform", 200, 48, 1 / 5),
        Case("general", "uniform", 300, 32, 1 / 4),
        Case("symmetric", "goe", 8, 4096, 1 / 3),
        Case("symmetric", "goe", 32, 1024, 1 / 3),
        Case("symmetric", "goe", 64, 256, 1 / 3),
        Case("symmetric", "goe", 200, 48, 1 / 2),
        Case("pair", "chain", 50, 400, 1 / 4, against="SciPy eigh(a, b)"),
        Case("pair_vectors", "chain", 50, 400, 1 / 4, against="SciPy eigh(a, b)"),
        Case("general", "uniform", 200, 48, 1 / 2, set="avx2", peers=("faer",)),
    )
}
