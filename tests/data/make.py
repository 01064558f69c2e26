"""Writes the small files beside this script with NumPy and SciPy: python make.py"""

from pathlib import Path

import numpy as np
import scipy.io
import scipy.sparse as sp

HERE = Path(__file__).parent
# Exact in single precision, so that one table holds for all types.
MATRIX = np.array([[4.0, -1.5, 0.0], [-1.5, 5.0, 0.25], [0.0, 0.25, 6.0]])
INTEGERS = np.array([[4, -1, 0], [-1, 5, 2], [0, 2, 6]])
TABLE = np.arange(6.0).reshape(2, 3) - 2.5


def npz(name, matrix, index=None, **options):
    if index is not None:
        for part in ("indices", "indptr", "row", "col"):
            if hasattr(matrix, part):
                setattr(matrix, part, getattr(matrix, part).astype(index))
    sp.save_npz(HERE / name, matrix, **options)


def npy(name, array, version=None):
    with open(HERE / name, "wb") as file:
        np.lib.format.write_array(file, array, version=version)


npz("csc.npz", sp.csc_matrix(MATRIX))
npz("csc_i8_stored.npz", sp.csc_matrix(MATRIX), np.int64, compressed=False)
npz("csr_f4.npz", sp.csr_matrix(MATRIX.astype(np.float32)))
npz("csr_array.npz", sp.csr_array(MATRIX))
npz("coo_i8_values.npz", sp.coo_matrix(INTEGERS.astype(np.int64)))
npz("csc_complex.npz", sp.csc_matrix(MATRIX * 1j))
npz("dia.npz", sp.dia_matrix(MATRIX))
np.savez(HERE / "not_sparse.npz", stiffness=MATRIX)

npy("c_order.npy", TABLE, (1, 0))
npy("fortran_order.npy", np.asfortranarray(TABLE), (2, 0))
npy("big_endian_f4.npy", TABLE.astype(">f4"), (3, 0))
npy("i4.npy", INTEGERS.astype(np.int32))
npy("big_endian_i2.npy", INTEGERS.astype(">i2"))
npy("u1.npy", np.array([[0, 200], [255, 1]], np.uint8))
npy("u8.npy", np.array([[0, 2**53]], np.uint64))
npy("bool.npy", np.eye(2, dtype=bool))
npy("vector.npy", np.array([1.0, np.nan, np.inf]))
npy("stack.npy", np.arange(24.0).reshape(2, 3, 4))
npy("stack_fortran.npy", np.asfortranarray(np.arange(24.0).reshape(2, 3, 4)))
npy("scalar.npy", np.array(7.0))
npy("empty.npy", np.zeros((0, 3)))
npy("nan.npy", np.array([[1.0, 2.0], [np.nan, 4.0]]))
npy("complex.npy", TABLE * 1j)
npy("record.npy", np.zeros(2, dtype=[("node", "i4"), ("value", "f8")]))

scipy.io.mmwrite(HERE / "symmetric.mtx", sp.coo_matrix(MATRIX), symmetry="symmetric")
scipy.io.mmwrite(HERE / "general.mtx", sp.coo_matrix(MATRIX), symmetry="general")
scipy.io.mmwrite(HERE / "skew.mtx", sp.coo_matrix(np.tril(MATRIX, -1) - np.tril(MATRIX, -1).T))
scipy.io.mmwrite(HERE / "array.mtx", TABLE)
scipy.io.mmwrite(HERE / "array_symmetric.mtx", MATRIX, symmetry="symmetric")
scipy.io.hb_write(HERE / "general.rua", sp.csc_matrix(MATRIX))
