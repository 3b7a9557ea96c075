"""What a task hands to a network, and what it keeps of the answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import numpy as np
    from torch import Tensor

Encoding = Mapping[str, Any]
"""What a task learned from the training rows (vocabulary, label names, scale), as JSON values."""

Arrays = Mapping[str, "np.ndarray[Any, Any]"]
"""The encoded rows of one split."""

Columns = Mapping[str, Sequence[Any]]
"""Items: equally long columns of JSON values, one row for each test item or block of items. A resampling of rows is
a resampling of the test set, and every metric is computed from them alone."""


@dataclass(frozen=True)
class Batch:
    """What a network reads at once.

    ``inputs``: tokens B x T (int64) or values B x T x C (float32), padded on the right.
    ``lengths``: valid steps of each row (B, int64, on the CPU); None where all T are valid.
    ``targets``: what the output type asks for; :data:`rnnbench.IGNORED` (-100) marks one that is not scored.
    ``carry``: the state goes on from the batch before (truncated BPTT).
    ``rows``: which rows of the split these are (B), for putting scores back into place.
    ``positions``: how many sequence positions count against a budget of tokens.
    """

    inputs: Tensor
    targets: Tensor
    rows: np.ndarray[Any, Any]
    positions: int
    lengths: Tensor | None = None
    carry: bool = False
