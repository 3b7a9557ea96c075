"""Results stay the same to the last bit, or say on purpose that they do not.

``bits.json`` holds the exact numbers that ``python -m tests.pipeline.make_bits --write`` made, by type of processor and
builds of torch and NumPy: elsewhere sums are added in another order, and nothing is compared.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from tests.pipeline.make_bits import EXPECTED, entries, machine

from rnnbench.base.numerics import BITS
from rnnbench.execute.provenance import provenance

ROOT = Path(__file__).parents[2]
MAKE = "python -m tests.pipeline.make_bits --write"


def test_no_bit_of_any_result_moves_while_bits_stays() -> None:
    expected = json.loads(EXPECTED.read_text(encoding="utf-8"))
    if expected["bits"] != BITS:
        pytest.fail(f"BITS is {BITS}, and the bits were made for {expected['bits']}; make them anew: {MAKE}")
    known = list(entries(expected))
    runs = next((runs for on, runs in known if on == machine()), None)
    if runs is None:
        made_on = "; ".join(_named(on) for on, _ in known)
        pytest.skip(f"the bits were made on {made_on}; this is {_named(machine())}: not compared")
    done = subprocess.run(
        [sys.executable, "-m", "tests.pipeline.make_bits"],
        cwd=ROOT,
        env={**os.environ, "OMP_NUM_THREADS": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    moved = [
        f"{name}, {what}: expected {runs.get(name, {}).get(what)}, got {found.get(name, {}).get(what)}"
        for name in sorted(runs.keys() | found.keys())
        for what in sorted(runs.get(name, {}).keys() | found.get(name, {}).keys())
        if runs.get(name, {}).get(what) != found.get(name, {}).get(what)
    ]
    if moved:
        lines = "\n  ".join(moved)
        pytest.fail(
            f"{len(moved)} numbers moved in their bits while BITS stayed {BITS}. By mistake: undo it. On purpose: "
            f"raise BITS (or NUMERICS) in rnnbench/numerics.py, then {MAKE}\n  {lines}",
            pytrace=False,
        )


def test_every_record_says_which_bits_it_has() -> None:
    assert provenance("cpu")["bits"] == BITS


def _named(on: dict[str, str]) -> str:
    return f"{on['processor']} ({on['capability']}), torch {on['torch']}, numpy {on['numpy']}"
