"""Two integers that say which numbers the harness makes: one raised for changes that matter, one for the last bits."""

NUMERICS = 1
"""Raised whenever the harness's own numbers change: a part of every run id."""

BITS = 1
"""Raised when results move in their last bits on purpose while :data:`NUMERICS` stays: in the provenance of every
record, and in no run id. Two records of one run are the same to the bit only where their ``bits`` are (absent: 1)."""
