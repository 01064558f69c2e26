#!/usr/bin/env python3
"""Make the decks of this folder and their reference results.

Needs NumPy, and CalculiX 2.20 (`ccx`) for the solids. `check.py` compares them with element formulas of its
own.
"""

from pathlib import Path

import closed_forms
import dense
import frames
import solids

HERE = Path(__file__).resolve().parent


def main():
    solids.make(HERE)
    dense.make(HERE)
    frames.make(HERE)
    closed_forms.make(HERE)


if __name__ == "__main__":
    main()
