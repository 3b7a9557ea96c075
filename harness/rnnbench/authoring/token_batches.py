"""Batches of padded tokens, from ragged columns."""

from __future__ import annotations

from typing import TYPE_CHECKING

import torch

from rnnbench.authoring.ragged import pad_rows, row_lengths
from rnnbench.contract.batches import Batch

if TYPE_CHECKING:
    import numpy as np
    import numpy.typing as npt

    from rnnbench.contract.arrays import Integers
    from rnnbench.contract.batches import Arrays


def padded_batch(
    data: Arrays,
    name: str,
    rows: Integers,
    targets: npt.NDArray[np.generic],
    *,
    fill: int = 0,
    positions: int | None = None,
) -> Batch:
    """These rows of a ragged column of token ids as a batch's inputs, B x T, padded on the right.

    Args:
        data: the arrays of a split.
        name: the ragged column, made by :func:`rnnbench.pack_tokens`.
        rows: the row numbers, B; no row is empty.
        targets: what the output type asks for of these rows, B or B x steps.
        fill: the id of the padding.
        positions: what counts against a budget of tokens; None: all valid steps.
    """
    length_B = row_lengths(data, name)[rows]
    return Batch(
        inputs=torch.from_numpy(pad_rows(data, name, rows, fill)),
        targets=torch.from_numpy(targets),
        rows=rows,
        positions=int(length_B.sum()) if positions is None else positions,
        lengths=torch.from_numpy(length_B),
    )
