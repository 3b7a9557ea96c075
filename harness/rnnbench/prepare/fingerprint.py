"""A dataset's fingerprint: one hash over its rows, whatever file they were read from."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping, Sequence

from rnnbench.contract.datasets import Observation, Row, Split, TextLine


def fingerprint(rows: Mapping[Split, Sequence[Row]]) -> str:
    """SHA-256 over all rows of all splits, in order."""
    digest = hashlib.sha256()
    for split in Split:
        digest.update(f"{split}:{len(rows[split])}\n".encode())
        for row in rows[split]:
            digest.update(json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode())
            digest.update(b"\n")
    return digest.hexdigest()


def duplicates(rows: Mapping[Split, Sequence[Row]]) -> dict[Split, int]:
    """How many rows of validation and test also occur in the training rows.

    Steps of a series and empty lines are not counted: nothing could be memorised from them.
    """
    training = set(rows[Split.TRAIN])
    return {
        split: sum(1 for row in rows[split] if row in training and not isinstance(row, Observation) and row != _EMPTY)
        for split in (Split.VALIDATION, Split.TEST)
    }


_EMPTY = TextLine("")
