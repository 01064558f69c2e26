"""NumPy, SciPy and MKL on a stack of matrices: each is made ready outside the clock, then `run()` solves them all.

NumPy and SciPy are called as their users call them: NumPy with the whole stack (its loop is in C), SciPy
matrix by matrix. MKL is called directly through its one library, on Fortran-order copies, with one
workspace whose size it was asked for once. All on one thread: eigen.py sees to that before NumPy loads.
"""

import ctypes
from importlib import metadata

import numpy as np
import pypardiso
import scipy.linalg


class Numpy:
    """`numpy.linalg.eigvals` or `eigvalsh` of the stack."""

    def __init__(self, kind, stack, mass):
        self.solve, self.stack = {"general": np.linalg.eigvals, "symmetric": np.linalg.eigvalsh}[kind], stack

    def run(self):
        self.values = self.solve(self.stack)


class Scipy:
    """`scipy.linalg.eigh(a, b)`, with or without vectors, by LAPACK's divide and conquer or its default."""

    def __init__(self, kind, stack, mass, driver=None):
        self.stack, self.mass = stack, mass
        self.only_values = kind == "pair"
        self.options = {"eigvals_only": self.only_values, "check_finite": False, "driver": driver}

    def run(self):
        found = [scipy.linalg.eigh(a, b, **self.options) for a, b in zip(self.stack, self.mass)]
        self.values = np.array(found if self.only_values else [values for values, _ in found])


def mkl():
    """The library that pypardiso brings."""
    return pypardiso.PyPardisoSolver().libmkl


def pointer(array):
    return array.ctypes.data_as(ctypes.c_void_p)


def integer(value):
    return ctypes.byref(ctypes.c_int(value))


class Mkl:
    """What dgeev, dsyevd and dsygvd share: the matrices are overwritten, so each run copies them, inside the clock
    as for the others, which keep their input too."""

    def __init__(self, kind, stack, mass):
        self.routine = getattr(mkl(), self.ROUTINE)
        self.routine.restype = None
        self.count, self.n = stack.shape[0], stack.shape[1]
        # Fortran order; symmetric ones are the same either way.
        self.stack = np.ascontiguousarray(stack.transpose(0, 2, 1))
        self.mass = None if mass is None else np.ascontiguousarray(mass)
        self.a, self.b = np.empty((self.n, self.n)), np.empty((self.n, self.n))
        self.vectors = kind.endswith("vectors")
        self.info = ctypes.c_int(0)
        self.ask()

    def check(self):
        assert self.info.value == 0, f"{self.ROUTINE} ended with {self.info.value}"

    def ask(self):
        """The workspace query."""
        self.work, self.iwork = np.zeros(1), np.zeros(1, dtype=np.int32)
        self.sizes = -1, -1
        self.call(0)
        self.sizes = int(self.work[0]), int(self.iwork[0])
        self.work = np.zeros(max(self.sizes[0], 1))
        self.iwork = np.zeros(max(self.sizes[1], 1), dtype=np.int32)

    def run(self):
        for k in range(self.count):
            self.a[:] = self.stack[k]
            if self.mass is not None:
                self.b[:] = self.mass[k]
            self.call(k)
        self.check()


class MklGeneral(Mkl):
    ROUTINE = "dgeev"

    def __init__(self, kind, stack, mass):
        self.re, self.im = np.empty(stack.shape[:2]), np.empty(stack.shape[:2])
        super().__init__(kind, stack, mass)

    def call(self, k):
        n, one, unused = integer(self.n), integer(1), pointer(self.b)
        self.routine(
            b"N", b"N", n, pointer(self.a), n, pointer(self.re[k]), pointer(self.im[k]),
            unused, one, unused, one, pointer(self.work), integer(self.sizes[0]), ctypes.byref(self.info),
        )  # fmt: skip

    @property
    def values(self):
        return self.re + 1j * self.im


class MklSymmetric(Mkl):
    ROUTINE = "dsyevd"

    def __init__(self, kind, stack, mass):
        self.values = np.empty(stack.shape[:2])
        super().__init__(kind, stack, mass)

    def call(self, k):
        n = integer(self.n)
        self.routine(
            b"N", b"L", n, pointer(self.a), n, pointer(self.values[k]), pointer(self.work),
            integer(self.sizes[0]), pointer(self.iwork), integer(self.sizes[1]), ctypes.byref(self.info),
        )  # fmt: skip


class MklPair(MklSymmetric):
    ROUTINE = "dsygvd"

    def call(self, k):
        n, job = integer(self.n), b"V" if self.vectors else b"N"
        self.routine(
            integer(1), job, b"L", n, pointer(self.a), n, pointer(self.b), n, pointer(self.values[k]),
            pointer(self.work), integer(self.sizes[0]), pointer(self.iwork), integer(self.sizes[1]),
            ctypes.byref(self.info),
        )  # fmt: skip


PEERS = {
    "general": {"NumPy eigvals": Numpy, "MKL dgeev": MklGeneral},
    "symmetric": {"NumPy eigvalsh": Numpy, "MKL dsyevd": MklSymmetric},
    "pair": {"SciPy eigh(a, b)": Scipy, "MKL dsygvd": MklPair},
    "pair_vectors": {"SciPy eigh(a, b)": Scipy, "MKL dsygvd": MklPair},
}


def versions():
    """What was measured: the installed packages, by name and version."""
    return {package: metadata.version(package) for package in ("numpy", "scipy", "mkl")}
