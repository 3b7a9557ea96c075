"""Random streams by name: every draw in a run comes from a seed that says what it is for."""

from __future__ import annotations

import hashlib

import numpy as np


def stream(*names: str | int) -> int:
    """A 63-bit seed of these names, the same on every machine."""
    text = "\x1f".join(str(name) for name in names)
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "big") >> 1


def generator(*names: str | int) -> np.random.Generator:
    """A NumPy generator of that seed."""
    return np.random.Generator(np.random.PCG64(stream(*names)))
