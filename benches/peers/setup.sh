#!/bin/sh
# Make the environment of the peers in benches/peers/.venv (Python 3.11 or later).
#
# System packages, on Debian: python3-venv gcc python3-dev libsuitesparse-dev libopenblas0-serial
#   libsuitesparse-dev    CHOLMOD's headers and library (the 0.4 series of scikit-sparse, SuiteSparse 5)
#   libopenblas0-serial   without it CHOLMOD runs on the reference BLAS, five times slower
set -eu
cd "$(dirname "$0")"
python3 -m venv .venv
# scikit-sparse 0.4 needs Cython below 3.1 and NumPy present before it builds.
grep -v '^scikit-sparse' requirements.txt | .venv/bin/pip install --quiet -r /dev/stdin
.venv/bin/pip install --quiet --no-build-isolation -r requirements.txt
.venv/bin/python -c 'import pypardiso, sksparse.cholmod'
echo "ready: benches/peers/.venv/bin/python benches/peers/condense.py --help"
