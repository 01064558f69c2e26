"""The stress kernels in Numba, `@njit(parallel=True)` over `prange`, on as many threads as asked.

No `fastmath`: results are those of the formulas as written. Compiled before the clock runs.
"""

import numba
import numpy as np
from numba import njit, prange

import stress_numpy
from stress_numpy import LAME, SHEAR


@njit(parallel=True)
def bars(young, triples, lengths, sigma):
    for i in prange(len(sigma)):
        x, y, z = triples[i, 0], triples[i, 1], triples[i, 2]
        sigma[i] = young[i] * np.sqrt(x * x + y * y + z * z) / lengths[i]


@njit(parallel=True)
def bars_by_ends(young, conn, directions, moved, lengths, sigma):
    for i in prange(len(sigma)):
        a, b = conn[i, 0], conn[i, 1]
        along = 0.0
        for axis in range(3):
            along += directions[i, axis] * (moved[b, axis] - moved[a, axis])
        sigma[i] = young[i] * along / lengths[i]


@njit(parallel=True)
def copy(source, target):
    for i in prange(len(source)):
        target[i] = source[i]


@njit
def element(grad, nodes, moved, h, s):
    """Stresses (6 x cases) of one point; h is work space (9 x cases)."""
    cases = moved.shape[2]
    h[:] = 0.0
    for n in range(10):
        for i in range(3):
            row = moved[nodes[n], i]
            for j in range(3):
                g = grad[j, n]
                for c in range(cases):
                    h[3 * i + j, c] += g * row[c]
    for c in range(cases):
        pressure = LAME * (h[0, c] + h[4, c] + h[8, c])
        s[0, c] = pressure + 2 * SHEAR * h[0, c]
        s[1, c] = pressure + 2 * SHEAR * h[4, c]
        s[2, c] = pressure + 2 * SHEAR * h[8, c]
        s[3, c] = SHEAR * (h[1, c] + h[3, c])
        s[4, c] = SHEAR * (h[5, c] + h[7, c])
        s[5, c] = SHEAR * (h[6, c] + h[2, c])


@njit
def mises_of(s, c):
    a, b, d = s[0, c] - s[1, c], s[1, c] - s[2, c], s[2, c] - s[0, c]
    shear = s[3, c] * s[3, c] + s[4, c] * s[4, c] + s[5, c] * s[5, c]
    return np.sqrt(0.5 * (a * a + b * b + d * d) + 3 * shear)


@njit(parallel=True)
def stresses(grad, table, moved, stress):
    cases = moved.shape[2]
    for e in prange(len(table)):
        h = np.empty((9, cases))
        for p in range(4):
            element(grad[e, p], table[e], moved, h, stress[e, p])


@njit(parallel=True)
def von_mises(grad, table, moved, mises):
    cases = moved.shape[2]
    for e in prange(len(table)):
        h, s = np.empty((9, cases)), np.empty((6, cases))
        for p in range(4):
            element(grad[e, p], table[e], moved, h, s)
            for c in range(cases):
                mises[e, p, c] = mises_of(s, c)


@njit(parallel=True)
def envelope(grad, table, moved, largest, governs):
    cases = moved.shape[2]
    for e in prange(len(table)):
        h, s = np.empty((9, cases)), np.empty((6, cases))
        best, which = -1.0, 0
        for p in range(4):
            element(grad[e, p], table[e], moved, h, s)
            for c in range(cases):
                value = mises_of(s, c)
                if value > best:
                    best, which = value, c
        largest[e], governs[e] = best, which


class Threaded:
    """A NumPy peer whose `run` calls Numba instead, on so many threads."""

    threads = 1

    def run(self):
        numba.set_num_threads(self.threads)
        self.call()


class Bars(Threaded, stress_numpy.Bars):
    def call(self):
        bars(self.young, self.triples, self.lengths, self.sigma)


class BarsByEnds(Threaded, stress_numpy.BarsByEnds):
    def call(self):
        bars_by_ends(self.young, self.conn, self.directions, self.moved, self.lengths, self.sigma)


class Copy(Threaded, stress_numpy.Copy):
    def call(self):
        copy(self.source, self.target)


class Solids(Threaded, stress_numpy.Einsum):
    """Stresses elements x 4 x 6 x cases."""

    def call(self):
        if self.keep == "stress":
            stresses(self.grad, self.table, self.moved, self.stress.reshape(-1, 4, 6, self.cases))
        elif self.keep == "mises":
            von_mises(self.grad, self.table, self.moved, self.mises)
        else:
            envelope(self.grad, self.table, self.moved, self.largest, self.governs)

    def result(self):
        return self.stress[..., -1].ravel() if self.keep == "stress" else super().result()


def versions():
    """What was measured."""
    numba.set_num_threads(1)
    bars(np.ones(4), np.ones((4, 3)), np.ones(4), np.ones(4))
    return {"numba": f"{numba.__version__}, threads by {numba.threading_layer()}"}
